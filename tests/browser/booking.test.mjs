// The road from a visitor's click to an event in Google, and back: with JavaScript and without, in
// each language, over real HTTP.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { api, eventually, leave, startChromium, startDemo, visit } from "./harness.mjs";
import * as pages from "./pages.mjs";

/** Not the hosts' zone, so that a mix-up of zones shows. */
const ZONE = "America/New_York";
const HOUR_MS = 3_600_000;

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

for (const language of ["en", "es"]) {
  for (const javaScript of [true, false]) {
    const which = `${language}, JavaScript ${javaScript ? "on" : "off"}`;
    test(`book, reschedule, cancel: the calendar follows (${which})`, async () => {
      const attendee = { name: `Ada ${language} ${javaScript}`, email: "ada@example.org" };
      const page = await visit(browser, { language, javaScript, zone: ZONE });
      const calendar = await visit(browser);

      await page.goto(pages.eventTypePage(demo, { zone: ZONE }));
      assert.equal((await page.locator("html").getAttribute("lang")).slice(0, 2), language);
      const start = await pages.chooseSlot(page);
      const manage = await pages.book(page, attendee);
      assert.equal(await pages.shownStart(page), start);
      const event = await pages.eventAt(calendar, demo, attendee.name, start);

      const moved = await pages.reschedule(page, { later: start });
      assert.equal(page.url().split("?")[0], manage.split("?")[0]);
      assert.equal(await pages.shownStart(page), moved);
      const followed = await pages.eventAt(calendar, demo, attendee.name, moved);
      assert.equal(followed.id, event.id, "the same event, moved");

      await pages.cancel(page);
      await pages.noEvent(calendar, demo, attendee.name, moved);
      await leave(page);
      await leave(calendar);
    });
  }
}

for (const javaScript of [true, false]) {
  test(`a form sent twice books once (JavaScript ${javaScript ? "on" : "off"})`, async () => {
    const name = `Katherine twice ${javaScript}`;
    const page = await visit(browser, { javaScript, zone: ZONE });
    await page.goto(pages.eventTypePage(demo, { zone: ZONE }));
    await pages.chooseSlot(page);
    const sent = page.waitForRequest((request) => request.method() === "POST");
    await pages.bookTwice(page, { name, email: "katherine@example.org" });
    assert.equal(await page.locator('[data-test="refused"]').count(), 0);
    const manage = page.url();
    // The same bytes once more, as after going back: the booking that was made, not a refusal.
    const first = await sent;
    const again = await page.request.post(first.url(), {
      data: first.postData(),
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        origin: new URL(first.url()).origin,
      },
      maxRedirects: 0,
    });
    assert.equal(again.status(), 303);
    assert.equal(new URL(again.headers().location, manage).href, manage);
    const { bookings } = await api(demo, "/bookings");
    assert.equal(bookings.filter(({ attendee }) => attendee.name === name).length, 1);
    await leave(page);
  });
}

test("dragging the event in the calendar moves the booking", async () => {
  const attendee = { name: "Grace dragged", email: "grace@example.org" };
  const page = await visit(browser, { zone: ZONE });
  const calendar = await visit(browser);
  await page.goto(pages.eventTypePage(demo, { zone: ZONE }));
  const start = await pages.chooseSlot(page);
  await pages.book(page, attendee);
  const event = await pages.eventAt(calendar, demo, attendee.name, start);

  await pages.drag(calendar, event, 60);
  const moved = new Date(Date.parse(start) + HOUR_MS).toISOString();
  await pages.eventAt(calendar, demo, attendee.name, moved);
  await eventually("the booking has moved too", async () => {
    await page.reload();
    return (await pages.shownStart(page)) === moved;
  });
  await leave(page);
  await leave(calendar);
});

test("a booking made over the API is in the calendar and says so", async () => {
  const [{ slug }] = demo.event_types;
  const day = (days) => new Date(Date.now() + days * 24 * HOUR_MS).toISOString().slice(0, 10);
  const organization = `/organizations/${demo.organization}`;
  const window = `from=${day(1)}&to=${day(30)}&time_zone=${ZONE}`;
  const { slots } = await api(demo, `${organization}/event-types/${slug}/slots?${window}`);
  const booking = await api(demo, `${organization}/bookings`, {
    method: "POST",
    body: {
      event_type: slug,
      start: slots.at(-1).start,
      attendee: { name: "Alan over the API", email: "alan@example.org", time_zone: ZONE },
    },
  });
  await eventually("the booking is in step", async () => {
    const { calendar_sync } = await api(demo, `/bookings/${booking.id}`);
    return calendar_sync === "synced";
  });
  const calendar = await visit(browser);
  await pages.eventAt(calendar, demo, "Alan over the API", new Date(booking.start).toISOString());
  await leave(calendar);
});
