from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tieback.storage.lake.lake import Lake
from tieback.storage.lake.tables.inputs import ROWS_AT_ONCE, Inputs, RunInput, read_inputs, save_inputs


def test_inputs_come_back_in_order(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    inputs = [
        RunInput("b.apk", "b" * 64, "v1"),
        RunInput("a.apk", "a" * 64, "v1", "took more than 1 s, twice; quarantined"),
        RunInput("missing.apk", "", "", "no such file"),
        RunInput("copy of b.apk", "b" * 64, "v1"),
    ]
    assert save_inputs(lake, "run-1", inputs) == 4
    assert list(read_inputs(lake, "run-1")) == inputs
    assert list(read_inputs(lake, "run-2")) == []


def test_columns_record_read_and_failed_inputs(tmp_path: Path) -> None:
    inputs = Inputs(
        [
            RunInput("b.apk", "b" * 64, "v1"),
            RunInput("copy of b.apk", "b" * 64, "v1"),
            RunInput("run.pcap", "c" * 64, "traffic-1"),
            RunInput("late.apk", "d" * 64, "v1"),
            RunInput("missing.apk", "", "", "no such file"),
        ]
    )
    found = inputs.failing({"d" * 64: "took more than 1 s", "e" * 64: "is not here"})
    assert len(found) == 5
    assert found.units().to_pylist() == [
        {"unit": "b" * 64, "version": "v1"},
        {"unit": "b" * 64, "version": "v1"},
        {"unit": "c" * 64, "version": "traffic-1"},
    ]
    assert [one.path for one in found.of_version("traffic-1")] == ["run.pcap"]
    failed = [("late.apk", "took more than 1 s"), ("missing.apk", "no such file")]
    assert [(one.path, one.problem) for one in found.failed()] == failed
    found.save(Lake(tmp_path), "run")
    assert [(one.path, one.problem) for one in read_inputs(Lake(tmp_path), "run") if one.problem] == failed


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(("", "broken")))), st.sets(st.sampled_from("abc")))
def test_problems_are_put_to_inputs_that_have_none(given_: list[tuple[str, str]], failing: set[str]) -> None:
    inputs = Inputs(RunInput(f"{n}.apk", key, "v1", problem) for n, (key, problem) in enumerate(given_))
    found = inputs.failing(dict.fromkeys(failing, "late"))
    wanted = [problem or ("late" if key in failing else "") for key, problem in given_]
    assert [one.problem for one in found.failed()] == [problem for problem in wanted if problem]
    read = {key for (key, _), problem in zip(given_, wanted, strict=True) if not problem}
    assert set(found.units()["unit"].to_pylist()) == read


def test_names_that_are_not_utf8_are_kept(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    assert (
        save_inputs(lake, "run", [RunInput("odd\udcff.apk", "a" * 64, "v1")] * (ROWS_AT_ONCE + 1)) == ROWS_AT_ONCE + 1
    )
    assert {one.path for one in read_inputs(lake, "run")} == {"odd\\udcff.apk"}


def test_the_first_path_of_a_unit_is_its_path() -> None:
    inputs = Inputs([RunInput("a.apk", "1", "v"), RunInput("b.apk", "2", "v"), RunInput("again.apk", "1", "v")])
    assert inputs.paths({"1", "3"}) == {"1": "a.apk"}
    assert inputs.paths(()) == {}
