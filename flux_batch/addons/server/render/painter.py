"""The painter: a renderer that paints real pictures on the CPU, one scene of layers per request."""

from __future__ import annotations

from collections.abc import Sequence

import anyio.to_thread
from PIL import Image

from flux_batch.addons.server.render.chance import Chance
from flux_batch.addons.server.render.finish import bloom, denoised, guided, speckle
from flux_batch.addons.server.render.palette import palette_for
from flux_batch.addons.server.render.png import png
from flux_batch.addons.server.render.prompt import motif, read
from flux_batch.addons.server.render.renderer import PictureRequest
from flux_batch.addons.server.render.scene.places import paint_place
from flux_batch.addons.server.render.scene.stage import Stage, stage_for
from flux_batch.addons.server.render.style.plate import Plate, treated
from flux_batch.addons.server.render.style.styles import effects_of


class Painter:
    """Paints with Pillow; the heavy part runs in a worker thread, so the event loop stays free.

    The same request gives the same bytes in any process of one installation, and the same pixels wherever Pillow is
    the same. The composition hangs on prompt, seed, sample number and shape alone: another style shows the same scene.
    """

    async def generate(self, request: PictureRequest) -> Sequence[bytes]:
        """Return *request.samples* whole PNG files, ``RGB``, each of *width* x *height* pixels."""
        return [await anyio.to_thread.run_sync(paint, request, sample) for sample in range(request.samples)]


def paint(request: PictureRequest, sample: int = 0) -> bytes:
    """Paint sample number *sample* (from 0) of *request* as one PNG file."""
    return png(picture(request, sample))


def picture(request: PictureRequest, sample: int = 0) -> Image.Image:
    """Paint sample number *sample* of *request*, ``RGB``: in its style, or in the one its words ask for."""
    stage = compose(request, sample)
    return treated(plain(stage, request, sample), effects_of(request.style or stage.theme.style))


def plain(stage: Stage, request: PictureRequest, sample: int) -> Plate:
    """Paint the scene itself, as finished and as strong as *request* says, ready for a treatment."""
    paint_place(stage)
    chance = Chance.of(request.prompt, request.seed, sample, request.style)
    image = denoised(bloom(stage.canvas.image), request.steps, chance.stream("noise"))
    image = speckle(guided(image, request.guidance), chance.stream("grain"))
    return Plate(image, stage.canvas.depth, stage.canvas.subject, chance, request.prompt)


def compose(request: PictureRequest, sample: int) -> Stage:
    """Decide what is painted, in which light and where, before the first stroke.

    The composition hangs on the first clause of the prompt, so that words about its look leave it in place.
    """
    theme = read(request.prompt, request.negative_prompt)
    chance = Chance.of("composition", motif(request.prompt), request.seed, sample)
    palette = palette_for(theme.time, theme.tints, chance.stream("palette"))
    return stage_for(theme, palette, (request.width, request.height), chance, wide=request.panorama)
