"""The tables of the lake: names, columns, types. One row is one observation.

``unit`` and ``version`` identify the unit of work of a row (content hash, version of the analysis), ``run`` the run;
``ordinal`` keeps the order inside a document. Offsets, counts and sizes are signed 64-bit.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

_UNIT = [("unit", pa.string()), ("version", pa.string())]
_EVIDENCE = [("file", pa.string()), ("offset", pa.int64()), ("how", pa.string()), ("context", pa.string())]

UNITS = pa.schema([*_UNIT, ("source", pa.string()), ("size", pa.int64()), ("part", pa.string())])
"""Units with results in a part. Every part has this table, written by the lake itself."""

SCHEMAS: Mapping[str, pa.Schema] = {
    "units": UNITS,
    "apps": pa.schema(
        [
            *_UNIT,
            ("path", pa.string()),
            # All following columns are null if the identity could not be read.
            ("sha256", pa.string()),
            ("platform", pa.string()),
            ("bundle_id", pa.string()),
            ("name", pa.string()),
            ("version_name", pa.string()),
            ("version_code", pa.string()),
            ("min_sdk", pa.string()),
            ("target_sdk", pa.string()),
            ("vendor", pa.string()),
            ("signer_sha256", pa.string()),
            ("signer_subject", pa.string()),
            ("signer_scheme", pa.string()),
            # Cleartext policy, a JSON array of rules.
            ("cleartext", pa.string()),
            # Parts that were not read, a JSON array; null in parts written before this column existed.
            ("unread", pa.string()),
            # Privacy manifests, a JSON array; null in parts written before this column existed.
            ("declarations", pa.string()),
            # Name of the main program of an iOS app; null in parts written before this column existed.
            ("executable", pa.string()),
            # Team identifier of an iOS app; null in parts written before this column existed.
            ("team", pa.string()),
        ]
    ),
    "sightings": pa.schema(
        [
            *_UNIT,
            ("ordinal", pa.int32()),
            ("app_sha256", pa.string()),
            ("kind", pa.string()),
            ("value", pa.string()),
            ("scheme", pa.string()),
            ("host", pa.string()),
            ("port", pa.int32()),
            ("path", pa.string()),
            ("service", pa.string()),
            ("count", pa.int64()),
            ("party", pa.string()),
            *_EVIDENCE,
            # Null in parts written before these columns existed.
            ("owner", pa.string()),
            ("party_reason", pa.string()),
            ("names", pa.list_(pa.string())),
            ("chain", pa.list_(pa.string())),
            ("addresses", pa.list_(pa.string())),
        ]
    ),
    "credentials": pa.schema(
        [
            *_UNIT,
            ("ordinal", pa.int32()),
            ("kind", pa.string()),
            ("masked", pa.string()),
            ("endpoint", pa.string()),
            *_EVIDENCE,
            # Null in parts written before these columns existed.
            ("grade", pa.string()),
            ("fingerprint", pa.string()),
            ("claims", pa.string()),
            ("chain", pa.list_(pa.string())),
        ]
    ),
    # Values of credentials that are public by design, only for the probes: no report reads them.
    "public_keys": pa.schema(
        [
            *_UNIT,
            ("kind", pa.string()),
            ("value", pa.string()),
            ("services", pa.list_(pa.string())),
            ("endpoint", pa.string()),
        ]
    ),
    "not_backends": pa.schema(
        [*_UNIT, ("ordinal", pa.int32()), ("value", pa.string()), ("reason", pa.string())],
    ),
    "problems": pa.schema(
        [
            *_UNIT,
            ("ordinal", pa.int32()),
            ("what", pa.string()),
            ("where", pa.string()),
            # Why a part of an app was not read; null if nothing was left out.
            ("unread", pa.string()),
        ]
    ),
    "flows": pa.schema(
        [
            *_UNIT,
            ("ordinal", pa.int64()),
            ("bundle_id", pa.string()),
            ("server_ip", pa.string()),
            ("server_port", pa.int32()),
            ("server_name", pa.string()),
            ("protocol", pa.string()),
            ("encrypted", pa.bool_()),
            ("bytes_out", pa.int64()),
            ("bytes_in", pa.int64()),
            ("leaks", pa.int32()),
            ("json", pa.string()),
        ]
    ),
    # Index results of remote objects: the object, or the members of a shard. ``unit`` is the object's state.
    "objects": pa.schema(
        [
            *_UNIT,
            ("ordinal", pa.int64()),
            ("source", pa.string()),
            ("member", pa.string()),
            ("start", pa.int64()),
            ("size", pa.int64()),
            ("sha256", pa.string()),
            # app, traffic, or other.
            ("kind", pa.string()),
        ]
    ),
    "inputs": pa.schema(
        [
            ("run", pa.string()),
            ("ordinal", pa.int64()),
            ("path", pa.string()),
            *_UNIT,
            ("problem", pa.string()),
        ]
    ),
    # The address data that a run used.
    "run_data": pa.schema(
        [
            ("run", pa.string()),
            ("ordinal", pa.int32()),
            ("name", pa.string()),
            ("date", pa.string()),
            ("imported", pa.string()),
            ("sha256", pa.string()),
        ]
    ),
    # The files with rules of users that were active in a run; only if there were any.
    "run_rules": pa.schema(
        [
            ("run", pa.string()),
            ("ordinal", pa.int32()),
            ("name", pa.string()),
            ("origin", pa.string()),
            ("sha256", pa.string()),
            ("rules", pa.int32()),
        ]
    ),
    # The files that a run passed over, by place and reason; only if there were any.
    "run_skipped": pa.schema(
        [
            ("run", pa.string()),
            ("ordinal", pa.int32()),
            ("place", pa.string()),
            ("why", pa.string()),
            ("files", pa.int64()),
            ("first", pa.string()),
        ]
    ),
    "backends": pa.schema(
        [
            ("run", pa.string()),
            ("ordinal", pa.int64()),
            ("value", pa.string()),
            ("host", pa.string()),
            ("port", pa.int32()),
            ("addresses", pa.list_(pa.string())),
            ("resolved_by", pa.string()),
            ("owner_domain", pa.string()),
            ("provider", pa.string()),
            ("region", pa.string()),
            ("asn", pa.int64()),
            ("owner", pa.string()),
            ("party", pa.string()),
            ("json", pa.string()),
        ]
    ),
    "probes": pa.schema(
        [
            ("run", pa.string()),
            ("ordinal", pa.int64()),
            ("target", pa.string()),
            ("address", pa.string()),
            ("probe", pa.string()),
            ("product", pa.string()),
            ("version", pa.string()),
            ("outcome", pa.string()),
            ("access", pa.string()),
            ("identity", pa.string()),
            ("containers", pa.int32()),
            ("bytes_sent", pa.int64()),
            ("bytes_read", pa.int64()),
            ("seconds", pa.float64()),
            ("json", pa.string()),
        ]
    ),
    # DNS answers, one row each; ``name`` is ``*.parent`` for a query of a random name.
    "dns_answers": pa.schema(
        [
            ("name", pa.string()),
            ("kind", pa.string()),
            ("state", pa.string()),
            # Seconds since 1970, UTC: time of the query, and expiry.
            ("asked", pa.float64()),
            ("until", pa.float64()),
            ("values", pa.list_(pa.string())),
            ("aliases", pa.list_(pa.string())),
            ("problem", pa.string()),
            ("authentic", pa.bool_()),
        ]
    ),
    # Reports of other tools, one row per file, identified by its content.
    "imports": pa.schema(
        [
            ("sha256", pa.string()),
            ("version", pa.string()),
            ("source", pa.string()),
            ("path", pa.string()),
            ("imported", pa.float64()),
            ("services", pa.int64()),
            ("sightings", pa.int64()),
            ("left_out", pa.int64()),
            # Types of data in a declaration; null in parts written before this column existed.
            ("declared", pa.int64()),
        ]
    ),
    "passive_services": pa.schema(
        [
            ("import", pa.string()),
            ("version", pa.string()),
            ("ordinal", pa.int64()),
            ("source", pa.string()),
            ("address", pa.string()),
            ("port", pa.int32()),
            ("names", pa.list_(pa.string())),
            ("service", pa.string()),
            ("claims", pa.string()),
            ("seen", pa.string()),
            ("resource", pa.string()),
            ("note", pa.string()),
            ("json", pa.string()),
        ]
    ),
    "passive_sightings": pa.schema(
        [
            ("import", pa.string()),
            ("version", pa.string()),
            ("ordinal", pa.int64()),
            ("bundle_id", pa.string()),
            ("app_sha256", pa.string()),
            ("value", pa.string()),
            ("json", pa.string()),
        ]
    ),
    # What makers declare to an app store, one row per form.
    "declarations": pa.schema(
        [
            ("import", pa.string()),
            ("version", pa.string()),
            ("ordinal", pa.int64()),
            ("bundle_id", pa.string()),
            ("json", pa.string()),
        ]
    ),
    # Exports of cloud accounts, one row per file and user description.
    "posture_imports": pa.schema(
        [
            ("sha256", pa.string()),
            ("version", pa.string()),
            ("source", pa.string()),
            ("path", pa.string()),
            ("imported", pa.float64()),
            ("seen", pa.string()),
            ("resources", pa.int64()),
            ("dependencies", pa.int64()),
            ("left_out", pa.int64()),
            ("missed", pa.int64()),
            ("incomplete", pa.string()),
        ]
    ),
    # Statements of one export about one resource. A row group contains keys of one bucket, for separate reading.
    "posture_resources": pa.schema(
        [
            ("import", pa.string()),
            ("version", pa.string()),
            ("bucket", pa.int32()),
            ("key", pa.string()),
            ("provider", pa.string()),
            ("account", pa.string()),
            ("seen", pa.string()),
            ("needs", pa.list_(pa.string())),
            ("json", pa.string()),
        ]
    ),
    "posture_dependencies": pa.schema(
        [
            ("import", pa.string()),
            ("version", pa.string()),
            ("id", pa.string()),
            ("kind", pa.string()),
            ("name", pa.string()),
            # For a cluster member the bucket of the cluster, else -1.
            ("bucket", pa.int32()),
            ("seen", pa.string()),
            ("json", pa.string()),
        ]
    ),
}


def rows_table(name: str, rows: Iterable[Sequence[Any]]) -> pa.Table:
    """A table of the lake from rows in column order.

    Text that UTF-8 cannot represent (lone surrogates in hostile packages and file names) is escaped with backslashes.

    Raises:
        pyarrow.ArrowInvalid, OverflowError: a value does not fit its column.
    """
    schema = SCHEMAS[name]
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.Table.from_arrays(
        [_array(values, field.type) for values, field in zip(columns, schema, strict=True)], schema=schema
    )


def concat_tables(first: pa.Table, second: pa.Table) -> pa.Table:
    """The concatenated rows of two tables with the same name."""
    return pa.concat_tables([first, second])


def _array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    try:
        return pa.array(values, kind)
    except UnicodeEncodeError:
        return pa.array([_storable(value) for value in values], kind)


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    return [_storable(item) for item in value] if isinstance(value, list | tuple) else value
