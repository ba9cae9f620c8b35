// The checks themselves, on made-up pages: a sound one has no fault, and each fault is seen.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { faults } from "./accessibility.mjs";
import { leave, startChromium, visit } from "./harness.mjs";

const ADDRESS = "http://127.0.0.1/made-up";
const STYLE = `
  body { margin: 0; color: #222; background: #fff; font: 16px/1.5 sans-serif }
  a, button, input { display: inline-block; min-height: 24px; color: inherit; background: inherit }
  :focus { outline: 2px solid #05a }`;

/** A sound page, with `head` and `main` added. */
function sound({ main = "", style = "", lang = "en", h1 = "<h1>Book a lesson</h1>" } = {}) {
  return `<!doctype html><html lang="${lang}"><title>Book</title>
    <meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
    <style>${STYLE}${style}</style>
    <main>${h1}<p>Choose a <a href="#day">day</a>.</p>
    <form><label>Name <input name="name"></label> <button>Book</button></form>${main}</main></html>`;
}

let browser;
before(async () => (browser = await startChromium()));
after(() => browser.close());

async function open(html, { headers = {}, ...visitor } = {}) {
  const page = await visit(browser, visitor);
  await page.route(ADDRESS, (route) =>
    route.fulfill({ body: html, contentType: "text/html; charset=utf-8", headers }),
  );
  await page.goto(ADDRESS);
  return page;
}

for (const javaScript of [true, false]) {
  test(`a sound page has no fault, JavaScript ${javaScript ? "on" : "off"}`, async () => {
    const page = await open(sound(), { javaScript });
    assert.deepEqual(await faults(page, { language: "en" }), []);
    await leave(page);
  });
}

const UNSOUND = [
  ["another language", sound({ lang: "es" }), /html lang is "es", not en/],
  ["no h1", sound({ h1: "" }), /0 h1/],
  ["two h1", sound({ main: "<h1>Again</h1>" }), /2 h1/],
  ["a heading level left out", sound({ main: "<h3>Deep</h3>" }), /h3 after h1/],
  ["two main", sound({ main: "<div role=main></div>" }), /2 main/],
  ["an id twice", sound({ main: "<p id=a>a</p><p id=a>b</p>" }), /id "a" twice/],
  ["an input without label", sound({ main: '<input name="phone" placeholder="Phone">' }), /no label/],
  ["a select without label", sound({ main: "<select><option>one</option></select>" }), /no label/],
  ["an empty label", sound({ main: "<label> <input></label>" }), /no label/],
  ["a button without name", sound({ main: "<button></button>" }), /no name/],
  ["a link without name", sound({ main: '<a href="#x"><svg></svg></a>' }), /no name/],
  ["a group without legend", sound({ main: "<fieldset></fieldset>" }), /no legend/],
  ["an image without alt", sound({ main: '<img src="data:,">' }), /no alt/],
  ["a small target", sound({ main: "<button style='min-height: 0; height: 18px; padding: 0; font-size: 10px'>Go</button>" }), /px: button "Go"/],
  ["pale text", sound({ main: "<p style='color: #999'>Pale</p>" }), /contrast 2\.8\d: p "Pale"/],
  ["text made pale by opacity", sound({ main: "<div style='opacity: .5'><p>Faint</p></div>" }), /contrast .*Faint/],
  ["a pale oklch colour", sound({ main: "<p style='color: oklch(0.8 0.1 200)'>Sea</p>" }), /contrast .*Sea/],
  ["text on a dark ground of its parent", sound({ main: "<div style='background: #333'><p>Lost</p></div>" }), /contrast .*Lost/],
  ["a pale placeholder", sound({ style: "::placeholder { color: #bbb }", main: '<label>Mail <input placeholder="you@"></label>' }), /contrast .*you@/],
  ["focus that cannot be seen", sound({ style: "button:focus { outline: none }" }), /focus cannot be seen: <button/],
  ["a control the Tab key jumps over", sound({ main: "<div tabindex=0 onfocus='this.blur()'>x</div>" }), /the Tab key reaches 3 of 4/],
  ["a page wider than a narrow screen", sound({ main: "<div style='width: 400px'>wide</div>" }), /400 px wide on a screen of 360/],
];

for (const [name, html, expected] of UNSOUND) {
  test(`seen: ${name}`, async () => {
    const page = await open(html);
    const found = await faults(page, { language: "en" });
    assert.ok(found.some((fault) => expected.test(fault)), `found ${JSON.stringify(found)}`);
    await page.context().close();
  });
}

test("contrast is judged in the visitor's colours", async () => {
  const style = "@media (prefers-color-scheme: dark) { body { background: #222 } }";
  const light = await open(sound({ style }));
  assert.deepEqual(await faults(light, { language: "en" }), []);
  const dark = await open(sound({ style }), { colours: "dark" });
  assert.match((await faults(dark, { language: "en" })).join(), /contrast/);
  await light.context().close();
  await dark.context().close();
});

const STRICT = { "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:" };
const TROUBLE = [
  ["an error in a script", "<script>nonsense()</script>", {}, /uncaught/],
  ["an error on the console", "<script>console.error('oh')</script>", {}, /console: oh/],
  ["a refused script", "<script>1</script>", STRICT, /Content Security Policy/],
  ["a refused style attribute", "<p style='color: red'>x</p>", { "content-security-policy": "style-src 'self'" }, /Content Security Policy/],
  ["a request to another host", "<img alt='' src='http://example.org/x.png'>", {}, /request to http:\/\/example\.org/],
];

for (const [name, main, headers, expected] of TROUBLE) {
  test(`leave() fails on ${name}`, async () => {
    const page = await open(sound({ main }), { headers });
    await assert.rejects(leave(page), (error) => expected.test(JSON.stringify(error.actual)));
  });
}
