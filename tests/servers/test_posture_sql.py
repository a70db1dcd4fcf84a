"""Access to SQL schemas: the offline reader, and a real PostgreSQL that loaded the same statements."""

from pathlib import Path

import pytest

from bench.policies import compare
from bench.policies_oracle import Oracle
from tests.lab.postgres import Postgres, postgres
from tests.unit.posture.rules.sql_cases import CASES, SqlCase
from tieback.model.errors import UsageError
from tieback.posture.rules.audit import audit_rules
from tieback.posture.rules.interface import Requester
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.sql.server import ADMIN, Isolation, Server, find_isolation, isolated_server
from tieback.posture.rules.sql.supabase import prelude
from tieback.posture.rules.sql.verify import Verified, ask, prepare, verify
from tieback.posture.rules.sql_policies import SqlPolicies

__all__ = ["postgres"]

pytestmark = pytest.mark.servers
SEEDS = range(12)
WRITES = ("insert", "update", "delete")
FIRST_A_ROW = {
    "membership that everybody can write", "role that the user sets", "helper, profile can be written",
    "helper with an argument", "helper with a variable", "count", "role that the user sends",
    "role that the user changes",
    "metadata of the user", "metadata of the user, path", "role of a role", "second factor",
}  # fmt: skip
"""Cases in which the requester writes a row or its metadata first, and one that creates a role for all databases."""
COMPARED = [one for one in CASES if one.path != "auth.users" and one.name not in FIRST_A_ROW]


@pytest.fixture(scope="module")
def isolation() -> Isolation:
    try:
        return find_isolation()
    except UsageError as error:
        pytest.skip(error.diagnostics())


def test_random_schemas_have_the_access_that_postgresql_gives(postgres: Postgres) -> None:
    oracle = Oracle(
        postgres.make("policies"), prelude().replace("alter role postgres bypassrls createrole createdb login;", "")
    )
    try:
        result = compare(oracle, SEEDS)
    finally:
        oracle.close()
    assert (result.false_closed, result.false_open) == ([], [])
    assert result.answers > 100
    assert result.unsure <= result.answers * 0.1


@pytest.mark.more
@pytest.mark.timeout(900)
def test_cases_have_the_access_that_postgresql_gives(isolation: Isolation) -> None:
    differences = []
    with isolated_server(isolation, seconds=900) as server:
        prepare(server, SqlPolicies().read(RulesText("empty.sql", "")).database)
        for number, case in enumerate(COMPARED):
            read, write = _reached(case, server, f"c{number}")
            for who, expected in ((Requester.ANONYMOUS, case.anonymous), (Requester.ANY_USER, case.user)):
                for letter, found in (("r", read[who]), ("w", write[who])):
                    if f"{letter}?" not in expected and found is not None and found is not (letter in expected):
                        differences.append((case.name, who.value, letter, found))
            server.database = "template1"
            with server.connect(ADMIN) as session:
                session.execute(f"drop database c{number} with (force)".encode())
    assert differences == []


def _reached(
    case: SqlCase, server: Server, database: str
) -> tuple[dict[Requester, bool | None], dict[Requester, bool | None]]:
    """What the requesters reach in a database of the case's own."""
    server.database = "template1"
    with server.connect(ADMIN) as session:
        session.execute(f"create database {database} template postgres".encode())
        session.execute(f"grant create on database {database} to postgres".encode())
    server.database = database
    text = RulesText("case.sql", case.sql)
    schema = SqlPolicies().read(text)
    found = Verified()
    ask(server, schema.database, [text], found)
    path = schema.label(case.path)
    reads, writes = ("call", ("change",)) if path.startswith("rpc/") else ("select", WRITES)
    read = {who: found.reached.get((who, path, reads)) for who in Requester}
    write = {
        who: any(found.reached.get((who, path, one), False) for one in writes)
        if (who, path, writes[0]) in found.reached
        else None
        for who in Requester
    }
    return read, write


@pytest.mark.usefixtures("isolation")
def test_verified_answers_of_a_project(tmp_path: Path) -> None:
    migrations = tmp_path / "supabase" / "migrations"
    migrations.mkdir(parents=True)
    (migrations / "001_tables.sql").write_text("create table notes (id bigint primary key, owner uuid, open boolean);")
    (migrations / "002_rules.sql").write_text(
        "alter table notes enable row level security; create policy p on notes for select using (open);"
    )
    answers = list(audit_rules(tmp_path, [Requester.ANONYMOUS], verify=True))
    assert [(one.path, one.read, one.read_by.certain) for one in answers] == [("public.notes", True, True)]
    assert "PostgreSQL allows it" in answers[0].read_by.reason
    assert "PostgreSQL denies it" in answers[0].write_by.reason


@pytest.mark.usefixtures("isolation")
def test_rows_that_sign_up_creates_are_not_rows_of_others(tmp_path: Path) -> None:
    file = tmp_path / "schema.sql"
    file.write_text(
        "create table profiles (id uuid primary key, name text); alter table profiles enable row level security;"
        "create policy own on profiles using (id = auth.uid()) with check (false);"
        "create function on_user() returns trigger language plpgsql security definer set search_path = public as"
        " $$ begin insert into profiles (id) values (new.id); return new; end $$;"
        "create trigger on_user after insert on auth.users for each row execute function on_user();"
    )
    answers = list(audit_rules(file, [Requester.ANY_USER], verify=True))
    assert [(one.path, one.read, one.write) for one in answers] == [("public.profiles", False, False)]
    assert "PostgreSQL denies it" in answers[0].read_by.reason


CALLED = """
create table notes (id bigint primary key, owner uuid); alter table notes enable row level security;
create function all_notes() returns setof notes language sql security definer as 'select * from notes';
create function own_notes() returns setof notes language sql security definer as
  'select * from notes n where n.owner = auth.uid()';
create function note_count() returns bigint language sql security definer as 'select count(*) from notes';
create function clean() returns void language sql security definer as 'delete from notes';
create function note(number bigint) returns setof notes language sql security definer as
  'select * from notes n where n.id = number';
create function dice() returns float language sql as 'select random()';
create function users_only() returns setof notes language plpgsql security definer as
  $$ begin if auth.uid() is null then raise exception 'no'; end if; return query select * from notes; end $$;
create function endless() returns int language plpgsql security definer as $$ begin loop null; end loop; end $$;
insert into storage.buckets (id, name, public) values ('open', 'open', true), ('named', 'named', false);
create policy a on storage.objects for select using (bucket_id = 'named');
create policy b on storage.objects for insert with check (bucket_id = 'own' and owner = auth.uid());
"""


def test_functions_and_buckets_are_asked(isolation: Isolation) -> None:
    text = RulesText("case.sql", CALLED)
    found = verify(SqlPolicies().read(text).database, [text], isolation)
    assert found.note == ""
    reached = {
        (who.value, path, command): answer
        for (who, path, command), answer in found.reached.items()
        if answer and not path.startswith("storage.")
    }
    user = {("any-user", "rpc/users_only", "call"), ("any-user", "storage/own", "insert")}
    both = {
        ("rpc/all_notes", "call"), ("rpc/note_count", "call"), ("rpc/note", "call"), ("rpc/clean", "change"),
        ("storage/open", "select"), ("storage/named", "select"),
    }  # fmt: skip
    assert set(reached) == user | {(who.value, *one) for who in Requester for one in both}
    # A result that changes by itself, and a call without an end, decide nothing.
    assert not {path for _, path, _ in found.reached} & {"rpc/dice", "rpc/endless"}
