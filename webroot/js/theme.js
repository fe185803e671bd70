/** Light, dark, or as the system has it; and the colours of the style sheet for those who draw. */

const KEY = "orrery.theme";
const ORDER = ["system", "light", "dark"];
const system = matchMedia("(prefers-color-scheme: dark)");
const colours = new Map();

class Theme extends EventTarget {
  choice = localStorage.getItem(KEY) ?? "system";

  constructor() {
    super();
    this.#apply();
    system.addEventListener("change", () => this.#apply());
  }

  next() {
    this.choice = ORDER[(ORDER.indexOf(this.choice) + 1) % ORDER.length];
    localStorage.setItem(KEY, this.choice);
    this.#apply();
  }

  /** A colour of the style sheet by its name, such as "running". */
  colour(name) {
    if (!colours.has(name)) {
      const probe = document.createElement("i");
      probe.style.color = `var(--${name})`;
      document.body.append(probe);
      colours.set(name, getComputedStyle(probe).color);
      probe.remove();
    }
    return colours.get(name);
  }

  #apply() {
    document.documentElement.dataset.theme = this.choice;
    colours.clear();
    this.dispatchEvent(new Event("change"));
  }
}

export const theme = new Theme();
