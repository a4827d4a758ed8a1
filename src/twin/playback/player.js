// The player: clock, controls and camera. One instance per place in the page.

const SPEEDS = [1, 2, 5, 10, 20, 30];
const BUDGET_BYTES = 64e6;
const WINDOWS_AHEAD = 2;
const ASK_AGAIN_MS = 4000;
const TOP_VIEW_DEG = 90;
const SLANTED_VIEW_DEG = 42;
// Vehicles are drawn true to size, but never shorter than this on the screen.
const SHORTEST_VEHICLE_PX = 7;
const TRAILS_AHEAD_S = 2;
// A hidden tab draws nothing; the clock waits for it.
const LONGEST_STEP_S = 1;
const STOPPED_MPS = 1.4;
const CLOSEST_ZOOM = 5;
const FLIGHT_MS = 900;
const FOCUS_MARGIN = 0.04;
// The player and the table of sensors tell each other on this event of the page which device is looked at.
const FOCUS_EVENT = "twin-focus";

class Player {
  constructor(root, deck) {
    this.deck = deck;
    this.root = root;
    this.windows = new Windows(BUDGET_BYTES);
    this.vehicles = new Vehicles();
    this.mesh = vehicleMesh();
    this.time = 0;
    this.speed = 5;
    this.playing = false;
    this.look = {
      palette: "dark",
      relief: false,
      colour: "class",
      roads: "plain",
      trails: true,
      signals: true,
      fields: true,
      reports: false,
      labels: true,
      focused: null,
      zoom: -1.5,
    };
    this.find = (name) => root.querySelector(`[data-part="${name}"]`);
    this.makeControls();
    this.view = new deck.OrbitView({ id: "map", orbitAxis: "Z", fovy: 30, near: 0.1, far: 100 });
    this.canvas = new deck.Deck({
      parent: this.find("map"),
      views: this.view,
      controller: { dragMode: "pan", inertia: 200, scrollZoom: { speed: 0.01, smooth: true } },
      initialViewState: this.viewState ?? { target: [0, 0, 0], zoom: -1.5, rotationX: TOP_VIEW_DEG, rotationOrbit: 0 },
      onViewStateChange: ({ viewState }) => this.moveCamera(viewState),
      layers: [],
      onClick: ({ layer, object }) => {
        if (layer?.id === "devices") dispatchEvent(new CustomEvent(FOCUS_EVENT, { detail: object.number }));
      },
      getTooltip: (picked) => this.tooltip(picked),
      useDevicePixels: Math.min(2, globalThis.devicePixelRatio || 1),
      parameters: { clearColor: [0, 0, 0, 0] },
      onError: (error) => this.complain(error),
    });
    this.onFrame = (now) => this.tick(now);
    this.onFocus = (event) => this.focus(event.detail);
    addEventListener(FOCUS_EVENT, this.onFocus);
    this.handle = requestAnimationFrame(this.onFrame);
  }

  destroy() {
    cancelAnimationFrame(this.handle);
    removeEventListener(FOCUS_EVENT, this.onFocus);
    this.canvas.finalize();
  }

  complain(error) {
    this.find("notice").textContent = `${this.words?.drawing_failed ?? "Drawing failed"}: ${error.message}`;
    this.find("notice").hidden = false;
  }

  // ---- what arrives -------------------------------------------------------------------------------------------------

  receive(payload, ask) {
    this.ask = ask;
    const { header } = payload;
    if (this.run !== header.run) {
      this.run = header.run;
      this.payload = payload;
      this.windows = new Windows(BUDGET_BYTES);
      this.scene = buildScene(payload);
      this.states = new Uint8Array(payload.arrays.change_start.length - 1);
      this.statesVersion = 0;
      this.time = 0;
      this.playing = false;
      this.asked = null;
      this.look.focused = null;
      this.home();
    }
    if (this.language !== header.language) this.speak(header);
    this.windows.add(payload, this.present());
    if (this.asked?.index === header.window) this.asked = null;
    this.stale = true;
  }

  present() {
    const starts = this.payload.header.window_starts_s;
    return lastAtOrBefore(starts, this.time, 0, starts.length);
  }

  /** Ask Python for the next missing window, one at a time. */
  fetchAhead(now) {
    // Nothing ahead before the first frame is drawn: what is not seen yet must not delay what is.
    const ahead = this.stillKey ? WINDOWS_AHEAD : 0;
    const index = this.windows.missing(this.present(), this.payload.header.window_starts_s.length, ahead);
    if (index === null) return;
    if (this.asked && (this.asked.index === index || now - this.asked.at < 200) && now - this.asked.at < ASK_AGAIN_MS) return;
    this.asked = { index, at: now };
    this.ask(index);
  }

  // ---- the clock ----------------------------------------------------------------------------------------------------

  tick(now) {
    this.handle = requestAnimationFrame(this.onFrame);
    const elapsed = Math.min(LONGEST_STEP_S, (now - (this.before ?? now)) / 1000);
    this.before = now;
    if (!this.payload) return;
    this.fly(now);
    this.fetchAhead(now);
    const window = this.windows.held.get(this.present());
    this.find("loading").hidden = window !== undefined;
    if (!window) return;
    if (this.playing) {
      this.time = Math.min(this.payload.header.duration_s, this.time + elapsed * this.speed);
      if (this.time >= this.payload.header.duration_s) this.play(false);
      this.stale = true;
    }
    if (this.stale) this.draw();
  }

  play(on) {
    if (on && this.time >= this.payload.header.duration_s) this.time = 0;
    this.playing = on;
    const button = this.find("play");
    button.textContent = on ? "❚❚" : "▶";
    button.setAttribute("aria-label", on ? this.words.pause : this.words.play);
    button.setAttribute("aria-pressed", String(on));
    this.stale = true;
  }

  seek(time) {
    this.time = Math.min(this.payload.header.duration_s, Math.max(0, time));
    this.stale = true;
  }

  // ---- the picture --------------------------------------------------------------------------------------------------

  draw() {
    const window = this.windows.held.get(this.present());
    if (!window) return;
    this.stale = false;
    this.vehicles.interpolate(window, this.time);
    if (signalStates(this.payload, this.time, this.states)) this.statesVersion += 1;
    const look = this.look;
    const key = JSON.stringify([...["palette", "relief", "roads", "fields", "labels", "focused"].map((name) => look[name]), look.zoom > 1, labelZoom(look.zoom), this.run]);
    if (key !== this.stillKey) {
      this.stillKey = key;
      this.still = stillLayers(this.deck, this.scene, look);
      this.upper = upperLayers(this.deck, this.scene, look);
    }
    this.canvas.setProps({ layers: [...this.still, ...movingLayers(this.deck, this), ...this.upper] });
    this.showNumbers();
  }

  /** What TripsLayer draws behind the vehicles, by window: cut anew once the present leaves the piece that was cut. */
  trails() {
    const present = this.present();
    if (!(this.trailsKey === `${this.run} ${present}` && this.time >= this.trailsFrom && this.time <= this.trailsTo)) {
      this.trailsKey = `${this.run} ${present}`;
      this.trailsFrom = this.time;
      this.trailsTo = this.time + TRAILS_AHEAD_S;
      const reachesBack = this.time - TRAIL_S < this.payload.header.window_starts_s[present];
      const windows = [reachesBack ? present - 1 : null, present].map((index) => this.windows.held.get(index));
      this.trailPieces = windows
        .filter((window) => window)
        .map((window) => ({ window, trips: trips(window, this.time - TRAIL_S, this.trailsTo) }));
    }
    return this.trailPieces;
  }

  /** Reported objects of the last second; null where the window has none. */
  reports() {
    const window = this.windows.held.get(this.present());
    const { report_t: t, report_xy: xy, report_false: isFalse } = window.arrays;
    if (!t) return null;
    const local = this.time - window.header.from_s;
    const from = lastAtOrBefore(t, local - this.payload.header.report_hold_s, 0, t.length) + 1;
    const to = lastAtOrBefore(t, local, 0, t.length) + 1;
    return { length: to - from, xy: xy.subarray(2 * from, 2 * to), isFalse: isFalse.subarray(from, to) };
  }

  /** How many times larger than life vehicles are drawn. */
  enlargement() {
    return Math.max(1, SHORTEST_VEHICLE_PX / (CAR_SIZE_M[0] * 2 ** this.look.zoom));
  }

  /** The view in which [west, south, east, north] fills the map. */
  viewOf([west, south, east, north]) {
    const box = this.find("map").getBoundingClientRect();
    const zoomTo = (width, height) => Math.log2(Math.min((box.width || 1000) / width, (box.height || 600) / height) * 0.98);
    const [left, bottom, right, top] = this.scene.bounds;
    return {
      target: [(west + east) / 2, (south + north) / 2, 0],
      zoom: Math.min(CLOSEST_ZOOM, zoomTo(east - west, north - south)),
      minZoom: zoomTo(right - left, top - bottom) - 1,
      maxZoom: CLOSEST_ZOOM,
      rotationX: this.look.relief ? SLANTED_VIEW_DEG : TOP_VIEW_DEG,
      rotationOrbit: this.look.relief ? 20 : 0,
      minRotationX: 15,
      maxRotationX: 90,
    };
  }

  /** The first view: the sensors' fields when they cover a small part of the map, else the whole map. */
  home() {
    this.moveCamera(this.viewOf(homeBounds(this.scene)));
  }

  fit() {
    this.moveCamera(this.viewOf(this.scene.bounds));
  }

  /** Fly to a device and mark its field of view; null marks none. */
  focus(number) {
    if (!this.scene) return;
    const device = this.scene.devices.find((one) => one.number === number) ?? null;
    this.look.focused = device?.number ?? null;
    this.stale = true;
    if (!device) return;
    if (!this.look.fields) {
      this.root.querySelector('[data-layer="fields"]').checked = true;
      this.change({ fields: true });
    }
    const { target, zoom } = this.viewOf(boundsOf(device.polygon, FOCUS_MARGIN));
    this.flight = { from: this.viewState, target, zoom, began: performance.now() };
    this.find("player").scrollIntoView({ block: "nearest" });
  }

  /** One step of a flight: eased, and over at once for those who asked their system for less motion. */
  fly(now) {
    if (!this.flight) return;
    const { from, target, zoom, began } = this.flight;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const share = still ? 1 : Math.min(1, Math.max(0, (now - began) / FLIGHT_MS));
    const eased = share * share * (3 - 2 * share);
    const flight = share < 1 ? this.flight : null;
    this.moveCamera({
      ...from,
      target: target.map((value, axis) => from.target[axis] + eased * (value - from.target[axis])),
      zoom: from.zoom + eased * (zoom - from.zoom),
    });
    this.flight = flight;
  }

  moveCamera(viewState) {
    this.flight = null;
    this.viewState = viewState;
    this.look.zoom = viewState.zoom;
    this.canvas.setProps({ viewState });
    this.stale = true;
  }

  tooltip({ layer, index, object }) {
    if (index < 0 || !layer || !this.payload) return null;
    const style = { font: "12px system-ui, sans-serif", borderRadius: "6px", padding: "6px 9px" };
    if (layer.id === "devices") return { text: `${this.words[`kind_${object.kind}`] ?? object.kind} ${object.name}${object.range ? `\n${object.range.toFixed(0)} m` : ""}`, style };
    if (layer.id !== "vehicles") return null;
    const row = this.vehicles.row[index];
    const kind = this.payload.header.vehicle_classes[this.payload.arrays.vehicle_class[row]];
    const number = this.payload.arrays.vehicle_number[row];
    return { text: `${this.className(kind)} ${number}\n${(this.vehicles.speed[index] * 3.6).toFixed(0)} km/h`, style };
  }

  // ---- the controls -------------------------------------------------------------------------------------------------

  makeControls() {
    this.find("play").onclick = () => this.payload && this.play(!this.playing);
    this.find("time").oninput = (event) => this.seek(Number(event.target.value));
    this.find("speed").onchange = (event) => {
      this.speed = Number(event.target.value);
    };
    this.find("speed").replaceChildren(...SPEEDS.map((speed) => new Option(`${speed}×`, speed, false, speed === this.speed)));
    for (const input of this.root.querySelectorAll("[data-layer]")) {
      input.checked = this.look[input.dataset.layer];
      input.onchange = () => this.change({ [input.dataset.layer]: input.checked });
    }
    for (const input of this.root.querySelectorAll("[type=radio]")) {
      input.checked = input.value === this.look[input.name];
      input.onchange = () => this.change({ [input.name]: input.value });
    }
    this.find("relief").onclick = () => {
      this.change({ relief: !this.look.relief });
      const turned = this.look.relief ? [SLANTED_VIEW_DEG, 20] : [TOP_VIEW_DEG, 0];
      this.moveCamera({ ...this.viewState, rotationX: turned[0], rotationOrbit: turned[1] });
    };
    this.find("palette").onclick = () => this.change({ palette: this.look.palette === "dark" ? "light" : "dark" });
    this.find("fit").onclick = () => this.payload && this.fit();
    this.find("in").onclick = () => this.zoomBy(1);
    this.find("out").onclick = () => this.zoomBy(-1);
    this.find("player").onkeydown = (event) => this.key(event);
  }

  zoomBy(step) {
    if (this.viewState) this.moveCamera({ ...this.viewState, zoom: Math.min(CLOSEST_ZOOM, this.viewState.zoom + step) });
  }

  key(event) {
    if (!this.payload || event.target.tagName === "SELECT") return;
    const onSlider = event.target.type === "range";
    if (event.key === " " && event.target.tagName !== "BUTTON") this.play(!this.playing);
    else if (event.key === "ArrowRight" && !onSlider) this.seek(this.time + 5);
    else if (event.key === "ArrowLeft" && !onSlider) this.seek(this.time - 5);
    else return;
    event.preventDefault();
  }

  change(values) {
    Object.assign(this.look, values);
    this.find("player").dataset.palette = this.look.palette;
    this.find("relief").setAttribute("aria-pressed", String(this.look.relief));
    this.showLegend();
    this.stale = true;
  }

  /** Write every text in the language that came with the payload. */
  speak(header) {
    this.language = header.language;
    this.words = header.words;
    document.documentElement.lang = this.language === "zh" ? "zh-CN" : this.language;
    for (const element of this.root.querySelectorAll("[data-text]")) element.textContent = this.words[element.dataset.text];
    for (const element of this.root.querySelectorAll("[data-title]")) {
      element.title = this.words[element.dataset.title];
      element.setAttribute("aria-label", this.words[element.dataset.title]);
    }
    const notice = this.find("notice");
    notice.hidden = header.notice === "";
    notice.textContent = header.notice;
    const slider = this.find("time");
    slider.max = header.duration_s;
    slider.step = "any";
    this.root.querySelector('[data-layer="reports"]').disabled = !header.observations;
    this.root.querySelector('[data-layer="signals"]').disabled = !header.signals;
    for (const roads of ["coverage", "perceived"]) this.root.querySelector(`[name=roads][value=${roads}]`).disabled = !header[roads];
    this.play(this.playing);
    this.change({});
  }

  className(kind) {
    return this.words[`class_${kind}`] ?? kind;
  }

  showLegend() {
    if (!this.payload) return;
    const swatch = (colour, text, shape = "box") => {
      const item = document.createElement("span");
      item.className = "item";
      const mark = document.createElement("i");
      mark.className = shape;
      mark.style.setProperty("--colour", `rgb(${colour.join(",")})`);
      item.append(mark, text);
      return item;
    };
    const items =
      this.look.colour === "class"
        ? this.payload.header.vehicle_classes.map((kind) => swatch(classColour(kind), this.className(kind)))
        : SPEED_STOPS_KMH.map((kmh, k) => swatch(SPEED_COLOURS[k], `${kmh}${k === SPEED_STOPS_KMH.length - 1 ? "+" : ""}`));
    if (this.look.colour === "speed") items.push("km/h");
    if (this.look.signals && this.payload.header.signals) {
      items.push(...[1, 2, 3, 4].map((state) => swatch(SIGNAL_COLOURS[state], this.words[`signal_${state}`], "bar")));
    }
    items.push(...coverageLegend(this.look, this.words).map(([colour, text]) => swatch(colour, text)));
    if (this.look.fields) {
      for (const kind of new Set(this.scene.devices.map((device) => device.kind))) {
        items.push(swatch(deviceColour(kind), this.words[`kind_${kind}`] ?? kind, "area"));
      }
    }
    if (this.look.reports && this.payload.header.observations) {
      items.push(swatch(PALETTES[this.look.palette].report, this.words.reported, "ring"));
      items.push(swatch(FALSE_COLOUR, this.words.reported_false, "ring"));
    }
    this.find("legend").replaceChildren(...items);
  }

  showNumbers() {
    const { vehicles, words } = this;
    this.find("time").value = this.time;
    this.find("clock").textContent = this.wallTime(this.time);
    let sum = 0;
    let stopped = 0;
    for (let i = 0; i < vehicles.count; i += 1) {
      sum += vehicles.speed[i];
      stopped += vehicles.speed[i] < STOPPED_MPS;
    }
    const mean = vehicles.count ? (sum / vehicles.count) * 3.6 : 0;
    this.find("vehicles").textContent = String(vehicles.count);
    this.find("mean").textContent = mean.toFixed(0);
    this.find("stopped").textContent = vehicles.count ? `${((100 * stopped) / vehicles.count).toFixed(0)} %` : "–";
    const grown = this.enlargement();
    this.find("grown").textContent = grown > 1.05 ? `${words.enlarged} ${grown.toFixed(grown < 3 ? 1 : 0)}×` : words.true_size;
    const metres = 100 / 2 ** this.look.zoom;
    const round = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000].filter((value) => value <= metres).pop() ?? 1;
    this.find("scale").style.width = `${round * 2 ** this.look.zoom}px`;
    this.find("scale").textContent = round < 1000 ? `${round} m` : `${round / 1000} km`;
  }

  /** Local wall time of the scenario, whatever the clock of the reader's computer says. */
  wallTime(time) {
    const [date, clock] = this.payload.header.start.split("T");
    const [hour, minute, second] = clock.split(/[+\-Z]/)[0].split(":").map(Number);
    const midnight = Date.parse(`${date}T00:00:00Z`);
    const now = new Date(midnight + (hour * 3600 + minute * 60 + (second || 0) + time) * 1000).toISOString();
    return `${now.slice(0, 10)} ${now.slice(11, 19)}`;
  }

  /** What the page shows, for tests and for the curious: read only. */
  state() {
    const player = this;
    return {
      get ready() {
        return Boolean(player.payload && player.windows.held.has(player.present()) && !player.stale);
      },
      get playing() {
        return player.playing;
      },
      get time_s() {
        return player.time;
      },
      get focused() {
        return player.look.focused;
      },
      get flying() {
        return Boolean(player.flight);
      },
      get view() {
        return { target: [...player.viewState.target], zoom: player.viewState.zoom, bounds: [...player.scene.bounds] };
      },
      get held() {
        return [...player.windows.held.keys()];
      },
      project(x_m, y_m) {
        return player.canvas.getViewports()[0].project([x_m, y_m, 0]).slice(0, 2);
      },
      positions() {
        const { vehicles, payload } = player;
        const viewport = player.canvas.getViewports()[0];
        return Array.from({ length: vehicles.count }, (_, i) => {
          const [left, top] = viewport.project([vehicles.x[i], vehicles.y[i], 0]);
          return {
            vehicle: payload.arrays.vehicle_number[vehicles.row[i]],
            x_m: vehicles.x[i],
            y_m: vehicles.y[i],
            bearing_deg: vehicles.bearing[i],
            speed_mps: vehicles.speed[i],
            left_px: left,
            top_px: top,
          };
        });
      },
    };
  }
}

const players = new WeakMap();

/** Streamlit calls this when the component appears and again whenever Python sends something new. */
export default function main({ data, parentElement, setTriggerValue }) {
  const ask = (index) => setTriggerValue("window", index);
  let entry = players.get(parentElement);
  if (!entry) {
    entry = { player: null, latest: null, gone: false };
    players.set(parentElement, entry);
  }
  clearTimeout(entry.leaving);
  entry.latest = data;
  const begin = () => {
    if (entry.gone) return;
    if (!globalThis.deck) {
      setTimeout(begin, 20);
      return;
    }
    if (!entry.player) {
      entry.player = new Player(parentElement, globalThis.deck);
      globalThis.twinPlayer = entry.player.state();
    }
    entry.player.receive(unpack(entry.latest), ask);
  };
  begin();
  return () => {
    entry.leaving = setTimeout(() => {
      entry.gone = true;
      players.delete(parentElement);
      entry.player?.destroy();
    }, 1000);
  };
}
