/* What the registry's own forms do: a choice shows the fields it asks for, a refused return takes the eye to its first fault. */
(() => {
  "use strict";
  const { jsi } = window;

  /* A key or link that leads to a field: <a href="#form" data-focus="id_reason">. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-focus]");
    const field = link && document.getElementById(link.dataset.focus);
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.scrollIntoView({ block: "center" });
  });

  /* <form data-asks-by="kind">: a field of class for-VALUE is shown while the choice of that name is VALUE. */
  jsi.each("form[data-asks-by]", (form) => {
    const choice = form.elements[form.dataset.asksBy];
    const show = () => {
      for (const box of form.querySelectorAll(".field[class*='for-']")) box.hidden = !box.classList.contains(`for-${choice.value}`);
    };
    choice.addEventListener("change", show);
    show();
  });

  /* After a refused hand-in: what is wrong with the return as a whole, else the summary that the grid made. */
  jsi.each("form[data-refused]", (form) => {
    setTimeout(() => (form.querySelector("[data-whole-faults]") || form.querySelector("[data-grid-summary] .note"))?.focus(), 0);
  });
})();
