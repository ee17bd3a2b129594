"""Station 2: Grid -> Job, Job, ...: lazy, random access, stable ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flux_batch.plan.plan import Plan, make_plan

__all__ = ["Plan", "make_plan"]


def __getattr__(name: str) -> object:
    """Import the planner when it is asked for: whoever needs only :mod:`flux_batch.plan.job` waits for no models."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from flux_batch.plan import plan

    return getattr(plan, name)
