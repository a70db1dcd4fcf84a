"""Re-checks of cases: probe their stores under a grant, and update the cases.

Only a re-check can set ``fixed``, and only if every location of the store was probed and is closed in two re-checks.
If it is closed, the same store is searched at other locations: on the same hosts (usual ports of its product, nearby
ports), and where the last scan found it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tieback.assess.identity import has_strong_identity
from tieback.assess.ransom import strongest_verdict
from tieback.backends.candidates import merge_candidates
from tieback.backends.probe_hints import ProbeHints, collect_probe_hints
from tieback.cases.comparison import compare_data
from tieback.cases.events import CaseEvent, case_event
from tieback.cases.policy import CasePolicy
from tieback.cases.states import add_places, apply_recheck
from tieback.cases.verdicts import PassiveObservation, judge_recheck
from tieback.model.backend import Candidate, Route
from tieback.model.case import Case, CaseState, NewLogLine, Recheck, RecheckVerdict
from tieback.model.exposure import Exposure
from tieback.model.grant import Depth, Grant
from tieback.model.probe import ProbeReport
from tieback.pii import detectors
from tieback.pii.interface import Detector
from tieback.pipeline.probing.candidates import ProviderLookup, target_label
from tieback.pipeline.probing.ransom_notes import NoteJudge, workspace_salt
from tieback.pipeline.probing.samples import SampleJudge
from tieback.pipeline.probing.service import ProbeLease, probe_all
from tieback.pipeline.progress import Progress, today_utc
from tieback.pipeline.rule_sets import name_words, probe_set, ransom_signs
from tieback.pipeline.runs import finished_run
from tieback.probes.choose import BUILT_IN, ProbeSet
from tieback.scope import event_loop
from tieback.scope.audit import AuditLog, open_audit_log
from tieback.scope.dialer import Dialer
from tieback.scope.lease import digest_of
from tieback.scope.policy.approval import Approval, check_dates, require_approval
from tieback.scope.resolver import NameResolver
from tieback.storage.lake.tables.apps import container_names, public_keys
from tieback.storage.lake.tables.imports import services_at
from tieback.storage.lake.tables.inputs import read_inputs
from tieback.storage.lake.tables.probes import read_backends
from tieback.storage.ledger.ledger import RunRow
from tieback.storage.own_domains import read_own_domains
from tieback.storage.workspace import Workspace

if TYPE_CHECKING:
    from tieback.userrules.model import UserRules

PORT_RANGE = 10
"""Number of ports on either side of the old one that are searched for a moved store."""
_MAX_ELSEWHERE = 64
"""Maximum locations that are probed for a moved store, besides those where it was seen."""
_SAW = frozenset(
    {
        RecheckVerdict.FIXED,
        RecheckVerdict.CLOSED,
        RecheckVerdict.CLOSED_AT_KNOWN_PLACES,
        RecheckVerdict.OPEN,
        RecheckVerdict.MOVED,
        RecheckVerdict.EMPTIED,
        RecheckVerdict.WIPED,
        RecheckVerdict.RANSOMED,
    }
)
"""Verdicts of re-checks that determined whether unauthenticated access is possible."""


class RecheckOutcome(msgspec.Struct, frozen=True):
    """The result of a re-check of a case."""

    before: Case
    after: Case
    event: CaseEvent

    @property
    def check(self) -> Recheck:
        """The re-check."""
        assert self.after.check is not None
        return self.after.check


def recheck(
    directory: Path,
    grant: Grant,
    policy: CasePolicy,
    choose: Callable[[Sequence[Case]], Sequence[Case]],
    progress: Progress | None = None,
    by: str = "recheck",
    approval: Approval | None = None,
    run: str = "",
    rules: "UserRules | None" = None,
) -> Iterator[RecheckOutcome]:
    """Re-check cases one after the other; each result is stored before the next case is probed.

    Args:
        directory: the workspace.
        grant: what may be probed.
        policy: sets the next due dates.
        choose: selects the cases.
        progress: called with the number of cases done.
        by: name for the log.
        approval: of the grant; as for the dialer.
        run: ID of the run whose back ends and places are used; default: the last finished run.
        rules: the rules of users.

    Raises:
        GrantError: the grant has expired or is not yet valid, a site policy is damaged, or a signature is missing.
        StoppedError: the stop file of the workspace exists; completed cases are stored.
        WorkspaceError: the workspace does not exist, or cannot be opened or written.
        UsageError: raised by ``choose``.
    """
    check_dates(grant, approval, today_utc())
    with Workspace.open(directory, create=False) as workspace, workspace.lock():
        yield from recheck_workspace(workspace, grant, policy, choose, progress, by, approval, run, rules)


def recheck_workspace(
    workspace: Workspace,
    grant: Grant,
    policy: CasePolicy,
    choose: Callable[[Sequence[Case]], Sequence[Case]],
    progress: Progress | None = None,
    by: str = "recheck",
    approval: Approval | None = None,
    run: str = "",
    rules: "UserRules | None" = None,
) -> Iterator[RecheckOutcome]:
    """As ``recheck``, in an open and locked workspace."""
    approved = require_approval(grant, approval)
    cases = workspace.ledger.cases
    wanted = list(choose(list(cases.cases())))
    names = {vendor.id: vendor.name for vendor in cases.vendors()}
    known = _Known(workspace, wanted, finished_run(workspace, run))
    (detector,) = detectors(name_words(rules))
    with workspace.grant_lease(digest_of(grant)) as lease:
        for number, case in enumerate(wanted, start=1):
            case, seen_open = known.with_scan(case)  # noqa: PLW2901
            # Each case ends with a checkpoint, so that its part of the log can be proved without the others.
            with open_audit_log(workspace.audit_file) as audit:
                here, elsewhere = event_loop.run(_ask(workspace, audit, grant, approved, case, lease, known, rules))
            now = datetime.now(UTC)
            check = judge_recheck(case.store, here, elsewhere, known.seen(case), now, _since(case), case.suspects)
            check = _with_comparison(case.store, check, (*here, *elsewhere), detector)
            after = cases.change(case.id, partial(_apply, case, check, policy, by, seen_open), now)
            if progress is not None:
                progress(number, len(wanted))
            yield RecheckOutcome(
                case, after, case_event(case, after, names.get(case.vendor, case.vendor), "check", now)
            )


def _with_comparison(store: Exposure, check: Recheck, reports: Sequence[ProbeReport], detector: Detector) -> Recheck:
    """The re-check with its comparison of personal data, if the store is open and has its data."""
    if check.verdict not in (RecheckVerdict.OPEN, RecheckVerdict.MOVED):
        return check
    inside = [report for report in reports if report.target in check.where]
    return msgspec.structs.replace(check, compared=compare_data(store, inside, detector))


def _apply(
    looked: Case, check: Recheck, policy: CasePolicy, by: str, seen_open: datetime | None, old: Case
) -> tuple[Case, tuple[NewLogLine, ...]]:
    """The case after the re-check. ``looked`` has the locations that were probed."""
    return apply_recheck(add_places(old, looked.places, looked.suspects), check, policy, by, seen_open)


def _since(case: Case) -> datetime:
    """Time after which reports of access by others contradict a fix: our last access, or when we saw it closed.

    A re-check that determined neither does not change it, as far as the case shows.
    """
    if case.check is not None and case.check.verdict in _SAW:
        return case.check.time
    return case.reached[CaseState.FIXED] if case.state is CaseState.FIXED else case.opened


class _Known:
    """Data of the workspace besides the cases: back ends, names and keys of a run, passive evidence."""

    def __init__(self, workspace: Workspace, cases: Sequence[Case], run: RunRow | None) -> None:
        self._lake = workspace.lake
        endpoints = {route.endpoint for case in cases for route in case.store.routes}
        apps = {route.app_sha256 for case in cases for route in case.store.routes}
        backends = read_backends(self._lake, run.id) if run is not None else ()
        self._backends = [backend for backend in backends if backend.endpoint.value in endpoints]
        inputs = read_inputs(self._lake, run.id) if run is not None else ()
        units = [unit for unit in inputs if unit.key in apps and not unit.problem]
        self._names = container_names(self._lake, units)
        self._keys = public_keys(self._lake, units)
        self._stores = workspace.ledger.conclusions
        self._run = run

    def along(self, candidates: Iterable[Candidate]) -> Mapping[Candidate, ProbeHints]:
        return collect_probe_hints(candidates, self._backends, self._names, self._keys)

    def with_scan(self, case: Case) -> tuple[Case, datetime | None]:
        """The case with the locations at which the run found its store open, and the end of that run.

        Without a strong identity, an equal store is not certain to be the same one.
        """
        run = self._run
        if run is None or run.ended is None or run.ended < case.opened:
            return case, None
        found = [one for one in self._stores.pick(run.id, [case.store.id]) if one.exposed]
        if not found:
            return case, None
        places = tuple(place for one in found for place in one.targets)
        if has_strong_identity(case.store.identity, case.store.containers):
            return add_places(case, places), run.ended
        return add_places(case, (), places), run.ended

    def places_now(self, store: Exposure) -> tuple[str, ...]:
        """Where the run found the same store."""
        found = self._stores.pick(self._run.id, [store.id]) if self._run is not None else ()
        return tuple(place for one in found for place in one.targets)

    def seen(self, case: Case) -> Iterator[PassiveObservation]:
        hosts = {place.rpartition(":")[0].strip("[]") for place in (*case.all_places, *case.store.addresses)}
        for service in services_at(self._lake, hosts, datetime.now(UTC).timestamp()):
            when = _moment(service.seen)
            if when is not None:
                for place in service.places:
                    yield PassiveObservation(place, service.source, when, service.claims.exposed)


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


async def _ask(
    workspace: Workspace,
    audit: AuditLog,
    grant: Grant,
    approval: Approval,
    case: Case,
    lease: ProbeLease,
    known: _Known,
    rules: "UserRules | None",
) -> tuple[list[ProbeReport], list[ProbeReport]]:
    """Results at the locations of the store and, if access is denied there, at other possible locations."""
    names = NameResolver(grant, never=approval.policy.rules)
    dialer = Dialer(
        grant,
        audit,
        names=names,
        stop_file=workspace.stop_file,
        provider_of=ProviderLookup().of,
        approval=approval,
    )
    dialer.announce()
    notes = None
    if any(rule.ransom_note for rule in grant.target):
        notes = NoteJudge(workspace_salt(workspace.directory), signs=ransom_signs(rules))
    own = read_own_domains(workspace.directory)
    sampled = any(rule.depth is Depth.SAMPLE for rule in grant.target)
    samples = SampleJudge(own_domains=own, added=rules) if sampled else None
    signs, probes = ransom_signs(rules), probe_set(rules)

    async def ask(candidates: Sequence[Candidate]) -> list[ProbeReport]:
        found = []
        along = known.along(candidates)
        async for _, report in probe_all(candidates, grant, dialer, None, along, notes, samples, lease, probes):
            ransom = strongest_verdict((signs.judge(report.containers), report.ransom))
            found.append(msgspec.structs.replace(report, ransom=ransom))
        return sorted(found, key=lambda report: report.target)

    places = known_targets(case)
    reports = await ask(places)
    if any(report.access.exposed for report in reports):
        return reports, []
    return reports, await ask(
        other_targets(case.store, places, (*case.suspects, *known.places_now(case.store)), probes)
    )


def known_targets(case: Case) -> list[Candidate]:
    """Every location of a store: on the routes of its apps, and where it was seen; each once."""
    store = case.store
    ways = sorted((route.candidate for route in store.routes), key=lambda one: one.route is not Route.NAMED)
    found = {target_label(one): one for one in merge_candidates(ways, ())}
    for place in case.all_places:
        if place not in found:
            host, port, resource, path = _parts(place)
            if port:
                found[place] = Candidate(
                    host, port, store.product, Route.NAMED, (), "target of the case", None, resource, path
                )
    return list(found.values())


def other_targets(
    store: Exposure, places: Sequence[Candidate], seen: Iterable[str] = (), probes: ProbeSet = BUILT_IN
) -> list[Candidate]:
    """Other possible locations of a store.

    Args:
        store: the store of the case.
        places: the locations from ``known_targets``.
        seen: locations where the same store, or one that may be it, was seen. None of these is left out.
        probes: the probes, for the usual ports of the product.
    """
    known = {target_label(place) for place in places}
    service = next((place.service for place in places if place.service), None) or store.product
    usual = probes.ports_of(service)
    found: dict[str, Candidate] = {}

    def add(host: str, port: int, resource: str, reason: str, path: str = "") -> None:
        candidate = Candidate(host, port, service, Route.PIVOT, (), reason, None, resource, path)
        if 0 < port <= 65535 and target_label(candidate) not in known:
            found.setdefault(target_label(candidate), candidate)

    for label in seen:
        host, port, resource, path = _parts(label)
        add(host, port, resource, "it, or a store that may be it, was seen there", path)
    most = len(found) + _MAX_ELSEWHERE
    for place in places:
        if place.resource:
            continue  # many customers share a cloud host
        for step in range(1, PORT_RANGE + 1):
            add(place.host, place.port + step, "", "near the previous port")
            add(place.host, place.port - step, "", "near the previous port")
        for port in usual:
            add(place.host, port, "", "usual port of the product")
    return list(found.values())[:most]


def _parts(label: str) -> tuple[str, int, str, str]:
    """Host, port (0 if there is none), resource and path from the label of a target."""
    place, slash, rest = label.partition("/")
    host, _, port = place.rpartition(":")
    path = f"{slash}{rest[:-1]}" if rest.endswith("/") else ""
    return host.strip("[]"), int(port) if port.isdigit() else 0, "" if path else rest, path
