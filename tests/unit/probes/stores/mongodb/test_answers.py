from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.model.probe import Field
from tieback.probes.stores.mongodb import answers
from tieback.protocols.bson import Document, Value


def cursor(*documents: Value) -> Document:
    return {"ok": 1.0, "cursor": {"id": 0, "firstBatch": list(documents)}}


@each(
    ("answer", "ok", "asks"),
    [
        ({"ok": 1.0}, True, False),
        ({"ok": 1}, True, False),
        ({"ok": 0.0, "code": 13}, False, True),
        ({"ok": 0, "code": 59}, False, False),
        ({"ok": "1"}, False, False),
        ({}, False, False),
    ],
)
def test_success_and_refusal(answer: Document, ok: bool, asks: bool) -> None:
    assert (answers.is_ok(answer), answers.requires_authentication(answer)) == (ok, asks)


@each(
    ("value", "number"),
    [
        (3, 3),
        (3.0, 3),
        (2**40, 2**40),
        (-1, None),
        (float("nan"), None),
        (float("inf"), None),
        (True, None),
        ("3", None),
    ],
)
def test_counts_are_read(value: Value, number: int | None) -> None:
    assert answers.number(value) == number


def test_collections() -> None:
    schema: Document = {"properties": {"a": {"bsonType": "string"}, "b": {"properties": {"c": {"type": "number"}}}}}
    listed = cursor(
        {
            "name": "x",
            "type": "collection",
            "info": {"uuid": b"\x01\x02"},
            "options": {"validator": {"$jsonSchema": schema}},
        },
        {"name": "v", "type": "view"},
        {"name": 3},
        "nonsense",
    )
    first, second = answers.collections(listed)
    assert (first.name, first.uuid, first.kind) == ("x", "0102", "collection")
    assert first.validator == (Field("a", "string"), Field("b.c", "number"))
    assert (second.name, second.kind, second.uuid) == ("v", "view", "")


def test_stats_are_summed_over_shards_and_a_gap_makes_them_unknown() -> None:
    one: Document = {"count": 2, "storageStats": {"size": 10}}
    assert answers.count_and_size(cursor(one, one)) == (4, 20)
    assert answers.count_and_size(cursor(one, {"count": 1})) == (3, None)
    assert answers.count_and_size(cursor()) == (None, None)


def test_fields() -> None:
    assert answers.index_fields(
        cursor({"key": {"_id": 1}}, {"key": {"a.b": 1, "_fts": "text"}}, {"key": {"$**": 1}})
    ) == ["a.b"]
    rows = cursor(
        {"f": [{"k": "a", "t": "null", "s": []}, {"k": "b", "t": "object", "s": [{"k": "c", "t": "int"}]}]},
        {"f": [{"k": "a", "t": "string"}]},
        {"f": "nonsense"},
    )
    assert answers.sampled_fields(rows) == {"a": "string", "b.c": "int"}


values: st.SearchStrategy[Value] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["cursor", "firstBatch", "name", "key", "f", "s", "info", "options", "x"]), inner
        )
    ),
    max_leaves=15,
)


@given(st.dictionaries(st.sampled_from(["cursor", "ok", "code", "errmsg"]), values))
@settings(max_examples=examples(100), deadline=None)
def test_reading_any_shape_never_raises(answer: Document) -> None:
    answers.collections(answer)
    answers.count_and_size(answer)
    answers.index_fields(answer)
    answers.sampled_fields(answer)
    answers.error_text(answer)
