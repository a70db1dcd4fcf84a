"""Neo4j and Memgraph over Bolt: number of nodes and relationships, names of properties. No node is read.

Sends, in this order: the handshake and ``HELLO`` with scheme ``none`` (identify); ``CALL db.info()`` for the database's
own identifier, and two counts in read mode (enumerate); the names of properties (describe). The counts come from the
count store. ``RESET`` follows a failed statement, ``GOODBYE`` ends the session. Neo4j verified against 4.4.38 and
5.26.0.
"""

import re
from collections.abc import Sequence

from tieback.model.figure import Figure, exact
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Field, ProbeReport
from tieback.probes.interface import (
    SAMPLED_RECORDS,
    ProbeMeta,
    ReportDraft,
    SampledColumn,
    Samples,
    first_answer_timeout,
    is_expected,
    run_sample,
    run_to_report,
)
from tieback.probes.sampling import document_columns
from tieback.probes.stores.bolt.session import (
    HANDSHAKE,
    HELLO,
    ROWS,
    BoltFailure,
    BoltSession,
    BoltStatement,
    StatementResult,
    sends,
)
from tieback.probes.wire.opening import plain_then_tls
from tieback.probes.wire.verdicts import NotThisProtocol
from tieback.scope.conversation import Conversation, Target

_INFO = BoltStatement("CALL db.info() YIELD id RETURN id", "identifier of the database")
_NODES = BoltStatement("MATCH (n) RETURN count(n) AS n", "number of nodes, from the count store; returns no node")
_EDGES = BoltStatement(
    "MATCH ()-[r]->() RETURN count(r) AS n", "number of relationships, from the count store: the second proof"
)
_KEYS = BoltStatement("CALL db.propertyKeys()", "names of properties; no values", Depth.DESCRIBE)
_SAMPLE = BoltStatement(
    f"MATCH (n) RETURN properties(n) AS p LIMIT {SAMPLED_RECORDS}",
    f"properties of at most {SAMPLED_RECORDS} nodes: classified for personal data in memory, nothing is kept",
    Depth.SAMPLE,
    values=True,
)
_VERSION = re.compile(r"/v?([0-9]+(?:\.[0-9]+)*)")


class BoltProbe:
    """Probe of Neo4j and Memgraph over Bolt: number of nodes and relationships."""

    meta = ProbeMeta(
        name="bolt",
        http_too=True,
        products=("neo4j", "memgraph"),
        ports=(7687,),
        services=("neo4j", "memgraph", "bolt"),
        cpe=("cpe:2.3:a:neo4j:neo4j", "cpe:2.3:a:memgraph:memgraph"),
        cwe="CWE-306",
        sends=sends((_INFO, _NODES, _EDGES, _KEYS, _SAMPLE)),
        references=("https://neo4j.com/docs/bolt/current/",),
        hides="nodes of other databases than the default one of the server",
    )

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:
        """Probe ``target``, no deeper than ``depth``."""
        return run_to_report(self.meta, target, lambda draft: self._talk(draft, target, depth))

    def sample(self, target: Target, containers: Sequence[Container], account: str) -> Conversation[Samples]:  # noqa: ARG002 - none
        """Read the properties of the first nodes."""
        found: list[SampledColumn] = []
        return run_sample(found, _sample(target, containers, found))

    def _talk(self, draft: ReportDraft, target: Target, depth: Depth) -> Conversation[None]:
        session = BoltSession()
        seconds = first_answer_timeout(self.meta, target)
        yield from plain_then_tls(target.tls, lambda tls: session.handshake(tls, seconds))
        if not session.major and not is_expected(self.meta, target):
            raise NotThisProtocol("answers the handshake with four zeros, which is not specific to Bolt")
        draft.spoke = True
        draft.product = "neo4j"
        draft.fingerprint(())
        if not session.major:
            draft.problem(
                f"{HANDSHAKE}: the server supports none of the versions 3 to 5.0; only the port or a hint points to "
                "Bolt"
            )
            return
        said = yield from session.hello()
        if isinstance(said, BoltFailure):
            draft.product = "memgraph" if said.code.startswith("Memgraph") else "neo4j"
            if said.closed:
                draft.access = Access.AUTH_REQUIRED
                draft.prove(HELLO, f"{said.code}", Access.AUTH_REQUIRED)
            else:
                draft.problem(f"{HELLO}: {said.code} {said.text[:120]}")
            return
        draft.product = "memgraph" if "memgraph" in said.lower() else "neo4j"
        version = _VERSION.search(said)
        draft.version = version[1][:40] if version and draft.product == "neo4j" else ""
        draft.access = Access.PARTIAL
        draft.prove(HELLO, f"a session starts without a user: {said}", Access.OPEN)
        if depth.allows(Depth.ENUMERATE):
            yield from _enumerate(draft, session, depth)
        yield from session.close()


def _sample(target: Target, containers: Sequence[Container], found: list[SampledColumn]) -> Conversation[None]:
    nodes = next((container for container in containers if container.path[-1] == "nodes"), None)
    if nodes is None:
        return
    session = BoltSession()
    yield from plain_then_tls(target.tls, lambda tls: session.handshake(tls, None))
    if not session.major or isinstance((yield from session.hello()), BoltFailure):
        return
    found += document_columns(nodes.path, (yield from session.read_mappings(_SAMPLE)))
    yield from session.close()


def _enumerate(draft: ReportDraft, session: BoltSession, depth: Depth) -> Conversation[None]:
    info = yield from session.run_statement(_INFO)
    if isinstance(info, StatementResult) and info.records:
        identifier = info.records[0]
        if isinstance(identifier, str) and re.fullmatch(r"[0-9A-Fa-f-]{32,64}", identifier):
            draft.vendor_id("database_id", identifier.upper(), "neo4j")
    nodes, database = yield from _count(draft, session, _NODES)
    edges, _ = yield from _count(draft, session, _EDGES)
    fields = (yield from _properties(draft, session)) if depth.allows(Depth.DESCRIBE) else ()
    name = database or draft.product
    draft.containers = [
        Container((name, "nodes"), "nodes", records=nodes, fields=fields),
        Container((name, "relationships"), "relationships", records=edges),
    ]
    if nodes is not None and not nodes.value:
        draft.access = Access.OPEN_EMPTY
    elif nodes is not None:
        draft.access = Access.OPEN


def _count(
    draft: ReportDraft, session: BoltSession, statement: BoltStatement
) -> Conversation[tuple[Figure | None, str]]:
    answer = yield from _ask(draft, session, statement)
    value = answer.records[0] if answer is not None and answer.records else None
    if answer is None or not isinstance(value, int) or not 0 <= value < 2**63:
        return None, ""
    draft.prove(statement.cypher, f"returns {value} without a login", Access.OPEN)
    return exact(value, "count store"), answer.database


def _properties(draft: ReportDraft, session: BoltSession) -> Conversation[tuple[Field, ...]]:
    answer = yield from _ask(draft, session, _KEYS)
    if answer is None:
        return ()
    if answer.more:
        draft.problem(f"more names of properties than the limit; the first {ROWS} are listed")
    return tuple(Field(name[:512], "property") for name in answer.records if isinstance(name, str))


def _ask(draft: ReportDraft, session: BoltSession, statement: BoltStatement) -> Conversation[StatementResult | None]:
    answer = yield from session.run_statement(statement)
    if isinstance(answer, StatementResult):
        return answer
    draft.problem(f"{statement.cypher}: {answer.code} {answer.text[:120]}")
    return None
