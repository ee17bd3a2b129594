"use strict";
// The wall and the matrix. Only what can be seen is in the document: a hundred thousand cells cost what a screen costs.

const GAP = 6, MARGIN = 16, NARROW = 720, AHEAD = 400, MOSAIC = 4, LINE = 20;

class Grid {
  constructor(open) {
    this.open = open;
    this.scroll = document.getElementById("scroll");
    this.canvas = document.getElementById("canvas");
    this.heads = document.getElementById("heads");
    this.labels = document.getElementById("labels");
    this.tiles = document.getElementById("tiles");
    this.shown = new Map();
    this.waiting = 0;
    this.scroll.addEventListener("scroll", () => this.soon(), { passive: true });
    new ResizeObserver(() => { if (this.view) this.place(); }).observe(this.scroll);
    this.tiles.addEventListener("click", event => {
      const tile = event.target.closest(".tile");
      if (!tile?.ids?.length) return;
      const nth = [...tile.querySelectorAll(".picture")].indexOf(event.target.closest(".picture"));
      this.open(tile.ids[Math.max(0, nth)], tile);
    });
  }

  // Put *ids* where *view* wants them: slots by row and column, or one after the other.
  arrange(view, ids) {
    this.view = view;
    this.matrix = view.rows >= 0 && view.columns >= 0;
    this.slots = new Map();
    if (this.matrix) this.cross(ids); else this.line(ids);
    this.place();
  }

  cross(ids) {
    const down = GALLERY.codes[this.view.rows], across = GALLERY.codes[this.view.columns];
    const sorted = column => [...new Set(ids.map(id => column[id]))].sort((a, b) => a - b);
    this.rows = sorted(down);
    this.columns = sorted(across);
    const row = new Map(this.rows.map((code, n) => [code, n])), column = new Map(this.columns.map((code, n) => [code, n]));
    for (const id of ids) {
      const slot = row.get(down[id]) * this.columns.length + column.get(across[id]);
      const there = this.slots.get(slot);
      if (there) there.push(id); else this.slots.set(slot, [id]);
    }
    for (const there of this.slots.values()) if (there.length > 1) there.sort(byAxes(this.view));
  }

  line(ids) {
    [...ids].sort(byAxes(this.view)).forEach((id, place) => this.slots.set(place, [id]));
    this.rows = [];
    this.columns = [];
  }

  place() {
    this.narrow = this.scroll.clientWidth < NARROW;
    this.step = this.view.size + GAP;
    this.left = this.matrix && !this.narrow ? Math.min(260, Math.max(150, this.scroll.clientWidth * 0.17)) : MARGIN;
    this.top = this.matrix ? 36 : GAP;
    this.above = this.matrix && this.narrow ? 26 : 0;
    this.below = !this.matrix && this.view.rows >= 0 ? 22 : 0;
    // Two in every place lie side by side: a square would be half empty.
    const fullest = [...this.slots.values()].reduce((most, ids) => Math.max(most, ids.length), 0);
    this.tall = this.matrix && fullest === 2 ? Math.ceil(this.view.size / 2) : this.view.size;
    this.stride = this.tall + GAP + this.above + this.below;
    if (!this.matrix) this.across = Math.max(1, Math.floor((this.scroll.clientWidth - 2 * MARGIN + GAP) / this.step));
    const columns = this.matrix ? this.columns.length : this.across;
    this.down = this.matrix ? this.rows.length : Math.ceil(this.slots.size / this.across);
    this.canvas.style.width = `${this.left + columns * this.step + (this.matrix ? MARGIN : 0)}px`;
    this.canvas.style.height = `${this.top + this.down * this.stride + MARGIN}px`;
    this.heads.hidden = !this.matrix;
    for (const part of [this.heads, this.labels, this.tiles]) part.replaceChildren();
    this.shown.clear();
    this.draw();
  }

  soon() {
    if (!this.waiting) this.waiting = requestAnimationFrame(() => { this.waiting = 0; this.draw(); });
  }

  range(from, length, step, count) {
    return [Math.max(0, Math.floor((from - AHEAD) / step)), Math.min(count, Math.ceil((from + length + AHEAD) / step))];
  }

  draw() {
    const { scrollTop, scrollLeft, clientWidth, clientHeight } = this.scroll;
    const [top, bottom] = this.range(scrollTop - this.top, clientHeight, this.stride, this.down);
    const count = this.matrix ? this.columns.length : this.across;
    const [first, last] = this.matrix ? this.range(scrollLeft - this.left, clientWidth, this.step, count) : [0, count];
    const wanted = new Set();
    for (let row = top; row < bottom; row++) {
      if (this.matrix) this.keep(wanted, `r${row}`, () => this.label(row));
      for (let column = first; column < last; column++) this.keep(wanted, row * count + column, () => this.tile(row, column, row * count + column));
    }
    if (this.matrix) for (let column = first; column < last; column++) this.keep(wanted, `c${column}`, () => this.header(column));
    for (const [name, element] of this.shown) if (!wanted.has(name)) { element?.remove(); this.shown.delete(name); }
  }

  keep(wanted, name, make) {
    wanted.add(name);
    if (!this.shown.has(name)) this.shown.set(name, make());
  }

  header(column) {
    return this.words(this.heads, this.view.columns, this.columns[column], this.left + column * this.step, 0, this.view.size, this.top - GAP);
  }

  label(row) {
    const y = this.top + row * this.stride;
    if (!this.narrow) return this.words(this.labels, this.view.rows, this.rows[row], 0, y, this.left - GAP, this.tall);
    return this.words(this.labels, this.view.rows, this.rows[row], 0, y, this.scroll.clientWidth, this.above);
  }

  words(into, facet, code, x, y, width, height) {
    const element = document.createElement("div"), text = document.createElement("span");
    text.textContent = element.title = GALLERY.head.facets[facet].labels[code];
    element.append(text);
    at(element, x, y);
    Object.assign(element.style, { width: `${width}px`, height: `${height}px` });
    text.style.webkitLineClamp = Math.max(1, Math.floor((height - 16) / LINE));
    into.append(element);
    return element;
  }

  tile(row, column, slot) {
    const ids = this.slots.get(slot);
    if (!ids && !this.matrix) return null;
    const tile = document.createElement(ids ? "button" : "div");
    tile.className = ids ? "tile" : "tile none";
    at(tile, this.left + column * this.step, this.top + this.above + row * this.stride);
    Object.assign(tile.style, { width: `${this.view.size}px`, height: `${this.tall}px` });
    Object.assign(tile, { ids: ids ?? [], row, column });
    if (ids) this.fill(tile);
    this.tiles.append(tile);
    return tile;
  }

  fill(tile) {
    const { ids } = tile, seen = ids.slice(0, ids.length > 1 ? MOSAIC : 1);
    tile.type = "button";
    tile.ariaLabel = tile.title = GALLERY.words(ids[0]) + (ids.length > 1 ? ` and ${ids.length - 1} more` : "");
    tile.classList.toggle("many", ids.length > 1);
    tile.classList.toggle("two", ids.length === 2);
    tile.replaceChildren(...seen.map(id => picture(id, this.view.size)));
    if (ids.length > MOSAIC) tile.append(badge("more", `+${ids.length - MOSAIC}`));
    if (this.below) tile.append(badge("caption", GALLERY.label(this.view.rows, ids[0])));
  }

  // Draw the marks again, and nothing else.
  remark() {
    for (const tile of this.tiles.children) {
      [...tile.querySelectorAll(".picture")].forEach((picture, n) => picture.dataset.mark = MARKS.of(GALLERY.key[tile.ids[n]]));
    }
  }

  // The ids in the order in which they are seen.
  order() {
    if (!this.matrix) return [...this.slots.values()].flat();
    return [...this.slots.keys()].sort((a, b) => a - b).flatMap(slot => this.slots.get(slot));
  }

  // The first id in the nearest row above or below that has one in the same column.
  beside(id, step) {
    const count = this.matrix ? this.columns.length : this.across;
    const here = [...this.slots].find(([, ids]) => ids.includes(id))?.[0];
    for (let slot = here + step * count; slot >= 0 && slot < this.down * count; slot += step * count) {
      if (this.slots.has(slot)) return this.slots.get(slot)[0];
    }
    return id;
  }

  // Move the focus from *tile*, scrolling as far as needed.
  move(tile, right, down) {
    const count = this.matrix ? this.columns.length : this.across;
    const row = tile.row + down, column = tile.column + right;
    if (row < 0 || row >= this.down || column < 0 || column >= count) return;
    const x = this.left + column * this.step, y = this.top + row * this.stride;
    const { scrollTop, scrollLeft, clientWidth, clientHeight } = this.scroll;
    this.scroll.scrollTo({
      top: Math.max(y + this.stride - clientHeight, Math.min(scrollTop, y - this.top)),
      left: Math.max(x + this.step - clientWidth, Math.min(scrollLeft, x - this.left)),
    });
    this.draw();
    this.shown.get(row * count + column)?.focus({ preventScroll: true });
  }
}

// Order of cells: by the axis of the rows, then by every other, as the grid names them.
function byAxes(view) {
  const columns = [view.rows, ...GALLERY.head.facets.keys()].filter(n => n >= 0).map(n => GALLERY.codes[n]);
  return (a, b) => {
    for (const column of columns) if (column[a] !== column[b]) return column[a] - column[b];
    return a - b;
  };
}

function at(element, x, y) {
  element.style.transform = `translate(${x}px, ${y}px)`;
}

function badge(kind, text) {
  const element = document.createElement("span");
  element.className = kind;
  element.textContent = text;
  return element;
}

function picture(id, size) {
  const element = document.createElement("span"), thumbnail = GALLERY.thumbnail(id);
  element.className = "picture";
  element.dataset.status = GALLERY.head.statuses[GALLERY.status[id]];
  element.dataset.mark = MARKS.of(GALLERY.key[id]);
  if (thumbnail) {
    const image = new Image();
    image.decoding = "async";
    image.alt = "";
    image.src = thumbnail;
    element.append(image);
  }
  if (GALLERY.status[id] !== KEPT) {
    element.append(badge("status", element.dataset.status));
    if (!thumbnail && size >= 96) element.append(badge("note", GALLERY.note.get(id) ?? ""));
  }
  return element;
}
