from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from tests.examples import examples
from tieback.storage.ledger.bulk import incoming, insert_rows, upsert_rows
from tieback.storage.ledger.ledger import Ledger
from tieback.storage.ledger.tables import inventory_counts, vendors
from tieback.storage.ledger.text import storable


def _all(ledger: Ledger, table: sa.Table) -> list[tuple[Any, ...]]:
    query = sa.select(table).order_by(*table.primary_key.columns)
    return ledger.database.read(lambda connection: [tuple(row) for row in connection.execute(query)])


@settings(max_examples=examples(30), deadline=None)
@given(st.dictionaries(st.text(st.characters(), max_size=8).map(storable), st.text(st.characters()), max_size=5))
def test_what_goes_in_is_what_is_there(ledger: Ledger, names: dict[str, str]) -> None:
    rows = [{"id": key, "name": name, "document": "\\.\n\t\\N"} for key, name in names.items()]

    def change(connection: Connection) -> int:
        connection.execute(sa.delete(vendors))
        return insert_rows(connection, vendors, iter(rows))

    assert ledger.database.write(change) == len(rows)
    expected = sorted(((key, storable(name), "\\.\n\t\\N") for key, name in names.items()), key=lambda r: r[0].encode())
    assert _all(ledger, vendors) == expected


def _seen(app: int, day: int, devices: int | None) -> dict[str, Any]:
    return {"app": app, "version": "1", "source": "s", "devices": devices, "first_seen": day, "last_seen": day}


def test_known_rows_change_and_new_ones_come(ledger: Ledger) -> None:
    def enter(rows: list[dict[str, Any]]) -> None:
        def change(connection: Connection) -> None:
            coming = incoming(connection, inventory_counts)
            changed = {"devices": coming.devices, "last_seen": coming.last_seen}
            upsert_rows(connection, inventory_counts, ("app", "version", "source"), changed, rows)

        ledger.database.write(change)

    enter([_seen(1, 10, 5), _seen(2, 10, None)])
    enter([_seen(2, 11, 7), _seen(3, 11, 9)])
    enter([])
    assert _all(ledger, inventory_counts) == [
        (1, "1", "s", 5, 10, 10, None),
        (2, "1", "s", 7, 10, 11, None),
        (3, "1", "s", 9, 11, 11, None),
    ]


@pytest.mark.parametrize("count", [0, 1, 1_000, 2_001])
def test_many_rows(count: int, ledger: Ledger) -> None:
    rows = ({"id": f"{n:06}", "name": "n", "document": "{}"} for n in range(count))
    assert ledger.database.write(lambda connection: insert_rows(connection, vendors, rows)) == count
    assert len(_all(ledger, vendors)) == count
