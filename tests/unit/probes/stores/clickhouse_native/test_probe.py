"""ClickHouse in memory, as the vendor's pages say. Not yet verified against the real server."""

import pytest

from tests.each import each
from tieback.model.figure import Figure, Quality
from tieback.model.grant import Depth
from tieback.model.probe import Access, Entry, Outcome, Privileges, ProbeReport
from tieback.probes.playback import MemoryPeer, PlaybackResult, play
from tieback.probes.stores.clickhouse_native.probe import ClickhouseNativeProbe
from tieback.probes.stores.clickhouse_native.session import encode_text
from tieback.probes.wire.clickhouse import HIDDEN, sees_all
from tieback.protocols.leb128 import encode_leb128
from tieback.scope.conversation import Target

PROBE = ClickhouseNativeProbe()
UUID = "0c1f2a57-9c1f-4bb3-8a57-1f8f6d6e3d01"
HELLO = (
    encode_leb128(0)
    + encode_text("ClickHouse")
    + encode_leb128(24)
    + encode_leb128(3)
    + encode_leb128(54468)
    + encode_text("UTC")
    + encode_text("h")
    + encode_leb128(2)
)


def exception(code: int) -> bytes:
    return (
        encode_leb128(2)
        + code.to_bytes(4, "little")
        + encode_text("DB::Exception")
        + encode_text(f"code {code}")
        + encode_text("")
        + b"\0"
    )


def block(*rows: tuple[str, ...]) -> bytes:
    columns = list(zip(*rows, strict=True))
    data = b"".join(encode_text("c") + encode_text("String") + b"".join(map(encode_text, values)) for values in columns)
    return (
        encode_leb128(1)
        + encode_text("")
        + b"\1\0\2\xff\xff\xff\xff\0"
        + encode_leb128(len(columns))
        + encode_leb128(len(rows))
        + data
        + encode_leb128(5)
    )


OPEN = {
    b"serverUUID": block((UUID,)),
    b"FROM system.databases": block(("hr", "Atomic"), ("system", "Atomic"), ("shop", "MySQL")),
    b"SHOW GRANTS": block(("GRANT ALL ON *.* TO default WITH GRANT OPTION",)),
    b"toString(name),toString(engine) FROM system.tables": block(
        ("hr", "people", "MergeTree"), ("hr", "visits", "Log"), ("hr", "v_people", "View")
    ),
    b"total_rows": block(("visits", "320", "2048")),
    b"FROM `hr`.`visits`": block(("320",)),
    b"FROM system.parts": block(("hr", "people", "137", "4096")),
    b"FROM system.columns": block(("hr", "people", "email", "String")),
}


def server(accounts: dict[bytes, bytes], change: dict[bytes, bytes] | None = None) -> MemoryPeer:
    answers = {**OPEN, **(change or {})}

    def answer(sent: bytes) -> bytes | None:
        if sent[0] == 0:
            return next((reply for name, reply in accounts.items() if name in sent), exception(516))
        return next((reply for key, reply in answers.items() if key in sent), exception(62))

    return MemoryPeer(answer)


DEFAULT = {b"\7default": HELLO}


def ask(
    peer: MemoryPeer, depth: Depth = Depth.DESCRIBE, *, port: int = 9000, passwordless: tuple[str, ...] = ("default",)
) -> PlaybackResult[ProbeReport]:
    target = Target("127.0.0.1", port, passwordless=passwordless)
    return play(PROBE.run(target, depth), peer, PROBE.meta.sends)


def test_default_without_a_password_where_the_grant_names_it() -> None:
    report = ask(server(DEFAULT)).result
    assert (report.outcome, report.access, report.account) == (Outcome.OK, Access.OPEN, "default")
    assert (report.product, report.version) == ("clickhouse", "24.3.2")
    assert report.identity is not None
    assert report.identity.key == f"clickhouse:server_uuid:{UUID}"
    people, visits, view = report.containers
    assert (visits.records, visits.bytes) == (
        Figure(320, Quality.EXACT, "system.tables total_rows"),
        Figure(2048, Quality.EXACT, "system.tables total_bytes"),
    )
    assert (view.kind, view.records) == ("view", None)
    assert (report.privileges, report.untested) == (Privileges.ADMIN, ())
    assert people.records is not None
    assert people.bytes is not None
    assert (people.name, people.records.value, people.bytes.value) == ("hr.people", 137, 4096)
    assert [(field.name, field.type) for field in people.fields] == [("email", "String")]
    assert any("shop (MySQL)" in problem for problem in report.problems)


@pytest.mark.parametrize("closes", [b"serverUUID", b"SHOW GRANTS", b"FROM system.columns"])
def test_statement_that_ends_the_connection_costs_only_itself(closes: bytes) -> None:
    served = server(DEFAULT)
    played = ask(MemoryPeer(lambda sent: None if closes in sent else served.answer(sent)))
    report = played.result
    assert (report.outcome, report.access, report.account) == (Outcome.OK, Access.OPEN, "default"), report
    assert [one.records.value for one in report.containers if one.records is not None] == [137, 320]
    assert sum(closes in sent for sent in played.sent) == 1


@pytest.mark.parametrize("passwordless", [(), ("root",), ("anonymous", "postgres")])
def test_only_the_dummy_user_is_tried_unless_the_grant_names_an_account(passwordless: tuple[str, ...]) -> None:
    played = ask(server(DEFAULT), passwordless=passwordless)
    assert len(played.sent) == 1
    assert b"tieback_probe" in played.sent[0]
    assert (played.result.product, played.result.access) == ("clickhouse", Access.AUTH_REQUIRED)
    assert played.result.untested == ("the account default without a password: the grant does not name it",)


TABLES = b"toString(name),toString(engine) FROM system.tables"
NO_LOG = {TABLES: block(("hr", "people", "MergeTree"))}
STATES = [
    ("default has a password", server({b"\7default": exception(516)}), Access.AUTH_REQUIRED),
    ("any user", server({b"tieback_probe": HELLO}), Access.ANY_USER),
    ("our address is turned away", server({b"tieback_probe": exception(195)}), Access.FIREWALLED),
    ("no tables", server(DEFAULT, {b"FROM system.databases": block(("system", "Atomic"))}), Access.OPEN_EMPTY),
    ("no parts", server(DEFAULT, {b"FROM system.parts": encode_leb128(5), **NO_LOG}), Access.SCHEMA_ONLY),
    ("settings are fixed", server(DEFAULT, {TABLES: exception(164)}), Access.PARTIAL),
    ("overloaded", server({b"tieback_probe": exception(202)}), Access.UNKNOWN),
]


@each(("peer", "access"), [s[1:] for s in STATES], ids=[s[0] for s in STATES])
def test_access_state_by_server_answers(peer: MemoryPeer, access: Access) -> None:
    passwordless = () if access is Access.UNKNOWN else ("default",)
    report = ask(peer, passwordless=passwordless).result
    assert (report.outcome, report.access) == (Outcome.OK, access)


@pytest.mark.parametrize("depth", Depth)
def test_no_deeper_than_allowed(depth: Depth) -> None:
    played = ask(server(DEFAULT), depth)
    assert len(played.sent) == {Depth.IDENTIFY: 2, Depth.ENUMERATE: 8}.get(depth, 9)
    for data in played.sent:
        (declared,) = [send for send in PROBE.meta.sends if send.matches(data)]
        assert declared.depth.rank <= depth.rank


def test_the_account_is_what_the_dialer_sees() -> None:
    accounts = [send.account_in(data) for data in ask(server(DEFAULT)).sent[:2] for send in PROBE.meta.sends[:1]]
    assert accounts == ["tieback_probe", "default"]


OLD_HELLO = (
    encode_leb128(0)
    + encode_text("ClickHouse")
    + encode_leb128(18)
    + encode_leb128(16)
    + encode_leb128(54412)
    + encode_text("UTC")
    + encode_text("h")
    + encode_leb128(1)
)
OLD_PROGRESS = encode_leb128(3) + b"".join(map(encode_leb128, (1, 2, 3)))


def test_an_old_server_gets_its_settings_as_numbers() -> None:
    refused = {b"total_rows": exception(47), b"SHOW GRANTS": exception(62), b"serverUUID": exception(46)}
    old = {TABLES: OLD_PROGRESS + OPEN[TABLES]}
    played = ask(server({b"\7default": OLD_HELLO}, {**refused, **old}))
    report = played.result
    assert (report.access, report.version) == (Access.OPEN, "18.16.1")
    assert [c.records.value for c in report.containers if c.records is not None] == [137, 320]
    assert all(b"\x08readonly\1\x12max_execution_time\5\0" in sent for sent in played.sent[2:])


def test_a_server_that_is_too_old_is_not_queried() -> None:
    hello = OLD_HELLO.replace(encode_leb128(54412), encode_leb128(54400)).removesuffix(encode_leb128(1))
    played = ask(server({b"\7default": hello}))
    assert len(played.sent) == 2
    assert any("older" in problem for problem in played.result.problems)


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0\0\0\0\0\0\0\0", None])
def test_others_are_another_protocol(answer: bytes | None) -> None:
    report = ask(MemoryPeer(lambda _: answer), port=7).result
    assert (report.outcome, report.product) == (Outcome.PROTOCOL_MISMATCH, "")


@pytest.mark.parametrize("scans", [False, True])
def test_all_rows_are_counted_only_with_scans(scans: bool) -> None:
    change = {
        b"total_rows": exception(47),
        b"FROM (SELECT 1 FROM `hr`.`visits`": block(("10000",)),
        b"toString(count()) FROM `hr`.`visits`": block(("31337",)),
    }
    sends = [send for send in PROBE.meta.sends if scans or not send.cost.needs_scans]
    target = Target("127.0.0.1", 9000, passwordless=("default",), scans=scans)
    answers = {**change, **{key: value for key, value in OPEN.items() if key not in change}}
    answers.pop(b"FROM `hr`.`visits`")
    peer = MemoryPeer(
        lambda sent: (
            HELLO
            if sent[0] == 0 and b"default" in sent
            else exception(516)
            if sent[0] == 0
            else next((reply for key, reply in answers.items() if key in sent), exception(62))
        )
    )
    report = play(PROBE.run(target, Depth.DESCRIBE), peer, sends).result
    (visits,) = [one.records for one in report.containers if one.path == ("hr", "visits")]
    assert visits is not None
    assert visits.value == (31_337 if scans else 10_000)


def test_the_account_of_the_grant_is_tried_after_a_synthetic_one() -> None:
    both = {b"\7default": HELLO, b"tieback_probe": HELLO}
    limited = {b"SHOW GRANTS": block(("GRANT SELECT ON hr.people TO tieback_probe",))}
    played = ask(server(both, limited))
    assert sum(b"\7default" in sent for sent in played.sent) == 1
    assert (played.result.access, played.result.entry, played.result.account) == (
        Access.OPEN,
        Entry.NAMED_ACCOUNT,
        "default",
    )
    alone = ask(server({b"tieback_probe": HELLO}, limited)).result
    assert (alone.access, alone.entry, alone.account) == (Access.ANY_USER, Entry.ANY_USER, "")
    assert HIDDEN in alone.unlisted


@each(
    ("grant", "seen"),
    [
        ("GRANT SELECT ON *.* TO a", True),
        ("GRANT SHOW TABLES, INSERT ON *.* TO a", True),
        ("GRANT ALL ON *.* TO default WITH GRANT OPTION", True),
        ("GRANT SELECT ON hr.* TO a", False),
        ("GRANT SELECT(email) ON hr.people TO a", False),
        ("GRANT CREATE TEMPORARY TABLE ON *.* TO a", False),
    ],
)
def test_which_rights_show_every_table(grant: str, seen: bool) -> None:
    assert sees_all([grant]) is seen
