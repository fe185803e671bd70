/** The list of jobs: read once, then kept up to date by events, drawn once a frame at the most. */

import { byId, element, stateLabel } from "./dom.js";
import { time } from "./format.js";

const SHOWN_MAX = 500;

export class Jobs {
  #fetch;
  #open;
  #rows = new Map();
  #next;
  #drawing = false;
  #selected;

  constructor({ fetch, open }) {
    this.#fetch = fetch;
    this.#open = open;
    byId("more").addEventListener("click", () => this.#more());
  }

  async load() {
    const page = await this.#fetch("api/v1/jobs?limit=50");
    page.items.forEach((job) => this.#merge(job));
    this.#next ??= page.next;
    this.#draw();
  }

  changed(job) {
    this.#merge({ submittedAt: job.at, ...job });
    this.#draw();
  }

  select(id) {
    this.#selected = id;
    this.#draw();
  }

  async #more() {
    const page = await this.#fetch(`api/v1/jobs?limit=50&cursor=${encodeURIComponent(this.#next)}`);
    page.items.forEach((job) => this.#merge(job));
    this.#next = page.next;
    this.#draw();
  }

  #merge(job) {
    const known = this.#rows.get(job.id);
    if (known && known.lastSeq > job.lastSeq) return;
    const submittedAt = known?.submittedAt ?? job.submittedAt;
    this.#rows.set(job.id, { ...known, ...job, submittedAt });
  }

  #draw() {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      this.#drawNow();
    });
  }

  #drawNow() {
    // Ids are UUIDs of version 7, so their order is the order of submission.
    const jobs = [...this.#rows.values()].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, SHOWN_MAX);
    const focused = document.activeElement?.dataset?.job;
    byId("jobs").replaceChildren(...jobs.map((job) => this.#row(job)));
    byId("jobs-empty").hidden = jobs.length > 0;
    byId("jobs-table").hidden = jobs.length === 0;
    byId("more").hidden = !this.#next || jobs.length >= SHOWN_MAX;
    if (focused) byId("jobs").querySelector(`[data-job="${CSS.escape(focused)}"]`)?.focus();
  }

  #row(job) {
    const open = () => this.#open(job);
    const name = element("button", { type: "button", "data-job": job.id }, job.name || `job ${job.number}`);
    return element("tr", { "aria-selected": job.id === this.#selected, on: { click: open } },
      element("td", { class: "num" }, job.number),
      element("td", { class: "name" }, name, element("small", {}, job.namespace)),
      element("td", {}, stateLabel(job.state)),
      element("td", { class: "worker" }, job.worker ?? ""),
      element("td", { class: "time" }, time(job.submittedAt)),
    );
  }
}
