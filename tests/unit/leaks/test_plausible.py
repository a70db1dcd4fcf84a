"""Values that a name suggests and the content denies, and those that stay: one table for each class."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.unit.leaks.test_detect import JUDGE, flow
from tieback.intake.traffic.interface import SampledFlow
from tieback.leaks.plausible import beside, is_plausible, load_words, plain_name
from tieback.leaks.value import NamedValue
from tieback.model.flow import CleartextSample


def answer(body: str, direction: str = "in") -> set[tuple[str, str]]:
    """The leaks of one JSON message: class and place."""
    start = "HTTP/1.1 200 OK" if direction == "in" else "POST / HTTP/1.1"
    data = f"{start}\r\nContent-Type: application/json\r\n\r\n{body}".encode()
    found = JUDGE(SampledFlow(flow(), (CleartextSample(direction, "http", data),))).leaks
    return {(leak.pii_class, leak.where) for leak in found}


def request(target: str, headers: str = "") -> set[tuple[str, str]]:
    data = f"GET {target} HTTP/1.1\r\n{headers}\r\n".encode()
    found = JUDGE(SampledFlow(flow(), (CleartextSample("out", "http", data),))).leaks
    return {(leak.pii_class, leak.where) for leak in found}


@each(
    "body",
    [
        '{"msg":"success"}',
        '{"code":0,"msg":"Your order was placed and is on its way to the shop"}',
        '{"ret":-1,"msg":"invalid appkey"}',
        '{"status":200,"message":"OK"}',
        '{"msg":"EXCEPTION_RETURN_EMPTY"}',
        '{"message":"request timeout"}',
        '{"success_msg":"Update not pushed for area."}',
        '{"errorMessage":"The session has expired"}',
        '{"messageContent":"Fri Feb 19 20:27:49 EET 2016"}',
        '{"message":"2026-11-27T10:00:00Z"}',
        '{"message":"https://shop.test/terms"}',
        '{"data":[{"posters":[{"image_path":"http://pic.shop.test/releases/291/5903-a202aa4b.jpg"}]}]}',
        '{"data":{"retina_image_path":"http://pic.shop.test/releases/5903.jpg"}}',
        '{"actors":[{"name":"Michael Kelly"}],"directors":[{"name":"Louis Leterrier"}]}',
        '{"data":{"cities":[{"name":"Maria Enzersdorf"}]}}',
        '{"hostname":"celery@test.workhub.test"}',
        '{"worker":"celery@node1.workhub.test"}',
        '{"data":{"pw":"k2T="}}',
        '{"phone":"nw=;sig=-1;creg="}',
        '{"phone":"none"}',
        '{"password":"null"}',
        '{"gender":"unknown"}',
        '{"status":"success","user":"ok","message":"Login successful"}',
        '{"errors":[{"message":"Cannot query field x on type Query"}]}',
        '{"title":"Dr. No","director":"Terence Young","cast":["Sean Connery"]}',
        '{"sku":"77","photo":"https://cdn.shop.test/p/3.jpg"}',
        '{"nextPageToken":"CAUQAAx7Lw0pTn5Yb3"}',
        '{"token":"guest"}',
    ],
)
def test_what_a_service_answers_is_not_personal_data(body: str) -> None:
    assert answer(body) == set()


@each(
    ("body", "pii_class", "where"),
    [
        ('{"from":"ada","to":"bob","msg":"success"}', "message_content", "json:$.msg"),
        ('{"msg":"See you at five in front of the old cinema"}', "message_content", "json:$.msg"),
        ('{"message":"I am late, my train failed"}', "message_content", "json:$.message"),
        ('{"chat_id":7,"message":"request denied"}', "message_content", "json:$.message"),
        ('{"user":{"photo":"https://cdn.shop.test/users/7/photo.jpg"}}', "biometric_media", "json:$.user.photo"),
        ('{"avatar":"https://cdn.shop.test/a/7.png"}', "biometric_media", "json:$.avatar"),
        ('{"customer":{"name":"Ada Lovelace","email":"ada@workhub.test"}}', "person_name", "json:$.customer.name"),
        ('{"hostmaster":"ada@workhub.test"}', "email", "json:$.hostmaster"),
        ('{"password":"k2T="}', "password", "json:$.password"),
        ('{"user":"ada","pw":"k2T="}', "password", "json:$.pw"),
        ('{"phone":"+49 30 901820"}', "phone", "json:$.phone"),
        ('{"gender":"female"}', "demographic", "json:$.gender"),
        ('{"user_id":7,"message":"The doctor wants to see the results again"}', "message_content", "json:$.message"),
        ('{"access_token":"kZ8rQ2mVx7Lw0pTn5Yb3"}', "secret_token", "json:$.access_token"),
    ],
)
def test_what_is_about_people_stays(body: str, pii_class: str, where: str) -> None:
    assert (pii_class, where) in answer(body)


@each(
    ("target", "headers"),
    [
        ("/a?origin=haggler-mintegral021", ""),
        ("/a?origin=https://shop.test", ""),
        ("/a?origin=app", ""),
        ("/a?bssid=02:00:00:00:00:00", ""),
        ("/a?android_id=9774d56d682e549c", ""),
        ("/a?imei=000000000000000", ""),
        ("/a?gaid=00000000-0000-0000-0000-000000000000", ""),
        ("/a?device_id=com.sceneway.kankan", ""),
        ("/a?device_id=unknown", ""),
        ("/a?language=en&lang=zh-TW", ""),
        ("/a", "client-language: zh-TW\r\n"),
        ("/a", "X-Backend-Header-RTT: 0.0008\r\n"),
        ("/a", "X-Response-Time: 13\r\nX-Request-Id: 8372916405\r\nX-Envoy-Upstream-Service-Time: 12\r\n"),
        ("/a", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"),
        ("/a", "Cookie: lang=en-us; yummy_cookie=choco\r\n"),
        ("/rv/endv4.html?mof=1&mof_uid=91199&unit_id=8881&sdk_version=mal_8.7.4", ""),
        ("/api/dashboards?dashboardUID=cIBgcSjkk&campaign_uid=20177", ""),
    ],
)
def test_names_of_programs_and_servers_are_not_personal_data(target: str, headers: str) -> None:
    assert request(target, headers) == set()


@each(
    ("target", "headers", "leak"),
    [
        ("/a?origin=LIS&destination=BER", "", ("travel", "query:origin")),
        ("/a?origin=Lisbon&destination=Berlin", "", ("travel", "query:origin")),
        ("/a?uid=91199", "", ("person_id", "query:uid")),
        ("/a?app_user_uid=91199", "", ("person_id", "query:app_user_uid")),
        ("/a", "client-uid: F5EB01CC01A8E08CD83630828DE17C2B\r\n", ("person_id", "header:client-uid")),
        ("/a?bssid=3c:5a:b4:01:9f:22", "", ("device_id", "query:bssid")),
        ("/a?android_id=b9e28776354d259e", "", ("device_id", "query:android_id")),
        ("/a?gaid=5ac6a0ff-8d18-47bc-a902-2812cf0c251e", "", ("device_id", "query:gaid")),
        ("/a", "X-Request-User: ada@workhub.test\r\n", ("email", "header:x-request-user")),
        ("/a", "X-User-Email: ada@workhub.test\r\n", ("email", "header:x-user-email")),
        ("/a", "Cookie: lang=en-us; sid=0123456789abcdef\r\n", ("secret_token", "header:cookie")),
        ("/a", "Cookie: _ga=GA1.2.996834645.1605768991\r\n", ("device_id", "header:cookie")),
    ],
)
def test_identifiers_and_journeys_stay(target: str, headers: str, leak: tuple[str, str]) -> None:
    assert leak in request(target, headers)


GUID = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"


@each(
    "body",
    [
        '{"grant_type":"password","client_id":"4711","scope":"openid"}',
        f'{{"grant_type":"refresh_token","clientId":"{GUID}"}}',
        '{"client_id":"mobile"}',
        f'{{"server_client_id":"{GUID}"}}',
        '{"oauthClientId":"a1b2c3"}',
        '{"client_key":"awx1y2z3"}',
        f'{{"tenant_id":"{GUID}","client_id":"{GUID}"}}',
        f'{{"tenantId":"{GUID}"}}',
        '{"app_id":"1:123456:android:abcdef"}',
        '{"application_id":4711}',
        '{"partner_id":4711}',
    ],
)
def test_keys_of_programs_and_companies_are_no_person(body: str) -> None:
    assert answer(body, "out") == set()


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        ("/authorize?response_type=code&client_id=4711&redirect_uri=app://back&code_challenge=x", ""),
        (f"/photos?client_id={GUID}", ""),
        ("/photos", "Client-ID: kimne78kx3ncx6brgo4mv6wki5h1ko\r\n"),
        ("/photos", "X-Client-Id: android-42\r\n"),
        ("/photos", f"X-IBM-Client-Id: {GUID}\r\n"),
    ],
)
def test_keys_of_programs_in_requests_are_no_person(target: str, headers: str) -> None:
    assert request(target, headers) == set()


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ('{"client_id":4711}', "json:$.client_id"),
        (f'{{"client_id":"{GUID}","balance":12}}', "json:$.client_id"),
        ('{"customer_id":4711}', "json:$.customer_id"),
        ('{"client_uid":"F5EB01CC01A8E08CD83630828DE17C2B"}', "json:$.client_uid"),
    ],
)
def test_keys_of_customers_stay(body: str, where: str) -> None:
    assert ("person_id", where) in answer(body, "out")


@pytest.mark.parametrize(
    "name", ["msg", "token", "origin", "photo", "phone", "device_id", "password", "email", "gender"]
)
@pytest.mark.parametrize("value", ["\\ud800AKIAQ3EGRZ7YTPK5WUNB", "\\udfff@\\ud800.test", "\\u0000", "\\ud83d"])
def test_half_a_character_never_raises(name: str, value: str) -> None:
    answer(f'{{"{name}":"{value}"}}')
    answer(f'{{"{value}":"{name}"}}')


GOOGLE = "AIza4Jd1RgWChsomgCCdtaTtOo4kwCGH2L8PhsE"
MAPBOX = "pk.eyJ1CFCPWiw8OF6NmIgg7CPcZxdia59g3rMhfcceAES1FjLRrU3RGNazY9lfQkRQ.Tyi0VhG1AWUUQSKSR6IIUH"
ANON, OTHER = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." + claims + ".KhgX2b0WQm5n7pVt8yLc3dRfZs9uEa4iHjTkOoPqYlU"
    for claims in (
        "eyJpc3MiOiJzdXBhYmFzZSIsInJlZiI6ImFiY2RlZmdoaWprbG1ub3BxcnN0Iiwicm9sZSI6ImFub24iLCJpYXQiOjE2NDAsImV4cCI6MTk1MH0",
        "eyJpc3MiOiJzaG9wIiwic3ViIjoiNyIsInJvbGUiOiJtZW1iZXIiLCJleHAiOjE5NTB9",
    )
)


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        (f"/m?api_key={GOOGLE}", ""),
        (f"/m?access_token={MAPBOX}", ""),
        ("/m", f"X-API-Key: {GOOGLE}\r\n"),
        ("/m", f"apikey: {ANON}\r\n"),
        ("/m", f"Authorization: Bearer {ANON}\r\n"),
    ],
)
def test_keys_that_are_public_by_design_are_not_credentials_in_cleartext(target: str, headers: str) -> None:
    assert request(target, headers) == set()


@pytest.mark.parametrize(
    ("target", "headers", "where"),
    [
        ("/m?api_key=kZ8rQ2mVx7Lw0pTn5Yb3", "", "query:api_key"),
        ("/m?access_token=sk_live_Hh14AymjrPLU2c0xmtS7kD9MMJsLvXZY", "", "query:access_token"),
        ("/m", "X-API-Key: kZ8rQ2mVx7Lw0pTn5Yb3\r\n", "header:x-api-key"),
        ("/m", f"Authorization: Bearer {OTHER}\r\n", "header:authorization"),
        ("/m", f"Authorization: Bearer kZ8rQ2mVx7Lw0pTn5Yb3{GOOGLE}\r\n", "header:authorization"),
    ],
)
def test_other_keys_in_cleartext_are_credentials(target: str, headers: str, where: str) -> None:
    assert ("secret_token", where) in request(target, headers)


@pytest.mark.parametrize(
    ("where", "place"),
    [("json:$.data[].msg", "json:$.data[]"), ("query:origin", "query"), ("json:msg", "json"), ("text", "text")],
)
def test_fields_beside_each_other_share_a_place(where: str, place: str) -> None:
    assert beside(where) == place


CLASSES = ["message_content", "travel", "demographic", "biometric_media", "phone", "device_id", "email", "person_name",
           "password", "username"]  # fmt: skip


@given(st.sampled_from(CLASSES), st.text(max_size=80), st.text(max_size=200), st.sampled_from(["in", "out"]))
def test_one_real_value_among_empty_ones_is_enough(pii_class: str, name: str, text: str, direction: str) -> None:
    pair = NamedValue(f"json:$.{name}", name, text)
    null = NamedValue(f"json:$.{name}", name, "null")
    alone = is_plausible(pii_class, [pair], direction)
    assert is_plausible(pii_class, [null, pair], direction) == alone
    assert not is_plausible(pii_class, [null], direction)


def test_names_in_the_word_lists_are_plain() -> None:
    words = load_words()
    names = words.message.status | words.message.parties | words.message.weak | words.travel.weak | words.host.names
    names |= words.credits.parents | words.account.names | words.account.weak
    assert all(name == plain_name(name) for name in names)
