"""Addresses in answers of a store: clients of the vendor connect to them, tieback does not.

Emulated: no package with a server of Elasticsearch or OpenSearch was found on PyPI, npm or Debian. The answers follow
the documentation of "Nodes info" (``GET /_nodes/http``), which official clients read to find ("sniff") other nodes, and
the grant covers the address that they name. Other products name such addresses too: they are in the same table.
"""

import asyncio
import json
from datetime import date
from pathlib import Path

import pytest

from tests.hostile.test_dialer_peers import TODAY, peer
from tieback.model.grant import Depth, Grant, Limits, TargetRule
from tieback.model.probe import Access
from tieback.probes import PROBES
from tieback.scope.audit import AuditLog
from tieback.scope.conversation import Fault, Target
from tieback.scope.dialer import Dialer

OTHER = "127.0.77.9"
ROOT = {
    "name": "n1", "cluster_name": "c", "cluster_uuid": "q1w2e3r4t5y6u7i8o9p0az",
    "version": {"number": "2.19.6", "distribution": "opensearch", "lucene_version": "9.12.3"},
    "tagline": "The OpenSearch Project: https://opensearch.org/",
}  # fmt: skip


def nodes(port: int) -> dict[str, object]:
    at = f"{OTHER}:{port}"
    http = {"bound_address": [at], "publish_address": at, "max_content_length_in_bytes": 104857600}
    node = {"name": "n2", "transport_address": at, "host": OTHER, "ip": OTHER, "version": "2.19.6", "http": http}
    return {"_nodes": {"total": 1, "successful": 1, "failed": 0}, "cluster_name": "c", "nodes": {"abc": node}}


def answer(path: str, port: int) -> bytes:
    """An answer that names another node wherever it can: in header fields, in the body, and in names."""
    listed = [{"index": "people", "uuid": "u1", "docs.count": "12", "pri.store.size": "900", "status": "open"}]
    pages: dict[str, object] = {"/": ROOT | nodes(port), "/_nodes/http": nodes(port), "/people/_count": {"count": 12}}
    page = pages.get(path.partition("?")[0], {})
    if path.startswith("/_cat/indices"):
        page = listed
    elif path.startswith("/_cluster/stats"):
        page = {"cluster_uuid": "q1w2e3r4t5y6u7i8o9p0az", "indices": {"count": 1, "docs": {"count": 12}}} | nodes(port)
    elif path.endswith("/_mapping?filter_path=*.mappings"):
        page = {"people": {"mappings": {"properties": {"mail": {"type": "text"}}}}}
    body = json.dumps(page).encode()
    fields = f"Location: http://{OTHER}:{port}/\r\nContent-Location: http://{OTHER}:{port}/\r\n"
    fields += f'Alt-Svc: h2="{OTHER}:{port}"; ma=86400\r\nRefresh: 0; url=http://{OTHER}:{port}/\r\n'
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{fields}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


@pytest.mark.parametrize("depth", [Depth.IDENTIFY, Depth.ENUMERATE, Depth.DESCRIBE])
async def test_no_address_in_an_answer_is_connected_to(tmp_path: Path, depth: Depth) -> None:
    """The grant covers the other node. The control: a connection to it would be seen."""
    visits: list[str] = []
    paths: list[str] = []

    async def other(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visits.append("here")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        await writer.drain()

    async with peer(other, OTHER) as elsewhere:

        async def store(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while head := await asyncio.wait_for(reader.read(4096), 5):
                paths.append(head.split(b" ")[1].decode())
                writer.write(answer(paths[-1], elsewhere))
                await writer.drain()

        async with peer(store) as port:
            rules = (TargetRule("127.0.0.0/16", "any", Depth.DESCRIBE),)
            limits = Limits(connect_seconds=2, total_seconds=20, idle_seconds=5, connects_per_second=0)
            grant = Grant("O", "c@x.test", date(2027, 6, 30), rules, limits=limits)
            dialer = Dialer(grant, AuditLog(tmp_path / "audit.jsonl"), today=TODAY)
            (probe,) = (one for one in PROBES if one.meta.name == "elasticsearch")
            target = Target("127.0.0.1", port)
            report, _ = await dialer.converse(target, probe.run(target, depth), probe.meta.sends)
        assert visits == []
        _, writer = await asyncio.open_connection(OTHER, elsewhere)
        await asyncio.sleep(0.2)
        writer.close()
        assert visits == ["here"]
    assert not isinstance(report, Fault), report
    assert report.product == "opensearch", report
    assert report.access is (Access.PARTIAL if depth is Depth.IDENTIFY else Access.OPEN)
    assert not any(path.startswith("/_nodes") for path in paths)


def test_no_declared_request_reads_the_nodes_of_a_cluster() -> None:
    (probe,) = (one for one in PROBES if one.meta.name == "elasticsearch")
    assert not any(b"_nodes" in send.pattern for send in probe.meta.sends)
