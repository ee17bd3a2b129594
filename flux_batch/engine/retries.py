"""The thin shell around the retry policy: it waits between two posts of one job, outside any slot."""

from __future__ import annotations

from random import Random

from flux_batch.engine.brake import Brake
from flux_batch.engine.clock import Clock
from flux_batch.engine.outcome import Busy, Failure, NeverSent, Outcome, ServerError, Unknown
from flux_batch.engine.retry import Failures, Retry, RetryQuota


class Retries:
    """All retries of a run.

    Args:
        retry: the policy.
        clock: time.
        rng: jitter.
        brake: pulled ends every wait.
    """

    def __init__(self, retry: Retry, *, clock: Clock, rng: Random, brake: Brake) -> None:
        self._retry = retry
        self._clock = clock
        self._rng = rng
        self._brake = brake
        self._quota = RetryQuota()

    async def wait(self, failures: Failures, outcome: Outcome) -> bool:
        """Wait until the job may be posted again; return False where it is to be given up.

        Where the retries of the whole run have become too many, the job is parked, not given up.

        Args:
            failures: of this job, *outcome* included.
            outcome: how its last post ended.

        Raises:
            RunStopped: the run ends while the job waits; it is left for the next run.
        """
        if not isinstance(outcome, Busy | ServerError | NeverSent | Unknown):
            return False
        delay = self._retry.delay(failures, outcome, self._rng)
        if delay is None:
            return False
        parked, self._quota = self._quota.take(outcome, self._clock.monotonic())
        await self._brake.sleep(max(delay, parked))
        self._brake.check()
        return True

    def succeeded(self, retried: Failure | None = None) -> None:
        """Learn that a job was accepted, at its first try or after *retried*."""
        self._quota = self._quota.earn(self._clock.monotonic(), retried)
