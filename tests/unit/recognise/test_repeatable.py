"""The same app gives the same output, whatever the order of sets in a process."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bench.flow import FOLDER
from tieback.pipeline.analyse import Analyser

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


def test_what_a_process_has_read_before_changes_nothing(tmp_path: Path) -> None:
    """Texts that are known not to be back ends are found sooner than others, and so in another order."""
    every = (
        ("http://schemas.xmlsoap.org", "http://www.w3.org"),
        ("http://schemas.android.com", "http://www.w3.org"),
        ("http://schemas.microsoft.com", "http://ns.adobe.com", "http://schemas.android.com", "http://www.w3.org"),
    )
    for number, names in enumerate(every):
        with zipfile.ZipFile(tmp_path / f"{number}.apk", "w") as package:
            package.writestr("AndroidManifest.xml", "<manifest package='a.b'/>")
            package.writestr("assets/a.txt", "\n".join(names))
    paths = sorted(tmp_path.glob("*.apk"))
    alone = [Analyser().document(path, "0" * 64) for path in paths]
    shared = Analyser()
    for order in (paths, paths[::-1]):
        assert {path: shared.document(path, "0" * 64) for path in order} == dict(zip(paths, alone, strict=True))
