from typing import Any

import pytest

from tieback.model.probe import Access

STATES = [
    # what differs, access
    # That it is ready, or tells its version, proves nothing.
    ({"GET /v1/schema": 401}, Access.AUTH_REQUIRED),
    ({"GET /v1/schema": '{"classes":[]}'}, Access.SCHEMA_ONLY),
    ({"GET /v1/nodes?output=verbose": 403}, Access.OPEN),
    ({"GET /v1/nodes?output=verbose": 403, "POST /v1/graphql": 403}, Access.SCHEMA_ONLY),
    (
        {"POST /v1/graphql": '{"errors":[{"message":"tenant required"}],"data":{"Aggregate":{"People":null}}}'},
        Access.OPEN,
    ),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("weaviate", change).result.access is access


def test_a_refusal_still_names_the_product(web: Any) -> None:
    page = type(web.pages("weaviate").page["GET /v1/meta"])
    refused = page('{"code":401}', 401, {"Access-Control-Allow-Headers": "Content-Type, X-Weaviate-Api-Key"})
    moved = page('{"links":{"href":"/v1","name":"api v1"}}', 301, {"Location": "/v1"})
    report = web.ask_with("web", "weaviate", {"GET /": moved, "GET /v1/meta": refused}, port=7).result
    assert (report.probe, report.product) == ("weaviate", "weaviate")
    report = web.ask("weaviate", {"GET /v1/meta": refused}).result
    assert (report.access, report.product, report.problems) == (Access.AUTH_REQUIRED, "weaviate", ())
