"""The page of a comparison: golden from a small set of results, and nothing is called better without an interval."""

import os
from pathlib import Path

import msgspec
import pytest

from bench.conditions import Conditions
from bench.openback import compare
from bench.openback.comparison import UNKNOWN, Run, better, page
from bench.openback.schema import Answer, Case, Claim, Result, Split, Topic, read_lines, write_lines
from bench.openback.score import Pair

GOLDEN = Path(__file__).parents[1] / "golden" / "comparison.md"
QUIET = Conditions("Test CPU, 2 cores, Python 3.13.0, 2026-11-28", 0.25, 1000.0, 20.0)
BUSY = Conditions("Test CPU, 2 cores, Python 3.13.0, 2026-11-28", 4.0, 1000.0, 20.0)
RUN = Run(7, QUIET, QUIET, 90.0, ("nmap",), under_load=False)


def fixture(folder: Path) -> None:
    """Forty folders with a credential each: tieback finds all, the others half and none; and fields that all name."""
    cases, results = folder / "cases", folder / "results"
    planted = [
        Case(f"c{n}", Topic.CREDENTIAL, Split.TUNE, "generated", f"g{n}", f"app{n}", (secret(),), ("generator",))
        for n in range(40)
    ]
    fields = [
        Case(f"f{n}", Topic.FIELD_NAME, Split.HELD_OUT, "made up", f"t{n}", "{}", (Claim("class", "email"),), ("a",))
        for n in range(12)
    ]
    write_lines(cases / "credential" / "planted.jsonl", planted)
    write_lines(cases / "field_name" / "samples.jsonl", fields)
    for tool, every in (("tieback", 1), ("gitleaks", 2), ("whispers", 50)):
        its = [answer(one, tool, (secret(),) if n % every == 0 else ()) for n, one in enumerate(planted)]
        its += [answer(one, tool, (Claim("class", "email"),)) for one in fields if tool == "tieback"]
        write_lines(results / f"{tool}.jsonl", its)
    write_lines(results / "colscan.jsonl", [answer(one, "colscan", (Claim("class", "email"),)) for one in fields])


def secret() -> Claim:
    return Claim("credential", "secret", "a.json")


def answer(case: Case, tool: str, claims: tuple[Claim, ...]) -> Result:
    return Result(
        case.id, tool, "1.0", Answer.DECIDED, claims, cpu_seconds=0.01, peak_bytes=50_000_000, machine="Test CPU"
    )


def test_the_page_of_a_small_comparison(tmp_path: Path) -> None:
    fixture(tmp_path)
    text = page(compare.scored(tmp_path), RUN, compare.claims())
    if os.environ.get("TIEBACK_WRITE_GOLDEN"):
        GOLDEN.write_text(text)
    assert text == GOLDEN.read_text()


def test_a_tool_that_never_answered_is_not_compared(tmp_path: Path) -> None:
    fixture(tmp_path)
    path = tmp_path / "results" / "whispers.jsonl"
    results = [one for one in read_lines(path) if isinstance(one, Result)]
    states = (Answer.FAILED, Answer.UNSUPPORTED)
    write_lines(path, [msgspec.structs.replace(one, answer=states[n % 2], claims=()) for n, one in enumerate(results)])
    text = page(compare.scored(tmp_path), RUN, compare.claims())
    assert "Failed at every case on this machine, so not compared: whispers (credential)." in text
    lines = [line for line in text.splitlines() if "| whispers |" in line]
    # Its version, and its costs with the share of failed cases.
    assert [line.split(" | ")[1] for line in lines] == ["1.0 |", "40"]


def test_a_page_under_load_states_it(tmp_path: Path) -> None:
    fixture(tmp_path)
    busy = msgspec.structs.replace(RUN, start=BUSY, under_load=True)
    assert "**Measured under load.**" in page(compare.scored(tmp_path), busy, compare.claims())
    assert "under load" not in page(compare.scored(tmp_path), RUN, compare.claims())


def pair(low: float, high: float, named: str = "") -> Pair:
    return Pair("rules", "all", "open", "recall", "tieback", "x", 0.1, low, high, named)


@pytest.mark.parametrize(("low", "high"), [(-0.1, 0.2), (0.0, 0.2), (float("nan"), 0.2), (0.1, float("inf"))])
def test_nothing_is_better_without_an_interval_that_excludes_zero(low: float, high: float) -> None:
    assert better(pair(low, high)) == UNKNOWN
    with pytest.raises(ValueError, match="called better"):
        better(pair(low, high, "tieback"))


def test_an_interval_without_zero_decides() -> None:
    assert better(pair(0.05, 0.2, "tieback")) == "tieback"
    assert better(pair(-0.2, -0.05, "x")) == "x"


def test_a_busy_machine_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "measured", lambda: BUSY)
    with pytest.raises(ValueError, match=r"load 4\.00 per core.*--under-load"):
        compare.compare(tmp_path, 7, [], [Topic.CREDENTIAL])
    assert not (tmp_path / "cases").exists()


def test_several_tools_at_once_need_the_mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "measured", lambda: QUIET)
    with pytest.raises(ValueError, match="2 tools at once"):
        compare.compare(tmp_path, 7, [], [Topic.CREDENTIAL], jobs=2)


def test_a_run_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fixture(tmp_path)
    (tmp_path / "run.json").write_bytes(msgspec.json.encode(RUN))
    monkeypatch.setattr(compare, "PAGE", tmp_path / "page.md")
    monkeypatch.setattr("sys.argv", ["compare", "--from", str(tmp_path)])
    assert compare.main() == 0
    assert (tmp_path / "page.md").read_text() == GOLDEN.read_text()
