/* The one search: results under the field as one types, arrows choose, Enter opens, Ctrl Enter opens beside, Esc closes.
   The search page answers htmx with links of role="option" under group lines. */
(() => {
  "use strict";
  const { jsi } = window;
  document.addEventListener("alpine:init", () => {
    window.Alpine.data("finder", () => ({
      init() {
        const field = this.$root.querySelector("input");
        const list = this.$root.querySelector(".found");
        const told = this.$root.querySelector("[role=status]");
        const options = () => [...list.querySelectorAll("a[role=option]")];
        const chosen = () => list.querySelector("[aria-selected=true]");
        const show = (on) => {
          list.hidden = !on || !list.children.length;
          field.setAttribute("aria-expanded", String(!list.hidden));
          if (list.hidden) field.removeAttribute("aria-activedescendant");
        };
        const choose = (option) => {
          chosen()?.setAttribute("aria-selected", "false");
          if (!option) return;
          option.id ||= `found-${options().indexOf(option)}`;
          option.setAttribute("aria-selected", "true");
          field.setAttribute("aria-activedescendant", option.id);
          option.scrollIntoView({ block: "nearest" });
        };
        list.addEventListener("htmx:afterSwap", () => {
          show(document.activeElement === field && field.value.trim() !== "");
          choose(options()[0]);
          told.textContent = options().length ? "" : list.textContent.trim();
        });
        field.addEventListener("keydown", (event) => {
          if (event.isComposing) return;
          const all = options();
          const at = all.indexOf(chosen());
          if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            if (list.hidden) return show(true);
            event.preventDefault();
            const step = event.key === "ArrowDown" ? 1 : -1;
            choose(all[(at + step + all.length) % all.length]);
          } else if (event.key === "Enter" && !list.hidden && chosen()) {
            event.preventDefault();
            if (event.ctrlKey) window.open(chosen().href, "_blank", "noopener");
            else location.href = chosen().href;
          } else if (event.key === "Escape") {
            if (list.hidden) field.blur();
            else show(false);
            event.preventDefault();
          }
          return undefined;
        });
        field.addEventListener("focus", () => show(field.value.trim() !== ""));
        document.addEventListener("click", (event) => {
          if (!this.$root.contains(event.target)) show(false);
        });
        field.addEventListener("input", () => {
          if (jsi.plain(field.value) === "") show(false);
        });
      },
    }));
  });
})();
