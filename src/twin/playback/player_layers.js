// The picture: deck.gl layers in local metres, x east, y north, z up.

const CAR_SIZE_M = [4.7, 1.8, 1.5];
const TRAIL_S = 5;
const LABEL_SPACING_PX = 85;
const FLAT = { depthCompare: "always", depthWriteEnabled: false };

/** A vehicle of length, width and height 1 on the ground, nose towards +x: a body, and a cabin narrower towards its roof. */
function vehicleMesh() {
  const positions = [];
  const normals = [];
  const face = (a, b, c, d) => {
    const u = b.map((v, i) => v - a[i]);
    const w = d.map((v, i) => v - a[i]);
    const n = [u[1] * w[2] - u[2] * w[1], u[2] * w[0] - u[0] * w[2], u[0] * w[1] - u[1] * w[0]];
    const size = Math.hypot(...n);
    for (const corner of [a, b, c, a, c, d]) {
      positions.push(...corner);
      normals.push(...n.map((v) => v / size));
    }
  };
  const prism = (low, high, z0, z1) => {
    const at = ([x0, x1, y], z) => [[x0, -y, z], [x1, -y, z], [x1, y, z], [x0, y, z]];
    const p = at(low, z0);
    const q = at(high, z1);
    for (let i = 0; i < 4; i += 1) face(p[i], p[(i + 1) % 4], q[(i + 1) % 4], q[i]);
    face(q[0], q[1], q[2], q[3]);
  };
  prism([-0.5, 0.5, 0.5], [-0.5, 0.48, 0.5], 0.1, 0.6);
  prism([-0.44, 0.24, 0.46], [-0.38, 0.1, 0.38], 0.6, 1);
  return {
    attributes: {
      positions: { value: new Float32Array(positions), size: 3 },
      normals: { value: new Float32Array(normals), size: 3 },
      texCoords: { value: new Float32Array((positions.length / 3) * 2), size: 2 },
    },
  };
}

/** The layers that stand still; made again only when the palette, the view's kind or a switch changes. */
function stillLayers(deck, scene, look) {
  const palette = PALETTES[look.palette];
  const roads = (id, data, colour, extra, leastPx, capRounded = true) =>
    new deck.PathLayer({
      id,
      data,
      getPath: (road) => road.path,
      getWidth: (road) => road.width + extra,
      getColor: colour,
      widthUnits: "common",
      widthMinPixels: leastPx,
      capRounded,
      jointRounded: true,
      parameters: FLAT,
      updateTriggers: { getColor: look.palette },
    });
  const layers = [
    new deck.PolygonLayer({
      id: "fields",
      data: scene.devices,
      visible: look.fields,
      getPolygon: (device) => device.polygon,
      getFillColor: ({ number, colour }) => (number === look.focused ? [...FOCUS_COLOUR, 55] : [...colour, 30]),
      getLineColor: ({ number, colour }) => (number === look.focused ? FOCUS_COLOUR : [...colour, 130]),
      getLineWidth: ({ number }) => (number === look.focused ? 2.5 : 1),
      lineWidthUnits: "pixels",
      parameters: FLAT,
      updateTriggers: { getFillColor: look.focused, getLineColor: look.focused, getLineWidth: look.focused },
    }),
    roads("tunnels", scene.tunnels, palette.tunnel, 0, 1),
    // Level by level, so that a bridge's edge is drawn over the road below it.
    ...scene.levels.flatMap(([level, data]) => [
      roads(`casings-${level}`, data, palette.casing, 1.6, 2.2, false),
      roads(`roads-${level}`, data, (road) => (road.major ? palette.major : palette.road), 0, 1),
    ]),
    coverageLayer(deck, scene, look),
    new deck.LineLayer({
      id: "marks",
      data: scene.marks,
      visible: look.zoom > 1,
      getSourcePosition: (mark) => mark.from,
      getTargetPosition: (mark) => mark.to,
      getColor: palette.mark,
      getWidth: 0.2,
      widthUnits: "common",
      widthMinPixels: 0.5,
      parameters: FLAT,
      updateTriggers: { getColor: look.palette },
    }),
    new deck.SolidPolygonLayer({
      id: "footprints",
      data: scene.buildings,
      visible: !look.relief,
      getPolygon: (building) => building.polygon,
      getFillColor: palette.buildingFlat,
      parameters: FLAT,
      updateTriggers: { getFillColor: look.palette },
    }),
    new deck.ScatterplotLayer({
      id: "devices",
      data: scene.devices,
      visible: look.fields,
      pickable: true,
      getPosition: (device) => device.position,
      getRadius: 1.5,
      radiusUnits: "common",
      radiusMinPixels: 3,
      stroked: true,
      getFillColor: ({ number, colour }) => (number === look.focused ? FOCUS_COLOUR : colour),
      getLineColor: [255, 255, 255, 220],
      lineWidthUnits: "pixels",
      getLineWidth: 1,
      parameters: FLAT,
      updateTriggers: { getFillColor: look.focused },
    }),
    ...stationLayers(deck, scene, look),
  ];
  return look.relief ? layers : [...layers, labelLayer(deck, scene, look)];
}

/** Labels are chosen anew for every half step of zoom, not for every little turn of the wheel. */
function labelZoom(zoom) {
  return Math.floor(2 * zoom) / 2;
}

/** Street names: on the road, under the vehicles, when seen from above; over everything when the view is slanted. */
function labelLayer(deck, scene, look) {
  const palette = PALETTES[look.palette];
  return new deck.TextLayer({
    id: "labels",
    data: scene.labels.filter((label) => label.gap * 2 ** labelZoom(look.zoom) > LABEL_SPACING_PX),
    visible: look.labels,
    characterSet: "auto",
    fontFamily: "'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', 'Source Han Sans SC', sans-serif",
    fontSettings: { fontSize: 48, buffer: 4 },
    fontWeight: 500,
    background: true,
    backgroundPadding: [4, 1],
    getBackgroundColor: palette.halo,
    getText: (label) => label.name,
    getPosition: (label) => label.position,
    getAngle: (label) => (look.relief ? 0 : label.angle),
    getSize: (label) => (label.major ? 13 : 11),
    getColor: palette.label,
    parameters: FLAT,
    updateTriggers: { getColor: look.palette, getBackgroundColor: look.palette, getAngle: look.relief },
  });
}

/** What may hide vehicles: buildings, in the slanted view. */
function upperLayers(deck, scene, look) {
  const palette = PALETTES[look.palette];
  return [
    new deck.SolidPolygonLayer({
      id: "buildings",
      data: scene.buildings,
      visible: look.relief,
      extruded: true,
      getPolygon: (building) => building.polygon,
      getElevation: (building) => building.height,
      getFillColor: palette.building,
      material: { ambient: 0.45, diffuse: 0.6, shininess: 4, specularColor: [20, 24, 32] },
      updateTriggers: { getFillColor: look.palette },
    }),
    ...(look.relief ? [labelLayer(deck, scene, look)] : []),
  ];
}

/** The layers that change from one drawn frame to the next. */
function movingLayers(deck, play) {
  const trails = play.look.trails ? play.trails().map((piece) => trailLayer(deck, play, piece)) : [];
  const reports = play.look.reports ? play.reports() : null;
  const connected = play.look.connected ? [connectedLayer(deck, play, play.connected())] : [];
  const alerts = play.look.alerts ? [alertLayer(deck, play.alerts())] : [];
  const marks = reports ? [reportLayer(deck, play, reports)] : [];
  const { header } = play.payload;
  const bridges = header.bridges ? [bridgeLayer(deck, play)] : [];
  const parking = header.parking && play.look.parking ? parkingLayers(deck, play) : [];
  const fields = header.fields && play.look.municipal ? fieldLayers(deck, play) : [];
  const searching = header.parking && play.look.searching ? [searchingLayer(deck, play, play.searching())] : [];
  const alarms = header.alarms && play.look.alarms ? [alarmLayer(deck, play.alarms())] : [];
  const below = [...bridges, ...trails, ...parking, signalLayer(deck, play), ...marks, ...connected, ...searching];
  return [...below, vehicleLayer(deck, play), ...fields, ...alerts, ...alarms];
}

function trailLayer(deck, { look, time }, { window, trips }) {
  return new deck.TripsLayer({
    id: `trails-${window.header.window}`,
    data: trips,
    _pathType: "open",
    currentTime: time - window.header.from_s,
    trailLength: TRAIL_S,
    fadeTrail: true,
    getColor: PALETTES[look.palette].trail,
    opacity: 0.45,
    getWidth: 1,
    widthUnits: "common",
    widthMinPixels: 1.2,
    parameters: FLAT,
    updateTriggers: { getColor: look.palette },
  });
}

function signalLayer(deck, { scene, look, states, statesVersion }) {
  return new deck.LineLayer({
    id: "signals",
    data: scene.stops,
    visible: look.signals,
    getSourcePosition: (stop) => stop.from,
    getTargetPosition: (stop) => stop.to,
    getColor: (stop) => SIGNAL_COLOURS[states[stop.phase]],
    getWidth: 1.4,
    widthUnits: "common",
    widthMinPixels: 3,
    parameters: FLAT,
    updateTriggers: { getColor: statesVersion },
  });
}

function reportLayer(deck, { look }, reports) {
  return new deck.ScatterplotLayer({
    id: "reports",
    data: reports,
    getPosition: (_, { index, target }) => {
      target[0] = reports.xy[2 * index];
      target[1] = reports.xy[2 * index + 1];
      target[2] = 0;
      return target;
    },
    filled: false,
    stroked: true,
    getLineColor: (_, { index }) => (reports.isFalse[index] ? FALSE_COLOUR : PALETTES[look.palette].report),
    getRadius: 2.6,
    radiusUnits: "common",
    radiusMinPixels: 4,
    getLineWidth: 1.5,
    lineWidthUnits: "pixels",
    parameters: FLAT,
  });
}

function vehicleLayer(deck, play) {
  const { payload, vehicles, look } = play;
  const { vehicle_size: size, vehicle_class: kind } = payload.arrays;
  const grown = play.enlargement();
  return new deck.SimpleMeshLayer({
    id: "vehicles",
    data: { length: vehicles.count },
    mesh: play.mesh,
    pickable: true,
    getPosition: (_, { index, target }) => {
      target[0] = vehicles.x[index];
      target[1] = vehicles.y[index];
      target[2] = 0;
      return target;
    },
    getOrientation: (_, { index }) => [0, 90 - vehicles.bearing[index], 0],
    // Enlarged by the same metres all round, so that from afar a bus is a mark like the others, a little longer.
    getScale: (_, { index }) => {
      const row = 3 * vehicles.row[index];
      return CAR_SIZE_M.map((metres, axis) => size[row + axis] + (grown - 1) * metres);
    },
    getColor: (_, { index }) =>
      look.colour === "speed"
        ? speedColour(vehicles.speed[index] * 3.6)
        : classColour(payload.header.vehicle_classes[kind[vehicles.row[index]]]),
    material: { ambient: 0.7, diffuse: 0.45, shininess: 16, specularColor: [40, 40, 40] },
  });
}
