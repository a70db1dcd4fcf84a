"""MinIO's console: a login page, never open."""

from typing import Any

import msgspec
import pytest

from tieback.model.probe import Access, Outcome

ASK = "GET /"
STATES: list[tuple[str, str, Access]] = [
    # what is replaced in the page, by what, access
    ("", "", Access.AUTH_REQUIRED),
    ("MinIO Console</title>", "Console</title>", Access.UNKNOWN),
    ("<title>", "", Access.UNKNOWN),
]


@pytest.mark.parametrize(("old", "new", "access"), STATES)
def test_access_by_the_page(web: Any, old: str, new: str, access: Access) -> None:
    page = web.pages("minio_console").page[ASK]
    changed = msgspec.structs.replace(page, body=page.body.replace(old, new) if old else page.body)
    assert web.ask("minio_console", {ASK: changed}).result.access is access


def test_nothing_but_the_root_is_requested(web: Any) -> None:
    """GET /api/v1/login can make the server contact its identity provider."""
    assert [sent.split(b" ")[1] for sent in web.ask("minio_console").sent] == [b"/"]


@pytest.mark.parametrize("answer", ["", "ok", "{}", "[]", "<html><title>Shop</title></html>", 401, 403, 404, 500])
def test_another_server_is_another(web: Any, answer: str | int) -> None:
    report = web.ask("minio_console", {ASK: answer}, port=7).result
    assert report.outcome is not Outcome.OK
    assert not report.access.exposed
