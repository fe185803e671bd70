/** Who looks, what they may do, and the stream that belongs to them. */

import { Stream } from "./stream.js";

const TOKEN = "orrery.token";
const READ_ONLY = "orrery.readOnly";
const ROLES = ["viewer", "submitter", "admin"];

class Session extends EventTarget {
  token = sessionStorage.getItem(TOKEN) ?? "";
  /** "none" before a token, then what the stream says. */
  state = "none";
  role = "viewer";
  name = "";
  namespace = "";
  readOnly = localStorage.getItem(READ_ONLY) === "yes" || new URLSearchParams(location.search).has("readonly");
  refusal = "";
  stream;

  start() {
    if (this.token) this.#connect();
  }

  signIn(token, keep) {
    this.token = token;
    if (keep) sessionStorage.setItem(TOKEN, token);
    this.#connect();
  }

  signOut(refusal = "") {
    this.stream?.end();
    this.stream = undefined;
    this.token = "";
    this.state = "none";
    this.refusal = refusal;
    sessionStorage.removeItem(TOKEN);
    this.#changed();
  }

  setReadOnly(readOnly) {
    this.readOnly = readOnly;
    localStorage.setItem(READ_ONLY, readOnly ? "yes" : "no");
    this.#changed();
  }

  /** Whether to offer what needs this role; nodes belong to no namespace. */
  may(role) {
    return !this.readOnly && ROLES.indexOf(this.role) >= ROLES.indexOf(role);
  }

  mayNodes() {
    return this.may("admin") && !this.namespace;
  }

  #connect() {
    this.refusal = "";
    this.stream = new Stream(this.token, (state, welcome) => this.#heard(state, welcome));
    this.#changed();
  }

  #heard(state, welcome) {
    this.state = state;
    if (welcome) {
      this.role = welcome.role;
      this.name = welcome.name;
      this.namespace = welcome.namespace ?? "";
    }
    if (state === "refused") this.signOut("This token is not known here, or was revoked.");
    else this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

export const session = new Session();
