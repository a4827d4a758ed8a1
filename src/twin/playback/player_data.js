// What arrives and where everything is at an instant: no drawing here.

// Vehicles slower than this stand, as in the table `edge_state`.
const STOPPED_MPS = 1.4;

/** Read one payload of payload.py: its header and views of its arrays. */
function unpack(data) {
  const bytes = data instanceof Uint8Array ? data : new Uint8Array(data);
  const magic = String.fromCharCode(...bytes.subarray(0, 4));
  if (magic !== "TWIN") throw new Error("not a playback payload");
  // The arrays must start at a multiple of their own size within the buffer: copy when the payload itself does not.
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const length = new DataView(aligned.buffer, aligned.byteOffset).getUint32(4, true);
  const header = JSON.parse(new TextDecoder().decode(aligned.subarray(8, 8 + length)));
  const begin = aligned.byteOffset + 8 + length;
  const arrays = {};
  for (const [name, entry] of Object.entries(header.arrays)) {
    arrays[name] = new globalThis[entry.type](aligned.buffer, begin + entry.offset, entry.length);
  }
  return { header, arrays, bytes: aligned.byteLength };
}

/** Return the last index i in [from, to) with values[i] <= value, or from - 1. */
function lastAtOrBefore(values, value, from, to) {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Vehicles at one instant, filled in place so that nothing is allocated while playing. */
class Vehicles {
  constructor() {
    this.count = 0;
    this.reserve(1024);
  }

  reserve(capacity) {
    this.row = new Uint32Array(capacity);
    this.x = new Float64Array(capacity);
    this.y = new Float64Array(capacity);
    this.bearing = new Float32Array(capacity);
    this.speed = new Float32Array(capacity);
  }

  /** Interpolate every track of a window that is under way at `time` (seconds of the run). */
  interpolate(window, time) {
    const { track_start: start, track_t: t, track_xy: xy, track_heading: heading, track_speed: speed } = window.arrays;
    const local = time - window.header.from_s;
    const tracks = start.length - 1;
    if (this.row.length < tracks) this.reserve(2 * tracks);
    let count = 0;
    for (let k = 0; k < tracks; k += 1) {
      const first = start[k];
      const last = start[k + 1] - 1;
      if (local < t[first] || local > t[last]) continue;
      const i = Math.max(first, Math.min(lastAtOrBefore(t, local, first, last + 1), last - 1));
      const j = Math.min(i + 1, last);
      const share = j > i ? (local - t[i]) / (t[j] - t[i]) : 0;
      const turn = ((heading[j] - heading[i] + 54000) % 36000) - 18000;
      this.row[count] = window.arrays.track_vehicle[k];
      this.x[count] = xy[2 * i] + share * (xy[2 * j] - xy[2 * i]);
      this.y[count] = xy[2 * i + 1] + share * (xy[2 * j + 1] - xy[2 * i + 1]);
      this.bearing[count] = (heading[i] + share * turn) / 100;
      this.speed[count] = (speed[i] + share * (speed[j] - speed[i])) / 100;
      count += 1;
    }
    this.count = count;
  }

  /** Mean speed, 0 without vehicles, and how many stand. */
  figures() {
    let sum = 0;
    let stopped = 0;
    for (let i = 0; i < this.count; i += 1) {
      sum += this.speed[i];
      stopped += this.speed[i] < STOPPED_MPS;
    }
    return { mean_mps: this.count ? sum / this.count : 0, stopped };
  }
}

/** State code of every signal phase at `time`; see SIGNAL_STATES in frames.py. */
function signalStates(scene, time, into) {
  const { change_start: start, change_t: t, change_state: state } = scene.arrays;
  let changed = false;
  for (let k = 0; k < start.length - 1; k += 1) {
    const i = lastAtOrBefore(t, time, start[k], start[k + 1]);
    const now = i < start[k] ? 0 : state[i];
    changed = changed || into[k] !== now;
    into[k] = now;
  }
  return changed;
}

/** Windows of moving things, at most `budget` bytes of them: those farthest from the present are let go first. */
class Windows {
  constructor(budget) {
    this.budget = budget;
    this.held = new Map();
  }

  add(window, current) {
    this.held.set(window.header.window, window);
    let bytes = 0;
    for (const one of this.held.values()) bytes += one.bytes;
    const farthest = [...this.held.keys()].sort((a, b) => Math.abs(b - current) - Math.abs(a - current));
    for (const index of farthest) {
      if (bytes <= this.budget || index === window.header.window) break;
      bytes -= this.held.get(index).bytes;
      this.held.delete(index);
    }
  }

  /** The first window that is missing among the present one and those played next; null when all are here. */
  missing(current, count, ahead) {
    for (let index = current; index <= Math.min(current + ahead, count - 1); index += 1) {
      if (!this.held.has(index)) return index;
    }
    return null;
  }
}

/** Pieces of a window's tracks between two instants (seconds of the run), as TripsLayer takes them: few of the window's points. */
function trips(window, from, to) {
  const { track_start: start, track_t: t, track_xy: xy } = window.arrays;
  const origin = window.header.from_s;
  const startIndices = [];
  const pieces = [];
  let points = 0;
  for (let k = 0; k < start.length - 1; k += 1) {
    const first = Math.max(start[k], lastAtOrBefore(t, from - origin, start[k], start[k + 1]));
    const end = Math.min(start[k + 1], lastAtOrBefore(t, to - origin, start[k], start[k + 1]) + 2);
    if (end - first < 2) continue;
    startIndices.push(points);
    pieces.push([first, end]);
    points += end - first;
  }
  const path = new Float32Array(2 * points);
  const times = new Float32Array(points);
  pieces.forEach(([first, end], k) => {
    path.set(xy.subarray(2 * first, 2 * end), 2 * startIndices[k]);
    times.set(t.subarray(first, end), startIndices[k]);
  });
  return {
    length: pieces.length,
    startIndices: new Uint32Array([...startIndices, points]),
    attributes: { getPath: { value: path, size: 2 }, getTimestamps: { value: times, size: 1 } },
  };
}
