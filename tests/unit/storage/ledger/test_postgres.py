"""What a user is told about a PostgreSQL, and who alone holds what in it."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.lab.postgres import GUARDED, PASSWORD, Postgres
from tieback.model.errors import TiebackError, UsageError, WorkspaceError
from tieback.storage.ledger import postgres as postgres_module
from tieback.storage.ledger.ledger import Ledger
from tieback.storage.ledger.postgres import PASSWORD_VARIABLE, RetryPauses, SessionLock, check_address


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://localhost/tieback",
        "postgres://ann@db.example.test:5433/tieback?sslmode=verify-full&sslrootcert=system",
        "postgresql:///tieback?service=ledger",
        "postgresql://[::1]/t%40b?options=-csearch_path%3Dteam",
    ],
)
def test_addresses_as_libpq_takes_them(url: str) -> None:
    assert check_address(url) == url


@each(
    ("url", "line"),
    [
        ("", "not the URL of a ledger"),
        ("sqlite:///x.db", "not the URL of a ledger"),
        ("mysql://h/d", "Use postgresql://USER@HOST:PORT/DATABASE"),
        ("postgresql://h/d\nx", "not the URL of a ledger"),
        ("postgresql://h:port:port/d?x", "not the URL of a ledger"),
        ("postgresql://h%db.test/d", "not the URL of a ledger (a part is not UTF-8)"),
        ("postgresql://h/d?unheard_of=1", "not the URL of a ledger"),
        ("postgresql://ann:hunter2@h/d", "the URL contains a password, which others could read"),
        ("postgresql://h/d?password=hunter2", f"Put it into ~/.pgpass or {PASSWORD_VARIABLE}"),
        ("postgresql://h/d?sslpassword=hunter2", "the URL contains a sslpassword"),
    ],
)
def test_addresses_that_are_none(url: str, line: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_address(url)
    assert line in caught.value.diagnostics()
    assert "hunter2" not in caught.value.diagnostics()


@given(st.text(st.characters() | st.sampled_from("%dbf/@:")).map("postgresql://".__add__) | st.text(st.characters()))
def test_any_text_is_an_address_or_one_line(text: str) -> None:
    told = ""
    try:
        assert check_address(text) == text
    except UsageError as error:
        told = error.what
    assert "\n" not in told


def test_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(UsageError, match="Install the extra postgres: "):
        check_address("postgresql://h/d")


def _fails(url: str) -> str:
    with pytest.raises(TiebackError) as caught:
        Ledger.open_url(url)
    line = caught.value.diagnostics()
    assert "\n" not in line
    assert line.startswith(url)
    return line.removeprefix(f"{url}: ")


def test_errors_for_users(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _fails("postgresql://postgres@127.0.0.1:1/x").startswith("the database is unreachable (")
    assert 'database "none" does not exist' in _fails(postgres.url("none"))
    assert "server does not support SSL" in _fails(postgres.url("postgres", sslmode="require"))
    guarded = postgres.url("postgres", GUARDED)
    monkeypatch.delenv("PGPASSWORD", raising=False)
    monkeypatch.setenv("PGPASSFILE", "/nonexistent")
    asks = "the database requires a password. Put it into ~/.pgpass or TIEBACK_LEDGER_PASSWORD"
    assert _fails(guarded) == asks
    monkeypatch.setenv(PASSWORD_VARIABLE, "wrong")
    refused = f'the database refused the connection (password authentication failed for user "{GUARDED}")'
    assert _fails(guarded).startswith(refused)
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    denied = "the database user lacks permissions (permission denied for schema public"
    assert _fails(guarded).startswith(denied)
    monkeypatch.delenv(PASSWORD_VARIABLE)
    latin = postgres.make("latin", "ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    assert _fails(latin).startswith("the database has the text encoding LATIN1")
    nowhere = postgres.url("postgres", options="-csearch_path%3Dnowhere")
    assert _fails(nowhere).startswith("there is no schema for the tables")
    standby = postgres.url("postgres", options="-cdefault_transaction_read_only%3Don")
    assert _fails(standby).startswith("the database is read-only")


def test_passwords_come_from_a_file_too(postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = postgres.make("of_guarded", f"OWNER {GUARDED}").replace("postgres@", f"{GUARDED}@")
    file = tmp_path / "pgpass"
    file.write_text(f"*:*:*:{GUARDED}:{PASSWORD}\n")
    file.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(file))
    Ledger.open_url(url).close()


HOLD = """
import sys, time
from tieback.storage.ledger.postgres import SessionLock
hold = SessionLock(sys.argv[1], "thing", "held", "Wait")
hold.take()
print("held", flush=True)
time.sleep(600)
"""


def _hold(url: str, name: str = "thing") -> SessionLock:
    return SessionLock(url, name, "somebody has it", "Wait for them")


def test_session_lock_is_exclusive_and_dies_with_the_process(postgres_url: str) -> None:
    command = [sys.executable, "-c", HOLD, postgres_url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(WorkspaceError, match=rf"somebody has it \(process {holder.pid} on .*\)\. Wait for them"):
            _hold(postgres_url).take()
        other = _hold(postgres_url, "another thing")
        other.take()
        other.release()
        holder.kill()
    mine = _hold(postgres_url)
    mine.take()
    mine.check(now=True)
    mine.release()


def test_lost_session_lock_is_taken_again(
    postgres: Postgres, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, regained = _hold(postgres_url), []
    mine.regained = lambda: regained.append(True)
    mine.take()
    end = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = 'ledger'"
    postgres.execute(end)
    mine.check()  # not asked again within two seconds
    assert regained == []
    mine.check(now=True)
    assert regained == [True]
    postgres.execute(end)
    theirs = _hold(postgres_url)
    theirs.take()
    monkeypatch.setattr(postgres_module, "pauses", lambda: RetryPauses(0.2))
    with pytest.raises(WorkspaceError, match="somebody has it"):
        mine.check(now=True)
    theirs.release()
    mine.release()


def test_pauses_end() -> None:
    waiting = RetryPauses(0.3)
    assert sum(1 for _ in iter(waiting.take, False)) == 2
