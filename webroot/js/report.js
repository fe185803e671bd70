/**
 * One job as a page of its own: nothing in it is loaded or run. All that came from a user passes
 * through `text`, and the page forbids scripts to itself besides.
 */

import { commandLine, duration, exactTime, jobTitle, micros, size } from "./format.js";

const POLICY = "default-src 'none'; style-src 'unsafe-inline'";
const STYLE = `
:root{color-scheme:light dark;font:15px/1.5 system-ui,sans-serif;--line:light-dark(#e3e5ec,#333849);--soft:light-dark(#5a6072,#a3a9bb)}
body{max-width:60rem;margin:2rem auto;padding:0 1.25rem;background:light-dark(#fff,#14161d);color:light-dark(#1b1e28,#e7e9f0)}
h1{font-size:1.6rem;margin:0}h2{font-size:1.05rem;margin:2rem 0 .6rem;border-bottom:1px solid var(--line);padding-bottom:.3rem}
p.sub{color:var(--soft);margin:.2rem 0 1rem}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th{text-align:left;color:var(--soft);font-weight:500}th,td{padding:.35rem .7rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
pre{background:light-dark(#f5f6f9,#1b1e28);border:1px solid var(--line);border-radius:8px;padding:.8rem;overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere;font-size:.85rem}
svg{width:100%;height:auto;display:block}text{font:11px system-ui,sans-serif;fill:light-dark(#5a6072,#a3a9bb)}
.SUCCEEDED{fill:#2f9e6b;color:light-dark(#17714a,#62d3a0)}.FAILED,.EXPIRED{fill:#d9534f;color:light-dark(#b3261e,#ff938a)}.RUNNING{fill:#e0a020;color:light-dark(#8a5a00,#f0b648)}
.QUEUED,.WAITING{fill:#9db3e6;color:light-dark(#3454a8,#93b2ff)}.ASSIGNED{fill:#a794e8}.CANCELLED{fill:#8d93a3;color:var(--soft)}
b.state{padding:.1rem .5rem;border:1px solid currentcolor;border-radius:99px;font-size:.85rem;font-weight:600;text-transform:lowercase}
.use{height:.5rem;background:var(--line);border-radius:4px;overflow:hidden}.use i{display:block;height:100%;background:#6d5fe0}
footer{margin:3rem 0 1rem;color:var(--soft);font-size:.85rem}`;

const text = (value) =>
  String(value ?? "").replace(/[&<>"'`=/]/g, (c) => `&#${c.charCodeAt(0)};`)
    // eslint-disable-next-line no-control-regex
    .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g, "\ufffd");

/** @param logs of each attempt: {number, stdout, stderr}, the ends only */
export function report({ job, life, why, logs, version }) {
  const title = jobTitle(job);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>${text(title)}</title><style>${STYLE}</style></head><body>
<h1>${text(title)} <b class="state ${text(job.state)}">${text(job.state)}</b></h1>
<p class="sub">Job ${text(job.number)} in ${text(job.namespace)}, by ${text(job.owner)} · ${text(job.id)}</p>
${facts(job, life)}
<h2>Timeline</h2>${picture(life)}
<h2>Attempts</h2>${attempts(job)}
<h2>Utilisation</h2>${utilisation(job)}
${failures(job, why)}
<h2>Files</h2>${files(job)}
<h2>Logs' ends</h2>${logs.map(log).join("") || "<p>No output.</p>"}
<footer>Written by Orrery ${text(version)} at ${text(exactTime(Date.now()))}.</footer>
</body></html>`;
}

function table(rows) {
  return `<table>${rows.filter(([, value]) => value !== undefined && value !== "").map(([name, value]) => `<tr><th scope="row">${text(name)}</th><td>${text(value)}</td></tr>`).join("")}</table>`;
}

function facts(job, life) {
  return table([
    ["Command", commandLine(job.spec)], ["Submitted", exactTime(job.submittedAt)], ["Started", exactTime(job.startedAt)],
    ["Ended", exactTime(job.endedAt)], ["Took", duration(life.to - life.from)], ["Round", job.round > 1 ? job.round : ""],
    ["Labels", Object.entries(job.labels ?? {}).map(([k, v]) => `${k}=${v}`).join(", ")],
  ]);
}

function picture(life) {
  const width = 900;
  const span = Math.max(1, life.to - life.from);
  const x = (at) => 110 + ((at - life.from) / span) * (width - 120);
  const rows = [{ label: "queue", spans: life.waits }, ...life.attempts.map((it) => ({ label: `attempt ${it.number}`, spans: it.spans }))];
  const height = rows.length * 26 + 24;
  const bars = rows.map((row, i) => `<text x="0" y="${i * 26 + 16}">${text(row.label)}</text>${row.spans.map((it) =>
    `<rect class="${text(it.state)}" x="${x(it.from).toFixed(1)}" y="${i * 26 + 4}" height="16" rx="3" width="${Math.max(2, x(it.to) - x(it.from)).toFixed(1)}"><title>${text(it.state)} ${text(duration(it.to - it.from))}</title></rect>`).join("")}`).join("");
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Timeline">${bars}<text x="110" y="${height - 4}">${text(exactTime(life.from))}</text><text x="${width - 10}" y="${height - 4}" text-anchor="end">+ ${text(duration(span))}</text></svg>`;
}

function attempts(job) {
  if (job.attempts.length === 0) return "<p>None yet.</p>";
  const rows = job.attempts.map((it) => [it.number, it.worker, it.state, exactTime(it.startedAt),
    it.wallSeconds === undefined ? "" : duration(it.wallSeconds * 1000), it.exitCode ?? (it.signal ? `signal ${it.signal}` : ""), it.reason ?? ""]);
  return `<table><tr>${["#", "Worker", "State", "Started", "Took", "Exit", "Reason"].map((it) => `<th scope="col">${it}</th>`).join("")}</tr>${
    rows.map((row) => `<tr>${row.map((it) => `<td>${text(it)}</td>`).join("")}</tr>`).join("")}</table>`;
}

function utilisation(job) {
  const last = job.attempts.at(-1);
  if (last?.wallSeconds === undefined) return "<p>Nothing measured yet.</p>";
  const { cpus, memory } = job.spec.resources;
  const cpu = last.wallSeconds > 0 ? (last.userCpuSeconds + last.systemCpuSeconds) / last.wallSeconds : 0;
  const bar = (used, asked) => `<div class="use"><i style="width:${asked > 0 ? Math.min(100, (used / asked) * 100).toFixed(1) : 0}%"></i></div>`;
  return `<table><tr><th scope="row">Cpus</th><td>${text(cpu.toFixed(2))} of ${text(cpus)} asked</td><td>${bar(cpu, cpus)}</td></tr>
<tr><th scope="row">Memory</th><td>${text(size(last.memoryPeakBytes))} at the peak${memory ? ` of ${text(size(memory))} asked` : ""}</td><td>${bar(last.memoryPeakBytes, memory)}</td></tr>
<tr><th scope="row">Cpu time</th><td>${text(micros(last.userCpuSeconds * 1e6))} user, ${text(micros(last.systemCpuSeconds * 1e6))} system</td><td></td></tr></table>`;
}

function failures(job, why) {
  const bad = job.attempts.filter((it) => it.state === "FAILED");
  if (bad.length === 0 && !why.length) return "";
  const lines = [...bad.map((it) => `Attempt ${it.number} on ${it.worker}: ${it.reason ?? "failed"}${it.exitCode !== undefined ? `, exit code ${it.exitCode}` : ""}${it.detail ? `, ${it.detail}` : ""}`), ...why];
  return `<h2>${bad.length ? "Failures" : "Why it is where it is"}</h2><ul>${lines.map((it) => `<li>${text(it)}</li>`).join("")}</ul>`;
}

function files(job) {
  const rows = [...job.inputs.map((it) => ["input", it]), ...job.outputs.map((it) => ["output", it])];
  return rows.length === 0 ? "<p>None.</p>" : `<table>${rows.map(([kind, it]) => `<tr><th scope="row">${kind}</th><td>${text(it.name)}</td><td>${text(size(it.sizeBytes))}</td></tr>`).join("")}</table>`;
}

function log({ number, stdout, stderr }) {
  return [["stdout", stdout], ["stderr", stderr]].filter(([, it]) => it).map(([name, it]) => `<h3>Attempt ${text(number)}, ${name}</h3><pre>${text(it)}</pre>`).join("");
}
