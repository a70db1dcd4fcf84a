"""The pages and documents of cases and letters: every step from an open store to a letter that was sent."""

import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from litestar.types import ASGIApp
from msgspec.structs import replace

from tests.unit.cases.samples import exposure
from tests.unit.pipeline.workspaces import P, enter, make
from tests.unit.web.clients import Changes, client
from tieback.cases.letters.language import KINDS
from tieback.cases.policy import default_policy
from tieback.cases.states import apply_recheck
from tieback.model.case import Recheck, RecheckVerdict
from tieback.model.device import InventoryRow
from tieback.model.figure import exact
from tieback.model.grant import Depth, Grant, Limits, TargetRule
from tieback.model.probe import Access
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.disclosure import letter_files
from tieback.pipeline.disclosure.cases import case_service
from tieback.pipeline.disclosure.evidence import Evidence
from tieback.pipeline.disclosure.sent_notes import EFFECTS, STAYS
from tieback.pipeline.jobs.kinds import RecheckJob, decode_arguments
from tieback.scope.grant import grant_sha256, render_grant
from tieback.storage.trust import accept_file, trust
from tieback.storage.workspace import Workspace
from tieback.web.pages import TEMPLATES
from tieback.web.resources import cases

EVIL = "<img src=x onerror=alert(1)>"
OPEN = exposure(version=EVIL, targets=(EVIL,))
EXPERIMENTAL = exposure("es-exp", experimental=True)
CLOSED = exposure("es-shut", access=Access.AUTH_REQUIRED)
(ROUTE,) = OPEN.routes
NOBODYS = exposure("es-lost", routes=(replace(ROUTE, app_sha256="f" * 64),))


def today() -> date:
    """The day now: midnight can pass while these tests run."""
    return datetime.now(UTC).date()


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = make(tmp_path_factory.mktemp("cases"), stores=(OPEN, EXPERIMENTAL, CLOSED, NOBODYS))
    sender = 'organisation = "Security office"\nemail = "security@office.test"\npublic_address = "192.0.2.1"\n'
    (directory / "sender.toml").write_text(sender)
    with Workspace.open(directory) as workspace:
        case_service(workspace).open(default_policy(), OPEN.id)
    return directory


@pytest.fixture(autouse=True)
def light_formats(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without PDF and DOCX, whose libraries take a second for each letter; the tests of letters write them."""
    monkeypatch.setattr(letter_files, "available_formats", lambda: ("md", "html", "eml", "mailto.txt"))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("copies") / "ws"


@pytest.fixture
def workspace(original: Path, place: Path) -> Path:
    """A copy, at the same path for each test."""
    copied = place
    shutil.rmtree(copied, ignore_errors=True)
    shutil.copytree(original, copied)
    trust(copied)
    accept_file(copied, "sender.toml")
    return copied


@pytest.fixture
def changes() -> Changes:
    return Changes()


@pytest.fixture
def pages(workspace: Path, changes: Changes) -> Iterator[TestClient[ASGIApp]]:
    with client(workspace, Role.ANALYST, changes) as made:
        yield made


@pytest.fixture(scope="module")
def key(original: Path) -> str:
    """The case of the open store."""
    with Workspace.open(original) as opened:
        (case,) = opened.ledger.cases.cases()
        return case.id


def shown(pages: TestClient[ASGIApp], key: str) -> dict[str, Any]:
    answer: dict[str, Any] = pages.get(f"/api/v1/cases/{key}").json()
    return answer


def test_a_store_has_one_case(pages: TestClient[ASGIApp], key: str, changes: Changes) -> None:
    again = pages.post("/api/v1/cases", json={"store": OPEN.id})
    assert (again.status_code, again.json()["id"], again.json()["state"]) == (200, key, "found")
    assert again.json()["again"] is True
    assert changes.lines == []
    listed = pages.get("/api/v1/cases").json()
    assert [(one["id"], one["vendor_name"], one["state"]) for one in listed["items"]] == [
        (key, "Fieldhand Ltd", "found")
    ]
    assert listed["states"] == [{"state": "found", "cases": 1}]


@pytest.mark.parametrize(
    ("store", "status", "why"),
    [
        (EXPERIMENTAL.id, 409, "its verdict is experimental"),
        (CLOSED.id, 409, "it is not open in the last run"),
        (NOBODYS.id, 409, "no app of a known vendor leads there"),
        ("exp-none", 404, "no store with this ID in the last run"),
    ],
)
def test_stores_that_get_no_case(pages: TestClient[ASGIApp], store: str, status: int, why: str) -> None:
    answer = pages.post("/api/v1/cases", json={"store": store})
    assert (answer.status_code, answer.json()["detail"]) == (status, why)
    assert answer.json()["advice"]


def test_confirming_an_experimental_verdict_opens_its_case(pages: TestClient[ASGIApp], workspace: Path) -> None:
    empty = pages.post("/api/v1/cases/confirmations", json={"store": EXPERIMENTAL.id, "evidence": " "})
    assert empty.status_code == 400
    answer = pages.post("/api/v1/cases/confirmations", json={"store": EXPERIMENTAL.id, "evidence": "client> count\n9"})
    assert (answer.status_code, answer.json()["again"]) == (201, False)
    confirmed = shown(pages, answer.json()["id"])["confirmed"]
    assert (confirmed["by"], confirmed["file"]) == ("Ann", "session.txt")
    assert (workspace / "attachments" / confirmed["sha256"]).read_text() == "client> count\n9"
    later = pages.post("/api/v1/cases/confirmations", json={"store": EXPERIMENTAL.id, "evidence": "client> count\n8"})
    assert (later.status_code, later.json()["again"]) == (200, True)


def test_confirming_from_the_page(pages: TestClient[ASGIApp]) -> None:
    page = pages.post(f"/stores/{EXPERIMENTAL.id}/confirm", data={"evidence": "client> count"})
    assert page.status_code == 200
    assert "the case is open" in page.text
    assert "session.txt" in page.text


def test_steps_follow_the_policy(pages: TestClient[ASGIApp], key: str, changes: Changes) -> None:
    assert [one["state"] for one in shown(pages, key)["next_states"]] == ["verified", "notified", "disputed", "closed"]
    wrong = pages.post(f"/api/v1/cases/{key}/state", json={"state": "fixed"})
    assert (wrong.status_code, wrong.json()["advice"]) == (400, "Only a re-check sets this state")
    moved = pages.post(f"/api/v1/cases/{key}/state", json={"state": "notified", "channel": "email"}).json()
    assert (moved["case"]["state"], moved["channel"]) == ("notified", "email")
    assert moved["log"][0]["by"] == "Ann"
    assert changes.lines[-1] == ("Ann", "move a case", key)


def test_closing_without_a_fix_needs_a_reason_and_stays_visible(pages: TestClient[ASGIApp], key: str) -> None:
    assert {"state": "closed", "needs_reason": True} in shown(pages, key)["next_states"]
    assert pages.post(f"/api/v1/cases/{key}/state", json={"state": "closed"}).status_code == 400
    closed = pages.post(f"/api/v1/cases/{key}/state", json={"state": "closed", "note": "vendor bankrupt"}).json()
    assert [(one["by"], one["reason"]) for one in closed["unfixed"]] == [("Ann", "vendor bankrupt")]
    assert "Closed without a fix" in pages.get(f"/cases/{key}").text
    assert "closed without a fix" in pages.get("/cases").text


def test_notes_due_dates_attestations_and_parties(pages: TestClient[ASGIApp], key: str) -> None:
    assert pages.post(f"/api/v1/cases/{key}/notes", json={"text": "they called"}).status_code == 201
    assert pages.post(f"/api/v1/cases/{key}/notes", json={"text": " "}).status_code == 400
    later = (today() + timedelta(days=60)).isoformat()
    assert pages.put(f"/api/v1/cases/{key}/due", json={"due": later}).json()["case"]["due"] == later
    assert pages.post(f"/api/v1/cases/{key}/attestation", json={}).json()["attested"] == today().isoformat()
    party = {"role": "coordinator", "name": EVIL, "contact": "cert@cert.test"}
    assert pages.post(f"/api/v1/cases/{key}/parties", json=party).status_code == 201
    assert pages.post(f"/api/v1/cases/{key}/parties", json=party).status_code == 400
    moved = pages.patch(f"/api/v1/cases/{key}/parties", json={"name": EVIL, "state": "informed"}).json()
    assert [(one["name"], one["state"]) for one in moved["parties"]] == [(EVIL, "informed")]
    assert [one["event"] for one in moved["log"]] == ["party", "party", "answer", "due", "note", "opened"]
    assert moved["log_matches"]
    page = pages.get(f"/cases/{key}").text
    assert "<img src=x" not in page


def test_no_page_records_an_event_of_the_future(pages: TestClient[ASGIApp], key: str) -> None:
    letter = written(pages, key)["letter"]["letter"]["id"]
    tomorrow = (datetime.now(UTC).date() + timedelta(days=1)).isoformat()
    before = shown(pages, key)["log"]
    for path in (f"/cases/{key}/attestation", f"/letters/{letter}/sent"):
        answer = pages.post(path, data={"on": tomorrow})
        assert (answer.status_code, "the date is in the future" in answer.text) == (400, True)
        assert "--on" not in answer.text
        problem = pages.post(f"/api/v1{path}", json={"on": tomorrow}).json()
        assert (problem["status"], problem["detail"]) == (400, "the date is in the future")
    assert shown(pages, key)["log"] == before


def test_a_case_that_changed_meanwhile_is_not_overwritten(pages: TestClient[ASGIApp], key: str) -> None:
    tag = pages.get(f"/api/v1/cases/{key}").headers["etag"]
    pages.post(f"/api/v1/cases/{key}/notes", json={"text": "they called"})
    late = pages.post(f"/api/v1/cases/{key}/state", json={"state": "verified"}, headers={"If-Match": tag})
    assert late.status_code == 412
    assert shown(pages, key)["case"]["state"] == "found"


def test_the_verdict_of_a_re_check_has_a_sentence(pages: TestClient[ASGIApp], workspace: Path, key: str) -> None:
    assert "No re-check has looked at it yet" in pages.get(f"/cases/{key}").text
    with Workspace.open(workspace) as opened:
        check = Recheck(RecheckVerdict.UNREACHABLE, datetime.now(UTC), reasons=(EVIL,))
        case_service(opened).change(key, lambda old: (replace(old, check=check), ()))
    page = pages.get(f"/cases/{key}").text
    assert "<strong>unreachable</strong>" in page
    assert "Never counted as fixed" in page
    assert "<img src=x" not in page


def test_each_verdict_has_a_sentence() -> None:
    template = (TEMPLATES / "case.html").read_text()
    assert [verdict for verdict in RecheckVerdict if f'"{verdict.value}": "' not in template] == []


def test_filters_of_the_list(pages: TestClient[ASGIApp], key: str) -> None:
    def found(query: str) -> int:
        return len(pages.get(f"/api/v1/cases?{query}").json()["items"])

    assert (found("case_state=found"), found("case_state=fixed"), found("due_in=7"), found("due_in=-1")) == (1, 0, 1, 0)
    assert (found("vendor=v-none"), found("due_in=99999")) == (0, 1)
    assert pages.get("/api/v1/cases?due_in=soon").status_code == 400
    assert pages.get("/api/v1/cases?case_state=lost").status_code == 400
    assert "No case matches" in pages.get("/cases?case_state=fixed").text


def test_the_log_is_verified(pages: TestClient[ASGIApp], workspace: Path, key: str) -> None:
    log = pages.get("/api/v1/case-log?limit=1").json()
    assert (log["ok"], log["cases"], len(log["items"])) == (True, 1, 1)
    assert log["items"][0]["hash"] == log["head"]
    older = pages.get(f"/api/v1/case-log?limit=1&after={log['next']}").json()
    assert older["items"][0]["seq"] == log["items"][0]["seq"] - 1
    assert "Verified" in pages.get("/case-log").text
    with Workspace.open(workspace) as opened:
        opened.ledger.database.write(
            lambda connection: connection.exec_driver_sql("UPDATE case_log SET author = 'x' WHERE seq = 1")
        )
    assert pages.get("/api/v1/case-log").json()["ok"] is False
    assert "Not intact" in pages.get("/case-log").text


def test_the_evidence_is_a_sealed_archive(pages: TestClient[ASGIApp], key: str, changes: Changes) -> None:
    answer = pages.get(f"/api/v1/cases/{key}/evidence")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == f'attachment; filename="{key}.zip"'
    assert "case.json" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert changes.lines[-1] == ("Ann", "download the evidence of a case", key)


@pytest.mark.parametrize(
    ("count", "notes"),
    [
        (0, None),
        (1, '["not in the archive: 1 part of the audit log with names of other hosts"]'),
        (2, '["not in the archive: 2 parts of the audit log with names of other hosts"]'),
    ],
)
def test_what_is_not_in_the_evidence_is_in_a_header(
    pages: TestClient[ASGIApp], key: str, count: int, notes: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cases, "write_evidence", lambda *_: Evidence(b"PK", 1, count))
    answer = pages.get(f"/api/v1/cases/{key}/evidence")
    assert answer.headers.get("tieback-notes") == notes
    assert "names of other hosts are not in it" in pages.get(f"/cases/{key}").text


def written(pages: TestClient[ASGIApp], key: str, **order: object) -> dict[str, Any]:
    answer = pages.post(f"/api/v1/cases/{key}/letters", json={"kind": "exposure", **order})
    found: dict[str, Any] = answer.json()
    assert answer.status_code == (200 if found.get("again") else 201), answer.text
    return found


def test_a_letter_is_written_read_downloaded_and_recorded_as_sent(
    pages: TestClient[ASGIApp], key: str, changes: Changes
) -> None:
    made = written(pages, key, language="de")
    letter = made["letter"]["letter"]["id"]
    assert (made["again"], made["letter"]["sent"]) == (False, [])
    assert "Security office" in made["letter"]["text"]
    page = pages.get(f"/letters/{letter}").text
    assert "Not sent" in page
    assert "<img src=x" not in page
    forms = [one["form"] for one in made["letter"]["files"] if one["kept"]]
    assert {"md", "html", "eml", "mailto.txt"} <= set(forms)
    for form in forms:
        file = pages.get(f"/api/v1/letters/{letter}/files/{form}")
        kind = file.headers["content-type"]
        assert not kind.startswith("text/") or kind.endswith("; charset=utf-8"), "letters are UTF-8"
        assert file.status_code == 200
        assert file.headers["content-disposition"].startswith("attachment; ")
    sent = pages.post(f"/api/v1/letters/{letter}/sent", json={"channel": "email"}).json()
    assert [(one["channel"], one["by"]) for one in sent["sent"]] == [("email", "Ann")]
    assert shown(pages, key)["case"]["state"] == "notified"
    assert [one["id"] for one in shown(pages, key)["letters"]] == [letter]
    assert changes.lines[-2:] == [("Ann", "write a letter", key), ("Ann", "record that a letter was sent", letter)]


def test_the_same_letter_keeps_its_version(pages: TestClient[ASGIApp], key: str) -> None:
    first, again = written(pages, key), written(pages, key)
    assert (first["again"], again["again"]) == (False, True)
    assert first["letter"]["letter"]["id"] == again["letter"]["letter"]["id"]
    assert all(one["kept"] for one in again["letter"]["files"])
    assert pages.get("/api/v1/letters").json()["total"] == 1


@pytest.mark.parametrize(
    ("order", "where"),
    [
        ({"kind": "love"}, "kind"),
        ({"language": "xx"}, "language"),
        ({"tlp": "pink"}, "tlp"),
        ({"to": "x" * 501}, "to"),
        ({"kind": "thanks"}, "Fieldhand Ltd"),
    ],
)
def test_wrong_letters_are_refused(
    pages: TestClient[ASGIApp], workspace: Path, key: str, order: dict[str, str], where: str
) -> None:
    answer = pages.post(f"/api/v1/cases/{key}/letters", json={"kind": "exposure", **order})
    assert (answer.status_code, answer.json()["where"]) == (400, where)
    assert pages.get("/api/v1/letters").json()["items"] == []
    assert not list(workspace.glob("letters/letter-*"))


def test_a_file_that_somebody_changed_is_not_served(pages: TestClient[ASGIApp], workspace: Path, key: str) -> None:
    letter = written(pages, key)["letter"]["letter"]["id"]
    (file,) = workspace.glob(f"letters/{letter}/*.html")
    file.write_text("<script>alert(1)</script>")
    assert pages.get(f"/api/v1/letters/{letter}/files/html").status_code == 400
    assert "not kept here" in pages.get(f"/letters/{letter}").text
    for form in ("exe", "..%2f..%2fidentity", "md%00"):
        assert pages.get(f"/api/v1/letters/{letter}/files/{form}").status_code in {400, 404}


def test_a_letter_to_a_vendor_that_does_not_answer_for_the_store_warns(
    pages: TestClient[ASGIApp], workspace: Path, key: str
) -> None:
    with Workspace.open(workspace) as opened:
        work = case_service(opened)
        work.enroll()
        case = work.find_case(key)
        other = next(one for one in work.vendors() if one.id != case.vendor)
        opened.ledger.cases.change(key, lambda old: (replace(old, vendor=other.id), ()), work.now)
    assert shown(pages, key)["other_owner"] == "Fieldhand Ltd"
    assert "is responsible for this store" in pages.get(f"/cases/{key}").text
    made = written(pages, key)
    assert "Do not send it" in made["warnings"][0]
    assert "Do not send it" in pages.get(f"/letters/{made['letter']['letter']['id']}").text


def test_the_forms_of_the_page(pages: TestClient[ASGIApp], key: str, changes: Changes) -> None:
    page = pages.post(f"/stores/{OPEN.id}/case")
    assert "The case is open" in page.text
    assert page.url.path == f"/cases/{key}"
    for path, data, text in (
        ("notes", {"text": "they called"}, "they called"),
        ("due", {"due": "2031-01-31"}, "due 2031-01-31"),
        ("attestation", {"on": ""}, "Attested as secure"),
        ("parties", {"role": "provider", "name": "Host Ltd"}, "Host Ltd"),
        ("parties/state", {"name": "Host Ltd", "state": "informed"}, "informed"),
        ("state", {"state": "verified", "note": "looked again"}, "looked again"),
        ("letters", {"kind": "exposure", "due": ""}, "Not sent"),
    ):
        answer = pages.post(f"/cases/{key}/{path}", data=data)
        assert answer.status_code == 200, (path, answer.text)
        assert text in answer.text
    letter = pages.get("/api/v1/letters").json()["items"][0]["id"]
    assert "Sent on" in pages.post(f"/letters/{letter}/sent", data={"channel": "post", "on": ""}).text
    assert len(changes.lines) == 9
    for path in ("due", "state", "parties", "parties/state", "notes"):
        assert pages.post(f"/cases/{key}/{path}", data={}).status_code == 400


WRONG = [
    # form, what is entered, what is wrong with it
    ("notes", {"text": "x" * 60_001}, "longer than 60,000 characters"),
    ("due", {"due": "2001-01-31"}, "the new due date has passed"),
    ("attestation", {"on": "2991-01-31"}, "is in the future"),
    ("parties", {"role": "coordinator", "name": "Fieldhand <i>", "contact": "x" * 60_001}, "longer than"),
    ("parties/state", {"name": "Host Ltd", "state": "done", "note": "they <b> said"}, "cannot change from"),
    ("state", {"state": "closed", "note": "", "channel": "e<mail"}, "closing needs a reason"),
    ("letters", {"kind": "provider", "language": "fr", "tlp": "red", "organisation": "O<1>", "to": "CERT <1>"},
     "a sender needs both"),
    ("recheck", {"grant": "0" * 64}, "no grant on the server has this SHA-256"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "fields", "problem"), WRONG, ids=[form for form, _, _ in WRONG])
def test_what_is_wrong_is_beside_its_form_with_what_was_entered(
    workspace: Path, key: str, changes: Changes, form: str, fields: dict[str, str], problem: str
) -> None:
    with client(workspace, Role.OPERATOR, changes) as pages:
        pages.post(f"/cases/{key}/parties", data={"role": "provider", "name": "Host Ltd"})
        (workspace / "grants").mkdir(exist_ok=True)
        (workspace / "grants" / "office.toml").write_text(render_grant(GRANT))
        before = shown(pages, key)["log"]
        action = f"/cases/{key}/{form}"
        answer = pages.post(action, data=fields, follow_redirects=False)
        after = shown(pages, key)["log"]
    assert answer.status_code in (400, 409, 422), answer.text
    assert after == before
    text, told = answer.text, answer.text.count('role="alert"')
    assert told == 1
    beside = text[text.index('role="alert"') :]
    assert problem in unescape(beside.partition("</p>")[0])
    assert f'action="{action}"' in beside.partition("</form>")[0]
    shown_again = beside.partition("</form>")[0]
    for value in fields.values():
        if value and form != "recheck":
            assert escape(value).replace("&#x27;", "&#39;") in shown_again, value
    for name in set(fields) & {"state", "kind", "language", "tlp", "role"}:
        # A party offers only the states that it may have next.
        assert form == "parties/state" or f'<option value="{fields[name]}" selected>' in shown_again


def test_wrong_evidence_of_an_experimental_verdict_is_shown_again(pages: TestClient[ASGIApp]) -> None:
    answer = pages.post(f"/stores/{EXPERIMENTAL.id}/confirm", data={"evidence": "<b>" + "x" * 60_000})
    assert answer.status_code == 400
    assert "1 to 60,000 characters are needed" in answer.text
    assert "&lt;b&gt;xxx" in answer.text
    refused = pages.post(f"/stores/{CLOSED.id}/case", follow_redirects=False)
    assert refused.status_code == 409
    assert 'aria-labelledby="case"' in refused.text.partition('role="alert"')[0]


@pytest.mark.parametrize("fields", [{"channel": "post", "on": "2991-01-31", "reason": "a<b"}])
def test_a_letter_sent_in_the_future_is_shown_again(
    pages: TestClient[ASGIApp], key: str, fields: dict[str, str]
) -> None:
    letter = written(pages, key)["letter"]["letter"]["id"]
    answer = pages.post(f"/letters/{letter}/sent", data=fields)
    assert answer.status_code == 400
    shown_again = answer.text.partition('role="alert"')[2].partition("</form>")[0]
    assert '<option value="post" selected>' in shown_again
    assert 'value="2991-01-31"' in shown_again
    assert 'value="a&lt;b"' in shown_again


def test_a_promise_of_re_checks_is_kept_or_given_up_with_a_reason(
    pages: TestClient[ASGIApp], workspace: Path, key: str
) -> None:
    fixed(workspace, key)
    due = shown(pages, key)["case"]["due"]
    assert shown(pages, key)["watched_until"] is None
    written(pages, key, kind="thanks")
    found = shown(pages, key)
    assert found["watched_until"] == due
    assert found["next_states"] == [{"state": "closed", "needs_reason": True}]
    refused = pages.post(f"/api/v1/cases/{key}/state", json={"state": "closed"})
    assert refused.status_code == 400
    assert f"promises re-checks until {due}" in refused.json()["detail"]
    closed = pages.post(f"/api/v1/cases/{key}/state", json={"state": "closed", "note": "the server is gone"})
    assert (closed.status_code, closed.json()["unfixed"]) == (200, [])
    assert "closed: no re-check follows" in pages.get(f"/cases/{key}").text


def fixed(workspace: Path, key: str) -> None:
    """Make the case fixed, by two re-checks."""
    with Workspace.open(workspace) as opened:
        work = case_service(opened)
        for hours in (30, 0):
            check = Recheck(RecheckVerdict.CLOSED, work.now - timedelta(hours=hours))
            work.change(key, lambda old, check=check: apply_recheck(old, check, default_policy(), "recheck"))  # type: ignore[misc]


def test_unknown_cases_and_letters(pages: TestClient[ASGIApp]) -> None:
    for path in ("cases/case-none", "letters/letter-none"):
        assert pages.get(f"/{path}").status_code == 404
        assert pages.get(f"/api/v1/{path}").status_code == 404
    for path in ("cases/case-none/evidence", "letters/letter-none/files/md"):
        assert pages.get(f"/api/v1/{path}").status_code == 404
    assert pages.post("/api/v1/cases/case-none/notes", json={"text": "a"}).status_code == 404
    assert pages.post("/api/v1/cases/case-none/letters", json={"kind": "exposure"}).status_code == 404
    assert pages.post("/api/v1/letters/letter-none/sent", json={}).status_code == 404


def test_a_case_outside_the_log_says_so(pages: TestClient[ASGIApp], workspace: Path, key: str) -> None:
    with Workspace.open(workspace) as opened:
        opened.ledger.database.write(
            lambda connection: connection.exec_driver_sql("UPDATE cases SET document = replace(document, '1200', '1')")
        )
    assert shown(pages, key)["log_matches"] is False
    assert "does not match its log" in pages.get(f"/cases/{key}").text


def test_a_viewer_reads_and_changes_nothing(workspace: Path, key: str) -> None:
    with client(workspace, Role.VIEWER) as pages:
        for path in ("/cases", f"/cases/{key}", "/letters", "/case-log", f"/api/v1/cases/{key}/evidence"):
            assert pages.get(path).status_code == 403
        assert pages.post(f"/api/v1/cases/{key}/notes", json={"text": "x"}).status_code == 403


def test_an_empty_workspace_says_what_to_do(tmp_path: Path) -> None:
    with client(tmp_path / "ws") as pages:
        assert "no run has finished yet" in pages.get("/cases").text
        assert "No letter has been written" in pages.get("/letters").text
        assert "The log is empty" in pages.get("/case-log").text


def test_open_stores_without_a_case_are_counted(tmp_path: Path) -> None:
    with client(make(tmp_path, stores=(EXPERIMENTAL, CLOSED))) as pages:
        assert "1 open store in the last run" in pages.get("/cases").text


GRANT = Grant(
    "The <b>office</b>",
    "a@example.org",
    date(2999, 1, 1),
    target=(TargetRule("127.0.0.0/8", "any", Depth.DESCRIBE),),
    limits=Limits(connects_per_second=0.0),
)


def test_a_re_check_is_queued_under_a_grant_on_the_server(workspace: Path, key: str) -> None:
    (workspace / "grants" / "lab.toml").write_text(render_grant(GRANT))
    digest = grant_sha256(render_grant(GRANT))
    changes = Changes()
    with client(workspace, Role.OPERATOR, changes) as pages:
        offered = shown(pages, key)["grants"]
        assert [(one["id"], one["file"]) for one in offered] == [(digest, "lab.toml")]
        page = pages.get(f"/cases/{key}").text
        assert "Re-check now" in page
        assert "<b>office" not in page
        job = pages.post(f"/api/v1/cases/{key}/recheck", json={"grant": digest})
        assert (job.status_code, job.json()["kind"], job.json()["state"]) == (202, "recheck", "queued")
        shown_job = pages.post(f"/cases/{key}/recheck", data={"grant": digest})
        assert shown_job.url.path.startswith("/runs/")
        assert "The re-check was queued" in shown_job.text
        for grant in ("", "0" * 64, "../../etc/passwd"):
            assert pages.post(f"/api/v1/cases/{key}/recheck", json={"grant": grant}).status_code in {400, 422}
        assert pages.post("/api/v1/cases/case-none/recheck", json={"grant": digest}).status_code == 404
    assert [line[1] for line in changes.lines] == ["start a re-check"] * 2
    with Workspace.open(workspace) as opened:
        arguments = [decode_arguments(one.arguments) for one in opened.ledger.jobs.pending()]
    assert arguments == [RecheckJob(grant=digest, cases=(key,))] * 2


def test_an_analyst_starts_no_re_check(pages: TestClient[ASGIApp], workspace: Path, key: str) -> None:
    (workspace / "grants" / "lab.toml").write_text(render_grant(GRANT))
    assert (
        pages.post(f"/api/v1/cases/{key}/recheck", json={"grant": grant_sha256(render_grant(GRANT))}).status_code == 403
    )
    assert "Re-check now" not in pages.get(f"/cases/{key}").text


def test_without_a_grant_the_page_says_where_to_put_one(workspace: Path, key: str) -> None:
    with client(workspace, Role.OPERATOR) as pages:
        assert "no page can create one" in pages.get(f"/cases/{key}").text


def test_a_letter_without_a_known_sender_asks_for_one(workspace: Path, key: str) -> None:
    """No run had a grant, and the workspace has no sender file: the page must ask, before anything is typed in."""
    (workspace / "sender.toml").unlink()
    with client(workspace, Role.ANALYST) as pages:
        assert (shown(pages, key)["sender"], shown(pages, key)["no_sender"]) == (None, "")
        page = pages.get(f"/cases/{key}").text
        assert '<input name="organisation" required' in page
        assert '<input name="email" required' in page
        refused = pages.post(f"/api/v1/cases/{key}/letters", json={"kind": "exposure"})
        assert (refused.status_code, refused.json()["where"]) == (400, "organisation")
        assert "--sender" not in refused.text
        half = pages.post(f"/api/v1/cases/{key}/letters", json={"kind": "exposure", "organisation": "Acme"})
        assert half.status_code == 400
        fields = {"kind": "exposure", "organisation": "Acme Security", "email": "security@acme.test"}
        page = pages.post(f"/cases/{key}/letters", data=fields).text
        assert "Not sent" in page
        assert "Acme Security" in page


def test_another_sender_replaces_that_of_the_workspace(pages: TestClient[ASGIApp], key: str) -> None:
    assert shown(pages, key)["sender"] == {"organisation": "Security office", "email": "security@office.test"}
    made = written(pages, key, organisation="Acme Security", email="security@acme.test")
    assert "Acme Security" in made["letter"]["text"]
    assert "Security office" not in made["letter"]["text"]


def test_rows_that_are_about_cases_name_the_store(workspace: Path) -> None:
    """Cases of one vendor and product differ only by their place."""
    (workspace / "grants").mkdir(exist_ok=True)
    (workspace / "grants" / "lab.toml").write_text(render_grant(GRANT))
    with client(workspace, Role.OPERATOR) as pages:
        target = escape(OPEN.targets[0])
        for path in ("/", "/runs/new"):
            assert f"{OPEN.product} at {target}" in pages.get(path).text


def with_inventory(workspace: Path) -> None:
    with Workspace.open(workspace) as opened:
        enter(opened, today(), InventoryRow(P.ANDROID, "org.fieldhand.app", device="d"))


@pytest.mark.parametrize(
    ("kind", "recipient", "before", "after"),
    [
        ("exposure", "Fieldhand Ltd", "found", "notified"),
        ("owners", "our own people who have an app of Fieldhand Ltd", "found", "found"),
        ("provider", "the hosting provider of a store of Fieldhand Ltd", "found", "found"),
        ("reminder", "Fieldhand Ltd", "notified", "notified"),
        ("escalation", "Fieldhand Ltd", "notified", "escalated"),
    ],
)
def test_each_letter_names_its_recipient_and_what_sending_it_changes(
    pages: TestClient[ASGIApp], workspace: Path, key: str, kind: str, recipient: str, before: str, after: str
) -> None:
    with_inventory(workspace)
    if before != "found":
        pages.post(f"/api/v1/cases/{key}/state", json={"state": before})
    letter = written(pages, key, kind=kind)["letter"]["letter"]["id"]
    page = pages.get(f"/letters/{letter}").text
    assert f"To {recipient}. Kind: {kind}" in page
    assert EFFECTS[kind] in page
    assert f"{before}, due" in page
    for path in ("/letters", f"/cases/{key}"):
        listed = pages.get(path).text
        assert recipient in listed
        assert "not sent" in listed
    due = shown(pages, key)["case"]["due"]
    page = pages.post(f"/letters/{letter}/sent", data={"channel": "post"}).text
    assert "moved on" not in page
    assert f"{after}, due" in page
    assert shown(pages, key)["case"]["state"] == after
    if EFFECTS[kind] == STAYS:
        assert shown(pages, key)["case"]["due"] == due
    for path in ("/letters", f"/cases/{key}"):
        listed = pages.get(path).text
        assert f"{today()}<small>post</small>" in listed
        assert "not sent" not in listed
    (row,) = pages.get("/api/v1/letters").json()["items"]
    assert row["sent"] == [{"on": today().isoformat(), "channel": "post", "by": "Ann"}]


def test_each_kind_of_letter_has_an_effect() -> None:
    assert set(EFFECTS) == set(KINDS)


def test_the_log_names_who_opened_a_case_and_wrote_a_letter(tmp_path: Path) -> None:
    directory = make(tmp_path, stores=(OPEN,))
    (directory / "sender.toml").write_text('organisation = "Security office"\nemail = "security@office.test"\n')
    accept_file(directory, "sender.toml")
    with client(directory) as made:
        key = made.post("/api/v1/cases", json={"store": OPEN.id}).json()["id"]
        written(made, key)
        lines = {(one["event"], one["by"]) for one in shown(made, key)["log"]}
        assert lines == {("opened", "Ann"), ("letter", "Ann")}


def closed_by_recheck(workspace: Path, key: str) -> None:
    with Workspace.open(workspace) as opened:
        work = case_service(opened)
        check = Recheck(RecheckVerdict.CLOSED_AT_KNOWN_PLACES, work.now, ("es:9200: connection refused",))
        work.change(key, lambda old: apply_recheck(old, check, default_policy(), "recheck"))


def test_a_letter_that_calls_a_closed_store_open_has_a_warning(
    pages: TestClient[ASGIApp], workspace: Path, key: str
) -> None:
    letter = written(pages, key)["letter"]["letter"]["id"]
    assert pages.get(f"/api/v1/letters/{letter}").json()["warnings"] == []
    closed_by_recheck(workspace, key)
    (warning,) = pages.get(f"/api/v1/letters/{letter}").json()["warnings"]
    assert warning.endswith("found it closed. The letter states that the store is open: do not send it.")


def test_a_refused_letter_states_the_reason_of_its_case(pages: TestClient[ASGIApp], workspace: Path, key: str) -> None:
    answer = pages.post(f"/api/v1/cases/{key}/letters", json={"kind": "reminder"}).json()
    assert answer["advice"].startswith(f"{key} is found. It needs a case that is notified, ")
    closed_by_recheck(workspace, key)
    for kind in ("exposure", "provider"):
        answer = pages.post(f"/api/v1/cases/{key}/letters", json={"kind": kind}).json()
        assert answer["advice"] == f"{key}: the re-check of {today()} found it closed"


COMMANDS = re.compile(r"(?<![\w-])--[a-z]|<code>tieback |`tieback ")
"""Advice of the command line."""


def test_no_refusal_of_a_case_or_letter_gives_advice_for_the_command_line(
    pages: TestClient[ASGIApp], workspace: Path, key: str
) -> None:
    tomorrow = (today() + timedelta(days=1)).isoformat()
    letter = written(pages, key)["letter"]["letter"]["id"]
    provider = written(pages, key, kind="provider")["letter"]["letter"]["id"]
    pages.post(f"/letters/{letter}/sent", data={})
    pages.post(f"/cases/{key}/parties", data={"role": "provider", "name": "Host Ltd"})
    kinds = ("provider", "assurance", "owners", "removed", "thanks")
    for path, data in (
        (f"/cases/{key}/state", {"state": "closed"}),
        (f"/cases/{key}/state", {"state": "fixed"}),
        (f"/cases/{key}/state", {"state": "handed_to_cert"}),
        (f"/cases/{key}/attestation", {"on": tomorrow}),
        (f"/cases/{key}/parties", {"role": "provider", "name": "Host Ltd"}),
        (f"/cases/{key}/parties/state", {"name": "Host Ltd", "state": "informed"}),
        (f"/cases/{key}/parties/state", {"name": "Nobody", "state": "informed"}),
        (f"/letters/{provider}/sent", {}),
        (f"/letters/{letter}/sent", {"on": tomorrow}),
        *((f"/cases/{key}/letters", {"kind": kind}) for kind in kinds),
        (f"/cases/{key}/letters", {"kind": "provider", "to": "Nobody"}),
        (f"/cases/{key}/letters", {"kind": "exposure", "due": today().isoformat()}),
    ):
        answer = pages.post(path, data=data)
        assert answer.status_code == 400, (path, data, answer.text)
        assert COMMANDS.search(answer.text) is None, (path, data, answer.text)


def test_a_case_is_not_postponed_to_a_day_that_has_passed(pages: TestClient[ASGIApp], key: str) -> None:
    for answer in (
        pages.put(f"/api/v1/cases/{key}/due", json={"due": "2020-01-01"}),
        pages.post(f"/cases/{key}/due", data={"due": "2020-01-01"}),
    ):
        assert answer.status_code == 400
        assert "the new due date has passed: 2020-01-01" in answer.text.replace("The", "the")


def test_an_error_page_leads_back(pages: TestClient[ASGIApp], key: str) -> None:
    path = "/cases/case-none/state"

    def ways(referrer: str = "", address: str = path) -> list[str]:
        page = pages.post(address, data={}, headers={"Referer": referrer}).text
        return re.findall(r'href="([^"]*)"', page.partition('id="ways"')[2].partition("</p>")[0])

    assert ways() == ["/cases", "/"]
    assert ways(f"http://127.0.0.1:8484/cases/{key}?vendor=a&b=c") == [f"/cases/{key}?vendor=a&amp;b=c", "/cases", "/"]
    for elsewhere in (f"http://evil.test/cases/{key}", "http://127.0.0.1:8484//evil.test", "http://[", "nonsense"):
        assert ways(elsewhere) == ["/cases", "/"]
    missing = pages.get("/stores/exp-none").text
    assert 'href="/stores">Go to Stores' in missing
    assert "page before" not in missing


def test_the_store_of_a_case_is_found_in_an_earlier_run(workspace: Path, key: str) -> None:
    with Workspace.open(workspace) as opened:
        earlier = opened.ledger.latest_run()
        assert earlier is not None
        work = case_service(opened)
        check = Recheck(RecheckVerdict.OPEN, work.now, where=OPEN.targets, records=exact(3500, "x"))
        work.change(key, lambda old: apply_recheck(old, check, default_policy(), "recheck"))
        later = opened.ledger.start_run([])
        opened.ledger.conclusions.save(later, (CLOSED,), ())
        opened.ledger.end_run(later)
    with client(workspace) as made:
        case_page = made.get(f"/cases/{key}").text
        assert f'href="/stores/{OPEN.id}"' in case_page
        assert "last found by run" in case_page
        found = made.get(f"/api/v1/stores/{OPEN.id}").json()
        assert (found["shown"]["id"], found["not_found_by"]) == (earlier.id, later)
        assert [(one["verdict"], (one["records"] or {}).get("value")) for one in found["history"]] == [
            ("not found", None), ("open", 3500), ("open", 1350),
        ]  # fmt: skip
        page = made.get(f"/stores/{OPEN.id}").text
        assert "did not find this store. That does not mean closed." in page
        assert "3,500" in page
        for link in dict.fromkeys(
            re.findall(r'href="(/(?:apps|backends|findings|runs|cases)/[^"]+)"', case_page + page)
        ):
            assert made.get(unescape(link)).status_code == 200, link
        assert made.get(f"/stores/{OPEN.id}?run={later}").status_code == 404
        assert made.get("/stores/exp-none").status_code == 404
        again = made.post("/api/v1/cases", json={"store": OPEN.id})
        assert (again.status_code, again.json()["id"]) == (200, key)


def test_a_form_after_the_end_of_the_session_leads_to_the_sign_in_and_back(workspace: Path) -> None:
    with client(workspace, None) as stranger:
        page = "http://127.0.0.1:8484/cases/case-1?run=2"
        answer = stranger.post("/cases/case-1/notes", data={"text": "long"}, headers={"Referer": page})
    assert answer.status_code == 401
    ways = re.findall(r'href="([^"]*)"', answer.text.partition('id="ways"')[2].partition("</p>")[0])
    assert ways[0] == "/sign-in?next=%2Fcases%2Fcase-1%3Frun%3D2"
    assert "Nothing was saved." in answer.text
