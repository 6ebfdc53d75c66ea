// Charts from a JSON block next to the canvas; the table under it holds the same figures.
import { library as address, word } from "./words.js";

const drawn = new Map();
let library;

function load() {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address("chart");
    script.onload = () => resolve(window.Chart);
    script.onerror = () => reject(new Error("chart library did not load"));
    document.head.append(script);
  });
  return library;
}

// Chart.js parses hexadecimal and rgb only, and tokens are OKLCH: let a canvas pixel do the conversion.
const pixel = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
function colour(token) {
  const probe = document.createElement("span");
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  pixel.clearRect(0, 0, 1, 1);
  pixel.fillStyle = getComputedStyle(probe).color;
  pixel.fillRect(0, 0, 1, 1);
  probe.remove();
  const [red, green, blue] = pixel.getImageData(0, 0, 1, 1).data;
  return `rgb(${red}, ${green}, ${blue})`;
}

const roles = {
  value: { token: "--accent", width: 2.5, dash: [], step: true },
  bound: { token: "--ink-3", width: 1.75, dash: [6, 4], step: true },
  plain: { token: "--info-solid", width: 2, dash: [], step: false },
};

function axis(title, extra) {
  return {
    title: { display: Boolean(title), text: title, color: colour("--ink-2") },
    ticks: { color: colour("--ink-3"), maxTicksLimit: 7 },
    grid: { color: colour("--line-soft") },
    border: { color: colour("--line") },
    ...extra,
  };
}

function lineOptions(data) {
  return {
    data: {
      datasets: data.series.map((series) => {
        const role = roles[series.role] ?? roles.plain;
        return {
          label: series.name, data: series.points.map(([x, y]) => ({ x, y })), stepped: role.step ? "after" : false,
          borderColor: colour(role.token), backgroundColor: colour(role.token), borderWidth: role.width, borderDash: role.dash,
          pointRadius: 0, pointHitRadius: 8,
        };
      }),
    },
    type: "line",
    scales: { x: axis(data.x_label, { type: "linear" }), y: axis(data.y_label, { grace: "4%" }) },
  };
}

// Long names stand beside their bars, short ones under them.
function barOptions(data) {
  const sideways = data.bins.some(([label]) => String(label).length > 8);
  const names = axis(data.x_label, { grid: { display: false }, ticks: { color: colour("--ink-2"), autoSkip: !sideways } });
  const counts = axis(data.y_label, { beginAtZero: true, ticks: { color: colour("--ink-3"), precision: 0 } });
  return {
    indexAxis: sideways ? "y" : "x",
    type: "bar",
    data: {
      labels: data.bins.map(([label]) => label),
      datasets: [{ label: data.y_label, data: data.bins.map(([, count]) => count), backgroundColor: colour("--accent"), borderRadius: 4, maxBarThickness: 44, barPercentage: .92, categoryPercentage: .94 }],
    },
    scales: sideways ? { x: counts, y: names } : { x: names, y: counts },
  };
}

function draw(Chart, box) {
  const canvas = box.querySelector("canvas");
  const data = JSON.parse(box.querySelector('script[type="application/json"]').textContent);
  const spec = data.kind === "histogram" ? barOptions(data) : lineOptions(data);
  drawn.get(canvas.id)?.chart.destroy();
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const chart = new Chart(canvas, {
    type: spec.type, data: spec.data,
    options: {
      responsive: true, maintainAspectRatio: false, animation: still ? false : { duration: 250 }, parsing: spec.type === "bar" ? undefined : false,
      interaction: { mode: "nearest", axis: spec.indexAxis ?? "x", intersect: false }, indexAxis: spec.indexAxis, scales: spec.scales, font: { family: "Inter Variable" },
      plugins: {
        legend: { display: data.kind !== "histogram", position: "top", align: "end", labels: { color: colour("--ink-2"), boxWidth: 22, boxHeight: 2, usePointStyle: false } },
        tooltip: { backgroundColor: colour("--ink"), titleColor: colour("--paper"), bodyColor: colour("--paper"), padding: 10, cornerRadius: 8, displayColors: false },
      },
    },
  });
  drawn.set(canvas.id, { chart, box, data });
}

/** Adds a point to each named series of a drawn line chart: append("run", 12.5, {Value: 1401, Bound: 1410}). */
export function append(id, x, values) {
  const entry = drawn.get(id);
  if (!entry) return;
  for (const dataset of entry.chart.data.datasets) {
    if (values[dataset.label] !== undefined) dataset.data.push({ x, y: values[dataset.label] });
  }
  for (const series of entry.data.series) if (values[series.name] !== undefined) series.points.push([x, values[series.name]]);
  entry.box.querySelector('script[type="application/json"]').textContent = JSON.stringify(entry.data);
  entry.chart.update("none");
}

export async function enhance(root) {
  const boxes = [...root.querySelectorAll("[data-chart]")];
  if (boxes.length === 0) return;
  try {
    const Chart = await load();
    Chart.defaults.font.family = "Inter Variable, sans-serif";
    boxes.forEach((box) => draw(Chart, box));
  } catch {
    boxes.forEach((box) => { box.querySelector(".chart").textContent = word("no_chart"); });
  }
}

document.addEventListener("themechange", () => { for (const { box } of [...drawn.values()]) if (library) library.then((Chart) => draw(Chart, box)); });
