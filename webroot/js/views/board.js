/**
 * Queue → Workers → Store: jobs as cards that move to the right. A column shows its newest cards
 * and the count of all the others, so that it reads with five jobs and with half a million.
 */

import { html, nothing } from "lit";
import { repeat } from "lit-html/directives/repeat.js";
import { cluster } from "../store.js";
import { count, duration, jobTitle, plural, shortCount } from "../format.js";
import { heading, icon, isLive, loading, meter, stateBar, stateDot } from "../parts.js";
import { read } from "../api.js";
import { View } from "../view.js";

const CARDS_MAX = 24;
const SLOT_CARDS_MAX = 12;
const WORKERS_MAX = 40;
const KNOWN_MAX = 600;
const MOVES_MAX = 30;
const MOVE_MILLIS = 450;
const QUIET_MILLIS = 1500;

const still = matchMedia("(prefers-reduced-motion: reduce)");

class Board extends View {
  static properties = { failed: { state: true } };

  #jobs = new Map();
  #known = false;
  #sampled = false;
  #calm;
  #places = new Map();

  opened() {
    this.watch(cluster);
    this.follow("jobs", (event) => this.#heard(event));
    this.every(1000, () => this.redraw());
    this.#load();
  }

  closed() {
    clearTimeout(this.#calm);
  }

  async #load() {
    try {
      const pages = await Promise.all([
        read("api/v1/jobs", { state: "QUEUED,WAITING", limit: CARDS_MAX }),
        read("api/v1/jobs", { state: "ASSIGNED,RUNNING", limit: 200 }),
        read("api/v1/jobs", { state: "SUCCEEDED,FAILED,CANCELLED,EXPIRED", limit: CARDS_MAX }),
      ]);
      this.#jobs.clear();
      pages.flatMap((page) => page.items).forEach((job) => this.#take({ ...job, at: job.endedAt ?? job.startedAt ?? job.submittedAt }));
    } catch {
      // The stream still tells what happens from now on.
    }
    this.#known = true;
    this.#sampled = false;
    this.redraw();
  }

  #heard(event) {
    if (event.type === "skipped") {
      this.#sampled = true;
      clearTimeout(this.#calm);
      this.#calm = setTimeout(() => this.isConnected && this.#load(), QUIET_MILLIS);
    } else if (event.type === "job") {
      this.#take(event.job);
    }
    this.redraw();
  }

  #take(job) {
    const old = this.#jobs.get(job.id);
    if (old && old.lastSeq > job.lastSeq) return;
    this.#jobs.delete(job.id);
    this.#jobs.set(job.id, { ...old, ...job });
    while (this.#jobs.size > KNOWN_MAX) this.#jobs.delete(this.#jobs.keys().next().value);
  }

  willUpdate() {
    this.#places.clear();
    if (still.matches || this.#sampled) return;
    for (const card of this.querySelectorAll("[data-card]")) this.#places.set(card.dataset.card, card.getBoundingClientRect());
  }

  /** Cards that are elsewhere now are moved there from where they were. */
  updated() {
    let moves = 0;
    for (const card of this.querySelectorAll("[data-card]")) {
      const before = this.#places.get(card.dataset.card);
      if (!before || moves >= MOVES_MAX) continue;
      const after = card.getBoundingClientRect();
      const [x, y] = [before.x - after.x, before.y - after.y];
      if (Math.abs(x) + Math.abs(y) < 2) continue;
      moves += 1;
      card.animate([{ transform: `translate(${x}px, ${y}px)`, zIndex: 2 }, { transform: "none", zIndex: 2 }], { duration: MOVE_MILLIS, easing: "cubic-bezier(.3,.7,.2,1)" });
    }
  }

  render() {
    const tasks = cluster.view?.tasks;
    return html`${heading("Board", html`<span class="summary">${this.#sampled ? "faster than the eye: a sample of the cards" : "every card is a job"}</span>`)}
      ${!tasks || !this.#known ? loading() : html`<div class="board">
        ${this.#queue(tasks)}<div class="way" aria-hidden="true">${icon("assigned")}</div>
        ${this.#workers(tasks)}<div class="way" aria-hidden="true">${icon("assigned")}</div>
        ${this.#store(tasks)}</div>`}`;
  }

  #of(...states) {
    const moment = (job) => Date.parse(job.at ?? 0);
    return [...this.#jobs.values()].filter((job) => states.includes(job.state)).sort((a, b) => moment(b) - moment(a) || (a.id < b.id ? 1 : -1));
  }

  #queue(tasks) {
    const total = tasks.queued + tasks.waiting;
    const cards = total === 0 ? [] : this.#of("QUEUED", "WAITING").slice(0, Math.min(CARDS_MAX, total));
    return html`<section class="card column" aria-labelledby="b-queue"><header><h2 id="b-queue">Queue</h2><b>${count(total)}</b></header>
      ${stateBar([["QUEUED", tasks.queued], ["WAITING", tasks.waiting]], `${tasks.queued} queued, ${tasks.waiting} waiting`)}
      <p class="small">${count(tasks.queued)} queued · ${count(tasks.waiting)} waiting</p>
      <div class="cards">${repeat(cards, (job) => job.id, card)}</div>${rest(total - cards.length)}
      ${total === 0 ? html`<p class="vacant">Nothing waits.</p>` : nothing}</section>`;
  }

  #workers(tasks) {
    const running = this.#of("ASSIGNED", "RUNNING");
    const nodes = cluster.nodes.slice(0, WORKERS_MAX);
    return html`<section class="card column workers" aria-labelledby="b-workers"><header><h2 id="b-workers">Workers</h2><b>${count(tasks.running + tasks.assigned)}</b></header>
      ${stateBar([["RUNNING", tasks.running], ["ASSIGNED", tasks.assigned]], `${tasks.running} running, ${tasks.assigned} assigned`)}
      <p class="small">${count(tasks.running)} running · ${count(tasks.assigned)} assigned</p>
      <div class="benches">${nodes.map((node) => this.#worker(node, running))}</div>
      ${cluster.nodes.length > nodes.length ? html`<p class="small">${plural(cluster.nodes.length - nodes.length, "worker")} more</p>` : nothing}
      ${nodes.length === 0 ? html`<p class="vacant">No worker has joined.</p>` : nothing}</section>`;
  }

  #worker(node, running) {
    const busy = node.running + node.assigned;
    const cards = running.filter((job) => job.worker === node.name).slice(0, Math.min(SLOT_CARDS_MAX, busy));
    return html`<div class="bench"><header><a href="#/nodes/${node.name}">${node.name}</a><span class="small">${node.state === "READY" ? `${count(node.running)} of ${count(node.slots)}` : node.state.toLowerCase()}</span></header>
      ${meter(node.running, node.slots, `${node.running} of ${plural(node.slots, "slot")}`, "running")}
      <div class="cards">${repeat(cards, (job) => job.id, card)}</div>${rest(busy - cards.length)}</div>`;
  }

  #store(tasks) {
    const total = tasks.succeeded + tasks.failed + tasks.cancelled + tasks.expired;
    const cards = this.#of("SUCCEEDED", "FAILED", "CANCELLED", "EXPIRED").slice(0, CARDS_MAX);
    return html`<section class="card column" aria-labelledby="b-store"><header><h2 id="b-store">Store</h2><b>${count(total)}</b></header>
      ${stateBar([["SUCCEEDED", tasks.succeeded], ["FAILED", tasks.failed], ["CANCELLED", tasks.cancelled], ["EXPIRED", tasks.expired]], "Ended tasks by state")}
      <p class="small">${count(tasks.succeeded)} succeeded · ${count(tasks.failed)} failed${tasks.cancelled + tasks.expired > 0 ? ` · ${count(tasks.cancelled + tasks.expired)} other` : ""}</p>
      <div class="cards">${repeat(cards, (job) => job.id, card)}</div>${rest(total - cards.length)}
      ${cards.length === 0 ? html`<p class="vacant">Nothing has ended yet.</p>` : nothing}</section>`;
  }
}

function card(job) {
  const since = job.at ? Date.now() - Date.parse(job.at) : 0;
  return html`<a class="chip-card" data-card=${job.id} href="#/jobs/${job.id}">${stateDot(job.state)}<span>${jobTitle(job)}</span>
    <small>${isLive(job.state) ? duration(Math.floor(since / 1000) * 1000) : `#${job.number}`}</small></a>`;
}

const rest = (n) => (n > 0 ? html`<p class="rest">+ ${shortCount(n)} more</p>` : nothing);

customElements.define("orrery-board", Board);
