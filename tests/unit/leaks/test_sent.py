"""What the app sent is listed by class and place, encrypted on the wire or not, and its value is never kept."""

import json
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote

import pytest

from tests.each import each
from tieback.intake.traffic.interface import SampledFlow
from tieback.leaks.detect import LeakDetector
from tieback.leaks.identifiers import identifier_kind
from tieback.leaks.trackers import Trackers
from tieback.model.document import encode
from tieback.model.flow import CleartextSample, ContentState, Flow, FlowEvidence, Peer, SentData, Server

JUDGE = LeakDetector()
GAID = "38400000-8cf0-11bd-b23e-10b96e40000d"


def flow(host: str = "api.workhub.test", *, encrypted: bool | None = True) -> Flow:
    return Flow(
        path="run.har", app=None, client=Peer("", None), server=Server("192.0.2.7", 443, host), transport="http",
        protocol="http", evidence=FlowEvidence.PAYLOAD, confidence=0.99, encrypted=encrypted, tls=None,
        bytes_out=1, bytes_in=1, packets_out=0, packets_in=0, start=0.0, end=1.0,
    )  # fmt: skip


def post(body: object, path: str = "/v1", extra: bytes = b"") -> CleartextSample:
    head = f"POST {path} HTTP/1.1\r\nContent-Type: application/json\r\n".encode()
    return CleartextSample("out", "http", head + extra + b"\r\n" + json.dumps(body).encode())


def get(target: str) -> CleartextSample:
    return CleartextSample("out", "http", f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())


def sent(*samples: CleartextSample, host: str = "api.workhub.test") -> tuple[SentData, ...]:
    return JUDGE(SampledFlow(flow(host), samples)).sent


def classes(*samples: CleartextSample, host: str = "api.workhub.test") -> set[tuple[str, str]]:
    return {(one.pii_class, one.kind) for one in sent(*samples, host=host)}


def test_an_encrypted_flow_has_no_leaks_and_says_what_the_app_sent() -> None:
    seen = JUDGE(SampledFlow(flow(), (post({"email": "ada.lovelace@workhub.test"}),)))
    assert seen.leaks == ()
    assert [(one.pii_class, one.where, one.channel, one.count) for one in seen.sent] == [
        ("email", "json:$.email", "http", 1)
    ]
    assert seen.content is ContentState.READ
    assert "ada" not in encode("flow", seen).decode()


def test_a_cleartext_flow_has_both() -> None:
    seen = JUDGE(SampledFlow(flow(encrypted=False), (post({"email": "ada.lovelace@workhub.test"}),)))
    assert [leak.pii_class for leak in seen.leaks] == [one.pii_class for one in seen.sent] == ["email"]


def basic(user: str) -> bytes:
    return b"Authorization: Basic " + b64encode(f"{user}:hunter2-hunter2".encode()) + b"\r\n"


SENT_BODIES = (
    post({"from": "ada", "to": "bob", "text": "I will be at the station at nine tonight"}),
    post({"installed_apps": ["com.shop.one", "com.shop.two", "com.bank.three", "org.chat.four"]}),
    post(
        {
            "contacts": [
                {"name": "Bob Miller", "phone": "+4917612345678"},
                {"name": "Eve Hall", "phone": "+4917612345679"},
            ]
        }
    ),
    post({"phone": "+4917612345678", "code": "482913"}),
    post({"email": "ada.lovelace@workhub.test", "name": "Ada Lovelace"}),
    post({"user": "ada-lovelace", "password": "S3cret-and-long"}),
    post({"user": {"id": "7718-2231"}}),
    post({"pan": "5391234567890125", "cvc": "123", "expiry": "12/29", "holder": "Ada Lovelace"}),
    post({"kvnr": "A123456789", "byear": "1985"}),
    post({}, extra=basic("ada.lovelace@workhub.test")),
    get("/config?guid=3f8a1b2c-4d5e-4f60-8a7b-9c0d1e2f3a4b"),
    get("/config?client_ip=203.0.113.7"),
    CleartextSample("out", "http", b"GET / HTTP/1.1\r\nCookie: session=8f3kd93jf02kd83j; _ga=GA1.2.93.17\r\n\r\n"),
)


@each("sample", SENT_BODIES)
def test_all_that_an_app_sent_in_cleartext_is_a_leak(sample: CleartextSample) -> None:
    """A row of the recipients "in the clear" is never beside a server with "none found"."""
    seen = JUDGE(SampledFlow(flow(encrypted=False), (sample,)))
    assert seen.sent
    assert {(one.pii_class, one.where) for one in seen.leaks} == {(one.pii_class, one.where) for one in seen.sent}
    assert JUDGE(SampledFlow(flow(encrypted=True), (sample,))).leaks == ()


TOKEN = ".".join(
    urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
    for part in ({"alg": "HS256", "typ": "JWT"}, {"iss": "w", "email": "ada.lovelace@workhub.test", "n": "x" * 900})
) + ".c2lnbmF0dXJlLXNpZ25hdHVyZS1zaWduYXR1cmU"  # fmt: skip


@each(
    ("sample", "place"),
    [
        (post({}, extra=f"Authorization: Bearer {TOKEN}\r\n".encode()), "header:authorization"),
        (post({}, extra=f"X-Auth-Token: {TOKEN}\r\n".encode()), "header:x-auth-token"),
        (post({}, extra=f"X-Access-Token: {TOKEN}\r\n".encode()), "header:x-access-token"),
        (post({}, extra=f"Cookie: session={TOKEN}\r\n".encode()), "cookie:session"),
        (post({"access_token": TOKEN}), "json:$.access_token"),
        (get(f"/v1?access_token={TOKEN}"), "query:access_token"),
        (get(f"/login/{TOKEN}"), "path:2"),
    ],
)
def test_a_token_counts_once_and_its_claims_are_read_wherever_it_is(sample: CleartextSample, place: str) -> None:
    found = sent(sample)
    assert [one.where for one in found if one.pii_class == "email"] == [f"{place}(jwt).email"]
    assert sum(one.count for one in found if one.pii_class == "secret_token") == 1


def test_two_tokens_count_twice() -> None:
    other = f"{TOKEN[:-26]}QWxhZGRpbjpvcGVuIHNlc2FtZQ"  # only the signature differs
    found = sent(post({"note": f"see {other}"}, extra=f"Authorization: Bearer {TOKEN}\r\n".encode()))
    assert sum(one.count for one in found if one.pii_class == "secret_token") == 2


def test_what_the_server_sent_is_not_listed() -> None:
    answer = CleartextSample("in", "http", b'HTTP/1.1 200 OK\r\n\r\n{"email":"ada.lovelace@workhub.test"}')
    seen = JUDGE(SampledFlow(flow(), (answer,)))
    assert seen.sent == ()
    assert seen.content is ContentState.ENCRYPTED


@pytest.mark.parametrize(
    ("encrypted", "samples", "state"),
    [
        (True, (), ContentState.ENCRYPTED),
        (False, (), ContentState.NOT_READ),
        (None, (), ContentState.NOT_READ),
        (True, (get("/"),), ContentState.READ),
    ],
)
def test_nothing_found_and_nothing_readable_are_two_answers(
    encrypted: bool | None, samples: tuple[CleartextSample, ...], state: ContentState
) -> None:
    seen = JUDGE(SampledFlow(flow(encrypted=encrypted), samples))
    assert seen.sent == ()
    assert seen.content is state


def test_a_flow_document_keeps_its_verdict() -> None:
    first = JUDGE(SampledFlow(flow(), (post({"email": "ada.lovelace@workhub.test"}),)))
    assert JUDGE(SampledFlow(first)) == first


@each(
    ("body", "found"),
    [
        ({"device": {"ifa": GAID}}, ("device_id", "advertising identifier")),
        ({"android_id": "9774d56d682e549d"}, ("device_id", "Android ID")),
        ({"idfv": GAID}, ("device_id", "identifier for vendor")),
        ({"imei": "490154203237518"}, ("device_id", "IMEI")),
        ({"wifi_mac": "3c:22:fb:01:02:03"}, ("device_id", "MAC address")),
        ({"fcm_token": "c" * 22 + ":APA91b" + "xY9_" * 30}, ("device_id", "push token")),
        ({"latitude": 52.52001, "longitude": 13.40495}, ("geo_location", "precise")),
        ({"latitude": 52.5, "longitude": 13.4}, ("geo_location", "coarse")),
        ({"contacts": [{"phone": "+4930123456"}, {"phone": "+4930123457"}]}, ("contact_list", "")),
        ({"installed_apps": ["org.a.one", "org.b.two", "org.c.three"]}, ("app_list", "")),
    ],
)
def test_kinds(body: object, found: tuple[str, str]) -> None:
    assert found in classes(post(body))


@pytest.mark.parametrize(
    "body",
    [
        {"idfa": "00000000-0000-0000-0000-000000000000"},
        {"mac": "02:00:00:00:00:00"},
        {"android_id": "unknown"},
        {"ifa": "12"},
        {"installed_apps": ["org.a.one"]},
    ],
)
def test_placeholders_are_no_identifiers(body: object) -> None:
    assert not classes(post(body))


def test_the_channel_is_that_of_the_message() -> None:
    found = sent(
        CleartextSample("out", "mqtt", b'{"email":"ada.lovelace@workhub.test"}'),
        CleartextSample("out", "websocket", b'{"email":"ada.lovelace@workhub.test"}'),
    )
    assert [one.channel for one in found] == ["mqtt", "websocket"]


def test_equal_credentials_have_equal_marks_and_others_have_none() -> None:
    one, *_ = sent(get("/?access_token=0f8fad5bd9cb469fa16570867728950e"))
    two, *_ = sent(get("/?access_token=0f8fad5bd9cb469fa16570867728950e"), host="other.test")
    three, *_ = sent(get("/?access_token=1f8fad5bd9cb469fa16570867728950f"))
    assert one.mark == two.mark != three.mark
    assert (
        LeakDetector()(SampledFlow(flow(), (get("/?access_token=0f8fad5bd9cb469fa16570867728950e"),))).sent[0].mark
        != one.mark
    )
    assert all(not one.mark for one in sent(post({"email": "ada.lovelace@workhub.test"})))


def test_a_documented_field_of_a_tracking_service() -> None:
    body = CleartextSample(
        "out",
        "http",
        b"POST /session HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n"
        b"gps_adid=" + GAID.encode() + b"&device_name=Pixel+8&os_name=android&fb_anon_id=XZ0f8fad5bd9cb469f",
    )
    found = {(one.kind, one.tracker) for one in sent(body, host="app.adjust.com")}
    assert found == {
        ("advertising identifier", "Adjust (POST body)"), ("device identifier of the tracker", "Adjust (POST body)")
    }  # fmt: skip
    assert not Trackers().of("app.adjust.com", [get("/other?x=1")])
    assert not Trackers().of("app.adjust.com.test", [body])


def test_the_data_of_the_services_is_whole() -> None:
    every = Trackers()._every
    assert len(every) > 100
    assert all(one.addresses.pattern and one.hosts.pattern and one.by_end for one in every)


def test_a_name_alone_is_no_identifier() -> None:
    assert identifier_kind("idfa", [GAID])
    assert not identifier_kind("idfa", ["enabled"])
    assert not identifier_kind("color", [GAID])


def test_a_cookie_behind_many_long_ones_is_found() -> None:
    cookies = "; ".join(f"c{number}=wordwordword" for number in range(40)) + "; _ga=GA1.2.1234567890.1234567890"
    assert len(cookies) > 512
    sample = CleartextSample("out", "http", f"GET / HTTP/1.1\r\nCookie: {cookies}\r\n\r\n".encode())
    assert "device_id" in {one.pii_class for one in sent(sample)}


@each(
    ("field", "value", "kind"),
    [
        ("location", "6.524379,3.379206", "precise"),
        ("near", "52.520008, 13.404954", "precise"),
        ("ll", "-33.865143;151.209900", "precise"),
        ("location", "2.1,3.2", None),
        ("location", "91.524379,3.379206", None),
        ("scale", "6.524379,3.379206", None),
        ("q", "Lagos", None),
    ],
)
def test_coordinates_in_a_field_for_places(field: str, value: str, kind: str | None) -> None:
    found = {one.kind for one in sent(get(f"/v1?{field}={quote(value)}")) if one.pii_class == "geo_location"}
    assert found == ({kind} if kind else set())
