// Roads coloured by what is seen of them: by how many devices have a stretch in sight, or by the share of vehicle time perceived or known.

const BLIND_COLOUR = [222, 60, 60];
const ONCE_COLOUR = [245, 178, 40];
const TWICE_COLOUR = [0, 170, 130];
const COVERAGE_COLOURS = [BLIND_COLOUR, ONCE_COLOUR, TWICE_COLOUR];
const SHARES = ["perceived", "known"];
const PERCEIVED_STOPS = [0, 0.25, 0.5, 0.75, 1];

/** Colour of the number of devices that have a stretch in sight. */
function coverageColour(devices) {
  return COVERAGE_COLOURS[Math.min(devices, COVERAGE_COLOURS.length - 1)];
}

/** Colour of a share: red at none, amber in the middle, green at all. */
function perceivedColour(share) {
  const [low, high] = share < 0.5 ? [BLIND_COLOUR, ONCE_COLOUR] : [ONCE_COLOUR, TWICE_COLOUR];
  const part = share < 0.5 ? 2 * share : 2 * share - 1;
  return low.map((value, k) => value + part * (high[k] - value));
}

/** Stretches of roads with how many devices have them in sight, and roads with the share perceived; tunnels first, bridges last. */
function buildCoverage({ arrays }, roads) {
  const upwards = (a, b) => a.road.level - b.road.level;
  const stretches = Array.from(arrays.stretch_devices, (devices, k) => ({
    path: outline(arrays.stretch_start, arrays.stretch_xy, k),
    road: roads[arrays.stretch_edge[k]],
    devices,
  })).sort(upwards);
  const byShare = (name) =>
    roads
      .map((road, k) => ({ path: road.path, road, share: arrays[name][k] }))
      .filter(({ share }) => !Number.isNaN(share))
      .sort(upwards);
  return { stretches, perceived: byShare("edge_perceived"), known: byShare("edge_known") };
}

/** What lies over the roads, as `look.roads` chooses. */
function coverageLayer(deck, scene, look) {
  const byShare = SHARES.includes(look.roads);
  return new deck.PathLayer({
    id: "coverage",
    data: byShare ? scene.coverage[look.roads] : scene.coverage.stretches,
    visible: look.roads !== "plain",
    getPath: ({ path }) => path,
    getWidth: ({ road }) => road.width,
    getColor: byShare ? ({ share }) => perceivedColour(share) : ({ devices }) => coverageColour(devices),
    opacity: 0.75,
    widthUnits: "common",
    widthMinPixels: 1.6,
    jointRounded: true,
    parameters: FLAT,
  });
}

/** Entries of the legend as [colour, text], as `look.roads` chooses. */
function coverageLegend(look, words) {
  if (look.roads === "coverage") return COVERAGE_COLOURS.map((colour, devices) => [colour, words[`covered_by_${devices}`]]);
  if (!SHARES.includes(look.roads)) return [];
  return PERCEIVED_STOPS.map((share) => [perceivedColour(share), `${share ? "" : `${words[look.roads]} `}${100 * share} %`]);
}
