/** The form for a new job: a line, a command or a script, files by drag and drop, every option. */

import { html, nothing } from "lit";
import { asCli, asCurl } from "../commands.js";
import { copied, notice } from "../dialogs.js";
import { fault, heading, icon, meter } from "../parts.js";
import { plural, size } from "../format.js";
import { Problem, upload } from "../api.js";
import { session } from "../session.js";
import { View } from "../view.js";

const KINDS = [["shell", "Shell line"], ["command", "Command"], ["script", "Script"]];
const SCRIPT = "#!/bin/sh\nset -eu\n\n";

/** name in the form -> how its text becomes a part of the request. */
const NUMBERS = new Set(["priority", "maxParallel", "retries", "restarts", "resources.cpus", "resources.gpus"]);
const TEXTS = ["name", "namespace", "stdin", "timeout", "backoff", "backoffMax", "retention", "resources.memory"];

class Submit extends View {
  static properties = { kind: { state: true }, problem: { state: true }, progress: { state: true }, over: { state: true } };

  #files = [];
  #sending;

  opened() {
    this.kind = this.route?.query.get("kind") ?? "shell";
  }

  closed() {
    this.#sending?.stop();
  }

  render() {
    if (!session.may("submitter")) {
      return html`${heading("Submit")}${fault({ title: "Not with this token", detail: session.readOnly ? "The page is in read-only mode." : "A viewer looks; a submitter's token may submit.", remedy: "" })}`;
    }
    return html`${heading("Submit a job", html`<div class="switch" role="group" aria-label="Kind of work">${KINDS.map(([kind, title]) =>
      html`<button type="button" aria-pressed=${this.kind === kind ? "true" : "false"} @click=${() => { this.kind = kind; }}>${title}</button>`)}</div>`)}
      <form class="submit" novalidate @submit=${this.#submit} @input=${this.#edited} @dragover=${this.#dragOver} @dragleave=${() => { this.over = false; }} @drop=${this.#drop}>
        ${this.problem && !this.#hasField(this.problem.field) ? fault(this.problem) : nothing}
        <section class="card form-card">${this.#work()}${this.#dropZone()}</section>
        <section class="card form-card options" aria-labelledby="f-who"><h2 id="f-who">What it is</h2>
          ${this.#field("name", "Name", { placeholder: "a word for people" })}
          ${session.namespace ? nothing : this.#field("namespace", "Namespace", { placeholder: "default" })}
          ${this.#area("labels", "Labels", "team=astro", "One a line")}
          ${this.#area("outputs", "Outputs to keep", "*.png\nout/**", "Globs, one a line")}</section>
        <section class="card form-card options" aria-labelledby="f-needs"><h2 id="f-needs">What it needs</h2>
          ${this.#field("resources.cpus", "Cpus", { placeholder: "1", inputmode: "decimal" })}
          ${this.#field("resources.memory", "Memory", { placeholder: "no limit, or 512MiB" })}
          ${this.#field("resources.gpus", "Gpus", { placeholder: "0", inputmode: "numeric" })}
          ${this.#area("resources.named", "Other resources", "licence=1", "Name=amount, one a line")}
          ${this.#field("maxParallel", "Tasks at once", { placeholder: "any number", inputmode: "numeric" })}
          <label><input type="checkbox" name="exclusive"> A worker for itself</label>
          ${this.#area("constraints", "Only on workers with", "zone=a,b\ndisk!=slow", "Label=values, one a line")}</section>
        <section class="card form-card options" aria-labelledby="f-when"><h2 id="f-when">When it runs</h2>
          ${this.#field("priority", "Priority", { placeholder: "0; higher goes first", inputmode: "numeric" })}
          ${this.#field("notBefore", "Not before", { type: "datetime-local", step: "1" })}
          ${this.#field("deadline", "Start before", { type: "datetime-local", step: "1" })}
          ${this.#field("timeout", "Timeout", { placeholder: "none, or 1h30m" })}</section>
        <section class="card form-card options" aria-labelledby="f-fails"><h2 id="f-fails">When it fails</h2>
          ${this.#field("retries", "Retries after own failures", { placeholder: "0", inputmode: "numeric" })}
          ${this.#field("restarts", "Restarts after lost workers", { placeholder: "3", inputmode: "numeric" })}
          ${this.#field("backoff", "First pause", { placeholder: "1s" })}
          ${this.#field("backoffMax", "Longest pause", { placeholder: "as configured" })}
          ${this.#field("retention", "Keep history for", { placeholder: "as configured, or 7d" })}</section>
        <section class="card form-card options" aria-labelledby="f-sees"><h2 id="f-sees">What it sees</h2>
          ${this.#area("env", "Environment", "MODE=fast", "Name=value, one a line")}
          ${this.#area("stdin", "Standard input", "", "At most 64 KiB")}</section>
        <div class="submit-bar">
          ${this.progress ? html`<div class="sending" role="status">${meter(this.progress.sent, this.progress.total, "Upload", "running")}<span>${size(this.progress.sent)} of ${size(this.progress.total)}</span><button type="button" class="link" @click=${() => this.#sending.stop()}>Stop</button></div>` : nothing}
          <button type="button" class="button quiet" @click=${() => this.#copy(asCli, "Command")}>${icon("terminal")}Copy as CLI</button>
          <button type="button" class="button quiet" @click=${() => this.#copy(asCurl, "curl command")}>${icon("copy")}Copy as curl</button>
          <button class="button main" ?disabled=${this.progress}>${icon("submit")}Submit</button>
        </div>
      </form>`;
  }

  #work() {
    if (this.kind === "script") {
      const file = this.#files.find((it) => it.isScript);
      return html`${file
        ? html`<p class="chosen">${icon("terminal")}<strong>${file.file.name}</strong> is the script <button type="button" class="link" @click=${() => this.#asScript(undefined)}>write it here instead</button></p>`
        : this.#area("script", "Script", SCRIPT, "Run in the workspace, beside its files; or drop a file below and make it the script", 8, true)}
        ${this.#area("args", "Arguments", "one\ntwo", "One a line", 2)}`;
    }
    return this.kind === "shell"
      ? this.#area("command", "Shell line", "for i in 1 2 3; do echo $i of 3; sleep 1; done", "Run by /bin/sh in a workspace of its own", 3, true)
      : this.#area("command", "Command", "python3\ntrain.py\n--fast", "The program and each argument on a line of its own; no shell sees it", 4, true);
  }

  #dropZone() {
    return html`<div class="drop ${this.over ? "over" : ""}" data-field="file">
      <label>${icon("upload")}<span><strong>Drop files here</strong>, or choose them; they lie beside the work when it runs.</span>
        <input type="file" multiple class="hidden-input" aria-label="Files" @change=${this.#choose}></label>
      ${this.#files.length ? html`<ul class="files">${this.#files.map((it) => html`<li>${icon("file")}<span class="file-name">${it.file.name}</span><span>${size(it.file.size)}</span>
        ${this.kind === "script" && !it.isScript ? html`<button type="button" class="link" @click=${() => this.#asScript(it)}>run this</button>` : nothing}${it.isScript ? html`<b>script</b>` : nothing}
        <button type="button" class="tool" aria-label="Leave out ${it.file.name}" @click=${() => this.#leaveOut(it)}>${icon("close")}</button></li>`)}</ul>
        <p class="small">${plural(this.#files.length, "file")}, ${size(this.#files.reduce((sum, it) => sum + it.file.size, 0))}</p>` : nothing}
      ${this.#wrong("file")}</div>`;
  }

  #field(name, title, { type = "text", ...rest } = {}) {
    const wrong = this.#isAt(name);
    return html`<label class="field" data-field=${name}><span>${title}</span>
      <input name=${name} type=${type} autocomplete="off" spellcheck="false" placeholder=${rest.placeholder ?? nothing} inputmode=${rest.inputmode ?? nothing} step=${rest.step ?? nothing}
        aria-invalid=${wrong ? "true" : nothing} aria-describedby=${wrong ? `wrong-${name}` : nothing}>${this.#wrong(name)}</label>`;
  }

  #area(name, title, placeholder, hint, rows = 2, wide = false) {
    const wrong = this.#isAt(name);
    return html`<label class="field ${wide ? "wide" : ""}" data-field=${name}><span>${title}<small>${hint}</small></span>
      <textarea name=${name} rows=${rows} spellcheck="false" placeholder=${placeholder} aria-invalid=${wrong ? "true" : nothing} aria-describedby=${wrong ? `wrong-${name}` : nothing}></textarea>${this.#wrong(name)}</label>`;
  }

  #wrong(name) {
    return this.#isAt(name) ? html`<p class="wrong" role="alert" id="wrong-${name}">${icon("alert")}<span>${this.problem.detail}. ${sentence(this.problem.remedy)}</span></p>` : nothing;
  }

  /** Whether the problem is about this field, or about something within it. */
  #isAt(name) {
    return this.problem?.field !== undefined && fieldOf(this.problem.field, this.kind) === name;
  }

  #hasField(field) {
    return Boolean(field) && this.querySelector(`[data-field="${CSS.escape(fieldOf(field, this.kind))}"]`) !== null;
  }

  #edited() {
    if (this.problem) this.problem = undefined;
  }

  #choose(event) {
    this.#add(event.target.files);
    event.target.value = "";
  }

  #dragOver(event) {
    event.preventDefault();
    this.over = true;
  }

  #drop(event) {
    event.preventDefault();
    this.over = false;
    this.#add(event.dataTransfer.files);
  }

  #add(files) {
    for (const file of files) {
      this.#files = [...this.#files.filter((it) => it.file.name !== file.name), { file, isScript: false }];
    }
    this.requestUpdate();
  }

  #leaveOut(gone) {
    this.#files = this.#files.filter((it) => it !== gone);
    this.requestUpdate();
  }

  #asScript(chosen) {
    this.#files.forEach((it) => { it.isScript = it === chosen; });
    this.requestUpdate();
  }

  /** The request as JSON; throws a problem for what only the form knows. */
  #job() {
    const form = this.querySelector("form");
    const value = (name) => form.elements[name]?.value.trim() ?? "";
    const lines = (name) => (form.elements[name]?.value ?? "").split("\n").map((line) => line.trimEnd()).filter(Boolean);
    const job = {};
    for (const name of [...TEXTS, ...NUMBERS]) {
      const text = name === "stdin" ? (form.elements.stdin?.value ?? "") : value(name);
      if (text !== "") put(job, name, NUMBERS.has(name) ? number(name, text) : text);
    }
    if (form.elements.exclusive?.checked) job.exclusive = true;
    for (const name of ["notBefore", "deadline"]) if (value(name)) job[name] = new Date(value(name)).toISOString();
    for (const name of ["labels", "env"]) if (lines(name).length) job[name] = Object.fromEntries(lines(name).map((line) => pair(name, line)));
    if (lines("resources.named").length) {
      put(job, "resources.named", Object.fromEntries(lines("resources.named").map((line) => {
        const [key, amount] = pair("resources.named", line);
        return [key, number("resources.named", amount)];
      })));
    }
    if (lines("outputs").length) job.outputs = lines("outputs");
    if (lines("constraints").length) job.constraints = lines("constraints").map(constraint);
    if (this.kind === "script" && lines("args").length) job.args = lines("args");
    if (this.kind === "shell" && value("command")) job.command = form.elements.command.value;
    if (this.kind === "command") job.command = lines("command");
    return job;
  }

  #form(job) {
    const form = new FormData();
    form.append("job", new Blob([JSON.stringify(job)], { type: "application/json" }));
    if (this.kind === "script" && !this.#files.some((it) => it.isScript)) {
      const text = this.querySelector("[name=script]").value;
      if (!text.trim()) throw wrongAt("script", "there is no script", "write one, or drop a file and choose 'run this'");
      form.append("script", new Blob([text]), "script.sh");
    }
    this.#files.forEach(({ file, isScript }) => form.append(isScript && this.kind === "script" ? "script" : "file", file, file.name));
    return form;
  }

  async #submit(event) {
    event.preventDefault();
    if (this.progress) return;
    this.problem = undefined;
    try {
      const job = this.#job();
      const hasFiles = this.kind === "script" || this.#files.length > 0;
      const body = hasFiles ? this.#form(job) : new Blob([JSON.stringify(job)], { type: "application/json" });
      this.progress = { sent: 0, total: this.#files.reduce((sum, it) => sum + it.file.size, 0) };
      this.#sending = upload("api/v1/jobs", body, (sent, total) => { this.progress = { sent, total }; });
      const accepted = await this.#sending.answer;
      notice(`Job ${accepted.number} is on disk`);
      location.hash = `#/jobs/${accepted.id}`;
    } catch (problem) {
      this.problem = problem instanceof Problem ? problem : new Problem({ title: "Fault", detail: problem.message }, 0);
      await this.updateComplete;
      this.requestUpdate();
      await this.updateComplete;
      this.querySelector("[aria-invalid=true], .fault")?.scrollIntoView({ block: "center" });
      this.querySelector("[aria-invalid=true]")?.focus();
    } finally {
      this.progress = undefined;
    }
  }

  #copy(write, what) {
    try {
      const job = this.#job();
      const inputs = this.#files.map(({ file }) => ({ name: file.name }));
      const script = this.kind === "script" ? (this.#files.find((it) => it.isScript)?.file.name ?? "script.sh") : undefined;
      if (script && !inputs.some((it) => it.name === script)) inputs.push({ name: script });
      copied(write({ ...job, script }, inputs), what);
    } catch (problem) {
      this.problem = problem;
    }
  }
}

function put(job, path, value) {
  const [name, inner] = path.split(".");
  if (inner) (job[name] ??= {})[inner] = value;
  else job[name] = value;
}

function number(field, text) {
  const value = Number(text);
  if (Number.isNaN(value)) throw wrongAt(field, `'${text}' is no number`, "write digits");
  return value;
}

function pair(field, line) {
  const at = line.indexOf("=");
  if (at < 1) throw wrongAt(field, `'${line}' has no value`, "write NAME=VALUE, one a line");
  return [line.slice(0, at).trim(), line.slice(at + 1)];
}

function constraint(line) {
  const match = /^([^!=]+)(!?=)(.*)$/.exec(line);
  if (!match) throw wrongAt("constraints", `'${line}' is no constraint`, "write LABEL=VALUE,… or LABEL!=VALUE,…");
  const values = match[3].split(",").map((value) => value.trim());
  return { label: match[1].trim(), [match[2] === "=" ? "in" : "notIn"]: values };
}

const wrongAt = (field, detail, remedy) => new Problem({ title: "Check this field", detail, remedy, field }, 400);

/** The field of the form that a field of the request stands in. */
function fieldOf(field, kind) {
  if (field === "command" && kind === "script") return "script";
  const [name, inner] = field.replace(/\[.*/, "").split(".");
  if (name === "resources" && inner) return inner.startsWith("named") ? "resources.named" : `resources.${inner}`;
  return name;
}

const sentence = (text) => (text ? `${text[0].toUpperCase()}${text.slice(1)}.` : "");

customElements.define("orrery-submit", Submit);
