// Every page, in each language, light and dark: no fault of `accessibility.mjs`, nothing on the
// console, no request beyond loopback; and its picture when `SHOTS=1`. A new page is a new row.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { faults } from "./accessibility.mjs";
import { leave, shot, startChromium, startDemo, visit } from "./harness.mjs";
import * as pages from "./pages.mjs";

const ZONE = "Europe/Madrid";

let demo;
let browser;
let manage;
before(async () => {
  demo = await startDemo();
  browser = await startChromium();
  const page = await visit(browser);
  await page.goto(pages.eventTypePage(demo, { zone: ZONE }));
  await pages.chooseSlot(page);
  manage = await pages.book(page, { name: "Ada Lovelace", email: "ada@example.org" });
  await leave(page);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const to = (address) => (page) => page.goto(address());
const below = (suffix) => () => manage.split("?")[0] + suffix;
const admin = (route) => async (page) => {
  await pages.signIn(page, demo);
  await page.goto(new URL(route, demo.admin_url).href);
};

/** Name of the page's picture, and how a visitor gets there. */
const PAGES = [
  ["organization", to(() => demo.booking_url)],
  ["event-type", to(() => pages.eventTypePage(demo, { zone: ZONE }))],
  [
    "form",
    async (page) => {
      await page.goto(pages.eventTypePage(demo, { zone: ZONE }));
      await pages.chooseSlot(page);
    },
  ],
  ["booking", to(below(""))],
  ["reschedule", to(below("/reschedule"))],
  ["cancel", to(below("/cancel"))],
  ["sign-in", to(() => new URL("/admin/sign-in", demo.admin_url).href)],
  ["admin-bookings", admin("/admin/bookings")],
  ["admin-new", admin("/admin/bookings/new")],
  ["admin-inbox", admin("/admin/inbox")],
  ["admin-connection", admin("/admin/connection")],
];

for (const language of ["en", "es"]) {
  for (const colours of ["light", "dark"]) {
    for (const [name, go] of PAGES) {
      test(`${name} is sound (${language}, ${colours})`, async () => {
        const page = await visit(browser, { language, colours, zone: ZONE });
        await go(page);
        await shot(page, `${name}-${language}-${colours}`);
        assert.deepEqual(await faults(page, { language }), []);
        await leave(page);
      });
    }
  }
}

for (const [name, go] of PAGES) {
  test(`${name} on a narrow screen has its picture`, async () => {
    const page = await visit(browser, { width: 360, zone: ZONE });
    await go(page);
    await shot(page, `${name}-narrow`);
    await leave(page);
  });
}

test("the fake calendar is sound", async () => {
  const page = await visit(browser);
  await page.goto(demo.google_url);
  await shot(page, "fake-calendar");
  assert.deepEqual(await faults(page, { language: "en" }), []);
  await leave(page);
});
