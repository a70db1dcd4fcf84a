"""Facts that only grow, in Parquet: layout, schemas, compaction and upkeep. Read with DuckDB."""
