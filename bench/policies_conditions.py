# ruff: noqa: E501 - a condition in one piece reads better
"""Conditions of random policies, each with the name of its construct."""

from collections.abc import Sequence

OTHERS = ("5eed0000-0000-4000-8000-0000000000b1", "5eed0000-0000-4000-8000-0000000000b2")
"""IDs of the users who own the stored rows."""
OWN = "5eed0000-0000-4000-8000-00000000a001"

type Conditions = Sequence[tuple[str, str]]
"""Text and construct."""

CONSTANTS: Conditions = [("true", "constant true")] * 3 + [
    ("false", "constant false"),
    ("1 = 1", "comparison of constants"),
    ("'a' || 'b' = 'ab'", "concatenation"),
    ("2 * 3 - 1 between 5 and 6", "arithmetic, between"),
    ("array['a', 'b'] @> array['a']", "array contains"),
    ("array['a'] && string_to_array('a,b', ',')", "arrays overlap"),
    ("(string_to_array('a,b', ','))[2] = 'b'", "element of an array"),
    ("lower(trim(' A ')) = 'a' and concat('a', null, 1) = 'a1'", "functions of texts"),
    ("cardinality(array[1, 2]) = array_length(array[1, 2], 1)", "length of an array"),
]
SESSION: Conditions = [
    ("auth.uid() is not null", "uid is not null"),
    ("auth.uid() is null", "uid is null"),
    ("(select auth.uid()) is not null", "uid as a query"),
    ("auth.role() = 'authenticated'", "role of the session"),
    ("auth.role() in ('anon', 'authenticated')", "in a list"),
    ("auth.role() not in ('anon', 'service_role')", "not in a list"),
    ("auth.role() = any (array['anon', 'authenticated'])", "any of constants"),
    ("auth.role() <> all (array['service_role', 'postgres'])", "all of constants"),
    ("auth.role() like 'a%'", "like"),
    ("auth.role() not ilike 'ANON'", "not ilike"),
    ("auth.role() between 'a' and 'b'", "between"),
    ("nullif(auth.role(), 'anon') is not null", "nullif"),
    ("upper(auth.role()) = 'ANON'", "upper"),
    ("length(auth.role()) > 4", "length"),
    ("starts_with(auth.role(), 'auth')", "starts_with"),
    ("split_part(auth.jwt() ->> 'email', '@', 2) = 'requester.test'", "split_part"),
    ("auth.email() like '%@requester.test'", "email of the session"),
    ("auth.jwt() ->> 'role' = 'authenticated'", "claim of the token"),
    ("(auth.jwt() ->> 'aal') = 'aal2'", "claim that a second factor sets"),
    ("(auth.jwt() ->> 'is_anonymous')::boolean is not true", "claim as a boolean, is not true"),
    ("coalesce((auth.jwt() ->> 'is_anonymous')::boolean, true) is false", "is false"),
    ("auth.jwt() ? 'sub'", "key of the token"),
    ("auth.jwt() #>> '{app_metadata,provider}' = 'email'", "path of the token"),
    ("jsonb_extract_path_text(auth.jwt(), 'app_metadata', 'provider') = 'email'", "path function"),
    ("(auth.jwt() -> 'user_metadata' ->> 'role') = 'admin'", "metadata that users set"),
    ("(auth.jwt() -> 'app_metadata' ->> 'role') = 'admin'", "metadata that admins set"),
    ("current_setting('request.jwt.claims', true)::json ->> 'sub' is not null", "setting of the request"),
    ("current_setting('role', true) = 'authenticated'", "setting of the role"),
    ("coalesce(auth.role(), '') <> 'anon'", "coalesce"),
    ("case when auth.uid() is null then false else true end", "case"),
    ("case auth.role() when 'anon' then true when 'authenticated' then false end", "case of a value"),
    ("auth.uid() is distinct from null", "is distinct from"),
    ("auth.uid() is not distinct from null", "is not distinct from"),
    ("current_user in ('anon', 'authenticated')", "current user"),
    ("session_user = 'service_role'", "session user"),
    ("pg_has_role(current_user, 'authenticated', 'member')", "membership of the role"),
    (f"auth.uid() = '{OTHERS[0]}'", "one user"),
    ("(auth.role() = 'anon') is unknown", "is unknown"),
    ("exists (select 1 where auth.uid() is not null)", "query without a table"),
    ("current_timestamp is not null and now() < current_timestamp + interval '1 day'", "time of the request"),
    ("auth.uid() in (select auth.uid() union select null)", "union"),
]
OTHER_ROWS: Conditions = [
    ("{owner} = auth.uid()", "own rows"),
    ("auth.uid() = {owner} and role = 'member'", "own rows, one role"),
]
"""Of the tables of members and profiles."""
ROWS: Conditions = [
    ("owner = auth.uid()", "own rows"),
    ("(select auth.uid()) = owner", "own rows"),
    ("owner::text = auth.uid()::text", "own rows, cast"),
    ("owner = (auth.jwt() ->> 'sub')::uuid", "own rows, claim"),
    ("owner is not distinct from auth.uid()", "own rows or none"),
    ("auth.uid() = any (editors)", "any of an array"),
    ("editors @> array[auth.uid()]", "array of users contains"),
    ("array[auth.uid()] && editors", "array of users overlaps"),
    ("editors[1] = auth.uid()", "first element"),
    ("auth.uid() in (owner)", "in a list of columns"),
    ("owner is not null and owner = auth.uid()", "own rows, twice"),
    ("owner = auth.uid() and status = 'live'", "own rows and a constant"),
    ("owner = auth.uid() and team between 1 and 2", "own rows and between"),
    ("id is not null", "column that is never null"),
    ("owner <> auth.uid()", "rows of others"),
    ("not (owner = auth.uid())", "rows of others, not"),
    ("meta ->> 'owner' = auth.uid()::text", "member of a column"),
    ("(meta ->> 'owner')::uuid = auth.uid()", "member of a column, cast"),
    ("split_part(status::text, '/', 1) = auth.uid()::text", "part of a text"),
    ("(string_to_array(status::text, '/'))[1] = auth.uid()::text", "element of a text"),
    ("starts_with(status::text, auth.uid()::text)", "beginning of a text"),
    ("status::text like auth.uid() || '/%'", "like a built pattern"),
]
STORED: Conditions = [
    ("open", "stored flag"),
    ("status = 'live'", "stored text"),
    ("open is true", "is true"),
    ("open is not false", "is not false"),
    ("status in ('live', 'draft')", "stored text in a list"),
    ("status::text like 'li%'", "stored text, like"),
    ("team between 1 and 2", "stored number, between"),
    ("coalesce(open, false)", "stored flag, coalesce"),
]


def queries(schema: str) -> Conditions:
    """Conditions that read other tables."""
    members, profiles = f"{schema}.teams_members", f"{schema}.profiles"
    mine = f"select 1 from {profiles} p where p.id = auth.uid()"
    role = f"select p.role from {profiles} p where p.id = auth.uid()"
    return [
        (f"exists (select 1 from {members} m where m.team = notes.team and m.user_id = auth.uid())", "exists, correlated"),
        (f"auth.uid() in (select user_id from {members} where role = 'admin')", "in a query"),
        (f"team in (select m.team from {members} m where m.user_id = auth.uid())", "in a query, correlated"),
        (f"team = any (select m.team from {members} m where m.user_id = auth.uid())", "any of a query"),
        (f"({role}) = 'admin'", "scalar query"),
        (f"coalesce(({role}), 'none') = 'admin'", "scalar query, coalesce"),
        (f"({role}) in ('admin', 'member')", "scalar query in a list"),
        (f"exists ({mine} and p.role = 'admin')", "exists"),
        (f"exists ({mine} and p.role in ('admin', 'member'))", "exists, list"),
        (f"exists (select 1 from {profiles} p join {members} m on m.user_id = p.id where p.id = auth.uid())", "exists, join"),
        (f"exists (select 1 from {profiles} p, {members} m where m.user_id = p.id and p.id = auth.uid())", "exists, two tables"),
        (f"exists (select 1 from (select id, role from {profiles}) p where p.id = auth.uid() and p.role = 'admin')", "query in from"),
        (f"exists (with p as (select id from {profiles}) select 1 from p where p.id = auth.uid())", "with"),
        (f"(select count(*) from {profiles} p where p.id = auth.uid()) > 0", "count"),
        (f"(select bool_or(p.role = 'admin') from {profiles} p where p.id = auth.uid())", "bool_or"),
        (f"auth.uid() in (select id from {profiles} union select user_id from {members})", "union of tables"),
        (f"not exists ({mine} and p.banned)", "not exists"),
        (f"not exists ({mine} and p.role = 'member')", "not exists, role"),
        ("exists (select 1 from auth.users u where u.id = auth.uid())", "query without a privilege"),
        (f"exists (select 1 from {schema}.notes n where n.owner = auth.uid())", "recursion"),
    ]  # fmt: skip
