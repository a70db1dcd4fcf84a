"""Times in units of each other, as clients get them for their limits.

Source: https://developer.android.com/reference/java/util/concurrent/TimeUnit
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tieback.recognise.dalvik.machine import LibraryCall, Machine
from tieback.recognise.dalvik.objects import JavaObject, NotRunnableError

_UNIT = "Ljava/util/concurrent/TimeUnit;"
_NANOS = {
    "Nanos": 1,
    "Micros": 10**3,
    "Millis": 10**6,
    "Seconds": 10**9,
    "Minutes": 60 * 10**9,
    "Hours": 3_600 * 10**9,
    "Days": 86_400 * 10**9,
}
"""Nanoseconds of each unit."""
_LONG = {"Nanos": "NANOSECONDS", "Micros": "MICROSECONDS", "Millis": "MILLISECONDS"}
_MOST = (1 << 63) - 1


def _to(nanos: int) -> LibraryCall:
    def to(_: Machine, a: Sequence[Any]) -> int:
        its = a[0].payload if isinstance(a[0], JavaObject) else None
        if not isinstance(its, int) or type(a[1]) is not int:
            raise NotRunnableError("a time that is not known")
        count = abs(a[1]) * its // nanos
        return max(-_MOST - 1, -count) if a[1] < 0 else min(_MOST, count)

    return to


def fields() -> Mapping[str, Any]:
    """The units, as static fields."""
    return {f"{_UNIT}->{_LONG.get(name, name.upper())}": JavaObject(_UNIT, nanos) for name, nanos in _NANOS.items()}


CALLS: dict[str, LibraryCall] = {f"{_UNIT}->to{name}(J)": _to(nanos) for name, nanos in _NANOS.items()}
"""The methods, by ``Lowner;->name(parameters)``."""
