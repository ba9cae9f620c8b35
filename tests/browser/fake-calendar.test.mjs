// The fake Google's calendar, used as people use one: with mouse and keys, with JavaScript and
// without, on wide and narrow screens.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { faults } from "./accessibility.mjs";
import * as calendar from "./fake-calendar.mjs";
import { eventually, leave, shot, startChromium, startDemo, visit } from "./harness.mjs";

const { LEO, MIA, ZONE, address, day, event, openEvent, press, settled, storedEvent, unique } = calendar;

let demo;
let browser;
before(async () => {
  demo = await startDemo();
  browser = await startChromium();
  await calendar.furnish(demo);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const week = (fields) => address(demo, "/calendar", { week: day(), ...fields });
const to = (go) => (page) => page.goto(go());
const onTo = (title) => async (page) => {
  await page.goto(week());
  const href = await event(page, title).getAttribute("href");
  await page.goto(new URL(href, page.url()).href);
};

/** Name of the page's picture, and how a visitor gets there. */
const PAGES = [
  ["week", to(week)],
  ["list", to(() => week({ view: "list" }))],
  ["new", to(() => address(demo, "/calendar/new", { start: `${day(3)}T10:00` }))],
  ["event", onTo("Haircut")],
  ["instance", onTo("Piano lesson")],
  ["invitation", onTo("Dinner")],
  ["read-only", onTo("Day of the tree")],
  ["access", to(() => address(demo, "/calendar/account"))],
  [
    "question",
    async (page) => {
      await page.goto(week());
      await event(page, "Piano lesson").press("Alt+ArrowDown");
      await page.locator("dialog .question").waitFor();
    },
  ],
];

for (const language of ["en", "es"]) {
  for (const colours of ["light", "dark"]) {
    for (const [name, go] of PAGES) {
      test(`${name} is sound (${language}, ${colours})`, async () => {
        const page = await visit(browser, { language, colours, zone: ZONE });
        await go(page);
        await shot(page, `fake-${name}-${language}-${colours}`);
        // A dialog lies over a page that is sound by itself.
        if (name !== "question") assert.deepEqual(await faults(page, { language }), []);
        await leave(page);
      });
    }
  }
}

for (const [language, colours] of [["en", "dark"], ["es", "light"]]) {
  for (const [name, go] of PAGES) {
    test(`${name} on a narrow screen has its picture (${language}, ${colours})`, async () => {
      const page = await visit(browser, { width: 360, zone: ZONE, language, colours });
      await go(page);
      await shot(page, `fake-${name}-narrow-${language}-${colours}`);
      await leave(page);
    });
  }
}

for (const javaScript of [true, false]) {
  const which = `JavaScript ${javaScript ? "on" : "off"}`;

  test(`an event is made, changed and deleted in forms (${which})`, async () => {
    const [title, renamed] = [unique("Made"), unique("Changed")];
    const page = await visit(browser, { javaScript, zone: ZONE });
    await page.goto(week());
    await page.locator("#new-event").click();
    await page.locator('[name="title"]').fill(title);
    await page.locator('[name="start"]').fill(`${day(5)}T08:00`);
    await page.locator('[name="end"]').fill(`${day(5)}T08:45`);
    await page.locator('[name="guests"]').fill(MIA);
    await press(page);
    await event(page, title).waitFor();
    const made = await storedEvent(demo, LEO, title, () => true);
    assert.equal(made.start.dateTime.slice(0, 16), `${day(5)}T08:00`);
    await storedEvent(demo, MIA, title, () => true);

    await openEvent(page, title);
    await page.locator('[name="title"]').fill(renamed);
    await page.locator('[name="end"]').fill(`${day(5)}T09:30`);
    await press(page);
    await event(page, renamed).waitFor();
    await storedEvent(demo, LEO, renamed, (saved) => saved.end.dateTime.slice(11, 16) === "09:30");

    await openEvent(page, renamed);
    await press(page, "/delete");
    await event(page, renamed).waitFor({ state: "detached" });
    assert.equal((await calendar.stored(demo, LEO, renamed)).length, 0);
    await leave(page);
  });

  test(`an invitation is answered (${which})`, async () => {
    const title = unique("Party");
    const start = { dateTime: `${day(6)}T20:00:00`, timeZone: ZONE };
    const end = { dateTime: `${day(6)}T21:00:00`, timeZone: ZONE };
    await calendar.insert(demo, MIA, "primary", { summary: title, start, end, attendees: [{ email: LEO }] });
    const page = await visit(browser, { javaScript, zone: ZONE });
    await page.goto(week());
    await openEvent(page, title);
    await page.locator('[name="answer"][value="tentative"]').click();
    await event(page, title).waitFor();
    const told = ({ attendees }) => attendees[0].responseStatus === "tentative";
    await storedEvent(demo, MIA, title, told);
    await leave(page);
  });

  test(`part of a series is changed (${which})`, async () => {
    const title = unique("Lesson");
    const start = { dateTime: `${day(1)}T07:00:00`, timeZone: ZONE };
    const end = { dateTime: `${day(1)}T07:30:00`, timeZone: ZONE };
    const series = { summary: title, start, end, recurrence: ["RRULE:FREQ=WEEKLY;COUNT=4"] };
    await calendar.insert(demo, LEO, "primary", series);
    const page = await visit(browser, { javaScript, zone: ZONE });
    await page.goto(address(demo, "/calendar", { week: day(7) }));
    await openEvent(page, title);
    await page.locator('[name="scope"][value="following"]').check();
    await page.locator('[name="location"]').fill("Room 2");
    await press(page);
    await event(page, "Room 2").waitFor();
    await eventually("two series", async () => {
      const places = (await calendar.stored(demo, LEO, title)).map(({ location }) => location ?? "");
      return places.sort().join() === ",Room 2";
    });
    await leave(page);
  });

  test(`a calendar is hidden and shown (${which})`, async () => {
    const page = await visit(browser, { javaScript, zone: ZONE });
    await page.goto(week());
    const box = page.locator('[name="shown"][value^="holidays"]');
    const submit = async () => {
      if (!javaScript) await page.locator("form.calendars button").click();
    };
    await box.uncheck();
    await submit();
    await event(page, "Day of the tree").waitFor({ state: "detached" });
    await page.reload();
    assert.equal(await event(page, "Day of the tree").count(), 0, "also after loading again");
    await box.check();
    await submit();
    await event(page, "Day of the tree").waitFor();
    await leave(page);
  });
}

test("an event is dragged to another day, and longer by its lower edge", async () => {
  const title = unique("Dragged");
  const at = (time) => ({ dateTime: `${day(2)}T${time}:00`, timeZone: ZONE });
  await calendar.insert(demo, LEO, "primary", { summary: title, start: at("13:00"), end: at("14:00") });
  const page = await visit(browser, { zone: ZONE });
  await page.goto(week());
  const block = event(page, title);
  const { height } = await block.boundingBox();
  const column = await page.locator(".day").first().boundingBox();
  await calendar.pull(page, block, { x: 0.5, y: 8 }, { x: column.width, y: height });
  const moved = await storedEvent(demo, LEO, title, ({ start }) => start.dateTime.startsWith(day(3)));
  assert.equal(moved.start.dateTime.slice(11, 16), "14:00");
  await eventually("the block is where it was put", async () => {
    const start = await event(page, title).getAttribute("data-start");
    return start.startsWith(`${day(3)}T14:00`);
  });
  await calendar.pull(page, event(page, title), { x: 0.5, y: -3 }, { x: 0, y: height / 2 });
  await storedEvent(demo, LEO, title, ({ end }) => end.dateTime.slice(11, 16) === "15:30");
  await leave(page);
});

test("keys move an event and change its length", async () => {
  const title = unique("Keys");
  const at = (time) => ({ dateTime: `${day(3)}T${time}:00`, timeZone: ZONE });
  await calendar.insert(demo, LEO, "primary", { summary: title, start: at("17:00"), end: at("18:00") });
  const page = await visit(browser, { zone: ZONE });
  await page.goto(week());
  // A key is passed over while the one before is on its way, so wait for what the page shows.
  const shows = (name, value) =>
    eventually(`${name} ${value}`, async () => (await event(page, title).getAttribute(name))?.startsWith(value));
  await event(page, title).press("Alt+ArrowRight");
  await shows("data-start", `${day(4)}T17:00`);
  await event(page, title).press("Alt+Shift+ArrowDown");
  await shows("data-end", `${day(4)}T18:15`);
  await storedEvent(demo, LEO, title, ({ end }) => end.dateTime.slice(11, 16) === "18:15");
  await event(page, title).press("Enter");
  await page.locator('dialog [name="location"]').fill("By keys");
  await page.locator('dialog [name="location"]').press("Enter");
  await settled(page);
  await storedEvent(demo, LEO, title, ({ location }) => location === "By keys");
  const focused = () => page.evaluate(() => document.activeElement.textContent);
  await eventually("the focus is back on the event", async () => (await focused()).includes(title));
  await leave(page);
});

test("the focus stays on a box that is ticked", async () => {
  const page = await visit(browser, { zone: ZONE });
  await page.goto(week());
  const box = page.locator('[name="shown"][value^="holidays"]');
  for (const isShown of [false, true]) {
    const answer = page.waitForResponse((response) => response.url().includes("/calendar?"));
    await box.press("Space");
    await answer;
    await eventually("the week has followed", async () => ((await event(page, "Day of the tree").count()) === 1) === isShown);
    assert.ok(await box.evaluate((input) => input === document.activeElement));
  }
  await leave(page);
});

test("a drag of one of many asks, and goes back without an answer", async () => {
  const title = unique("Series");
  const at = (time) => ({ dateTime: `${day(5)}T${time}:00`, timeZone: ZONE });
  const recurrence = ["RRULE:FREQ=WEEKLY;COUNT=3"];
  await calendar.insert(demo, LEO, "primary", { summary: title, start: at("15:00"), end: at("16:00"), recurrence });
  const page = await visit(browser, { zone: ZONE });
  await page.goto(week());
  const { height } = await event(page, title).boundingBox();
  const down = () => calendar.pull(page, event(page, title), { x: 0.5, y: 8 }, { x: 0, y: height });
  await down();
  await page.locator("dialog .question").waitFor();
  await page.keyboard.press("Escape");
  await eventually("the block is back", async () => {
    const block = event(page, title);
    return (await block.getAttribute("style")) === null && (await block.getAttribute("data-start")).includes("T15:00");
  });
  await down();
  await page.locator('dialog [name="scope"][value="all"]').click();
  await storedEvent(demo, LEO, title, ({ start }) => start.dateTime.includes("T16:00"));
  await settled(page);
  await leave(page);
});

test("an empty hour that is clicked becomes an event then", async () => {
  const page = await visit(browser, { zone: ZONE });
  await page.goto(week());
  const slots = page.locator(`[data-date="${day(6)}"] .slots`);
  const { height } = await slots.boundingBox();
  await slots.click({ position: { x: 20, y: (height / 24) * 10.1 } });
  const start = page.locator('dialog [name="start"]');
  await start.waitFor();
  assert.equal(await start.inputValue(), `${day(6)}T10:00`);
  await leave(page);
});

test("without a week in the address the calendar opens where the next event is", async () => {
  const page = await visit(browser, { zone: ZONE });
  await page.goto(address(demo, "/calendar"));
  await event(page, "Haircut").waitFor();
  assert.equal(await page.locator(".day").first().getAttribute("data-date"), day());
  await leave(page);
});

test("access is taken away on the account's page", async () => {
  const page = await visit(browser, { zone: ZONE, javaScript: false });
  await page.goto(address(demo, "/calendar/account", { account: MIA }));
  assert.equal(await page.locator("section.app").count(), 1);
  await page.locator("section.app button").click();
  assert.equal(await page.locator("section.app").count(), 0);
  await leave(page);
});

test("a day event is dragged to another day", async () => {
  const title = unique("Away");
  const days = { start: { date: day(4) }, end: { date: day(5) } };
  await calendar.insert(demo, LEO, "primary", { summary: title, ...days });
  const page = await visit(browser, { zone: ZONE });
  await page.goto(week());
  const column = await page.locator(".day").first().boundingBox();
  await calendar.pull(page, event(page, title), { x: 0.5, y: 8 }, { x: -column.width, y: 30 });
  const moved = await storedEvent(demo, LEO, title, ({ start }) => start.date === day(3));
  assert.equal(moved.end.date, day(4));
  await leave(page);
});
