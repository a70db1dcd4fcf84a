"""The operations of a method by their values are those that a search through all of them finds."""

from pathlib import Path

from tieback.recognise.dataflow.dex.dexfile import CodeItem, DexFile
from tieback.recognise.dataflow.dex.flow_index import FlowIndex, FlowIndices
from tieback.recognise.dataflow.dex.reaching import MethodFlow, method_flow

ENDS = DexFile((Path(__file__).parent / "dex" / "ends.dex").read_bytes())


def flows() -> list[MethodFlow]:
    """The values of each method."""
    codes: list[CodeItem | None] = [
        ENDS.code(offset) for row in range(len(ENDS.classes)) for offset in ENDS.class_data(row).methods if offset
    ]
    found = [method_flow(ENDS, code) for code in codes if code is not None]
    return [flow for flow in found if flow is not None]


def test_each_origin_has_the_operations_that_a_search_finds_once_and_in_their_order() -> None:
    count = 0
    for flow in flows():
        having = FlowIndex(flow).having
        origins = {origin for one in flow.operations for values in one.values for origin in values}
        assert having.keys() == origins
        for origin, operations in having.items():
            count += 1
            assert operations == [one for one in flow.operations if any(origin in values for values in one.values)]
    assert count > 100


def test_an_index_is_kept_for_a_method_and_not_used_for_a_part_of_it() -> None:
    indices = FlowIndices()
    flow = next(flow for flow in flows() if len(flow.operations) > 1)
    part = flow._replace(operations=flow.operations[:1])
    assert indices.of(flow) is indices.of(flow)
    assert indices.of(part) is not indices.of(flow)
    assert len(indices.of(part).having) < len(indices.of(flow).having)
