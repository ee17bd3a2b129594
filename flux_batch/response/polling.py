"""How long a job that is being processed is asked for: pure arithmetic in seconds, no clock and no sleep."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Polling:
    """When patience with one job ends; it then stays pending for the next run and is never posted again.

    When it is worth asking, and how often all jobs together may ask, is decided in ``engine.pollgate``.

    Attributes:
        estimates: deadline, in multiples of the estimate.
        patience: seconds before the deadline, at least.
        believed: seconds; a longer estimate is read as this.
    """

    estimates: float = 10.0
    patience: float = 900.0
    believed: float = 3600.0

    def deadline(self, eta: float | None) -> float:
        """Return the seconds from ``processing`` to the end of this run's patience.

        Args:
            eta: the service's estimate in seconds, None where it gave none; NaN and what is negative say nothing.
        """
        estimate = min(eta, self.believed) if eta is not None and eta > 0 else 0.0
        return max(self.estimates * estimate, self.patience)
