import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.model.figure import Quality
from tieback.probes.wire.cat import CatIndex, cat_rows, index_container, is_system


def test_cat_rows_are_decoded() -> None:
    rows = b'{"index":"a","docs.count":"3","pri.store.size":"10","creation.date":"0"},{"index":"b","docs.count":null}'
    body = b"[" + rows + b"]"
    first, second = cat_rows(body, truncated=False) or []
    assert (first.documents, first.primary_bytes, first.created) == (3, 10, 0)
    assert (second.documents, second.primary_bytes) == (None, None)
    cut = cat_rows(body[:-20], truncated=True)
    assert [row.index for row in cut or []] == ["a"]


@each("count", ["-1", "1e3", "9" * 19, "x", "", 2**64, -4])
def test_counts_that_are_none(count: str | int) -> None:
    assert CatIndex("a", docs=count).documents is None


@given(body=st.binary(max_size=100), truncated=st.booleans())
@settings(max_examples=examples(200), deadline=None)
def test_random_bytes_never_raise(body: bytes, truncated: bool) -> None:
    rows = cat_rows(body, truncated=truncated)
    assert rows is None or all(isinstance(row, CatIndex) for row in rows)


def test_an_index_is_a_container_with_its_figures() -> None:
    container = index_container(CatIndex("people", docs="12", primary="900", made="1700000000000"))
    assert container.records is not None
    assert container.bytes is not None
    assert (container.records.value, container.records.quality) == (12, Quality.ESTIMATE)
    assert (container.bytes.value, container.bytes.quality) == (900, Quality.EXACT)
    assert container.created == "2023-11-14T22:13:20+00:00"


@pytest.mark.parametrize("made", [None, "9" * 18, "x"])
def test_dates_that_are_none(made: str | None) -> None:
    assert index_container(CatIndex("people", made=made)).created == ""


@pytest.mark.parametrize(
    ("name", "system"),
    [("people", False), (".kibana_1", True), (".ds-logs-x", False), (".ds-.logs-x", True), (".ds-ilm-history-5", True)],
)
def test_system_indices(name: str, system: bool) -> None:
    assert is_system(name) is system
