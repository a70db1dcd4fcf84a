"""``python -m bench``: usage and wrong names, without a measurement."""

import sys

import pytest

from bench import conditions, profiles
from bench.__main__ import BENCHMARKS, main
from tieback.pii.values import ValueDetector


def test_help_prints_usage(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["bench", "--help"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert text.startswith("usage: python -m bench")
    assert all(name in text for name in BENCHMARKS)


def test_an_unknown_name_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["bench", "statics"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "unknown benchmark statics" in capsys.readouterr().err


def test_a_busy_machine_publishes_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    busy = conditions.Conditions("a machine", conditions.MOST_LOAD + 0.01, 1.0, 1.0)
    monkeypatch.setattr(conditions, "measured", lambda: busy)
    monkeypatch.setattr(sys, "argv", ["bench"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "load 0.51 per core: figures to publish need at most 0.5" in capsys.readouterr().err


def test_every_result_has_its_conditions(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(BENCHMARKS, "static", lambda: "## Static\n")
    monkeypatch.setattr(sys, "argv", ["bench", "static"])
    main()
    text = capsys.readouterr().out
    assert text.startswith("## Static\n\nConditions: ")
    assert "per core. Calibration: inflate " in text


def test_a_profile_counts_samples_for_the_code_of_tieback() -> None:
    detector = ValueDetector()
    stage = profiles.Stage("value", 1, lambda: [detector.scan(["ada@shop.test"] * 50) for _ in range(50)])
    found = profiles.profiled(stage, wanted=3)
    assert found.runs >= 1
    assert found.counts.total() >= 3
    assert any(place.startswith("pii/values/") for place in found.counts)
