"""The server of the emulations answers from its table, and only from it."""

import http.client
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.lab.table_server import MAX_BODY, Table, TableServer, find_answer

TABLE: Table = {
    "GET /models": {"body": '{"models":[]}', "headers": {"Content-Type": "application/json", "Server": "x"}},
    "POST /mcp tools/list": {"body": '{"id":"$ID","result":{}}'},
    "*": {"status": 404, "body": "no"},
}


@each(
    ("verb", "target", "body", "status", "answer"),
    [
        ("GET", "/models", b"", 200, b'{"models":[]}'),
        ("GET", "/models?limit=1", b"", 200, b'{"models":[]}'),
        ("HEAD", "/models", b"", 200, b'{"models":[]}'),
        ("POST", "/models", b"", 404, b"no"),
        ("GET", "/model", b"", 404, b"no"),
        ("GET", "*", b"", 404, b"no"),
        ("POST", "/mcp", b'{"method":"tools/list","id":7}', 200, b'{"id":7,"result":{}}'),
        ("POST", "/mcp", b'{"method":"tools/list","id":"a\\"b"}', 200, b'{"id":"a\\"b","result":{}}'),
        ("POST", "/mcp", b'{"method":"tools/call","id":7}', 404, b"no"),
        ("POST", "/mcp", b"[" * 60_000, 404, b"no"),
        ("POST", "/mcp", b'{"method":["tools/list"]}', 404, b"no"),
    ],
)
def test_a_request_has_the_answer_of_the_table(verb: str, target: str, body: bytes, status: int, answer: bytes) -> None:
    found = find_answer(TABLE, verb, target, body)
    assert (found.status, found.body) == (status, answer)


@given(st.text(), st.text(), st.binary())
def test_every_request_has_an_answer(verb: str, target: str, body: bytes) -> None:
    assert find_answer(TABLE, verb, target, body).status in (200, 404)


@pytest.fixture
def connection() -> Iterator[http.client.HTTPConnection]:
    with TableServer(("127.77.255.9", 0), TABLE) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        connection = http.client.HTTPConnection("127.77.255.9", server.server_address[1], timeout=30)
        yield connection
        connection.close()
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("verb", "path", "status", "body"),
    [
        ("GET", "/models", 200, b'{"models":[]}'),
        ("HEAD", "/models", 200, b""),
        ("PUT", "/models", 404, b"no"),
        ("PROPFIND", "/", 404, b"no"),
    ],
)
def test_over_http(connection: http.client.HTTPConnection, verb: str, path: str, status: int, body: bytes) -> None:
    connection.request(verb, path)
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (status, body)
    assert (answer.getheader("Server"), answer.getheader("Content-Length")) == (
        ("x", "13") if status == 200 else (None, "2")
    )


@pytest.mark.parametrize(
    "headers", [{"Content-Length": str(MAX_BODY + 1)}, {"Content-Length": "-1"}, {"Transfer-Encoding": "chunked"}]
)
def test_a_body_without_a_small_length_is_refused(
    connection: http.client.HTTPConnection, headers: dict[str, str]
) -> None:
    connection.putrequest("POST", "/mcp")
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    assert connection.getresponse().status == 413
