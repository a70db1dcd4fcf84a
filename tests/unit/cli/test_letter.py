"""``tieback letter``, as a user types it."""

import json
from datetime import date
from pathlib import Path

import pytest

from tests.unit.cases.samples import exposure
from tests.unit.cli.conftest import Run
from tests.unit.pipeline.workspaces import P, enter, make
from tests.unit.report.conftest import fleet_report
from tieback.cases.letters.formats import FORMS as MADE
from tieback.cases.letters.language import KINDS as ALL
from tieback.cli.letter import FORMS, KINDS
from tieback.cli.report import reduced
from tieback.model.device import InventoryRow
from tieback.pipeline.disclosure.letter_files import read_letter_file
from tieback.pipeline.views.letters import find_letter, show_letter
from tieback.report.audience import Audience
from tieback.storage.workspace import Workspace


@pytest.fixture
def opened(run: Run, tmp_path: Path) -> Run:
    make(tmp_path, stores=(exposure(),))
    (tmp_path / "sender.toml").write_text('organisation = "Nordwind"\nemail = "sec@nordwind.example"\n')
    run("case", "open", "-w", "ws", "--by", "Ben")
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
    assert json.loads(opened("letter", "list", "-w", "ws", "--format", "json").out)["sent"] == []
    assert "notified, due" in opened("letter", "sent", letter["id"], "-w", "ws", "--by", "Ann").err
    (note,) = json.loads(opened("letter", "list", "-w", "ws", "--format", "json").out)["sent"]
    assert (note["channel"], note["by"]) == ("email", "Ann")
    assert opened("letter", "list", "-w", "ws").out.count(note["on"]) == 2  # written and sent
    ended = opened("letter", "sent", letter["id"], "-w", "ws", "--on", "2999-01-01")
    assert (ended.code, "the date is in the future" in ended.err) == (2, True)


def test_what_to_know_before_a_letter_is_sent_is_on_the_screen(opened: Run) -> None:
    words = ("--sender", "sender.toml", "-w", "ws")
    unknown = "no e-mail address of the recipient is known, so the draft has none"
    notice = opened("letter", "write", "exposure", *words, "--format", "json")
    assert f"Fieldhand Ltd: {unknown}" in notice.err
    assert unknown not in opened("letter", "write", "exposure", *words, "--as", "markdown").err
    assert opened("letter", "sent", json.loads(notice.out)["id"], "-w", "ws").code == 0
    assert opened("vendor", "edit", "Fieldhand Ltd", "--contact", "a@fieldhand.test", "-w", "ws").code == 0
    reminder = opened("letter", "write", "reminder", *words)
    due = json.loads(opened("case", "list", "--format", "json", "-w", "ws").out)["due"]
    assert (reminder.code, f"Fieldhand Ltd: it is early: the answer is due on {due}" in reminder.err) == (0, True)
    assert unknown not in reminder.err


def test_a_notice_to_our_own_people_is_not_to_the_vendor_and_changes_no_case(opened: Run, tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "ws") as workspace:
        enter(workspace, date(2026, 3, 1), InventoryRow(P.ANDROID, "org.fieldhand.app", device="d"))
    written = opened("letter", "write", "owners", "--sender", "sender.toml", "-w", "ws", "--by", "Ann").out
    listed = opened("letter", "list", "-w", "ws").out
    for table in (written, listed):
        assert "  our own " in table
    letter = json.loads(opened("letter", "list", "-w", "ws", "--format", "json").out)["id"]
    ended = opened("letter", "sent", letter, "-w", "ws")
    assert "the states and due dates of its cases stay" in ended.err
    key = json.loads(opened("case", "list", "-w", "ws", "--format", "json").out)["id"]
    lines = json.loads(opened("case", "show", key, "-w", "ws", "--format", "json").out)["log"]
    assert [(line["event"], line["by"]) for line in lines][:2] == [("opened", "Ben"), ("letter", "Ann")]


def test_the_workspace_keeps_the_files_that_the_command_wrote(opened: Run, tmp_path: Path) -> None:
    words = ("letter", "write", "exposure", "--sender", "sender.toml", "-w", "ws", "--format", "json")
    first = json.loads(opened(*words, "-o", "out").out)
    written = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    for again in (False, True):
        if again:
            assert opened(*words, "-o", "out").code == 0
        with Workspace.open(tmp_path / "ws") as workspace:
            shown = show_letter(workspace, first["id"])
            assert shown is not None
            assert {one.name: one.kept for one in shown.files} == dict.fromkeys(written, True)
            letter = find_letter(workspace, first["id"])
            assert letter is not None
            kept = {one.name: read_letter_file(tmp_path / "ws", letter, one.form) for one in shown.files}
        assert kept == {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert [path.name for path in (tmp_path / "ws" / "letters").iterdir()] == [first["id"]]


def test_what_is_published_warns_of_the_day_that_a_letter_promises(
    opened: Run, capfd: pytest.CaptureFixture[str]
) -> None:
    case = json.loads(opened("case", "list", "--format", "json", "-w", "ws").out)["id"]
    before = opened("case", "advisory", case, "-w", "ws")
    assert (before.code, "our letters promise" in before.err) == (0, False)
    words = ("letter", "write", "exposure", "--sender", "sender.toml", "-w", "ws", "--format", "json")
    opened("letter", "sent", json.loads(opened(*words).out)["id"], "-w", "ws")
    draft = opened("case", "advisory", case, "-w", "ws")
    day = json.loads(opened("case", "show", case, "--format", "json", "-w", "ws").out)["case"]["dates"]["publish"]
    assert f"do not publish before {day}" in draft.err
    assert day in json.dumps(json.loads(draft.out)["document"]["notes"])
    cut = reduced(fleet_report(), Audience.PUBLIC, "", Path("ws"))
    assert f"do not publish before {day}" in capfd.readouterr().err
    assert [problem.where for problem in cut.problems.rows()] == ["--audience public"]


def test_vendors_with_an_open_store_are_named_if_they_get_no_assurance_letter(opened: Run) -> None:
    words = ("letter", "write", "assurance", "--sender", "sender.toml", "-w", "ws", "-o", "out")
    ended = opened(*words)
    said = "1 vendor has an open store (Fieldhand Ltd). The kind exposure is for them"
    assert said in " ".join(ended.err.split())
    assert "open store" not in opened(*(word if word != "assurance" else "exposure" for word in words)).err


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
    ended = opened("letter", "write", "reminder", "--sender", "sender.toml", "-w", "ws")
    said = " ".join(ended.err.split())
    assert "is found. It needs a case that is notified" in said, "the reason, not only that there is none"
    assert "missing sender" in opened("letter", "write", "exposure", "-w", "ws").err
    assert opened("letter", "sent", "none", "-w", "ws").code == 2


def test_own_templates_are_checked_with_file_and_line(run: Run, tmp_path: Path) -> None:
    run("letter", "templates", "own")
    assert (run("letter", "check", "own").code, run("letter", "check", "own/de.toml").code) == (0, 0)
    (tmp_path / "own" / "de.toml").write_text('[thanks]\ntext = """\n{{ vendr }}\n"""\n')
    ended = run("letter", "check", "own/de.toml")
    assert ended.code == 4
    assert ended.out.startswith("own/de.toml:3: thanks.text: unknown variable vendr. docs/howto/letters.md")
    assert run("letter", "check", "own/de.toml", "own/fr.toml").code == 3
    assert run("letter", "check", "none.toml").code == 4


@pytest.mark.more
def test_files_that_are_no_templates_are_counted(run: Run, tmp_path: Path) -> None:
    run("letter", "templates", "own")
    assert "note:" not in run("letter", "check", "own").err
    (tmp_path / "own" / "a.odt").write_text("x")
    ended = run("letter", "check", "own")
    assert (ended.code, "a.odt was not read: not a template" in ended.err) == (0, True)


def test_a_letter_that_breaks_a_promise_needs_a_reason(opened: Run) -> None:
    words = ("--sender", "sender.toml", "-w", "ws", "--as", "markdown")
    letter = json.loads(opened("letter", "write", "exposure", *words, "--format", "json").out)
    opened("letter", "sent", letter["id"], "-w", "ws")
    refused = opened("letter", "write", "provider", *words)
    assert (refused.code, "our letter promises to inform no provider or CERT until" in refused.err) == (2, True)
    assert opened("letter", "write", "provider", *words, "--reason", "they agree").code == 0
    case = json.loads(opened("case", "list", "-w", "ws", "--format", "json").out)
    assert "promised: no provider or CERT before" in opened("case", "show", case["id"], "-w", "ws").out
    assert opened("case", "advance", case["id"], "handed_to_cert", "-w", "ws").code == 2
    ended = opened("case", "advance", case["id"], "handed_to_cert", "--note", "the law obliges us", "-w", "ws")
    assert ended.code == 0


def test_labels_of_tlp(opened: Run, tmp_path: Path) -> None:
    words = ("letter", "write", "exposure", "--sender", "sender.toml", "-w", "ws", "--as", "markdown")
    assert opened(*words, "--tlp", "pink").code == 2
    assert opened(*words, "--tlp", "amber+strict").code == 0
    assert "TLP:AMBER+STRICT" in next((tmp_path / "letters").glob("*.md")).read_text()


def test_an_experimental_verdict_is_confirmed_before_its_case(run: Run, tmp_path: Path) -> None:
    make(tmp_path, stores=(exposure(experimental=True),))
    (tmp_path / "session.txt").write_text("GET /_cat/indices\n")
    ended = run("case", "open", "-w", "ws")
    assert "no case for elasticsearch at es.fieldhand.test:9200: the verdict is experimental" in ended.err
    done = run("case", "confirm", "es.fieldhand.test:9200", "--evidence", "session.txt", "-w", "ws", "--by", "Ann")
    assert (done.code, ": confirmed, found, due" in done.err) == (0, True)
    case = json.loads(run("case", "list", "-w", "ws", "--format", "json").out)
    assert "by Ann, session.txt, SHA-256" in run("case", "show", case["id"], "-w", "ws").out
