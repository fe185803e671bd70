/** The frame of the page: who looks, where they are, and how the stream stands. */

import { html, LitElement, nothing } from "lit";
import { cluster } from "./store.js";
import { fault, icon } from "./parts.js";
import { session } from "./session.js";
import { showHelp, startKeys } from "./keys.js";
import { theme } from "./theme.js";

const VIEWS = [
  ["overview", "Overview"], ["board", "Board"], ["tasks", "Stream"], ["jobs", "Jobs"], ["schedules", "Schedules"], ["nodes", "Nodes"], ["submit", "Submit"],
];
const CONNECTION = {
  none: "not connected", trying: "connecting", live: "live", lost: "connection lost, trying again", refused: "token refused",
};
const THEMES = { system: "as the system", light: "light", dark: "dark" };

class App extends LitElement {
  static properties = { route: { state: true }, problem: { state: true } };

  #element;
  #moved = false;

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    startKeys();
    addEventListener("hashchange", () => this.#go());
    session.addEventListener("change", () => this.#changed());
    theme.addEventListener("change", () => this.requestUpdate());
    cluster.addEventListener("change", () => this.#counts());
    session.start();
    this.#go();
  }

  firstUpdated() {
    this.#changed();
  }

  async #go() {
    const [path, query = ""] = (location.hash.slice(2) || "overview").split("?");
    const [name, ...rest] = path.split("/").map(decodeURIComponent);
    const known = VIEWS.some(([view]) => view === name) ? name : "overview";
    const view = known === "jobs" && rest[0] ? "job" : known;
    const route = { place: known, view, id: rest[0] ?? "", query: new URLSearchParams(query), key: path };
    try {
      await import(`./views/${view}.js`);
    } catch {
      this.problem = { title: "The page could not be loaded", detail: "The server does not answer.", remedy: "Load the page again." };
      return;
    }
    this.problem = undefined;
    this.route = route;
    document.title = `${VIEWS.find(([v]) => v === known)[1]} · Orrery`;
    await this.updateComplete;
    this.#show();
    if (this.#moved) this.querySelector("main h1")?.focus();
    this.#moved = true;
  }

  /** Views are made anew for each place, so that none is left with what belonged to another. */
  #show() {
    if (!this.route || !session.token || session.state === "none" || !session.name) return;
    const place = this.querySelector("#place");
    if (!place) return;
    if (this.#element?.isConnected && this.#element.route.key === this.route.key) {
      this.#element.route = this.route;
      return;
    }
    this.#element = document.createElement(`orrery-${this.route.view}`);
    this.#element.route = this.route;
    place.replaceChildren(this.#element);
    scrollTo(0, 0);
  }

  async #changed() {
    this.requestUpdate();
    await this.updateComplete;
    const login = this.querySelector("#login");
    if (!session.token && !login.open) {
      this.#element?.remove();
      login.showModal();
      this.querySelector("#token").value = "";
    } else if (session.token && login.open) {
      login.close();
    }
    this.#show();
  }

  #counts() {
    const running = cluster.view?.tasks.running ?? 0;
    const badge = this.querySelector("[data-badge]");
    if (badge) badge.textContent = running > 0 ? String(running > 999 ? "999+" : running) : "";
  }

  render() {
    return html`
      <a class="skip" href="#place" @click=${this.#skip}>Skip to the content</a>
      <header class="top">
        <a class="brand" href="#/overview"><img src="icon.svg" alt="" width="26" height="26"><span>Orrery</span></a>
        <p class="connection" role="status" data-state=${session.state}><i></i><span>${CONNECTION[session.state]}</span></p>
        <div class="tools">
          ${session.name ? html`<span class="who" title="Name and role of your token">${session.name}<small>${session.readOnly ? "read-only" : session.role}${session.namespace ? ` in ${session.namespace}` : nothing}</small></span>` : nothing}
          <button class="tool" title="Read-only: offer no actions" aria-label="Read-only mode" aria-pressed=${session.readOnly ? "true" : "false"} @click=${() => session.setReadOnly(!session.readOnly)}>${icon("eye")}</button>
          <button class="tool" title="Colours: ${THEMES[theme.choice]}" aria-label="Colours: ${THEMES[theme.choice]}" @click=${() => theme.next()}>${icon({ system: "system", light: "sun", dark: "moon" }[theme.choice])}</button>
          <button class="tool wide" title="Keyboard" aria-label="Keyboard help" @click=${showHelp}>${icon("keyboard")}</button>
          <button class="tool" title="Forget the token" aria-label="Forget the token" ?disabled=${!session.token} @click=${() => session.signOut()}>${icon("key")}</button>
        </div>
      </header>
      <nav class="nav" aria-label="Views">
        ${VIEWS.map(([name, title]) => (name === "submit" && session.name && !session.may("submitter") ? nothing : html`
          <a href="#/${name}" aria-current=${this.route?.place === name ? "page" : nothing}>${icon(name)}<span>${title}</span>${name === "tasks" ? html`<b data-badge></b>` : nothing}</a>`))}
      </nav>
      <main id="main">${fault(this.problem)}<div id="place" tabindex="-1"></div></main>
      <div id="notices" role="status" aria-live="polite"></div>
      ${this.#login()}`;
  }

  #skip(event) {
    event.preventDefault();
    document.getElementById("place").focus();
  }

  #login() {
    return html`<dialog id="login" class="dialog" aria-labelledby="login-title" @cancel=${(event) => event.preventDefault()}>
      <form method="dialog" @submit=${this.#signIn}>
        <img src="icon.svg" alt="" width="48" height="48">
        <h2 id="login-title">Who are you?</h2>
        <p>Paste an access token. The administrator's is in <code>admin.token</code> in the data directory of the
          master, by default <code>~/.orrery/admin.token</code>.</p>
        <label class="field"><span>Token</span>
          <input id="token" type="password" autocomplete="off" spellcheck="false" placeholder="orr_…" required autofocus></label>
        <label class="check"><input id="keep" type="checkbox" checked> Keep it until this tab is closed</label>
        ${session.refusal ? html`<p class="wrong" role="alert">${session.refusal}</p>` : nothing}
        <div class="buttons"><button class="button main">Connect</button></div>
      </form>
    </dialog>`;
  }

  #signIn(event) {
    event.preventDefault();
    const token = this.querySelector("#token").value.trim();
    if (token) session.signIn(token, this.querySelector("#keep").checked);
  }
}

customElements.define("orrery-app", App);
