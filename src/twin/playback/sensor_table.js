// The table of sensors: one row a device; a click on a row makes the player fly to it.

const FOCUS_EVENT = "twin-focus";
// How a column's values read: text as it is, counts with separators, shares in percent, others with so many decimals.
const COLUMNS = [
  ["site", "text"],
  ["kind", "kind"],
  ["junction", "text"],
  ["present", "count"],
  ["visible", "count"],
  ["detected", "count"],
  ["recall", "share"],
  ["precision", "share"],
  ["mean_error_m", 2],
  ["latency_p95_ms", 1],
  ["delivered_share", "fine share"],
];

function shown(value, how, words) {
  if (value === null || value === "") return "–";
  if (how === "text") return value;
  if (how === "kind") return words[`kind_${value}`] ?? value;
  if (how === "count") return value.toLocaleString("en-US");
  if (how === "fine share") return `${(100 * value).toFixed(3)} %`; // to be held against 99.9 %
  return how === "share" ? `${(100 * value).toFixed(1)} %` : value.toFixed(how);
}

class SensorTable {
  constructor(root) {
    this.body = root.querySelector("tbody");
    this.head = root.querySelector("thead tr");
    this.hint = root.querySelector("[data-part=hint]");
    this.sorted = { column: null, down: true };
    this.focused = null;
    this.onFocus = (event) => this.mark(event.detail);
    addEventListener(FOCUS_EVENT, this.onFocus);
  }

  destroy() {
    removeEventListener(FOCUS_EVENT, this.onFocus);
  }

  receive({ rows, words, run }) {
    if (this.run !== run) this.focused = null;
    Object.assign(this, { rows, words, run });
    this.hint.textContent = words.sensors_hint;
    this.head.replaceChildren(
      ...COLUMNS.map(([name, how]) => {
        const cell = document.createElement("th");
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = words[`column_${name}`];
        button.onclick = () => this.sortBy(name);
        cell.scope = "col";
        cell.className = how === "text" || how === "kind" ? "" : "number";
        cell.append(button);
        return cell;
      }),
    );
    this.fill();
  }

  sortBy(column) {
    const down = this.sorted.column === column ? !this.sorted.down : true;
    this.sorted = { column, down };
    this.fill();
  }

  fill() {
    const { column, down } = this.sorted;
    const rows = [...this.rows];
    if (column) {
      const sign = down ? -1 : 1;
      // What has no value stands at the end, whichever way the rest is sorted.
      rows.sort((a, b) => {
        const [x, y] = [a[column], b[column]];
        if (x === null || y === null) return (x === null) - (y === null);
        return typeof x === "string" ? -sign * x.localeCompare(y) : sign * (x - y);
      });
    }
    [...this.head.children].forEach((cell, k) => {
      const mine = COLUMNS[k][0] === column;
      if (mine) cell.setAttribute("aria-sort", down ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    });
    this.body.replaceChildren(...rows.map((row) => this.rowOf(row)));
    this.mark(this.focused, false);
  }

  rowOf(row) {
    const line = document.createElement("tr");
    line.tabIndex = 0;
    line.dataset.device = row.device;
    line.title = row.name;
    for (const [name, how] of COLUMNS) {
      const cell = document.createElement("td");
      cell.textContent = shown(row[name], how, this.words);
      if (how !== "text" && how !== "kind") cell.className = "number";
      line.append(cell);
    }
    const choose = () => {
      const detail = this.focused === row.device ? null : row.device;
      dispatchEvent(new CustomEvent(FOCUS_EVENT, { detail }));
    };
    line.onclick = choose;
    line.onkeydown = (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      choose();
    };
    return line;
  }

  mark(device, scroll = true) {
    this.focused = device;
    for (const line of this.body.children) {
      const mine = line.dataset.device === String(device);
      line.setAttribute("aria-selected", String(mine));
      if (mine && scroll && !line.matches(":hover")) line.scrollIntoView({ block: "nearest" });
    }
  }
}

const tables = new WeakMap();

/** Streamlit calls this when the component appears and again whenever Python sends something new. */
export default function main({ data, parentElement }) {
  const table = tables.get(parentElement) ?? new SensorTable(parentElement);
  tables.set(parentElement, table);
  clearTimeout(table.leaving);
  table.receive(data);
  return () => {
    table.leaving = setTimeout(() => {
      tables.delete(parentElement);
      table.destroy();
    }, 1000);
  };
}
