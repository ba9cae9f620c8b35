"""Consent, exchange, refresh and revocation, as google-auth does them."""

import unittest

from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from harness import ANA, SCOPE_ALL, SCOPE_EVENTS, SCOPE_READONLY, FakeTest, on_day
from oauthlib.oauth2.rfc6749.errors import AccessDeniedError


class Authorization(FakeTest):
    def test_consent_gives_tokens_that_open_the_calendar(self):
        credentials = self.credentials()
        self.assertTrue(credentials.valid)
        self.assertTrue(credentials.refresh_token)
        events = self.service(credentials).events().list(calendarId="primary").execute()
        self.assertEqual(events["summary"], ANA)

    def test_only_ticked_scopes_are_granted(self):
        flow = self.fake.flow(["openid", SCOPE_EVENTS, SCOPE_READONLY])
        address, _ = flow.authorization_url(access_type="offline", prompt="consent")
        back = self.fake.decide(address, ANA, [SCOPE_READONLY])
        granted = flow.fetch_token(authorization_response=back)["scope"]
        self.assertIn(SCOPE_READONLY, granted)
        self.assertNotIn(SCOPE_EVENTS, granted)

    def test_a_refusal_comes_back_as_access_denied(self):
        flow = self.fake.flow([SCOPE_ALL])
        address, _ = flow.authorization_url()
        back = self.fake.decide(address, ANA, [], decision="deny")
        with self.assertRaises(AccessDeniedError):
            flow.fetch_token(authorization_response=back)

    def test_a_refresh_gives_another_access_token(self):
        credentials = self.credentials()
        before = (credentials.token, credentials.refresh_token)
        credentials.refresh(Request())
        self.assertNotEqual(credentials.token, before[0])
        self.assertEqual(credentials.refresh_token, before[1])

    def test_an_expired_access_token_is_refreshed_by_the_client(self):
        service = self.connect()
        self.fake.control("expire-access-tokens", {})
        self.assertEqual(service.events().list(calendarId="primary").execute()["items"], [])
        calls = self.fake.control("requests")["requests"]
        told = [(call["method"], call["status"]) for call in calls][-3:]
        self.assertEqual(
            told,
            [
                ("calendar.events.list", 401),
                ("oauth2.token", 200),
                ("calendar.events.list", 200),
            ],
        )

    def test_a_revoked_grant_cannot_be_refreshed(self):
        credentials = self.credentials()
        self.fake.control("revoke", {"account": ANA})
        with self.assertRaises(RefreshError) as caught:
            credentials.refresh(Request())
        self.assertIn("invalid_grant", str(caught.exception))

    def test_a_scope_that_is_missing_is_told(self):
        service = self.connect(scopes=(SCOPE_READONLY,))
        write = service.events().insert(calendarId="primary", body=on_day(2))
        error = self.assert_refused(write, 403, "insufficientPermissions")
        self.assertEqual(error.error_details[0]["reason"], "ACCESS_TOKEN_SCOPE_INSUFFICIENT")


if __name__ == "__main__":
    unittest.main()
