"""Compares two reports by finding: new, fixed, changed, moved, unconfirmed.

Findings are matched by id. If a store's identity changed between two runs, for example because it no longer reports
one, findings are matched by rule and host name or address. A missing finding counts as fixed only if its store answered
again, or if its app was analysed again with every part that can have it; otherwise it is ``unconfirmed``, never fixed.
Unrelated apps share the identifiers of templates, and so the ids of findings. If one of them has no package and no
signer in common with those of the other report, their finding is neither moved nor fixed.
A finding of traffic is fixed only if the app was captured again, in captures that were read as far as the old ones.
"""

from tieback.model.report.baseline import Baseline
from tieback.report.diff.basis import basis_notes
from tieback.report.diff.change import Change, ChangeKind, Comparison
from tieback.report.diff.differences import differences, moves, newly_allowed
from tieback.report.diff.gone import Coverage, judge_missing
from tieback.report.diff.pairs import TemplateApps, apps_of, labels_of, paired_findings
from tieback.report.diff.past import PastFinding, PastReport
from tieback.report.diff.totals import totals
from tieback.report.shortened import cut


def compare(old: PastReport, new: PastReport) -> Comparison:
    """Compare two reports, finding by finding."""
    looked, templates = Coverage(new), TemplateApps(old, new)
    again = dict(paired_findings(old, new))
    changes = []
    for finding in new.findings.values():
        before = old.findings.get(again.get(finding.id, finding.id))
        changes.append(_new(finding, new) if before is None else _both(before, finding, old, new, templates))
    gone = set(again.values())
    changes.extend(
        judge_missing(finding, old, looked, templates)
        for finding in old.findings.values()
        if finding.id not in new.findings and finding.id not in gone
    )
    order = list(ChangeKind)
    changes.sort(key=lambda one: (order.index(one.kind), -one.finding.severity.rank, one.finding.rule, one.finding.id))
    return Comparison(old, new, tuple(totals(old, new)), tuple(changes), basis_notes(old, new))


def baseline_of(comparison: Comparison) -> Baseline:
    """Return the comparison data that renderers need."""
    old = comparison.old
    changed = frozenset(
        one.finding.id for one in comparison.changes if one.kind in {ChangeKind.CHANGED, ChangeKind.MOVED}
    )
    same = frozenset(one.finding.id for one in comparison.of(ChangeKind.SAME))
    worse = frozenset(one.finding.id for one in comparison.changes if one.worse)
    new, fixed, unconfirmed = map(comparison.count, (ChangeKind.NEW, ChangeKind.FIXED, ChangeKind.UNCONFIRMED))
    return Baseline(old.name, old.created, same, changed, new, fixed, unconfirmed, worse, comparison.notes)


def _new(finding: PastFinding, new: PastReport) -> Change:
    return Change(
        ChangeKind.NEW,
        finding,
        None,
        labels_of(finding, new),
        tuple(cut(finding.evidence, 3, one="line of evidence", many="lines of evidence")),
    )


def _both(before: PastFinding, now: PastFinding, old: PastReport, new: PastReport, templates: "TemplateApps") -> Change:
    changed = list(differences(before, now, old, new))
    moved = list(moves(before, now, old, new))
    if (changed or moved) and not now.exposures:
        shared = templates.shared(apps_of(before, old), apps_of(now, new))
        if shared:
            return Change(ChangeKind.CHANGED, now, before.severity, labels_of(now, new), (shared, *changed))
    kind = ChangeKind.CHANGED if changed else ChangeKind.MOVED if moved else ChangeKind.SAME
    worse = now.severity.rank > before.severity.rank or bool(newly_allowed(before, now))
    return Change(kind, now, before.severity, labels_of(now, new), (*changed, *moved), worse=worse)
