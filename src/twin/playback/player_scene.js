// What stands still: the arrays of a run's scene as plain lists of things to draw.

// The page opens on the devices' fields of view where they reach over less than this share of the map.
const SMALL_SHARE = 0.5;
const MAJOR = /^(motorway|trunk|primary)/;

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
    colour: header.kind_colours[header.device_kinds[k]] ?? OTHER_DEVICE_COLOUR,
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
  const drawn = { marks: laneMarks(surface), labels: streetLabels(roads), coverage: buildCoverage(payload, roads), stations: buildStations(payload) };
  const municipal = buildMunicipal(payload, roads);
  const parking = buildParking(payload);
  return { bounds, levels, tunnels, buildings, devices, stops, municipal, parking, ...drawn };
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
