"""A server starts in a fresh home, as somebody without rights, with its certificate where it speaks TLS."""

import os
import shutil
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from tieback.lab.certificates import authority
from tieback.lab.interface import StartContext
from tieback.lab.process import stop, unprivileged_account
from tieback.lab.serve import PEM, accepts_connections, create_server_directory, serve
from tieback.lab.store import LabStore, ServerProgram, StoreState, lab_store
from tieback.lab.wheels import outside_directory
from tieback.model.errors import LabError
from tieback.model.probe import Access

LISTEN = "import socket,sys,time; s=socket.create_server((sys.argv[1],int(sys.argv[2]))); time.sleep(60)"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[StartContext]:
    with socket.create_server(("127.77.255.9", 0)) as listener:
        port = listener.getsockname()[1]
    store = lab_store("x", ServerProgram.ETCD, 9, port, StoreState.OPEN, Access.OPEN)
    store = replace(store, address="127.77.255.9")
    yield StartContext(store, tmp_path / "x", authority(tmp_path / "tls"))
    shutil.rmtree(outside_directory(tmp_path / "x"), ignore_errors=True)


def with_store(place: StartContext, **changes: object) -> StartContext:
    changed: LabStore = replace(place.store, **changes)
    return replace(place, store=changed)


def test_nothing_of_an_earlier_run_stays(place: StartContext) -> None:
    first = create_server_directory(place)
    (first.path / "data").write_text("old")
    (place.directory / "dataset").write_text("1")
    second = create_server_directory(place)
    assert list(second.path.iterdir()) == []
    # Without the mark it is filled again.
    assert not (place.directory / "dataset").exists()


def test_its_certificate_is_there_only_where_it_speaks_tls(place: StartContext) -> None:
    assert not (create_server_directory(place).path / PEM).exists()
    assert (create_server_directory(with_store(place, tls=True)).path / PEM).read_bytes().count(
        b"BEGIN CERTIFICATE"
    ) == 2


def test_port_in_use_is_reported_before_anything_is_removed(place: StartContext) -> None:
    home = create_server_directory(place)
    (home.path / "kept").write_text("x")
    with (
        socket.create_server((place.store.address, place.store.port)),
        pytest.raises(LabError, match="port is in use"),
    ):
        create_server_directory(place)
    assert (home.path / "kept").exists()


def test_server_runs_unprivileged_under_root_and_is_found_again(place: StartContext) -> None:
    home = create_server_directory(place)
    where = (place.store.address, place.store.port)
    argv = (os.path.realpath(sys.executable), "-c", LISTEN, where[0], str(where[1]))
    server = serve(place, home, argv, lambda: accepts_connections(*where), version="3", stop_signal=signal.SIGKILL)
    try:
        account = unprivileged_account()
        expected = account.uid if account else os.geteuid()
        assert Path(f"/proc/{server.pid}").stat().st_uid == expected
        assert (server.product, server.version, server.directory) == ("etcd", "3", str(home.path))
        assert (place.directory / "process.json").exists()
    finally:
        assert stop(server)


def test_program_unreadable_by_nobody_runs_as_the_caller(place: StartContext, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    assert create_server_directory(place, program=closed / "server").account is None
