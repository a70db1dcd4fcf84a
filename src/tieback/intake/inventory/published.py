"""Published lists of affected apps: CSV, CSAF 2.0 and 2.1, STIX 2.1, and reports of tieback.

CSAF: https://docs.oasis-open.org/csaf/csaf/v2.0/csaf-v2.0.html (branches of the product tree, ``product_status`` and
``remediations``). STIX: https://docs.oasis-open.org/cti/stix/v2.1/stix-v2.1.html (``software``). Records of a table or
of JSON need a bundle identifier, a store ID or a name. Optional: ``affected version``, ``fixed version``, ``action``.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from tieback.intake.inventory.affected_versions import AffectedVersions, parse_affected, version_key
from tieback.intake.inventory.interface import clean_text, column_names_text, parse_platform
from tieback.intake.inventory.json_stream import iter_json_records
from tieback.intake.inventory.records import fold, iter_records
from tieback.intake.inventory.source import InventorySource, decode_line
from tieback.intake.inventory.table import find_header
from tieback.model.count_text import count_text
from tieback.model.device import DevicePlatform
from tieback.model.errors import InputError
from tieback.model.probe import Access

MAX_DOCUMENT = 32 << 20
"""Bytes of a CSAF or STIX document, or of a report, which are read whole."""
MAX_PARTS = 1_000_000
"""Members and elements of such a document; each takes some hundred bytes in memory."""
MAX_DEPTH = 40
OPEN_RULES = frozenset({
    "open-store", "open-code-runner", "open-model-server", "open-tool-server", "open-to-any-user", "partly-open-store",
    "public-bucket-listing",
})  # fmt: skip
"""Rules of tieback, one of which applies to each open store and none to other stores."""
_OWN_SCHEMA = re.compile(rb'"schema"\s{0,9}:\s{0,9}"(tieback/[^"]{1,80})"')
_WHOLE = re.compile(rb'"csaf_version"|"type"\s{0,9}:\s{0,9}"bundle"|"schema"\s{0,9}:\s{0,9}"tieback/report/')
_LONGEST_MARK = 200
"""Bytes that are enough for such a mark."""
_BUNDLE = re.compile(r"[A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)+")
_PLATFORM_WORD = re.compile(r"\((android|ios)\)|\.(apk|ipa)\Z", re.IGNORECASE)
_WORDS = {"android": DevicePlatform.ANDROID, "apk": DevicePlatform.ANDROID, "ios": DevicePlatform.IOS,
          "ipa": DevicePlatform.IOS}  # fmt: skip
_CPE_PART = re.compile(r"(?<!\\):")
_TARGETS = {"android": DevicePlatform.ANDROID, "iphone_os": DevicePlatform.IOS, "ipados": DevicePlatform.IOS,
            "ios": DevicePlatform.IOS}  # fmt: skip
_NAMES: dict[str, tuple[str, ...]] = {
    "bundle_id": ("bundleid", "package", "packagename", "appid", "identifier", "swid"),
    "store_id": ("storeid", "trackid", "appstoreid"),
    "name": ("name", "app", "appname", "applicationname", "displayname", "title"),
    "publisher": ("publisher", "vendor", "developer"),
    "platform": ("platform", "os"),
    "version": ("affectedversion", "affectedversions", "appversion", "version"),
    "fixed": (
        "fixedversion",
        "fixed",
        "fixedin",
        "firstfixed",
        "firstfixedversion",
        "updateto",
        "patchedversion",
        "patched",
        "minversion",
        "minimumversion",
    ),
    "action": ("action", "advice"),
    "reason": ("reason", "title", "finding", "severity", "note"),
}
COLUMNS = {
    "bundle id": _NAMES["bundle_id"],
    "store id": _NAMES["store_id"],
    "name": _NAMES["name"],
    "publisher": _NAMES["publisher"],
    "platform": _NAMES["platform"],
    "affected version": _NAMES["version"],
    "fixed version": _NAMES["fixed"],
    "action": _NAMES["action"],
    "reason": _NAMES["reason"],
}
"""Columns of a list as people write them, with other names for each, without white space and punctuation."""
_IDENTITY = frozenset({fold(one) for field in ("bundle id", "store id", "name") for one in (field, *COLUMNS[field])})
_ACTIONS = {"update": "update", "remove": "remove", "block": "remove", "uninstall": "remove", "contact": "contact"}
_AFFECTED = ("known_affected", "first_affected", "last_affected")
_FIXED = ("fixed", "first_fixed", "recommended")


class ListedApp(msgspec.Struct, frozen=True):
    """An app of a published list."""

    platform: DevicePlatform = DevicePlatform.UNKNOWN
    bundle_id: str = ""
    store_id: str = ""
    name: str = ""
    publisher: str = ""
    versions: tuple[str, ...] = ()
    """Affected versions, and ranges such as ``<2.0``; empty means all, or all before ``fixed``."""
    fixed: str = ""
    """The first version that is not affected; empty if there is none."""
    action: str = ""
    """``update``, ``contact`` or ``remove``, if the list states it."""
    reason: str = ""


def read_published_list(source: InventorySource) -> list[ListedApp]:
    """The apps of a list; versions of one app are one entry. Records that name no app go to ``source.skip``.

    A report of tieback lists the apps that lead to an open store, in each of its formats.

    Raises:
        InputError: the file is broken or too large, or it is no list of apps.
    """
    _check_kind(source)
    document = _document(source)
    if isinstance(document, dict) and "csaf_version" in _mapping(document.get("document")):
        found: Iterable[ListedApp] = _csaf(document)
    elif isinstance(document, dict) and document.get("type") == "bundle":
        found = _stix(document)
    elif isinstance(document, dict) and str(document.get("schema", "")).startswith("tieback/report/"):
        found = _report(document)
    elif _schema(source).startswith("tieback/report-head/"):
        found = _report_lines(source)
    else:
        found = _records(source)
    listed = _merged(found)
    if not listed:
        source.note("this list names no affected app")
    return listed


_OTHERS = ((b'"bomFormat"', "a CycloneDX document"), (b"/sarif", "a SARIF report"), (b'"class_uid"', "OCSF events"),
           (b'"vuln_id_from_tool"', "a DefectDojo import"))  # fmt: skip
"""Beginnings of JSON documents whose records are no apps."""
_ADVICE = "Pass a table with a column bundle id, store id or name, a CSAF or STIX document, or a JSON report of tieback"


def _check_kind(source: InventorySource) -> None:
    head = source.head()
    kind = ""
    if b"\x00" in head:
        kind = "binary data"
    elif head.lstrip()[:1] == b"<":
        kind = "HTML or XML"
    elif head.lstrip()[:1] in (b"{", b"["):
        kind = next((title for mark, title in _OTHERS if mark in head[:4096]), "")
        schema = _schema(source)
        if schema.startswith("tieback/") and not schema.startswith(("tieback/report/", "tieback/report-head/")):
            kind = f"a document {schema[:60]}"
    else:
        columns = find_header("\n".join(decode_line(line) for line in head.split(b"\n", 2)[:2]))
        known = {fold(column) for column in columns}
        if not known & _IDENTITY or known >= {"party", "class", "channels"}:
            names = column_names_text([column for column in columns if column and column.isprintable()])
            kind = f"columns {names}" if names else "an empty file" if not head.strip() else "text"
    if kind:
        raise InputError(f"no list of affected apps (found: {kind})", where=source.label, advice=_ADVICE)


def _schema(source: InventorySource) -> str:
    """The schema of the first line, if the file is a document of tieback. Keys are sorted, so it may be at the end."""
    if source.head().lstrip()[:1] != b"{":
        return ""
    rest = b""
    for chunk in _first_bytes(source):
        line, end, _ = (rest + chunk).partition(b"\n")
        if found := _OWN_SCHEMA.search(line):
            return found[1].decode("utf-8", "replace")
        if end and line.strip():
            return ""
        rest = line[-_LONGEST_MARK:]
    return ""


def _first_bytes(source: InventorySource) -> Iterator[bytes]:
    """The beginning of a file in pieces, as much of it as is read whole."""
    read = 0
    for chunk in source.chunks():
        yield chunk
        read += len(chunk)
        if read > MAX_DOCUMENT:
            return


def _is_whole(source: InventorySource) -> bool:
    """True if the file is JSON that is read whole. The mark of its format may be anywhere: keys have no order."""
    if source.head().lstrip()[:1] != b"{":
        return False
    rest = b""
    for chunk in _first_bytes(source):
        text = rest + chunk
        if _WHOLE.search(text):
            return True
        rest = text[-_LONGEST_MARK:]
    return False


def _document(source: InventorySource) -> object:
    """The whole document, if the file is JSON that is read whole; ``None`` for other files."""
    if not _is_whole(source):
        return None
    data = source.raw(MAX_DOCUMENT)
    if data.count(b",") + data.count(b"{") + data.count(b"[") > MAX_PARTS:
        raise source.broken(f"more than {MAX_PARTS:,} parts")
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise source.broken("not valid JSON") from None


def _records(source: InventorySource) -> Iterator[ListedApp]:
    named = False
    number = 0
    unknown: dict[str, None] = {}
    own = _is_own_table(source.head())
    for number, record in iter_records(source, None if own else COLUMNS):
        cells = {field: clean_text(next((record[one] for one in names if record.get(one)), "")) for field, names
                 in _NAMES.items()}  # fmt: skip
        if not (cells["bundle_id"] or cells["store_id"] or cells["name"]):
            source.skip(number, "no app is named")
            continue
        named = True
        if own and clean_text(record.get("rule")) not in OPEN_RULES:
            continue  # a report of tieback has other findings too
        affected = AffectedVersions(_texts(cells["version"])) if own else parse_affected(cells["version"])
        unknown.update(dict.fromkeys(affected.unknown))
        yield ListedApp(
            platform=parse_platform(cells["platform"]),
            bundle_id=cells["bundle_id"],
            store_id=cells["store_id"],
            name=cells["name"],
            publisher=cells["publisher"],
            versions=affected.versions,
            fixed=cells["fixed"].lstrip("<>=≥ "),
            action=_ACTIONS.get(fold(cells["action"]), ""),
            reason=cells["reason"],
        )
    if unknown:
        first = next(iter(unknown))
        source.note(
            f"{count_text(len(unknown), 'affected version is', 'affected versions are')} not understood, so other "
            f"versions are not decided; first: {first[:60]!r}. Write 1.9, < 1.9, 1.0 - 1.9 or all"
        )
    if number and not named:
        raise InputError("no list of affected apps (no record names an app)", where=source.label, advice=_ADVICE)


def _is_own_table(head: bytes) -> bool:
    """True for a CSV report of tieback."""
    return head.startswith(b"finding,severity,rule,")


def _report(document: Mapping[str, Any]) -> Iterator[ListedApp]:
    """A report of tieback as JSON: apps that lead to an open store."""
    return _leading(_sequence(document.get("apps")), _sequence(document.get("exposures")))


def _report_lines(source: InventorySource) -> Iterator[ListedApp]:
    """A report of tieback as JSON lines: apps that lead to an open store."""
    apps: list[Mapping[str, Any]] = []
    stores: list[Mapping[str, Any]] = []
    # The first line describes the whole organisation, so it may be longer than any record.
    for _, line in iter_json_records(source, (), dict[str, Any], after=1):
        schema = str(line.get("schema", ""))
        if schema.startswith("tieback/app-summary/") and line.get("exposures"):
            apps.append({"app": line.get("app"), "exposures": line["exposures"]})
        elif schema.startswith("tieback/exposure/"):
            stores.append({name: line.get(name) for name in ("id", "access", "honeypot")})
    return _leading(apps, stores)


def _leading(apps: Iterable[object], stores: Iterable[object]) -> Iterator[ListedApp]:
    """The apps that lead to one of these stores that is open."""
    exposed = {
        store.get("id")
        for store in map(_mapping, stores)
        if store.get("access") in Access and Access(store["access"]).exposed and not store.get("honeypot")
    }
    for summary in map(_mapping, apps):
        app = _mapping(summary.get("app"))
        stores = exposed.intersection(map(str, _sequence(summary.get("exposures"))))
        if stores:
            yield ListedApp(
                platform=parse_platform(app.get("platform")),
                bundle_id=clean_text(app.get("bundle_id")),
                name=clean_text(app.get("name")),
                publisher=clean_text(app.get("vendor")),
                versions=_texts(app.get("version_name")),
                reason=f"leads to {len(stores)} open data store{'' if len(stores) == 1 else 's'}",
            )


def _stix(document: Mapping[str, Any]) -> Iterator[ListedApp]:
    """Software of a bundle that has a software identification tag, as apps have.

    A bundle of tieback relates each app to its stores, some of which are not open.
    """
    objects = list(map(_mapping, _sequence(document.get("objects"))))
    stores = {
        str(entry.get("id")): "hosting-target-lists" in _sequence(entry.get("infrastructure_types"))
        for entry in objects
        if entry.get("type") == "infrastructure"
        and any(str(label).startswith("tieback-") for label in _sequence(entry.get("labels")))
    }
    related: dict[str, bool] = {}
    for entry in objects:
        app, store = str(entry.get("source_ref")), str(entry.get("target_ref"))
        if entry.get("type") == "relationship" and store in stores:
            related[app] = related.get(app, False) or stores[store]
    for entry in objects:
        swid = clean_text(entry.get("swid"))
        if entry.get("type") == "software" and swid and related.get(str(entry.get("id")), True):
            yield ListedApp(
                platform=_cpe_platform(entry.get("cpe")),
                bundle_id=swid if _BUNDLE.fullmatch(swid) else "",
                name=clean_text(entry.get("name")),
                publisher=_known(entry.get("vendor")),
                versions=_texts(_known(entry.get("version"))),
                reason="listed in a STIX bundle",
            )


def _cpe_platform(name: object) -> DevicePlatform:
    """The target software of a CPE name, version 2.3 (NISTIR 7695)."""
    parts = _CPE_PART.split(clean_text(name))
    return _TARGETS.get(parts[10].casefold(), DevicePlatform.UNKNOWN) if len(parts) == 13 else DevicePlatform.UNKNOWN


class _Product(msgspec.Struct):
    vendor: str = ""
    name: str = ""
    label: str = ""
    version: str = ""
    is_range: bool = False


def _is_other_finding(document: Mapping[str, Any], vulnerability: Mapping[str, Any]) -> bool:
    """True for a finding of a tieback report that is not about an open store: the titles of its notes name its rule.

    The advisory of a case is about one open store and names no rule.
    """
    tracking = _mapping(_mapping(document.get("document")).get("tracking"))
    if _mapping(_mapping(tracking.get("generator")).get("engine")).get("name") != "tieback":
        return False
    titles = {str(note.get("title", "")) for note in map(_mapping, _sequence(vulnerability.get("notes")))}
    return not titles & OPEN_RULES and not any(" " in title for title in titles)


def _csaf(document: Mapping[str, Any]) -> Iterator[ListedApp]:
    tree = _mapping(document.get("product_tree"))
    products: dict[str, _Product] = {}
    _walk(tree.get("branches"), _Product(), products, MAX_DEPTH)
    for full in map(_mapping, _sequence(tree.get("full_product_names"))):
        name = clean_text(full.get("name"))
        products.setdefault(clean_text(full.get("product_id")), _Product(name=name, label=name))
    for vulnerability in map(_mapping, _sequence(document.get("vulnerabilities"))):
        if _is_other_finding(document, vulnerability):
            continue
        status = _mapping(vulnerability.get("product_status"))
        fixed = {(one.vendor, one.name): one.version for one in _named(status, _FIXED, products)}
        gone = {
            clean_text(key)
            for one in map(_mapping, _sequence(vulnerability.get("remediations")))
            if one.get("category") == "no_fix_planned"
            for key in _sequence(one.get("product_ids"))
        }
        reason = clean_text(vulnerability.get("title") or vulnerability.get("cve"))
        for product in _named(status, _AFFECTED, products):
            word = _PLATFORM_WORD.search(product.label)
            hopeless = any(products.get(key) is product for key in gone)
            yield ListedApp(
                platform=_WORDS[(word[1] or word[2]).lower()] if word else DevicePlatform.UNKNOWN,
                bundle_id=product.name if _BUNDLE.fullmatch(product.name) else "",
                name="" if _BUNDLE.fullmatch(product.name) else product.name,
                publisher=_known(product.vendor),
                versions=parse_affected(_known(product.version)).versions
                if product.is_range
                else _texts(_known(product.version)),
                fixed=fixed.get((product.vendor, product.name), ""),
                action="remove" if hopeless else "",
                reason=reason,
            )


def _walk(branches: object, above: _Product, found: dict[str, _Product], depth: int) -> None:
    for branch in map(_mapping, _sequence(branches) if depth else ()):
        category, name = branch.get("category"), clean_text(branch.get("name"))
        here = msgspec.structs.replace(above)
        if category == "vendor":
            here.vendor = name
        elif category == "product_name":
            here.name = name
        elif category in ("product_version", "product_version_range"):
            here.version, here.is_range = name, category == "product_version_range"
        product = _mapping(branch.get("product"))
        if product:
            here.label = clean_text(product.get("name"))
            here.name = here.name or here.label
            found[clean_text(product.get("product_id"))] = here
        _walk(branch.get("branches"), here, found, depth - 1)


def _named(status: Mapping[str, Any], names: Iterable[str], products: Mapping[str, _Product]) -> list[_Product]:
    keys = (clean_text(key) for name in names for key in _sequence(status.get(name)))
    return [products[key] for key in dict.fromkeys(keys) if key in products and products[key].name]


def _merged(apps: Iterable[ListedApp]) -> list[ListedApp]:
    """One entry per app: the versions together, and the highest first fixed version."""
    found: dict[tuple[str, ...], ListedApp] = {}
    for app in apps:
        key = (app.platform, app.bundle_id or app.store_id or f"{app.name}|{app.publisher}".casefold())
        known = found.get(key)
        if known is None:
            found[key] = app
            continue
        versions = tuple(dict.fromkeys((*known.versions, *app.versions))) if known.versions and app.versions else ()
        found[key] = msgspec.structs.replace(
            known,
            versions=versions,
            name=known.name or app.name,
            publisher=known.publisher or app.publisher,
            fixed=max(known.fixed, app.fixed, key=version_key),
            action="remove" if "remove" in (known.action, app.action) else known.action or app.action,
            reason=known.reason or app.reason,
        )
    return list(found.values())


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _sequence(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _known(value: object) -> str:
    text = clean_text(value)
    return "" if text in ("unknown", "unknown vendor") else text


def _texts(value: object) -> tuple[str, ...]:
    text = clean_text(value)
    return (text,) if text else ()
