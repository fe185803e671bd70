/** The counts of the cluster and its nodes. */

import { byId, element } from "./dom.js";
import { count, size } from "./format.js";

const COUNTS = ["waiting", "queued", "assigned", "running", "succeeded", "failed", "cancelled", "expired"];
const SLOTS_SHOWN = 64;

export function showCounts(cluster) {
  byId("counts").replaceChildren(
    ...COUNTS.map((name) =>
      element("div", { class: "tile" }, element("b", {}, count(cluster.tasks[name])), element("span", {}, name)),
    ),
  );
}

export function showNodes(nodes) {
  byId("nodes-count").textContent = String(nodes.length);
  byId("nodes").replaceChildren(
    ...(nodes.length ? nodes.map(card) : [
      element("p", { class: "empty" }, "No worker yet. Start one: ", element("code", {}, "orrery worker -cluster")),
    ]),
  );
}

function card(node) {
  const { capacity, free } = node;
  const used = (capacity.cpus - free.cpus).toFixed(1).replace(/\.0$/, "");
  return element("article", { class: "node" },
    element("h3", {}, node.name),
    element("p", {}, `${node.state.toLowerCase()} · ${node.host}`),
    slots(node),
    element("p", {}, `${used} of ${capacity.cpus} cpus in use · ${size(free.memoryBytes)} of ${size(capacity.memoryBytes)} free`),
  );
}

function slots(node) {
  const label = `${node.running} running and ${node.assigned} assigned on ${node.slots} slots`;
  const shown = Math.min(node.slots, SLOTS_SHOWN);
  const marks = Array.from({ length: shown }, (_, i) => {
    const kind = i < node.running ? " run" : i < node.running + node.assigned ? " soon" : "";
    return element("span", { class: `slot${kind}` });
  });
  return element("div", { class: "slots", role: "img", "aria-label": label }, ...marks);
}
