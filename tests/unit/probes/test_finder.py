from typing import Any

import msgspec
import pytest

from tieback.model.probe import Access, Outcome
from tieback.probes import WEB_STORES
from tieback.probes.finder import MAX_TRIES, is_plain_http

NAMES = [store.meta.name for store in WEB_STORES]


@pytest.mark.parametrize("name", NAMES)
def test_each_store_is_found_on_an_unusual_port(web: Any, name: str) -> None:
    expect = web.pages(name).expect
    played = web.ask_with("web", name, port=7)
    found = played.result
    if not expect.found:
        assert found.outcome is Outcome.PROTOCOL_MISMATCH
        return
    assert (found.outcome, found.probe, found.product) == (Outcome.OK, name, expect.product)
    # It says who answers and makes no statement about access.
    assert (found.access, found.containers, found.proofs) == (Access.UNKNOWN, (), ())
    assert len(played.sent) <= 1 + MAX_TRIES


@pytest.mark.parametrize("status", [200, 301, 401, 404, 500])
@pytest.mark.parametrize("body", ["<html>x</html>", '{"detail":"Not Found"}', "404 page not found\n", ""])
def test_a_plain_web_api_costs_few_requests(web: Any, status: int, body: str) -> None:
    pages = dict.fromkeys(web.pages("etcd").page, 404)
    page = type(web.pages("etcd").page["GET /version"])(body, status)
    played = web.ask_with("web", "etcd", {**pages, "GET /": page}, port=7)
    assert played.result.outcome is Outcome.PROTOCOL_MISMATCH
    assert is_plain_http(played.result)
    assert len(played.sent) <= 1 + MAX_TRIES


def test_what_speaks_no_http_may_be_anything(web: Any) -> None:
    known = web.ask_with("web", "etcd", port=7).result
    assert not is_plain_http(known)
    assert not is_plain_http(msgspec.structs.replace(known, problems=("answers GET with b'-ERR'",)))
