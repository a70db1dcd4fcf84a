from tieback.intake.traffic.problems import MAX_PROBLEMS, CaptureProblems


def test_lines_are_kept_once_and_bounded() -> None:
    problems = CaptureProblems()
    for number in range(MAX_PROBLEMS * 2):
        problems.note(f"line {number // 2}", "here")
    assert problems[0].what == "line 0"
    assert problems[1].what == "line 1"
    for number in range(MAX_PROBLEMS * 2):
        problems.note(f"other {number}", "x")
    assert len(problems) == MAX_PROBLEMS
    assert "left out" in problems[-1].what


def test_places_are_bounded() -> None:
    problems = CaptureProblems()
    problems.note("what", "x" * 1000)
    assert len(problems[0].where) == 300
