// A connection is given up, after a page that says what follows, without JavaScript, in each language
// (rows V1, R6).

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { faults } from "./accessibility.mjs";
import { api, leave, shot, startChromium, startDemo, visit } from "./harness.mjs";
import * as pages from "./pages.mjs";

const ZONE = "Europe/Madrid";

let browser;
before(async () => {
  browser = await startChromium();
});
after(async () => {
  await browser?.close();
});

/** Looks at the page on a narrow screen, light and dark: no fault, and its pictures. */
async function look(page, name, language) {
  for (const colours of ["light", "dark"]) {
    const seen = await visit(browser, { language, colours, width: 360, zone: ZONE });
    await seen.context().addCookies(await page.context().cookies());
    await seen.goto(page.url());
    await shot(seen, `${name}-${language}-${colours}`);
    assert.deepEqual(await faults(seen, { language }), [], name);
    await leave(seen);
  }
}

for (const language of ["en", "es"]) {
  test(`a connection is given up after asking (${language})`, async () => {
    const demo = await startDemo();
    const page = await visit(browser, { language, javaScript: false, width: 360, zone: ZONE });
    await pages.signIn(page, demo);
    await page.goto(new URL("/admin/connection", demo.admin_url).href);
    await page.click("[data-test=disconnect]");
    await page.waitForSelector("[data-test=preview]");
    await look(page, "disconnect-confirm", language);
    await page.click("[data-test=confirm-disconnect]");
    await page.waitForSelector("[data-test=connection][data-state=inactive]");
    assert.equal(await page.locator("[data-test=connect]").count(), 1, "the way back");
    await look(page, "disconnect-done", language);
    const { connections } = await api(demo, "/calendar-connections");
    assert.equal(connections[0].state, "inactive");
    await leave(page);
    await demo.stop();
  });
}
