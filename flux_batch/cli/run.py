"""``flux-batch run``: make the images of a grid; again = resume."""

from __future__ import annotations

import json
import logging
import signal
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING, Any

import click

from flux_batch.cli.complete import failure_classes, grid_files
from flux_batch.cli.unattended import GOOD_NIGHTS, Beside
from flux_batch.cli.words import complaining, many, say, say_error
from flux_batch.errors import StorageFailed

if TYPE_CHECKING:
    from anyio.abc import TaskStatus

    from flux_batch.addons.remote.mirror import Mirror
    from flux_batch.batch import Batch
    from flux_batch.cli.show import Show
    from flux_batch.errors import FluxBatchError
    from flux_batch.grid import Grid
    from flux_batch.store.events import Ended

KEYS = {
    "out": "output.dir",
    "mirror": "output.mirror",
    "base_url": "endpoint.base_url",
    "concurrency": "limits.concurrency",
    "rate": "limits.rate",
    "limit": "limits.limit",
    "shard": "limits.shard",
    "max_cost": "limits.max_cost",
    "max_posts": "limits.max_posts",
    "until": "limits.until",
    "on_ambiguous": "limits.on_ambiguous",
    "skip_failed": "limits.skip_failed",
    "only": "limits.only",
    "rebuy": "limits.rebuy",
    "webhook_listen": "webhook.listen",
    "webhook_url": "webhook.url",
    "dry_run": "run.dry_run",
    "yes": "run.yes",
    "json": "run.json",
    "quiet": "run.quiet",
    "verbose": "run.verbose",
    "log_format": "run.log_format",
    "metrics_file": "run.metrics_file",
    "otel": "run.otel",
}
"""Option -> key of the grid file: each can be written there as well, and the command line wins.

``--on-finish`` is missing on purpose: a grid may come from a stranger and must not bring commands for the shell.
"""

MANY = 1_000_000
"""Posts from which a run wants to be told that they are meant."""

HINT = "type the same command again: it goes on where this run stopped"
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _number_or_auto(_: click.Context, __: click.Parameter, value: str | None) -> int | str | None:
    return int(value) if value is not None and value.isdecimal() else value


def _list_or_none(_: click.Context, __: click.Parameter, value: tuple[str, ...]) -> list[str] | None:
    return list(value) or None


@click.command("run", epilog="Example: flux-batch run configs/quickstart.yaml")
@click.argument("grid", metavar="GRID", type=click.Path(), shell_complete=grid_files)
@click.option("--set", "settings", metavar="KEY=VALUE", multiple=True, help="Replace one value: axes.seed.count=2.")
@click.option("--out", metavar="DIR", type=click.Path(), help="Output folder.")
@click.option("--mirror", metavar="URL", help="Copy all that is public there: s3://bucket/set.")
@click.option("--base-url", metavar="URL", help="Where to post, or `embedded`.")
@click.option("--concurrency", metavar="N|auto", callback=_number_or_auto, help="Jobs at the service at once.")
@click.option("--rate", metavar="N/s|N/min", help="Posts per time.")
@click.option("--limit", metavar="N", type=click.IntRange(1), help="Stop after N jobs.")
@click.option("--shard", metavar="I/N", help="Only the I-th of N equal parts, I from 0.")
@click.option("--max-cost", metavar="USD", type=click.FloatRange(0), help="Stop before this is spent.")
@click.option("--max-posts", metavar="N", type=click.IntRange(0), help="Stop after N posts.")
@click.option("--until", metavar="HH:MM|DURATION", help="Stop posting then.")
@click.option("--on-ambiguous", type=click.Choice(["retry", "hold"]), help="What to do when an answer is lost.")
@click.option("--skip-failed", is_flag=True, default=None, help="Leave jobs alone that failed before.")
@click.option(
    "--only",
    metavar="WHAT",
    multiple=True,
    callback=_list_or_none,
    shell_complete=failure_classes,
    help="Only these jobs, as status names them.",
)
@click.option("--rebuy", is_flag=True, default=None, help="With --only: pay again for what cannot be had.")
@click.option("--webhook-listen", metavar="HOST:PORT", help="Listen for the service's calls there.")
@click.option("--webhook-url", metavar="URL", help="How the service reaches that address.")
@click.option("--dry-run", is_flag=True, default=None, help="Check everything, send nothing.")
@click.option("--yes", is_flag=True, default=None, help="Make more than a million posts without being asked.")
@click.option("--json", "json", is_flag=True, default=None, help="run.json on stdout, words on stderr.")
@click.option("--quiet", is_flag=True, default=None, help="No progress and no summary.")
@click.option("-v", "--verbose", count=True, default=None, help="What the slots do; twice: every image.")
@click.option("--log-format", type=click.Choice(["text", "json"]), help="json: one object a line on stderr.")
@click.option("--metrics-file", metavar="FILE", type=click.Path(), help="Keep numbers for Prometheus there.")
@click.option("--otel", is_flag=True, default=None, help="Send trace and numbers, as OTEL_* variables say.")
@click.option("--on-finish", metavar="COMMAND", help="Give this to the shell when the run is over.")
def command(grid: str, settings: tuple[str, ...], on_finish: str | None, **options: Any) -> None:
    """Make the images of GRID. The same command again makes what is missing, and buys nothing twice."""
    from flux_batch.grid import load_grid, setting

    typed = {name: value for name, value in options.items() if value is not None and (name, value) != ("verbose", 0)}
    with complaining(as_json="json" in typed):
        overrides = {**dict(map(setting, settings)), **{KEYS[name]: value for name, value in typed.items()}}
        checked = load_grid(grid, overrides=overrides)
    with complaining(as_json=checked.run.json_):
        beside = Beside(checked, on_finish)
        beside.configure_logging(_level(checked.run.verbose))
        _is_meant(checked)
        code = _dry_run(checked) if checked.run.dry_run else _run(beside, grid)
    raise click.exceptions.Exit(code)


def _is_meant(grid: Grid) -> None:
    """Ask before a grid is bought that nobody counted.

    Raises:
        UsageError: more than MANY posts, no limit of any kind, and no ``--yes``.
    """
    from flux_batch.errors import UsageError
    from flux_batch.plan import make_plan

    limits, posts = grid.limits, len(make_plan(grid))
    bounded = limits.limit or limits.max_posts is not None or limits.max_cost is not None or limits.shard
    if posts > MANY and not (grid.run.yes or grid.run.dry_run or bounded):
        raise UsageError(
            f"the grid asks for {posts:,} posts",
            hint="read `flux-batch plan GRID`, then say --yes, or set --limit, --max-posts or --max-cost",
        )


def _level(verbose: int) -> int:
    return {0: logging.WARNING, 1: logging.INFO}.get(verbose, logging.DEBUG)


def _dry_run(grid: Grid) -> int:
    from flux_batch.cli.past import look
    from flux_batch.cli.plan import facts
    from flux_batch.plan import make_plan
    from flux_batch.plan.quote import quote
    from flux_batch.request.endpoint import find_endpoints

    find_endpoints(grid.accounts)
    plan = make_plan(grid)
    say(f"{many(len(plan), 'post')} for {many(plan.images, 'image')}; nothing was sent", err=grid.run.json_)
    if grid.run.json_:
        say(json.dumps(facts(plan, quote(plan, look(grid.output.dir))), indent=2))
    return 0


def _run(beside: Beside, path: str) -> int:
    import anyio

    from flux_batch.plan import make_plan

    for warning in make_plan(beside.grid).warnings:
        if not beside.grid.run.quiet:
            beside.warn(warning.text, warning.hint)
    with suppress(KeyboardInterrupt):
        ended, error = anyio.run(_batch, beside)
        error = _sum_up(ended, error, beside, path)
        if error is not None:
            beside.complain(error)
        code = _exit_code(ended, error)
        beside.finish(code, error)
        return code
    return 128 + signal.SIGINT


def _exit_code(ended: Ended | None, error: FluxBatchError | None) -> int:
    """Return the run's own code; where that is a good one, the code of what kept its copy from being complete."""
    if ended is None:
        return 1 if error is None else error.exit_code
    code = ended.report.exit_code
    return error.exit_code if error is not None and code in GOOD_NIGHTS else code


def _sum_up(ended: Ended | None, error: FluxBatchError | None, beside: Beside, path: str) -> FluxBatchError | None:
    """Say how it ended; return what its end is put down to: the run's own *error*, or that nothing could be said."""
    try:
        if ended is not None:
            _say_end(ended, beside, path)
        elif error is not None and beside.grid.run.json_:
            say_error(error.message, error.hint, error.exit_code)
    except StorageFailed as mute:
        return error or mute
    return error


def _say_end(ended: Ended, beside: Beside, path: str) -> None:
    """Speak to people, and on stdout to programs that asked for it."""
    from flux_batch.cli.summary import summary

    grid = beside.grid
    if not (grid.run.quiet or beside.as_json):
        copy = grid.output.mirror if beside.mirrored else None
        for line in summary(ended.report, grid.output.dir, path, changed=ended.changed, copy=copy):
            say(line, err=grid.run.json_)
    if grid.run.json_:
        say(json.dumps(ended.report.to_json(), indent=2))


async def _batch(beside: Beside) -> tuple[Ended | None, FluxBatchError | None]:
    """Run the grid, with a receiver for webhook calls beside it where one is wanted."""
    from flux_batch.batch import Batch

    grid, tracer = beside.grid, beside.tracer
    if grid.webhook.listen is None:
        return await _listen(Batch(grid, tracer=tracer), beside)
    from flux_batch.addons.webhook.receiver import receiving
    from flux_batch.engine.bell import Bells

    bells = Bells()
    async with receiving(grid.webhook.listen, bells.ring, bells.hint) as receiver:
        public = grid.webhook.url or f"http://{grid.webhook.listen.rpartition(':')[0]}:{receiver.port}"
        batch = Batch(grid, webhook=receiver.url(public), bells=bells, tracer=tracer)
        return await _listen(batch, beside)


async def _listen(batch: Batch, beside: Beside) -> tuple[Ended | None, FluxBatchError | None]:
    """Run *batch*, draw what happens, and pass signals on to it."""
    import anyio

    from flux_batch.errors import FluxBatchError

    ended, error = None, None
    show = beside.show(anyio.current_time())
    async with anyio.create_task_group() as tasks:
        await tasks.start(_pass_signals_on, batch, beside.mirror)
        if beside.metrics is not None:
            tasks.start_soon(beside.metrics.keep_writing)
        try:
            async with beside.mirror or nullcontext():
                ended, error = await _draw(batch, show)
                error = await beside.copied(ended, error)
        except FluxBatchError as refused:
            error = refused
        tasks.cancel_scope.cancel()
    return ended, error


async def _draw(batch: Batch, show: Show) -> tuple[Ended | None, FluxBatchError | None]:
    import anyio

    from flux_batch.errors import FluxBatchError
    from flux_batch.store.events import Ended

    ended, error = None, None
    async with anyio.create_task_group() as ticking:
        ticking.start_soon(_tick, show, batch)
        try:
            async with batch:
                async for event in batch:
                    show.take(event)
                    ended = event if isinstance(event, Ended) else ended
        except FluxBatchError as stopped:
            error = stopped
        finally:
            show.close()
        ticking.cancel_scope.cancel()
    return ended, error


async def _tick(show: Show, batch: Batch) -> None:
    import anyio

    while True:
        await anyio.sleep(1)
        show.tick(anyio.current_time(), batch.state)


async def _pass_signals_on(batch: Batch, mirror: Mirror | None, *, task_status: TaskStatus[None]) -> None:
    """The first signal ends the posting, the second ends the waiting for what is under way."""
    import anyio

    from flux_batch.batch import DRAIN
    from flux_batch.errors import Interrupted

    with anyio.open_signal_receiver(*SIGNALS) as received:
        task_status.started()
        async for number in received:
            # SIGHUP, a closed terminal, ends a run as SIGTERM does.
            code = 128 + (signal.SIGTERM if number == signal.SIGHUP else number)
            reason = Interrupted(f"interrupted by {signal.Signals(number).name}", code=code, hint=HINT)
            if mirror is not None:
                mirror.hurry(reason, 0.0 if batch.stopping else DRAIN)
            if batch.stopping:
                batch.stop_now()
            batch.stop(reason)
