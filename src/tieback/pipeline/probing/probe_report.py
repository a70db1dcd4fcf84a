"""The report of ``tieback probe``: the same document as that of a scan, without apps, captures and a workspace."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tieback import __version__
from tieback.assess.exposures import assess_exposures
from tieback.assess.findings import apply_rules
from tieback.assess.summary import summarise, without_probes
from tieback.model.count_text import count_text
from tieback.model.exposure import Exposure
from tieback.model.grant import Grant
from tieback.model.probe import PATH_NOT_PROBED, Outcome, ProbeReport, TargetVerdict
from tieback.model.report.document import Report
from tieback.model.report.scope import RunScope, SkipReason
from tieback.model.report.tables import LazyIndex, LazyTable
from tieback.model.sighting import Problem
from tieback.pii import detectors
from tieback.pipeline.plugin_config import plugins_used
from tieback.pipeline.rule_sets import name_words, ransom_signs, rules_used
from tieback.report.shortened import cut_text
from tieback.report.texts.unprobed import MOST_NAMED
from tieback.scope.grant import EXPIRED
from tieback.scope.policy.exclude import EXCLUDED
from tieback.scope.resolver import DNS_FAILED, DNS_NOT_ALLOWED, NOT_RESOLVED
from tieback.scope.shared_hosts import UNLISTED

if TYPE_CHECKING:
    from tieback.userrules.model import UserRules

_REASONS = {
    EXCLUDED: SkipReason.EXCLUDED,
    DNS_NOT_ALLOWED: SkipReason.DNS_NOT_ALLOWED,
    EXPIRED: SkipReason.EXPIRED,
    UNLISTED: SkipReason.RESOURCE,
    **dict.fromkeys(NOT_RESOLVED, SkipReason.NOT_RESOLVED),
    **dict.fromkeys(DNS_FAILED, SkipReason.DNS_FAILED),
}
"""Part of the problem of a target that was not probed, and the reason. The reason of an exclusion is the user's text,
which may contain the others: it is first."""


def judge_stores(reports: Sequence[ProbeReport], rules: "UserRules | None" = None) -> tuple[Exposure, ...]:
    """Return the stores that answered, each once, worst first, with personal data and people.

    ``rules`` are those of users.
    """
    (detector,) = detectors(name_words(rules))
    return assess_exposures(reports, {}, detector, ransom_signs(rules))


def no_verdict(report: ProbeReport) -> Problem:
    """Return the problem of a target that gave no verdict."""
    why = report.problems[0] if report.problems else str(report.outcome)
    return Problem(f"no verdict: {why}", report.target)


def count_verdicts(reports: Sequence[ProbeReport]) -> Counter[TargetVerdict]:
    """How many targets have each verdict; of the unrecognised, those of ``unrecognised_targets``."""
    counts = Counter(report.verdict for report in reports)
    counts[TargetVerdict.UNRECOGNISED] = sum(1 for _ in unrecognised_targets(reports))
    return counts


def unrecognised_targets(reports: Sequence[ProbeReport]) -> Iterable[str]:
    """The targets that answered and are no known store. A URL names several places, of which one is enough."""
    answered = {report.place for report in reports if report.verdict is TargetVerdict.ANSWERED}
    return (
        report.target
        for report in reports
        if report.verdict is TargetVerdict.UNRECOGNISED and report.place not in answered
    )


def unrecognised_problems(count: int, first: Iterable[str]) -> tuple[Problem, ...]:
    """The problem of the targets that answered and are no known store; none without such targets.

    Args:
        count: how many there are.
        first: as for ``unnamed_problems``.
    """
    if not count:
        return ()
    targets = count_text(
        count, "target answered, but is not a known data store", "targets answered, but are not known data stores"
    )
    what = f"{targets}: each protocol that may fit was tried"
    return (Problem(what, cut_text(first, MOST_NAMED, count=count)),)


def unnamed_problems(count: int, first: Iterable[str]) -> tuple[Problem, ...]:
    """The problem of the servers that demand a login before they show a product; none without such servers.

    Args:
        count: how many there are.
        first: the first of their targets; of more than ``MOST_NAMED``, the others are counted.
    """
    if not count:
        return ()
    servers = count_text(count, "server requires", "servers require")
    uncounted = "is not counted as a store" if count == 1 else "are not counted as stores"
    what = f"{servers} a login before a product is visible, and {uncounted}"
    return (Problem(what, cut_text(first, MOST_NAMED, count=count)),)


def skip_reason(report: ProbeReport) -> SkipReason:
    """Return why a target was not contacted."""
    told = " ".join(report.problems)
    return next((reason for part, reason in _REASONS.items() if part in told), SkipReason.OUTSIDE)


def probe_report(
    reports: Sequence[ProbeReport], grant: Grant | None, audit: str, rules: "UserRules | None" = None
) -> Report:
    """Return the report of a probing run.

    Args:
        reports: one per target.
        grant: what was permitted; ``None`` for a replay, which contacts nothing.
        audit: path of the audit log.
        rules: the rules of users.
    """
    stores = judge_stores(reports, rules)
    exposed = [store for store in stores if store.exposed]
    answered = [store for store in stores if not store.exposed]
    failed = [no_verdict(report) for report in reports if report.verdict is TargetVerdict.NONE]
    paths = [
        Problem(problem, report.target)
        for report in reports
        for problem in report.problems
        if problem.startswith(PATH_NOT_PROBED)
    ]
    unrecognised = list(unrecognised_targets(reports))
    unnamed = [report.target for report in reports if report.outcome is Outcome.OK and not report.product]
    report = Report(
        title="Data stores probed",
        created=datetime.now(UTC),
        tool_version=__version__,
        scope=_scope(reports, grant, audit),
        headline=summarise(0, 0, stores),
        apps=LazyIndex.by((), lambda summary: summary.app.sha256),
        quiet=LazyTable.of(()),
        exposed=LazyIndex.by(exposed, lambda store: store.id),
        answered=LazyIndex.by(answered, lambda store: store.id),
        ways=(0, 0),
        findings=LazyTable.of(apply_rules(stores, ())),
        problems=LazyTable.of(
            [
                *failed,
                *paths,
                *unrecognised_problems(len(unrecognised), unrecognised),
                *unnamed_problems(len(unnamed), unnamed),
            ]
        ),
        sightings=LazyIndex.by((), lambda row: row.app_sha256),
        backends=LazyTable.of(()),
        probes=LazyTable.of(sorted(reports, key=lambda report: report.outcome is not Outcome.OK)),
        without_inputs=True,
        rules=rules_used(rules),
        plugins=plugins_used(),
    )
    return report if report.probed else replace(report, headline=without_probes(report.headline)[0])


def _scope(reports: Sequence[ProbeReport], grant: Grant | None, audit: str) -> RunScope:
    outside = [report for report in reports if report.outcome is Outcome.OUT_OF_SCOPE]
    skipped: dict[SkipReason, int] = {}
    for report in outside:
        reason = skip_reason(report)
        skipped[reason] = skipped.get(reason, 0) + 1
    spent = sum(report.outcome is Outcome.BUDGET_SPENT for report in reports)
    if spent:
        skipped[SkipReason.OVER_BUDGET] = spent
    days = sorted({report.replayed for report in reports} - {""})
    return RunScope(
        authorised_by=grant.authorised_by if grant is not None else "the grant of the recorded run",
        contact=grant.contact if grant is not None else "",
        not_after=grant.not_after.isoformat() if grant is not None else "the end of that run",
        note=grant.note if grant is not None else f"Replay of {' to '.join(days[:1] + days[1:][-1:])}: no contact.",
        targets_asked=len(reports) - len(outside),
        targets_out_of_scope=len(outside),
        bytes_sent=sum(report.bytes_sent for report in reports),
        bytes_read=sum(report.bytes_read for report in reports),
        audit_log=audit,
        skipped=tuple(skipped.items()),
    )
