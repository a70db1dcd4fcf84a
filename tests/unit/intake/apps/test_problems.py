import pytest

from tieback.intake.apps.problems import MAX_PROBLEMS, NestedProblems, PackageProblems
from tieback.model.sighting import Problem, UnreadKind


def test_a_line_is_kept_once() -> None:
    problems = PackageProblems()
    problems.note("damaged", "a", UnreadKind.DAMAGED)
    problems.note("damaged", "a", UnreadKind.DAMAGED)
    problems.note("damaged", "b", None)
    assert problems == [Problem("damaged", "a", UnreadKind.DAMAGED), Problem("damaged", "b")]


def test_problem_list_is_bounded_with_a_notice() -> None:
    problems = PackageProblems()
    for number in range(10_000):
        problems.note("damaged", str(number), None)
    assert len(problems) == MAX_PROBLEMS
    assert "more problems" in problems[-1].what
    assert problems[-1].unread is UnreadKind.LIMIT, "a problem that is left out may be of an unread part"


@pytest.mark.parametrize("before", [MAX_PROBLEMS - 2, MAX_PROBLEMS - 1, MAX_PROBLEMS, MAX_PROBLEMS * 2])
def test_the_first_damage_is_kept_whatever_was_noted_before(before: int) -> None:
    problems = PackageProblems()
    for number in range(before):
        problems.note(f"entry {number}", "", UnreadKind.LIMIT)
    problems.note("cut off", "classes.dex", UnreadKind.DAMAGED)
    problems.note("cut off again", "a.dex", UnreadKind.DAMAGED)
    assert len(problems) <= MAX_PROBLEMS
    assert [one.what for one in problems if one.unread is UnreadKind.DAMAGED][:1] == ["cut off"]


def test_a_long_place_is_cut() -> None:
    problems = PackageProblems()
    problems.note("damaged", "x" * 10_000, None)
    assert len(problems[0].where) == 300


@pytest.mark.parametrize(
    ("place", "kind"), [("base.apk!", UnreadKind.DAMAGED), ("assets/maps.zip!", UnreadKind.UNREADABLE)]
)
def test_a_package_is_not_damaged_by_an_archive_among_its_files(place: str, kind: UnreadKind) -> None:
    problems = PackageProblems()
    NestedProblems(problems, place).note("the file ends within this entry", "a", UnreadKind.DAMAGED)
    NestedProblems(problems, place).note("too large", "b", UnreadKind.LIMIT)
    assert [(one.where, one.unread) for one in problems] == [(f"{place}a", kind), (f"{place}b", UnreadKind.LIMIT)]
