"""Who may read and write tables, views, functions and buckets of a schema."""
