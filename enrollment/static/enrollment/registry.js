/* What the registry's own forms do: Enter moves on to the next field, a refused return takes the eye to its first fault. */
(() => {
  "use strict";
  const { jsi } = window;

  /* <form data-enter-moves>: Enter goes to the next field; from the last one to the main button. */
  jsi.each("form[data-enter-moves]", (form) => {
    form.addEventListener("keydown", (event) => {
      const field = event.target;
      if (event.key !== "Enter" || event.ctrlKey || event.altKey || event.isComposing) return;
      if (!field.matches("input:not([type=submit], [type=button]), select")) return;
      event.preventDefault();
      const fields = [...form.querySelectorAll(".field :is(input, select, textarea)")].filter(
        (other) => !other.disabled && other.type !== "hidden" && other.offsetParent !== null,
      );
      const next = fields[fields.indexOf(field) + 1] || form.querySelector("[data-main], [type=submit].btn-primary");
      next?.focus();
      if (next?.select) next.select();
    });
  });

  /* A key or link that leads to a field: <a href="#form" data-focus="id_reason">. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-focus]");
    const field = link && document.getElementById(link.dataset.focus);
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.scrollIntoView({ block: "center" });
  });

  /* After a refused hand-in: what is wrong with the return as a whole, else the summary that the grid made. */
  jsi.each("form[data-refused]", (form) => {
    setTimeout(() => (form.querySelector("[data-whole-faults]") || form.querySelector("[data-grid-summary] .note"))?.focus(), 0);
  });
})();
