"""Row level security, from schemas as pg_dump and Supabase's migrations write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.posture.rules.conftest import Ask
from tieback.model.errors import InputError
from tieback.posture.rules.interface import Requester
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.sql_policies import SqlPolicies

READER = SqlPolicies()
TABLE = "CREATE TABLE public.notes (id bigint, user_id uuid, open boolean);\n"
SECURED = f"{TABLE}ALTER TABLE ONLY public.notes ENABLE ROW LEVEL SECURITY;\n"
GRANTED = "GRANT ALL ON TABLE public.notes TO anon;\nGRANT ALL ON TABLE public.notes TO authenticated;\n"
NO_DEFAULTS = "ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM anon, authenticated;\n"
DUMP = "--\n-- PostgreSQL database dump\n--\n"


def with_policy(text: str) -> str:
    return f"{SECURED}{GRANTED}CREATE POLICY p ON public.notes {text};"


SEEN = "FOR SELECT USING ("
RESTRICTIVE = "CREATE POLICY q ON notes AS RESTRICTIVE USING (auth.uid() IS NOT NULL)"
LOOKALIKE = "CREATE POLICY x ON notes USING (true);"
CLOSED = with_policy("FOR SELECT USING (false)")
QUOTED = (
    'CREATE TABLE "public"."notes" (id int);\nALTER TABLE "public"."notes" ENABLE ROW LEVEL SECURITY;\n'
    f"{GRANTED}"
    'CREATE POLICY "Enable read; for all" ON "public"."notes" FOR SELECT USING (true);'
)

CASES: list[tuple[str, str, str, str]] = [
    # what, schema, anonymous, any user
    ("no row level security", TABLE + GRANTED, "rw", "rw"),
    ("no row level security, defaults", TABLE + "-- row level security: none", "rw", "rw"),
    ("on, and no policy", SECURED + GRANTED, "--", "--"),
    ("on, then off", f"{SECURED}{GRANTED}ALTER TABLE notes DISABLE ROW LEVEL SECURITY;", "rw", "rw"),
    ("true for all", with_policy("USING (true)"), "rw", "rw"),
    ("true for reading", with_policy("FOR SELECT USING (true)"), "r-", "r-"),
    ("for those who signed in", with_policy("FOR SELECT TO authenticated USING (true)"), "--", "r-"),
    ("for the public key", with_policy("FOR SELECT TO anon USING (true)"), "r-", "--"),
    ("own rows", with_policy("USING (auth.uid() = user_id)"), "--", "-w"),
    ("own rows, as a query", with_policy("FOR ALL USING ((SELECT auth.uid() AS uid) = user_id)"), "--", "-w"),
    ("own rows to read", with_policy("FOR SELECT USING ((auth.uid())::text = (user_id)::text)"), "--", "--"),
    ("signed in, by function", with_policy("FOR SELECT USING (auth.role() = 'authenticated'::text)"), "--", "r-"),
    ("signed in, by name", with_policy("FOR SELECT USING (auth.uid() IS NOT NULL)"), "--", "r-"),
    ("open rows", with_policy("FOR SELECT USING ((open = true))"), "r?-", "r?-"),
    ("open or own", with_policy("FOR SELECT USING (open OR user_id = auth.uid())"), "r?-", "r?-"),
    ("open and own", with_policy("FOR SELECT USING (open AND user_id = auth.uid())"), "--", "--"),
    ("anybody inserts", with_policy("FOR INSERT WITH CHECK (true)"), "-w", "-w"),
    ("one's own is inserted", with_policy("FOR INSERT WITH CHECK (auth.uid() = user_id)"), "--", "-w"),
    ("one's own is changed", with_policy("FOR UPDATE USING (auth.uid() = user_id)"), "--", "--"),
    ("role in the token", with_policy("FOR SELECT USING ((auth.jwt() ->> 'user_role') = 'admin')"), "--", "--"),
    (
        "metadata that users write",
        with_policy(f"{SEEN} ((auth.jwt() -> 'user_metadata') ->> 'role') = 'admin')"),
        "--",
        "r-",
    ),
    (
        "rows that name the user",
        with_policy(f"{SEEN} EXISTS (SELECT 1 FROM teams t WHERE t.uid = auth.uid()))"),
        "r?-",
        "r?-",
    ),
    ("rows elsewhere", with_policy("FOR SELECT USING (EXISTS (SELECT 1 FROM flags WHERE flags.open))"), "r?-", "r?-"),
    ("a table of another file", with_policy("FOR SELECT USING (auth.uid() IN (SELECT u FROM members))"), "r?-", "r?-"),
    ("a function of another file", with_policy("FOR SELECT USING (is_admin(auth.uid()))"), "r?-", "r?-"),
    ("helper", with_policy("FOR SELECT USING (is_open(id))"), "r?-", "r?-"),
    ("false", with_policy("FOR SELECT USING (false)"), "--", "--"),
    ("not null", with_policy("FOR SELECT USING (NOT (user_id IS NULL))"), "r-", "r-"),
    ("restrictive closes", with_policy(f"USING (true); {RESTRICTIVE}"), "--", "rw"),
    ("dropped", with_policy("USING (true); DROP POLICY IF EXISTS p ON notes"), "--", "--"),
    ("privileges by default, as before 2026-05-30", f"{TABLE}GRANT SELECT ON notes TO service_role;", "r?w?", "r?w?"),
    ("privilege to read", f"{TABLE}GRANT SELECT ON public.notes TO anon, authenticated;", "rw?", "rw?"),
    ("no default privileges", f"{NO_DEFAULTS}{TABLE}GRANT SELECT ON notes TO service_role;", "--", "--"),
    ("privilege for PUBLIC", f"{TABLE}GRANT SELECT ON notes TO PUBLIC; -- CREATE POLICY", "r-", "r-"),
    ("all tables", f"{NO_DEFAULTS}{TABLE}GRANT SELECT ON ALL TABLES IN SCHEMA public TO anon;", "r-", "--"),
    ("a dump with its privileges", f"{DUMP}{TABLE}GRANT SELECT ON TABLE public.notes TO anon;", "r-", "--"),
    ("one table is revoked", f"{TABLE}CREATE TABLE b (x int); REVOKE ALL ON b FROM anon, authenticated;", "rw", "rw"),
    ("no grant at all", f"{TABLE}GRANT SELECT TO anon ON; -- CREATE POLICY", "rw", "rw"),
    ("revoked", f"{TABLE}{GRANTED}REVOKE ALL ON TABLE public.notes FROM anon; -- CREATE POLICY", "--", "rw"),
    ("quoted names", QUOTED, "r-", "r-"),
    (
        "rows of data are passed over",
        f"{CLOSED}\nCOPY public.notes (id) FROM stdin;\n1\t{LOOKALIKE}\n\\.\n",
        "--",
        "--",
    ),
    (
        "bodies are passed over",
        f"{CLOSED}\nCREATE FUNCTION f() RETURNS void AS $x$ {LOOKALIKE} $x$ LANGUAGE sql;",
        "--",
        "--",
    ),
]


@pytest.mark.parametrize(("schema", "anonymous", "user"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_permissions_by_rules(ask: Ask, schema: str, anonymous: str, user: str) -> None:
    found = ask(READER, schema, "anonymous", "public.notes"), ask(READER, schema, "any-user", "/notes")
    assert found == (anonymous, user)


def test_verdict_names_the_policy() -> None:
    policy = READER.read(RulesText("schema.sql", with_policy("FOR SELECT USING (true)")))
    read = policy.ask(Requester.ANONYMOUS, "notes").read
    assert (read.line, read.rule) == (5, "CREATE POLICY p ON public.notes FOR SELECT USING (true)")
    assert read.request == "SELECT on public.notes as anon"
    assert list(policy.paths()) == ["public.notes"]


def test_missing_privileges_are_reported() -> None:
    read = READER.read(RulesText("m.sql", SECURED + "create policy p on notes for select using (true)"))
    assert "Supabase's default privileges" in read.ask(Requester.ANONYMOUS, "notes").read.reason


@pytest.mark.parametrize(("text", "where"), [("SELECT 'x", "f:1:8"), ("SELECT 1;\nDO $$ begin", "f:2:4")])
def test_open_quotations(text: str, where: str) -> None:
    with pytest.raises(InputError) as error:
        READER.read(RulesText("f", text))
    assert error.value.where == where


SIGNS = ["(", ")", "=", ";", "'x'", "::", "->>", ",", ".", "auth.uid()", "p", "t"]
VERBS = ["create", "policy", "on", "using", "with", "check", "grant", "alter", "enable", "row", "level", "security"]
PARTS = ["and", "or", "not", "is", "null", "in", "select", "from", "for", "to", "all", "table"]
WORDS = [*SIGNS, *VERBS, *PARTS]


@given(st.lists(st.sampled_from(WORDS), max_size=40))
def test_any_statement_never_raises(words: list[str]) -> None:
    policy = READER.read(RulesText("f", " ".join(["create table t;", *words])))
    for path in policy.paths():
        policy.ask(Requester.ANY_USER, path)
