"""Uploads through a real server: connections that end early, two senders of one file, and bodies in chunks."""

import hashlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn

from tieback.pipeline.accounts.roles import Role
from tieback.web.app import build_server
from tieback.web.context import User
from tieback.web.settings import WebSettings

DATA = b"PK\x03\x04" + bytes(range(256)) * 4_096
SHA = hashlib.sha256(DATA).hexdigest()
HEAD = f"PUT /api/v1/uploads/{SHA} HTTP/1.1\r\nHost: 127.0.0.1\r\nSec-Fetch-Site: same-origin\r\nConnection: close\r\n"
USER = User(id="u1", name="ann", role=Role.OPERATOR)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("wire") / "ws"


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[tuple[str, int]]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        app = build_server(WebSettings(workspace=folder), identify=lambda _: USER)
        running = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on"))
        thread = threading.Thread(target=running.run, args=([listener],), daemon=True)
        thread.start()
        yield listener.getsockname()
        running.should_exit = True
        thread.join(30)


@pytest.fixture
def stored(folder: Path) -> Callable[[], set[str]]:
    uploads = folder / "uploads"
    for path in uploads.glob("*"):
        path.unlink()
    return lambda: {path.name for path in uploads.iterdir()} if uploads.exists() else set()


def until(true: Callable[[], bool]) -> None:
    """Wait, for at most a minute, for what the server does after a connection has ended."""
    for _ in range(1_200):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("the server did not get there")


def answer(connection: socket.socket) -> tuple[int, dict[str, object]]:
    data = b""
    while part := connection.recv(65_536):
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


def test_a_sender_that_goes_away_leaves_nothing(address: tuple[str, int], stored: Callable[[], set[str]]) -> None:
    with socket.create_connection(address) as connection:
        connection.sendall(f"{HEAD}Content-Length: {len(DATA)}\r\n\r\n".encode() + DATA[:300_000])
        until(lambda: stored() == {f".{SHA}.part"})
    until(lambda: stored() == set())


def test_of_two_senders_of_one_file_the_second_waits(
    address: tuple[str, int], stored: Callable[[], set[str]], folder: Path
) -> None:
    head = f"{HEAD}Content-Length: {len(DATA)}\r\n\r\n".encode()
    with socket.create_connection(address) as first:
        first.sendall(head + DATA[:300_000])
        until(lambda: stored() == {f".{SHA}.part"})
        with socket.create_connection(address) as second:
            second.sendall(head)
            status, problem = answer(second)
        assert (status, "already" in str(problem["detail"])) == (409, True)
        first.sendall(DATA[300_000:])
        assert answer(first)[0] == 200
    assert (folder / "uploads" / SHA).read_bytes() == DATA


@pytest.mark.parametrize(("data", "status"), [(DATA, 200), (DATA[:-1], 422)])
def test_chunks(address: tuple[str, int], stored: Callable[[], set[str]], data: bytes, status: int) -> None:
    with socket.create_connection(address) as connection:
        connection.sendall(f"{HEAD}Transfer-Encoding: chunked\r\n\r\n".encode())
        for at in range(0, len(data), 100_000):
            piece = data[at : at + 100_000]
            connection.sendall(b"%x\r\n" % len(piece) + piece + b"\r\n")
        connection.sendall(b"0\r\n\r\n")
        assert answer(connection)[0] == status
    assert stored() == ({SHA, f"{SHA}.json"} if status == 200 else set())


def test_a_body_longer_than_announced_is_no_part_of_the_file(
    address: tuple[str, int], stored: Callable[[], set[str]]
) -> None:
    with socket.create_connection(address) as connection:
        connection.sendall(f"{HEAD}Content-Length: 10\r\n\r\n".encode() + DATA[:20])
        assert answer(connection)[0] == 422
    assert stored() == set()
