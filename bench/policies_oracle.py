"""PostgreSQL's own answers for the random schemas: the statements are executed, and then requests as each role."""

import itertools
import json
from dataclasses import dataclass
from typing import Any

import psycopg

from bench.policies_made import OTHERS, OWN, ROLES, STATUSES, Case

_SETUP = """
create schema oracle;
grant usage on schema oracle to public;
create function oracle.attempt(statements text[], keep boolean, enough integer) returns integer[]
language plpgsql as $f$
declare one text; found integer; results integer[] := '{}';
begin
  foreach one in array statements loop
    begin
      execute one;
      get diagnostics found = row_count;
      if not keep then
        raise exception 'undo' using errcode = 'ZZ001';
      end if;
    exception when sqlstate 'ZZ001' then null;
      when others then found := -1;
    end;
    results := results || found;
    exit when not keep and found >= enough;
  end loop;
  return results;
end $f$;
grant execute on function oracle.attempt to public;
"""
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
            for statement in case.statements:
                cursor.execute("savepoint one")
                try:
                    cursor.execute(statement.encode())
                except psycopg.Error as error:
                    cursor.execute("rollback to savepoint one")
                    refused.append(f"{statement}: {error}")
            schema = "private" if any(one.startswith("create table private") for one in case.statements) else "public"
            cursor.execute("select set_config('session_replication_role', 'replica', true)")
            _seed(cursor, schema)
            cursor.execute("select set_config('session_replication_role', 'origin', true)")
            if ("matview", "public.mv") in case.paths:
                cursor.execute("savepoint one")
                cursor.execute("refresh materialized view public.mv")
            for who, claims in _requesters():
                cursor.execute("savepoint requester")
                for path in case.paths:
                    for command, reached in self._requests(cursor, schema, who, claims, path):
                        key = (who, path[1], command)
                        found[key] = _better(found.get(key), reached)
                cursor.execute("rollback to savepoint requester")
        self._session.rollback()
        return found, refused

    def _requests(
        self, cursor: psycopg.Cursor[Any], schema: str, who: str, claims: dict[str, Any], path: tuple[str, str]
    ) -> list[tuple[str, Reached]]:
        found: list[tuple[str, Reached]] = []
        cursor.execute("savepoint path")
        if "sub" in claims:
            cursor.execute(
                "insert into auth.users (id, email, raw_user_meta_data) values (%s, 'new.user@requester.test', %s)"
                " on conflict do nothing",
                (claims["sub"], json.dumps(claims["user_metadata"])),
            )
        cursor.execute("select set_config('request.jwt.claims', %s, true)", (json.dumps(claims),))
        cursor.execute(f"set local role {who}".encode())
        found += self._commands(cursor, path)
        for writes in _self_written(schema, signed_in="sub" in claims):
            if _is_full(found):
                break
            cursor.execute("savepoint writes")
            for _ in range(2):
                self._attempt(cursor, writes, keep=True)
            found += self._commands(cursor, path)
            cursor.execute("rollback to savepoint writes")
        cursor.execute("rollback to savepoint path")
        return found

    def _commands(self, cursor: psycopg.Cursor[Any], path: tuple[str, str]) -> list[tuple[str, Reached]]:
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
        inserts, others = _inserts(name, view=kind == "view")
        without = [one for one, ok in zip(inserts, others, strict=True) if ok]
        accepted = max(self._attempt(cursor, without, enough=1)) > 0
        if accepted:
            found.append(("insert", Reached(1, full=True, others=True)))
        else:
            own = [one for one, ok in zip(inserts, others, strict=True) if not ok]
            rows = max(self._attempt(cursor, own, enough=1))
            found.append(("insert", Reached(max(rows, 0), rows > 0, others=False)))
        best = max(self._attempt(cursor, _updates(name, view=kind == "view")))
        found.append(("update", Reached(max(best, 0), best >= _FULL, others=False)))
        best = max(self._attempt(cursor, [f"delete from {name}"]))
        found.append(("delete", Reached(max(best, 0), best >= _FULL, others=False)))
        return found

    @staticmethod
    def _attempt(
        cursor: psycopg.Cursor[Any], statements: list[str], *, keep: bool = False, enough: int = _FULL
    ) -> list[int]:
        cursor.execute("select oracle.attempt(%s, %s, %s)", (statements, keep, enough))
        row = cursor.fetchone()
        assert row is not None
        return list(row[0])


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
    ]


def _seed(cursor: psycopg.Cursor[Any], schema: str) -> None:
    """Rows of others: ``_FULL`` ones without a null, and some with nulls."""
    first, second = OTHERS
    rows = [
        (1, first, True, "live", 1, [first]),
        (2, second, False, "draft", 2, [second]),
        (3, first, False, "live", 2, []),
        (4, first, None, None, None, None),
        (5, None, True, "draft", 1, None),
    ]
    for row in rows:
        cursor.execute("savepoint seed")
        try:
            cursor.execute(
                f"insert into {schema}.notes (id, owner, open, status, team, editors)"
                " values (%s, %s, %s, %s, %s, %s::uuid[])".encode(),
                row,
            )
        except psycopg.Error:
            cursor.execute("rollback to savepoint seed")
    for user, team, role in ((first, 1, "member"), (second, 2, "admin")):
        cursor.execute(f"insert into {schema}.teams_members values (%s, %s, %s)".encode(), (user, team, role))
    for user, role, banned in ((first, "member", False), (second, "admin", True)):
        cursor.execute(f"insert into {schema}.profiles values (%s, %s, %s)".encode(), (user, role, banned))
    for user in OTHERS:
        cursor.execute("insert into auth.users (id) values (%s)", (user,))


def _is_full(found: list[tuple[str, Reached]]) -> bool:
    """True if each command reached everything."""
    best: dict[str, Reached] = {}
    for command, one in found:
        best[command] = _better(best.get(command), one)
    return all(one.full and (command != "insert" or one.others) for command, one in best.items())


def _self_written(schema: str, *, signed_in: bool) -> list[list[str]]:
    """Rows that a requester writes into the other tables before its request: several ways.

    It writes nothing into ``notes``: a policy that only then allows access counts as a false "open" of ours.
    """
    users = (OWN, OTHERS[0]) if signed_in else (OTHERS[0],)
    members = [
        f"insert into {schema}.teams_members values ('{user}', {team}, '{role}')"
        for user, team, role in itertools.product(users, (1, 2), ROLES)
    ]

    def profiles(role: str) -> list[str]:
        return [f"insert into {schema}.profiles values ('{user}', '{role}', false)" for user in users]

    changes = [
        f"update {schema}.profiles set role = 'admin' where id = '{OWN}'",
        f"update {schema}.profiles set role = 'admin'",
    ]
    if signed_in:
        changes += [
            f"update {schema}.teams_members set user_id = '{OWN}', role = 'admin'",
            f"update {schema}.teams_members set user_id = '{OWN}'",
        ]
    members_only = [f"update {schema}.profiles set role = 'member'"]
    return [
        [*members, *profiles("admin")],
        [*members, *profiles("member")],
        [*members, *profiles("admin"), *changes],
        [*profiles("member"), *members_only],
        profiles("admin"),
        [
            f"insert into {schema}.teams_members values ('{users[0]}', 99, 'admin')",
            f"insert into {schema}.profiles values ('{users[0]}', 'admin', true)",
        ],
    ]


def _inserts(name: str, *, view: bool) -> tuple[list[str], list[bool]]:
    found, others = [], []
    owners = (f"'{OWN}'", f"'{OTHERS[0]}'", "null", "default")
    statuses = ("'live'", "'draft'", "'other'", "null")
    opens = ("true", "false")
    teams = ("1", "2")
    editors = (f"array['{OWN}']::uuid[]", f"array['{OTHERS[0]}']::uuid[]")
    number = 1000
    if view:
        for owner, status in itertools.product(owners, statuses):
            number += 1
            found.append(f"insert into {name} (id, owner, status) values ({number}, {owner}, {status})")
            others.append(OWN not in owner)
        return found, others
    for owner, opened, status, team, edited in itertools.product(owners, opens, statuses, teams, editors):
        number += 1
        if owner == "default":
            found.append(
                f"insert into {name} (id, open, status, team, editors)"
                f" values ({number}, {opened}, {status}, {team}, {edited})"
            )
        else:
            found.append(f"insert into {name} values ({number}, {owner}, {opened}, {status}, {team}, {edited})")
        others.append(OWN not in owner and OWN not in edited)
    return found, others


def _updates(name: str, *, view: bool) -> list[str]:
    owners = (f"'{OWN}'", f"'{OTHERS[0]}'", "null")
    statuses = tuple(f"'{one}'" for one in (*STATUSES, "other"))
    if view:
        return [
            f"update {name} set owner = {owner}, status = {status}"
            for owner, status in itertools.product(owners, statuses)
        ] + [f"update {name} set status = {status}" for status in statuses]
    editors = (f"array['{OWN}']::uuid[]", f"array['{OTHERS[0]}']::uuid[]")
    found = [
        f"update {name} set owner = {owner}, status = {status}, open = {opened}, team = {team}, editors = {edited}"
        for owner, status, opened, team, edited in itertools.product(
            owners, statuses, ("true", "false"), ("1",), editors
        )
    ]
    found += [f"update {name} set status = {status}" for status in (*statuses, "null")]
    found += [f"update {name} set owner = {owner}" for owner in owners]
    found += [f"update {name} set open = {one}" for one in ("true", "false")]
    found += [f"update {name} set team = {one}" for one in ("1", "2")]
    found += [f"update {name} set editors = {one}" for one in editors]
    # Without the rows with a null, which a check may refuse; this needs the privilege to read the rows.
    return [*found, *(f"{one} where id in (1, 2, 3)" for one in found[-13:])]
