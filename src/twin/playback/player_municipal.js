// Bridges, field devices and alarms: which alarms stand, which are raised, who is out of order, what gauges read.

// Order of the codes: see CODED_LEVELS and PLACES in municipal.py.
const ALARM_LEVELS = ["none", "device_fault", "level_1", "level_2", "level_3"];
// Watched without an alarm bluish green; from grey over yellow and orange to red, each broader than the one before.
const ALARM_COLOURS = [
  [0, 158, 115],
  [150, 156, 172],
  [255, 221, 120],
  [255, 140, 40],
  [235, 40, 60],
];
const BRIDGE_LEAST_PX = [5, 6, 7, 9, 11];
const FIELD_PLACES = ["none", "facility", "bridge", "road"];
const FIELD_COLOURS = [
  [240, 228, 66],
  [204, 121, 167],
  [0, 158, 115],
  [86, 180, 233],
];
const DOWN_COLOUR = [95, 100, 115];
// Devices of facilities and bridges stand close together: from afar they would hide what they watch.
const FIELD_ZOOM = { none: -9, facility: 1, bridge: -1.5, road: -9 };
const READING_ZOOM = -1;
const READING_FORMS = { water_level: [100, 0, "cm"], settlement: [1000, 1, "mm"], tilt: [1, 2, "°"] };

/** The row of a course (see courses.py) that holds for each of `count` owners at the present, -1 for none; `version` tells changes. */
function holding(play, name, count) {
  const window = play.windows.held.get(play.present());
  const { [`${name}_t`]: t, [`${name}_owner`]: owner } = window.arrays;
  const last = lastAtOrBefore(t, play.time - window.header.from_s, 0, t.length);
  const version = `${play.run} ${window.header.window} ${last}`;
  const kept = play.holdings[name];
  if (kept?.version === version) return kept;
  const rows = new Int32Array(count).fill(-1);
  for (let i = 0; i <= last; i += 1) rows[owner[i]] = i;
  const value = (key, k, otherwise = 0) => (rows[k] < 0 ? otherwise : window.arrays[`${name}_${key}`][rows[k]]);
  play.holdings[name] = { version, rows, value };
  return play.holdings[name];
}

/** Pieces of bridges, and field devices, as lists of things to draw. */
function buildMunicipal({ header, arrays }, roads) {
  const { bridge_piece: piece, bridge_edge: edge, field_xy: xy, field_kind: kind, field_place: place } = arrays;
  const line = (k) => outline(arrays.bridge_start, arrays.bridge_xy, k);
  const bridges = Array.from(piece, (bridge, k) => ({ bridge, name: header.bridge_names[bridge], path: line(k), width: roads[edge[k]].width }));
  const fields = Array.from(kind, (code, k) => ({
    number: k,
    name: header.field_names[k],
    kind: header.field_kinds[code],
    place: FIELD_PLACES[place[k]],
    colour: FIELD_COLOURS[place[k]],
    position: [xy[2 * k], xy[2 * k + 1]],
  }));
  return { bridges, fields };
}

/** Bridges under what drives on them, as broad and in the colour of the highest alarm that stands. */
function bridgeLayer(deck, play) {
  const { scene, look } = play;
  const alarms = holding(play, "bridge_alarm", play.payload.header.bridge_names.length);
  const level = ({ bridge }) => alarms.value("level", bridge);
  return new deck.PathLayer({
    id: "bridges",
    data: scene.municipal.bridges,
    visible: look.bridges,
    pickable: true,
    getPath: ({ path }) => path,
    getColor: (piece) => [...ALARM_COLOURS[level(piece)], 165],
    getWidth: (piece) => Math.max(piece.width + 5, BRIDGE_LEAST_PX[level(piece)] / 2 ** look.zoom),
    widthUnits: "common",
    jointRounded: true,
    parameters: FLAT,
    updateTriggers: { getColor: alarms.version, getWidth: [alarms.version, look.zoom] },
  });
}

/** Field devices: where they are by colour, a ring in the colour of an alarm that stands, dark when out of order; what gauges read. */
function fieldLayers(deck, play) {
  const { scene, look, payload } = play;
  const { header } = payload;
  const count = header.field_names.length;
  const alarms = holding(play, "field_alarm", count);
  const faults = holding(play, "field_fault", count);
  const readings = holding(play, "reading", count);
  const seen = scene.municipal.fields.filter(({ place, number }) => look.zoom > FIELD_ZOOM[place] || alarms.value("level", number));
  const down = ({ number }) => faults.value("down", number) > 0;
  const level = ({ number }) => alarms.value("level", number);
  const palette = PALETTES[look.palette];
  return [
    new deck.ScatterplotLayer({
      id: "fields-of-the-city",
      data: seen,
      pickable: true,
      getPosition: ({ position }) => position,
      stroked: true,
      getFillColor: (field) => (down(field) ? DOWN_COLOUR : field.colour),
      getLineColor: (field) => (level(field) ? ALARM_COLOURS[level(field)] : down(field) ? REFUSED_COLOUR : palette.report),
      getLineWidth: (field) => (level(field) || down(field) ? 3 : 1),
      lineWidthUnits: "pixels",
      getRadius: 4.5,
      radiusUnits: "pixels",
      parameters: FLAT,
      updateTriggers: {
        getFillColor: faults.version,
        getLineColor: [alarms.version, faults.version, look.palette],
        getLineWidth: [alarms.version, faults.version],
      },
    }),
    new deck.TextLayer({
      id: "readings",
      data: seen.filter(({ number }) => readings.rows[number] >= 0),
      visible: look.zoom > READING_ZOOM,
      characterSet: "auto",
      fontFamily: "system-ui, 'Noto Sans CJK SC', sans-serif",
      fontSettings: { fontSize: 48, buffer: 4 },
      background: true,
      backgroundPadding: [4, 1],
      getBackgroundColor: palette.halo,
      getText: ({ number }) => readingText(header, readings, number),
      getPosition: ({ position }) => position,
      getPixelOffset: [9, 0],
      getTextAnchor: "start",
      getSize: 12,
      getColor: palette.label,
      parameters: FLAT,
      updateTriggers: { getText: readings.version, getColor: look.palette, getBackgroundColor: look.palette },
    }),
  ];
}

function readingText(header, readings, number) {
  const quantity = header.quantities[readings.value("quantity", number)];
  const [factor, digits, unit] = READING_FORMS[quantity] ?? [1, 2, ""];
  return `${(factor * readings.value("value", number)).toFixed(digits)} ${unit}`;
}

/** Alarms raised shortly before an instant, with how old they are. */
function alarmsNow(window, header, time) {
  const { alarm_t: t, alarm_xy: xy, alarm_level: level } = window.arrays;
  const local = time - window.header.from_s;
  const first = lastAtOrBefore(t, local - header.alarm_for_s, 0, t.length) + 1;
  const end = lastAtOrBefore(t, local, 0, t.length) + 1;
  const found = [];
  for (let i = first; i < end; i += 1) {
    found.push({ position: [xy[2 * i], xy[2 * i + 1]], level: level[i], age: (local - t[i]) / header.alarm_for_s });
  }
  return found;
}

/** A pulse for each alarm that was just raised. */
function alarmLayer(deck, alarms) {
  return new deck.ScatterplotLayer({
    id: "alarms",
    data: alarms,
    pickable: true,
    getPosition: ({ position }) => position,
    stroked: true,
    getFillColor: ({ level, age }) => [...ALARM_COLOURS[level], 90 * (1 - age)],
    getLineColor: ({ level, age }) => [...ALARM_COLOURS[level], 255 - 155 * age],
    getRadius: ({ level, age }) => (6 + 3 * level) * (1 + age),
    radiusUnits: "pixels",
    getLineWidth: 2.5,
    lineWidthUnits: "pixels",
    parameters: FLAT,
  });
}

/** What is told of a bridge, a field device or an alarm below the pointer; undefined for anything else. */
function municipalTip(play, { layer, object }) {
  const { words } = play.panel;
  const alarm = (level) => (level ? `\n${words[`alarm_${ALARM_LEVELS[level]}`]}` : "");
  if (layer.id === "alarms") return words[`alarm_${ALARM_LEVELS[object.level]}`];
  if (layer.id === "bridges") {
    const level = play.holdings.bridge_alarm.value("level", object.bridge);
    return `${words.bridge} ${object.name}${alarm(level) || `\n${words.alarm_none}`}`;
  }
  if (layer.id !== "fields-of-the-city") return undefined;
  const { field_alarm: alarms, field_fault: faults, reading: readings } = play.holdings;
  const down = faults.value("down", object.number) ? `\n${words.field_down}` : "";
  const read = readings.rows[object.number] < 0 ? "" : `\n${readingText(play.payload.header, readings, object.number)}`;
  return `${play.panel.fieldName(object.kind)} ${object.name}${read}${down}${alarm(alarms.value("level", object.number))}`;
}

/** Entries of the legend as [colour, text, shape]. */
function municipalLegend(look, header, scene, words) {
  const items = [];
  const bridges = look.bridges && header.bridges;
  if (look.municipal && header.fields) {
    const there = new Set(scene.municipal.fields.map(({ place }) => place));
    FIELD_PLACES.forEach((place, k) => there.has(place) && items.push([FIELD_COLOURS[k], words[`field_${place}`], "ring"]));
    items.push([DOWN_COLOUR, words.field_down, "ring"]);
  }
  if (bridges) items.push([ALARM_COLOURS[0], words.bridge_quiet, "bar"]);
  if (header.alarms && (bridges || look.alarms)) {
    items.push(...ALARM_LEVELS.slice(1).map((level, k) => [ALARM_COLOURS[k + 1], words[`alarm_${level}`], "area"]));
  }
  return items;
}
