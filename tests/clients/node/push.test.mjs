// Channels through googleapis, and what arrives at their address.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { on, once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";

import { LEO, assertRefused, connect, onDay, startFake } from "./harness.mjs";

const PRIMARY = { calendarId: "primary" };
/** A bound for what takes milliseconds. */
const MS_MAX = 20_000;

/** Somebody who is called back; `next()` is what came. It ends with the test. */
async function startReceiver(t) {
  const server = createServer();
  const calls = on(server, "request", { signal: AbortSignal.timeout(MS_MAX) });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const next = async () => {
    const [request, response] = (await calls.next()).value;
    response.writeHead(204).end();
    return request.headers;
  };
  return { address: `http://127.0.0.1:${server.address().port}/hook`, next };
}

const wish = (address, more = {}) => ({
  id: randomUUID(),
  type: "web_hook",
  address,
  token: "t0ken",
  ...more,
});

test("a channel syncs, tells a change and stops", async (t) => {
  const receiver = await startReceiver(t);
  const fake = await startFake(t);
  const { channels, events } = await connect(fake);
  const requestBody = wish(receiver.address, { params: { ttl: "3600" } });
  const channel = (await events.watch({ ...PRIMARY, requestBody })).data;
  assert.equal(typeof channel.expiration, "string");
  const sync = await receiver.next();
  assert.equal(sync["x-goog-resource-state"], "sync");
  assert.equal(sync["x-goog-message-number"], "1");
  assert.equal(sync["x-goog-channel-id"], channel.id);
  assert.equal(sync["x-goog-channel-token"], "t0ken");
  assert.equal(sync["x-goog-resource-id"], channel.resourceId);
  assert.equal(sync["content-length"], "0");

  await events.insert({ ...PRIMARY, requestBody: onDay(2) });
  const exists = await receiver.next();
  assert.equal(exists["x-goog-resource-state"], "exists");
  assert.ok(Number(exists["x-goog-message-number"]) > 1);

  const named = { requestBody: { id: channel.id, resourceId: channel.resourceId } };
  assert.equal((await channels.stop(named)).status, 204);
  await events.insert({ ...PRIMARY, requestBody: onDay(3) });
  assert.equal((await fake.control("channels")).waiting, 0);
  await assertRefused(channels.stop(named), 404, "notFound");
});

test("wishes that cannot be are refused", async (t) => {
  const receiver = await startReceiver(t);
  const { events } = await connect(await startFake(t));
  const watch = (requestBody, at = PRIMARY) => events.watch({ ...at, requestBody });
  const taken = wish(receiver.address);
  await watch(taken);
  await assertRefused(watch(taken), 400, "channelIdNotUnique");
  const plain = wish("http://app.example/hook");
  await assertRefused(watch(plain), 400, "push.webhookUrlNotHttps");
  const late = wish(receiver.address, { expiration: "1" });
  await assertRefused(watch(late), 400, "invalid");
  await assertRefused(watch(wish(receiver.address), { calendarId: LEO }), 404, "notFound");
});
