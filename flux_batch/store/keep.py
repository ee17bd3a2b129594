"""The last steps of one image's way: gates, final name, manifest line. The line comes last and makes it count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit, urlunsplit

import anyio

from flux_batch.plan.job import JSON, Job
from flux_batch.response.drift import drift
from flux_batch.store.fetch import Broken
from flux_batch.store.gates import Action, Evidence, Finding, findings
from flux_batch.store.image.check import ImageFacts
from flux_batch.store.image.defect import NotAnImage
from flux_batch.store.image.look import Looks, look
from flux_batch.store.lines import is_too_long
from flux_batch.store.manifest import FILE_NAME, Kept, Line
from flux_batch.store.part import Arrival
from flux_batch.store.publish import publish, set_aside
from flux_batch.store.record import fate
from flux_batch.store.standing import Fate, Generation, Standing
from flux_batch.store.store import Store

LOOKED_AT = frozenset({"single_color", "blank"})
"""Gates that need the pixels."""
UNSEEN = Looks(color=None, deviation=float("inf"))


@dataclass(frozen=True, slots=True)
class SetAside:
    """An image that was paid for and is not kept."""

    file_name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Restored:
    """An image whose file had gone and is back, with the bytes its manifest line names."""

    file_name: str


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

    async def keep(self, standing: Standing, sample: int, arrival: Arrival) -> Line | Restored | SetAside:
        """Publish *arrival* as image *sample* of its job, or move it to ``quarantine/`` where a gate says so.

        Where the manifest has a line for it already, its file takes the place it had, and no second line is written.

        Raises:
            NameTaken: another file has the final name.
            StorageFailed: the disk refused.
        """
        before = self.store.stock.missing.get((standing.job.id, sample))
        if before is not None:
            return await self._restore(standing, sample, arrival, before)
        generation = standing.generation or Generation()
        try:
            found = await self._judge(standing, generation, arrival)
        except NotAnImage as defect:
            found = (Finding("whole", Action.QUARANTINE, str(defect)),)
        reasons = [f"{finding.gate}: {finding.reason}" for finding in found if finding.action is Action.QUARANTINE]
        if reasons:
            return await self._set_aside(standing, sample, arrival.path, arrival.facts.extension, "; ".join(reasons))
        file_name = self._lies_at(arrival) or self.file_name(standing.job, sample, arrival.facts.extension)
        url = arrival.url and public(arrival.url)
        line = line_of(standing, sample, arrival.facts, file_name=file_name, url=url, created_at=self.store.now())
        line.flags.extend(finding.gate for finding in found)
        if is_too_long(line.to_json()):
            reason = "line: what the service answered is too long for a manifest line"
            return await self._set_aside(standing, sample, arrival.path, arrival.facts.extension, reason)
        await self._publish(arrival, file_name)
        await self.store.keep(line)
        await self.store.record(fate(standing.job.id, sample, Fate.KEPT))
        return line

    async def set_broken_aside(self, standing: Standing, sample: int, broken: Broken) -> SetAside:
        """Move what never arrived whole to ``quarantine/``."""
        return await self._set_aside(standing, sample, broken.path, ".broken", f"whole: {broken}")

    def file_name(self, job: Job, sample: int, extension: str) -> str:
        """Return the final name below the output folder, POSIX."""
        seed = job.body.get("seed")
        stem = self.name.format(job=job.id, sample=sample, seed="null" if seed is None else seed)
        return f"{self.store.folder.images.name}/{stem}{extension}"

    def _lies_at(self, arrival: Arrival) -> str | None:
        """Return the name below the output folder that a stray may keep, None where it has to get one."""
        path, images = arrival.path, self.store.folder.images
        name = f"{images.name}/{path.name}"
        fits = arrival.stray and path.suffix == arrival.facts.extension and FILE_NAME.fullmatch(name)
        return name if fits else None

    async def _restore(self, standing: Standing, sample: int, arrival: Arrival, before: Kept) -> Restored | SetAside:
        if arrival.facts.sha256 != before.sha256:
            reason = f"changed: fetched again for {before.file_name}, and it is another picture now"
            return await self._set_aside(standing, sample, arrival.path, arrival.facts.extension, reason)
        await self._publish(arrival, before.file_name)
        self.store.restored(standing.job.id, sample)
        await self.store.record(fate(standing.job.id, sample, Fate.KEPT))
        return Restored(before.file_name)

    async def _publish(self, arrival: Arrival, file_name: str) -> None:
        folder = self.store.folder
        await anyio.to_thread.run_sync(publish, folder.disk, arrival, folder.root / file_name)

    async def _judge(self, standing: Standing, generation: Generation, arrival: Arrival) -> tuple[Finding, ...]:
        looks = await anyio.to_thread.run_sync(self._look, arrival.path)
        body, facts = standing.job.body, arrival.facts
        asked = (body.get("width"), body.get("height"))
        evidence = Evidence(
            asked=cast("tuple[int, int]", asked) if all(isinstance(side, int) for side in asked) else None,
            got=(facts.width, facts.height),
            single_color=looks.single_color,
            blank=looks.nearly_blank,
            nsfw=generation.nsfw,
            seen_before=self.store.stock.done.has_bytes(facts.sha256),
        )
        return findings(evidence, self.gates)

    def _look(self, path: Path) -> Looks:
        if all(self.gates.get(gate, Action.OFF) == Action.OFF for gate in LOOKED_AT):
            return UNSEEN
        return look(path.read_bytes())

    async def _set_aside(self, standing: Standing, sample: int, path: Path, ending: str, reason: str) -> SetAside:
        name = f"{standing.job.id}-{sample}{ending}"
        folder = self.store.folder
        target = await anyio.to_thread.run_sync(partial(set_aside, folder, path, name, reason))
        file_name = target.relative_to(folder.root).as_posix()
        await self.store.record(fate(standing.job.id, sample, Fate.QUARANTINED, file_name=file_name, reason=reason))
        return SetAside(file_name, reason)


def line_of(
    standing: Standing, sample: int, facts: ImageFacts, *, file_name: str, url: str | None, created_at: str
) -> Line:
    """Return the manifest line of image *sample* of a job: from the journal, from the file, and the rest as given."""
    job, body, generation = standing.job, standing.job.body, standing.generation or Generation()
    seed = generation.meta.get("seed", body.get("seed"))
    drifts = drift(body, generation.meta, (facts.width, facts.height))
    return Line(
        job=job.id,
        sample=sample,
        samples=job.samples,
        file_name=file_name,
        bytes=facts.bytes,
        sha256=facts.sha256,
        prompt=str(body.get("prompt", "")),
        seed=seed if isinstance(seed, int) else None,
        style=job.style,
        axes=job.axes,
        model_id=str(body.get("model_id", "")),
        width=facts.width,
        height=facts.height,
        format=facts.format,
        request=body,
        meta=generation.meta,
        drift=[cast("dict[str, JSON]", asdict(each)) for each in drifts],
        generation_id=generation.id,
        generation_time=generation.seconds,
        url=url,
        nsfw=generation.nsfw,
        attempts=standing.attempts,
        billed="possibly_twice" if standing.unknown else "once",
        created_at=created_at,
    )


def public(url: str) -> str:
    """Return *url* without its query and its user: a signed link lets anybody in, and the manifest is shown around."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
