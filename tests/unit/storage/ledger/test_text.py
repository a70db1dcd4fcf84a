from collections.abc import Callable

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.storage.ledger.ledger import Ledger
from tieback.storage.ledger.tables import vendors
from tieback.storage.ledger.text import storable


@each(
    ("text", "kept"),
    [
        ("", ""),
        ("a.apk", "a.apk"),
        ("a\0b", "a\\x00b"),
        ("/apps/\udcff.apk", "/apps/\\udcff.apk"),
        ("é\0\ud800", "é\\x00\\ud800"),
        ("\U0001f512 Ж\u202e", "\U0001f512 Ж\u202e"),
    ],
)
def test_what_no_database_keeps_is_written_out(text: str, kept: str) -> None:
    assert storable(text) == kept


@given(st.text(st.characters()))
def test_any_text_can_be_kept_and_what_was_kept_stays(text: str) -> None:
    kept = storable(text)
    assert "\0" not in kept
    assert kept.encode().decode() == kept == storable(kept)


NAMES = ["b", "B", "a", "ä", "z", "Z", "_", "~", "é", "\U0001f512", "\uffff", "a\0", "long " * 100]


def test_both_databases_store_and_sort_text_the_same_way(open_ledger: Callable[[], Ledger]) -> None:
    database = open_ledger().database
    rows = [{"id": name, "name": "\t\\N\n" + name, "document": "\\."} for name in NAMES]
    database.write(lambda connection: connection.execute(sa.insert(vendors), rows))
    query = sa.select(vendors.c.id, vendors.c.name).order_by(vendors.c.id)
    found = database.read(lambda connection: [tuple(row) for row in connection.execute(query)])
    expected = sorted((storable(name) for name in NAMES), key=str.encode)
    assert found == [(name, "\t\\N\n" + name) for name in expected]
