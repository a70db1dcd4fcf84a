"""Suppressions: accepted findings with reason, author and expiry date, in a file of their own.

A suppressed finding is listed separately, never dropped. A suppression without reason, author or expiry date is
rejected: without an owner and an end, a risk is forgotten, not accepted.

    [[suppress]]
    rule = "cleartext-store"            # or finding = "fnd-…"
    app = "com.example.*"               # bundle identifier of every app concerned
    store = "cache.example.org:6379"    # id, host:port or address:port of every store concerned
    reason = "test system without personal data, ticket 4711"
    author = "jo@example.org"
    expires = 2027-03-31                # last day on which it applies
"""

import tomllib
from collections.abc import Iterable, Sequence
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import msgspec

from tieback.assess.findings import former_ids
from tieback.model.errors import UsageError, file_fault
from tieback.model.exposure import Exposure, Finding
from tieback.model.report.suppression import Suppression

MAX_BYTES = 1024 * 1024
"""Size limit of a suppression file."""
_ADVICE = "Each [[suppress]] needs reason, author, expires = YYYY-MM-DD, and at least one of finding, rule, app, store"


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One table of the file."""

    reason: str
    author: str
    expires: date
    finding: str = ""
    rule: str = ""
    app: str = ""
    store: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    suppress: tuple[_Entry, ...] = ()


def load_suppressions(path: Path, rules: Iterable[str]) -> tuple[Suppression, ...]:
    """Read a suppression file, in file order.

    Args:
        path: the file.
        rules: names of all rules; an unknown name is rejected.

    Raises:
        UsageError: the file cannot be read, or an entry is incomplete; ``where`` names it.
    """
    try:
        data = path.open("rb").read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot be read ({error.strerror})", where=str(path), advice=_ADVICE) from None
    if len(data) > MAX_BYTES:
        raise UsageError(f"is larger than {MAX_BYTES:,} bytes", where=str(path), advice=_ADVICE)
    try:
        raw: dict[str, Any] = tomllib.loads(data.decode("utf-8"))
        entries = msgspec.convert(raw, _File).suppress
    except (ValueError, RecursionError) as error:
        # TOML that is damaged, text that is not UTF-8, and a key that is missing or unknown.
        raise UsageError(file_fault(error), where=str(path), advice=_ADVICE) from None
    known = frozenset(rules)
    for number, entry in enumerate(entries, 1):
        flaw = _flaw(entry, known)
        if flaw:
            raise UsageError(flaw, where=f"{path}, suppression {number}", advice=_ADVICE)
    return tuple(
        Suppression(e.reason.strip(), e.author.strip(), e.expires.isoformat(), e.finding, e.rule, e.app, e.store)
        for e in entries
    )


def _flaw(entry: _Entry, rules: frozenset[str]) -> str:
    if not entry.reason.strip() or not entry.author.strip():
        return "reason and author must not be empty"
    if not (entry.finding or entry.rule or entry.app or entry.store):
        return "missing finding, rule, app or store"
    if entry.rule and entry.rule not in rules:
        return f"unknown rule {entry.rule[:80]!r}"
    return ""


def is_active(suppression: Suppression, today: date) -> bool:
    """True until the suppression has expired; its last day is included."""
    return today <= date.fromisoformat(suppression.expires)


def find_suppression(
    finding: Finding, apps: Sequence[str], stores: Sequence[Exposure], suppressions: Iterable[Suppression]
) -> Suppression | None:
    """Return the first suppression that covers a finding completely; its id may be that of an earlier release.

    Args:
        finding: the finding.
        apps: bundle identifiers of the apps concerned; fewer than the finding has if some are unknown.
        stores: every store concerned.
        suppressions: those that have not expired.
    """
    former: frozenset[str] | None = None
    for one in suppressions:
        if one.finding and one.finding != finding.id:
            former = former_ids(finding, apps) if former is None else former
            if one.finding not in former:
                continue
        if one.rule and one.rule != finding.rule:
            continue
        if one.app and not (apps and len(apps) == len(finding.apps) and all(fnmatchcase(a, one.app) for a in apps)):
            continue
        if one.store and not (
            stores
            and len(stores) == len(finding.exposures)
            and all(any(fnmatchcase(name, one.store) for name in _names(store)) for store in stores)
        ):
            continue
        return one
    return None


def _names(store: Exposure) -> tuple[str, ...]:
    return (store.id, *store.targets, *store.addresses)
