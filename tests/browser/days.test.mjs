// The organization's days: bookings, and what else stands in the connected calendar, told apart; without
// JavaScript, in each language.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { control, insert } from "./fake-calendar.mjs";
import { api, eventually, leave, startChromium, startDemo, visit } from "./harness.mjs";
import { seeAll } from "./looks.mjs";
import * as pages from "./pages.mjs";

const ZONE = "Europe/Madrid";
const HOUR = 3_600_000;

let demo;
let browser;
let booked;
before(async () => {
  demo = await startDemo();
  browser = await startChromium();
  const from = new Date(Date.now() + 2 * 24 * HOUR).toISOString();
  const to = new Date(Date.now() + 28 * 24 * HOUR).toISOString();
  const organization = `/organizations/${demo.organization}`;
  const window = `from=${from}&to=${to}`;
  const { slots } = await api(demo, `${organization}/event-types/maths/slots?${window}`);
  booked = await api(demo, `${organization}/bookings`, {
    method: "POST",
    body: { event_type: "maths", start: slots[0].start, attendee: { name: "Rosa", email: "a@example.org" } },
  });
  const { accounts } = await control(demo, "state");
  const at = (hours) => ({ dateTime: new Date(Date.parse(booked.start) + hours * HOUR).toISOString() });
  const dentist = { summary: "Dentist", start: at(2), end: at(3) };
  await insert(demo, accounts[0].email, "primary", dentist);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

for (const language of ["en", "es"]) {
  test(`bookings and foreign events are told apart (${language})`, async () => {
    const page = await visit(browser, { javaScript: false, language, width: 360, zone: ZONE });
    await pages.signIn(page, demo);
    const day = booked.start.slice(0, 10);
    for (const view of ["week", "month", "day"]) {
      const address = new URL(`/admin/calendar?view=${view}&day=${day}`, demo.admin_url).href;
      const entries = `[data-date="${day}"] [data-test="entry"]`;
      const seen = await eventually("both are shown", async () => {
        await page.goto(address);
        const kinds = await page.locator(entries).evaluateAll((all) => all.map(({ dataset }) => dataset.kind));
        return kinds.length === 2 && kinds;
      });
      assert.deepEqual(seen, ["booking", "busy"], "by their time, and the booking's own event is not told twice");
      const start = await page.locator(`${entries} time`).first().getAttribute("datetime");
      assert.equal(Date.parse(start), Date.parse(booked.start));
      assert.ok(!(await page.content()).includes("Dentist"), "what it is about is nobody's business here");
      await seeAll(browser, page, `days-${view}`, { language, zone: ZONE });
    }
    await page.click('[data-test="today"]');
    await page.locator(".day-today").waitFor();
    await leave(page);
  });
}
