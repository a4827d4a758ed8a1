// Parking: how full facilities are, which bays at the kerb are free, who is looking for one; truly, or as reported.

// Order of the codes: see KINDS in parking.py and BAY_STATES in parking_courses.py.
const FACILITY_KINDS = ["on_street", "off_street", "underground"];
// Blue with room, orange when full: apart for colour-blind eyes as well, and in grey.
const OCCUPANCY_STOPS = [0, 0.5, 0.75, 0.9, 1];
const OCCUPANCY_COLOURS = [...SPEED_COLOURS].reverse();
const UNKNOWN_COLOUR = [140, 146, 160];
const BAY_STATES = ["unknown", "free", "occupied", "closed"];
const BAY_COLOURS = [UNKNOWN_COLOUR, OCCUPANCY_COLOURS[0], OCCUPANCY_COLOURS[4], [60, 64, 74]];
const BAY_SIZE_M = [5.2, 2.1];
const SEARCHING_COLOUR = [255, 105, 230];
const UNKNOWN = -1;
// Bays are marks of their own from this zoom on; block faces have a circle before.
const BAY_ZOOM = 0;
const FREE_ZOOM = { on_street: 0, off_street: -1.8, underground: -1.8 };

function occupancyColour(share) {
  const top = OCCUPANCY_STOPS.length - 1;
  let i = 0;
  while (i < top - 1 && share > OCCUPANCY_STOPS[i + 1]) i += 1;
  const part = Math.min(1, Math.max(0, (share - OCCUPANCY_STOPS[i]) / (OCCUPANCY_STOPS[i + 1] - OCCUPANCY_STOPS[i])));
  return OCCUPANCY_COLOURS[i].map((value, k) => value + part * (OCCUPANCY_COLOURS[i + 1][k] - value));
}

/** Facilities and bays at the kerb as lists of things to draw. */
function buildParking({ header, arrays }) {
  const { facility_xy: xy, facility_capacity: capacity, facility_kind: kind, bay_xy: at, bay_bearing: bearing, bay_facility: of } = arrays;
  const facilities = Array.from(capacity, (bays, k) => ({
    number: k,
    name: header.facility_names[k],
    kind: FACILITY_KINDS[kind[k]],
    capacity: bays,
    position: [xy[2 * k], xy[2 * k + 1]],
  }));
  const bays = Array.from(of, (facility, k) => ({ number: k, facility, polygon: oblong(at[2 * k], at[2 * k + 1], bearing[k], ...BAY_SIZE_M) }));
  return { facilities, bays };
}

/** The corners of a rectangle about a place, its long side along a compass bearing. */
function oblong(x, y, bearing, length, width) {
  const [ux, uy] = [Math.sin((bearing * Math.PI) / 180), Math.cos((bearing * Math.PI) / 180)];
  const corner = (along, aside) => [x + along * ux + aside * uy, y + along * uy - aside * ux];
  return [corner(length / 2, width / 2), corner(length / 2, -width / 2), corner(-length / 2, -width / 2), corner(-length / 2, width / 2)];
}

/** Bays taken of each facility at the present, truly or as reported: UNKNOWN where nothing is known. */
function takenNow(play, which = play.look.occupancy) {
  const now = holding(play, `occupancy_${which}`, play.scene.parking.facilities.length);
  return { version: `${which} ${now.version}`, of: (k) => now.value("taken", k, UNKNOWN) };
}

/** Bays at the kerb, when they are near enough to be told apart, and facilities with their free bays. */
function parkingLayers(deck, play) {
  const { scene, look } = play;
  const palette = PALETTES[look.palette];
  const near = look.zoom > BAY_ZOOM && play.payload.header[`has_bay_${look.occupancy}`];
  const bay = holding(play, `bay_${look.occupancy}`, scene.parking.bays.length);
  const taken = takenNow(play);
  const colour = ({ number, capacity }) => (taken.of(number) === UNKNOWN ? UNKNOWN_COLOUR : occupancyColour(taken.of(number) / capacity));
  const facilities = near ? scene.parking.facilities.filter(({ kind }) => kind !== "on_street") : scene.parking.facilities;
  const free = ({ number, capacity }) => `${taken.of(number) === UNKNOWN ? "?" : Math.max(0, capacity - taken.of(number))}/${capacity}`;
  return [
    new deck.PolygonLayer({
      id: "bays",
      data: near ? scene.parking.bays : [],
      pickable: true,
      getPolygon: ({ polygon }) => polygon,
      getFillColor: ({ number }) => BAY_COLOURS[bay.value("state", number)],
      getLineColor: palette.casing,
      getLineWidth: 1,
      lineWidthUnits: "pixels",
      parameters: FLAT,
      updateTriggers: { getFillColor: [look.occupancy, bay.version], getLineColor: look.palette },
    }),
    new deck.ScatterplotLayer({
      id: "facilities",
      data: facilities,
      pickable: true,
      getPosition: ({ position }) => position,
      // The area of the circle is that of the bays.
      getRadius: ({ capacity }) => 2.2 * Math.sqrt(capacity),
      radiusUnits: "common",
      radiusMinPixels: 4,
      radiusMaxPixels: 40,
      stroked: true,
      getFillColor: (facility) => [...colour(facility), 205],
      getLineColor: palette.report,
      getLineWidth: ({ kind }) => (kind === "on_street" ? 0.5 : 1.5),
      lineWidthUnits: "pixels",
      parameters: FLAT,
      updateTriggers: { getFillColor: taken.version, getLineColor: look.palette },
    }),
    new deck.TextLayer({
      id: "free-bays",
      data: scene.parking.facilities.filter(({ kind }) => look.zoom > FREE_ZOOM[kind]),
      characterSet: "0123456789/?",
      fontFamily: "system-ui, sans-serif",
      fontSettings: { fontSize: 48, buffer: 4 },
      fontWeight: 600,
      background: true,
      backgroundPadding: [3, 0],
      getBackgroundColor: palette.halo,
      getText: free,
      getPosition: ({ position }) => position,
      getPixelOffset: ({ capacity }) => [0, 12 + Math.min(40, 2.2 * Math.sqrt(capacity) * 2 ** look.zoom)],
      getSize: 11,
      getColor: palette.label,
      parameters: FLAT,
      updateTriggers: { getText: taken.version, getPixelOffset: look.zoom, getColor: look.palette, getBackgroundColor: look.palette },
    }),
  ];
}

/** Vehicles that look for a space at an instant: their places among the vehicles drawn. */
function searchingNow(window, time, vehicles) {
  const { searching_vehicle: vehicle, searching_from: from, searching_until: until } = window.arrays;
  const local = time - window.header.from_s;
  const now = new Set();
  for (let i = 0; i < vehicle.length; i += 1) if (from[i] <= local && local < until[i]) now.add(vehicle[i]);
  const found = [];
  for (let k = 0; k < vehicles.count && now.size; k += 1) {
    if (now.has(vehicles.row[k])) found.push({ row: vehicles.row[k], position: [vehicles.x[k], vehicles.y[k]] });
  }
  return found;
}

/** A ring round everybody who looks for a space. */
function searchingLayer(deck, play, searching) {
  return new deck.ScatterplotLayer({
    id: "searching",
    data: searching,
    getPosition: ({ position }) => position,
    filled: false,
    stroked: true,
    getLineColor: SEARCHING_COLOUR,
    getRadius: CAR_SIZE_M[0] * play.enlargement(),
    radiusUnits: "common",
    getLineWidth: 2,
    lineWidthUnits: "pixels",
    parameters: FLAT,
  });
}

/** What is told of a facility or a bay below the pointer; undefined for anything else. */
function parkingTip(play, { layer, object }) {
  const { words } = play.panel;
  if (layer.id === "facilities") {
    const line = (which) => {
      const taken = takenNow(play, which).of(object.number);
      const text = taken === UNKNOWN ? words.bay_unknown : `${Math.max(0, object.capacity - taken)} / ${object.capacity}`;
      return `\n${words[`free_${which}`]} ${text}`;
    };
    return `${object.name}\n${words[`facility_${object.kind}`]}${line("true")}${line("told")}`;
  }
  if (layer.id !== "bays") return undefined;
  const state = play.holdings[`bay_${play.look.occupancy}`].value("state", object.number);
  return `${play.payload.header.facility_names[object.facility]}\n${words[`bay_${BAY_STATES[state]}`]}`;
}

/** Entries of the legend as [colour, text, shape]. */
function parkingLegend(look, header, words) {
  if (!header.parking) return [];
  const items = [];
  if (look.parking) {
    items.push(...OCCUPANCY_STOPS.map((share, k) => [OCCUPANCY_COLOURS[k], `${k ? "" : `${words.occupied} `}${100 * share} %`]));
    items.push([UNKNOWN_COLOUR, words.bay_unknown]);
  }
  if (look.searching) items.push([SEARCHING_COLOUR, words.searcher, "ring"]);
  return items;
}
