"""Words for a store."""

import io
import re

import pytest
from msgspec.structs import replace

from tieback.model.exposure import ClassifiedField, PiiClassTotal
from tieback.model.figure import exact
from tieback.model.report.document import Report
from tieback.model.report.tables import LazyIndex
from tieback.pii.taxonomy import load_taxonomy
from tieback.report import by_name
from tieback.report.texts.stores import store_text


def test_store_names(report: Report) -> None:
    workhub = {store.id: store for store in report.exposures()}["exp-workhub"]
    assert store_text(workhub) == "mongodb 6.0.5"
    assert store_text(replace(workhub, product="", version="")) == "unknown"


@pytest.mark.parametrize("label", load_taxonomy())
@pytest.mark.parametrize("name", ["terminal", "html", "markdown"])
def test_reports_for_people_name_classes_by_their_titles(report: Report, label: str, name: str) -> None:
    """No output shows the label that documents for machines have, with or without its underscore."""

    (first, *_) = stores = list(report.exposed.rows())
    inside = first.containers[-1].name
    own = replace(
        first,
        pii=(PiiClassTotal(label, exact(12, "count"), 1),),
        fields=(ClassifiedField(inside, "Q7", label, 1.0),),
    )
    report = replace(
        report,
        exposed=LazyIndex.by([own, *(replace(one, pii=(), fields=()) for one in stores[1:])], lambda store: store.id),
        headline=replace(report.headline, pii=((label, exact(12, "count")),)),
    )
    out = io.BytesIO()
    by_name(name).render(report, out)
    text = out.getvalue().decode()
    said = re.sub(r"<(style|script).*?</\1>|<[^>]*>|\s+", " ", text, flags=re.DOTALL)
    title = load_taxonomy()[label].title
    # A narrow column folds the title.
    assert title.split()[0] in said
    if "_" in label:
        assert label not in said
        assert label.replace("_", " ") not in said
