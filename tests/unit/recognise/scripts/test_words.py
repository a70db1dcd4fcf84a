"""The index of the words of a script gives what a plain search gives."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tests.linear import assert_linear
from tieback.recognise.scripts import words
from tieback.recognise.scripts.reader import Budget, BudgetError
from tieback.recognise.scripts.words import FEW, LONG, WORD, Words, within

PARTS = [
    "a",
    "b",
    ".",
    "=",
    " =",
    "==",
    "=>",
    " ",
    "\n",
    "}",
    "ä",
    '"',
    "getElementById",
    "getElementsBy",
    "this",
    "aaaa",
]
SCRIPTS = st.lists(st.sampled_from(PARTS), max_size=40).map(lambda parts: "".join(parts).encode())
NEEDLES = st.sampled_from([
    b"a", b"b", b"ab", b"aaaa", b".a", b".aaaa", b"this.a", b"this.this", b"a.b", b"a.a", b"getElementById", b"a-",
    "ä".encode(), b"this.getElementsBy", b"function a", b"-" * 40 + b"a", b".", b"==", b" ", b"==" * 3,
])  # fmt: skip
AFTER = st.sampled_from([b"", b"=", b" =", b"}", b" =="])


def plain(data: bytes, needle: bytes, after: bytes) -> list[int]:
    """The places by comparison at each offset: no byte of a word is beside the needle, and no two places overlap."""
    found: list[int] = []
    for at in range(len(data)):
        beside = data[at + len(needle) : at + len(needle) + 1] + (data[at - 1 : at] if needle[:1] != b"." else b"")
        if data.startswith(needle, at) and not set(beside) & set(WORD) and at >= (found or [-99])[-1] + len(needle):
            found.append(at)
    return [at for at in found if data.startswith(after, at + len(needle))]


@settings(max_examples=examples(600))
@given(SCRIPTS, NEEDLES, AFTER)
@example(b"a===", b"==", b"")
def test_the_index_finds_what_a_search_finds(data: bytes, needle: bytes, after: bytes) -> None:
    words = Words(data, Budget(10**6))
    assert list(words.places(needle, after)) == plain(data, needle, after)


@settings(max_examples=examples(300))
@given(SCRIPTS, st.sampled_from([b"a", b"b", b"ab", b".a", b"getElementById", b"this.a", b"a-"]), AFTER)
def test_a_script_without_an_index_is_searched(data: bytes, needle: bytes, after: bytes) -> None:
    assert list(Words(data, Budget(10**6), most=-1).places(needle, after)) == plain(data, needle, after)


@pytest.mark.parametrize("needle", [b"name", b"this.name", b"==", b"="])
def test_a_script_that_is_too_large_for_a_copy_is_read_up_to_its_last_bytes(
    monkeypatch: pytest.MonkeyPatch, needle: bytes
) -> None:
    data = b"this.name == name;a = name2;" * 3 + b"name = this.name" * 2
    expected = [place for place in plain(data, needle, b" ") if place + len(needle) < len(data) - 16]
    monkeypatch.setattr(words, "MAX_INDEXED", 8)
    read = Words(data, Budget(10**6), most=8)
    assert list(read.places(needle, b" ")) == expected
    assert read._text is data


@settings(max_examples=examples(100))
@given(SCRIPTS, NEEDLES, AFTER)
@example(b"a===", b"==", b"")
def test_a_script_with_too_many_words_is_searched(data: bytes, needle: bytes, after: bytes) -> None:
    assert list(Words(data, Budget(10**6), words=2).places(needle, after)) == plain(data, needle, after)


@pytest.mark.parametrize(("dear", "steps"), [(8 * 1024 * 1024, 0), (50_000, 2 * 49)])
def test_lookups_in_long_scripts_take_the_steps_of_a_search(dear: int, steps: int) -> None:
    budget = Budget(1_000)
    read = Words(b"ab " * 33_333, budget, dear=dear)
    assert len(read.places(b"ab")) == 33_333
    assert not read.places(b"cd")
    assert budget.left == 1_000 - steps


@pytest.mark.parametrize("places", [1, FEW - 1, FEW, FEW + 1, 3 * FEW])
def test_few_places_and_many_give_the_same(places: int) -> None:
    data = b"x.name=1;name;y.name =2\n" * places
    words = Words(data, Budget(10**6))
    for needle in (b"name", b".name", b"x.name", b"y"):
        for after in (b"", b"=", b" =", b";", b"."):
            assert list(words.places(needle, after)) == plain(data, needle, after)
    alone = words.alone(b"y", (b".",), b"n")
    assert [list(one) for one in alone] == [[]]
    assert [list(one) for one in words.alone(b"y", (b".",), b"m")] == [plain(data, b"y", b".")]


@settings(max_examples=examples(300))
@given(SCRIPTS, NEEDLES)
def test_places_before_a_text_are_those_with_it_behind_them(data: bytes, needle: bytes) -> None:
    words = Words(data, Budget(10**6))
    ends = (b"=", b" =")
    if len(needle) < LONG:
        assert [list(one) for one in words.near(needle, ends)] == [list(words.places(needle, end)) for end in ends]
        alone = words.alone(needle, ends, b"=>")
        for one, every, end in zip(alone, words.near(needle, ends), ends, strict=True):
            behind = [data[at + len(needle) + len(end) :][:1] for at in every]
            kept = zip(every, behind, strict=True)
            assert list(one) == [
                at for at, next_one in kept if next_one not in (b"=", b">") and data[at - 1 : at] != b"."
            ]
    else:
        (found,) = words.near(needle, ends)
        assert list(found) == [
            at for at in words.places(needle) if data[at + len(needle) : at + len(needle) + 1] in (b"=", b" ", b"\n")
        ]


@given(st.lists(st.integers(0, 50), unique=True).map(sorted), st.integers(0, 50), st.integers(0, 50))
def test_a_range_has_the_places_in_it(places: list[int], start: int, end: int) -> None:
    assert list(within(places, start, end)) == [place for place in places if start <= place < end]


@each("octet", range(256))
def test_a_byte_is_part_of_a_word_or_ends_it(octet: int) -> None:
    data = b"a" + bytes((octet,)) + b"b"
    found = list(Words(data, Budget(100)).places(b"a"))
    assert found == ([] if octet in WORD else [0])


def test_words_at_the_edges_of_pieces_are_found() -> None:
    data = b" ".join(b"w%d" % number for number in range(40_000))
    words = Words(data, Budget(10**6))
    for number in (0, 1, 5_555, 39_999):
        assert list(words.places(b"w%d" % number)) == [data.index(b"w%d" % number)]


def test_the_time_grows_with_the_size_of_the_script() -> None:
    def read(data: bytes) -> None:
        words = Words(data, Budget(10**6))
        for needle, after in ((b"a", b""), (b".b", b"="), (b"c", b";")):
            words.places(needle, after)

    assert_linear(lambda size: b"a.b=c;" * size, read, 200_000)


def test_the_budget_ends_searches_without_an_index() -> None:
    read = Words(b"a" * 100_000, Budget(100), most=0)
    read.places(b"b")
    read.places(b"c")
    with pytest.raises(BudgetError):
        read.places(b"d")
