"""Declarations of a run: manifests of scanned packages by content hash, forms by package name and time of import."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.unit.pipeline.mapping.test_recipients import EMAIL, flow
from tieback.model.app import App, Platform
from tieback.model.declaration import DeclarationFormat, Declared, DeclaredState, DeclaredType, PrivacyDeclaration
from tieback.model.errors import InputError
from tieback.model.flow import FlowApp
from tieback.model.report.document import Report
from tieback.model.sighting import AppDocument
from tieback.model.unit import Unit
from tieback.pipeline.mapping.capture_recipients import CaptureRecipients
from tieback.pipeline.mapping.declared_files import read_declarations
from tieback.pipeline.passive_evidence import ImportedReport, import_reports
from tieback.pipeline.report import build_report
from tieback.pipeline.traffic import TRAFFIC_ANALYSIS
from tieback.storage.lake.tables.apps import app_tables, read_app_documents
from tieback.storage.lake.tables.flows import flow_tables
from tieback.storage.lake.tables.imports import import_page
from tieback.storage.lake.tables.inputs import RunInput, save_inputs
from tieback.storage.workspace import Workspace

HEADER = "Question ID (machine readable),Response ID (machine readable),Response value\n"
EMAIL_FORM = f"{HEADER}PSL_DATA_TYPES_PERSONAL,PSL_EMAIL,true\n"
NOTHING_FORM = f"{HEADER}PSL_DATA_COLLECTION_COLLECTS_PERSONAL_DATA,,false\n"
CAPTURE = Unit("c" * 64, TRAFFIC_ANALYSIS, "/captures/run.har", 1)
APPLE = DeclarationFormat.APPLE_MANIFEST
MANIFEST = PrivacyDeclaration(
    APPLE, "Payload/Shop.app/PrivacyInfo.xcprivacy", types=(DeclaredType("NSPrivacyCollectedDataTypePhoneNumber"),)
)


def export(folder: Path, text: str = EMAIL_FORM, name: str = "data_safety_export.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def imported(folder: Path, path: Path, app: str) -> ImportedReport:
    (end,) = import_reports(folder / "ws", [path], app=app)
    assert isinstance(end, ImportedReport), end
    return end


def scanned(folder: Path, platform: Platform | None, *manifests: PrivacyDeclaration) -> Workspace:
    """A workspace with a run over an app, if there is a platform, and a capture in which it sends an address."""
    workspace = Workspace.open(folder / "ws")
    inputs = [RunInput(CAPTURE.source, CAPTURE.key, CAPTURE.version)]
    if platform is not None:
        unit = Unit("e" * 64, "1", "shop", 1)
        app = App(platform, "test.shop.app", unit.key, "Shop")
        workspace.lake.publish(
            "app", app_tables([(unit, AppDocument(unit.source, app, declarations=manifests))]), [unit]
        )
        inputs.append(RunInput(unit.source, unit.key, unit.version))
    seen = replace(flow("api.shop.test", EMAIL), app=FlowApp("Shop", "test.shop.app"))
    workspace.lake.publish("run", flow_tables([(CAPTURE, ([seen], []))]), [CAPTURE])
    run = workspace.ledger.start_run([])
    save_inputs(workspace.lake, run, inputs)
    workspace.ledger.conclusions.save(run, (), ())
    workspace.ledger.end_run(run)
    return workspace


def report_of(workspace: Workspace) -> Report:
    run = workspace.ledger.latest_run()
    assert run is not None
    return build_report(workspace, run.id)


def mark(report: Report) -> tuple[Declared, tuple[str, ...]]:
    (one,) = report.recipients.rows()
    return one.declared, one.declared_by


@pytest.mark.parametrize(
    ("platform", "manifests", "found"),
    [
        (None, (), Declared.UNKNOWN),
        (Platform.ANDROID, (), Declared.UNKNOWN),
        (Platform.IOS, (), Declared.UNKNOWN),
        (Platform.IOS, (replace(MANIFEST, types=None),), Declared.UNKNOWN),
        (Platform.IOS, (MANIFEST,), Declared.NOT_DECLARED),
    ],
)
def test_without_a_list_nothing_is_undeclared(
    tmp_path: Path, platform: Platform | None, manifests: tuple[PrivacyDeclaration, ...], found: Declared
) -> None:
    with scanned(tmp_path, platform, *manifests) as workspace:
        assert mark(report_of(workspace)) == (found, ())


@pytest.mark.parametrize("platform", [None, Platform.ANDROID], ids=["captured", "android"])
def test_a_form_imported_before_the_run_counts(tmp_path: Path, platform: Platform | None) -> None:
    assert imported(tmp_path, export(tmp_path), "test.shop.app").declared == 1
    with scanned(tmp_path, platform) as workspace:
        report = report_of(workspace)
        assert mark(report) == (Declared.DECLARED, ("Play Data Safety",))
        (item,) = report.declared.rows()
        assert (item.app, item.bundle_id, item.state, item.hosts) == (
            "Shop", "test.shop.app", DeclaredState.SEEN, ("api.shop.test",),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "encrypted", "stated"), [("true", False, True), ("true", True, False), ("false", False, False)]
)
def test_a_form_that_states_encryption_is_compared_with_flows_in_the_clear(
    tmp_path: Path, answer: str, encrypted: bool, stated: bool
) -> None:
    form = export(tmp_path, f"{EMAIL_FORM}PSL_DATA_COLLECTION_ENCRYPTED_IN_TRANSIT,,{answer}\n")
    totals = CaptureRecipients(read_declarations([form]))
    totals.add(replace(flow("api.shop.test", EMAIL), encrypted=encrypted))
    (one,) = totals.recipients()
    assert (one.declared, one.encryption_stated) == (Declared.DECLARED, stated)


def test_the_latest_form_counts(tmp_path: Path) -> None:
    imported(tmp_path, export(tmp_path), "test.shop.app")
    imported(tmp_path, export(tmp_path, NOTHING_FORM, "newer.csv"), "test.shop.app")
    with scanned(tmp_path, Platform.ANDROID) as workspace:
        assert mark(report_of(workspace)) == (Declared.NOT_DECLARED, ())


def test_a_form_of_google_play_says_nothing_about_an_ios_app(tmp_path: Path) -> None:
    imported(tmp_path, export(tmp_path), "test.shop.app")
    with scanned(tmp_path, Platform.IOS, MANIFEST) as workspace:
        assert mark(report_of(workspace)) == (Declared.NOT_DECLARED, ())


def test_a_form_of_another_app_does_not_count(tmp_path: Path) -> None:
    imported(tmp_path, export(tmp_path), "test.other.app")
    with scanned(tmp_path, Platform.ANDROID) as workspace:
        assert mark(report_of(workspace)) == (Declared.UNKNOWN, ())


def test_a_later_import_does_not_change_a_finished_run(tmp_path: Path) -> None:
    scanned(tmp_path, Platform.ANDROID).close()
    imported(tmp_path, export(tmp_path), "test.shop.app")
    with Workspace.open(tmp_path / "ws") as workspace:
        assert mark(report_of(workspace)) == (Declared.UNKNOWN, ())


def test_one_file_for_two_apps_is_two_imports(tmp_path: Path) -> None:
    path = export(tmp_path)
    assert imported(tmp_path, path, "test.one.app").before == ""
    assert imported(tmp_path, path, "test.two.app").before == ""
    again = imported(tmp_path, path, "test.one.app")
    assert again.before
    assert again.declared == 1
    with Workspace.open(tmp_path / "ws") as workspace:
        assert [one.declared for one in import_page(workspace.lake, None, 10)] == [1, 1]


@pytest.mark.parametrize(
    ("app", "says"), [("", "does not name its app"), ("shop", "not a package name"), ("a.b\n", "not a package name")]
)
def test_a_form_needs_its_app(tmp_path: Path, app: str, says: str) -> None:
    (end,) = import_reports(tmp_path / "ws", [export(tmp_path)], app=app)
    assert isinstance(end, InputError)
    assert says in end.diagnostics()


def test_other_reports_take_no_app(tmp_path: Path) -> None:
    path = tmp_path / "masscan.json"
    path.write_text('[{"ip": "203.0.113.7", "ports": [{"port": 80, "proto": "tcp"}]}]')
    (end,) = import_reports(tmp_path / "ws", [path], app="test.shop.app")
    assert isinstance(end, InputError)
    assert "names its apps itself" in end.diagnostics()


def test_the_lake_returns_the_manifests_of_an_app(tmp_path: Path) -> None:
    with scanned(tmp_path, Platform.IOS, MANIFEST) as workspace:
        ((_, document),) = read_app_documents(workspace.lake, [Unit("e" * 64, "1", "shop", 1)])
        assert document.declarations == (MANIFEST,)


def test_captures_alone_are_compared_with_files_of_the_user(tmp_path: Path) -> None:
    totals = CaptureRecipients(read_declarations([export(tmp_path)]))
    phone = replace(EMAIL, pii_class="phone")
    totals.add(replace(flow("api.shop.test", EMAIL, phone), app=None))
    marks = {one.pii_class: one.declared for one in totals.recipients()}
    assert marks == {"email": Declared.DECLARED, "phone": Declared.NOT_DECLARED}
    assert [(one.title, one.state) for one in totals.declared()] == [("Email address", DeclaredState.SEEN)]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("PrivacyInfo.xcprivacy", b"no property list", "damaged"),
        ("PrivacyInfo.xcprivacy", b"x" * 300_000, "longer than"),
        ("notes.txt", b"hello", "not an app package"),
    ],
)
def test_files_that_declare_nothing_are_errors(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=says):
        read_declarations([path])
    with pytest.raises(InputError):
        read_declarations([tmp_path / "missing"])
