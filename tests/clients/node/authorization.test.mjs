// Consent, exchange, refresh and revocation, as google-auth-library does them.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  ANA,
  SCOPE_ALL,
  SCOPE_EVENTS,
  SCOPE_READONLY,
  assertRefused,
  authorize,
  connect,
  decide,
  oauthClient,
  onDay,
  serviceOf,
  startFake,
} from "./harness.mjs";

test("consent gives tokens that open the calendar", async (t) => {
  const fake = await startFake(t);
  const client = await authorize(fake);
  assert.ok(client.credentials.refresh_token);
  assert.ok(client.credentials.expiry_date > Date.now());
  const { data } = await serviceOf(fake, client).events.list({ calendarId: "primary" });
  assert.equal(data.summary, ANA);
});

test("a code is exchanged under PKCE", async (t) => {
  const fake = await startFake(t);
  const client = oauthClient(fake);
  const { codeVerifier, codeChallenge } = await client.generateCodeVerifierAsync();
  const address = client.generateAuthUrl({
    access_type: "offline",
    scope: [SCOPE_ALL],
    code_challenge: codeChallenge,
    code_challenge_method: "S256",
  });
  const code = (await decide(address, ANA, [SCOPE_ALL])).get("code");
  const { tokens } = await client.getToken({ code, codeVerifier });
  assert.ok(tokens.refresh_token);
});

test("only ticked scopes are granted", async (t) => {
  const fake = await startFake(t);
  const client = oauthClient(fake);
  const address = client.generateAuthUrl({ scope: ["openid", SCOPE_EVENTS, SCOPE_READONLY] });
  const back = await decide(address, ANA, [SCOPE_READONLY]);
  const { tokens } = await client.getToken(back.get("code"));
  const granted = tokens.scope.split(" ");
  assert.ok(granted.includes(SCOPE_READONLY));
  assert.ok(!granted.includes(SCOPE_EVENTS));
});

test("a refusal comes back as access_denied", async (t) => {
  const fake = await startFake(t);
  const address = oauthClient(fake).generateAuthUrl({ scope: [SCOPE_ALL], state: "s" });
  const back = await decide(address, ANA, [], "deny");
  assert.deepEqual([back.get("error"), back.get("state")], ["access_denied", "s"]);
});

test("a refresh gives another access token", async (t) => {
  const fake = await startFake(t);
  const client = await authorize(fake);
  const before = { ...client.credentials };
  const { credentials } = await client.refreshAccessToken();
  assert.notEqual(credentials.access_token, before.access_token);
  assert.equal(credentials.refresh_token, before.refresh_token);
});

test("an expired access token is refreshed by the client", async (t) => {
  const fake = await startFake(t);
  const client = await authorize(fake);
  // Otherwise this client trusts the expiry it was told and never asks again after a 401.
  client.forceRefreshOnFailure = true;
  const service = serviceOf(fake, client);
  await fake.control("expire-access-tokens", {});
  const { data } = await service.events.list({ calendarId: "primary" });
  assert.deepEqual(data.items, []);
  const { requests } = await fake.control("requests");
  const told = requests.slice(-3).map(({ method, status }) => [method, status]);
  assert.deepEqual(told, [
    ["calendar.events.list", 401],
    ["oauth2.token", 200],
    ["calendar.events.list", 200],
  ]);
});

test("revoking a token ends the grant", async (t) => {
  const fake = await startFake(t);
  const client = await authorize(fake);
  const refreshToken = client.credentials.refresh_token;
  await client.revokeCredentials();
  client.setCredentials({ refresh_token: refreshToken });
  await assert.rejects(client.refreshAccessToken(), /invalid_grant/);
});

test("a scope that is missing is told", async (t) => {
  const fake = await startFake(t);
  const service = await connect(fake, { scopes: [SCOPE_READONLY] });
  const write = service.events.insert({ calendarId: "primary", requestBody: onDay(2) });
  const told = await assertRefused(write, 403, "insufficientPermissions");
  assert.equal(told.details[0].reason, "ACCESS_TOKEN_SCOPE_INSUFFICIENT");
});
