"""The lab's directory: records its running servers, so that later commands can find and stop exactly those."""

import fcntl
import os
import shutil
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from tieback.lab.process import RECORD, ProcessRecord, RunningServer, is_running, stop, stop_recorded
from tieback.lab.store import LabStore
from tieback.lab.stores import STORES, stores_in
from tieback.lab.wheels import outside_directory
from tieback.model.errors import LabError
from tieback.user_state import home_folder

GRANT = "lab.toml"
TRUTH = "truth.json"
_AT_ONCE = 32
"""Most servers that end at the same time; each waits, and most need little of the processor for that."""
_STATE = "state.json"
_LOCK = ".lock"
_STORES = "stores"
_TLS = "tls"


def default_directory(environment: Mapping[str, str]) -> Path:
    """``$TIEBACK_LAB``, else ``tieback/lab`` in the user's state directory (XDG Base Directory Specification)."""
    if chosen := environment.get("TIEBACK_LAB"):
        return Path(chosen)
    states = environment.get("XDG_STATE_HOME") or home_folder(environment) / ".local" / "state"
    return Path(states, "tieback", "lab")


class LabServer(msgspec.Struct, frozen=True):
    """One server that the lab started."""

    server: RunningServer
    records: int | None = None
    """Records loaded; ``None`` until loading has finished."""


class LabState(msgspec.Struct, frozen=True):
    """The state file."""

    subnet: int = 0
    """Third number of the stores' addresses."""
    odd_ports: bool = False
    """True if each store listens on a random high port."""
    servers: dict[str, LabServer] = msgspec.field(default_factory=dict)
    """Servers by store."""


class ServerStatus(msgspec.Struct, frozen=True):
    """One line of ``lab status``."""

    name: str
    """Name of the store in the lab."""
    product: str
    """Product of the server."""
    version: str
    """Version of the server; empty if unknown."""
    target: str
    """``address:port``."""
    host: str
    """Host name that apps and the grant use."""
    state: str
    """How the server is configured."""
    up: bool
    """True if the server is running."""
    records: int
    """Number of records that the lab put into it."""
    emulation: bool
    """True if the server is an emulation, not the product."""


class Lab:
    """A lab's directory. Commands that change it hold its lock."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.absolute()
        self._writing = threading.Lock()

    @property
    def grant(self) -> Path:
        """Path of its grant."""
        return self.directory / GRANT

    @property
    def truth(self) -> Path:
        """Path of the file with the loaded records (``truth.json``)."""
        return self.directory / TRUTH

    @property
    def certificates(self) -> Path:
        """Its certificate authority; clients can trust ``ca.pem``."""
        return self.directory / _TLS

    def store_directory(self, name: str) -> Path:
        """Directory with data and log of one store."""
        return self.directory / _STORES / name

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Create the directory if it is missing, and lock it against other commands.

        Raises:
            LabError: it cannot be created or written.
        """
        lock = self._take_lock()
        try:
            yield
        finally:
            os.close(lock)

    def _take_lock(self) -> int:
        while True:
            try:
                self.directory.mkdir(parents=True, exist_ok=True)
                lock = os.open(self.directory / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            except OSError as error:
                raise LabError(
                    f"cannot use the lab's directory ({error.strerror})",
                    where=str(self.directory),
                    advice="Choose another one with --dir or TIEBACK_LAB",
                ) from None
            fcntl.flock(lock, fcntl.LOCK_EX)
            # The previous holder may have purged the directory: then this lock is on a deleted file.
            if (self.directory / _LOCK).exists() and (self.directory / _LOCK).stat().st_ino == os.fstat(lock).st_ino:
                return lock
            os.close(lock)

    def state(self) -> LabState:
        """The content of the state file; empty if it is missing or truncated (``process.json`` covers that).

        Raises:
            LabError: it exists but cannot be read.
        """
        try:
            return msgspec.json.decode((self.directory / _STATE).read_bytes(), type=LabState)
        except (FileNotFoundError, NotADirectoryError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return LabState()
        except OSError as error:
            raise LabError(f"cannot be read ({error.strerror})", where=str(self.directory / _STATE)) from None

    def entries(self) -> dict[str, LabServer]:
        """The servers in the state file, by store."""
        return self.state().servers

    def choose_subnet(self, subnet: int | None, odd_ports: bool | None = None) -> int:
        """Set the subnet and the choice of ports; ``None`` keeps the current value.

        Returns:
            The subnet.

        Raises:
            LabError: servers are still running in another subnet, or on other ports.
        """
        state = self.state()
        wanted = LabState(
            state.subnet if subnet is None else subnet, state.odd_ports if odd_ports is None else odd_ports
        )
        if (wanted.subnet, wanted.odd_ports) == (state.subnet, state.odd_ports):
            return state.subnet
        if self.is_running():
            ports = "random ports" if state.odd_ports else "the usual ports"
            raise LabError(
                f"the lab is running in 127.77.{state.subnet}.0/24 on {ports}",
                where=str(self.directory),
                advice="Run `tieback lab down` first, or choose another --dir",
            )
        self._write(wanted)
        return wanted.subnet

    def is_running(self) -> bool:
        """True if one of its servers runs."""
        return any(is_running(entry.server.process) for entry in self.entries().values())

    def sessions(self) -> frozenset[int]:
        """Process IDs of its servers and their helper processes; each leads a session of its own."""
        pids = {entry.server.pid for entry in self.entries().values()}
        for pattern in (f"{_STORES}/*/{RECORD}", f"{_STORES}/*/*/{RECORD}"):
            for path in self.directory.glob(pattern):
                with suppress(OSError, msgspec.DecodeError):
                    pids.add(msgspec.json.decode(path.read_bytes(), type=ProcessRecord).process.pid)
        return frozenset(pids)

    def remember(self, name: str, entry: LabServer | None) -> None:
        """Write or remove one server's entry; thread-safe."""
        with self._writing:
            state = self.state()
            servers = {known: old for known, old in state.servers.items() if known != name}
            if entry is not None:
                servers[name] = entry
            self._write(LabState(state.subnet, state.odd_ports, servers))

    def _write(self, state: LabState) -> None:
        self.replace(_STATE, msgspec.json.format(msgspec.json.encode(state), indent=1))

    def replace(self, name: str, content: bytes) -> None:
        """Write a file of the lab in one step: complete or not at all."""
        fresh = self.directory / f"{name}.new"
        fresh.write_bytes(content)
        fresh.replace(self.directory / name)

    def statuses(self) -> list[ServerStatus]:
        """The status of each store, from its running process."""
        state = self.state()
        return [_standing(store, state.servers.get(store.name)) for store in stores_in(state.subnet)]

    def stop_all(self) -> tuple[list[str], list[LabError]]:
        """Stop every known server, including those of an interrupted command; many end at the same time.

        Returns:
            Names of the stores that were running, and the errors.
        """
        stopped: dict[str, None] = {}
        failed: list[LabError] = []
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            ends = {name: threads.submit(stop, entry.server) for name, entry in self.entries().items()}
            for name, end in ends.items():
                try:
                    if end.result():
                        stopped.setdefault(name)
                    self.remember(name, None)
                except LabError as error:
                    failed.append(error)
            records = sorted(self.directory.glob(f"{_STORES}/*/{RECORD}"))
            for record, end in [(record, threads.submit(stop_recorded, record.parent)) for record in records]:
                try:
                    if end.result():
                        stopped.setdefault(record.parent.name)
                except LabError as error:
                    failed.append(error)
        # Helper processes, such as a port mapper, stop after the servers that need them.
        for record in sorted(self.directory.glob(f"{_STORES}/*/*/{RECORD}")):
            try:
                stop_recorded(record.parent)
            except LabError as error:
                failed.append(error)
        return list(stopped), failed

    def purge(self) -> None:
        """Remove all files of the lab, inside and outside its directory; the servers must be stopped."""
        outside = [outside_directory(self.directory / _STORES)]
        outside += [outside_directory(self.store_directory(store.name)) for store in STORES]
        for place in outside:
            if place.is_dir() and not place.is_symlink() and place.lstat().st_uid == os.geteuid():
                shutil.rmtree(place)
        for name in (_STORES, _TLS):
            shutil.rmtree(self.directory / name, ignore_errors=True)
        for name in (_STATE, GRANT, TRUTH, _LOCK):
            (self.directory / name).unlink(missing_ok=True)
        if not any(self.directory.iterdir()):
            self.directory.rmdir()


def _standing(store: LabStore, entry: LabServer | None) -> ServerStatus:
    up = entry is not None and is_running(entry.server.process)
    return ServerStatus(
        name=store.name,
        product=store.product,
        version=entry.server.version if entry and up else "",
        target=f"{store.address}:{entry.server.port if entry and up else store.port}",
        host=store.host,
        state=store.state,
        up=up,
        records=entry.records or 0 if entry and up else 0,
        emulation=store.emulation,
    )
