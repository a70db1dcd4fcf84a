from typing import Any

import pytest

from tieback.model.probe import Access, Outcome
from tieback.model.public_key import PublicKey
from tieback.probes.stores.algolia import AlgoliaProbe

KEY = "ea23143b0a87f416437cb3347b773ee9"
RIGHTS = f"GET /1/keys/{KEY}?x-algolia-application-id=B1G2GM9NG0"


@pytest.mark.parametrize(
    ("acl", "access", "said"),
    [
        ('["search"]', Access.UNKNOWN, "permissions of the app's key: search"),
        ('["search","browse"]', Access.PARTIAL, "permissions of the app's key: browse, search"),
        ('["search","addObject","deleteIndex"]', Access.UNKNOWN, "also allows changing data: addObject, deleteIndex"),
        ('["<b>search"]', Access.UNKNOWN, "permissions of the app's key: "),
    ],
)
def test_rights_of_the_apps_own_key(web: Any, acl: str, access: Access, said: str) -> None:
    report = web.ask("algolia", {RIGHTS: f'{{"acl":{acl}}}'}).result
    assert (report.outcome, report.access) == (Outcome.OK, access)
    assert any(said in problem for problem in report.problems)
    assert not any("<" in problem for problem in report.problems)


@pytest.mark.parametrize(
    "keys",
    [
        [],
        # Never an administrator's, whatever it looks like.
        [PublicKey("algolia_admin_key", KEY)],
        [PublicKey("algolia_search_key", "not hexadecimal")],
    ],
)
def test_no_other_key_is_sent(web: Any, keys: list[PublicKey]) -> None:
    played = web.ask("algolia", keys=keys)
    assert len(played.sent) == 1
    assert played.result.access is Access.UNKNOWN


def test_key_in_path_and_header_is_declared(web: Any) -> None:
    played = web.ask("algolia")
    brought = [send.keys(data) for data in played.sent for send in AlgoliaProbe.meta.sends if send.matches(data)]
    assert brought == [frozenset(), frozenset((KEY,))]


def test_a_key_that_the_application_does_not_know(web: Any) -> None:
    assert web.ask("algolia", {RIGHTS: 404}).result.access is Access.UNKNOWN
    assert web.ask("algolia", {RIGHTS: 403}).result.access is Access.UNKNOWN
