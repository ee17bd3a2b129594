"use strict";
// The page: what is chosen, what that shows, and the address that says it again.

const $ = id => document.getElementById(id);
const view = { rows: -1, columns: -1, slider: -1, position: 0, filters: new Map(), hidden: new Set(), mark: "all", text: "", size: 160 };
const MOST_VALUES = 300;
let viewer;
const grid = new Grid((id, tile) => viewer.open(id, tile));
viewer = new Viewer(grid);

function show() {
  const ids = select(view);
  grid.arrange(view, ids);
  const total = GALLERY.head.total, number = count => count.toLocaleString("en");
  const loading = GALLERY.loaded < total ? `, loading ${Math.floor(100 * GALLERY.loaded / total)} %` : "";
  $("count").textContent = (ids.length === total ? `${number(total)} cells` : `${number(ids.length)} of ${number(total)} cells`) + loading;
  $("empty").hidden = ids.length > 0 || loading !== "";
  const active = view.filters.size;
  $("active").textContent = active ? ` ${active}` : "";
  remember();
}

let due = 0;
function later() {
  if (!due) due = requestAnimationFrame(() => { due = 0; show(); });
}

function remember() {
  const names = GALLERY.head.facets.map(facet => facet.name), told = new URLSearchParams();
  for (const axis of ["rows", "columns", "slider"]) told.set(axis, names[view[axis]] ?? "");
  if (view.slider >= 0) told.set("at", view.position);
  if (view.text) told.set("text", view.text);
  try { history.replaceState(null, "", `#${told}`); } catch { /* some browsers forbid it from file:// */ }
}

// What the address says, or else the two axes with most to compare as rows and columns, and the next as slider.
function choose() {
  const told = new URLSearchParams(location.hash.slice(1)), { facets } = GALLERY.head;
  const varied = [...facets.keys()].filter(n => facets[n].labels.length > 1 && facets[n].axis);
  const rows = varied[0] ?? -1;
  const columns = varied.slice(1).sort((a, b) => words(facets[b]) - words(facets[a]))[0] ?? -1;
  const slider = varied.find(n => n !== rows && n !== columns) ?? -1;
  Object.assign(view, { rows, columns, slider, text: told.get("text") ?? "" });
  if (told.has("rows")) for (const axis of ["rows", "columns", "slider"]) view[axis] = facets.findIndex(facet => facet.name === told.get(axis));
  view.position = Math.min(Number(told.get("at")) || 0, Math.max(0, (facets[view.slider]?.labels.length ?? 1) - 1));
  fit();
}

// As large as the columns leave room for, within reason; the size slider says otherwise.
function fit() {
  const narrow = innerWidth < NARROW, count = GALLERY.head.facets[view.columns]?.labels.length ?? (narrow ? 3 : 7);
  const room = innerWidth - (narrow || view.columns < 0 ? 2 * MARGIN : 16 + Math.min(260, Math.max(150, innerWidth * 0.17)));
  view.size = Math.max(narrow ? 80 : 128, Math.min(narrow ? 168 : 256, Math.floor(room / count) - GAP));
}

// Words are compared side by side sooner than numbers.
function words(facet) { return facet.labels.every(label => label !== "" && !isNaN(label)) ? 0 : 1; }

function controls() {
  const { facets } = GALLERY.head;
  for (const axis of ["rows", "columns", "slider"]) {
    const element = $(axis), usable = [...facets.keys()].filter(n => facets[n].labels.length > 1 || view[axis] === n);
    element.replaceChildren(option(-1, axis === "slider" ? "none" : "—"), ...usable.map(n => option(n, `${facets[n].name} (${facets[n].labels.length.toLocaleString("en")})`)));
    element.value = view[axis];
    element.addEventListener("change", () => take(axis, Number(element.value)));
  }
  $("text").value = view.text;
  $("size").value = view.size;
  $("text").addEventListener("input", () => { view.text = $("text").value; later(); });
  $("size").addEventListener("input", () => { view.size = Number($("size").value); grid.place(); });
  $("position").addEventListener("input", () => { view.position = Number($("position").value); track(); later(); });
  $("clear").addEventListener("click", () => clear());
  track();
  statuses();
  filters();
  marks();
}

// As a shell takes it for one word.
function quoted(word) { return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`; }

function option(value, text) {
  const element = document.createElement("option");
  element.value = value;
  element.textContent = text;
  return element;
}

// An axis serves one purpose: the one that had it before takes what it left.
function take(axis, facet) {
  for (const other of ["rows", "columns", "slider"]) {
    if (other !== axis && facet >= 0 && view[other] === facet) { view[other] = view[axis]; $(other).value = view[other]; }
  }
  view[axis] = facet;
  view.position = 0;
  if (facet >= 0 && axis === "slider") view.filters.delete(facet);
  track();
  filters();
  $("scroll").scrollTo(0, 0);
  fit();
  $("size").value = view.size;
  show();
}

function track() {
  const facet = GALLERY.head.facets[view.slider];
  $("track").hidden = !facet;
  if (!facet) return;
  $("position").max = facet.labels.length - 1;
  $("position").value = view.position;
  $("value").textContent = `${facet.name} ${facet.labels[view.position]}`;
  $("position").ariaValueText = `${facet.name} ${facet.labels[view.position]}`;
}

function clear() {
  view.filters.clear();
  view.hidden.clear();
  Object.assign(view, { text: "", mark: "all" });
  $("text").value = "";
  statuses();
  filters();
  marks();
  show();
}

function chip(text, pressed, act, kind = "") {
  const element = document.createElement("button");
  Object.assign(element, { type: "button", textContent: text, ariaPressed: pressed, className: "chip" });
  if (kind) element.dataset.status = kind;
  element.addEventListener("click", act);
  return element;
}

function statuses() {
  const counts = GALLERY.head.statuses.map(() => 0);
  for (let id = 0; id < GALLERY.head.total; id++) if (GALLERY.here(id)) counts[GALLERY.status[id]]++;
  const present = [...counts.keys()].filter(n => counts[n]);
  $("statuses").replaceChildren(...present.map(n => chip(`${GALLERY.head.statuses[n]} ${counts[n].toLocaleString("en")}`, !view.hidden.has(n), () => {
    if (!view.hidden.delete(n)) view.hidden.add(n);
    statuses();
    show();
  }, GALLERY.head.statuses[n])));
}

function marks() {
  $("marked").replaceChildren(...["all", "picked", "rejected", "unmarked"].map(mark => {
    const count = mark === "picked" || mark === "rejected" ? ` ${MARKS.count(mark).toLocaleString("en")}` : "";
    return chip(mark + count, view.mark === mark, () => { view.mark = mark; marks(); show(); }, mark);
  }));
  $("save").disabled = !MARKS.all.size;
}

function filters() {
  const { facets } = GALLERY.head;
  const free = [...facets.keys()].filter(n => n !== view.slider && facets[n].labels.length > 1);
  $("facets").replaceChildren(...free.map(facet => {
    const section = document.createElement("details"), summary = document.createElement("summary");
    const { name, labels } = facets[facet], allowed = view.filters.get(facet);
    summary.textContent = name + (allowed ? ` (${allowed.size} of ${labels.length})` : "");
    section.open = Boolean(allowed);
    section.append(summary, ...labels.slice(0, MOST_VALUES).map((label, code) => box(facet, code, label, allowed?.has(code) ?? false)));
    if (labels.length > MOST_VALUES) section.append(badge("rest", `${(labels.length - MOST_VALUES).toLocaleString("en")} more: use the search`));
    return section;
  }));
}

function box(facet, code, label, checked) {
  const element = document.createElement("label"), input = document.createElement("input"), text = document.createElement("span");
  Object.assign(input, { type: "checkbox", checked });
  text.textContent = label;
  element.append(input, text);
  input.addEventListener("change", () => {
    const allowed = view.filters.get(facet) ?? new Set();
    if (input.checked) allowed.add(code); else allowed.delete(code);
    if (allowed.size) view.filters.set(facet, allowed); else view.filters.delete(facet);
    const { name, labels } = GALLERY.head.facets[facet];
    element.parentElement.firstChild.textContent = name + (allowed.size ? ` (${allowed.size} of ${labels.length})` : "");
    later();
  });
  return element;
}

MARKS.changed = () => {
  marks();
  if (view.mark === "all") grid.remark(); else later();
};
$("save").addEventListener("click", () => {
  MARKS.save();
  $("command").textContent = `flux-batch export ${quoted(GALLERY.head.folder)} --format imagefolder \\\n  --only picked --marks ~/Downloads/marks.json`;
  $("told").showModal();
});
$("load").addEventListener("click", () => $("file").click());
$("file").addEventListener("change", async () => {
  try { await MARKS.read($("file").files[0]); } catch { $("count").textContent = "That is no marks file."; }
  $("file").value = "";
});
$("scroll").addEventListener("keydown", event => {
  const tile = event.target.closest(".tile"), to = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (!tile || event.ctrlKey || event.metaKey || event.altKey) return;
  if (to) { event.preventDefault(); grid.move(tile, ...to); }
  const mark = { p: "picked", x: "rejected" }[event.key];
  if (mark && tile.ids.length === 1 && markable(tile.ids[0])) MARKS.set(GALLERY.key[tile.ids[0]], mark);
});
document.addEventListener("click", event => { if (!event.target.closest("#filters")) $("filters").open = false; });

async function start() {
  await script("data/index.js");
  document.title = $("name").textContent = GALLERY.head.name;
  MARKS.begin(GALLERY.head.marks);
  choose();
  controls();
  GALLERY.arrived = later;
  await Promise.all(Array.from({ length: GALLERY.head.chunks }, (_, n) => script(`data/cells-${n}.js`)));
  GALLERY.arrived = () => {};
  statuses();
  show();
  document.body.dataset.ready = "yes";
}
start().catch(problem => { $("count").textContent = problem.message; });
