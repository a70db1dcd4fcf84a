import msgspec

from tieback.model.unit import Unit, UnitEnd, UnitState
from tieback.storage.ledger.units_sql import end_rows, unit_rows

A, B = Unit("a" * 64, "v1", "/a.apk", 1), Unit("b" * 64, "v1", "/b.apk", 2)


def test_rows_come_in_the_order_of_their_keys_and_the_last_of_equal_ones_counts() -> None:
    again = msgspec.structs.replace(A, source="/again.apk")
    rows = unit_rows([B, A, again])
    assert [(row["key"], row["source"]) for row in rows] == [(A.key, "/again.apk"), (B.key, "/b.apk")]


def test_attempts_of_one_unit_add_up() -> None:
    rows = end_rows([UnitEnd(B, UnitState.DONE, part="p"), UnitEnd(A, UnitState.FAILED), UnitEnd(A, UnitState.DONE)])
    assert [(row["key"], row["state"], row["attempts"], row["part"]) for row in rows] == [
        (A.key, "done", 2, None),
        (B.key, "done", 1, "p"),
    ]
