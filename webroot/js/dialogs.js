/** Confirmations, short notices, and copying. */

import { html, render } from "lit";
import { icon } from "./parts.js";

/** Asks before something is done; true when it shall be. */
export function confirmed(title, text, action, isGrave = false) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.setAttribute("aria-labelledby", "confirm-title");
  render(html`<form method="dialog">
    <h2 id="confirm-title">${title}</h2>
    <p>${text}</p>
    <div class="buttons">
      <button class="button quiet" value="no" autofocus>Keep it as it is</button>
      <button class="button ${isGrave ? "grave" : "main"}" value="yes">${action}</button>
    </div>
  </form>`, dialog);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}

const NOTICE_MILLIS = 6000;
const NOTICES_MAX = 4;

/** Says something for a few seconds, aloud too. */
export function notice(text, kind = "good") {
  const list = document.getElementById("notices");
  const item = document.createElement("div");
  item.className = `notice ${kind}`;
  render(html`${icon(kind === "good" ? "succeeded" : "alert")}<span>${text}</span>`, item);
  list.append(item);
  while (list.children.length > NOTICES_MAX) list.firstElementChild.remove();
  setTimeout(() => item.remove(), NOTICE_MILLIS);
}

export const complain = (problem) => notice(`${problem.title ?? "Fault"}: ${problem.detail || problem.message}`, "bad");

export async function copied(text, what) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  notice(`${what} copied`);
}
