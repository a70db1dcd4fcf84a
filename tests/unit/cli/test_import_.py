"""``tieback import``: reports by their content, once, each bad one a line."""

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run

SHODAN = '{"_shodan": {"module": "elastic"}, "ip_str": "203.0.113.7", "port": 9200}\n'


def test_a_table(run: Run, tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text(SHODAN + SHODAN.replace("9200", '"x"'))
    ended = run("import", "s.json")
    assert ended.code == 0
    assert ended.out.splitlines()[1].split()[:5] == ["s.json", "Shodan", "1", "0", "1"]
    assert "1 records ignored; first: line 2" in ended.err
    assert "already imported on" in run("import", "s.json").out


def test_json_lines(run: Run, tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text(SHODAN)
    line = json.loads(run("import", "s.json", "--format", "json").out)
    assert (line["schema"], line["source"], line["services"], line["before"]) == ("tieback/import/1", "shodan", 1, "")


@pytest.mark.parametrize(("files", "code"), [(("bad",), 4), (("bad", "s.json"), 3), (("missing",), 4)])
def test_what_cannot_be_read(run: Run, tmp_path: Path, files: tuple[str, ...], code: int) -> None:
    (tmp_path / "s.json").write_text(SHODAN)
    (tmp_path / "bad").write_text("nothing")
    ended = run("import", *files)
    assert (ended.code, len(ended.err.splitlines())) == (code, 1)
