"""Fields beside a field decide what it is; without them, and with values of another form, it is nothing."""

import json

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.unit.leaks.test_sent import get, post, sent
from tieback.leaks.neighbours import class_by_neighbours, is_report_session, load_neighbours, needs_neighbours
from tieback.leaks.plausible import plain_name
from tieback.leaks.value import NamedValue
from tieback.model.flow import CleartextSample

UUID = "3d4e5f60-7182-493a-8b4c-5d6e7f809102"
PUSH = "cXk3Qm7vB2nR5tZ8wLc4d:APA91b" + "F6hJs1aGe0uKoYiTx9yXk3Qm7vB2nR5tZ8wLc4dPf6" * 3


def found(body: object, extra: bytes = b"") -> set[str]:
    return {one.pii_class for one in sent(post(body, extra=extra))}


@each(
    ("body", "pii_class"),
    [
        ({"phone": "+4915112345678", "code": "481920"}, "pin_otp"),
        ({"email": "ada@workhub.test", "twoFactorToken": "481920"}, "pin_otp"),
        ({"identifier": {"type": "m.id.user", "user": "adalove"}, "password": "Hill-Lamp-9"}, "username"),
        ({"email": "ada@workhub.test", "name": "Ada Lovelace"}, "person_name"),
        ({"iban": "DE89370400440532013000", "accountHolderName": "Ada Lovelace"}, "person_name"),
        ({"name": [{"use": "official", "family": "Lovelace", "given": ["Ada"]}]}, "person_name"),
        ({"guid": "F5EB01CC01A8E08CD83630828DE17C2B"}, "device_id"),
        ({"info": {"client_id": UUID, "app_build": "1", "os_version": "14"}}, "device_id"),
        ({"value": PUSH, "type": "gcm"}, "device_id"),
        ({"user_details": json.dumps({"byear": 1991, "plan": "pro"})}, "birth"),
        ({"patient": {"insurance_number": "M123456785"}}, "national_id"),
        ({"msgtype": "m.text", "body": "see you at eight in the park"}, "message_content"),
        ({"attributes": [{"key": "user.phone", "value": {"stringValue": "+4915112345678"}}]}, "phone"),
        ({"identifier": "phone:+4915112345678"}, "phone"),
        ({"pan": "5391234567890125"}, "payment_card"),
        ({"number": "5391234567890125", "cvc": "123"}, "payment_card"),
        ({"no": "5391234567890125", "expiryDate": "12/29"}, "payment_card"),
        ({"payment": {"card": "5391234567890125", "expMonth": 12}}, "payment_card"),
        ({"cvv": "123"}, "payment_card"),
        ({"signed": 'SIGNATURE.{"email":"ada@workhub.test"}'}, "email"),
    ],
)
def test_fields_beside_a_field_decide(body: object, pii_class: str) -> None:
    assert pii_class in found(body)


@each(
    "body",
    [
        {"code": "481920"},
        {"phone_layout": "wide", "code": "404", "message": "not found"},
        {"currency": "EUR", "to": "shop", "code": "5311"},
        {"user": "adalove", "page": 2},
        {"name": "Quiet Evening", "version": "1.2.3"},
        {"name": "the-sea"},
        {"guid": UUID, "title": "An article", "url": "https://news.test/a"},
        {"items": [{"guid": UUID}]},
        {"device_display_name": "Pixel Tablet", "app_display_name": "Element Chat"},
        {"client_name": "android-sdk", "client_version": "4.0.0"},
        {"files": ["icon@2x.png", "splash@1.5x.jpg"], "theme": "dark@2026.css"},
        {"session_id": UUID, "app_build": "412", "os_version": "14"},
        {"sessionId": "4821990317"},
        {"abi": "arm64-v8a"},
        {"enteredBy": "kitchen"},
        {"clientId": "3fjrekuxank9eaej3gcx", "sign": "0f1e2d3c"},
        {"attributes": [{"key": "color", "value": "red"}]},
        {"pan": "left", "zoom": 3},
        {"pan": "5391234567890126"},
        {"number": "5391234567890125", "shipped": 1},
        {"holder": "Ada Lovelace", "expiry": "12/29"},
        {"lat": "en", "state": "open"},
        {"address": "0x3f", "value": 12},
        {"address": "support"},
        {"iban": "DE00000000000000000000"},
        {"x": "DE36000000000000000000"},
    ],
)
def test_other_values_and_fields_alone_are_nothing(body: object) -> None:
    assert found(body) == set()


def test_a_session_without_a_report_stays_a_credential() -> None:
    assert found({"session_id": UUID, "room": 4}) == {"secret_token"}


def test_the_user_of_a_basic_login_is_read_and_an_empty_password_is_none() -> None:
    def header(text: bytes) -> bytes:
        from base64 import b64encode

        return b"Authorization: Basic " + b64encode(text) + b"\r\n"

    assert found({}, header(b"ada@workhub.test:Hill-Lamp-9")) == {"password", "email"}
    assert found({}, header(b"+4915112345678:Hill-Lamp-9")) == {"password", "phone"}
    assert found({}, header(b"2QsXwKpFabCdEfGhIjKlMnOp:")) == {"secret_token"}
    assert found({}, b"Authorization: Basic %%%%\r\n") == {"password"}


def test_a_device_in_a_scheme_of_names_and_values_is_read() -> None:
    line = b'Authorization: MediaBrowser Client="Android", DeviceId="f1e2d3c4b5a69788", Token="9c8b7a6958473625"\r\n'
    assert found({}, line) == {"secret_token", "device_id"}


def test_a_coded_value_in_the_path_is_read() -> None:
    from base64 import urlsafe_b64encode

    text = urlsafe_b64encode(b'{"kind":"user","email":"ada.lovelace@workhub.test"}').decode()
    assert {one.pii_class for one in sent(get(f"/contexts/{text}"))} == {"email"}


def test_logins_and_messages_of_xmpp_are_read() -> None:
    found = sent(
        CleartextSample("out", "websocket", b'<auth mechanism="PLAIN">AGFkYQBIaWxsLUxhbXAtOQ==</auth>'),
        CleartextSample("out", "websocket", b'<message to="b@c.test"><body>my knee hurts again</body></message>'),
    )
    assert {"username", "password", "message_content"} <= {one.pii_class for one in found}


WORDS = sorted({*load_neighbours().telemetry, *load_neighbours().code.names, *load_neighbours().login.beside, "zip"})


@given(
    name=st.sampled_from(WORDS) | st.text(max_size=20),
    value=st.text(max_size=40),
    around=st.sets(st.sampled_from(WORDS)),
)
def test_any_field_has_a_class_or_none(name: str, value: str, around: set[str]) -> None:
    pii_class, kind = class_by_neighbours([NamedValue("json:$.a", name, value)], around, set())
    assert bool(pii_class) >= bool(kind)
    assert not pii_class or needs_neighbours(plain_name(name))
    assert is_report_session(plain_name(name), [value], set()) is False


def test_a_name_is_in_one_rule_only() -> None:
    """A name in two rules would silently be judged by the last one."""
    rules = load_neighbours()
    tables = [getattr(rules, name) for name in rules.__struct_fields__ if name != "telemetry"]
    names = [name for rule in tables for name in rule.names]
    assert len(names) > 40
    assert [name for name in set(names) if names.count(name) > 1] == []
