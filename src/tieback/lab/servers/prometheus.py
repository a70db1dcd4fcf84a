"""Prometheus (Debian): open and empty; with a password, it shows nothing to identify it. It scrapes nothing.

Records are loaded by remote write (https://prometheus.io/docs/specs/prw/remote_write_spec/): a protobuf message in
Snappy's block format, uncompressed.
"""

import re
import struct
import time

from tieback.lab.http_client import is_answering, send_request
from tieback.lab.interface import LabProduct, StartContext
from tieback.lab.people import synthetic_rows
from tieback.lab.process import RunningServer, run_tool
from tieback.lab.programs import Need, locate
from tieback.lab.serve import create_server_directory, serve
from tieback.lab.store import Holding, LabStore, ServerProgram, StoreState, lab_store
from tieback.model.probe import Access
from tieback.protocols.leb128 import encode_leb128

_PROGRAM = Need("prometheus", "Debian: prometheus")
_CHUNK = 65536
_WRITE = {
    "Content-Type": "application/x-protobuf",
    "Content-Encoding": "snappy",
    "X-Prometheus-Remote-Write-Version": "0.1.0",
}


def start(place: StartContext) -> RunningServer:
    """Start it without anything to scrape."""
    binary, store = str(locate(_PROGRAM)), place.store
    home = create_server_directory(place)
    (home.path / "prometheus.yml").write_text("global: {}\n", encoding="ascii")
    version = re.search(r"version ([^\s,]+)", run_tool((binary, "--version"), directory=home.path))
    words = (
        f"--config.file={home.path}/prometheus.yml",
        f"--web.listen-address={store.address}:{store.port}",
        f"--storage.tsdb.path={home.path}/data",
        "--web.enable-remote-write-receiver",
    )
    where = (store.address, store.port)
    return serve(
        place, home, (binary, *words), lambda: is_answering(where, "/-/ready"), version=version[1] if version else ""
    )


def load(store: LabStore, server: RunningServer) -> None:
    """Write one series per record, with one point."""
    now = int(time.time() * 1000)
    for holding in store.holdings:
        series = b"".join(
            _field(1, _series({"__name__": holding.dataset, "row": str(number), **_texts(row)}, now))
            for number, row in enumerate(synthetic_rows(holding.dataset, holding.records))
        )
        where = (server.address, server.port)
        send_request(where, "POST", "/api/v1/write", uncompressed(series), _WRITE)


def count(_store: LabStore, server: RunningServer, holding: Holding) -> int:
    """Series of that name, by a query."""
    path = f"/api/v1/query?query=count({holding.dataset})"
    found = send_request((server.address, server.port), "GET", path).json()["data"]["result"]
    return int(found[0]["value"][1]) if found else 0


def uncompressed(data: bytes) -> bytes:
    """Data in Snappy's block format: its length, then literals."""
    parts = [encode_leb128(len(data))]
    for at in range(0, len(data), _CHUNK):
        chunk = data[at : at + _CHUNK]
        parts += [b"\xf4", struct.pack("<H", len(chunk) - 1), chunk]
    return b"".join(parts)


def _texts(row: dict[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in row.items()}


def _series(labels: dict[str, str], milliseconds: int) -> bytes:
    told = b"".join(
        _field(1, _field(1, name.encode()) + _field(2, value.encode())) for name, value in sorted(labels.items())
    )
    # A double in field 1, a varint in field 2.
    return told + _field(2, b"\x09" + struct.pack("<d", 1.0) + b"\x10" + encode_leb128(milliseconds))


def _field(number: int, data: bytes) -> bytes:
    """A length-delimited field of protobuf."""
    return encode_leb128(number << 3 | 2) + encode_leb128(len(data)) + data


_VISITS = (Holding(("tsdb",), "visitors", 150),)
KIND = LabProduct(
    server=ServerProgram.PROMETHEUS,
    needs=(_PROGRAM,),
    start=start,
    load=load,
    count=count,
    stores=tuple(
        lab_store(f"prometheus-{name}", ServerProgram.PROMETHEUS, place, 9090, state, access, holdings=held)
        for name, place, state, access, held in (
            ("open", 114, StoreState.OPEN, Access.OPEN, _VISITS),
            ("empty", 115, StoreState.EMPTY, Access.SCHEMA_ONLY, ()),
        )
    ),
)
