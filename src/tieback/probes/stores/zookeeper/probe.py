"""ZooKeeper and ClickHouse Keeper: version, number and size of nodes, top-level names. No node's data is read.

Sends the four-letter word ``srvr`` (identify; in the default whitelist since 3.5.3) and ``mntr`` (enumerate; often not
in the whitelist). These words are answered whatever the permissions of the nodes are, so they prove nothing.

Then it opens a session without a login (enumerate) and sends ``getAllChildrenNumber /`` (3.6 and newer; the server
maintains that number). It sends ``getChildren2`` for ``/`` and the top-level nodes: this shows for each name whether
anonymous clients may read it. ``getAllChildrenNumber`` counts the nodes below each readable one: the server compares
the paths of all its nodes for this, so it is not sent where that is much work. An older server says only how many nodes
there are in all (``srvr``). Then the probe closes the session. The ensemble counts opening and closing a session as
transactions, as for every client; no node changes.

Identity: a fingerprint of the top-level names with the transaction and time of their creation, which every server of an
ensemble shares. Verified against ZooKeeper 3.9.3.
"""

import re

import msgspec

from tieback.model.byte_text import byte_text
from tieback.model.count_text import count_text
from tieback.model.figure import Figure, estimate, exact, lower_bound
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Outcome, ProbeReport
from tieback.probes.interface import ProbeMeta, ReportDraft, first_answer_timeout, run_to_report
from tieback.probes.stores.zookeeper import jute
from tieback.probes.wire.opening import LATE_PEER, STREAM_ENDED, first_answer, plain_then_tls, printable
from tieback.probes.wire.resume import ResumableConnection
from tieback.probes.wire.verdicts import NotThisProtocol
from tieback.scope.conversation import Connect, Conversation, DeclaredSend, Fault, Receive, Send, SendCost, Target

MAX_LISTED = 1000
MAX_PROBED = 50
"""Maximum number of top-level nodes that are probed one by one."""
MAX_COMPARED = 5_000_000
"""Maximum number of paths that the server compares to count the nodes below all top-level nodes."""
_OWN_NODES = 3
"""``/zookeeper``, ``/zookeeper/config`` and ``/zookeeper/quota``; version 3.4 has no ``config``."""
_ROOT_TWICE = 2
"""The root is in the number of nodes of ``srvr`` and ``mntr`` under two names, and is no record."""
_MAX_WORD = 32 * 1024
_WORD_SECONDS = 1.0
_SRVR, _MNTR = b"srvr\n", b"mntr\n"
_NOT_LISTED = b"is not executed because it is not in the whitelist"
_SYSTEM = "zookeeper"
_GREETINGS = (
    (re.compile(rb"Zookeeper version: ([0-9][0-9A-Za-z.-]{0,39})"), "zookeeper"),
    (re.compile(rb"ClickHouse Keeper version: v?([0-9][0-9A-Za-z.-]{0,39})"), "clickhouse-keeper"),
)
_NAME = re.compile(r"[^\x00-\x1f/\x7f-\x9f]{1,200}")
_ROOT, _TOP, _ALL = "getChildren2 /", "getChildren2 /<node>", "getAllChildrenNumber /"
_BELOW = "getAllChildrenNumber /<node>"
_NODE_COUNT = re.compile(rb"^Node count: ([0-9]{1,18})$", re.MULTILINE)

SENDS = (
    DeclaredSend(
        "srvr", re.escape(_SRVR), "product and version; needs no login, so not a proof of access", Depth.IDENTIFY
    ),
    DeclaredSend("mntr", re.escape(_MNTR), "number and bytes of nodes; statistics only", Depth.ENUMERATE),
    DeclaredSend(
        "session",
        re.escape(jute.CONNECT),
        "a session without a login, with a six-second timeout, closed again; the ensemble counts it, no node changes",
        Depth.ENUMERATE,
    ),
    DeclaredSend(
        _ALL,
        b"\0\0\0\x0d....\0\0\0\x68\0\0\0\x01/",
        "number of nodes; returns no node",
        Depth.ENUMERATE,
    ),
    DeclaredSend(
        _ROOT, b"\0\0\0\x0e....\0\0\0\x0c\0\0\0\x01/\0", "names of the top-level nodes; no data", Depth.ENUMERATE
    ),
    DeclaredSend(
        _TOP,
        b"\0\0......\0\0\0\x0c\0\0../[^\0-\x1f/\x7f]{1,800}\0",
        "whether an anonymous client may read a top-level node: the second proof; names below it are only counted",
        Depth.ENUMERATE,
    ),
    DeclaredSend(
        _BELOW,
        b"\0\0......\0\0\0\x68\0\0../[^\0-\x1f/\x7f]{1,800}",
        "number of nodes below a top-level node; returns no node",
        Depth.ENUMERATE,
        cost=SendCost.BOUNDED,
    ),
    DeclaredSend("closeSession", re.escape(jute.CLOSE), "ends our own session", Depth.ENUMERATE),
)


class ZookeeperProbe:
    """Probe of ZooKeeper: nodes, bytes, top-level names."""

    meta = ProbeMeta(
        name="zookeeper",
        products=("zookeeper", "clickhouse-keeper"),
        ports=(2181, 2281),
        services=("zookeeper",),
        cpe=("cpe:2.3:a:apache:zookeeper",),
        cwe="CWE-306",
        sends=SENDS,
        references=(
            "https://zookeeper.apache.org/doc/current/zookeeperAdmin.html#sc_4lw",
            "https://github.com/apache/zookeeper/blob/master/zookeeper-jute/src/main/resources/zookeeper.jute",
        ),
    )

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:
        """Probe ``target``, no deeper than ``depth``."""
        return run_to_report(self.meta, target, lambda draft: self._talk(draft, target, depth))

    def _talk(self, draft: ReportDraft, target: Target, depth: Depth) -> Conversation[None]:
        secure = [False]

        def attempt(tls: bool) -> Conversation[bytes]:
            secure[0] = tls
            return (yield from first_answer(tls, _SRVR, 1, first_answer_timeout(self.meta, target)))

        first = yield from plain_then_tls(target.tls, attempt)
        if first not in (b"Z", b"C", b"s", b"T"):
            raise NotThisProtocol(f"answers srvr with {byte_text(first)}")
        rest, late = yield from _rest()
        text = first + rest
        draft.product, draft.version = _greeting(text, late=late)
        draft.spoke = True
        draft.fingerprint(())
        if not depth.allows(Depth.ENUMERATE):
            return
        yield Connect(secure[0])
        yield Send(_MNTR)
        statistics = _statistics((yield from _rest())[0])
        count = _NODE_COUNT.search(text)
        yield from _Walk(draft, statistics, int(count[1]) if count else None).go(secure[0])


def _rest() -> Conversation[tuple[bytes, bool]]:
    """Read the rest of the answer to a four-letter word: up to the end of the stream, or what came before a fault.

    Returns:
        The bytes, and whether the end did not come in time.
    """
    held = b""
    while len(held) < _MAX_WORD:
        try:
            part = yield Receive(limit=_MAX_WORD - len(held), seconds=_WORD_SECONDS)
        except Fault as fault:
            if fault.outcome not in (Outcome.TIMEOUT, *STREAM_ENDED):
                raise
            return held, fault.outcome is Outcome.TIMEOUT
        if not part:
            break
        held += part
    return held, False


def _greeting(text: bytes, *, late: bool) -> tuple[str, str]:
    for pattern, product in _GREETINGS:
        if found := pattern.match(text):
            return product, found[1].decode().partition("-")[0]
    if text.startswith((b"srvr " + _NOT_LISTED, b"This ZooKeeper instance is not currently serving")):
        return "zookeeper", ""
    answer = f"answers srvr with {printable(text)}"
    raise NotThisProtocol(f"{LATE_PEER} in {_WORD_SECONDS:g} s: {answer}" if late else answer)


def _statistics(text: bytes) -> dict[str, int]:
    """Rows of ``mntr`` whose key starts with ``zk_`` and whose value is a number."""
    rows = re.findall(rb"^(zk_[a-z_]{1,60})\t([0-9]{1,18})$", text, re.MULTILINE)
    return {name.decode(): int(value) for name, value in rows}


class _Walk:
    """One session, and the containers made from its answers."""

    def __init__(self, draft: ReportDraft, statistics: dict[str, int], nodes: int | None) -> None:
        """Args: the report, the rows of ``mntr``, and the number of nodes that ``srvr`` says."""
        self._draft = draft
        self._xid = 0
        self._refused = 0
        nodes = statistics.get("zk_znode_count", nodes)
        self._total = max(nodes - _ROOT_TWICE, 0) if nodes is not None else None
        """Number of nodes below the root."""
        self._exact = False
        """True if the server can count the nodes below a node."""
        self._bytes = statistics.get("zk_approximate_data_size")
        self._tls = False
        self._connection = ResumableConnection(self._begin)

    def go(self, tls: bool) -> Conversation[None]:
        draft = self._draft
        self._tls = tls
        yield Connect(tls)
        yield Send(jute.CONNECT)
        try:
            timeout = jute.session((yield from jute.packet()))
        except Fault as fault:
            if fault.outcome not in STREAM_ENDED:
                raise
            draft.problem("closes a session that does not log in; it may require a certificate")
            return
        if not timeout:
            draft.problem("grants no session")
            return
        count = yield from self._ask(jute.GET_ALL_CHILDREN_NUMBER, b"/")
        listed = yield from self._ask(jute.GET_CHILDREN2, b"/")
        if listed.error:
            self._turned_away(listed.error)
        else:
            if not count.error:
                self._total, self._exact = jute.number(count.record), True
            yield from self._list(jute.children(listed.record))
        if listed.error not in jute.SASL_REQUIRED and self._connection.is_open:
            yield Send(jute.CLOSE)

    def _ask(self, kind: int, path: bytes) -> Conversation[jute.JuteReply]:
        """Answer to a request; an error if the server closes the connection instead."""
        self._xid += 1
        return (yield from self._connection.run(self._exchange(kind, path), self._closed))

    def _exchange(self, kind: int, path: bytes) -> Conversation[jute.JuteReply]:
        yield Send(jute.request(self._xid, kind, path))
        return jute.reply((yield from jute.packet()), self._xid)

    def _closed(self, why: str) -> jute.JuteReply:
        self._draft.problem(why)
        return jute.JuteReply(jute.CONNECTION_LOSS, b"")

    def _begin(self) -> Conversation[None]:
        """Start another session after the server closed the last one."""
        yield Connect(self._tls)
        yield Send(jute.CONNECT)
        yield from jute.packet()

    def _turned_away(self, error: int) -> None:
        if error in (jute.NO_AUTH, *jute.SASL_REQUIRED):
            self._draft.access = Access.AUTH_REQUIRED
            self._draft.prove(_ROOT, f"error {error}", Access.AUTH_REQUIRED)
        else:
            self._draft.problem(f"{_ROOT}: error {error}")

    def _list(self, root: jute.Children) -> Conversation[None]:
        draft = self._draft
        draft.prove(_ROOT, f"lists {count_text(len(root.names), 'node')}", Access.OPEN)
        if len(root.names) > MAX_LISTED:
            draft.leave_out(f"{count_text(len(root.names), 'top-level node')}; only the first {MAX_LISTED} are listed")
        if self._total is not None:
            size = estimate(self._bytes, "mntr zk_approximate_data_size") if self._bytes is not None else None
            draft.containers.append(Container(("/",), "tree", True, exact(self._total, "nodes of the tree"), size))
        marks: list[str] = []
        names = sorted(root.names)[:MAX_LISTED]
        asked = [name for name in names if name != _SYSTEM][:MAX_PROBED]
        if len(names) - len(asked) > 1:
            draft.leave_out(f"only the first {MAX_PROBED} top-level nodes were probed one by one")
        for name in names:
            figure, mark = (yield from self._top(name)) if name in asked else (None, "")
            if name != _SYSTEM:
                marks.append(mark or name)
            draft.containers.append(Container((f"/{name}",), "znode", name == _SYSTEM, figure))
        draft.fingerprint(marks)
        draft.access = self._judge()
        yield from self._below()

    def _below(self) -> Conversation[None]:
        """Count all nodes below the readable top-level nodes, not only one level."""
        containers = self._draft.containers
        readable = [at for at, one in enumerate(containers) if not one.system and one.records is not None]
        deep = [at for at in readable if (figure := containers[at].records) and figure.value > 1]
        if self._exact and len(deep) * (self._total or 0) <= MAX_COMPARED:
            for at in deep:
                answer = yield from self._ask(jute.GET_ALL_CHILDREN_NUMBER, containers[at].path[0].encode())
                if not answer.error:
                    nodes = exact(jute.number(answer.record) + 1, "getAllChildrenNumber, the node and all below it")
                    containers[at] = msgspec.structs.replace(containers[at], records=nodes)
            return
        user = [one for one in containers if not one.system]
        known = sum(one.records.value for one in user if one.records is not None)
        rest = (self._total or 0) - _OWN_NODES - known
        if deep and rest > 0 and not self._refused:
            method = "all nodes that the server counts, less those listed and its own"
            containers.append(Container(("(deeper nodes)",), "znode", records=estimate(rest, method)))

    def _top(self, name: str) -> Conversation[tuple[Figure | None, str]]:
        """Figure for the node and its children, and a value that identifies the same node on another server."""
        if not _NAME.fullmatch(name):
            self._draft.problem(f"skipped a name that is not safe to send: {name[:60]!r}")
            return None, ""
        answer = yield from self._ask(jute.GET_CHILDREN2, f"/{name}".encode())
        if answer.error:
            if answer.error in (jute.NO_AUTH, *jute.SASL_REQUIRED):
                self._refused += 1
            else:
                self._draft.problem(f"/{name}: error {answer.error}")
            return None, ""
        found = jute.children(answer.record)
        if not any(proof.asked == _TOP for proof in self._draft.proofs):
            self._draft.prove(_TOP, f"a node with {found.count} children is readable", Access.OPEN)
        mark = f"{name}\0{found.created}\0{found.created_ms}"
        if found.count:
            return lower_bound(found.count + 1, "the node and its children, one level"), mark
        return exact(1, "the node has no children"), mark

    def _judge(self) -> Access:
        user = [one for one in self._draft.containers if not one.system]
        if any(one.records is not None for one in user):
            return Access.PARTIAL if self._refused else Access.OPEN
        return Access.SCHEMA_ONLY if user else Access.OPEN_EMPTY
