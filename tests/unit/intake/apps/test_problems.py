from tieback.intake.apps.problems import MAX_PROBLEMS, PackageProblems
from tieback.model.sighting import Problem


def test_a_line_is_kept_once() -> None:
    problems = PackageProblems()
    problems.note("damaged", "a")
    problems.note("damaged", "a")
    problems.note("damaged", "b")
    assert problems == [Problem("damaged", "a"), Problem("damaged", "b")]


def test_problem_list_is_bounded_with_a_notice() -> None:
    problems = PackageProblems()
    for number in range(10_000):
        problems.note("damaged", str(number))
    assert len(problems) == MAX_PROBLEMS
    assert "more problems" in problems[-1].what


def test_a_long_place_is_cut() -> None:
    problems = PackageProblems()
    problems.note("damaged", "x" * 10_000)
    assert len(problems[0].where) == 300
