from base64 import b64encode
from typing import Any

import pytest

from tieback.assess.leaves import records_total
from tieback.model.figure import Quality
from tieback.model.probe import Access, Privileges
from tieback.probes.stores.etcd import prefixes

READ = 'POST /v3/kv/range {"key":"AA==","count_only":true}'
STATUS = "POST /v3/maintenance/status {}"
ALL = 'POST /v3/kv/range {"key":"AA==","range_end":"AA==","count_only":true,"serializable":true}'
COUNT = 'POST /v3/kv/range {"key":"AA==","range_end":"AA==","count_only":true}'
KEYS_ONLY = 'POST /v3/kv/range {"key":"AA==","range_end":"AA==","keys_only":true,"limit":50}'
DENIED = '{"error":"etcdserver: user name is empty","code":3,"message":"etcdserver: user name is empty"}'


def test_login_is_required(web: Any) -> None:
    page = type(web.pages("etcd").page["GET /version"])(DENIED, 400)
    report = web.ask("etcd", {READ: page}).result
    assert (report.access, report.containers, report.version) == (Access.AUTH_REQUIRED, (), "3.5.16")


STATES = [
    # what differs, access
    ({COUNT: '{"header":{}}'}, Access.OPEN_EMPTY),
    ({READ: 401}, Access.AUTH_REQUIRED),
    ({READ: "nonsense"}, Access.UNKNOWN),
    # One proof alone is not enough.
    ({"POST /v3/auth/status {}": 403, KEYS_ONLY: 403}, Access.PARTIAL),
    ({"POST /v3/auth/status {}": '{"header":{},"enabled":true}', KEYS_ONLY: 403}, Access.PARTIAL),
    # Before 3.5 nothing tells whether authentication is on; names of keys are a proof too.
    ({"POST /v3/auth/status {}": 404}, Access.OPEN),
    ({READ: 404, "HEAD /v2/keys/": 200}, Access.PARTIAL),
    ({READ: 404, "HEAD /v2/keys/": 401}, Access.AUTH_REQUIRED),
    ({READ: 404}, Access.UNKNOWN),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("etcd", change).result.access is access


@pytest.mark.parametrize("gateway", ["/v3beta", "/v3alpha"])
def test_gateways_of_earlier_versions(web: Any, gateway: str) -> None:
    moved: dict[str, Any] = {
        key.replace("/v3/", f"{gateway}/"): page for key, page in web.pages("etcd").page.items() if "POST" in key
    }
    report = web.ask("etcd", {**{key: 404 for key in web.pages("etcd").page if "POST" in key}, **moved}).result
    assert report.access is Access.OPEN
    assert [container.records.value for container in report.containers] == [3]


@pytest.mark.parametrize(
    ("status", "privileges"),
    [
        ('{"header":{},"authRevision":"1"}', Privileges.ADMIN),
        ('{"header":{},"enabled":true}', Privileges.UNKNOWN),
        (404, Privileges.UNKNOWN),
    ],
)
def test_without_authentication_everybody_may_do_everything(web: Any, status: Any, privileges: Privileges) -> None:
    assert web.ask("etcd", {"POST /v3/auth/status {}": status}).result.privileges is privileges


SIZES = [
    # bytes in the status, whether the grant allows scans, the count that is asked, access
    (64 << 20, False, COUNT, Access.OPEN),
    ((64 << 20) + 1, False, None, Access.PARTIAL),
    ((64 << 20) + 1, True, ALL, Access.OPEN),
    (None, False, None, Access.PARTIAL),
]


@pytest.mark.parametrize(("size", "scans", "asked", "access"), SIZES)
def test_keys_of_a_large_database_are_counted_only_if_scans_are_allowed(
    web: Any, size: int | None, scans: bool, asked: str | None, access: Access
) -> None:
    status = f'{{"header":{{}},"dbSizeInUse":"{size}"}}' if size is not None else '{"header":{}}'
    played = web.ask("etcd", {STATUS: status, ALL: '{"header":{},"count":"3"}'}, scans=scans)
    sent = [one.partition(b"\r\n\r\n")[2].decode() for one in played.sent if b"range_end" in one]
    counted = [body for body in sent if "count_only" in body]
    assert counted == ([asked.split(" ", 2)[2]] if asked is not None else [])
    assert bool(sent) == bool(counted)
    assert played.result.access is access
    assert any("keys were not counted" in problem for problem in played.result.problems) == (asked is None)


SECOND = [
    # version, keys of v3, status of HEAD /v2/keys/, access, whether the second key space is listed
    ("3.4.23", 3, 200, Access.OPEN, True),
    ("3.5.16", 0, 200, Access.PARTIAL, True),
    ("3.5.16", 3, 404, Access.OPEN, False),
    ("3.5.16", 3, 401, Access.OPEN, False),
    ("3.6.0", 3, 200, Access.OPEN, False),
]


@pytest.mark.parametrize(("version", "keys", "status", "access", "listed"), SECOND)
def test_a_second_key_space_makes_the_total_a_lower_bound(
    web: Any, version: str, keys: int, status: int, access: Access, listed: bool
) -> None:
    change = {"HEAD /v2/keys/": status, "GET /version": f'{{"etcdserver":"{version}"}}'}
    played = web.ask("etcd", {**change, COUNT: f'{{"header":{{}},"count":"{keys}"}}'})
    report = played.result
    assert (report.access, ("v2 keys",) in [one.path for one in report.containers]) == (access, listed)
    total = records_total(report.containers)
    assert (total.value, total.quality) == (keys, Quality.LOWER_BOUND if listed else Quality.EXACT)
    assert any("API v2 were not counted" in problem for problem in report.problems) == listed
    assert any(sent.startswith(b"HEAD /v2") for sent in played.sent) == (version != "3.6.0")


KEYS = [
    ("/registry/secrets/default/anna", "/registry/secrets/*"),
    ("/shop/customer77/anna", "/shop/customer#/*"),
    ("anna@hr.test", "*"),
    ("/anna", "*"),
]


@pytest.mark.parametrize(("key", "prefix"), KEYS)
def test_prefixes(key: str, prefix: str) -> None:
    assert prefixes([b64encode(key.encode()).decode(), "not base64!"]) == [prefix]
