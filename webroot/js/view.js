/** What all views share: they draw into the page itself, and let go of what they followed. */

import { LitElement } from "lit";
import { session } from "./session.js";

export class View extends LitElement {
  static properties = { route: { attribute: false } };

  #leaves = [];
  #due = 0;

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.watch(session);
    this.opened();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#leaves.splice(0).forEach((leave) => leave());
    cancelAnimationFrame(this.#due);
    this.#due = 0;
    this.closed();
  }

  /** Draws again whenever the source changes. */
  watch(source, then = () => this.redraw()) {
    source.addEventListener("change", then);
    this.#leaves.push(() => source.removeEventListener("change", then));
  }

  /** Follows a topic until the view is closed, or the function that this returns is called. */
  follow(topic, listener, start) {
    const leave = session.stream?.follow(topic, listener, start) ?? (() => {});
    let left = false;
    const once = () => {
      if (!left) leave();
      left = true;
    };
    this.#leaves.push(once);
    return once;
  }

  every(millis, work) {
    const timer = setInterval(work, millis);
    this.#leaves.push(() => clearInterval(timer));
  }

  listen(target, type, listener, options) {
    target.addEventListener(type, listener, options);
    this.#leaves.push(() => target.removeEventListener(type, listener, options));
  }

  /** Draws with the next frame, however often it is asked. */
  redraw() {
    if (this.#due || !this.isConnected) return;
    this.#due = requestAnimationFrame(() => {
      this.#due = 0;
      this.requestUpdate();
    });
  }

  opened() {}

  closed() {}
}
