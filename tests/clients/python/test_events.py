"""Events written, read and refused through google-api-python-client."""

import json
import unittest

from googleapiclient.errors import HttpError
from harness import FakeTest, on_day


class Events(FakeTest):
    def setUp(self):
        super().setUp()
        self.service = self.connect()
        self.events = self.service.events()

    def insert(self, **event):
        return self.events.insert(calendarId="primary", body=event).execute()

    def get(self, event):
        return self.events.get(calendarId="primary", eventId=event["id"]).execute()

    def test_an_event_lives_from_insert_to_delete(self):
        event = self.insert(**on_day(2, summary="Lesson", description="First"))
        self.assertEqual(self.get(event), event)
        at = {"calendarId": "primary", "eventId": event["id"]}
        patched = self.events.patch(**at, body={"summary": "Moved"}).execute()
        self.assertEqual((patched["summary"], patched["description"]), ("Moved", "First"))
        updated = self.events.update(**at, body=on_day(3, summary="Whole")).execute()
        self.assertNotIn("description", updated)
        self.assertEqual(updated["sequence"], event["sequence"] + 1)
        self.assertEqual(self.events.delete(**at).execute(), "")
        self.assertEqual(self.get(event)["status"], "cancelled")

    def test_a_list_is_walked_page_by_page(self):
        inserted = [self.insert(**on_day(day))["id"] for day in range(1, 8)]
        request = self.events.list(
            calendarId="primary", maxResults=3, singleEvents=True, orderBy="startTime"
        )
        pages = []
        while request is not None:
            answer = request.execute()
            pages.append([event["id"] for event in answer["items"]])
            request = self.events.list_next(request, answer)
        self.assertEqual([len(page) for page in pages], [3, 3, 1])
        self.assertEqual([event for page in pages for event in page], inserted)

    def test_a_chosen_id_is_taken_for_ever(self):
        event = self.insert(**on_day(2, id="lesson0001"))
        again = self.events.insert(calendarId="primary", body=on_day(3, id="lesson0001"))
        self.assert_refused(again, 409, "duplicate")
        self.events.delete(calendarId="primary", eventId=event["id"]).execute()
        self.assert_refused(again, 409, "duplicate")

    def test_deleting_twice_is_gone(self):
        event = self.insert(**on_day(2))
        delete = self.events.delete(calendarId="primary", eventId=event["id"])
        delete.execute()
        self.assert_refused(delete, 410, "deleted")

    def test_a_stale_etag_is_refused(self):
        event = self.insert(**on_day(2))
        at = {"calendarId": "primary", "eventId": event["id"]}
        for name, write in {
            "patch": self.events.patch(**at, body={"summary": "late"}),
            "update": self.events.update(**at, body=on_day(2, summary="late")),
            "delete": self.events.delete(**at),
        }.items():
            with self.subTest(name):
                self.events.patch(**at, body={"summary": "first"}).execute()
                write.headers["If-Match"] = event["etag"]
                self.assert_refused(write, 412, "conditionNotMet")
        fresh = self.events.patch(**at, body={"summary": "fresh"})
        fresh.headers["If-Match"] = self.get(event)["etag"]
        self.assertEqual(fresh.execute()["summary"], "fresh")

    def test_an_event_that_is_known_is_not_sent_again(self):
        event = self.insert(**on_day(2))
        get = self.events.get(calendarId="primary", eventId=event["id"])
        get.headers["If-None-Match"] = event["etag"]
        with self.assertRaises(HttpError) as caught:
            get.execute()
        self.assertEqual(caught.exception.resp.status, 304)

    def test_a_rate_limit_is_told_and_the_client_retries_it(self):
        for status in (403, 429):
            with self.subTest(status):
                listing = self.events.list(calendarId="primary")
                self.fake.fail_next("calendar.events.list", status)
                self.assert_refused(listing, status, "rateLimitExceeded")
                self.fake.fail_next("calendar.events.list", status)
                waits = []
                listing._sleep = waits.append
                self.assertEqual(listing.execute(num_retries=1)["items"], [])
                self.assertEqual(len(waits), 1, "the client knew the reason")

    def test_the_quota_of_a_minute_is_told_in_both_codes(self):
        self.fake.control("rules", {"quotas": {"per_minute_per_user": 2}})
        listing = self.events.list(calendarId="primary")
        told = set()
        for _ in range(6):
            try:
                listing.execute()
            except HttpError as error:
                first = json.loads(error.content)["error"]["errors"][0]
                told.add((error.resp.status, first["domain"]))
        self.assertEqual(told, {(403, "usageLimits"), (429, "usageLimits")})
        self.fake.control("clock", {"advance_seconds": 120})
        self.assertEqual(listing.execute()["items"], [])

    def test_a_calendar_of_somebody_else_is_not_found(self):
        listing = self.events.list(calendarId="leo@example.com")
        self.assert_refused(listing, 404, "notFound")

    def test_an_event_moves_to_another_calendar(self):
        event = self.insert(**on_day(2, summary="Lesson"))
        room = self.service.calendars().insert(body={"summary": "Room"}).execute()["id"]
        at = {"calendarId": "primary", "eventId": event["id"]}
        moved = self.events.move(**at, destination=room).execute()
        self.assertEqual((moved["id"], moved["summary"]), (event["id"], "Lesson"))
        there = self.events.get(calendarId=room, eventId=event["id"]).execute()
        self.assertEqual(there["organizer"]["email"], room)
        self.assertEqual(self.get(event)["status"], "cancelled")
        self.assertEqual(self.events.list(calendarId="primary").execute()["items"], [])

    def test_an_event_is_imported_by_its_uid(self):
        body = on_day(2, iCalUID="lesson@elsewhere.example", summary="Imported")
        imported = self.events.import_(calendarId="primary", body=body).execute()
        found = self.events.list(calendarId="primary", iCalUID=body["iCalUID"]).execute()
        self.assertEqual([item["id"] for item in found["items"]], [imported["id"]])
        nameless = self.events.import_(calendarId="primary", body=on_day(3))
        self.assert_refused(nameless, 400, "required")

    def test_the_calendar_itself_is_answered(self):
        calendar = self.service.calendars().get(calendarId="primary").execute()
        self.assertEqual(calendar["timeZone"], "America/Montevideo")


if __name__ == "__main__":
    unittest.main()
