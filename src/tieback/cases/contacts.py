"""Contacts of vendors from files: security.txt (RFC 9116) and CSV lists. Nothing is fetched."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from tieback.model.errors import InputError
from tieback.model.vendor import Contact

MAX_BYTES = 1024 * 1024
MAX_CONTACTS = 20
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
"""The addr-spec of HTML e-mail fields, without comments and quoted parts."""
_QUALIFIED = re.compile(r"[^@]+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63}")
"""An address that mail reaches from outside: a domain with a dot, and no empty labels."""
_URI = re.compile(r"(?:https://[!-~]{1,1000}|tel:\+?[0-9().-]{3,40})")
_FIELD = re.compile(r"^(?:contact|expires)[ \t]*:", re.IGNORECASE | re.MULTILINE)
"""Required fields of a security.txt (RFC 9116, 2.5)."""
_NUMBER = re.compile(r"\+?[0-9]{5,20}")
_KEY = re.compile(r"(?:https://|dns:|openpgp4fpr:)[!-~]{1,1000}")


def contact_address(text: str) -> str:
    """Return an e-mail address without ``mailto:``, or an ``https:`` or ``tel:`` URI; empty for any other text."""
    text = text.strip()
    text = text[7:].partition("?")[0] if text[:7].lower() == "mailto:" else text
    address = _ADDRESS.fullmatch(text) and _QUALIFIED.fullmatch(text)
    return text if address or _URI.fullmatch(text) else ""


def is_email_address(address: str) -> bool:
    """True if the text is an e-mail address that is safe in a mail header."""
    return _ADDRESS.fullmatch(address) is not None


def read_security_txt(path: Path, now: datetime | None = None) -> tuple[Contact, ...]:
    """Read the contacts of a ``security.txt``, in file order, which is the order of preference.

    Raises:
        InputError: the file cannot be read, names no contact, or has expired (RFC 9116, 2.5.5).
    """
    found: dict[str, Contact] = {}
    key = ""
    for line in _text(path).splitlines():
        name, colon, value = line.partition(":")
        field = name.strip().lower()
        if not colon or name.startswith("#"):
            continue
        if field == "expires":
            _check_expiry(value.strip(), path, now or datetime.now(UTC))
        elif field == "encryption":
            key = key or _key_uri(value.strip())
        elif field == "contact" and (address := contact_address(value)):
            found.setdefault(address, Contact(address, "security.txt"))
    if not found:
        raise InputError("no contact found", where=str(path), advice="Pass a security.txt file (RFC 9116)")
    return tuple(msgspec.structs.replace(contact, encryption=key) for contact in found.values())[:MAX_CONTACTS]


def _key_uri(text: str) -> str:
    """The location of a key (RFC 9116, 2.5.4); empty for a location that shows nothing about its origin."""
    return text if _KEY.fullmatch(text) else ""


def _check_expiry(value: str, path: Path, now: datetime) -> None:
    try:
        expires = datetime.fromisoformat(value)
    except ValueError:
        return
    if expires.tzinfo is not None and expires < now:
        raise InputError(f"expired on {expires.date()}", where=str(path), advice="Download the current file")


class ContactRow(msgspec.Struct, frozen=True):
    """One row of a list of contacts."""

    line: int
    vendor: str
    """ID or name."""
    contact: Contact | None
    """``None`` if the row contains none."""


def read_contact_list(path: Path) -> Iterator[ContactRow]:
    """Yield the rows of a CSV file with the columns ``vendor`` and ``contact``, in any usual notation.

    Raises:
        InputError: the file cannot be read, or lacks a column.
    """
    text = _text(path)
    head = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
    try:
        columns = {(name or "").strip().lower(): name for name in reader.fieldnames or ()}
    except csv.Error as error:
        raise InputError(f"not CSV ({error})", where=f"{path}:1", advice="Save it as CSV") from None
    missing = [name for name in ("vendor", "contact") if name not in columns]
    if missing and _FIELD.search(text):
        raise InputError(
            "a security.txt names no vendor",
            where=str(path),
            advice="Pass the vendor that it belongs to, with --vendor",
        )
    if missing:
        there = ", ".join(sorted(columns)) or "none"
        raise InputError(
            f"missing column {' and '.join(missing)} (found: {there})",
            where=str(path),
            advice="The first line must name the columns vendor and contact",
        )
    try:
        for row in reader:
            vendor = (row[columns["vendor"]] or "").strip()
            address = contact_address(row[columns["contact"]] or "") or _telephone(row[columns["contact"]] or "")
            yield ContactRow(reader.line_num, vendor, Contact(address, "imported") if vendor and address else None)
    except csv.Error as error:
        raise InputError(f"not CSV ({error})", where=f"{path}:{reader.line_num}", advice="Save it as CSV") from None


def _telephone(text: str) -> str:
    """A telephone number as a ``tel:`` URI (RFC 3966); empty for any other text."""
    number = re.sub(r"\(0\)|[\s()./-]", "", text)
    return f"tel:{number}" if _NUMBER.fullmatch(number) else ""


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path), advice="Check the path") from None
    if len(raw) > MAX_BYTES:
        raise InputError("longer than 1 MiB", where=str(path), advice="Pass a smaller file")
    try:
        return raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("not UTF-8 text", where=str(path), advice="Save it as UTF-8") from None
