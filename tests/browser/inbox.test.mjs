// What Google refuses for good, as an administrator meets it: on the booking, in the inbox, decided there
// (scenario D2), and a connection that breaks (rows V5, L13), in each language, on a narrow screen.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { faults } from "./accessibility.mjs";
import { api, eventually, leave, shot, startChromium, startDemo, visit } from "./harness.mjs";
import * as pages from "./pages.mjs";

const ZONE = "Europe/Madrid";

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

/** Tells the fake calendar how to fail, or what time it is. */
async function tellGoogle(what, body) {
  const answer = await fetch(new URL(`/_fake/${what}`, demo.google_url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  assert.ok(answer.ok, await answer.text());
}

async function book(name) {
  const from = new Date(Date.now() + 2 * 86_400_000).toISOString();
  const to = new Date(Date.now() + 28 * 86_400_000).toISOString();
  const organization = `/organizations/${demo.organization}`;
  const window = `from=${from}&to=${to}`;
  const { slots } = await api(demo, `${organization}/event-types/maths/slots?${window}`);
  return api(demo, `${organization}/bookings`, {
    method: "POST",
    body: { event_type: "maths", start: slots[0].start, attendee: { name, email: "a@example.org" } },
  });
}

const until = (id, state) =>
  eventually(`booking ${id} is ${state}`, async () => {
    const { calendar_sync } = await api(demo, `/bookings/${id}`);
    return calendar_sync === state;
  });

const adminPage = (route) => new URL(route, demo.admin_url).href;

/** Looks at the page, light and dark, narrow and where the header has just become one line: no fault. */
async function look(page, name, language) {
  for (const colours of ["light", "dark"]) {
    for (const width of [360, 1088]) {
      const seen = await visit(browser, { language, colours, width, zone: ZONE });
      await seen.context().addCookies(await page.context().cookies());
      await seen.goto(page.url());
      await shot(seen, `${name}-${language}-${colours}-${width}`);
      assert.deepEqual(await faults(seen, { language }), [], name);
      await leave(seen);
    }
  }
}

for (const language of ["en", "es"]) {
  test(`a refused event waits in the inbox and a retry ends it (${language})`, async () => {
    const method = "calendar.events.insert";
    await tellGoogle("faults", [{ method, kind: { error: "forbiddenForNonOrganizer" }, count: 1 }]);
    const booked = await book(`Rosa ${language}`);
    await until(booked.id, "error");

    const page = await visit(browser, { javaScript: false, language, width: 360, zone: ZONE });
    await pages.signIn(page, demo);
    await page.goto(adminPage(`/admin/bookings/${booked.id}`));
    await look(page, "booking-refused", language);
    await page.goto(adminPage("/admin/inbox"));
    assert.equal(await page.locator('[data-test="conflict"]').count(), 1);
    assert.equal(await page.locator('[data-test="inbox-count"]').textContent(), "1");
    await look(page, "inbox-full", language);

    await pages.press(page, "retry", /result=retry/);
    await look(page, "inbox-retried", language);
    await until(booked.id, "synced");
    await page.goto(adminPage("/admin/inbox"));
    await page.locator('[data-test="inbox-empty"]').waitFor();
    await page.goto(adminPage(`/admin/bookings/${booked.id}`));
    assert.ok((await pages.shownTimeline(page)).includes("event_created"));
    await look(page, "booking-after-retry", language);
    await leave(page);
  });
}

test("a connection that broke says why, since when and what to do", async () => {
  await tellGoogle("faults", [{ method: "oauth2.token", kind: { error: "invalid_grant" }, count: 1 }]);
  await tellGoogle("clock", { advance_seconds: 7200 });
  const booked = await book("Emmy");
  await until(booked.id, "error");
  for (const language of ["en", "es"]) {
    const page = await visit(browser, { javaScript: false, language, width: 360, zone: ZONE });
    await pages.signIn(page, demo);
    await page.goto(adminPage("/admin/connection"));
    await page.locator('[data-test="connection"][data-state="error"] [data-test="cause"]').waitFor();
    await page.locator('[data-test="connect"]').waitFor();
    await look(page, "connection-broken", language);
    await page.goto(adminPage("/admin/inbox"));
    await page.locator('[data-test="told"][data-kind="grant_dead"]').waitFor();
    await page.locator('[data-test="alarm"] a').waitFor();
    await look(page, "inbox-told", language);
    await leave(page);
  }
});
