from typing import Any

import pytest

from tieback.model.probe import Access

DESCRIBE = "GET /v1/vector/collections/describe?collectionName=people"
# As Milvus 2.3.5 answers.
OLD = {
    "POST /v2/vectordb/collections/list {}": 404,
    "POST /v2/vectordb/collections/get_stats": 404,
    "POST /v2/vectordb/entities/query": 404,
    DESCRIBE: '{"code":200,"data":{"collectionName":"people","description":"","enableDynamicField":true,"fields":['
    '{"autoId":true,"description":"","name":"id","primaryKey":true,"type":"Int64"},'
    '{"autoId":false,"description":"","name":"vector","primaryKey":false,"type":"FloatVector(4)"}],'
    '"indexes":[{"fieldName":"vector","indexName":"vector_idx","metricType":"L2"}],"load":"LoadStateLoaded",'
    '"shardsNum":1}}',
}
STATES = [
    # what differs, access
    ({"GET /v1/vector/collections": '{"code":1800,"message":"user hasn\'t authenticated"}'}, Access.AUTH_REQUIRED),
    # Other databases are not listed.
    ({"GET /v1/vector/collections": '{"code":200,"data":[]}'}, Access.SCHEMA_ONLY),
    ({"POST /v2/vectordb/collections/list {}": '{"code":1800}', DESCRIBE: 403}, Access.PARTIAL),
    ({"POST /v2/vectordb/collections/get_stats": '{"code":0,"data":{"rowCount":0}}'}, Access.PARTIAL),
    ({"POST /v2/vectordb/collections/get_stats": '{"code":100,"message":"no"}'}, Access.PARTIAL),
    ({"POST /v2/vectordb/collections/get_stats": 403}, Access.PARTIAL),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("milvus", change).result.access is access


def test_versions_before_2_4_have_collections_and_fields_and_no_rows(web: Any) -> None:
    played = web.ask("milvus", OLD)
    report = played.result
    (container,) = report.containers
    assert (report.access, container.records) == (Access.PARTIAL, None)
    assert [field.name for field in container.fields] == ["id", "vector", "$meta"]
    assert [proof.asked for proof in report.proofs] == [
        "GET /v1/vector/collections",
        "GET /v1/vector/collections/describe",
    ]
    assert not any(b"get_stats" in sent for sent in played.sent)
    assert report.problems == ("rows are not counted: this version has no request for their number",)
