"""The probing service: iterates over candidates; the dialer allows or refuses each one.

Probing runs in one process: one event loop owns all rate limits and the stop switch.
"""

import logging
from collections import deque
from collections.abc import AsyncGenerator, Iterable, Mapping, Sized
from contextlib import aclosing
from typing import Protocol

import msgspec

from tieback.backends.probe_hints import NO_PROBE_HINTS, ProbeHints
from tieback.model.backend import Candidate
from tieback.model.count_text import count_text
from tieback.model.grant import Depth, Grant
from tieback.model.probe import Outcome, ProbeReport
from tieback.pipeline.probing.ransom_notes import NoteJudge
from tieback.pipeline.probing.samples import SampleJudge
from tieback.pipeline.probing.window import ProbeWindow
from tieback.pipeline.progress import Progress
from tieback.probes.choose import BUILT_IN, ProbeSet
from tieback.probes.finder import is_plain_http
from tieback.probes.interface import FIRST_ANSWER_SECONDS, Probe, first_answer_timeout, was_silent, was_unanswered
from tieback.probes.verified import is_experimental
from tieback.scope.budget import OpeningBudget
from tieback.scope.conversation import Target, Traffic
from tieback.scope.dialer import Dialer
from tieback.scope.fair_queue import FairQueue
from tieback.scope.replay import ReplayDialer

_LOG = logging.getLogger(__name__)

OPENING_SECONDS = 5.0
"""Time for all probes together until one recognises a service."""
_QUIET_WEIGHT = 3.0
_HTTP_TOO_SECONDS = 0.3
"""Time for a first byte of the few stores that answer HTTP with an error text, after a server answered like that."""

type AnyDialer = Dialer | ReplayDialer

type _Turn = tuple[Candidate, bool]
"""The candidates to probe, and whether one is probed again."""


class ProbeLease(Protocol):
    """The exclusive right to probe under a grant: only one process has it at a time."""

    def check(self) -> None:
        """Raise ``WorkspaceError`` if the lease was lost; called on its own thread."""


def store_ports() -> Mapping[str, tuple[int, ...]]:
    """As ``ProbeSet.store_ports``, of the built-in probes."""
    return BUILT_IN.store_ports()


async def probe_all(
    candidates: Iterable[Candidate],
    grant: Grant,
    dialer: Dialer,
    progress: Progress | None = None,
    along: Mapping[Candidate, ProbeHints] | None = None,
    notes: NoteJudge | None = None,
    samples: SampleJudge | None = None,
    lease: ProbeLease | None = None,
    probes: ProbeSet = BUILT_IN,
) -> AsyncGenerator[tuple[Candidate, ProbeReport]]:
    """Probe every candidate, at most ``grant.limits.concurrency`` at a time; yields reports as they complete.

    Networks and providers take turns (``scope.fair_queue``). If a first connect takes longer than those of its
    neighbours, the candidate is probed again after the others (``scope.rtt``). A report is yielded after the audit log
    entries of its conversations are on disk.

    Closing the iterator cancels conversations in progress; the dialer closes the sockets.

    Args:
        candidates: targets; a stream is read only as far as needed to alternate between networks.
        grant: what may be probed.
        dialer: opens the connections.
        progress: called after each candidate.
        along: containers and public keys that apps name for a candidate, looked up when it is probed; its probe
            gets only those of its own services.
        notes: reads ransom notes if the grant allows it; default: no notes.
        samples: reads a few records if the grant allows it; default: no records.
        lease: the exclusive right to probe under this grant, checked every second.
        probes: the probes of the run.

    Raises:
        StoppedError: the stop file exists. Open conversations are closed; completed reports were yielded.
        WorkspaceError: the audit log cannot be written, or the lease was lost.
    """
    brought = along if along is not None else {}

    async def ask(turn: _Turn) -> ProbeReport:
        candidate, again = turn
        its = brought.get(candidate, NO_PROBE_HINTS)
        return await probe_one(candidate, dialer, grant, its, notes, samples, hasty=not again, probes=probes)

    size = dialer.window()
    turns = FairQueue(((one, False) for one in candidates), lambda turn: dialer.bucket(turn[0].host), size)
    window = ProbeWindow(
        turns, ask, lambda turn: (turn[0], True), size, dialer.check_stop, lease.check if lease else None
    )
    done = 0
    async with aclosing(window.results()) as found:
        async for batch in found:
            # Other probes continue while the disk writes the audit entries of these.
            await dialer.sync_audit()
            for (candidate, _), report in batch:
                done += 1
                if progress is not None:
                    progress(done, len(candidates) if isinstance(candidates, Sized) else turns.known)
                _log_end(report)
                yield candidate, report


def _log_end(report: ProbeReport) -> None:
    """Log what a probe ended with; no text of the server."""
    if _LOG.isEnabledFor(logging.INFO):
        fields = {
            "target": report.target,
            "outcome": report.outcome,
            "access": report.access,
            "bytes_sent": report.bytes_sent,
            "bytes_read": report.bytes_read,
            "seconds": report.seconds,
        }
        _LOG.info("probe ended", extra={"fields": fields})


async def probe_one(
    candidate: Candidate,
    dialer: AnyDialer,
    grant: Grant,
    brought: ProbeHints = NO_PROBE_HINTS,
    notes: NoteJudge | None = None,
    samples: SampleJudge | None = None,
    *,
    hasty: bool = False,
    probes: ProbeSet = BUILT_IN,
) -> ProbeReport:
    """Probe one candidate with the probe for its service or port, then with the others until one recognises it.

    Raises:
        LookAgain: ``hasty`` is set, and a first connect took longer than usual in its network.
        StoppedError: the stop file exists.
        WorkspaceError: the audit log cannot be written.
    """
    decision = await dialer.permit(candidate.host, candidate.port, candidate.resource)
    target = Target(
        host=candidate.host,
        port=candidate.port,
        service=candidate.service,
        tls=candidate.tls,
        passwordless=decision.passwordless,
        scans=decision.scans,
        mcp=decision.mcp,
        contact=grant.contact,
        resource=candidate.resource,
        path=candidate.path,
    )
    if not decision.allowed:
        return ProbeReport(target=target.label, outcome=Outcome.OUT_OF_SCOPE, problems=(decision.reason,))
    report = await probe_target(target, decision.depth, dialer, brought, hasty=hasty, probes=probes)
    if samples is not None:
        probe = probes.named(report.probe)
        place = _given(target, probe, brought) if probe is not None else target
        report = await samples.read(report, place, decision.depth, dialer)
    if notes is not None and decision.ransom_note:
        return await notes.read(report, target, decision.depth, dialer)
    return report


async def probe_target(
    target: Target,
    depth: Depth,
    dialer: AnyDialer,
    brought: ProbeHints = NO_PROBE_HINTS,
    *,
    hasty: bool = False,
    probes: ProbeSet = BUILT_IN,
) -> ProbeReport:
    """As ``probe_one``, for a target with its maximum depth."""
    opening = OpeningBudget(OPENING_SECONDS, FIRST_ANSWER_SECONDS)
    report: ProbeReport | None = None
    try:
        report = await _probe_opening(target, depth, dialer, brought, opening, probes, hasty=hasty)
    finally:
        dialer.end_recognition(target, opening, report)
    return report


async def _probe_opening(
    target: Target,
    depth: Depth,
    dialer: AnyDialer,
    brought: ProbeHints,
    opening: OpeningBudget,
    probes: ProbeSet,
    *,
    hasty: bool,
) -> ProbeReport:
    """As ``probe_target``, within what may be spent until the service is recognised."""
    spent: list[Traffic] = []
    first: ProbeReport | None = None
    web = quiet = no_web = late = False
    tried = unanswered = 0
    waiting = deque(probes.order(target.service, target.port, below_path=bool(target.path)))
    opening.plan = frozenset((one.meta.name, first_answer_timeout(one.meta, target) is None) for one in waiting)
    while waiting:
        probe = waiting.popleft()
        if first is not None and opening.is_spent:
            why = (
                "the server neither answers nor closes"
                if opening.is_ignored
                else f"no answer within {opening.most:g} s"
            )
            return _with_cost(_not_all_tried(first, why, tried, 1 + len(waiting)), spent)
        expected = first_answer_timeout(probe.meta, target) is None
        opening.allot(_weight(probe), sum(map(_weight, waiting)), expected=expected)
        its = target if target.tls is not None or not opening.tls else msgspec.structs.replace(target, tls=True)
        report = await _converse(probe, _given(its, probe, brought), depth, dialer, spent, hasty and not spent, opening)
        tried += 1
        # A server that answers every client that speaks first sends no greeting; the others are counted anyway.
        unanswered += was_unanswered(report) and not probe.meta.greets
        if opening.shared:
            return report
        if first is None or first.outcome is Outcome.NOT_RECORDED or is_plain_http(report):
            # A response from an HTTP server is more informative than the first failed guess.
            first = report
        if is_plain_http(report):
            web = True
            opening.hurry(_HTTP_TOO_SECONDS)
        if was_silent(report) and not quiet:
            quiet = True
            if not late:
                order = sorted(waiting, key=lambda one: (not one.meta.keeps_quiet, not one.meta.may_keep_quiet))
                waiting = deque(order)
        if opening.is_late and not (late or quiet or web):
            # It may have sent a greeting that no client's first bytes ask for, such as after a look-up of our name.
            late = True
            waiting = deque(sorted(waiting, key=_late_rank))
        # The finder sends the same first bytes as the probes of stores that speak HTTP.
        no_web = no_web or (was_silent(report) and _speaks_http(probe))
        waiting = deque(one for one in waiting if _is_possible(one, web=web, quiet=quiet, no_web=no_web))
        known = probes.named(report.probe)
        if report.outcome is Outcome.OK and known is not None and known is not probe:
            # The finder selected the next probe.
            return await _converse(known, _given(target, known, brought), depth, dialer, spent)
        if report.outcome is Outcome.HOSTILE and report is not first:
            # A response that violates one protocol may be valid in another.
            continue
        if report.outcome not in (Outcome.PROTOCOL_MISMATCH, Outcome.NOT_RECORDED):
            if report.outcome is Outcome.OK or report is first:
                return report
            # A time-out of a later guess is less informative than the first mismatch: some other protocol responds.
            why = report.problems[0] if report.problems else str(report.outcome)
            known_web = not waiting and is_plain_http(first)
            return _with_cost(first if known_web else _not_all_tried(first, why, tried, len(waiting)), spent)
    assert first is not None
    return _with_cost(_unknown(first, tried, unanswered), spent)


def _is_possible(probe: Probe, *, web: bool, quiet: bool, no_web: bool) -> bool:
    """True if the store of this probe may be at a port.

    Args:
        probe: the probe.
        web: a plain HTTP server answers there.
        quiet: the server sends no greeting.
        no_web: the server does not answer HTTP.
    """
    if web and not (probe.meta.web or probe.meta.http_too):
        return False
    return not (quiet and probe.meta.greets) and not (no_web and _speaks_http(probe))


def _late_rank(probe: Probe) -> int:
    """The order of probes for a server that takes long to its first bytes, to which few can be sent.

    One request shows any HTTP server. Those that greet need no second guess about what to send.
    """
    return 0 if probe.meta.name == "web" else 1 if probe.meta.greets else 2


def _speaks_http(probe: Probe) -> bool:
    return probe.meta.web or not {"http", "https"}.isdisjoint(probe.meta.services)


def _weight(probe: Probe) -> float:
    """How long this probe waits for a first byte, compared with others, after earlier ones got none."""
    return _QUIET_WEIGHT if probe.meta.keeps_quiet or probe.meta.may_keep_quiet else 1.0


def _not_all_tried(first: ProbeReport, why: str, tried: int, left: int) -> ProbeReport:
    """The report of a service that may still speak a protocol that was not tried: nothing is decided about it."""
    told = f"not recognised: {why}; {count_text(tried, 'protocol')} tried" + (f", {left} not tried" if left else "")
    outcome = Outcome.TIMEOUT if first.outcome is Outcome.PROTOCOL_MISMATCH else first.outcome
    return msgspec.structs.replace(first, outcome=outcome, problems=(told, *first.problems))


def _unknown(first: ProbeReport, tried: int, unanswered: int) -> ProbeReport:
    """The report of a service that no probe recognised; the result of one probe is shown as an example.

    Silence excludes no store: its answer may come later than we wait. Only a web server shows what it is by its answer
    to one protocol.
    """
    if unanswered and first.outcome is Outcome.PROTOCOL_MISMATCH and not is_plain_http(first):
        many = "" if tried == 1 else f" to {unanswered} of {count_text(tried, 'protocol')}"
        told = f"not recognised: no answer in time{many}"
        return msgspec.structs.replace(first, outcome=Outcome.TIMEOUT, problems=(told, *first.problems))
    if first.outcome is not Outcome.PROTOCOL_MISMATCH or tried == 1 or is_plain_http(first) or not first.problems:
        return first
    told = f"not a known store: {count_text(tried, 'protocol')} tried ({first.probe}: {first.problems[0]})"
    return msgspec.structs.replace(first, problems=(told, *first.problems[1:]))


async def probe_again(
    target: Target,
    depth: Depth,
    dialer: ReplayDialer,
    brought: ProbeHints = NO_PROBE_HINTS,
    probes: ProbeSet = BUILT_IN,
) -> ProbeReport:
    """As ``probe_target``, from transcripts; uses the recorded probes if today's order was not recorded.

    The recorded names of containers are used too.
    """
    kept = ((probes.named(name), names) for name, names in dialer.named(target).items())
    recorded = tuple((probe.meta.services[0], name) for probe, names in kept if probe is not None for name in names)
    brought = ProbeHints((*brought.names, *recorded), brought.keys)
    target = msgspec.structs.replace(target, names=())
    report = await probe_target(target, depth, dialer, brought, probes=probes)
    for probe in map(probes.named, dialer.probes(target)):
        if report.outcome is Outcome.OK or probe is None:
            continue
        again = await _converse(probe, _given(target, probe, brought), depth, dialer, [])
        if again.outcome is Outcome.OK or report.outcome is Outcome.NOT_RECORDED:
            report = again
    return report


def _given(target: Target, probe: Probe, brought: ProbeHints) -> Target:
    """The target with the containers and keys for the services of this probe only."""
    names, keys = brought.names_for(probe.meta.services), brought.keys_for(probe.meta.services)
    return (
        msgspec.structs.replace(target, names=(*target.names, *names), keys=keys or target.keys)
        if names or keys
        else target
    )


async def _converse(
    probe: Probe,
    target: Target,
    depth: Depth,
    dialer: AnyDialer,
    spent: list[Traffic],
    hasty: bool = False,
    opening: OpeningBudget | None = None,
) -> ProbeReport:
    report, traffic = await dialer.converse(
        target,
        probe.run(target, depth),
        probe.meta.sends,
        depth=depth,
        probe=probe.meta.name,
        hasty=hasty,
        opening=opening,
    )
    spent.append(traffic)
    ok = report.outcome is Outcome.OK
    report = msgspec.structs.replace(
        report,
        tls=traffic.tls,
        address=traffic.address,
        cleartext=ok and traffic.tls is None,
        experimental=ok and bool(report.product) and is_experimental(report.probe, report.product, report.access),
    )
    return _with_cost(report, spent)


def _with_cost(report: ProbeReport, spent: list[Traffic]) -> ProbeReport:
    return msgspec.structs.replace(
        report,
        bytes_sent=sum(traffic.bytes_sent for traffic in spent),
        bytes_read=sum(traffic.bytes_read for traffic in spent),
        seconds=round(sum(traffic.seconds for traffic in spent), 6),
    )
