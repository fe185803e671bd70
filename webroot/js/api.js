/** Reads and commands over REST: once each, never in a loop. What lives comes by the stream. */

import { session } from "./session.js";

/** An answer that is no success, as the problem document says it. */
export class Problem extends Error {
  constructor(document, status) {
    super(document.detail ?? document.title ?? `HTTP ${status}`);
    this.title = document.title ?? `HTTP ${status}`;
    this.detail = document.detail ?? "";
    this.remedy = document.remedy ?? "";
    this.field = document.field ?? "";
    this.code = document.code;
    this.status = status;
  }
}

export async function request(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, {
      ...options,
      headers: { ...options.headers, authorization: `Bearer ${session.token}` },
    });
  } catch {
    throw new Problem({ title: "No answer", detail: "The server does not answer.", remedy: "Try again in a moment." }, 0);
  }
  if (!answer.ok) throw await problem(answer);
  return answer;
}

async function problem(answer) {
  try {
    return new Problem(await answer.json(), answer.status);
  } catch {
    return new Problem({}, answer.status);
  }
}

export async function read(path, query = {}) {
  return (await request(path + written(query))).json();
}

export const post = (path) => request(path, { method: "POST" });

export const remove = (path) => request(path, { method: "DELETE" });

export function written(query) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value].flat()) {
      if (one !== undefined && one !== "") parameters.append(name, one);
    }
  }
  const text = parameters.toString();
  return text && `?${text}`;
}

export const jobPath = (id) => `api/v1/jobs/${encodeURIComponent(id)}`;

export const filePath = (id, kind, name) =>
  `${jobPath(id)}/${kind}/${name.split("/").map(encodeURIComponent).join("/")}`;

/** Saves bytes under a name; nothing of them is ever shown as a page. */
export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name.split("/").pop() || "file";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

export async function download(path, name) {
  const answer = await request(path);
  save(new Blob([await answer.blob()], { type: "application/octet-stream" }), name);
}

/** Sends a form with progress, which fetch does not tell. */
export function upload(path, form, onProgress) {
  const sending = new XMLHttpRequest();
  const answer = new Promise((resolve, reject) => {
    sending.upload.addEventListener("progress", (event) => onProgress(event.loaded, event.total));
    sending.addEventListener("load", () => {
      const body = parsed(sending.responseText);
      if (sending.status < 300) resolve(body);
      else reject(new Problem(body, sending.status));
    });
    sending.addEventListener("error", () => reject(new Problem({ title: "No answer", detail: "The connection broke while files were sent.", remedy: "Send it again." }, 0)));
    sending.addEventListener("abort", () => reject(new Problem({ title: "Stopped", detail: "Sending was stopped." }, 0)));
    sending.open("POST", path);
    sending.setRequestHeader("authorization", `Bearer ${session.token}`);
    sending.send(form);
  });
  return { answer, stop: () => sending.abort() };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
