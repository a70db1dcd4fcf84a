"""ClickHouse over its native protocol."""
