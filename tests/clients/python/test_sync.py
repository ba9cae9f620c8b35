"""Incremental sync through google-api-python-client: to exhaustion, and back after a 410."""

import unittest

from harness import FakeTest, on_day


class Sync(FakeTest):
    def setUp(self):
        super().setUp()
        self.events = self.connect().events()

    def insert(self, day, **event):
        body = on_day(day, **event)
        return self.events.insert(calendarId="primary", body=body).execute()

    def exhaust(self, **query):
        """Every item of a listing, page by page, and the token at its end."""
        request = self.events.list(calendarId="primary", maxResults=2, **query)
        items = []
        while request is not None:
            answer = request.execute()
            items += answer["items"]
            self.assertNotEqual("nextPageToken" in answer, "nextSyncToken" in answer)
            request = self.events.list_next(request, answer)
        return items, answer["nextSyncToken"]

    def test_an_increment_tells_what_changed_and_then_nothing(self):
        kept = self.insert(1, summary="kept")
        renamed = self.insert(2, summary="old")
        deleted = self.insert(3)
        items, token = self.exhaust()
        self.assertEqual({item["id"] for item in items}, {e["id"] for e in (kept, renamed, deleted)})

        at = {"calendarId": "primary", "eventId": renamed["id"]}
        self.events.patch(**at, body={"summary": "new"}).execute()
        self.events.delete(calendarId="primary", eventId=deleted["id"]).execute()
        added = self.insert(4)
        items, token = self.exhaust(syncToken=token)
        told = {item["id"]: item["status"] for item in items}
        expected = {renamed["id"]: "confirmed", deleted["id"]: "cancelled", added["id"]: "confirmed"}
        self.assertEqual(told, expected)
        self.assertIn("new", [item.get("summary") for item in items])

        items, token = self.exhaust(syncToken=token)
        self.assertEqual(items, [])

    def test_a_dead_token_is_gone_and_a_full_sync_starts_again(self):
        event = self.insert(1)
        _, token = self.exhaust()
        self.fake.control("expire-sync-tokens", {})
        increment = self.events.list(calendarId="primary", syncToken=token)
        self.assert_refused(increment, 410, "fullSyncRequired")
        items, token = self.exhaust()
        self.assertEqual([item["id"] for item in items], [event["id"]])
        self.assertEqual(self.exhaust(syncToken=token)[0], [])

    def test_an_old_token_is_gone_by_itself(self):
        _, token = self.exhaust()
        self.fake.control("clock", {"advance_seconds": 60 * 24 * 3600})
        increment = self.events.list(calendarId="primary", syncToken=token)
        self.assert_refused(increment, 410, "fullSyncRequired")

    def test_changes_since_too_long_ago_are_gone(self):
        listing = self.events.list(calendarId="primary", updatedMin="2020-01-01T00:00:00Z")
        self.assert_refused(listing, 410, "updatedMinTooLongAgo")

    def test_a_filter_with_a_token_is_refused(self):
        _, token = self.exhaust()
        listing = self.events.list(calendarId="primary", syncToken=token, q="lesson")
        self.assert_refused(listing, 400, "badRequest")


if __name__ == "__main__":
    unittest.main()
