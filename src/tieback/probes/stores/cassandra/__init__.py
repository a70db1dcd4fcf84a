"""Cassandra and ScyllaDB over CQL's native protocol."""
