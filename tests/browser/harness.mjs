// Starts what the browser tests need and ends it: the built `lockstep demo`, and Chromium.
//
// Nothing here knows a page; `pages.mjs` does. This is also the one place that may let time pass:
// `eventually` looks at a condition again, a bounded number of times.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";

const TOP = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const TARGET = process.env.CARGO_TARGET_DIR ?? path.join(TOP, "target");

/** A cold debug build on a loaded machine; the product itself is ready in two seconds. */
const START_MS_MAX = 30_000;
const STOP_MS_MAX = 5_000;
/** Looks at one condition, and the pause between two: ten seconds in all. */
const LOOKS_MAX = 100;
const LOOK_PAUSE_MS = 100;

/** Loopback only, even for a page that tries: every other name fails to resolve. */
const CHROMIUM_FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
];

/** The newest build of the binary; `LOCKSTEP_BIN` names another. */
function binary() {
  if (process.env.LOCKSTEP_BIN) return process.env.LOCKSTEP_BIN;
  const built = ["debug", "release"]
    .map((profile) => path.join(TARGET, profile, "lockstep"))
    .map((file) => ({ file, time: statSync(file, { throwIfNoEntry: false })?.mtimeMs }))
    .filter(({ time }) => time !== undefined)
    .sort((one, other) => other.time - one.time);
  assert.ok(built.length > 0, `no lockstep in ${TARGET}/{debug,release}: cargo build first`);
  return built[0].file;
}

/**
 * Starts the demo on free loopback ports and waits until it prints where it is. The answer has the
 * fields of that line (`booking_url`, `api_key`, ...), `data_dir` and `stop()`.
 */
export async function startDemo() {
  const data_dir = mkdtempSync(path.join(tmpdir(), "lockstep-browser-"));
  const listen = ["--listen", "127.0.0.1:0", "--google-listen", "127.0.0.1:0"];
  const child = spawn(binary(), ["demo", "--json", ...listen, "--data-dir", data_dir], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const complaints = [];
  createInterface({ input: child.stderr }).on("line", (line) => {
    complaints.push(line);
    complaints.splice(0, complaints.length - 50);
  });
  const stop = async () => {
    child.kill("SIGTERM");
    await within(STOP_MS_MAX, ended, "lockstep did not end").finally(kill);
    rmSync(data_dir, { recursive: true });
    process.removeListener("exit", kill);
  };
  try {
    const line = await within(START_MS_MAX, firstLine(child), "lockstep is not ready");
    return { ...JSON.parse(line), data_dir, stop };
  } catch (error) {
    kill();
    await within(STOP_MS_MAX, ended, "its last words").catch(() => {});
    throw new Error(`${error.message}\n${complaints.join("\n")}`, { cause: error });
  }
}

/** As if every calendar had last been read so much earlier than it was. No face of the product can say so. */
export function readEarlier(demo, minutes) {
  const sql = `UPDATE calendar SET as_of = as_of - ${minutes * 60_000_000}`;
  const script = "import sqlite3, sys; db = sqlite3.connect(sys.argv[1], 5); db.execute(sys.argv[2]); db.commit()";
  execFileSync("python3", ["-c", script, path.join(demo.data_dir, "lockstep.db"), sql]);
}

function firstLine(child) {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    const lines = createInterface({ input: child.stdout });
    lines.once("line", resolve);
    lines.once("close", () => reject(new Error("lockstep ended without a word")));
  });
}

function within(milliseconds, promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} after ${milliseconds} ms`)), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Chromium with a profile of its own, gone when it closes. */
export function startChromium() {
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    chromiumSandbox: !isRoot,
    args: CHROMIUM_FLAGS,
  });
}

/**
 * A visitor: one page in a context of its own, with `page.problems` collecting what must not
 * happen on any page. `leave(page)` fails if something did.
 */
export async function visit(
  browser,
  { language = "en", javaScript = true, colours = "light", zone = "Europe/Madrid", width = 1280 } = {},
) {
  const context = await browser.newContext({
    locale: language,
    timezoneId: zone,
    colorScheme: colours,
    javaScriptEnabled: javaScript,
    reducedMotion: "reduce",
    viewport: { width, height: 900 },
  });
  const page = await context.newPage();
  page.setDefaultTimeout(LOOKS_MAX * LOOK_PAUSE_MS);
  page.problems = [];
  page.on("pageerror", (error) => page.problems.push(`uncaught: ${error.message}`));
  page.on("console", (message) => {
    // A refused script, style or request (Content-Security-Policy) is an error of the console too.
    if (message.type() === "error") page.problems.push(`console: ${message.text()}`);
  });
  context.on("request", (request) => {
    if (!isLoopback(request.url())) page.problems.push(`request to ${request.url()}`);
  });
  context.on("response", (response) => {
    if (response.status() >= 500) page.problems.push(`${response.status()} ${response.url()}`);
  });
  return page;
}

function isLoopback(address) {
  const url = new URL(address);
  return !/^(https?|wss?):$/.test(url.protocol) || ["127.0.0.1", "localhost"].includes(url.hostname);
}

/** Closes a visitor's page and fails if anything went wrong on it. */
export async function leave(page) {
  await page.context().close();
  assert.deepEqual(page.problems, [], "problems on the page");
}

/** The first true answer of `look`, tried a bounded number of times. */
export async function eventually(what, look) {
  let last;
  for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
    last = await look();
    if (last) return last;
    await new Promise((resolve) => setTimeout(resolve, LOOK_PAUSE_MS));
  }
  assert.fail(`never so in ${LOOKS_MAX} looks: ${what} (last: ${JSON.stringify(last)})`);
}

/** One call of the API with the demo's key; the answer's JSON. */
export async function api(demo, route, { method = "GET", body } = {}) {
  const answer = await fetch(`${demo.api_url}${route}`, {
    method,
    headers: { authorization: `Bearer ${demo.api_key}`, "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  assert.ok(answer.ok, `${method} ${route}: ${answer.status} ${await answer.clone().text()}`);
  return answer.json();
}

/** Keeps a picture of the whole page in `.cache/shots` when `SHOTS=1`. */
export async function shot(page, name) {
  if (process.env.SHOTS !== "1") return;
  const folder = path.join(TOP, ".cache/shots");
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
}
