/**
 * The one WebSocket of the page. It comes back by itself after a loss, with a pause that grows, and
 * asks again for every topic, each from where it was.
 */

const PAUSE_FIRST = 500;
const PAUSE_MAX = 15000;
const UNAUTHENTICATED = 4001;

export class Stream {
  #token;
  #socket;
  #onState;
  #onEvent;
  #topics = new Map();
  #pause = PAUSE_FIRST;
  #timer;
  #ended = false;

  constructor(token, { onState, onEvent }) {
    this.#token = token;
    this.#onState = onState;
    this.#onEvent = onEvent;
    this.#connect();
  }

  follow(topic) {
    const place = { topic, from: 0, attempt: 1, stdout: 0, stderr: 0 };
    this.#topics.set(topic, place);
    this.#ask(place);
  }

  leave(topic) {
    if (this.#topics.delete(topic)) this.#send({ op: "unsubscribe", topic });
  }

  end() {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  #connect() {
    this.#onState("trying");
    const url = new URL("api/v1/stream", document.baseURI);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url, "orrery.v1");
    this.#socket = socket;
    socket.addEventListener("open", () => this.#send({ op: "auth", token: this.#token }));
    socket.addEventListener("message", (message) => this.#take(JSON.parse(message.data)));
    socket.addEventListener("close", (event) => this.#closed(event));
  }

  #take(event) {
    if (event.type === "welcome") {
      this.#pause = PAUSE_FIRST;
      this.#onState("live");
      this.#topics.forEach((place) => this.#ask(place));
      return;
    }
    const place = this.#topics.get(event.topic);
    if (place && event.type === "chunk") {
      if (event.attempt !== place.attempt) {
        Object.assign(place, { attempt: event.attempt, stdout: 0, stderr: 0 });
      }
      place[event.stream] = event.offset + bytesIn(event.data);
    } else if (place && event.seq > 0 && event.type !== "subscribed") {
      place.from = event.seq;
    }
    this.#onEvent(event);
  }

  #closed(event) {
    if (this.#ended) return;
    if (event.code === UNAUTHENTICATED) {
      this.#ended = true;
      this.#onState("refused");
      return;
    }
    this.#onState("lost");
    const jitter = 0.5 + Math.random();
    this.#timer = setTimeout(() => this.#connect(), this.#pause * jitter);
    this.#pause = Math.min(this.#pause * 2, PAUSE_MAX);
  }

  #ask({ topic, from, attempt, stdout, stderr }) {
    if (topic.startsWith("logs.")) {
      this.#send({ op: "subscribe", topic, attempt, stdout, stderr });
    } else if (topic.startsWith("jobs.")) {
      this.#send({ op: "subscribe", topic, from });
    } else {
      this.#send({ op: "subscribe", topic });
    }
  }

  #send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}

function bytesIn(base64) {
  const padding = base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0;
  return (base64.length / 4) * 3 - padding;
}
