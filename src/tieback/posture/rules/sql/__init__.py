"""PostgreSQL and Supabase schemas: the state after all statements, and who may read and write in it."""
