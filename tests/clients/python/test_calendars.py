"""Calendars, lists of them, sharing, free/busy, settings and colours through the Python client."""

import unittest

from harness import ANA, LEO, FakeTest, on_day


class Calendars(FakeTest):
    def setUp(self):
        super().setUp()
        self.hers = self.connect()

    def create(self, summary):
        return self.hers.calendars().insert(body={"summary": summary}).execute()

    def test_a_calendar_is_made_changed_and_deleted(self):
        calendars = self.hers.calendars()
        made = self.create("Room")
        at = {"calendarId": made["id"]}
        patched = calendars.patch(**at, body={"description": "Upstairs"}).execute()
        self.assertEqual((patched["summary"], patched["description"]), ("Room", "Upstairs"))
        updated = calendars.update(**at, body={"summary": "Hall"}).execute()
        self.assertNotIn("description", updated)
        self.assertEqual(calendars.get(**at).execute()["summary"], "Hall")
        calendars.delete(**at).execute()
        self.assert_refused(calendars.get(**at), 404, "notFound")

    def test_clearing_the_primary_calendar_deletes_its_events(self):
        events = self.hers.events()
        events.insert(calendarId="primary", body=on_day(2)).execute()
        self.hers.calendars().clear(calendarId="primary").execute()
        self.assertEqual(events.list(calendarId="primary").execute()["items"], [])

    def test_the_list_of_calendars_is_walked_and_changed(self):
        lists = self.hers.calendarList()
        made = {self.create(f"Room {number}")["id"] for number in range(4)}
        request, pages = lists.list(maxResults=2), []
        while request is not None:
            answer = request.execute()
            pages.append([entry["id"] for entry in answer["items"]])
            request = lists.list_next(request, answer)
        self.assertEqual({entry for page in pages for entry in page}, made | {ANA})
        self.assertEqual([len(page) for page in pages], [2, 2, 1])
        primary = lists.get(calendarId="primary").execute()
        self.assertEqual((primary["primary"], primary["accessRole"]), (True, "owner"))

        one = made.pop()
        lists.patch(calendarId=one, body={"summaryOverride": "Mine"}).execute()
        token = answer["nextSyncToken"]
        told = lists.list(syncToken=token).execute()
        self.assertEqual([entry["summaryOverride"] for entry in told["items"]], ["Mine"])
        self.assertEqual(lists.list(syncToken=told["nextSyncToken"]).execute()["items"], [])

    def test_a_calendar_is_shared_and_unshared(self):
        acl = self.hers.acl()
        scope = {"type": "user", "value": LEO}
        rule = acl.insert(calendarId="primary", body={"role": "reader", "scope": scope}).execute()
        his = self.connect(account=LEO)
        self.assertEqual(his.events().list(calendarId=ANA).execute()["accessRole"], "reader")
        write = his.events().insert(calendarId=ANA, body=on_day(2))
        self.assertEqual(self.refused_status(write), 403)
        his.calendarList().insert(body={"id": ANA}).execute()
        listed = his.calendarList().list().execute()["items"]
        self.assertIn(ANA, [entry["id"] for entry in listed])
        at = {"calendarId": "primary", "ruleId": rule["id"]}
        self.assertEqual(acl.patch(**at, body={"role": "writer"}).execute()["role"], "writer")
        write.execute()
        acl.delete(**at).execute()
        self.assert_refused(his.events().list(calendarId=ANA), 404, "notFound")
        roles = {rule["role"] for rule in acl.list(calendarId="primary").execute()["items"]}
        self.assertEqual(roles, {"owner"})

    def test_free_busy_merges_and_tells_troubles_by_calendar(self):
        events = self.hers.events()
        events.insert(calendarId="primary", body=on_day(2)).execute()
        events.insert(calendarId="primary", body=on_day(2)).execute()
        events.insert(calendarId="primary", body=on_day(3, transparency="transparent")).execute()
        span = {"timeMin": "2027-03-01T00:00:00Z", "timeMax": "2027-03-05T00:00:00Z"}
        body = {**span, "items": [{"id": "primary"}, {"id": "nobody@example.com"}]}
        calendars = self.hers.freebusy().query(body=body).execute()["calendars"]
        busy = [{"start": "2027-03-02T10:00:00Z", "end": "2027-03-02T11:00:00Z"}]
        self.assertEqual(calendars["primary"]["busy"], busy)
        errors = calendars["nobody@example.com"]["errors"]
        self.assertEqual([error["reason"] for error in errors], ["notFound"])

    def test_free_busy_over_too_long_a_time_is_refused(self):
        span = {"timeMin": "2027-01-01T00:00:00Z", "timeMax": "2027-12-31T00:00:00Z"}
        query = self.hers.freebusy().query(body={**span, "items": [{"id": "primary"}]})
        self.assert_refused(query, 400, "timeRangeTooLong")

    def test_settings_and_colours_are_read(self):
        settings = self.hers.settings()
        self.assertEqual(settings.get(setting="timezone").execute()["value"], "America/Montevideo")
        listed = {setting["id"] for setting in settings.list().execute()["items"]}
        self.assertIn("timezone", listed)
        self.assertIn("1", self.hers.colors().get().execute()["event"])


if __name__ == "__main__":
    unittest.main()
