"""SeaweedFS makes sockets in /tmp that are named by its ports: which ports a server gets, and when it is ready."""

import socket
from pathlib import Path

import msgspec

from tests.lab.file_host import file_host
from tieback.lab.servers.seaweedfs import KIND, can_store, side_ports

OPEN, PROTECTED = KIND.stores
"""At 127.77.0.220 and 127.77.0.221."""


def bound(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()
    return listener


def test_each_address_has_ports_of_its_own(tmp_path: Path) -> None:
    assert [side_ports(store, tmp_path) for store in KIND.stores] == [30_000, 30_009]
    assert side_ports(msgspec.structs.replace(OPEN, address="127.77.200.220"), tmp_path) == 33_600


def test_a_socket_that_was_left_is_removed(tmp_path: Path) -> None:
    left = tmp_path / "seaweedfs-master-grpc-30004.sock"
    bound(left).close()
    assert left.exists()
    assert side_ports(OPEN, tmp_path) == 30_000
    assert not left.exists()


def test_ports_of_a_running_server_are_passed_over(tmp_path: Path) -> None:
    with bound(tmp_path / "seaweedfs-master-grpc-30013.sock"):
        assert side_ports(PROTECTED, tmp_path) == 30_018


def test_a_file_that_cannot_be_removed_is_passed_over(tmp_path: Path) -> None:
    # A folder stands for a file of another user: the lab may not remove it either.
    (tmp_path / "seaweedfs-filer-grpc-30008.sock").mkdir()
    assert side_ports(OPEN, tmp_path) == 30_009


def test_it_is_ready_once_a_volume_server_has_joined() -> None:
    """Answers of weed 4.48; an emulation, because the real one is only sometimes late."""
    before = b'{"Topology":{"Max":0,"Free":0,"DataCenters":null,"Layouts":null},"TopologyId":""}'
    after = (
        b'{"Topology":{"Max":8,"Free":8,"DataCenters":[{"Id":"DefaultDataCenter"}],"Layouts":null},"TopologyId":"1"}'
    )
    with file_host({"/dir/status": before}) as master:
        assert can_store(("127.0.0.1", master.port)) is None
        master.files["/dir/status"] = after
        assert can_store(("127.0.0.1", master.port)) is True
