"""Findings of a run: the list, the most severe first, and one finding with its evidence, stores and advice."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import islice

import msgspec

from tieback.assess.findings import with_references
from tieback.assess.rules import load_rules
from tieback.model.exposure import Finding, Severity
from tieback.model.report.suppression import Suppression
from tieback.model.source import SourceLocation
from tieback.pipeline.fleet.analysed_apps import analysed_apps
from tieback.pipeline.suppressions import SuppressionList, find_suppressed, is_own_entry, read_suppressions
from tieback.pipeline.views.kept_posture import kept_posture
from tieback.pipeline.views.listing import DEFAULT_LIMIT, Listing, bounded_limit, decode_cursor, encode_cursor
from tieback.pipeline.views.runs_shown import ShownRun, find_shown_run
from tieback.pipeline.views.stores import StoreState, store_state
from tieback.report.texts.shared_identifier import shared_identifier_text
from tieback.report.verdict import access_text
from tieback.storage.ledger.case_order import Whole
from tieback.storage.ledger.conclusions import finding_rank
from tieback.storage.ledger.pages import FindingKey, count_findings, finding_page, findings_by_rule, pick_findings
from tieback.storage.workspace import Workspace

MOST_APPS = 100
MOST_STORES = 100
MOST_TARGETS = 3
MOST_NAMES = 3
MOST_COUNTED = 5_000
"""Findings that are compared with suppressions to count the suppressed ones."""
MOST_SEARCHED = 5_000
"""Findings that one page searches for suppressed ones; the next page continues."""
_CHUNK = 200


class SuppressionNote(msgspec.Struct, frozen=True, kw_only=True):
    """Why a finding is suppressed."""

    reason: str
    author: str
    until: date
    """The last day on which it is."""
    pattern: str
    """What the entry matches, if it is not this finding alone; only the file of suppressions can change it."""


class FindingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A finding in a list."""

    id: str
    rule: str
    title: str
    severity: Severity
    cwe: str
    evidence: str
    """The first line of the evidence."""
    targets: tuple[str, ...]
    """The first locations of its stores, at most 3; empty if it is about no store."""
    stores: int
    apps: int
    app_names: tuple[str, ...]
    """The first apps with their versions, at most 3; empty if it is about no app."""
    own_people: int
    suppressed: SuppressionNote | None


class RuleCount(msgspec.Struct, frozen=True, kw_only=True):
    """The findings of a rule."""

    rule: str
    title: str
    findings: int


class FindingListing(Listing[FindingRow], frozen=True, kw_only=True):
    """Findings of a run, most severe first."""

    shown: ShownRun | None = None
    findings_total: int = 0
    """All findings of the run, suppressed ones included."""
    suppressed_total: int | None = 0
    """Findings that are suppressed today; ``None`` if there are too many findings to count them."""
    expired: int = 0
    """Suppressions that have expired: their findings count again."""
    problem: str = ""
    """Why the suppressions are not applied; empty if they are."""
    rules: tuple[RuleCount, ...] = ()
    """Rules to filter by."""


def list_findings(
    workspace: Workspace,
    *,
    rule: str = "",
    severity: Severity | None = None,
    suppressed: bool | None = None,
    run: str = "",
    after: str = "",
    limit: int = DEFAULT_LIMIT,
) -> FindingListing | None:
    """The findings of a run that match all filters; ``None`` if there is no finished run with this ID.

    Raises:
        UsageError: a wrong cursor or limit.
        WorkspaceError: the workspace cannot be read.
    """
    limit = bounded_limit(limit)
    shown = find_shown_run(workspace, run)
    if shown is None:
        return None if run else FindingListing(items=())
    known = read_suppressions(workspace, datetime.now(UTC).date())
    start = decode_cursor(after, tuple[Whole, str, str]) if after else None
    source = _Source(workspace, shown.id, rule, severity)
    items, following = _page(source, known, suppressed, start, limit)
    titles = load_rules()
    counts = source.count_by_rule()
    return FindingListing(
        items=items,
        next=following,
        total=source.count() if suppressed is None else None,
        run=shown.id,
        shown=shown,
        findings_total=sum(counts.values()),
        suppressed_total=_count_suppressed(workspace, shown.id, known),
        expired=len(known.expired),
        problem=known.problem,
        rules=tuple(
            RuleCount(rule=one, title=titles[one].title if one in titles else one, findings=count)
            for one, count in counts.items()
        ),
    )


class _Source:
    """The findings of the ledger and those of the posture, as one sorted list."""

    def __init__(self, workspace: Workspace, run: str, rule: str, severity: Severity | None) -> None:
        self.workspace, self.run, self._rule, self._severity = workspace, run, rule, severity
        inside = kept_posture(workspace, run).findings
        self._inside = inside
        self._chosen = [
            (_key(one), one) for one in inside if rule in ("", one.rule) and severity in (None, one.severity)
        ]

    def rows(self, after: FindingKey | None, limit: int) -> list[tuple[FindingKey, Finding]]:
        """At most ``limit`` findings after a key."""
        database = self.workspace.ledger.database
        found = finding_page(database, self.run, after, limit, rule=self._rule, severity=self._severity)
        beside = [row for row in self._chosen if after is None or _order(row[0]) > _order(after)]
        return sorted([*found, *beside], key=lambda row: _order(row[0]))[:limit] if beside else found

    def count(self) -> int:
        """The number of findings that match."""
        database = self.workspace.ledger.database
        return count_findings(database, self.run, rule=self._rule, severity=self._severity) + len(self._chosen)

    def count_by_rule(self) -> dict[str, int]:
        """The number of all findings per rule."""
        counts = findings_by_rule(self.workspace.ledger.database, self.run)
        for one in self._inside:
            counts[one.rule] = counts.get(one.rule, 0) + 1
        return dict(sorted(counts.items()))


def _key(finding: Finding) -> FindingKey:
    """The sort key that the finding would have in the ledger."""
    return finding_rank(finding), finding.rule, finding.id


def _order(key: FindingKey) -> tuple[int, str, str]:
    return -key[0], key[1], key[2]


def _page(
    source: _Source, known: SuppressionList, suppressed: bool | None, after: FindingKey | None, limit: int
) -> tuple[tuple[FindingRow, ...], str | None]:
    """One page, and the cursor of the next one. Which findings are suppressed is known only after they were read."""
    items: list[tuple[FindingKey, Finding, Suppression | None]] = []
    size = limit + 1 if suppressed is None else _CHUNK
    for _ in range(max(1, MOST_SEARCHED // size)):
        rows = source.rows(after, size)
        covered = find_suppressed(source.workspace, source.run, [one for _, one in rows], known.active)
        for key, finding in rows:
            if suppressed is None or (finding.id in covered) is suppressed:
                items.append((key, finding, covered.get(finding.id)))
            if len(items) > limit:
                return _rows(source, items[:limit]), encode_cursor(items[limit - 1][0])
        if len(rows) < size:
            return _rows(source, items), None
        after = rows[-1][0]
    return _rows(source, items), encode_cursor(after) if after is not None else None


def _rows(source: _Source, items: Sequence[tuple[FindingKey, Finding, Suppression | None]]) -> tuple[FindingRow, ...]:
    """The rows of a page, with the locations of their stores and the names of their apps."""
    targets = _targets(source.workspace, source.run, [finding for _, finding, _ in items])
    names = _app_names(source.workspace, [finding for _, finding, _ in items])
    return tuple(_row(finding, by, targets, names) for _, finding, by in items)


def _app_names(workspace: Workspace, found: Sequence[Finding]) -> dict[str, str]:
    """Names and versions of the first apps of findings, by content hash."""
    keys = {key for finding in found for key in finding.apps[:MOST_NAMES]}
    apps = analysed_apps(workspace.lake, keys) if keys else ()
    return {one.sha256: f"{one.label} {one.version_name}".strip() or one.sha256[:12] for one in apps}


def _targets(workspace: Workspace, run: str, found: Sequence[Finding]) -> dict[str, tuple[str, ...]]:
    """The locations of the first stores of findings, by ID of the store."""
    stores = {key for finding in found for key in finding.exposures[:MOST_TARGETS]}
    places = workspace.ledger.conclusions.places(run, stores) if stores else ()
    return {one.id: one.targets for one in places}


def _row(
    finding: Finding, by: Suppression | None, targets: Mapping[str, tuple[str, ...]], names: Mapping[str, str]
) -> FindingRow:
    return FindingRow(
        id=finding.id,
        rule=finding.rule,
        title=finding.title,
        severity=finding.severity,
        cwe=finding.cwe,
        evidence=finding.evidence[0] if finding.evidence else "",
        targets=tuple(target for key in finding.exposures[:MOST_TARGETS] for target in targets.get(key, ())[:1]),
        stores=len(finding.exposures),
        apps=len(finding.apps),
        app_names=tuple(names[key] for key in finding.apps[:MOST_NAMES] if key in names),
        own_people=finding.own_people,
        suppressed=None if by is None else _note(by),
    )


def _note(by: Suppression) -> SuppressionNote:
    parts = {"rule": by.rule, "app": by.app, "store": by.store}
    return SuppressionNote(
        reason=by.reason,
        author=by.author,
        until=date.fromisoformat(by.expires),
        pattern=", ".join(f"{name} {value}" for name, value in parts.items() if value),
    )


def _count_suppressed(workspace: Workspace, run: str, known: SuppressionList) -> int | None:
    """The number of suppressed findings. Most suppressions name a finding, so that only these are read."""
    if not known.active:
        return 0
    if all(one.finding for one in known.active):
        ids = sorted({one.finding for one in known.active})
        named = [one for some in _parts(ids) for one in find_some(workspace, run, some)]
        return len(find_suppressed(workspace, run, named, known.active))
    rules = {one.rule for one in known.active}
    source = _Source(workspace, run, next(iter(rules)) if len(rules) == 1 else "", None)
    count, after = 0, None
    for _ in range(MOST_COUNTED // _CHUNK):
        rows = source.rows(after, _CHUNK)
        count += len(find_suppressed(workspace, run, [one for _, one in rows], known.active))
        if len(rows) < _CHUNK:
            return count
        after = rows[-1][0]
    return None


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]


class FindingStore(msgspec.Struct, frozen=True, kw_only=True):
    """A store of a finding."""

    id: str
    product: str
    version: str
    targets: tuple[str, ...]
    state: StoreState
    verdict: str


class FindingApp(msgspec.Struct, frozen=True, kw_only=True):
    """An app of a finding."""

    sha256: str
    bundle_id: str
    name: str
    version: str


class FindingDetail(msgspec.Struct, frozen=True, kw_only=True):
    """One finding."""

    finding: FindingRow
    shown: ShownRun
    evidence: tuple[str, ...]
    advice: str
    source: str
    """The vendor's page that the advice follows."""
    masvs: str
    cvss: str
    references: tuple[str, ...]
    locations: tuple[SourceLocation, ...]
    shared_identifier: str
    """The identifier of its app, if it is that of a template, which unrelated apps share; empty for others."""
    shared_text: str
    """What that means, as sentences."""
    stores: tuple[FindingStore, ...]
    stores_total: int
    apps: tuple[FindingApp, ...]
    apps_total: int
    can_undo: bool
    """True if the suppression names this finding alone, so that it can be removed here."""
    problem: str
    """Why the suppressions are not applied; empty if they are."""


def show_finding(workspace: Workspace, key: str, run: str = "") -> FindingDetail | None:
    """One finding of a run; ``None`` if the run has none with this ID.

    Raises:
        WorkspaceError: the workspace cannot be read.
    """
    shown = find_shown_run(workspace, run)
    found = find_some(workspace, shown.id, [key]) if shown is not None else []
    if shown is None or not found:
        return None
    finding = next(with_references(found))
    known = read_suppressions(workspace, datetime.now(UTC).date())
    by = find_suppressed(workspace, shown.id, [finding], known.active).get(finding.id)
    stores = workspace.ledger.conclusions.pick(shown.id, finding.exposures[:MOST_STORES])
    apps = analysed_apps(workspace.lake, finding.apps[:MOST_APPS]) if finding.apps else ()
    return FindingDetail(
        finding=_row(finding, by, _targets(workspace, shown.id, [finding]), _app_names(workspace, [finding])),
        shown=shown,
        evidence=finding.evidence,
        advice=finding.advice,
        source=finding.source,
        masvs=finding.masvs,
        cvss=finding.cvss,
        references=finding.references,
        locations=finding.locations,
        shared_identifier=finding.shared_identifier,
        shared_text=shared_identifier_text(finding),
        stores=tuple(
            FindingStore(
                id=one.id,
                product=one.product,
                version=one.version,
                targets=one.targets[:3],
                state=store_state(one),
                verdict=access_text(one),
            )
            for one in sorted(stores, key=lambda one: one.id)
        ),
        stores_total=len(finding.exposures),
        apps=tuple(
            FindingApp(sha256=one.sha256, bundle_id=one.bundle_id, name=one.name, version=one.version_name)
            for one in islice(apps, MOST_APPS)
        ),
        apps_total=len(finding.apps),
        can_undo=by is not None and is_own_entry(workspace, finding.id),
        problem=known.problem,
    )


def find_some(workspace: Workspace, run: str, keys: Sequence[str]) -> list[Finding]:
    """The findings of a run with these IDs, those of the posture included."""
    found = pick_findings(workspace.ledger.database, run, keys)
    missing = set(keys) - {one.id for one in found}
    if missing:
        found += [one for one in kept_posture(workspace, run).findings if one.id in missing]
    return found
