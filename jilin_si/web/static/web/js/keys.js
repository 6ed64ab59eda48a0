/* Keys: / search, ? the list, J K Enter in tables, and whatever a page prints on its buttons (data-key).
   Single letters work only outside fields and can be switched off in the list of keys. */
(() => {
  "use strict";
  const { jsi } = window;
  const SWITCH = "jsi.keys";
  const letters = () => localStorage.getItem(SWITCH) !== "off";

  const rowsOf = (table) => [...table.querySelectorAll("tbody tr")].filter((row) => row.querySelector("a[href]") || row.dataset.href);
  function currentTable() {
    const focused = document.activeElement?.closest?.("table[data-rows]");
    return focused || document.querySelector("table[data-rows]:has(tr[aria-selected=true])") || document.querySelector("table[data-rows]");
  }
  function select(row) {
    const table = row.closest("table");
    for (const other of table.querySelectorAll("tr[aria-selected=true]")) other.removeAttribute("aria-selected");
    row.setAttribute("aria-selected", "true");
    const link = row.querySelector("a[href]");
    (link || row).focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    row.dispatchEvent(new CustomEvent("jsi:row", { bubbles: true, detail: { key: row.dataset.unit || "" } }));
  }
  function move(step) {
    const table = currentTable();
    if (!table) return false;
    const rows = rowsOf(table);
    if (!rows.length) return false;
    const here = rows.findIndex((row) => row.getAttribute("aria-selected") === "true");
    select(rows[Math.max(0, Math.min(rows.length - 1, here < 0 ? 0 : here + step))]);
    return true;
  }
  function open() {
    const row = currentTable()?.querySelector("tr[aria-selected=true]");
    const link = row?.querySelector("a[href]");
    if (!link) return false;
    link.click();
    return true;
  }

  /* On a page with several forms a key belongs to the form that one types in; Ctrl Enter never hands in another one. */
  function pressed(key) {
    const shown = [...document.querySelectorAll("[data-key]")].filter(
      (element) => element.dataset.key.toLowerCase() === key && element.offsetParent !== null,
    );
    const field = document.activeElement;
    const form = jsi.typing(field) ? field.form : null;
    const own = form && shown.find((element) => element.form === form || form.contains(element));
    if (own) return own;
    if (form?.method === "post" && key === "ctrl enter") return [...form.elements].find((element) => element.type === "submit") || null;
    return shown[0] || null;
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const dialog = document.querySelector("dialog[open]");
    const named = [event.ctrlKey && "ctrl", event.altKey && "alt", event.key.toLowerCase()].filter(Boolean).join(" ");
    if (!dialog && (event.ctrlKey || event.altKey || /^f\d+$/i.test(event.key))) {
      const button = pressed(named);
      if (button) {
        event.preventDefault();
        button.click();
      }
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey || jsi.typing(event.target) || dialog) return;
    if (event.key === "Enter") {
      if (!event.target.closest("a, button, summary, input") && open()) event.preventDefault();
      return;
    }
    if (!letters()) return;
    let done = true;
    if (event.key === "/") document.getElementById("find")?.focus();
    else if (event.key === "?") openList();
    else if (event.key === "j" || event.key === "J") done = move(1);
    else if (event.key === "k" || event.key === "K") done = move(-1);
    else {
      const element = pressed(named);
      if (element) element.click();
      done = Boolean(element);
    }
    if (done) event.preventDefault();
  });

  function openList() {
    const dialog = document.getElementById("keys");
    if (!dialog || dialog.open) return;
    const here = dialog.querySelector("[data-keys-here]");
    const list = here.querySelector("dl");
    list.replaceChildren();
    for (const element of document.querySelectorAll("[data-key]")) {
      if (element.offsetParent === null) continue;
      const caps = element.dataset.key.split(" ").map((cap) => jsi.make("kbd", {}, cap.length === 1 ? cap.toUpperCase() : cap));
      const label = element.dataset.keyName || element.textContent.replace(/\s+/g, " ").trim();
      list.append(jsi.make("dt", {}, ...caps.flatMap((cap, i) => (i ? [" ", cap] : [cap]))), jsi.make("dd", { class: "l" }, label));
    }
    here.hidden = !list.children.length;
    dialog.querySelector("[data-keys-switch]").checked = letters();
    dialog.showModal();
  }
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys-open]")) openList();
    const row = event.target.closest("table[data-rows] tbody tr");
    if (row && !event.target.closest("a, button, input, label, select") && (row.querySelector("a[href]") || row.dataset.href)) select(row);
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-keys-switch]")) localStorage.setItem(SWITCH, event.target.checked ? "on" : "off");
  });
})();
