"""Interface of the lab's servers: how to start, fill and count one product. One file per product."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from tieback.lab.process import RunningServer
from tieback.lab.programs import Need
from tieback.lab.store import Holding, LabStore, ServerProgram


class StartContext(msgspec.Struct, frozen=True):
    """Where and how to start one store."""

    store: LabStore
    """The store, with the address and port to listen on."""
    directory: Path
    """For its log, its data and ``process.json``; created if missing."""
    certificates: Path
    """Directory of the lab's authority (``certificates.authority``)."""
    installed: Path | None = None
    """Folder or program that the user named for this product."""


def _nothing(store: LabStore, server: RunningServer) -> None:
    """Change nothing."""


class LabProduct(msgspec.Struct, frozen=True, kw_only=True):
    """One product that the lab can run."""

    server: ServerProgram
    needs: tuple[Need, ...] = ()
    start: Callable[[StartContext], RunningServer]
    """Start it; raises ``LabError``. Data of an earlier run may be reused."""
    load: Callable[[LabStore, RunningServer], None] = _nothing
    """Empty the store, then load every holding."""
    count: Callable[[LabStore, RunningServer, Holding], int]
    """Records in one holding, as counted by the product; 0 if it does not exist."""
    stores: tuple[LabStore, ...] = ()
    """The labelled stores of this product, each with its own address."""
