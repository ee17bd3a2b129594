"""The routes: HTTP in, a call on the service, HTTP out."""

from __future__ import annotations

import json
from typing import cast

from aiohttp import web
from anyio.abc import TaskGroup

from flux_batch.addons.server import refusals
from flux_batch.addons.server.answers import Scene
from flux_batch.addons.server.ledger import Entry, Ledger, stamp
from flux_batch.addons.server.render.renderer import Renderer
from flux_batch.addons.server.reply import Body, Said, encode
from flux_batch.addons.server.service import DATA_URI, Service
from flux_batch.addons.server.settings import MEBIBYTE, Settings
from flux_batch.addons.server.work import State, Work

SERVICE = web.AppKey("service", Service)
LEDGER = web.AppKey("ledger", Ledger)
LARGEST_BODY = 8 * MEBIBYTE
NOT_HERE = (
    "<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head><body><h1>Object not found</h1></body></html>\n"
)


def make_app(settings: Settings, renderer: Renderer, background: TaskGroup) -> web.Application:
    """Return the application; accepted requests are served in *background*."""
    app = web.Application(client_max_size=LARGEST_BODY)
    app[LEDGER] = Ledger(settings.ledger)
    app[SERVICE] = Service(settings, renderer, background)
    app.router.add_post("/api/v6/images/text2img", text2img)
    for version in ("v6", "v7"):
        app.router.add_post(f"/api/{version}/images/fetch/{{id}}", fetch)
        app.router.add_post(f"/api/{version}/images/fetch", fetch)
    for folder in ("generations", "temp"):
        app.router.add_get(f"/{folder}/{{name}}", image)
        app.router.add_get(f"/proxy/{folder}/{{name}}", image)
    return app


async def payload_of(request: web.Request) -> Body | None:
    """The request's JSON object, None where it is none."""
    try:
        payload = json.loads(await request.read())
    except (ValueError, RecursionError):
        return None
    return cast("Body", payload) if isinstance(payload, dict) else None


def scene_of(request: web.Request) -> Scene:
    """Where this request is answered."""
    return Scene(str(request.url.origin()), request.app[SERVICE].settings.manners)


def respond(request: web.Request, said: Said) -> web.Response:
    """Spell *said* and send it."""
    reply = encode(said, request.app[SERVICE].settings.manners)
    return web.Response(status=reply.status, body=reply.body, content_type=reply.content_type)


async def text2img(request: web.Request) -> web.Response:
    """Generate."""
    service, ledger = request.app[SERVICE], request.app[LEDGER]
    number = ledger.number("post")
    payload = await payload_of(request)
    taken = refusals.not_json() if payload is None else service.take(payload, number[1])
    await ledger.write(entry(request, "post", number, taken))
    if isinstance(taken, Said):
        return respond(request, taken)
    return respond(request, await service.answer(taken, scene_of(request)))


async def fetch(request: web.Request) -> web.Response:
    """Ask again."""
    service, ledger = request.app[SERVICE], request.app[LEDGER]
    number = ledger.number("fetch")
    payload = await payload_of(request) or {}
    identity = request.match_info.get("id") or str(payload.get("request_id", ""))
    work = service.shelf.by_id(identity)
    if not service.account.knows(payload.get("key")):
        said = refusals.bad_key()
    elif work is None:
        said = refusals.not_found()
    else:
        said = await service.asked_again(work, scene_of(request))
    await ledger.write(entry(request, "fetch", number, said, work))
    return respond(request, said)


async def image(request: web.Request) -> web.Response:
    """Hand out a finished picture."""
    service, ledger = request.app[SERVICE], request.app[LEDGER]
    stem, _, suffix = request.match_info["name"].rpartition(".")
    work, index = find(service, stem)
    found = work is not None and work.state is State.DONE and index < work.order.picture.samples
    await ledger.write(entry(request, "image", ledger.number("image"), Said({}, 200 if found else 404), work))
    if work is None or not found:
        return web.Response(status=404, text=NOT_HERE, content_type="text/html")
    file = (await service.pictures.of(work.order))[index]
    if suffix == "base64":
        prefix = DATA_URI if service.settings.manners.base64 == "link-data-uri" else ""
        return web.Response(text=prefix + service.as_text(file), content_type="text/plain")
    return web.Response(body=file, content_type=service.settings.manners.image_type)


def find(service: Service, stem: str) -> tuple[Work | None, int]:
    """The request and the index a file name speaks of, in either order."""
    head, _, tail = stem.partition("-")
    uuid, index = (tail, head) if head.isdecimal() and len(head) == 1 else stem.rpartition("-")[::2]
    return service.shelf.by_uuid(uuid), int(index) if index.isdecimal() and len(index) == 1 else 99


def entry(
    request: web.Request, event: str, number: tuple[int, int], taken: Said | Work, about: Work | None = None
) -> Entry:
    """One line of the ledger."""
    service = request.app[SERVICE]
    work = taken if isinstance(taken, Work) else about
    billed = taken.order.picture.samples if isinstance(taken, Work) else 0
    return Entry(
        seq=number[0],
        event=event,
        n=number[1],
        track_id=work.order.track_id if work else None,
        id=work.id if work else None,
        billed=billed,
        cost=service.account.cost(billed),
        status=taken.status if isinstance(taken, Said) else 200,
        fault=None,
        in_flight=len(service.account.queue),
        at=stamp(),
        t=service.clock(),
    )
