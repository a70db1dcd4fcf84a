"""Facts of app stores from a table or JSON: state, storefront, latest version, downloads, category, day.

Columns or members: ``platform``, ``bundle id`` (or ``package``, ``store id``), ``storefront`` (or ``country``),
``state`` (or ``status``, ``available``), ``version``, ``downloads`` (or ``installs``), ``category`` (or ``genre``),
``seen on`` (or ``date``, as ``2026-03-31``). A note names other columns.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from tieback.intake.inventory.interface import clean_text, parse_count, parse_platform
from tieback.intake.inventory.records import iter_records
from tieback.intake.inventory.source import InventorySource
from tieback.model.device import AppStoreFact, AppStoreState, DevicePlatform
from tieback.model.errors import InputError

_NAMES = {
    "ident": ("bundleid", "package", "packagename", "appid", "storeid", "trackid", "identifier", "id"),
    "platform": ("platform", "os"),
    "storefront": ("storefront", "country", "store", "market"),
    "state": ("state", "status", "available", "availability"),
    "version": ("version", "latestversion", "lastversion"),
    "downloads": ("downloads", "installs", "mininstalls"),
    "category": ("category", "genre", "primarygenrename"),
    "seen_on": ("seenon", "date", "lookedup", "checked"),
}
COLUMNS = {
    "bundle id": _NAMES["ident"],
    "platform": _NAMES["platform"],
    "storefront": _NAMES["storefront"],
    "state": _NAMES["state"],
    "version": _NAMES["version"],
    "downloads": _NAMES["downloads"],
    "category": _NAMES["category"],
    "seen on": _NAMES["seen_on"],
}
"""Columns as people write them, with other names for each, without white space and punctuation."""
_AVAILABLE = frozenset({"available", "live", "listed", "true", "yes", "1", "published", "instore"})
_REMOVED = frozenset({"removed", "gone", "delisted", "unlisted", "unpublished", "notfound", "404", "false", "no", "0"})


def read_store_facts(source: InventorySource, day: date) -> Iterator[AppStoreFact]:
    """Yield the facts of a file; records without an app, or with an impossible date, go to ``source.skip``.

    Args:
        source: the file.
        day: day of the facts whose record names none.

    Raises:
        InputError: the file is broken.
    """
    number = found = 0
    for number, record in iter_records(source, COLUMNS):
        fact = parse_store_fact(record, day, source.path.name)
        if isinstance(fact, str):
            source.skip(number, fact)
        else:
            found += 1
            yield fact
    if number and not found:
        raise InputError(
            f"no record states anything about an app (first: {source.first_skipped})",
            where=source.label,
            advice="Pass a table with the columns bundle id (or store id), storefront and state",
        )


def parse_store_fact(
    record: Mapping[str, object], day: date, source: str, default: AppStoreFact | None = None
) -> AppStoreFact | str:
    """The fact of a record with folded names, or why there is none.

    Args:
        record: the cells.
        day: the day, if the record names none.
        source: name of the file or command.
        default: platform and identifier, if the record names none.
    """
    cells = {
        field: value
        for field, names in _NAMES.items()
        if (value := next((record[name] for name in names if record.get(name) not in (None, "")), None)) is not None
    }
    ident = clean_text(cells.get("ident")) or (default.ident if default else "")
    if not ident:
        return "no app is named"
    platform = parse_platform(cells.get("platform"))
    if platform is DevicePlatform.UNKNOWN:
        platform = default.platform if default else _platform(ident)
    try:
        seen = date.fromisoformat(clean_text(cells["seen_on"])[:10]) if "seen_on" in cells else day
    except ValueError:
        return f"not a date: {clean_text(cells['seen_on'])[:20]}"
    return AppStoreFact(
        platform=platform,
        ident=ident if platform is DevicePlatform.ANDROID else ident.lower(),
        storefront=clean_text(cells.get("storefront"))[:64].lower(),
        state=_state(cells.get("state")),
        version=clean_text(cells.get("version")),
        downloads=parse_count(str(cells.get("downloads", "")).rstrip("+ ")),
        category=clean_text(cells.get("category")),
        seen_on=seen,
        source=source[:120],
    )


def _platform(ident: str) -> DevicePlatform:
    """An identifier of digits is one of the App Store; others do not tell."""
    return DevicePlatform.IOS if ident.isascii() and ident.isdigit() else DevicePlatform.UNKNOWN


def _state(value: object) -> AppStoreState:
    if isinstance(value, bool):
        return AppStoreState.AVAILABLE if value else AppStoreState.REMOVED
    word = clean_text(value).casefold().replace(" ", "").replace("_", "").replace("-", "")
    if word in _AVAILABLE:
        return AppStoreState.AVAILABLE
    return AppStoreState.REMOVED if word in _REMOVED else AppStoreState.UNKNOWN
