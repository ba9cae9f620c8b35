// Who the account is and what it may use, as google-auth-library and googleapis meet it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { google } from "googleapis";

import { ANA, assertRefused, authorize, connect, startFake } from "./harness.mjs";

test("an id token verifies against the published certificates", async (t) => {
  const fake = await startFake(t);
  const scopes = ["openid", "email", "https://www.googleapis.com/auth/calendar.events"];
  const { credentials } = await authorize(fake, { scopes });
  const verifier = new google.auth.OAuth2({
    endpoints: { oauth2FederatedSignonPemCertsUrl: `${fake.origin}/oauth2/v1/certs` },
  });
  const ticket = await verifier.verifyIdToken({ idToken: credentials.id_token, audience: "client" });
  assert.equal(ticket.getPayload().email, ANA);
  const [head, body, signature] = credentials.id_token.split(".");
  const forged = [head, body, signature.split("").reverse().join("")].join(".");
  await assert.rejects(verifier.verifyIdToken({ idToken: forged, audience: "client" }));
});

test("a token says what it is for", async (t) => {
  const fake = await startFake(t);
  const client = await authorize(fake);
  const info = await client.getTokenInfo(client.credentials.access_token);
  assert.equal(info.aud, "client");
  assert.deepEqual(info.scopes, ["https://www.googleapis.com/auth/calendar"]);
});

test("a minute has an end and says so in two ways", async (t) => {
  const fake = await startFake(t);
  const service = await connect(fake);
  await fake.control("rules", { quotas: { per_minute_per_user: 1 } });
  const list = () => service.events.list({ calendarId: "primary" });
  await list();
  await assertRefused(list(), 403, "userRateLimitExceeded");
  await assertRefused(list(), 429, "rateLimitExceeded");
  await fake.control("clock", { advance_seconds: 120 });
  await list();
});
