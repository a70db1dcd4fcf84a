"""STIX 2.1: stores as infrastructure that consists of addresses and software, apps as related software.

Observations are observed data of the addresses, names and software. Reports of other tools are notes on the store.
Source: OASIS, STIX Version 2.1. All objects have a TLP marking. Ids are UUIDs (version 5) over the content, so that a
second export updates the first.
"""

import ipaddress
import json
import re
import uuid
from collections.abc import Iterator
from typing import Any, BinaryIO

from tieback.model.app import App, Platform
from tieback.model.count_text import count_text
from tieback.model.exposure import Exposure
from tieback.model.report.apps import AppSummary
from tieback.model.report.document import Report
from tieback.report.encoding import encode_row
from tieback.report.interface import RendererMeta
from tieback.report.passive import MOST_LINES, PassiveNotes, passive_line
from tieback.report.shortened import cut_text, fit_text, more_text
from tieback.report.texts.clean import clean
from tieback.report.texts.stores import contents_text, store_text
from tieback.report.verdict import access_text, no_personal_data_in, verdict_lines

_OBSERVABLES = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
"""Namespace of the ids of observables, defined by the standard (section 2.9)."""
_OWN = uuid.UUID("9f4f1c1e-2c7e-5a61-8d0a-1f1f6a7f0b52")
MARKINGS = {
    "AMBER": ("marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", "amber"),
    "CLEAR": ("marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", "white"),
}
"""Markings as defined by the standard (section 7.2.1.4), which uses the labels of TLP version 1."""
_CPE_TEXT = re.compile(r"(?!-\Z)[!-~]{1,200}")
_CPE_SIGN = re.compile(r"[^A-Za-z0-9._-]")
MOST_ADDRESSES = 50
"""Limit on the addresses, and on the targets, of one store; the description counts the others."""


class StixRenderer:
    """Renders a bundle, streamed; each object is written once."""

    meta = RendererMeta("stix", ".stix.json", "application/stix+json;version=2.1")

    def render(self, report: Report, out: BinaryIO) -> None:
        """Write the bundle to ``out``, object by object."""
        made = report.created.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        bundle = uuid.uuid5(_OWN, f"bundle\0{report.title}\0{made}")
        out.write(b'{"type":"bundle","id":' + encode_row(f"bundle--{bundle}") + b',"objects":[')
        written: set[bytes] = set()
        for entry in _objects(report, made):
            # Stores share addresses and names; 16 bytes per object record which were written.
            key = uuid.UUID(entry["id"].partition("--")[2]).bytes
            if key not in written:
                out.write(b"," if written else b"")
                marked = entry["type"] == "marking-definition"
                out.write(encode_row(entry if marked else entry | {"object_marking_refs": [MARKINGS[report.tlp][0]]}))
                written.add(key)
        out.write(b"]}\n")

    def left_out(self, report: Report) -> Iterator[str]:
        """What of the report is not in the bundle."""
        if found := report.findings.count + report.suppressed.count:
            yield f"{count_text(found, 'finding')}, because STIX describes stores and the apps that lead to them"


def _objects(report: Report, made: str) -> Iterator[dict[str, Any]]:
    us = _object("identity", "tieback", made, {"name": "tieback", "identity_class": "system"}, by=None)
    yield _marking(report.tlp)
    yield us
    author = us["id"]
    for summary in report.apps.rows():
        if summary.exposures:
            yield _app(summary)
    seen = PassiveNotes(report)
    for store in report.exposures():
        yield from _store(store, made, author)
        notes = seen.of_store(store)
        for note in notes[:MOST_LINES]:
            line = passive_line(note)
            content = f"{line.said}. Not verified by tieback; {line.ours}."
            fields = {
                "abstract": clean(f"Reported by {note.service.source}", 200),
                "content": clean(content, 1000),
                "object_refs": [_infrastructure(store.id)],
            }
            yield _object("note", f"{store.id}\0{line.said}", made, fields, by=author)
        if more := more_text(len(notes) - MOST_LINES, "report"):
            fields = {"content": f"{more} by other tools on this store", "object_refs": [_infrastructure(store.id)]}
            yield _object("note", f"{store.id}\0more", made, fields, by=author)


def _store(store: Exposure, made: str, author: str) -> Iterator[dict[str, Any]]:
    facts = f"{access_text(store)}; {contents_text(store)}"
    facts += _not_listed(store)
    classes = fit_text((total.pii_class for total in store.pii), 500, between=", ", one="class", many="classes")
    more = "".join(f"; {label}: {text}" for label, text in verdict_lines(store))
    host = _object(
        "infrastructure",
        f"store\0{store.id}",
        made,
        {
            "name": clean(f"{store_text(store)} at {cut_text(store.targets, 3, longest=220)}", 300),
            "description": clean(f"{facts}; personal data: {classes or no_personal_data_in(store)}{more}", 2000),
            "infrastructure_types": ["hosting-target-lists" if store.access.exposed else "unknown"],
            "labels": [f"tieback-{store.access.value}", f"tieback-ransom-{store.ransom.verdict.value}"],
            "external_references": [{"source_name": "tieback", "external_id": store.id}],
        },
        by=author,
    )
    yield host
    software = _observable(
        "software", {"name": clean(store.product, 200) or "unknown", "version": clean(store.version, 100)}
    )
    parts = [software, *_addresses(store), *_names(store)]
    for part in parts:
        yield part
        yield _relation(host["id"], "consists-of", part["id"], made, author)
    yield _object("observed-data", f"seen\0{store.id}", made, _seen(store, made, parts), by=author)
    for app in dict.fromkeys(route.app_sha256 for route in store.routes):
        yield _relation(_app_id(app), "related-to", host["id"], made, author)


def _seen(store: Exposure, made: str, parts: list[dict[str, Any]]) -> dict[str, Any]:
    first, last = made, made
    if store.window is not None:
        first, last = (f"{day}T00:00:00.000Z" for day in (store.window.first_seen, store.window.last_seen))
    ids = list(dict.fromkeys(part["id"] for part in parts))
    return {"first_observed": min(first, last), "last_observed": last, "number_observed": 1, "object_refs": ids}


def _not_listed(store: Exposure) -> str:
    """The number of addresses and targets above the limit, as the end of a sentence; empty if there are none."""
    more = len(store.addresses) - MOST_ADDRESSES, len(store.targets) - MOST_ADDRESSES
    words = ("more address", "more addresses"), ("more target", "more targets")
    texts = [count_text(count, *forms) for count, forms in zip(more, words, strict=True) if count > 0]
    return f"; not listed: {' and '.join(texts)}" if texts else ""


def _addresses(store: Exposure) -> Iterator[dict[str, Any]]:
    for place in store.addresses[:MOST_ADDRESSES]:
        text = place.rpartition(":")[0].strip("[]")
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            continue
        yield _observable(f"ipv{address.version}-addr", {"value": str(address)})


def _names(store: Exposure) -> Iterator[dict[str, Any]]:
    for target in store.targets[:MOST_ADDRESSES]:
        host = clean(target, 300).rpartition(":")[0].strip("[]").partition("/")[0]
        try:
            ipaddress.ip_address(host)
        except ValueError:
            if host and host.isascii() and "\ufffd" not in host:
                yield _observable("domain-name", {"value": host})


def _app(summary: AppSummary) -> dict[str, Any]:
    app = summary.app
    return {
        "type": "software",
        "spec_version": "2.1",
        "id": _app_id(app.sha256),
        "name": clean(app.label or app.bundle_id, 300) or "unknown",
        "vendor": clean(app.vendor, 300) or "unknown",
        "version": clean(app.version_name, 100) or "unknown",
        "swid": clean(app.bundle_id, 300) or "unknown",
        "cpe": _cpe(app),
    }


def _cpe(app: App) -> str:
    """The CPE name of an app, version 2.3: the one property of software that has a place for its platform."""
    target = {Platform.ANDROID: "android", Platform.IOS: "iphone_os"}.get(app.platform, "*")
    return f"cpe:2.3:a:*:{_cpe_value(app.bundle_id)}:{_cpe_value(app.version_name)}:*:*:*:*:{target}:*:*"


def _cpe_value(text: str) -> str:
    """A value of a CPE name (NISTIR 7695, section 6.2); ``*`` (any) if it has characters that a name cannot have."""
    if not _CPE_TEXT.fullmatch(text):
        return "*"
    return _CPE_SIGN.sub(r"\\\g<0>", text)


def _app_id(sha256: str) -> str:
    return f"software--{uuid.uuid5(_OWN, f'app\0{sha256}')}"


def _observable(kind: str, fields: dict[str, str]) -> dict[str, Any]:
    # RFC 8785's canonical form of the contributing properties.
    name = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    key = uuid.uuid5(_OBSERVABLES, name.encode("utf-8", "replace").decode())
    return {"type": kind, "spec_version": "2.1", "id": f"{kind}--{key}", **fields}


def _infrastructure(store: str) -> str:
    return f"infrastructure--{uuid.uuid5(_OWN, f'infrastructure\0store\0{store}')}"


def _relation(source: str, kind: str, target: str, made: str, author: str) -> dict[str, Any]:
    fields = {"relationship_type": kind, "source_ref": source, "target_ref": target}
    return _object("relationship", f"{source}\0{kind}\0{target}", made, fields, by=author)


def _object(kind: str, key: str, made: str, fields: dict[str, Any], *, by: str | None) -> dict[str, Any]:
    entry = {
        "type": kind,
        "spec_version": "2.1",
        "id": f"{kind}--{uuid.uuid5(_OWN, f'{kind}\0{key}')}",
        "created": made,
        "modified": made,
        **fields,
    }
    return entry if by is None else entry | {"created_by_ref": by}


def _marking(tlp: str) -> dict[str, Any]:
    key, word = MARKINGS[tlp]
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": key,
        "created": "2017-01-20T00:00:00.000Z",
        "definition_type": "tlp",
        "name": f"TLP:{word.upper()}",
        "definition": {"tlp": word},
    }
