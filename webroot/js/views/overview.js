/** How the cluster is: four charts, what needs attention, and the nodes with their load. */

import { html, nothing } from "lit";
import { cluster } from "../store.js";
import { count, duration, jobTitle, micros, plural, shortCount, size, time } from "../format.js";
import { empty, heading, icon, loading, meter, stateBadge, stateBar, stateDot } from "../parts.js";
import { read } from "../api.js";
import { View } from "../view.js";

const FAILED_SHOWN = 5;
const NODES_SHOWN = 12;
const RECENT_SECONDS = 5;

const rate = (columns, i) => (columns.succeeded[i] + columns.failed[i] + columns.otherwiseEnded[i]) / columns.seconds[i];

const CHARTS = [
  { id: "queue", title: "Queue depth", unit: "tasks", format: shortCount, now: () => count(waiting()),
    series: [{ label: "queued", colour: "queued-fill", fill: "queued-wash", values: (c, i) => c.queued[i] + c.waiting[i] }] },
  { id: "running", title: "Running", unit: "tasks", format: shortCount, now: () => count(cluster.view?.tasks.running),
    series: [{ label: "running", colour: "running-fill", fill: "running-wash", values: (c, i) => c.running[i] }] },
  { id: "throughput", title: "Throughput", unit: "ended a second", format: shortCount, now: () => shortCount(lately()),
    series: [{ label: "ended a second", colour: "succeeded-fill", fill: "succeeded-wash", values: rate },
      { label: "failed a second", colour: "failed-fill", values: (c, i) => c.failed[i] / c.seconds[i] }] },
  { id: "latency", title: "Start latency", unit: "median wait", format: (ms) => duration(ms), now: () => micros(latest()),
    series: [{ label: "median", colour: "assigned-fill", fill: "assigned-wash", values: (c, i) => c.latencyMicros[i] / 1000 },
      { label: "99 of 100", colour: "soft", values: (c, i) => c.latencyHighMicros[i] / 1000 }] },
];

const waiting = () => (cluster.view ? cluster.view.tasks.queued + cluster.view.tasks.waiting : 0);

function lately() {
  const n = cluster.recent.at.length;
  let sum = 0;
  for (let i = Math.max(0, n - RECENT_SECONDS); i < n; i += 1) sum += rate(cluster.recent, i);
  return Math.round(sum / Math.max(1, Math.min(n, RECENT_SECONDS)));
}

function latest() {
  const { latencyMicros: values } = cluster.recent;
  for (let i = values.length - 1; i >= Math.max(0, values.length - 60); i -= 1) if (values[i] > 0) return values[i];
  return 0;
}

class Overview extends View {
  static properties = { span: { state: true }, failed: { state: true } };

  #charts = [];
  #drawn = 0;
  #ended = false;

  opened() {
    this.span = "recent";
    this.failed = undefined;
    this.watch(cluster);
    this.#failures();
    this.follow("jobs", (event) => {
      if (event.type === "job" && event.job.state === "FAILED") this.#learn(event.job);
    });
    this.#load();
  }

  closed() {
    this.#ended = true;
    this.#charts.forEach((chart) => chart.end());
    this.#charts = [];
  }

  async #load() {
    const { TimeChart } = await import("../chart.js");
    await this.updateComplete;
    if (this.#ended) return;
    this.#charts = CHARTS.map(({ id, series, format }) => new TimeChart(this.querySelector(`#chart-${id}`), series, format));
    this.#drawn = 0;
    this.requestUpdate();
  }

  async #failures() {
    try {
      const page = await read("api/v1/jobs", { state: "FAILED", limit: FAILED_SHOWN });
      this.failed = page.items.sort((a, b) => Date.parse(b.endedAt) - Date.parse(a.endedAt));
    } catch {
      this.failed = [];
    }
  }

  #learn(job) {
    this.failed = [job, ...(this.failed ?? []).filter((it) => it.id !== job.id)].slice(0, FAILED_SHOWN);
    this.redraw();
  }

  updated() {
    const columns = this.#columns;
    const last = `${this.span}${columns.at.at(-1)}`;
    if (this.#charts.length > 0 && this.#drawn !== last && columns.at.length > 0) {
      this.#drawn = last;
      this.#charts.forEach((chart) => chart.show(columns));
    }
  }

  get #columns() {
    return this.span === "recent" ? cluster.recent : cluster.whole;
  }

  render() {
    return html`
      ${heading("Overview", html`<div class="switch" role="group" aria-label="Time of the charts">
        <button aria-pressed=${this.span === "recent"} @click=${() => { this.span = "recent"; }}>15 minutes</button>
        <button aria-pressed=${this.span === "whole"} @click=${() => { this.span = "whole"; }}>Since start</button></div>`)}
      <div class="charts">${CHARTS.map((chart) => this.#chart(chart))}</div>
      <div class="two">
        <section class="card" aria-labelledby="attention">
          <h2 id="attention">Needs attention</h2>${this.#attention()}
        </section>
        <div class="stack">
          <section class="card" aria-labelledby="load">
            <h2 id="load">Nodes <a class="aside" href="#/nodes">all ${count(cluster.nodes.length)}</a></h2>${this.#nodes()}
          </section>
          ${this.#totals()}
        </div>
      </div>`;
  }

  #chart({ id, title, unit, now }) {
    return html`<section class="card stat" aria-labelledby="t-${id}">
      <h2 id="t-${id}">${title}</h2>
      <p class="figure"><b>${now()}</b><span>${unit}</span></p>
      <div class="canvas"><canvas id="chart-${id}" role="img" aria-label="${title} over time; now ${now()} ${unit}"></canvas></div>
    </section>`;
  }

  #attention() {
    if (!cluster.view || this.failed === undefined || !cluster.nodesKnown) return loading();
    const items = [
      ...[...cluster.lost.values()].map(({ node, at }) => attention("failed", `Node ${node.name} was lost`, `last seen ${time(at)}`, "#/nodes", "nodes")),
      ...(cluster.nodes.length === 0 ? [attention("failed", "No worker has joined", "start one: orrery worker -cluster", "#/nodes", "nodes")] : []),
      ...cluster.view.stuck.map((job) => attention("stuck", `${jobTitle(job)} is stuck`, job.reason, `#/jobs/${job.id}`, "alert")),
      ...cluster.nodes.filter((node) => node.state !== "READY").map((node) =>
        attention("drain", `Node ${node.name} is ${node.state.toLowerCase()}`, plural(node.running + node.assigned, "task") + " left", "#/nodes", "drain")),
      ...this.failed.map((job) => attention("failed", `${jobTitle(job)} failed`,
        [job.worker && `on ${job.worker}`, job.exitCode !== undefined && `exit code ${job.exitCode}`, time(job.endedAt ?? job.at)].filter(Boolean).join(" · "),
        `#/jobs/${job.id}`, "failed")),
    ];
    return items.length === 0
      ? empty("Nothing needs you", "Failed jobs, stuck jobs, draining and lost nodes appear here.")
      : html`<ul class="attention">${items}</ul>
        ${this.failed.length > 0 ? html`<a class="foot" href="#/jobs?state=FAILED">All failed jobs</a>` : nothing}`;
  }

  #nodes() {
    if (!cluster.nodesKnown) return loading();
    if (cluster.nodes.length === 0) return empty("No worker yet", html`Start one: <code>orrery worker -cluster</code>`, "nodes");
    return html`<ul class="loads">${cluster.nodes.slice(0, NODES_SHOWN).map((node) => {
      const { capacity, free } = node;
      const cpus = Math.max(0, capacity.cpus - free.cpus);
      return html`<li><a href="#/nodes/${node.name}">
        <span class="name">${node.name}</span>
        <span class="small">${node.state === "READY" ? `${count(node.running)} of ${plural(node.slots, "slot")}` : node.state.toLowerCase()}</span>
        ${meter(node.running, node.slots, `${node.running} of ${node.slots} slots run`, "running")}
        <span class="small">${cpus.toFixed(1).replace(/\.0$/, "")} of ${capacity.cpus} cpus · ${size(capacity.memoryBytes - free.memoryBytes)} of ${size(capacity.memoryBytes)}</span>
      </a></li>`;
    })}</ul>`;
  }

  #totals() {
    const tasks = cluster.view?.tasks;
    if (!tasks) return html`<section class="card totals"></section>`;
    const live = ["WAITING", "QUEUED", "ASSIGNED", "RUNNING"].map((state) => [state, tasks[state.toLowerCase()]]);
    const over = ["SUCCEEDED", "FAILED", "CANCELLED", "EXPIRED"].map((state) => [state, tasks[state.toLowerCase()]]);
    return html`<section class="card totals" aria-label="Tasks by state">
      <h2>Tasks <span class="aside">ends since this leader began</span></h2>
      ${stateBar([...live, ...over], "All tasks by state")}
      <dl class="tally">${[...live, ...over].map(([state, n]) => html`<div><dt>${stateBadge(state)}</dt><dd><a href="#/jobs?state=${state}">${count(n)}</a></dd></div>`)}</dl>
    </section>`;
  }
}

function attention(kind, title, text, href, sign) {
  return html`<li class=${kind}><a href=${href}>${kind === "failed" && sign === "failed" ? stateDot("FAILED") : html`<span class="sign">${icon(sign)}</span>`}
    <span><strong>${title}</strong><small>${text}</small></span>${icon("right")}</a></li>`;
}

customElements.define("orrery-overview", Overview);
