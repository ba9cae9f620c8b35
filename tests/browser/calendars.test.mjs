// Several calendars of one account, each for its purpose (row T8), and what the connection page says of them:
// how changes reach us, and all-day events that block nothing (scenario F1). Without JavaScript, in each language.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { api, eventually, leave, startChromium, startDemo, visit } from "./harness.mjs";
import { control, insert } from "./fake-calendar.mjs";
import { seeAll } from "./looks.mjs";
import * as pages from "./pages.mjs";

const ZONE = "Europe/Madrid";
const OWNER = "owner@brightside.example";
const TEAM = "c_0123456789abcdef0123456789abcdef0123456789abcdef@group.calendar.google.com";

let browser;
before(async () => {
  browser = await startChromium();
});
after(async () => {
  await browser?.close();
});

const inDays = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** A calendar of the account with days that people may mean to be off, and are marked as free. */
async function furnish(demo) {
  await control(demo, "calendars", { id: TEAM, summary: "Team", time_zone: ZONE, owner: OWNER });
  await control(demo, "share", { calendar: TEAM, account: OWNER, role: "owner", listed: true });
  for (const days of [5, 9]) {
    const span = { start: { date: inDays(days) }, end: { date: inDays(days + 1) } };
    await insert(demo, OWNER, TEAM, { summary: "Away", transparency: "transparent", ...span });
  }
}

for (const language of ["en", "es"]) {
  test(`a second calendar is added, set and taken away (${language})`, async () => {
    const demo = await startDemo();
    await furnish(demo);
    const page = await visit(browser, { language, javaScript: false, width: 360, zone: ZONE });
    const see = (name) => seeAll(browser, page, name, { language, zone: ZONE });
    const connection = new URL("/admin/connection", demo.admin_url).href;
    await pages.signIn(page, demo);

    await page.goto(connection);
    await page.click('[data-test="add-calendar"] summary');
    await page.fill('[name="google_id"]', TEAM);
    await page.selectOption('[data-test="add-calendar"] [name="mode"]', "busy");
    await page.click('[data-test="add"]');
    await page.waitForSelector('[data-test="mode"]');
    const settings = page.url();
    await eventually("its free days are counted", async () => {
      await page.goto(settings);
      return (await page.locator('[data-test="free-days"]').count()) === 1;
    });
    assert.equal(await page.locator('[data-test="receives"]').count(), 0, "it is only read");
    assert.equal(await page.locator('[data-test="audit"]').count(), 1);
    await see("calendar-busy");

    await page.locator('[data-test="blocks"] input[type="checkbox"]').first().uncheck();
    await page.selectOption('[data-test="mode"]', "write");
    await page.click('[data-test="save-calendar"]');
    await page.waitForURL(/result=calendar_saved/);
    await eventually("Google tells of both", async () => {
      await page.goto(connection);
      return (await page.locator('[data-test="push"][data-state="live"]').count()) === 1;
    });
    assert.equal(await page.locator('[data-test="calendar"]').count(), 2);
    await see("connection-several");
    await page.goto(settings);
    await page.waitForSelector('[data-test="receives"]');
    await see("calendar-write");

    const { connections } = await api(demo, "/calendar-connections");
    const list = `/calendar-connections/${connections[0].id}/calendars`;
    const { calendars } = await api(demo, list);
    const team = calendars.find((calendar) => calendar.google_id === TEAM);
    const primary = calendars.find((calendar) => calendar.google_id !== TEAM);
    assert.deepEqual([team.mode, team.blocks.length], ["write", primary.blocks.length - 1]);

    await page.click('[data-test="remove-calendar"]');
    await page.waitForURL(/result=calendar_removed/);
    assert.equal(await page.locator('[data-test="calendar"]').count(), 1);
    await see("connection-removed");
    // Bookings would have nowhere to go.
    await page.click('[data-test="calendar-settings"]');
    await page.click('[data-test="remove-calendar"]');
    await page.waitForURL(/result=receiver_needed/);
    await see("connection-receiver-needed");
    await leave(page);
    await demo.stop();
  });
}
