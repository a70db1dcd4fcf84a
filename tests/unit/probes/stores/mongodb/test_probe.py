from collections.abc import Callable
from typing import Any

import pytest

from tests.each import each
from tieback.model.figure import Quality
from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome, Privileges, ProbeReport
from tieback.probes.playback import MemoryPeer, PlaybackResult, play
from tieback.probes.stores.mongodb.probe import MongodbProbe
from tieback.protocols import bson
from tieback.scope.conversation import Target

PROBE = MongodbProbe()
UNAUTHORIZED: bson.Document = {"ok": 0, "code": 13, "errmsg": "command requires authentication"}
NO_COMMAND: bson.Document = {"ok": 0, "code": 59, "errmsg": "no such command"}


def batch(*documents: bson.Value) -> bson.Document:
    return {"ok": 1, "cursor": {"firstBatch": list(documents)}}


OPEN: dict[str, bson.Document] = {
    "hello": {"ok": 1},
    "isMaster": {"ok": 1},
    "buildInfo": {"ok": 1, "version": "6.0.5"},
    "getLog": {"ok": 1, "log": ['{"msg":"Access control is not enabled for the database."}']},
    "listDatabases": {"ok": 1, "databases": [{"name": "admin"}, {"name": "hr"}]},
    "dbStats": {"ok": 1, "objects": 5},
    "listCollections": batch({"name": "people", "type": "collection"}),
    "aggregate": batch({"count": 5, "storageStats": {"size": 50}}),
    "collStats": {"ok": 1, "count": 5, "size": 50},
    "listIndexes": batch({"key": {"email": 1}}),
}


def message(document: bson.Document, request: int) -> bytes:
    body = bson.encode(document)
    header = [21 + len(body), 1, request, 2013]
    return b"".join(part.to_bytes(4, "little") for part in header) + bytes(5) + body


def ask(change: dict[str, bson.Document], depth: Depth = Depth.DESCRIBE) -> PlaybackResult[ProbeReport]:
    answers = {**OPEN, **change}

    def answer(sent: bytes) -> bytes:
        command = next(iter(bson.decode(sent[21:])))
        return message(answers[command], int.from_bytes(sent[4:8], "little"))

    return play(PROBE.run(Target("127.0.0.1", 27017), depth), MemoryPeer(answer), PROBE.meta.sends)


def ask_closing(closes: bytes, change: dict[str, bson.Document]) -> PlaybackResult[ProbeReport]:
    """As ``ask``, from a server that closes the connection in answer to commands with this text."""
    answers = {**OPEN, **change}

    def answer(sent: bytes) -> bytes | None:
        if closes in sent:
            return None
        command = next(iter(bson.decode(sent[21:])))
        return message(answers[command], int.from_bytes(sent[4:8], "little"))

    return play(PROBE.run(Target("127.0.0.1", 27017), Depth.DESCRIBE), MemoryPeer(answer), PROBE.meta.sends)


CLOSING = [
    # text in the command, access
    (b"buildInfo", Access.OPEN),
    (b"startupWarnings", Access.OPEN),
    (b"dbStats", Access.OPEN),
    (b"$collStats", Access.OPEN),
    (b"listIndexes", Access.OPEN),
    (b"$objectToArray", Access.OPEN),
    (b"listCollections", Access.PARTIAL),
    (b"listDatabases", Access.UNKNOWN),
]


@each(("closes", "access"), CLOSING)
def test_refused_command_costs_only_itself(closes: bytes, access: Access) -> None:
    named: list[bson.Value] = [{"name": f"c{n}", "type": "collection"} for n in range(9)]
    collections = {"listCollections": batch(*named)}
    played = ask_closing(closes, collections)
    report = played.result
    assert (report.outcome, report.access) == (Outcome.OK, access), report
    # It is sent once, however many collections there are.
    assert sum(closes in sent for sent in played.sent) == 1
    if closes not in (b"listDatabases", b"listCollections"):
        assert sum(one.records.value for one in report.containers if one.records is not None) == 45


VERSIONS: list[tuple[bson.Document, str]] = [
    ({"ferretdbVersion": "v1.24.2"}, "1.24.2"),
    ({"ferretdb": {"version": "v2.5.0", "package": "docker"}}, "2.5.0"),
    ({"ferretdbVersion": "unknown"}, ""),
    ({"ferretdbFeatures": {}}, ""),
]


@pytest.mark.parametrize(("told", "version"), VERSIONS)
def test_ferretdb_has_its_own_version(told: bson.Document, version: str) -> None:
    report = ask({"buildInfo": {"ok": 1, "version": "7.0.42", **told}}).result
    assert (report.product, report.version) == ("ferretdb", version)
    assert dict(report.traits)["emulated_version"] == "7.0.42"


STATES: list[tuple[str, dict[str, bson.Document], Access]] = [
    ("open", {}, Access.OPEN),
    ("no hello before 4.4", {"hello": NO_COMMAND}, Access.OPEN),
    ("getLog asks", {"getLog": UNAUTHORIZED}, Access.AUTH_REQUIRED),
    ("listDatabases asks", {"listDatabases": UNAUTHORIZED}, Access.AUTH_REQUIRED),
    ("no databases under --auth is not open", {"listDatabases": {"ok": 1, "databases": []}}, Access.UNKNOWN),
    (
        "no databases, getLog asks",
        {"listDatabases": {"ok": 1, "databases": []}, "getLog": UNAUTHORIZED},
        Access.AUTH_REQUIRED,
    ),
    ("only system databases", {"listDatabases": {"ok": 1, "databases": [{"name": "local"}]}}, Access.OPEN_EMPTY),
    ("an empty collection", {"aggregate": batch({"count": 0, "storageStats": {"size": 0}})}, Access.OPEN_EMPTY),
    ("collections are refused", {"listCollections": UNAUTHORIZED}, Access.PARTIAL),
    ("counts are refused", {"aggregate": UNAUTHORIZED}, Access.SCHEMA_ONLY),
    ("no $collStats", {"aggregate": NO_COMMAND}, Access.OPEN),
    ("no warnings, but it answers", {"getLog": {"ok": 1, "log": []}}, Access.OPEN),
]


@each(("what", "change", "access"), STATES, ids=[state[0] for state in STATES])
def test_access_state_by_server_answers(what: str, change: dict[str, bson.Document], access: Access) -> None:
    report = ask(change).result
    assert (report.outcome, report.access) == (Outcome.OK, access), report


def test_an_open_one() -> None:
    report = ask({}).result
    people = next(container for container in report.containers if container.name == "hr.people")
    assert people.records is not None
    assert (people.records.value, people.records.quality) == (5, Quality.EXACT)
    assert [field.name for field in people.fields] == ["email"]
    assert [container.name for container in report.containers if container.system] == ["admin"]


OFF = "Access control is not enabled for the database"
FREE = "Read and write access to data and configuration is unrestricted"
WARNINGS: list[tuple[list[bson.Value], Privileges, str]] = [
    ([f'{{"msg":"{OFF}. {FREE}"}}'], Privileges.ADMIN, f"start-up warning of the server: {OFF}. {FREE}"),
    # Before 4.4, one line each.
    ([f"** WARNING: {OFF}.", f"** {FREE}."], Privileges.ADMIN, f"start-up warning of the server: {OFF}. {FREE}"),
    ([f'{{"msg":"{OFF}."}}'], Privileges.ADMIN, f"start-up warning of the server: {OFF}"),
    (['{"msg":"This server is bound to localhost"}'], Privileges.UNKNOWN, "answers without a login"),
    ([], Privileges.UNKNOWN, "answers without a login"),
]


@each(("lines", "privileges", "said"), WARNINGS)
def test_a_server_that_states_that_access_is_unrestricted_gives_all_rights(
    lines: list[bson.Value], privileges: Privileges, said: str
) -> None:
    for depth in (Depth.IDENTIFY, Depth.DESCRIBE):
        report = ask({"getLog": {"ok": 1, "log": lines}}, depth).result
        assert (report.privileges, report.proofs[0].answer) == (privileges, said)
    asks = ask({"getLog": {"ok": 1, "log": lines}, "listDatabases": UNAUTHORIZED}).result
    assert (asks.access, asks.privileges) == (Access.AUTH_REQUIRED, Privileges.NONE)


def test_a_router_counts_orphans_too() -> None:
    report = ask({"hello": {"ok": 1, "msg": "isdbgrid"}}).result
    assert {c.records.quality for c in report.containers if c.records} == {Quality.ESTIMATE}


@pytest.mark.parametrize(
    ("depth", "commands"),
    [
        (Depth.IDENTIFY, {"hello", "buildInfo", "getLog"}),
        (Depth.ENUMERATE, {"hello", "buildInfo", "getLog", "listDatabases", "dbStats", "listCollections", "aggregate"}),
    ],
)
def test_no_deeper_than_allowed(depth: Depth, commands: set[str]) -> None:
    sent = [bson.decode(data[21:]) for data in ask({}, depth).sent]
    assert {next(iter(command)) for command in sent} == commands
    assert not any(b"objectToArray" in data for data in ask({}, depth).sent)


def paged(*batches: int) -> Callable[[bytes], bytes]:
    """A server whose list of collections comes in so many batches of so many names; the last cursor may never end."""
    left = list(batches)

    def answer(sent: bytes) -> bytes:
        asked = bson.decode(sent[21:])
        command = next(iter(asked))
        document = OPEN.get(command, {})
        if command in ("listCollections", "getMore"):
            start = sum(batches) - sum(left)
            names: list[bson.Value] = [
                {"name": f"c{start + number:05}", "type": "collection"} for number in range(left.pop(0))
            ]
            document = {"ok": 1, "cursor": {"id": -(2**62) if left else 0, "nextBatch": names}}
            assert command == "listCollections" or (asked["getMore"], asked["$db"]) == (-(2**62), "hr")
        return message(document, int.from_bytes(sent[4:8], "little"))

    return answer


@pytest.mark.parametrize(("batches", "listed", "cut"), [((3,), 3, False), ((3, 3, 1), 7, False), ((9,) * 30, 99, True)])
def test_long_lists_come_in_batches(batches: tuple[int, ...], listed: int, cut: bool) -> None:
    target = Target("127.0.0.1", 27017)
    report = play(PROBE.run(target, Depth.ENUMERATE), MemoryPeer(paged(*batches)), PROBE.meta.sends).result
    assert len([container for container in report.containers if not container.system]) == listed
    assert any("more collections than the limit" in problem for problem in report.problems) is cut


def test_unsafe_names_are_not_sent() -> None:
    played = ask({"listDatabases": {"ok": 1, "databases": [{"name": "a$b"}, {"name": "hr"}]}})
    assert not any(b"a$b" in data for data in played.sent)
    assert any("a$b" in problem for problem in played.result.problems)
    assert played.result.access is Access.OPEN


@pytest.mark.parametrize(("name", "access"), [("mongodb-open", Access.OPEN), ("mongodb-auth", Access.AUTH_REQUIRED)])
def test_recordings(replay: Callable[..., Any], name: str, access: Access) -> None:
    report = replay(PROBE, name).result
    assert (report.access, report.version) == (access, "6.0.5")


def test_an_answer_that_is_no_bson_ends_the_conversation_without_a_verdict() -> None:
    def answer(sent: bytes) -> bytes:
        good = message({"ok": 1}, int.from_bytes(sent[4:8], "little"))
        return good[:25] + b"\x7a" + good[26:]  # an unknown type of element

    result = play(PROBE.run(Target("127.0.0.1", 27017), Depth.DESCRIBE), MemoryPeer(answer), PROBE.meta.sends)
    assert (result.result.outcome, result.result.access) == (Outcome.HOSTILE, Access.UNKNOWN)
