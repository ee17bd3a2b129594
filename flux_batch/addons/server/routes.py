"""The exchanges that count: generate, ask again, fetch a picture. Each decides at once and answers later."""

from __future__ import annotations

from aiohttp import web

from flux_batch.addons.server import refusals
from flux_batch.addons.server.desk import Desk
from flux_batch.addons.server.faults.cue import Event
from flux_batch.addons.server.faults.refuse import page
from flux_batch.addons.server.reply import Body, Reply, Said
from flux_batch.addons.server.service import DATA_URI
from flux_batch.addons.server.stage import Outcome, Stage, response, settled
from flux_batch.addons.server.work import Work

STAGE = web.AppKey("stage", Stage)
DESK_KEY = web.AppKey("desk", Desk)
NO_INDEX = 99


async def text2img(request: web.Request) -> web.StreamResponse:
    """Generate pictures."""
    return await request.app[STAGE].perform(request, "post", generate)


async def fetch(request: web.Request) -> web.StreamResponse:
    """Ask for a request again."""
    return await request.app[STAGE].perform(request, "fetch", ask_again)


async def image(request: web.Request) -> web.StreamResponse:
    """Hand out a finished picture."""
    return await request.app[STAGE].perform(request, "image", hand_out)


async def desk(request: web.Request) -> web.StreamResponse:
    """Answer about the account."""

    def answer(request: web.Request, _: Event, payload: Body | None) -> Outcome:
        stage = request.app[STAGE]
        return stage.says(request.app[DESK_KEY].answer(request.path, payload, stage.scene(request)))

    return await request.app[STAGE].perform(request, "desk", answer)


async def upload(request: web.Request) -> web.StreamResponse:
    """Hand out what ``base64_to_url`` took."""
    file = request.app[DESK_KEY].uploads.get(request.match_info["name"])
    return response(page(404) if file is None else Reply(200, file, "application/octet-stream"))


async def elsewhere(request: web.Request) -> web.StreamResponse:
    """Nothing is here; that somebody came is written down all the same."""
    stage = request.app[STAGE]
    said = refusals.error(f"No route: {request.path}", 404)
    return await stage.perform(request, "other", lambda *_: stage.says(said))


def generate(request: web.Request, event: Event, payload: Body | None) -> Outcome:
    """Accept and bill, or refuse."""
    stage = request.app[STAGE]
    taken = refusals.not_json() if payload is None else stage.service.take(payload, event, stage.scene(request).origin)
    if isinstance(taken, Said):
        return stage.says(taken)
    work, scene = taken, stage.scene(request)

    async def answer() -> Reply:
        return stage.say(await stage.service.answer(work, scene))

    return Outcome(200, answer, work, work.order.picture.samples)


def ask_again(request: web.Request, _: Event, payload: Body | None) -> Outcome:
    """Find the request by its id, from the path or from ``request_id``."""
    stage, asked = request.app[STAGE], payload or {}
    if not stage.service.account.knows(asked.get("key")):
        return stage.says(refusals.bad_key())
    work = stage.service.shelf.by_id(request.match_info.get("id") or str(asked.get("request_id", "")))
    if work is None:
        return stage.says(refusals.not_found())
    found, scene = work, stage.scene(request)

    async def answer() -> Reply:
        return stage.say(await stage.service.asked_again(found, scene))

    return Outcome(200, answer, found)


def hand_out(request: web.Request, event: Event, _: Body | None) -> Outcome:
    """Find the picture by its name; before its time and after its end there is a page in its place."""
    stage = request.app[STAGE]
    service = stage.service
    stem, _dot, suffix = request.match_info["name"].rpartition(".")
    work, index = find(stage, stem)
    renewal = request.query.get("again", "0")
    if work is not None and dies(stage, event):
        work.renewals += 1
    if work is None or not service.link_lives(work, index, int(renewal) if renewal.isdecimal() else 0):
        return settled(page(410 if work is not None and work.renewals else 404), work)
    found = work

    async def answer() -> Reply:
        file = (await service.files(found))[index]
        if suffix != "base64":
            return Reply(200, file, service.settings.manners.image_type)
        prefix = DATA_URI if service.settings.manners.base64 == "link-data-uri" else ""
        return Reply(200, (prefix + service.as_text(file)).encode(), "text/plain")

    return Outcome(200, answer, found)


def dies(stage: Stage, event: Event) -> bool:
    """Whether the script lets the link of this exchange expire."""
    found = stage.service.script.rule_for(event)
    return found is not None and found[0].fault == "expired"


def find(stage: Stage, stem: str) -> tuple[Work | None, int]:
    """The request and the index a file name speaks of, in either order."""
    head, _, tail = stem.partition("-")
    uuid, index = (tail, head) if head.isdecimal() and len(head) == 1 else stem.rpartition("-")[::2]
    known = index.isdecimal() and len(index) == 1
    return stage.service.shelf.by_uuid(uuid), int(index) if known else NO_INDEX
