/* The keyboard grid: a table whose white cells are inputs and whose grey cells the server computes while one types on.
   Enter next cell · ↑↓ rows · Ctrl ' copy above · Ins new row · F8 next error · Alt Z undo row · Alt R keep a warning
   with a reason · Alt A the cell aside · Esc restore cell · Ctrl Enter submit · PgUp PgDn, Ctrl Home, Ctrl End · paste from a sheet.

   <table class="g stay" data-grid data-prefix="rows" data-row-url="…" data-check-url="…" data-first="wage"
          data-side-url="…" data-side="row-panel" data-known="grid-known">
     <tr data-row="0"> <th scope="row">1</th>
       <td class="in num"><input name="rows-0-wage" data-col="wage" data-plain="money" data-label="…"></td>
       <td class="calc num" data-calc="average"></td> </tr>
   <template data-grid-new> the same row with __n__ for its number and __line__ for its line </template>

   A field with data-aside="name" instead of data-col belongs to the row and lies beside the way of Enter: Alt A leads to
   the first one; Enter goes on to the next one that is shown, and from the last to the next row.

   data-row-url: POST of the row's fields (their bare names) and _row, _leaving ("cell" or "row"); answers
     {values: {wage: "5,980.00"}, calc: {average: "498.33" | {text, tone, note}}, errors: [{cell, text}],
      warnings: [{cell, text}], totals: {wages: "20,210.42"}}
   data-check-url: POST of the whole form; answers {rows: {"3": the same}, totals}. data-known: a json_script of that.
   Totals go into [data-total] of the form; [data-grid-count=good|wrong|all] count rows; [data-grid-only-wrong] filters. */
(() => {
  "use strict";
  const { jsi } = window;
  const PAGE = 15;
  const MOST = 30; // faults, and rows of the same fault, that a summary names

  class Grid {
    constructor(table) {
      this.table = table;
      this.form = table.closest("form");
      this.body = table.tBodies[0];
      this.prefix = table.dataset.prefix || "rows";
      this.states = new Map();
      this.rows().forEach((row) => this.remember(row));
      table.addEventListener("focusin", (event) => this.entered(event));
      table.addEventListener("focusout", (event) => this.left(event));
      table.addEventListener("keydown", (event) => this.pressed(event));
      table.addEventListener("paste", (event) => this.pasted(event));
      table.addEventListener("change", (event) => event.target.matches("select:is([data-col], [data-aside])") && this.changed(event.target));
      this.form.addEventListener("keydown", (event) => this.formKey(event));
      this.form.addEventListener("submit", (event) => this.submitted(event));
      this.form.addEventListener("draft:restore", (event) => this.makeRoom(event.detail));
      this.form.addEventListener("draft:restored", () => this.rows().forEach((row) => this.askRow(row, "row")));
      this.form.addEventListener("click", (event) => this.clicked(event));
      const known = table.dataset.known && jsi.data(table.dataset.known);
      if (known) this.take(known);
      this.begin();
    }
    /* Who opens the page types on where the last one stopped; a link into the page or a refused form leads elsewhere. */
    begin() {
      if (document.activeElement !== document.body || location.hash || this.form.matches("[data-refused]")) return;
      const cells = this.rows().map((row) => (this.table.dataset.first && this.cell(row, this.table.dataset.first)) || this.cells(row)[0]);
      const answered = (field) => [...field.closest("tr").querySelectorAll("select[data-aside]")].some((aside) => aside.value);
      this.go(cells.find((field) => field && !field.value && !answered(field)) || cells.find(Boolean));
    }

    /* ── rows and cells ── */
    rows() {
      return [...this.body.querySelectorAll("tr[data-row]")];
    }
    shownRows() {
      return this.rows().filter((row) => !row.classList.contains("gone"));
    }
    cells(row) {
      return [...row.querySelectorAll("[data-col]")].filter((field) => !field.disabled && !field.readOnly);
    }
    asides(row) {
      return [...row.querySelectorAll("[data-aside]")].filter((field) => field.offsetParent !== null);
    }
    cell(row, column) {
      const name = CSS.escape(column);
      return row && row.querySelector(`[data-col="${name}"], [data-aside="${name}"]`);
    }
    state(row) {
      let state = this.states.get(row.dataset.row);
      if (!state) this.states.set(row.dataset.row, (state = { local: {}, errors: [], warnings: [] }));
      return state;
    }
    remember(row) {
      for (const field of row.querySelectorAll("[data-col], [data-aside]")) field.dataset.first ??= field.value;
    }
    go(field) {
      if (!field) return;
      field.focus();
      if (field.select) field.select();
      field.scrollIntoView({ block: "nearest", inline: "nearest" });
    }

    /* ── moving ── */
    next(field, step = 1) {
      const row = field.closest("tr");
      const cells = this.cells(row);
      const at = cells.indexOf(field) + step;
      if (cells[at]) return this.go(cells[at]);
      const other = this.neighbour(row, step);
      if (!other) return undefined;
      const there = this.cells(other);
      const first = step > 0 && this.table.dataset.first ? this.cell(other, this.table.dataset.first) : null;
      return this.go(first || (step > 0 ? there[0] : there[there.length - 1]));
    }
    neighbour(row, step) {
      const rows = this.shownRows();
      return rows[rows.indexOf(row) + step];
    }
    vertical(field, step) {
      const rows = this.shownRows();
      const at = rows.indexOf(field.closest("tr"));
      this.go(this.cell(rows[Math.max(0, Math.min(rows.length - 1, at + step))], field.dataset.col));
    }

    pressed(event) {
      const field = event.target;
      if (event.isComposing) return;
      const { key, ctrlKey, altKey, shiftKey } = event;
      const row = field.closest("tr");
      if (field.matches("[data-aside]") && key === "Enter" && !ctrlKey) {
        event.preventDefault();
        const asides = this.asides(row);
        const further = asides[asides.indexOf(field) + 1];
        if (further) this.go(further);
        else this.next(this.cells(row).at(-1), 1);
        return;
      }
      if (!field.matches("[data-col]")) return;
      const act = () => {
        if (key === "Enter" && ctrlKey) return this.submit();
        if (key === "Enter") return this.next(field, shiftKey ? -1 : 1);
        if (key === "ArrowDown" && !altKey) return this.vertical(field, 1);
        if (key === "ArrowUp" && !altKey) return this.vertical(field, -1);
        if (key === "PageDown") return this.vertical(field, PAGE);
        if (key === "PageUp") return this.vertical(field, -PAGE);
        if (key === "Home" && ctrlKey) return this.vertical(field, -Infinity);
        if (key === "End" && ctrlKey) return this.vertical(field, Infinity);
        if ((key === "'" || event.code === "Quote") && ctrlKey) return this.copyAbove(field);
        if (key === "Insert") return this.addRow(true);
        if (key === "Escape") return this.restore(field);
        if (altKey && event.code === "KeyZ") return this.undoRow(row);
        if (altKey && event.code === "KeyR") return this.giveReason(row);
        if (altKey && event.code === "KeyA") return this.go(this.asides(row)[0]);
        return false;
      };
      if (act() !== false) {
        event.preventDefault();
        event.stopPropagation();
      }
    }
    formKey(event) {
      if (event.key === "F8") {
        event.preventDefault();
        event.stopPropagation();
        this.nextError(event.shiftKey ? -1 : 1);
      } else if (event.key === "Enter" && event.ctrlKey) {
        event.preventDefault();
        event.stopPropagation();
        this.submit();
      }
    }
    copyAbove(field) {
      const above = this.cell(this.neighbour(field.closest("tr"), -1), field.dataset.col);
      if (!above) return;
      field.value = above.value;
      this.changed(field);
    }
    restore(field) {
      if (this.entry === undefined || field.value === this.entry) return false;
      field.value = this.entry;
      return this.showFault(field, "");
    }
    undoRow(row) {
      for (const field of [...this.cells(row), ...row.querySelectorAll("[data-aside]")]) field.value = field.dataset.first ?? "";
      this.state(row).local = {};
      this.askRow(row, "row");
      this.tellDraft();
    }

    /* ── entering and leaving ── */
    entered(event) {
      const field = event.target;
      if (!field.matches("[data-col], [data-aside]")) return;
      this.entry = field.value;
      const row = field.closest("tr");
      if (this.current === row) return;
      if (this.current && this.current.isConnected) {
        this.current.classList.remove("on");
        this.current.removeAttribute("aria-current");
        if (this.state(this.current).asked === "cell") this.askRow(this.current, "row");
      }
      this.current = row;
      row.classList.add("on");
      row.setAttribute("aria-current", "true");
      this.table.dispatchEvent(new CustomEvent("grid:row", { bubbles: true, detail: { row: row.dataset.row, key: row.dataset.key || "" } }));
      this.askSide(row);
    }
    left(event) {
      const field = event.target;
      if (!field.matches("input:is([data-col], [data-aside])") || field.value === this.entry) return;
      this.changed(field);
    }
    changed(field) {
      const row = field.closest("tr");
      const { value, error } = jsi.readField(field);
      if (field.tagName !== "SELECT") field.value = value;
      this.entry = field === document.activeElement ? field.value : this.entry;
      this.state(row).local[field.dataset.col || field.dataset.aside] = error;
      this.tellDraft();
      if (error) return this.render(row);
      return this.askRow(row, "cell");
    }
    tellDraft() {
      this.table.dispatchEvent(new CustomEvent("grid:change", { bubbles: true }));
    }
    showFault(field, text) {
      const row = field.closest("tr");
      this.state(row).local[field.dataset.col] = text;
      this.render(row);
    }

    /* ── asking the server ── */
    rowValues(row) {
      const body = new FormData();
      for (const field of row.querySelectorAll("[name]")) {
        if (field.type === "checkbox" && !field.checked) continue;
        body.append(field.name.replace(`${this.prefix}-${row.dataset.row}-`, ""), field.value);
      }
      body.append("_row", row.dataset.row);
      return body;
    }
    async askRow(row, leaving) {
      const url = this.table.dataset.rowUrl;
      const state = this.state(row);
      state.asked = leaving;
      if (!url) return this.render(row);
      const turn = (state.turn = (state.turn || 0) + 1);
      const body = this.rowValues(row);
      body.append("_leaving", leaving);
      for (const field of this.form.querySelectorAll("[data-grid-context]")) body.append(field.name, field.value);
      const { status, data } = await jsi.ask(url, body);
      if (status !== 200 || !data || turn !== state.turn) return undefined;
      this.takeRow(row, data);
      if (this.current === row) this.askSide(row);
      return this.showTotals(data.totals);
    }
    takeRow(row, data) {
      const state = this.state(row);
      state.errors = data.errors || [];
      state.warnings = data.warnings || [];
      for (const [name, value] of Object.entries(data.values || {})) {
        const field = this.cell(row, name);
        if (field && field !== document.activeElement && !state.local[name]) field.value = value;
      }
      for (const [name, shown] of Object.entries(data.calc || {})) {
        const cell = row.querySelector(`[data-calc="${CSS.escape(name)}"]`);
        if (!cell) continue;
        const { text, tone = "", note = "" } = typeof shown === "object" && shown ? shown : { text: shown };
        cell.classList.toggle("adj", tone === "adj");
        cell.replaceChildren(...(note ? [jsi.make("small", {}, note)] : []), text ?? "—");
      }
      this.render(row);
    }
    take(data) {
      for (const row of this.rows()) {
        const told = data.rows && data.rows[row.dataset.row];
        if (told) this.takeRow(row, told);
        else if (data.rows) this.takeRow(row, {});
      }
      this.showTotals(data.totals);
      this.showSummary();
    }
    async check() {
      const url = this.table.dataset.checkUrl;
      if (!url) return true;
      const { status, data } = await jsi.ask(url, new FormData(this.form));
      if (status === 200 && data) this.take(data);
      return status === 200;
    }
    showTotals(totals) {
      for (const [name, text] of Object.entries(totals || {})) {
        for (const place of this.form.querySelectorAll(`[data-total="${CSS.escape(name)}"]`)) place.textContent = text;
      }
    }
    askSide(row) {
      const { sideUrl, side } = this.table.dataset;
      if (!sideUrl || !side) return;
      clearTimeout(this.sideTimer);
      this.sideTimer = setTimeout(() => {
        const values = Object.fromEntries(this.rowValues(row).entries());
        window.htmx.ajax("POST", sideUrl, { target: `#${side}`, swap: "innerHTML", values });
      }, 150);
    }

    /* ── what is wrong ── */
    faults(row) {
      const state = this.state(row);
      const local = Object.entries(state.local).filter(([, text]) => text).map(([cell, text]) => ({ cell, text }));
      const covered = new Set(local.map((fault) => fault.cell));
      return [...local, ...state.errors.filter((fault) => !covered.has(fault.cell))];
    }
    reasonField(row) {
      return row.querySelector(`[name="${this.prefix}-${row.dataset.row}-reason"]`);
    }
    warnings(row) {
      const reason = this.reasonField(row);
      return this.state(row).warnings.map((warning) => ({ ...warning, reason: reason ? reason.value : "" }));
    }
    render(row) {
      const errors = this.faults(row);
      const warnings = this.warnings(row);
      let message = row.nextElementSibling;
      if (message && !message.matches("tr.msg")) message = null;
      const id = `msg-${this.prefix}-${row.dataset.row}`;
      const marks = new Map();
      for (const field of row.querySelectorAll("[data-col], [data-aside]")) {
        const name = field.dataset.col || field.dataset.aside;
        const wrong = errors.some((fault) => fault.cell === name);
        const looked = !wrong && warnings.some((fault) => fault.cell === name);
        const cell = field.closest("td, th");
        const mark = marks.get(cell) || { wrong: false, looked: false };
        marks.set(cell, { wrong: mark.wrong || wrong, looked: mark.looked || looked });
        if (wrong) field.setAttribute("aria-invalid", "true");
        else field.removeAttribute("aria-invalid");
        if (wrong || looked) field.setAttribute("aria-describedby", id);
        else field.removeAttribute("aria-describedby");
      }
      for (const [cell, { wrong, looked }] of marks) {
        cell.classList.toggle("err", wrong);
        cell.classList.toggle("look", looked && !wrong);
      }
      if (!errors.length && !warnings.length) message?.remove();
      else {
        const told = errors.length ? errors.map((fault) => fault.text) : warnings.map((warning) => (warning.reason ? `${warning.text} ${jsi.word("reason_kept", warning.reason)}` : warning.text));
        const line = jsi.make("td", { colspan: row.cells.length - 1, id, title: told.join(" ") }, jsi.icon(errors.length ? "alert-circle" : "alert-triangle"), ` ${told.join(" ")}`);
        const fresh = jsi.make("tr", { class: errors.length ? "msg" : "msg look" }, jsi.make("td"), line);
        if (message) message.replaceWith(fresh);
        else row.after(fresh);
      }
      this.showCounts();
      if (this.summary?.isConnected) this.showSummary();
    }
    showCounts() {
      const rows = this.rows();
      const wrong = rows.filter((row) => this.faults(row).length).length;
      const counts = { all: rows.length, wrong, good: rows.length - wrong };
      for (const place of this.form.querySelectorAll("[data-grid-count]")) place.textContent = counts[place.dataset.gridCount];
      this.form.dataset.draftProgress = `${rows.length} ${wrong}`;
    }
    wrongCells() {
      return this.rows().flatMap((row) => this.faults(row).map((fault) => ({ row, fault, field: this.cell(row, fault.cell) || this.cells(row)[0] })));
    }
    lineOf(row) {
      return (row.querySelector("th[scope=row]") || row.cells[0]).textContent.trim();
    }
    showSummary() {
      const wrong = this.wrongCells();
      const place = this.form.querySelector("[data-grid-summary]") || this.summary || this.form.insertBefore(jsi.make("div", { "data-grid-summary": true }), this.form.firstChild);
      this.summary = place;
      if (!wrong.length) return place.replaceChildren();
      /* the same fault of many rows is told once, with a link to each of them */
      const same = new Map();
      for (const item of wrong) {
        const label = item.field.dataset.label || item.field.getAttribute("aria-label") || "";
        const told = `${label} ${item.fault.text}`;
        if (!same.has(told)) same.set(told, { label, text: item.fault.text, items: [] });
        same.get(told).items.push(item);
      }
      const chinese = document.documentElement.lang.startsWith("zh");
      const [ahead, behind] = jsi.word("row", "\n").split("\n");
      const links = [...same.values()].slice(0, MOST).flatMap(({ label, text, items }, i) => {
        const start = i ? " · " : " ";
        if (items.length === 1) return [start, this.linkTo(items[0], `${jsi.word("row", this.lineOf(items[0].row))} ${label}`), ` ${text}`];
        const rows = items.slice(0, MOST).flatMap((item, n) => [n ? (chinese ? "、" : ", ") : "", this.linkTo(item, this.lineOf(item.row))]);
        return [start, ahead, ...rows, items.length > MOST ? " …" : "", behind, ` ${label} ${text}`];
      });
      const colon = chinese ? "：" : ":";
      return place.replaceChildren(
        jsi.make("div", { class: "note bad below", role: "alert", tabindex: "-1" }, jsi.icon("alert-circle"), jsi.make("div", {}, jsi.make("b", {}, jsi.word("to_mend", wrong.length)), colon, ...links)),
      );
    }
    linkTo({ row, field }, words) {
      const link = jsi.make("a", { href: `#${row.id || ""}` }, words);
      link.addEventListener("click", (event) => {
        event.preventDefault();
        this.go(field);
      });
      return link;
    }
    async nextError(step) {
      const active = document.activeElement;
      await this.check();
      const wrong = this.wrongCells();
      this.showSummary();
      if (!wrong.length) return;
      const all = this.rows().flatMap((row) => [...this.cells(row), ...this.asides(row)]);
      const here = all.indexOf(active);
      const places = wrong.map((item) => all.indexOf(item.field)).sort((a, b) => a - b);
      const found = step > 0 ? places.find((at) => at > here) ?? places[0] : places.findLast((at) => at < here) ?? places.at(-1);
      this.go(all[found]);
    }
    giveReason(row) {
      const reason = this.reasonField(row);
      const message = row.nextElementSibling;
      if (!reason || !this.state(row).warnings.length || !message?.matches("tr.msg")) return false;
      const field = jsi.make("input", { type: "text", class: "reason", "aria-label": jsi.word("give_reason"), placeholder: jsi.word("reason"), value: reason.value, maxlength: "200" });
      const done = (keep) => {
        if (keep) reason.value = jsi.plain(field.value);
        this.askRow(row, "row");
        this.tellDraft();
        this.go(this.cell(row, this.state(row).warnings[0].cell) || this.cells(row)[0]);
      };
      field.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        done(event.key === "Enter");
      });
      message.cells[1].append(" ", field);
      return field.focus();
    }

    /* ── rows come ── */
    addRow(focus) {
      const template = this.form.querySelector("template[data-grid-new]");
      if (!template) return false;
      const number = Math.max(-1, ...this.rows().map((row) => Number(row.dataset.row))) + 1;
      const copy = template.content.firstElementChild.cloneNode(true);
      const fill = (text) => text.replaceAll("__n__", number).replaceAll("__line__", this.rows().length + 1);
      for (const element of [copy, ...copy.querySelectorAll("*")]) {
        for (const attribute of [...element.attributes]) if (attribute.value.includes("__")) element.setAttribute(attribute.name, fill(attribute.value));
        if (!element.children.length && element.textContent.includes("__")) element.textContent = fill(element.textContent);
      }
      const rows = this.body.querySelectorAll("tr[data-row], tr.msg");
      if (rows.length) rows[rows.length - 1].after(copy);
      else this.body.prepend(copy);
      this.remember(copy);
      const total = this.form.querySelector(`[name="${this.prefix}-TOTAL_FORMS"]`);
      if (total) total.value = this.rows().length;
      this.showCounts();
      this.tellDraft();
      if (focus) this.go(this.cells(copy)[0]);
      return copy;
    }
    makeRoom(values) {
      const pattern = new RegExp(`^${this.prefix}-(\\d+)-`);
      const last = Math.max(-1, ...Object.keys(values).map((name) => Number((name.match(pattern) || [0, -1])[1])));
      while (Math.max(-1, ...this.rows().map((row) => Number(row.dataset.row))) < last && this.addRow(false)) ;
    }
    pasted(event) {
      const text = event.clipboardData?.getData("text/plain") || "";
      if (!event.target.matches("[data-col]") || !/[\t\n]/.test(text.trim())) return;
      event.preventDefault();
      const start = this.cells(event.target.closest("tr")).indexOf(event.target);
      let row = event.target.closest("tr");
      for (const line of text.replace(/\r/g, "").replace(/\n$/, "").split("\n")) {
        row ||= this.addRow(false);
        if (!row) break;
        line.split("\t").forEach((value, i) => {
          const field = this.cells(row)[start + i];
          if (!field) return;
          if (field.tagName === "SELECT") {
            const option = [...field.options].find((o) => o.value === value.trim() || o.text.trim() === jsi.plain(value));
            if (option) field.value = option.value;
          } else {
            field.value = value;
            const read = jsi.readField(field);
            field.value = read.value;
            this.state(row).local[field.dataset.col] = read.error;
          }
        });
        this.askRow(row, "row");
        row = this.neighbour(row, 1) || null;
      }
      this.entry = event.target.value;
      this.tellDraft();
    }

    /* ── handing in ── */
    submit() {
      document.activeElement?.blur?.();
      const button = this.form.querySelector("[type=submit][data-main], [type=submit]");
      this.form.requestSubmit(button && button.form === this.form ? button : undefined);
    }
    submitted(event) {
      if (!this.rows().some((row) => Object.values(this.state(row).local).some(Boolean))) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      delete this.form.dataset.sent;
      this.showSummary();
      this.summary.querySelector(".note")?.focus();
    }
    clicked(event) {
      if (event.target.closest("[data-grid-check]")) this.nextError(1);
      if (event.target.closest("[data-grid-add]")) this.addRow(true);
      const filter = event.target.closest("[data-grid-only-wrong]");
      if (filter) {
        event.preventDefault();
        const on = filter.getAttribute("aria-pressed") !== "true";
        filter.setAttribute("aria-pressed", String(on));
        this.rows().forEach((row) => row.classList.toggle("gone", on && !this.faults(row).length));
      }
    }
  }

  jsi.each("table[data-grid]", (table) => (table.jsiGrid ||= new Grid(table)));
})();
