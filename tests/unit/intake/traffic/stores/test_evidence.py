"""What two sides say together, and samples that stay small."""

from tests.each import each
from tieback.intake.traffic.stores.evidence import (
    SAMPLE_BYTES,
    combine_confidence,
    is_ascii_text,
    is_text,
    join_bounded,
    sample_directions,
    sql_runs,
)


@each(
    ("client", "server", "low", "high"),
    [
        (1.0, 1.0, 0.9, 0.99),
        (1.0, 0.6, 0.9, 0.99),
        (0.6, 0.6, 0.75, 0.75),  # two weak sides are no proof
        (1.0, None, 0.7, 0.7),
        (None, 1.0, 0.7, 0.7),
        (0.4, None, 0.0, 0.0),
        (1.0, 0.0, 0.0, 0.0),  # a contradiction takes the verdict away
        (0.0, 1.0, 0.0, 0.0),
        (None, None, 0.0, 0.0),
    ],
)
def test_weights_of_both_sides_are_combined(
    client: float | None, server: float | None, low: float, high: float
) -> None:
    assert low <= combine_confidence(client, server) <= high


def test_samples_are_bounded_and_have_a_direction() -> None:
    found = sample_directions("sql", [b"x" * 3000] * 50, [])
    assert [(item.direction, item.kind, len(item.data)) for item in found] == [("out", "sql", SAMPLE_BYTES)]
    assert join_bounded([b"a", b"b"]) == b"a\nb"
    assert sample_directions("sql") == ()


def test_text_is_detected() -> None:
    assert is_text("München\r\n".encode())
    assert not is_text(b"a\0b")
    assert is_ascii_text(b"abc")
    assert not is_ascii_text(b"")
    assert not is_ascii_text(b"\n")


def test_sql_runs_stop_at_binary() -> None:
    assert sql_runs(b"\x00\x1aSELECT name FROM staff\x00\x01rest") == [b"SELECT name FROM staff"]
