"""The application: which path leads where."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web
from anyio.abc import TaskGroup

from flux_batch.addons.server.control import control, ledger
from flux_batch.addons.server.desk import DESK, Desk
from flux_batch.addons.server.ledger import Ledger
from flux_batch.addons.server.pages import add_pages
from flux_batch.addons.server.recall import remembered
from flux_batch.addons.server.render.renderer import Renderer
from flux_batch.addons.server.reply import Body
from flux_batch.addons.server.routes import DESK_KEY, STAGE, desk, elsewhere, fetch, image, text2img, upload
from flux_batch.addons.server.service import Service
from flux_batch.addons.server.settings import MEBIBYTE, Settings
from flux_batch.addons.server.stage import Stage

GENERATE = ("/api/v6/images/text2img", "/api/v7/images/text-to-image")
FETCH = ("/api/v6/images/fetch", "/api/v7/images/fetch", "/api/v3/fetch", "/api/v4/dreambooth/fetch")
LARGEST_BODY = 8 * MEBIBYTE


def make_app(
    settings: Settings, renderer: Renderer, background: TaskGroup, past: Sequence[Body] = ()
) -> web.Application:
    """Return the application; accepted requests are served in *background*.

    *past* holds the ledger entries of an earlier server, whose requests can still be asked for.
    """
    app = web.Application(client_max_size=LARGEST_BODY)
    service = Service(settings, renderer, background)
    for work in remembered(past):
        service.remember(work)
    app[STAGE] = Stage(service, Ledger(settings.ledger, past))
    app[DESK_KEY] = Desk(service)
    for path in GENERATE:
        app.router.add_post(path, text2img)
    for path in FETCH:
        app.router.add_post(path, fetch)
        app.router.add_post(f"{path}/{{id}}", fetch)
    for path in DESK:
        app.router.add_post(path, desk)
    app.router.add_get("/uploads/{name}.png", upload)
    app.router.add_get("/_ledger", ledger)
    app.router.add_post("/_control", control)
    for folder in ("generations", "temp"):
        app.router.add_get(f"/{folder}/{{name}}", image)
        app.router.add_get(f"/proxy/{folder}/{{name}}", image)
    add_pages(app)
    app.router.add_route("*", "/{path:.*}", elsewhere)
    return app
