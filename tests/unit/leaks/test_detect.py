"""What leaked is named by class and place, and its value is never kept."""

import pytest

from tests.each import each
from tieback.intake.traffic.interface import SampledFlow
from tieback.leaks.detect import LeakDetector
from tieback.leaks.finds import mask_value
from tieback.model.document import encode
from tieback.model.flow import CleartextSample, Flow, FlowEvidence, Peer, Server


def flow(encrypted: bool | None = False) -> Flow:
    return Flow(
        path="run.pcap", app=None, client=Peer("127.0.0.1", 40000), server=Server("127.0.0.2", 80), transport="tcp",
        protocol="http", evidence=FlowEvidence.PAYLOAD, confidence=0.95, encrypted=encrypted, tls=None,
        bytes_out=1, bytes_in=1, packets_out=1, packets_in=1, start=0.0, end=1.0,
    )  # fmt: skip


JUDGE = LeakDetector()


REQUEST = CleartextSample(
    "out",
    "http",
    b"POST /v1/staff?page=2 HTTP/1.1\r\nAuthorization: Basic YWRhOnNlY3JldA==\r\nContent-Type: application/json\r\n\r\n"
    b'{"email":"ada.lovelace@workhub.test","vpn_pin":"482913","status":"active"}',
)


def test_leaks_name_class_place_and_direction() -> None:
    leaks = JUDGE(SampledFlow(flow(), (REQUEST,))).leaks
    assert {(leak.pii_class, leak.where, leak.direction) for leak in leaks} == {
        ("password", "header:authorization", "out"),
        ("email", "json:$.email", "out"),
        ("pin_otp", "json:$.vpn_pin", "out"),
    }


def test_no_value_is_kept() -> None:
    line = encode("flow", JUDGE(SampledFlow(flow(), (REQUEST,)))).decode()
    for value in ("ada.lovelace@workhub.test", "482913", "YWRhOnNlY3JldA=="):
        assert value not in line


def is_luhn(number: int) -> bool:
    digits = [int(digit) for digit in reversed(str(number))]
    return sum(digits[0::2] + [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]) % 10 == 0


def leaks_of(kind: str, data: bytes) -> set[tuple[str, str]]:
    found = JUDGE(SampledFlow(flow(), (CleartextSample("in", kind, data),))).leaks
    return {(leak.pii_class, leak.where) for leak in found}


def test_values_under_meaningless_names_are_classified() -> None:
    body = b'HTTP/1.1 200 OK\r\n\r\n{"x":"ada.lovelace@workhub.test","y":"DE89370400440532013000","status":"active"}'
    assert leaks_of("http", body) == {("email", "json:$.x"), ("bank_account", "json:$.y")}


def test_many_values_of_one_name_are_judged_together() -> None:
    numbers = [number for number in range(4_556_737_586_000_000, 4_556_737_586_009_999, 677) if is_luhn(number)]
    numbers += [number + 18 for number in range(4_916_338_506_000_000, 4_916_338_506_000_900) if is_luhn(number + 18)]
    rows = b",".join(b'{"c":"%d"}' % number for number in numbers[:20])
    assert leaks_of("http", b"HTTP/1.1 200 OK\r\n\r\n[" + rows + b"]") == {("payment_card", "json:$[].c")}


@each(
    ("kind", "data", "leaks"),
    [
        ("http", b"GET /users/ada%40workhub.test HTTP/1.1\r\n\r\n", {("email", "path:2")}),
        ("http", b"GET / HTTP/1.1\r\nX-Y: ada@workhub.test\r\n\r\n", {("email", "header:x-y")}),
        (
            "http",
            b"GET / HTTP/1.1\r\nCookie: m=ada@workhub.test; sid=0123456789abcdef\r\n\r\n",
            {("email", "cookie:m"), ("secret_token", "header:cookie")},
        ),
        ("http", b"GET / HTTP/1.1\r\nCookie: NID=7a8b9c\r\n\r\n", {("secret_token", "header:cookie")}),
        ("http", b'HTTP/1.1 200 OK\r\n\r\n{"cc":"DE","phone":"1","address":"0"}', set()),
        ("http", b'HTTP/1.1 200 OK\r\n\r\n{"header":{"page":"2"}}', set()),
        ("http", b"HTTP/1.1 200 OK\r\n\r\nsent to ada@workhub.test and bob@workhub.test", {("email", "text")}),
        ("http", b'HTTP/1.1 200 OK\r\n\r\n["ada@workhub.test"]', {("email", "json:$[]")}),
        ("redis", b"$16\r\nada@workhub.test\r\n", {("email", "answer")}),
        ("sql", b"INSERT INTO t VALUES (1, 'ada@workhub.test')", {("email", "column:t.2")}),
        ("mqtt", b"ada@workhub.test", {("email", "text")}),
        ("other", b"FROM:<ada@workhub.test>", {("email", "text")}),
        ("http", b"GET /v1/items/1234567890123?t=1700000000&v=1.2.3&q=blue+socks HTTP/1.1\r\n\r\n", set()),
        ("http", b"GET / HTTP/1.1\r\nX-Request-Id: 550e8400-e29b-41d4-a716-446655440000\r\n\r\n", set()),
        ("http", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\nmail info@shop.test", set()),
    ],
)
def test_leaks_by_value_form(kind: str, data: bytes, leaks: set[tuple[str, str]]) -> None:
    assert leaks_of(kind, data) == leaks


def test_a_credential_without_a_name_is_found_by_its_form() -> None:
    key = (
        b"-----BEGIN RSA PRIVATE KEY-----\n" + b"MIIEowIBAAKCAQEAq7BFUpkGp3LQmlQYx2eqzDV+xeG8kx/sQFV18S5JhzGeIJNA\n" * 8
    )
    key += b"-----END RSA PRIVATE KEY-----"
    assert leaks_of("other", b"HELLO " + key) == {("secret_token", "credential:private_key")}


def test_a_public_key_under_the_name_of_a_secret_is_not_a_leak() -> None:
    key = b'contentful_access_token = "qGQ7yk7n5iNal3kj2UW4luGZsM0N7bmOZCoeTqXCBc6"'
    assert leaks_of("other", b"HELLO " + key) == set()
    assert leaks_of("other", b"HELLO " + key.replace(b"contentful", b"other")) == {
        ("secret_token", "credential:generic_secret")
    }


def test_values_that_contradict_the_name_are_not_a_leak() -> None:
    assert leaks_of("http", b'HTTP/1.1 200 OK\r\n\r\n[{"phone":"true"},{"phone":"false"},{"phone":"true"}]') == set()


def test_encrypted_flows_are_skipped() -> None:
    assert JUDGE(SampledFlow(flow(encrypted=True), (REQUEST,))).leaks == ()


@pytest.mark.parametrize(
    ("value", "masked"),
    [("ada.lovelace@workhub.test", "a…t (25)"), ("482913", "4…3 (6)"), ("1234", "… (4)"), ("", "… (0)")],
)
def test_values_are_masked(value: str, masked: str) -> None:
    assert mask_value(value) == masked


def test_masks_cannot_write_to_a_terminal() -> None:
    assert mask_value("\x1b[31mred\x07") == "?…? (9)"
