"""Store identity: groups the probe reports of one store, so that it is counted once.

Reports with equal identity keys belong to one store, with these rules:

- A product's own identifier (``vendor_id``) joins any number of addresses.
- A fingerprint joins addresses only if the store contains distinctive data. Two *empty* stores of one product look the
  same, and so do two stores that contain only the same ransom note. These are distinguished by address.
- Reports that contain the same container identifier (UUIDs of MongoDB collections) belong to one store: lagging members
  of a replica set, shards, and the router in front of them.
- If only the address is known, equal address and port are one store, regardless of the host name that was probed.
- A report without an identifier belongs to the store of the same product that returned one at the same address and
  port. This happens if a store is probed before and after a password is set. If a load balancer puts two such stores
  behind one address, the report stays separate.
- What a console (Kibana) shows of the store behind it is ignored if the store itself was read: the console's figures
  are coarser.
"""

from collections.abc import Iterable, Sequence

import msgspec

from tieback.assess.leaves import leaf_containers
from tieback.assess.ransom import RansomSigns
from tieback.model.probe import Access, Identity, Outcome, ProbeReport, RansomVerdict

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
    groups: dict[str, Store] = {}
    for report in sorted(filter(has_answered, reports), key=_telling):
        identity = _identity(report, signs)
        groups[identity.key] = (identity, (*groups.get(identity.key, (identity, ()))[1], report))
    _share(groups)
    return [_first_hand(groups[key]) for key in sorted(_joined(groups))]


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

    for key in sorted(groups):
        product = groups[key][1][0].product
        uids = {f"{product}:{one.uid}" for report in groups[key][1] for one in report.containers if one.uid}
        for other in sorted({now(home[uid]) for uid in uids if uid in home} - {now(key)}):
            first, last = sorted((now(key), other))
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
