"""Flows come back from the lake as they went in and in their order, also from disk."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from msgspec.structs import replace

from tests.unit.pipeline.mapping.test_flow_endpoints import FLOW
from tieback.model.errors import WorkspaceError
from tieback.model.flow import FlowApp, Leak
from tieback.model.sighting import Problem
from tieback.model.unit import Unit
from tieback.storage.lake.lake import DamagedPartError, Lake
from tieback.storage.lake.schemas import SCHEMAS
from tieback.storage.lake.tables.flows import FlowSpool, flow_tables, read_flows

UNIT = Unit("a" * 64, "traffic-1", "run.pcap", 10)
WORKHUB = replace(
    FLOW, app=FlowApp("Workhub", "com.workhub.mobile"), leaks=(Leak("email", "query:email", "out", "a…t (9)", 0.9),)
)


def test_round_trip(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    tables = flow_tables([(UNIT, ([WORKHUB, FLOW, WORKHUB], [Problem("cut off", "packet 7")]))])
    assert tables["problems"].num_rows == 1
    lake.publish("part", tables, [UNIT])
    assert list(read_flows(lake, [UNIT])) == [(UNIT.key, WORKHUB), (UNIT.key, FLOW), (UNIT.key, WORKHUB)]
    assert list(read_flows(lake, [replace(UNIT, key="b" * 64)])) == []


def test_flows_beyond_the_memory_are_read_back_in_order_and_leave_no_file(tmp_path: Path) -> None:
    flows = [replace(WORKHUB if at % 3 else FLOW, bytes_out=at, detail="x" * 2000) for at in range(5000)]
    small, large = replace(UNIT, key="b" * 64), UNIT
    spools = [FlowSpool(small, tmp_path / "lake"), FlowSpool(large, tmp_path / "lake")]
    spools[0].add(FLOW)
    for flow in flows:
        spools[1].add(flow)
    lake = Lake(tmp_path / "lake")
    lake.publish("part", {"flows": (table for spool in spools for table in spool.tables())}, [small, large])
    assert list(read_flows(lake, [large])) == [(large.key, flow) for flow in flows]
    assert sum(table.num_rows for table in spools[1].tables()) == spools[1].count == len(flows)
    assert {path.name for path in (tmp_path / "lake").iterdir()} <= {"parts", "drafts", "readers"}


def test_a_full_disk_is_an_error_of_the_workspace(tmp_path: Path) -> None:
    (tmp_path / "lake").write_bytes(b"")
    spool = FlowSpool(UNIT, tmp_path / "lake")
    for _ in range(5000):
        spool.add(FLOW)
    with pytest.raises(WorkspaceError, match="lake"):
        list(spool.tables())


def test_a_damaged_part_is_left_out_at_the_second_attempt(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.publish("good", flow_tables([(UNIT, ([FLOW], []))]), [UNIT])
    other = replace(UNIT, key="b" * 64)
    flows = [replace(WORKHUB, bytes_out=at) for at in range(3000)]
    lake.publish("worse", flow_tables([(other, (flows, []))]), [other])
    path = tmp_path / "parts" / "worse" / "flows.parquet"
    data = bytearray(path.read_bytes())
    chunk = pq.read_metadata(path).row_group(0).column(SCHEMAS["flows"].get_field_index("json"))
    start = chunk.dictionary_page_offset or chunk.data_page_offset
    data[start + chunk.total_compressed_size // 2] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(DamagedPartError, match="worse"):
        list(read_flows(lake, [UNIT, other]))
    assert list(read_flows(lake, [UNIT, other])) == [(UNIT.key, FLOW)]
    assert set(lake.damaged_parts()) == {"worse"}
