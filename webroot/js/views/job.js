/** One job: its life, why it waits, its output as it grows, its files, and what may be done. */

import "../log.js";
import { html, nothing } from "lit";
import { Ansi } from "../ansi.js";
import { asCli, asCurl } from "../commands.js";
import { bytesOf } from "../log.js";
import { cluster } from "../store.js";
import { commandLine, count, duration, exactTime, jobTitle, micros, plural, size, time } from "../format.js";
import { complain, confirmed, copied, notice } from "../dialogs.js";
import { download, filePath, jobPath, post, read, remove, request, save } from "../api.js";
import { fault, heading, icon, isLive, loading, meter, stateBadge, stateDot, styles } from "../parts.js";
import { report } from "../report.js";
import { session } from "../session.js";
import { timeline } from "../timeline.js";
import { View } from "../view.js";

const EVENTS_MAX = 2000;
const LOG_TAIL_BYTES = 1024 * 1024;
const REPORT_TAIL_BYTES = 64 * 1024;

class Job extends View {
  static properties = { job: { state: true }, problem: { state: true }, why: { state: true }, picked: { state: true } };

  #events = [];
  #progress;
  #log;
  #reading = 0;
  #readAgain = false;
  #leaveLog;

  opened() {
    this.why = [];
    this.every(1000, () => this.job && isLive(this.job.state) && this.redraw());
  }

  firstUpdated() {
    this.#open();
  }

  async #open() {
    await this.#read();
    if (!this.job || !this.isConnected) return;
    this.follow(`jobs.${this.job.id}`, (event) => this.#heard(event), { from: 0 });
    await this.updateComplete;
    this.#log = this.querySelector("orrery-log");
    // The heading that had the focus was that of the empty view.
    if (document.activeElement === document.body) this.querySelector("h1").focus();
    this.#followLog();
  }

  /** The live log begins with the attempt of now, and near its end when it is long. */
  #followLog() {
    const last = this.job.attempts.at(-1);
    const from = (bytes) => Math.max(0, (bytes ?? 0) - LOG_TAIL_BYTES);
    this.#log.clear();
    this.#leaveLog = this.follow(`logs.${this.job.id}`, (event) => this.#output(event), {
      attempt: last?.number ?? 1, stdout: from(last?.stdoutBytes), stderr: from(last?.stderrBytes),
    });
  }

  #output(event) {
    if (event.type === "chunk") this.#log.append(event.attempt, event.stream, bytesOf(event.data));
    if (event.type === "end") this.#log.note(event.state.toLowerCase());
  }

  /** An earlier attempt is read once, from the store. */
  async #pick(number) {
    this.picked = number;
    this.#leaveLog?.();
    const last = this.job.attempts.at(-1);
    if (number === last?.number) {
      this.picked = undefined;
      this.#followLog();
      return;
    }
    this.#log.clear();
    for (const stream of ["stdout", "stderr"]) {
      try {
        this.#log.append(number, stream, await this.#tail(number, stream, LOG_TAIL_BYTES));
      } catch (problem) {
        this.#log.note(problem.detail || problem.message);
      }
    }
  }

  async #tail(number, stream, bytes) {
    const known = this.job.attempts.find((it) => it.number === number)?.[`${stream}Bytes`] ?? 0;
    const offset = Math.max(0, known - bytes);
    const answer = await request(`${jobPath(this.job.id)}/logs?stream=${stream}&attempt=${number}&offset=${offset}&limit=${bytes}`);
    return new Uint8Array(await answer.arrayBuffer());
  }

  /** Reads the job, and once more when something happened meanwhile. */
  async #read() {
    if (this.#reading) {
      this.#readAgain = true;
      return;
    }
    this.#reading = 1;
    try {
      const job = await read(jobPath(this.route.id));
      this.job = job;
      this.problem = undefined;
      document.title = `${jobTitle(job)} · Orrery`;
      this.why = isLive(job.state) ? (await read(`${jobPath(job.id)}/explain`)).reasons : [];
    } catch (problem) {
      if (!this.job) this.problem = problem;
    }
    this.#reading = 0;
    if (this.#readAgain) {
      this.#readAgain = false;
      await this.#read();
    }
  }

  #heard(event) {
    if (event.type === "progress") {
      this.#progress = event;
    } else if (event.seq && event.type !== "subscribed") {
      this.#events.push(event);
      if (this.#events.length > EVENTS_MAX) this.#events.splice(1, 1);
      this.#progress = undefined;
      if (event.seq > this.job.lastSeq) this.#read();
    }
    this.redraw();
  }

  render() {
    const { job } = this;
    if (!job) return html`${heading("Job")}${this.problem ? fault(this.problem) : loading()}`;
    const life = timeline(this.#events, Date.now());
    return html`
      <nav class="crumbs" aria-label="Place"><a href="#/jobs">Jobs</a>${icon("right")}<span>#${job.number}</span></nav>
      ${heading(html`${jobTitle(job)} ${stateBadge(job.state)}`, this.#buttons())}
      <p class="beneath">${job.namespace} · by ${job.owner} · submitted <time datetime=${job.submittedAt}>${time(job.submittedAt)}</time> · <code>${job.id}</code></p>
      ${this.#running()}
      <div class="job-grid">
        <section class="card" aria-labelledby="h-life"><h2 id="h-life">Timeline${life.from ? html`<span class="aside">${duration(life.to - life.from)} ${life.isLive ? "so far" : "in all"}</span>` : nothing}</h2>${this.#timeline(life)}</section>
        <section class="card" aria-labelledby="h-why"><h2 id="h-why">${isLive(job.state) ? "Why it is where it is" : "How it ended"}</h2>${this.#reasons()}</section>
        <section class="card log-card" aria-labelledby="h-log"><h2 id="h-log">Log ${this.#logTools()}</h2><orrery-log></orrery-log></section>
        <div class="side">
          <section class="card" aria-labelledby="h-use"><h2 id="h-use">Used against asked</h2>${this.#usage()}</section>
          <section class="card" aria-labelledby="h-files"><h2 id="h-files">Files</h2>${this.#files()}</section>
          <section class="card" aria-labelledby="h-spec"><h2 id="h-spec">Specification</h2>${this.#spec()}</section>
        </div>
      </div>`;
  }

  #buttons() {
    const { job } = this;
    const live = isLive(job.state);
    return html`<div class="buttons">
      ${session.may("submitter") ? html`
        ${live ? html`<button class="button quiet" @click=${this.#cancel}>${icon("cancelled")}Cancel</button>` : html`<button class="button quiet" @click=${this.#retry}>${icon("retry")}Retry</button>
        <button class="button quiet" @click=${this.#delete}>${icon("trash")}Delete</button>`}` : nothing}
      <button class="button quiet" @click=${() => copied(asCli(job.spec, job.inputs), "Command")}>${icon("terminal")}Copy as CLI</button>
      <button class="button quiet" @click=${() => copied(asCurl(job.spec, job.inputs), "curl command")}>${icon("copy")}Copy as curl</button>
      <button class="button quiet" @click=${this.#report}>${icon("report")}Report</button></div>`;
  }

  #running() {
    if (this.job.state !== "RUNNING" || !this.#progress) return nothing;
    const { fraction, text } = this.#progress;
    return html`<div class="card telling" role="status">${meter(fraction, 1, `${Math.round(fraction * 100)} percent`, "running")}<span><strong>${Math.round(fraction * 100)} %</strong> ${text}</span></div>`;
  }

  #timeline(life) {
    if (!life.from) return loading();
    const rows = [{ title: "queue", spans: life.waits }, ...life.attempts.map((it) => ({ title: `attempt ${it.number}`, attempt: it, spans: it.spans }))];
    const span = Math.max(1, life.to - life.from);
    const percent = (n) => `${((n / span) * 100).toFixed(3)}%`;
    return html`<div class="life">${rows.slice(-30).map(({ title, attempt, spans }) => html`
      <div class="life-row"><span class="life-name">${title}${attempt?.worker ? html`<small>${attempt.worker}</small>` : nothing}</span>
        <div class="life-bar">${spans.map((it) => html`<i data-state=${it.state} title="${it.state.toLowerCase()} ${duration(it.to - it.from)}" ${styles({ left: percent(it.from - life.from), width: percent(it.to - it.from) })}></i>`)}</div>
        <span class="life-took">${attempt ? html`${stateDot(attempt.state)}${duration(attempt.wallSeconds !== undefined ? attempt.wallSeconds * 1000 : total(spans, "RUNNING"))}` : duration(total(spans))}</span></div>`)}
      <div class="life-axis"><span>${time(life.from)}</span><span>${time(life.to)}</span></div></div>`;
  }

  #reasons() {
    const { job } = this;
    if (isLive(job.state)) {
      return this.why.length ? html`<ul class="reasons">${this.why.map((reason) => html`<li>${reason}</li>`)}</ul>` : html`<p class="small">Asking the scheduler.</p>`;
    }
    const last = job.attempts.at(-1);
    const lines = [
      ["Reason", last?.detail ? `${job.reason ?? last.reason}: ${last.detail}` : (job.reason ?? last?.reason)],
      ["Exit code", job.exitCode], ["Signal", last?.signal], ["Ended", job.endedAt && time(job.endedAt)],
      ["Attempts", job.attempts.length], ["Round", job.round > 1 ? job.round : undefined],
    ];
    return html`<dl class="facts">${lines.filter(([, value]) => value !== undefined && value !== "").map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
  }

  #logTools() {
    const { job } = this;
    const last = job.attempts.at(-1)?.number;
    return html`<span class="aside tools-inline">
      ${job.attempts.length > 1 ? html`<label><span class="hidden">Attempt</span><select @change=${(event) => this.#pick(Number(event.target.value))}>
        ${job.attempts.map((it) => html`<option value=${it.number} ?selected=${it.number === (this.picked ?? last)}>attempt ${it.number}</option>`)}</select></label>` : nothing}
      ${last ? ["stdout", "stderr"].map((stream) => html`<button class="link" title="Download ${stream}" @click=${() => this.#saveLog(stream)}>${icon("download")}${stream}</button>`) : nothing}</span>`;
  }

  #usage() {
    const { job } = this;
    const last = job.attempts.findLast((it) => it.wallSeconds !== undefined);
    const { cpus, memory, gpus, named } = job.spec.resources;
    const cpu = last && last.wallSeconds > 0 ? (last.userCpuSeconds + last.systemCpuSeconds) / last.wallSeconds : 0;
    const rows = [
      ["Cpus", last ? cpu : 0, cpus, (n) => n.toFixed(n < 10 ? 2 : 0).replace(/\.?0+$/, "") || "0"],
      ["Memory", last?.memoryPeakBytes ?? 0, memory, size],
      ["Time", last ? last.wallSeconds * 1000 : 0, job.spec.timeout ? seconds(job.spec.timeout) * 1000 : 0, duration],
    ];
    return html`<dl class="amounts">${rows.map(([name, used, asked, format]) => html`<div><dt>${name}</dt><dd>${
      asked ? meter(used, asked, `${format(used)} of ${format(asked)}`, used > asked ? "over" : "") : html`<div class="meter none"></div>`}<span>${last ? format(used) : "–"} ${asked ? `of ${format(asked)}` : "· no limit"}</span></dd></div>`)}</dl>
      ${last ? html`<p class="small">cpu time ${micros(last.userCpuSeconds * 1e6)} user, ${micros(last.systemCpuSeconds * 1e6)} system, in attempt ${last.number}</p>` : html`<p class="small">Measured when an attempt ends.</p>`}
      ${gpus || Object.keys(named).length ? html`<p class="small">also asked: ${[gpus && plural(gpus, "gpu"), ...Object.entries(named).map(([name, n]) => `${n} ${name}`)].filter(Boolean).join(", ")}</p>` : nothing}`;
  }

  #files() {
    const { job } = this;
    if (job.inputs.length + job.outputs.length === 0) return html`<p class="small">No inputs, and no outputs ${isLive(job.state) ? "yet" : "were kept"}.</p>`;
    return html`${this.#fileList("Outputs", "outputs", job.outputs)}${this.#fileList("Inputs", "inputs", job.inputs)}`;
  }

  #fileList(title, kind, files) {
    if (files.length === 0) return nothing;
    return html`<h3>${title}</h3><ul class="files">${files.slice(0, 200).map((file) => html`<li>${icon("file")}<button class="link" data-file=${file.name} title="Download, sha256 ${file.sha256}" @click=${() => this.#save(kind, file)}>${file.name}</button><span>${size(file.sizeBytes)}</span></li>`)}</ul>
      ${files.length > 200 ? html`<p class="small">${plural(files.length - 200, "file")} more; orrery fetch takes them all.</p>` : nothing}`;
  }

  #spec() {
    const { spec } = this.job;
    const rows = [
      ["Outputs", (spec.outputs ?? []).join(" ")], ["Priority", spec.priority || undefined], ["Deadline", spec.deadline && time(spec.deadline)],
      ["Not before", spec.notBefore && time(spec.notBefore)], ["Timeout", spec.timeout], ["Retries", spec.retries ? `${spec.retries}, first after ${spec.backoff}` : undefined],
      ["Restarts", spec.restarts], ["Kept for", spec.retention], ["Labels", pairs(this.job.labels)], ["Environment", pairs(spec.env)],
      ["At once", spec.maxParallel ? `${spec.maxParallel} tasks` : ""], ["Alone on a worker", spec.exclusive ? "yes" : ""],
      ["Constraints", spec.constraints.map((it) => `${it.label} ${it.in ? "in" : "not in"} ${(it.in ?? it.notIn).join(", ")}`).join("; ")],
    ];
    return html`<pre class="command">${commandLine(spec)}</pre>
      <dl class="facts">${rows.filter(([, value]) => value !== undefined && value !== "").map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
  }

  async #act(work, said) {
    try {
      await work();
      if (said) notice(said);
    } catch (problem) {
      complain(problem);
    }
  }

  async #cancel() {
    const { job } = this;
    if (await confirmed(`Cancel ${jobTitle(job)}?`, "Running processes are asked to end, and killed ten seconds later.", "Cancel it", true)) {
      await this.#act(() => post(`${jobPath(job.id)}/cancel`), "Cancel asked for");
    }
  }

  async #retry() {
    await this.#act(() => post(`${jobPath(this.job.id)}/retry`), "A new round begins");
    await this.#read();
    this.#leaveLog?.();
    this.#followLog();
  }

  async #delete() {
    const { job } = this;
    if (!(await confirmed(`Delete ${jobTitle(job)}?`, "Its history, logs and files are removed for good.", "Delete it", true))) return;
    await this.#act(async () => {
      await remove(jobPath(job.id));
      location.hash = "#/jobs";
    }, "Deleted");
  }

  async #save(kind, file) {
    await this.#act(() => download(filePath(this.job.id, kind, file.name), file.name));
  }

  async #saveLog(stream) {
    const number = this.picked ?? this.job.attempts.at(-1).number;
    await this.#act(() => download(`${jobPath(this.job.id)}/logs?stream=${stream}&attempt=${number}`, `${this.job.number}-${number}-${stream}.txt`));
  }

  async #report() {
    await this.#act(async () => {
      await this.#read();
      const logs = await Promise.all(this.job.attempts.slice(-5).map(async ({ number }) => ({
        number, stdout: await this.#plain(number, "stdout"), stderr: await this.#plain(number, "stderr"),
      })));
      const page = report({ job: this.job, life: timeline(this.#events, Date.now()), why: this.why, logs, version: cluster.view?.version ?? "" });
      save(new Blob([page], { type: "text/html" }), `orrery-job-${this.job.number}.html`);
    }, "Report saved");
  }

  async #plain(number, stream) {
    try {
      const bytes = await this.#tail(number, stream, REPORT_TAIL_BYTES);
      return new Ansi().read(new TextDecoder().decode(bytes)).map((piece) => piece.text).join("");
    } catch {
      return "";
    }
  }
}

const total = (spans, state) => spans.filter((it) => !state || it.state === state).reduce((sum, it) => sum + it.to - it.from, 0);

const pairs = (map) => Object.entries(map ?? {}).map(([name, value]) => `${name}=${value}`).join(" ");

/** The seconds of a duration as the API writes it, such as 1h30m. */
function seconds(written) {
  const units = { d: 86400, h: 3600, m: 60, s: 1, ms: 0.001 };
  return [...String(written).matchAll(/([\d.]+)(ms|[dhms])/g)].reduce((sum, [, n, unit]) => sum + Number(n) * units[unit], 0) || Number(written) || 0;
}

customElements.define("orrery-job", Job);
