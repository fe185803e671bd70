/**
 * The colours that programs write, read into pieces of text with class names. Nothing of the input
 * becomes markup or style: what is not a known colour or weight is left out.
 */

const SEQUENCE = /\x1b\[([0-9;:]*)([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[PX^_][^\x1b]*(?:\x1b\\)?|\x1b[ -/]*[0-~]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g;
const UNFINISHED = /\x1b(?:\[[0-9;:]*|\][^\x07\x1b]*|[ -/]*)?$/;
const PLAIN = { fore: -1, back: -1, bold: false, faint: false, italic: false, under: false, inverse: false };
const UNFINISHED_MAX = 256;

export class Ansi {
  #style = { ...PLAIN };
  #rest = "";

  /** Pieces {text, kind} of a text that may go on; kind is a list of class names. */
  read(text) {
    let input = this.#rest + text;
    this.#rest = "";
    const tail = UNFINISHED.exec(input);
    if (tail && tail[0].length < UNFINISHED_MAX) {
      this.#rest = tail[0];
      input = input.slice(0, tail.index);
    }
    const pieces = [];
    let from = 0;
    for (const match of input.matchAll(SEQUENCE)) {
      this.#add(pieces, input.slice(from, match.index));
      if (match[2] === "m") this.#apply(match[1]);
      from = match.index + match[0].length;
    }
    this.#add(pieces, input.slice(from));
    return pieces;
  }

  #add(pieces, text) {
    if (!text) return;
    const kind = this.#kind();
    const last = pieces.at(-1);
    if (last?.kind === kind) last.text += text;
    else pieces.push({ text, kind });
  }

  #kind() {
    const s = this.#style;
    const [fore, back] = s.inverse ? [s.back < 0 ? "n" : s.back, s.fore < 0 ? "n" : s.fore] : [s.fore, s.back];
    return [
      fore !== -1 && `f${fore}`, back !== -1 && `b${back}`, s.bold && "bold", s.faint && "faint", s.italic && "italic", s.under && "under",
    ].filter(Boolean).join(" ");
  }

  #apply(codes) {
    const list = codes.split(/[;:]/).map(Number);
    for (let i = 0; i < list.length; i += 1) {
      const code = list[i];
      if (code === 38 || code === 48) i += this.#extended(code === 38 ? "fore" : "back", list.slice(i + 1));
      else this.#one(code);
    }
  }

  #one(code) {
    const s = this.#style;
    if (code === 0) this.#style = { ...PLAIN };
    else if (code === 1) s.bold = true;
    else if (code === 2) s.faint = true;
    else if (code === 3) s.italic = true;
    else if (code === 4) s.under = true;
    else if (code === 7) s.inverse = true;
    else if (code === 22) s.bold = s.faint = false;
    else if (code === 23) s.italic = false;
    else if (code === 24) s.under = false;
    else if (code === 27) s.inverse = false;
    else if (code >= 30 && code <= 37) s.fore = code - 30;
    else if (code === 39) s.fore = -1;
    else if (code >= 40 && code <= 47) s.back = code - 40;
    else if (code === 49) s.back = -1;
    else if (code >= 90 && code <= 97) s.fore = code - 82;
    else if (code >= 100 && code <= 107) s.back = code - 92;
  }

  #extended(which, [mode, ...values]) {
    if (mode === 5) {
      this.#style[which] = ofPalette(values[0]);
      return 2;
    }
    if (mode === 2) {
      this.#style[which] = nearest(values[0], values[1], values[2]);
      return 4;
    }
    return 1;
  }
}

function ofPalette(n) {
  if (!(n >= 0 && n <= 255)) return -1;
  if (n < 16) return n;
  if (n >= 232) return n < 238 ? 0 : n < 244 ? 8 : n < 250 ? 7 : 15;
  const cube = n - 16;
  return nearest(Math.floor(cube / 36) * 51, (Math.floor(cube / 6) % 6) * 51, (cube % 6) * 51);
}

/** The one of the sixteen colours that is closest in hue and lightness. */
function nearest(red, green, blue) {
  const high = Math.max(red, green, blue);
  if (!(high >= 0)) return -1;
  if (high - Math.min(red, green, blue) < 40) return high < 64 ? 0 : high < 128 ? 8 : high < 200 ? 7 : 15;
  const half = high / 2;
  return (red > half ? 1 : 0) + (green > half ? 2 : 0) + (blue > half ? 4 : 0) + (high > 200 ? 8 : 0);
}
