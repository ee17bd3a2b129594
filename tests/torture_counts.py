"""What the torture has tried, counted in the process that tried it and added up where the session is told of."""

from __future__ import annotations


class Counts:
    """What all tests of tests/torture have tried in this process: shown at the end of a session."""

    faults = 0
    runs = 0
    kills = 0
    checks = 0
    violations = 0

    @classmethod
    def told(cls) -> dict[str, int]:
        """Return all of them by name."""
        return {name: getattr(cls, name) for name in ("faults", "runs", "kills", "checks", "violations")}

    @classmethod
    def add(cls, others: dict[str, int]) -> None:
        """Add what another process has told."""
        for name, count in others.items():
            setattr(cls, name, getattr(cls, name) + count)
