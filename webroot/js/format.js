/** The written forms of numbers and times. */

const NUMBERS = new Intl.NumberFormat("en");
const SHORT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

export const count = (n) => NUMBERS.format(n ?? 0);

/** A number in few characters, exact below 10,000. */
export const shortCount = (n) => ((n ?? 0) < 10000 ? NUMBERS.format(n ?? 0) : SHORT.format(n));

export const plural = (n, word) => `${count(n)} ${word}${n === 1 ? "" : "s"}`;

export function size(bytes) {
  let value = bytes ?? 0;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit > 0 && value < 10 ? value.toFixed(1).replace(/\.0$/, "") : Math.round(value)} ${UNITS[unit]}`;
}

export function time(at) {
  if (at === undefined || at === "") return "";
  const moment = new Date(at);
  const today = moment.toDateString() === new Date().toDateString();
  return today ? CLOCK.format(moment) : DAY.format(moment);
}

export const exactTime = (at) => (at ? new Date(at).toISOString() : "");

export function duration(millis) {
  if (millis === undefined || Number.isNaN(millis)) return "";
  const ms = Math.max(0, millis);
  if (ms === 0) return "0 s";
  if (ms < 1) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60000) return `${(ms / 1000).toFixed(ms < 10000 ? 1 : 0).replace(/\.0$/, "")} s`;
  const minutes = Math.floor(ms / 60000);
  if (minutes < 60) return two(minutes, "min", Math.floor((ms % 60000) / 1000), "s");
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? two(hours, "h", minutes % 60, "min") : two(Math.floor(hours / 24), "d", hours % 24, "h");
}

const two = (large, unit, small, part) => (small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${part}`);

export const ago = (at) => `${duration(Date.now() - new Date(at).getTime())} ago`;

export const micros = (value) => (value ? duration(value / 1000) : "0 s");

export const jobTitle = (job) => job.name || `Job ${job.number ?? String(job.id ?? job.job).slice(0, 8)}`;

export const commandLine = ({ command, script, args }) =>
  script ? [script, ...(args ?? [])].map(quoted).join(" ")
    : Array.isArray(command) ? command.map(quoted).join(" ") : (command ?? "");

/** A word as a shell reads it back. */
export const quoted = (word) =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${String(word).replaceAll("'", "'\\''")}'`;
