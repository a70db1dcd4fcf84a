from typing import Any

import pytest

from tieback.model.figure import Quality
from tieback.model.probe import Access, Outcome

DATABASE = "/v1/projects/{resource}/databases/(default)"
COUNT = f"POST {DATABASE}/documents:runAggregationQuery"
READABLE = f"GET {DATABASE}/documents/orders?pageSize=1&mask.fieldPaths=__name__"
NOT_THERE = '{"error":{"code":404,"message":"The database (default) does not exist","status":"NOT_FOUND"}}'


def counted(number: int) -> str:
    return f'[{{"result":{{"aggregateFields":{{"n":{{"integerValue":"{number}"}}}}}}}}]'


@pytest.mark.parametrize(
    ("change", "access"),
    [
        ({COUNT: 403}, Access.AUTH_REQUIRED),
        # Nothing counted: the collection is empty, or is not there.
        ({COUNT: counted(0)}, Access.UNKNOWN),
        ({COUNT: 400}, Access.UNKNOWN),
        ({COUNT: '{"results":[]}'}, Access.UNKNOWN),
        # One proof alone.
        ({READABLE: 403}, Access.PARTIAL),
        ({READABLE: "{}"}, Access.PARTIAL),
    ],
)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    report = web.ask("firestore", change).result
    assert (report.outcome, report.access) == (Outcome.OK, access)


def test_a_database_that_is_not_there(web: Any) -> None:
    page = type(web.pages("firestore").page[f"GET {DATABASE}"])(NOT_THERE, 404)
    assert web.ask("firestore", {f"GET {DATABASE}": page}).result.access is Access.NOT_FOUND


def test_a_count_that_was_stopped_is_a_lower_bound(web: Any) -> None:
    (orders,) = web.ask("firestore", {COUNT: counted(100_000)}).result.containers
    assert orders.records.quality is Quality.LOWER_BOUND


def test_a_name_that_may_not_be_sent_does_not_stop_the_others(web: Any) -> None:
    report = web.ask("firestore", names=["orders", "no such/collection"]).result
    assert any("not safe to send" in problem for problem in report.problems)
    assert report.access is Access.OPEN


@pytest.mark.parametrize("name", ['a"}]', "a b", "..", "a/b", "x" * 101, "größe", "\\"])
def test_unsafe_names_are_not_sent(web: Any, name: str) -> None:
    played = web.ask("firestore", names=[name])
    assert len(played.sent) == 1
    assert played.result.containers == ()


def test_without_a_project_nothing_is_sent(web: Any) -> None:
    played = web.ask("firestore", resource="")
    assert (played.sent, played.result.outcome) == ((), Outcome.PROTOCOL_MISMATCH)


def test_without_scans_the_count_is_billed_as_one_read(web: Any) -> None:
    played = web.ask("firestore", scans=False)
    assert not any(b'"100000"' in sent for sent in played.sent)
    assert any(b'"upTo":"1000"' in sent for sent in played.sent)
