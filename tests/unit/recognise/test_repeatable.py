"""The same app gives the same output, whatever the order of sets in a process."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bench.flow import FOLDER

DEX = sorted((Path(__file__).parent / "dataflow" / "dex").glob("*.dex"))


def test_the_output_is_the_same_in_every_process(tmp_path: Path) -> None:
    app = tmp_path / "app.apk"
    with zipfile.ZipFile(app, "w") as package:
        for number, path in enumerate((FOLDER / "cases.dex", *DEX), start=1):
            package.write(path, f"classes{number if number > 1 else ''}.dex")
    outputs = set()
    for seed in ("1", "2", "3"):
        done = subprocess.run(
            [sys.executable, "-m", "tieback", "app", app, "--all", "--format", "json"],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            pytest.fail(done.stderr)
        outputs.add(done.stdout)
    assert len(outputs) == 1
    (document,) = map(json.loads, outputs.pop().splitlines())
    assert len(document["sightings"]) > 50
