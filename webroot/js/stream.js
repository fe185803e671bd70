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
  #topics = new Map();
  #pause = PAUSE_FIRST;
  #timer;
  #ended = false;
  #live = false;

  /** @param onState is told "trying", "lost", "refused", or "live" with the welcome. */
  constructor(token, onState) {
    this.#token = token;
    this.#onState = onState;
    this.#connect();
  }

  /** Gives a topic's events to a listener, until the function that this returns is called. */
  follow(topic, listener, start = {}) {
    let place = this.#topics.get(topic);
    if (place) {
      place.listeners.add(listener);
      if (topic.includes(".")) throw new Error(`${topic} has its reader`);
      // A second reader needs the first value too, which comes with a new subscription.
      this.#send({ op: "unsubscribe", topic });
      this.#ask(place);
    } else {
      place = { topic, start, listeners: new Set([listener]) };
      this.#topics.set(topic, place);
      this.#ask(place);
    }
    return () => {
      place.listeners.delete(listener);
      if (place.listeners.size === 0 && this.#topics.get(topic) === place) {
        this.#topics.delete(topic);
        this.#send({ op: "unsubscribe", topic });
      }
    };
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
    socket.addEventListener("open", () => socket.send(JSON.stringify({ op: "auth", token: this.#token })));
    socket.addEventListener("message", (message) => this.#take(JSON.parse(message.data)));
    socket.addEventListener("close", (event) => this.#closed(event));
  }

  #take(event) {
    if (event.type === "welcome") {
      this.#pause = PAUSE_FIRST;
      this.#live = true;
      this.#onState("live", event);
      this.#topics.forEach((place) => this.#ask(place));
      return;
    }
    const place = this.#topics.get(event.topic);
    if (!place) return;
    if (event.type === "chunk") {
      if (event.attempt !== place.start.attempt) {
        place.start = { attempt: event.attempt, stdout: 0, stderr: 0 };
      }
      place.start[event.stream] = event.offset + bytesIn(event.data);
    } else if (event.seq > 0 && event.type !== "subscribed") {
      place.start = { from: event.seq };
    }
    for (const listener of place.listeners) listener(event);
  }

  #closed(event) {
    this.#live = false;
    if (this.#ended) return;
    if (event.code === UNAUTHENTICATED) {
      this.#ended = true;
      this.#onState("refused");
      return;
    }
    this.#onState("lost");
    this.#timer = setTimeout(() => this.#connect(), this.#pause * (0.5 + Math.random()));
    this.#pause = Math.min(this.#pause * 2, PAUSE_MAX);
  }

  #ask({ topic, start }) {
    this.#send({ op: "subscribe", topic, ...start });
  }

  #send(message) {
    if (this.#live && this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}

function bytesIn(base64) {
  const padding = base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0;
  return (base64.length / 4) * 3 - padding;
}
