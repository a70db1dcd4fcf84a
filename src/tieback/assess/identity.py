"""Store identity: groups the probe reports of one store, so that it is counted once.

Two kinds of evidence exist, and figures that contradict each other overrule both:

- **Strong**: a product's own identifier (``vendor_id``), or a unique identifier of a container (UUIDs of MongoDB
  collections). It joins any number of addresses: members of a replica set, shards, and the router in front of them.
- **Weak**: a fingerprint of product and names, or an identifier that people choose (the name of a RabbitMQ cluster).
  Names are a hint, not an identity. Two addresses may then be one store or two, if their versions, names, certificates
  and figures agree; ``distinct_parts`` returns the parts that nothing strong joins. If one of these differs, they are
  two stores. Equal certificates join them, because both addresses have the same private key.

Further rules:

- A fingerprint joins addresses only if the store contains distinctive data. Two *empty* stores of one product look the
  same, and so do two stores that contain only the same ransom note. These are distinguished by address.
- If only the address is known, equal address and port are one store, regardless of the host name that was probed.
- A report without an identifier belongs to the store of the same product that returned one at the same address and
  port. This happens if a store is probed before and after a password is set. If a load balancer puts two such stores
  behind one address, the report stays separate.
- What a console (Kibana) shows of the store behind it is ignored if the store itself was read: the console's figures
  are coarser.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from tieback.assess.agreement import StoreView, agrees, contradicts, view_of
from tieback.assess.leaves import leaf_containers
from tieback.assess.ransom import RansomSigns
from tieback.model.probe import Access, Container, Identity, Outcome, ProbeReport, RansomVerdict

type Store = tuple[Identity, tuple[ProbeReport, ...]]

_NEAREST_TO_DATA = (
    Access.OPEN,
    Access.ANY_USER,
    Access.PARTIAL,
    Access.SCHEMA_ONLY,
    Access.OPEN_EMPTY,
    Access.AUTH_REQUIRED,
    Access.LOCKED,
    Access.FIREWALLED,
    Access.NOT_FOUND,
    Access.UNKNOWN,
)


_CONSOLES = frozenset({"kibana"})
"""Probes that read a store through another product."""
_UNTIL_RESTART = ("run_id", "master_replid", "server_id", "started")
"""Labels of identifiers that a server makes anew at each start (Redis, NATS, MariaDB)."""
_CHOSEN = ("cluster_name",)
"""Labels of identifiers that people choose, or that are derived from the name of a host."""
_MOST_COMPARED = 64
"""Limit on the stores with one key that a further report is compared with; it only matters for fleets of copies."""


def has_answered(report: ProbeReport) -> bool:
    """True if a data store responded: the outcome is ok and the product is known."""
    return report.outcome is Outcome.OK and bool(report.product)


def address_of(report: ProbeReport) -> str:
    """Return ``address:port``, IPv6 in brackets; the target if no address is known."""
    port = report.target.rpartition(":")[2]
    if not report.address:
        return report.target
    if ":" not in report.address:
        return f"{report.address}:{port}"
    if report.address.startswith("[") or report.address.count(":") == 1:
        return report.address if report.address.rpartition(":")[2].isdigit() else f"{report.address}:{port}"
    return f"[{report.address}]:{port}"


def group_stores(reports: Iterable[ProbeReport], signs: RansomSigns | None = None) -> list[Store]:
    """Group the answered reports by store, ordered by identity key, the most detailed report of each group first.

    The result does not depend on the order of the reports.
    """
    signs = signs or RansomSigns()
    same: dict[str, Store] = {}
    for report in sorted(filter(has_answered, reports), key=_telling):
        identity = _identity(report, signs)
        same[identity.key] = (identity, (*same.get(identity.key, (identity, ()))[1], report))
    groups: dict[str, Store] = {}
    for store in same.values():
        for identity, members in _split(store):
            known = groups.get(identity.key, (identity, ()))[1]
            groups[identity.key] = (identity, tuple(sorted((*known, *members), key=_telling)))
    _share(groups)
    return [_first_hand(groups[key]) for key in sorted(_joined(groups))]


def distinct_parts(store: Store) -> list[tuple[ProbeReport, ...]]:
    """Divide the reports of a store into parts that no strong evidence joins.

    One part: it is one store. ``n`` parts: it is one store or up to ``n``.
    """
    identity, reports = store
    if identity.kind == "vendor_id":
        return [reports]
    parts: list[tuple[set[str], list[ProbeReport]]] = []
    for report in reports:
        marks = set(_marks(report))
        joined = [report]
        for part in [part for part in parts if not marks.isdisjoint(part[0])]:
            marks |= part[0]
            joined = [*part[1], *joined]
            parts.remove(part)
        parts.append((marks, joined))
    return [tuple(members) for _, members in parts]


def has_strong_identity(identity: Identity, containers: Iterable[Container]) -> bool:
    """True if the store can be recognised at another address: it has an identifier that no other store has."""
    return identity.kind == "vendor_id" or any(one.uid for one in containers)


def survives_restart(identity: Identity) -> bool:
    """True if the identifier is in the store's data: another one then shows that it is another store."""
    return identity.kind == "vendor_id" and not any(f":{label}:" in identity.key for label in _UNTIL_RESTART)


def is_chosen_by_people(identity: Identity) -> bool:
    """True if people choose the identifier or copy it from a manual, so that unrelated stores may have the same one."""
    from tieback.probes.wire.placeholders import is_distinctive_key  # with every probe: 0.2 s

    return any(f":{label}:" in identity.key for label in _CHOSEN) or not is_distinctive_key(identity.key)


def _marks(report: ProbeReport) -> Iterator[str]:
    """What joins two reports for certain, if it is equal."""
    place = address_of(report)
    yield f"place:{place}"
    yield from (f"uid:{report.product}:{one.uid}" for one in report.containers if one.uid)
    if report.tls is not None and report.tls.certificate_sha256:
        yield f"certificate:{report.tls.certificate_sha256}"
    if report.identity is not None and is_chosen_by_people(report.identity):
        yield f"host:{place.rpartition(':')[0]}:{report.identity.key}"


def _split(store: Store) -> Iterator[Store]:
    """Separate the reports of an identity whose answers contradict each other, by place."""
    identity, reports = store
    places: dict[str, list[ProbeReport]] = {}
    for report in reports:
        places.setdefault(address_of(report), []).append(report)
    if identity.kind == "address" or len(places) == 1:
        yield store
        return
    fits = (lambda one, other: not contradicts(one, other)) if identity.kind == "vendor_id" else agrees
    views = sorted(
        (view_of(members, place) for place, members in places.items()),
        key=lambda view: (view.versions, view.certificates, view.total, view.place),
    )
    stores: list[list[StoreView]] = []
    for view in views:
        home = next((one for one in stores[-_MOST_COMPARED:] if fits(one[0], view)), None)
        if home is None:
            stores.append([view])
        else:
            home.append(view)
    if len(stores) == 1:
        yield store
        return
    stores.sort(key=lambda one: (-max(view.total for view in one), min(view.place for view in one)))
    for number, found in enumerate(stores):
        members = tuple(report for view in found for report in view.reports)
        yield _identity_apart(identity, found, first=number == 0), tuple(sorted(members, key=_telling))


def _identity_apart(identity: Identity, views: Sequence[StoreView], *, first: bool) -> Identity:
    """The identity of one of several stores with the same key."""
    place = min(view.place for view in views)
    if identity.kind == "vendor_id":
        # Several stores have the identifier, so it identifies none of them.
        product = views[0].reports[0].product
        return Identity(f"{product}:address:{place}", "address" if len(views) == 1 else "fingerprint")
    return identity if first else Identity(f"{identity.key}:{place}", identity.kind)


def _first_hand(store: Store) -> Store:
    """Drop what consoles show of a store that was read directly; console reports then come last."""
    identity, reports = store
    direct = tuple(report for report in reports if report.probe not in _CONSOLES)
    if len(direct) == len(reports) or not any(report.containers for report in direct):
        return store
    told = (msgspec.structs.replace(one, containers=()) for one in reports if one.probe in _CONSOLES)
    return identity, (*direct, *told)


def _telling(report: ProbeReport) -> tuple[object, ...]:
    return (_NEAREST_TO_DATA.index(report.access), -len(report.containers), report.target, repr(report))


def _identity(report: ProbeReport, signs: RansomSigns) -> Identity:
    """The report's own identity if it is reliable, else an identity by address and port."""
    own = report.identity
    if own is not None and own.kind == "vendor_id" and is_chosen_by_people(own):
        return Identity(own.key, "fingerprint")
    if own is not None and (own.kind == "vendor_id" or (own.kind == "fingerprint" and _telltale(report, signs))):
        return own
    return Identity(f"{report.product}:address:{address_of(report)}", "address")


def _telltale(report: ProbeReport, signs: RansomSigns) -> bool:
    """True if the store contains records other than a ransom note."""
    data = [leaf for leaf in leaf_containers(report.containers) if not leaf.system]
    full = [leaf for leaf in data if leaf.records is not None and leaf.records.value > 0]
    return any(signs.judge((leaf,)).verdict in (RansomVerdict.NONE, RansomVerdict.UNLIKELY) for leaf in full)


def _share(groups: dict[str, Store]) -> None:
    """Merge groups that share a container identifier, under the first of their keys."""
    home: dict[str, str] = {}
    moved: dict[str, str] = {}

    def now(key: str) -> str:
        while key in moved:
            key = moved[key]
        return key

    views: dict[str, StoreView] = {}
    for key in sorted(groups):
        product = groups[key][1][0].product
        uids = {f"{product}:{one.uid}" for report in groups[key][1] for one in report.containers if one.uid}
        for other in sorted({now(home[uid]) for uid in uids if uid in home} - {now(key)}):
            if contradicts(*(views.setdefault(one, view_of(groups[one][1])) for one in (now(key), other))):
                continue  # a copy of the data, such as a restored snapshot
            first, last = sorted((now(key), other))
            views.pop(first, None)
            identity, reports = groups[first]
            groups[first] = (identity, tuple(sorted((*reports, *groups.pop(last)[1]), key=_telling)))
            moved[last] = first
        home.update(dict.fromkeys(uids, key))


def _joined(groups: dict[str, Store]) -> Sequence[str]:
    """Merge each address-only group into the single identified store at that address; return the remaining keys."""
    at: dict[tuple[str, str], set[str]] = {}
    for key, (identity, reports) in groups.items():
        if identity.kind != "address":
            for report in reports:
                at.setdefault((report.product, address_of(report)), set()).add(key)
    for key in [key for key, (identity, _) in groups.items() if identity.kind == "address"]:
        reports = groups[key][1]
        homes = at.get((reports[0].product, address_of(reports[0])), set())
        if len(homes) == 1:
            home = next(iter(homes))
            identity, known = groups[home]
            groups[home] = (identity, tuple(sorted((*known, *reports), key=_telling)))
            del groups[key]
    return list(groups)
