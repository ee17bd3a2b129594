"""The service's answers about accepted requests, as it spells them. Pure: a request and manners in, a body out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flux_batch.addons.server.manners import Manners
from flux_batch.addons.server.reply import JSON, Body, Said
from flux_batch.addons.server.work import Work

WAIT = "Try to fetch request after seconds estimated"
TIP = "Get faster image generation using the enterprise plan"
ALWAYS_UNWANTED = "blurry, low quality, watermark"
"""The live service puts words of its own behind every negative prompt."""
RENAMED = {
    "page": {"safety_checker": "safetychecker"},
    "live": {"lora_model": "lora", "embeddings_model": "embeddings"},
    "realtime": {"W": "width", "H": "height"},
}
NOT_ECHOED = {"num_inference_steps", "webhook", "track_id", "samples", "width", "height"}


@dataclass(frozen=True, slots=True)
class Scene:
    """Where an answer is given.

    Attributes:
        origin: ``http://host:port`` as the client reached the server.
        manners: how answers are spelled.
    """

    origin: str
    manners: Manners

    def identity(self, work: Work) -> int | str:
        """The generation id as number or text."""
        return work.id if self.manners.ids == "int" else str(work.id)

    def links(self, work: Work, *, proxy: bool = False) -> list[JSON]:
        """One link per image."""
        folder = ("proxy/" if proxy else "") + ("temp" if work.order.temp else "generations")
        renewed = f"?again={work.renewals}" if work.renewals else ""
        linked_text = work.order.base64 and self.manners.base64 in {"link", "link-data-uri"}
        suffix = "base64" if linked_text else "png"
        return [
            f"{self.origin}/{folder}/{file_name(work.uuid, index, self.manners)}.{suffix}{renewed}"
            for index in range(work.order.picture.samples)
        ]

    def fetch_link(self, work: Work) -> str:
        """Where to ask for this request again."""
        return f"{self.origin}/api/v6/images/fetch/{work.id}"


def file_name(uuid: str, index: int, manners: Manners) -> str:
    """Stem of image *index*."""
    return f"{uuid}-{index}" if manners.file_name == "uuid-first" else f"{index}-{uuid}"


def success(work: Work, scene: Scene, output: Sequence[JSON] | None = None) -> Said:
    """The pictures are there. *output* stands in for the links where the pictures are inside the answer."""
    body: Body = {
        "status": "success",
        "generationTime": round(work.ended_at - work.turn.start, 2),
        "id": scene.identity(work),
        **_where(work, scene, output),
        "nsfw_content_detected": work.order.nsfw,
        "webhook_status": "",
        "meta": meta(work, scene.manners),
        "tip": TIP,
    }
    return Said(body)


def fetched(work: Work, scene: Scene, output: Sequence[JSON] | None = None) -> Said:
    """A fetch's success: usually much shorter than the first answer."""
    if scene.manners.fetched == "full":
        return success(work, scene, output)
    return Said({"status": "success", "id": scene.identity(work), **_where(work, scene, output)})


def processing(work: Work, scene: Scene, eta: float) -> Said:
    """Accepted and not done; *eta* in seconds."""
    body: Body = {
        "status": "processing",
        "tip": "Your image is processing in background, you can get this image using the fetch API",
        "eta": _eta(eta, scene.manners),
        "message": WAIT,
        "webhook_status": "",
        "fetch_result": scene.fetch_link(work),
        "id": scene.identity(work),
        **_nothing_yet(scene.manners),
        "meta": meta(work, scene.manners),
        "future_links": scene.links(work),
    }
    return Said(body)


def still_processing(work: Work, scene: Scene, eta: float) -> Said:
    """What a fetch says before the pictures are done: no ``meta`` any more."""
    body: Body = {
        "status": "processing",
        "id": scene.identity(work),
        "message": "Request processing",
        "eta": _eta(eta, scene.manners),
        **_nothing_yet(scene.manners),
    }
    return Said(body)


def meta(work: Work, manners: Manners) -> Body:
    """The request as it was carried out, under the names *manners* has."""
    names = RENAMED[manners.meta]
    told = {names.get(name, name): value for name, value in work.order.meta.items() if name not in NOT_ECHOED}
    if manners.meta == "page":
        return told | {"file_prefix": work.uuid}
    unwanted = ", ".join(filter(None, [str(told["negative_prompt"]), ALWAYS_UNWANTED]))
    return told | {"file_prefix": f"{work.uuid}.png", "negative_prompt": unwanted}


def _where(work: Work, scene: Scene, output: Sequence[JSON] | None) -> Body:
    """Where the images are: ``output``, ``proxy_links`` or ``future_links``."""
    if output is not None:
        return {"output": list(output)}
    links, proxies = scene.links(work), scene.links(work, proxy=True)
    if scene.manners.output == "future":
        return {"future_links": links}
    place: Body = {"output": links} if scene.manners.output == "output" else {"output": ""}
    if scene.manners.proxy_links == "object":
        return place | {"proxy_links": {str(index): link for index, link in enumerate(proxies)}}
    if scene.manners.proxy_links == "list" or scene.manners.output == "proxy":
        return place | {"proxy_links": proxies}
    return place


def _nothing_yet(manners: Manners) -> Body:
    nothing: dict[str, Body] = {"list": {"output": []}, "string": {"output": ""}, "absent": {}}
    return nothing[manners.pending_output]


def _eta(seconds: float, manners: Manners) -> JSON:
    return max(1, round(seconds)) if manners.eta == "int" else round(max(0.0, seconds), 10)
