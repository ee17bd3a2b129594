"""For tests and experiments, from this machine only: read the ledger, change the account while it runs."""

from __future__ import annotations

import ipaddress
from dataclasses import asdict
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from flux_batch.addons.server.faults.script import Script
from flux_batch.addons.server.routes import STAGE
from flux_batch.addons.server.service import Service
from flux_batch.errors import UsageError


class Control(BaseModel):
    """What may be changed; what is absent stays as it is."""

    model_config = ConfigDict(extra="forbid")

    balance: float | None = Field(default=None, ge=0, description="USD in the wallet")
    revoked: bool | None = Field(default=None, description="whether the key is taken back")
    queue_limit: int | None = Field(default=None, ge=1, description="slots of the account")
    faults: dict[str, Any] | None = Field(default=None, description="a fault script in place of the one played")


async def ledger(request: web.Request) -> web.Response:
    """The ledger as JSON; ``?after=N`` leaves out events up to number N."""
    only_here(request)
    after = request.query.get("after", "0")
    first = int(after) if after.isdecimal() else 0
    entries = [asdict(entry) for entry in request.app[STAGE].ledger if entry.seq > first]
    return web.json_response({"entries": entries, "billed": sum(entry["billed"] for entry in entries)})


async def control(request: web.Request) -> web.Response:
    """Change the account or the faults."""
    only_here(request)
    try:
        wanted = Control.model_validate_json(await request.read())
        apply(wanted, request.app[STAGE].service)
    except (ValidationError, UsageError) as problem:
        return web.json_response({"error": str(problem)}, status=400)
    return web.json_response({"status": "success"})


def apply(wanted: Control, service: Service) -> None:
    """Make *service* as *wanted*.

    Raises:
        UsageError: the fault script cannot be read; nothing was changed.
    """
    script = None if wanted.faults is None else Script.of(wanted.faults)
    if script is not None:
        service.script = script
    if wanted.balance is not None:
        service.account.balance = wanted.balance
    if wanted.revoked is not None:
        service.account.revoked = wanted.revoked
    if wanted.queue_limit is not None:
        service.account.queue.limit = wanted.queue_limit


def only_here(request: web.Request) -> None:
    """Let nobody but this machine pass.

    Raises:
        HTTPForbidden: the request comes from elsewhere.
    """
    if not request.remote or not ipaddress.ip_address(request.remote.partition("%")[0]).is_loopback:
        raise web.HTTPForbidden
