// What an administrator decides, without JavaScript, in each language, on a narrow screen: yes, no,
// another host, the end of a booking, and one on top of another (scenarios B4, B7, D4).

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { faults } from "./accessibility.mjs";
import { api, leave, shot, startChromium, startDemo, visit } from "./harness.mjs";
import * as pages from "./pages.mjs";

const ZONE = "Europe/Madrid";
const NEEDS_APPROVAL = "first-talk";

let demo;
let browser;
before(async () => {
  demo = await startDemo();
  browser = await startChromium();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const NARROW = { javaScript: false, width: 360, zone: ZONE };

/** The starts of an event type that several hosts could take: seen by the API's own list. */
async function starts(eventType) {
  const from = new Date(Date.now() + 2 * 86_400_000).toISOString();
  const to = new Date(Date.now() + 28 * 86_400_000).toISOString();
  const organization = `/organizations/${demo.organization}`;
  const window = `from=${from}&to=${to}&time_zone=${ZONE}`;
  const { slots } = await api(demo, `${organization}/event-types/${eventType}/slots?${window}`);
  return slots.map(({ start }) => start);
}

async function book(eventType, start, name, more = {}) {
  return api(demo, `/organizations/${demo.organization}/bookings`, {
    method: "POST",
    body: { event_type: eventType, start, attendee: { name, email: "ana@example.org" }, ...more },
  });
}

const adminPage = (id) => new URL(`/admin/bookings/${id}`, demo.admin_url).href;

/** Looks at the page: no fault, and its picture. */
async function look(page, name, language) {
  await shot(page, `${name}-${language}-narrow`);
  // Without JavaScript the checks cannot run in the page; the same page is looked at with it.
  const seen = await visit(browser, { language, width: 360, zone: ZONE });
  await seen.context().addCookies(await page.context().cookies());
  await seen.goto(page.url());
  assert.deepEqual(await faults(seen, { language }), [], name);
  await leave(seen);
}

for (const language of ["en", "es"]) {
  test(`a request is approved, another declined, the booking given away and cancelled (${language})`, async () => {
    const times = await starts(NEEDS_APPROVAL);
    // Of one time, so that only one can be approved; it has two hosts only where both work.
    const offered = times.filter((start) => start.includes("T16:") || start.includes("T17:"));
    const start = offered.at(language === "en" ? 0 : -1);
    const hosts = await api(demo, `/organizations/${demo.organization}/event-types`);
    const marta = hosts.event_types.find(({ slug }) => slug === NEEDS_APPROVAL).hosts[0];
    const first = await book(NEEDS_APPROVAL, start, `Rosa ${language}`, { host: marta.id });
    const second = await book(NEEDS_APPROVAL, start, `Emmy ${language}`, { host: marta.id });

    const page = await visit(browser, { ...NARROW, language });
    await pages.signIn(page, demo);
    await page.goto(adminPage(first.id));
    assert.equal(await pages.shownStatus(page), "requested");
    await look(page, "admin-request", language);
    await pages.press(page, "approve", /result=approved/);
    assert.equal(await pages.shownStatus(page), "confirmed");
    await look(page, "admin-approved", language);

    await page.goto(adminPage(second.id));
    await pages.press(page, "approve", /result=taken/);
    assert.equal(await pages.shownStatus(page), "requested");
    await look(page, "admin-taken", language);
    await pages.decline(page, "Full that day");
    assert.equal(await pages.shownStatus(page), "declined");
    assert.ok((await page.locator("main").textContent()).includes("Full that day"));

    await page.goto(adminPage(first.id));
    await pages.press(page, "reassign");
    await look(page, "admin-reassign", language);
    await page.goto(adminPage(first.id));
    const name = await pages.reassign(page);
    assert.ok((await page.locator("main").textContent()).includes(name));
    assert.equal((await api(demo, `/bookings/${first.id}`)).host, name);

    await pages.press(page, "cancel");
    await page.locator("#reason").fill("Ill today");
    await pages.press(page, "confirm-cancel", /result=cancelled/);
    const kinds = await pages.shownTimeline(page);
    const isOurs = (kind) => !kind.startsWith("event_") && kind !== "calendar_call";
    const ours = kinds.filter(isOurs);
    assert.deepEqual(ours, ["requested", "approved", "reassigned", "cancelled"]);
    await leave(page);
  });

  test(`a booking goes on top of another once the warning is confirmed (${language})`, async () => {
    const times = await starts("maths");
    const start = times.at(language === "en" ? 3 : -3);
    await book("maths", start, `Ada first ${language}`);
    const [day, time] = start.split("T");
    const wish = { service: "maths", day, time: time.slice(0, 5) };
    const who = { name: `Mary on top ${language}`, email: "mary@example.org" };

    const page = await visit(browser, { ...NARROW, language });
    await pages.signIn(page, demo);
    await pages.press(page, "new-booking", /\/admin\/bookings\/new/);
    await look(page, "admin-new", language);
    await pages.fillNewBooking(page, { ...wish, ...who });
    await pages.press(page, "book");
    await page.locator('[data-test="refused"][data-code="slot_taken"]').waitFor();
    await shot(page, `admin-new-taken-${language}-narrow`);
    await pages.press(page, "confirm-force");
    await page.locator('[data-test="problems"]').waitFor();
    await shot(page, `admin-new-unsaid-${language}-narrow`);
    await page.locator("#reason").fill("Exam tomorrow");
    await pages.press(page, "confirm-force", /result=made/);
    assert.equal(await page.locator('[data-test="forced"]').count(), 1);
    const text = await page.locator("main").textContent();
    assert.ok(text.includes("Exam tomorrow") && text.includes(demo.admin_email));
    await look(page, "admin-forced", language);
    // The console tells of the two refusals that were asked for.
    page.problems = page.problems.filter((problem) => !/status of (409|422)/.test(problem));
    await leave(page);
  });
}

test("everything is reached with the keyboard alone", async () => {
  const [start] = await starts(NEEDS_APPROVAL);
  const asked = await book(NEEDS_APPROVAL, start, "Hedy by keyboard");
  const page = await visit(browser, { ...NARROW });
  await pages.signIn(page, demo);
  await page.goto(adminPage(asked.id));
  await tabTo(page, "decline");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.type("No room");
  await tabTo(page, "confirm-decline");
  await page.keyboard.press("Enter");
  await page.waitForURL(/result=declined/);
  const other = await book(NEEDS_APPROVAL, start, "Hedy again");
  await page.goto(adminPage(other.id));
  await tabTo(page, "approve");
  await page.keyboard.press("Enter");
  await page.waitForURL(/result=approved/);
  await leave(page);
});

/** Tabs on until what has this hook has the focus; a page has fewer stops than this. */
async function tabTo(page, name) {
  const STOPS_MAX = 60;
  for (let stops = 0; stops < STOPS_MAX; stops += 1) {
    const focused = page.locator(`[data-test="${name}"]:focus`);
    if ((await focused.count()) > 0) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`${name} is not reached`);
}
