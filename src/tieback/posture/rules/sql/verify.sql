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
grant usage on schema tieback to public;
grant execute on all functions in schema tieback to public;
