"""Records in the beginning of objects: rows and documents; names of columns only where they are no values."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.probes.wire.objects import KINDS, object_kind, object_records

TABLE = [
    # what, kind, content, whether it is cut, records
    ("a header", "csv", "email,age\na@x.test,3\nb@x.test,4\n", False, [("email", "a@x.test"), ("email", "b@x.test")]),
    ("semicolons", "csv", "Vorname;Ort\nAda;Rom\n", False, [("Vorname", "Ada")]),
    ("a header by contrast", "csv", "first,zeta\nAda,1\nBob,2\n", False, [("zeta", "1"), ("zeta", "2")]),
    ("no header", "csv", "Ada Lovelace,London\nAlan Turing,Wilmslow\n", False, [("column 1", "Ada Lovelace")]),
    ("no header, small letters", "csv", "ada,london\nalan,wilmslow\n", False, [("column 1", "ada")]),
    ("an address in the first row", "csv", "name,a@x.test\nAda,b@x.test\n", False, [("column 2", "a@x.test")]),
    ("people in the header", "csv", "month,Ada Lovelace\n1,5\n2,7\n", False, [("month", "1"), ("column 2", "5")]),
    ("a cut row", "csv", "email\na@x.test\nb@x", True, [("email", "a@x.test")]),
    ("tabs", "tsv", "email\tid\na@x.test\t1\n", False, [("email", "a@x.test"), ("id", "1")]),
    ("lines", "jsonl", '{"a":"x"}\n{"a":"y"}\n{"a":', True, [("a", "x"), ("a", "y")]),
    ("lines in .json", "json", '{"a":"x"}\n{"a":"y"}\n', False, [("a", "x"), ("a", "y")]),
    ("a list", "json", '[{"a":"x"},{"a":"y"}]', False, [("a", "x"), ("a", "y")]),
    ("a cut list", "json", '[{"a":"x"},{"a":"y"},{"a"', True, [("a", "x"), ("a", "y")]),
    ("a list in a document", "json", '{"n":2,"rows":[{"a":"x"}]}', False, [("a", "x")]),
    ("a cut list in a document", "json", '{"n":2,"rows":[{"a":"x"},{"a', True, [("a", "x")]),
    ("one document", "json", '{"a":"x"}', False, [("a", "x")]),
    ("nothing", "json", "", False, []),
    ("a byte order mark", "csv", "\ufeffemail\na@x.test\n", False, [("email", "a@x.test")]),
]


@each(("kind", "content", "cut", "found"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_records(kind: str, content: str, cut: bool, found: list[tuple[str, str]]) -> None:
    records = object_records(content.encode(), kind, 50, cut=cut)
    told = [item for record in records if isinstance(record, dict) for item in record.items()]
    assert [item for item in told if item in found] == found
    if not found:
        assert records == []


def test_people_never_become_names_of_columns() -> None:
    names = "Ada Lovelace,Alan Turing,Grace\n"
    for content in (names * 3, names + "1,2,3\n4,5,6\n", names + "a@x.test,1,2\nb@x.test,1,2\n"):
        for record in object_records(content.encode(), "csv", 50, cut=False):
            assert isinstance(record, dict)
            assert not {"Ada Lovelace", "Alan Turing", "Grace"} & set(record)


def test_kinds() -> None:
    assert [object_kind(name) for name in ("a/b.CSV", "x.ndjson", "csv", "a.jpg", "")] == ["csv", "ndjson", "", "", ""]


def test_the_number_of_records_is_bounded() -> None:
    assert len(object_records(b"id\n" + b"1\n" * 9999, "csv", 50, cut=False)) == 50
    assert len(object_records(b'[{"a":1}' + b',{"a":1}' * 9999, "json", 50, cut=True)) == 50
    deep = b'[{"a":' * 9000
    assert object_records(deep, "json", 50, cut=True) == []


@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode), st.sampled_from(KINDS), st.booleans())
@settings(max_examples=examples(200), deadline=None)
def test_any_bytes_give_bounded_records(data: bytes, kind: str, cut: bool) -> None:
    assert len(object_records(data, kind, 7, cut=cut)) <= 7
