"""Endpoints to back ends, with a resolver that answers from a table."""

from dataclasses import dataclass

import pytest

from tieback.backends.map import NO_ADDRESS_OF_ITS_OWN, NO_GRANT, map_backends
from tieback.model.endpoint import Endpoint, EndpointKind, Party


@dataclass(frozen=True)
class Answer:
    addresses: tuple[str, ...] = ()
    by: str = ""
    reason: str = ""


class Table:
    """A resolver that remembers what it was asked."""

    def __init__(self, **hosts: str) -> None:
        self.hosts = {name.replace("_", "."): address for name, address in hosts.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str) -> Answer:
        self.asked.append(host)
        if host in self.hosts:
            return Answer((self.hosts[host],), "hosts")
        return Answer(reason="not in the grant")


def url(host: str, path: str = "") -> Endpoint:
    shown = f"[{host}]" if ":" in host else host
    return Endpoint(EndpointKind.URL, f"https://{shown}{path}", "https", host, 443, path)


async def test_each_host_is_resolved_once() -> None:
    table = Table(a_test="127.0.0.1")
    backends = await map_backends([url("a.test"), url("a.test", "/x"), url("b.test"), url("a.test")], table)
    assert sorted(table.asked) == ["a.test", "b.test"]
    assert [(one.endpoint.value, one.addresses, one.resolved_by, one.owner_domain) for one in backends] == [
        ("https://a.test", ("127.0.0.1",), "hosts", "a.test"),
        ("https://a.test/x", ("127.0.0.1",), "hosts", "a.test"),
        ("https://b.test", (), "not in the grant", "b.test"),
    ]


@pytest.mark.parametrize(
    ("endpoint", "addresses", "by"),
    [
        (url("a.test"), (), NO_GRANT),
        (url("10.1.2.3"), ("10.1.2.3",), "literal"),
        (url("2a00::1"), ("2a00::1",), "literal"),
        (
            Endpoint(EndpointKind.CONNECTION_STRING, "mongodb+srv://c.x.test", "mongodb+srv", "c.x.test", None),
            (),
            NO_ADDRESS_OF_ITS_OWN,
        ),
        (Endpoint(EndpointKind.CLOUD, "s3:bucket", "", "", None), (), "no host"),
    ],
)
async def test_nothing_is_resolved_without_a_grant(endpoint: Endpoint, addresses: tuple[str, ...], by: str) -> None:
    (backend,) = await map_backends([endpoint], None)
    assert (backend.addresses, backend.resolved_by) == (addresses, by)


async def test_literals_and_known_names_are_not_resolved() -> None:
    table = Table()
    srv = Endpoint(EndpointKind.CONNECTION_STRING, "mongodb+srv://c.x.test", "mongodb+srv", "c.x.test", None)
    await map_backends([url("10.1.2.3"), srv], table)
    assert table.asked == []


async def test_firebase_database_is_resolved_by_its_host() -> None:
    table = Table(proj_firebaseio_com="127.0.0.9")
    endpoint = Endpoint(EndpointKind.CLOUD, "firebase-rtdb:proj", "https", "", 443, service="firebase-rtdb")
    (backend,) = await map_backends([endpoint], table)
    assert backend.addresses == ("127.0.0.9",)
    assert backend.owner_domain == "proj.firebaseio.com"


async def test_the_party_comes_from_the_sightings() -> None:
    backends = await map_backends([url("a.test"), url("b.test")], None, {"https://a.test": Party.THIRD})
    assert [one.party for one in backends] == [Party.THIRD, Party.UNKNOWN]


async def test_nothing_gives_nothing() -> None:
    assert await map_backends([], Table()) == []
