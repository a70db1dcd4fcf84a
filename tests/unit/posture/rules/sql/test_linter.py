"""The checks of Supabase's linter: one schema that each finds, and one that it does not."""

from tests.each import each
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.sql.linter import lints
from tieback.posture.rules.sql_policies import SqlPolicies

T = "create table t (id bigint, owner uuid);"
ON = f"{T} alter table t enable row level security;"
BUCKET = "insert into storage.buckets (id, name, public) values ('b', 'b', true);"
DEFINER = "create function f() returns int language sql security definer as 'select 1';"
GRAPHQL = "create extension pg_graphql;"
CASES = [
    ("0002_auth_users_exposed", "create view v as select id from auth.users;", "public.v",
     f"{T} create view v as select * from t;"),
    ("0002_auth_users_exposed", "create materialized view v as select id from auth.users;", "public.v",
     "create view v as select id from auth.users; revoke all on v from anon, authenticated;"),
    ("0007_policy_exists_rls_disabled", f"{T} create policy p on t using (true);", "public.t", ON),
    ("0008_rls_enabled_no_policy", ON, "public.t", f"{ON} create policy p on t using (true);"),
    ("0010_security_definer_view", f"{T} create view v as select * from t;", "public.v",
     f"{T} create view v with (security_invoker = on) as select * from t;"),
    ("0013_rls_disabled_in_public", T, "public.t", ON),
    ("0013_rls_disabled_in_public", T, "public.t", f"{T} revoke all on t from anon, authenticated;"),
    ("0015_rls_references_user_metadata",
     f"{ON} create policy p on t using ((auth.jwt() -> 'user_metadata' ->> 'a') = 'b');", "public.t",
     f"{ON} create policy p on t using ((auth.jwt() -> 'app_metadata' ->> 'a') = 'b');"),
    ("0016_materialized_view_in_api", f"{T} create materialized view v as select * from t;", "public.v",
     f"{T} create schema x; create materialized view x.v as select * from t;"),
    ("0024_permissive_rls_policy", f"{ON} create policy p on t for update using (true);", "public.t",
     f"{ON} create policy p on t for select using (true);"),
    ("0024_permissive_rls_policy", f"{ON} create policy p on t for insert with check (1 = 1);", "public.t",
     f"{ON} create policy p on t for insert to service_role with check (true);"),
    ("0025_public_bucket_allows_listing",
     f"{BUCKET} create policy p on storage.objects for select using (bucket_id = 'b');", "storage/b",
     f"{BUCKET} create policy p on storage.objects for select using (bucket_id = 'b' and owner = auth.uid());"),
    ("0026_pg_graphql_anon_table_exposed", f"{GRAPHQL} {T}", "public.t", T),
    ("0027_pg_graphql_authenticated_table_exposed", f"{GRAPHQL} {T}", "public.t",
     f"{GRAPHQL} {T} revoke all on t from authenticated;"),
    ("0028_anon_security_definer_function_executable", DEFINER, "rpc/f",
     f"{DEFINER} revoke execute on function f() from public, anon;"),
    ("0029_authenticated_security_definer_function_executable", DEFINER, "rpc/f",
     f"{DEFINER} revoke execute on function f() from public, authenticated;"),
]  # fmt: skip


def names(text: str) -> set[tuple[str, str]]:
    """Checks and objects of a schema."""
    return {(one.name, one.path) for one in lints(SqlPolicies().read(RulesText("m.sql", text)).database)}


@each(("check", "found", "path", "other"), CASES)
def test_check_of_the_linter(check: str, found: str, path: str, other: str) -> None:
    assert (check, path) in names(found)
    assert check not in {one for one, _ in names(other)}
