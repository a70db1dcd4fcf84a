"""Rows of tables whose estimate is zero, default accounts, privileges: a server in memory, by the protocol's text."""

import re
from collections.abc import Mapping, Sequence

import pytest

from tests.each import each
from tieback.model.figure import Quality
from tieback.model.grant import Depth
from tieback.model.probe import Access, Entry, Privileges, ProbeReport
from tieback.probes.playback import MemoryPeer, PlaybackResult, play
from tieback.probes.stores.mysql import queries
from tieback.probes.stores.mysql.catalogue import HIDDEN
from tieback.probes.stores.mysql.probe import MysqlProbe
from tieback.probes.wire.frames import mysql_frame
from tieback.scope.conversation import DUMMY_ACCOUNT, Target

PROBE = MysqlProbe()
OK = b"\0\0\0\2\0\0\0"

type Answer = Sequence[Sequence[str]] | int
"""Rows, or the number of an error."""


def greeting(version: str) -> bytes:
    tail = b"\0" + bytes(4) + b"a" * 8 + b"\0\xff\xf7\x08\2\0\x08\0\x15" + bytes(10) + b"b" * 12 + b"\0"
    return mysql_frame(0, b"\x0a" + version.encode() + tail + b"mysql_native_password\0")


def error(code: int) -> bytes:
    return b"\xff" + code.to_bytes(2, "little") + b"#HY000no"


def result(rows: Sequence[Sequence[str]], columns: int) -> bytes:
    packets = [bytes((columns,)), *[b"\x03def"] * columns, b"\xfe\0\0\2\0"]
    packets += [b"".join(bytes((len(v),)) + v.encode() for v in row) for row in rows] + [b"\xfe\0\0\2\0"]
    return b"".join(mysql_frame((at + 1) & 0xFF, packet) for at, packet in enumerate(packets))


COLUMNS = {queries.TABLES: 7, queries.TIDB_TABLES: 7, queries.COLUMNS: 4, queries.TIDB_COLUMNS: 4}
TABLE = ["shop", "people", "InnoDB", "0", "16384", "0", "2026-11-27 15:43:45"]
OPEN: dict[str, Answer] = {
    queries.SERVER_UUID: [["722267b0-5e30-4972-abbe-1f719a9ad22d"]],
    queries.VERSION_COMMENT: [["MySQL Community Server - GPL"]],
    queries.AURORA_VERSION: 1193,
    queries.PRIVILEGES: [["USAGE"], ["SELECT"]],
    queries.GLOBAL_PRIVILEGES: [["SELECT"]],
    queries.OTHERS: [["0"]],
    queries.TABLES: [TABLE],
    queries.COLUMNS: [["shop", "people", "email", "varchar"]],
    "SELECT COUNT(*) FROM (SELECT 1 AS a FROM `shop`.`people` LIMIT 10000) AS t": [["250"]],
}


def server(change: Mapping[str, Answer], version: str = "8.0.36", accounts: Sequence[str] = ("root",)) -> MemoryPeer:
    answers = {**OPEN, **change}

    def reply(sent: bytes) -> bytes | None:
        if sent[4:5] != b"\x03":
            name = re.search(rb"\x00{23}([a-z_]+)\x00", sent)
            known = name is not None and name[1].decode() in accounts
            return mysql_frame(2, OK if known else b"\xff\x15\x04#28000Access denied for user 'x'@'h'")
        sql = sent[5:].decode()
        if sql.startswith(("SET ", "START ")):
            return mysql_frame(1, error(1235) if answers.get(sql) == 1235 else OK)
        found = answers.get(sql, 1146)
        return mysql_frame(1, error(found)) if isinstance(found, int) else result(found, COLUMNS.get(sql, 1))

    return MemoryPeer(reply, greeting=greeting(version))


def ask(served: MemoryPeer, accounts: Sequence[str] = ("root",), *, scans: bool = False) -> PlaybackResult[ProbeReport]:
    sends = [send for send in PROBE.meta.sends if scans or not send.cost.needs_scans]
    target = Target("h", 3306, passwordless=tuple(accounts), scans=scans)
    return play(PROBE.run(target, Depth.DESCRIBE), served, sends)


def people(report: ProbeReport) -> tuple[int, Quality] | None:
    (found,) = report.containers
    return None if found.records is None else (found.records.value, found.records.quality)


FEW = "SELECT COUNT(*) FROM (SELECT 1 AS a FROM `shop`.`people` LIMIT 10000) AS t"
ALL = "SELECT COUNT(*) FROM `shop`.`people`"
BLIND: dict[str, Answer] = {queries.PRIVILEGES: [["USAGE"]], queries.GLOBAL_PRIVILEGES: [["USAGE"]]}
COUNTS: list[tuple[str, dict[str, Answer], bool, tuple[int, Quality] | None, Access]] = [
    ("rows are counted", {}, False, (250, Quality.EXACT), Access.OPEN),
    ("no row", {FEW: [["0"]]}, False, (0, Quality.EXACT), Access.OPEN_EMPTY),
    ("no row that we may see", {FEW: [["0"]], **BLIND}, False, (0, Quality.EXACT), Access.SCHEMA_ONLY),
    ("some rows that we may see", BLIND, False, (250, Quality.EXACT), Access.OPEN),
    ("more than the limit", {FEW: [["10000"]]}, False, (10_000, Quality.LOWER_BOUND), Access.OPEN),
    ("a scan counts them", {FEW: [["10000"]], ALL: [["31337"]]}, True, (31_337, Quality.EXACT), Access.OPEN),
    ("a scan ends too late", {FEW: [["10000"]], ALL: 3024}, True, (10_000, Quality.LOWER_BOUND), Access.OPEN),
    ("not readable", {FEW: 1142}, False, None, Access.SCHEMA_ONLY),
    ("cannot be counted", {FEW: 1064}, False, (0, Quality.ESTIMATE), Access.PARTIAL),
]


@each(("change", "scans", "figure", "access"), [c[1:] for c in COUNTS], ids=[c[0] for c in COUNTS])
def test_rows_of_a_table_whose_estimate_is_zero(
    change: dict[str, Answer], scans: bool, figure: tuple[int, Quality] | None, access: Access
) -> None:
    report = ask(server(change), scans=scans).result
    assert (people(report), report.access) == (figure, access)


def test_an_estimate_is_not_counted_again() -> None:
    played = ask(server({queries.TABLES: [[*TABLE[:3], "77", *TABLE[4:]]]}), scans=True)
    assert people(played.result) == (77, Quality.ESTIMATE)
    assert not [sent for sent in played.sent if b"COUNT(*) FROM (" in sent or b"FROM `" in sent]


@pytest.mark.parametrize("engine", ["FEDERATED", "CONNECT", "SPIDER"])
def test_a_table_of_another_server_is_never_counted(engine: str) -> None:
    table = ["shop", "people", engine, "0", "0", "0", ""]
    played = ask(server({queries.OTHERS: [["1"]], queries.NAMES: [table]}), scans=True)
    assert not [sent for sent in played.sent if b"FROM `" in sent]


def test_the_number_of_counts_is_bounded() -> None:
    tables = [["shop", f"t{number}", *TABLE[2:]] for number in range(900)]
    sent = ask(server({queries.TABLES: tables}), scans=True).sent
    assert sum(b"COUNT(*) FROM (" in one for one in sent) == queries.MAX_COUNTED


def test_tidb_has_its_own_guard_and_schemas() -> None:
    refused = {queries.READ_ONLY: 1235, queries.START: 1235}
    tidb: dict[str, Answer] = {queries.TIDB_TABLES: [TABLE], queries.TIDB_COLUMNS: [["shop", "people", "id", "int"]]}
    played = ask(server({**refused, **tidb, queries.TABLES: 1146}, "8.0.11-TiDB-v8.5.0"))
    report = played.result
    assert (report.product, report.version, people(report)) == ("tidb", "8.5.0", (250, Quality.EXACT))
    assert report.problems == ()
    sql = [sent[5:].decode() for sent in played.sent if sent[4:5] == b"\x03"]
    assert sql[:2] == [queries.MYSQL_TIMEOUT, queries.TIDB_START]


def test_dolt_states_its_own_version() -> None:
    change: dict[str, Answer] = {queries.VERSION_COMMENT: [["Dolt"]], "SELECT dolt_version()": [["2.3.1"]]}
    report = ask(server(change, "8.0.33")).result
    assert (report.product, report.version) == ("dolt", "2.3.1")


def test_aurora_is_distinguished() -> None:
    report = ask(server({queries.AURORA_VERSION: [["3.04.0"]]})).result
    assert (report.product, report.version) == ("aurora", "3.04.0")


PRIVILEGES: list[tuple[Answer, Privileges]] = [
    ([["USAGE"]], Privileges.LIMITED),
    ([["SELECT"], ["SHOW VIEW"]], Privileges.LIMITED),
    ([["SELECT"], ["INSERT"]], Privileges.ADMIN),
    ([["SUPER"]], Privileges.ADMIN),
    ([], Privileges.UNKNOWN),
    (1142, Privileges.UNKNOWN),
]


@each(("answer", "privileges"), PRIVILEGES)
def test_privileges_of_the_account(answer: Answer, privileges: Privileges) -> None:
    report = ask(server({queries.PRIVILEGES: answer})).result
    assert (report.entry, report.account, report.privileges) == (Entry.NAMED_ACCOUNT, "root", privileges)


def test_root_is_named_as_untested_unless_the_grant_names_it() -> None:
    (untested,) = ask(server({}), ()).result.untested
    assert untested == "the account root without a password: the grant does not name it"
    assert ask(server({}), ("admin",)).result.untested == (untested,)
    refused = ask(server({}, accounts=())).result
    assert (refused.access, refused.untested) == (Access.AUTH_REQUIRED, ())
    assert ask(server({})).result.untested == ()


@pytest.mark.parametrize(("privilege", "untested"), [("INSERT", 0), ("SELECT", 1)])
def test_root_stays_untested_if_another_account_has_few_privileges(privilege: str, untested: int) -> None:
    report = ask(server({queries.PRIVILEGES: [[privilege]]}, accounts=("admin",)), ("admin",)).result
    assert (report.account, len(report.untested)) == ("admin", untested)


def test_an_anonymous_account_is_an_entry_for_any_user() -> None:
    report = ask(server({}, accounts=(DUMMY_ACCOUNT,)), ()).result
    assert (report.access, report.entry, len(report.untested)) == (Access.ANY_USER, Entry.ANY_USER, 1)
    root = ask(server({queries.PRIVILEGES: [["SUPER"]]}, accounts=(DUMMY_ACCOUNT,)), ()).result
    assert (root.access, root.privileges, root.untested) == (Access.ANY_USER, Privileges.ADMIN, ())


def test_an_account_of_the_grant_is_tried_after_the_anonymous_one() -> None:
    blind: dict[str, Answer] = {**BLIND, queries.TABLES: []}
    alone = ask(server(blind, accounts=(DUMMY_ACCOUNT,)), ("root",)).result
    assert (alone.access, alone.entry, alone.account) == (Access.SCHEMA_ONLY, Entry.ANY_USER, "")
    assert (alone.untested, alone.unlisted) == ((), (HIDDEN,))
    both = ask(server({}, accounts=(DUMMY_ACCOUNT, "root")), ("root",)).result
    assert (both.access, both.entry, both.account) == (Access.OPEN, Entry.NAMED_ACCOUNT, "root")
    assert people(both) == (250, Quality.EXACT)
    assert [proof.answer.partition(" ")[0] for proof in both.proofs if proof.asked == "login without a password"] == [
        "root",
        "a",
    ]


def test_what_the_anonymous_account_shows_remains_if_another_login_ends_the_conversation() -> None:
    served = server({}, accounts=(DUMMY_ACCOUNT, "root"))
    cut = MemoryPeer(lambda sent: None if b"root" in sent else served.answer(sent), greeting=greeting("8.0.36"))
    report = ask(cut, ("root",)).result
    assert (report.access, report.entry, people(report)) == (Access.ANY_USER, Entry.ANY_USER, (250, Quality.EXACT))
    assert any("closed" in problem for problem in report.problems)


def test_accounts_beyond_the_limit_are_named_as_untested() -> None:
    named = ("a", "b", "c", "d", "root", "x'y")
    report = ask(server({}, accounts=()), named).result
    assert report.untested == (
        "the account root without a password: only 4 are tried",
        "an account of the grant whose name is not safe to send",
    )
    assert report.undecided
