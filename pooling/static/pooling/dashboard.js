/* Map, table and charts of the dashboard share one selection, and the address keeps it: a unit chosen anywhere shows its
   own months, and its stream stands out. */
(() => {
  "use strict";
  const flow = () => document.getElementById("flow")?.jsiChart;
  const at = (unit) => {
    const url = new URL(location.href);
    url.searchParams.delete("part");
    if (unit) url.searchParams.set("unit", unit);
    else url.searchParams.delete("unit");
    return url;
  };
  let shown = "";

  function show(unit) {
    if (shown === unit) return;
    const url = at(unit);
    history.replaceState(history.state, "", url.pathname + url.search + location.hash);
    url.searchParams.set("part", "months");
    const panel = document.getElementById("months")?.closest("[data-chart-panel]");
    if (panel) window.htmx.ajax("GET", url.pathname + url.search, { target: panel, swap: "outerHTML" });
    const chart = flow();
    if (chart) {
      for (const name of [shown, `${shown}-down`]) chart.dispatchAction({ type: "downplay", seriesIndex: 0, name });
      for (const name of [unit, `${unit}-down`]) chart.dispatchAction({ type: "highlight", seriesIndex: 0, name });
    }
    shown = unit;
  }

  document.addEventListener("jsi:unit", ({ detail }) => show(detail.code));
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-all-units]")) return;
    event.preventDefault();
    const url = at("");
    history.replaceState(history.state, "", url.pathname + url.search + location.hash);
    url.searchParams.set("part", "months");
    const panel = document.getElementById("months").closest("[data-chart-panel]");
    window.htmx.ajax("GET", url.pathname + url.search, { target: panel, swap: "outerHTML" });
    shown = "";
  });
})();
