/** The cluster as it is now, kept by the topics "cluster" and "nodes" for every view. */

import { session } from "./session.js";

const RECENT_MAX = 900;
const WHOLE_MAX = 720;
const LOST_MAX = 50;
const COLUMNS = ["at", "seconds", "waiting", "queued", "assigned", "running", "submitted", "succeeded", "failed",
  "otherwiseEnded", "latencyMicros", "latencyHighMicros"];

class Cluster extends EventTarget {
  /** The counts, undefined until they came. */
  view;
  nodes = [];
  nodesKnown = false;
  /** Nodes that were here while this page was open and left: name -> the node and when. */
  lost = new Map();
  recent = columns();
  whole = columns();
  #step = 1;
  #pending = columns();
  #due = false;
  #stream;

  constructor() {
    super();
    session.addEventListener("change", () => this.#follow());
  }

  forget(name) {
    this.lost.delete(name);
    this.#changed();
  }

  #follow() {
    if (session.stream === this.#stream) return;
    this.#stream = session.stream;
    this.view = undefined;
    this.nodes = [];
    this.nodesKnown = false;
    this.lost.clear();
    if (this.#stream) {
      this.#stream.follow("cluster", (event) => this.#heard(event));
      this.#stream.follow("nodes", (event) => this.#nodes(event));
    }
    this.#changed();
  }

  #heard(event) {
    if (event.type === "cluster") this.view = event;
    else if (event.type === "recent") this.recent = event.columns;
    else if (event.type === "whole") this.#restart(event.columns);
    else if (event.type === "pulse") this.#beat(event.columns);
    this.#changed();
  }

  #restart(whole) {
    this.whole = whole;
    this.#pending = columns();
    this.#step = Math.max(1, ...whole.seconds);
  }

  #beat(pulse) {
    const at = pulse.at[0];
    if (at <= (this.recent.at.at(-1) ?? 0)) return;
    append(this.recent, pulse, 0);
    if (this.recent.at.length > RECENT_MAX) for (const name of COLUMNS) this.recent[name].shift();
    append(this.#pending, pulse, 0);
    if (this.#pending.at.length >= this.#step) {
      append(this.whole, joined(this.#pending), 0);
      this.#pending = columns();
      if (this.whole.at.length >= WHOLE_MAX) this.#halve();
    }
  }

  #halve() {
    const half = columns();
    for (let i = 0; i + 1 < this.whole.at.length; i += 2) {
      const pair = columns();
      append(pair, this.whole, i);
      append(pair, this.whole, i + 1);
      append(half, joined(pair), 0);
    }
    this.whole = half;
    this.#step *= 2;
  }

  #nodes(event) {
    if (event.type !== "nodes") return;
    const now = new Set(event.items.map((node) => node.name));
    for (const node of this.nodes) {
      if (!now.has(node.name)) this.lost.set(node.name, { node, at: Date.now() });
    }
    for (const name of now) this.lost.delete(name);
    while (this.lost.size > LOST_MAX) this.lost.delete(this.lost.keys().next().value);
    this.nodes = event.items;
    this.nodesKnown = true;
    this.#changed();
  }

  /** Tells the views, once a frame at the most. */
  #changed() {
    if (this.#due) return;
    this.#due = true;
    requestAnimationFrame(() => {
      this.#due = false;
      this.dispatchEvent(new Event("change"));
    });
  }
}

function columns() {
  return Object.fromEntries(COLUMNS.map((name) => [name, []]));
}

function append(to, from, index) {
  for (const name of COLUMNS) to[name].push(from[name][index]);
}

function joined(parts) {
  const sum = (name) => [parts[name].reduce((a, b) => a + b, 0)];
  const last = (name) => [parts[name].at(-1)];
  const max = (name) => [Math.max(...parts[name])];
  return {
    at: last("at"), seconds: sum("seconds"),
    waiting: last("waiting"), queued: last("queued"), assigned: last("assigned"), running: last("running"),
    submitted: sum("submitted"), succeeded: sum("succeeded"), failed: sum("failed"), otherwiseEnded: sum("otherwiseEnded"),
    latencyMicros: max("latencyMicros"), latencyHighMicros: max("latencyHighMicros"),
  };
}

export const cluster = new Cluster();
