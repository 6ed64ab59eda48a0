/* The language switch stays on the page and at the same height. */
(() => {
  "use strict";
  const KEY = "jsi.scroll";
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-language]")) return;
    const next = event.target.querySelector("[name=next]");
    if (next) next.value = location.pathname + location.search;
    sessionStorage.setItem(KEY, JSON.stringify({ path: location.pathname, y: scrollY, hash: location.hash }));
    document.dispatchEvent(new CustomEvent("jsi:leaving"));
  });
  document.addEventListener("DOMContentLoaded", () => {
    const kept = JSON.parse(sessionStorage.getItem(KEY) || "null");
    sessionStorage.removeItem(KEY);
    if (!kept || kept.path !== location.pathname) return;
    if (kept.hash && !location.hash) history.replaceState(null, "", kept.hash);
    requestAnimationFrame(() => scrollTo(0, kept.y));
  });
})();
