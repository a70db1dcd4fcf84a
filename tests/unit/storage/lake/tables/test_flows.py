"""Flows come back from the lake as they went in, by app and in their order."""

from pathlib import Path

from msgspec.structs import replace

from tests.unit.pipeline.mapping.test_flow_endpoints import FLOW
from tieback.model.flow import FlowApp, Leak
from tieback.model.sighting import Problem
from tieback.model.unit import Unit
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.tables.flows import flow_tables, read_flows

UNIT = Unit("a" * 64, "traffic-1", "run.pcap", 10)
WORKHUB = replace(
    FLOW, app=FlowApp("Workhub", "com.workhub.mobile"), leaks=(Leak("email", "query:email", "out", "a…t (9)", 0.9),)
)


def test_round_trip(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    tables = flow_tables([(UNIT, ([WORKHUB, FLOW, WORKHUB], [Problem("cut off", "packet 7")]))])
    assert tables["problems"].num_rows == 1
    lake.publish("part", tables, [UNIT])
    assert list(read_flows(lake, [UNIT])) == [(UNIT.key, FLOW), (UNIT.key, WORKHUB), (UNIT.key, WORKHUB)]
    assert list(read_flows(lake, [replace(UNIT, key="b" * 64)])) == []
