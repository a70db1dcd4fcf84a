from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.probes.wire.columns import MAX_PARTS, columns, is_field_name

TABLE = [
    # what, documents, columns
    ("plain", [{"a": "x"}, {"a": "y"}], {"a": ["x", "y"]}),
    ("numbers and truth values", [{"a": 1, "b": 1.5, "c": True}], {"a": ["1"], "b": ["1.5"], "c": ["true"]}),
    ("a field that a document lacks", [{"a": "x"}, {}, {"a": "z"}], {"a": ["x", "", "z"]}),
    ("nested", [{"in": {"deep": {"a": "x"}}}], {"in.deep.a": ["x"]}),
    ("a list of texts", [{"a": ["x", "y"]}], {"a": ["x\ny"]}),
    ("a list of documents", [{"a": [{"b": "x"}, {"b": "y"}]}], {"a.b": ["x"]}),
    ("null, binary, empty", [{"a": None, "b": b"x", "c": "", "d": []}], {}),
    ("no documents", ["x", 1, None, ["y"]], {}),
]


@each(("documents", "found"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_columns(documents: list[object], found: dict[str, list[str]]) -> None:
    assert columns(documents, characters=10, most=10) == found


def test_bounds() -> None:
    deep: object = "x"
    for _ in range(50):
        deep = {"a": deep}
    assert columns([deep], characters=10, most=10) == {}
    wide = [{f"f{n}": "y" * 99 for n in range(99)}]
    found = columns(wide, characters=10, most=7)
    assert (len(found), {len(value) for values in found.values() for value in values}) == (7, {10})
    assert columns([{"a": ["x"] * 999}], characters=99, most=1) == {"a": ["\n".join("x" * MAX_PARTS)]}


PLAIN = st.none() | st.booleans() | st.floats() | st.integers() | st.text()
JSON = st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


@given(st.lists(JSON, max_size=6))
@settings(max_examples=examples(80), deadline=None)
def test_any_document_is_bounded(documents: list[object]) -> None:
    found = columns(documents, characters=8, most=5)
    assert len(found) <= 5
    assert all(len(values) <= len(documents) and all(len(v) <= 8 for v in values) for values in found.values())


KEYS = [
    # what, documents, columns
    (
        "keys that are addresses",
        [{"ada@x.test": {"n": 1}}, {"bob@x.test": {"n": 2}}],
        {"*.n": ["1", "2"], "* (names of keys)": ["ada@x.test", "bob@x.test"]},
    ),
    (
        "identifiers of Firebase",
        [{"chats": {"-NaBc1": {"text": "hi"}}}],
        {"chats.*.text": ["hi"], "chats (names of keys)": ["-NaBc1"]},
    ),
    ("numbers", [{"2026": "x"}], {"*": ["x"], "* (names of keys)": ["2026"]}),
    (
        "names of people as keys of records",
        [{"Ada": {"age": 1}, "Alan": {"age": 2}, "Grace": {"age": 3}}],
        {"*.age": ["1"], "* (names of keys)": ["Ada"]},
    ),
    ("a name of a person as a key", [{"Ada Lovelace": "x"}], {"*": ["x"], "* (names of keys)": ["Ada Lovelace"]}),
    ("a name with a space in two documents", [{"First name": "x"}, {"First name": "y"}], {"First name": ["x", "y"]}),
    (
        "names of fields",
        [{"$id": "x", "straße": "y", "zip_code": "z"}],
        {"$id": ["x"], "straße": ["y"], "zip_code": ["z"]},
    ),
]


@each(("documents", "found"), [row[1:] for row in KEYS], ids=[row[0] for row in KEYS])
def test_keys_that_are_values_are_no_names(documents: list[object], found: dict[str, list[str]]) -> None:
    assert columns(documents, characters=20, most=10) == found


def test_keys_that_differ_from_document_to_document_are_values() -> None:
    documents = [{"by": {f"u{n}{letter}": "x" for letter in "ab"}, "mail": "m"} for n in range(6)]
    found = columns(documents, characters=20, most=10)
    assert set(found) == {"by.*", "by (names of keys)", "mail"}


@each(
    ("key", "name"),
    [
        *(("email", True), ("address_1", True), ("createdAt", True), ("_id", True), ("a.b", True), ("x" * 64, True)),
        *(("", False), ("a@b.test", False), ("+49301234", False), ("1", False), ("x" * 66, False)),
        *(("5f1c0ffee5a1b2c3d4e5f601", False), ("kZ8rQ2mVx7Lw0pTnYbaa", False), ("u12345", False), ("a\nb", False)),
    ],
)
def test_the_form_of_a_name(key: str, name: bool) -> None:
    assert is_field_name(key) is name
