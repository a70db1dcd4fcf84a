"""The loaded records and the expected probe results, for the end-to-end tests: ``truth.json``."""

import msgspec

from tieback.lab.people import DATASET_VERSION
from tieback.lab.state import LabServer
from tieback.lab.store import LabStore
from tieback.model.document import encode
from tieback.model.public_key import PublicKey


class Containers(msgspec.Struct, frozen=True):
    """One container and its records."""

    path: tuple[str, ...]
    records: int


class StoreTruth(msgspec.Struct, frozen=True):
    """One store that was filled and running when the file was written."""

    name: str
    host: str
    address: str
    port: int
    product: str
    version: str
    state: str
    emulation: bool
    is_store: bool
    tls: bool
    access: str
    names: tuple[str, ...]
    """Containers that an app would name."""
    keys: tuple[PublicKey, ...]
    """Public keys that an app would contain."""
    named_access: str
    """As ``access``, if the probe receives these names and keys; empty if they change nothing."""
    ransom: str
    records: int
    containers: tuple[Containers, ...]


def truth_document(entries: dict[str, LabServer], stores: tuple[LabStore, ...]) -> bytes:
    """One JSON document, ``{"schema","dataset","stores":{name: StoreTruth}}``, of those ``stores`` that are filled."""
    present = ((store, entries.get(store.name)) for store in stores)
    filled = {s.name: _truth(s, entry) for s, entry in present if entry is not None and entry.records is not None}
    return encode("lab-truth", {"dataset": DATASET_VERSION, "stores": filled})


def _truth(store: LabStore, entry: LabServer) -> StoreTruth:
    return StoreTruth(
        name=store.name,
        host=store.host,
        address=store.address,
        port=entry.server.port,
        product=store.product,
        version=entry.server.version,
        state=store.state,
        emulation=store.emulation,
        is_store=store.is_store,
        tls=store.tls,
        access=store.access,
        names=store.names,
        keys=store.keys,
        named_access=store.named_access or "",
        ransom=store.ransom,
        records=store.records,
        containers=tuple(Containers(holding.path, holding.records) for holding in store.holdings),
    )
