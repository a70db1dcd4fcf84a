"""A scan joins apps and captures: traffic goes to the app that its capture names, and leaks become findings."""

import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.unit.pipeline.mapping.test_flow_endpoints import FLOW, flow
from tests.unit.pipeline.test_traffic import HTTP, PEOPLE, archive, capture
from tieback.console import open_console
from tieback.model.app import App, Platform
from tieback.model.exposure import Severity
from tieback.model.flow import FlowApp
from tieback.model.report.document import Report
from tieback.model.sighting import AppDocument
from tieback.model.unit import Unit
from tieback.pipeline.analyse import ANALYSIS_VERSION, Analyser
from tieback.pipeline.graph.tables import CaptureRows
from tieback.pipeline.mapping import traffic_apps
from tieback.pipeline.mapping.process_names import ProcessNames
from tieback.pipeline.mapping.traffic_apps import attribute_traffic, captured_app_key, endpoint_evidence
from tieback.pipeline.scan import ScanRequest, run_scan
from tieback.pipeline.traffic import TRAFFIC_ANALYSIS
from tieback.report import by_name
from tieback.report.formats.terminal.renderer import print_report
from tieback.report.texts.captures import count_servers, leaks_text
from tieback.storage.lake.queries.graph_rows import GraphRows
from tieback.storage.lake.queries.summaries import captured_bundles, run_executables
from tieback.storage.lake.tables.apps import app_tables, apps_by_bundle, ios_executables
from tieback.storage.lake.tables.flows import flow_tables
from tieback.storage.lake.tables.inputs import RunInput, save_inputs
from tieback.storage.workspace import Workspace

APPS = Path(__file__).parents[4] / "labs" / "apps"


@contextmanager
def quiet(_name: str) -> Iterator[Callable[[int, int], None]]:
    yield lambda _done, _total: None


def test_traffic_goes_to_the_scanned_app_with_its_bundle_identifier(tmp_path: Path) -> None:
    app = Unit("a" * 64, ANALYSIS_VERSION, str(APPS / "workhub.apk"), 1)
    run = Unit("c" * 64, "traffic-1", "/captures/run.pcap", 1)
    workhub = FlowApp("Workhub", "com.workhub.mobile")
    flows = [
        replace(flow("tls", 443, "api.workhub.test"), app=workhub),
        replace(flow("mongodb", 27017), app=FlowApp("Other", "com.other")),
        flow("tls", 443, "nobody.test"),
    ]
    with Workspace.open(tmp_path / "ws") as workspace:
        document = Analyser().document(APPS / "workhub.apk")
        workspace.lake.publish("apps", app_tables([(app, document)]), [app])
        workspace.lake.publish("run", flow_tables([(run, (flows, []))]), [run])
        units = [RunInput(unit.source, unit.key, unit.version) for unit in (app, run)]
        bundles = apps_by_bundle(workspace.lake, units)
        save_inputs(workspace.lake, "run", units)
        assert captured_bundles(workspace.lake, "run", "traffic-1") == bundles == {"com.workhub.mobile": app.key}
        assert captured_bundles(workspace.lake, "none", "traffic-1") == {}
        found = {
            group.app_key: group for group in attribute_traffic(workspace, units, bundles) if group.app_key == app.key
        }
        keys = [group.app_key for group in attribute_traffic(workspace, units, bundles)]
    assert sorted(keys) == sorted([app.key, run.key, captured_app_key(run.key, "com.other")])
    (place,) = endpoint_evidence(found[app.key])
    assert (place.endpoint, place.file, place.how) == ("https://api.workhub.test", "run.pcap", "traffic/sni")
    assert place.party == "first"
    assert FLOW.path == "/captures/run.pcap"


def test_traffic_of_a_process_goes_to_the_only_app_with_this_program(tmp_path: Path) -> None:
    apps = [
        App(Platform.IOS, "test.shop.app", "a" * 64, "Shop", executable="Shop"),
        App(Platform.IOS, "test.old.app", "b" * 64, "Old"),  # read by an earlier release
        App(Platform.ANDROID, "test.droid.app", "d" * 64, executable="Shop"),
        App(Platform.IOS, "test.one.app", "e" * 64, executable="Twin"),
        App(Platform.IOS, "test.two.app", "f" * 64, executable="Twin"),
    ]
    units = [Unit(one.sha256, ANALYSIS_VERSION, f"{one.bundle_id}.ipa", 1) for one in apps]
    run = Unit("c" * 64, TRAFFIC_ANALYSIS, "/captures/run.pcap", 1)
    flows = [
        replace(flow("tls", 443, f"{name.lower()}.test"), app=FlowApp(name, source="pktap"))
        for name in ("Shop", "Old", "Twin")
    ]
    with Workspace.open(tmp_path / "ws") as workspace:
        documents = [AppDocument(unit.source, app) for unit, app in zip(units, apps, strict=True)]
        workspace.lake.publish("apps", app_tables(list(zip(units, documents, strict=True))), units)
        workspace.lake.publish("run", flow_tables([(run, (flows, []))]), [run])
        inputs = [RunInput(unit.source, unit.key, unit.version) for unit in (*units, run)]
        save_inputs(workspace.lake, "run", inputs)
        found = list(run_executables(workspace.lake, "run", TRAFFIC_ANALYSIS))
        assert found == list(ios_executables(workspace.lake, inputs))
        assert found == [(one.executable, one.bundle_id, one.sha256) for one in (apps[0], apps[3], apps[4])]
        captures = inputs[-1:]
        groups = {one.app_key: one for one in attribute_traffic(workspace, captures, {}, ProcessNames(found))}
        assert set(groups) == {"a" * 64, run.key}
        shop = groups["a" * 64]
        assert (shop.app.bundle_id, shop.known, [one.host for one in shop.servers]) == (
            "test.shop.app", True, ["shop.test"],
        )  # fmt: skip
        assert not groups[run.key].known
        rows = CaptureRows(workspace, "run", GraphRows(workspace.lake, "run", TRAFFIC_ANALYSIS))
        assert set(rows.of_app("test.shop.app", "a" * 64)) == {"https://shop.test"}
        assert rows.of_app("test.one.app", "e" * 64) == {}
        assert rows.table["app"].to_pylist() == ["a" * 64]


def test_a_scan_of_an_app_and_a_capture(tmp_path: Path) -> None:
    (tmp_path / "run.pcap").write_bytes(capture(HTTP))
    request = ScanRequest((APPS / "workhub.apk", tmp_path / "run.pcap"), None, tmp_path / "ws", workers=1)
    with run_scan(request, quiet) as done:
        report = done.report
        assert report.headline.apps_analysed == 1
        hows = {(row.sighting.endpoint.value, row.sighting.evidence.how) for row in report.sightings.rows()}
        assert ("http://api.workhub.test", "traffic/http_host") in hows
        (finding,) = [finding for finding in report.findings.rows() if finding.rule == "cleartext-personal-data"]
        assert "email a…t (16) in query:email, out, to http://api.workhub.test" in finding.evidence
        assert "ada@workhub.test" not in str(finding)


@pytest.mark.parametrize(
    ("posted", "title"),
    [
        ("", "Personal data or credentials received in cleartext"),
        ('{"email": "ada@workhub.test"}', "Personal data or credentials sent and received in cleartext"),
    ],
)
def test_every_format_says_whether_data_was_sent_or_received(tmp_path: Path, posted: str, title: str) -> None:
    (tmp_path / "run.har").write_bytes(archive("http://es.workhub.test/people", PEOPLE, posted))
    with run_scan(ScanRequest((tmp_path / "run.har",), None, tmp_path / "ws", workers=1), quiet) as done:
        report = done.report
        (finding,) = report.findings.rows()
        assert finding.title == title
        sides = {line.partition(", in, ")[2] or line.rpartition(", out, ")[2] for line in finding.evidence}
        assert sides == {"from http://es.workhub.test", *(["to http://es.workhub.test"] if posted else [])}
        for name in ("html", "markdown", "terminal"):
            out = io.BytesIO()
            by_name(name).render(report, out)
            text = " ".join(out.getvalue().decode().split())
            assert "2 classes received in cleartext: names of people; phone numbers" in text
            assert title in text


def printed(report: Report, width: int) -> str:
    out = io.StringIO()
    print_report(report, open_console(width=width, file=out, color_system=None))
    return out.getvalue()


POSTED = {
    "chat.shop.test": {"from": "ada", "to": "bob", "text": "I will be at the station at nine tonight"},
    "apps.shop.test": {"installed_apps": ["com.shop.one", "com.shop.two", "com.bank.three", "org.chat.four"]},
    "otp.shop.test": {"phone": "+4917612345678", "code": "482913"},
    "ip.shop.test": {"client_ip": "203.0.113.7"},
    "many.shop.test": {
        **{name: f"{name}@workhub.test" for name in ("mail", "email", "cc_email", "work_email", "old_email")},
        **{f"email{at}": f"ada{at}@workhub.test" for at in range(9)},
        "client_ip": "203.0.113.7", "phone": "+4917612345678", "iban": "DE89370400440532013000",
    },
    "clean.shop.test": {"colour": "green"},
}  # fmt: skip


def test_every_row_in_the_clear_is_in_a_finding_and_the_numbers_agree(tmp_path: Path) -> None:
    paths = [tmp_path / f"{host}.har" for host in POSTED]
    for path, (host, body) in zip(paths, POSTED.items(), strict=True):
        path.write_bytes(archive(f"http://{host}/v1", "{}", json.dumps(body)))
    with run_scan(ScanRequest(tuple(paths), None, tmp_path / "ws", workers=1), quiet) as done:
        report = done.report
        rows = [one for one in report.recipients.rows() if one.in_clear]
        evidence = [line for finding in report.findings.rows() for line in finding.evidence]
        servers = tuple(report.servers.rows())
        severities = {line.rpartition("//")[2]: one.severity for one in report.findings.rows() for line in one.evidence}
        read = sum(one.read for one in report.captures.rows())
        with_data = sum(one.with_data for one in report.captures.rows())
        texts = [printed(report, width) for width in (60, 80, 120)]
    assert {one.host for one in rows} == POSTED.keys() - {"clean.shop.test"}
    for one in rows:
        assert any(line.startswith(f"{one.pii_class} ") and line.endswith(f"//{one.host}") for line in evidence), one
    assert {one.host: leaks_text(one) for one in servers if leaks_text(one) == "none found"}.keys() == {
        "clean.shop.test"
    }
    assert (read, with_data) == count_servers(servers) == (len(POSTED), len(POSTED) - 1)
    assert severities["ip.shop.test"] is Severity.INFO
    assert severities["many.shop.test"] is severities["chat.shop.test"] is Severity.HIGH
    for text in texts:
        for word in ("Encryption", "cleartext", "message content", "list of installed", "one-time code", "ip address"):
            assert set(word.split()) <= set(re.findall(r"[\w-]+", text)), (word, text)


def test_a_capture_with_too_many_servers_is_counted_and_what_is_left_out_is_stated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traffic_apps, "MAX_FACTS", 9)
    run = Unit("c" * 64, TRAFFIC_ANALYSIS, "/captures/run.pcap", 1)
    flows = [flow("tls", 443, f"host{at}.test") for at in range(10)]
    apps = [replace(flow("tls", 443, "host0.test"), app=FlowApp("A", f"com.app{at}")) for at in range(3)]
    with Workspace.open(tmp_path / "ws") as workspace:
        workspace.lake.publish("run", flow_tables([(run, ([*flows, *flows, *apps], []))]), [run])
        units = [RunInput(run.source, run.key, run.version)]
        (group,) = attribute_traffic(workspace, units, {})
    assert group.flows == 23, "every flow is counted, also those of apps for which there is no room"
    assert 0 < len(group.servers) < 10
    assert group.left_out > 0
    assert sum(server.flows for server in group.servers) + group.left_out >= 20
