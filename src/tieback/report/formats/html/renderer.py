"""Renders the HTML page. All texts in a report are untrusted: they are escaped and cleaned in the template."""

import base64
import hashlib
import re
from functools import cache
from importlib import resources
from typing import BinaryIO

from jinja2 import Environment

from tieback.assess.references import MAY_APPLY, NOTE, labels, load_catalogues
from tieback.model.count_text import count_text
from tieback.model.exposure import Severity
from tieback.model.report.document import Report
from tieback.pii.taxonomy import load_taxonomy
from tieback.report.breakdown import count_breakdown as counted
from tieback.report.figures import (
    LEGEND,
    bytes_range_text,
    bytes_text,
    container_text,
    figure_text,
    quality_text,
    range_text,
    store_bytes_text,
    store_records_text,
)
from tieback.report.formats.html.accounts import accounts_view
from tieback.report.formats.html.charts import charts
from tieback.report.formats.html.page import MOST_SECTIONS, build_page, table_views
from tieback.report.formats.html.probed import probed_targets
from tieback.report.interface import RendererMeta
from tieback.report.shortened import fit_text, more_text
from tieback.report.source_lines import source_lines
from tieback.report.tables import figure_steps, range_quality
from tieback.report.templates import LONGEST, report_templates
from tieback.report.texts.about import about_lines
from tieback.report.texts.app_files import AppFiles
from tieback.report.texts.clean import clean
from tieback.report.texts.headline import headline_text
from tieback.report.texts.routes import way_words, ways_of
from tieback.report.texts.shared_identifier import shared_identifier_text
from tieback.report.texts.stores import (
    PLATFORM_WORDS,
    RANSOM_WORDS,
    most_sensitive,
    records_text,
    store_summary_text,
    store_text,
)
from tieback.report.texts.unread import partly_read_lines, partly_read_title, unread_advice, unread_lists_text
from tieback.report.verdict import access_text, no_personal_data, no_personal_data_in, verdict_lines, verdict_notes

_WHOLE = 28
"""Names up to this number of characters are not broken on a screen."""
_LONGEST_WORD = 28
"""A longer word, such as a key, is broken inside."""
_PIECES = re.compile(r"[^\s./:_@?&=-]*[\s./:_@?&=-]+|[^\s./:_@?&=-]+")


class HtmlRenderer:
    """Renders one HTML file that loads nothing; its CSP allows only its own style and script, by hash."""

    meta = RendererMeta("html", ".html", "text/html; charset=utf-8")

    def render(self, report: Report, out: BinaryIO) -> None:
        """Write the page to ``out``, chunk by chunk."""
        self.write(report, out, paper=False)

    def write(self, report: Report, out: BinaryIO, *, paper: bool) -> None:
        """Write the page for the screen or, with ``paper``, for PDF; diagrams then contain their own style."""
        style, script, drawings = (
            resources.files("tieback.report.formats.html").joinpath(name).read_text(encoding="utf-8")
            for name in ("page.css", "page.js", "drawings.css")
        )
        files = AppFiles(report)
        titles = {key: entry.title for key, entry in load_taxonomy().items()}
        pieces = (
            _environment()
            .get_template("formats/html/page.html.j2")
            .generate(
                report=report,
                paper=paper,
                page=build_page(report, titles, files),
                probed=probed_targets(report),
                titles=titles,
                scope_lines=tuple(about_lines(report)),
                headline=headline_text(report),
                partly_read=tuple(partly_read_lines(report, MOST_SECTIONS, files)),
                partly_read_title=partly_read_title(report),
                unread_lists=unread_lists_text(report.headline),
                unread_advice=unread_advice(report.headline),
                legend=LEGEND,
                steps=tuple(figure_steps(report)),
                charts=charts(counted(report), titles),
                tables=tuple(table_views(report)),
                accounts=accounts_view(report),
                catalogues=tuple(load_catalogues().values()),
                reference_note=NOTE,
                may_apply=MAY_APPLY,
                severities=[severity.value for severity in reversed(Severity)],
                style=style,
                style_hash=_hash(style),
                drawings=drawings if paper else "",
                script=script,
                script_hash=_hash(script),
            )
        )
        out.writelines(piece.encode("utf-8", "replace") for piece in pieces)


def _hash(text: str) -> str:
    """Hash source of a Content-Security-Policy (CSP Level 3, section 6.7.3)."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


@cache
def _environment() -> Environment:
    environment = report_templates()
    environment.filters |= {
        "references": lambda references: fit_text(labels(references), LONGEST, between=", "),
        "figure": figure_text,
        "store_records": store_records_text,
        "store_size": store_bytes_text,
        "container_figure": container_text,
        "records": records_text,
        "size": bytes_text,
        "quality": quality_text,
        "verdict": access_text,
        "verdict_lines": verdict_lines,
        "verdict_notes": verdict_notes,
        "no_personal_data": no_personal_data,
        "no_personal_data_in": no_personal_data_in,
        "range": range_text,
        "size_range": bytes_range_text,
        "range_quality": range_quality,
        "platform": lambda platform: PLATFORM_WORDS[platform],
        "in_store": store_summary_text,
        "ransom": lambda ransom: RANSOM_WORDS[ransom.verdict],
        "store": store_text,
        "way": way_words,
        "ways": ways_of,
        "most_sensitive": most_sensitive,
        "count": count_text,
        "more": more_text,
        "pieces": _pieces,
        "source_lines": source_lines,
        "shared_identifier": shared_identifier_text,
        "thousands": lambda number: f"{number:,}",
    }
    return environment


def _pieces(name: str, paper: bool) -> list[str]:
    """Parts of a name between which a line may break: after separators only, never inside a word of a host name.

    Columns on paper are too narrow even for short names, and cannot be scrolled.
    """
    cleaned = clean(name, LONGEST)
    if not paper and len(cleaned) <= _WHOLE:
        return [cleaned]
    return [
        piece[at : at + _LONGEST_WORD]
        for piece in _PIECES.findall(cleaned)
        for at in range(0, len(piece), _LONGEST_WORD)
    ]
