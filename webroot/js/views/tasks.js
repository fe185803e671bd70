/**
 * The task stream: a row a slot, a block an attempt. Drawn on a canvas, so that twenty thousand
 * blocks cost no more than two; live by the topic "attempts", and the past from the store.
 */

import { html, nothing } from "lit";
import { cluster } from "../store.js";
import { count, duration, exactTime, jobTitle, plural, time } from "../format.js";
import { empty, heading, icon, loading, STATES, stateBadge } from "../parts.js";
import { Lanes } from "../lanes.js";
import { read } from "../api.js";
import { theme } from "../theme.js";
import { View } from "../view.js";

const PAGE = 500;
const PAGES_FIRST = 2;
const ROW = 16;
const GAP = 2;
const HEAD = 22;
const AXIS = 26;
const GUTTER = 8;
const SPAN_MIN = 100;
const SPAN_MAX = 7 * 24 * 3600 * 1000;
const SPAN_FIRST = 60000;
const RECENT_LISTED = 30;
const SHOWN_STATES = ["RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"];
const HUES = 12;

class Tasks extends View {
  static properties = { paused: { state: true }, by: { state: true }, hover: { state: true }, loadingPast: { state: true } };

  #lanes = new Lanes();
  #span = SPAN_FIRST;
  #end;
  #next;
  #known = false;
  #skipped = 0;
  #frame = 0;
  #drawnAt = 0;
  #dirty = true;
  #drag;
  #layout = [];
  #resize;
  #offset = 0;

  opened() {
    this.paused = false;
    this.by = "state";
    this.watch(cluster, () => this.#cluster());
    this.watch(theme, () => this.#touch());
    this.follow("attempts", (event) => this.#heard(event));
    this.listen(window, "keydown", (event) => this.#key(event));
    this.#past(PAGES_FIRST);
  }

  firstUpdated() {
    this.#resize = new ResizeObserver(() => this.#touch());
    this.#resize.observe(this.querySelector(".stage"));
    this.querySelector("canvas").addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    const loop = () => {
      this.#frame = requestAnimationFrame(loop);
      this.#draw();
    };
    loop();
  }

  closed() {
    cancelAnimationFrame(this.#frame);
    this.#resize?.disconnect();
  }

  get #now() {
    return this.paused ? this.#end : Date.now() + this.#offset;
  }

  /** History from the store: pages of ended jobs and those that run, newest first. */
  async #past(pages) {
    this.loadingPast = true;
    const older = [];
    try {
      if (!this.#known) older.push(...(await read("api/v1/jobs", { state: "RUNNING", limit: PAGE })).items);
      for (let i = 0; i < pages && (i === 0 || this.#next); i += 1) {
        const page = await read("api/v1/jobs", { state: "SUCCEEDED,FAILED,CANCELLED,EXPIRED", limit: PAGE, cursor: this.#next });
        older.push(...page.items);
        this.#next = page.next;
      }
    } catch {
      this.#next = undefined;
    }
    older.filter((job) => job.worker && job.startedAt).sort((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt)).forEach((job) => this.#stored(job));
    this.#known = true;
    this.loadingPast = false;
    this.#touch();
  }

  #stored(job) {
    this.#lanes.add({
      job: job.id, attempt: job.attempt, number: job.number, name: job.name, worker: job.worker, state: job.state, reason: job.reason,
      start: Date.parse(job.startedAt), end: job.endedAt ? Date.parse(job.endedAt) : undefined,
    });
  }

  #heard(event) {
    if (event.type !== "attempts") return;
    // A slot is free again before it is taken: the ends go first.
    event.items.filter((attempt) => attempt.end !== undefined).forEach((attempt) => this.#lanes.add(attempt));
    event.items.filter((attempt) => attempt.end === undefined).forEach((attempt) => this.#lanes.add(attempt));
    this.#skipped += event.skipped;
    this.#touch();
  }

  #cluster() {
    cluster.nodes.forEach((node) => this.#lanes.expect(node.name, node.slots));
    cluster.lost.forEach(({ node, at }) => this.#lanes.closeAll(node.name, at));
    if (cluster.view) this.#offset = Math.max(-60000, Math.min(60000, Date.parse(cluster.view.at) - Date.now())) > 2000 ? Date.parse(cluster.view.at) - Date.now() : 0;
    this.#touch();
  }

  #touch() {
    this.#dirty = true;
    this.redraw();
  }

  render() {
    const names = [...this.#lanes.workers.keys()];
    const isEmpty = this.#known && this.#lanes.size === 0;
    return html`
      ${heading("Task stream", html`<span class="summary">${plural(this.#lanes.size, "attempt")} on ${plural(names.length, "worker")}${this.#skipped > 0 ? `, ${count(this.#skipped)} more not drawn` : ""}</span>`)}
      <div class="stream-tools">
        <button class="button ${this.paused ? "main" : "quiet"}" aria-pressed=${this.paused ? "true" : "false"} @click=${this.#pause}>${icon(this.paused ? "running" : "pause")}${this.paused ? "Go live" : "Pause"}</button>
        <div class="switch" role="group" aria-label="Zoom">
          <button aria-label="Zoom out" @click=${() => this.#zoom(2)}>−</button><button class="span" @click=${() => { this.#span = SPAN_FIRST; this.#touch(); }} title="Back to one minute">${duration(this.#span)}</button><button aria-label="Zoom in" @click=${() => this.#zoom(0.5)}>+</button>
        </div>
        <div class="switch" role="group" aria-label="Move in time">
          <button aria-label="Earlier" @click=${() => this.#pan(-0.4)}>${icon("left")}</button><button aria-label="Later" @click=${() => this.#pan(0.4)}>${icon("right")}</button>
        </div>
        <div class="switch" role="group" aria-label="Colour">
          ${["state", "name"].map((by) => html`<button aria-pressed=${this.by === by ? "true" : "false"} @click=${() => { this.by = by; this.#touch(); }}>by ${by}</button>`)}
        </div>
        ${this.#next ? html`<button class="button quiet" ?disabled=${this.loadingPast} @click=${() => this.#past(2)}>${icon("clock")}Load earlier</button>` : nothing}
        ${this.by === "state" ? html`<div class="legend">${SHOWN_STATES.map(stateBadge)}</div>` : nothing}
      </div>
      <div class="card stage">
        <canvas tabindex="0" role="img" aria-label="Task stream: ${plural(this.#lanes.size, "attempt")} on ${plural(names.length, "worker")}. The list below tells the latest."
          @pointerdown=${this.#grab} @pointermove=${this.#move} @pointerup=${this.#release} @pointerleave=${this.#leave} @dblclick=${() => this.#zoom(0.5)}></canvas>
        ${!this.#known ? loading() : nothing}
        ${isEmpty ? empty("Nothing has run yet", "Every attempt becomes a block here, in the row of its slot.", "tasks") : nothing}
        <div class="tip" ?hidden=${!this.hover}>${this.hover ? this.#tip(this.hover) : nothing}</div>
      </div>
      <details class="card listing"><summary>The latest attempts as a list</summary>${this.#list()}</details>`;
  }

  #tip({ block }) {
    const end = block.end ?? this.#now;
    return html`<strong>${jobTitle(block)}</strong>${stateBadge(block.state)}
      <span>${block.worker} · attempt ${block.attempt}</span><span>${time(block.start)} · ${duration(end - block.start)}</span>${block.reason && block.state !== "SUCCEEDED" ? html`<span>${block.reason}</span>` : nothing}`;
  }

  #list() {
    const all = [...this.#lanes.workers.values()].flat().flatMap((lane) => lane.slice(-RECENT_LISTED));
    const recent = all.sort((a, b) => b.start - a.start).slice(0, RECENT_LISTED);
    return html`<table><thead><tr><th scope="col">Job</th><th scope="col">State</th><th scope="col">Worker</th><th scope="col">Started</th><th scope="col">Took</th></tr></thead><tbody>
      ${recent.map((block) => html`<tr data-row tabindex="-1"><td><a href="#/jobs/${block.job}">${jobTitle(block)}</a></td><td>${stateBadge(block.state)}</td><td>${block.worker}</td><td><time datetime=${exactTime(block.start)}>${time(block.start)}</time></td><td>${block.end === undefined ? "" : duration(block.end - block.start)}</td></tr>`)}</tbody></table>`;
  }

  #draw() {
    const canvas = this.querySelector("canvas");
    if (!canvas) return;
    const width = canvas.parentElement.clientWidth;
    const end = this.#now;
    // While it follows, a picture that has not moved by a pixel is the same picture.
    const moved = this.paused ? this.#dirty : this.#dirty || ((end - this.#drawnAt) * width) / this.#span >= 1;
    if (!moved || width === 0) return;
    this.#dirty = false;
    this.#drawnAt = end;
    const height = this.#measure();
    const ratio = devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      canvas.style.height = `${height}px`;
    }
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    this.#axis(pen, width, height, end);
    this.#rows(pen, width, end);
  }

  #measure() {
    let y = 4;
    this.#layout = [...this.#lanes.workers].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, lanes]) => {
      const group = { name, lanes, y };
      y += HEAD + lanes.length * (ROW + GAP) + 8;
      return group;
    });
    return Math.max(180, y + AXIS);
  }

  #axis(pen, width, height, end) {
    const step = nice(this.#span / Math.max(2, width / 130));
    pen.font = "11px system-ui, sans-serif";
    pen.textAlign = "center";
    pen.fillStyle = theme.colour("soft");
    pen.strokeStyle = theme.colour("line");
    pen.lineWidth = 1;
    pen.beginPath();
    const begin = end - this.#span;
    for (let at = Math.ceil(begin / step) * step; at <= end; at += step) {
      const x = Math.round(((at - begin) / this.#span) * width) + 0.5;
      pen.moveTo(x, 0);
      pen.lineTo(x, height - AXIS + 4);
      if (x > 30 && x < width - 30) pen.fillText(step < 1000 ? `${time(at)}.${String(at % 1000).padStart(3, "0").slice(0, 2)}` : time(at), x, height - 8);
    }
    pen.stroke();
    pen.textAlign = "left";
  }

  #rows(pen, width, end) {
    const begin = end - this.#span;
    const scale = width / this.#span;
    const batches = new Map();
    for (const group of this.#layout) {
      pen.fillStyle = theme.colour("text");
      pen.font = "600 12px system-ui, sans-serif";
      pen.fillText(group.name, GUTTER, group.y + 14);
      group.lanes.forEach((lane, row) => {
        const y = group.y + HEAD + row * (ROW + GAP);
        pen.fillStyle = theme.colour("lane");
        pen.fillRect(0, y, width, ROW);
        this.#blocks(lane, y, begin, end, scale, batches);
      });
    }
    for (const [colour, rects] of batches) {
      pen.fillStyle = colour;
      for (const [x, y, w] of rects) pen.fillRect(x, y, w, ROW);
    }
    if (this.hover) this.#outline(pen, begin, scale, end);
  }

  #blocks(lane, y, begin, end, scale, batches) {
    let covered = -1;
    for (let i = firstAfter(lane, begin); i < lane.length; i += 1) {
      const block = lane[i];
      if (block.start > end) break;
      const x = Math.max(0, (block.start - begin) * scale);
      const right = ((block.end ?? end) - begin) * scale;
      const w = Math.max(1, right - x - (right - x > 3 ? 1 : 0));
      if (right < 0 || (x + w <= covered && block.state === "SUCCEEDED")) continue;
      covered = x + w;
      const colour = this.#colour(block);
      if (!batches.has(colour)) batches.set(colour, []);
      batches.get(colour).push([x, y, w]);
    }
  }

  #colour(block) {
    if (this.by === "name") return theme.colour(`hue-${hash(block.name || "") % HUES}`);
    const state = STATES.includes(block.state) ? block.state.toLowerCase() : "running";
    return theme.colour(`${state}-fill`);
  }

  #outline(pen, begin, scale, end) {
    const { block, y } = this.hover;
    const x = (block.start - begin) * scale;
    pen.strokeStyle = theme.colour("text");
    pen.lineWidth = 1.5;
    pen.strokeRect(x - 0.5, y - 0.5, Math.max(2, ((block.end ?? end) - block.start) * scale), ROW + 1);
  }

  #at(event) {
    const canvas = this.querySelector("canvas");
    const box = canvas.getBoundingClientRect();
    const [px, py] = [event.clientX - box.x, event.clientY - box.y];
    const begin = this.#now - this.#span;
    const at = begin + (px / box.width) * this.#span;
    const slack = (3 / box.width) * this.#span;
    for (const { lanes, y } of this.#layout) {
      const row = Math.floor((py - y - HEAD) / (ROW + GAP));
      if (row < 0 || row >= lanes.length) continue;
      const block = lanes[row].findLast((it) => it.start - slack <= at && (it.end ?? Infinity) + slack >= at);
      if (block) return { block, y: y + HEAD + row * (ROW + GAP), x: px, top: py };
    }
    return undefined;
  }

  #grab(event) {
    this.#drag = { x: event.clientX, moved: false };
    event.target.setPointerCapture(event.pointerId);
  }

  #move(event) {
    if (this.#drag) {
      const by = event.clientX - this.#drag.x;
      if (!this.#drag.moved && Math.abs(by) < 4) return;
      this.#hold();
      this.#drag.moved = true;
      this.#drag.x = event.clientX;
      this.#end -= (by / event.target.clientWidth) * this.#span;
      this.hover = undefined;
      this.#touch();
      return;
    }
    this.hover = this.#at(event);
    this.#dirty = true;
    if (this.hover) {
      const tip = this.querySelector(".tip");
      const width = event.target.clientWidth;
      tip.style.left = `${Math.max(8, Math.min(this.hover.x + 12, width - 240))}px`;
      tip.style.top = `${this.hover.top + 18}px`;
    }
    event.target.style.cursor = this.hover ? "pointer" : "grab";
  }

  #release(event) {
    const drag = this.#drag;
    this.#drag = undefined;
    if (drag && !drag.moved) {
      const found = this.#at(event);
      if (found) location.hash = `#/jobs/${found.block.job}`;
    }
  }

  #leave() {
    this.#drag = undefined;
    this.hover = undefined;
    this.#dirty = true;
  }

  #wheel(event) {
    if (!event.ctrlKey && !event.shiftKey && Math.abs(event.deltaX) < Math.abs(event.deltaY) && !event.altKey) return;
    event.preventDefault();
    if (event.ctrlKey || event.altKey) this.#zoom(event.deltaY > 0 ? 1.25 : 0.8);
    else this.#pan((event.deltaX || event.deltaY) / 800);
  }

  #key(event) {
    if (event.target.closest?.("input, button, summary, a, dialog") && event.key === " ") return;
    const actions = {
      " ": () => this.#pause(), "+": () => this.#zoom(0.5), "=": () => this.#zoom(0.5), "-": () => this.#zoom(2),
      ArrowLeft: () => this.#pan(-0.2), ArrowRight: () => this.#pan(0.2),
    };
    if (event.ctrlKey || event.metaKey || !actions[event.key] || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    actions[event.key]();
  }

  #hold() {
    if (!this.paused) this.#end = this.#now;
    this.paused = true;
  }

  #pause() {
    if (this.paused) this.paused = false;
    else this.#hold();
    this.#touch();
  }

  #zoom(factor) {
    const middle = this.#now - this.#span / 2;
    this.#span = Math.max(SPAN_MIN, Math.min(SPAN_MAX, this.#span * factor));
    if (this.paused) this.#end = middle + this.#span / 2;
    this.#touch();
  }

  #pan(share) {
    this.#hold();
    this.#end += share * this.#span;
    if (this.#end > Date.now() + this.#span / 2) this.paused = false;
    this.#touch();
  }
}

/** The index of the first block that may reach into the time; blocks are in order of their starts. */
function firstAfter(lane, begin) {
  let [low, high] = [0, lane.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lane[middle].end ?? Infinity) < begin) low = middle + 1;
    else high = middle;
  }
  return low;
}

function nice(millis) {
  const steps = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 15000, 30000, 60000, 120000, 300000, 600000, 1800000, 3600000, 3 * 3600000, 6 * 3600000, 24 * 3600000];
  return steps.find((step) => step >= millis) ?? steps.at(-1);
}

function hash(text) {
  let value = 2166136261;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 16777619);
  return value >>> 0;
}

customElements.define("orrery-tasks", Tasks);
