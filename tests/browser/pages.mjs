// The pages as a visitor finds them: addresses, and what on them is pressed and read.
//
// Every hook the tests rely on is in this file, and none is a sentence of a page, so that one test
// runs in every language: addresses in links, names of form fields, `<time datetime>`, and the fake
// calendar's `data-event-id`, `data-start`, `data-end`.

import assert from "node:assert/strict";

import { eventually } from "./harness.mjs";

/** Months to look through for a free day. */
const MONTHS_MAX = 3;

const DAY = 'main a[href*="day="]:not([aria-disabled=true])';
const SLOT = 'main a[href*="start="]';
const NEXT_MONTH = 'main a[rel~="next"]';
const SUBMIT =
  'main form[method="post"] [type="submit"]:enabled, main form[method="post"] button:not([type]):enabled';

const instant = (text) => new Date(text).toISOString();

/** Address of an event type's public page. */
export function eventTypePage(demo, { zone, eventType = demo.event_types[0].slug } = {}) {
  const address = new URL(`/${demo.organization}/${eventType}`, demo.booking_url);
  if (zone) address.searchParams.set("tz", zone);
  return address.href;
}

/**
 * From a page with a month of days: chooses the first day with a free time, then its first free
 * time after `later` (an instant) if that is given. Gives the chosen start as an instant.
 */
export async function chooseSlot(page, { later } = {}) {
  for (let months = 0; months < MONTHS_MAX; months += 1) {
    const days = await page.locator(DAY).count();
    for (let day = 0; day < days; day += 1) {
      await page.locator(DAY).nth(day).click();
      await page.locator(SLOT).first().waitFor();
      const start = await pressSlot(page, later);
      if (start) return start;
    }
    await page.locator(NEXT_MONTH).first().click();
    await page.locator(DAY).first().waitFor();
  }
  assert.fail(`no free time in ${MONTHS_MAX} months at ${page.url()}`);
}

async function pressSlot(page, later) {
  const slots = page.locator(SLOT);
  for (let at = 0; at < (await slots.count()); at += 1) {
    const address = new URL(await slots.nth(at).getAttribute("href"), page.url());
    const start = instant(address.searchParams.get("start"));
    if (later && start <= later) continue;
    await slots.nth(at).click();
    await page.waitForURL((url) => url.searchParams.has("start"));
    return start;
  }
  return undefined;
}

/** Fills the form a chosen slot leads to, and books. Gives the address to manage the booking by. */
export async function book(page, { name, email }) {
  await page.locator('input[name="name"]').fill(name);
  await page.locator('input[name="email"]').fill(email);
  await submit(page);
  await page.waitForURL(/\/b\/[^/?]+/);
  return page.url();
}

/** Fills the form a chosen slot leads to, and presses its button twice, as fast as people do. */
export async function bookTwice(page, { name, email }) {
  await page.locator('input[name="name"]').fill(name);
  await page.locator('input[name="email"]').fill(email);
  await page.locator(SUBMIT).first().dblclick();
  await page.waitForURL(/\/b\/[^/?]+/);
}

/** From the booking's page to another time after `later`. Gives the new start as an instant. */
export async function reschedule(page, { later }) {
  await page.locator('main a[href$="/reschedule"]').first().click();
  await page.locator(DAY).first().waitFor();
  const start = await chooseSlot(page, { later });
  await submit(page);
  await page.waitForURL(/\/b\/[^/?]+(\?.*)?$/);
  return start;
}

/** From the booking's page: cancels it. */
export async function cancel(page) {
  await page.locator('main a[href$="/cancel"]').first().click();
  await submit(page);
  await page.waitForURL(/\/b\/[^/?]+(\?.*)?$/);
}

/** When the booking's page says the booking begins. */
export async function shownStart(page) {
  return instant(await page.locator("main time[datetime]").first().getAttribute("datetime"));
}

async function submit(page) {
  await page.locator(SUBMIT).first().click();
}

export async function signIn(page, demo) {
  await page.goto(demo.admin_url);
  await page.locator('input[name="email"]').fill(demo.admin_email);
  await page.locator('input[name="password"]').fill(demo.admin_password);
  await submit(page);
  await page.waitForURL(/\/admin\/bookings/);
}

const hook = (name) => `main [data-test="${name}"]`;

/** Presses what has this hook, and waits for where it leads. */
export async function press(page, name, leads) {
  await page.locator(hook(name)).first().click();
  if (leads) await page.waitForURL(leads);
}

/** The status an admin's page of a booking shows. */
export function shownStatus(page) {
  return page.locator(hook("booking-status")).first().getAttribute("data-status");
}

/** The kinds of what happened to the booking an admin looks at. */
export async function shownTimeline(page) {
  const entries = await page.locator(hook("timeline-entry")).all();
  return Promise.all(entries.map((entry) => entry.getAttribute("data-kind")));
}

/** Says no to a request, why, from its admin page. */
export async function decline(page, reason) {
  await press(page, "decline");
  await page.locator("#decline-reason").fill(reason);
  await press(page, "confirm-decline", /result=declined/);
}

/** Gives a booking to the first other host, from its admin page; gives the host's name. */
export async function reassign(page) {
  await press(page, "reassign");
  const name = await page.locator("#host option").first().textContent();
  await press(page, "confirm-reassign", /result=reassigned/);
  return name;
}

/** Fills the form for a new booking of an admin. `day` and `time` are the organization's. */
export async function fillNewBooking(page, { service, day, time, name, email }) {
  await page.locator("#event_type").selectOption(service);
  await page.locator("#day").fill(day);
  await page.locator("#time").fill(time);
  await page.locator('input[name="name"]').fill(name);
  await page.locator('input[name="email"]').fill(email);
}

/** Address of the fake calendar's week with `at` (an instant) in it. */
export function weekPage(demo, at) {
  const address = new URL(demo.google_url);
  address.searchParams.set("week", at.slice(0, 10));
  return address.href;
}

/** Events the open week shows whose text has `words` in it. */
export function events(page, words) {
  return page.evaluate((words) => {
    const blocks = [...document.querySelectorAll("[data-event-id]")];
    return blocks
      .filter((block) => block.textContent.includes(words))
      .map(({ dataset }) => ({
        id: dataset.eventId,
        start: new Date(dataset.start).toISOString(),
        end: new Date(dataset.end).toISOString(),
      }));
  }, words);
}

/** Waits until the week around `at` shows exactly one event with `words`, beginning then. */
export async function eventAt(page, demo, words, at) {
  await page.goto(weekPage(demo, at));
  return eventually(`an event "${words}" at ${at}`, async () => {
    const [event, ...more] = await events(page, words);
    if (event?.start === at && more.length === 0) return event;
    await page.reload();
    return undefined;
  });
}

/** Waits until the week around `at` shows no event with `words`. */
export async function noEvent(page, demo, words, at) {
  await page.goto(weekPage(demo, at));
  await eventually(`no event "${words}"`, async () => {
    if ((await events(page, words)).length === 0) return true;
    await page.reload();
    return false;
  });
}

/** Drags an event of the open week by this many minutes, down the day. */
export async function drag(page, event, minutes) {
  const block = page.locator(`[data-event-id="${event.id}"]`).first();
  await block.scrollIntoViewIfNeeded();
  const box = await block.boundingBox();
  const shown = (Date.parse(event.end) - Date.parse(event.start)) / 60_000;
  const from = { x: box.x + box.width / 2, y: box.y + Math.min(8, box.height / 2) };
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x, from.y + 4);
  await page.mouse.move(from.x, from.y + (box.height / shown) * minutes, { steps: 8 });
  await page.mouse.up();
}
