/* Charts over ECharts (SVG): the map of rates, months under a due line, streams of money. Data come from json_script
   blocks made by jilin_si/web/charts.py; words and figures are in them, none live here. A chart, the map and the table
   share one selection: the event "jsi:unit" with the unit's code. Each chart has a table with the same figures. */
(() => {
  "use strict";
  const { jsi } = window;
  const { echarts } = window;
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  let palette = null;
  const colours = () => {
    palette ||= { ink: css("--ink"), ink2: css("--ink-2"), line: css("--line"), r0: css("--r0"), r1: css("--r1"), r2: css("--r2"), r3: css("--r3"), r4: css("--r4"), r5: css("--r5"), down: "#b9c3cc", keep: "#8796a5", font: { fontFamily: css("--cjk"), fontSize: 11, color: css("--ink-2") } };
    return palette;
  };
  const tip = (extra) => {
    const c = colours();
    return { renderMode: "richText", backgroundColor: css("--surface"), borderColor: c.line, borderWidth: 1, padding: [6, 10], textStyle: { ...c.font, color: c.ink, fontSize: 12, rich: { b: { fontWeight: 700, fontSize: 12, color: c.ink, lineHeight: 18 } } }, ...extra };
  };
  /* rich text knows { } and |: they are taken out of what people named */
  const bare = (text) => String(text).replace(/[{}|]/g, " ");
  const follow = (href) => {
    if (href) location.href = href;
  };
  const number = (amount) => (amount ? Number(amount.value) : null);

  const borders = new Map();
  async function register(url) {
    if (!borders.has(url)) {
      borders.set(url, fetch(url, { credentials: "same-origin" }).then((response) => {
        if (!response.ok) throw new Error(String(response.status));
        return response.json();
      }));
    }
    const name = `units:${url}`;
    if (!echarts.getMap(name)) echarts.registerMap(name, await borders.get(url));
    return name;
  }

  const kinds = {
    async map(chart, data, element) {
      const c = colours();
      const map = await register(element.dataset.geo);
      const by = new Map(data.units.map((unit) => [unit.code, unit]));
      const tall = element.clientHeight > 300;
      chart.setOption({
        tooltip: tip({ formatter: (p) => { const unit = by.get(p.name); return unit ? `{b|${bare(unit.name)}}\n${bare(unit.note)}` : ""; } }),
        series: [{
          type: "map", map, nameProperty: "code", left: 4, right: 4, top: 4, bottom: 4, aspectScale: 0.78, selectedMode: "single",
          itemStyle: { areaColor: c.r0, borderColor: "#fff", borderWidth: 0.8 }, label: { show: false },
          emphasis: { label: { show: false }, itemStyle: { areaColor: null, borderColor: c.ink, borderWidth: 1.6 } },
          select: { label: { show: true, color: c.ink }, itemStyle: { areaColor: null, borderColor: c.ink, borderWidth: 1.3 } },
          data: data.units.map((unit) => {
            const areaColor = c[unit.klass];
            return {
              name: unit.code, value: unit.whole === null ? null : Number(unit.whole), selected: unit.code === data.selected,
              itemStyle: { areaColor }, select: { itemStyle: { areaColor } }, emphasis: { itemStyle: { areaColor } },
              label: { show: unit.labelled, formatter: unit.whole === null ? unit.short : `${unit.short} ${unit.whole}`, offset: unit.nudge, fontSize: tall ? 12 : 11, fontWeight: 700, color: c.ink, textBorderColor: "#fff", textBorderWidth: 2.5 },
            };
          }),
        }],
      });
      let chosen = data.selected;
      const choose = (code) => {
        chart.dispatchAction({ type: "unselect", seriesIndex: 0, name: chosen });
        chart.dispatchAction({ type: "select", seriesIndex: 0, name: code });
        chosen = code;
      };
      chart.on("click", ({ name }) => {
        const unit = by.get(name);
        if (!unit) return;
        if (name === chosen) follow(unit.href);
        document.dispatchEvent(new CustomEvent("jsi:unit", { detail: { code: name, from: element } }));
        choose(name);
      });
      document.addEventListener("jsi:unit", ({ detail }) => {
        if (detail.from !== element && element.isConnected && by.has(detail.code)) choose(detail.code);
      });
    },

    async months(chart, data) {
      const c = colours();
      const [dueWord, gotWord, owedWord] = data.words;
      const lines = (index) => [[dueWord, data.due[index]], [gotWord, data.got[index]], [owedWord, data.owed[index]]].map(([word, amount]) => `${bare(word)}  {b|${amount ? amount.text : "—"}}`).join("\n");
      const few = data.months.length <= 14;
      chart.setOption({
        grid: { left: 40, right: 8, top: 26, bottom: 22 },
        tooltip: tip({ trigger: "axis", axisPointer: { type: "shadow" }, formatter: (points) => `{b|${points[0].name}}\n${lines(points[0].dataIndex)}` }),
        legend: { top: 0, right: 0, itemWidth: 12, itemHeight: 8, itemGap: 12, textStyle: c.font, data: data.words, selectedMode: false },
        xAxis: { type: "category", data: data.months, axisTick: { show: false }, axisLine: { lineStyle: { color: c.line } }, axisLabel: { ...c.font, interval: few ? 0 : "auto", formatter: (v, i) => (i === 0 || v.endsWith("-01") ? v.slice(2) : v.slice(5)) } },
        yAxis: { type: "value", min: 0, splitNumber: 3, axisLabel: c.font, splitLine: { lineStyle: { color: c.line } } },
        series: [
          { name: gotWord, type: "bar", stack: "paid", data: data.got.map(number), barMaxWidth: 16, itemStyle: { color: c.r5 } },
          { name: owedWord, type: "bar", stack: "paid", data: data.owed.map(number), itemStyle: { color: c.r2 } },
          { name: dueWord, type: "line", step: "middle", data: data.due.map(number), symbol: "none", lineStyle: { color: c.ink, width: 1.2 }, itemStyle: { color: c.ink } },
        ],
      });
      chart.on("click", ({ dataIndex }) => follow(data.hrefs[dataIndex]));
    },

    async flows(chart, data, element) {
      const c = colours();
      const tone = { up: c.r5, late: c.r2, hub: c.ink2, down: c.down, keep: c.keep };
      const by = new Map(data.nodes.map((node) => [node.key, node]));
      const left = (node) => node.tone === "up" || node.tone === "late";
      const side = Math.min(168, Math.max(96, element.clientWidth * 0.21));
      chart.setOption({
        tooltip: tip({ formatter: (p) => (p.dataType === "edge" ? `${bare(by.get(p.data.source).name)} › ${bare(by.get(p.data.target).name)}\n{b|${p.data.text}}` : `${bare(by.get(p.name).name)}\n{b|${by.get(p.name).text}}`) }),
        series: [{
          type: "sankey", left: side, right: side, top: 6, bottom: 6, nodeWidth: 10, nodeGap: data.nodes.length > 12 ? 12 : 8, layoutIterations: 0, draggable: false, emphasis: { focus: "none" },
          label: { ...c.font, color: c.ink, formatter: (p) => `${bare(by.get(p.name).name)}  {n|${by.get(p.name).text}}`, rich: { n: { ...c.font, fontWeight: 700, color: c.ink } } },
          lineStyle: { color: "source", opacity: 0.32 },
          data: data.nodes.map((node) => ({ name: node.key, itemStyle: { color: tone[node.tone] }, label: { position: left(node) ? "left" : "right" } })),
          links: data.links.map((link) => ({ ...link, value: Number(link.value), lineStyle: { color: link.target === "hub" ? "source" : "target" } })),
        }],
      });
      chart.on("click", (p) => follow(by.get(p.dataType === "edge" ? (p.data.target === "hub" ? p.data.source : p.data.target) : p.name)?.href));
    },
  };
  /* An app may bring a kind of its own, in a script that stands before this one:
     jsi.chartKinds = { ...jsi.chartKinds, strip: async (chart, data, element) => … } */
  jsi.chartKinds = Object.assign(kinds, jsi.chartKinds);

  const observer = new ResizeObserver((entries) => entries.forEach(({ target }) => target.jsiChart?.resize()));
  async function draw(element) {
    if (element.jsiChart || element.dataset.drawn) return;
    element.dataset.drawn = "yes";
    const data = jsi.data(element.dataset.source);
    try {
      if (!echarts || !data) throw new Error("no data");
      const chart = echarts.init(element, null, { renderer: "svg" });
      element.jsiChart = chart;
      chart.setOption({ animation: false, textStyle: colours().font, aria: { enabled: false } });
      await kinds[element.dataset.chart](chart, data, element);
      observer.observe(element);
    } catch (error) {
      element.jsiChart?.dispose();
      element.jsiChart = null;
      element.replaceChildren(jsi.make("div", { class: "nothing" }, jsi.icon("cloud-off"), jsi.make("b", {}, jsi.word("chart_failed"))));
      toggle(element.closest("[data-chart-panel]"), true);
    }
  }
  function toggle(panel, table) {
    const button = panel?.querySelector("[data-chart-toggle]");
    if (!button) return;
    const chart = panel.querySelector(".chart");
    const list = panel.querySelector(".chart-table");
    chart.hidden = table && Boolean(chart.jsiChart);
    list.hidden = !table;
    button.setAttribute("aria-expanded", String(table));
    button.textContent = table ? button.dataset.hide : button.dataset.show;
    if (!table) chart.jsiChart?.resize();
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-chart-toggle]");
    if (button) toggle(button.closest("[data-chart-panel]"), button.getAttribute("aria-expanded") !== "true");
  });
  jsi.each("[data-chart]", draw);
  document.addEventListener("htmx:beforeCleanupElement", (event) => event.detail.elt.jsiChart?.dispose());

  /* The table shares the selection: rows carry data-unit. */
  document.addEventListener("jsi:row", ({ detail, target }) => {
    if (detail.key) document.dispatchEvent(new CustomEvent("jsi:unit", { detail: { code: detail.key, from: target } }));
  });
  document.addEventListener("jsi:unit", ({ detail }) => {
    for (const row of document.querySelectorAll("table[data-rows] tr[data-unit]")) {
      if (row === detail.from) continue;
      if (row.dataset.unit === detail.code) row.setAttribute("aria-selected", "true");
      else row.removeAttribute("aria-selected");
    }
  });
})();
