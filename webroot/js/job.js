/** One job, opened: its facts, its events and its output as it grows. */

import { byId, element, stateLabel } from "./dom.js";
import { seconds, size, time } from "./format.js";

const LOG_CHARACTERS_MAX = 500000;
const EVENTS_MAX = 500;

export class JobView {
  #stream;
  #fetch;
  #closed;
  #id;
  #opener;
  #decoders;
  #characters;

  constructor({ stream, fetch, closed }) {
    this.#stream = stream;
    this.#fetch = fetch;
    this.#closed = closed;
    byId("detail-close").addEventListener("click", () => this.close());
    byId("detail").addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
  }

  get id() {
    return this.#id;
  }

  open(job) {
    if (this.#id === job.id) return;
    this.#leave();
    this.#id = job.id;
    this.#opener = document.activeElement;
    this.#decoders = new Map();
    this.#characters = 0;
    byId("detail-title").textContent = job.name || `Job ${job.number}`;
    byId("detail-state").replaceChildren(stateLabel(job.state));
    byId("detail-facts").replaceChildren();
    byId("events").replaceChildren();
    byId("log").replaceChildren();
    byId("detail").hidden = false;
    byId("detail-title").focus();
    this.#stream().follow(`jobs.${job.id}`);
    this.#stream().follow(`logs.${job.id}`);
    this.#facts();
  }

  close() {
    this.#leave();
    byId("detail").hidden = true;
    this.#opener?.focus?.();
    this.#closed();
  }

  event(event) {
    if (event.topic === `logs.${this.#id}`) this.#log(event);
    else if (event.topic === `jobs.${this.#id}`) this.#job(event);
  }

  #leave() {
    if (!this.#id) return;
    this.#stream().leave(`jobs.${this.#id}`);
    this.#stream().leave(`logs.${this.#id}`);
    this.#id = undefined;
  }

  #job(event) {
    if (event.type === "progress") {
      const percent = Math.round(event.fraction * 100);
      byId("detail-state").replaceChildren(stateLabel("RUNNING"), ` ${percent} % ${event.text}`);
      return;
    }
    if (!event.state) return;
    byId("detail-state").replaceChildren(stateLabel(event.state));
    const what = [event.type, event.worker && `on ${event.worker}`,
      event.exitCode !== undefined && `exit code ${event.exitCode}`, event.reason]
      .filter(Boolean).join(" · ");
    const list = byId("events");
    list.append(element("li", {}, element("time", { datetime: event.at }, time(event.at)), element("span", {}, what)));
    if (list.children.length > EVENTS_MAX) list.firstChild.remove();
    if (event.terminal) this.#facts();
  }

  #log(event) {
    if (event.type === "end") {
      this.#write(`— ${event.state.toLowerCase()} —\n`, "note");
      return;
    }
    if (event.type !== "chunk") return;
    const key = `${event.attempt}/${event.stream}`;
    if (!this.#decoders.has(key)) this.#decoders.set(key, new TextDecoder());
    const bytes = Uint8Array.from(atob(event.data), (c) => c.charCodeAt(0));
    const text = this.#decoders.get(key).decode(bytes, { stream: true });
    this.#write(text, event.stream === "stderr" ? "err" : "out");
  }

  #write(text, kind) {
    const log = byId("log");
    const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 8;
    log.append(element("span", { class: kind }, text));
    this.#characters += text.length;
    while (this.#characters > LOG_CHARACTERS_MAX && log.childNodes.length > 1) {
      this.#characters -= log.firstChild.textContent.length;
      log.firstChild.remove();
    }
    if (atEnd) log.scrollTop = log.scrollHeight;
  }

  async #facts() {
    const id = this.#id;
    const job = await this.#fetch(`api/v1/jobs/${id}`);
    if (id !== this.#id) return;
    const { command, script, args } = job.spec;
    const line = script ? [script, ...(args ?? [])].join(" ") : Array.isArray(command) ? command.join(" ") : command;
    const last = job.attempts.at(-1);
    const facts = [
      ["Command", line], ["Id", job.id], ["Owner", job.owner], ["Namespace", job.namespace],
      ["Submitted", time(job.submittedAt)], ["Started", time(job.startedAt)], ["Ended", time(job.endedAt)],
      ["Attempts", job.attempts.length], ["Worker", last?.worker], ["Exit code", last?.exitCode],
      ["Wall time", seconds(last?.wallSeconds)], ["Peak memory", last?.memoryPeakBytes ? size(last.memoryPeakBytes) : ""],
      ["Files left", job.outputs.map((file) => `${file.name} (${size(file.sizeBytes)})`).join(", ")],
    ];
    byId("detail-facts").replaceChildren(
      ...facts.filter(([, value]) => value !== undefined && value !== "")
        .flatMap(([name, value]) => [element("dt", {}, name), element("dd", { class: name === "Command" || name === "Id" ? "mono" : "" }, value)]),
    );
  }
}
