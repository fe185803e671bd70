/** Ties the page together: the token, the one stream, and the views. */

import { byId } from "./dom.js";
import { JobView } from "./job.js";
import { Jobs } from "./jobs.js";
import { showCounts, showNodes } from "./nodes.js";
import { Stream } from "./stream.js";

const KEY = "orrery.token";
const STATES = { trying: "connecting …", live: "live", lost: "connection lost, trying again", refused: "token refused" };

let token = sessionStorage.getItem(KEY) ?? "";
let stream;

const jobs = new Jobs({ fetch: read, open });
const view = new JobView({ stream: () => stream, fetch: read, closed: () => jobs.select(undefined) });

async function read(path) {
  const answer = await fetch(path, { headers: { authorization: `Bearer ${token}` } });
  const body = await answer.json();
  if (!answer.ok) throw new Error(`${body.title}: ${body.detail}`);
  return body;
}

function open(job) {
  jobs.select(job.id);
  view.open(job);
}

function connect() {
  byId("main").hidden = false;
  byId("leave").hidden = false;
  stream = new Stream(token, { onState, onEvent });
  ["cluster", "nodes", "jobs"].forEach((topic) => stream.follow(topic));
}

function onState(state) {
  byId("connection").dataset.state = state === "refused" ? "lost" : state;
  byId("connection-text").textContent = STATES[state];
  if (state === "live") jobs.load().catch((failure) => note(failure.message));
  if (state === "refused") leave("The token is not known here, or was revoked.");
}

function onEvent(event) {
  if (event.type === "cluster") showCounts(event);
  else if (event.type === "nodes") showNodes(event.items);
  else if (event.type === "job") jobs.changed(event.job);
  else if (event.type === "error") note(`${event.problem.title}: ${event.problem.detail}`);
  else view.event(event);
}

function note(text) {
  byId("connection-text").textContent = text;
}

function leave(reason) {
  stream?.end();
  token = "";
  sessionStorage.removeItem(KEY);
  byId("main").hidden = true;
  byId("leave").hidden = true;
  if (view.id) view.close();
  ask(reason);
}

function ask(reason) {
  byId("login-error").textContent = reason;
  byId("token").value = "";
  byId("login").showModal();
}

byId("leave").addEventListener("click", () => {
  leave("");
  location.reload();
});
byId("login").addEventListener("cancel", (event) => event.preventDefault());
byId("login-form").addEventListener("submit", () => {
  token = byId("token").value.trim();
  if (byId("keep").checked) sessionStorage.setItem(KEY, token);
  connect();
});

if (token) connect();
else ask("");
