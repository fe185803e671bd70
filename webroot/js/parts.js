/** The small pieces that all views are made of. */

import { html, nothing, svg } from "lit";
import { Directive, directive } from "lit-html/directive.js";

class Styles extends Directive {
  render() {
    return nothing;
  }

  update(part, [values]) {
    for (const [name, value] of Object.entries(values)) part.element.style.setProperty(name, value);
    return nothing;
  }
}

/** Sets styles one by one, by script: a strict policy allows no style in the markup. */
export const styles = directive(Styles);

const PATHS = {
  overview: "M2.5 2.5h4.5v6h-4.5zM9 2.5h4.5v3.5h-4.5zM9 8h4.5v5.5h-4.5zM2.5 10.5h4.5v3h-4.5z",
  board: "M2.5 3h3v10h-3zM6.7 3h3v6.5h-3zM10.9 3h3v8h-3z",
  tasks: "M2 4.2h5M9 4.2h4.5M2 8h2.5M6.5 8h5M2 11.8h7M11 11.8h2.5",
  jobs: "M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.6M2.5 8h.6M2.5 12h.6",
  schedules: "M8 2.6a5.4 5.4 0 1 0 0 10.8a5.4 5.4 0 0 0 0-10.8M8 5v3.2l2 1.4",
  nodes: "M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5h.6M5 11h.6",
  submit: "M8 3v10M3 8h10",
  waiting: "M8 2.6a5.4 5.4 0 1 0 0 10.8a5.4 5.4 0 0 0 0-10.8M8 5v3.2l2 1.4",
  queued: "M3 4.5h10M3 8h10M3 11.5h6",
  assigned: "M2.5 8h10M9 4.5l3.5 3.5l-3.5 3.5",
  running: "M5 3.4l7.4 4.6l-7.4 4.6z",
  forwarded: "M3 12v-2.5a3 3 0 0 1 3-3h6.5M9.5 3.5l3 3l-3 3",
  succeeded: "M3 8.6l3.4 3.4l6.8-7.6",
  failed: "M4 4l8 8M12 4l-8 8",
  cancelled: "M8 2.8a5.2 5.2 0 1 0 0 10.4a5.2 5.2 0 0 0 0-10.4M4.4 11.6l7.2-7.2",
  expired: "M4.5 2.8h7M4.5 13.2h7M5 2.8c0 3.4 6 4.6 6 10.4M11 2.8c0 3.4-6 4.6-6 10.4",
  search: "M7 2.8a4.2 4.2 0 1 0 0 8.4a4.2 4.2 0 0 0 0-8.4M10.2 10.2l3.3 3.3",
  copy: "M5.5 5.5h7.5v7.5h-7.5zM10.5 5.5v-2.5h-7.5v7.5h2.5",
  download: "M8 2.5v7.5M4.8 7l3.2 3.2l3.2-3.2M3 13.2h10",
  upload: "M8 10.5v-7.5M4.8 6l3.2-3.2l3.2 3.2M3 13.2h10",
  retry: "M13 8a5 5 0 1 1-1.6-3.7M13 2.6v3h-3",
  close: "M4 4l8 8M12 4l-8 8",
  alert: "M8 2.6l6 10.6h-12zM8 6.6v3M8 11.4v.2",
  sun: "M8 5.4a2.6 2.6 0 1 0 0 5.2a2.6 2.6 0 0 0 0-5.2M8 1.8v1.4M8 12.8v1.4M1.8 8h1.4M12.8 8h1.4M3.6 3.6l1 1M11.4 11.4l1 1M12.4 3.6l-1 1M4.6 11.4l-1 1",
  moon: "M13 9.4a5.2 5.2 0 0 1-6.4-6.4a5.2 5.2 0 1 0 6.4 6.4z",
  system: "M8 2.8a5.2 5.2 0 1 0 0 10.4zM8 2.8a5.2 5.2 0 0 1 0 10.4",
  key: "M5.4 7.6a2.9 2.9 0 1 0 .01 0M7.6 8.6l5.6-5.6M11 5.2l2 2",
  eye: "M1.8 8c1.6-2.8 3.7-4.2 6.2-4.2s4.6 1.4 6.2 4.2c-1.6 2.8-3.7 4.2-6.2 4.2s-4.6-1.4-6.2-4.2M8 6.2a1.8 1.8 0 1 0 0 3.6a1.8 1.8 0 0 0 0-3.6",
  keyboard: "M2 4h12v8h-12zM4.5 6.5h.5M7 6.5h.5M9.5 6.5h.5M11.8 6.5h.3M5 9.6h6",
  more: "M3.5 8h.6M8 8h.6M12.4 8h.6",
  left: "M9.8 3.6l-4.4 4.4l4.4 4.4",
  right: "M6.2 3.6l4.4 4.4l-4.4 4.4",
  pause: "M5.4 3.5v9M10.6 3.5v9",
  file: "M4 2.5h5l3 3v8h-8zM9 2.5v3h3",
  terminal: "M3 4.5l3.2 3.2l-3.2 3.2M7.8 11.5h5.2",
  report: "M4 2.5h8v11h-8zM6.2 10.8v-2M8 10.8v-4.5M9.8 10.8v-3",
  drain: "M8 2.5v7M5 6.8l3 3l3-3M3 11v2.2h10v-2.2",
  trash: "M3 4.5h10M6.2 4.5v-1.8h3.6v1.8M4.4 4.5l.6 8.8h6l.6-8.8",
  clock: "M8 2.6a5.4 5.4 0 1 0 0 10.8a5.4 5.4 0 0 0 0-10.8M8 5v3.2l2 1.4",
};

export const icon = (name) => html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">${svg`<path d=${PATHS[name] ?? ""}></path>`}</svg>`;

export const stateBadge = (state) =>
  html`<span class="state" data-state=${state}>${icon(state.toLowerCase())}${state.toLowerCase()}</span>`;

export const stateDot = (state) =>
  html`<span class="state only" data-state=${state} title=${state.toLowerCase()}>${icon(state.toLowerCase())}<span class="hidden">${state.toLowerCase()}</span></span>`;

export const STATES = ["WAITING", "QUEUED", "ASSIGNED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED", "EXPIRED"];
export const LIVE = ["WAITING", "QUEUED", "ASSIGNED", "RUNNING", "FORWARDED"];

export const isLive = (state) => LIVE.includes(state);

/** A bar whose parts are counts by state. */
export function stateBar(parts, label) {
  const total = parts.reduce((sum, [, n]) => sum + n, 0);
  return html`<div class="bar" role="img" aria-label=${label}>
    ${total === 0 ? nothing : parts.filter(([, n]) => n > 0).map(([state, n]) =>
      html`<i data-state=${state} ${styles({ "flex-grow": String(n / total) })}></i>`)}
  </div>`;
}

/** How much of an amount is used. */
export function meter(used, total, label, kind = "") {
  const share = total > 0 ? Math.min(1, used / total) : 0;
  return html`<div class="meter ${kind}" role="img" aria-label=${label}><i ${styles({ width: `${(share * 100).toFixed(1)}%` })}></i></div>`;
}

export const empty = (title, text, sign = "succeeded") =>
  html`<div class="empty"><span class="sign">${icon(sign)}</span><strong>${title}</strong><p>${text}</p></div>`;

export const loading = () => html`<div class="loading" role="status"><span class="hidden">Loading</span><i></i><i></i><i></i></div>`;

export const fault = (problem) =>
  problem ? html`<div class="fault" role="alert">${icon("alert")}<div><strong>${problem.title}</strong><p>${problem.detail || problem.message} ${problem.remedy}</p></div></div>` : nothing;

export const heading = (title, extra = nothing) =>
  html`<header class="heading"><h1 tabindex="-1">${title}</h1>${extra}</header>`;
