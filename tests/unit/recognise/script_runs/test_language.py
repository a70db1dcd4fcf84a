"""The interpreter of scripts gives what Node gives: ``language.tsv`` has its answers (``answers.mjs``)."""

# ruff: noqa: E501 - a script is one line

import json
import subprocess
from pathlib import Path
from shutil import which
from urllib.parse import unquote

import pytest

from tests.each import each
from tieback.recognise.script_runs.run import requests

HERE = Path(__file__).parent
PRELUDE = (
    'var text=v=>{var m=JSON.stringify(v,(k,o)=>typeof o==="number"&&!isFinite(o)?String(o):o===undefined?"undefined":o);'
    'return m===undefined?"undefined":m};'
    'var out=(...v)=>{fetch("https://out.test/"+encodeURIComponent(v.map(text).join(" ")))};\n'
)


def answers() -> list[tuple[str, list[str]]]:
    rows = (line.split("\t") for line in (HERE / "language.tsv").read_text("utf-8").splitlines())
    return [(code, json.loads(found)) for code, found in rows]


@each("case", answers())
def test_the_interpreter_gives_what_node_gives(case: tuple[str, list[str]]) -> None:
    code, expected = case
    found = requests((PRELUDE + code).encode(), [], steps=50_000).requests
    texts = {unquote(one.text.removeprefix("https://out.test/")) for one in found}
    assert texts == set(expected)


def test_the_answers_belong_to_the_lines() -> None:
    assert [code for code, _ in answers()] == (HERE / "language.txt").read_text("utf-8").splitlines()


@pytest.mark.more
def test_node_gives_these_answers(tmp_path: Path) -> None:
    if which("node") is None:
        pytest.skip("no Node")
    for name in ("language.txt", "answers.mjs"):
        (tmp_path / name).write_bytes((HERE / name).read_bytes())
    subprocess.run(["node", "answers.mjs"], cwd=tmp_path, check=True, timeout=60)
    assert (tmp_path / "language.tsv").read_text("utf-8") == (HERE / "language.tsv").read_text("utf-8")
