// Incremental sync through googleapis: to exhaustion, and back after a 410.

import assert from "node:assert/strict";
import { test } from "node:test";

import { assertRefused, connect, onDay, startFake } from "./harness.mjs";

const PRIMARY = { calendarId: "primary" };

async function insert(service, day, more) {
  const requestBody = onDay(day, more);
  return (await service.events.insert({ ...PRIMARY, requestBody })).data;
}

/** Every item of a listing, page by page, and the token at its end. */
async function exhaust(service, query = {}) {
  const items = [];
  let page = {};
  do {
    const pageToken = page.nextPageToken;
    const listing = { ...PRIMARY, maxResults: 2, ...query, pageToken };
    page = (await service.events.list(listing)).data;
    assert.notEqual("nextPageToken" in page, "nextSyncToken" in page);
    items.push(...page.items);
  } while (page.nextPageToken);
  return { items, token: page.nextSyncToken };
}

test("an increment tells what changed and then nothing", async (t) => {
  const service = await connect(await startFake(t));
  await insert(service, 1);
  const renamed = await insert(service, 2, { summary: "old" });
  const deleted = await insert(service, 3);
  const full = await exhaust(service);
  assert.equal(full.items.length, 3);

  const patch = { ...PRIMARY, eventId: renamed.id, requestBody: { summary: "new" } };
  await service.events.patch(patch);
  await service.events.delete({ ...PRIMARY, eventId: deleted.id });
  const added = await insert(service, 4);
  const increment = await exhaust(service, { syncToken: full.token });
  const told = Object.fromEntries(increment.items.map(({ id, status }) => [id, status]));
  assert.deepEqual(told, {
    [renamed.id]: "confirmed",
    [deleted.id]: "cancelled",
    [added.id]: "confirmed",
  });

  const { items } = await exhaust(service, { syncToken: increment.token });
  assert.deepEqual(items, []);
});

test("a dead token is gone and a full sync starts again", async (t) => {
  const fake = await startFake(t);
  const service = await connect(fake);
  const event = await insert(service, 1);
  const { token } = await exhaust(service);
  await fake.control("expire-sync-tokens", {});
  const increment = service.events.list({ ...PRIMARY, syncToken: token });
  await assertRefused(increment, 410, "fullSyncRequired");
  const again = await exhaust(service);
  assert.deepEqual(again.items.map(({ id }) => id), [event.id]);
  assert.deepEqual((await exhaust(service, { syncToken: again.token })).items, []);
});

test("changes since too long ago are gone", async (t) => {
  const service = await connect(await startFake(t));
  const listing = service.events.list({ ...PRIMARY, updatedMin: "2020-01-01T00:00:00Z" });
  await assertRefused(listing, 410, "updatedMinTooLongAgo");
});

test("a filter with a token is refused", async (t) => {
  const service = await connect(await startFake(t));
  const { token } = await exhaust(service);
  const listing = service.events.list({ ...PRIMARY, syncToken: token, q: "lesson" });
  await assertRefused(listing, 400, "badRequest");
});
