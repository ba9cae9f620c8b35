// What every page must be for everyone, as far as a machine can tell: WCAG 2.2 AA basics, read from
// the rendered page. Each check returns sentences, one for each fault.

/** WCAG 1.4.3 for text of ordinary size; asked of large text too, which may do with less. */
const CONTRAST_MIN = 4.5;
/** WCAG 2.5.8, in CSS pixels. */
const TARGET_SIDE_MIN = 24;
/** The narrowest screen we answer for, in CSS pixels. */
const NARROW = 360;
/** What may tell the focused control from the others, besides an outline. */
const FOCUS_SHOWN_BY = [
  "boxShadow",
  "backgroundColor",
  "borderTopColor",
  "borderTopWidth",
  "textDecorationLine",
  "color",
];
/** Stops of the Tab key on one page before something is wrong with the page or with us. */
const TAB_STOPS_MAX = 300;

/** Everything, on the page as it stands; `language` is what its text is written in. */
export async function faults(page, { language }) {
  return [
    ...(await structure(page, language)),
    ...(await names(page)),
    ...(await targets(page)),
    ...(await contrast(page)),
    ...(await focus(page)),
    ...(await overflow(page)),
  ];
}

/** Language, title, one h1, headings without gaps, one main, ids once. */
export function structure(page, language) {
  return page.evaluate((language) => {
    const faults = [];
    const lang = document.documentElement.lang;
    if (lang.split("-")[0] !== language) faults.push(`html lang is "${lang}", not ${language}`);
    if (!document.title.trim()) faults.push("no title");
    const count = (selector) => document.querySelectorAll(selector).length;
    if (count("h1") !== 1) faults.push(`${count("h1")} h1`);
    if (count("main, [role=main]") !== 1) faults.push(`${count("main, [role=main]")} main`);
    let level = 0;
    for (const heading of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
      const next = Number(heading.tagName[1]);
      if (next > level + 1) faults.push(`h${next} after h${level}: "${heading.textContent.trim()}"`);
      level = next;
    }
    const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
    for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) {
      faults.push(`id "${id}" twice`);
    }
    if (!document.querySelector("meta[name=viewport]")) faults.push("no viewport");
    return faults;
  }, language);
}

/** Every input labelled; every link, button and image named. */
export function names(page) {
  return page.evaluate(() => {
    const text = (element) => element?.textContent.trim() ?? "";
    const ofIds = (ids) => (ids ?? "").split(/\s+/).map((id) => text(document.getElementById(id))).join(" ").trim();
    const inner = (element) =>
      [text(element), ...[...element.querySelectorAll("img[alt], svg title")].map((image) => image.alt ?? text(image))]
        .join(" ")
        .trim();
    const aria = (element) => ofIds(element.getAttribute("aria-labelledby")) || element.getAttribute("aria-label")?.trim();
    const show = (element) => element.outerHTML.slice(0, 120).replace(/\s+/g, " ");
    const faults = [];
    const inputs = "input:not([type=hidden], [type=submit], [type=button], [type=image], [type=reset]), select, textarea";
    for (const element of document.querySelectorAll(inputs)) {
      const labels = [...(element.labels ?? [])].map(text).join("");
      if (!labels && !aria(element)) faults.push(`no label: ${show(element)}`);
    }
    for (const element of document.querySelectorAll("a[href], button, [role=button], summary")) {
      if (!inner(element) && !aria(element)) faults.push(`no name: ${show(element)}`);
    }
    for (const element of document.querySelectorAll("input[type=submit], input[type=button]")) {
      if (!element.value && !aria(element)) faults.push(`no name: ${show(element)}`);
    }
    for (const element of document.querySelectorAll("img:not([alt])")) faults.push(`no alt: ${show(element)}`);
    for (const element of document.querySelectorAll("fieldset")) {
      if (!text(element.querySelector("legend")) && !aria(element)) faults.push(`no legend: ${show(element)}`);
    }
    return faults;
  });
}

/** Controls large enough to hit. A link within a sentence is exempt, as WCAG has it. */
export function targets(page) {
  return page.evaluate((least) => {
    const faults = [];
    for (const element of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
      // A checkbox or radio button is hit by its label as well.
      const boxes = [element, ...(element.labels ?? [])].map((each) => each.getBoundingClientRect());
      const width = Math.max(...boxes.map((box) => box.width));
      const height = Math.max(...boxes.map((box) => box.height));
      const style = getComputedStyle(element);
      const isSeen = boxes[0].width > 1 && boxes[0].height > 1 && style.visibility === "visible";
      const isInline = element.tagName === "A" && style.display === "inline";
      if (isSeen && !isInline && (width < least - 0.5 || height < least - 0.5)) {
        const what = (element.textContent || element.name || element.type || "").trim().slice(0, 40);
        faults.push(`${Math.round(width)} by ${Math.round(height)} px: ${element.tagName.toLowerCase()} "${what}"`);
      }
    }
    return faults;
  }, TARGET_SIDE_MIN);
}

/** Text against what lies behind it, from computed styles. */
export function contrast(page) {
  return page.evaluate((least) => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 1;
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    // Any CSS colour (oklch, color-mix) as sRGB: painted, then read back.
    const rgba = (colour) => {
      pen.clearRect(0, 0, 1, 1);
      pen.fillStyle = colour;
      pen.fillRect(0, 0, 1, 1);
      const [red, green, blue, alpha] = pen.getImageData(0, 0, 1, 1).data;
      return { red, green, blue, alpha: alpha / 255 };
    };
    const over = (top, below) => {
      const mix = (channel) => top[channel] * top.alpha + below[channel] * (1 - top.alpha);
      return { red: mix("red"), green: mix("green"), blue: mix("blue"), alpha: 1 };
    };
    const luminance = ({ red, green, blue }) => {
      const linear = (channel) => {
        const c = channel / 255;
        return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
      };
      return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
    };
    const canvasColour = rgba("Canvas");
    const behind = (element) => {
      const layers = [];
      for (let at = element; at; at = at.parentElement) layers.unshift(rgba(getComputedStyle(at).backgroundColor));
      return layers.reduce((below, top) => over(top, below), canvasColour);
    };
    const opacity = (element) => {
      let whole = 1;
      for (let at = element; at; at = at.parentElement) whole *= Number(getComputedStyle(at).opacity);
      return whole;
    };
    const faults = new Set();
    const judge = (element, colour, what) => {
      const style = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      const isHidden = style.visibility !== "visible" || box.width <= 1 || box.height <= 1;
      // Inactive controls are exempt (WCAG 1.4.3).
      if (isHidden || element.closest(":disabled, [aria-disabled=true]")) return;
      const below = behind(element);
      const ink = rgba(colour);
      const seen = over({ ...ink, alpha: ink.alpha * opacity(element) }, below);
      const [dark, bright] = [luminance(seen), luminance(below)].sort((one, other) => one - other);
      const ratio = (bright + 0.05) / (dark + 0.05);
      if (ratio < least) faults.add(`contrast ${ratio.toFixed(2)}: ${element.tagName.toLowerCase()} "${what.trim().slice(0, 40)}"`);
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      const isText = walker.currentNode.nodeValue.trim() && !element.closest("script, style, noscript, template, option, textarea");
      if (isText) judge(element, getComputedStyle(element).color, walker.currentNode.nodeValue);
    }
    for (const element of document.querySelectorAll("input:not([type=hidden], [type=checkbox], [type=radio]), select, textarea")) {
      judge(element, getComputedStyle(element).color, element.value || element.name || element.type);
      if (element.placeholder && !element.value) {
        judge(element, getComputedStyle(element, "::placeholder").color, element.placeholder);
      }
    }
    return [...faults];
  }, CONTRAST_MIN);
}

/** The Tab key reaches every control, and where it stands can be seen. */
export async function focus(page) {
  const expected = await page.evaluate((properties) => {
    // From the top, also on a page that puts the focus somewhere.
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
    const controls = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]";
    const stops = [...document.querySelectorAll(controls)]
      .filter((element) => element.tabIndex >= 0 && !element.disabled)
      .filter((element) => element.checkVisibility({ visibilityProperty: true }))
      // Of a group of radio buttons the Tab key reaches one.
      .filter((element) => element.type !== "radio" || element.checked);
    stops.forEach((element, at) => {
      const style = getComputedStyle(element);
      element.dataset.tabStop = at;
      element.dataset.unfocused = properties.map((property) => style[property]).join("|");
    });
    return stops.length;
  }, FOCUS_SHOWN_BY);
  const reached = new Set();
  const faults = [];
  let last;
  for (let presses = 0; presses < TAB_STOPS_MAX && reached.size < expected; presses += 1) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate((properties) => {
      const element = document.activeElement;
      if (!element || element === document.body) return undefined;
      const style = getComputedStyle(element);
      const hasOutline =
        style.outlineStyle !== "none" &&
        parseFloat(style.outlineWidth) > 0 &&
        !/, 0\)$|transparent/.test(style.outlineColor);
      const look = properties.map((property) => style[property]).join("|");
      return {
        stop: element.dataset.tabStop,
        isSeen: hasOutline || (element.dataset.unfocused ?? look) !== look,
        show: element.outerHTML.slice(0, 100).replace(/\s+/g, " "),
      };
    }, FOCUS_SHOWN_BY);
    // A day or a time has stops of its own inside.
    if (at?.stop !== undefined && at.stop === last) continue;
    last = at?.stop;
    // Past the last control, or round again.
    if (!at || (reached.has(at.stop) && at.stop !== last)) break;
    // A field for a date has stops of its own inside.
    last = at.stop;
    if (at.stop !== undefined) reached.add(at.stop);
    if (!at.isSeen) faults.push(`focus cannot be seen: ${at.show}`);
  }
  if (reached.size < expected) {
    faults.push(`the Tab key reaches ${reached.size} of ${expected} controls`);
  }
  return faults;
}

/** Nothing wider than the screen, be it this one or a narrow one. The page is left at the width it had. */
export async function overflow(page) {
  const before = page.viewportSize();
  const faults = await widerThanScreen(page);
  if (before.width !== NARROW) {
    await page.setViewportSize({ width: NARROW, height: 740 });
    faults.push(...(await widerThanScreen(page)));
    await page.setViewportSize(before);
  }
  return faults;
}

function widerThanScreen(page) {
  return page.evaluate(() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const widest = [...document.body.querySelectorAll("*")]
      .filter((element) => element.getBoundingClientRect().right > root.clientWidth + 0.5)
      .slice(0, 5)
      .map((element) => element.outerHTML.slice(0, 80).replace(/\s+/g, " "));
    return [`${root.scrollWidth} px wide on a screen of ${root.clientWidth}: ${widest.join("; ")}`];
  });
}
