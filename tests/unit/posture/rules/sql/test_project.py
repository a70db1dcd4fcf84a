"""Supabase projects: files in their order as one state, and the settings of ``config.toml``."""

from pathlib import Path

import pytest

from tieback.model.errors import InputError
from tieback.posture.rules.audit import RulesAnswer, audit_rules
from tieback.posture.rules.interface import Requester
from tieback.posture.rules.sql.project import grouped, is_project, read_folder, sql_files

TABLE = "create table notes (id bigint, owner uuid);\n"


def project(folder: Path, **migrations: str) -> Path:
    """A project with migrations by name."""
    place = folder / "supabase" / "migrations"
    place.mkdir(parents=True)
    for name, text in migrations.items():
        (place / f"{name}.sql").write_text(text)
    return folder


def answers(source: Path | tuple[Path, ...], *paths: str) -> dict[tuple[str, str], RulesAnswer]:
    """The answers by requester and path."""
    return {(one.who.value, one.path): one for one in audit_rules(source, list(Requester), paths)}


def test_migrations_are_one_state_in_the_order_of_their_names(tmp_path: Path) -> None:
    place = project(
        tmp_path,
        _003_open="create policy p on notes for select using (true);",
        _001_table=TABLE,
        _002_on="alter table notes enable row level security;",
    )
    found = answers(place)["anonymous", "public.notes"]
    assert (found.read, found.write, found.certain) == (True, False, True)
    assert (Path(found.file).name, found.line, found.read_by.line) == ("_003_open.sql", 1, 1)
    assert Path(found.write_by.file).name == "_002_on.sql"


def test_policies_without_the_migration_of_their_table_are_still_judged(tmp_path: Path) -> None:
    place = project(tmp_path, _1="alter table notes enable row level security; create policy p on notes using (true);")
    found = answers(place)["anonymous", "public.notes"]
    assert (found.read, found.write) == (True, True)


def test_a_project_without_row_level_security_is_the_worst_case(tmp_path: Path) -> None:
    found = answers(project(tmp_path, _1="create table secrets (a text);"))["anonymous", "public.secrets"]
    assert (found.severity, found.certain) == ("critical", True)
    assert found.lints == ("0013_rls_disabled_in_public",)


def test_the_folder_of_migrations_and_the_project_give_the_same(tmp_path: Path) -> None:
    place = project(tmp_path, _1=TABLE, _2="create view v as select * from notes;")
    whole, inner, folder = (
        {key: (one.read, one.write) for key, one in answers(each).items()}
        for each in (place, place / "supabase", place / "supabase" / "migrations")
    )
    assert whole == inner == folder


def test_seeds_and_declarative_schemas(tmp_path: Path) -> None:
    place = project(tmp_path, _1=TABLE) / "supabase"
    (place / "schemas").mkdir()
    (place / "schemas" / "a.sql").write_text("create table declared (a int);")
    (place / "seed.sql").write_text("insert into storage.buckets (id, name, public) values ('a', 'a', true);")
    assert [one.name for one in sql_files(place)] == ["_1.sql", "seed.sql"]
    assert ("anonymous", "storage/a") in answers(place)
    (place / "migrations" / "_1.sql").unlink()
    assert [one.name for one in sql_files(place)] == ["a.sql", "seed.sql"]


def test_settings_of_the_project(tmp_path: Path) -> None:
    place = project(tmp_path, _1="create schema api; grant usage on schema api to anon; create table api.t (a int);"
                    "grant select on api.t to anon;")  # fmt: skip
    (place / "supabase" / "config.toml").write_text(
        '[api]\nschemas = ["public"]\n\n[storage.buckets.photos]\npublic = true\n\n[functions.hello]\n'
        "verify_jwt = false\n"
        "[functions.other]\nverify_jwt = true\n"
    )
    found = answers(place)
    assert not found["anonymous", "api.t"].certain
    assert "does not expose the schema api" in found["anonymous", "api.t"].reason
    photos, hello = found["anonymous", "storage/photos"], found["anonymous", "functions/hello"]
    assert (photos.read, photos.certain, Path(photos.file).name, photos.line) == (True, True, "config.toml", 4)
    assert (hello.read, hello.certain, hello.line) == (True, False, 7)
    assert ("anonymous", "functions/other") not in found


def test_a_damaged_migration_makes_denials_uncertain_and_is_an_error(tmp_path: Path) -> None:
    place = project(tmp_path, _1=f"{TABLE}alter table notes enable row level security;", _2="select 'x")
    found: list[RulesAnswer] = []
    with pytest.raises(InputError, match="an end of this quotation"):
        found.extend(audit_rules(place, [Requester.ANONYMOUS]))
    found = list(answers_until_error(place))
    assert [(one.path, one.read, one.read_by.certain) for one in found] == [("public.notes", False, False)]


def answers_until_error(place: Path) -> list[RulesAnswer]:
    """The answers before the error."""
    found: list[RulesAnswer] = []
    try:
        for one in audit_rules(place, [Requester.ANONYMOUS]):
            found.append(one)  # noqa: PERF402 - what came before the error is kept
    except InputError:
        pass
    return found


def test_folders_without_sql_are_an_error(tmp_path: Path) -> None:
    assert not is_project(tmp_path)
    with pytest.raises(InputError, match="no SQL files"):
        read_folder(tmp_path)


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.sql"
    outside.write_text(TABLE)
    place = project(tmp_path / "p", _1=TABLE)
    (place / "supabase" / "migrations" / "_2.sql").symlink_to(outside)
    assert [one.name for one in sql_files(place)] == ["_1.sql"]


def test_files_of_one_folder_of_migrations_are_grouped(tmp_path: Path) -> None:
    place = project(tmp_path, _2="", _1="") / "supabase" / "migrations"
    first, second, other = place / "_1.sql", place / "_2.sql", tmp_path / "firestore.rules"
    assert grouped([second, other, first]) == [(first, second), other]
    numbered = [tmp_path / "20240101_b.sql", tmp_path / "20230101_a.sql"]
    assert grouped(numbered) == [tuple(sorted(numbered))]
    assert grouped([tmp_path / "a.sql", tmp_path / "b.sql"]) == [tmp_path / "a.sql", tmp_path / "b.sql"]


def test_names_that_no_file_has_are_not_known(tmp_path: Path) -> None:
    found = answers(project(tmp_path, _1=TABLE), "orders", "rpc/f", "storage/b", "functions/g")
    assert {one.certain for one in found.values()} == {False}
    assert {one.read for one in found.values()} == {False}
    assert all("not known here" in one.reason for one in found.values())


OPEN = f"{TABLE} alter table notes enable row level security;"
USERS = f"{OPEN} create policy p on notes for select to authenticated using (true);"
EVERYBODY = f"{OPEN} create policy p on notes for select using (true);"


def with_config(folder: Path, sql: str, config: str) -> dict[tuple[str, str], RulesAnswer]:
    """The answers of a project with one migration and a ``config.toml``."""
    place = project(folder, _1=sql)
    (place / "supabase" / "config.toml").write_text(config)
    return answers(place)


@pytest.mark.parametrize(
    ("config", "certain"),
    [
        ("", True),
        ("[auth]\nenable_signup = true\n", True),
        ("[auth]\nenable_signup = false\n", False),
        ("[auth]\nenable_signup = false\nenable_anonymous_sign_ins = true\n", False),
        ("[auth.email]\nenable_signup = false\n", False),
        ("[auth.email]\nenable_signup = false\n[auth.sms]\nenable_signup = true\n", True),
        ("[auth.email]\nenable_signup = false\n[auth.external.apple]\nenabled = false\n", False),
        ("[auth.email]\nenable_signup = false\n[auth.external.google]\nenabled = true\n", True),
        ("[auth]\nenable_anonymous_sign_ins = true\n[auth.email]\nenable_signup = false\n", True),
    ],
)
def test_without_sign_up_access_for_users_is_not_certain(tmp_path: Path, config: str, certain: bool) -> None:
    found = with_config(tmp_path, USERS, config)["any-user", "public.notes"]
    assert (found.read, found.read_by.certain) == (True, certain)
    assert ("disables sign-up" in found.read_by.reason) is not certain
    assert found.severity == ("medium" if certain else "low")


def test_without_sign_up_access_without_an_account_stays_certain(tmp_path: Path) -> None:
    found = with_config(tmp_path, EVERYBODY, "[auth]\nenable_signup = false\n")
    assert [one.read_by.certain for one in found.values()] == [True, True]


@pytest.mark.parametrize(
    ("config", "extension", "certain"),
    [
        ('[api]\nschemas = ["public"]\n', "", True),
        ('[api]\nschemas = ["api"]\n', "", False),
        ('[api]\nschemas = ["api"]\n', "create extension pg_graphql;", False),
        ('[api]\nschemas = ["api", "graphql_public"]\n', "", False),
        ('[api]\nschemas = ["api", "graphql_public"]\n', "create extension pg_graphql;", True),
        (
            '[api]\nschemas = ["api", "graphql_public"]\nextra_search_path = ["extensions"]\n',
            "create extension pg_graphql;",
            False,
        ),
    ],
)
def test_schemas_that_rest_or_graphql_exposes(tmp_path: Path, config: str, extension: str, certain: bool) -> None:
    found = with_config(tmp_path, extension + EVERYBODY, config)["anonymous", "public.notes"]
    assert (found.read, found.read_by.certain) == (True, certain)
    assert ("does not expose the schema public" in found.read_by.reason) is not certain


def test_functions_of_schemas_that_are_not_exposed_are_not_certain(tmp_path: Path) -> None:
    sql = (
        f"{OPEN} create function f() returns setof notes language sql security definer as 'select * from notes';"
        "create schema inner; grant usage on schema inner to anon, authenticated;"
        "create function inner.g() returns setof notes language sql security definer as 'select * from public.notes';"
    ).replace("inner", "hidden")
    found = with_config(tmp_path, sql, '[api]\nschemas = ["public"]\n')
    assert [(found["anonymous", path].read, found["anonymous", path].read_by.certain) for path in (
        "rpc/f", "rpc/hidden.g"
    )] == [(True, True), (True, False)]  # fmt: skip


@pytest.mark.parametrize(
    ("statement", "sends"),
    [
        ("", False),
        ("alter publication supabase_realtime add table notes;", True),
        ("alter publication supabase_realtime add table other;", False),
        ("alter publication supabase_realtime add table notes, other;", True),
        ("alter publication other add table notes;", False),
        ("alter publication supabase_realtime set table notes;", True),
        ("alter publication supabase_realtime add table notes; alter publication supabase_realtime drop table notes;",
         False),
        ("drop publication supabase_realtime; create publication supabase_realtime for all tables;", True),
        ("drop publication supabase_realtime; create publication supabase_realtime for table notes;", True),
        ("alter publication supabase_realtime add tables in schema public;", True),
    ],
)  # fmt: skip
def test_realtime_sends_changes_of_published_tables(tmp_path: Path, statement: str, sends: bool) -> None:
    sql = f"{EVERYBODY} create table other (id int); {statement}"
    found = answers(project(tmp_path, _1=sql))["anonymous", "public.notes"]
    assert ("Realtime sends its changes too" in found.read_by.reason) is sends


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("notes", "public.notes"), ("public.notes", "public.notes"), ("/rest/v1/notes", "public.notes"),
        ("rest/v1/notes?select=*", "public.notes"), ('"notes"', "public.notes"), ("graphql/v1/notes", "public.notes"),
        ("latest", "public.latest"), ("rest/v1/latest", "public.latest"), ("public.latest", "public.latest"),
        ("rpc/all_notes", "rpc/all_notes"), ("rest/v1/rpc/all_notes", "rpc/all_notes"),
        ("rpc/all_notes()", "rpc/all_notes"), ("rpc/public.all_notes", "rpc/all_notes"),
        ("storage/pics", "storage/pics"), ("storage/pics/a/b.png", "storage/pics"),
        ("storage/v1/object/public/pics/a.png", "storage/pics"), ("storage/v1/object/pics/a.png", "storage/pics"),
        ("storage/v1/object/sign/pics/a.png", "storage/pics"),
        ("storage/v1/object/authenticated/pics/a.png", "storage/pics"),
    ],
)  # fmt: skip
def test_spellings_of_paths(tmp_path: Path, path: str, label: str) -> None:
    sql = (
        f"{EVERYBODY} create view latest as select * from notes;"
        "create function all_notes() returns setof notes language sql security definer as 'select * from notes';"
        "insert into storage.buckets (id, name, public) values ('pics', 'pics', true);"
    )
    place = project(tmp_path, _1=sql)
    found, same = answers(place, path)["anonymous", path], answers(place, label)["anonymous", label]
    assert (found.read, found.write, found.certain) == (same.read, same.write, same.certain)
    assert found.read
    assert found.lints == same.lints
