"""Words for a store."""

from msgspec.structs import replace

from tieback.model.report.document import Report
from tieback.report.texts.stores import store_text


def test_store_names(report: Report) -> None:
    workhub = {store.id: store for store in report.exposures()}["exp-workhub"]
    assert store_text(workhub) == "mongodb 6.0.5"
    assert store_text(replace(workhub, product="", version="")) == "unknown"
