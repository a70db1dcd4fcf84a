"""The index of a run for pages: complete or absent, readable at any time, and damage is an error with advice."""

from pathlib import Path

import msgspec
import pytest

from tieback.model.errors import WorkspaceError
from tieback.storage.page_index import (
    FILE,
    Condition,
    PageIndex,
    page_index_folder,
    words_condition,
    writing_page_index,
)


class Name(msgspec.Struct, frozen=True):
    name: str


def made(folder: Path, *names: str) -> PageIndex:
    target = page_index_folder(folder, "run")
    with writing_page_index(target) as index:
        index.document("figures", Name("head"))
        index.add(
            "apps",
            (
                (place, f"sha{place}", name, "android", "", "", "closed", msgspec.json.encode(Name(name)))
                for place, name in enumerate(names, start=1)
            ),
        )
        index.add("apps_words", ((place, name.casefold()) for place, name in enumerate(names, start=1)))
    return PageIndex(target)


def names(index: PageIndex, *which: Condition, limit: int = 10) -> list[str]:
    return [row.document.name for row in index.page("apps", Name, "place", which, "place", limit)]


def test_pages_follow_each_other(tmp_path: Path) -> None:
    index = made(tmp_path, "b", "a", "c")
    first = index.page("apps", Name, "place", (), "place", 2)
    assert [row.document.name for row in first] == ["b", "a"]
    assert names(index, Condition("place > ?", (first[-1].key[0],))) == ["c"]
    assert (index.count("apps"), index.document("figures", Name).name) == (3, "head")


def test_a_search_has_the_total_on_each_page(tmp_path: Path) -> None:
    index = made(tmp_path, "bay", "sea", "bar", "bat")
    which = [words_condition("apps", "ba")]
    assert which[0].scans
    first, total = index.page_and_total("apps", Name, which, -1, 2)
    assert ([row.document.name for row in first], total) == (["bay", "bar"], 3)
    second, total = index.page_and_total("apps", Name, which, first[-1].key[0], 2)
    assert ([row.document.name for row in second], total) == (["bat"], 3)
    assert index.page_and_total("apps", Name, which, 4, 2) == ([], 3)
    assert index.page_and_total("apps", Name, [words_condition("apps", "zoo")], -1, 2) == ([], 0)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("field", ["Fieldhand", "Field %"]),
        ("HAND field", ["Fieldhand"]),
        ("%", ["Field %"]),
        ("_", []),
        ("' OR 1=1 --", []),
        ("", ["Fieldhand", "Field %", "\u00c4"]),
        ("\u00e4", ["\u00c4"]),
    ],
)
def test_words_match_in_any_order_and_are_no_patterns(tmp_path: Path, text: str, found: list[str]) -> None:
    assert names(made(tmp_path, "Fieldhand", "Field %", "\u00c4"), words_condition("apps", text)) == found


def test_texts_that_utf8_cannot_represent_are_escaped(tmp_path: Path) -> None:
    index = made(tmp_path, "x")
    with writing_page_index(page_index_folder(tmp_path, "other")) as other:
        other.add("endpoints", [("https://h.test/\udc80", 1)])
    other_index = PageIndex(page_index_folder(tmp_path, "other"))
    assert other_index.rows("SELECT value FROM endpoints") == [("https://h.test/\\udc80",)]
    assert names(index) == ["x"]


def test_an_interrupted_index_leaves_nothing(tmp_path: Path) -> None:
    target = page_index_folder(tmp_path, "run")

    def interrupted() -> None:
        with writing_page_index(target) as index:
            index.document("figures", Name("head"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        interrupted()
    assert list(target.parent.iterdir()) == []


def test_a_second_writer_keeps_the_first_index(tmp_path: Path) -> None:
    first = made(tmp_path, "first")
    made(tmp_path, "second")
    assert names(first) == ["first"]
    assert [path.name for path in first.folder.parent.iterdir()] == [first.folder.name]


@pytest.mark.parametrize("content", [b"", b"not a database" * 1000])
def test_a_damaged_index_is_an_error(tmp_path: Path, content: bytes) -> None:
    index = made(tmp_path, "a")
    (index.folder / FILE).write_bytes(content)
    with pytest.raises(WorkspaceError):
        names(index)


def test_a_document_of_another_shape_is_an_error_with_advice(tmp_path: Path) -> None:
    index = made(tmp_path, "a")
    with pytest.raises(WorkspaceError) as error:
        index.document("figures", list[int])
    assert str(index.folder) in error.value.advice
    with pytest.raises(WorkspaceError, match="no document"):
        index.document("others", Name)
