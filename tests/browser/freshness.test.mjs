// What visitors and the organization see when a calendar could not be read for too long: chosen on the calendar page
// (scenarios D5, F3), in each language.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";

import { api, eventually, leave, readEarlier, startChromium, startDemo, visit } from "./harness.mjs";
import { control, insert } from "./fake-calendar.mjs";
import { LOOKS, see, seeAll } from "./looks.mjs";
import * as pages from "./pages.mjs";

const ZONE = "Europe/Madrid";
const OWNER = "owner@brightside.example";

let demo;
let browser;
before(async () => {
  browser = await startChromium();
});
after(async () => {
  await browser?.close();
});
beforeEach(async () => {
  demo = await startDemo();
});
afterEach(async () => {
  await demo?.stop();
});

const adminPage = (route) => new URL(route, demo.admin_url).href;

/** Google cannot be asked what is in the calendar, and could not for three hours. */
async function away() {
  const kind = { status: 503 };
  await control(demo, "faults", [{ method: "calendar.events.list", kind, count: "always" }]);
  const from = new Date(Date.now() + 2 * 86_400_000).toISOString();
  const to = new Date(Date.now() + 9 * 86_400_000).toISOString();
  const slots = `/organizations/${demo.organization}/event-types/maths/slots?from=${from}&to=${to}`;
  await eventually("the calendar is old", async () => {
    // What was under way when Google went away may still be kept.
    readEarlier(demo, 180);
    const { as_of } = await api(demo, slots);
    return as_of[0].stale === true;
  });
}

/** Chooses on the calendar page, as its administrator. */
async function choose(page, onStale, minutes) {
  await page.goto(adminPage("/admin/connection"));
  await page.check(`[name="on_stale"][value="${onStale}"]`);
  await page.fill('[data-test="stale-after"]', String(minutes));
  await page.click('[data-test="save-freshness"]');
  await page.waitForURL(/result=freshness_saved/);
  assert.ok(await page.isChecked(`[name="on_stale"][value="${onStale}"]`));
  assert.equal(await page.inputValue('[data-test="stale-after"]'), String(minutes));
}

async function toForm(page) {
  await page.goto(pages.eventTypePage(demo, { zone: ZONE }));
  return pages.chooseSlot(page);
}

/** The booking that waits for the calendar. */
async function unverified() {
  const { bookings } = await api(demo, "/bookings");
  return bookings.find((booking) => booking.pending === "verification").id;
}

const visitor = { name: "Ada Lovelace", email: "ada@example.org" };

for (const language of ["en", "es"]) {
  test(`old calendars: taken, taken for now, not taken (${language})`, async () => {
    const options = { language, javaScript: false, width: 360, zone: ZONE };
    const [admin, page] = [await visit(browser, options), await visit(browser, options)];
    const seen = (page, name) => seeAll(browser, page, name, { language, zone: ZONE });
    await pages.signIn(admin, demo);
    await choose(admin, "allow", 30);
    await seen(admin, "connection-freshness-saved");
    await away();

    await page.goto(pages.eventTypePage(demo, { zone: ZONE }));
    await page.waitForSelector('[data-test="stale-note"]');
    await seen(page, "stale-picker");
    await toForm(page);
    await seen(page, "stale-form");
    await pages.book(page, visitor);
    await seen(page, "stale-booked");

    await choose(admin, "tentative", 30);
    await toForm(page);
    await pages.book(page, visitor);
    await seen(page, "unverified");
    await admin.goto(adminPage("/admin/bookings"));
    await seen(admin, "unverified-list");
    const id = await unverified();
    await admin.goto(adminPage(`/admin/bookings/${id}`));
    await admin.waitForSelector('[data-test="unverified"]');
    await seen(admin, "unverified-admin");

    await choose(admin, "refuse", 30);
    for (const look of LOOKS) {
      const refused = await visit(browser, { language, zone: ZONE, ...look });
      await toForm(refused);
      await refused.locator('input[name="name"]').fill(visitor.name);
      await refused.locator('input[name="email"]').fill(visitor.email);
      await refused.locator('main form[method="post"] [type="submit"]').first().click();
      await refused.waitForSelector('[data-test="refused"]');
      assert.equal(await refused.inputValue('input[name="name"]'), visitor.name, "what was typed is kept");
      await see(refused, "stale-refused", { language, ...look });
      // The refusal is the page's answer: 409, which the console notes.
      refused.problems = refused.problems.filter((problem) => !problem.includes("409"));
      await leave(refused);
    }
    await leave(admin);
    await leave(page);
  });

  test(`what came in between waits in the inbox (${language})`, async () => {
    const options = { language, javaScript: false, width: 360, zone: ZONE };
    const [admin, page] = [await visit(browser, options), await visit(browser, options)];
    const seen = (page, name) => seeAll(browser, page, name, { language, zone: ZONE });
    await pages.signIn(admin, demo);
    await choose(admin, "tentative", 30);
    await away();
    const start = await toForm(page);
    await pages.book(page, visitor);
    const id = await unverified();
    const end = new Date(Date.parse(start) + 30 * 60_000).toISOString();
    const there = { summary: "Dentist", start: { dateTime: start }, end: { dateTime: end } };
    await insert(demo, OWNER, "primary", there);
    await control(demo, "faults", []);
    await eventually("the overlap waits in the inbox", async () => {
      await admin.goto(adminPage("/admin/inbox"));
      return (await admin.locator('[data-test="conflict"]').count()) === 1;
    });
    await seen(admin, "inbox-overlap");
    await admin.goto(adminPage(`/admin/bookings/${id}`));
    assert.equal(await admin.locator('[data-test="unverified"]').count(), 0, "it does not wait any more");
    await seen(admin, "overlap-admin");
    await admin.goto(adminPage("/admin/inbox"));
    await pages.press(admin, "keep", /result=keep/);
    await seen(admin, "inbox-kept");
    await eventually("it is confirmed", async () => {
      const booking = await api(demo, `/bookings/${id}`);
      return booking.status === "confirmed" && booking.calendar_sync === "synced";
    });
    await page.reload();
    await seen(page, "verified");
    await leave(admin);
    await leave(page);
  });
}
