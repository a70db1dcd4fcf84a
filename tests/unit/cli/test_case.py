"""``tieback case``, as a user types it."""

import json
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from tests.unit.cases.samples import exposure
from tests.unit.cli.conftest import Run
from tests.unit.pipeline.workspaces import make
from tieback.cases.policy import default_policy
from tieback.cases.states import apply_recheck
from tieback.cli.case_files import EXPORT_FORMATS
from tieback.model.case import Recheck, RecheckVerdict
from tieback.model.figure import estimate, lower_bound
from tieback.pipeline.disclosure.cases import open_case_service


@pytest.fixture
def opened(run: Run, tmp_path: Path) -> Run:
    make(tmp_path, stores=(exposure(),))
    ended = run("case", "open", "-w", "ws")
    assert (ended.code, "1 opened, 0 already known" in ended.err) == (0, True)

    def call(*words: str | Path) -> object:
        return run(*words, "-w", "ws")

    return call  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("name", "begins"), [("c.ics", "BEGIN:VCALENDAR"), ("c.csv", "\ufeff"), ("c.json", "{"), ("cases", "\ufeff")]
)
def test_an_export_has_the_format_of_its_suffix(opened: Run, tmp_path: Path, name: str, begins: str) -> None:
    assert opened("case", "export", "-o", name).code == 0
    assert (tmp_path / name).read_text().startswith(begins)


def only(run: Run) -> str:
    (line,) = run("case", "list", "--format", "json").out.splitlines()
    return str(json.loads(line)["id"])


def test_case_from_found_to_notified(opened: Run, tmp_path: Path) -> None:
    key = only(opened)
    (tmp_path / "mail.eml").write_text("x")
    assert opened("case", "note", key, "they called", "--attach", "mail.eml", "--by", "Ann").code == 0
    assert "notified, due" in opened("case", "advance", key, "notified", "--channel", "email").err
    shown = opened("case", "show", key).out
    for part in ("they called (Ann)", "elasticsearch 7.10.2", "notified by: email", "Fieldhand 4.0.7", "sha256"):
        assert part in shown.replace("\n", " ")
    assert json.loads(opened("case", "show", key, "--format", "json").out)["case"]["state"] == "notified"
    ended = opened("case", "advance", key, "fixed")
    assert (ended.code, "Only `tieback recheck` sets this state" in ended.err) == (2, True)
    ended = opened("case", "attest", key, "--on", "2026-03-01")
    assert (ended.code, "Fieldhand Ltd: attested on 2026-03-01" in ended.err) == (0, True)
    assert "attested" in opened("vendor", "list").out
    ended = opened("case", "attest", key, "--on", "2999-01-01")
    assert (ended.code, "--on 2999-01-01: the date is in the future" in ended.err) == (2, True)
    assert opened("case", "note", key).code == 2


def test_what_is_due(opened: Run) -> None:
    key = only(opened)
    assert key in opened("case", "due", "--days", "7").out
    assert key not in opened("case", "due", "--days", "3").out
    assert "2031-01-01" in opened("case", "due", key, "--on", "2031-01-01").out
    assert opened("case", "due", key).code == 2


@pytest.mark.parametrize("form", EXPORT_FORMATS)
def test_exports(opened: Run, tmp_path: Path, form: str) -> None:
    assert opened("case", "export", "--format", form, "-o", "out/cases").code == 0
    assert b"elasticsearch" in (tmp_path / "out" / "cases").read_bytes()


def test_the_rest(opened: Run, run: Run) -> None:
    assert "entries, last hash" in opened("case", "verify").out
    assert json.loads(opened("case", "verify", "--format", "json").out)["ok"] is True
    assert "Fieldhand Ltd" in opened("case", "stats", "--by", "vendor").out
    assert json.loads(opened("case", "stats", "--format", "json").out)["cases"] == 1
    assert opened("case", "stats", "--by", "moon").code == 2
    assert opened("case", "export", "--format", "xls").code == 2
    assert "[days]" in run("case", "policy").out
    assert "0 opened, 1 already known" in opened("case", "open").err
    listed = opened("case", "list", "--state", "fixed")
    assert (listed.out, listed.err) == ("", "no case matches; the workspace has 1 case\n")
    assert run("case", "list", "-w", "none").code == 4


def test_parties_with_their_states(opened: Run) -> None:
    key = only(opened)
    words = ("case", "party", "add", key, "coordinator", "CERT-Bund", "--contact", "cert@cert.test")
    assert "CERT-Bund, coordinator, not informed" in opened(*words).err
    assert opened(*words).code == 2
    assert "CERT-Bund is informed, due" in opened("case", "party", "set", key, "cert-bund", "informed").err
    assert "coordinator: CERT-Bund, informed" in opened("case", "show", key).out
    assert "state: found" in opened("case", "show", key).out


def test_evidence_is_written_and_verified(opened: Run, run: Run, tmp_path: Path) -> None:
    key = only(opened)
    assert "evidence.zip" in opened("case", "evidence", key, "-o", "evidence.zip").err
    assert f"intact: case {key}" in run("case", "evidence", "verify", "evidence.zip").out
    assert json.loads(run("case", "evidence", "verify", "evidence.zip", "--format", "json").out)["case"] == key
    data = bytearray((tmp_path / "evidence.zip").read_bytes())
    data[100] ^= 1
    (tmp_path / "evidence.zip").write_bytes(data)
    ended = run("case", "evidence", "verify", "evidence.zip")
    assert (ended.code, "not intact" in ended.err) == (4, True)
    assert run("case", "evidence", "verify").code == 2


def test_bundles_and_advisory(opened: Run, tmp_path: Path) -> None:
    assert opened("case", "export", "--format", "intelmq", "-o", "b").code == 0
    (bundle,) = (tmp_path / "b").iterdir()
    assert json.loads(bundle.read_bytes())["source.ip"] == "192.0.2.7"
    assert opened("case", "export", "--format", "misp").code == 2
    assert opened("case", "export", "--format", "misp", "-o", "b", "--tlp", "blue").code == 2
    assert json.loads(opened("case", "advisory", only(opened)).out)["document"]["csaf_version"] == "2.0"


def test_closing_before_a_promised_re_check_needs_a_reason_and_warns(opened: Run, tmp_path: Path) -> None:
    key = only(opened)
    (tmp_path / "sender.toml").write_text('organisation = "Office"\nemail = "a@office.test"\n')
    with open_case_service(tmp_path / "ws") as work:
        for hours in (30, 0):
            check = Recheck(RecheckVerdict.CLOSED, work.now - timedelta(hours=hours))
            work.change(key, partial(apply_recheck, check=check, policy=default_policy(), by="recheck"))
        due = work.find_case(key).due
    assert opened("letter", "write", "thanks", "--sender", "sender.toml", "--out", "letters").code == 0
    ended = opened("case", "advance", key, "closed")
    assert (ended.code, f"our letter promises re-checks until {due}" in ended.err) == (2, True)
    assert "--note" in ended.err
    ended = opened("case", "advance", key, "closed", "--note", "the server is gone")
    assert (ended.code, f"our letter promises them until {due}" in ended.err.replace("\n", " ")) == (0, True)


def test_an_advisory_about_an_open_store_warns(opened: Run) -> None:
    key = only(opened)
    said = opened("case", "advisory", key).err
    assert f"the store of {key} is accessible without authentication: do not publish the draft before it is" in said


def test_a_case_is_not_postponed_to_a_day_that_has_passed(opened: Run) -> None:
    key, before = only(opened), opened("case", "list").out
    ended = opened("case", "due", key, "--on", "2020-01-01")
    assert (ended.code, "the new due date has passed: 2020-01-01" in ended.err) == (2, True)
    assert opened("case", "list").out == before


def test_an_advisory_warns_if_another_vendor_answers_for_the_store(opened: Run) -> None:
    key = only(opened)
    said = opened("case", "advisory", key).err
    assert "answers for" not in said
    # The run had no grant, so the draft has no namespace of a publisher.
    assert "Replace publisher.namespace by a URL of the publisher: it is not known" in said
    assert opened("vendor", "edit", "com.never", "--domain", "fieldhand.test").code == 0
    assert (
        f"com.never answers for the store of {key}, not the vendor of the case" in opened("case", "advisory", key).err
    )


def test_figures_keep_their_signs(run: Run, tmp_path: Path) -> None:
    """An estimate, a lower bound and a store that was not measured must not look like exact counts."""
    figures = {"≈300": estimate(300, "rows"), "≥150": lower_bound(150, "scan"), "not measured": lower_bound(0, "")}
    make(tmp_path, stores=tuple(exposure(f"es-{n}", records=figure) for n, figure in enumerate(figures.values())))
    opened = run("case", "open", "-w", "ws")
    listed = run("case", "list", "-w", "ws").out
    ids = [json.loads(line)["id"] for line in run("case", "list", "--format", "json", "-w", "ws").out.splitlines()]
    shown = "".join(run("case", "show", key, "-w", "ws").out for key in ids)
    vendor = run("vendor", "show", "Fieldhand Ltd", "-w", "ws").out
    for text in figures:
        assert text in opened.out
        assert text in listed
        assert f"records: {text} when the case was opened" in shown.replace("\n", " ")
        assert text in vendor
