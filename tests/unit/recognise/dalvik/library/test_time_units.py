"""Times in units of each other."""

from typing import Any

import pytest

from tests.each import each
from tests.unit.recognise.dalvik.library.test_calls import machine
from tieback.recognise.dalvik.library.time_units import CALLS, fields
from tieback.recognise.dalvik.objects import UNKNOWN, NotRunnableError

UNIT = "Ljava/util/concurrent/TimeUnit;"


def converted(unit: str, count: Any, into: str) -> Any:
    return CALLS[f"{UNIT}->to{into}(J)"](machine(), (fields()[f"{UNIT}->{unit}"], count))


@each(
    ("unit", "count", "into", "result"),
    [
        ("SECONDS", 20, "Millis", 20_000),
        ("MINUTES", 5, "Nanos", 300_000_000_000),
        ("MILLISECONDS", 1_999, "Seconds", 1),
        ("MILLISECONDS", -1_999, "Seconds", -1),
        ("DAYS", 1 << 60, "Millis", (1 << 63) - 1),
        ("DAYS", -(1 << 60), "Millis", -(1 << 63)),
    ],
)
def test_a_time_in_another_unit(unit: str, count: int, into: str, result: int) -> None:
    assert converted(unit, count, into) == result


def test_an_unknown_time_stays_unknown() -> None:
    with pytest.raises(NotRunnableError):
        converted("SECONDS", UNKNOWN, "Millis")
    with pytest.raises(NotRunnableError):
        CALLS[f"{UNIT}->toMillis(J)"](machine(), (UNKNOWN, 5))
