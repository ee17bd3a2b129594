"""Which images the embedded server painted: the journal knows what service accepted each job."""

from __future__ import annotations

from pathlib import Path

from flux_batch.grid.settings import EMBEDDED
from flux_batch.store.folder import Folder
from flux_batch.store.lines import read_lines


def stand_ins(out: Path) -> frozenset[str]:
    """Return the jobs of output folder *out* whose images the embedded server painted.

    None where there is no journal. A stand-in that a run reached by its address is one service as any other.

    Raises:
        RecordDamaged: a line of the journal is damaged.
        StorageFailed: the journal cannot be read.
    """
    jobs: set[str] = set()
    service: object = None
    for record in read_lines(Folder(out).journal):
        if record.get("e") == "run":
            service = record.get("service")
        elif record.get("e") == "accepted":
            (jobs.add if service == EMBEDDED else jobs.discard)(str(record.get("job")))
    return frozenset(jobs)
