/** Builds elements. Text only ever becomes text: nothing here reads markup. */

export const byId = (id) => document.getElementById(id);

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "on") {
      for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener);
    } else if (value !== undefined && value !== false) {
      made.setAttribute(key, value === true ? "" : String(value));
    }
  }
  for (const child of children) {
    if (child !== undefined) made.append(child instanceof Node ? child : String(child));
  }
  return made;
}

export function stateLabel(state) {
  return element("span", { class: "state", "data-state": state }, state.toLowerCase());
}
