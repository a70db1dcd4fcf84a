from typing import Any

import pytest

from tieback.model.figure import Quality
from tieback.model.probe import Access, Outcome


@pytest.mark.parametrize(
    ("answer", "access"),
    [
        (401, Access.AUTH_REQUIRED),
        (404, Access.UNKNOWN),
        # Document security hides documents so.
        ('{"total":0,"documents":[]}', Access.UNKNOWN),
        ('{"total":137,"documents":[]}', Access.PARTIAL),
        ('{"total":-1}', Access.UNKNOWN),
    ],
)
def test_access_state_by_server_answers(web: Any, answer: int | str, access: Access) -> None:
    (documents,) = [key for key in web.pages("appwrite").page if "documents" in key]
    report = web.ask("appwrite", {documents: answer}).result
    assert (report.outcome, report.access) == (Outcome.OK, access)


def test_where_counting_stops_the_figure_is_a_lower_bound(web: Any) -> None:
    (documents,) = [key for key in web.pages("appwrite").page if "documents" in key]
    (orders,) = web.ask("appwrite", {documents: '{"total":5000}'}).result.containers
    assert orders.records.quality is Quality.LOWER_BOUND


@pytest.mark.parametrize("more", [{"keys": []}, {"names": []}, {"names": ["orders"]}, {"names": ["main/a b"]}])
def test_no_document_is_requested_without_project_and_names(web: Any, more: dict[str, list[str]]) -> None:
    played = web.ask("appwrite", **more)
    assert len(played.sent) == 1
    assert played.result.access is Access.UNKNOWN
