-- Functions with the rights of the caller: run a statement, or count what each of several statements would change.
create schema tieback;
create function tieback.run(statement text) returns text language plpgsql as $f$
begin
  execute statement;
  return '';
exception when others then
  return pg_catalog.left(sqlerrm, 200);
end $f$;
create function tieback.attempt(statements text[]) returns integer[] language plpgsql as $f$
declare one text; found integer; results integer[] := '{}';
begin
  foreach one in array statements loop
    begin
      execute one;
      get diagnostics found = row_count;
      raise exception 'undo' using errcode = 'ZZ001';
    exception when sqlstate 'ZZ001' then null;
      when others then found := -1;
    end;
    results := pg_catalog.array_append(results, found);
  end loop;
  return results;
end $f$;
create function tieback.calls(statements text[]) returns bigint[] language plpgsql as $f$
declare
  one text; found bigint; before bigint; written bigint; results bigint[] := '{}';
  changes constant text := 'select coalesce(pg_catalog.sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint'
    ' from pg_catalog.pg_stat_xact_user_tables where schemaname !~ ''^pg_temp''';
begin
  foreach one in array statements loop
    begin
      found := 0;
      written := -1;
      execute changes into before;
      execute pg_catalog.format(
        'select pg_catalog.hashtextextended(coalesce(pg_catalog.string_agg(r::text, '','' order by r::text), ''''), 0)'
        ' from (%s) r', one) into found;
      execute changes into written;
      written := written - before;
      raise exception 'undo' using errcode = 'ZZ001';
    exception when sqlstate 'ZZ001' then null;
      when others then
        found := 0;
        written := -1;
    end;
    results := pg_catalog.array_append(pg_catalog.array_append(results, found), written);
  end loop;
  return results;
end $f$;
grant usage on schema tieback to public;
grant execute on all functions in schema tieback to public;
