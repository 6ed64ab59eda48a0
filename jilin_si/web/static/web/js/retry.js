/* The page "does not answer just now": asks every five seconds whether the servers are back, then opens the page. */
(() => {
  "use strict";
  const page = document.querySelector("[data-retry]");
  const ask = async () => {
    try {
      const response = await fetch("/healthz", { cache: "no-store" });
      if (response.ok) return void location.replace(page.href);
    } catch {
      /* not yet */
    }
    setTimeout(ask, 5000);
    return undefined;
  };
  if (page) setTimeout(ask, 5000);
})();
