// Calendars, lists of them, sharing, free/busy, settings and colours through googleapis.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ANA, LEO, assertRefused, connect, onDay, startFake } from "./harness.mjs";

const PRIMARY = { calendarId: "primary" };

async function create(service, summary) {
  return (await service.calendars.insert({ requestBody: { summary } })).data;
}

test("a calendar is made, changed and deleted", async (t) => {
  const service = await connect(await startFake(t));
  const { calendars } = service;
  const at = { calendarId: (await create(service, "Room")).id };
  const patch = { ...at, requestBody: { description: "Upstairs" } };
  const patched = (await calendars.patch(patch)).data;
  assert.deepEqual([patched.summary, patched.description], ["Room", "Upstairs"]);
  const updated = (await calendars.update({ ...at, requestBody: { summary: "Hall" } })).data;
  assert.equal(updated.description, undefined);
  await calendars.delete(at);
  await assertRefused(calendars.get(at), 404, "notFound");
});

test("the list of calendars is walked and changed", async (t) => {
  const service = await connect(await startFake(t));
  const { calendarList } = service;
  const made = [];
  for (const room of ["A", "B", "C", "D"]) made.push((await create(service, room)).id);
  const pages = [];
  let page = {};
  do {
    page = (await calendarList.list({ maxResults: 2, pageToken: page.nextPageToken })).data;
    pages.push(page.items.map(({ id }) => id));
  } while (page.nextPageToken);
  assert.deepEqual(pages.flat().sort(), [ANA, ...made].sort());
  const primary = (await calendarList.get(PRIMARY)).data;
  assert.deepEqual([primary.primary, primary.accessRole], [true, "owner"]);

  const rename = { calendarId: made[0], requestBody: { summaryOverride: "Mine" } };
  await calendarList.patch(rename);
  const told = (await calendarList.list({ syncToken: page.nextSyncToken })).data;
  assert.deepEqual(told.items.map(({ summaryOverride }) => summaryOverride), ["Mine"]);
  const rest = (await calendarList.list({ syncToken: told.nextSyncToken })).data;
  assert.deepEqual(rest.items, []);
});

test("a calendar is shared and unshared", async (t) => {
  const fake = await startFake(t);
  const { acl } = await connect(fake);
  const requestBody = { role: "reader", scope: { type: "user", value: LEO } };
  const rule = (await acl.insert({ ...PRIMARY, requestBody })).data;
  const his = await connect(fake, { account: LEO });
  const hers = { calendarId: ANA };
  assert.equal((await his.events.list(hers)).data.accessRole, "reader");
  const write = () => his.events.insert({ ...hers, requestBody: onDay(2) });
  await assert.rejects(write(), { status: 403 });
  const at = { ...PRIMARY, ruleId: rule.id };
  await acl.patch({ ...at, requestBody: { role: "writer" } });
  await write();
  await acl.delete(at);
  await assertRefused(his.events.list(hers), 404, "notFound");
});

test("free/busy merges and tells troubles by calendar", async (t) => {
  const { events, freebusy } = await connect(await startFake(t));
  await events.insert({ ...PRIMARY, requestBody: onDay(2) });
  await events.insert({ ...PRIMARY, requestBody: onDay(2) });
  await events.insert({ ...PRIMARY, requestBody: onDay(3, { transparency: "transparent" }) });
  const span = { timeMin: "2027-03-01T00:00:00Z", timeMax: "2027-03-05T00:00:00Z" };
  const items = [{ id: "primary" }, { id: "nobody@example.com" }];
  const { data } = await freebusy.query({ requestBody: { ...span, items } });
  const busy = [{ start: "2027-03-02T10:00:00Z", end: "2027-03-02T11:00:00Z" }];
  assert.deepEqual(data.calendars.primary.busy, busy);
  assert.equal(data.calendars["nobody@example.com"].errors[0].reason, "notFound");
  const year = { ...span, timeMax: "2028-03-05T00:00:00Z", items };
  await assertRefused(freebusy.query({ requestBody: year }), 400, "timeRangeTooLong");
});

test("settings and colours are read", async (t) => {
  const { colors, settings } = await connect(await startFake(t));
  const zone = (await settings.get({ setting: "timezone" })).data;
  assert.equal(zone.value, "America/Montevideo");
  const listed = (await settings.list()).data.items.map(({ id }) => id);
  assert.ok(listed.includes("timezone"));
  assert.ok((await colors.get()).data.event["1"]);
});
