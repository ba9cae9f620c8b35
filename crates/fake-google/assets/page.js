// What the calendar page gains when scripts run: dragging, dialogs, keyboard moves and a page that
// follows the calendar. Every change goes to the address its plain form would go to.
"use strict";

(() => {
  const week = () => document.getElementById("week");
  if (!week()) return;

  const POLL_MS = 250;
  const STEP_MINUTES = 15;
  const DRAG_PIXELS = 4;
  const FIRST_HOUR_SHOWN = 7;
  const isGrid = matchMedia("(min-width: 720px)");

  /** Whether the page is hours to drag along, and not a list. */
  const hasHours = () => isGrid.matches && week().classList.contains("week");

  let drag = null;
  let isBusy = false;
  let justDragged = false;

  // ---- replacing the week -------------------------------------------------------------------

  const parsed = (html) => new DOMParser().parseFromString(html, "text/html");

  /** Puts the week of a fetched page in place of the one shown, keeping scroll and focus. */
  function show(page, address) {
    const fresh = page.getElementById("week");
    if (!fresh) return;
    const old = week();
    const scroll = old.scrollTop;
    const focused = old.contains(document.activeElement) && document.activeElement.dataset.eventId;
    old.replaceWith(document.adoptNode(fresh));
    replaceBar(page.querySelector("header.bar"));
    document.title = page.title;
    fresh.scrollTop = scroll;
    if (focused) focusEvent(focused);
    if (address && address !== location.pathname + location.search) history.pushState({}, "", address);
  }

  /** Puts a fresh bar in place of the one shown, as folded as that and with the focus where it was. */
  function replaceBar(bar) {
    const old = document.querySelector("header.bar");
    if (!bar) return;
    const controls = (of) => [...of.querySelectorAll("a, input, summary")];
    const at = controls(old).indexOf(document.activeElement);
    bar.querySelector(".settings").open = old.querySelector(".settings").open;
    old.replaceWith(document.adoptNode(bar));
    controls(bar)[at]?.focus();
  }

  /** Gives the focus to an event, or to the calendar when the event is gone. */
  function focusEvent(id) {
    (week().querySelector(`[data-event-id="${CSS.escape(id)}"]`) ?? week()).focus();
  }

  async function refresh() {
    const answer = await fetch(week().dataset.address);
    if (answer.ok && !drag) show(parsed(await answer.text()));
  }

  /** Posts fields like a form and shows the calendar answered; gives any other page instead. */
  async function post(address, fields) {
    isBusy = true;
    try {
      const answer = await fetch(address, { method: "POST", body: new URLSearchParams(fields) });
      const page = parsed(await answer.text());
      if (page.getElementById("week")) {
        const url = new URL(answer.url);
        show(page, url.pathname + url.search);
        return { page: null };
      }
      return { page };
    } catch {
      return { page: null, isLost: true };
    } finally {
      isBusy = false;
    }
  }

  /** The fields that say where we are, as the links have them. */
  function place() {
    return Object.fromEntries(new URL(week().dataset.address, location.href).searchParams);
  }

  async function change(kind, block, amounts) {
    const { eventId, calendarId } = block.dataset;
    const fields = { ...place(), calendar: calendarId, event: eventId, ...amounts };
    const { page, isLost } = await post(`/calendar/events/${kind}`, fields);
    if (page?.querySelector(".question") && fill(page)) {
      opener = eventId;
      dialog.showModal();
      return;
    }
    if (page || isLost) {
      toast(page?.querySelector(".error, h1")?.textContent ?? "✕");
      await refresh();
    }
    focusEvent(eventId);
  }

  function toast(text) {
    document.querySelector(".toast")?.remove();
    const note = document.createElement("p");
    note.className = "toast";
    note.role = "alert";
    note.textContent = text;
    document.body.append(note);
    setTimeout(() => note.remove(), 4000);
  }

  // ---- following the calendar ---------------------------------------------------------------

  async function poll() {
    try {
      if (!drag && !isBusy && !document.hidden) {
        const answer = await fetch(week().dataset.versionUrl);
        const { version } = await answer.json();
        if (!drag && !isBusy && version !== week().dataset.version) await refresh();
      }
    } catch {
      // The server is away; the next round asks again.
    }
    setTimeout(poll, POLL_MS);
  }

  // ---- dialogs ------------------------------------------------------------------------------

  const dialog = document.createElement("dialog");
  dialog.className = "over";
  document.body.append(dialog);
  dialog.addEventListener("click", (click) => {
    if (click.target === dialog) dialog.close();
  });

  function fill(page) {
    const card = page.querySelector(".card");
    if (!card) return false;
    dialog.replaceChildren(document.adoptNode(card));
    const heading = card.querySelector("h1");
    heading.id = "dialog-heading";
    dialog.setAttribute("aria-labelledby", heading.id);
    return true;
  }

  /** The event that the dialog is about: it gets the focus back, which may have been replaced. */
  let opener;

  dialog.addEventListener("close", async () => {
    // A drag that nobody answered for goes back to where it was.
    if (dialog.querySelector(".question")) await refresh();
    if (opener) focusEvent(opener);
    opener = undefined;
  });

  async function open(address) {
    const answer = await fetch(address);
    if (fill(parsed(await answer.text())) && !dialog.open) dialog.showModal();
    dialog.querySelector("[autofocus]")?.focus();
  }

  dialog.addEventListener("submit", async (submit) => {
    submit.preventDefault();
    const form = submit.target;
    const address = submit.submitter?.getAttribute("formaction") ?? form.getAttribute("action");
    const { page, isLost } = await post(address, new FormData(form, submit.submitter));
    if (isLost) {
      toast("✕");
    } else if (page) {
      fill(page);
    } else {
      dialog.replaceChildren();
      dialog.close();
    }
  });

  document.addEventListener("change", (change) => {
    const form = change.target.closest?.("form.calendars");
    if (form) post(form.getAttribute("action"), new FormData(form));
  });

  document.addEventListener("click", (click) => {
    if (click.button !== 0 || click.metaKey || click.ctrlKey || click.shiftKey) return;
    if (click.target.closest("dialog .back")) {
      click.preventDefault();
      dialog.close();
      return;
    }
    const link = click.target.closest("a.event, a.add, #new-event");
    if (link) {
      click.preventDefault();
      if (justDragged) return;
      opener = link.dataset.eventId;
      open(link.getAttribute("href"));
    } else if (!justDragged && click.target.classList.contains("slots") && hasHours()) {
      open(`${week().dataset.new}&start=${encodeURIComponent(timeAt(click))}`);
    }
  });

  /** The civil time of an empty place in a day, down to the half hour. */
  function timeAt(click) {
    const slots = click.target;
    const box = slots.getBoundingClientRect();
    const minutes = Math.floor(((click.clientY - box.top) / box.height) * 48) * 30;
    const two = (n) => String(n).padStart(2, "0");
    return `${slots.parentElement.dataset.date}T${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  }

  // ---- dragging -----------------------------------------------------------------------------

  document.addEventListener("dragstart", (start) => {
    if (start.target.closest?.(".event")) start.preventDefault();
  });

  document.addEventListener("pointerdown", (down) => {
    const block = down.target.closest?.(".block, .chip");
    if (!block || down.button !== 0 || down.pointerType === "touch" || !hasHours()) return;
    if (block.classList.contains("fixed")) return;
    const slots = block.parentElement.getBoundingClientRect();
    drag = {
      block,
      isAllDay: block.classList.contains("chip"),
      kind: down.target.classList.contains("handle") ? "resize" : "move",
      id: down.pointerId,
      from: { x: down.clientX, y: down.clientY, scroll: week().scrollTop },
      minutePixels: slots.height / 1440,
      dayPixels: slots.width,
      dayIndex: dayIndex(block),
      height: block.offsetHeight,
      days: 0,
      minutes: 0,
      isMoving: false,
    };
  });

  const dayIndex = (block) => [...week().querySelectorAll(".day")].indexOf(block.closest(".day"));

  document.addEventListener("pointermove", (move) => {
    if (!drag || move.pointerId !== drag.id) return;
    const x = move.clientX - drag.from.x;
    const y = move.clientY - drag.from.y + week().scrollTop - drag.from.scroll;
    if (!drag.isMoving) {
      if (Math.hypot(x, y) < DRAG_PIXELS) return;
      drag.isMoving = true;
      drag.block.classList.add("dragged");
      drag.block.setPointerCapture(drag.id);
    }
    const step = drag.minutePixels * STEP_MINUTES;
    drag.minutes = drag.isAllDay ? 0 : Math.round(y / step) * STEP_MINUTES;
    if (drag.kind === "resize") {
      const least = STEP_MINUTES - Math.round(drag.height / drag.minutePixels);
      drag.minutes = Math.max(drag.minutes, Math.min(least, 0));
      drag.block.style.height = `${drag.height + drag.minutes * drag.minutePixels}px`;
    } else {
      const days = Math.round(x / drag.dayPixels);
      drag.days = Math.min(6 - drag.dayIndex, Math.max(-drag.dayIndex, days));
      drag.block.style.transform =
        `translate(${drag.days * drag.dayPixels}px, ${drag.minutes * drag.minutePixels}px)`;
    }
    if (!drag.isAllDay) showTime();
  });

  /** Says in the block where it would land. Wall-clock arithmetic: the server has the last word. */
  function showTime() {
    const clock = (text, minutes) => {
      const total = (Number(text.slice(11, 13)) * 60 + Number(text.slice(14, 16)) + minutes + 14400) % 1440;
      return `${String(Math.floor(total / 60)).padStart(2, "0")}:${String(total % 60).padStart(2, "0")}`;
    };
    const { start, end } = drag.block.dataset;
    const startMinutes = drag.kind === "move" ? drag.minutes : 0;
    drag.block.querySelector(".time").textContent =
      `${clock(start, startMinutes)} – ${clock(end, drag.minutes)}`;
  }

  function endDrag(isDropped) {
    const { block, kind, days, minutes, isMoving } = drag;
    drag = null;
    if (!isMoving) return;
    // The click that ends a drag comes right after it and means nothing.
    justDragged = true;
    setTimeout(() => { justDragged = false; });
    block.classList.remove("dragged");
    if (isDropped && (days !== 0 || minutes !== 0)) {
      change(kind, block, kind === "move" ? { days, minutes } : { minutes });
    } else {
      block.removeAttribute("style");
      refresh();
    }
  }

  document.addEventListener("pointerup", (up) => {
    if (drag && up.pointerId === drag.id) endDrag(true);
  });
  document.addEventListener("pointercancel", (cancel) => {
    if (drag && cancel.pointerId === drag.id) endDrag(false);
  });

  // ---- keyboard -----------------------------------------------------------------------------

  const ARROWS = {
    ArrowUp: { days: 0, minutes: -STEP_MINUTES },
    ArrowDown: { days: 0, minutes: STEP_MINUTES },
    ArrowLeft: { days: -1, minutes: 0 },
    ArrowRight: { days: 1, minutes: 0 },
  };

  document.addEventListener("keydown", (press) => {
    if (press.key === "Escape" && drag) return endDrag(false);
    const block = press.target.closest?.(".event");
    const amounts = ARROWS[press.key];
    if (!block || !amounts || !press.altKey || isBusy) return;
    press.preventDefault();
    if (block.classList.contains("fixed")) return;
    if (block.classList.contains("chip") && (amounts.minutes !== 0 || press.shiftKey)) return;
    if (!press.shiftKey) change("move", block, amounts);
    else if (amounts.minutes !== 0) change("resize", block, { minutes: amounts.minutes });
  });

  // ---- start --------------------------------------------------------------------------------

  if (!isGrid.matches) document.querySelector(".settings").open = false;
  const hour = week().querySelector(`.gutter .at-${FIRST_HOUR_SHOWN * 12}`);
  if (hour && hasHours()) {
    const top = week().getBoundingClientRect().top + week().querySelector(".corner").offsetHeight;
    week().scrollTop = hour.getBoundingClientRect().top - top;
  }
  addEventListener("popstate", () => location.reload());
  poll();
})();
