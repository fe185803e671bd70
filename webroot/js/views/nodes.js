/** The workers: what they offer, what of it is taken, and whether they are still there. */

import { html, nothing } from "lit";
import { cluster } from "../store.js";
import { complain, confirmed, notice } from "../dialogs.js";
import { count, duration, plural, size, time } from "../format.js";
import { empty, heading, icon, loading, meter } from "../parts.js";
import { post } from "../api.js";
import { session } from "../session.js";
import { View } from "../view.js";

const SLOTS_SHOWN = 96;
const NODES_SHOWN = 200;

class Nodes extends View {
  static properties = { filter: { state: true } };

  #heard = Date.now();

  opened() {
    this.filter = "";
    this.watch(cluster, () => {
      this.#heard = Date.now();
      this.redraw();
    });
    // A lease grows older while nothing is said; only its written age changes.
    this.every(1000, () => this.redraw());
  }

  render() {
    const wanted = this.filter.toLowerCase();
    const nodes = cluster.nodes.filter((node) => !wanted || `${node.name} ${node.host} ${labels(node).join(" ")}`.toLowerCase().includes(wanted));
    const slots = cluster.nodes.reduce((sum, node) => sum + node.slots, 0);
    const running = cluster.nodes.reduce((sum, node) => sum + node.running, 0);
    return html`
      ${heading("Nodes", html`<span class="summary">${plural(cluster.nodes.length, "node")}, ${count(running)} of ${plural(slots, "slot")} busy</span>`)}
      <div class="filters"><label class="find wide">${icon("search")}<span class="hidden">Filter nodes</span>
        <input type="search" data-search placeholder="Name, host or label" .value=${this.filter} @input=${(event) => { this.filter = event.target.value; }}></label></div>
      ${!cluster.nodesKnown ? loading() : html`<div class="nodes">
        ${[...cluster.lost.values()].map((lost) => this.#lost(lost))}
        ${nodes.slice(0, NODES_SHOWN).map((node) => this.#node(node))}</div>
        ${nodes.length > NODES_SHOWN ? html`<p class="hint">${plural(nodes.length - NODES_SHOWN, "node")} more; filter to see them.</p>` : nothing}
        ${cluster.nodes.length + cluster.lost.size === 0 ? empty("No worker has joined", html`On this machine: <code>orrery worker -cluster</code>. It appears here by itself.`, "nodes") : nothing}`}`;
  }

  #lost({ node, at }) {
    return html`<article class="card node lost" data-node=${node.name} aria-labelledby="lost-${node.name}">
      <header><h2 id="lost-${node.name}">${node.name}</h2><span class="pill bad">${icon("failed")}lost</span></header>
      <p class="small">${node.host} · not heard of since ${time(at)}. Its tasks run again elsewhere where their restarts allow it.</p>
      <div class="buttons"><button class="button quiet" @click=${() => cluster.forget(node.name)}>Dismiss</button></div>
    </article>`;
  }

  #node(node) {
    const { capacity, free } = node;
    const used = Math.max(0, capacity.cpus - free.cpus);
    const age = node.leaseAgeSeconds * 1000 + (Date.now() - this.#heard);
    const isReady = node.state === "READY";
    return html`<article class="card node" data-node=${node.name} data-row tabindex="-1" aria-labelledby="node-${node.name}">
      <header><h2 id="node-${node.name}">${node.name}</h2>
        <span class="pill ${isReady ? "good" : "busy"}">${icon(isReady ? "succeeded" : "drain")}${node.state.toLowerCase()}</span></header>
      <p class="small">${node.host} · version ${node.version}</p>
      ${this.#slots(node)}
      <dl class="amounts">
        ${amount("Cpus", used, capacity.cpus, (n) => String(Math.round(n * 100) / 100))}
        ${amount("Memory", capacity.memoryBytes - free.memoryBytes, capacity.memoryBytes, size)}
        ${capacity.gpus > 0 ? amount("Gpus", capacity.gpus - free.gpus, capacity.gpus, String) : nothing}
        ${Object.entries(capacity.named).map(([name, total]) => amount(name, total - (free.named[name] ?? 0), total, String))}
      </dl>
      ${labels(node).length ? html`<p class="labels">${labels(node).map((label) => html`<span class="label">${label}</span>`)}</p>` : nothing}
      <footer><span class="small" title="Since the last heartbeat that came">lease renewed ${age < 1000 ? "just now" : `${duration(Math.floor(age / 1000) * 1000)} ago`}</span>
        ${session.mayNodes() ? html`<button class="button quiet" @click=${() => this.#drain(node, isReady)}>${icon(isReady ? "drain" : "running")}${isReady ? "Drain" : "Resume"}</button>` : nothing}
      </footer>
    </article>`;
  }

  #slots(node) {
    const shown = Math.min(node.slots, SLOTS_SHOWN);
    const text = `${node.running} running, ${node.assigned} about to start, on ${plural(node.slots, "slot")}`;
    return html`<div class="slots" role="img" aria-label=${text}>${Array.from({ length: shown }, (_, i) =>
      html`<i class=${i < node.running ? "run" : i < node.running + node.assigned ? "soon" : ""}></i>`)}</div>
      <p class="small strong">${count(node.running)} of ${plural(node.slots, "slot")} running${node.assigned > 0 ? `, ${count(node.assigned)} assigned` : ""}</p>`;
  }

  async #drain(node, isReady) {
    const sure = isReady
      ? await confirmed(`Drain ${node.name}?`, `It finishes its ${plural(node.running + node.assigned, "task")} and takes no new work until you resume it, even across restarts.`, "Drain")
      : await confirmed(`Resume ${node.name}?`, "It takes new work at once.", "Resume");
    if (!sure) return;
    try {
      await post(`api/v1/nodes/${encodeURIComponent(node.name)}/${isReady ? "drain" : "resume"}`);
      notice(isReady ? `${node.name} drains` : `${node.name} takes work again`);
    } catch (problem) {
      complain(problem);
    }
  }
}

const labels = (node) => Object.entries(node.labels).map(([name, value]) => `${name}=${value}`);

function amount(name, used, total, format) {
  return html`<div><dt>${name}</dt><dd>${meter(used, total, `${format(used)} of ${format(total)} ${name} taken`)}<span>${format(used)} of ${format(total)}</span></dd></div>`;
}

customElements.define("orrery-nodes", Nodes);
