"""Rows encoded by columns are those encoded one by one."""

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.report.apps import AppSighting
from tieback.model.sighting import Evidence, Sighting
from tieback.report.columns import encode_sightings
from tieback.report.encoding import encode_row

TEXTS = st.one_of(
    st.sampled_from(
        ["", "https://api.test/v1", 'a "b"', "\\", "##[error]", "\x1b[2J", "\x7f", "\u202egnp", "é", "@unit@"]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
)
NUMBERS = st.integers(0, 2**40)
ROWS = st.fixed_dictionaries(
    dict.fromkeys(("unit", "app_path", "value", "scheme", "host", "path", "file", "how", "context"), TEXTS)
    | {
        "kind": st.sampled_from([str(one) for one in EndpointKind]),
        "party": st.sampled_from([str(one) for one in Party]),
        "port": st.none() | NUMBERS,
        "offset": st.none() | NUMBERS,
        "count": NUMBERS,
        "service": st.none() | TEXTS,
        "owner": st.none() | TEXTS,
        "party_reason": st.none() | TEXTS,
        "names": st.none() | st.lists(TEXTS, max_size=2),
        "addresses": st.none() | st.lists(TEXTS, max_size=2),
        "chain": st.none() | st.lists(TEXTS, max_size=2),
    }
)
LISTS = pa.list_(pa.string())
TYPES = {
    "port": pa.int64(),
    "offset": pa.int64(),
    "count": pa.int64(),
    "names": LISTS,
    "addresses": LISTS,
    "chain": LISTS,
}


def sighting(row: dict[str, Any]) -> AppSighting:
    endpoint = Endpoint(
        EndpointKind(row["kind"]), row["value"], row["scheme"], row["host"], row["port"], row["path"], row["service"]
    )
    evidence = Evidence(row["file"], row["offset"], row["how"], row["context"], tuple(row["chain"] or ()))
    return AppSighting(
        row["unit"],
        row["app_path"],
        Sighting(
            endpoint,
            row["count"],
            Party(row["party"]),
            evidence,
            owner=row["owner"] or "",
            party_reason=row["party_reason"] or "",
            names=tuple(row["names"] or ()),
            addresses=tuple(row["addresses"] or ()),
        ),
    )


def batch(rows: list[dict[str, Any]]) -> pa.RecordBatch:
    return pa.record_batch(
        {name: pa.array([row[name] for row in rows], TYPES.get(name, pa.string())) for name in rows[0]}
    )


@given(st.lists(ROWS, min_size=1, max_size=5))
def test_columns_give_the_text_of_rows(rows: list[dict[str, Any]]) -> None:
    assert b",".join(encode_sightings([batch(rows)])) == b",".join(encode_row(sighting(row)) for row in rows)


@given(st.lists(ROWS, min_size=3, max_size=5))
def test_a_slice_of_a_batch_is_only_its_rows(rows: list[dict[str, Any]]) -> None:
    assert list(encode_sightings([batch(rows).slice(1, 1)])) == [encode_row(sighting(rows[1]))]


@pytest.mark.parametrize("batches", [[], [0]])
def test_no_rows_are_no_pieces(batches: list[int]) -> None:
    row = dict.fromkeys(("unit", "app_path"), "")
    assert list(encode_sightings([batch([row]).slice(0, 0) for _ in batches])) == []
