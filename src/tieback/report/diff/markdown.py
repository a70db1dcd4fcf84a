"""Comparison as Markdown, short enough for a pull request comment."""

from collections.abc import Iterator, Sequence

from tieback.report.diff.backends import BackendChange
from tieback.report.diff.change import Change, Comparison
from tieback.report.diff.words import BACKENDS_TITLE, TITLES, app_words, backend_lines, conclusion
from tieback.report.shortened import cut, fit_text
from tieback.report.texts.clean import escape_markdown

MOST_NAMES = 10
"""Limit on the back ends listed per app and direction."""
MOST = 40
"""Limit on the findings listed per kind; a comment has at most 65,536 characters."""


def as_markdown(found: Comparison) -> Iterator[str]:
    """Yield the lines of the page."""
    yield f"# What changed since {escape_markdown(found.old.name, 100)}"
    yield ""
    yield f"**{conclusion(found)}**"
    yield ""
    for note in found.notes:
        yield from (f"> {escape_markdown(note, 500)}", "")
    yield f"| | {found.old.created:%Y-%m-%d %H:%M} | {found.new.created:%Y-%m-%d %H:%M} |"
    yield "|---|---:|---:|"
    for total in found.totals:
        yield f"| {total.name} | {total.old} | {total.new} |"
    for kind, title in TITLES.items():
        count = found.count(kind)
        if count:
            yield from ("", f"## {title} ({count:,})", "")
            for number, change in enumerate(found.of(kind)):
                if number == MOST:
                    yield f"- and {count - MOST:,} more"
                    break
                yield from _lines(change)
    yield from _backends(found.backends or ())


def _backends(changes: Sequence[BackendChange]) -> Iterator[str]:
    """Section on the apps that name other back ends."""
    if not changes:
        return
    yield from ("", f"## {BACKENDS_TITLE} ({len(changes):,})", "")
    for change in changes[:MOST]:
        yield f"- **{escape_markdown(app_words(change), 100)}**"
        yield from (f"  - {escape_markdown(line, 1000)}" for line in backend_lines(change, MOST_NAMES))
    if len(changes) > MOST:
        yield f"- and {len(changes) - MOST:,} more"


def _lines(change: Change) -> Iterator[str]:
    finding = change.finding
    rule = f"({escape_markdown(finding.rule, 60)}, `{_id(finding.id)}`)"
    yield f"- **{finding.severity.value}**: {escape_markdown(finding.title)} {rule}"
    if change.about:
        yield f"  - {escape_markdown(fit_text(change.about, 300, between=', '), 300)}"
    for line in cut(change.what, 5, one="difference"):
        yield f"  - {escape_markdown(line)}"


def _id(text: str) -> str:
    return "".join(sign for sign in text[:80] if sign.isalnum() or sign in "-:.")
