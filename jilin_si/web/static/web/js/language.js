/* The language switch stays on the page and at the same height. A form with data-carry, which the server keeps nothing
   of, takes along what was typed, for this one step and in this window only, and asks again what it had asked. */
(() => {
  "use strict";
  const KEY = "jsi.scroll";
  const carrier = () => document.querySelector("form[data-carry]");

  function carried() {
    const form = carrier();
    if (!form) return null;
    const typed = [...form.elements].filter((e) => e.name && e.type !== "hidden" && (e.type !== "radio" || e.checked));
    return { typed: typed.map((e) => [e.name, e.value]), asked: "asked" in form.dataset };
  }
  function fill({ typed, asked }) {
    const form = carrier();
    if (!form) return;
    for (const [name, value] of typed) if (form.elements[name]) form.elements[name].value = value;
    if (asked) form.requestSubmit();
  }
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.matches("form[data-carry]")) event.target.dataset.asked = "";
  });

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-language]")) return;
    const next = event.target.querySelector("[name=next]");
    if (next) next.value = location.pathname + location.search;
    sessionStorage.setItem(KEY, JSON.stringify({ path: location.pathname, y: scrollY, hash: location.hash, form: carried() }));
    document.dispatchEvent(new CustomEvent("jsi:leaving"));
  });
  document.addEventListener("DOMContentLoaded", () => {
    const kept = JSON.parse(sessionStorage.getItem(KEY) || "null");
    sessionStorage.removeItem(KEY);
    if (!kept || kept.path !== location.pathname) return;
    if (kept.hash && !location.hash) history.replaceState(null, "", kept.hash);
    if (kept.form) fill(kept.form);
    requestAnimationFrame(() => scrollTo(0, kept.y));
  });
})();
