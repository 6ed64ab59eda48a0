/* The order of a list's columns: up and down by the buttons, or by Alt with the arrows on the column itself.
   <div data-reorder> holds the choices in order and a line that tells where one went; the form sends them as they stand. */
(() => {
  "use strict";
  const { jsi } = window;

  jsi.each("[data-reorder]", (box) => {
    const status = box.querySelector("[role=status]");
    const move = (choice, way, focus) => {
      const other = way === "up" ? choice.previousElementSibling : choice.nextElementSibling;
      if (!other || other === status) return;
      if (way === "up") other.before(choice);
      else other.after(choice);
      const all = [...box.querySelectorAll(".column-choice")];
      const at = all.indexOf(choice) + 1;
      /* at the end the button is gone: the keyboard goes on from the other one */
      const ends = (way === "up" && at === 1) || (way === "down" && at === all.length);
      (ends && focus.matches("button") ? choice.querySelector(`button:not([data-move=${way}])`) : focus).focus();
      status.textContent = jsi.word("moved", choice.querySelector("label").textContent.trim(), at, all.length);
    };
    box.addEventListener("click", (event) => {
      const button = event.target.closest("[data-move]");
      if (button) move(button.closest(".column-choice"), button.dataset.move, button);
    });
    box.addEventListener("keydown", (event) => {
      const way = { ArrowUp: "up", ArrowDown: "down" }[event.key];
      if (!way || !event.altKey) return;
      event.preventDefault();
      move(event.target.closest(".column-choice"), way, event.target);
    });
  });
})();
