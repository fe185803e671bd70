/** The list of jobs: filtered and paged by the server, kept up to date by the stream. */

import { html, nothing } from "lit";
import { live } from "lit-html/directives/live.js";
import { repeat } from "lit-html/directives/repeat.js";
import { cluster } from "../store.js";
import { complain, confirmed, notice } from "../dialogs.js";
import { count, duration, exactTime, jobTitle, plural, time } from "../format.js";
import { empty, fault, heading, icon, isLive, loading, STATES, stateBadge, stateBar, styles } from "../parts.js";
import { jobPath, post, read } from "../api.js";
import { session } from "../session.js";
import { View } from "../view.js";

const PAGE = 50;
const PROGRESS_MAX = 20;
const AT_ONCE = 4;
/** New rows a second that a reader can follow; when more come the list stands still until it is calm. */
const NEW_ROWS_MAX = 20;
const CALM_MILLIS = 1500;
const FIELDS = ["name", "label", "namespace", "after", "before"];

class Jobs extends View {
  static properties = { problem: { state: true }, more: { state: true } };

  #rows = [];
  #next;
  #cursors = [];
  #known = false;
  #newer = 0;
  #chosen = new Set();
  #progress = new Map();
  #asked = 0;
  #wait;
  #calm;
  #arrived = 0;

  opened() {
    this.watch(cluster);
    this.follow("jobs", (event) => this.#heard(event));
    this.every(1000, () => {
      this.#arrived = 0;
      if (this.#rows.some((job) => job.state === "RUNNING")) this.redraw();
    });
  }

  closed() {
    clearTimeout(this.#wait);
    clearTimeout(this.#calm);
    this.#progress.forEach(({ leave }) => leave());
    this.#progress.clear();
  }

  willUpdate(changed) {
    if (changed.has("route")) {
      this.#cursors = [];
      this.#load();
    }
  }

  get #query() {
    const { query } = this.route;
    const label = query.get("label");
    return {
      state: query.getAll("state").join(",") || undefined,
      name: query.get("name") ?? undefined,
      label: label ?? undefined,
      namespace: query.get("namespace") ?? undefined,
      after: moment(query.get("after")),
      before: moment(query.get("before")),
    };
  }

  async #load() {
    const asked = (this.#asked += 1);
    try {
      const page = await read("api/v1/jobs", { ...this.#query, limit: PAGE, cursor: this.#cursors.at(-1) });
      if (asked !== this.#asked) return;
      this.#rows = page.items;
      this.#next = page.next;
      this.problem = undefined;
    } catch (problem) {
      if (asked !== this.#asked) return;
      this.problem = problem;
      this.#rows = [];
    }
    this.#newer = 0;
    this.#known = true;
    this.#chosen.clear();
    this.redraw();
  }

  #heard(event) {
    if (event.type === "skipped") {
      this.#newer += event.count;
      this.#readWhenCalm();
      this.redraw();
      return;
    }
    if (event.type !== "job" || !this.#known) return;
    const { job } = event;
    const at = this.#rows.findIndex((row) => row.id === job.id);
    if (at >= 0) {
      if (job.lastSeq >= this.#rows[at].lastSeq) this.#rows[at] = merged(this.#rows[at], job);
    } else if (this.#cursors.length === 0 && this.#belongs(job)) {
      // Ids are UUIDs of version 7, so their order is that of submission, but for jobs of schedules:
      // their time is the moment they run for.
      if (this.#rows.length > 0 && job.id < this.#rows[0].id) {
        if (job.lastSeq === 1) this.#readWhenCalm();
        return;
      }
      this.#arrived += 1;
      if (this.#arrived > NEW_ROWS_MAX || this.#newer > 0) {
        this.#newer += 1;
        this.#readWhenCalm();
        this.redraw();
        return;
      }
      this.#rows.unshift(merged({ submittedAt: job.at, labels: {} }, job));
      if (this.#rows.length > PAGE) {
        this.#rows.pop();
        this.#readWhenCalm();
      }
    }
    this.redraw();
  }

  /** What the stream left out is read once, when no more is left out. */
  #readWhenCalm() {
    if (this.#cursors.length > 0) return;
    clearTimeout(this.#calm);
    this.#calm = setTimeout(() => this.isConnected && this.#chosen.size === 0 && this.#load(), CALM_MILLIS);
  }

  #belongs(job) {
    const { state, name, label, namespace, after, before } = this.#query;
    if (label || after || before) return false;
    return (!state || state.split(",").includes(job.state))
      && (!name || (job.name ?? "").toLowerCase().includes(name.toLowerCase()))
      && (!namespace || job.namespace === namespace);
  }

  updated() {
    const running = this.#rows.filter((job) => job.state === "RUNNING").slice(0, PROGRESS_MAX).map((job) => job.id);
    for (const [id, { leave }] of this.#progress) {
      if (!running.includes(id)) {
        leave();
        this.#progress.delete(id);
      }
    }
    for (const id of running) {
      if (this.#progress.has(id)) continue;
      const entry = { fraction: undefined, text: "", leave: undefined };
      this.#progress.set(id, entry);
      entry.leave = this.follow(`jobs.${id}`, (event) => {
        if (event.type !== "progress") return;
        Object.assign(entry, { fraction: event.fraction, text: event.text });
        this.redraw();
      }, { from: this.#rows.find((job) => job.id === id).lastSeq });
    }
  }

  render() {
    const query = this.route.query;
    return html`
      ${heading("Jobs", html`<span class="summary">${this.#summary()}</span>`)}
      ${this.#bar()}
      <form class="filters ${this.more ? "all" : ""}" role="search" aria-label="Filter jobs" @submit=${(event) => event.preventDefault()} @input=${this.#filter}>
        <label class="find">${icon("search")}<span class="hidden">Name</span><input name="name" type="search" data-search placeholder="Name" .value=${live(query.get("name") ?? "")}></label>
        <button type="button" class="button quiet narrow" aria-expanded=${this.more ? "true" : "false"} @click=${() => { this.more = !this.more; }}>${this.more ? "Less" : "More"}</button>
        <label class="find"><span class="hidden">Label</span><input name="label" type="search" placeholder="Label, as team=astro" .value=${live(query.get("label") ?? "")}></label>
        ${session.namespace ? nothing : html`<label class="find short"><span class="hidden">Namespace</span><input name="namespace" type="search" placeholder="Namespace" .value=${live(query.get("namespace") ?? "")}></label>`}
        <label class="find date"><span>after</span><input name="after" type="datetime-local" .value=${live(query.get("after") ?? "")}></label>
        <label class="find date"><span>before</span><input name="before" type="datetime-local" .value=${live(query.get("before") ?? "")}></label>
      </form>
      <div class="chips" role="group" aria-label="States">${STATES.map((state) => html`
        <button class="chip" data-state=${state} aria-pressed=${query.getAll("state").includes(state) ? "true" : "false"} @click=${() => this.#toggle(state)}>${stateBadge(state)}</button>`)}
        ${[...query.keys()].length ? html`<a class="clear" href="#/jobs">Clear all</a>` : nothing}</div>
      ${fault(this.problem)}
      ${this.#actions()}
      ${!this.#known ? loading() : this.#rows.length === 0 ? this.#nothing() : this.#table()}
      ${this.#pages()}`;
  }

  #summary() {
    const tasks = cluster.view?.tasks;
    return tasks ? `${count(tasks.running)} running, ${count(tasks.queued + tasks.waiting)} queued` : "";
  }

  #bar() {
    const tasks = cluster.view?.tasks;
    return tasks ? stateBar(STATES.map((state) => [state, tasks[state.toLowerCase()]]), "Tasks of the cluster by state") : html`<div class="bar"></div>`;
  }

  #nothing() {
    return [...this.route.query.keys()].length
      ? empty("No job fits", html`Change the filter, or <a href="#/jobs">see all jobs</a>.`, "search")
      : empty("No job yet", html`Submit one: <code>orrery submit -- echo hello</code>${session.may("submitter") ? html` or <a href="#/submit">with the form</a>` : nothing}.`, "jobs");
  }

  #actions() {
    const chosen = this.#rows.filter((job) => this.#chosen.has(job.id));
    if (chosen.length === 0) {
      return this.#newer > 0 ? html`<p class="hint live">${plural(this.#newer, "change")} more than can be shown; the list follows when it is calmer. <button class="link" @click=${() => this.#load()}>Read it now</button></p>` : nothing;
    }
    const alive = chosen.filter((job) => isLive(job.state));
    const over = chosen.filter((job) => !isLive(job.state));
    return html`<div class="selection" role="region" aria-label="Selection"><strong>${plural(chosen.length, "job")} selected</strong>
      <button class="button quiet" ?disabled=${!alive.length} @click=${() => this.#all(alive, "cancel")}>${icon("cancelled")}Cancel ${alive.length || ""}</button>
      <button class="button quiet" ?disabled=${!over.length} @click=${() => this.#all(over, "retry")}>${icon("retry")}Retry ${over.length || ""}</button>
      <button class="link" @click=${() => { this.#chosen.clear(); this.redraw(); }}>Select none</button></div>`;
  }

  #table() {
    const mayAct = session.may("submitter");
    const all = this.#rows.length > 0 && this.#rows.every((job) => this.#chosen.has(job.id));
    return html`<div class="card table"><table class="jobs">
      <thead><tr>
        ${mayAct ? html`<th class="pick"><input type="checkbox" aria-label="Select all on this page" .checked=${live(all)} @change=${() => this.#pickAll(!all)}></th>` : nothing}
        <th scope="col" class="num">#</th><th scope="col">Job</th><th scope="col">State</th><th scope="col" class="prog">Progress</th><th scope="col" class="worker">Worker</th><th scope="col" class="when">Submitted</th></tr></thead>
      <tbody>${repeat(this.#rows, (job) => job.id, (job) => this.#row(job, mayAct))}</tbody></table></div>`;
  }

  #row(job, mayAct) {
    return html`<tr data-row tabindex="-1" data-job=${job.id} class=${this.#chosen.has(job.id) ? "chosen" : ""} @click=${(event) => this.#open(event, job)} @keydown=${(event) => this.#key(event, job)}>
      ${mayAct ? html`<td class="pick"><input type="checkbox" aria-label="Select ${jobTitle(job)}" .checked=${live(this.#chosen.has(job.id))} @change=${() => this.#pick(job.id)}></td>` : nothing}
      <td class="num">${job.number}</td>
      <td class="name"><a href="#/jobs/${job.id}">${jobTitle(job)}</a><small>${job.namespace}${Object.entries(job.labels ?? {}).map(([k, v]) => html`<span class="label">${k}=${v}</span>`)}</small></td>
      <td class="st">${stateBadge(job.state)}</td>
      <td class="prog">${this.#done(job)}</td>
      <td class="worker">${job.worker ?? ""}</td>
      <td class="when"><time datetime=${exactTime(job.submittedAt)}>${time(job.submittedAt)}</time></td></tr>`;
  }

  #done(job) {
    const { fraction, text } = this.#progress.get(job.id) ?? {};
    const share = isLive(job.state) ? (fraction ?? 0) : 1;
    const took = job.startedAt ? duration(Date.parse(job.endedAt ?? new Date()) - Date.parse(job.startedAt)) : "";
    const words = job.state === "RUNNING" ? (fraction === undefined ? took : `${Math.round(fraction * 100)} % ${text}`) : took;
    return html`<div class="progress" data-state=${job.state} title=${words}><i class=${job.state === "RUNNING" && fraction === undefined ? "unknown" : ""} ${styles({ width: `${share * 100}%` })}></i></div><small>${words}</small>`;
  }

  #pages() {
    const page = this.#cursors.length + 1;
    if (!this.#known || (page === 1 && !this.#next)) return nothing;
    return html`<nav class="pages" aria-label="Pages">
      <button class="button quiet" ?disabled=${page === 1} @click=${() => this.#turn(-1)}>${icon("left")}Newer</button>
      <span>page ${count(page)}</span>
      <button class="button quiet" ?disabled=${!this.#next} @click=${() => this.#turn(1)}>Older${icon("right")}</button></nav>`;
  }

  #turn(by) {
    if (by > 0) this.#cursors.push(this.#next);
    else this.#cursors.pop();
    this.#load();
  }

  #open(event, job) {
    if (event.target.closest("a, input")) return;
    location.hash = `#/jobs/${job.id}`;
  }

  #key(event, job) {
    if (event.target !== event.currentTarget) return;
    if (event.key === "Enter") location.hash = `#/jobs/${job.id}`;
    if (event.key === "x" && session.may("submitter")) this.#pick(job.id);
  }

  #pick(id) {
    if (!this.#chosen.delete(id)) this.#chosen.add(id);
    this.redraw();
  }

  #pickAll(pick) {
    this.#chosen = new Set(pick ? this.#rows.map((job) => job.id) : []);
    this.redraw();
  }

  #toggle(state) {
    const query = new URLSearchParams(this.route.query);
    const states = new Set(query.getAll("state"));
    if (!states.delete(state)) states.add(state);
    query.delete("state");
    states.forEach((it) => query.append("state", it));
    this.#go(query);
  }

  #filter(event) {
    clearTimeout(this.#wait);
    const form = event.currentTarget;
    this.#wait = setTimeout(() => {
      const query = new URLSearchParams(this.route.query);
      for (const name of FIELDS) {
        const value = form.elements[name]?.value.trim();
        if (value) query.set(name, value);
        else query.delete(name);
      }
      this.#go(query);
    }, 300);
  }

  #go(query) {
    const text = query.toString();
    history.replaceState(null, "", `#/jobs${text && `?${text}`}`);
    this.route = { ...this.route, query };
  }

  async #all(jobs, verb) {
    const title = verb === "cancel" ? `Cancel ${plural(jobs.length, "job")}?` : `Run ${plural(jobs.length, "job")} again?`;
    const text = verb === "cancel" ? "Running processes are asked to end, and killed ten seconds later." : "Each begins a new round with its old specification.";
    if (!(await confirmed(title, text, verb === "cancel" ? "Cancel them" : "Retry them", verb === "cancel"))) return;
    const left = [...jobs];
    let done = 0;
    let refused;
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      while (left.length > 0) {
        try {
          await post(`${jobPath(left.pop().id)}/${verb}`);
          done += 1;
        } catch (problem) {
          refused = problem;
        }
      }
    }));
    this.#chosen.clear();
    if (refused) complain(refused);
    if (done > 0) notice(verb === "cancel" ? `${plural(done, "job")} cancelled` : `${plural(done, "job")} runs again`);
    this.redraw();
  }
}

function merged(row, job) {
  const next = { ...row, ...job };
  if (job.state === "RUNNING" && row.state !== "RUNNING") Object.assign(next, { startedAt: job.at, endedAt: undefined });
  if (!isLive(job.state) && isLive(row.state ?? "QUEUED")) {
    next.endedAt = job.at;
    next.startedAt ??= row.startedAt;
  }
  return next;
}

const moment = (local) => (local ? new Date(local).toISOString() : undefined);

customElements.define("orrery-jobs", Jobs);
