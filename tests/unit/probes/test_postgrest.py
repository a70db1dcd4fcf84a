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
def test_states(web: Any, status: int, content_range: str, access: Access) -> None:
    page = type(web.pages("postgrest").page["GET /"])(status=status, headers={"Content-Range": content_range})
    report = web.ask("postgrest", {"HEAD /people?select=*": page}).result
    assert report.access is access
    assert access is Access.OPEN or not any(container.records for container in report.containers)


def test_a_missing_key_is_supabases(web: Any) -> None:
    page = type(web.pages("postgrest").page["GET /"])
    root = page('{"message":"No API key found in request"}', 401, {"sb-project-ref": "abc"})
    report = web.ask("postgrest", {"GET /": root}, port=443).result
    assert (report.product, report.access) == ("supabase", Access.AUTH_REQUIRED)
