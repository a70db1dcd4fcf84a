"""The small Valkey client reads the answers that the lab needs and refuses the others."""

import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tieback.lab.valkey import _encode, pipeline, start_valkey
from tieback.model.errors import LabError


def test_a_taken_port(tmp_path: Path) -> None:
    with socket.create_server(("127.77.255.8", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(LabError, match=f"127.77.255.8:{port}: the port is in use"):
            start_valkey(tmp_path, "127.77.255.8", port)


def answering(answer: bytes, ask: Callable[[int], list[bytes]]) -> list[bytes]:
    """What ``ask`` gets from a server that gives one fixed answer."""
    with socket.create_server(("127.77.255.8", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            return ask(listener.getsockname()[1])
        finally:
            thread.join()


def test_commands_are_counted_words() -> None:
    assert _encode(("SET", "key", b"\r\n")) == b"*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$2\r\n\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(b"+OK\r\n", b"OK"), (b":500\r\n", b"500"), (b"$4\r\na\r\nb\r\n", b"a\r\nb"), (b"$0\r\n\r\n", b"")],
)
def test_resp_answers_are_parsed(answer: bytes, expected: bytes) -> None:
    assert answering(answer, lambda port: pipeline("127.77.255.8", port, [("X",)])) == [expected]


@pytest.mark.parametrize("answer", [b"-NOAUTH Authentication required.\r\n", b"$-1\r\n", b"*0\r\n"])
def test_other_answers_are_errors(answer: bytes) -> None:
    with pytest.raises(LabError, match="'X' failed"):
        answering(answer, lambda port: pipeline("127.77.255.8", port, [("X",)]))


def test_a_closed_connection_is_one() -> None:
    with pytest.raises(ConnectionError):
        answering(b"", lambda port: pipeline("127.77.255.8", port, [("X",)]))


def test_the_answer_to_the_password_is_left_out() -> None:
    asked = answering(b"+OK\r\n:3\r\n", lambda port: pipeline("127.77.255.8", port, [("DBSIZE",)], password="p"))
    assert asked == [b"3"]
