"""Statements of PostgreSQL, applied to a schema."""
