"""The findings: counts of all, the worst in full, and the others by title."""

from collections import Counter
from collections.abc import Iterator, Mapping

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from tieback.model.count_text import count_text
from tieback.model.exposure import Finding, Severity
from tieback.model.report.apps import AppSummary
from tieback.model.report.document import Report
from tieback.report.detail import FindingDetail, iter_details
from tieback.report.formats.terminal.layout import MOST_PIPED
from tieback.report.shortened import cut_text
from tieback.report.source_lines import source_lines
from tieback.report.store_tables import SEVERITY_STYLES
from tieback.report.texts.app_files import AppFiles, name_with_file
from tieback.report.texts.clean import clean
from tieback.report.texts.shared_identifier import shared_identifier_text
from tieback.report.texts.stores import (
    place_text,
)

MOST_FINDINGS = 20
"""Limit on the findings shown in full; the rest is counted by title."""
MOST_EVIDENCE = 3


def print_findings(report: Report, console: Console, files: AppFiles, *, brief: bool, least: Severity | None) -> None:
    """Counts of all findings, the first in full, and the number of the others by title.

    With a baseline, new and worse findings come first: only these can fail ``--fail-on``.
    """
    if not report.findings.count:
        return
    shown, others, counts = _split_findings(report, least)
    total = ", ".join(f"{counts[severity]:,} {severity.value}" for severity in reversed(Severity) if counts[severity])
    console.print(Text.assemble("\n", (f"{count_text(report.findings.count, 'finding')}: ", "bold"), total))
    details = list(iter_details(report, shown))
    same = files.of(one for detail in details for one in detail.apps)
    for detail in details:
        for line in _finding_lines(report, detail, same, brief=brief):
            console.print(line)
    if others:
        rest = ", ".join(f"{severity.value}: {title} ({count:,})" for (severity, title), count in others.items())
        console.print(Padding(Text(f"and {sum(others.values()):,} more: {rest}"), (0, 0, 0, 2), expand=False))
    more = (
        "More, with evidence and advice: the report" if brief else "More, with advice: tieback report --format markdown"
    )
    console.print(Text(f"  {more}", style="dim"))


def _split_findings(
    report: Report, least: Severity | None
) -> tuple[list[Finding], Counter[tuple[Severity, str]], Counter[Severity]]:
    """The findings to show in full, and the number of the others by title and of all by severity."""
    shown: list[Finding] = []
    later: list[Finding] = []
    counts: Counter[Severity] = Counter()
    others: Counter[tuple[Severity, str]] = Counter()
    for finding in report.findings.rows():
        counts[finding.severity] += 1
        others[finding.severity, clean(finding.title)] += 1
        new = _is_new(report, finding)
        group = shown if new else later
        counts_for_exit = new and least is not None and finding.severity.rank >= least.rank
        if len(group) < (MOST_PIPED if counts_for_exit else MOST_FINDINGS):
            group.append(finding)
    shown += later[: max(MOST_FINDINGS - len(shown), 0)]
    others.subtract((finding.severity, clean(finding.title)) for finding in shown)
    return shown, +others, counts


def _is_new(report: Report, finding: Finding) -> bool:
    return report.baseline is None or report.baseline.is_news(finding.id)


def _label(one: AppSummary, file: str) -> str:
    name = clean(f"{one.app.label} {one.app.version_name}".strip(), 60)
    return name_with_file(name, file)


def _finding_lines(
    report: Report, detail: FindingDetail, files: Mapping[str, str], *, brief: bool
) -> Iterator[Padding]:
    """Severity and title; then apps and stores; then the evidence with its place. ``brief``: one line, no evidence."""
    finding = detail.finding
    known = report.baseline
    new = f" ({known.word(finding.id)})" if known is not None and known.is_news(finding.id) else ""
    title = Text.assemble((finding.severity.value, SEVERITY_STYLES[finding.severity]), f"  {clean(finding.title)}{new}")
    labels = (_label(one, files.get(one.app.sha256, "")) for one in detail.apps)
    names = cut_text(labels, 3, count=len(finding.apps)) if detail.apps else ""
    # One line has no room for the product, which most titles and the table above name.
    short = brief and detail.apps
    places = (clean(store.targets[0], 300) if short and store.targets else place_text(store) for store in detail.stores)
    stores = cut_text(places, 3, count=len(finding.exposures)) if detail.stores else ""
    about = "; ".join(filter(None, (names, stores)))
    if brief:
        yield Padding(title.append(f": {about}" if about else ""), (0, 0, 0, 2), expand=False)
        return
    yield Padding(title, (0, 0, 0, 2), expand=False)
    more = len(finding.evidence) - MOST_EVIDENCE
    lines = [about, *(clean(line, 400) for line in finding.evidence[:MOST_EVIDENCE])]
    rest = f"and {count_text(more, 'more line')} of evidence" if more > 0 else ""
    for line in (*lines, rest, clean(shared_identifier_text(finding), 600), *source_lines(finding)):
        if line:
            yield Padding(Text(line), (0, 0, 0, 6), expand=False)
