// The camera: which part of the map is seen, and how it gets there.

const TOP_VIEW = { rotationX: 90, rotationOrbit: 0 };
const SLANTED_VIEW = { rotationX: 42, rotationOrbit: 20 };
const CLOSEST_ZOOM = 5;
const FIRST_ZOOM = -1.5;
const FLIGHT_MS = 900;
// Bounds of what is flown to are grown by this share of their size.
const FOCUS_MARGIN = 0.04;

class Camera {
  /** Look at what is drawn in the element `map`; `moved` is called with every new view. */
  constructor(map, moved) {
    this.map = map;
    this.moved = moved;
    this.view = { target: [0, 0, 0], zoom: FIRST_ZOOM, ...TOP_VIEW };
    this.whole = null;
    this.flight = null;
    this.slant = TOP_VIEW;
  }

  /** Open a map that reaches over `whole` ([west, south, east, north]), and look at `bounds` of it. */
  open(whole, bounds) {
    this.whole = whole;
    this.move(this.viewOf(bounds));
  }

  /** The view in which [west, south, east, north] fills the map. */
  viewOf([west, south, east, north]) {
    const box = this.map.getBoundingClientRect();
    const zoomTo = (width, height) => Math.log2(Math.min((box.width || 1000) / width, (box.height || 600) / height) * 0.98);
    const [left, bottom, right, top] = this.whole;
    return {
      target: [(west + east) / 2, (south + north) / 2, 0],
      zoom: Math.min(CLOSEST_ZOOM, zoomTo(east - west, north - south)),
      minZoom: zoomTo(right - left, top - bottom) - 1,
      maxZoom: CLOSEST_ZOOM,
      ...this.slant,
      minRotationX: 15,
      maxRotationX: 90,
    };
  }

  move(view) {
    this.flight = null;
    this.view = view;
    this.moved(view);
  }

  /** Look at the whole map. */
  fit() {
    if (this.whole) this.move(this.viewOf(this.whole));
  }

  zoomBy(step) {
    this.move({ ...this.view, zoom: Math.min(CLOSEST_ZOOM, this.view.zoom + step) });
  }

  /** Look from the side, or straight down again. */
  turn(relief) {
    this.slant = relief ? SLANTED_VIEW : TOP_VIEW;
    this.move({ ...this.view, ...this.slant });
  }

  flyTo(bounds) {
    const { target, zoom } = this.viewOf(bounds);
    this.flight = { from: this.view, target, zoom, began: performance.now() };
  }

  /** One step of a flight: eased, and over at once for those who asked their system for less motion. */
  step(now) {
    if (!this.flight) return;
    const { from, target, zoom, began } = this.flight;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const share = still ? 1 : Math.min(1, Math.max(0, (now - began) / FLIGHT_MS));
    const eased = share * share * (3 - 2 * share);
    const flight = share < 1 ? this.flight : null;
    this.move({
      ...from,
      target: target.map((value, axis) => from.target[axis] + eased * (value - from.target[axis])),
      zoom: from.zoom + eased * (zoom - from.zoom),
    });
    this.flight = flight;
  }
}
