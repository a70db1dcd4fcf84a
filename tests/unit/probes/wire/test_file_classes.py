"""Classes of files by name: every row of the word list."""

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.probes.wire.file_classes import classify_file, count_classes, describe_classes, file_classes

MATCH = [(one.name, name) for one in file_classes() for name in one.match]
AVOID = [name for one in file_classes() for name in one.avoid]


@each(("expected", "name"), MATCH)
def test_names_of_the_class_are_recognised(expected: str, name: str) -> None:
    found = classify_file(name)
    assert found is not None
    assert found.name == expected


@each("name", [*AVOID, "", ".", "..", "a", ".gz", "tar.gz", "archive.tar.gz", "photos.zip"])
def test_other_names_have_no_class(name: str) -> None:
    assert classify_file(name) is None


def test_every_class_has_a_source_and_rows() -> None:
    assert all(one.source and one.match and one.avoid for one in file_classes())
    assert all(text == text.lower() for one in file_classes() for text in (*one.extensions, *one.names, *one.words))


def test_counts_are_described_in_the_order_of_the_list() -> None:
    counts = count_classes(["a.bak", "b.sql", "c.sql.gz", "d.jpg"])
    assert describe_classes(counts) == "2 database dumps, 1 backup"
    assert describe_classes({}) == ""


@given(st.text(max_size=300))
def test_any_name_has_at_most_one_class(name: str) -> None:
    assert sum(count_classes([name]).values()) <= 1
