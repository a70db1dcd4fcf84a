"""Cassandra and Scylla over CQL's native protocol."""
