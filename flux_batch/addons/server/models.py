"""The models the service claims to have. One painter stands behind all of them."""

from __future__ import annotations

MODELS: dict[str, str] = {
    "flux": "FLUX, text to image",
    "fluxdev": "FLUX dev",
    "flux-2-dev": "FLUX 2 dev",
    "flux-klein": "FLUX Klein",
    "flux-kontext-dev": "FLUX Kontext dev",
    "flux-pro-1.1": "FLUX pro 1.1",
    "flux-pro-1.1-ultra": "FLUX pro 1.1 ultra",
    "flux-2-pro": "FLUX 2 pro",
    "z-image-turbo": "Z-Image turbo",
    "midjourney": "Midjourney style",
    "sdxl": "Stable Diffusion XL",
}
