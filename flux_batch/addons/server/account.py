"""The account the server plays: its key, its wallet, its queue. Synchronous; *now* is an argument, in seconds."""

from __future__ import annotations

from collections import deque

from flux_batch.addons.server import refusals
from flux_batch.addons.server.queue import Queue
from flux_batch.addons.server.reply import Said
from flux_batch.addons.server.settings import Settings

COUNTS_A_MINUTE = 30
"""How often ``request_count`` may be asked."""
MINUTE = 60.0


class Account:
    """What decides whether a request is taken.

    Attributes:
        queue: the slots.
        balance: USD left.
        revoked: whether the key has been taken back.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.queue = Queue(settings.queue_limit, settings.workers)
        self.balance = settings.balance
        self.revoked = False
        self._seen: dict[str, float] = {}
        self._counted: deque[float] = deque()

    def knows(self, key: object) -> bool:
        """Whether *key* opens the account."""
        if self.revoked or not isinstance(key, str) or not key.strip():
            return False
        return self._settings.key is None or key == self._settings.key

    def cost(self, images: int) -> float:
        """Price of *images* in USD."""
        return round(images * self._settings.price, 10)

    def refusal(self, images: int, digest: str, now: float) -> Said | None:
        """Why a valid request for *images* is not taken, None where it is; *digest* stands for its body."""
        if self._repeated(digest, now):
            return refusals.spam(self._settings.spam_seconds)
        if self.balance < self.cost(images):
            return refusals.no_credit()
        if self.queue.full:
            words = self._settings.manners.busy
            return refusals.queue_full(self.queue.limit, len(self.queue), self._settings.retry_after, words)
        return None

    def pay(self, images: int) -> float:
        """Take the price of *images* from the wallet and return it."""
        cost = self.cost(images)
        self.balance = round(self.balance - cost, 10)
        return cost

    def suffer(self, blow: str) -> None:
        """Lose the key (``revoke``) or the money (``broke``), for good."""
        if blow == "revoke":
            self.revoked = True
        else:
            self.balance = 0.0

    def may_count(self, now: float) -> bool:
        """Whether ``request_count`` may be asked once more within this minute."""
        while self._counted and self._counted[0] <= now - MINUTE:
            self._counted.popleft()
        if len(self._counted) >= COUNTS_A_MINUTE:
            return False
        self._counted.append(now)
        return True

    def _repeated(self, digest: str, now: float) -> bool:
        if not self._settings.spam_seconds:
            return False
        horizon = now - self._settings.spam_seconds
        self._seen = {body: at for body, at in self._seen.items() if at > horizon}
        repeated = digest in self._seen
        self._seen.setdefault(digest, now)
        return repeated
