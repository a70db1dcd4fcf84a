"""Buckets of Storage: files of others in each bucket, and what a requester reaches there."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tieback.posture.rules.sql.attempts.rows import rows_of, table_of
from tieback.posture.rules.sql.attempts.session import SAFE, attempt, one, run
from tieback.posture.rules.sql.conditions.candidates import Constants
from tieback.posture.rules.sql.schema import Database, Relation
from tieback.posture.rules.sql.server import LOADER, Server

if TYPE_CHECKING:
    import psycopg

MAX_BUCKETS = 50
_FILES = 8


def buckets_of(database: Database, constants: Constants) -> list[str]:
    """The buckets that the files create, or that a policy names."""
    named = [one for one in constants.direct.get("bucket_id", []) if isinstance(one, str)]
    return list(dict.fromkeys([*database.buckets, *named]))[:MAX_BUCKETS]


class Files:
    """Files of others, stored in each bucket.

    Args:
        server: with the schema.
        objects: the table of files.
        buckets: their names.
        constants: of the conditions.
    """

    def __init__(self, server: Server, objects: Relation, buckets: Sequence[str], constants: Constants) -> None:
        self._objects, self._buckets, self._constants = objects, buckets, constants
        with server.connect(LOADER) as session:
            session.execute(SAFE)
            for bucket in buckets:
                for row in self._rows(bucket, own=False)[:_FILES]:
                    run(session, f"insert into {table_of(objects)} {row}")
            names = one(session, "select array(select id from storage.buckets where public limit 1000)")
        self._public = set(names or [])

    def commands(self, session: "psycopg.Connection[Any]") -> dict[tuple[str, str], bool]:
        """Whether each command reaches files, by ``storage/bucket`` and command."""
        table = table_of(self._objects)
        found: dict[tuple[str, str], bool] = {}
        for bucket in self._buckets:
            where = f"where bucket_id = {_text(bucket)}"
            inserts = [f"insert into {table} {row}" for row in self._rows(bucket, own=True)]
            # Everybody may download the files of a public bucket.
            listed = attempt(session, [f"select name from {table} {where}"])[0] > 0
            found[f"storage/{bucket}", "select"] = bucket in self._public or listed
            found[f"storage/{bucket}", "insert"] = max(attempt(session, inserts), default=-1) > 0
            changes = attempt(session, [f"update {table} set version = '2' {where}", f"delete from {table} {where}"])
            found[f"storage/{bucket}", "update"], found[f"storage/{bucket}", "delete"] = (one > 0 for one in changes)
        return found

    def _rows(self, bucket: str, *, own: bool) -> list[str]:
        return rows_of(self._objects, self._constants, own=own, fixed={"bucket_id": _text(bucket)})


def _text(value: str) -> str:
    doubled = value.replace("'", "''")
    return f"'{doubled}'"
