from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, replace
from typing import Any

import pytest

from tests.each import each
from tieback.assess.leaves import records_total
from tieback.model.figure import Figure, Quality
from tieback.model.grant import Depth
from tieback.model.probe import Access, Entry, Outcome, Privileges, ProbeReport
from tieback.probes.playback import MemoryPeer, PlaybackResult, play, recorded_answers
from tieback.probes.stores.postgresql import queries
from tieback.probes.stores.postgresql.catalogue import TableRow, rows_of
from tieback.probes.stores.postgresql.probe import PostgresqlProbe
from tieback.probes.wire.frames import postgres_frame
from tieback.scope.conversation import Target

PROBE = PostgresqlProbe()


def refusal(code: str, routine: str, *, trusted: bool = False) -> bytes:
    ok = postgres_frame(b"R", bytes(4)) if trusted else b""
    return ok + postgres_frame(b"E", f"C{code}\0Msome words\0R{routine}\0\0".encode())


STATES = [
    # answer to the start of a made-up role, access
    (postgres_frame(b"R", b"\0\0\0\x0a"), Access.AUTH_REQUIRED),
    (refusal("28P01", "auth_failed"), Access.AUTH_REQUIRED),
    (refusal("28000", "auth_failed"), Access.AUTH_REQUIRED),
    (refusal("28000", "ClientAuthentication"), Access.FIREWALLED),
    (refusal("28000", "InitializeSessionUserId", trusted=True), Access.ANY_USER),
    (refusal("28000", "InitializeSessionUserId"), Access.UNKNOWN),
    (refusal("53300", "InitProcess"), Access.UNKNOWN),
]


@each(("answer", "access"), STATES)
def test_access_states_for_anonymous(answer: bytes, access: Access) -> None:
    played = play(
        PROBE.run(Target("h", 5432), Depth.DESCRIBE), MemoryPeer(recorded_answers([b"N", answer])), PROBE.meta.sends
    )
    assert (played.result.outcome, played.result.access) == (Outcome.OK, access)


def test_trust_is_detected_with_a_dummy_role() -> None:
    answer = refusal("28000", "InitializeSessionUserId", trusted=True)
    report = play(
        PROBE.run(Target("h", 5432), Depth.DESCRIBE), MemoryPeer(recorded_answers([b"N", answer])), PROBE.meta.sends
    ).result
    assert "trust" in report.proofs[0].answer
    assert (report.access, report.entry, report.account) == (Access.ANY_USER, Entry.NAMED_ACCOUNT, "")
    assert any("passwordless" in problem for problem in report.problems)
    assert report.untested == ("the account postgres without a password: the grant does not name it",)


def test_trust_names_what_was_not_tried_if_the_named_role_does_not_exist() -> None:
    answer = refusal("28000", "InitializeSessionUserId", trusted=True)
    report = play(
        PROBE.run(Target("h", 5432, passwordless=("postgres",)), Depth.DESCRIBE),
        MemoryPeer(recorded_answers([b"N", answer, b"N", answer])),
        PROBE.meta.sends,
    ).result
    assert (report.access, report.account) == (Access.ANY_USER, "")
    assert report.untested == ("existing roles without a password: the grant names none that exists",)


def test_an_open_one(replay: Callable[..., Any]) -> None:
    played = replay(PROBE, "postgresql-open", passwordless=("postgres",))
    report = played.result
    assert (report.access, report.account, report.version) == (Access.OPEN, "postgres", "18.6")
    assert report.identity.key.startswith("postgresql:system_identifier:")
    people = next(c for c in report.containers if c.name == "hr.public.employees")
    assert [field.name for field in people.fields] == ["id", "full_name", "email", "vpn_pin"]
    assert [c.name for c in report.containers if c.kind == "database"] == []


START = postgres_frame(b"R", bytes(4)) + postgres_frame(b"Z", b"I")
DONE = postgres_frame(b"C", b"BEGIN\0") + postgres_frame(b"Z", b"T")
ERROR = postgres_frame(b"E", b"C42704\0Munrecognized configuration parameter\0\0") + postgres_frame(b"Z", b"E")


def settings(read_only: bytes, path: bytes) -> bytes:
    cells = b"".join(len(value).to_bytes(4, "big") + value for value in (read_only, path))
    return postgres_frame(b"D", b"\0\2" + cells) + postgres_frame(b"Z", b"T")


WRITABLE = settings(b"off", b"pg_catalog, pg_temp")
OTHER_PATH = settings(b"on", b"public, pg_catalog")
UNGUARDED = [
    # answers to begin, its check and ROLLBACK, as often as it is tried
    [DONE, WRITABLE, DONE, DONE, WRITABLE, DONE, DONE, WRITABLE, DONE],
    [DONE, OTHER_PATH, DONE, DONE, OTHER_PATH, DONE, DONE, OTHER_PATH, DONE],
    [ERROR, DONE, ERROR, DONE, ERROR, DONE],
]


@pytest.mark.parametrize("answers", UNGUARDED)
def test_nothing_is_asked_in_a_session_without_our_settings(answers: list[bytes]) -> None:
    played = play(
        PROBE.run(Target("h", 5432), Depth.DESCRIBE),
        MemoryPeer(recorded_answers([b"N", START, *answers, b""])),
        PROBE.meta.sends,
    )
    asked = {sent[5:-1].decode() for sent in played.sent[2:-1]}
    assert asked <= {*queries.GUARDS, queries.IS_GUARDED, queries.ROLLBACK}
    assert played.sent[-1] == b"X\0\0\0\4"
    assert played.result.containers == ()
    assert len(played.result.problems) == 1


def test_an_older_server_gets_fewer_settings() -> None:
    answers = [b"N", START, ERROR, DONE, ERROR, DONE, DONE, settings(b"on", b"pg_catalog, pg_temp"), ERROR, DONE, b""]
    played = play(PROBE.run(Target("h", 5432), Depth.IDENTIFY), MemoryPeer(recorded_answers(answers)), PROBE.meta.sends)
    assert queries.SYSTEM_IDENTIFIER in {sent[5:-1].decode() for sent in played.sent[2:-1]}
    assert played.result.problems == ()


def test_postgres_is_not_tried_unless_the_grant_names_it(replay: Callable[..., Any]) -> None:
    played = replay(PROBE, "postgresql-auth")
    assert played.result.access is Access.AUTH_REQUIRED
    assert not any(b"user\0postgres\0" in sent for sent in played.sent)


STATISTIC = "pg_class reltuples, scaled to the present size"
ROWS = [
    # reltuples, relpages, n_live_tup, bytes of the heap: records
    ("-1", "0", "0", "0", Figure(0, Quality.EXACT, "pg_relation_size is 0")),
    # One statistic for each table: the live count has a bulk load twice.
    ("418", "1", "836", "8192", Figure(418, Quality.ESTIMATE, STATISTIC)),
    ("1000", "10", "0", "163840", Figure(2000, Quality.ESTIMATE, STATISTIC)),
    ("1000", "10", None, "40960", Figure(500, Quality.ESTIMATE, STATISTIC)),
    ("0", "10", "5", "81920", Figure(0, Quality.ESTIMATE, STATISTIC)),
    # Never analysed.
    ("-1", "0", "33", "8192", Figure(33, Quality.ESTIMATE, "pg_stat_user_tables n_live_tup")),
    ("0", "0", "33", "8192", Figure(33, Quality.ESTIMATE, "pg_stat_user_tables n_live_tup")),
    ("1000", None, None, None, Figure(1000, Quality.ESTIMATE, "pg_class reltuples")),
    (None, None, None, "8192", None),
    ("0", "0", "0", "8192", None),
    ("-1", "0", "0", "8192", None),
    ("x", "1", "y", "8192", None),
]


def row(**more: str | None) -> TableRow:
    known = TableRow("public", "people", "r", "10", "1", "10", "8192", "16384", "8192", "t", "f", "16385")
    return replace(known, **more)


@each(("analysed", "pages", "alive", "heap", "records"), ROWS)
def test_rows_of_a_table(
    analysed: str | None, pages: str | None, alive: str | None, heap: str | None, records: Figure | None
) -> None:
    assert rows_of(row(analysed=analysed, pages=pages, alive=alive, heap=heap)) == records


def result(rows: Sequence[Sequence[str | None]]) -> bytes:
    packets = b""
    for one in rows:
        cells = b"".join(
            b"\xff\xff\xff\xff" if cell is None else len(cell).to_bytes(4, "big") + cell.encode() for cell in one
        )
        packets += postgres_frame(b"D", len(one).to_bytes(2, "big") + cells)
    return packets + postgres_frame(b"C", b"SELECT\0") + postgres_frame(b"Z", b"T")


FEW = 'SELECT pg_catalog.count(*) FROM (SELECT 1 FROM ONLY "public"."people" LIMIT 10000) AS t'
ALL = 'SELECT pg_catalog.count(*) FROM ONLY "public"."people"'
OPEN: dict[str, Sequence[Sequence[str | None]]] = {
    queries.IS_GUARDED: [queries.GUARDED],
    queries.SYSTEM_IDENTIFIER: [["7712877618150041172"]],
    queries.ROLE: [["f", "f", "f"]],
    queries.DATABASES: [["shop", "8510823"]],
    queries.COLUMNS: [["public", "people", "mail", "text"]],
    queries.plain_columns_query("public", "people") or "": [["mail"]],
}


def ask(
    *tables: TableRow, change: Mapping[str, Sequence[Sequence[str | None]]] | None = None, scans: bool = False
) -> PlaybackResult[ProbeReport]:
    answers = {**OPEN, queries.TABLES: [list(astuple(table)) for table in tables], **(change or {})}

    def reply(sent: bytes) -> bytes | None:
        if sent[4:8] == b"\x04\xd2\x16/":
            return b"N"
        if sent[:1] != b"Q":
            return START
        sql = sent[5:-1].decode()
        if sql in (*queries.GUARDS, queries.ROLLBACK):
            return DONE
        return result(answers[sql]) if sql in answers else ERROR

    sends = [send for send in PROBE.meta.sends if scans or not send.cost.needs_scans]
    return play(PROBE.run(Target("h", 5432, scans=scans), Depth.DESCRIBE), MemoryPeer(reply), sends)


def people(report: ProbeReport) -> tuple[int, Quality] | None:
    found = next(c for c in report.containers if c.path[-1] == "people")
    return None if found.records is None else (found.records.value, found.records.quality)


def test_a_materialised_view_is_no_second_set_of_records() -> None:
    report = ask(row(analysed="250"), row(table="mv", kind="m", analysed="250")).result
    assert [(c.path[-1], c.kind) for c in report.containers] == [("people", "table"), ("mv", "materialized view")]
    assert records_total(report.containers).value == 250


def test_a_materialised_view_counts_if_nothing_else_is_readable() -> None:
    report = ask(row(readable="f"), row(table="mv", kind="m", analysed="250")).result
    assert records_total(report.containers).value == 250
    assert any("materialised" in problem for problem in report.problems)


UNKNOWN = {"analysed": "-1", "pages": "0", "alive": "0"}
COUNTS: list[tuple[str, dict[str, Sequence[Sequence[str | None]]], bool, tuple[int, Quality] | None, Access]] = [
    ("counted", {FEW: [["64"]]}, False, (64, Quality.EXACT), Access.ANY_USER),
    ("empty", {FEW: [["0"]]}, False, (0, Quality.EXACT), Access.OPEN_EMPTY),
    ("more than the limit", {FEW: [["10000"]]}, False, (10_000, Quality.LOWER_BOUND), Access.ANY_USER),
    ("a scan", {FEW: [["10000"]], ALL: [["31337"]]}, True, (31_337, Quality.EXACT), Access.ANY_USER),
    ("refused", {}, False, None, Access.ANY_USER),
]


@pytest.mark.parametrize(("change", "scans", "figure", "access"), [c[1:] for c in COUNTS], ids=[c[0] for c in COUNTS])
def test_rows_of_a_table_without_statistics(
    change: dict[str, Sequence[Sequence[str | None]]],
    scans: bool,
    figure: tuple[int, Quality] | None,
    access: Access,
) -> None:
    report = ask(row(**UNKNOWN), change=change, scans=scans).result
    assert (people(report), report.access) == (figure, access)


def test_only_plain_tables_are_counted() -> None:
    plain = queries.plain_columns_query("public", "people") or ""
    played = ask(row(**UNKNOWN), change={plain: [], FEW: [["64"]]}, scans=True)
    assert people(played.result) is None
    assert not [sent for sent in played.sent if b"count(*)" in sent]


def test_the_number_of_counts_is_bounded() -> None:
    sent = ask(*(row(**UNKNOWN, table=f"t{number}") for number in range(900))).sent
    assert sum(b"attgenerated" in one for one in sent) == queries.MAX_COUNTED


PRIVILEGES = [
    # row of pg_roles, whether the table can be changed
    (["t", "f", "f"], "f", Privileges.ADMIN),
    (["f", "t", "f"], "f", Privileges.ADMIN),
    (["f", "f", "f"], "t", Privileges.ADMIN),
    (["f", "f", "f"], "f", Privileges.LIMITED),
]


@pytest.mark.parametrize(("role", "writable", "privileges"), PRIVILEGES)
def test_privileges_of_the_role(role: list[str | None], writable: str, privileges: Privileges) -> None:
    assert ask(row(writable=writable), change={queries.ROLE: [role]}).result.privileges is privileges
