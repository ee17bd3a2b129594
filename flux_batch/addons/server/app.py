"""The application: which path leads where."""

from __future__ import annotations

from aiohttp import web
from anyio.abc import TaskGroup

from flux_batch.addons.server.ledger import Ledger
from flux_batch.addons.server.render.renderer import Renderer
from flux_batch.addons.server.routes import STAGE, elsewhere, fetch, image, text2img
from flux_batch.addons.server.service import Service
from flux_batch.addons.server.settings import MEBIBYTE, Settings
from flux_batch.addons.server.stage import Stage

LARGEST_BODY = 8 * MEBIBYTE


def make_app(settings: Settings, renderer: Renderer, background: TaskGroup) -> web.Application:
    """Return the application; accepted requests are served in *background*."""
    app = web.Application(client_max_size=LARGEST_BODY)
    app[STAGE] = Stage(Service(settings, renderer, background), Ledger(settings.ledger))
    app.router.add_post("/api/v6/images/text2img", text2img)
    for version in ("v6", "v7"):
        app.router.add_post(f"/api/{version}/images/fetch/{{id}}", fetch)
        app.router.add_post(f"/api/{version}/images/fetch", fetch)
    for folder in ("generations", "temp"):
        app.router.add_get(f"/{folder}/{{name}}", image)
        app.router.add_get(f"/proxy/{folder}/{{name}}", image)
    app.router.add_route("*", "/{path:.*}", elsewhere)
    return app
