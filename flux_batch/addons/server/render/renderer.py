"""The one small protocol between the embedded server and whatever makes its pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PictureRequest:
    """What a renderer may let flow into a picture.

    Attributes:
        prompt: what the picture should show.
        seed: 0 to 2**32 - 1; same seed and same other fields give the same bytes.
        width, height: pixels, 64 to 2048.
        samples: pictures wanted, 1 to 4; each another composition.
        style: a documented style name, or None.
        negative_prompt: what it should not show.
        steps: denoising steps, 1 to 20: how finished the picture looks.
        guidance: 1 to 20: how strongly the prompt shapes it.
        panorama: a wide scene.
    """

    prompt: str
    seed: int
    width: int = 512
    height: int = 512
    samples: int = 1
    style: str | None = None
    negative_prompt: str = ""
    steps: int = 20
    guidance: float = 7.5
    panorama: bool = False


class Renderer(Protocol):
    """Makes pictures. Implementations must not block the event loop."""

    async def generate(self, request: PictureRequest) -> Sequence[bytes]:
        """Return *request.samples* whole PNG files, deterministic in *request*."""
        ...
