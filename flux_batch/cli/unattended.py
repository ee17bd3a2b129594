"""What goes on beside a run that nobody watches: its log, its numbers, its trace, the command that follows it."""

from __future__ import annotations

import logging
import os
import secrets
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from flux_batch.cli.words import complain, plain, say

if TYPE_CHECKING:
    from flux_batch.addons.metrics.file import MetricsFile
    from flux_batch.addons.metrics.metrics import Metrics
    from flux_batch.addons.otel.telemetry import Telemetry
    from flux_batch.addons.remote.mirror import Mirror
    from flux_batch.cli.show import Show
    from flux_batch.engine.spans import Tracer
    from flux_batch.errors import FluxBatchError
    from flux_batch.grid import Grid
    from flux_batch.store.crew import State
    from flux_batch.store.events import Ended, Event

PACKAGE = "flux_batch"
LOG = f"{PACKAGE}.run"
GOOD_NIGHTS = frozenset({0, 3, 6})
"""Exit codes of runs whose end needs nobody: an incomplete copy counts for more."""


class Beside:
    """The company of one run.

    Args:
        grid: says what is wanted.
        on_finish: command for the shell when the run is over, from the command line alone.

    Attributes:
        run: id of the run: on every line of its JSON log, and in the environment of its hook.
        numbers: those of the run, None where nobody wants them.
        telemetry: sends them and the run's trace, None where it is not wanted.
        metrics: the metrics file, None where none is wanted.
        mirror: copies the folder elsewhere, None where that is not wanted.
        mirrored: whether the copy is complete.

    Raises:
        UsageError: the mirror's URL cannot be written to, or a package for it is missing.
    """

    def __init__(self, grid: Grid, on_finish: str | None = None) -> None:
        self.grid = grid
        self.on_finish = on_finish
        self.run = secrets.token_hex(4)
        self.numbers = self._numbers()
        self.telemetry = self._telemetry()
        self.metrics = self._metrics_file()
        self.mirror = self._mirror()
        self.mirrored = False

    @property
    def as_json(self) -> bool:
        """Whether all words are JSON lines."""
        return self.grid.run.log_format == "json"

    @property
    def tracer(self) -> Tracer | None:
        """What hears the steps of the run, None where nobody wants to."""
        return None if self.telemetry is None else self.telemetry.tracer

    def configure_logging(self, level: int) -> None:
        """Send our log records of at least *level* to stderr, and warnings of others, in the format that is wanted."""
        logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
        logging.getLogger(PACKAGE).setLevel(level)
        if self.as_json:
            from flux_batch.addons.logs.formatter import JsonFormatter

            for handler in logging.getLogger().handlers:
                handler.setFormatter(JsonFormatter(self.run))
            logging.getLogger(LOG).setLevel(logging.WARNING if self.grid.run.quiet else logging.INFO)

    def show(self, started: float) -> Show:
        """Return what draws the run; *started* is in monotonic seconds."""
        drawn = self._log_show(started) if self.as_json else self._words_show(started)
        return Together([drawn, *(each for each in (self.numbers, self.metrics, self.mirror) if each)])

    def _words_show(self, started: float) -> Show:
        from flux_batch.cli.show import show_for

        words = self.grid.run
        return show_for(quiet=words.quiet, started=started, verbose=words.verbose)

    def _log_show(self, started: float) -> Show:
        from flux_batch.addons.logs.events import LogShow

        return LogShow(logging.getLogger(LOG), started)

    def warn(self, text: str, hint: str | None = None) -> None:
        """Say what a person should read."""
        if self.as_json:
            logging.getLogger(LOG).warning("%s", text, extra={"fields": {"event": "warning", "hint": hint}})
            return
        say(f"warning: {plain(text)}", err=True)
        if hint:
            say(f"  hint: {plain(hint)}", err=True)

    def tell(self, text: str) -> None:
        """Say how far it is, to whoever wants to know."""
        if self.as_json:
            logging.getLogger(LOG).info("%s", text, extra={"fields": {"event": "progress"}})
        elif not self.grid.run.quiet:
            say(plain(text), err=True)

    def complain(self, error: FluxBatchError) -> None:
        """Say why the run ended."""
        if self.as_json:
            fields = {"event": "error", "hint": error.hint, "exit_code": error.exit_code}
            logging.getLogger(LOG).error("%s", error, extra={"fields": fields})
        else:
            complain(error)

    async def copied(self, ended: Ended | None, error: FluxBatchError | None) -> FluxBatchError | None:
        """Complete the mirror of a run that has *ended*; return what its end is put down to.

        An incomplete copy is news after a good night. After a bad one it is a warning: the run has its own trouble.
        """
        from flux_batch.errors import FluxBatchError

        if self.mirror is None or ended is None:
            return error
        try:
            await self.mirror.finish()
        except FluxBatchError as incomplete:
            good = ended.report.exit_code in GOOD_NIGHTS
            first, second = (incomplete, error) if good else (error, incomplete)
            if second is not None:
                self.warn(str(second), second.hint)
            return first
        self.mirrored = True
        return error

    def finish(self, code: int, error: FluxBatchError | None) -> None:
        """Write the last numbers and run the hook; neither changes the exit *code*."""
        from flux_batch.errors import FolderLocked

        if self.numbers:
            self.numbers.end(code, time.time())
        if self.metrics and not isinstance(error, FolderLocked):
            self.metrics.write()
        if self.telemetry:
            self.telemetry.close()
        if self.on_finish:
            self._run_hook(self.on_finish, code)

    def _run_hook(self, command: str, code: int) -> None:
        from flux_batch.addons.hook.hook import Finished, run_hook, without_keys
        from flux_batch.grid.settings import KEY_VARIABLE

        grid = self.grid
        told = Finished(grid.name, grid.output.dir, code, self.run).variables()
        environment = without_keys(os.environ, {KEY_VARIABLE, *(account.key_env for account in grid.accounts)})
        trouble = run_hook(command, {**environment, **told})
        if trouble:
            self.warn(trouble)

    def _mirror(self) -> Mirror | None:
        if self.grid.output.mirror is None:
            return None
        from flux_batch.addons.remote.mirror import Mirror
        from flux_batch.addons.remote.store import open_store
        from flux_batch.store.folder import Folder

        store = open_store(self.grid.output.mirror)
        return Mirror(Folder(self.grid.output.dir), store, say=self.tell, warn=self.warn)

    def _numbers(self) -> Metrics | None:
        if not (self.grid.run.metrics_file or self.grid.run.otel):
            return None
        from importlib.metadata import version

        from flux_batch.addons.metrics.metrics import Metrics

        return Metrics({"grid": self.grid.name, "version": version("flux-batch")}, time.time())

    def _metrics_file(self) -> MetricsFile | None:
        if self.grid.run.metrics_file is None or self.numbers is None:
            return None
        from flux_batch.addons.metrics.file import MetricsFile

        return MetricsFile(self.grid.run.metrics_file, self.numbers, time.time, self.warn)

    def _telemetry(self) -> Telemetry | None:
        if not self.grid.run.otel or self.numbers is None:
            return None
        from flux_batch.addons.otel.setting import read_setting
        from flux_batch.errors import UsageError

        setting = read_setting(os.environ)
        try:
            from flux_batch.addons.otel.telemetry import Identity, Telemetry
        except ImportError:
            raise UsageError("--otel needs OpenTelemetry", hint="pip install 'flux-batch[otel]'") from None
        identity = Identity(self.numbers.labels["version"], self.run)
        return Telemetry(setting, identity, self.numbers, self.warn)


class Together:
    """Several displays as one."""

    def __init__(self, shows: Sequence[Show]) -> None:
        self._shows = shows

    def take(self, event: Event) -> None:
        """See :class:`flux_batch.cli.show.Show`."""
        for show in self._shows:
            show.take(event)

    def tick(self, now: float, state: State | None) -> None:
        """See :class:`flux_batch.cli.show.Show`."""
        for show in self._shows:
            show.tick(now, state)

    def close(self) -> None:
        """See :class:`flux_batch.cli.show.Show`."""
        for show in self._shows:
            show.close()
