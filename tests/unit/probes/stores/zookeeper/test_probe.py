import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.model.figure import Quality, estimate
from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.probes.playback import Answer, MemoryPeer, PlaybackResult, play
from tieback.probes.stores.zookeeper import jute
from tieback.probes.stores.zookeeper.probe import ZookeeperProbe
from tieback.scope.conversation import Target

PROBE = ZookeeperProbe()
SRVR = b"Zookeeper version: 3.9.3-c26634f34490bb0ea7a09cc51e05ede3b4e320ee, built on 2024\nNode count: 6\n"
MNTR = b"zk_version\t3.9.3\nzk_znode_count\t9\nzk_approximate_data_size\t400\nzk_server_state\tleader\n"
SESSION = struct.pack(">iiqi16sB", 0, 6000, 5, 16, b"p" * 16, 0)
LOSES_AUTH = -124


def framed(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


class Server:
    """Nodes at the top, with their children or an error."""

    def __init__(self, **tops: int) -> None:
        self.tops = tops
        self.words = {b"srvr\n": SRVR, b"mntr\n": MNTR}
        self.session = SESSION
        self.root = 0
        self.counts = True
        self.created = 7

    def answer(self, sent: bytes) -> bytes | None:
        if sent in self.words:
            return self.words[sent]
        if sent == jute.CONNECT:
            return framed(self.session)
        xid, kind = struct.unpack_from(">ii", sent, 4)
        if kind == jute.CLOSE_SESSION:
            return None
        path = sent[16:].rstrip(b"\0").decode()
        error, record = 0, b""
        if kind == jute.GET_ALL_CHILDREN_NUMBER:
            below = 8 if path == "/" else 2 * self.tops[path[1:]]
            error, record = (0, struct.pack(">i", below)) if self.counts else (jute.UNIMPLEMENTED, b"")
        elif path == "/":
            error, record = self.root, self.listed([*self.tops, "zookeeper"])
        elif (count := self.tops[path[1:]]) < 0:
            error = count
        else:
            record = self.listed([f"anna{i}" for i in range(count)])
        return framed(struct.pack(">iqi", xid, 1, error) + (b"" if error else record))

    def listed(self, names: list[str]) -> bytes:
        rows = b"".join(len(name).to_bytes(4, "big") + name.encode() for name in names)
        stat = struct.pack(">qqqqiiiqiiq", self.created, 0, 1, 0, 0, 0, 0, 0, 0, len(names), 0)
        return struct.pack(">i", len(names)) + rows + stat


def ask(answer: Answer, depth: Depth = Depth.DESCRIBE, port: int = 2181) -> PlaybackResult[ProbeReport]:
    return play(PROBE.run(Target("127.0.0.1", port), depth), MemoryPeer(answer), PROBE.meta.sends)


def test_an_open_one() -> None:
    played = ask(Server(people=3, visits=0).answer)
    report = played.result
    assert (report.access, report.product, report.version) == (Access.OPEN, "zookeeper", "3.9.3")
    counted = {one.name: one.records for one in report.containers}
    people, tree = counted["/people"], counted["/"]
    assert people is not None
    assert tree is not None
    # Three children, each with one child.
    assert (people.value, people.quality) == (7, Quality.EXACT)
    assert tree.value == 8
    assert {one.name for one in report.containers if one.system} == {"/", "/zookeeper"}
    assert "anna" not in repr(report)
    assert played.sent[-1] == jute.CLOSE


STATES = [
    # nodes at the top, access
    ({}, Access.OPEN_EMPTY),
    ({"people": jute.NO_AUTH}, Access.SCHEMA_ONLY),
    ({"people": jute.NO_AUTH, "visits": 2}, Access.PARTIAL),
    ({"people": jute.NO_NODE}, Access.SCHEMA_ONLY),
]


@pytest.mark.parametrize(("tops", "access"), STATES)
def test_access_state_by_server_answers(tops: dict[str, int], access: Access) -> None:
    assert ask(Server(**tops).answer).result.access is access


@pytest.mark.parametrize("error", [jute.NO_AUTH, LOSES_AUTH])
def test_the_top_is_refused(error: int) -> None:
    server = Server(people=3)
    server.root = error
    assert ask(server.answer).result.access is Access.AUTH_REQUIRED


WORDS = [
    # answer to srvr, product, version
    (b"srvr is not executed because it is not in the whitelist.\n", "zookeeper", ""),
    (b"This ZooKeeper instance is not currently serving requests\n", "zookeeper", ""),
    (b"Zookeeper version: 3.4.14-4c25d480e66aadd371de8bd2fd8da255ac140bcf, built on\n", "zookeeper", "3.4.14"),
    (b"ClickHouse Keeper version: v24.8.4.13-stable-53195bc189b\nLatency\n", "clickhouse-keeper", "24.8.4.13"),
]


@pytest.mark.parametrize(("text", "product", "version"), WORDS)
def test_products(text: bytes, product: str, version: str) -> None:
    server = Server(people=3)
    server.words[b"srvr\n"] = text
    report = ask(server.answer).result
    assert (report.product, report.version, report.access) == (product, version, Access.OPEN)


def test_without_statistics_and_without_counts() -> None:
    server = Server(people=3)
    server.words[b"mntr\n"] = b"mntr is not executed because it is not in the whitelist.\n"
    server.counts = False
    report = ask(server.answer).result
    assert report.access is Access.OPEN
    assert [one.name for one in report.containers] == ["/", "/people", "/zookeeper"]


OLD_COUNTS = [
    # answer to srvr, answer to mntr, number of nodes below the listed ones
    (b"Node count: 19\n", b"zk_version\t3.4\n", 10),
    (b"Mode: x\n", b"zk_znode_count\t19\n", 10),
    (b"Node count: 9\n", b"zk_version\t3.4\n", None),
    (b"Mode: x\n", b"zk_version\t3.4\n", None),
]


@pytest.mark.parametrize(("srvr", "mntr", "deeper"), OLD_COUNTS)
def test_the_total_is_the_number_of_nodes_that_the_server_says(srvr: bytes, mntr: bytes, deeper: int | None) -> None:
    server = Server(people=3)
    server.counts = False
    server.words |= {b"srvr\n": b"Zookeeper version: 3.4.14-1, built on\n" + srvr, b"mntr\n": mntr}
    counted = {one.name: one.records for one in ask(server.answer).result.containers}
    people, rest = counted["/people"], counted.get("(deeper nodes)")
    assert people is not None
    assert (people.value, people.quality) == (4, Quality.LOWER_BOUND)
    assert (rest.value if rest else None) == deeper


def test_nodes_are_not_counted_one_by_one_where_that_is_much_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tieback.probes.stores.zookeeper.probe.MAX_COMPARED", 7)
    played = ask(Server(people=1).answer)
    assert sum(sent[11:12] == b"h" for sent in played.sent) == 1
    counted = {one.name: one.records for one in played.result.containers}
    assert counted["(deeper nodes)"] == estimate(3, "all nodes that the server counts, less those listed and its own")


def test_refused_session_gives_no_access_state() -> None:
    server = Server(people=3)
    server.session = struct.pack(">iiqi16s", 0, 0, 0, 16, b"")
    assert ask(server.answer).result.access is Access.UNKNOWN
    closing = Server(people=3)
    report = ask(lambda sent: None if sent == jute.CONNECT else closing.answer(sent)).result
    assert (report.outcome, report.access) == (Outcome.OK, Access.UNKNOWN)


def test_the_time_of_the_nodes_is_part_of_the_identity() -> None:
    def key(created: int, count: int) -> str:
        server = Server(people=count)
        server.created = created
        identity = ask(server.answer).result.identity
        assert identity is not None
        return identity.key

    assert key(7, 3) == key(7, 4)
    assert key(7, 3) != key(8, 3)


def test_names_that_are_not_safe_to_send() -> None:
    report = ask(Server(**{"a\tb": 3, "people": 1}).answer).result
    assert report.access is Access.OPEN
    assert any("not safe to send" in problem for problem in report.problems)


def test_many_nodes() -> None:
    report = ask(Server(**{f"n{i:04}": 1 for i in range(1200)}).answer).result
    assert report.access is Access.OPEN
    assert len(report.containers) == 1001
    assert sum(one.records is not None for one in report.containers) == 51


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400\r\n", b"-ERR\r\n", b"Zoo\n", b"stop\n"])
def test_other_protocols(answer: bytes) -> None:
    assert ask(lambda _: answer).result.outcome is Outcome.PROTOCOL_MISMATCH


@pytest.mark.parametrize(("depth", "sends"), [(Depth.IDENTIFY, 1), (Depth.ENUMERATE, 8), (Depth.DESCRIBE, 8)])
def test_no_deeper_than_allowed(depth: Depth, sends: int) -> None:
    assert len(ask(Server(people=3).answer, depth).sent) == sends


WRITES = [
    jute.request(1, 1, b"/people"),
    jute.request(1, 2, b"/people"),
    jute.request(1, 4, b"/people"),
    jute.request(1, 5, b"/people"),
    # A watch.
    jute.request(1, jute.GET_CHILDREN2, b"/people")[:-1] + b"\1",
    jute.request(1, jute.GET_CHILDREN2, b"/people/anna"),
    b"kill\n",
    b"dump\n",
]


@each("data", WRITES)
def test_undeclared(data: bytes) -> None:
    assert not any(send.matches(data) for send in PROBE.meta.sends)


@given(st.lists(st.binary(max_size=120).map(framed), max_size=5))
@settings(max_examples=examples(80), deadline=None)
def test_any_answer_ends_in_one_report(answers: list[bytes]) -> None:
    left = iter([SRVR, MNTR, framed(SESSION), *answers])
    report = ask(lambda _: next(left, None)).result
    assert report.product == "zookeeper"


@pytest.mark.parametrize(
    ("name", "access"), [("zookeeper-open", Access.OPEN), ("zookeeper-auth", Access.AUTH_REQUIRED)]
)
def test_recordings(replay: Callable[..., Any], name: str, access: Access) -> None:
    report = replay(PROBE, name).result
    assert (report.access, report.version) == (access, "3.9.3")
