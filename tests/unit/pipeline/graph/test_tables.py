"""Tables beside the lake: each way to a store once, and what captures show of apps that they tell."""

from pathlib import Path

from msgspec.structs import replace

from tests.unit.pipeline.mapping.test_flow_endpoints import flow
from tieback.model.flow import FlowApp
from tieback.model.unit import Unit
from tieback.pipeline.graph.tables import CaptureRows, ways_table
from tieback.pipeline.traffic import TRAFFIC_ANALYSIS
from tieback.storage.lake.queries.graph_rows import GraphRows
from tieback.storage.lake.tables.flows import flow_tables
from tieback.storage.lake.tables.inputs import RunInput, save_inputs
from tieback.storage.workspace import Workspace


def test_each_way_is_there_once() -> None:
    ways = ways_table([("a", "1"), ("a", "2"), ("a", "1"), ("b", "1")])
    assert [(row["value"], row["store"]) for row in ways.to_pylist()] == [("a", "1"), ("a", "2"), ("b", "1")]
    assert ways_table([]).column_names == ["value", "store"]


def test_captures_show_endpoints_of_their_apps(tmp_path: Path) -> None:
    capture = Unit("c" * 64, TRAFFIC_ANALYSIS, "/captures/run.pcap", 1)
    flows = [
        replace(flow("tls", 443, "api.workhub.test"), app=FlowApp("Workhub", "com.workhub.mobile")),
        replace(flow("mongodb", 27017), app=FlowApp("Other", "com.other")),
        flow("tls", 443, "nobody.test"),
    ]
    with Workspace.open(tmp_path / "ws") as workspace:
        workspace.lake.publish("run", flow_tables([(capture, (flows, []))]), [capture])
        save_inputs(workspace.lake, "run", [RunInput(capture.source, capture.key, capture.version)])
        captured = CaptureRows(workspace, "run", GraphRows(workspace.lake, "run", TRAFFIC_ANALYSIS))
        rows = {row["bundle_id"]: (row["value"], row["file"], row["party"]) for row in captured.table.to_pylist()}
        assert rows == {
            "com.workhub.mobile": ("https://api.workhub.test", "run.pcap", "first"),
            "com.other": ("192.0.2.1:27017", "run.pcap", "unknown"),
        }
        assert list(captured.of_app("com.workhub.mobile", "")) == ["https://api.workhub.test"]
        assert captured.of_app("org.nobody", "") == {}
