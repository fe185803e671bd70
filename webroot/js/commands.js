/** A job as the command line and curl would submit it again. */

import { quoted } from "./format.js";

const DEFAULTS = { priority: 0, retries: 0, restarts: 3 };

export function asCli(spec, inputs = []) {
  const words = ["orrery", "submit"];
  const flag = (name, value) => words.push(name, quoted(String(value)));
  if (spec.name) flag("--name", spec.name);
  if (spec.namespace && spec.namespace !== "default") flag("--namespace", spec.namespace);
  pairs(spec.labels).forEach((pair) => flag("--label", pair));
  pairs(spec.env).forEach((pair) => flag("--env", pair));
  const { cpus, memory, gpus, named } = spec.resources ?? {};
  if (cpus !== undefined && cpus !== 1) flag("--cpus", cpus);
  if (memory) flag("--memory", memory);
  if (gpus) flag("--gpus", gpus);
  pairs(named).forEach((pair) => flag("--resource", pair));
  for (const name of ["priority", "retries", "restarts"]) {
    if (spec[name] !== undefined && spec[name] !== DEFAULTS[name]) flag(`--${name}`, spec[name]);
  }
  if (spec.deadline) flag("--deadline", spec.deadline);
  if (spec.notBefore) flag("--not-before", spec.notBefore);
  if (spec.timeout) flag("--timeout", spec.timeout);
  if (spec.backoff && spec.backoff !== "1s") flag("--backoff", spec.backoff);
  if (spec.maxParallel) flag("--max-parallel", spec.maxParallel);
  if (spec.exclusive) words.push("--exclusive");
  if (spec.retention && spec.retention !== "7d") flag("--retention", spec.retention);
  if (spec.stdin) flag("--stdin", "FILE");
  (spec.constraints ?? []).forEach(({ label, in: values, notIn }) =>
    flag("--constraint", values ? `${label}=${values.join(",")}` : `${label}!=${notIn.join(",")}`));
  (spec.outputs ?? []).forEach((glob) => flag("--output-glob", glob));
  inputs.filter((file) => file.name !== spec.script).forEach((file) => flag("--input", file.name));
  if (spec.script) {
    flag("--script", spec.script);
    if (spec.args?.length) words.push("--", ...spec.args.map(quoted));
  } else if (Array.isArray(spec.command)) {
    words.push("--", ...spec.command.map(quoted));
  } else {
    flag("--shell", spec.command);
  }
  return words.join(" ");
}

export function asCurl(spec, inputs = []) {
  const url = new URL("api/v1/jobs", document.baseURI);
  const { script, owner, ...rest } = spec;
  const body = JSON.stringify(Object.fromEntries(Object.entries(rest).filter(([, value]) => !isEmpty(value))));
  const head = `curl -sS -H "Authorization: Bearer $ORRERY_TOKEN" ${quoted(url.href)}`;
  if (inputs.length === 0) return `${head} -H 'Content-Type: application/json' -d ${quoted(body)}`;
  // In quotes a semicolon is text; without them curl reads its own options behind it.
  const text = body.replace(/[\\"]/g, "\\$&");
  const parts = [`-F ${quoted(`job="${text}";type=application/json`)}`];
  inputs.forEach((file) => parts.push(`-F ${quoted(`${file.name === script ? "script" : "file"}=@${file.name}`)}`));
  return `${head} ${parts.join(" ")}`;
}

const pairs = (map) => Object.entries(map ?? {}).map(([name, value]) => `${name}=${value}`);

const isEmpty = (value) =>
  value === undefined || (typeof value === "object" && value !== null && Object.keys(value).length === 0);
