"""Bodies give values by name; text gives those that look like personal data; pages and scripts give nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.leaks.bodies import read_body, read_document, read_form, read_text

PARTS = (
    b'--XX\r\nContent-Disposition: form-data; name="email"\r\n\r\na@b.test\r\n'
    b'--XX\r\nContent-Disposition: form-data; name="scan"; filename="id.jpg"\r\n'
    b"Content-Type: image/jpeg\r\n\r\n\xff\xd8\r\n"
    b'--XX\r\nContent-Disposition: form-data; name="meta"\r\n'
    b'Content-Type: application/json\r\n\r\n{"pin":"1234"}\r\n--XX--'
)
SOAP = b'<?xml version="1.0"?><s:Body xmlns:s="urn:x"><m:user id="7"><m:mail>a&amp;b@c.test</m:mail></m:user></s:Body>'
PLIST = b'<?xml version="1.0"?><plist><dict><key>phone</key><string>+49 30 1</string></dict></plist>'
PROSE = (
    b"I am ada@b.test, call +49 30 901820; card 4539 5787 6362 1486, at 52.520008, 13.404954. "
    b"IBAN DE89370400440532013000"
)


@each(
    ("data", "kind", "expected"),
    [
        (b'{"user":{"mail":"a@b.test"}}', b"application/json", {"json:$.user.mail": "a@b.test"}),
        (b'{"mails":["a@b.test"],"no":null,"yes":true}', b"", {"json:$.mails[]": "a@b.test"}),
        (b'{"n":[[1]]}', b"", {"json:$.n[][]": "1"}),
        (b'{"index":{}}\n{"mail":"a@b.test"}\n{"pin":"1234","re', b"", {"json:$.mail": "a@b.test", "json:pin": "1234"}),
        (b'["a@b.test"]', b"", {"json:$[]": "a@b.test"}),
        (b'42["login",{"pin":"1234"}]', b"", {"json:$[]": "login", "json:$[].pin": "1234"}),
        (b'{"mail":"a@b.test","pho', b"", {"json:mail": "a@b.test"}),
        (
            b"user[mail]=a%40b.test&tags[0]=x&pin[]=1234",
            b"application/x-www-form-urlencoded",
            {"form:user[mail]": "a@b.test", "form:tags[0]": "x", "form:pin[]": "1234"},
        ),
        (b'[{"key":"pin","value":"1234"}]', b"", {"json:$[].value(pin)": "1234"}),
        (b'[{"key":"a@b.test","value":"1234"}]', b"", {"json:$[].key": "a@b.test", "json:$[].value": "1234"}),
        (b"mail=a%40b.test&x=", b"application/x-www-form-urlencoded; charset=utf-8", {"form:mail": "a@b.test"}),
        (PARTS, b"multipart/form-data; boundary=xx", {"form:email": "a@b.test", "json:$.pin": "1234"}),
        (PARTS, b"", {"form:email": "a@b.test", "json:$.pin": "1234"}),
        (SOAP, b"text/xml", {"xml:mail": "a&b@c.test", "xml:@id": "7"}),
        (PLIST, b"", {"xml:phone": "+49 30 1"}),
        (b"<html><body>a@b.test</body></html>", b"", {}),
        (b"mail a@b.test", b"text/html", {}),
        (b'var mail="a@b.test"', b"application/javascript", {}),
        (b"write to a@b.test", b"text/plain", {"text": "a@b.test"}),
        (b"\x0a\x08a@b.test\x12\x02", b"application/x-protobuf", {"text": "a@b.test"}),
        (b"", b"", {}),
    ],
)  # fmt: skip
def test_bodies(data: bytes, kind: bytes, expected: dict[str, str]) -> None:
    assert {pair.where: pair.value for pair in read_body(data, kind)} == expected


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b'{"u": {"ada@workhub.test": {"mail": "x"}}}', "json:$.u.*.mail"),
        (b'{"u": {"4915112345678": {"mail": "x"}}}', "json:$.u.*.mail"),
        (b'{"ada@workhub.test": "x", "cut": ', "json:*"),
        (b"ada@workhub.test=x&b=2", "form:*"),
        (b'--b\r\nContent-Disposition: form-data; name="ada@workhub.test"\r\n\r\nx\r\n--b--', "form:*"),
    ],
)
def test_a_name_that_is_a_value_is_not_in_the_place(data: bytes, where: str) -> None:
    kind = b"application/x-www-form-urlencoded" if data.startswith(b"ada") else b""
    assert next(iter(read_body(data, kind))).where == where


def test_text_is_sorted_by_what_it_looks_like() -> None:
    assert {pair.form: pair.value for pair in read_text(PROSE)} == {
        "email": "ada@b.test",
        "phone": "+49 30 901820",
        "card": "4539 5787 6362 1486",
        "place": "52.520008, 13.404954",
        "account": "DE89370400440532013000",
    }
    assert all(pair.name == "" and pair.where == "text" for pair in read_text(PROSE))


@pytest.mark.parametrize(
    "text", [b"version 1.2.3.4", b"2026-11-26T13:03:18Z", b"id 1234567", b"@mention and x@y", b"a1b2c3d4e5f6"]
)
def test_text_without_personal_data(text: bytes) -> None:
    assert list(read_text(text)) == []


def test_leaves_and_forms_are_bounded() -> None:
    deep: object = 1
    for _ in range(100):
        deep = [deep]
    assert list(read_document(deep, "json")) == []
    assert len(list(read_form(b"&".join(b"a%d=1" % n for n in range(200)), "query"))) == 200
    assert list(read_form(b"&".join(b"a=1" for _ in range(2000)), "query")) == []
    assert len(list(read_text(b"a@b.test " * 1000))) == 16


@settings(max_examples=examples(200), deadline=None)
@given(
    st.binary(max_size=500),
    st.sampled_from([b"", b"application/json", b"text/xml", b"multipart/x", b"application/x-www-form-urlencoded"]),
)
def test_anything_is_read_without_an_error(data: bytes, kind: bytes) -> None:
    for pair in read_body(data, kind):
        assert len(pair.value) <= 512
