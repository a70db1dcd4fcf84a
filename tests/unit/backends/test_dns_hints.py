"""What records of the DNS hint at: owners stand beside, services that many share are told apart."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.backends.attribute import most_certain
from tieback.backends.dns_hints import DnsHints
from tieback.backends.hosting import HostingLookup
from tieback.backends.normalise import OwnerDomains
from tieback.model.dns_answer import DnsAnswer, DnsAnswerState

HINTS = DnsHints(HostingLookup(), OwnerDomains())


def answer(kind: str, *values: str) -> DnsAnswer:
    return DnsAnswer("shop.example", kind, DnsAnswerState.FOUND, 0.0, 1.0, values)


@each(
    ("kind", "values", "said"),
    [
        ("NS", ("ns1.shop.de", "ns2.shop.de"), [("owner_hint", "shop.de")]),
        (
            "NS",
            ("ns1.bigshop.com", "ns-101.awsdns-12.com"),
            [("owner_hint", "bigshop.com"), ("dns_host", "Amazon Route 53")],
        ),
        ("NS", ("ada.ns.cloudflare.com", "bob.ns.cloudflare.com"), [("dns_host", "Cloudflare")]),
        ("MX", ("shop-de.mail.protection.outlook.com",), [("mail_host", "Microsoft 365")]),
        (
            "MX",
            ("aspmx.l.google.com", "mx.bigshop.com"),
            [("mail_host", "Google Workspace"), ("owner_hint", "bigshop.com")],
        ),
        ("MX", (), []),
        ("TXT", ("google-site-verification", "key", "ms"), [("uses", "Google Workspace"), ("uses", "Microsoft 365")]),
        ("TXT", ("v=spf1 include:_spf.google.com ~all",), [("uses", "Google Workspace")]),
        ("TXT", ("v=spf1 redirect=_spf.bigshop.com",), [("owner_hint", "bigshop.com")]),
        ("TXT", ("v=spf1 include:spf.shop.de a mx -all",), []),
    ],
)
def test_domains(kind: str, values: tuple[str, ...], said: list[tuple[str, str]]) -> None:
    found = list(HINTS.read_domain("shop.de", answer(kind, *values)))
    assert [(one.claim, one.value) for one in found] == said
    # A hint never says who the owner is, and names the record that it was read from.
    assert most_certain(found, "owner") is None
    assert all("shop.de" in one.reason and kind in one.reason for one in found)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("web1.shop.de", ("owner_hint", "shop.de")),
        ("web1.bigshop.com", ("owner_hint", "bigshop.com")),
        ("static.7.113.0.203.clients.your-server.de", ("provider", "Hetzner")),
        ("ec2-203-0-113-7.eu-west-3.compute.amazonaws.com", ("provider", "Amazon Web Services")),
        ("localhost", None),
    ],
)
def test_addresses(name: str, said: tuple[str, str] | None) -> None:
    found = list(HINTS.read_address("api.shop.de", "203.0.113.7", answer("PTR", name)))
    assert (found[0].claim, found[0].value) == ("reverse", name)
    assert "not verified" in found[0].reason
    assert [(one.claim, one.value) for one in found[1:]] == ([said] if said else [])


def test_statements_of_one_answer_are_bounded() -> None:
    assert len(list(HINTS.read_domain("shop.de", answer("NS", *(f"ns.other{n}.com" for n in range(200)))))) == 8
    assert (
        len(list(HINTS.read_address("a.shop.de", "192.0.2.1", answer("PTR", *(f"h{n}.a.com" for n in range(200))))))
        <= 16
    )


@given(st.sampled_from(("NS", "MX", "TXT", "PTR", "SRV")), st.lists(st.text(max_size=60), max_size=4))
def test_any_record_is_read(kind: str, values: list[str]) -> None:
    told = msgspec.structs.replace(answer(kind), values=tuple(values))
    for one in (*HINTS.read_domain("shop.de", told), *HINTS.read_address("shop.de", "192.0.2.1", told)):
        assert 0 < one.confidence < 1
        assert one.value
