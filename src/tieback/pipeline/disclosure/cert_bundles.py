"""Bundles for CERTs and network owners: each row with the network of its address, from imported data."""

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from tieback.backends.attribute import most_certain
from tieback.cases.cert_export import FORMATS, RECIPIENTS, CertRow, Network, Withheld, rows_of, select_cases
from tieback.model.backend import Attribution
from tieback.pipeline.disclosure.cases import CaseService
from tieback.pipeline.mapping.attribution import AttributionSources

_UNSAFE = re.compile(r"[^A-Za-z0-9.@-]+")


class CertBundle(msgspec.Struct, frozen=True):
    """What one recipient gets."""

    owner: str
    """Network owner; empty if unknown, or if the recipient is a country."""
    contact: str
    country: str
    file: str
    rows: int
    cases: tuple[str, ...]
    data: bytes = b""


class CertBundles(msgspec.Struct, frozen=True):
    """All bundles of an export."""

    bundles: tuple[CertBundle, ...]
    withheld: tuple[Withheld, ...]
    without_address: tuple[str, ...]
    """Open cases without a known address: cloud resources, and names that were never resolved."""


def make_bundles(
    work: CaseService, form: str, tlp: str, by: str = "network", data: Path | None = None, *, consent: bool = False
) -> CertBundles:
    """Make one bundle per recipient.

    Args:
        work: the cases.
        form: key of ``FORMATS``.
        tlp: key of ``TLP``.
        by: key of ``RECIPIENTS``.
        data: folder of imported address data; default: the user's data folder.
        consent: the vendors agreed, or a law demands it: promises in letters do not withhold a case.

    Raises:
        InputError: imported data is damaged.
    """
    cases, withheld = select_cases(work.cases(), work.now.date(), consent=consent)
    knowledge = AttributionSources(data)
    try:
        known: dict[str, Network] = {}
        groups: dict[tuple[str, str, str], list[CertRow]] = {}
        without = []
        for case in cases:
            rows = list(rows_of(case, _cached(known, knowledge)))
            if not rows:
                without.append(case.id)
            for row in rows:
                groups.setdefault(RECIPIENTS[by](row), []).append(row)
    finally:
        knowledge.close()
    encode, end = FORMATS[form]
    bundles = tuple(
        CertBundle(
            *recipient,
            f"{_stem(recipient)}.{form}.{end}",
            len(rows),
            tuple(dict.fromkeys(row.case.id for row in rows)),
            encode(rows, tlp, work.now),
        )
        for recipient, rows in sorted(groups.items())
    )
    return CertBundles(bundles, tuple(withheld), tuple(without))


def _cached(known: dict[str, Network], knowledge: AttributionSources) -> Callable[[str], Network]:
    def find(ip: str) -> Network:
        if ip not in known:
            known[ip] = network_of(knowledge.statements(ip))
        return known[ip]

    return find


def network_of(statements: tuple[Attribution, ...]) -> Network:
    """The network of an address, from the statements about it."""

    def value(claim: str) -> str:
        one = most_certain(statements, claim)
        return one.value if one is not None else ""

    number = value("asn").removeprefix("AS")
    return Network(
        owner=value("network") or value("provider"),
        contact=next(_contacts(statements), ""),
        country=value("country"),
        asn=int(number) if number.isdigit() else None,
        as_name=value("as_name"),
    )


def _contacts(statements: tuple[Attribution, ...]) -> Iterator[str]:
    """Contacts of the network; those for abuse first."""
    found = [one for one in statements if one.claim == "network_contact"]
    yield from (one.value for one in sorted(found, key=lambda one: not one.reason.startswith("abuse ")))


def _stem(recipient: tuple[str, str, str]) -> str:
    """A file name that is unique for the recipient."""
    words = "-".join(_UNSAFE.sub("-", part).strip("-.")[:40] for part in recipient if part) or "unknown"
    return f"{words}-{hashlib.sha256('\0'.join(recipient).encode()).hexdigest()[:6]}"
