/** The life of a job from its durable events: spans of one state, and a row for each attempt. */

/**
 * @param events in order, as the topic jobs.ID gives them
 * @returns {from, to, isLive, waits: [span], attempts: [{number, worker, state, spans, ...}]}
 */
export function timeline(events, now) {
  const life = { from: undefined, to: now, isLive: true, waits: [], attempts: new Map() };
  let open;
  for (const event of events) {
    const at = Date.parse(event.at);
    life.from ??= at;
    if (open) close(open, at, event);
    open = undefined;
    const attempt = event.attempt && attemptOf(life, event);
    if (event.type === "attempt-ended") ended(life, attempt, event, at);
    if (event.terminal) {
      life.isLive = false;
      life.to = at;
    } else {
      life.isLive = true;
      life.to = now;
      open = begin(life, event, attempt ?? lastAttempt(life), at);
    }
  }
  if (open) open.to = now;
  life.attempts = [...life.attempts.values()];
  return life;
}

function attemptOf(life, event) {
  if (!life.attempts.has(event.attempt)) {
    life.attempts.set(event.attempt, { number: event.attempt, worker: "", state: event.state, spans: [] });
  }
  const attempt = life.attempts.get(event.attempt);
  if (event.worker) attempt.worker = event.worker;
  if (event.type !== "attempt-ended" && event.type !== "unassigned") attempt.state = event.state;
  if (event.type === "unassigned") life.attempts.delete(event.attempt);
  return attempt;
}

const lastAttempt = (life) => [...life.attempts.values()].at(-1);

function begin(life, event, attempt, at) {
  const span = { state: event.state, from: at, to: at };
  if (event.state === "WAITING" || event.state === "QUEUED") life.waits.push(span);
  else attempt?.spans.push(span);
  return span;
}

function close(span, at) {
  span.to = at;
}

/** A short attempt has no "started"; its end says how long it ran. */
function ended(life, attempt, event, at) {
  attempt.state = event.terminal ? event.state : "FAILED";
  attempt.endedAt = at;
  attempt.exitCode = event.exitCode;
  attempt.signal = event.signal;
  attempt.reason = event.reason;
  attempt.wallSeconds = event.wallSeconds;
  const last = attempt.spans.at(-1);
  const ran = (event.wallSeconds ?? 0) * 1000;
  if (last?.state === "ASSIGNED" && ran > 0) {
    const start = Math.max(last.from, at - ran);
    last.to = start;
    attempt.spans.push({ state: attempt.state, from: start, to: at });
  } else if (last) {
    last.state = last.state === "RUNNING" ? attempt.state : last.state;
    last.to = at;
  }
}
