"""Report for one vendor: its apps, and the stores that it answers for.

As with cases, the evidence graph and the vendor register decide who answers for a store (``cases.ownership``), not
whose app names it. A store of another party is only counted: no row, figure or finding about it is in the report, and
neither are the names that lead there. The same holds for a store of which no evidence shows the owner. The routes of
other vendors' apps to the vendor's own stores are left out, too. All data on apps and targets is reduced by the same
rule, so that no format discloses more. Posture data of the owner's cloud accounts is never included.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from heapq import merge
from itertools import batched, chain
from pathlib import PurePath

import msgspec
from msgspec.structs import replace

from tieback.assess.context import version_text
from tieback.assess.identity import address_of
from tieback.assess.rules import load_rules
from tieback.assess.severity import level_of, load_severity_table
from tieback.assess.summary import summarise, without_probes
from tieback.model.backend import Backend
from tieback.model.errors import UsageError
from tieback.model.exposure import AppRoute, Exposure, ExposureWindow, Finding, Severity
from tieback.model.passive import PassiveNote
from tieback.model.posture import RULES
from tieback.model.probe import Identity, Outcome, ProbeReport
from tieback.model.report.apps import AppSighting, AppSummary, DroppedName
from tieback.model.report.captures import CaptureSummary
from tieback.model.report.document import Report
from tieback.model.report.tables import LazyIndex, LazyTable
from tieback.model.sighting import Problem
from tieback.model.vendor import Vendor
from tieback.report.texts.about import data_for_others, plugins_for_others, rules_for_others
from tieback.report.texts.clean import clean
from tieback.report.texts.routes import TRAFFIC, endpoint_host
from tieback.report.texts.unread import partly_read_captures
from tieback.report.withheld import (
    BATCH,
    Withheld,
    find_withheld,
    pick_stores,
    place_of,
    stores_by_owner,
    target_of,
    withheld_lines,
)

MOST_NAMES = 5
"""Limit on the vendors suggested if none matches."""

OTHER_WAY = "another access path"
"""Instead of a line that would disclose other vendors' routes."""
OTHER_PART = "another part of the store"
"""The same for content that was not counted."""
_OF_THE_STORE = frozenset(
    (
        *("access", "privileges", "abilities", "records", "bytes", "personal data", "ransom", "cleartext", "people"),
        *("honeypot", "exposure window"),
    )
)
"""Severity factors that disclose nothing about other vendors' apps or devices."""


class _Own(msgspec.Struct, frozen=True):
    """The vendor's own data."""

    apps: frozenset[str]
    """SHA-256 of the apps."""
    paths: frozenset[str]
    """Input paths as given by the user."""
    endpoints: frozenset[str]
    """Values of the endpoints of the apps."""
    targets: frozenset[str]
    """Targets (``host:port``) of the apps, and those that they lead to."""
    stores: frozenset[str]
    """Ids of the stores that the vendor answers for and its apps lead to."""
    addresses: Mapping[str, str]
    """Address by target, for targets that answered."""
    versions: frozenset[str]
    """``ExposureWindow.versions`` of the apps."""
    withheld: Withheld


class _Asked(msgspec.Struct):
    """Probing statistics of the vendor's targets."""

    asked: int = 0
    outside: int = 0
    sent: int = 0
    read: int = 0


def vendor_report(report: Report, vendor: str, register: Iterable[Vendor] = ()) -> Report:
    """Return the report reduced to the apps of one vendor, and the stores that it answers for.

    Args:
        report: the full report.
        vendor: name as in the ``vendor`` column of a report, case-insensitive.
        register: the vendors of the workspace; those of the report's apps are added.

    Raises:
        UsageError: the report contains no app of the vendor.
    """
    own, asked = _own(report, _apps_of(report, vendor), vendor, register)
    order, affected = _order(report, own)
    exposed, answered = (_stores(report, own, [key for key, open_ in order if open_ is want]) for want in (True, False))
    apps = LazyIndex[AppSummary](
        len(own.apps),
        lambda: _apps(report, own, own.apps),
        pick=lambda keys: _apps(report, own, own.apps.intersection(keys)),
    )
    quiet = sum(1 for _ in _quiet(apps, own))
    partly = [summary for summary in apps.rows() if summary.unread]
    captures = list(_captures(report, own))
    changed, findings = _changed(report, own)
    analysed = len(own.apps)
    problems = sum(1 for _ in _problems(report, own))
    told = Report(
        title=report.title,
        created=report.created,
        tool_version=report.tool_version,
        scope=None
        if report.scope is None
        else replace(
            report.scope,
            note="",
            audit_log="",
            targets_asked=asked.asked,
            targets_out_of_scope=asked.outside,
            skipped=(),
            bytes_sent=asked.sent,
            bytes_read=asked.read,
        ),
        headline=replace(
            summarise(
                analysed,
                len(affected),
                chain(exposed.rows(), answered.rows()),
                (
                    len(partly),
                    sum(summary.app.sha256 in affected for summary in partly),
                    sum(summary.damaged for summary in partly),
                ),
            ),
            captures_partly_read=len(captures),
            captures_damaged=sum(one.damaged for one in captures),
            inputs_failed=None,
            files_skipped=None,
        ),
        apps=apps,
        quiet=LazyTable(quiet, lambda: _quiet(apps, own)),
        exposed=exposed,
        answered=answered,
        ways=(_ways(exposed.rows()), _ways(answered.rows())),
        findings=LazyTable(findings, lambda: _findings(report, own, changed)),
        problems=LazyTable(problems, lambda: _problems(report, own)),
        sightings=LazyIndex[AppSighting](
            sum(1 for _ in _sightings(report, own, own.apps)),
            lambda: _sightings(report, own, own.apps),
            pick=lambda keys: _sightings(report, own, own.apps.intersection(keys)),
        ),
        backends=LazyTable(sum(1 for _ in _backends(report, own)), lambda: _backends(report, own)),
        probes=LazyTable(sum(1 for _ in _probes(report, own)), lambda: _probes(report, own)),
        seen=LazyTable.of(list(_seen(report, own))),
        seen_in_apps=LazyTable.of(
            [
                one
                for one in report.seen_in_apps.rows()
                if one.app.sha256 in own.apps
                and not own.withheld.hides(one.sighting.endpoint.value, one.sighting.endpoint.host)
            ]
        ),
        servers=LazyTable.of(
            [
                replace(one, capture=PurePath(one.capture).name)
                for one in report.servers.rows()
                if one.app_sha256 in own.apps and one.host not in own.withheld.hosts
            ]
        ),
        recipients=LazyTable.of(
            [
                replace(one, capture=PurePath(one.capture).name)
                for one in report.recipients.rows()
                if one.app_sha256 in own.apps and one.host not in own.withheld.hosts
            ]
        ),
        declared=LazyTable.of(
            [
                replace(one, hosts=tuple(host for host in one.hosts if host not in own.withheld.hosts))
                for one in report.declared.rows()
                if one.app_sha256 in own.apps
            ]
        ),
        not_backends=LazyTable(sum(1 for _ in _dropped(report, own)), lambda: _dropped(report, own)),
        dropped=tuple(Counter(one.reason for one in _dropped(report, own)).most_common()),
        data=data_for_others(report.data),
        rules=rules_for_others(report.rules),
        plugins=plugins_for_others(report.plugins),
        partly_read=LazyTable.of(partly),
        audience=f"only for {clean(vendor, 100)}: its apps and the stores that it answers for",
    )
    return told if told.probed else replace(told, headline=without_probes(told.headline)[0])


def _quiet(apps: LazyIndex[AppSummary], own: _Own) -> Iterator[AppSummary]:
    """The apps that lead to no store at all, also to none of another party."""
    return (one for one in apps.rows() if not one.exposures and one.app.sha256 not in own.withheld.apps)


def _dropped(report: Report, own: _Own) -> Iterator[DroppedName]:
    return (one for one in report.not_backends.rows() if one.app_sha256 in own.apps)


def _apps_of(report: Report, vendor: str) -> frozenset[str]:
    wanted = vendor.strip().casefold()
    found: set[str] = set()
    near: set[str] = set()
    for summary in report.apps.rows():
        name = summary.app.vendor.strip()
        if wanted and name.casefold() == wanted:
            found.add(summary.app.sha256)
        elif wanted and wanted in name.casefold() and len(near) < MOST_NAMES:
            near.add(clean(name, 80))
    if not found:
        names = ", ".join(sorted(near))
        raise UsageError(
            "the report contains no app of this vendor",
            where=f"--vendor {vendor}",
            advice=f"Did you mean {names}?" if near else "The vendor column of --format csv lists all vendors",
            page="" if near else "The list of apps names the vendor of each",
        )
    return frozenset(found)


def _own(report: Report, apps: frozenset[str], vendor: str, register: Iterable[Vendor]) -> tuple[_Own, _Asked]:
    summaries = list(report.apps.pick(apps))
    reached = frozenset(key for summary in summaries for key in summary.exposures)
    stores, foreign, undecided = stores_by_owner(report, reached, apps, vendor, register)
    endpoints, targets, addresses_of_own = set[str](), set[str](), set[str]()
    for store in pick_stores(report, stores):
        addresses_of_own.update(store.addresses)
        for route in store.routes:
            if route.app_sha256 in apps:
                endpoints.add(route.endpoint)
                targets.add(target_of(route.candidate))
    withheld = find_withheld(
        report, (foreign, undecided), apps, frozenset(endpoints), frozenset(targets), frozenset(addresses_of_own)
    )
    for row in report.sightings.pick(apps):
        endpoint = row.sighting.endpoint
        if withheld.hides(endpoint.value, endpoint.host):
            continue
        endpoints.add(endpoint.value)
        if endpoint.host and endpoint.port is not None:
            targets.add(place_of(endpoint.host, endpoint.port))
    targets -= withheld.targets
    asked, addresses = _Asked(), dict[str, str]()
    for probe in report.probes.rows():
        if probe.target in targets:
            outside = probe.outcome is Outcome.OUT_OF_SCOPE
            asked.outside += outside
            asked.asked += not outside
            asked.sent += probe.bytes_sent
            asked.read += probe.bytes_read
            addresses[probe.target] = address_of(probe)
    paths = frozenset(summary.path for summary in summaries)
    versions = frozenset(version_text(summary.app) for summary in summaries)
    return _Own(apps, paths, frozenset(endpoints), frozenset(targets), stores, addresses, versions, withheld), asked


def _order(report: Report, own: _Own) -> tuple[list[tuple[str, bool]], frozenset[str]]:
    """Ids of the vendor's stores, worst first, each with its exposed flag; and the affected apps."""
    keys: list[tuple[int, int, int, int, str, bool]] = []
    affected: set[str] = set()
    for store in pick_stores(report, own.stores):
        told = _store(store, own)
        keys.append((-told.severity.rank, -told.own_count, -told.score, -told.records.value, told.id, told.exposed))
        if told.exposed:
            affected.update(route.app_sha256 for route in told.routes)
    return [(key[4], key[5]) for key in sorted(keys)], frozenset(affected)


def _stores(report: Report, own: _Own, keys: list[str]) -> LazyIndex[Exposure]:
    known = frozenset(keys)

    def rows() -> Iterator[Exposure]:
        for some in batched(keys, BATCH):
            found = {store.id: store for store in pick_stores(report, some)}
            yield from (_store(found[key], own) for key in some)

    def pick(ids: Collection[str]) -> Iterator[Exposure]:
        return (_store(store, own) for store in pick_stores(report, known.intersection(ids)))

    return LazyIndex[Exposure](len(keys), rows, pick=pick)


def _store(store: Exposure, own: _Own) -> Exposure:
    """The store, reduced to what the vendor may see."""
    routes = tuple(_route(route) for route in store.routes if route.app_sha256 in own.apps)
    targets = tuple(sorted({target_of(route.candidate) for route in routes}))
    whole = set(store.targets) <= set(targets)
    addresses = store.addresses if whole else tuple(sorted({own.addresses[t] for t in targets if t in own.addresses}))
    secret = _secret(store, own, targets, addresses)
    factors = tuple(factor for factor in store.factors if factor.factor in _OF_THE_STORE)
    score = sum(factor.points for factor in factors)
    told = replace(
        store,
        identity=Identity(store.id, store.identity.kind) if store.identity.kind == "address" else store.identity,
        addresses=addresses,
        targets=targets,
        routes=routes,
        ransom=replace(store.ransom, reasons=_told(store.ransom.reasons, secret)),
        proofs=_told(store.proofs, secret),
        window=_window(store, own),
        honeypot=store.honeypot,
        intrusion=_told(store.intrusion, secret),
        factors=tuple(replace(factor, why=_masked(factor.why, secret)) for factor in factors),
        # Without the line the store would count as closed.
        untested=tuple(line if _told((line,), secret) else OTHER_WAY for line in store.untested),
        unlisted=tuple(line if _told((line,), secret) else OTHER_PART for line in store.unlisted),
        at_most=store.at_most if whole else 1,
        records_at_most=store.records_at_most if whole else None,
        bytes_at_most=store.bytes_at_most if whole else None,
    )
    if factors == store.factors:
        return told
    return replace(told, score=score, severity=_severity(score, store.severity))


def _window(store: Exposure, own: _Own) -> ExposureWindow | None:
    if store.window is None:
        return None
    return replace(store.window, versions=tuple(text for text in store.window.versions if text in own.versions))


def _severity(score: int, before: Severity) -> Severity:
    """Severity of the remaining points; never higher than before."""
    return min(level_of(score, load_severity_table()), before, key=_rank)


def _rank(severity: Severity) -> int:
    return severity.rank


def _route(route: AppRoute) -> AppRoute:
    """Route without local directories: captures are reduced to their file name, package entries stay complete."""
    return replace(route, file=PurePath(route.file).name) if route.how.startswith(TRAFFIC) else route


def _secret(store: Exposure, own: _Own, targets: Collection[str], addresses: Collection[str]) -> frozenset[str]:
    """Texts in a line about the store that would disclose other vendors' routes."""
    others = [route for route in store.routes if route.app_sha256 not in own.apps]
    texts = {text for text in (*store.targets, *store.addresses) if text not in targets and text not in addresses}
    texts |= {text.rpartition(":")[0] for text in texts}
    for route in others:
        texts |= {route.endpoint, endpoint_host(route.endpoint), route.candidate.host, route.app_sha256}
    mine = {*targets, *addresses, *(endpoint_host(value) for value in own.endpoints), *own.endpoints}
    mine |= {text.rpartition(":")[0] for text in (*targets, *addresses)}
    return frozenset(text for text in texts - mine if len(text) > 2)


def _told(lines: Iterable[str], secret: Collection[str]) -> tuple[str, ...]:
    return tuple(line for line in lines if not any(text in line for text in secret))


def _masked(text: str, secret: Collection[str]) -> str:
    return text if not any(part in text for part in secret) else "not shown in this report"


def _ways(stores: Iterable[Exposure]) -> int:
    return sum(len({route.app_sha256 for route in store.routes}) for store in stores)


def _apps(report: Report, own: _Own, keys: Collection[str]) -> Iterator[AppSummary]:
    for summary in report.apps.pick(keys):
        yield replace(
            summary,
            path=PurePath(summary.path).name,
            exposures=tuple(key for key in summary.exposures if key in own.stores),
        )


def _sightings(report: Report, own: _Own, keys: Collection[str]) -> Iterator[AppSighting]:
    for row in report.sightings.pick(keys):
        if not own.withheld.hides(row.sighting.endpoint.value, row.sighting.endpoint.host):
            yield replace(row, path=PurePath(row.path).name)


def _backends(report: Report, own: _Own) -> Iterator[Backend]:
    return (backend for backend in report.backends.rows() if backend.endpoint.value in own.endpoints)


def _probes(report: Report, own: _Own) -> Iterator[ProbeReport]:
    return (probe for probe in report.probes.rows() if probe.target in own.targets)


def _seen(report: Report, own: _Own) -> Iterator[PassiveNote]:
    """Passive notes about the vendor's targets and their addresses, without names of other parties."""
    places = {*own.targets, *(f"{address}:{target.rpartition(':')[2]}" for target, address in own.addresses.items())}
    hosts = {place.rpartition(":")[0].strip("[]") for place in places}
    for note in report.seen.rows():
        service = note.service
        if not places.isdisjoint(service.places):
            told = replace(
                service,
                address=service.address if service.address in hosts else "",
                resource="",
                names=tuple(name for name in service.names if name in hosts),
            )
            yield replace(note, service=told, reached=tuple(key for key in note.reached if key in own.apps))


def _problems(report: Report, own: _Own) -> Iterator[Problem]:
    yield from withheld_lines(own.withheld)
    yield from _partly_read(report, own)
    for problem in report.problems.rows():
        if problem.where in own.targets:
            yield problem
        elif problem.where in own.paths:
            yield replace(problem, where=PurePath(problem.where).name)


def _captures(report: Report, own: _Own) -> Iterator[CaptureSummary]:
    """The captures with these apps that were only partly read."""
    paths = {one.capture for one in report.servers.rows() if one.app_sha256 in own.apps}
    return (one for one in partly_read_captures(report) if one.path in paths)


def _partly_read(report: Report, own: _Own) -> Iterator[Problem]:
    """The same as problems: nothing else of a capture is part of the report."""
    for one in _captures(report, own):
        what = "; ".join(part.what for part in one.unread)  # their places may name folders
        yield Problem(f"only partly read: {what}", PurePath(one.path).name, one.unread[0].kind)


def _changed(report: Report, own: _Own) -> tuple[list[Finding], int]:
    """Findings whose severity differs without other vendors' apps, and the total number of findings."""
    changed, count = [], 0
    for finding, told in _narrowed(report, own):
        count += 1
        if told.severity is not finding.severity:
            changed.append(told)
    return sorted(changed, key=_worst_first), count


def _findings(report: Report, own: _Own, changed: list[Finding]) -> Iterator[Finding]:
    same = (told for finding, told in _narrowed(report, own) if told.severity is finding.severity)
    return merge(same, changed, key=_worst_first)


def _worst_first(finding: Finding) -> tuple[int, int, str, str]:
    return finding.order


def _narrowed(report: Report, own: _Own) -> Iterator[tuple[Finding, Finding]]:
    """Pairs of the original and the reduced finding; one batch of stores in memory at a time."""
    rules = load_rules()
    mine = (
        finding
        for finding in report.findings.rows()
        if not own.apps.isdisjoint(finding.apps)
        and not finding.rule.startswith(RULES)
        and (not finding.exposures or not own.stores.isdisjoint(finding.exposures))
    )
    for batch in batched(mine, BATCH):
        keys = {key for finding in batch for key in finding.exposures if key in own.stores}
        stores = {store.id: (store, _store(store, own)) for store in pick_stores(report, keys)}
        for finding in batch:
            rule = rules.get(finding.rule)
            floating = rule is not None and rule.severity is None
            yield finding, _finding(finding, [stores[key] for key in finding.exposures if key in stores], own, floating)


def _finding(finding: Finding, stores: list[tuple[Exposure, Exposure]], own: _Own, floating: bool) -> Finding:
    severity = finding.severity
    if floating and stores and severity is stores[0][0].severity:
        severity = stores[0][1].severity
    secret = frozenset(text for whole, told in stores for text in _secret(whole, own, told.targets, told.addresses))
    lines = _told(finding.evidence, secret | own.withheld.hosts | own.withheld.endpoints | own.withheld.targets)
    if not own.apps.issuperset(finding.apps):
        known = {
            line for _, told in stores for line in (*told.proofs, *told.ransom.reasons, *told.honeypot, *told.intrusion)
        }
        marks = {text for _, told in stores for text in (*told.targets, *told.addresses)} | own.endpoints
        lines = tuple(line for line in lines if line in known or any(mark in line for mark in marks))
    return replace(
        finding,
        severity=severity,
        exposures=tuple(told.id for _, told in stores),
        apps=tuple(key for key in finding.apps if key in own.apps),
        evidence=lines,
        locations=(),  # files of the user
    )
