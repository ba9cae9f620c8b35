// Starts a fresh fake-google for each test and connects Google's own client to it.
//
// Nothing here knows what a method answers; the tests do. `startFake()` gives the process with its
// control interface; `connect(fake)` walks the whole consent road and gives a service.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { google } from "googleapis";

const TOP = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../..");
const TARGET = process.env.CARGO_TARGET_DIR ?? path.join(TOP, "target");

export const ANA = "ana@example.com";
export const LEO = "leo@example.com";
export const REDIRECT = "http://localhost:8080/callback";
const ZONE = "America/Montevideo";
const CLIENT_ID = "client";
const CLIENT_SECRET = "secret";

const ROOT = "https://www.googleapis.com/auth/";
export const SCOPE_ALL = `${ROOT}calendar`;
export const SCOPE_EVENTS = `${ROOT}calendar.events`;
export const SCOPE_READONLY = `${ROOT}calendar.events.readonly`;

/** A process that does not say where it is by then will not. */
const START_MS_MAX = 30_000;

/** The newest build of the fake; `FAKE_GOOGLE_BIN` names another. */
function binary() {
  if (process.env.FAKE_GOOGLE_BIN) return process.env.FAKE_GOOGLE_BIN;
  const built = ["debug", "release"]
    .map((profile) => path.join(TARGET, profile, "fake-google"))
    .map((file) => ({ file, time: statSync(file, { throwIfNoEntry: false })?.mtimeMs }))
    .filter(({ time }) => time !== undefined)
    .sort((one, other) => other.time - one.time);
  assert.ok(built.length > 0, `no fake-google in ${TARGET}: cargo build -p fake-google first`);
  return built[0].file;
}

/** A fake-google process of its own, strict about what it is sent; it ends with the test. */
export async function startFake(test) {
  const child = spawn(
    binary(),
    [
      ...["--listen", "127.0.0.1:0", "--strict", "--rule", "push.allows_http=true"],
      ...["--account", `${ANA}:${ZONE}`, "--account", `${LEO}:Europe/Madrid`],
      ...["--client", `${CLIENT_ID}:${CLIENT_SECRET}:${REDIRECT}`],
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const ended = once(child, "close");
  test.after(async () => {
    child.kill("SIGTERM");
    await ended;
  });
  const lines = createInterface({ input: child.stdout });
  const [line] = await once(lines, "line", { signal: AbortSignal.timeout(START_MS_MAX) });
  const origin = /control (\S+)\/_fake\//.exec(line)?.[1];
  assert.ok(origin, `fake-google is not ready: ${line}`);
  return { origin, control: (name, body) => control(origin, name, body) };
}

/** One call of the control interface: GET without a body, POST with one. */
async function control(origin, name, body) {
  const answer = await fetch(`${origin}/_fake/${name}`, {
    method: body ? "POST" : "GET",
    headers: { "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  assert.ok(answer.ok, `${name}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : undefined;
}

/** Lets the next calls of a method answer with a status. */
export function failNext(fake, method, status, count = 1) {
  return fake.control("faults", [{ method, kind: { status }, count }]);
}

/** Google's OAuth client, pointed at the fake. */
export function oauthClient(fake) {
  return new google.auth.OAuth2({
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    redirectUri: REDIRECT,
    endpoints: {
      oauth2AuthBaseUrl: `${fake.origin}/o/oauth2/v2/auth`,
      oauth2TokenUrl: `${fake.origin}/token`,
      oauth2RevokeUrl: `${fake.origin}/revoke`,
      tokenInfoUrl: `${fake.origin}/tokeninfo`,
    },
  });
}

/** Posts the consent form that a person would see at `address`; the query it leads back with. */
export async function decide(address, account, ticked, decision = "allow") {
  const form = new URLSearchParams([["account", account], ["decision", decision]]);
  for (const scope of ticked) form.append("scope", scope);
  const answer = await fetch(address, { method: "POST", body: form, redirect: "manual" });
  const location = answer.headers.get("location");
  assert.ok(location, `the consent form leads nowhere: ${answer.status} ${await answer.text()}`);
  return new URL(location).searchParams;
}

/** Consent to `scopes`, all ticked, and the exchanged tokens in a client. */
export async function authorize(fake, { scopes = [SCOPE_ALL], account = ANA } = {}) {
  const client = oauthClient(fake);
  const address = client.generateAuthUrl({
    access_type: "offline",
    prompt: "consent",
    scope: scopes,
  });
  const back = await decide(address, account, scopes);
  const { tokens } = await client.getToken(back.get("code"));
  client.setCredentials(tokens);
  return client;
}

export function serviceOf(fake, auth) {
  return google.calendar({ version: "v3", auth, rootUrl: `${fake.origin}/`, retry: false });
}

/** A service for everything of Ana's calendars, or of another account. */
export async function connect(fake, options) {
  return serviceOf(fake, await authorize(fake, options));
}

/** Fails unless the call is refused with this status and reason; the error as the client has it. */
export async function assertRefused(call, status, reason) {
  const error = await call.then(
    () => assert.fail(`answered, not refused with ${status} ${reason}`),
    (error) => error,
  );
  const told = error.response?.data?.error;
  assert.deepEqual([error.status, told?.errors?.[0]?.reason], [status, reason], error.stack);
  return told;
}

/** An event from 10 to 11 UTC on a day of March 2027. */
export function onDay(day, more = {}) {
  const date = `2027-03-${String(day).padStart(2, "0")}`;
  return {
    start: { dateTime: `${date}T10:00:00Z` },
    end: { dateTime: `${date}T11:00:00Z` },
    ...more,
  };
}
