"""What listens on this machine: a free subnet for a lab, the lab that holds one, and ports of other programs.

Source: ``/proc/net/tcp`` and ``/proc/net/tcp6`` (proc_net_tcp(5)), which list the listeners of all users. The process
of a listener is visible only to its own user and to root.
"""

import errno
import os
import re
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from tieback.model.errors import LabError

STORE_VARIABLE = "TIEBACK_LAB_STORE"
"""Environment variable of every server of a lab: the directory of its store, ``LAB/stores/NAME``."""
SUBNETS = range(256)
"""Third number of the address 127.77.SUBNET.x."""
_LISTEN = "0A"
_MAPPED = "0000000000000000FFFF0000"
"""Start of an IPv4-mapped address in ``/proc/net/tcp6``."""
_MOST_LINES = 1_000_000


class Listener(msgspec.Struct, frozen=True):
    """One listening TCP socket."""

    address: str
    """IPv4 address; empty if it listens on all addresses."""
    port: int
    inode: int
    """Number of the socket, as in ``/proc/<pid>/fd``."""


class Owner(msgspec.Struct, frozen=True):
    """The process of a listener."""

    pid: int
    program: str
    session: int
    """Process ID of its session leader; a lab starts each server in a session of its own."""
    lab: str
    """Directory of the lab that started it; empty if no lab did."""


def listeners(net: Path = Path("/proc/net")) -> list[Listener]:
    """The listening TCP sockets that accept IPv4; none if the system has no ``/proc/net``."""
    return [one for name in ("tcp", "tcp6") for one in _read(net / name)]


def _read(table: Path) -> Iterator[Listener]:
    try:
        lines = table.read_text(encoding="ascii", errors="replace").splitlines()[1:_MOST_LINES]
    except OSError:
        return
    for line in lines:
        words = line.split()
        if len(words) < 10 or words[3] != _LISTEN:
            continue
        number, _, port = words[1].rpartition(":")
        address = _address(number)
        if address is not None and re.fullmatch("[0-9A-F]{1,4}", port) and words[9].isdecimal():
            yield Listener(address, int(port, 16), int(words[9]))


def _address(number: str) -> str | None:
    """IPv4 address of a hexadecimal little-endian number; empty for all addresses, ``None`` for other IPv6."""
    if not number.strip("0"):
        return ""
    number = number.removeprefix(_MAPPED)
    if re.fullmatch("[0-9A-F]{8}", number) is None:
        return None
    if number == "00000000":
        return ""
    return ".".join(str(part) for part in reversed(bytes.fromhex(number)))


def owners(inodes: Iterable[int], proc: Path = Path("/proc")) -> dict[int, Owner]:
    """The processes of some listeners, by inode; those of other users are missing unless we are root."""
    links = {f"socket:[{inode}]": inode for inode in inodes}
    found: dict[int, Owner] = {}
    for folder in proc.iterdir() if links else ():
        if not folder.name.isdecimal():
            continue
        try:
            held = {links[link] for fd in (folder / "fd").iterdir() if (link := _link(fd)) in links}
            if held:
                owner = _owner(folder)
                found.update(dict.fromkeys(held, owner))
        except (OSError, ValueError, IndexError):
            # It ended meanwhile, or belongs to another user.
            continue
    return found


def _link(fd: Path) -> str:
    try:
        return str(fd.readlink())
    except OSError:
        return ""


def _owner(folder: Path) -> Owner:
    stat = (folder / "stat").read_text(encoding="ascii", errors="replace")
    # The command in parentheses may contain spaces and parentheses: fields are counted after the last one.
    fields = stat[stat.rindex(")") + 2 :].split()
    program = stat[stat.index("(") + 1 : stat.rindex(")")]
    settings = (folder / "environ").read_bytes().split(b"\0")
    marked = [one.partition(b"=")[2] for one in settings if one.startswith(f"{STORE_VARIABLE}=".encode())]
    # Some servers overwrite their environment; then the working directory names the store.
    store = os.fsdecode(marked[0]) if marked else str((folder / "cwd").readlink())
    return Owner(int(folder.name), program, int(fields[3]), store.rpartition("/stores/")[0])


def holder_text(address: str, port: int) -> str:
    """The process that listens there, and its lab; empty if neither can be seen.

    Servers of one subnet belong to one lab, and some overwrite their environment: any of them names the lab.
    """
    subnet = address.rpartition(".")[0] + "."
    near = [one for one in listeners() if one.address.startswith(subnet) or (not one.address and one.port == port)]
    known = owners(one.inode for one in near)
    at = next((known[one.inode] for one in near if one.port == port and one.inode in known), None)
    lab = next((known[one.inode].lab for one in near if one.inode in known and known[one.inode].lab), "")
    everywhere = any(not one.address and one.port == port for one in near)
    words = f" by process {at.pid} ({at.program})" if at else ""
    if everywhere:
        return f"{words} on all addresses of this machine"
    return words + (f" of the lab in {lab}" if lab else "")


def foreign_ports(addresses: Iterable[str], ours: frozenset[int]) -> dict[str, frozenset[int]]:
    """The ports of some addresses on which programs other than ours listen, by address.

    A program that listens on all addresses of the machine also answers at the addresses of a lab.

    Args:
        addresses: IPv4 addresses.
        ours: process IDs of the session leaders of our servers.
    """
    wanted = set(addresses)
    near = [one for one in listeners() if not one.address or one.address in wanted]
    known = owners(one.inode for one in near)
    foreign = [one for one in near if one.inode not in known or known[one.inode].session not in ours]
    return {
        address: frozenset(one.port for one in foreign if one.address in ("", address)) for address in sorted(wanted)
    }


@contextmanager
def reserved_subnet(preferred: int, subnets: range = SUBNETS) -> Iterator[int]:
    """Choose a subnet in which nothing listens, and reserve it until the servers of the lab listen there.

    The reservation is a Unix socket in the abstract namespace (unix(7)): other labs of this machine see it, also those
    of other users, and it ends with this process.

    Raises:
        LabError: every subnet is in use.
    """
    for subnet in dict.fromkeys((preferred, *subnets)):
        lock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        with lock:
            try:
                lock.bind(f"\0tieback-lab-127.77.{subnet}")
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
                continue
            if any(one.address.startswith(f"127.77.{subnet}.") for one in listeners()):
                continue
            yield subnet
            return
    raise LabError(
        "no subnet of 127.77.0.0/16 is free",
        where="lab",
        advice="Stop a lab that you do not need with `tieback lab down --dir DIR`",
    )
