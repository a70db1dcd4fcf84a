"""Targets on the command line mean what they say, or are one clear error."""

import pytest

from tieback.model.errors import UsageError
from tieback.pipeline.ask import candidates_of
from tieback.pipeline.probing import store_ports


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("es.fieldhand.test:9200", "es.fieldhand.test", 9200),
        ("127.77.0.10:9200", "127.77.0.10", 9200),
        ("[::1]:27017", "::1", 27017),
    ],
)
def test_host_and_port(text: str, host: str, port: int) -> None:
    (candidate,) = candidates_of(text)
    assert (candidate.host, candidate.port, candidate.service) == (host, port, None)


@pytest.mark.parametrize("text", ["es.fieldhand.test", "2001:db8::1", "[2001:db8::1]"])
def test_a_host_alone_means_all_usual_ports(text: str) -> None:
    asked = {(candidate.service, candidate.port) for candidate in candidates_of(text)}
    assert asked == {(service, port) for service, ports in store_ports().items() for port in ports}


@pytest.mark.parametrize(
    "text", ["", ":9200", "host:", "host:0", "host:65536", "host:http", "host:٣", "[::1", "[::1]x", "a:b:c", "http://x"]
)
def test_anything_else_is_one_error(text: str) -> None:
    with pytest.raises(UsageError, match="Write HOST"):
        candidates_of(text)
