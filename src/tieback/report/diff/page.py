"""Comparison as one HTML file, with the style of the report."""

from collections.abc import Iterator
from itertools import islice

from tieback.report.diff.change import Comparison
from tieback.report.diff.words import BACKENDS_TITLE, TITLES, app_words, backend_lines, conclusion
from tieback.report.templates import report_templates

MOST_NAMES = 100
"""Limit on the back ends listed per app and direction."""
MOST = 500
"""Limit on the findings listed per kind."""


def as_page(found: Comparison) -> Iterator[str]:
    """Yield the page in chunks. All texts in a report are untrusted: they are escaped and cleaned."""
    kinds = [(title, found.count(kind), tuple(islice(found.of(kind), MOST))) for kind, title in TITLES.items()]
    template = report_templates().get_template("diff/page.html.j2")
    changes = found.backends or ()
    backends = [(app_words(change), tuple(backend_lines(change, MOST_NAMES))) for change in changes[:MOST]]
    yield from template.generate(
        found=found,
        conclusion=conclusion(found),
        kinds=kinds,
        backends=backends,
        backends_title=BACKENDS_TITLE,
        backends_count=len(changes),
    )
