"""Hostile SQL: deep and long statements for the reader, and migrations that attack the throw-away server."""

import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tieback.model.errors import InputError, UsageError
from tieback.posture.rules.interface import Requester
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.sql import parse
from tieback.posture.rules.sql.server import Isolation, find_isolation, isolated_server
from tieback.posture.rules.sql.verify import Verified, verify
from tieback.posture.rules.sql_policies import SqlPolicies

TABLE = "create table t (id bigint, owner uuid); alter table t enable row level security;\n"
DEEP = 100_000
EXPRESSIONS = {
    "parentheses": "(" * DEEP + "true" + ")" * DEEP,
    "not": "not " * DEEP + "true",
    "sum": "1" + "+1" * DEEP + " = 1",
    "and": "true" + " and true" * DEEP,
    "casts": "'t'" + "::text" * DEEP + " = 't'",
    "queries": "(select " * DEEP + "true" + ")" * DEEP,
    "megabyte": "owner = '" + "x" * 1_000_000 + "'",
    "members": "x" + "->'a'" * DEEP + " = '1'",
    "joins": "exists (select from t a" + " join t b on true" * DEEP + ")",
}


@pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=list(EXPRESSIONS))
def test_deep_and_long_conditions_are_not_closed_for_certain(expression: str) -> None:
    text = f"{TABLE}create policy p on t for select using ({expression});"
    read = SqlPolicies().read(RulesText("m.sql", text)).ask(Requester.ANONYMOUS, "t").read
    assert read.allowed or not read.certain or len(expression) == 1_000_010


def test_cyclic_functions_and_views_end() -> None:
    text = TABLE + (
        "create function a() returns boolean language sql as $$ select b() $$;"
        "create function b() returns boolean language sql as $$ select a() $$;"
        "create policy p on t for select using (a());"
        "create view v as select * from v;"
        "create view w as select * from v, w;"
    )
    schema = SqlPolicies().read(RulesText("m.sql", text))
    answers = [schema.ask(Requester.ANY_USER, path).read for path in ("t", "v", "w")]
    assert [one.certain for one in answers] == [False, False, False]


DOUBLED = "".join(
    f"create function f{number}() returns boolean language {language} as $$ {body} $$;"
    for number in range(60)
    for language, body in [
        ("sql", f"select f{number + 1}() or f{number + 1}()")
        if number % 2
        else ("plpgsql", f"begin return f{number + 1}() and f{number + 1}(); end")
    ]
)
CYCLES = {
    "function that calls itself": "create function f0() returns boolean language sql as 'select not f0()';",
    "block that calls itself": "create function f0() returns boolean language plpgsql as $$ begin return f0(); end $$;",
    "each calls the next one twice": DOUBLED,
    "function that reads the table of its policy":
        "create function f0() returns boolean language sql as 'select exists (select 1 from t where f0())';",
    "function over a view that calls it": "create function f0() returns boolean language sql as 'select true';"
        "create view v as select f0() as x from t;"
        "create or replace function f0() returns boolean language sql as 'select bool_or(x) from v';",
    "recursive query": "create function f0() returns boolean language sql as"
        " 'with recursive r as (select 1 as a union all select a + 1 from r) select exists (select 1 from r)';",
}  # fmt: skip


@pytest.mark.parametrize("functions", CYCLES.values(), ids=list(CYCLES))
def test_cycles_of_functions_are_not_closed_for_certain(functions: str) -> None:
    text = (
        f"{TABLE}{functions} create policy p on t for select using (f0());"
        "create function g() returns setof t language plpgsql security definer as"
        " $$ begin if f0() then raise exception 'no'; end if; return query select * from t; end $$;"
    )
    schema = SqlPolicies().read(RulesText("m.sql", text))
    for who in Requester:
        for path in ("t", "rpc/g"):
            read = schema.ask(who, path).read
            assert read.allowed or not read.certain, path


def test_policies_with_many_columns_and_queries_are_bounded() -> None:
    columns = ", ".join(f"c{number} text" for number in range(60))
    condition = " or ".join(f"(c{number} = 'a' and c{number + 1} = 'b')" for number in range(59))
    nested = "true"
    for number in range(12):
        nested = f"exists (select 1 from u t{number} where t{number}.c1 = t{number}.c2 and {nested})"
    text = (
        f"create table u ({columns}); alter table u enable row level security;"
        f"create policy p on u using ({condition}); {TABLE} create policy q on t using ({nested});"
    )
    schema = SqlPolicies().read(RulesText("m.sql", text))
    read = schema.ask(Requester.ANY_USER, "u").read
    schema.ask(Requester.ANY_USER, "t")
    assert read.allowed
    assert not read.certain


def test_blocks_that_loop_without_end_are_cut() -> None:
    text = TABLE + (
        "do $$ declare a text; b text; c text; begin"
        " foreach a in array string_to_array(repeat('x,', 900), ',') loop null; end loop;"
        " for a in select unnest(array['1','2','3','4','5','6','7','8','9']) loop"
        " for b in select unnest(array['1','2','3','4','5','6','7','8','9']) loop"
        " for c in select unnest(array['1','2','3','4','5','6','7','8','9']) loop"
        " for a in select unnest(array['1','2','3','4','5','6','7','8','9']) loop"
        " execute 'grant select on t to anon'; end loop; end loop; end loop; end loop; end $$;"
    )
    schema = SqlPolicies().read(RulesText("m.sql", text))
    assert any("loop with too many rounds" in one.text or one.matters for one in schema.database.problems)


def test_long_statements_are_refused_before_the_parser() -> None:
    with pytest.raises(parse.StatementError, match="too long"):
        parse.parse("select 1" + "+1" * DEEP)


ATTACKS = {
    "program": "copy (select 1) to program 'touch {marker}';",
    "file": "copy (select 1) to '{marker}';",
    "import": "select lo_import('/etc/passwd');",
    "export": "select lo_export(lo_from_bytea(0, 'x'), '{marker}');",
    "read": "create table r as select pg_read_file('/etc/passwd');",
    "language": "create extension plpython3u; do language plpython3u $$ open('{marker}', 'w') $$;",
    "c": "create function f() returns void language c as '/lib/x86_64-linux-gnu/libc.so.6', 'system';",
    "superuser": "alter role postgres superuser; set role tieback_admin; copy (select 1) to program 'touch {marker}';",
    "server role": "grant pg_execute_server_program to postgres; copy (select 1) to program 'touch {marker}';",
    "session": "set session authorization tieback_admin; copy (select 1) to program 'touch {marker}';",
    "reset": "reset session authorization; copy (select 1) to program 'touch {marker}';",
    "settings": "alter system set archive_command = 'touch {marker}'; select pg_reload_conf();",
    "our functions": "create or replace function tieback.run(text) returns text language sql as 'select null';",
    "trigger": "create function f() returns trigger language plpgsql as $$ begin execute"
    " 'copy (select 1) to program ''touch {marker}'''; return new; end $$;"
    "create table t2 (id int); create trigger f before insert on t2 for each row execute function f();",
    "shadowed functions": "create function public.set_config(text, text, boolean) returns text language sql as"
    " $$ select 'x' $$; alter role postgres set search_path = public, pg_catalog;",
    "called function": "create function steal() returns text language plpgsql security definer as"
    " $$ begin copy (select 1) to program 'touch {marker}'; return 'x'; end $$;",
    "function that changes the session": "create function turn() returns int language plpgsql as $$ begin"
    " set role postgres; perform set_config('search_path', 'public', false); return 1; end $$;",
    "endless block": "do $$ begin loop null; end loop; end $$;",
    "long sleep": "set statement_timeout = 0; select pg_sleep(1000);",
    "much data": "create table big as select repeat('x', 1000) as a from generate_series(1, 10000000);",
    "much memory": "select length(repeat('x', 900000000) || repeat('y', 900000000));",
    "many rows": "select generate_series(1, 1000000000);",
    "network": "create extension dblink; select dblink_connect('host=127.0.0.1 port=1');",
}


@pytest.fixture(scope="module")
def isolation() -> Isolation:
    try:
        return find_isolation()
    except UsageError as error:
        pytest.skip(error.diagnostics())


def verified(text: str, isolation: Isolation) -> Verified:
    rules = RulesText("m.sql", text)
    return verify(SqlPolicies().read(rules).database, [rules], isolation, seconds=25)


def test_attacks_of_migrations_have_no_effect(isolation: Isolation, tmp_path: Path) -> None:
    marker = Path("/tmp") / f"tieback-{tmp_path.name}-marker"
    quick = [one for name, one in ATTACKS.items() if name not in {"endless block", "long sleep"}]
    text = "create table before (id bigint);" + "".join(quick).replace("{marker}", str(marker))
    found = verified(text + "create table after (id bigint);", isolation)
    assert not marker.exists()
    assert found.note == "" or "stopped" in found.note
    if not found.note:
        assert found.reached[Requester.ANONYMOUS, "public.after", "select"]
        assert len(found.refused) > 10


@pytest.mark.more
@pytest.mark.parametrize("name", ["endless block", "long sleep"])
def test_statements_without_end_are_stopped(isolation: Isolation, name: str) -> None:
    found = verified(ATTACKS[name] + "create table t (id int);", isolation)
    # Which limit is first, that of time or that of CPU, depends on the machine.
    assert found.note.startswith(("the time limit was reached", "PostgreSQL stopped")) or found.refused


@pytest.mark.usefixtures("isolation")
def test_verification_refuses_without_namespaces(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("unshare", "setpriv", "prlimit", "mount"):
        (tools / name).write_text("#!/bin/sh\necho not permitted >&2\nexit 1\n")
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    with pytest.raises(UsageError, match="needs an isolated PostgreSQL: namespaces are not available"):
        find_isolation()


def test_errors_of_the_reader_name_the_line() -> None:
    with pytest.raises(InputError) as error:
        SqlPolicies().read(RulesText("m.sql", "select 1;\nselect 'x"))
    assert error.value.where == "m.sql:2:8"


def test_no_process_of_the_server_is_left(isolation: Isolation) -> None:
    with isolated_server(isolation, seconds=60) as server:
        place = str(server.folder.parent)
        assert _running(place)
    assert _left(place) == []


def _left(place: str) -> list[str]:
    """The processes of a folder that did not end within half a minute."""
    for _ in range(300):
        if not _running(place):
            return []
        time.sleep(0.1)
    return _running(place)


def _running(place: str) -> list[str]:
    """The processes with this folder in their command line."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if place.encode() in file.read_bytes():
                found.append(file.parent.name)
    return found


def test_functions_that_call_themselves_are_cut() -> None:
    text = (
        "create function f() returns void language plpgsql as $$ begin execute 'select f()'; execute 'select f()';"
        " end $$; select f();"
    )
    found = SqlPolicies().read(RulesText("f.sql", text)).database.problems
    assert "too many calls" in {one.what for one in found}


HELD = """
import time
from tieback.posture.rules.sql.server import find_isolation, isolated_server

with isolated_server(find_isolation(), seconds=60) as server:
    print(server.folder, flush=True)
    time.sleep(60)
"""


@pytest.mark.usefixtures("isolation")
def test_the_server_ends_with_a_process_that_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", HELD], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        folder = process.stdout.readline().strip()
        assert folder
        process.kill()
    assert _left(folder) == []
