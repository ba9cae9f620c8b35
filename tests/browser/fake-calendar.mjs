// The fake Google's calendar as its visitors find it: a world to look at, addresses, and hooks.
//
// Like `pages.mjs` for Lockstep's own pages: no sentence of a page is in here, so that one test
// runs in every language.

import assert from "node:assert/strict";

import { eventually } from "./harness.mjs";

export const ZONE = "Europe/Madrid";
export const LEO = "leo@example.com";
export const MIA = "mia@example.com";
const TEAM = "team@group.calendar.google.com";
const HOLIDAYS = "holidays@group.v.calendar.google.com";

/** Weeks ahead of today where the world's events are: beyond what any other test books. */
const WEEKS_AHEAD = 20;
const DAY_MS = 86_400_000;

/** One call of the fake's control interface. */
export async function control(demo, route, body) {
  const answer = await fetch(new URL(`/_fake/${route}`, demo.google_url), {
    method: body ? "POST" : "GET",
    headers: { "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  assert.ok(answer.ok, `${route}: ${answer.status} ${await answer.clone().text()}`);
  return answer.json().catch(() => null);
}

/** The Monday on which the world's week begins, and days of it. */
export function day(days = 0) {
  const today = Date.now();
  const weekday = (new Date(today).getUTCDay() + 6) % 7;
  return new Date(today + (7 * WEEKS_AHEAD - weekday + days) * DAY_MS).toISOString().slice(0, 10);
}

const at = (days, hour) => ({ dateTime: `${day(days)}T${hour}:00`, timeZone: ZONE });

/**
 * Adds two accounts of their own to the demo's fake: Leo with a shared calendar and one that he
 * may only read, events of every kind, and an app that has access.
 */
export async function furnish(demo) {
  for (const [email, name] of [[LEO, "Leo"], [MIA, "Mia"]]) {
    await control(demo, "accounts", { email, name, time_zone: ZONE });
  }
  await control(demo, "calendars", { id: TEAM, summary: "Team", time_zone: ZONE, owner: MIA });
  await control(demo, "calendars", { id: HOLIDAYS, summary: "Holidays", time_zone: ZONE, owner: MIA });
  await control(demo, "share", { calendar: TEAM, account: LEO, role: "writer", listed: true });
  await control(demo, "share", { calendar: HOLIDAYS, account: LEO, role: "reader", listed: true });
  const series = { recurrence: ["RRULE:FREQ=WEEKLY;COUNT=4"] };
  const guests = { attendees: [{ email: LEO }] };
  const people = [
    [LEO, { summary: "Haircut", location: "Main street 5", start: at(0, "09:00"), end: at(0, "10:00") }],
    [LEO, { summary: "Overlapping", start: at(0, "09:30"), end: at(0, "11:00") }],
    [LEO, { summary: "Piano lesson", ...series, start: at(1, "16:00"), end: at(1, "17:00") }],
    [LEO, { summary: "Quarter of an hour", start: at(4, "12:00"), end: at(4, "12:15") }],
    [MIA, { summary: "Dinner", ...guests, start: at(2, "19:00"), end: at(2, "21:00") }],
  ];
  for (const [email, event] of people) await insert(demo, email, "primary", event);
  await insert(demo, MIA, TEAM, { summary: "Planning", start: at(0, "09:45"), end: at(0, "11:30") });
  const days = { start: { date: day(3) }, end: { date: day(4) } };
  await insert(demo, MIA, HOLIDAYS, { summary: "Day of the tree", ...days });
}

/** One call of the Calendar API, as the account's own app would make it; its answer, where there is one. */
export async function call(demo, email, method, calendar, path, body) {
  const { clients } = await control(demo, "state");
  const client = clients[0].id;
  const scopes = ["https://www.googleapis.com/auth/calendar"];
  const { access_token: token } = await control(demo, "grants", { account: email, client, scopes });
  const at = `/calendar/v3/calendars/${encodeURIComponent(calendar)}/events${path}`;
  const answer = await fetch(new URL(at, demo.google_url), {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  assert.ok(answer.ok, `${method}: ${answer.status} ${await answer.clone().text()}`);
  return answer.json().catch(() => null);
}

/** Inserts an event over the API. */
export const insert = (demo, email, calendar, event) => call(demo, email, "POST", calendar, "", event);

/** The calendar's events as stored, deleted ones left out. */
export async function stored(demo, calendar, title) {
  const { events } = await control(demo, `events?calendar=${encodeURIComponent(calendar)}`);
  return events.filter((event) => event.summary === title && event.status !== "cancelled");
}

/** Waits until exactly one event with this title is stored and fits. */
export function storedEvent(demo, calendar, title, fits) {
  return eventually(`"${title}" in ${calendar}`, async () => {
    const [event, ...more] = await stored(demo, calendar, title);
    return event && more.length === 0 && fits(event) && event;
  });
}

/** Address of one of the fake's pages. */
export function address(demo, path, fields = {}) {
  const url = new URL(path, demo.google_url);
  for (const [name, value] of Object.entries({ account: LEO, ...fields })) url.searchParams.set(name, value);
  return url.href;
}

/** The first event of the open page with this title. */
export const event = (page, title) => page.locator("a.event", { hasText: title }).first();

/** The title of an event that this test alone has. */
export const unique = (words) => `${words} ${Math.random().toString(36).slice(2, 8)}`;

/** Presses an event and waits for its form or details. */
export async function openEvent(page, title) {
  await event(page, title).click();
  await page.locator(".card").waitFor();
}

/** Presses the button of a form that posts there, or the form's first. */
export async function press(page, action) {
  const button = action
    ? page.locator(`button[formaction$="${action}"], form[action$="${action}"] button.primary`)
    : page.locator(".card button.primary");
  await button.first().click();
}

/** Waits until no card is open: the calendar is back. */
export const settled = (page) => page.locator(".card").waitFor({ state: "detached" });

/** Moves the mouse from a point of an element by so many pixels, pressed. */
export async function pull(page, locator, from, by) {
  await locator.scrollIntoViewIfNeeded();
  const box = await locator.boundingBox();
  const start = { x: box.x + box.width * from.x, y: box.y + (from.y < 0 ? box.height + from.y : from.y) };
  await page.mouse.move(start.x, start.y);
  await page.mouse.down();
  await page.mouse.move(start.x + by.x / 2, start.y + by.y / 2, { steps: 4 });
  await page.mouse.move(start.x + by.x, start.y + by.y, { steps: 4 });
  await page.mouse.up();
}
