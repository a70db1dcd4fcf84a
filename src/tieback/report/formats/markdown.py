"""The report as Markdown, for a pull request, a ticket or a wiki: conclusions, exposed stores, findings.

GitHub Flavored Markdown (https://github.github.com/gfm/). Text of others is escaped: neither markup nor a mention.
"""

import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from tieback.model.report import Report
from tieback.report.detail import Detail, details
from tieback.report.document import (
    ACCESS_WORDS,
    PLATFORM_WORDS,
    RANSOM_WORDS,
    Row,
    about_lines,
    clean,
    count_text,
    headline_text,
    most_records,
    rows,
    store_text,
    ways_of,
)
from tieback.report.figures import LEGEND, bytes_text, figure_text
from tieback.report.interface import RendererMeta
from tieback.report.posture import join_tables, number_tables, summary_lines
from tieback.report.seen import named_line, seen_line
from tieback.report.tables import BY, HEADS, cells, name_of, shown_heads, steps

MOST_ROWS = 50
MOST_FINDINGS = 100
MOST_PROBLEMS = 20
MOST_GROUPS = 10
MOST_JOINED = 20
MOST_SEEN = 20

_MARKUP = re.compile(r"[\\`*_{}\[\]#!|<>~&@$]|^[-+=]|(?<=^\d)[.)]|:(?=//)|(?<=\bwww)\.")
"""What would be markup, a mention, the begin of a list or a link by itself."""


class MarkdownRenderer:
    """A page that reads well as text too; long tables are cut, and say so."""

    meta = RendererMeta("markdown", ".md", "text/markdown; charset=utf-8; variant=GFM")

    def render(self, report: Report, out: BinaryIO) -> None:
        """Write the page to ``out``, line by line."""
        out.writelines(f"{line}\n".encode("utf-8", "replace") for line in _lines(report))


def escaped(text: str, limit: int = 200) -> str:
    """Text of others as Markdown that shows exactly it, on one line."""
    return _MARKUP.sub(r"\\\g<0>", clean(text, limit))


def _lines(report: Report) -> Iterator[str]:
    yield f"# {escaped(report.title)}"
    yield ""
    yield f"**{headline_text(report)}**"
    yield from _figures(report)
    yield from _stores("Apps with an exposed data store", rows(report, exposed=True, most=MOST_ROWS), report.ways[0])
    answered = rows(report, exposed=False, most=MOST_ROWS)
    yield from _stores("Stores that answered and were not open", answered, report.ways[1])
    if report.findings.count:
        yield from ("", "## Findings", "")
        for number, detail in enumerate(details(report)):
            if number == MOST_FINDINGS:
                yield f"- and {report.findings.count - number:,} more"
                break
            yield from _finding(detail)
    yield from _accounts(report)
    yield from _others(report)
    if report.suppressed.count:
        yield from ("", f"## {count_text(report.suppressed.count, 'suppressed finding')}, counted apart", "")
        for one in report.suppressed.first(MOST_FINDINGS):
            by = f"{escaped(one.by.author, 80)} until {escaped(one.by.expires, 10)}: {escaped(one.by.reason)}"
            yield f"- {one.finding.severity.value}: {escaped(one.finding.title)} ({escaped(one.finding.id, 40)}), {by}"
        if report.suppressed.count > MOST_FINDINGS:
            yield f"- and {report.suppressed.count - MOST_FINDINGS:,} more"
    if report.problems.count:
        yield from ("", f"## {count_text(report.problems.count, 'problem')}: what could not be read or asked", "")
        for problem in report.problems.first(MOST_PROBLEMS):
            yield f"- {escaped(problem.where)}: {escaped(problem.what)}"
        if report.problems.count > MOST_PROBLEMS:
            yield f"- and {report.problems.count - MOST_PROBLEMS:,} more"
    yield from ("", "## Scope", "")
    for label, text in about_lines(report):
        yield f"- {label}: {escaped(text, 500)}"
    yield ""
    yield "Figures: " + ", ".join(f"{sign} {word}" for sign, word, _ in LEGEND) + "."
    yield f"Made by tieback {escaped(report.tool_version)}, {report.created:%Y-%m-%d %H:%M} UTC."


def _figures(report: Report) -> Iterator[str]:
    yield from ("", "| Figure | Value | How sure | |", "|---|---:|---|---|")
    for step in steps(report):
        yield f"| {step.label} | {step.value} | {step.quality} | {step.note} |"
    for table in report.tables:
        shown = shown_heads(table)
        yield ""
        yield f"| {BY[table.by]} | " + " | ".join(HEADS[at] for at in shown) + " |"
        yield "|---|" + "---:|" * len(shown)
        for group in table.groups[:MOST_GROUPS]:
            row = cells(group)
            yield f"| {escaped(name_of(table, group), 60)} | " + " | ".join(row[at] for at in shown) + " |"
        left_out = table.left_out + max(len(table.groups) - MOST_GROUPS, 0)
        if left_out:
            yield f"| and {left_out:,} more |" + " |" * len(shown)


def _accounts(report: Report) -> Iterator[str]:
    """What the owner's cloud accounts say."""
    if report.posture is None:
        return
    yield from ("", "## Your cloud accounts", "")
    for label, text in summary_lines(report.posture):
        yield f"- {label}: {escaped(text, 500)}"
    for table in number_tables(report.posture.numbers, MOST_GROUPS):
        yield from ("", f"| {table.title} | " + " | ".join(table.heads) + " |", "|---|" + "---:|" * len(table.heads))
        for name, row in table.rows:
            yield f"| {escaped(name, 80)} | " + " | ".join(row) + " |"
        if table.left_out:
            yield f"| and {table.left_out:,} more |" + " |" * len(table.heads)
        if table.lines:
            yield ""
            yield from (f"- {escaped(line, 500)}" for line in table.lines)
    yield from ("", f"{report.posture.figure_2017} % of 2017: {escaped(report.posture.method, 1000)}")
    for part in join_tables(report.posture, MOST_JOINED):
        yield from ("", f"### {part.title}", "")
        yield from (f"- {escaped(text, 600)}" for text in part.rows)
        if part.left_out:
            yield f"- and {part.left_out:,} more"


def _others(report: Report) -> Iterator[str]:
    """What other tools saw."""
    if not report.seen.count and not report.seen_in_apps.count:
        return
    yield from ("", "## Seen by others, never our own proof", "")
    for note in report.seen.first(MOST_SEEN):
        line = seen_line(note)
        yield f"- {escaped(line.said, 400)} ({escaped(line.ours)})"
    if report.seen.count > MOST_SEEN:
        yield f"- and {report.seen.count - MOST_SEEN:,} more"
    for one in report.seen_in_apps.first(MOST_SEEN):
        yield f"- {escaped(one.app.bundle_id, 80)} names {escaped(named_line(one), 300)}; we did not see it"
    if report.seen_in_apps.count > MOST_SEEN:
        yield f"- and {report.seen_in_apps.count - MOST_SEEN:,} more endpoints"


def _stores(title: str, found: Sequence[Row], count: int) -> Iterator[str]:
    if not found:
        return
    yield from ("", f"## {title}", "")
    yield "| Severity | App | Back end | Store | Access | Records | Size | Personal data |"
    yield "|---|---|---|---|---|---:|---:|---|"
    for row in found:
        app, store = row.summary.app, row.exposure
        access = " ".join(filter(None, (ACCESS_WORDS[store.access], RANSOM_WORDS[store.ransom.verdict])))
        ways = "<br>".join(f"{escaped(place)} ({words})" for place, words in list(ways_of(row.routes).items())[:3])
        data = ", ".join(total.pii_class.replace("_", " ") for total in most_records(store.pii)[:5])
        name = f"{escaped(app.label, 60)} {escaped(app.version_name, 20)} ({PLATFORM_WORDS[app.platform]})"
        size = bytes_text(store.bytes)
        cells = (store.severity.value, name, ways, escaped(store_text(store)), access, figure_text(store.records), size)
        yield "| " + " | ".join((*cells, escaped(data))) + " |"
    if count > len(found):
        yield ""
        yield f"and {count - len(found):,} more"


def _finding(detail: Detail) -> Iterator[str]:
    finding = detail.finding
    names = ", ".join(escaped(summary.app.label, 60) for summary in detail.apps[:5])
    more = f" and {len(finding.apps) - 5:,} more" if len(finding.apps) > 5 else ""
    stores = ", ".join(escaped(store_text(store)) for store in detail.stores[:3])
    about = "; ".join(filter(None, (names + more, stores)))
    weakness = f"{escaped(finding.rule)}, {escaped(finding.cwe, 20)}"
    yield f"- **{finding.severity.value}**: {escaped(finding.title)} ({weakness})"
    if about:
        yield f"  - {about}"
    for line in finding.evidence[:3]:
        yield f"  - {escaped(line)}"
    yield f"  - What to do: {escaped(finding.advice, 600)}"
