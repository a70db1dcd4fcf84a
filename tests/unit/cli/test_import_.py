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
    assert "1 record ignored; first: line 2" in ended.err
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


def test_a_data_safety_export_needs_its_app(run: Run, tmp_path: Path) -> None:
    head = "Question ID (machine readable),Response ID (machine readable),Response value\n"
    (tmp_path / "safety.csv").write_text(f"{head}PSL_DATA_TYPES_PERSONAL,PSL_EMAIL,true\n")
    ended = run("import", "safety.csv")
    assert ended.code == 4
    assert "does not name its app" in ended.err
    ended = run("import", "safety.csv", "--app", "com.example.shop")
    assert ended.code == 0
    assert "declared" in ended.out.splitlines()[0]
    line = json.loads(run("import", "safety.csv", "--app", "com.example.shop", "--format", "json").out)
    assert (line["source"], line["declared"]) == ("play-data-safety", 1)
    assert line["before"]
