"""The account's smaller endpoints: money, queue, models, what was made. None of them is billed."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from pydantic import ValidationError

from flux_batch.addons.server import refusals
from flux_batch.addons.server.account import COUNTS_A_MINUTE
from flux_batch.addons.server.answers import Scene
from flux_batch.addons.server.forms import Assets, Keyed, Reload, Upload
from flux_batch.addons.server.models import MODELS
from flux_batch.addons.server.reply import JSON, Body, Said
from flux_batch.addons.server.service import Service
from flux_batch.addons.server.settings import MEBIBYTE

LARGEST_UPLOAD = 5 * MEBIBYTE
UPLOADS = 16
"""Uploads kept; older ones are forgotten."""


class Desk:
    """Answers about the account.

    Args:
        service: whose account it is.

    Attributes:
        uploads: files by name, from ``base64_to_url``.
    """

    def __init__(self, service: Service) -> None:
        self.service = service
        self.uploads: OrderedDict[str, bytes] = OrderedDict()

    def answer(self, path: str, payload: Body | None, scene: Scene) -> Said:
        """Check the key and the body, then let the endpoint at *path* answer."""
        form, answer = DESK[path]
        if not self.service.account.knows((payload or {}).get("key")):
            return refusals.bad_key()
        try:
            asked = form.model_validate(payload)
        except ValidationError as problem:
            return refusals.invalid(problem, form)
        return answer(self, asked, scene)

    def request_count(self, _: Keyed, __: Scene) -> Said:
        """How many requests are in the queue; may be asked 30 times a minute."""
        if not self.service.account.may_count(self.service.clock()):
            return refusals.too_often(COUNTS_A_MINUTE)
        words = "Current processing request count retrieved successfully"
        count = len(self.service.account.queue)
        return Said({"status": "success", "processing_count": count, "message": words})

    def wallet_balance(self, _: Keyed, __: Scene) -> Said:
        """What is left in the wallet."""
        balance = round(self.service.account.balance, 4)
        return Said({"status": "success", "data": {"balance": balance, "currency": "USD"}})

    def assets_generated(self, asked: Assets, scene: Scene) -> Said:
        """What was made, newest first."""
        works = self.service.shelf.latest(asked.per_page, asked.per_page * (asked.page - 1))
        data: list[JSON] = [{"id": scene.identity(work), "output": scene.links(work)} for work in works]
        place: Body = {"current_page": asked.page, "per_page": asked.per_page}
        return Said({"status": "success", "data": data, "pagination": place})

    def model_list(self, _: Keyed, __: Scene) -> Said:
        """The models, as a bare list."""
        ready: dict[str, JSON] = {"status": "model_ready", "instance_prompt": None, "screenshots": ""}
        return Said([{"model_id": name, "model_name": words, **ready} for name, words in MODELS.items()])

    def system_load(self, _: Keyed, __: Scene) -> Said:
        """How long the queue is, in requests and in seconds."""
        queue = self.service.account.queue
        seconds = round(queue.waiting_time(self.service.clock()), 2)
        return Said({"queue_num": len(queue), "queue_time": seconds, "status": "ok"})

    def model_reload(self, asked: Reload, _: Scene) -> Said:
        """Load a model again; it is always there."""
        if asked.model_id not in MODELS:
            return refusals.unknown_model(asked.model_id)
        return Said({"status": "success", "message": f"Model {asked.model_id} is reloaded"})

    def base64_to_url(self, asked: Upload, scene: Scene) -> Said:
        """Take a picture as text, give a link."""
        text = asked.base64_string.rpartition(",")[2]
        try:
            file = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
        except (binascii.Error, ValueError):
            return refusals.error({"base64_string": ["The base64_string is not valid base64."]}, 400)
        if len(file) > LARGEST_UPLOAD:
            return refusals.error({"base64_string": ["The base64_string may not hold more than 5 MB."]}, 400)
        name = hashlib.sha256(file).hexdigest()[:32]
        self.uploads[name] = file
        if len(self.uploads) > UPLOADS:
            self.uploads.popitem(last=False)
        return Said({"status": "success", "output": [f"{scene.origin}/uploads/{name}.png"]})


Answer: TypeAlias = Callable[[Desk, Any, Scene], Said]
DESK: Mapping[str, tuple[type[Keyed], Answer]] = {
    "/api/v6/processing/request_count": (Keyed, Desk.request_count),
    "/api/wallet_balance": (Keyed, Desk.wallet_balance),
    "/api/v6/assets_generated": (Assets, Desk.assets_generated),
    "/api/assets_generated": (Assets, Desk.assets_generated),
    "/api/v4/dreambooth/model_list": (Keyed, Desk.model_list),
    "/api/v3/system_load": (Keyed, Desk.system_load),
    "/api/v6/images/model_reload": (Reload, Desk.model_reload),
    "/api/v6/base64_to_url": (Upload, Desk.base64_to_url),
}
"""Path -> the form it takes and what answers it."""
