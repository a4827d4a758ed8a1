// Colours: of the ground and the roads by palette, of vehicles, signals and devices.

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
const OTHER_DEVICE_COLOUR = [178, 120, 255];
const FALSE_COLOUR = [235, 52, 72];
const FOCUS_COLOUR = [255, 196, 60];

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
