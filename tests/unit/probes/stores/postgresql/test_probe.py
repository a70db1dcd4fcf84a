from collections.abc import Callable
from typing import Any

import pytest

from tieback.model.figure import Figure, Quality
from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome
from tieback.probes.playback import MemoryPeer, play, recorded_answers
from tieback.probes.stores.postgresql import queries
from tieback.probes.stores.postgresql.probe import PostgresqlProbe, _records
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


@pytest.mark.parametrize(("answer", "access"), STATES)
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
    assert any("passwordless" in problem for problem in report.problems)


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


ROWS = [
    # reltuples, n_live_tup, bytes of the heap: records
    (-1, 0, 0, Figure(0, Quality.EXACT, "pg_relation_size is 0")),
    (1000, 5000, 8192, Figure(5000, Quality.ESTIMATE, "pg_stat_user_tables n_live_tup")),
    (1000, 0, 8192, Figure(1000, Quality.ESTIMATE, "pg_class reltuples")),
    (None, None, 8192, None),
    (0, 0, 8192, None),
]


@pytest.mark.parametrize(("analysed", "alive", "heap", "records"), ROWS)
def test_rows_of_a_table(analysed: int | None, alive: int | None, heap: int, records: Figure | None) -> None:
    assert _records(analysed, alive, heap) == records
