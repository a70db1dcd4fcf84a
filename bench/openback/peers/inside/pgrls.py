"""``pgrls matrix`` on a schema in a database of its own: ``pgrls.py SERVER``, an address of PostgreSQL that can be
written.

A question is ``{"sql": TEXT}``. The database has the roles and functions of a Supabase project, and its default
grants. The answer is the JSON of the matrix. Database and new roles are removed afterwards.
"""

import json
import sys
from typing import Any

from bench.openback.peers.inside.serve import serve

ROLES = ("anon", "authenticated", "service_role")
_AUTH = """
create schema if not exists auth;
create table auth.users (id uuid primary key, email text);
create function auth.uid() returns uuid language sql stable as
  $$ select nullif(current_setting('request.jwt.claim.sub', true), '')::uuid $$;
create function auth.role() returns text language sql stable as
  $$ select nullif(current_setting('request.jwt.claim.role', true), '')::text $$;
create function auth.email() returns text language sql stable as
  $$ select nullif(current_setting('request.jwt.claim.email', true), '')::text $$;
create function auth.jwt() returns jsonb language sql stable as
  $$ select nullif(current_setting('request.jwt.claims', true), '')::jsonb $$;
create schema storage;
create table storage.buckets (id text primary key, name text, owner uuid, public boolean default false,
  file_size_limit bigint, allowed_mime_types text[]);
create table storage.objects (id uuid primary key default gen_random_uuid(), bucket_id text references storage.buckets,
  name text, owner uuid, owner_id text, metadata jsonb, path_tokens text[]);
alter table storage.buckets enable row level security;
alter table storage.objects enable row level security;
create function storage.foldername(name text) returns text[] language sql immutable as
  $$ select string_to_array(name, '/') $$;
create function storage.filename(name text) returns text language sql immutable as
  $$ select split_part(name, '/', -1) $$;
create function storage.extension(name text) returns text language sql immutable as
  $$ select split_part(name, '.', -1) $$;
grant usage on schema storage to anon, authenticated, service_role;
grant all on all tables in schema storage to anon, authenticated, service_role;
grant execute on all functions in schema storage to anon, authenticated, service_role;
grant usage on schema auth, public to anon, authenticated, service_role;
grant execute on all functions in schema auth to anon, authenticated, service_role;
alter default privileges in schema public grant all on tables to anon, authenticated, service_role;
alter default privileges in schema public grant all on functions to anon, authenticated, service_role;
alter default privileges in schema public grant all on sequences to anon, authenticated, service_role;
"""
_NAME = "openback_case"
MODES = ("anon", "cross-tenant", "write")


def main() -> None:
    """Answer until the input ends."""
    import psycopg
    from click.testing import CliRunner
    from pgrls.cli import main as command  # type: ignore[import-not-found]
    from psycopg import sql

    server = sys.argv[1]
    address = f"{server}/{_NAME}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as session:
        for role in ROLES:
            more = sql.SQL(" bypassrls" if role == "service_role" else "")
            session.execute(sql.SQL("create role {} nologin").format(sql.Identifier(role)) + more)
        known = {row[0] for row in session.execute("select rolname from pg_roles").fetchall()}

        def run(words: list[str]) -> Any:
            done = CliRunner().invoke(command, words)
            if done.exit_code not in (0, 1) or not done.stdout.strip():
                raise RuntimeError(f"code {done.exit_code}: {done.output[-300:]} {done.exception or ''}")
            return json.loads(done.stdout)

        def answer(question: dict[str, str]) -> object:
            session.execute(f"create database {_NAME}")
            try:
                with psycopg.connect(address) as own:
                    own.execute(_AUTH)
                    own.execute("set check_function_bodies = off; set statement_timeout = '20s'")
                    own.execute(question["sql"].encode())
                more = ["--database-url", address, "--schemas", "public,storage", "--format", "json"]
                matrix = run(["matrix", *more, "--roles", "anon,authenticated"])
                return {**matrix, "proofs": {mode: run(["verify", *more, "--mode", mode]) for mode in MODES}}
            finally:
                session.execute(f"drop database {_NAME} with (force)")
                for row in session.execute("select rolname from pg_roles").fetchall():
                    if row[0] not in known:
                        session.execute(sql.SQL("drop role {}").format(sql.Identifier(row[0])))

        serve(answer)


if __name__ == "__main__":
    main()
