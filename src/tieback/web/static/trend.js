// The chart of the trend. The table below it has the same figures.
const DAY = 86400;

function moment(seconds, step) {
  const text = new Date(seconds * 1000).toISOString();
  return step < DAY ? text.slice(5, 16).replace("T", " ") : text.slice(0, 10);
}

async function draw(box) {
  const answer = await fetch(box.dataset.trend, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  // A run that probed nothing has no value: a zero would look like safety.
  const points = (await answer.json()).points;
  const value = (point, name) => (point.probed ? point[name] : null);
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
      // UTC, as in the table.
      tzDate: (seconds) => window.uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
      axes: [{ ...axis, space: 100, values: (_, marks, __, ___, step) => marks.map((mark) => moment(mark, step)) }, { ...axis, size: 60, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6] }],
      // Stores and apps are counted in whole numbers: no step is smaller than one.
      scales: { y: { range: (_, low, high) => [0, Math.max(1, high * 1.1)] } },
      series: [
        { label: "ended (UTC)", value: (_, seconds) => (seconds === null ? "–" : moment(seconds, 0)) },
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
