// The picture: deck.gl layers in local metres, x east, y north, z up.

const PALETTES = {
  dark: {
    ground: "#0d1321",
    road: [58, 70, 102],
    major: [82, 97, 140],
    casing: [24, 32, 54],
    tunnel: [34, 43, 68],
    mark: [190, 203, 230, 70],
    building: [84, 97, 128],
    buildingFlat: [31, 40, 63],
    label: [206, 216, 238, 235],
    halo: [13, 19, 33, 170],
    trail: [150, 200, 255],
    report: [255, 255, 255],
  },
  light: {
    ground: "#e6eaf0",
    road: [255, 255, 255],
    major: [255, 246, 219],
    casing: [170, 180, 197],
    tunnel: [213, 219, 229],
    mark: [120, 130, 150, 110],
    building: [205, 212, 224],
    buildingFlat: [217, 223, 232],
    label: [52, 62, 84, 255],
    halo: [255, 255, 255, 190],
    trail: [40, 90, 170],
    report: [20, 24, 40],
  },
};

// Okabe and Ito (2008), pedestrians from Tol (2021), readable with colour-blind eyes; the same class has the same colour in every run.
const CLASS_COLOURS = {
  car: [86, 180, 233],
  taxi: [240, 228, 66],
  bus: [0, 158, 115],
  light_truck: [204, 121, 167],
  heavy_truck: [230, 159, 0],
  autonomous_taxi: [0, 114, 178],
  electric_bicycle: [213, 94, 0],
  pedestrian: [153, 153, 51],
};
const OTHER_CLASS_COLOUR = [160, 160, 160];
// Orange when standing, blue when flowing: apart for colour-blind eyes as well, and in grey.
const SPEED_STOPS_KMH = [0, 15, 30, 45, 60];
const SPEED_COLOURS = [
  [240, 90, 30],
  [250, 160, 70],
  [250, 222, 150],
  [130, 190, 240],
  [60, 130, 235],
];
const SIGNAL_COLOURS = [
  [120, 128, 145],
  [235, 52, 72],
  [255, 205, 60],
  [60, 225, 175],
  [255, 140, 66],
];
const DEVICE_COLOURS = {
  lidar: [178, 120, 255],
  camera: [64, 196, 190],
  radar: [240, 140, 70],
  loop: [220, 210, 90],
};
const OTHER_DEVICE_COLOUR = [178, 120, 255];
const deviceColour = (kind) => DEVICE_COLOURS[kind] ?? OTHER_DEVICE_COLOUR;
const FALSE_COLOUR = [235, 52, 72];
const CAR_SIZE_M = [4.7, 1.8, 1.5];
const FOCUS_COLOUR = [255, 196, 60];
const SMALL_SHARE = 0.5;
const TRAIL_S = 5;
const LABEL_SPACING_PX = 85;
const MAJOR = /^(motorway|trunk|primary)/;
const FLAT = { depthCompare: "always", depthWriteEnabled: false };

function classColour(kind) {
  return CLASS_COLOURS[kind] ?? OTHER_CLASS_COLOUR;
}

function speedColour(kmh) {
  const top = SPEED_STOPS_KMH.length - 1;
  let i = 0;
  while (i < top - 1 && kmh > SPEED_STOPS_KMH[i + 1]) i += 1;
  const share = Math.min(1, Math.max(0, (kmh - SPEED_STOPS_KMH[i]) / (SPEED_STOPS_KMH[i + 1] - SPEED_STOPS_KMH[i])));
  return SPEED_COLOURS[i].map((value, k) => value + share * (SPEED_COLOURS[i + 1][k] - value));
}

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

/** Points of item k of outlines as [[x, y], …]. */
function outline(start, xy, k) {
  const points = [];
  for (let i = start[k]; i < start[k + 1]; i += 1) points.push([xy[2 * i], xy[2 * i + 1]]);
  return points;
}

/** Everything that is drawn once per run, as plain lists. */
function buildScene(payload) {
  const { header, arrays } = payload;
  const roads = [];
  const bounds = [Infinity, Infinity, -Infinity, -Infinity];
  for (let k = 0; k < arrays.edge_start.length - 1; k += 1) {
    const path = outline(arrays.edge_start, arrays.edge_xy, k);
    for (const [x, y] of path) {
      bounds[0] = Math.min(bounds[0], x);
      bounds[1] = Math.min(bounds[1], y);
      bounds[2] = Math.max(bounds[2], x);
      bounds[3] = Math.max(bounds[3], y);
    }
    roads.push({
      path,
      lanes: arrays.edge_lanes[k],
      laneWidth: arrays.edge_lane_width[k],
      width: arrays.edge_lanes[k] * arrays.edge_lane_width[k],
      major: MAJOR.test(header.road_classes[arrays.edge_class[k]]),
      name: header.street_names[arrays.edge_name[k]],
      bridge: (arrays.edge_flags[k] & 1) !== 0,
      tunnel: (arrays.edge_flags[k] & 2) !== 0,
      level: arrays.edge_level[k],
    });
  }
  const surface = roads.filter((road) => !road.tunnel).sort((a, b) => a.level - b.level || a.major - b.major);
  const levels = [...new Set(surface.map((road) => road.level))].map((level) => [
    level,
    surface.filter((road) => road.level === level),
  ]);
  const buildings = [];
  for (let k = 0; k < arrays.building_start.length - 1; k += 1) {
    buildings.push({
      polygon: outline(arrays.building_start, arrays.building_xy, k),
      height: arrays.building_height[k],
    });
  }
  const devices = Array.from(arrays.device_range, (range, k) => ({
    number: arrays.device_number[k],
    name: header.device_names[k],
    kind: header.device_kinds[k],
    position: [arrays.device_xy[2 * k], arrays.device_xy[2 * k + 1]],
    range,
    polygon: sector(
      arrays.device_xy[2 * k],
      arrays.device_xy[2 * k + 1],
      range,
      arrays.device_heading[k],
      arrays.device_field_of_view[k],
    ),
  }));
  const stops = Array.from(arrays.stop_edge, (edge, k) => ({ ...stopLine(roads[edge]), phase: arrays.stop_phase[k] }));
  const tunnels = roads.filter((road) => road.tunnel);
  const drawn = { marks: laneMarks(surface), labels: streetLabels(roads), coverage: buildCoverage(payload, roads) };
  return { bounds, levels, tunnels, buildings, devices, stops, ...drawn };
}

/** [west, south, east, north] of points, grown by a share of its size on each side. */
function boundsOf(points, margin = 0) {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [west, east] = [xs.reduce((a, b) => Math.min(a, b)), xs.reduce((a, b) => Math.max(a, b))];
  const [south, north] = [ys.reduce((a, b) => Math.min(a, b)), ys.reduce((a, b) => Math.max(a, b))];
  const dx = margin * (east - west);
  const dy = margin * (north - south);
  return [west - dx, south - dy, east + dx, north + dy];
}

/** Bounds of all fields of view where they are less than half as long and wide as the map, else the map's. */
function homeBounds(scene) {
  if (!scene.devices.length) return scene.bounds;
  const near = boundsOf(scene.devices.flatMap((device) => device.polygon), 0.12);
  const [west, south, east, north] = scene.bounds;
  const small = near[2] - near[0] < SMALL_SHARE * (east - west) && near[3] - near[1] < SMALL_SHARE * (north - south);
  return small ? near : scene.bounds;
}

function sector(x, y, range, bearing, fieldOfView) {
  const whole = fieldOfView >= 359.9;
  const steps = Math.max(6, Math.ceil(fieldOfView / 6));
  const points = whole ? [] : [[x, y]];
  for (let i = 0; i <= steps - (whole ? 1 : 0); i += 1) {
    const angle = ((bearing + fieldOfView * (i / steps - 0.5)) * Math.PI) / 180;
    points.push([x + range * Math.sin(angle), y + range * Math.cos(angle)]);
  }
  return points;
}

function stopLine(road) {
  const [x, y] = road.path[road.path.length - 1];
  const [px, py] = road.path[road.path.length - 2];
  const length = Math.hypot(x - px, y - py) || 1;
  const ux = (x - px) / length;
  const uy = (y - py) / length;
  const half = road.width / 2;
  return { from: [x - uy * half, y + ux * half], to: [x + uy * half, y - ux * half] };
}

/** Dashes between lanes: 2 m long every 6 m, as GB 5768.3 draws them on urban roads. */
function laneMarks(roads) {
  const marks = [];
  for (const road of roads) {
    for (let lane = 1; lane < road.lanes; lane += 1) {
      const offset = (lane - road.lanes / 2) * road.laneWidth;
      let travelled = 0;
      for (let i = 1; i < road.path.length; i += 1) {
        const [ax, ay] = road.path[i - 1];
        const [bx, by] = road.path[i];
        const length = Math.hypot(bx - ax, by - ay);
        if (length === 0) continue;
        const ux = (bx - ax) / length;
        const uy = (by - ay) / length;
        const at = (s) => [ax + ux * s - uy * offset, ay + uy * s + ux * offset];
        for (let s = (6 - (travelled % 6)) % 6; s + 2 <= length; s += 6) marks.push({ from: at(s), to: at(s + 2) });
        travelled += length;
      }
    }
  }
  return marks;
}

/** Candidates for street labels, the most important first, each with its distance to the nearest more important one. */
function streetLabels(roads) {
  const pieces = roads.filter((road) => road.name).map((road) => {
    const [ax, ay] = road.path[0];
    const [bx, by] = road.path[road.path.length - 1];
    const along = { length: Math.hypot(bx - ax, by - ay), dx: bx - ax, dy: by - ay };
    return { road, ...along, position: road.path[road.path.length >> 1] };
  });
  pieces.sort((a, b) => b.road.major - a.road.major || b.length - a.length);
  const labels = [];
  for (const { road, length, dx, dy, position } of pieces) {
    if (length < 40) continue;
    let gap = Infinity;
    for (const label of labels) {
      const distance = Math.hypot(label.position[0] - position[0], label.position[1] - position[1]);
      gap = Math.min(gap, label.name === road.name ? distance / 5 : distance);
    }
    if (gap < 60) continue;
    let angle = (Math.atan2(dy, dx) * 180) / Math.PI;
    if (angle > 90) angle -= 180;
    if (angle <= -90) angle += 180;
    labels.push({ name: road.name, position, angle, major: road.major, gap });
  }
  return labels;
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
      getFillColor: ({ number, kind }) => (number === look.focused ? [...FOCUS_COLOUR, 55] : [...deviceColour(kind), 30]),
      getLineColor: ({ number, kind }) => (number === look.focused ? FOCUS_COLOUR : [...deviceColour(kind), 130]),
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
      getFillColor: ({ number, kind }) => (number === look.focused ? FOCUS_COLOUR : deviceColour(kind)),
      getLineColor: [255, 255, 255, 220],
      lineWidthUnits: "pixels",
      getLineWidth: 1,
      parameters: FLAT,
      updateTriggers: { getFillColor: look.focused },
    }),
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
  const { scene, payload, vehicles, look, time } = play;
  const palette = PALETTES[look.palette];
  const layers = [];
  if (look.trails) {
    for (const { window, trips } of play.trails()) {
      layers.push(
        new deck.TripsLayer({
          id: `trails-${window.header.window}`,
          data: trips,
          _pathType: "open",
          currentTime: time - window.header.from_s,
          trailLength: TRAIL_S,
          fadeTrail: true,
          getColor: palette.trail,
          opacity: 0.45,
          getWidth: 1,
          widthUnits: "common",
          widthMinPixels: 1.2,
          parameters: FLAT,
          updateTriggers: { getColor: look.palette },
        }),
      );
    }
  }
  layers.push(
    new deck.LineLayer({
      id: "signals",
      data: scene.stops,
      visible: look.signals,
      getSourcePosition: (stop) => stop.from,
      getTargetPosition: (stop) => stop.to,
      getColor: (stop) => SIGNAL_COLOURS[play.states[stop.phase]],
      getWidth: 1.4,
      widthUnits: "common",
      widthMinPixels: 3,
      parameters: FLAT,
      updateTriggers: { getColor: play.statesVersion },
    }),
  );
  const reports = look.reports ? play.reports() : null;
  if (reports) {
    layers.push(
      new deck.ScatterplotLayer({
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
        getLineColor: (_, { index }) => (reports.isFalse[index] ? FALSE_COLOUR : palette.report),
        getRadius: 2.6,
        radiusUnits: "common",
        radiusMinPixels: 4,
        getLineWidth: 1.5,
        lineWidthUnits: "pixels",
        parameters: FLAT,
      }),
    );
  }
  const size = payload.arrays.vehicle_size;
  const kind = payload.arrays.vehicle_class;
  const grown = play.enlargement();
  layers.push(
    new deck.SimpleMeshLayer({
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
    }),
  );
  return layers;
}
