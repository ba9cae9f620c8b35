// Series and their instances through googleapis.

import assert from "node:assert/strict";
import { test } from "node:test";

import { connect, onDay, startFake } from "./harness.mjs";

const PRIMARY = { calendarId: "primary" };

async function weekly(service) {
  const requestBody = {
    start: { dateTime: "2027-03-01T10:00:00", timeZone: "Europe/Madrid" },
    end: { dateTime: "2027-03-01T11:00:00", timeZone: "Europe/Madrid" },
    recurrence: ["RRULE:FREQ=WEEKLY;COUNT=6"],
  };
  return (await service.events.insert({ ...PRIMARY, requestBody })).data;
}

async function instances(service, series) {
  const query = { ...PRIMARY, eventId: series.id, maxResults: 4, timeZone: "UTC" };
  const items = [];
  let pageToken;
  do {
    const { data } = await service.events.instances({ ...query, pageToken });
    items.push(...data.items);
    pageToken = data.nextPageToken;
  } while (pageToken);
  return items;
}

const daysOf = (items) => items.map(({ start }) => start.dateTime.slice(0, 10)).sort();

test("instances keep the hour of their zone over a clock change", async (t) => {
  const service = await connect(await startFake(t));
  const items = await instances(service, await weekly(service));
  const hours = items.map(({ start }) => start.dateTime.slice(11));
  assert.deepEqual(hours, [...Array(4).fill("09:00:00Z"), ...Array(2).fill("08:00:00Z")]);
});

test("one instance moves and another is cancelled", async (t) => {
  const service = await connect(await startFake(t));
  const series = await weekly(service);
  const [, second, third] = await instances(service, series);
  assert.equal(second.recurringEventId, series.id);
  const move = { ...PRIMARY, eventId: second.id, requestBody: onDay(10) };
  const moved = (await service.events.patch(move)).data;
  // Offsets follow the zone that was asked for; the moment is the same.
  const original = (event) => Date.parse(event.originalStartTime.dateTime);
  assert.equal(original(moved), original(second));
  await service.events.delete({ ...PRIMARY, eventId: third.id });
  const days = daysOf(await instances(service, series));
  assert.deepEqual(days, ["2027-03-01", "2027-03-10", "2027-03-22", "2027-03-29", "2027-04-05"]);
});

test("a list shows the series or its instances", async (t) => {
  const service = await connect(await startFake(t));
  const series = await weekly(service);
  const whole = (await service.events.list(PRIMARY)).data.items;
  assert.deepEqual(whole.map(({ id }) => id), [series.id]);
  const single = (await service.events.list({ ...PRIMARY, singleEvents: true })).data.items;
  assert.equal(single.length, 6);
  assert.equal(single[0].recurrence, undefined);
});
