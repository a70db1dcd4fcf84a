"""Runs: one list of jobs and command-line runs, the form and the API that start them, and the stream of events."""

import hashlib
import html
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from litestar.testing import TestClient
from litestar.types import ASGIApp
from sqlalchemy import Connection

from tests.inline_engine import quiet
from tests.unit.web.clients import Changes, client
from tieback.model.grant import Depth, Grant, TargetRule
from tieback.model.probe import Outcome, ProbeReport
from tieback.model.report.used import RulesUsed
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.jobs.folders import exports
from tieback.pipeline.jobs.kinds import InventoryJob, decode_arguments
from tieback.pipeline.jobs.messages import JobColumns
from tieback.pipeline.report import build_report
from tieback.pipeline.scan import ScanRequest, run_scan
from tieback.pipeline.views.runs import RunEvent
from tieback.scope.grant import grant_sha256, render_grant
from tieback.storage.lake.tables.inputs import Inputs, RunInput
from tieback.storage.lake.tables.probes import ProbeWriter
from tieback.storage.lake.tables.run_data import save_run_rules
from tieback.storage.ledger import tables
from tieback.storage.ledger.jobs import JobState
from tieback.storage.uploads import UploadFolder
from tieback.storage.workspace import Workspace
from tieback.web.app import build_server
from tieback.web.context import User
from tieback.web.resources import runs as resource
from tieback.web.settings import WebSettings

LOOPBACK = TargetRule("127.0.0.0/8", "any", Depth.DESCRIBE)
GRANT = Grant("The <b>office</b>", "a@example.org", date(2999, 1, 1), target=(LOOPBACK,))
EXPIRED = Grant("The office", "a@example.org", date(2020, 1, 1), target=(LOOPBACK,))
HOSTILE = "<script>alert(1)<b>.apk"
APP = b"no app"
SHA256 = hashlib.sha256(APP).hexdigest()

type Pages = TestClient[ASGIApp]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A workspace with an upload of a hostile name and two grants, of which one has expired. No queue runs."""
    with Workspace.open(tmp_path_factory.mktemp("runs") / "ws") as made:
        for name, grant in (("now", GRANT), ("old", EXPIRED)):
            (made.grants_directory / f"{name}.toml").write_text(render_grant(grant))
        upload(made, APP, HOSTILE)
        yield made


@pytest.fixture(scope="module")
def served(opened: Workspace) -> Iterator[tuple[Pages, Changes]]:
    """A client of an operator, and what it has changed."""
    changes = Changes()
    with client(opened.directory, Role.OPERATOR, changes) as made:
        yield made, changes


@pytest.fixture
def workspace(opened: Workspace) -> Workspace:
    """The workspace without runs and jobs."""

    def empty(connection: Connection) -> None:
        for table in (tables.job_events, tables.jobs, tables.runs):
            connection.execute(sa.delete(table))

    opened.ledger.database.write(empty)
    return opened


@pytest.fixture
def pages(served: tuple[Pages, Changes], workspace: Workspace) -> Pages:
    return served[0]


@pytest.fixture
def changes(served: tuple[Pages, Changes]) -> Changes:
    served[1].lines.clear()
    return served[1]


def upload(workspace: Workspace, data: bytes, name: str) -> str:
    """Upload a file; returns its SHA-256."""
    digest = hashlib.sha256(data).hexdigest()
    with UploadFolder(workspace.directory).receive(digest, length=len(data), author="Ann", name=name) as writer:
        writer.write(data)
        writer.finish()
    return digest


def start(pages: Pages, key: str = "", **more: Any) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return pages.post("/api/v1/runs", json={"kind": "scan", "inputs": [SHA256]} | more, headers=headers)


def test_an_upload_is_queued_with_a_grant_on_the_disk(pages: Pages, workspace: Workspace, changes: Changes) -> None:
    answer = start(pages, grant=grant_sha256(render_grant(GRANT)))
    assert answer.status_code == 201
    item = answer.json()
    assert (item["state"], item["kind"], item["author"], item["grant"]) == (
        "queued",
        "scan",
        "Ann",
        grant_sha256(render_grant(GRANT)),
    )
    assert changes.lines == [("Ann", "start a run (scan)", item["id"])]
    (row,) = workspace.ledger.jobs.pending()
    assert (row.id, row.grant_sha256) == (item["id"], grant_sha256(render_grant(GRANT)))
    assert [one["id"] for one in pages.get("/api/v1/runs").json()["items"]] == [item["id"]]


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        ({"grant": "0" * 64}, 422, "no grant on the server has this SHA-256"),
        ({"grant": grant_sha256(render_grant(EXPIRED))}, 422, "the grant expired on 2020-01-01"),
        ({"grant": "../now.toml"}, 422, "no grant on the server has this SHA-256"),
        ({"inputs": ["0" * 64]}, 422, "no upload and no readable input with this SHA-256"),
        ({"inputs": ["../ledger.db"]}, 422, "no upload and no readable input with this SHA-256"),
        ({"inputs": []}, 400, "no input"),
        ({"run": "20200101T000000Z-00000000"}, 400, "no run with this ID"),
        ({"kind": "probe", "inputs": [], "targets": ["@/etc/passwd"]}, 400, ""),
        ({"kind": "probe", "grant": grant_sha256(render_grant(GRANT)), "targets": ["@/etc/passwd"]}, 400, ""),
        ({"kind": "destroy"}, 400, ""),
        ({"depth": "sample"}, 400, ""),
    ],
)
def test_what_a_request_can_get_wrong_starts_nothing(
    pages: Pages, workspace: Workspace, body: dict[str, Any], status: int, detail: str
) -> None:
    answer = start(pages, **body)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert not detail or answer.json()["detail"] == detail
    assert workspace.ledger.jobs.latest(9) == []


def test_targets_are_never_a_file_of_the_server(pages: Pages, workspace: Workspace) -> None:
    body = {"kind": "probe", "grant": grant_sha256(render_grant(GRANT)), "targets": ["@/etc/passwd"]}
    assert pages.post("/api/v1/runs", json=body).json()["detail"] == "not a target"
    assert pages.post("/api/v1/runs", json=body | {"targets": ["127.0.0.1:6379"]}).status_code == 201
    assert [row.kind for row in workspace.ledger.jobs.latest(9)] == ["probe"]


def test_a_key_starts_one_run(pages: Pages, workspace: Workspace, changes: Changes) -> None:
    first, second = start(pages, "k"), start(pages, "k")
    assert first.json()["id"] == second.json()["id"]
    assert len(workspace.ledger.jobs.latest(9)) == len(changes.lines) == 1
    assert start(pages, "k", retry=True).status_code == 400
    assert start(pages, "l").json()["id"] != first.json()["id"]


@pytest.mark.parametrize(
    ("role", "read", "write"), [(None, 401, 401), (Role.VIEWER, 403, 403), (Role.ANALYST, 200, 403)]
)
def test_only_operators_start_and_cancel(workspace: Workspace, role: Role | None, read: int, write: int) -> None:
    with client(workspace.directory, role) as made:
        assert made.get("/api/v1/runs").status_code == read
        assert start(made).status_code == write
        assert made.delete("/api/v1/runs/x").status_code == write
        assert made.get("/api/v1/runs/new").status_code == write
        assert made.post("/runs", data={"kind": "scan"}).status_code in {write, 303, 302}
    assert workspace.ledger.jobs.latest(9) == []


def test_a_form_starts_one_run_and_shows_it(pages: Pages, workspace: Workspace) -> None:
    page = pages.get("/runs/new", params={"upload": SHA256}).text
    assert f'value="{SHA256}" checked' in page
    fields = {"kind": "scan", "inputs": SHA256, "grant": grant_sha256(render_grant(GRANT)), "key": "form-1"}
    answers = [pages.post("/runs", data=fields, follow_redirects=False) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    (row,) = workspace.ledger.jobs.latest(9)
    assert answers[0].headers["location"].startswith(f"/runs/{row.id}?")
    shown = pages.get(answers[1].headers["location"]).text
    assert "The run was queued." in shown
    assert "Cancel this run" in shown


NOW = grant_sha256(render_grant(GRANT))
GONE = "0" * 64
WRONG = [
    # fields, what is wrong, what the form has again
    ({"kind": "scan", "inputs": [SHA256, GONE], "grant": NOW, "retry": "yes"}, "no upload and no readable input",
     [f'value="{SHA256}" checked', f'value="{GONE}" checked', f'value="{NOW}" checked', 'value="yes" checked']),
    ({"kind": "scan", "inputs": GONE}, "no upload and no readable input",
     [f'value="{GONE}" checked', 'name="grant" value="" checked']),
    ({"kind": "probe", "grant": NOW, "targets": "@/etc/<passwd>"}, "not a target",
     ["@/etc/&lt;passwd&gt;</textarea>", f'value="{NOW}" checked']),
    ({"kind": "import", "inputs": GONE}, "no upload and no readable input", [f'value="{GONE}" checked']),
    ({"kind": "inventory", "inputs": SHA256, "taken": "3<1", "tenant": "<t>", "lists": "partial",
      "accept_columns": "yes"}, "taken: not a date",
     [f'value="{SHA256}" checked', 'value="3&lt;1"', 'value="&lt;t&gt;"', 'value="partial" selected',
      'value="yes" checked']),
    ({"kind": "recheck", "cases": "case-none", "grant": NOW}, "no case has this ID", []),
    ({"kind": "report", "format": "html", "audience": "vendor"}, "", []),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "problem", "again"), WRONG)
def test_what_is_wrong_with_a_run_is_beside_its_form_with_what_was_entered(
    pages: Pages, workspace: Workspace, changes: Changes, fields: dict[str, Any], problem: str, again: list[str]
) -> None:
    answer = pages.post("/runs", data=fields, follow_redirects=False)
    assert answer.status_code in (400, 409, 422)
    assert (workspace.ledger.jobs.latest(9), changes.lines) == ([], [])
    text = answer.text
    assert text.count('role="alert"') == 1
    beside = text[text.index('role="alert"') :].partition("</section>")[0]
    assert problem in beside.partition("</p>")[0]
    assert text.index(f'<h2 id="{fields["kind"]}"') == text[: text.index('role="alert"')].rindex("<h2 id=")
    assert not again or f'name="kind" value="{fields["kind"]}"' in beside
    for one in again:
        assert one in beside, one
    others = text.replace(beside, "")
    assert not re.search(r"checked|[^>]</textarea>", others.replace(' name="grant" value="" checked', "")), others
    key = re.search(r'name="key" value="([^"]+)"', beside)
    assert not again or (key and key[1] != fields.get("key"))


def test_the_end_of_a_run_of_the_command_line_is_refused_on_its_page(pages: Pages, workspace: Workspace) -> None:
    run = workspace.ledger.start_run(["/apps/a.apk"], render_grant(GRANT))
    answer = pages.post(f"/runs/{run}/cancel", follow_redirects=False)
    assert answer.status_code == 409
    assert "End its process on the server" in answer.text.partition('role="alert"')[2].partition("</p>")[0]
    assert f"Run {run}" in answer.text


def test_several_files_of_a_form_are_all_read(pages: Pages, workspace: Workspace) -> None:
    other = upload(workspace, b"other", "b")
    answer = pages.post("/runs", data={"kind": "import", "inputs": [SHA256, other]}, follow_redirects=False)
    assert answer.status_code == 303
    (row,) = workspace.ledger.jobs.latest(9)
    assert msgspec.json.decode(row.arguments)["inputs"] == [SHA256, other]


def test_cancelling_ends_a_queued_run(pages: Pages, workspace: Workspace, changes: Changes) -> None:
    run = start(pages).json()["id"]
    assert pages.delete(f"/api/v1/runs/{run}").json()["state"] == "cancelled"
    assert changes.lines[-1] == ("Ann", "cancel a run", run)
    other = start(pages).json()["id"]
    assert pages.post(f"/runs/{other}/cancel", follow_redirects=False).status_code == 303
    assert {row.state for row in workspace.ledger.jobs.latest(9)} == {JobState.CANCELLED}


@pytest.mark.parametrize("path", ["", "/events", "/files/ledger.db"])
def test_an_unknown_run_is_not_found(pages: Pages, path: str) -> None:
    answer = pages.get(f"/api/v1/runs/20200101T000000Z-00000000{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert pages.delete("/api/v1/runs/none").status_code == 404


def test_a_run_of_the_command_line_is_listed_and_cannot_be_cancelled(pages: Pages, workspace: Workspace) -> None:
    run = workspace.ledger.start_run(["/apps/a.apk"], render_grant(GRANT))
    page = pages.get(f"/api/v1/runs/{run}").json()
    assert (page["run"]["state"], page["run"]["origin"], page["run"]["grant"]) == (
        "not_ended",
        "command_line",
        grant_sha256(render_grant(GRANT)),
    )
    assert pages.delete(f"/api/v1/runs/{run}").status_code == 409
    assert "runs on the command line now, or was interrupted" in pages.get("/runs").text


def test_jobs_and_runs_are_one_list_in_pages(pages: Pages, workspace: Workspace) -> None:
    job = start(pages).json()["id"]
    runs = [workspace.ledger.start_run([]) for _ in range(3)]
    workspace.ledger.jobs.set_run(job, runs[0])
    every = sorted([job, *runs[1:]], reverse=True)
    found, after = [], ""
    for _ in range(5):
        part = pages.get("/api/v1/runs", params={"limit": 1, "after": after} if after else {"limit": 1})
        found += [one["id"] for one in part.json()["items"]]
        after = part.json()["next"]
        if after is None:
            break
        assert 'rel="next"' in part.headers["link"]
    assert found == every
    assert pages.get(f"/api/v1/runs/{runs[0]}").json()["run"]["id"] == job


def test_a_run_of_a_job_has_its_own_id_on_the_pages(pages: Pages, workspace: Workspace) -> None:
    """The other pages name the run; the ID of the job is only for the API."""
    job = start(pages).json()["id"]
    assert f"<h1>Run {job}</h1>" in pages.get(f"/runs/{job}").text
    run = workspace.ledger.start_run([])
    workspace.ledger.jobs.set_run(job, run)
    listed = pages.get("/runs").text
    assert f'<a href="/runs/{run}"><code>{run}</code></a>' in listed
    assert job not in listed
    for name in (run, job):
        text = pages.get(f"/runs/{name}").text
        assert f"<h1>Run {run}</h1>" in text
        assert re.search(rf"<dt>Job in the API</dt><dd>{job}</dd>", text)


def events(text: str) -> list[tuple[str, str]]:
    """(ID, kind) of the events in a stream."""
    return re.findall(r"id: (\d+)\r?\nevent: (\w+)", text) or re.findall(r"event: (\w+)", text)


def test_a_stream_repeats_what_a_client_has_missed_and_ends_with_the_run(pages: Pages, workspace: Workspace) -> None:
    job = start(pages).json()["id"]
    jobs = workspace.ledger.jobs
    jobs.start(job, "p")
    jobs.add_events(job, [("stage", '{"stage":"reading"}'), ("problem", '{"text":"<b>"}')])
    jobs.end(job, JobState.DONE)
    whole = pages.get(f"/api/v1/runs/{job}/events")
    assert whole.headers["content-type"].startswith("text/event-stream")
    numbers = [int(number) for number in re.findall(r"^id: (\d+)", whole.text, re.MULTILINE)]
    assert numbers == [1, 2, 3, 4, 5]
    assert whole.text.rstrip().endswith("data: {}")
    rest = pages.get(f"/api/v1/runs/{job}/events", headers={"Last-Event-ID": "3"}).text
    assert re.findall(r"^id: (\d+)", rest, re.MULTILINE) == ["4", "5"]
    assert pages.get(f"/api/v1/runs/{job}/events", headers={"Last-Event-ID": "x"}).status_code == 400


def test_a_stream_ends_with_the_session(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    caller: list[User | None] = [User(id="u1", name="Ann", role=Role.ANALYST)]
    looks = 0

    async def look(*_: object) -> tuple[tuple[RunEvent, ...], bool]:
        nonlocal looks
        looks += 1
        if looks == 3:
            caller[0] = None
        event = RunEvent(id=looks, kind="problem", time=0.0, data=msgspec.Raw(b"{}"))
        return (event,), looks == 5

    monkeypatch.setattr(resource, "_events", look)
    monkeypatch.setattr(resource, "POLL_SECONDS", 0.0)
    monkeypatch.setattr(resource, "CHECK_SECONDS", 0.0)
    app = build_server(WebSettings(workspace=workspace.directory), identify=lambda _: caller[0])
    with TestClient(app, base_url="http://127.0.0.1:8484") as made:
        text = made.get("/api/v1/runs/x/events").text
    assert [number for number, _ in events(text)] == ["1", "2", "3"]


def test_hostile_names_and_texts_are_inert(pages: Pages, workspace: Workspace) -> None:
    job = start(pages).json()["id"]
    workspace.ledger.jobs.start(job, "p")
    workspace.ledger.jobs.add_events(job, [("problem", msgspec.json.encode({"text": HOSTILE}).decode())])
    workspace.ledger.jobs.end(job, JobState.FAILED, problem=HOSTILE)
    for path in ("/runs", "/runs/new", f"/runs/{job}"):
        answer = pages.get(path)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert "<b>office" not in answer.text
        assert not re.search(r"\sstyle=|\son[a-z]+=", answer.text)
    assert HOSTILE in pages.get(f"/api/v1/runs/{job}").json()["arguments"]


def test_only_files_of_the_run_are_sent_as_attachments(pages: Pages, workspace: Workspace) -> None:
    job = start(pages).json()["id"]
    exports(workspace.directory).mkdir()
    for name in (f"{job}.html", "20200101T000000Z-j0000000000.html"):
        (exports(workspace.directory) / name).write_text("<p>report")
    workspace.ledger.jobs.start(job, "p")
    workspace.ledger.jobs.end(job, JobState.DONE, result=f'{{"type":"done","files":["{job}.html","../ledger.db"]}}')
    answer = pages.get(f"/api/v1/runs/{job}/files/{job}.html")
    assert (answer.status_code, answer.text) == (200, "<p>report")
    assert answer.headers["content-disposition"] == f'attachment; filename="tieback-{job}.html"'
    assert answer.headers["content-type"] == "application/octet-stream"
    for name in ("20200101T000000Z-j0000000000.html", "..%2Fledger.db", "ledger.db"):
        assert pages.get(f"/api/v1/runs/{job}/files/{name}").status_code == 404
    assert [one["name"] for one in pages.get(f"/api/v1/runs/{job}").json()["files"]] == [f"{job}.html"]


def test_an_empty_workspace_says_what_to_do(tmp_path: Path) -> None:
    with client(tmp_path / "new", Role.OPERATOR) as made:
        assert "No run yet." in made.get("/runs").text
        page = made.get("/runs/new").text
    assert "There is no upload yet." in page
    assert "A probe needs a grant." in page


def test_a_finished_run_says_what_was_not_probed(scanned: Path) -> None:
    with Workspace.open(scanned) as workspace:
        latest = workspace.ledger.latest_run()
    assert latest is not None
    with client(scanned) as made:
        page = made.get(f"/api/v1/runs/{latest.id}").json()
        text = made.get(f"/runs/{latest.id}").text
    assert page["run"]["state"] == "done"
    assert page["inputs_read"] >= 1
    assert "not probed" in page["not_probed"]
    assert "is not safe. It is unknown." in text


def test_back_ends_that_were_not_probed_are_one_count(scanned: Path) -> None:
    """Several endpoints of one host are one back end, in the run as in the overview and in the list."""
    with client(scanned) as made:
        (run,) = [one["id"] for one in made.get("/api/v1/runs").json()["items"]]
        page, overview = (made.get(f"/api/v1/{path}").json() for path in (f"runs/{run}", "overview"))
        backends = made.get("/api/v1/backends").json()
    assert overview["backends"] == backends["total"]
    assert page["not_probed"].startswith(f"{backends['total']} back ends not probed: ")


def test_a_run_names_each_input_and_target_without_a_result(tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as workspace:
        run = workspace.ledger.start_run(["a.apk"], render_grant(GRANT))
        entries = Inputs()
        entries.add(RunInput("CertChain.apk", "", "", problem="not an app"))
        entries.save(workspace.lake, run)
        with ProbeWriter(workspace.lake, run) as writer:
            writer.add(ProbeReport("smb.<b>.test:445", Outcome.TIMEOUT, problems=("timeout: no answer",)))
            writer.add(ProbeReport("smb.<b>.test:446", Outcome.REFUSED))
        workspace.ledger.end_run(run)
    with client(tmp_path) as made:
        page, overview = (made.get(f"/api/v1/{path}").json() for path in (f"runs/{run}", "overview"))
        text = made.get(f"/runs/{run}").text
    assert page["inputs_failed"] + page["targets_failed"] == overview["problems"] == 2
    assert page["unanswered"] == [{"target": "smb.<b>.test:445", "problem": "no verdict: timeout: no answer"}]
    assert page["problems"] == [
        "CertChain.apk: not an app",
        "smb.<b>.test:445: no verdict: timeout: no answer",
    ]
    assert "1 target without a verdict" in text
    assert text.count("smb.&lt;b&gt;.test:445") == 2
    assert "Nothing to report" not in text


def test_a_server_that_is_no_known_store_is_on_the_overview_as_in_the_report(tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as workspace:
        run = workspace.ledger.start_run(["a.apk"], render_grant(GRANT))
        with ProbeWriter(workspace.lake, run) as writer:
            writer.add(ProbeReport("api.<b>.test:443", Outcome.PROTOCOL_MISMATCH))
        workspace.ledger.end_run(run)
        (problem,) = build_report(workspace, run).problems.rows()
    with client(tmp_path) as made:
        overview, text = made.get("/api/v1/overview").json(), made.get("/").text
    assert overview["unidentified"] == [problem.what]
    assert "1 target answered, but is not a known data store" in problem.what
    assert f"<li>{problem.what}.</li>" in text
    assert "api.&lt;b&gt;.test" not in text, "viewers see it too"
    assert overview["problems"] == 0


def test_a_run_lists_the_rules_of_users_that_were_active(scanned: Path) -> None:
    with Workspace.open(scanned) as workspace:
        latest = workspace.ledger.latest_run()
        assert latest is not None
        save_run_rules(workspace.lake, latest.id, [RulesUsed("<b>acme.toml", "option", "ab" * 32, 3)])
    with client(scanned) as made:
        page = made.get(f"/api/v1/runs/{latest.id}").json()
        text = made.get(f"/runs/{latest.id}").text
    assert page["rules"] == [{"name": "<b>acme.toml", "origin": "option", "sha256": "ab" * 32, "rules": 3}]
    assert "&lt;b&gt;acme.toml: 3 rules" in text


ENTRY = {
    "startedDateTime": "2026-11-01T10:00:00Z", "time": 1, "serverIPAddress": "10.0.0.5",
    "request": {"method": "GET", "url": "http://api.test/", "headers": [], "bodySize": 0},
    "response": {"status": 200, "headers": [], "content": {"size": 0}, "bodySize": 0},
}  # fmt: skip


def test_pages_of_a_run_name_partly_read_captures_and_passed_over_files(tmp_path: Path) -> None:
    folder = tmp_path / "<b>in"
    folder.mkdir()
    (folder / "a.txt").write_text("x")
    whole = json.dumps({"log": {"version": "1.2", "entries": [ENTRY, ENTRY]}})
    (folder / "cut.har").write_text(whole[: whole.rindex("10.0.0.5")])
    with run_scan(ScanRequest((folder,), None, tmp_path / "ws", workers=1), quiet) as done:
        assert len(done.skipped) == 1
    with Workspace.open(tmp_path / "ws") as workspace:
        run = workspace.ledger.latest_run()
        assert run is not None
    with client(tmp_path / "ws") as made:
        page = made.get(f"/api/v1/runs/{run.id}").json()
        recipients = made.get("/api/v1/recipients").json()["figures"]
        head = made.get("/api/v1/overview").json()["headline"]
        texts = {name: made.get(name).text for name in (f"/runs/{run.id}", "/recipients", "/declared", "/")}
    assert [(one["count"], one["first"]) for one in page["skipped"]] == [(1, "a.txt")]
    assert page["captures_partly_read"] == recipients["captures_partly_read"] == head["captures_partly_read"] == 1
    (capture,) = page["partly_read"]
    assert "cut off or damaged: the archive is truncated" in capture["problem"]
    assert recipients["partly_read"][0]["damaged"] is True
    assert "not captures" not in texts["/"]
    assert "&lt;b&gt;in: a.txt was not read: not an app, a capture or a shard" in texts[f"/runs/{run.id}"]
    for name in (f"/runs/{run.id}", "/recipients", "/declared"):
        assert "1 capture only partly read" in texts[name], name
    assert "Captures only partly read: 1" in texts["/"]


def test_an_upload_is_imported_as_an_inventory_from_its_page(pages: Pages, workspace: Workspace) -> None:
    page = pages.get(f"/uploads/{SHA256}").text
    (form,) = re.findall(r'<form method="post" action="/runs".*?</form>', page, re.DOTALL)
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)">', form))
    answer = pages.post("/runs", data=fields, follow_redirects=False)
    assert answer.status_code == 303
    (job,) = workspace.ledger.jobs.latest(9)
    assert decode_arguments(job.arguments) == InventoryJob(inputs=(SHA256,))
    assert "Imports inventories" in pages.get(answer.headers["location"]).text


@pytest.mark.parametrize(
    ("fields", "job"),
    [({"taken": "2026-03-01", "tenant": " acme ", "lists": "complete", "accept_columns": "yes"},
      InventoryJob(inputs=(SHA256,), taken=date(2026, 3, 1), tenant="acme", complete=True, accept_columns=True)),
     ({"lists": "partial"}, InventoryJob(inputs=(SHA256,), partial=True)),
     ({"taken": "2999-01-01"}, None), ({"taken": "1.3.2026"}, None), ({"tenant": "a/b"}, None)],
)  # fmt: skip
def test_the_form_of_inventories(
    pages: Pages, workspace: Workspace, fields: dict[str, str], job: InventoryJob | None
) -> None:
    assert 'name="kind" value="inventory"' in pages.get("/runs/new").text
    answer = pages.post("/runs", data={"kind": "inventory", "inputs": SHA256, **fields}, follow_redirects=False)
    assert (answer.status_code == 303) == (job is not None)
    assert [decode_arguments(one.arguments) for one in workspace.ledger.jobs.latest(9)] == ([job] if job else [])


def test_an_inventory_without_an_upload_is_refused(pages: Pages) -> None:
    assert pages.post("/api/v1/runs", json={"kind": "inventory", "inputs": []}).status_code == 400
    both = {"kind": "inventory", "inputs": [SHA256], "complete": True, "partial": True}
    assert pages.post("/api/v1/runs", json=both).status_code == 400


HEADER = ("Kennung", "<b>Name", "Anzahl")


def refused_table(workspace: Workspace, pages: Pages) -> str:
    """A run of an import that reported a table whose columns do not identify the app. Returns its ID."""
    started = pages.post("/api/v1/runs", json={"kind": "inventory", "inputs": [SHA256], "tenant": "acme"}).json()["id"]
    message = JobColumns(table=SHA256, columns=HEADER, mapping={"count": "Anzahl"})
    document = {key: value for key, value in msgspec.to_builtins(message).items() if key != "type"}
    workspace.ledger.jobs.add_events(started, [("columns", json.dumps(document)), ("columns", '{"later": 1}')])
    workspace.ledger.jobs.start(started, "")
    workspace.ledger.jobs.end(started, JobState.FAILED, problem="no inventory was imported")
    return str(started)


def selected(page: str) -> list[str]:
    return [html.unescape(one) for one in re.findall(r'<option value="([^"]+)" selected>', page)]


def test_the_page_of_an_import_shows_what_each_column_was_taken_for(pages: Pages, workspace: Workspace) -> None:
    run = refused_table(workspace, pages)
    (table,) = pages.get(f"/api/v1/runs/{run}").json()["tables"]
    assert (table["table"], table["name"], table["columns"]) == (SHA256, HOSTILE, list(HEADER))
    assert {one["field"]: one["column"] for one in table["fields"] if one["column"]} == {"count": "Anzahl"}
    assert (table["ignored"], table["missing"]) == (["Kennung", "<b>Name"], ["bundle_id", "store_id", "name"])
    page = pages.get(f"/runs/{run}").text
    assert selected(page) == ["0 count=Anzahl"]
    assert "Missing: a column that identifies the app" in page
    assert "<b>Name" not in page
    with client(workspace.directory, Role.ANALYST) as analyst:
        assert "Import with these columns" not in analyst.get(f"/runs/{run}").text
        assert analyst.post(f"/runs/{run}/columns", data={"choices": "0 name=Kennung"}).status_code == 403


def test_columns_without_a_name_and_repeated_ones_are_said_before_the_import(
    pages: Pages, workspace: Workspace
) -> None:
    started = pages.post("/api/v1/runs", json={"kind": "inventory", "inputs": [SHA256]}).json()["id"]
    columns = ("App", "column 2 (no name)", "Serial", "serial")
    document = msgspec.to_builtins(JobColumns(table=SHA256, columns=columns, mapping={"name": "App"}))
    document.pop("type")
    workspace.ledger.jobs.add_events(started, [("columns", json.dumps(document))])
    workspace.ledger.jobs.start(started, "")
    workspace.ledger.jobs.end(started, JobState.FAILED, problem="no inventory was imported")
    (table,) = pages.get(f"/api/v1/runs/{started}").json()["tables"]
    assert table["repeated"] == ["Serial"]
    page = pages.get(f"/runs/{started}").text
    assert "The header has Serial more than once. Only the first column of each name is read." in page
    assert 'value="0 device=column 2 (no name)"' in page
    assert 'value="0 device=Serial"' in page
    assert 'value="0 device=serial"' not in page


def test_the_page_says_that_logs_of_zeek_are_chosen_together(pages: Pages) -> None:
    assert "Choose the logs of Zeek of one period together" in pages.get("/runs/new").text


def test_chosen_columns_start_the_same_import(pages: Pages, workspace: Workspace, changes: Changes) -> None:
    run = refused_table(workspace, pages)
    changes.lines.clear()
    choices = ["0 bundle_id=Kennung", "0 name=<b>Name", "", ""]
    answer = pages.post(f"/runs/{run}/columns", data={"choices": choices}, follow_redirects=False)
    assert answer.status_code == 303
    job = workspace.ledger.jobs.job(answer.headers["location"].split("/")[2].partition("?")[0])
    assert job is not None
    expected = {SHA256: {"bundle_id": "Kennung", "name": "<b>Name"}}
    assert decode_arguments(job.arguments) == InventoryJob(inputs=(SHA256,), tenant="acme", columns=expected)
    assert changes.lines == [("Ann", "start a run (inventory)", job.id)]


@pytest.mark.parametrize(
    ("choices", "problem", "kept"),
    [(["0 count=Kennung", "0 device=Anzahl"], "no column identifies the app", ["0 device=Anzahl", "0 count=Kennung"]),
     (["0 name=Anzahl", "0 version=Nothing"], "the table has no column Nothing", ["0 name=Anzahl"]),
     ("0 user=<b>Name", "no column identifies the app", ["0 user=<b>Name"]), ("", "no column identifies the app", []),
     (["0 name=Anzahl", "0 colour=Kennung"], "colour is not a field", ["0 name=Anzahl"])],
)  # fmt: skip
def test_a_wrong_choice_keeps_what_was_chosen(
    pages: Pages, workspace: Workspace, changes: Changes, choices: list[str] | str, problem: str, kept: list[str]
) -> None:
    run = refused_table(workspace, pages)
    changes.lines.clear()
    answer = pages.post(f"/runs/{run}/columns", data={"choices": choices}, follow_redirects=False)
    assert answer.status_code == 400
    assert problem in answer.text
    assert sorted(selected(answer.text)) == sorted(kept)
    assert "--map" not in answer.text
    assert (len(workspace.ledger.jobs.latest(9)), changes.lines) == (1, [])


@pytest.mark.parametrize(
    "columns",
    [{SHA256: {"count": "Anzahl"}}, {SHA256: {"name": ""}}, {SHA256: {"colour": "x", "name": "y"}},
     {"0" * 64: {"name": "Name"}}, {SHA256: {}}],
)  # fmt: skip
def test_the_api_checks_chosen_columns(pages: Pages, columns: dict[str, dict[str, str]]) -> None:
    body = {"kind": "inventory", "inputs": [SHA256], "columns": columns}
    answer = pages.post("/api/v1/runs", json=body)
    assert (answer.status_code, answer.json()["title"]) == (400, "Bad Request")
    body["columns"] = {"*": {"name": "Name"}}
    assert pages.post("/api/v1/runs", json=body).status_code == 201


def test_columns_of_a_run_without_tables_cannot_be_chosen(pages: Pages) -> None:
    run = start(pages).json()["id"]
    assert "Columns of plain tables" not in pages.get(f"/runs/{run}").text
    assert pages.post(f"/runs/{run}/columns", data={"choices": "0 name=x"}).status_code == 400
    assert pages.post("/runs/nothing/columns", data={"choices": "0 name=x"}).status_code == 404
