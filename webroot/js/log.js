/**
 * The output of a job as it grows: lines of both streams, drawn only where they are seen, with
 * follow, search and colours. Bytes become text, and text stays text.
 */

import { html, LitElement, nothing } from "lit";
import { Ansi } from "./ansi.js";
import { count, plural, size } from "./format.js";
import { icon, styles } from "./parts.js";

const LINES_MAX = 50000;
const LINE_CHARACTERS_MAX = 4000;
const LINE_HEIGHT = 19;
const MARGIN_LINES = 20;

class Log extends LitElement {
  static properties = { following: { state: true }, query: { state: true }, shown: { state: true } };

  #lines = [];
  #open = new Map();
  #readers = new Map();
  #dropped = 0;
  #due = 0;
  #scrolled = 0;
  #matches = [];
  #match = -1;
  #maxLength = 0;

  constructor() {
    super();
    this.following = true;
    this.query = "";
    this.shown = "all";
  }

  createRenderRoot() {
    return this;
  }

  clear() {
    this.#lines = [];
    this.#open.clear();
    this.#readers.clear();
    this.#dropped = 0;
    this.#maxLength = 0;
    this.#find();
    this.#later();
  }

  /** Takes bytes of a stream of an attempt. */
  append(attempt, stream, bytes) {
    const key = `${attempt}/${stream}`;
    if (!this.#readers.has(key)) {
      if (this.#readers.size > 0 && ![...this.#readers.keys()].some((it) => it.startsWith(`${attempt}/`))) {
        this.note(`attempt ${attempt}`);
      }
      this.#readers.set(key, { decoder: new TextDecoder(), ansi: new Ansi() });
    }
    const { decoder, ansi } = this.#readers.get(key);
    for (const piece of ansi.read(decoder.decode(bytes, { stream: true }))) this.#write(stream, piece);
    this.#trim();
    this.#later();
  }

  /** A line of our own between those of the task. */
  note(text) {
    this.#open.clear();
    this.#lines.push({ stream: "note", pieces: [{ text, kind: "" }], length: text.length });
    this.#later();
  }

  #write(stream, { text, kind }) {
    const parts = text.split("\n");
    parts.forEach((part, i) => {
      if (i > 0) this.#open.delete(stream);
      const line = this.#line(stream, i < parts.length - 1 || part !== "");
      if (line) this.#put(line, part, kind, i < parts.length - 1);
    });
  }

  #line(stream, isNeeded) {
    let line = this.#open.get(stream);
    if (!line && isNeeded) {
      line = { stream, pieces: [], length: 0, restart: false };
      this.#open.set(stream, line);
      this.#lines.push(line);
    }
    return line;
  }

  /** A carriage return begins the line again, as progress bars do. */
  #put(line, part, kind, isWhole) {
    const text = isWhole && part.endsWith("\r") ? part.slice(0, -1) : part;
    const segments = text.split("\r");
    segments.forEach((segment, i) => {
      if (i > 0) line.restart = true;
      if (segment === "") return;
      if (line.restart) {
        line.pieces = [];
        line.length = 0;
        line.restart = false;
      }
      const room = LINE_CHARACTERS_MAX - line.length;
      if (room <= 0) return;
      const kept = segment.length > room ? `${segment.slice(0, room)} …` : segment;
      line.pieces.push({ text: kept, kind });
      line.length += segment.length;
      this.#maxLength = Math.max(this.#maxLength, Math.min(line.length, LINE_CHARACTERS_MAX));
    });
  }

  #trim() {
    const over = this.#lines.length - LINES_MAX;
    if (over > 0) {
      this.#lines.splice(0, over + 1000);
      this.#dropped += over + 1000;
    }
  }

  #later() {
    this.#due ||= requestAnimationFrame(() => {
      this.#due = 0;
      if (this.query) this.#find();
      this.requestUpdate();
    });
  }

  get #visible() {
    return this.shown === "all" ? this.#lines : this.#lines.filter((line) => line.stream === this.shown || line.stream === "note");
  }

  updated() {
    const box = this.querySelector(".lines");
    if (this.following && box) box.scrollTop = box.scrollHeight;
  }

  render() {
    const lines = this.#visible;
    const height = this.querySelector(".lines")?.clientHeight ?? 400;
    const top = this.following ? Math.max(0, lines.length * LINE_HEIGHT - height) : this.#scrolled;
    const first = Math.max(0, Math.floor(top / LINE_HEIGHT) - MARGIN_LINES);
    const last = Math.min(lines.length, Math.ceil((top + height) / LINE_HEIGHT) + MARGIN_LINES);
    return html`
      <div class="log-tools">
        <div class="switch" role="group" aria-label="Stream">
          ${["all", "stdout", "stderr"].map((it) => html`<button aria-pressed=${this.shown === it ? "true" : "false"} @click=${() => this.#show(it)}>${it}</button>`)}
        </div>
        <label class="find">${icon("search")}<span class="hidden">Search the log</span>
          <input type="search" data-search placeholder="Search" .value=${this.query} @input=${this.#search} @keydown=${this.#searchKey}></label>
        ${this.query ? html`<span class="found" role="status">${this.#matches.length === 0 ? "nothing" : `${count(this.#match + 1)} of ${count(this.#matches.length)}`}</span>
          <button class="tool" aria-label="Previous match" ?disabled=${!this.#matches.length} @click=${() => this.#go(-1)}>${icon("left")}</button>
          <button class="tool" aria-label="Next match" ?disabled=${!this.#matches.length} @click=${() => this.#go(1)}>${icon("right")}</button>` : nothing}
        <label class="check follow"><input type="checkbox" .checked=${this.following} @change=${this.#follow}> Follow</label>
      </div>
      <div class="lines" tabindex="0" role="log" aria-live="off" aria-label="Output, ${plural(lines.length, "line")}" @scroll=${this.#scroll}>
        ${lines.length === 0 ? html`<p class="silent">No output yet.</p>` : html`
        <div class="sheet" ${styles({ height: `${lines.length * LINE_HEIGHT}px`, "min-width": `${Math.min(this.#maxLength + 10, 4010)}ch` })}>
          <div class="window" ${styles({ transform: `translateY(${first * LINE_HEIGHT}px)` })}>${lines.slice(first, last).map((line, i) => this.#drawn(line, first + i))}</div>
        </div>`}
      </div>
      ${this.#dropped > 0 ? html`<p class="hint">The first ${plural(this.#dropped, "line")} of this log are not kept here; download it to have them all.</p>` : nothing}`;
  }

  #drawn(line, index) {
    const isHit = this.query && this.#matches[this.#match] === index;
    return html`<div class="line ${line.stream}${isHit ? " hit" : ""}"><span class="no" aria-hidden="true">${line.stream === "note" ? "" : index + 1 + this.#dropped}</span><span class="text">${
      line.pieces.map(({ text, kind }) => html`<span class=${kind}>${this.query ? marked(text, this.query) : text}</span>`)}</span></div>`;
  }

  #show(stream) {
    this.shown = stream;
    this.#find();
  }

  #scroll(event) {
    const box = event.target;
    this.#scrolled = box.scrollTop;
    const atEnd = box.scrollTop + box.clientHeight >= box.scrollHeight - LINE_HEIGHT;
    if (this.following !== atEnd) this.following = atEnd;
    this.#later();
  }

  #follow(event) {
    this.following = event.target.checked;
  }

  #search(event) {
    this.query = event.target.value;
    this.#find();
    this.#match = -1;
    if (this.query) this.#go(1);
  }

  #searchKey(event) {
    if (event.key === "Enter") {
      event.preventDefault();
      this.#go(event.shiftKey ? -1 : 1);
    }
  }

  #find() {
    const wanted = this.query.toLowerCase();
    this.#matches = [];
    if (!wanted) return;
    this.#visible.forEach((line, i) => {
      if (line.pieces.map((piece) => piece.text).join("").toLowerCase().includes(wanted)) this.#matches.push(i);
    });
  }

  #go(by) {
    const n = this.#matches.length;
    if (n === 0) return;
    this.#match = (this.#match + by + n) % n;
    this.following = false;
    const box = this.querySelector(".lines");
    this.#scrolled = Math.max(0, this.#matches[this.#match] * LINE_HEIGHT - box.clientHeight / 2);
    box.scrollTop = this.#scrolled;
    this.requestUpdate();
  }

  /** The last lines as text, for a report. */
  tail(lines) {
    return this.#lines.slice(-lines).map((line) => line.pieces.map((piece) => piece.text).join("")).join("\n");
  }
}

function marked(text, query) {
  const found = [];
  const lower = text.toLowerCase();
  const wanted = query.toLowerCase();
  let from = 0;
  for (let at = lower.indexOf(wanted); at !== -1; at = lower.indexOf(wanted, from)) {
    found.push(text.slice(from, at), html`<mark>${text.slice(at, at + wanted.length)}</mark>`);
    from = at + wanted.length;
  }
  found.push(text.slice(from));
  return found;
}

export const bytesOf = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

export const logSize = (attempt) => size((attempt.stdoutBytes ?? 0) + (attempt.stderrBytes ?? 0));

customElements.define("orrery-log", Log);
