"""Words -> one call. Heavy imports live inside the command bodies, so that ``--help`` is fast."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Iterator
from typing import Any

import click
from click.shell_completion import CompletionItem

COMMANDS = {
    "run": "make the images of a grid; again = resume",
    "plan": "count, cost, time, warnings, first bodies; sends nothing",
    "report": "slots, times, errors, money and drift of all runs, on one page",
    "gallery": "the images on one page: compare, filter, pick; opens without a server",
    "export": "the images for training: imagefolder, webdataset or parquet",
    "status": "what is there, what is not, what it cost; also during a run",
    "verify": "each image against its line, hash and journal; --repair fetches, never buys",
    "serve": "the embedded server: the same API, painted pictures, no key",
    "schema": "the JSON Schema of the grid file, for editors",
    "styles": "the styles there are, and what each says in words",
    "init": "a grid to start from, or one made of a file of prompts",
}


class Commands(click.Group):
    """One module per command, imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names in the order people need them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import ``flux_batch.cli.<name>`` and return its ``command``."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        command = importlib.import_module(f"flux_batch.cli.{cmd_name}").command
        return command if isinstance(command, click.Command) else None

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Make the streams ready before anything is said."""
        from flux_batch.cli.streams import prepare

        prepare()
        return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Tell wrong words to a program in JSON as well: click itself speaks to people only.

        What a command says last it says outside of its own care: a full stream is an error of ours as any other.
        """
        from flux_batch.cli.words import complaining, say_error

        as_json = "--json" in ctx.args
        try:
            with complaining():
                return super().invoke(ctx)
        except click.UsageError as error:
            if as_json:
                say_error(error.format_message(), None, error.exit_code)
            raise

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        """Offer the commands without importing one, and the options."""
        found = [CompletionItem(name, help=help_) for name, help_ in self._rows() if name.startswith(incomplete)]
        return found + click.Command.shell_complete(self, ctx, incomplete)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or name the one that was probably meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            if not near:
                raise
            raise click.UsageError(f"{error.message} Did you mean {near[0]!r}?", ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing one."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._rows()))

    def _rows(self) -> Iterator[tuple[str, str]]:
        yield from COMMANDS.items()


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="flux-batch")
def main() -> None:
    """Turn a YAML grid into a verified image dataset, each image bought once."""
