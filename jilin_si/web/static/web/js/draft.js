/* Drafts: kept on this machine at each cell left, on the server after two idle seconds. They outlive a closed browser,
   an ended sign-in and a lost network.

   <form data-draft="declaration-220181-0417-1996" data-draft-url="/drafts/declaration-220181-0417-1996/"
         data-draft-title="…" data-draft-at="846000000.5">  and somewhere in it <c-draft-state />
   data-draft-at: when the server's own copy of this form was saved (seconds), so that an older copy here stays silent. */
(() => {
  "use strict";
  const { jsi } = window;
  const IDLE = 2000;
  const OLDEST = 60 * 24 * 3600 * 1000;
  const place = (key) => `jsi.draft.${document.body.dataset.user || "nobody"}.${key}`;
  const clock = (date) => date.toTimeString().slice(0, 8);

  function values(form) {
    const all = {};
    for (const [name, value] of new FormData(form)) {
      if (name === "csrfmiddlewaretoken" || value instanceof File || name.startsWith("_")) continue;
      const field = form.elements[name];
      if (field instanceof HTMLInputElement && field.type === "password") continue;
      (all[name] ||= []).push(value);
    }
    return all;
  }

  class Draft {
    constructor(form) {
      this.form = form;
      this.key = form.dataset.draft;
      this.url = form.dataset.draftUrl;
      this.line = form.querySelector("[data-draft-state]") || document.querySelector("[data-draft-state]");
      this.timer = 0;
      form.addEventListener("change", () => this.touched());
      form.addEventListener("grid:change", () => this.touched());
      form.addEventListener("input", () => this.later());
      form.addEventListener("submit", () => this.handedIn());
      document.addEventListener("jsi:signed-in", () => this.save());
      document.addEventListener("jsi:leaving", () => this.keep());
      addEventListener("online", () => this.save());
      addEventListener("pagehide", () => this.dirty && this.save(true));
      this.offer();
    }

    touched() {
      this.keep();
      this.later();
    }

    later() {
      this.dirty = true;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.save(), IDLE);
    }

    keep() {
      try {
        localStorage.setItem(place(this.key), JSON.stringify({ at: Date.now(), values: values(this.form), url: location.pathname }));
      } catch {
        this.tell("local", "alert-triangle", jsi.word("no_answer"));
      }
    }

    async save(leaving = false) {
      if (!this.dirty || this.sent) return;
      clearTimeout(this.timer);
      this.keep();
      if (!this.url) return this.tell("saved", "device-floppy", jsi.word("saved", clock(new Date())));
      const body = {
        values: values(this.form),
        title: this.form.dataset.draftTitle || document.title,
        url: location.pathname + location.search,
        progress: this.form.dataset.draftProgress || "",
      };
      const turn = (this.turn = (this.turn || 0) + 1);
      this.dirty = false;
      const { status, data } = await jsi.ask(this.url, body, { keepalive: leaving, quiet: leaving });
      if (turn !== this.turn) return;
      if (status === 200) {
        this.tell("saved", "cloud-check", jsi.word("saved", data.saved));
        const kept = JSON.parse(localStorage.getItem(place(this.key)) || "null");
        if (kept) localStorage.setItem(place(this.key), JSON.stringify({ ...kept, server: true }));
      } else {
        this.dirty = true;
        this.tell("local", "cloud-off", jsi.word("kept"));
        if (status === 0) this.timer = setTimeout(() => this.save(), 15000);
      }
    }

    /* A newer copy on this machine than the page's: offer it, never force it. */
    offer() {
      const kept = JSON.parse(localStorage.getItem(place(this.key)) || "null");
      if (!kept) return;
      const known = Number(this.form.dataset.draftAt || 0) * 1000;
      const same = JSON.stringify(kept.values) === JSON.stringify(values(this.form));
      if (Date.now() - kept.at > OLDEST || same || kept.at <= known) return void localStorage.removeItem(place(this.key));
      const when = new Date(kept.at);
      const today = when.toDateString() === new Date().toDateString();
      const stamp = today ? clock(when).slice(0, 5) : `${String(when.getMonth() + 1).padStart(2, "0")}-${String(when.getDate()).padStart(2, "0")} ${clock(when).slice(0, 5)}`;
      const take = jsi.make("button", { type: "button", class: "btn btn-sm" }, jsi.word("restore"));
      const drop = jsi.make("button", { type: "button", class: "link" }, jsi.word("discard"));
      const note = jsi.make("div", { class: "note warn below", role: "status" }, jsi.icon("history"), jsi.make("div", { class: "row-of" }, jsi.word("draft_found", stamp), take, drop));
      take.addEventListener("click", () => {
        this.restore(kept.values);
        note.remove();
      });
      drop.addEventListener("click", () => {
        localStorage.removeItem(place(this.key));
        note.remove();
      });
      this.form.prepend(note);
    }

    restore(kept) {
      this.form.dispatchEvent(new CustomEvent("draft:restore", { bubbles: true, detail: kept }));
      for (const [name, list] of Object.entries(kept)) {
        const fields = [...this.form.elements].filter((field) => field.name === name);
        fields.forEach((field, i) => {
          if (field.type === "checkbox" || field.type === "radio") field.checked = list.includes(field.value);
          else if (field.type !== "file" && field.type !== "hidden") field.value = list[i] ?? "";
        });
      }
      this.form.dispatchEvent(new CustomEvent("draft:restored", { bubbles: true }));
      this.later();
    }

    /* Handed in: the copy here stays until the server says that the form is gone (its next page, or data-draft-done). */
    handedIn() {
      this.sent = true;
      clearTimeout(this.timer);
      this.keep();
      setTimeout(() => (this.sent = false), 4000);
    }

    tell(state, icon, text) {
      if (!this.line) return;
      this.line.dataset.state = state;
      this.line.querySelector("i").className = `ti ti-${icon}`;
      this.line.querySelector("span").textContent = text;
    }
  }

  jsi.each("form[data-draft]", (form) => (form.jsiDraft = new Draft(form)));
  /* The page after a successful act names the draft that is done: <span hidden data-draft-done="key"></span>. */
  jsi.each("[data-draft-done]", (element) => localStorage.removeItem(place(element.dataset.draftDone)));
  document.addEventListener("htmx:afterRequest", (event) => {
    const done = event.detail.xhr?.getResponseHeader?.("X-Draft-Done");
    if (done) localStorage.removeItem(place(done));
  });
  /* Signing out on purpose leaves nothing here that the server has. */
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-sign-out]")) return;
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith("jsi.draft.") && JSON.parse(localStorage.getItem(key) || "{}").server) localStorage.removeItem(key);
    }
  });
})();
