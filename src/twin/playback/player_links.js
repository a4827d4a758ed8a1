// Links and platform: stations and what they report to, who is connected, which alerts stand where.

// Order of the codes: see STATION_KINDS and LEVELS in links.py. Radius in pixels.
const STATIONS = [
  { kind: "rsu", colour: [86, 180, 233], radius: 5 },
  { kind: "base_station", colour: [204, 121, 167], radius: 3.5, faint: true },
  { kind: "mec", colour: [0, 158, 115], radius: 8 },
  { kind: "regional_cloud", colour: [240, 228, 66], radius: 11 },
  { kind: "central_cloud", colour: [255, 255, 255], radius: 13 },
];
const NO_STATION = 0xffffffff;
const HEARD_COLOUR = [0, 220, 200];
const REFUSED_COLOUR = [235, 52, 72];
const ALERT_LEVELS = ["notice", "warning", "critical"];
const ALERT_COLOURS = [
  [255, 221, 120],
  [255, 140, 40],
  [235, 40, 60],
];

/** Stations and their lines as lists of things to draw. */
function buildStations({ header, arrays }) {
  const { station_xy: xy, station_kind: kind, station_uplink: uplink } = arrays;
  const at = (k) => [xy[2 * k], xy[2 * k + 1]];
  const stations = Array.from(kind, (code, k) => ({ ...STATIONS[code], name: header.station_names[k], position: at(k) }));
  const lines = Array.from(uplink, (above, k) => (above === NO_STATION ? null : { from: at(k), to: at(above), ...STATIONS[kind[k]] }));
  return { stations, lines: lines.filter((line) => line) };
}

/** The layers of stations: what reports to what, and a ring at each place, so that a device there is seen too. */
function stationLayers(deck, scene, look) {
  return [
    new deck.LineLayer({
      id: "uplinks",
      data: scene.stations.lines,
      visible: look.stations,
      getSourcePosition: (line) => line.from,
      getTargetPosition: (line) => line.to,
      getColor: ({ colour, faint }) => [...colour, faint ? 40 : 130],
      getWidth: 1.2,
      widthUnits: "pixels",
      parameters: FLAT,
    }),
    new deck.ScatterplotLayer({
      id: "stations",
      data: scene.stations.stations,
      visible: look.stations,
      pickable: true,
      getPosition: (station) => station.position,
      getRadius: (station) => station.radius,
      radiusUnits: "pixels",
      stroked: true,
      getFillColor: ({ colour, kind }) => [...colour, kind === "rsu" ? 40 : 190],
      getLineColor: ({ colour, kind }) => (kind === "rsu" ? colour : PALETTES[look.palette].report),
      lineWidthUnits: "pixels",
      getLineWidth: 1.5,
      parameters: FLAT,
      updateTriggers: { getLineColor: look.palette },
    }),
  ];
}

/** Vehicles heard within the last second of an instant: their places among the vehicles drawn, and whether they are listened to. */
function connectedNow(window, header, time, vehicles) {
  const { connected_t: t, connected_vehicle: vehicle, connected_used: used } = window.arrays;
  if (!t) return [];
  const local = time - window.header.from_s;
  const heard = new Map();
  const first = lastAtOrBefore(t, local - header.heard_for_s, 0, t.length) + 1;
  const end = lastAtOrBefore(t, local, 0, t.length) + 1;
  for (let i = first; i < end; i += 1) heard.set(vehicle[i], used[i]);
  const found = [];
  for (let k = 0; k < vehicles.count; k += 1) {
    const state = heard.get(vehicles.row[k]);
    if (state !== undefined) found.push({ row: vehicles.row[k], position: [vehicles.x[k], vehicles.y[k]], used: state === 1 });
  }
  return found;
}

/** Alerts raised shortly before an instant, with how old they are. */
function alertsNow(window, header, time) {
  const { alert_t: t, alert_xy: xy, alert_level: level } = window.arrays;
  if (!t) return [];
  const local = time - window.header.from_s;
  const first = lastAtOrBefore(t, local - header.alert_for_s, 0, t.length) + 1;
  const end = lastAtOrBefore(t, local, 0, t.length) + 1;
  const found = [];
  for (let i = first; i < end; i += 1) {
    found.push({ position: [xy[2 * i], xy[2 * i + 1]], level: level[i], age: (local - t[i]) / header.alert_for_s });
  }
  return found;
}

function connectedLayer(deck, play, connected) {
  return new deck.ScatterplotLayer({
    id: "connected",
    data: connected,
    getPosition: ({ position }) => position,
    filled: false,
    stroked: true,
    getLineColor: ({ used }) => (used ? HEARD_COLOUR : REFUSED_COLOUR),
    getRadius: 0.75 * CAR_SIZE_M[0] * play.enlargement(),
    radiusUnits: "common",
    getLineWidth: 1.5,
    lineWidthUnits: "pixels",
    parameters: FLAT,
  });
}

function alertLayer(deck, alerts) {
  return new deck.ScatterplotLayer({
    id: "alerts",
    data: alerts,
    pickable: true,
    getPosition: ({ position }) => position,
    stroked: true,
    getFillColor: ({ level, age }) => [...ALERT_COLOURS[level], 110 * (1 - age)],
    getLineColor: ({ level, age }) => [...ALERT_COLOURS[level], 255 - 155 * age],
    getRadius: ({ level, age }) => (6 + 3 * level) * (1 + age),
    radiusUnits: "pixels",
    getLineWidth: 2.5,
    lineWidthUnits: "pixels",
    parameters: FLAT,
  });
}

/** Entries of the legend as [colour, text, shape]. */
function linksLegend(look, header, scene, words) {
  const items = [];
  if (look.stations && header.stations) {
    const there = new Set(scene.stations.stations.map(({ kind }) => kind));
    items.push(...STATIONS.filter(({ kind }) => there.has(kind)).map(({ kind, colour }) => [colour, words[`station_${kind}`], "ring"]));
  }
  if (look.connected && header.connected) {
    items.push([HEARD_COLOUR, words.heard, "ring"], [REFUSED_COLOUR, words.refused, "ring"]);
  }
  if (look.alerts && header.alerts) items.push(...ALERT_LEVELS.map((level, k) => [ALERT_COLOURS[k], words[`alert_${level}`], "area"]));
  return items;
}
