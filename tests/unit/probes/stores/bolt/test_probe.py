"""Neo4j in memory, as the vendor's pages on Bolt say. Not yet verified against the real server."""

import pytest

from tests.each import each
from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.probes.playback import MemoryPeer, PlaybackResult, play
from tieback.probes.stores.bolt.probe import BoltProbe
from tieback.probes.wire.packstream import encode_mapping, encode_message, encode_text
from tieback.scope.conversation import Target

PROBE = BoltProbe()
IDENTIFIER = "52D41E8ED8AC4F0B8A6AE9D4D6E4A5B1FFC0E2E0A9B94B77A1E8C1D8C1A7D6C5"
COUNTS = {
    b"db.info": [encode_text(IDENTIFIER)],
    b"count(n)": [b"\xc9\x01\x2c"],
    b"count(r)": [b"\x07"],
    b"propertyKeys": [encode_text("name"), encode_text("email")],
}


def server(
    *,
    version: bytes = b"\0\0\4\4",
    hello: bytes | None = None,
    rows: dict[bytes, list[bytes]] | None = None,
    name: str = "Neo4j/4.4.29",
) -> MemoryPeer:
    held = {**COUNTS, **(rows or {})}
    success = encode_message(
        0x70, encode_mapping({"server": encode_text(name), "connection_id": encode_text("bolt-1")})
    )

    def answer(sent: bytes) -> bytes | None:
        if sent[:4] == b"\x60\x60\xb0\x17":
            return version
        tag = sent[3]
        if tag == 1:
            return hello or success
        if tag != 0x10:
            return encode_message(0x70, encode_mapping({})) if tag == 0x0F else None
        for key, values in held.items():
            if key in sent and values:
                records = b"".join(encode_message(0x71, b"\x91" + value) for value in values)
                return (
                    encode_message(0x70, encode_mapping({}))
                    + records
                    + encode_message(0x70, encode_mapping({"db": encode_text("shop")}))
                )
        failure = encode_mapping(
            {"code": encode_text("Neo.ClientError.Procedure.ProcedureNotFound"), "message": encode_text("none")}
        )
        return encode_message(0x7F, failure) + encode_message(0x7E)

    return MemoryPeer(answer)


def ask(peer: MemoryPeer, depth: Depth = Depth.DESCRIBE, *, port: int = 7687) -> PlaybackResult[ProbeReport]:
    return play(PROBE.run(Target("127.0.0.1", port), depth), peer, PROBE.meta.sends)


@pytest.mark.parametrize(
    "version", [b"\0\0\0\5", b"\0\0\4\4", b"\0\0\1\4", b"\0\0\0\3"], ids=["5.0", "4.4", "4.1", "3"]
)
def test_open_server_reports_counts(version: bytes) -> None:
    report = ask(server(version=version)).result
    assert (report.outcome, report.access) == (Outcome.OK, Access.OPEN)
    assert (report.product, report.version) == ("neo4j", "4.4.29")
    assert report.identity is not None
    assert report.identity.key == f"neo4j:database_id:{IDENTIFIER}"
    nodes, relationships = report.containers
    assert nodes.records is not None
    assert relationships.records is not None
    assert (nodes.path, nodes.records.value, relationships.records.value) == (("shop", "nodes"), 300, 7)
    assert [field.name for field in nodes.fields] == ["name", "email"]


@pytest.mark.parametrize("closes", [b"db.info", b"count(r)", b"propertyKeys"])
def test_statement_that_ends_the_connection_costs_only_itself(closes: bytes) -> None:
    served = server()
    played = ask(MemoryPeer(lambda sent: None if closes in sent else served.answer(sent)))
    report = played.result
    assert (report.outcome, report.access) == (Outcome.OK, Access.OPEN), report
    (nodes,) = [one.records for one in report.containers if one.path[-1] == "nodes"]
    assert nodes is not None
    assert nodes.value == 300
    assert sum(closes in sent for sent in played.sent) == 1


UNAUTHORIZED = encode_message(
    0x7F, encode_mapping({"code": encode_text("Neo.ClientError.Security.Unauthorized"), "message": encode_text("x")})
)
MEMGRAPH = encode_message(
    0x7F,
    encode_mapping({"code": encode_text("Memgraph.ClientError.Security.Unauthenticated"), "message": encode_text("x")}),
)
STATES = [
    ("asks for a user", server(hello=UNAUTHORIZED), "neo4j", Access.AUTH_REQUIRED),
    ("memgraph asks for a user", server(hello=MEMGRAPH), "memgraph", Access.AUTH_REQUIRED),
    # Other databases of the server are not listed.
    ("empty", server(rows={b"count(n)": [b"\0"], b"count(r)": [b"\0"]}), "neo4j", Access.SCHEMA_ONLY),
    ("counts refused", server(rows={b"count(n)": [], b"count(r)": []}), "neo4j", Access.PARTIAL),
    ("no version in common", server(version=bytes(4)), "neo4j", Access.UNKNOWN),
    ("memgraph", server(name="Neo4j/v5.11.0 compatible graph database server - Memgraph"), "memgraph", Access.OPEN),
]


@each(("peer", "product", "access"), [s[1:] for s in STATES], ids=[s[0] for s in STATES])
def test_access_state_by_server_answers(peer: MemoryPeer, product: str, access: Access) -> None:
    report = ask(peer).result
    assert (report.outcome, report.product, report.access) == (Outcome.OK, product, access)


def test_a_procedure_that_is_missing_costs_no_more_than_its_answer() -> None:
    played = ask(server(rows={b"db.info": [], b"propertyKeys": []}))
    assert played.result.access is Access.OPEN
    assert played.result.identity is not None
    assert played.result.identity.kind == "address"
    assert any("ProcedureNotFound" in problem for problem in played.result.problems)


@pytest.mark.parametrize("depth", Depth)
def test_no_deeper_than_allowed(depth: Depth) -> None:
    played = ask(server(), depth)
    assert len(played.sent) == {Depth.IDENTIFY: 3, Depth.ENUMERATE: 6}.get(depth, 7)
    for data in played.sent:
        (declared,) = [send for send in PROBE.meta.sends if send.matches(data)]
        assert declared.depth.rank <= depth.rank


@pytest.mark.parametrize("answer", [bytes(4), b"HTTP/1.1 400 Bad Request\r\n\r\n", b"-ERR x\r\n"])
def test_other_servers_are_a_protocol_mismatch(answer: bytes) -> None:
    report = ask(MemoryPeer(lambda _: answer), port=7).result
    assert (report.outcome, report.product) == (Outcome.PROTOCOL_MISMATCH, "")
