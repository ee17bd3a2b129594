"""``flux-batch serve``: the embedded server, until a signal, or until whoever started it is gone."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from flux_batch.errors import FluxBatchError


@click.command(name="serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8177, show_default=True, help="Port to listen on; 0 takes a free one.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON line with the base_url to stdout once it accepts."
)
@click.option("--until-eof", is_flag=True, help="Stop when stdin ends: a server that dies with its parent.")
@click.option("--queue-limit", default=5, show_default=True, help="Requests the account may have in flight.")
@click.option("--workers", type=int, help="Requests served at once, first in first out; default: all in the queue.")
@click.option("--service-time", default="0", show_default=True, help="Seconds, uniform:3,6 or lognormal:4.5,0.6.")
@click.option("--hold", default=20.0, show_default=True, help="Seconds a POST waits before it answers processing.")
@click.option("--renderer", type=click.Choice(["painter", "swatch"]), default="painter", show_default=True)
@click.option("--ledger", type=click.Path(path_type=Path, dir_okay=False), help="File for one JSON line per event.")
def command(*, as_json: bool, until_eof: bool, **options: Any) -> None:
    """Play the service on this machine: the same API, painted pictures, no key needed.

    \b
    Example: flux-batch serve --port 8177
    """
    try:
        code = run(as_json=as_json, until_eof=until_eof, **options)
    except FluxBatchError as problem:
        click.echo(f"error: {problem}", err=True)
        if problem.hint:
            click.echo(f"\nhint: {problem.hint}", err=True)
        code = problem.exit_code
    sys.exit(code)


def run(*, as_json: bool, until_eof: bool, renderer: str, service_time: str, **options: Any) -> int:
    """Serve and return the exit code."""
    import anyio

    from flux_batch.addons.server.running import serve
    from flux_batch.addons.server.service_time import ServiceTime
    from flux_batch.addons.server.serving import Server
    from flux_batch.addons.server.settings import Settings
    from flux_batch.addons.server.swatch import Swatch

    def announce(server: Server) -> None:
        click.echo(f"listening on {server.base_url}, playground at {server.origin}/", err=True)
        if as_json:
            click.echo(json.dumps({"base_url": server.base_url}))

    settings = Settings(service_time=ServiceTime.parse(service_time), **options)
    return anyio.run(serve, settings, Swatch() if renderer == "swatch" else None, announce, until_eof)
