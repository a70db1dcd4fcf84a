"""PostgreSQL's own answers for the random schemas: the statements are executed, and then requests as each role."""

import json
from dataclasses import dataclass
from typing import Any

import psycopg

from bench.policies_conditions import OTHERS, OWN
from bench.policies_made import STORED, Case
from bench.policies_requests import inserts, needs_metadata, needs_own_row, needs_writes, self_written, updates

_SETUP = """
create schema oracle;
grant usage on schema oracle to public;
create function oracle.attempt(statements text[], keep boolean, enough integer, what text) returns integer[]
language plpgsql as $f$
declare one text; found integer; denied boolean := false; results integer[] := '{}';
begin
  foreach one in array statements loop
    begin
      execute one;
      get diagnostics found = row_count;
      if not keep then
        raise exception 'undo' using errcode = 'ZZ001';
      end if;
    exception when sqlstate 'ZZ001' then null;
      when others then
        found := -1;
        -- The privileges on the relation itself do not depend on the values of a row.
        denied := sqlerrm like 'permission denied for % ' || what;
    end;
    results := results || found;
    -- An UPDATE of all rows that finds none finds none with other values.
    exit when not keep
      and (found >= enough or denied or (found = 0 and one like 'update %' and one not like '% where %'));
  end loop;
  return results;
end $f$;
grant execute on function oracle.attempt to public;
create function oracle.run(statements text[]) returns text[] language plpgsql as $f$
declare one text; results text[] := '{}';
begin
  foreach one in array statements loop
    begin
      execute one;
      results := results || ''::text;
    exception when others then
      results := results || sqlerrm;
    end;
  end loop;
  return results;
end $f$;
"""
MAX_OWN, MAX_TRIED = 4, 24
"""Most ways in which the requester writes a row of its own first, and most rows that are tried for each."""
_FULL = 3
"""Rows without a null among the stored ones."""


@dataclass(frozen=True, slots=True)
class Reached:
    """What one command reached."""

    rows: int
    """Rows of others, or accepted rows of an ``INSERT``."""
    full: bool
    """True if each row without a null was reached."""
    others: bool
    """For ``INSERT``: an accepted row without the requester's ID."""


class Oracle:
    """A server of its own.

    Args:
        address: connection string of a superuser.
        prelude: what a project contains before its first migration.
    """

    def __init__(self, address: str, prelude: str) -> None:
        self._session = psycopg.connect(address)
        with self._session.cursor() as cursor:
            cursor.execute("select 1 from pg_roles where rolname = 'postgres'")
            if cursor.fetchone() is None:
                cursor.execute("create role postgres superuser")
            cursor.execute("select 1 from pg_roles where rolname = 'anon'")
            if cursor.fetchone() is None:
                cursor.execute(prelude.encode())
                cursor.execute(_SETUP.encode())
        self._session.commit()

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def ask(self, case: Case) -> tuple[dict[tuple[str, str, str], Reached], list[str]]:
        """What each requester reaches, by requester, path and command; and the statements that were refused."""
        refused: list[str] = []
        found: dict[tuple[str, str, str], Reached] = {}
        with self._session.cursor() as cursor:
            cursor.execute("set local client_min_messages = error")
            errors = self._run(cursor, case.statements)
            refused += [f"{one}: {error}" for one, error in zip(case.statements, errors, strict=True) if error]
            cursor.execute("select set_config('session_replication_role', 'replica', true)")
            self._run(cursor, _stored(case.schema))
            cursor.execute("select set_config('session_replication_role', 'origin', true)")
            if ("matview", "public.mv") in case.paths:
                cursor.execute("savepoint one")
                cursor.execute("refresh materialized view public.mv")
            for who, claims in _requesters()[: None if needs_metadata(case) else 2]:
                cursor.execute("savepoint requester")
                for path in case.paths:
                    for command, reached in self._requests(cursor, case, who, claims, path):
                        key = (who, path[1], command)
                        found[key] = _better(found.get(key), reached)
                cursor.execute("rollback to savepoint requester")
        self._session.rollback()
        return found, refused

    def _requests(
        self, cursor: psycopg.Cursor[Any], case: Case, who: str, claims: dict[str, Any], path: tuple[str, str]
    ) -> list[tuple[str, Reached]]:
        found: list[tuple[str, Reached]] = []
        signed_in = "sub" in claims
        cursor.execute("savepoint path")
        if signed_in:
            cursor.execute(
                "insert into auth.users (id, email, raw_user_meta_data) values (%s, 'new.user@requester.test', %s)"
                " on conflict do nothing",
                (claims["sub"], json.dumps(claims["user_metadata"])),
            )
        cursor.execute("select set_config('request.jwt.claims', %s, true)", (json.dumps(claims),))
        cursor.execute(f"set local role {who}".encode())
        found += self._commands(cursor, case, path, signed_in=signed_in)
        tried = {frozenset[tuple[int, str]]()}
        for writes in self_written(case.schema, signed_in=signed_in) if needs_writes(case) else []:
            if _is_full(found):
                break
            cursor.execute("savepoint writes")
            done: set[tuple[int, str]] = set()
            for turn in range(2):
                counts = self._attempt(cursor, writes, keep=True)
                done |= {(turn, one) for one, count in zip(writes, counts, strict=True) if count > 0}
            # The same rows as in an earlier way give the same answers.
            if frozenset(done) not in tried:
                tried.add(frozenset(done))
                found += self._commands(cursor, case, path, signed_in=signed_in)
            cursor.execute("rollback to savepoint writes")
        if path[0] == "table" and signed_in and needs_own_row(case) and not _is_full(found):
            for statements in inserts(case, path[1], view=False, signed_in=True)[1][:MAX_OWN]:
                cursor.execute("savepoint own")
                if any(max(self._attempt(cursor, [one], keep=True)) > 0 for one in statements[:MAX_TRIED]):
                    after = self._commands(cursor, case, path, signed_in=True)
                    found += [(command, _without_own(command, one)) for command, one in after]
                cursor.execute("rollback to savepoint own")
        cursor.execute("rollback to savepoint path")
        return found

    def _commands(
        self, cursor: psycopg.Cursor[Any], case: Case, path: tuple[str, str], *, signed_in: bool
    ) -> list[tuple[str, Reached]]:
        kind, name = path
        if kind == "function":
            calls = [f"select * from {name}({one})" for one in ("", *(f"'{each}'" for each in (OWN, *OTHERS)))]
            counts = self._attempt(cursor, calls)
            best = max(counts)
            return [("call", Reached(max(best, 0), best >= _FULL or max(counts[2:], default=0) > 0, others=False))]
        columns = ("id", "owner", "status") if kind == "view" else ("id", "status")
        reads = [f"select * from {name}", *(f"select {one} from {name}" for one in columns)]
        best = max(self._attempt(cursor, reads))
        found = [("select", Reached(max(best, 0), best >= _FULL, others=False))]
        if kind == "matview":
            return found
        without, own = inserts(case, name, view=kind == "view", signed_in=signed_in)
        accepted = any(max(self._attempt(cursor, one, enough=1, what=name)) > 0 for one in without)
        if accepted:
            found.append(("insert", Reached(1, full=True, others=True)))
        else:
            rows = max((max(self._attempt(cursor, one, enough=1, what=name)) for one in own), default=0)
            found.append(("insert", Reached(max(rows, 0), rows > 0, others=False)))
        best = max(self._attempt(cursor, updates(case, name, view=kind == "view")))
        found.append(("update", Reached(max(best, 0), best >= _FULL, others=False)))
        best = max(self._attempt(cursor, [f"delete from {name}"]))
        found.append(("delete", Reached(max(best, 0), best >= _FULL, others=False)))
        return found

    @staticmethod
    def _run(cursor: psycopg.Cursor[Any], statements: list[str]) -> list[str]:
        """Execute statements; the error of each, empty without one."""
        cursor.execute("select oracle.run(%s)", (statements,))
        row = cursor.fetchone()
        assert row is not None
        return list(row[0])

    @staticmethod
    def _attempt(
        cursor: psycopg.Cursor[Any], statements: list[str], *, keep: bool = False, enough: int = _FULL, what: str = "-"
    ) -> list[int]:
        values = (statements, keep, enough, what.rpartition(".")[2])
        cursor.execute("select oracle.attempt(%s, %s, %s, %s)", values)
        row = cursor.fetchone()
        assert row is not None
        return list(row[0])


def _without_own(command: str, one: Reached) -> Reached:
    """What a command reached, without the one row that the requester wrote before it."""
    return one if command == "insert" else Reached(max(one.rows - 1, 0), one.rows - 1 >= _FULL, one.others)


def _better(one: Reached | None, other: Reached) -> Reached:
    if one is None:
        return other
    return Reached(max(one.rows, other.rows), one.full or other.full, one.others or other.others)


def _requesters() -> list[tuple[str, dict[str, Any]]]:
    user = {
        "sub": OWN, "email": "new.user@requester.test", "role": "authenticated", "aud": "authenticated", "aal": "aal1",
        "phone": "", "is_anonymous": False, "app_metadata": {"provider": "email", "providers": ["email"]},
    }  # fmt: skip
    return [
        ("anon", {"role": "anon"}),
        ("authenticated", {**user, "user_metadata": {}}),
        ("authenticated", {**user, "user_metadata": {"role": "admin"}}),
        ("authenticated", {**user, "user_metadata": {"role": "member"}}),
        ("authenticated", {**user, "user_metadata": {"role": "admin"}, "aal": "aal2"}),
        ("authenticated", {**user, "user_metadata": {"role": "member"}, "aal": "aal2"}),
    ]


def _stored(schema: str) -> list[str]:
    """Rows of others: ``_FULL`` ones without a null, and some with nulls."""
    first, second = OTHERS
    rows = [f"{schema}.notes values ({number}, {', '.join(row)})" for number, row in enumerate(STORED, 1)]
    rows += [f"{schema}.teams_members values ('{first}', 1, 'member'), ('{second}', 2, 'admin')"]
    rows += [f"{schema}.profiles values ('{first}', 'member', false), ('{second}', 'admin', true)"]
    rows += [f"auth.users (id) values ('{first}'), ('{second}')"]
    return [f"insert into {row}" for row in rows]


def _is_full(found: list[tuple[str, Reached]]) -> bool:
    """True if each command reached everything."""
    best: dict[str, Reached] = {}
    for command, one in found:
        best[command] = _better(best.get(command), one)
    return all(one.full and (command != "insert" or one.others) for command, one in best.items())
