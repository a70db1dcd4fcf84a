"""Contacts from files that people bring: security.txt and lists."""

import contextlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.cases.contacts import (
    MAX_BYTES,
    ContactRow,
    contact_address,
    is_email_address,
    read_contact_list,
    read_security_txt,
)
from tieback.model.errors import InputError
from tieback.model.vendor import Contact

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@each(
    ("text", "address"),
    [
        ("security@maker.test", "security@maker.test"),
        (" mailto:security@maker.test?subject=x ", "security@maker.test"),
        ("https://maker.test/report", "https://maker.test/report"),
        ("tel:+1-201-555-0123", "tel:+1-201-555-0123"),
        ("http://maker.test/report", ""),
        ("javascript:alert(1)", ""),
        ("a@b.test\nBcc: all@b.test", ""),
        ("a@b.test, c@d.test", ""),
        ("a@b", ""),
        ("a@b..test", ""),
        ("a@b.test.", ""),
        ("a@-b.test", ""),
        ("a@sub.b.co.uk", "a@sub.b.co.uk"),
        ("", ""),
    ],
)
def test_what_an_address_is(text: str, address: str) -> None:
    assert contact_address(text) == address
    assert is_email_address(address) is ("@" in address)


def test_contacts_of_a_security_txt_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "security.txt"
    path.write_text(
        "# Our contacts\nContact: mailto:first@maker.test\nCONTACT: https://maker.test/form\n"
        "Contact: nonsense\nContact: mailto:first@maker.test\nExpires: 2027-01-01T00:00:00Z\nPreferred-Languages: en\n"
    )
    assert [(one.address, one.source) for one in read_security_txt(path, NOW)] == [
        ("first@maker.test", "security.txt"),
        ("https://maker.test/form", "security.txt"),
    ]


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        ("Encryption: https://maker.test/key.asc\n", "https://maker.test/key.asc"),
        ("encryption: openpgp4fpr:5f2de5521c63a801ab59ccb603d49de44b29100f\n",
         "openpgp4fpr:5f2de5521c63a801ab59ccb603d49de44b29100f"),
        ("Encryption: http://maker.test/key.asc\nEncryption: dns:x._openpgpkey.maker.test?type=OPENPGPKEY\n",
         "dns:x._openpgpkey.maker.test?type=OPENPGPKEY"),
        ("Encryption: javascript:alert(1)\n", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_the_key_of_a_security_txt_is_kept(tmp_path: Path, lines: str, key: str) -> None:
    path = tmp_path / "security.txt"
    path.write_text(f"Contact: mailto:a@maker.test\n{lines}Contact: https://maker.test/form\n")
    assert [one.encryption for one in read_security_txt(path, NOW)] == [key, key]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"Expires: 2027-01-01T00:00:00Z\n", "no contact found"),
        (b"Contact: mailto:a@b.test\nExpires: 2025-01-01T00:00:00Z\n", "expired on 2025-01-01"),
        (b"\xff\xfa\x00", "not UTF-8 text"),
        (b"#" * (MAX_BYTES + 1), "longer than 1 MiB"),
    ],
)
def test_security_txt_without_contacts(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "security.txt"
    path.write_bytes(content)
    with pytest.raises(InputError, match=says):
        read_security_txt(path, NOW)


def test_a_list_of_contacts_in_any_encoding(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        path.write_text("Vendor,Contact,Note\nMüller AG,mailto:info@mueller.test,x\n", encoding=encoding)
        (row,) = read_contact_list(path)
        assert row == ContactRow(2, "Müller AG", Contact("info@mueller.test", "imported"))


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_separators_of_a_list(tmp_path: Path, mark: str) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text(f"vendor{mark}contact{mark}note\nA{mark}a@b.test{mark}x\n")
    (row,) = read_contact_list(path)
    assert row == ContactRow(2, "A", Contact("a@b.test", "imported"))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("+49 (0)30 123-456", "tel:+4930123456"),
        ("030 / 123456", "tel:030123456"),
        ("(201) 555.0123", "tel:2015550123"),
        ("tel:+1-201-555-0123", "tel:+1-201-555-0123"),
        ("call us", None),
        ("112", None),
        ("+", None),
        ("", None),
    ],
)
def test_a_telephone_number_is_a_contact_and_no_row_costs_the_list(
    tmp_path: Path, text: str, address: str | None
) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text(f"vendor;contact\nA;{text}\nB;b@b.test\n")
    first, second = read_contact_list(path)
    assert (first.contact.address if first.contact else None) == address
    assert second == ContactRow(3, "B", Contact("b@b.test", "imported"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Contact: mailto:a@b.test\nExpires: 2030-01-01T00:00:00Z\n", r"a security.txt names no vendor.*--vendor"),
        ("# our policy\n\nExpires: 2030-01-01T00:00:00Z\nContact: a@b.test\n", "a security.txt names no vendor"),
        ("name,mail\nA,a@b.test\n", r"missing column vendor and contact \(found: mail, name\)"),
        ("", r"found: none"),
        ("x" * 200_000 + ",contact\n", r"contacts\.csv:1: not CSV \(field larger than"),
        ("vendor,contact\nA," + "x" * 200_000, r"contacts\.csv:1: not CSV \(field larger than"),
    ],
)
def test_list_with_wrong_columns_names_the_required_ones(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=says):
        list(read_contact_list(path))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_security_txt(tmp_path / "none")


@given(st.binary(max_size=400))
def test_reading_any_bytes_never_raises_another_error(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "any"
    path.write_bytes(data)
    for read in (read_security_txt, lambda where: list(read_contact_list(where))):
        with contextlib.suppress(InputError):
            read(path)
