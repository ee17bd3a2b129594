"use strict";
// The cells, as columns of numbers, and the scripts that bring them: from file:// a page may load nothing else.

const KEPT = 0, DRIFTED = 1, FLAGGED = 2;

const GALLERY = {
  head: null,
  loaded: 0,
  key: [], thumb: [], status: null, codes: [], file: new Map(), note: new Map(),
  pages: new Map(),
  arrived: () => {},

  begin(head) {
    this.head = head;
    this.status = new Uint8Array(head.total);
    this.codes = head.facets.map(() => new Int32Array(head.total).fill(-1));
  },

  cells(number, columns) {
    const from = number * this.head.chunk;
    this.status.set(columns.status, from);
    columns.codes.forEach((codes, facet) => this.codes[facet].set(codes, from));
    for (let place = 0; place < columns.key.length; place++) {
      this.key[from + place] = columns.key[place];
      this.thumb[from + place] = columns.thumb[place];
    }
    for (const [place, name] of Object.entries(columns.file)) this.file.set(from + Number(place), name);
    for (const [place, note] of Object.entries(columns.note)) this.note.set(from + Number(place), note);
    this.loaded += columns.key.length;
    this.arrived();
  },

  details(number, records) { this.pages.set(number, records); },

  async detail(id) {
    const page = Math.floor(id / this.head.details);
    if (!this.pages.has(page)) await script(`data/details-${page}.js`);
    return this.pages.get(page)[id % this.head.details];
  },

  here(id) { return this.key[id] !== undefined; },
  image(id) {
    const name = this.file.has(id) ? this.file.get(id) : `images/${this.key[id]}.png`;
    return name && `${this.head.root}/${name}`;
  },
  thumbnail(id) { return this.thumb[id] && `thumbs/${this.thumb[id]}`; },
  label(facet, id) { return this.head.facets[facet].labels[this.codes[facet][id]] ?? ""; },
  words(id) { return this.head.facets.map((facet, n) => `${facet.name}: ${this.label(n, id)}`).join(", "); },
};

function script(source) {
  return new Promise((done, fail) => {
    const element = document.createElement("script");
    element.src = source;
    element.onload = () => { element.remove(); done(); };
    element.onerror = () => fail(new Error(`${source} is missing: run flux-batch gallery again`));
    document.head.append(element);
  });
}

// What a query admits: every word in some label, in the id, or in the reason. Labels are searched, not cells.
function matcher(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const tables = words.map(word => GALLERY.head.facets.map(facet =>
    Uint8Array.from(facet.labels, label => label.toLowerCase().includes(word))));
  const has = (id, n) => tables[n].some((table, facet) => table[GALLERY.codes[facet][id]])
    || GALLERY.key[id].startsWith(words[n]) || (GALLERY.note.get(id) ?? "").toLowerCase().includes(words[n]);
  return id => words.every((_, n) => has(id, n));
}

// The ids that a view admits, in the order of their axes.
function select(view) {
  const { status, codes } = GALLERY;
  const admits = view.text.trim() ? matcher(view.text) : null;
  const sets = [...view.filters].map(([facet, allowed]) => [codes[facet], allowed]);
  const slider = view.slider < 0 ? null : codes[view.slider];
  const ids = [];
  for (let id = 0; id < GALLERY.head.total; id++) {
    if (!GALLERY.here(id) || view.hidden.has(status[id])) continue;
    if (slider && slider[id] !== view.position) continue;
    if (sets.some(([column, allowed]) => !allowed.has(column[id]))) continue;
    if (view.mark !== "all" && MARKS.of(GALLERY.key[id]) !== view.mark) continue;
    if (admits && !admits(id)) continue;
    ids.push(id);
  }
  return ids;
}
