"""Comparison as one HTML file, with the style of the report."""

from collections.abc import Iterator
from itertools import islice

from jinja2 import Environment, PackageLoader, StrictUndefined

from tieback.report.diff.compare import Comparison
from tieback.report.diff.words import TITLES, conclusion
from tieback.report.document import clean

MOST = 500
"""Limit on the findings listed per kind."""
_LONGEST = 600


def as_page(found: Comparison) -> Iterator[str]:
    """Yield the page in chunks. All texts in a report are untrusted: they are escaped and cleaned."""
    environment = Environment(
        loader=PackageLoader("tieback.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    kinds = [(title, found.count(kind), tuple(islice(found.of(kind), MOST))) for kind, title in TITLES.items()]
    template = environment.get_template("diff/page.html.j2")
    yield from template.generate(found=found, conclusion=conclusion(found), kinds=kinds)


def _finalize(value: object) -> object:
    """Clean every text that is not markup."""
    return clean(value, _LONGEST) if isinstance(value, str) and not hasattr(value, "__html__") else value
