// Events written, read and refused through googleapis.

import assert from "node:assert/strict";
import { test } from "node:test";

import { LEO, assertRefused, connect, failNext, onDay, startFake } from "./harness.mjs";

const PRIMARY = { calendarId: "primary" };

async function insert(service, event) {
  const { data } = await service.events.insert({ ...PRIMARY, requestBody: event });
  return data;
}

const at = (event) => ({ ...PRIMARY, eventId: event.id });

test("an event lives from insert to delete", async (t) => {
  const { events } = await connect(await startFake(t));
  const event = await insert({ events }, onDay(2, { summary: "Lesson", description: "First" }));
  assert.deepEqual((await events.get(at(event))).data, event);
  const patch = { ...at(event), requestBody: { summary: "Moved" } };
  const patched = (await events.patch(patch)).data;
  assert.deepEqual([patched.summary, patched.description], ["Moved", "First"]);
  const whole = { ...at(event), requestBody: onDay(3, { summary: "Whole" }) };
  const updated = (await events.update(whole)).data;
  assert.equal(updated.description, undefined);
  assert.equal(updated.sequence, event.sequence + 1);
  assert.equal((await events.delete(at(event))).status, 204);
  assert.equal((await events.get(at(event))).data.status, "cancelled");
});

test("a list is walked page by page", async (t) => {
  const service = await connect(await startFake(t));
  const inserted = [];
  for (let day = 1; day <= 7; day += 1) inserted.push((await insert(service, onDay(day))).id);
  const query = { ...PRIMARY, maxResults: 3, singleEvents: true, orderBy: "startTime" };
  const pages = [];
  let pageToken;
  do {
    const { data } = await service.events.list({ ...query, pageToken });
    pages.push(data.items.map((event) => event.id));
    pageToken = data.nextPageToken;
  } while (pageToken);
  assert.deepEqual(pages.map((page) => page.length), [3, 3, 1]);
  assert.deepEqual(pages.flat(), inserted);
});

test("a chosen id is taken for ever", async (t) => {
  const service = await connect(await startFake(t));
  const event = await insert(service, onDay(2, { id: "lesson0001" }));
  const again = () => insert(service, onDay(3, { id: "lesson0001" }));
  await assertRefused(again(), 409, "duplicate");
  await service.events.delete(at(event));
  await assertRefused(again(), 409, "duplicate");
});

test("deleting twice is gone", async (t) => {
  const service = await connect(await startFake(t));
  const event = await insert(service, onDay(2));
  await service.events.delete(at(event));
  await assertRefused(service.events.delete(at(event)), 410, "deleted");
});

test("a stale etag is refused", async (t) => {
  const { events } = await connect(await startFake(t));
  const event = await insert({ events }, onDay(2));
  const first = await events.patch({ ...at(event), requestBody: { summary: "first" } });
  const stale = { headers: { "If-Match": event.etag } };
  const late = { ...at(event), requestBody: onDay(2, { summary: "late" }) };
  await assertRefused(events.patch(late, stale), 412, "conditionNotMet");
  await assertRefused(events.update(late, stale), 412, "conditionNotMet");
  await assertRefused(events.delete(at(event), stale), 412, "conditionNotMet");
  const fresh = { headers: { "If-Match": first.data.etag } };
  assert.equal((await events.patch(late, fresh)).data.summary, "late");
});

test("an event that is known is not sent again", async (t) => {
  const { events } = await connect(await startFake(t));
  const event = await insert({ events }, onDay(2));
  const known = { headers: { "If-None-Match": event.etag }, validateStatus: () => true };
  assert.equal((await events.get(at(event), known)).status, 304);
});

test("a rate limit is told", async (t) => {
  const fake = await startFake(t);
  const service = await connect(fake);
  for (const status of [403, 429]) {
    await failNext(fake, "calendar.events.list", status);
    await assertRefused(service.events.list(PRIMARY), status, "rateLimitExceeded");
    assert.deepEqual((await service.events.list(PRIMARY)).data.items, []);
  }
});

test("the quota of a minute is told in both codes", async (t) => {
  const fake = await startFake(t);
  const service = await connect(fake);
  await fake.control("rules", { quotas: { per_minute_per_user: 2 } });
  const told = new Set();
  for (let calls = 0; calls < 6; calls += 1) {
    await service.events.list(PRIMARY).catch(({ status, response }) => {
      told.add(`${status} ${response.data.error.errors[0].domain}`);
    });
  }
  assert.deepEqual([...told].sort(), ["403 usageLimits", "429 usageLimits"]);
  await fake.control("clock", { advance_seconds: 120 });
  assert.deepEqual((await service.events.list(PRIMARY)).data.items, []);
});

test("a calendar of somebody else is not found", async (t) => {
  const service = await connect(await startFake(t));
  await assertRefused(service.events.list({ calendarId: LEO }), 404, "notFound");
});

test("an event moves to another calendar", async (t) => {
  const service = await connect(await startFake(t));
  const { calendars, events } = service;
  const event = await insert(service, onDay(2, { summary: "Lesson" }));
  const room = (await calendars.insert({ requestBody: { summary: "Room" } })).data.id;
  const moved = (await events.move({ ...at(event), destination: room })).data;
  assert.deepEqual([moved.id, moved.summary], [event.id, "Lesson"]);
  const there = (await events.get({ calendarId: room, eventId: event.id })).data;
  assert.equal(there.organizer.email, room);
  assert.equal((await events.get(at(event))).data.status, "cancelled");
  assert.deepEqual((await events.list(PRIMARY)).data.items, []);
});

test("an event is imported by its uid", async (t) => {
  const { events } = await connect(await startFake(t));
  const requestBody = onDay(2, { iCalUID: "lesson@elsewhere.example", summary: "Imported" });
  const imported = (await events.import({ ...PRIMARY, requestBody })).data;
  const found = (await events.list({ ...PRIMARY, iCalUID: requestBody.iCalUID })).data;
  assert.deepEqual(found.items.map(({ id }) => id), [imported.id]);
  const nameless = events.import({ ...PRIMARY, requestBody: onDay(3) });
  await assertRefused(nameless, 400, "required");
});

test("the calendar itself is answered", async (t) => {
  const service = await connect(await startFake(t));
  assert.equal((await service.calendars.get(PRIMARY)).data.timeZone, "America/Montevideo");
});
