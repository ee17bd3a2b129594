"""flux-batch: prompts x seeds x styles -> a verified image dataset, each image bought once.

```python
grid = flux_batch.load_grid("grid.yaml")
async with flux_batch.Batch(grid) as batch:
    async for event in batch:
        ...
```

The names below are the public door; everything else may change. Each is imported when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flux_batch.batch import Batch
    from flux_batch.engine.clock import Clock
    from flux_batch.engine.spans import Span, Tracer
    from flux_batch.errors import (
        AllRefused,
        AnswerLost,
        DownloadFailed,
        FluxBatchError,
        FolderLocked,
        GridError,
        Interrupted,
        KeyMissing,
        KeyRejected,
        LimitReached,
        Misdirected,
        NeverSent,
        OutOfCredit,
        RecordDamaged,
        RunStopped,
        StorageFailed,
        TransportError,
        Unreachable,
        UsageError,
    )
    from flux_batch.grid import Grid, load_grid, make_grid
    from flux_batch.plan import Plan, make_plan
    from flux_batch.plan.job import Job, job_id
    from flux_batch.request.endpoint import Endpoint
    from flux_batch.request.key import Key
    from flux_batch.request.transport import Answer, Download, Transport
    from flux_batch.store.crew import State
    from flux_batch.store.disk import Disk
    from flux_batch.store.events import Begun, Ended, Event, Failed, Kept, Quarantined, Refetched, Stopping
    from flux_batch.store.manifest import Line
    from flux_batch.store.report import Report

__all__ = [
    "AllRefused",
    "Answer",
    "AnswerLost",
    "Batch",
    "Begun",
    "Clock",
    "Disk",
    "Download",
    "DownloadFailed",
    "Ended",
    "Endpoint",
    "Event",
    "Failed",
    "FluxBatchError",
    "FolderLocked",
    "Grid",
    "GridError",
    "Interrupted",
    "Job",
    "Kept",
    "Key",
    "KeyMissing",
    "KeyRejected",
    "LimitReached",
    "Line",
    "Misdirected",
    "NeverSent",
    "OutOfCredit",
    "Plan",
    "Quarantined",
    "RecordDamaged",
    "Refetched",
    "Report",
    "RunStopped",
    "Span",
    "State",
    "Stopping",
    "StorageFailed",
    "Tracer",
    "Transport",
    "TransportError",
    "Unreachable",
    "UsageError",
    "job_id",
    "load_grid",
    "make_grid",
    "make_plan",
]

_HOMES = {
    "flux_batch.batch": ("Batch",),
    "flux_batch.engine.clock": ("Clock",),
    "flux_batch.engine.spans": ("Span", "Tracer"),
    "flux_batch.grid": ("Grid", "load_grid", "make_grid"),
    "flux_batch.plan": ("Plan", "make_plan"),
    "flux_batch.plan.job": ("Job", "job_id"),
    "flux_batch.request.endpoint": ("Endpoint",),
    "flux_batch.request.key": ("Key",),
    "flux_batch.request.transport": ("Answer", "Download", "Transport"),
    "flux_batch.store.crew": ("State",),
    "flux_batch.store.disk": ("Disk",),
    "flux_batch.store.events": ("Begun", "Ended", "Event", "Failed", "Kept", "Quarantined", "Refetched", "Stopping"),
    "flux_batch.store.manifest": ("Line",),
    "flux_batch.store.report": ("Report",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    """Import a public name from its home: ``flux-batch --help`` waits for no HTTP library."""
    if name not in __all__:
        raise AttributeError(f"module 'flux_batch' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME.get(name, "flux_batch.errors")), name)


def __dir__() -> list[str]:
    return sorted(__all__)
