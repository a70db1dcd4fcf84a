from typing import Any

import pytest

from tieback.model.probe import Access


@pytest.mark.parametrize(
    ("status", "content_range", "access"),
    [
        (206, "0-0/137", Access.OPEN),
        (200, "*/137", Access.OPEN),
        # Row-level security and an empty table look alike.
        (200, "*/0", Access.UNKNOWN),
        (200, "*/*", Access.UNKNOWN),
        (200, "", Access.UNKNOWN),
        (401, "", Access.UNKNOWN),
        (401, "0-0/137", Access.UNKNOWN),
    ],
)
def test_access_state_by_server_answers(web: Any, status: int, content_range: str, access: Access) -> None:
    page = type(web.pages("postgrest").page["GET /"])(status=status, headers={"Content-Range": content_range})
    report = web.ask("postgrest", {"HEAD /people?select=*": page}).result
    assert report.access is access
    assert access is Access.OPEN or not any(container.records for container in report.containers)


@pytest.mark.parametrize(
    ("status", "content_range", "access", "records"),
    [
        (206, "0-0/137", Access.OPEN, ("estimate", 137)),
        (200, "0-0/1", Access.OPEN, ("lower_bound", 1)),
        (206, "0-0/*", Access.OPEN, ("lower_bound", 1)),
        # The planner does not know that row-level security hides every row.
        (200, "*/137", Access.UNKNOWN, None),
        (200, "*/0", Access.UNKNOWN, None),
        (401, "0-0/137", Access.UNKNOWN, None),
    ],
)
def test_without_scans_the_planner_estimates_and_one_row_is_the_proof(
    web: Any, status: int, content_range: str, access: Access, records: tuple[str, int] | None
) -> None:
    page = type(web.pages("postgrest").page["GET /"])(status=status, headers={"Content-Range": content_range})
    played = web.ask("postgrest", {"HEAD /people?select=*": page}, scans=False)
    report = played.result
    assert report.access is access
    (figure,) = [container.records for container in report.containers if container.name == "people"]
    assert records == (None if figure is None else (figure.quality, figure.value))
    assert not any(b"count=exact" in sent for sent in played.sent)


PROJECT = "abcdefghijklmnopqrst"
KEY = {"kind": "supabase_anon", "value": "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.made-up", "services": ["supabase"]}
DESCRIPTION = (
    '{"swagger":"2.0","info":{"title":"standard public schema","version":"12.2.3"},'
    '"definitions":{"people":{"properties":{"email":{"format":"text"}}}}}'
)


def supabase(web: Any, change: dict[str, Any], **more: object) -> Any:
    page = type(web.pages("postgrest").page["GET /"])
    gateway = {"sb-project-ref": PROJECT}
    asks = page('{"message":"No API key found in request"}', 401, gateway)
    pages = {"GET /": page('{"error":"requested path is invalid"}', 404, gateway), "GET /rest/v1/": asks}
    for place, value in change.items():
        pages[place] = page(**value)
    return web.ask("postgrest", pages, port=443, service="supabase", **more)


def test_supabase_project_without_a_key_requires_authentication(web: Any) -> None:
    played = supabase(web, {})
    report = played.result
    assert (report.product, report.access) == ("supabase", Access.AUTH_REQUIRED)
    assert report.identity.key == f"postgrest:project:{PROJECT}"
    assert any("public key is unknown" in problem for problem in report.problems)
    assert all(b"apikey" not in sent for sent in played.sent)


ROWS = {"status": 206, "headers": {"Content-Range": "0-0/137"}}
ONE = {"status": 206, "headers": {"Content-Range": "0-0/*"}}


@pytest.mark.parametrize(
    ("change", "access", "records"),
    [
        # Described, counted and shown.
        (
            {
                "GET /rest/v1/": {"body": DESCRIPTION},
                "HEAD /rest/v1/people?select=*": ROWS,
                "HEAD /rest/v1/people?select=*&limit=1": ONE,
            },
            Access.OPEN,
            137,
        ),
        # Newer projects describe themselves to no anonymous key.
        ({"HEAD /rest/v1/people?select=*": ROWS, "HEAD /rest/v1/people?select=*&limit=1": ONE}, Access.OPEN, 137),
        # One proof alone.
        ({"HEAD /rest/v1/people?select=*": ROWS}, Access.PARTIAL, 137),
        # Row-level security, or an empty table.
        ({"HEAD /rest/v1/people?select=*": {"status": 200, "headers": {"Content-Range": "*/0"}}}, Access.UNKNOWN, 0),
        ({"HEAD /rest/v1/people?select=*": {"status": 401}}, Access.UNKNOWN, 0),
    ],
)
def test_supabase_project_is_probed_with_the_public_key_of_the_app(
    web: Any, change: dict[str, Any], access: Access, records: int
) -> None:
    played = supabase(web, change, keys=[KEY], names=["people"])
    report = played.result
    assert report.access is access
    assert sum(one.records.value for one in report.containers if one.records) == records
    carried = [b"\r\napikey: eyJ" in sent for sent in played.sent]
    assert carried == [False] + [True] * (len(carried) - 1), "the key goes below /rest/v1/ alone"


SCHEMA = '{"data":{"__schema":{"queryType":{"fields":[{"name":"node"},{"name":"peopleCollection"}]}}}}'


def test_graphql_names_the_tables_that_the_description_does_not(web: Any) -> None:
    change = {
        "POST /graphql/v1": {"body": SCHEMA},
        "HEAD /rest/v1/people?select=*": ROWS,
        "HEAD /rest/v1/people?select=*&limit=1": ONE,
    }
    played = supabase(web, change, keys=[KEY])
    assert (played.result.access, [one.path for one in played.result.containers]) == (Access.OPEN, [("people",)])
    described = supabase(web, {"GET /rest/v1/": {"body": DESCRIPTION}, **change}, keys=[KEY])
    assert not [sent for sent in described.sent if b"graphql" in sent]


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 404},
        {"status": 400},
        {"body": '{"errors":[{"message":"Unknown field \\"__schema\\" on type Query"}]}'},
        {"body": "<html>"},
        {"body": '{"data":{"__schema":{"queryType":{"fields":[{"name":"node"},{"name":"Collection"}]}}}}'},
    ],
)
def test_a_project_without_graphql_names_no_table(web: Any, answer: dict[str, Any]) -> None:
    report = supabase(web, {"POST /graphql/v1": answer}, keys=[KEY]).result
    assert (report.access, report.containers) == (Access.UNKNOWN, ())
    said = any("GraphQL shows no schema" in text for text in report.problems)
    assert said is ("queryType" not in answer.get("body", "")), "nothing found is no silence"


def test_another_kind_of_key_is_not_sent(web: Any) -> None:
    for kind in ("supabase_service_role", "supabase_secret_key", "parse"):
        played = supabase(web, {}, keys=[{**KEY, "kind": kind}], names=["people"])
        assert all(b"apikey" not in sent for sent in played.sent)


def test_a_server_of_the_apps_own_gets_no_key(web: Any) -> None:
    played = web.ask("postgrest", port=3000, keys=[KEY])
    assert played.result.access is Access.OPEN
    assert all(b"apikey" not in sent for sent in played.sent)
