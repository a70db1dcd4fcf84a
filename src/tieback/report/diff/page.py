"""Comparison as one HTML file, with the style of the report."""

from collections.abc import Iterator
from itertools import islice

from tieback.report.diff.change import Comparison
from tieback.report.diff.words import TITLES, conclusion
from tieback.report.templates import report_templates

MOST = 500
"""Limit on the findings listed per kind."""


def as_page(found: Comparison) -> Iterator[str]:
    """Yield the page in chunks. All texts in a report are untrusted: they are escaped and cleaned."""
    kinds = [(title, found.count(kind), tuple(islice(found.of(kind), MOST))) for kind, title in TITLES.items()]
    template = report_templates().get_template("diff/page.html.j2")
    yield from template.generate(found=found, conclusion=conclusion(found), kinds=kinds)
