import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.model.errors import UsageError
from tieback.model.mail_domain import ADDRESS, is_at, mail_domain

OWN = frozenset({"acme.test", "xn--bcher-kva.test"})
AT = [
    ("acme.test", True),
    ("ACME.Test", True),
    ("mail.acme.test", True),
    ("bücher.test", True),
    ("notacme.test", False),
    ("acme.test.evil.test", False),
    ("test", False),
    ("", False),
    ("a" * 70 + "ü.test", False),
]


@each(("domain", "found"), AT)
def test_a_domain_and_its_subdomains_are_ours(domain: str, found: bool) -> None:
    assert is_at(domain, OWN) is found


@each("text", ["acme", "a b.test", "-a.test", "192.0.2.1", "", "@", "a..test", "ü" * 80 + ".test"])
def test_what_is_no_domain(text: str) -> None:
    with pytest.raises(UsageError):
        mail_domain(text)


@given(st.text(max_size=60))
def test_a_domain_stays_the_same_and_nothing_else_is_raised(text: str) -> None:
    try:
        found = mail_domain(text)
    except UsageError:
        return
    assert mail_domain(found) == found
    assert is_at(found, {found})


def test_addresses_in_a_text() -> None:
    found = [match[1] for match in ADDRESS.finditer("Ada <ada@acme.test>, b.c+d@x.acme.test; no@one, @x.test")]
    assert found == ["acme.test", "x.acme.test"]
