"""The last steps of one image's way: gates, final name, manifest line. The line comes last and makes it count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import cast

import anyio

from flux_batch.plan.job import JSON, Job
from flux_batch.response.drift import drift
from flux_batch.store.fetch import Broken
from flux_batch.store.gates import Action, Evidence, Finding, findings
from flux_batch.store.image.look import look
from flux_batch.store.manifest import Line
from flux_batch.store.part import Arrival
from flux_batch.store.publish import publish, set_aside
from flux_batch.store.record import fate
from flux_batch.store.standing import Fate, Generation, Standing
from flux_batch.store.store import Store


@dataclass(frozen=True, slots=True)
class SetAside:
    """An image that was paid for and is not kept."""

    file_name: str
    reason: str


@dataclass(slots=True)
class Keeper:
    """Takes arrivals into the dataset.

    Attributes:
        store: where they go.
        name: template of the file name with ``{job}``, ``{sample}`` and ``{seed}``, without extension.
        gates: gate -> off, flag or quarantine.
    """

    store: Store
    name: str
    gates: Mapping[str, str]

    async def keep(self, standing: Standing, sample: int, arrival: Arrival) -> Line | SetAside:
        """Publish *arrival* as image *sample* of its job, or move it to ``quarantine/`` where a gate says so.

        Raises:
            NameTaken: another file has the final name.
            StorageFailed: the disk refused.
        """
        generation = standing.generation or Generation()
        found = await self._judge(standing, generation, arrival)
        reasons = [f"{finding.gate}: {finding.reason}" for finding in found if finding.action is Action.QUARANTINE]
        if reasons:
            return await self._set_aside(standing, sample, arrival.path, arrival.facts.extension, "; ".join(reasons))
        file_name = self.file_name(standing.job, sample, arrival.facts.extension)
        await anyio.to_thread.run_sync(publish, arrival, self.store.folder.root / file_name)
        line = self._line(standing, generation, sample, arrival, file_name)
        line.flags.extend(finding.gate for finding in found)
        await self.store.keep(line)
        await self.store.record(fate(standing.job.id, sample, Fate.KEPT))
        return line

    async def set_broken_aside(self, standing: Standing, sample: int, broken: Broken) -> SetAside:
        """Move what never arrived whole to ``quarantine/``."""
        return await self._set_aside(standing, sample, broken.path, ".broken", f"whole: {broken}")

    def file_name(self, job: Job, sample: int, extension: str) -> str:
        """Return the final name below the output folder, POSIX."""
        stem = self.name.format(job=job.id, sample=sample, seed=job.body.get("seed"))
        return f"{self.store.folder.images.name}/{stem}{extension}"

    async def _judge(self, standing: Standing, generation: Generation, arrival: Arrival) -> tuple[Finding, ...]:
        looks = await anyio.to_thread.run_sync(lambda: look(arrival.path.read_bytes()))
        body, facts = standing.job.body, arrival.facts
        asked = (body.get("width"), body.get("height"))
        evidence = Evidence(
            asked=cast("tuple[int, int]", asked) if all(isinstance(side, int) for side in asked) else None,
            got=(facts.width, facts.height),
            single_color=looks.single_color,
            nsfw=generation.nsfw,
            seen_before=self.store.recovery.done.has_bytes(facts.sha256),
        )
        return findings(evidence, self.gates)

    async def _set_aside(self, standing: Standing, sample: int, path: Path, ending: str, reason: str) -> SetAside:
        name = f"{standing.job.id}-{sample}{ending}"
        move = partial(set_aside, path, self.store.folder.quarantine, name)
        target = await anyio.to_thread.run_sync(move)
        file_name = target.relative_to(self.store.folder.root).as_posix()
        await self.store.record(fate(standing.job.id, sample, Fate.QUARANTINED, file_name=file_name, reason=reason))
        return SetAside(file_name, reason)

    def _line(self, standing: Standing, generation: Generation, sample: int, arrival: Arrival, name: str) -> Line:
        job, facts, body = standing.job, arrival.facts, standing.job.body
        seed = generation.meta.get("seed", body.get("seed"))
        return Line(
            job=job.id,
            sample=sample,
            file_name=name,
            prompt=str(body.get("prompt", "")),
            seed=seed if isinstance(seed, int) else None,
            style=job.style,
            axes=job.axes,
            model_id=str(body.get("model_id", "")),
            width=facts.width,
            height=facts.height,
            format=facts.format,
            bytes=facts.bytes,
            sha256=facts.sha256,
            request=body,
            meta=generation.meta,
            drift=[cast("dict[str, JSON]", asdict(each)) for each in drift(body, generation.meta)],
            generation_id=generation.id,
            generation_time=generation.seconds,
            url=arrival.url,
            nsfw=generation.nsfw,
            attempts=standing.attempts,
            billed="possibly_twice" if standing.unknown else "once",
            created_at=self.store.now(),
        )
