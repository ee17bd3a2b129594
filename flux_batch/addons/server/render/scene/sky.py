"""The sky: gradient, sun or moon, stars, clouds, northern lights."""

from __future__ import annotations

from PIL import Image, ImageChops, ImageFilter, ImageOps

from flux_batch.addons.server.render.chance import likely
from flux_batch.addons.server.render.colour import WHITE, Colour, from_hsv, mix
from flux_batch.addons.server.render.noise import fractal, vertical
from flux_batch.addons.server.render.outline import Outline, limb, oval
from flux_batch.addons.server.render.scene.stage import Stage

DARK = 0.25
"""Daylight below which the orb is a moon."""


def sky(stage: Stage, depth: float | None = None) -> None:
    """Paint the whole sky down to *depth* (pixels, the horizon if None); what stands before it comes later."""
    bottom = min(stage.height, max(2, round(depth if depth is not None else stage.horizon) + 2))
    p = stage.palette
    stops = [(0.0, p.zenith), (0.38, p.upper), (0.76, p.lower), (1.0, p.horizon)]
    stage.canvas.image.paste(vertical((stage.width, bottom), stops), (0, 0))
    if p.stars or stage.has("stars"):
        stars(stage, bottom)
    if stage.has("aurora"):
        _aurora(stage, bottom)
    orb(stage)
    clouds(stage, bottom)
    if stage.has("bird") or likely(stage.stream("birds"), 0.35 * p.bright):
        _birds(stage)


def orb(stage: Stage) -> None:
    """The sun with its glow, or the moon with a few seas; hidden by bad weather."""
    if stage.theme.time in {"overcast", "storm"} and not (stage.has("sun") or stage.has("moon")):
        return
    x, y = stage.orb
    p, rng = stage.palette, stage.stream("orb")
    moon = p.bright < DARK or stage.has("moon")
    radius = stage.unit * rng.uniform(0.036, 0.05) * (1.15 if stage.has("moon") or stage.has("sun") else 1.0)
    stage.canvas.glow(x, y, stage.unit * 0.95, p.horizon if not moon else p.lower, 0.55, sharp=1.6)
    stage.canvas.glow(x, y, stage.unit * 0.34, mix(p.orb, p.horizon, 0.35), 0.75, sharp=2.2)
    stage.canvas.fill([oval(x, y, radius, radius, points=64)], mix(p.orb, WHITE, 0.35))
    if moon:
        seas = [(-0.3, -0.2, 0.3), (0.25, 0.15, 0.36), (-0.2, 0.45, 0.2), (0.35, -0.45, 0.16)]
        spots: list[Outline] = [
            oval(x + dx * radius, y + dy * radius, r * radius, r * radius * 0.85, 20) for dx, dy, r in seas
        ]
        stage.canvas.fill(spots, mix(p.orb, p.upper, 0.3), 0.45)


def stars(stage: Stage, bottom: int) -> None:
    """Stars of two sizes down to *bottom* (pixels), denser above."""
    rng, p = stage.stream("stars"), stage.palette
    count = round(170 * min(2.0, p.stars + 0.4) * (stage.width / stage.height) ** 0.5)
    for low, high, share, opacity in ((0.0006, 0.0012, 0.75, 0.6), (0.0011, 0.0021, 0.25, 0.95)):
        dots: list[Outline] = []
        for _ in range(round(count * share)):
            y = rng.random() ** 1.4 * bottom * 0.93
            r = rng.uniform(low, high) * stage.unit + 0.25
            dots.append(oval(rng.random() * stage.width, y, r, r, points=8))
        stage.canvas.fill(dots, mix(WHITE, p.orb, rng.random() * 0.4), opacity * min(1.0, p.stars + 0.2))


def clouds(stage: Stage, bottom: int) -> None:
    """Banks of cloud from stretched noise, lit from the orb's side, flatter towards the horizon."""
    rng = stage.stream("clouds")
    amount = {"storm": 0.85, "overcast": 0.7, "space": 0.0, "night": 0.32}.get(stage.theme.time, rng.uniform(0.3, 0.52))
    if stage.theme.place == "clouds":
        amount = max(amount, 0.55)
    if amount <= 0:
        return
    size = (max(2, stage.width // 2), max(2, bottom // 2))
    shift = max(1, size[0] // 70)
    wide = stage.width / max(1, bottom)
    sheet = fractal((size[0] + 2 * shift, size[1] + shift), rng, (2.0 * wide, 4.5), 5)
    noise = sheet.crop((shift, 0, shift + size[0], size[1]))
    floor = 255 * (1 - amount)
    cover = noise.point([round(min(1.0, max(0.0, (v - floor) / 85)) ** 0.8 * 255) for v in range(256)])
    ramp = [round(255 * min(1, (255 - v) / 70, (v + 90) / 150)) for v in range(256)]
    side = 0 if stage.orb[0] > stage.width / 2 else 2 * shift
    towards = sheet.crop((side, shift, side + size[0], shift + size[1]))
    relief = ImageChops.subtract(noise, towards, 0.35, 128).filter(ImageFilter.GaussianBlur(size[0] / 200))
    paint = ImageOps.colorize(relief, *cloud_tones(stage))
    fade = Image.linear_gradient("L").resize(size).point(ramp)
    full = (stage.width, bottom)
    mask = ImageChops.multiply(cover, fade).resize(full, Image.Resampling.BICUBIC)
    stage.canvas.lay(mask, (0, 0, *full), paint.resize(full, Image.Resampling.BICUBIC), 0.8)


def cloud_tones(stage: Stage) -> tuple[Colour, Colour]:
    """The shaded and the lit side of clouds."""
    p = stage.palette
    if p.bright <= DARK:
        return mix(p.upper, p.zenith, 0.35), mix(p.lower, p.light, 0.25)
    return mix(p.upper, p.shade, 0.38), mix(mix(p.horizon, p.light, 0.55), WHITE, 0.35 * p.bright)


def _aurora(stage: Stage, bottom: int) -> None:
    rng = stage.stream("aurora")
    light = Image.new("RGB", (stage.width, bottom))
    for _ in range(3):
        curtain = fractal((stage.width, 1 + bottom // 8), rng, (5, 1), 4).resize((stage.width, bottom))
        rays = fractal((stage.width, 2), rng, (26, 1), 2).resize((stage.width, bottom))
        top = rng.uniform(0.02, 0.2)
        band = (
            Image.linear_gradient("L")
            .resize((stage.width, bottom))
            .point(
                [round(255 * max(0.0, min((v / 255 - top) * 2.2, 1.3 - v / 150))) for v in range(256)],
            )
        )
        glow = ImageChops.multiply(ImageChops.multiply(curtain, rays), band)
        colour = from_hsv(rng.uniform(125, 175), 0.75, 1.0)
        light = ImageChops.add(light, ImageOps.colorize(glow, (0, 0, 0), colour))
    crop = stage.canvas.image.crop((0, 0, stage.width, bottom))
    stage.canvas.image.paste(ImageChops.screen(crop, light), (0, 0))


def _birds(stage: Stage) -> None:
    rng, p = stage.stream("birds"), stage.palette
    x, y = stage.width * rng.uniform(0.25, 0.75), stage.horizon * rng.uniform(0.3, 0.6)
    flock: list[Outline] = []
    for _ in range(rng.randint(3, 7)):
        bx, by = x + rng.gauss(0, 0.11) * stage.unit, y + rng.gauss(0, 0.05) * stage.unit
        s = stage.unit * rng.uniform(0.008, 0.017)
        lift = rng.uniform(0.3, 0.7)
        flock.append(limb([(bx - s, by - s * lift), (bx - s * 0.4, by - s * 0.5), (bx, by)], [0.4, s * 0.16, s * 0.22]))
        flock.append(limb([(bx + s, by - s * lift), (bx + s * 0.4, by - s * 0.5), (bx, by)], [0.4, s * 0.16, s * 0.22]))
    stage.canvas.fill(flock, mix(p.shade, p.zenith, 0.3), 0.8)
