"use strict";
// What was picked and rejected: kept by the browser, and saved to a file that `flux-batch export --only picked` reads.

const MARKS = {
  all: new Map(),
  place: `flux-batch marks ${location.pathname}`,
  changed: () => {},

  begin(saved) {
    this.add(saved);
    try {
      const kept = JSON.parse(localStorage.getItem(this.place) ?? "null");
      if (kept) { this.all.clear(); this.add(kept); }
    } catch { /* no storage here: marks live as long as the page */ }
  },

  add(saved) {
    for (const key of saved.picked ?? []) this.all.set(String(key), "picked");
    for (const key of saved.rejected ?? []) this.all.set(String(key), "rejected");
  },

  of(key) { return this.all.get(key) ?? "unmarked"; },

  set(key, mark) {
    if (this.of(key) === mark) this.all.delete(key); else this.all.set(key, mark);
    this.keep();
    this.changed();
  },

  keep() {
    try { localStorage.setItem(this.place, JSON.stringify(this.told())); } catch { /* full or forbidden */ }
  },

  told() {
    const keys = mark => [...this.all].filter(([, is]) => is === mark).map(([key]) => key).sort();
    return { v: 1, run: GALLERY.head.name, picked: keys("picked"), rejected: keys("rejected") };
  },

  count(mark) {
    let count = 0;
    for (const is of this.all.values()) count += is === mark;
    return count;
  },

  save() {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(this.told(), null, 1) + "\n"], { type: "application/json" }));
    link.download = "marks.json";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  },

  async read(file) {
    const saved = JSON.parse(await file.text());
    if (!saved || saved.v !== 1) throw new Error("no marks file");
    this.add(saved);
    this.keep();
    this.changed();
  },
};
