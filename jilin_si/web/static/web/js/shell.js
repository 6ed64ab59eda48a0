/* The shell: menus, dialogs, a sign-in that ended, requests that fail. */
(() => {
  "use strict";
  const { jsi } = window;

  document.addEventListener("alpine:init", () => {
    window.Alpine.data("menu", () => ({
      open: false,
      toggle() {
        this.open = !this.open;
        if (this.open) this.$nextTick(() => this.$root.querySelector(".menu-list a, .menu-list button")?.focus());
      },
      close() {
        if (this.open && this.$root.contains(document.activeElement)) this.$root.querySelector("button").focus();
        this.open = false;
      },
    }));
  });

  document.addEventListener("click", (event) => {
    const closer = event.target.closest("[data-close]");
    if (closer) closer.closest("dialog")?.close();
    /* a click on the veil closes, as Esc does */
    if (event.target.matches("dialog[open]:not(#expired)")) {
      const box = event.target.getBoundingClientRect();
      const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
      if (!inside) event.target.close();
    }
  });

  /* The sign-in ended: ask for the password on the page; what was typed stays where it is. */
  jsi.signedOut = (signIn) => {
    if (signIn !== jsi.signIn) return undefined;
    const dialog = document.getElementById("expired");
    if (!dialog) return location.reload();
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("[name=password]").focus();
    return undefined;
  };
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-sign-in-again]")) return;
    event.preventDefault();
    const fault = form.querySelector(".fault");
    const password = form.querySelector("[name=password]");
    const { status, data } = await jsi.ask(form.action, new FormData(form), { quiet: true });
    if (status === 200 && data && data.signed_in) {
      document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((field) => (field.value = jsi.token()));
      form.reset();
      fault.replaceChildren();
      form.closest("dialog").close();
      jsi.signIn += 1;
      document.dispatchEvent(new CustomEvent("jsi:signed-in"));
      return;
    }
    if (data && data.go_to) return void (location.href = data.go_to);
    const text = data && data.errors ? data.errors.join(" ") : jsi.word(status === 0 ? "no_answer" : "wrong_password");
    fault.replaceChildren(jsi.icon("alert-circle"), text);
    password.setAttribute("aria-invalid", "true");
    password.select();
  });

  /* htmx: 401 asks to sign in; errors are told in a note above the page, never as a toast. */
  document.addEventListener("htmx:beforeRequest", (event) => {
    event.detail.xhr.jsiSignIn = jsi.signIn;
  });
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status === 401) return jsi.signedOut(event.detail.xhr.jsiSignIn);
    return tell(jsi.word("failed"), event.detail.elt);
  });
  document.addEventListener("htmx:sendError", (event) => tell(jsi.word("no_answer"), event.detail.elt));
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) document.getElementById("jsi-told")?.remove();
  });
  function tell(text) {
    const main = document.getElementById("main");
    document.getElementById("jsi-told")?.remove();
    const retry = jsi.make("button", { type: "button", class: "link" }, jsi.word("retry"));
    retry.addEventListener("click", () => location.reload());
    main.prepend(jsi.make("div", { id: "jsi-told", class: "note bad below", role: "alert" }, jsi.icon("alert-circle"), jsi.make("div", {}, `${text} `, retry)));
  }

  /* An irreversible act waits until what it acts on was typed; the reason stands beside the button. */
  jsi.each("form[data-typed]", (form) => {
    const field = form.querySelector("[name=typed]");
    const button = form.querySelector("[type=submit]");
    const ready = () => jsi.plain(field.value) === form.dataset.typed;
    field.addEventListener("input", () => button.setAttribute("aria-disabled", String(!ready())));
    form.addEventListener("submit", (event) => {
      if (ready()) return;
      event.preventDefault();
      field.focus();
    });
  });

  /* Changed figures are told once to those who listen. */
  document.addEventListener("jsi:changed", () => {
    let live = document.getElementById("jsi-live");
    if (!live) document.body.append((live = jsi.make("div", { id: "jsi-live", class: "unseen", "aria-live": "polite" })));
    live.textContent = jsi.word("changed");
  });
})();
