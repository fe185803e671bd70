/** The keyboard: two-letter jumps as in many a web tool, "/" for the filter, "?" for help. */

import { html, render } from "lit";

const PLACES = { o: "overview", b: "board", t: "tasks", j: "jobs", c: "schedules", n: "nodes", s: "submit" };
const PREFIX_MILLIS = 1500;

const HELP = [
  ["g then o, b, t, j, c, n, s", "Overview, Board, Task stream, Jobs, Schedules (clock), Nodes, Submit"],
  ["/", "Go to the filter or the search of the view"],
  ["j and k", "Next and previous row of a list"],
  ["Enter", "Open the row"],
  ["Space", "Task stream: pause or go on"],
  ["+ and −, ← and →", "Task stream: zoom and move"],
  ["Esc", "Close a dialog, leave a field"],
  ["?", "This help"],
];

let prefixUntil = 0;

export function startKeys() {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const typing = event.target.closest?.("input, textarea, select");
    if (typing) {
      if (event.key === "Escape") typing.blur();
      return;
    }
    if (act(event.key)) event.preventDefault();
  });
}

function act(key) {
  if (performance.now() < prefixUntil) {
    prefixUntil = 0;
    if (PLACES[key]) {
      location.hash = `#/${PLACES[key]}`;
      return true;
    }
  }
  if (key === "g") {
    prefixUntil = performance.now() + PREFIX_MILLIS;
    return true;
  }
  if (key === "?") {
    showHelp();
    return true;
  }
  if (key === "/") {
    const field = document.querySelector("[data-search]");
    field?.focus();
    return field !== null;
  }
  if (key === "j" || key === "k") return step(key === "j" ? 1 : -1);
  return false;
}

function step(by) {
  const rows = [...document.querySelectorAll("[data-row]")];
  if (rows.length === 0) return false;
  const at = rows.indexOf(document.activeElement);
  rows[Math.max(0, Math.min(rows.length - 1, at === -1 ? 0 : at + by))].focus();
  return true;
}

export function showHelp() {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.setAttribute("aria-labelledby", "help-title");
  render(html`<form method="dialog">
    <h2 id="help-title">Keyboard</h2>
    <dl class="keys">${HELP.map(([keys, what]) => html`<dt><kbd>${keys}</kbd></dt><dd>${what}</dd>`)}</dl>
    <div class="buttons"><button class="button main" autofocus>Close</button></div>
  </form>`, dialog);
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
}
