// A page as everybody may meet it: light and dark, on a narrow and on a wide screen.

import assert from "node:assert/strict";

import { faults } from "./accessibility.mjs";
import { leave, shot, visit } from "./harness.mjs";

const COLOURS = ["light", "dark"];
const WIDTHS = [360, 1280];

/** Every way to look at a page. */
export const LOOKS = COLOURS.flatMap((colours) => WIDTHS.map((width) => ({ colours, width })));

/** The page as it stands: its picture, and no fault. */
export async function see(page, name, { language, colours, width }) {
  await shot(page, `${name}-${language}-${colours}-${width}`);
  assert.deepEqual(await faults(page, { language }), [], `${name} ${language} ${colours} ${width}`);
}

/** The address `page` is at, by its visitor, in every way: a page that a form answered cannot be had so. */
export async function seeAll(browser, page, name, { language, zone }) {
  for (const look of LOOKS) {
    const seen = await visit(browser, { language, zone, ...look });
    await seen.context().addCookies(await page.context().cookies());
    await seen.goto(page.url());
    await see(seen, name, { language, ...look });
    await leave(seen);
  }
}
