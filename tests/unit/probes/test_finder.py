from typing import Any

import msgspec
import pytest

from tests.each import each
from tieback.model.probe import Access, Outcome
from tieback.probes import WEB_STORES
from tieback.probes.finder import MAX_TRIES, is_plain_http

NAMES = [store.meta.name for store in WEB_STORES]


@each("name", NAMES)
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


BASIC = {"WWW-Authenticate": 'Basic realm="Restricted"'}


@pytest.mark.parametrize(
    ("status", "headers", "proof"),
    [
        (401, BASIC, 'status 401: Basic realm="Restricted"'),
        (401, {"WWW-Authenticate": "Negotiate, NTLM"}, "status 401: Negotiate, NTLM"),
        (401, {"WWW-Authenticate": 'Digest qop="auth", realm="a", nonce="5f"'}, 'status 401: Digest realm="a"'),
        (401, {"WWW-Authenticate": "ApiKey"}, "status 401: ApiKey"),
        (407, {"Proxy-Authenticate": "Bearer"}, "status 407: Bearer"),
        (302, {"Location": "/login?next=%2F"}, "status 302: redirect to /login"),
        (303, {"Location": "https://id.acme.test/oauth2/auth?x=1"}, "status 303: redirect to https://id.acme.test/oauth2/auth"),
        (307, {"Location": "/accounts/sign_in"}, "status 307: redirect to /accounts/sign_in"),
    ],
)  # fmt: skip
def test_a_login_demand_at_the_root_is_an_answer(web: Any, status: int, headers: dict[str, str], proof: str) -> None:
    page = type(web.pages("etcd").page["GET /version"])("Authorization Required", status, headers)
    report = web.ask_with("web", "etcd", {"GET /": page, "GET /version": 404}, port=7).result
    assert (report.outcome, report.access, report.product) == (Outcome.OK, Access.AUTH_REQUIRED, "")
    assert [(one.answer, one.supports) for one in report.proofs] == [(proof, Access.AUTH_REQUIRED)]


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (401, {}),
        (403, BASIC),
        (200, BASIC),
        (401, {"WWW-Authenticate": "Unheard-Of"}),
        (401, {"Proxy-Authenticate": "Basic"}),
        (302, {"Location": "/blog/how-to-sign-in-faster"}),
        (302, {"Location": "https://login.acme.test/"}),
        (302, {"Location": "/app"}),
    ],
)
def test_other_refusals_and_redirects_decide_nothing(web: Any, status: int, headers: dict[str, str]) -> None:
    page = type(web.pages("etcd").page["GET /version"])("", status, headers)
    report = web.ask_with("web", "etcd", {"GET /": page, "GET /version": 404}, port=7).result
    assert (report.outcome, report.access) == (Outcome.PROTOCOL_MISMATCH, Access.UNKNOWN)


def test_a_challenge_behind_a_root_without_a_page_is_an_answer(web: Any) -> None:
    page = type(web.pages("solr").page["GET /solr/admin/info/system?wt=json"])
    change = {
        "GET /": page('{"url":"/","status":"404"}', 404),
        "GET /solr/admin/info/system?wt=json": page("", 401, BASIC),
    }
    report = web.ask_with("web", "solr", change, port=7).result
    assert (report.outcome, report.access, report.product) == (Outcome.OK, Access.AUTH_REQUIRED, "")
    # A server with a page of its own at the root is not closed because one path is.
    change["GET /"] = page('<a href="/solr/">', 200)
    assert web.ask_with("web", "solr", change, port=7).result.outcome is Outcome.PROTOCOL_MISMATCH


@pytest.mark.parametrize("location", ["/index.html", "http://127.0.0.1:7/index.html", "index.html", "./index.html#top"])
def test_a_redirect_of_the_same_origin_is_followed_once(web: Any, location: str) -> None:
    page = type(web.pages("hdfs").page["GET /"])
    change = {
        "GET /": page("", 302, {"Location": location}),
        "GET /index.html": page('<meta content="0;url=dfshealth.html">'),
    }
    played = web.ask_with("web", "hdfs", change, port=7)
    assert (played.result.probe, played.result.product) == ("hdfs", "hdfs")
    change["GET /index.html"] = page("", 302, {"Location": "/other"})
    sent = web.ask_with("web", "hdfs", change, port=7).sent
    assert [one.split(b" ")[1] for one in sent] == [b"/", b"/index.html"]


@pytest.mark.parametrize(
    "location",
    [
        "http://other.test/index.html", "https://127.0.0.1:7/index.html", "http://127.0.0.1:8/index.html",
        "//other.test/index.html", "/", "/a?b=c", "/../etc", "/.git", "/a/../b", "javascript:x", "/a b", "/%2e%2e/a",
        "/" + "a" * 65, "/a/b/c/d/e", "",
    ],
)  # fmt: skip
def test_no_other_redirect_is_followed(web: Any, location: str) -> None:
    page = type(web.pages("hdfs").page["GET /"])
    sent = web.ask_with("web", "hdfs", {"GET /": page("", 302, {"Location": location})}, port=7).sent
    assert [one.split(b" ")[1] for one in sent] == [b"/"]
