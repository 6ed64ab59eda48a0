/* The trace drawer. A link with data-trace opens its address in the drawer over the page; the page's own address gets
   "#trace=…", so that the drawer can be sent to somebody, survives a reload, and Back steps through what was opened.
   Esc closes, focus returns to the figure. Without scripts the link is a page of its own. */
(() => {
  "use strict";
  const { jsi } = window;
  const MARK = "#trace=";
  let opener = null;
  let depth = 0;
  let asked = null; // what the server has not answered yet

  const drawer = () => document.getElementById("drawer");
  const addressIn = (hash) => (hash.startsWith(MARK) ? decodeURIComponent(hash.slice(MARK.length)) : "");
  const safe = (address) => /^\/(?!\/)[^\\]*$/.test(address) && address.includes("/trace/");

  async function load(address) {
    const box = drawer();
    if (!box || !safe(address)) return;
    forget();
    const mine = new AbortController();
    const signIn = jsi.signIn;
    asked = mine;
    let response;
    let html;
    try {
      response = await fetch(address, { headers: { "HX-Request": "true", "X-Requested-With": "fetch" }, credentials: "same-origin", signal: mine.signal });
      html = await response.text();
    } catch {
      return mine.signal.aborted ? undefined : fail(address);
    } finally {
      if (asked === mine) asked = null;
    }
    if (mine.signal.aborted) return undefined;
    if (response.status === 401) return jsi.signedOut(signIn);
    if (!response.ok) return fail(address);
    window.htmx.swap(box, html, { swapStyle: "innerHTML" });
    if (!box.open) box.showModal();
    box.querySelector("#trace-title")?.focus();
    return undefined;
  }
  function forget() {
    asked?.abort();
    asked = null;
  }
  function leave() {
    if (addressIn(location.hash)) {
      if (depth > 0) history.go(-depth);
      else history.replaceState(null, "", location.pathname + location.search);
    }
    depth = 0;
  }
  function fail(address) {
    const box = drawer();
    const retry = jsi.make("button", { type: "button", class: "btn btn-sm" }, jsi.word("retry"));
    retry.addEventListener("click", () => load(address));
    box.replaceChildren(jsi.make("div", { class: "nothing" }, jsi.icon("cloud-off"), jsi.make("b", { id: "trace-title", tabindex: "-1" }, jsi.word("no_answer")), jsi.make("div", {}, retry)));
    if (!box.open) box.showModal();
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-trace]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0 || !drawer()) return;
    const address = new URL(link.href, location.href);
    if (address.origin !== location.origin) return;
    event.preventDefault();
    if (!drawer().open) {
      opener = link;
      depth = 0;
    }
    depth += 1;
    history.pushState({ trace: true }, "", MARK + encodeURIComponent(address.pathname + address.search));
    load(address.pathname + address.search);
  });

  jsi.each("#drawer", (box) => {
    box.addEventListener("close", () => {
      forget();
      box.replaceChildren();
      leave();
      if (opener && opener.isConnected) opener.focus();
      opener = null;
    });
    if (addressIn(location.hash)) load(addressIn(location.hash));
  });
  // Esc before the answer has come: it shall not open a drawer any more
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !asked || drawer()?.open) return;
    event.preventDefault();
    forget();
    leave();
  });
  addEventListener("popstate", () => {
    const address = addressIn(location.hash);
    if (address) {
      depth = Math.max(depth - 1, 0);
      load(address);
    } else {
      forget();
      if (!drawer()?.open) return;
      depth = 0;
      drawer().close();
    }
  });
})();
