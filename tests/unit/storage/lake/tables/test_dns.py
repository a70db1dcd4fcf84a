"""Answers of the DNS in the lake: the latest of each question, as long as it holds."""

from pathlib import Path

import pytest

from tieback.model.dns_answer import DnsAnswer, DnsAnswerState
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.tables.dns import DnsAnswerCache

NOW = 1_780_000_000.0


def answer(name: str = "db.x.test", until: float = 600.0, **more: object) -> DnsAnswer:
    said: dict[str, object] = {"values": ("192.0.2.1",), "aliases": ("cdn.test",), "authentic": True, **more}
    return DnsAnswer(name, "A", DnsAnswerState.FOUND, NOW, NOW + until, **said)  # type: ignore[arg-type]


def kept(lake: Lake, later: float = 1.0, **more: int) -> DnsAnswerCache:
    return DnsAnswerCache(lake, clock=lambda: NOW + later, **more)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def test_answers_come_back_whole(lake: Lake) -> None:
    missing = DnsAnswer("gone.x.test", "A", DnsAnswerState.MISSING, NOW, NOW + 300)
    with kept(lake) as cache:
        assert cache.get("db.x.test", "A") is None
        cache.put(answer())
        cache.put(missing)
    again = kept(lake)
    assert again.get("db.x.test", "A") == answer()
    assert again.get("gone.x.test", "A") == missing
    assert again.get("db.x.test", "MX") is None


@pytest.mark.parametrize(("later", "there"), [(1, True), (599, True), (600, False), (-1, False)])
def test_expired_and_future_answers_are_not_read(lake: Lake, later: float, there: bool) -> None:
    with kept(lake) as cache:
        cache.put(answer())
    assert (kept(lake, later).get("db.x.test", "A") is not None) is there


def test_the_latest_answer_counts(lake: Lake) -> None:
    for number in (1, 2):
        with kept(lake) as cache:
            cache.put(answer(values=(f"192.0.2.{number}",), until=600 * number))
    newer = DnsAnswer("db.x.test", "A", DnsAnswerState.FOUND, NOW + 5, NOW + 50, ("192.0.2.9",))
    with kept(lake) as cache:
        cache.put(newer)
    assert kept(lake, 6).get("db.x.test", "A") == newer


def test_what_waits_is_published_on_the_way_and_after_an_error(lake: Lake) -> None:
    def broken() -> None:
        with kept(lake, waiting=2) as cache:
            for number in range(3):
                cache.put(answer(f"h{number}.x.test"))
            assert len(lake.parts()) == 1
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken()
    assert all(kept(lake).get(f"h{number}.x.test", "A") for number in range(3))


def test_run_without_queries_writes_and_reads_nothing(lake: Lake) -> None:
    with kept(lake):
        pass
    assert not lake.directory.exists()
