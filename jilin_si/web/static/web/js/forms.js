/* Fields: made plain and checked on leaving, never while typing; what is wrong is marked at the field.
   A form with data-live asks the server the same question that saving asks: POST to its own address with _check=<field>. */
(() => {
  "use strict";
  const { jsi } = window;

  /* How a value is read, by data-plain. Each gives {value} as it will be shown, or {error}. */
  jsi.formats = {
    text: (text) => ({ value: text }),
    money: (text) => {
      const bare = text.replace(/[\s,]/g, "").replace(/\u2212/g, "-").replace(/^¥/, "").replace(/元$/, "");
      if (!/^-?\d{1,15}(\.\d*)?$/.test(bare)) return { error: jsi.word("not_a_number") };
      const [whole, fen = ""] = bare.split(".");
      if (fen.length > 2) return { error: jsi.word("too_precise") };
      const sign = whole.startsWith("-") ? "\u2212" : "";
      const digits = whole.replace("-", "").replace(/^0+(?=\d)/, "");
      return { value: `${sign}${digits.replace(/\B(?=(\d{3})+$)/g, ",")}.${fen.padEnd(2, "0")}` };
    },
    int: (text) => {
      const bare = text.replace(/[\s,]/g, "");
      return /^\d{1,9}$/.test(bare) ? { value: String(Number(bare)) } : { error: jsi.word("not_whole") };
    },
    period: (text) => {
      const match = text.match(/^(\d{4})(?:[-./]|年)(\d{1,2})月?$/) || text.match(/^(\d{4})(\d{2})$/);
      const month = match ? Number(match[2]) : 0;
      if (month < 1 || month > 12) return { error: jsi.word("not_a_period") };
      return { value: `${match[1]}-${match[2].padStart(2, "0")}` };
    },
    day: (text) => {
      const bare = text.replace(/\s/g, "");
      const match = bare.match(/^(\d{4})(?:[-./]|年)(\d{1,2})(?:[-./]|月)(\d{1,2})日?$/) || bare.match(/^(\d{4})(\d{2})(\d{2})$/);
      if (!match) return { error: jsi.word("not_a_day") };
      const shown = `${match[1]}-${match[2].padStart(2, "0")}-${match[3].padStart(2, "0")}`;
      const day = new Date(`${shown}T00:00:00Z`);
      return Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== shown ? { error: jsi.word("not_a_day") } : { value: shown };
    },
    /* the check character stands apart, 12345678-9 */
    organisation: (text) => {
      const bare = text.replace(/[\s-]/g, "").toUpperCase();
      return { value: bare.length === 9 ? `${bare.slice(0, 8)}-${bare.slice(8)}` : text };
    },
    /* shown in groups, 220104 550815 001; whoever reads it takes the blanks out */
    identity: (text) => {
      const bare = text.replace(/[\s-]/g, "").toUpperCase();
      const born = bare.length > 15 ? 14 : 12;
      return { value: [bare.slice(0, 6), bare.slice(6, born), bare.slice(born)].filter(Boolean).join(" ") };
    },
  };

  /* Read a field as one leaves it: gives {value, error}; the value is put back plain. */
  jsi.readField = (field) => {
    const plain = jsi.plain(field.value);
    if (plain === "") return { value: "", error: field.required ? jsi.word("must") : "" };
    const { value = plain, error = "" } = (jsi.formats[field.dataset.plain] || jsi.formats.text)(plain);
    return { value, error };
  };

  jsi.markField = (field, text) => {
    const box = field.closest(".field");
    const fault = box && box.querySelector(".fault");
    if (text) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
    if (fault) fault.replaceChildren(...(text ? [jsi.icon("alert-circle"), jsi.make("span", {}, text)] : []));
  };

  const before = new WeakMap();
  document.addEventListener("focusin", (event) => {
    if (event.target.matches?.("[data-plain], form[data-live] :is(input, select, textarea)")) before.set(event.target, event.target.value);
  });
  document.addEventListener("input", (event) => {
    /* no fault is raised while typing; one that is being mended is taken back */
    if (event.target.closest?.(".field") && event.target.getAttribute("aria-invalid")) jsi.markField(event.target, "");
  });
  document.addEventListener("focusout", (event) => {
    const field = event.target;
    if (!field.matches?.(".field :is(input, select, textarea)") || field.closest("[data-grid]")) return;
    if (before.get(field) === field.value) return;
    if (field.dataset.plain) {
      const { value, error } = jsi.readField(field);
      field.value = value;
      jsi.markField(field, error);
      if (error) return;
    }
    const form = field.closest("form[data-live]");
    if (form) askServer(form, field);
  });

  const asked = new WeakMap();
  async function askServer(form, field) {
    const turn = (asked.get(field) || 0) + 1;
    asked.set(field, turn);
    const body = new FormData(form);
    body.set("_check", field.name);
    const { status, data } = await jsi.ask(form.getAttribute("action") || location.href, body);
    if (status !== 200 || !data || asked.get(field) !== turn || document.activeElement === field) return;
    jsi.markField(field, data.errors.join(" "));
    if (!data.errors.length && data.value !== null && field.matches("input:not([type=checkbox], [type=radio])")) field.value = data.value;
  }

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

  /* After a refused form the summary has the focus; its links lead to the fields. */
  jsi.each("[data-error-summary]", (summary) => summary.focus());
  document.addEventListener("click", (event) => {
    const link = event.target.closest('[data-error-summary] a[href^="#"]');
    const field = link && document.getElementById(link.hash.slice(1));
    if (field) {
      event.preventDefault();
      field.focus();
      field.scrollIntoView({ block: "center" });
    }
  });

  /* One press hands a form in once. A form that answers with a file stays on the page and may be sent again: data-again. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post") || form.hasAttribute("data-again")) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 4000);
    return undefined;
  });

  /* The demo's sign-ins fill the form and send it. */
  document.addEventListener("click", (event) => {
    const sample = event.target.closest("[data-fill-login]");
    if (!sample) return;
    const form = document.getElementById("sign-in");
    form.querySelector("[name=login]").value = sample.dataset.fillLogin;
    form.querySelector("[name=password]").value = sample.dataset.fillPassword;
    form.requestSubmit();
  });
})();
