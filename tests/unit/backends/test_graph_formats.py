"""Exports of the graph are read back by the formats' own readers, whatever stands in the names."""

import csv
import io
import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieback.backends.graph_formats import FORMATS
from tieback.model.graph import Edge, EdgeKind, Graph, GraphBuilder, NodeKind

NS = "{http://graphml.graphdrawing.org/xmlns}"


def graph(label: str, reason: str = "because", sure: float = 0.9) -> Graph:
    builder = GraphBuilder()
    app, host = builder.node(NodeKind.APP, label, label, label), builder.node(NodeKind.HOST, "a.test")
    builder.edge(Edge(app, host, EdgeKind.AT, sure, reason, (("one", 0.8), ("but", -0.1))))
    return builder.graph()


def text(kind: str, of: Graph) -> str:
    return "".join(FORMATS[kind](of))


def test_json() -> None:
    document = json.loads(text("json", graph("x")))
    assert document["schema"] == "tieback/graph/1"
    assert document["edges"][0]["confidence"] == 0.9


def test_csv() -> None:
    (row,) = csv.DictReader(io.StringIO(text("csv", graph("=cmd()", sure=0.3))))
    assert row["source"] == "'=cmd()", "no formula of a spreadsheet"
    assert (row["edge"], row["confidence"], row["guessed"]) == ("at", "0.3", "yes")
    assert row["parts"] == "one 0.80; but -0.10"


def test_graphml() -> None:
    root = ET.fromstring(text("graphml", graph('<"&>')))
    nodes, edges = root.findall(f".//{NS}node"), root.findall(f".//{NS}edge")
    assert [node.get("id") for node in nodes] == ['app:<"&>', "host:a.test"]
    values = {data.get("key"): data.text for data in edges[0]}
    assert values["edge-confidence"] == "0.9"
    assert values["edge-guessed"] == "false"
    declared = {key.get("id") for key in root.findall(f"{NS}key")}
    assert {data.get("key") for data in root.iter(f"{NS}data")} <= declared


@pytest.mark.parametrize(("sure", "style"), [(0.4, "dashed"), (0.6, "solid")])
def test_dot_draws_guesses_dashed(sure: float, style: str) -> None:
    assert f"style={style}" in text("dot", graph("x", sure=sure))


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_graphviz_reads_it() -> None:
    done = subprocess.run(
        ["dot", "-Tsvg"], input=text("dot", graph('a"\\b\n<c>')), capture_output=True, text=True, check=True
    )
    assert "<svg" in done.stdout


STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')


@given(st.text(max_size=40), st.text(max_size=40))
def test_hostile_names_are_escaped(label: str, reason: str) -> None:
    of = graph(label, reason)
    ET.fromstring(text("graphml", of))
    (row,) = csv.DictReader(io.StringIO(text("csv", of)))
    assert row["target"] == "a.test"
    json.loads(text("json", of))
    for line in text("dot", of).splitlines():
        assert '"' not in STRING.sub("", line)
