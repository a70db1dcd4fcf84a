from pathlib import Path

from tieback.storage.inputs import RunInput, read_inputs, save_inputs
from tieback.storage.lake import Lake


def test_inputs_come_back_in_order(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    inputs = [
        RunInput("b.apk", "b" * 64, "v1"),
        RunInput("a.apk", "a" * 64, "v1", "took more than 1 s, twice; set aside"),
        RunInput("missing.apk", "", "", "no such file"),
        RunInput("copy of b.apk", "b" * 64, "v1"),
    ]
    assert save_inputs(lake, "run-1", inputs) == 4
    assert list(read_inputs(lake, "run-1")) == inputs
    assert list(read_inputs(lake, "run-2")) == []
