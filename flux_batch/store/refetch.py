"""A run that buys nothing: it takes in what lies there, fetches what is paid, and asks for what is pending."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import asdict
from typing import cast

import anyio

from flux_batch.engine.clock import Clock
from flux_batch.engine.pool import run_on_each
from flux_batch.errors import UsageError
from flux_batch.grid import Grid, make_grid
from flux_batch.plan import make_plan
from flux_batch.plan.job import JSON
from flux_batch.request.endpoint import Endpoint, find_endpoints
from flux_batch.request.fleet import open_endpoints
from flux_batch.store.agenda import Agenda
from flux_batch.store.crew import DOWNLOADS, Ground, hire
from flux_batch.store.delivery import Delivery
from flux_batch.store.events import Event, Kept, Quarantined, Refetched, journal_line
from flux_batch.store.folder import Folder
from flux_batch.store.lines import checked, raw_lines
from flux_batch.store.record import Record, forgotten
from flux_batch.store.repair import beyond_reach, may_still_come, take_out
from flux_batch.store.report import replace_whole
from flux_batch.store.store import Store, open_store

RUN = b'{"v":1,"e":"run",'
REBUY = "somebody asked for it to be bought again"


def last_run(folder: Folder) -> Record:
    """Return the last ``run`` record of the journal, empty where there is none.

    Raises:
        RecordDamaged: it is damaged.
        StorageFailed: the journal cannot be read.
    """
    found: Record = {}
    for number, line, last in raw_lines(folder.journal):
        if line.startswith(RUN):
            found = checked(folder.journal, number, line, last=last) or found
    return found


def grid_of(run: Record) -> Grid:
    """Return a grid with the settings of an earlier *run*: where its images come from and how they are kept.

    Raises:
        UsageError: the journal knows of no run.
    """
    settings = run.get("settings")
    if not isinstance(settings, Mapping):
        raise UsageError("the journal knows of no run", hint="`flux-batch run GRID` puts right what a run can")
    return make_grid({**settings, "name": run.get("grid"), "axes": {"prompt": ["-"]}})


async def refetch(folder: Folder, clock: Clock, *, rebuy: bool, service: Endpoint | None = None) -> list[str]:
    """Bring *folder* up to what is paid for; return what was done, in sentences.

    Args:
        folder: of an earlier run.
        clock: time.
        rebuy: mark what cannot be had any more, so that the next run buys it again.
        service: where to ask; None reads it from the journal and the key from the environment.

    Raises:
        RunStopped, KeyMissing: it came to an end before all was tried.
    """
    run = await anyio.to_thread.run_sync(last_run, folder)
    # Without a run in the journal nothing can be fetched; what is gone may be given up all the same.
    grid = None if rebuy and not run else grid_of(run)
    endpoints = (service,) if service else () if grid is None else find_endpoints(grid.accounts)
    async with open_store(folder, clock) as store:
        await store.begin({"e": "repair"})
        said = list(store.notes)
        if grid is not None:
            said += await _fetch(store, grid, endpoints, clock)
        if rebuy:
            said += await _mark(store)
        await anyio.to_thread.run_sync(_correct_report, store)
    return said


async def _fetch(store: Store, grid: Grid, endpoints: tuple[Endpoint, ...], clock: Clock) -> list[str]:
    said: list[str] = []
    ground = Ground(clock, random.Random())
    plan = make_plan(grid)
    agenda = Agenda(plan, store, grid.limits)

    async def hear(event: Event) -> None:
        said.extend(_sentences(event))

    async with open_endpoints(endpoints, links=DOWNLOADS) as transport:
        crew = hire(grid, len(plan), transport, store, ground, lambda event: store.note(journal_line(event)))
        delivery = Delivery(store, crew, agenda, ground.brake, hear)
        await delivery.put_right()
        for jobs in (agenda.paid(), agenda.pending()):
            await run_on_each(delivery.deliver, jobs, at_once=crew.at_once, brake=ground.brake)
    ground.brake.check()
    return said


def _sentences(event: Event) -> list[str]:
    match event:
        case Refetched(file_name=name):
            return [f"{name} was fetched again"]
        case Kept(line=line):
            return [f"{line.file_name} was taken in"]
        case Quarantined(file_name=name, reason=reason):
            return [f"set aside: {name}: {reason}"]
        case _:
            return []


async def _mark(store: Store) -> list[str]:
    """Let the next run buy what nobody can fetch any more."""
    standings, missing = store.book.standings, store.stock.missing.values()
    jobs, waiting = beyond_reach(standings.values(), missing), sum(map(may_still_come, standings.values()))
    samples = {line.job: line.samples for line in missing} | {
        name: each.job.samples for name, each in standings.items()
    }
    images = sum(samples[job] for job in jobs)
    gone = {image for image in store.stock.missing if image[0] in jobs}
    await anyio.to_thread.run_sync(take_out, store.folder, gone)
    for job in jobs:
        await store.record(forgotten(job, REBUY))
    whole = f": {images} images, for a request is bought whole" if images > len(jobs) else ""
    said = [f"{_jobs(len(jobs))} will be bought again by the next run{whole}"] if jobs else []
    return [*said, f"{_jobs(waiting)} paid for may still come: not bought again"] if waiting else said


def _jobs(count: int) -> str:
    return "1 job" if count == 1 else f"{count} jobs"


def _correct_report(store: Store) -> None:
    """Let ``run.json`` say what the books say now."""
    path = store.folder.run_json
    try:
        report = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return
    if isinstance(report, dict):
        numbers: dict[str, JSON] = {**cast("dict[str, JSON]", report), "kept": store.stock.done.images}
        replace_whole(
            store.folder, path, json.dumps({**numbers, **asdict(store.book.money)}, indent=2).encode() + b"\n"
        )
