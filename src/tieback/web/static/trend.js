// The chart of the trend. The table below it has the same figures.
async function draw(box) {
  const answer = await fetch(box.dataset.trend, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  // A run that probed nothing has no value: a zero would look like safety.
  const points = (await answer.json()).points;
  const value = (point, name) => (point.grant || point.stores_answering ? point[name] : null);
  const data = [
    points.map((point) => Date.parse(point.ended) / 1000),
    points.map((point) => value(point, "stores_exposed")),
    points.map((point) => value(point, "apps_affected")),
  ];
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  const axis = { stroke: read("--muted"), grid: { stroke: read("--line"), width: 1 }, ticks: { stroke: read("--line"), width: 1 } };
  box.hidden = false;
  const size = () => ({ width: box.clientWidth, height: 240 });
  const chart = new window.uPlot(
    {
      ...size(),
      axes: [axis, { ...axis, size: 60 }],
      scales: { y: { range: (_, low, high) => [0, Math.max(1, high * 1.1)] } },
      series: [
        {},
        { label: "open stores", stroke: read("--open"), width: 2, points: { show: true }, spanGaps: false },
        { label: "apps that lead to one", stroke: read("--bar"), width: 2, dash: [6, 4], points: { show: true }, spanGaps: false },
      ],
    },
    data,
    box,
  );
  new ResizeObserver(() => chart.setSize(size())).observe(box);
}

for (const box of document.querySelectorAll("[data-trend]")) draw(box);
