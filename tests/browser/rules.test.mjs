// Who wins when an event changes in Google: chosen on a page without JavaScript, and then so (row V3); and the
// booking's history in words, in each language.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { call, control } from "./fake-calendar.mjs";
import { api, eventually, leave, startChromium, startDemo, visit } from "./harness.mjs";
import { seeAll } from "./looks.mjs";
import * as pages from "./pages.mjs";

const ZONE = "Europe/Madrid";
const HOUR = 3_600_000;

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

const adminPage = (route) => new URL(route, demo.admin_url).href;

/** Books the first time on offer, and waits for its event. */
async function book(name) {
  const from = new Date(Date.now() + 2 * 24 * HOUR).toISOString();
  const to = new Date(Date.now() + 28 * 24 * HOUR).toISOString();
  const organization = `/organizations/${demo.organization}`;
  const window = `from=${from}&to=${to}`;
  const { slots } = await api(demo, `${organization}/event-types/maths/slots?${window}`);
  const { id } = await api(demo, `${organization}/bookings`, {
    method: "POST",
    body: { event_type: "maths", start: slots[0].start, attendee: { name, email: "a@example.org" } },
  });
  const event = await eventually("its event", async () => {
    const { accounts } = await control(demo, "state");
    const [{ email }] = accounts;
    const { events } = await control(demo, `events?calendar=${encodeURIComponent(email)}`);
    const found = events.find(({ summary, status }) => status !== "cancelled" && summary?.includes(name));
    return found && { email, id: found.id, start: found.start, end: found.end };
  });
  return { id, event };
}

const sees = (id, what, fits) =>
  eventually(what, async () => {
    const booking = await api(demo, `/bookings/${id}`);
    return fits(booking) && booking;
  });

const later = ({ dateTime }) => ({ dateTime: new Date(Date.parse(dateTime) + HOUR).toISOString() });

for (const language of ["en", "es"]) {
  test(`an owner chooses to be asked before a deletion cancels (${language})`, async () => {
    const page = await visit(browser, { javaScript: false, language, width: 360, zone: ZONE });
    await pages.signIn(page, demo);
    await page.goto(adminPage("/admin/connection"));
    await page.click('[data-test="rules"]');
    await page.locator("form[data-test=rules]").waitFor();
    await seeAll(browser, page, "rules", { language, zone: ZONE });
    await page.check("#deletions-ask");
    await page.check("#both-newest");
    await page.click('[data-test="save-rules"]');
    await page.waitForURL(/result=rules_saved/);
    await seeAll(browser, page, "rules-saved", { language, zone: ZONE });
    await page.click('[data-test="rules"]');
    assert.ok(await page.isChecked("#deletions-ask"));
    assert.ok(await page.isChecked("#moves-follow"), "what was not touched is as before");

    const { id, event } = await book(`Rosa ${language}`);
    const moved = { start: later(event.start), end: later(event.end) };
    const edited = { ...moved, location: "Alameda de Hércules 7" };
    await call(demo, event.email, "PATCH", "primary", `/${event.id}`, edited);
    const start = Date.parse(moved.start.dateTime);
    await sees(id, "the booking follows", (booking) => Date.parse(booking.start) === start);
    await call(demo, event.email, "DELETE", "primary", `/${event.id}`);
    const asked = await sees(id, "it waits for a person", ({ calendar_sync }) => calendar_sync === "error");
    assert.equal(asked.status, "confirmed");

    await page.goto(adminPage(`/admin/bookings/${id}`));
    const told = await pages.shownTimeline(page);
    for (const kind of ["booked", "event_created", "moved_in_calendar", "edited_in_calendar", "parked"]) {
      assert.ok(told.includes(kind), `${kind} in ${told}`);
    }
    await seeAll(browser, page, "history", { language, zone: ZONE });
    await page.goto(adminPage("/admin/inbox"));
    await pages.press(page, "theirs", /result=theirs/);
    await sees(id, "it is cancelled", ({ status }) => status === "cancelled");
    await leave(page);
  });
}
