"""What each kind of job does: the same as the command line. The process around it is in ``test_queue``."""

import hashlib
import json
import os
import signal
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import msgspec
import pytest

from tests.lab.ports import free_port
from tests.unit.cases.samples import exposure
from tests.unit.intake.traffic.test_log_groups import tab_separated
from tests.unit.intake.traffic.test_log_groups import write as write_logs
from tests.unit.pipeline.jobs.conftest import add, finished, job_of, texts, until
from tests.unit.pipeline.test_rule_sets import FIELDHAND
from tests.unit.pipeline.workspaces import make
from tieback.cases.policy import default_policy
from tieback.model.backend import Candidate, Route
from tieback.model.errors import GrantError, InputError, StoppedError, TiebackError, UsageError
from tieback.model.grant import Depth, Grant, Limits, TargetRule
from tieback.model.probe import NO_BYTE, Access, Identity, Outcome, ProbeReport
from tieback.pipeline.disclosure.cases import open_case_service
from tieback.pipeline.jobs import folders, work
from tieback.pipeline.jobs.kinds import (
    ImportJob,
    InventoryJob,
    JobArguments,
    Phase,
    ProbeJob,
    RecheckJob,
    ReportJob,
    ScanJob,
    encode_arguments,
    phases_of,
)
from tieback.pipeline.jobs.messages import (
    MAX_LINE,
    JobColumns,
    JobMessage,
    JobNote,
    JobResult,
    RunBegun,
    encode_message,
)
from tieback.pipeline.jobs.order import JobOrder
from tieback.pipeline.jobs.queue import JobRunner
from tieback.pipeline.jobs.work import JobReporter, perform
from tieback.pipeline.progress import Progress
from tieback.pipeline.report import run_report
from tieback.pipeline.views.inventory import inventory_page, list_devices
from tieback.scope.grant import grant_sha256, render_grant
from tieback.storage.ledger.inventory_pages import DeviceFilter
from tieback.storage.ledger.jobs import JobState
from tieback.storage.ledger.pseudonyms import Pseudonyms
from tieback.storage.trust import accept_file
from tieback.storage.uploads import UploadFolder
from tieback.storage.workspace import Workspace

APP = Path(__file__).parents[4] / "labs" / "apps" / "fieldhand.apk"
GRANT = Grant(
    "test", "t@t.test", datetime.now(UTC).date() + timedelta(days=9),
    target=(TargetRule("127.0.0.0/8", "any", Depth.DESCRIBE),),
    limits=Limits(connects_per_second=0.0),
)  # fmt: skip
PORTS = b"""<?xml version="1.0"?><nmaprun scanner="nmap" start="1779184800"><host starttime="1779184800">
<status state="up"/>
<address addr="192.0.2.1" addrtype="ipv4"/><ports><port protocol="tcp" portid="6379"><state state="open"/>
<service name="redis"/></port></ports></host></nmaprun>"""


def upload(workspace: Path, data: bytes, name: str = "file") -> str:
    digest = hashlib.sha256(data).hexdigest()
    with UploadFolder(workspace).receive(digest, length=len(data), author="ann", name=name) as writer:
        writer.write(data)
        writer.finish()
    return digest


def permit(workspace: Path, grant: Grant = GRANT) -> str:
    (workspace / "grants" / "grant.toml").write_text(render_grant(grant))
    return grant_sha256(render_grant(grant))


class Told:
    """What a job has reported."""

    def __init__(self) -> None:
        self.messages: list[JobMessage] = []
        self.stages: list[str] = []
        self.reporter = JobReporter(self.messages.append, self._stage)

    @contextmanager
    def _stage(self, name: str) -> Iterator[Progress]:
        self.stages.append(name)
        yield lambda _done, _total: None

    @property
    def notes(self) -> list[str]:
        return [message.text for message in self.messages if isinstance(message, JobNote)]


def do(
    workspace: Path, job: JobArguments, told: Told | None = None, since: float | None = None, number: int = 0
) -> JobResult:
    """All phases of a job in this process, whose network stays."""
    result = JobResult()
    for phase in phases_of(job):
        order = JobOrder(
            id=f"20261128T100000Z-j{number:010x}",
            workspace=workspace,
            arguments=encode_arguments(job),
            phase=phase,
            grants=None,
            since=time.time() if since is None else since,
            isolated=True,  # as the whole process would be; else importing would take the network from the tests
            memory_bytes=1 << 40,
            parent=0,
        )
        result = perform(order, job, (told or Told()).reporter)
    return result


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    Workspace.open(tmp_path / "ws").close()
    return tmp_path / "ws"


def test_only_a_scan_under_a_grant_has_a_phase_of_its_own_for_reading() -> None:
    assert phases_of(ScanJob(inputs=("a",), grant="b")) == (Phase.READ, Phase.WORK)
    for job in (ScanJob(inputs=("a",)), ImportJob(inputs=()), ReportJob(format="x"), RecheckJob(grant="b")):
        assert phases_of(job) == (Phase.WORK,)


def test_uploaded_logs_of_zeek_that_are_chosen_together_are_joined(directory: Path, tmp_path: Path) -> None:
    """Uploads are stored under their hashes, so the names come from the users' end."""
    paths = write_logs(tmp_path, tab_separated, "log")
    inputs = tuple(upload(directory, path.read_bytes(), path.name) for path in paths)
    empty = upload(directory, b"#separator \\x09\n#path\thttp\n#fields\tts\tuid\tid.orig_h\tid.resp_h\n", "http.log")
    told = Told()
    result = do(directory, ScanJob(inputs=(*inputs, empty), grant=permit(directory)), told)
    assert result.figures["inputs_read"] == 1
    with run_report(directory, result.run or "") as report:
        (capture,) = report.captures.rows()
        servers = {(one.host, one.port) for one in report.servers.rows()}
    assert servers == {("api.shop.test", 443), ("es.shop.test", 8080), ("cache.shop.test", 6379)}
    names = "conn.log, dns.log, http.log, ssl.log, http.log"
    assert UploadFolder(directory).name_of(capture.path) == names
    assert [one.what for one in capture.remarks] == ["no records: the log http has only its header"]


def test_a_scan_makes_a_run_once_and_later_reads_its_inputs_again(directory: Path) -> None:
    told, began = Told(), time.time()
    sha256 = upload(directory, APP.read_bytes())
    first = do(directory, ScanJob(inputs=(sha256,)), told)
    assert first.figures | {"inputs_read": 1, "inputs_failed": 0, "apps_analysed": 1} == first.figures
    assert "not probed: there is no grant" in first.not_probed
    assert [message.run for message in told.messages if isinstance(message, RunBegun)] == [first.run]
    # The server ended before it heard of the result.
    assert do(directory, ScanJob(inputs=(sha256,)), since=began).run == first.run
    UploadFolder(directory).delete(upload(directory, b"other"))
    with Workspace.open(directory) as workspace:
        assert [run.id for run in workspace.ledger.list_runs()] == [first.run]
    (directory / "rules").mkdir()
    (directory / "rules" / "a.toml").write_text(FIELDHAND)
    accept_file(directory, "rules")
    again = do(directory, ScanJob(run=first.run))
    assert again.run != first.run
    assert again.figures["apps_analysed"] == 1
    with run_report(directory, again.run) as report:
        assert [(one.name, one.origin) for one in report.rules] == [("a.toml", "workspace")]
        assert "fieldhand-host:es" in [row.sighting.endpoint.value for row in report.sightings.rows()]
    assert do(directory, ReportJob(format="json")).files == ("20261128T100000Z-j0000000000.json",)
    assert folders.export_file(directory, "20261128T100000Z-j0000000000.json") is not None


def test_a_scan_without_a_readable_input_fails_and_leaves_no_run(directory: Path) -> None:
    told = Told()
    with pytest.raises(InputError, match="no input was read"):
        do(directory, ScanJob(inputs=(upload(directory, b"PK\x03\x04 no app"),)), told)
    assert len(told.notes) == 1
    with Workspace.open(directory) as workspace:
        assert workspace.ledger.list_runs() == []


def test_inputs_that_are_no_files_of_the_server_are_left_to_the_command_line(directory: Path) -> None:
    with Workspace.open(directory) as workspace:
        for args in (["https://example.org/a.apk"], ["manifest:/apps.csv"]):
            run = workspace.ledger.start_run(args)
            workspace.ledger.end_run(run)
            with pytest.raises(UsageError, match="not files of the server"):
                do(directory, ScanJob(run=run))


@pytest.mark.more
def test_a_scan_under_a_grant_probes_what_the_grant_covers(directory: Path) -> None:
    told = Told()
    hosts = {"es.fieldhand.test": "127.77.13.9", "api.fieldhand.test": "127.77.13.9"}
    grant = permit(directory, msgspec.structs.replace(GRANT, hosts=hosts))
    result = do(directory, ScanJob(inputs=(upload(directory, APP.read_bytes()),), grant=grant), told)
    assert result.figures["apps_analysed"] == 1
    assert "there is no grant" not in result.not_probed
    assert told.stages.count("reading apps and traffic") == 2, "once to read, and once to find it read"
    with Workspace.open(directory) as workspace:
        (run,) = workspace.ledger.list_runs()
    assert run.grant_sha256 is not None


def test_a_probe_writes_reports_and_its_audit(directory: Path) -> None:
    port = free_port()
    result = do(directory, ProbeJob(targets=(f"127.0.0.1:{port}", "192.0.2.1:80"), grant=permit(directory)))
    assert (result.figures["targets"], result.figures["closed_ports"], result.figures["outside_the_grant"]) == (2, 1, 1)
    assert {Path(name).suffix for name in result.files} == {".html", ".json"}
    assert f"127.0.0.1:{port}" in (directory / "audit.jsonl").read_text()
    assert "1 of 2 candidates not probed" in result.not_probed


def test_the_figures_of_a_probe_are_those_of_its_files(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One store at two services counts once, as in the report; a target without a verdict is named."""
    uid, other = (
        Identity("elasticsearch:cluster_uuid:1", "vendor_id"),
        Identity("elasticsearch:cluster_uuid:2", "vendor_id"),
    )
    hidden = {"access": Access.UNKNOWN, "product": "redis"}
    reports = (
        *(answer(9200 + at, identity=uid, access=Access.AUTH_REQUIRED, untested=("another account",)) for at in (0, 1)),
        answer(9202, identity=other, access=Access.AUTH_REQUIRED),
        *(answer(6379 + at, identity=Identity("redis:run_id:1", "vendor_id"), **hidden) for at in (0, 1)),
        ProbeReport("127.0.0.1:445", Outcome.TIMEOUT, problems=("timeout: no answer",)),
        ProbeReport("127.0.0.1:446", Outcome.REFUSED),
        # Something that closes each connection is not a closed port.
        ProbeReport("127.0.0.1:447", Outcome.REFUSED, problems=(f"refused: the peer reset the connection {NO_BYTE}",)),
        ProbeReport("127.0.0.1:448", Outcome.HOSTILE, problems=("interim responses that do not end",)),
        ProbeReport("127.0.0.1:449", Outcome.PROTOCOL_MISMATCH, problems=("not a known store: 21 protocols tried",)),
        ProbeReport("127.0.0.1:9200/es/", Outcome.PROTOCOL_MISMATCH),
        ProbeReport("192.0.2.1:1", Outcome.OUT_OF_SCOPE),
    )

    async def instead(*_: object, **__: object) -> AsyncGenerator[ProbeReport]:
        for report in reports:
            yield report

    monkeypatch.setattr(work, "probe_targets", instead)
    told = Told()
    result = do(directory, ProbeJob(targets=("127.0.0.1:9200",), grant=permit(directory)), told)
    figures, (name,) = result.figures, [name for name in result.files if name.endswith(".json")]
    document = json.loads((folders.exports(directory) / name).read_bytes())
    head = document["headline"]
    assert (figures["services_answering"], figures["stores_answering"]) == (5, 3)
    assert {key: figures[f"stores_{key}"] for key in ("answering", "exposed")} == {
        key: head[f"stores_{key}"] for key in ("answering", "exposed")
    }
    assert figures["stores_not_decided"] == head["undecided"] == 2
    assert result.not_decided.startswith("2 data stores are not decided")
    assert [target for target, _ in result.unanswered] == [f"127.0.0.1:{port}" for port in (445, 447, 448)]
    assert result.unanswered[0] == ("127.0.0.1:445", "no verdict: timeout: no answer")
    lost = [one for one in document["problems"] if one["what"].startswith("no verdict: ")]
    assert result.targets_failed == len(lost) == figures["without_answer"] + figures["unusable_answers"] == 3
    # Every target is in one of the figures, and every problem of the report is on the page.
    parts = ("services_answering", "no_known_store", "paths_without_a_store", "closed_ports", "without_answer")
    assert sum(figures[part] for part in (*parts, "unusable_answers", "outside_the_grant")) == figures["targets"]
    assert (figures["no_known_store"], figures["closed_ports"]) == (1, 1)
    others = [one for one in document["problems"] if one not in lost]
    assert told.notes == [f"{one['where']}: {one['what']}" for one in others]
    assert [one["where"] for one in others] == ["127.0.0.1:449"]


def answer(port: int, **more: Any) -> ProbeReport:
    return ProbeReport(
        f"127.0.0.1:{port}", Outcome.OK, **{"product": "elasticsearch", "address": f"127.0.0.1:{port}", **more}
    )


@pytest.mark.parametrize(
    ("grant", "problem"),
    [
        (msgspec.structs.replace(GRANT, not_after=datetime(2020, 1, 1, tzinfo=UTC).date()), "expired"),
        (None, "no grant on the server has this SHA-256"),
    ],
)
def test_a_grant_that_is_gone_or_over_contacts_nothing(directory: Path, grant: Grant | None, problem: str) -> None:
    digest = permit(directory, grant) if grant is not None else "0" * 64
    with pytest.raises(GrantError, match=problem):
        do(directory, ProbeJob(targets=("127.0.0.1:1",), grant=digest))
    assert not (directory / "audit.jsonl").exists()


def test_the_stop_file_of_the_workspace_stops_a_probe(directory: Path) -> None:
    digest = permit(directory)
    (directory / "stop").touch()
    with pytest.raises(StoppedError):
        do(directory, ProbeJob(targets=("127.0.0.1:1",), grant=digest))


def test_a_recheck_looks_at_each_case_once(tmp_path: Path) -> None:
    (route,) = exposure().routes
    way = Candidate("127.0.0.1", free_port(), "elasticsearch", Route.NAMED, (route.endpoint,), "named")
    target = f"127.0.0.1:{way.port}"
    store = exposure(targets=(target,), addresses=(), routes=(msgspec.structs.replace(route, candidate=way),))
    directory = make(tmp_path, stores=(store,))
    with open_case_service(directory) as work:
        work.open(default_policy())
        (case,) = work.cases()
    grant, began, told = permit(directory), time.time(), Told()
    assert do(directory, RecheckJob(grant=grant, cases=(case.id,)), told, since=began).figures["cases"] == 1
    assert told.notes[0].startswith(f"{case.id}: closed")
    # A second attempt of the same job finds it done.
    assert do(directory, RecheckJob(grant=grant), since=began).figures == {"cases": 0}
    with pytest.raises(UsageError, match="no such case"):
        do(directory, RecheckJob(grant=grant, cases=("case-none",)))


def test_reports_of_other_tools_are_imported_once(directory: Path) -> None:
    told = Told()
    good, bad = upload(directory, PORTS, "nmap.xml"), upload(directory, b"no report")
    result = do(directory, ImportJob(inputs=(good, bad)), told)
    assert (result.figures["inputs_read"], result.figures["inputs_failed"], result.figures["services"]) == (1, 1, 1)
    again = Told()
    assert do(directory, ImportJob(inputs=(good,)), again).figures["inputs_read"] == 1
    assert "already imported" in again.notes[0]
    with pytest.raises(InputError, match="no report was imported"):
        do(directory, ImportJob(inputs=(bad,)))


def test_a_data_safety_export_needs_the_app_of_the_job(directory: Path) -> None:
    header = "Question ID (machine readable),Response ID (machine readable),Response value"
    rows = ("PSL_DATA_TYPES_PERSONAL,PSL_EMAIL,true", "PSL_DATA_TYPES_PERSONAL,PSL_NAME,true")
    form, told = upload(directory, "\n".join((header, *rows)).encode(), "data_safety_export.csv"), Told()
    with pytest.raises(InputError, match="no report was imported"):
        do(directory, ImportJob(inputs=(form,)), told)
    assert "the file does not name its app" in told.notes[0]
    assert "the field App" in told.notes[0]
    done = do(directory, ImportJob(inputs=(form,), app="test.shop.app"))
    assert (done.figures["inputs_read"], done.figures["declared_types"]) == (1, 2)
    ports = upload(directory, PORTS, "nmap.xml")
    assert "declared_types" not in do(directory, ImportJob(inputs=(ports,))).figures
    with pytest.raises(InputError, match="no report was imported"):
        do(directory, ImportJob(inputs=(ports,), app="test.shop.app"), told)
    assert "names its apps itself" in told.notes[-1]


WORKSPACE_ONE = b"Application Name,Application ID,Version,Serial Number\nWorkhub,com.workhub.mobile,2.10.4,S1\n"
DEVICE_APPS = b"""{"DeviceApps": [{"ApplicationName": "Workhub", "ApplicationIdentifier": "com.workhub.mobile",
"Version": "2.10.4", "Status": "Installed"}], "Page": 0, "PageSize": 500, "Total": 1}"""
PLAIN = b"Paket,Name der App,Anzahl\ncom.plain,Plain,7\n"


def fleet(directory: Path) -> dict[str, int]:
    with Workspace.open(directory) as workspace:
        return {app.bundle_id: app.devices for app in workspace.ledger.inventory.apps()}


def test_uploaded_inventories_are_imported(directory: Path) -> None:
    told = Told()
    first, second = upload(directory, WORKSPACE_ONE, "ws1.csv"), upload(directory, DEVICE_APPS, "device-17.json")
    done = do(directory, InventoryJob(inputs=(first, second), taken=date(2026, 3, 1)), told)
    assert (done.figures["inputs_read"], done.figures["rows"]) == (2, 2)
    assert fleet(directory) == {"com.workhub.mobile": 2}
    assert "ws1.csv: Workspace ONE UEM, CSV, data of 2026-03-01" in told.notes
    with Workspace.open(directory) as workspace:
        assert {one.name for one in inventory_page(workspace).imports.items} == {"ws1.csv", "device-17.json"}
        assert Pseudonyms.of(directory).device("workspace-one", "device-17") in {
            device.id for device in list_devices(workspace, DeviceFilter()).items
        }
    again = Told()
    do(directory, InventoryJob(inputs=(first,), taken=date(2026, 3, 1)), again)
    assert any("already imported" in text for text in again.notes)


def test_a_plain_table_needs_the_consent_of_the_user(directory: Path) -> None:
    told = Told()
    table, app = upload(directory, PLAIN, "apps.csv"), upload(directory, b"PK no app", "a.apk")
    with pytest.raises(InputError, match="no inventory was imported"):
        do(directory, InventoryJob(inputs=(table, app)), told)
    assert any("apps.csv: detected columns, not imported until you accept them: " in text for text in told.notes)
    assert not any("--" in text for text in told.notes)  # the page has no options of the command line
    done = do(directory, InventoryJob(inputs=(table, app), accept_columns=True))
    assert (done.figures["inputs_read"], done.figures["inputs_failed"]) == (1, 1)
    assert fleet(directory) == {"com.plain": 7}


UNKNOWN = b"Kennung,Bezeichnung,Anzahl\ncom.plain,Plain,7\n"


def columns_of(told: Told) -> list[JobColumns]:
    return [message for message in told.messages if isinstance(message, JobColumns)]


def test_the_columns_of_a_plain_table_are_reported_and_chosen(directory: Path) -> None:
    told, table, other = Told(), upload(directory, UNKNOWN, "a.csv"), upload(directory, UNKNOWN + b"x,X,1\n", "b.csv")
    with pytest.raises(InputError, match="no inventory was imported") as caught:
        do(directory, InventoryJob(inputs=(table, other)), told)
    assert caught.value.advice == "Choose what the columns of the table mean"
    (found,) = columns_of(told)  # both tables have the same columns
    assert (found.table, found.columns) == (table, ("Kennung", "Bezeichnung", "Anzahl"))
    assert (found.mapping, found.origin, found.imported) == ({"count": "Anzahl"}, "detected", False)
    told, chosen = Told(), {"bundle_id": "Kennung", "name": "Bezeichnung", "count": "Anzahl"}
    done = do(directory, InventoryJob(inputs=(table, other), columns={table: chosen}), told)
    assert (done.figures["inputs_read"], columns_of(told)[0].imported) == (2, True)
    assert fleet(directory) == {"com.plain": 7, "x": 1}


def test_columns_that_are_not_imported_are_not_reported_as_imported(directory: Path) -> None:
    table, other = upload(directory, UNKNOWN, "a.csv"), upload(directory, UNKNOWN + b"x,X,1\n", "b.csv")
    do(directory, InventoryJob(inputs=(table, other), columns={"*": {"bundle_id": "Bezeichnung"}}))
    told = Told()
    with pytest.raises(InputError, match="no inventory was imported"):
        do(directory, InventoryJob(inputs=(table,), columns={"*": {"bundle_id": "Kennung"}}), told)
    assert [one.imported for one in columns_of(told)] == [False]
    assert "a.csv: not imported with these columns" in told.notes[0]
    assert "Remove the imports of that day" in told.notes[0]


def test_tables_with_the_same_columns_and_another_meaning_are_reported_one_by_one(directory: Path) -> None:
    table, other = upload(directory, UNKNOWN, "a.csv"), upload(directory, UNKNOWN + b"x,X,1\n", "b.csv")
    first, second = {"bundle_id": "Kennung"}, {"bundle_id": "Bezeichnung"}
    told = Told()
    do(directory, InventoryJob(inputs=(table, other), columns={table: first, other: second}), told)
    assert [(one.table, one.mapping, one.imported) for one in columns_of(told)] == [
        (table, first, True), (other, second, True),
    ]  # fmt: skip
    # Another run imports nothing again, and reports what each import has.
    told = Told()
    do(directory, InventoryJob(inputs=(table, other)), told)
    assert [(one.table, one.mapping) for one in columns_of(told)] == [(table, first), (other, second)]


@pytest.mark.parametrize("table", ["", "*"])
def test_a_mapping_without_its_column_is_reported_and_not_remembered(directory: Path, table: str) -> None:
    sha256 = upload(directory, UNKNOWN, "a.csv")
    wrong = InventoryJob(inputs=(sha256,), columns={table or sha256: {"bundle_id": "Nummer"}})
    for job, origin, mapping in (
        (wrong, "chosen", {"bundle_id": "Nummer"}),
        (InventoryJob(inputs=(sha256,)), "detected", {"count": "Anzahl"}),
    ):
        told = Told()
        with pytest.raises(InputError, match="no inventory was imported"):
            do(directory, job, told)
        (found,) = columns_of(told)
        assert (found.origin, found.mapping, found.imported) == (origin, mapping, False)


def test_tables_of_a_zip_file_are_mapped_one_by_one(directory: Path) -> None:
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", UNKNOWN)
        archive.writestr("b!.csv", b"Nummer,Titel\ncom.second,Second\n")
    sha256, told = upload(directory, packed.getvalue(), "both.zip"), Told()
    job = InventoryJob(inputs=(sha256,), columns={f"{sha256}!a.csv": {"bundle_id": "Kennung"}})
    do(directory, job, told)
    first, second = columns_of(told)
    assert (first.table, first.imported, second.table, second.imported) == (
        f"{sha256}!a.csv", True, f"{sha256}!b!.csv", False,
    )  # fmt: skip
    do(directory, InventoryJob(inputs=(sha256,), columns={f"{sha256}!b!.csv": {"bundle_id": "Nummer"}}))
    assert set(fleet(directory)) == {"com.plain", "com.second"}


def test_a_table_with_a_thousand_long_columns_fits_into_a_message(directory: Path) -> None:
    header = ",".join(f"{'Ü' * 20}{number}" for number in range(900)).encode()
    sha256, told = upload(directory, header + b"\n", "wide.csv"), Told()
    with pytest.raises(InputError):
        do(directory, InventoryJob(inputs=(sha256,)), told)
    (found,) = columns_of(told)
    assert len(encode_message(found)) < MAX_LINE
    assert len(found.columns) + found.more == 900


def test_an_inventory_is_imported_in_a_process_without_network(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "ws") as workspace:
        job = add(workspace, InventoryJob(inputs=(upload(workspace.directory, WORKSPACE_ONE, "ws1.csv"),)))
        runner = JobRunner(workspace.directory)
        runner.start()
        try:
            row = finished(workspace, job)
        finally:
            runner.stop()
        assert (row.state, row.problem) == (JobState.DONE, "")
        assert texts(workspace, job, "phase") == ['{"phase":"work","isolated":true}']
        assert [app.bundle_id for app in workspace.ledger.inventory.apps()] == ["com.workhub.mobile"]


def test_an_unknown_format_and_an_unknown_run_are_errors(directory: Path) -> None:
    for job in (ReportJob(format="exe"), ReportJob(format="json", run="none"), ReportJob(format="json")):
        with pytest.raises(TiebackError):
            do(directory, job)


@pytest.mark.more
def test_a_real_process_analyses_an_upload_without_network(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "ws") as workspace:
        sha256 = upload(workspace.directory, APP.read_bytes(), "fieldhand.apk")
        grant = permit(workspace.directory)
        runner = JobRunner(workspace.directory)
        plain, probing = (add(workspace, ScanJob(inputs=(sha256,), grant=one)) for one in ("", grant))
        report = add(workspace, ReportJob(format="html"))
        runner.start()
        try:
            rows = [finished(workspace, job) for job in (plain, probing, report)]
        finally:
            runner.stop()
        assert [(row.state, row.problem) for row in rows] == [(JobState.DONE, "")] * 3
        assert {row.run for row in rows[:2]} == {run.id for run in workspace.ledger.list_runs()}
        assert texts(workspace, plain, "phase") == ['{"phase":"work","isolated":true}']
        assert texts(workspace, probing, "phase") == [
            '{"phase":"read","isolated":true}',
            '{"phase":"work","isolated":false}',
        ]
        assert folders.export_file(workspace.directory, f"{report}.html") is not None


@pytest.mark.more
def test_a_real_scan_resumes_after_a_kill_of_its_process(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "ws") as workspace:
        sha256 = upload(workspace.directory, APP.read_bytes(), "fieldhand.apk")
        job = add(workspace, ScanJob(inputs=(sha256,)))
        runner = JobRunner(workspace.directory)
        runner.start()
        try:
            until(lambda: job_of(workspace, job).run is not None)
            os.kill(int(job_of(workspace, job).process.split()[1]), signal.SIGKILL)
            row = finished(workspace, job)
        finally:
            runner.stop()
        assert (row.state, row.attempts) == (JobState.DONE, 2)
        assert [run.id for run in workspace.ledger.list_runs()] == [row.run], "the second attempt resumes the run"
