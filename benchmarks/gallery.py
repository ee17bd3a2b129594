"""What a gallery of many cells costs: seconds to build and to open, frames while scrolling, and each control's answer.

    python benchmarks/gallery.py [--cells 100000] [--width 1280] [--keep DIR]

A made-up run (prompts x seeds x styles, 64 pictures under as many names as there are cells), built twice, then opened
from the disk in headless Chromium. "open" runs from the navigation to the last chunk laid out; "first" to the first
picture on the screen. Scrolling moves 60 px per frame through the rows for three seconds, once with one picture per
place and once through the wall of all. Headless Chromium without a GPU draws on the processor: a screen does better.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import tempfile
import time
from pathlib import Path

import anyio

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "addons"))

from chromium import Page, chromium, tab
from run_folder import line, picture

from flux_batch.addons.gallery.gallery import build
from flux_batch.store.lines import encode

PICTURES = 64
STYLES = ("none", "watercolor", "cinematic", "pixel-art")
SEEDS = 100
WIDE = 1000

FRAMES = """
new Promise(done => {
  const scroll = document.getElementById("scroll"), times = [], began = performance.now();
  scroll.scrollTo(0, 0);
  let before = began;
  const step = now => {
    times.push(now - before);
    before = now;
    scroll.scrollBy(0, 60);
    if (now - began < 3000) requestAnimationFrame(step); else done(times.slice(2).sort((a, b) => a - b));
  };
  requestAnimationFrame(step);
})
"""
WATCH = """
const watch = () => {
  if (!window.firstAt && [...document.querySelectorAll(".picture img")].some(image => image.naturalWidth))
    window.firstAt = performance.now();
  if (!window.openAt && document.body?.dataset.ready) window.openAt = performance.now();
  if (!window.firstAt || !window.openAt) requestAnimationFrame(watch);
};
requestAnimationFrame(watch);
"""


def took(act: str) -> str:
    """Milliseconds until what *act* does is laid out and drawn."""
    return (
        f"(() => {{ const began = performance.now(); {act};"
        " return new Promise(done => requestAnimationFrame(() => requestAnimationFrame("
        "() => done(performance.now() - began)))); })()"
    )


ACTIONS = {
    "slider": "view.position = 7; track(); show()",
    "search": "view.text = 'prompt 12'; show()",
    "search cleared": "view.text = ''; show()",
    "rows and columns": "take('rows', 1)",
    "all in one wall": "take('slider', -1); take('columns', -1)",
}


def make_run(out: Path, count: int) -> None:
    """Write a run of *count* cells whose files are links to a few pictures."""
    (out / "images").mkdir(parents=True)
    contents = [picture(number) for number in range(PICTURES)]
    for number, content in enumerate(contents):
        (out / f"picture-{number}").write_bytes(content)
    prompts = (f"prompt {number} of a harbour at dawn, long exposure" for number in itertools.count())
    axes = ({"prompt": p, "seed": s, "style": t} for p in prompts for s in range(SEEDS) for t in STYLES)
    with (out / "manifest.jsonl").open("wb") as manifest:
        for number, values in enumerate(itertools.islice(axes, count)):
            made = line(contents[number % PICTURES], values)
            os.link(out / f"picture-{number % PICTURES}", out / made.file_name)
            manifest.write(encode(made.to_json()))


def timed_build(out: Path) -> float:
    """Seconds of one build."""
    began = time.perf_counter()
    build(out, out / "gallery")
    return time.perf_counter() - began


async def frames(page: Page) -> str:
    """What scrolling did to the frames."""
    times: list[float] = await page.run(FRAMES)
    middle, worst = times[len(times) // 2], times[int(len(times) * 0.99)]
    return f"{len(times) / sum(times) * 1e3:5.1f} frames/s, median {middle:.1f} ms, 99 % under {worst:.1f} ms"


async def look(out: Path, width: int) -> None:
    """Open the gallery, use it, and print what that took."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile, chromium(Path(profile)) as door:
        async with tab(door) as page:
            await page.call("Page.enable")
            await page.call("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
            await page.open(f"file://{out}/gallery/index.html", width, 900 if width > WIDE else 800)
            await page.until("window.firstAt && window.openAt")
            first, opened = await page.run("[firstAt, openAt]")
            print(f"  first {first / 1e3:.2f} s, open {opened / 1e3:.2f} s")
            print(f"  scroll, matrix     {await frames(page)}")
            for name, act in ACTIONS.items():
                print(f"  {name:18} {await page.run(took(act)):5.0f} ms")
            print(f"  scroll, wall       {await frames(page)}")
            print(f"  elements           {await page.run('document.getElementsByTagName(`*`).length'):,}")
            heap = await page.call("Runtime.getHeapUsage")
            print(f"  heap               {heap['usedSize'] / 1e6:.0f} MB")
            if page.complaints:
                raise SystemExit(f"the page complained: {page.complaints}")


def main() -> None:
    """Make, build, look."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, default=100_000)
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--keep", type=Path, help="where to leave the run")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        out = options.keep or Path(scratch) / "run"
        if not out.exists():
            make_run(out, options.cells)
        print(f"{options.cells:,} cells, {options.width} px wide")
        print(f"  build {timed_build(out):.1f} s, again {timed_build(out):.1f} s")
        sizes = {path.stem.split("-")[0]: 0 for path in (out / "gallery/data").iterdir()}
        for path in (out / "gallery/data").iterdir():
            sizes[path.stem.split("-")[0]] += path.stat().st_size
        print("  data  " + ", ".join(f"{name} {size / 1e6:.1f} MB" for name, size in sorted(sizes.items())))
        anyio.run(look, out.resolve(), options.width)


if __name__ == "__main__":
    main()
