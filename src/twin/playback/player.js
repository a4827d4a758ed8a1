// The player: what arrives, the clock, and what is drawn when. One instance per place in the page.

const BUDGET_BYTES = 64e6;
const WINDOWS_AHEAD = 2;
const ASK_AGAIN_MS = 4000;
const LEAST_BETWEEN_ASKS_MS = 200;
// Vehicles are drawn true to size, but never shorter than this on the screen.
const SHORTEST_VEHICLE_PX = 7;
const TRAILS_AHEAD_S = 2;
// A hidden tab draws nothing; the clock waits for it.
const LONGEST_STEP_S = 1;
// The player and the table of sensors tell each other on this event of the page which device is looked at.
const FOCUS_EVENT = "twin-focus";

class Player {
  constructor(root, deck) {
    this.deck = deck;
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
      stations: false,
      connected: true,
      alerts: true,
      parking: true,
      occupancy: "true",
      searching: true,
      bridges: true,
      municipal: true,
      alarms: true,
      focused: null,
      zoom: FIRST_ZOOM,
    };
    this.panel = new Panel(root);
    this.camera = new Camera(this.panel.find("map"), (viewState) => this.see(viewState));
    this.panel.connect(this);
    this.canvas = new deck.Deck({
      parent: this.panel.find("map"),
      views: new deck.OrbitView({ id: "map", orbitAxis: "Z", fovy: 30, near: 0.1, far: 100 }),
      controller: { dragMode: "pan", inertia: 200, scrollZoom: { speed: 0.01, smooth: true } },
      initialViewState: this.camera.view,
      onViewStateChange: ({ viewState }) => this.camera.move(viewState),
      layers: [],
      onClick: ({ layer, object }) => {
        if (layer?.id === "devices") dispatchEvent(new CustomEvent(FOCUS_EVENT, { detail: object.number }));
      },
      getTooltip: (picked) => this.tooltip(picked),
      useDevicePixels: Math.min(2, globalThis.devicePixelRatio || 1),
      parameters: { clearColor: [0, 0, 0, 0] },
      onError: (error) => this.panel.complain(error),
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

  // ---- what arrives -------------------------------------------------------------------------------------------------

  receive(payload, ask) {
    this.ask = ask;
    const { header } = payload;
    const another = this.run !== header.run;
    if (another) this.begin(payload);
    if (another || this.language !== header.language) {
      this.language = header.language;
      this.panel.introduce(header);
      this.play(this.playing);
      this.change({});
    }
    this.windows.add(payload, this.present());
    if (this.asked?.index === header.window) this.asked = null;
    this.stale = true;
  }

  /** Take up a run that has not been shown yet. */
  begin(payload) {
    this.run = payload.header.run;
    this.payload = payload;
    this.windows = new Windows(BUDGET_BYTES);
    this.scene = buildScene(payload);
    this.states = new Uint8Array(payload.arrays.change_start.length - 1);
    this.statesVersion = 0;
    this.holdings = {};
    this.time = 0;
    this.playing = false;
    this.asked = null;
    this.look.focused = null;
    this.camera.open(this.scene.bounds, homeBounds(this.scene));
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
    const waited = this.asked ? now - this.asked.at : Infinity;
    if (waited < (this.asked?.index === index ? ASK_AGAIN_MS : LEAST_BETWEEN_ASKS_MS)) return;
    this.asked = { index, at: now };
    this.ask(index);
  }

  // ---- the clock ----------------------------------------------------------------------------------------------------

  tick(now) {
    this.handle = requestAnimationFrame(this.onFrame);
    const elapsed = Math.min(LONGEST_STEP_S, (now - (this.before ?? now)) / 1000);
    this.before = now;
    if (!this.payload) return;
    this.camera.step(now);
    this.fetchAhead(now);
    const window = this.windows.held.get(this.present());
    this.panel.find("loading").hidden = window !== undefined;
    if (!window) return;
    if (this.playing) {
      this.seek(this.time + elapsed * this.speed);
      if (this.time >= this.payload.header.duration_s) this.play(false);
    }
    if (this.stale) this.draw();
  }

  play(on) {
    if (!this.payload) return;
    if (on && this.time >= this.payload.header.duration_s) this.time = 0;
    this.playing = on;
    this.panel.showPlaying(on);
    this.stale = true;
  }

  seek(time) {
    if (!this.payload) return;
    this.time = Math.min(this.payload.header.duration_s, Math.max(0, time));
    this.stale = true;
  }

  // ---- the picture --------------------------------------------------------------------------------------------------

  /** Look elsewhere. */
  see(viewState) {
    this.look.zoom = viewState.zoom;
    this.canvas.setProps({ viewState });
    this.stale = true;
  }

  /** Look otherwise: switches, colours, palette. */
  change(values) {
    Object.assign(this.look, values);
    if (this.payload) this.panel.showLook(this.look, this.payload.header, this.scene);
    this.stale = true;
  }

  draw() {
    const window = this.windows.held.get(this.present());
    if (!window) return;
    this.stale = false;
    this.vehicles.interpolate(window, this.time);
    if (signalStates(this.payload, this.time, this.states)) this.statesVersion += 1;
    const look = this.look;
    const key = JSON.stringify([...["palette", "relief", "roads", "fields", "labels", "stations", "focused"].map((name) => look[name]), look.zoom > 1, labelZoom(look.zoom), this.run]);
    if (key !== this.stillKey) {
      this.stillKey = key;
      this.still = stillLayers(this.deck, this.scene, look);
      this.upper = upperLayers(this.deck, this.scene, look);
    }
    this.canvas.setProps({ layers: [...this.still, ...movingLayers(this.deck, this), ...this.upper] });
    this.panel.showInstant(this.payload.header, this.time, this.vehicles);
    this.panel.showScale(look.zoom, this.enlargement());
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

  /** Objects reported since each sensor's last logged frame; null where the window has none. */
  reports() {
    const window = this.windows.held.get(this.present());
    const { report_t: t, report_xy: xy, report_false: isFalse } = window.arrays;
    if (!t) return null;
    const local = this.time - window.header.from_s;
    const from = lastAtOrBefore(t, local - this.payload.header.report_hold_s, 0, t.length) + 1;
    const to = lastAtOrBefore(t, local, 0, t.length) + 1;
    return { length: to - from, xy: xy.subarray(2 * from, 2 * to), isFalse: isFalse.subarray(from, to) };
  }

  /** Vehicles of which somebody has heard shortly before. */
  connected() {
    return connectedNow(this.windows.held.get(this.present()), this.payload.header, this.time, this.vehicles);
  }

  /** Alerts raised shortly before. */
  alerts() {
    return alertsNow(this.windows.held.get(this.present()), this.payload.header, this.time);
  }

  /** Vehicles that look for a space. */
  searching() {
    return searchingNow(this.windows.held.get(this.present()), this.time, this.vehicles);
  }

  /** Alarms of devices raised shortly before. */
  alarms() {
    return alarmsNow(this.windows.held.get(this.present()), this.payload.header, this.time);
  }

  /** How many times larger than life vehicles are drawn. */
  enlargement() {
    return Math.max(1, SHORTEST_VEHICLE_PX / (CAR_SIZE_M[0] * 2 ** this.look.zoom));
  }

  /** Fly to a device and mark its field of view; null marks none. */
  focus(number) {
    if (!this.scene) return;
    const device = this.scene.devices.find((one) => one.number === number) ?? null;
    this.look.focused = device?.number ?? null;
    this.stale = true;
    if (!device) return;
    if (!this.look.fields) {
      this.panel.switchOf("fields").checked = true;
      this.change({ fields: true });
    }
    this.camera.flyTo(boundsOf(device.polygon, FOCUS_MARGIN));
    this.panel.find("player").scrollIntoView({ block: "nearest" });
  }

  tooltip({ layer, index, object }) {
    if (index < 0 || !layer || !this.payload) return null;
    const style = { font: "12px system-ui, sans-serif", borderRadius: "6px", padding: "6px 9px" };
    if (layer.id === "devices") {
      const range = object.range ? `\n${object.range.toFixed(0)} m` : "";
      return { text: `${this.panel.deviceName(object.kind)} ${object.name}${range}`, style };
    }
    if (layer.id === "stations") return { text: `${this.panel.words[`station_${object.kind}`]} ${object.name}`, style };
    if (layer.id === "alerts") return { text: this.panel.words[`alert_${ALERT_LEVELS[object.level]}`], style };
    const text = municipalTip(this, { layer, object }) ?? parkingTip(this, { layer, object });
    if (text) return { text, style };
    if (layer.id !== "vehicles") return null;
    const row = this.vehicles.row[index];
    const kind = this.payload.header.vehicle_classes[this.payload.arrays.vehicle_class[row]];
    const number = this.payload.arrays.vehicle_number[row];
    return { text: `${this.panel.className(kind)} ${number}\n${(this.vehicles.speed[index] * 3.6).toFixed(0)} km/h`, style };
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
        return Boolean(player.camera.flight);
      },
      get view() {
        return { target: [...player.camera.view.target], zoom: player.camera.view.zoom, bounds: [...player.scene.bounds] };
      },
      get held() {
        return [...player.windows.held.keys()];
      },
      get stations() {
        return player.scene.stations.stations.map(({ kind, name, position }) => ({ kind, name, position }));
      },
      connected() {
        return player.connected().map(({ row, used }) => ({ vehicle: player.payload.arrays.vehicle_number[row], used }));
      },
      alerts() {
        return player.alerts().map(({ position, level }) => ({ position, level: ALERT_LEVELS[level] }));
      },
      alarms() {
        return player.alarms().map(({ position, level }) => ({ position, level: ALARM_LEVELS[level] }));
      },
      searching() {
        return player.searching().map(({ row }) => player.payload.arrays.vehicle_number[row]);
      },
      facilities() {
        const taken = takenNow(player);
        return player.scene.parking.facilities.map(({ number, name, position }) => ({ name, position, taken: taken.of(number) }));
      },
      bays() {
        const now = holding(player, `bay_${player.look.occupancy}`, player.scene.parking.bays.length);
        return player.scene.parking.bays.map(({ number }) => BAY_STATES[now.value("state", number)]);
      },
      bridges() {
        const now = holding(player, "bridge_alarm", player.payload.header.bridge_names.length);
        return player.payload.header.bridge_names.map((name, k) => ({ name, alarm: ALARM_LEVELS[now.value("level", k)] }));
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
