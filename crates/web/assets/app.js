// What a browser with scripts does better. Every page works without this file.

/** Shows times in the browser's zone, unless one was chosen or is shown already. */
function followZone() {
  const shown = document.documentElement.dataset.detectZone;
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!shown || !here || shown === here) {
    return;
  }
  const address = new URL(location.href);
  address.searchParams.set("tz", here);
  location.replace(address);
}

/** Sends a form once, however often its button is pressed, and says that it is on its way. */
function guard(form) {
  let isSent = false;
  let restore = () => {};
  form.addEventListener("submit", (event) => {
    if (isSent) {
      event.preventDefault();
      return;
    }
    isSent = true;
    const button = event.submitter;
    if (!button) {
      return;
    }
    const label = button.querySelector("time, span") ?? button;
    const before = label.textContent;
    restore = () => {
      label.textContent = before;
      button.removeAttribute("aria-busy");
    };
    label.textContent = form.dataset.guard;
    button.setAttribute("aria-busy", "true");
  });
  // A page that comes back from the browser's memory can be sent again.
  addEventListener("pageshow", (event) => {
    if (event.persisted) {
      isSent = false;
      restore();
    }
  });
}

/** Stays on the arrow one turned the month with. */
function keepFocus() {
  const name = "lockstep-turned";
  const turned = sessionStorage.getItem(name);
  sessionStorage.removeItem(name);
  if (turned) {
    document.querySelector(`a.turn-to[rel="${CSS.escape(turned)}"]`)?.focus();
  }
  for (const link of document.querySelectorAll("a.turn-to")) {
    link.addEventListener("click", () => sessionStorage.setItem(name, link.rel));
  }
}

followZone();
document.querySelectorAll("form[data-guard]").forEach(guard);
document.querySelector("[data-focus]")?.focus();
keepFocus();
