"""``tieback letter``, as a user types it."""

import json
from pathlib import Path

import pytest

from tests.unit.cases.samples import exposure
from tests.unit.cli.conftest import Run
from tests.unit.pipeline.workspaces import make
from tieback.cases.letters.formats import FORMS as MADE
from tieback.cases.letters.language import KINDS as ALL
from tieback.cli.letter import FORMS, KINDS


@pytest.fixture
def opened(run: Run, tmp_path: Path) -> Run:
    make(tmp_path, stores=(exposure(),))
    (tmp_path / "sender.toml").write_text('organisation = "Nordwind"\nemail = "sec@nordwind.example"\n')
    run("case", "open", "-w", "ws")
    return run


def test_help_names_every_kind_and_form() -> None:
    assert KINDS.split(", ") == list(ALL)
    assert [{"markdown": "md"}.get(name, name) for name in FORMS] == [*MADE, "eml", "mailto"]


def test_a_letter_is_written_listed_and_sent(opened: Run, tmp_path: Path) -> None:
    words = ("letter", "write", "exposure", "--sender", "sender.toml", "-w", "ws", "--language", "fr")
    ended = opened(*words, "--format", "json")
    assert ended.code == 0
    letter = json.loads(ended.out)
    assert letter["subject"].startswith("Confidentiel")
    assert len(list((tmp_path / "letters").iterdir())) == 3
    assert "1 again" in opened(*words).out
    assert letter["sha256"][:16] in opened("letter", "list", "-w", "ws").out
    assert json.loads(opened("letter", "list", "-w", "ws", "--format", "json").out)["id"] == letter["id"]
    assert "notified, due" in opened("letter", "sent", letter["id"], "-w", "ws").err


def test_templates_of_the_operator(opened: Run, tmp_path: Path) -> None:
    assert opened("letter", "templates", "own").out.count(".toml") == 5
    english = tmp_path / "own" / "en.toml"
    english.write_text(english.read_text().replace("Dear Sir or Madam", "Good day"))
    opened("letter", "write", "exposure", "--sender", "sender.toml", "-w", "ws", "--templates", "own", "-o", "out")
    assert "Good day" in next((tmp_path / "out").glob("*.md")).read_text()


def test_errors_have_advice(opened: Run) -> None:
    assert opened("letter", "write", "threat", "-w", "ws").code == 2
    ended = opened("letter", "write", "thanks", "--sender", "sender.toml", "-w", "ws")
    assert (ended.code, "no vendor is due" in ended.err) == (2, True)
    assert "missing sender" in opened("letter", "write", "exposure", "-w", "ws").err
    assert opened("letter", "sent", "none", "-w", "ws").code == 2
