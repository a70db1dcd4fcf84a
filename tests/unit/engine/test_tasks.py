from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.engine.works import unit
from tests.examples import examples
from tieback.engine.tasks import BATCH_BYTES, Task, TaskSource, locality, split_task, tasks_after_loss
from tieback.model.unit import Unit

A, B, C, D = (unit(name) for name in "abcd")


@given(count=st.integers(0, 200), workers=st.integers(1, 8), batch=st.integers(1, 50))
@settings(max_examples=examples(60), deadline=None)
def test_every_unit_is_in_one_task_in_order(count: int, workers: int, batch: int) -> None:
    units = [unit("x", number) for number in range(count)]
    source = TaskSource(iter(units), workers, batch)
    taken: list[Unit] = []
    while (task := source.take()) is not None:
        assert 1 <= len(task.units) <= batch
        taken += task.units
    assert taken == units


def test_no_more_is_read_ahead_than_a_batch_a_worker() -> None:
    read = 0

    def endless() -> Iterator[Unit]:
        nonlocal read
        while True:
            read += 1
            yield unit("x", read)

    source = TaskSource(endless(), workers=3, batch=4)
    source.take()
    assert read == 12


def test_a_few_units_go_to_different_workers() -> None:
    source = TaskSource([A, B, C], workers=2, batch=16)
    assert source.take() == Task((A,))


def test_big_inputs_make_small_batches() -> None:
    big = [unit("big", number, size=BATCH_BYTES // 2) for number in range(100)]
    task = TaskSource(big, workers=1, batch=16).take()
    assert task is not None
    assert len(task.units) == 2


@each(
    ("megabytes", "units"),
    [(0.1, 100), (2, 100), (3, 85), (10, 25), (30, 20), (500, 20)],
)
def test_a_task_of_a_cluster_has_20_to_100_inputs_by_size(megabytes: float, units: int) -> None:
    stream = [unit("x", number, size=int(megabytes * 1024**2)) for number in range(1000)]
    task = TaskSource(stream, workers=2, batch=100, least=20).take()
    assert task is not None
    assert len(task.units) == units


@pytest.mark.parametrize(
    ("source", "where"),
    [
        ("/apps/a.apk", ""),
        ("s3://bucket/apps/a.apk", "s3://bucket/apps"),
        ("s3://bucket/a.apk", "s3://bucket"),
        ("gs://bucket/shard-7.tar#apps/a.apk", "gs://bucket/shard-7.tar"),
        ("https://example.org/list/a.apk", "https://example.org/list"),
    ],
)
def test_locality_of_a_unit(source: str, where: str) -> None:
    assert locality(source) == where


def test_a_task_reads_from_one_place_where_it_can() -> None:
    stream = [unit(f"s3://bucket/{number % 3}/{number}.apk") for number in range(60)]
    source = TaskSource(stream, workers=3, batch=10)
    places: list[set[str]] = []
    while (task := source.take()) is not None and len(places) < 3:
        places.append({locality(one.source) for one in task.units})
    assert places == [{"s3://bucket/0"}, {"s3://bucket/1"}, {"s3://bucket/2"}]


@given(
    places=st.lists(st.integers(0, 3), max_size=80),
    workers=st.lists(st.integers(1, 5), min_size=1),
    batch=st.integers(1, 12),
)
@settings(max_examples=examples(60), deadline=None)
def test_no_unit_is_lost_when_workers_come_and_go(places: list[int], workers: list[int], batch: int) -> None:
    stream = [unit(f"s3://b/{where}/x", number) for number, where in enumerate(places)]
    source = TaskSource(iter(stream), workers[0], batch)
    taken: list[Unit] = []
    turns = iter(workers)
    while (task := source.take()) is not None:
        assert 1 <= len(task.units) <= batch
        taken += task.units
        source.set_workers(next(turns, workers[-1]))
    assert sorted(one.key for one in taken) == sorted(one.key for one in stream)


def test_returned_tasks_come_first_in_their_order() -> None:
    source = TaskSource([A, B], workers=1, batch=1)
    source.put_back([Task((C,)), Task((D,))])
    assert [source.take() for _ in range(5)] == [Task((C,)), Task((D,)), Task((A,)), Task((B,)), None]


@each(
    ("task", "current", "again", "quarantined"),
    [
        (Task((A, B, C)), 1, [Task((A,)), Task((C,)), Task((B,), 2)], None),
        (Task((A, B, C)), 0, [Task((B, C)), Task((A,), 2)], None),
        (Task((A,)), 0, [Task((A,), 2)], None),
        (Task((A,), 2), 0, [], A),
        (Task((A, B)), None, [Task((A, B), broken=1)], None),
        (Task((A, B), broken=1), None, [Task((A,)), Task((B,))], None),
        (Task((A,), broken=1), None, [], A),
        (Task((A, B), broken=1), 1, [Task((A,)), Task((B,), 2)], None),
    ],
)
def test_after_loss(task: Task, current: int | None, again: list[Task], quarantined: Unit | None) -> None:
    assert tasks_after_loss(task, current) == (again, quarantined)


def test_failed_task_is_halved() -> None:
    assert split_task(Task((A, B, C))) == ([Task((A,)), Task((B, C))], None)
    assert split_task(Task((A,))) == ([], A)
