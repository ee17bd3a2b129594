"use strict";
// One picture in full, with everything known of it. Arrow keys go on in the order of the grid.

class Viewer {
  constructor(grid) {
    this.grid = grid;
    this.dialog = document.getElementById("viewer");
    const on = (id, act) => document.getElementById(id).addEventListener("click", act);
    on("previous", () => this.step(-1));
    on("next", () => this.step(1));
    on("pick", () => this.mark("picked"));
    on("reject", () => this.mark("rejected"));
    on("close", () => this.dialog.close());
    this.dialog.addEventListener("keydown", event => this.key(event));
    this.dialog.addEventListener("click", event => { if (event.target === this.dialog) this.dialog.close(); });
    this.dialog.addEventListener("close", () => this.from?.isConnected && this.from.focus());
  }

  open(id, from) {
    this.from = from;
    this.order = this.grid.order();
    this.show(id);
    if (!this.dialog.open) this.dialog.showModal();
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = {
      ArrowLeft: () => this.step(-1), ArrowRight: () => this.step(1),
      ArrowUp: () => this.show(this.grid.beside(this.id, -1)), ArrowDown: () => this.show(this.grid.beside(this.id, 1)),
      Home: () => this.show(this.order[0]), End: () => this.show(this.order.at(-1)),
      p: () => this.mark("picked"), x: () => this.mark("rejected"),
    }[event.key];
    if (act) { event.preventDefault(); act(); }
  }

  step(by) {
    const next = this.order[this.order.indexOf(this.id) + by];
    if (next !== undefined) this.show(next);
  }

  mark(mark) {
    if (!markable(this.id)) return;
    MARKS.set(GALLERY.key[this.id], mark);
    this.marked();
  }

  marked() {
    const mark = MARKS.of(GALLERY.key[this.id]);
    for (const [id, is] of [["pick", "picked"], ["reject", "rejected"]]) {
      const button = document.getElementById(id);
      button.ariaPressed = mark === is;
      button.disabled = !markable(this.id);
    }
  }

  async show(id) {
    this.id = id;
    const full = document.getElementById("full"), instead = document.getElementById("instead");
    const original = document.getElementById("original"), source = GALLERY.image(id);
    const gone = !source || !GALLERY.thumb[id];
    full.hidden = gone;
    instead.hidden = !gone;
    instead.textContent = GALLERY.note.get(id) || GALLERY.head.statuses[GALLERY.status[id]];
    full.removeAttribute("src");
    if (!gone) { full.src = source; full.alt = GALLERY.words(id); }
    original.hidden = gone;
    if (!gone) original.href = source;
    const place = this.order.indexOf(id);
    document.getElementById("place").textContent = `${(place + 1).toLocaleString("en")} of ${this.order.length.toLocaleString("en")}`;
    this.marked();
    for (const near of [this.order[place + 1], this.order[place - 1]]) {
      if (near !== undefined && GALLERY.thumb[near]) new Image().src = GALLERY.image(near);
    }
    const detail = await GALLERY.detail(id);
    if (this.id === id) document.getElementById("facts").replaceChildren(...facts(id, detail));
  }
}

function markable(id) { return GALLERY.status[id] <= FLAGGED; }

const HEAD = ["request", "meta", "axes", "drift", "v", "crc", "samples"];

function facts(id, detail) {
  const status = GALLERY.head.statuses[GALLERY.status[id]], note = GALLERY.note.get(id);
  const top = document.createElement("p");
  top.className = "what";
  top.dataset.status = status;
  top.textContent = note ? `${status}: ${note}` : status;
  const rest = Object.fromEntries(Object.entries(detail).filter(([name]) => !HEAD.includes(name)));
  return [
    top,
    table("Axes", detail.axes ?? {}),
    ...(detail.drift?.length ? [drift(detail.drift)] : []),
    table("Image", rest),
    ...["request", "meta"].filter(name => detail[name] && Object.keys(detail[name]).length).map(name => folded(name, detail[name])),
  ];
}

function table(title, values) {
  const section = document.createElement("section"), heading = document.createElement("h2"), list = document.createElement("dl");
  heading.textContent = title;
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === "" || (Array.isArray(value) && !value.length)) continue;
    const term = document.createElement("dt"), text = document.createElement("dd");
    term.textContent = name;
    text.textContent = typeof value === "string" ? value : Array.isArray(value) ? value.join(", ") : JSON.stringify(value);
    list.append(term, text);
  }
  section.append(heading, list);
  return section;
}

function drift(each) {
  return table("Asked and got", Object.fromEntries(each.map(one => [one.field, `${one.asked} → ${one.got}`])));
}

function folded(title, values) {
  const details = document.createElement("details"), summary = document.createElement("summary");
  summary.textContent = title;
  details.append(summary, table("", values));
  return details;
}
