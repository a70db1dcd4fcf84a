from typing import Any

import pytest

from tieback.model.probe import Access

STATES = [
    # what differs, access
    # Some registries leave out what the client may not see.
    ({"GET /v2/_catalog?n=100": '{"repositories":[]}'}, Access.SCHEMA_ONLY),
    ({"GET /v2/_catalog?n=100": '{"repositories":null}'}, Access.SCHEMA_ONLY),
    ({"GET /v2/_catalog?n=100": 401}, Access.UNKNOWN),
    ({"GET /v2/base/tags/list": 401}, Access.PARTIAL),
    ({"GET /v2/base/tags/list": 401, "GET /v2/hr/app/tags/list": 401}, Access.SCHEMA_ONLY),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("docker_registry", change).result.access is access


def test_registry_that_requires_a_login_is_identified_by_its_header(web: Any) -> None:
    page = type(web.pages("docker_registry").page["GET /v2/"])
    headers = {"Docker-Distribution-Api-Version": "registry/2.0", "Www-Authenticate": "Bearer"}
    report = web.ask("docker_registry", {"GET /v2/": page("{}", 401, headers)}, port=7).result
    assert (report.product, report.access) == ("docker-registry", Access.AUTH_REQUIRED)


def test_invalid_repository_names_are_skipped(web: Any) -> None:
    listing = '{"repositories":["../../_catalog","a//b","a/../b","A","x?y","a/blobs/uploads/"]}'
    played = web.ask("docker_registry", {"GET /v2/_catalog?n=100": listing})
    assert len(played.sent) == 2
