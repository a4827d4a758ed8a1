// What stands around the map: switches and buttons, texts, legend, figures, scale.

const SPEEDS = [1, 2, 5, 10, 20, 30];
const SEEK_STEP_S = 5;
const SCALE_PX = 100;
const SCALES_M = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];

class Panel {
  constructor(root) {
    this.root = root;
  }

  find(name) {
    return this.root.querySelector(`[data-part="${name}"]`);
  }

  switchOf(layer) {
    return this.root.querySelector(`[data-layer="${layer}"]`);
  }

  complain(error) {
    this.find("notice").textContent = `${this.words?.drawing_failed ?? "Drawing failed"}: ${error.message}`;
    this.find("notice").hidden = false;
  }

  /** Let every control act on the player. */
  connect(player) {
    const { look, camera } = player;
    this.find("play").onclick = () => player.play(!player.playing);
    this.find("time").oninput = (event) => player.seek(Number(event.target.value));
    this.find("speed").onchange = (event) => {
      player.speed = Number(event.target.value);
    };
    this.find("speed").replaceChildren(...SPEEDS.map((speed) => new Option(`${speed}×`, speed, false, speed === player.speed)));
    for (const input of this.root.querySelectorAll("[data-layer]")) {
      input.checked = look[input.dataset.layer];
      input.onchange = () => player.change({ [input.dataset.layer]: input.checked });
    }
    for (const input of this.root.querySelectorAll("[type=radio]")) {
      input.checked = input.value === look[input.name];
      input.onchange = () => player.change({ [input.name]: input.value });
    }
    this.find("relief").onclick = () => {
      player.change({ relief: !look.relief });
      camera.turn(look.relief);
    };
    this.find("palette").onclick = () => player.change({ palette: look.palette === "dark" ? "light" : "dark" });
    this.find("fit").onclick = () => camera.fit();
    this.find("in").onclick = () => camera.zoomBy(1);
    this.find("out").onclick = () => camera.zoomBy(-1);
    this.find("player").onkeydown = (event) => this.key(event, player);
  }

  key(event, player) {
    if (event.target.tagName === "SELECT") return;
    const onSlider = event.target.type === "range";
    if (event.key === " " && event.target.tagName !== "BUTTON") player.play(!player.playing);
    else if (event.key === "ArrowRight" && !onSlider) player.seek(player.time + SEEK_STEP_S);
    else if (event.key === "ArrowLeft" && !onSlider) player.seek(player.time - SEEK_STEP_S);
    else return;
    event.preventDefault();
  }

  /** Write every text in the language of a run's header, and offer what the run has. */
  introduce(header) {
    this.words = header.words;
    document.documentElement.lang = header.language === "zh" ? "zh-CN" : header.language;
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
    this.switchOf("reports").disabled = !header.observations;
    this.switchOf("signals").disabled = !header.signals;
    for (const layer of ["stations", "connected", "alerts"]) this.switchOf(layer).disabled = !header[layer];
    this.find("parking").hidden = !header.parking;
    this.root.querySelector("[name=occupancy][value=told]").disabled = !header.has_occupancy_told;
    this.find("municipal").hidden = !(header.bridges || header.fields || header.alarms);
    for (const [layer, there] of [["bridges", header.bridges], ["municipal", header.fields], ["alarms", header.alarms]]) {
      this.switchOf(layer).disabled = !there;
    }
    for (const roads of ["coverage", "perceived", "known"]) this.root.querySelector(`[name=roads][value=${roads}]`).disabled = !header[roads];
  }

  className(kind) {
    return this.words[`class_${kind}`] ?? kind;
  }

  deviceName(kind) {
    return this.words[`kind_${kind}`] ?? kind;
  }

  fieldName(kind) {
    return this.words[`field_kind_${kind}`] ?? kind;
  }

  showPlaying(on) {
    const button = this.find("play");
    button.textContent = on ? "❚❚" : "▶";
    button.setAttribute("aria-label", on ? this.words.pause : this.words.play);
    button.setAttribute("aria-pressed", String(on));
  }

  /** Show how the picture looks: palette, view, and what its colours mean. */
  showLook(look, header, scene) {
    this.find("player").dataset.palette = look.palette;
    this.find("relief").setAttribute("aria-pressed", String(look.relief));
    this.find("legend").replaceChildren(...this.legend(look, header, scene));
  }

  legend(look, header, scene) {
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
      look.colour === "class"
        ? header.vehicle_classes.map((kind) => swatch(classColour(kind), this.className(kind)))
        : SPEED_STOPS_KMH.map((kmh, k) => swatch(SPEED_COLOURS[k], `${kmh}${k === SPEED_STOPS_KMH.length - 1 ? "+" : ""}`));
    if (look.colour === "speed") items.push("km/h");
    if (look.signals && header.signals) {
      items.push(...[1, 2, 3, 4].map((state) => swatch(SIGNAL_COLOURS[state], this.words[`signal_${state}`], "bar")));
    }
    items.push(...coverageLegend(look, this.words).map(([colour, text]) => swatch(colour, text)));
    items.push(...linksLegend(look, header, scene, this.words).map(([colour, text, shape]) => swatch(colour, text, shape)));
    for (const entry of [...parkingLegend(look, header, this.words), ...municipalLegend(look, header, scene, this.words)]) items.push(swatch(...entry));
    if (look.fields) {
      for (const { kind, colour } of new Map(scene.devices.map((device) => [device.kind, device])).values()) {
        items.push(swatch(colour, this.deviceName(kind), "area"));
      }
    }
    if (look.reports && header.observations) {
      items.push(swatch(PALETTES[look.palette].report, this.words.reported, "ring"));
      items.push(swatch(FALSE_COLOUR, this.words.reported_false, "ring"));
    }
    return items;
  }

  /** Show the instant, and how many vehicles drive and how fast. */
  showInstant(header, time, vehicles) {
    this.find("time").value = time;
    this.find("clock").textContent = wallTime(header.start, time);
    const { mean_mps, stopped } = vehicles.figures();
    this.find("vehicles").textContent = String(vehicles.count);
    this.find("mean").textContent = (mean_mps * 3.6).toFixed(0);
    this.find("stopped").textContent = vehicles.count ? `${((100 * stopped) / vehicles.count).toFixed(0)} %` : "–";
  }

  /** Show how large the map and the vehicles on it are drawn. */
  showScale(zoom, enlargement) {
    const { words } = this;
    const grown = enlargement > 1.05;
    this.find("grown").textContent = grown ? `${words.enlarged} ${enlargement.toFixed(enlargement < 3 ? 1 : 0)}×` : words.true_size;
    const round = SCALES_M.filter((metres) => metres * 2 ** zoom <= SCALE_PX).pop() ?? SCALES_M[0];
    this.find("scale").style.width = `${round * 2 ** zoom}px`;
    this.find("scale").textContent = round < 1000 ? `${round} m` : `${round / 1000} km`;
  }
}

/** Local wall time of the scenario, whatever the clock of the reader's computer says. */
function wallTime(start, time) {
  const [date, clock] = start.split("T");
  const [hour, minute, second] = clock.split(/[+\-Z]/)[0].split(":").map(Number);
  const midnight = Date.parse(`${date}T00:00:00Z`);
  const now = new Date(midnight + (hour * 3600 + minute * 60 + (second || 0) + time) * 1000).toISOString();
  return `${now.slice(0, 10)} ${now.slice(11, 19)}`;
}
