/** The schedules: when each fires next, what it fired last, and what may be done with it. */

import { html, nothing } from "lit";
import { complain, confirmed, notice } from "../dialogs.js";
import { count, exactTime, plural, time } from "../format.js";
import { empty, fault, heading, icon, loading } from "../parts.js";
import { post, read, remove } from "../api.js";
import { session } from "../session.js";
import { View } from "../view.js";

const SHOWN = 200;
/** Schedules that fire together are read again together. */
const CALM_MILLIS = 1000;
const REASONS = { missed: "nobody led", overlap: "the last job still ran", refused: "the cluster would not take it" };

class Schedules extends View {
  static properties = { filter: { state: true }, problem: { state: true } };

  #schedules = [];
  #known = false;
  #isMore = false;
  #asked = 0;
  #calm;

  opened() {
    this.filter = "";
    // What fires submits a job; the first event of one says that a schedule may have moved on.
    this.follow("jobs", (event) => {
      if (event.type === "skipped" || (event.type === "job" && event.job.lastSeq === 1)) this.#soon();
    });
    this.#load();
  }

  closed() {
    clearTimeout(this.#calm);
    this.#calm = undefined;
  }

  #soon() {
    this.#calm ??= setTimeout(() => {
      this.#calm = undefined;
      if (this.isConnected) this.#load();
    }, CALM_MILLIS);
  }

  async #load() {
    const asked = (this.#asked += 1);
    try {
      const page = await read("api/v1/schedules", { limit: SHOWN });
      if (asked !== this.#asked) return;
      this.#schedules = page.items;
      this.#isMore = page.next !== undefined;
      this.problem = undefined;
    } catch (problem) {
      if (asked !== this.#asked) return;
      this.problem = problem;
    }
    this.#known = true;
    this.redraw();
  }

  render() {
    const wanted = (this.filter ?? "").toLowerCase();
    const found = this.#schedules.filter((it) => `${it.name} ${it.namespace} ${it.cron} ${it.timeZone}`.toLowerCase().includes(wanted));
    return html`
      ${heading("Schedules", html`<span class="summary">${plural(this.#schedules.length, "schedule")}</span>`)}
      <div class="filters"><label class="find wide">${icon("search")}<span class="hidden">Filter schedules</span>
        <input type="search" data-search placeholder="Name, namespace, expression or zone" .value=${this.filter ?? ""} @input=${(event) => { this.filter = event.target.value; }}></label></div>
      ${fault(this.problem)}
      ${!this.#known ? loading() : html`<div class="nodes">${found.map((it) => this.#schedule(it))}</div>
        ${this.#isMore ? html`<p class="hint">There are more; <code>orrery schedule list</code> shows all.</p>` : nothing}
        ${this.#schedules.length === 0 && !this.problem ? empty("There is no schedule", html`Make one: <code>orrery schedule create --name nightly --cron '0 3 * * *' -- ./task</code>`, "clock") : nothing}`}`;
  }

  #schedule(it) {
    const state = it.paused ? ["busy", "pause", "paused"] : it.next ? ["good", "clock", "waiting"] : ["bad", "expired", "over"];
    return html`<article class="card node" data-schedule=${it.name} data-row tabindex="-1" aria-labelledby="schedule-${it.id}">
      <header><h2 id="schedule-${it.id}">${it.name}</h2><span class="pill ${state[0]}">${icon(state[1])}${state[2]}</span></header>
      <p class="small">${it.namespace} · <code>${it.cron}</code> · ${it.timeZone}</p>
      <dl class="facts">
        <dt>Next</dt><dd>${it.next ? html`<time datetime=${exactTime(it.next)}>${time(it.next)}</time>` : it.paused ? "when it is resumed" : "none"}</dd>
        <dt>Last</dt><dd>${it.lastFire ? html`<a href="#/jobs/${it.lastFire.job}"><time datetime=${exactTime(it.lastFire.scheduledFor)}>${time(it.lastFire.scheduledFor)}</time></a>` : "not yet"}</dd>
        <dt>Fired</dt><dd>${count(it.fired)}${it.triggered ? `, and ${count(it.triggered)} by hand` : ""}</dd>
        ${it.skipped ? html`<dt>Left out</dt><dd>${count(it.skipped)}; last since ${REASONS[it.lastSkip?.reason] ?? it.lastSkip?.reason}</dd>` : nothing}
      </dl>
      <footer><a class="small" href="#/jobs?label=${encodeURIComponent(`orrery.schedule=${it.name}`)}">Its jobs</a>
        ${session.may("submitter") ? this.#actions(it) : nothing}</footer>
    </article>`;
  }

  #actions(it) {
    return html`<span class="buttons">
      <button class="button quiet" @click=${() => this.#trigger(it)}>${icon("submit")}Run now</button>
      <button class="button quiet" @click=${() => this.#pause(it)}>${icon(it.paused ? "running" : "pause")}${it.paused ? "Resume" : "Pause"}</button>
      <button class="button quiet" aria-label="Delete ${it.name}" @click=${() => this.#remove(it)}>${icon("trash")}</button></span>`;
  }

  async #trigger(it) {
    if (!(await confirmed(`Run ${it.name} now?`, "Its job is submitted at once, whatever the time.", "Run it"))) return;
    await this.#act(() => post(`${path(it)}/trigger`), `${it.name} was submitted`);
  }

  async #pause(it) {
    await this.#act(() => post(`${path(it)}/${it.paused ? "resume" : "pause"}`), `${it.name} is ${it.paused ? "resumed" : "paused"}`);
  }

  async #remove(it) {
    if (!(await confirmed(`Delete ${it.name}?`, "It fires no more. The jobs that it submitted stay.", "Delete it", true))) return;
    await this.#act(() => remove(path(it)), `${it.name} is deleted`);
  }

  async #act(work, done) {
    try {
      await work();
      notice(done);
    } catch (problem) {
      complain(problem);
    }
    await this.#load();
  }
}

const path = (it) => `api/v1/schedules/${encodeURIComponent(it.id)}`;

customElements.define("orrery-schedules", Schedules);
