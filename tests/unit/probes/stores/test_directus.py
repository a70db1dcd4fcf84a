"""Answers as Directus 11.3.5 gave them."""

from typing import Any

import pytest

from tieback.model.probe import Access

OAS, LIST = "GET /server/specs/oas", "GET /collections"
NONE = '{"openapi":"3.0.1","info":{"version":"11.3.5"},"paths":{"/server/ping":{}}}'
PEOPLE = "GET /items/people?aggregate%5Bcount%5D=*"
NEWS = "GET /items/news?aggregate%5Bcount%5D=*"


@pytest.mark.parametrize(
    ("change", "names", "access", "untested"),
    [
        ({}, [], Access.PARTIAL, ()),
        ({LIST: '{"data":[{"collection":"people"},{"collection":"directus_users"}]}'}, [], Access.OPEN, ()),
        ({PEOPLE: '{"data":[{"count":"0"}]}', NEWS: '{"data":[{"count":"0"}]}'}, [], Access.SCHEMA_ONLY, ()),
        # Nothing is described to an anonymous client.
        ({OAS: NONE}, [], Access.AUTH_REQUIRED, ()),
        ({OAS: NONE}, ["invoices"], Access.AUTH_REQUIRED, ()),
        # Without a description only the names of the app are known.
        ({OAS: 403}, ["people"], Access.PARTIAL, ("names of collections other than people",)),
        ({OAS: 403}, ["invoices"], Access.AUTH_REQUIRED, ("names of collections other than invoices",)),
        ({OAS: 403}, [], Access.UNKNOWN, ("names of collections",)),
        ({OAS: 403}, ["directus_users", "../x"], Access.UNKNOWN, ("names of collections",)),
    ],
)
def test_access_state_by_server_answers(
    web: Any, change: dict[str, int | str], names: list[str], access: Access, untested: tuple[str, ...]
) -> None:
    report = web.ask("directus", change, names=names).result
    assert (report.access, report.untested) == (access, untested)


def test_no_own_collection_is_requested(web: Any) -> None:
    listed = '{"data":[{"collection":"people"},{"collection":"directus_users"}]}'
    sent = web.ask("directus", {LIST: listed}, names=["directus_files"]).sent
    assert not any(b"/items/directus" in one for one in sent)


@pytest.mark.parametrize(
    ("shown", "version"),
    [("11.3.5", "11.3.5"), ("12.0.0-rc.1", "12.0.0-rc.1"), ("8e475ef928618dc9b84bbce1fde8c29cfec0caf6", ""), ("", "")],
)
def test_the_hash_of_the_description_is_no_version(web: Any, shown: str, version: str) -> None:
    described = f'{{"openapi":"3.0.1","info":{{"version":"{shown}"}},"paths":{{"/items/people":{{}}}}}}'
    assert web.ask("directus", {OAS: described}).result.version == version
