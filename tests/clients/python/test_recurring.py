"""Series and their instances through google-api-python-client."""

import unittest
from datetime import datetime

from harness import FakeTest, on_day


def instant(time):
    # Offsets follow the zone that was asked for; the moment is the same.
    return datetime.fromisoformat(time["dateTime"].replace("Z", "+00:00"))


class Recurring(FakeTest):
    def setUp(self):
        super().setUp()
        self.events = self.connect().events()
        start = {"dateTime": "2027-03-01T10:00:00", "timeZone": "Europe/Madrid"}
        end = {"dateTime": "2027-03-01T11:00:00", "timeZone": "Europe/Madrid"}
        body = {"start": start, "end": end, "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=6"]}
        self.series = self.events.insert(calendarId="primary", body=body).execute()

    def instances(self):
        request = self.events.instances(
            calendarId="primary", eventId=self.series["id"], maxResults=4, timeZone="UTC"
        )
        items = []
        while request is not None:
            answer = request.execute()
            items += answer["items"]
            request = self.events.instances_next(request, answer)
        return items

    def test_instances_keep_the_hour_of_their_zone_over_a_clock_change(self):
        starts = [item["start"]["dateTime"] for item in self.instances()]
        self.assertEqual(
            starts,
            [
                "2027-03-01T09:00:00Z",
                "2027-03-08T09:00:00Z",
                "2027-03-15T09:00:00Z",
                "2027-03-22T09:00:00Z",
                "2027-03-29T08:00:00Z",
                "2027-04-05T08:00:00Z",
            ],
        )

    def test_one_instance_moves_and_another_is_cancelled(self):
        second, third = self.instances()[1:3]
        self.assertEqual(second["recurringEventId"], self.series["id"])
        at = {"calendarId": "primary", "eventId": second["id"]}
        moved = self.events.patch(**at, body=on_day(10)).execute()
        self.assertEqual(instant(moved["originalStartTime"]), instant(second["originalStartTime"]))
        self.events.delete(calendarId="primary", eventId=third["id"]).execute()
        days = [item["start"]["dateTime"][:10] for item in self.instances()]
        expected = ["2027-03-01", "2027-03-10", "2027-03-22", "2027-03-29", "2027-04-05"]
        self.assertEqual(sorted(days), expected)

    def test_a_list_shows_the_series_or_its_instances(self):
        whole = self.events.list(calendarId="primary").execute()["items"]
        self.assertEqual([item["id"] for item in whole], [self.series["id"]])
        single = self.events.list(calendarId="primary", singleEvents=True).execute()["items"]
        self.assertEqual(len(single), 6)
        self.assertNotIn("recurrence", single[0])


if __name__ == "__main__":
    unittest.main()
