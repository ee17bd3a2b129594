"""What people look at: the playground, its style previews, and the OpenAPI description. No outside host is named."""

from __future__ import annotations

from pathlib import Path

import anyio
from aiohttp import web

from flux_batch.addons.server.openapi import description
from flux_batch.addons.server.order import Order
from flux_batch.addons.server.render.renderer import PictureRequest
from flux_batch.addons.server.render.style.styles import STYLES
from flux_batch.addons.server.routes import STAGE

FOLDER = Path(__file__).parent / "playground"
FILES = {
    "/": ("index.html", "text/html"),
    "/playground/playground.css": ("playground.css", "text/css"),
    "/playground/playground.js": ("playground.js", "text/javascript"),
    "/playground/samples.js": ("samples.js", "text/javascript"),
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SAFE = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
PREVIEW = "a lighthouse on a cliff above the sea at dusk"
PREVIEW_SIZE = (256, 192)
PREVIEWS_AT_ONCE = 2
"""A picker asks for dozens of previews in one moment; requests that are paid for must not wait behind them."""

LIMITER = web.AppKey("previews", anyio.CapacityLimiter)


def add_pages(app: web.Application) -> None:
    """Give *app* its pages."""
    app[LIMITER] = anyio.CapacityLimiter(PREVIEWS_AT_ONCE)
    for path in FILES:
        app.router.add_get(path, file)
    app.router.add_get("/playground/styles.json", styles)
    app.router.add_get("/playground/styles/{name}.png", preview)
    app.router.add_get("/openapi.json", openapi)


async def file(request: web.Request) -> web.Response:
    """A file of the playground."""
    name, kind = FILES[request.path]
    text = await anyio.to_thread.run_sync((FOLDER / name).read_text, "utf-8")
    return web.Response(text=text, content_type=kind, headers=SAFE)


async def styles(_: web.Request) -> web.Response:
    """The names of the styles that can be seen."""
    return web.json_response(sorted(STYLES), headers=SAFE)


async def preview(request: web.Request) -> web.Response:
    """One small picture in a style, always of the same thing."""
    name = request.match_info["name"]
    if name not in {"none", *STYLES}:
        raise web.HTTPNotFound
    width, height = PREVIEW_SIZE
    style = None if name == "none" else name
    asked = PictureRequest(PREVIEW, seed=7, width=width, height=height, style=style)
    async with request.app[LIMITER]:
        picture = (await request.app[STAGE].service.pictures.of(Order(asked, {})))[0]
    return web.Response(body=picture, content_type="image/png", headers=SAFE | {"Cache-Control": "max-age=3600"})


async def openapi(_: web.Request) -> web.Response:
    """The description of the API."""
    return web.json_response(await anyio.to_thread.run_sync(description), headers=SAFE)
