"""Cassandra's old Thrift interface (port 9160), framed or not.

Source: https://github.com/apache/thrift/blob/master/doc/specs/thrift-binary-protocol.md and Cassandra's
``cassandra.thrift``. A strict message is ``80 01 00`` and its type, the method's name, and a sequence number. Other
services use Thrift too, so only Cassandra's own methods count.
"""

from tieback.intake.traffic.interface import ConnectionStart, ProtocolMatch
from tieback.intake.traffic.stores.evidence import combine_confidence, sample_directions, sql_runs

_METHODS = frozenset(
    b"set_keyspace get_slice get_count multiget_slice multiget_count get_range_slices get_paged_slice "
    b"get_indexed_slices remove_counter batch_mutate atomic_batch_mutate get_multi_slice describe_schema_versions "
    b"describe_keyspaces describe_cluster_name describe_version describe_ring describe_local_ring describe_token_map "
    b"describe_partitioner describe_snitch describe_keyspace describe_splits describe_splits_ex "
    b"system_add_column_family system_drop_column_family system_add_keyspace system_drop_keyspace "
    b"system_update_keyspace system_update_column_family execute_cql_query execute_cql3_query prepare_cql_query "
    b"prepare_cql3_query execute_prepared_cql_query execute_prepared_cql3_query set_cql_version "
    b"trace_next_query".split()
)
_CALL, _REPLY, _EXCEPTION = 1, 2, 3


class CassandraThrift:
    """Cassandra, recognised by its own Thrift methods."""

    name = "cassandra"
    client_first = b"\0\x80"
    server_first = b"\0\x80"

    def recognise(self, opening: ConnectionStart) -> ProtocolMatch | None:
        """A Cassandra method in a call, its reply, or both."""
        client, server = opening.client, opening.server
        called = _method(client, {_CALL})
        answered = _method(server, {_REPLY, _EXCEPTION})
        if called is None and answered is None:
            return None
        confidence = combine_confidence(
            (1.0 if called else 0.0) if client else None,
            (1.0 if answered else 0.0) if server else None,
        )
        if not confidence:
            return None
        return ProtocolMatch(
            self.name, confidence, detail="Thrift", samples=sample_directions("sql", sql_runs(client), sql_runs(server))
        )


def _method(data: bytes, types: set[int]) -> str | None:
    """The first Cassandra method among the first messages of a side."""
    at = 0
    for _ in range(8):
        framed = data[at : at + 2] != b"\x80\x01"
        begin = at + 4 if framed else at
        head = data[begin : begin + 8]
        if len(head) < 8 or head[:3] != b"\x80\x01\0" or head[3] not in types:
            return None
        size = int.from_bytes(head[4:])
        length = int.from_bytes(data[at : at + 4]) if framed else 0
        if not 1 <= size <= 64 or (framed and size + 12 > length):
            return None
        name = data[begin + 8 : begin + 8 + size]
        if name in _METHODS:
            return name.decode("ascii")
        if not framed:
            return None
        at += 4 + length
    return None
