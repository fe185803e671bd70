/**
 * Attempts laid out for the task stream: a worker has a lane a slot, and an attempt lies in the
 * lowest lane that is free when it starts. Bounded: the oldest blocks are forgotten first.
 */

const BLOCKS_MAX = 20000;
const LANES_MAX = 64;
/** Clocks of workers and leader run apart: an overlap this short is none where slots are known. */
const OVERLAP_MILLIS = 400;

export class Lanes {
  /** name of the worker -> its lanes, each a list of blocks. */
  workers = new Map();
  #slots = new Map();
  size = 0;
  #open = new Map();
  #ended = new Set();
  #order = [];

  clear() {
    this.workers.clear();
    this.#open.clear();
    this.#ended.clear();
    this.#order = [];
    this.size = 0;
  }

  /** The past is told twice, by the store and by the stream, and not always in order. */
  #end(key) {
    this.#ended.add(key);
    if (this.#ended.size > 2 * BLOCKS_MAX) this.#ended.delete(this.#ended.values().next().value);
  }

  /** Makes room for a worker that has not run anything yet. */
  expect(worker, slots) {
    this.#slots.set(worker, slots);
    const lanes = this.#lanes(worker);
    while (lanes.length < Math.min(slots, LANES_MAX)) lanes.push([]);
  }

  /** Takes an attempt that started, or ended, or both. */
  add(attempt) {
    const key = `${attempt.job}@${attempt.attempt}`;
    if (this.#ended.has(key)) return;
    if (attempt.end !== undefined) this.#end(key);
    const known = this.#open.get(key);
    if (known) {
      Object.assign(known, attempt);
      if (attempt.end !== undefined) this.#open.delete(key);
      return;
    }
    if (attempt.start === undefined) return;
    const block = { ...attempt, key };
    if (block.end === undefined) this.#open.set(key, block);
    const lane = this.#freeLane(block);
    let at = lane.length;
    while (at > 0 && lane[at - 1].start > block.start) at -= 1;
    lane.splice(at, 0, block);
    block.lane = lane;
    this.#order.push(block);
    this.size += 1;
    if (this.size > BLOCKS_MAX * 1.1) this.#forget();
  }

  /** What the stream did not tell: these workers run nothing any more. */
  closeAll(worker, at) {
    for (const [key, block] of this.#open) {
      if (block.worker === worker) {
        block.end = at;
        block.state = "FAILED";
        this.#open.delete(key);
      }
    }
  }

  #freeLane(block) {
    const lanes = this.#lanes(block.worker);
    const end = block.end ?? Infinity;
    for (const lane of lanes) if (isFree(lane, block.start, end)) return lane;
    if (lanes.length >= (this.#slots.get(block.worker) ?? LANES_MAX)) {
      const near = lanes.find((lane) => isNearlyFree(lane, block.start));
      if (near) {
        near.at(-1).end = Math.max(near.at(-1).start, Math.min(near.at(-1).end, block.start));
        return near;
      }
    }
    if (lanes.length < LANES_MAX) {
      lanes.push([]);
      return lanes.at(-1);
    }
    return lanes[this.size % LANES_MAX];
  }

  #lanes(worker) {
    if (!this.workers.has(worker)) this.workers.set(worker, [[]]);
    return this.workers.get(worker);
  }

  #forget() {
    this.#order.sort((a, b) => a.start - b.start);
    const gone = new Set(this.#order.splice(0, this.#order.length - BLOCKS_MAX));
    for (const lanes of this.workers.values()) {
      lanes.forEach((lane, i) => {
        lanes[i] = lane.filter((block) => !gone.has(block));
      });
    }
    gone.forEach((block) => this.#open.delete(block.key));
    this.size = this.#order.length;
  }
}

/** Whether only the end of the lane's last block is in the way, and little of it. */
function isNearlyFree(lane, start) {
  const last = lane.at(-1);
  return last?.end !== undefined && last.start <= start && last.end - start < OVERLAP_MILLIS;
}

/** Whether nothing lies there; most attempts come in order, so the search begins at the end. */
function isFree(lane, start, end) {
  for (let i = lane.length - 1; i >= 0; i -= 1) {
    const other = lane[i];
    if (other.start < end && (other.end ?? Infinity) > start) return false;
    if (lane.length - i > 200) return true;
  }
  return true;
}
