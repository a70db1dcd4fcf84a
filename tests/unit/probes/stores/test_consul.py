from typing import Any

import pytest

from tieback.model.figure import Figure, Quality, exact, lower_bound
from tieback.model.probe import Access, Privileges
from tieback.probes.stores.consul import mask_keys

STATES: list[tuple[dict[str, int | str], Access]] = [
    # what differs, access
    ({"GET /v1/kv/?keys": 403}, Access.AUTH_REQUIRED),
    ({"GET /v1/kv/?keys": 404}, Access.OPEN_EMPTY),
    ({"GET /v1/kv/?keys": "nonsense"}, Access.UNKNOWN),
    ({"GET /v1/catalog/services": 403}, Access.PARTIAL),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("consul", change).result.access is access


POLICIES = [
    # default policy, list of keys, access, number of keys, privileges
    ("allow", '["a","b"]', Access.OPEN, exact(2, "names of keys"), Privileges.ADMIN),
    ("deny", '["a","b"]', Access.PARTIAL, lower_bound(2, "names of keys"), Privileges.LIMITED),
    ("deny", "[]", Access.UNKNOWN, None, Privileges.NONE),
    ("", '["a"]', Access.OPEN, exact(1, "names of keys"), Privileges.UNKNOWN),
]


@pytest.mark.parametrize(("policy", "keys", "access", "records", "privileges"), POLICIES)
def test_an_empty_list_under_a_policy_of_denial_is_no_empty_store(
    web: Any, policy: str, keys: str, access: Access, records: Figure | None, privileges: Privileges
) -> None:
    page = type(web.pages("consul").page["GET /"])(keys, 200, {"X-Consul-Default-Acl-Policy": policy} if policy else {})
    report = web.ask("consul", {"GET /v1/kv/?keys": page}).result
    assert (report.access, report.privileges) == (access, privileges)
    assert [one.records for one in report.containers] == ([records] if records else [])
    assert bool(report.untested) == (records is None)


def test_a_list_beyond_the_limit_is_a_lower_bound(web: Any) -> None:
    keys = ",".join(f'"app/customer-{number:040}"' for number in range(40_000))
    (container,) = web.ask("consul", {"GET /v1/kv/?keys": f"[{keys}]"}).result.containers
    assert container.records.quality is Quality.LOWER_BOUND
    assert 15_000 < container.records.value < 40_000


@pytest.mark.parametrize("cut", [0, 40, 60, 75])
def test_a_recorded_list_has_no_name_and_the_same_number_of_keys(cut: int) -> None:
    body = b'["app/anna@hr.test","app/b\\"erta/17","caf\\u00e9"]'
    cut = min(cut, len(body))
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:cut], body[cut:]) if part) + b"0\r\n\r\n"
    for answer, end in (
        (b"Content-Length: 9\r\n\r\n" + body, b""),
        (b"Transfer-Encoding: chunked\r\n\r\n" + chunks, b"\r\n0\r\n"),
    ):
        masked = mask_keys(b"HTTP/1.1 200 OK\r\n" + answer)
        assert len(masked) == len(answer) + 17
        assert masked.count(b'"') == 6
        assert end in masked
        assert not any(word in masked for word in (b"anna", b"erta", b"caf", b"17"))


def test_a_refusal_names_it(web: Any) -> None:
    page = type(web.pages("consul").page["GET /"])
    refusal = page("Permission denied", 403, {"X-Consul-Default-Acl-Policy": "deny"})
    report = web.ask("consul", {"GET /v1/agent/self": refusal}, port=7).result
    assert (report.product, report.access) == ("consul", Access.AUTH_REQUIRED)
