"""``flux-batch serve``: the embedded server, until a signal, or until whoever started it is gone."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import click

from flux_batch.addons.server.manners import Manners
from flux_batch.cli.words import complaining, say
from flux_batch.errors import UsageError

if TYPE_CHECKING:
    from flux_batch.addons.server.settings import Settings

FILE = click.Path(path_type=Path, dir_okay=False)
SECONDS = click.FloatRange(min=0)
COUNT = click.IntRange(min=1)


def manners(command: Callable[..., None]) -> Callable[..., None]:
    """Give *command* one option per way in which answers vary."""
    kinds = get_type_hints(Manners)
    for manner in reversed(fields(Manners)):
        flag, kind = f"--{manner.name.replace('_', '-')}", click.Choice(get_args(kinds[manner.name]))
        option = click.option(flag, type=kind, default=manner.default, show_default=True, help=manner.metadata["words"])
        command = option(command)
    return command


@click.command(name="serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8177, show_default=True, help="Port to listen on; 0 takes a free one.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line with the base_url once it accepts.")
@click.option("--until-eof", is_flag=True, help="Stop when stdin ends: a server that dies with its parent.")
@click.option(
    "--queue-limit", default=5, show_default=True, type=COUNT, help="Requests the account may have in flight."
)
@click.option("--workers", type=COUNT, help="Requests served at once, first in first out; default: the whole queue.")
@click.option("--service-time", default="0", show_default=True, help="Seconds, uniform:3,6 or lognormal:4.5,0.6.")
@click.option("--hold", default=20.0, show_default=True, type=SECONDS, help="Seconds a POST waits for its images.")
@click.option("--eta-error", default=0.0, show_default=True, type=click.FloatRange(0, 1), help="0.2: wrong by 20 %.")
@click.option("--retry-after", default=30, show_default=True, type=COUNT, help="Seconds a full queue tells to wait.")
@click.option("--price", default=0.0047, show_default=True, type=SECONDS, help="USD per image.")
@click.option("--balance", default=1_000_000.0, show_default=True, type=SECONDS, help="USD in the wallet at start.")
@click.option("--key-env", metavar="NAME", help="Variable that holds the only valid key; default: any key will do.")
@click.option("--temp-seconds", default=86_400.0, show_default=True, type=SECONDS, help="Life of a temp link.")
@click.option("--link-lag", default=0.0, show_default=True, type=SECONDS, help="Seconds a new link answers 404.")
@click.option("--spam-seconds", default=0.0, show_default=True, type=SECONDS, help="Refuse the same body this long.")
@click.option("--webhook-any-host", is_flag=True, help="Let webhooks leave this machine.")
@click.option("--seed", default=0, show_default=True, help="Seed of everything the server draws itself.")
@click.option("--ledger", type=FILE, help="One JSON line per event; an old one is remembered.")
@click.option("--faults", "script", type=FILE, help="Fault script, YAML: `post#3: drop_after_read`.")
@click.option("--fault", "lines", multiple=True, metavar="LINE", help="One line of a fault script; may be repeated.")
@click.option("--list-faults", is_flag=True, help="List the faults there are, and stop.")
@click.option(
    "--renderer",
    type=click.Choice(["painter", "swatch"]),
    default="painter",
    show_default=True,
    help="Who makes the pictures: the painter, or plain colour fields, quickly, for load and tests.",
)
@manners
def command(*, as_json: bool, until_eof: bool, list_faults: bool, renderer: str, **options: Any) -> None:
    """Play the service on this machine: the same API, painted pictures, no key needed.

    \b
    Examples: flux-batch serve
              flux-batch serve --queue-limit 10 --service-time uniform:3,6 --fault 'image#*: truncated 5%'
    """
    with complaining(as_json=as_json):
        if list_faults:
            return show_faults()
        sys.exit(run(settings(options), renderer, as_json=as_json, until_eof=until_eof))


def settings(options: dict[str, Any]) -> Settings:
    """Build the server's settings from the command line.

    Raises:
        UsageError: one of them cannot be read.
    """
    from flux_batch.addons.server.faults.script import Script
    from flux_batch.addons.server.service_time import ServiceTime
    from flux_batch.addons.server.settings import Settings

    file, lines = options.pop("script"), options.pop("lines")
    faults = Script.load(file) if file else Script()
    options["faults"] = Script((*Script.of(dict(map(split, lines))).rules, *faults.rules), faults.seed)
    options["service_time"] = ServiceTime.parse(options["service_time"])
    options["key"] = key_in(options.pop("key_env"))
    options["manners"] = Manners(**{manner.name: options.pop(manner.name) for manner in fields(Manners)})
    return Settings(**options)


def split(line: str) -> tuple[str, str]:
    """Part one line of a fault script into event and fault."""
    event, _, how = line.partition(":")
    return event, how


def key_in(name: str | None) -> str | None:
    """Return the key in the environment variable *name*.

    Raises:
        UsageError: it is not set, or empty.
    """
    if name is None:
        return None
    key = os.environ.get(name, "").strip()
    if not key:
        raise UsageError(f"no key in the environment variable {name}", hint=f"set {name}, or leave --key-env away")
    return key


def run(chosen: Settings, renderer: str, *, as_json: bool, until_eof: bool) -> int:
    """Serve and return the exit code."""
    import anyio

    from flux_batch.addons.server.running import serve
    from flux_batch.addons.server.serving import Server
    from flux_batch.addons.server.swatch import Swatch

    def announce(server: Server) -> None:
        say(f"listening on {server.base_url}, playground at {server.origin}/", err=True)
        if as_json:
            say(json.dumps({"base_url": server.base_url}))

    return anyio.run(serve, chosen, Swatch() if renderer == "swatch" else None, announce, until_eof)


def show_faults() -> None:
    """Print each fault, where it can be played, and what it does."""
    from flux_batch.addons.server.faults.table import FAULTS

    for name, fault in FAULTS.items():
        say(f"{name:16} {', '.join(fault.on):18} {fault.words}")
