"""RDAP documents: what they are about, who holds it, how to reach them; and nothing of persons."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.backends.rdap import MAX_CONTACTS, RdapContact, is_rdap, read_rdap
from tieback.model.errors import InputError


def entity(*roles: str, entities: tuple[object, ...] = (), **card: str) -> dict[str, object]:
    lines = [["version", {}, "text", "4.0"], *([name, {}, "text", value] for name, value in card.items())]
    return {
        "objectClassName": "entity",
        "roles": list(roles),
        "vcardArray": ["vcard", lines],
        "entities": list(entities),
    }


ABUSE = entity("abuse", fn="Abuse desk", kind="group", email="abuse@hoster.example", tel="+49 1 234")
HOLDER = entity("registrant", fn="Hoster GmbH", kind="org", entities=(ABUSE,))
NETWORK: dict[str, Any] = {
    "objectClassName": "ip network",
    "handle": "203.0.113.0 - 203.0.113.255",
    "name": "HOSTER-NET",
    "startAddress": "203.0.113.0",
    "endAddress": "203.0.113.255",
    "entities": [HOLDER, entity("technical", email="noc@hoster.example", fn="Jane Doe", kind="individual")],
}
AUTNUM = {
    "objectClassName": "autnum",
    "startAutnum": 64500,
    "endAutnum": 64511,
    "name": "HOSTER-AS",
    "entities": [ABUSE],
}
REGISTRAR = entity(
    "registrar", fn="Registrar Inc", kind="org", entities=(entity("abuse", email="abuse@registrar.example"),)
)
DOMAIN = {
    "objectClassName": "domain",
    "ldhName": "SHOP.example.",
    "entities": [REGISTRAR, entity("registrant", org="Shop AG", fn="REDACTED FOR PRIVACY", email="it@shop.example")],
}


def data(*documents: object) -> bytes:
    return b"\n".join(json.dumps(one).encode() for one in documents)


@pytest.mark.parametrize(
    ("document", "about", "holder", "contacts"),
    [
        (
            NETWORK,
            ("network", "203.0.113.0", "203.0.113.255", "HOSTER-NET"),
            "Hoster GmbH",
            [("abuse@hoster.example", "abuse"), ("noc@hoster.example", "technical")],
        ),
        (AUTNUM, ("autnum", "64500", "64511", "HOSTER-AS"), "", [("abuse@hoster.example", "abuse")]),
        (DOMAIN, ("domain", "shop.example", "", ""), "Shop AG", [("it@shop.example", "registrant")]),
        (
            NETWORK | {"startAddress": "2001:db8::", "endAddress": "2001:db8:ffff::", "entities": [], "name": 7},
            ("network", "2001:db8::", "2001:db8:ffff::", "203.0.113.0 - 203.0.113.255"),
            "",
            [],
        ),
    ],
    ids=("network", "autnum", "domain", "without entities"),
)
def test_documents(document: object, about: tuple[str, ...], holder: str, contacts: list[tuple[str, str]]) -> None:
    (one,) = read_rdap(data(document)).objects
    assert (one.kind, one.first, one.last, one.name) == about
    assert one.holder == holder
    assert one.contacts == tuple(RdapContact(*pair) for pair in contacts)
    kept = msgspec.json.encode(one)
    assert not any(word in kept for word in (b"Jane", b"registrar.example", b"+49", b"REDACTED"))


@pytest.mark.parametrize(
    ("content", "count", "skipped"),
    [
        (data(NETWORK), 1, 0),
        (b"\xef\xbb\xbf" + json.dumps(NETWORK, indent=2).encode(), 1, 0),
        (data(NETWORK, AUTNUM, DOMAIN), 3, 0),
        (json.dumps([NETWORK, {"objectClassName": "help"}, 7, DOMAIN]).encode(), 2, 2),
    ],
)
def test_one_or_many_documents_a_file(content: bytes, count: int, skipped: int) -> None:
    assert is_rdap(content)
    found = read_rdap(content)
    assert (len(found.objects), found.skipped) == (count, skipped)


@each(
    ("content", "says"),
    [
        (b"", "no network"),
        (b"{", "not JSON"),
        (b'{"objectClassName":"help"}', "no network, autonomous system or domain"),
        (b"[" * 100_000, "not JSON"),
        (data(NETWORK | {"endAddress": "203.0.112.0"}), "no network"),
        (data(NETWORK | {"startAddress": "2001:db8::"}), "no network"),
        (data(NETWORK | {"startAddress": 7}), "no network"),
        (data(AUTNUM | {"startAutnum": "64500"}), "no network"),
        (data(AUTNUM | {"endAutnum": 1 << 40}), "no network"),
        (data(DOMAIN | {"ldhName": "a b"}), "no network"),
        (data(DOMAIN | {"ldhName": None}), "no network"),
        (b'{"objectClassName":"domain","ldhName":"\xff"}', "JSON|no network"),
    ],
)
def test_invalid_document_is_one_problem_line(content: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_rdap(content)


@each(
    "mail",
    [
        "x@localhost",
        "Jane <j@x.example>",
        "a@b@x.example",
        "j@x.example\nBcc: y@x.example",
        "REDACTED",
        "@x.example",
        7,
    ],
)
def test_invalid_address_is_not_a_contact(mail: object) -> None:
    (one,) = read_rdap(data(NETWORK | {"entities": [entity("abuse", email=mail)]})).objects  # type: ignore[arg-type]
    assert one.contacts == ()


def test_entities_without_end_are_bounded() -> None:
    many = [entity("abuse", email=f"a{n}@x.example") for n in range(5_000)]
    deep = entity("abuse", email="deep@x.example")
    for _ in range(50):
        deep = entity("registrant", entities=(deep,))
    (one,) = read_rdap(data(NETWORK | {"entities": [deep, *many]})).objects
    assert len(one.contacts) == MAX_CONTACTS
    assert "deep@x.example" not in {contact.address for contact in one.contacts}


ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 1 << 40)
    | st.text(max_size=20)
    | st.sampled_from(("abuse", "email", "org")),
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(("roles", "vcardArray", "entities")), inner)
    ),
    max_leaves=25,
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys((*NETWORK, "ldhName", "startAutnum"), ANY)))
def test_any_json_is_a_document_or_one_line(members: dict[str, object]) -> None:
    for base in (NETWORK, AUTNUM, DOMAIN):
        try:
            read_rdap(data(base | members))
        except InputError as error:
            assert error.what  # noqa: PT017 - either end is right


@given(st.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    is_rdap(content)
    try:
        read_rdap(content)
    except InputError as error:
        assert error.advice  # noqa: PT017 - the only error there is
