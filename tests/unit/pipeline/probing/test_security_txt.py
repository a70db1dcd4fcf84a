"""``security.txt`` under a grant: from whom it is taken, and that nobody else is asked. A server of the test's own."""

import json
import ssl
from collections import deque
from collections.abc import Iterator
from datetime import date
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509

from tests.lab.file_host import FileHost, file_host
from tests.unit.scope.test_tls import certificate
from tieback.model.errors import UsageError
from tieback.model.grant import Depth, Grant, TargetRule
from tieback.pipeline.probing.security_txt import PATH, SENDS, SecurityTxtResult, fetch_contacts
from tieback.scope.tls import TlsContexts

TEXT = b"Contact: mailto:security@shop.example\nContact: https://shop.example/report\nExpires: 2999-01-01T00:00:00Z\n"


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    names: list[x509.GeneralName] = [x509.DNSName("www.shop.test"), x509.IPAddress(ip_address("127.0.0.1"))]
    return certificate(tmp_path_factory.mktemp("tls"), names)


@pytest.fixture(scope="module")
def trusting(pem: Path) -> TlsContexts:
    contexts = TlsContexts()
    context = ssl.create_default_context(cafile=str(pem))
    contexts.__dict__["trust"] = context
    return contexts


@pytest.fixture
def host(pem: Path) -> Iterator[FileHost]:
    with file_host({PATH: TEXT}, pem) as running:
        yield running


def grant(match: str = "127.0.0.0/8") -> Grant:
    rules = (TargetRule(match, "any", Depth.IDENTIFY),)
    return Grant("Office", "sec@example.test", date(2999, 6, 30), rules, hosts={"www.shop.test": "127.0.0.1"})


async def ask(
    tmp_path: Path,
    *hosts: str,
    permit: Grant | None = None,
    contexts: TlsContexts | None = None,
    keep: Path | None = None,
) -> list[SecurityTxtResult]:
    return [one async for one in fetch_contacts(hosts, permit or grant(), tmp_path / "audit.jsonl", keep, contexts)]


async def test_contacts_are_taken_and_the_file_kept(tmp_path: Path, host: FileHost, trusting: TlsContexts) -> None:
    place = f"www.shop.test:{host.port}"
    (one,) = await ask(tmp_path, place, contexts=trusting, keep=tmp_path / "kept")
    assert one == SecurityTxtResult(
        place,
        ("security@shop.example", "https://shop.example/report"),
        str(tmp_path / "kept" / "www.shop.test.security.txt"),
    )
    assert (tmp_path / "kept" / "www.shop.test.security.txt").read_bytes() == TEXT
    assert [path for path, _ in host.asked] == [PATH]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no contact found"),
        (b"<html>Not found</html>", "no contact found"),
        (b"Contact: mailto:a@b.example\nExpires: 2001-01-01T00:00:00Z\n", "expired on 2001-01-01"),
        (b"Contact: mailto:a@b.example\n\0", "not a text"),
        (b"Contact: mailto:a@b.example\n" + b"#" * (1 << 20), "not a text of at most 1 MiB"),
        (404, "no security.txt found (HTTP 404)"),
        (302, "the host redirects, which is not followed"),
    ],
)
async def test_what_gives_no_contact_is_one_clause(
    tmp_path: Path, host: FileHost, trusting: TlsContexts, content: bytes | int, says: str
) -> None:
    if isinstance(content, int):
        host.script[PATH] = deque([content])
    else:
        host.files[PATH] = content
    (one,) = await ask(tmp_path, f"www.shop.test:{host.port}", contexts=trusting, keep=tmp_path / "kept")
    assert (one.contacts, one.file) == ((), "")
    assert says in one.problem
    assert not (tmp_path / "kept").exists()


async def test_a_certificate_that_is_not_valid_gives_no_contact(tmp_path: Path, host: FileHost) -> None:
    (one,) = await ask(tmp_path, f"www.shop.test:{host.port}")
    assert one.contacts == ()
    assert one.problem.startswith("tls_error: no trusted certificate (self-signed certificate")
    assert host.asked == []


async def test_without_tls_nothing_is_sent(tmp_path: Path) -> None:
    with file_host({PATH: TEXT}) as plain:
        (one,) = await ask(tmp_path, f"www.shop.test:{plain.port}")
    assert "tls_error" in one.problem
    assert plain.asked == []


async def test_hosts_outside_the_grant_are_not_contacted(tmp_path: Path, host: FileHost, trusting: TlsContexts) -> None:
    places = (f"127.0.0.1:{host.port}", f"www.shop.test:{host.port}", "unknown.test")
    found = await ask(tmp_path, *places, permit=grant("127.9.9.9"), contexts=trusting)
    assert [bool(one.problem) for one in found] == [True, True, True]
    assert "no target of the grant covers 127.0.0.1" in found[0].problem
    assert host.asked == []
    log = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text().splitlines()]
    assert "connect" not in {line["event"] for line in log}


async def test_invalid_host_is_rejected_before_any_request(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        await ask(tmp_path, "www.shop.test", "a/b")


def test_one_request_is_declared_and_it_reads() -> None:
    (declared,) = SENDS
    assert (declared.name, declared.depth) == (f"GET {PATH}", Depth.IDENTIFY)
    assert declared.matches(
        b"GET /.well-known/security.txt HTTP/1.1\r\nHost: a.test:443\r\nUser-Agent: tieback/1.0 (+a@b.test)\r\n"
        b"Accept: application/json\r\nAccept-Encoding: identity\r\n\r\n"
    )
    assert not declared.matches(b"POST /.well-known/security.txt HTTP/1.1\r\n\r\n")
