"""Everything about the server that can be chosen, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from flux_batch.addons.server.faults.script import Script
from flux_batch.addons.server.manners import Manners
from flux_batch.addons.server.service_time import ServiceTime

DAY = 86_400.0
MEBIBYTE = 2**20


@dataclass(frozen=True, slots=True)
class Settings:
    """The account the server plays, and where it listens.

    Attributes:
        host, port: where to listen; port 0 takes a free one.
        queue_limit: requests the account may have queued or processing at once (the service sells 5, 10 and 15).
        workers: requests served at once, first in first out; None serves the whole queue at once.
        service_time: how long one request takes at least; rendering comes on top only where it takes longer.
        hold: seconds a POST waits for its pictures before it answers ``processing``; a request whose estimate is
            longer is answered at once.
        eta_error: 0 for true estimates; 0.2 lets each be wrong by up to 20 %.
        retry_after: seconds a full queue tells to wait.
        price: of one image, in USD.
        balance: of the wallet at start, in USD.
        key: the only valid API key; None accepts any that is not empty.
        temp_seconds: how long a ``temp`` link lives.
        link_lag: seconds for which a link answers 404 after its request succeeded.
        spam_seconds: how long the same body counts as sent twice; 0 never.
        seed: of everything the server draws itself.
        first_id: generation ids count up from here; None takes one from the clock, so that no two servers share ids.
        remember: requests whose answers and pictures can still be asked for; older ones are forgotten.
        cache_bytes: rendered pictures kept; others are rendered again when asked for.
        webhook_any_host: whether webhooks may leave this machine.
        ledger: file that gets one JSON line per event, before the event misbehaves; None keeps it in memory only.
        faults: what goes wrong on purpose.
        manners: how answers are spelled.
    """

    host: str = "127.0.0.1"
    port: int = 8177
    queue_limit: int = 5
    workers: int | None = None
    service_time: ServiceTime = field(default_factory=ServiceTime)
    hold: float = 20.0
    eta_error: float = 0.0
    retry_after: int = 30
    price: float = 0.0047
    balance: float = 1_000_000.0
    key: str | None = field(default=None, repr=False)
    temp_seconds: float = DAY
    link_lag: float = 0.0
    spam_seconds: float = 0.0
    seed: int = 0
    first_id: int | None = None
    remember: int = 50_000
    cache_bytes: int = 128 * MEBIBYTE
    webhook_any_host: bool = False
    ledger: Path | None = None
    faults: Script = field(default_factory=Script)
    manners: Manners = field(default_factory=Manners)
