"""A window that needs more files than the process may open raises the limit, or shrinks and says so."""

import resource

import pytest

from tieback.scope.dialer import RESERVE, conversation_capacity

INFINITY = resource.RLIM_INFINITY

ROOM = [
    # soft limit, hard limit, wanted, got, the soft limit after it
    ("enough", 1024, 4096, 100, 100, 1024),
    ("raised as far as is needed", 1024, 20_000, 10_000, 10_000, 10_000 + RESERVE),
    ("raised to the hard one, and fewer", 1024, 4096, 10_000, 4096 - RESERVE, 4096),
    ("cannot be raised", 1024, 1024, 10_000, 1024 - RESERVE, 1024),
    ("hardly any", 50, 50, 100, 1, 50),
    ("no hard limit", 1024, INFINITY, 10_000, 10_000, 10_000 + RESERVE),
    ("no limit", INFINITY, INFINITY, 10_000, 10_000, INFINITY),
]


@pytest.mark.parametrize(
    ("soft", "hard", "wanted", "got", "after"), [row[1:] for row in ROOM], ids=[r[0] for r in ROOM]
)
def test_capacity_by_the_file_limit(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, wanted: int, got: int, after: int
) -> None:
    limits = [soft, hard]
    monkeypatch.setattr(resource, "getrlimit", lambda _what: tuple(limits))
    monkeypatch.setattr(resource, "setrlimit", lambda _what, pair: limits.__setitem__(slice(None), pair))
    found, why = conversation_capacity(wanted)
    assert (found, limits[0]) == (got, after)
    assert why == ("" if got == wanted else f"this process may open only {after} files (`ulimit -n`)")


def test_a_system_that_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_what: int, _pair: tuple[int, int]) -> None:
        raise ValueError("not allowed to raise maximum limit")

    monkeypatch.setattr(resource, "getrlimit", lambda _what: (1024, INFINITY))
    monkeypatch.setattr(resource, "setrlimit", refuse)
    assert conversation_capacity(10_000)[0] == 1024 - RESERVE
