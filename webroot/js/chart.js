/** Lines over time, drawn by Chart.js in the colours of the page. */

import "chart.js";
import { time } from "./format.js";
import { theme } from "./theme.js";

const { Chart } = globalThis;

/**
 * A chart in a canvas. A series is {label, colour, fill, values: a function of the columns}; `format`
 * writes a value.
 */
export class TimeChart {
  #chart;
  #series;
  #retheme = () => this.#colours();

  constructor(canvas, series, format) {
    this.#series = series;
    this.#chart = new Chart(canvas, {
      type: "line",
      data: { labels: [], datasets: series.map(({ label }) => ({ label, data: [], borderWidth: 1.75, pointRadius: 0, pointHitRadius: 12, tension: 0.2 })) },
      options: {
        animation: false,
        responsive: true,
        maintainAspectRatio: false,
        normalized: true,
        interaction: { mode: "index", intersect: false },
        scales: {
          x: { type: "linear", grid: { display: false }, border: { display: false }, ticks: { maxTicksLimit: 4, maxRotation: 0, align: "inner", callback: (value) => time(value).slice(0, 5), font: { size: 11 } } },
          y: { beginAtZero: true, grace: "8%", border: { display: false }, ticks: { maxTicksLimit: 4, precision: 0, callback: (value) => format(value), font: { size: 11 } } },
        },
        plugins: {
          legend: { display: false },
          tooltip: { displayColors: series.length > 1, callbacks: { title: ([first]) => time(first.parsed.x), label: (item) => ` ${item.dataset.label} ${format(item.parsed.y)}` } },
        },
      },
    });
    theme.addEventListener("change", this.#retheme);
    this.#colours();
  }

  show(columns) {
    const { at } = columns;
    const data = this.#chart.data;
    this.#series.forEach(({ values }, i) => {
      data.datasets[i].data = at.map((x, index) => ({ x, y: values(columns, index) }));
    });
    this.#chart.options.scales.x.min = at[0];
    this.#chart.options.scales.x.max = at.at(-1);
    this.#chart.update("none");
  }

  end() {
    theme.removeEventListener("change", this.#retheme);
    this.#chart.destroy();
  }

  #colours() {
    this.#series.forEach(({ colour, fill }, i) => {
      const dataset = this.#chart.data.datasets[i];
      dataset.borderColor = theme.colour(colour);
      dataset.backgroundColor = fill ? theme.colour(fill) : "transparent";
      dataset.fill = Boolean(fill);
    });
    const { x, y } = this.#chart.options.scales;
    x.ticks.color = y.ticks.color = theme.colour("soft");
    y.grid.color = theme.colour("line");
    this.#chart.update("none");
  }
}
