/* Kinds of chart that policy brings: "steps", values over the years, and "range", a result over one input.
   Stands before charts.js, which takes up what it finds here. */
(() => {
  "use strict";
  const { jsi } = window;
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const bare = (text) => String(text).replace(/[{}|]/g, " ");
  const font = () => ({ fontFamily: css("--cjk"), fontSize: 11, color: css("--ink-2") });
  const tip = (formatter) => ({
    trigger: "axis", renderMode: "richText", backgroundColor: css("--surface"), borderColor: css("--line"), borderWidth: 1, padding: [6, 10],
    textStyle: { ...font(), color: css("--ink"), fontSize: 12, rich: { b: { fontWeight: 700, fontSize: 12, color: css("--ink"), lineHeight: 18 } } },
    axisPointer: { type: "line", lineStyle: { color: css("--line-2") } }, formatter,
  });
  const colours = () => [css("--r5"), css("--r2"), css("--ink-2"), css("--r1")];
  const base = (unit, lines) => ({
    grid: { left: 52, right: 18, top: lines > 1 ? 30 : 22, bottom: 24 },
    legend: { show: lines > 1, top: 0, right: 0, itemWidth: 14, itemHeight: 8, textStyle: font(), selectedMode: false },
    yAxis: { type: "value", name: unit, nameTextStyle: { ...font(), align: "right" }, nameGap: 8, splitNumber: 4, axisLabel: font(), splitLine: { lineStyle: { color: css("--line") } } },
  });

  jsi.chartKinds = {
    ...jsi.chartKinds,
    async steps(chart, data) {
      const palette = colours();
      const texts = new Map();
      const series = data.lines.map((line, index) => {
        const points = [];
        line.points.forEach((point, place) => {
          const before = line.points[place - 1];
          if (before && before.to && Date.parse(point.from) - Date.parse(before.to) > 86400000) points.push([before.to, null]);
          points.push([point.from, Number(point.value)]);
          texts.set(`${line.name} ${point.from}`, point.text);
        });
        const last = line.points.at(-1);
        points.push([last.to || data.end, Number(last.value)]);
        return {
          name: line.name, type: "line", step: "end", data: points, showSymbol: true, symbolSize: 5,
          lineStyle: { width: 2, type: line.proposed ? "dashed" : "solid", color: palette[index % palette.length] }, itemStyle: { color: palette[index % palette.length] },
        };
      });
      const textAt = (line, day) => {
        const found = line.points.filter((point) => point.from <= day && (!point.to || point.to >= day)).at(-1);
        return found ? found.text : "—";
      };
      chart.setOption({
        ...base(data.unit, data.lines.length),
        xAxis: { type: "time", axisLine: { lineStyle: { color: css("--line-2") } }, axisLabel: { ...font(), hideOverlap: true, formatter: "{yyyy}" }, minInterval: 365 * 86400000 },
        tooltip: tip((points) => {
          const day = new Date(points[0].axisValue).toISOString().slice(0, 10);
          return [`{b|${day}}`, ...data.lines.map((line) => `${bare(line.name)}  {b|${bare(textAt(line, day))}}`)].join("\n");
        }),
        series,
      });
    },
    async range(chart, data) {
      const palette = colours();
      chart.setOption({
        ...base(data.unit, data.lines.length),
        xAxis: { type: "value", name: data.input, nameLocation: "middle", nameGap: 22, nameTextStyle: font(), min: "dataMin", max: "dataMax", axisLine: { lineStyle: { color: css("--line-2") } }, axisLabel: { ...font(), hideOverlap: true }, splitLine: { show: false } },
        grid: { left: 60, right: 24, top: data.lines.length > 1 ? 30 : 22, bottom: 40 },
        tooltip: tip((points) => {
          const at = points[0].dataIndex;
          return [`${bare(data.input)}  {b|${bare(data.lines[0].points[at].at)}}`, ...data.lines.map((line) => `${bare(line.name)}  {b|${bare(line.points[at]?.text ?? "—")}}`)].join("\n");
        }),
        series: data.lines.map((line, index) => ({
          name: line.name, type: "line", showSymbol: false, connectNulls: false, data: line.points.map((point) => [Number(point.x), point.y === null ? null : Number(point.y)]),
          lineStyle: { width: 2, color: palette[index % palette.length], type: index ? "dashed" : "solid" }, itemStyle: { color: palette[index % palette.length] },
        })),
      });
    },
  };
})();
