/* The calculator's form: marks at fields what the server found wrong, a further row where a list grows, and the link
   "keep as an example" carries what is typed. The result itself comes by htmx. */
(() => {
  "use strict";
  const { jsi } = window;

  function show(form, faults) {
    for (const field of form.querySelectorAll("input[name], select[name]")) {
      const box = document.getElementById(`${field.id}_fault`);
      if (!box) continue;
      const text = field === document.activeElement && !faults[field.name] ? "" : faults[field.name] || "";
      if (text) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
      box.replaceChildren(...(text ? [jsi.icon("alert-circle"), jsi.make("span", {}, text)] : []));
    }
    const keep = document.querySelector("[data-keep]");
    if (keep) {
      const kept = new URLSearchParams();
      for (const [name, value] of new FormData(form)) if (name.startsWith("i.") && value) kept.set(name, value);
      keep.href = `${keep.dataset.keep}?${kept}`;
    }
  }
  document.addEventListener("htmx:afterSwap", (event) => {
    const form = document.querySelector("form[data-calculator]");
    if (form && event.detail.target?.id === "result") show(form, jsi.data("faults") || {});
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-add-row]");
    if (!button) return;
    const field = button.closest("[data-rows-of]");
    const rows = field.querySelectorAll("tbody tr");
    const last = rows[rows.length - 1];
    const row = last.cloneNode(true);
    const [from, to] = [`${field.dataset.rowsOf}.${rows.length - 1}`, `${field.dataset.rowsOf}.${rows.length}`];
    const [idFrom, idTo] = [from, to].map((name) => `f-${name.replaceAll(".", "-")}`);
    for (const element of row.querySelectorAll("[name], [id]")) {
      if (element.name) element.name = element.name.replace(from, to);
      if (element.id) element.id = element.id.replace(idFrom, idTo);
      if (element.hasAttribute("aria-describedby")) element.setAttribute("aria-describedby", element.getAttribute("aria-describedby").replace(idFrom, idTo));
      if (element.matches("input")) element.value = "";
      if (element.matches("select")) element.selectedIndex = 0;
      element.removeAttribute("aria-invalid");
    }
    row.querySelectorAll(".fault").forEach((fault) => fault.replaceChildren());
    last.after(row);
    row.querySelector("input, select")?.focus();
  });
})();
