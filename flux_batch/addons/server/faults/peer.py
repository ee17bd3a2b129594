"""Which process on this machine holds the other end of a connection. Linux only; elsewhere nobody is found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
HEX = 16


def owner(local_port: int, remote_port: int) -> int:
    """Return the process whose socket is bound to *local_port* and connected to *remote_port*, 0 where none is."""
    wanted = {f"socket:[{inode}]" for inode in inodes(local_port, remote_port)}
    return next((pid for pid, link in sockets() if link in wanted), 0)


def inodes(local_port: int, remote_port: int) -> Iterator[str]:
    """The socket inodes of a connection, from the kernel's tables."""
    for table in TABLES:
        if not table.exists():
            continue
        for line in table.read_text().splitlines()[1:]:
            fields = line.split()
            if (port(fields[1]), port(fields[2])) == (local_port, remote_port):
                yield fields[9]


def port(address: str) -> int:
    """The port in ``0100007F:1F90``."""
    return int(address.rpartition(":")[2], HEX)


def sockets() -> Iterator[tuple[int, str]]:
    """Every process's open sockets, as far as we may look."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            for entry in (folder / "fd").iterdir():
                with suppress(OSError):  # closed by now; its neighbours are not
                    yield int(folder.name), str(entry.readlink())
