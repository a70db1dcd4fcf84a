"""The seam of the lab's servers: how one product is started, filled and counted. One file a product."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from tieback.lab.process import RunningServer
from tieback.lab.programs import Need
from tieback.lab.store import Holding, Server, Store


class Place(msgspec.Struct, frozen=True):
    """Where one store is to be started."""

    store: Store
    """Its address and port are the ones to listen on."""
    directory: Path
    """For its log, its data and ``process.json``; exists or is made."""
    certificates: Path
    """The lab's own authority (``certificates.authority``)."""
    installed: Path | None = None
    """What the operator named for this product: a folder or a program."""


def _nothing(store: Store, server: RunningServer) -> None:
    """Leave it as it is."""


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One product that the lab can serve."""

    server: Server
    needs: tuple[Need, ...] = ()
    start: Callable[[Place], RunningServer]
    """Start it; raises ``LabError``. Data of an earlier run may be used again."""
    load: Callable[[Store, RunningServer], None] = _nothing
    """Empty the store, then load every holding."""
    count: Callable[[Store, RunningServer, Holding], int]
    """Records in one holding, by the product's own means; 0 where it does not exist."""
    stores: tuple[Store, ...] = ()
    """The labelled stores of this product, at addresses of their own."""
