/* What every script of ours stands on: words of the page, new content, requests, small geometry.
   One namespace, `jsi`. No word and no figure lives in a script: they come from the page. */
(() => {
  "use strict";
  const jsi = (window.jsi = {});

  /* Words in the language of the page; %s takes the arguments in order. */
  let words = null;
  jsi.word = (name, ...values) => {
    if (words === null) {
      const block = document.getElementById("jsi-words");
      words = block ? JSON.parse(block.textContent) : {};
    }
    return values.reduce((text, value) => text.replace("%s", value), words[name] || name);
  };

  /* Data that the server wrote with json_script. */
  jsi.data = (id) => {
    const block = document.getElementById(id);
    return block ? JSON.parse(block.textContent) : null;
  };

  /* Run a function over every element that fits, now and whenever htmx brings new ones. */
  const eager = [];
  let ready = false;
  jsi.each = (selector, start) => {
    eager.push([selector, start]);
    if (ready) visit(document, selector, start);
  };
  const visit = (root, selector, start) => {
    if (root.nodeType === 1 && root.matches(selector)) start(root);
    root.querySelectorAll(selector).forEach(start);
  };
  document.addEventListener("DOMContentLoaded", () => {
    ready = true;
    eager.forEach(([s, f]) => visit(document, s, f));
  });
  document.addEventListener("htmx:load", (event) => {
    if (ready && event.detail.elt !== document.body) eager.forEach(([s, f]) => visit(event.detail.elt, s, f));
  });

  /* Full-width digits, letters and separators as ordinary ones. */
  jsi.plain = (text) => text.normalize("NFKC").replace(/[\u2022\u30fb]/g, "\u00b7").trim();

  /* The token against forged requests: read anew each time, since a new sign-in changes it. */
  jsi.token = () => {
    const match = document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/);
    if (match) return decodeURIComponent(match[1]);
    const field = document.querySelector("[name=csrfmiddlewaretoken]");
    return field ? field.value : "";
  };
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = jsi.token();
  });

  /* A request in the background. Gives {status, data}; status 0 where nobody answered, 401 where the sign-in ended. */
  jsi.ask = async (url, body, options = {}) => {
    const headers = { "X-Requested-With": "fetch", Accept: "application/json, text/plain", ...options.headers };
    const init = { headers, credentials: "same-origin", keepalive: Boolean(options.keepalive) };
    if (body !== undefined) {
      init.method = "POST";
      headers["X-CSRFToken"] = jsi.token();
      if (body instanceof FormData || body instanceof URLSearchParams) init.body = body;
      else {
        headers["Content-Type"] = "application/json";
        init.body = JSON.stringify(body);
      }
    }
    const signIn = jsi.signIn;
    let response;
    try {
      response = await fetch(url, init);
    } catch {
      return { status: 0, data: null };
    }
    let data = null;
    try {
      data = await response.json();
    } catch {
      /* not JSON: the status says enough */
    }
    if (response.status === 401 && !options.quiet) jsi.signedOut(signIn);
    return { status: response.status, data };
  };
  /* How often one signed in on this page: an answer to what was asked before the last time says nothing of now. */
  jsi.signIn = 0;
  jsi.signedOut = () => {};

  /* Elements made by hand, so that text stays text. */
  jsi.make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === true) element.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  };
  jsi.icon = (name) => jsi.make("i", { class: `ti ti-${name}`, "aria-hidden": "true" });

  /* Positions that a style attribute may not carry: data-left and data-width, in percent. */
  jsi.each("[data-left], [data-width]", (element) => {
    if (element.dataset.left) element.style.left = `${element.dataset.left}%`;
    if (element.dataset.width) element.style.width = `${element.dataset.width}%`;
  });

  /* A cell that may be cut tells its whole text where one points at it. */
  jsi.each("td.cut:not([title])", (cell) => {
    const text = cell.textContent.replace(/\s+/g, " ").trim();
    if (text) cell.title = text;
  });

  /* Whether typing goes somewhere: then single letters are letters. */
  jsi.typing = (target) =>
    target instanceof HTMLElement && (target.isContentEditable || target.matches("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select"));

  document.addEventListener("click", (event) => {
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      const done = () => {
        const before = copy.textContent;
        copy.textContent = copy.dataset.done;
        setTimeout(() => (copy.textContent = before), 2000);
      };
      if (navigator.clipboard) navigator.clipboard.writeText(copy.dataset.copy).then(done, () => {});
    }
    if (event.target.closest("[data-print]")) window.print();
  });
})();
