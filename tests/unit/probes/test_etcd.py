from base64 import b64encode
from typing import Any

import pytest

from tieback.model.probe import Access
from tieback.probes.etcd import prefixes

COUNT = 'POST /v3/kv/range {"key":"AA==","range_end":"AA==","count_only":true}'
DENIED = '{"error":"etcdserver: user name is empty","code":3,"message":"etcdserver: user name is empty"}'


def test_a_user_is_asked_for(web: Any) -> None:
    page = type(web.pages("etcd").page["GET /version"])(DENIED, 400)
    report = web.ask("etcd", {COUNT: page}).result
    assert (report.access, report.containers, report.version) == (Access.AUTH_REQUIRED, (), "3.5.16")


STATES = [
    # what differs, access
    ({COUNT: '{"header":{}}'}, Access.OPEN_EMPTY),
    ({COUNT: 401}, Access.AUTH_REQUIRED),
    ({COUNT: "nonsense"}, Access.UNKNOWN),
    # One proof alone is not enough.
    ({"POST /v3/auth/status {}": 403}, Access.PARTIAL),
    ({"POST /v3/auth/status {}": '{"header":{},"enabled":true}'}, Access.PARTIAL),
    ({COUNT: 404, "HEAD /v2/keys/": 200}, Access.PARTIAL),
    ({COUNT: 404, "HEAD /v2/keys/": 401}, Access.AUTH_REQUIRED),
    ({COUNT: 404}, Access.UNKNOWN),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_states(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("etcd", change).result.access is access


KEYS = [
    ("/registry/secrets/default/anna", "/registry/secrets/*"),
    ("/shop/customer77/anna", "/shop/customer#/*"),
    ("anna@hr.test", "*"),
    ("/anna", "*"),
]


@pytest.mark.parametrize(("key", "prefix"), KEYS)
def test_prefixes(key: str, prefix: str) -> None:
    assert prefixes([b64encode(key.encode()).decode(), "not base64!"]) == [prefix]
