"""The evidence graph of a run: tables, queries, views and drawings."""
