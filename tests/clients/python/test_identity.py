"""Who the account is, service accounts and limits, as google-auth and the client meet them."""

import unittest

from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from google.oauth2 import id_token, service_account
from harness import ANA, CLIENT_ID, SCOPE_ALL, SCOPE_EVENTS, FakeTest, on_day

PROJECT = "fake-project"
ROBOT = f"robot@{PROJECT}.iam.gserviceaccount.com"
WEEK_SECONDS = 7 * 24 * 3600


class Identity(FakeTest):
    def verified(self, token):
        certificates = f"{self.fake.origin}/oauth2/v1/certs"
        return id_token.verify_token(token, Request(), CLIENT_ID, certificates)

    def test_an_id_token_verifies(self):
        flow = self.fake.flow(["openid", "email", SCOPE_EVENTS])
        address, _ = flow.authorization_url(access_type="offline", prompt="consent")
        back = self.fake.decide(address, ANA, [SCOPE_EVENTS])
        token = flow.fetch_token(authorization_response=back)["id_token"]
        claims = self.verified(token)
        self.assertEqual(claims["iss"], "https://accounts.google.com")
        self.assertEqual(claims["email"], ANA)
        head, body, signature = token.split(".")
        forged = ".".join([head, body, signature[::-1]])
        with self.assertRaises(ValueError):
            self.verified(forged)


class ServiceAccounts(FakeTest):
    def credentials_of(self, **more):
        key = self.fake.control("service-accounts", {"email": ROBOT, **more})
        scopes = [SCOPE_EVENTS]
        return service_account.Credentials.from_service_account_info(key, scopes=scopes)

    def test_one_writes_into_its_own_calendar_and_invites_nobody(self):
        events = self.service(self.credentials_of()).events()
        made = events.insert(calendarId="primary", body=on_day(2)).execute()
        self.assertEqual(made["creator"]["email"], ROBOT)
        guest = on_day(3, attendees=[{"email": ANA}])
        invitation = events.insert(calendarId="primary", body=guest)
        self.assert_refused(invitation, 403, "forbiddenForServiceAccounts")

    def test_under_delegation_it_acts_for_the_user(self):
        self.fake.control("accounts", {"email": ANA, "hosted_domain": "example.com"})
        delegated = {"example.com": [SCOPE_EVENTS]}
        credentials = self.credentials_of(delegations=delegated).with_subject(ANA)
        listed = self.service(credentials).events().list(calendarId="primary").execute()
        self.assertEqual(listed["summary"], ANA)
        with self.assertRaises(RefreshError) as caught:
            credentials.with_scopes([SCOPE_ALL]).refresh(Request())
        self.assertIn("unauthorized_client", str(caught.exception))


class Limits(FakeTest):
    def test_a_minute_has_an_end_and_says_so_in_two_ways(self):
        service = self.connect()
        self.fake.control("rules", {"quotas": {"per_minute_per_user": 1}})
        listing = service.events().list(calendarId="primary")
        listing.execute()
        self.assert_refused(listing, 403, "userRateLimitExceeded")
        self.assert_refused(listing, 429, "rateLimitExceeded")
        self.fake.control("clock", {"advance_seconds": 120})
        listing.execute()

    def test_in_testing_a_grant_lasts_a_week(self):
        self.fake.control("projects", {"id": PROJECT, "publishing": "testing"})
        credentials = self.credentials()
        credentials.refresh(Request())
        self.fake.control("clock", {"advance_seconds": WEEK_SECONDS})
        with self.assertRaises(RefreshError) as caught:
            credentials.refresh(Request())
        self.assertIn("invalid_grant", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
