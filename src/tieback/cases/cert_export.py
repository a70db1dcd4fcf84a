"""Cases for CERTs and network owners: one bundle per recipient, in IntelMQ's or MISP's format, with only its rows.

IntelMQ: one event per line, with the fields and types of its data format
(https://docs.intelmq.org/latest/user/event/); the classification is that of the RSIT taxonomy. MISP: one event with
``ip-port`` objects (https://www.misp-project.org/objects.html). Both are marked with TLP 2.0; the field ``tlp`` of
IntelMQ knows only the labels of version 1, so ``extra.tlp`` has the exact one.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from ipaddress import ip_address

import msgspec

from tieback.cases.access_now import access_now, closed_text
from tieback.model.case import Case, CaseState
from tieback.model.exposure import Severity
from tieback.model.figure import Figure
from tieback.pii.taxonomy import load_taxonomy
from tieback.report.figures import measured
from tieback.report.shortened import fit_text
from tieback.report.texts.clean import clean
from tieback.report.texts.stores import records_text, store_name

TLP = {
    "clear": ("TLP:CLEAR", "WHITE"),
    "green": ("TLP:GREEN", "GREEN"),
    "amber": ("TLP:AMBER", "AMBER"),
    "amber+strict": ("TLP:AMBER+STRICT", "AMBER"),
    "red": ("TLP:RED", "RED"),
}
"""Labels of TLP 2.0 (https://www.first.org/tlp/), each with its name and the nearest one of version 1."""
_SPACE = uuid.UUID("6f1cf0a1-6c5e-5b7a-9a3c-3f6f1d1c7a41")
_IP_PORT = ("ip-port", "network", "9f8cea74-16fe-4968-a2b4-026676949ac6", "10")
"""Name, meta-category, UUID and version of MISP's template."""
_THREAT = {Severity.CRITICAL: "1", Severity.HIGH: "1", Severity.MEDIUM: "2", Severity.LOW: "3"}
_DONE = frozenset({CaseState.FIXED, CaseState.CLOSED})


class Network(msgspec.Struct, frozen=True):
    """Who runs the network of an address."""

    owner: str = ""
    contact: str = ""
    """E-mail address for abuse, from imported RDAP documents."""
    country: str = ""
    """Two letters (ISO 3166-1)."""
    asn: int | None = None
    as_name: str = ""


class CertRow(msgspec.Struct, frozen=True):
    """One open place of one case."""

    case: Case
    ip: str
    port: int
    fqdn: str
    network: Network

    @property
    def seen(self) -> datetime:
        """When it was last seen open."""
        check = self.case.check
        return check.time if check is not None and check.where else self.case.opened

    @property
    def records(self) -> Figure | None:
        """Records readable when it was last seen open; ``None`` if they are not known, or if there are none."""
        check, store = self.case.check, self.case.store
        return check.records if check is not None and check.where else measured(store, store.records)


class Withheld(msgspec.Struct, frozen=True):
    """A case that is in no bundle, and why."""

    case: str
    reason: str


def select_cases(cases: Iterable[Case], today: date, *, consent: bool = False) -> tuple[list[Case], list[Withheld]]:
    """Return the open cases, and those that are withheld, such as those whose store a re-check found closed.

    Args:
        cases: all cases; fixed and closed ones are left out.
        today: date of the export.
        consent: the vendors agreed, or a law demands it: promises in letters do not withhold a case.
    """
    found, withheld = [], []
    for case in cases:
        until = case.silent_until(today)
        if case.state in _DONE:
            continue
        if closed := closed_text(case):
            withheld.append(Withheld(case.id, closed))
        elif case.unconfirmed:
            withheld.append(Withheld(case.id, "its verdict is experimental, and no person confirmed it"))
        elif until is not None and not consent:
            withheld.append(Withheld(case.id, f"our letter promises to inform no provider or CERT until {until}"))
        else:
            found.append(case)
    return found, withheld


def rows_of(case: Case, network_of: Callable[[str], Network]) -> Iterator[CertRow]:
    """Yield the open places of a case, each with its address and network."""
    known = [_split(address) for address in case.store.addresses]
    first = [_split(target) for target in case.store.targets]
    for place in case.open_places:
        host, port = _split(place)
        if not port:
            continue
        ports = {number for name, number in first if name == host}
        ips = [host] if _is_address(host) else [ip for ip, number in known if number in ports and _is_address(ip)]
        for ip in dict.fromkeys(ips):
            yield CertRow(case, ip, port, "" if host == ip else host, network_of(ip))


def by_network(row: CertRow) -> tuple[str, str, str]:
    """The recipient of a row: network owner, abuse contact and country."""
    network = row.network
    return network.owner or network.as_name, network.contact, network.country


def by_country(row: CertRow) -> tuple[str, str, str]:
    """The recipient of a row: the national CERT of its country."""
    return "", "", row.network.country


RECIPIENTS: Mapping[str, Callable[[CertRow], tuple[str, str, str]]] = {"network": by_network, "country": by_country}


def to_intelmq(rows: Sequence[CertRow], tlp: str, now: datetime) -> bytes:
    """Encode one IntelMQ event per line."""
    return b"".join(msgspec.json.encode(_event(row, tlp, now)) + b"\n" for row in rows)


def _event(row: CertRow, tlp: str, now: datetime) -> dict[str, object]:
    case, network = row.case, row.network
    name, old = TLP[tlp]
    known = row.records
    values: dict[str, object] = {
        "__type": "Event",
        "feed.name": "tieback cases",
        "feed.provider": "tieback",
        "time.source": row.seen.astimezone(UTC).isoformat(timespec="seconds"),
        "time.observation": now.astimezone(UTC).isoformat(timespec="seconds"),
        "classification.taxonomy": "vulnerable",
        "classification.type": "information-disclosure",
        "classification.identifier": f"open-{case.store.product}",
        "protocol.transport": "tcp",
        "protocol.application": case.store.product,
        "source.ip": row.ip,
        "source.port": row.port,
        "source.fqdn": row.fqdn,
        "source.asn": network.asn,
        "source.as_name": clean(network.as_name, 200),
        "source.abuse_contact": network.contact.lower(),
        "source.geolocation.cc": network.country.upper(),
        "event_description.text": _text(row),
        "event_description.target": clean(case.owner, 200),
        "tlp": old,
        "extra": {
            "tlp": name,
            "case": case.id,
            "severity": case.store.severity.value,
            **({} if known is None else {"records": known.value, "records_quality": known.quality.value}),
            "personal_data": _classes(case),
        },
    }
    return {key: value for key, value in values.items() if value not in ("", None)}


def to_misp(rows: Sequence[CertRow], tlp: str, now: datetime) -> bytes:
    """Encode one MISP event with an object per row. The same recipient and case have the same UUIDs."""
    recipient = " / ".join(part for part in by_network(rows[0]) if part) or "unknown network"
    cases = {row.case.id: row.case for row in rows}
    worst = max((case.store.severity for case in cases.values()), key=lambda severity: severity.rank)
    stamp = str(int(now.timestamp()))
    event = {
        "uuid": str(uuid.uuid5(_SPACE, f"event:{recipient}:{','.join(sorted(cases))}")),
        "info": clean(f"Data stores that are accessible without authentication: {recipient}", 300),
        "date": now.astimezone(UTC).date().isoformat(),
        "timestamp": stamp,
        "threat_level_id": _THREAT.get(worst, "4"),
        "analysis": "2",
        # Only the importing organisation: it decides on more, within the TLP label.
        "distribution": "0",
        "published": False,
        "Tag": [{"name": TLP[tlp][0].lower()}, {"name": 'rsit:vulnerable="information-disclosure"'}],
        "Object": [_object(row, stamp) for row in rows],
    }
    return msgspec.json.encode({"Event": event}) + b"\n"


def _object(row: CertRow, stamp: str) -> dict[str, object]:
    name, category, template, version = _IP_PORT
    key = f"{row.case.id}:{row.ip}:{row.port}"
    values = [
        ("ip-dst", "ip-dst", row.ip),
        ("dst-port", "port", str(row.port)),
        ("hostname", "hostname", row.fqdn),
        ("last-seen", "datetime", row.seen.astimezone(UTC).isoformat(timespec="seconds")),
        ("AS", "AS", "" if row.network.asn is None else str(row.network.asn)),
        ("country-code", "text", row.network.country.upper()),
        ("protocol", "text", "tcp"),
        ("text", "text", _text(row)),
    ]
    return {
        "name": name,
        "meta-category": category,
        "template_uuid": template,
        "template_version": version,
        "uuid": str(uuid.uuid5(_SPACE, f"object:{key}")),
        "timestamp": stamp,
        "comment": f"case {row.case.id}",
        "Attribute": [
            {
                "uuid": str(uuid.uuid5(_SPACE, f"attribute:{key}:{relation}")),
                "object_relation": relation,
                "type": kind,
                "category": "Other" if kind in ("text", "port", "datetime") else "Network activity",
                "value": value,
                "to_ids": False,
                "timestamp": stamp,
            }
            for relation, kind, value in values
            if value
        ],
    }


FORMATS: Mapping[str, tuple[Callable[[Sequence[CertRow], str, datetime], bytes], str]] = {
    "intelmq": (to_intelmq, "jsonl"),
    "misp": (to_misp, "json"),
}
"""Encoders by format, with the end of the file name."""


def _text(row: CertRow) -> str:
    """What is known about the store now; if that differs, also what it was when the case was opened."""
    case, store, known = row.case, row.case.store, row.records
    text = f"{store_name(store)} {access_now(case)}"
    first = f"{store.access}, {records_text(measured(store, store.records))}"
    if case.check is None:
        text += f" ({first})"
    else:
        text += f", {records_text(known)}" if case.check.where and known is not None else ""
        text += f"; when the case was opened on {case.opened.date()}: {first}"
    classes = fit_text(_classes(case), 600, between=", ", one="class", many="classes")
    return clean(f"{text}; personal data: {classes}" if classes else text, 900)


def _classes(case: Case) -> list[str]:
    taxonomy = load_taxonomy()
    return [taxonomy[one.pii_class].title if one.pii_class in taxonomy else one.pii_class for one in case.store.pii]


def _split(place: str) -> tuple[str, int]:
    host, _, port = place.partition("/")[0].rpartition(":")
    return host.strip("[]"), int(port) if port.isdigit() else 0


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
