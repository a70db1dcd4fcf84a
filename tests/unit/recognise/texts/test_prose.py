"""Sentences, comments and user agents around a URL in a string, and lines of other files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.recognise.texts.prose import (
    AUTHOR,
    COMMENT,
    EXAMPLE,
    MESSAGE,
    NAMESPACE,
    NOTICE,
    PATTERN,
    SCOPE,
    USER_AGENT,
    ends_sentence,
    is_long_text,
    literal_reason,
    points_to_page,
    sentence_reason,
)

URL = b"http://a.test/x"


EXAMPLES = [
    "e.g. {}", "E.g.: {}", "for example {}", "Server (e.g. {})", "Example: {}", "z. B. {}", "zum Beispiel {}",
    "p. ej. {}", "Ejemplo: {}", "por exemplo, {}", "Ex.: {}", "par exemple : {}", "ad es. {}", "bijv. {}", "np. {}",
    "например, {}", "Например: {}", "Сервер (напр. {})", "ör. {}", "Örneğin: {}", "t.ex. {}", "misalnya {}",
    "Contoh: {}", "ví dụ: {}", "例如\uff1a{}", "服务器地址\uff0c例如 {}", "如\uff1a{}", "例えば {}", "예: {}",
    "مثال: {}", "उदाहरण: {}", "{} (example)", "{} (ejemplo)", "\\u4f8b\\u5982\\uff1a{}",
]  # fmt: skip


@each("text", EXAMPLES)
def test_words_of_many_languages_lead_to_examples(text: str) -> None:
    data = text.encode().replace(b"{}", URL)
    reason = literal_reason(data, 0, data.index(URL), len(data))
    assert reason in {EXAMPLE, MESSAGE}  # some are sentences, too


@each("text", ["e.g. {}", "z. B. {}", "Ej.: {}", "напр. {}", "如\uff1a{}", "ör. {}"])
def test_one_word_before_an_example_is_enough(text: str) -> None:
    data = text.encode().replace(b"{}", URL)
    assert literal_reason(data, 0, data.index(URL), len(data)) == EXAMPLE


@each(
    "text",
    ["演示地址\uff1a{}", "官网: {}", "ホームページ\uff1a{}", "웹사이트: {}", "\\u6F14\\u793A\\u5730\\u5740\\uFF1A{}"],
)
def test_words_of_chinese_japanese_and_korean_lead_to_a_page(text: str) -> None:
    data = text.encode().replace(b"{}", URL)
    assert literal_reason(data, 0, data.index(URL), len(data)) == MESSAGE


@each(
    "text",
    [
        "地址\uff1a{}",
        "接口地址: {}",
        "服务器地址\uff1a{}",
        "サーバー\uff1a{}",
        "서버: {}",
        "\\u670d\\u52a1\\u5668\\uff1a{}",
        "\uff1a{}",
        "址\uff1a{}",
        "地址{}",
        "http://b.test/地址?u={}",
        "\\u6F14:{}",
    ],
)
def test_other_texts_of_these_languages_do_not(text: str) -> None:
    data = text.encode().replace(b"{}", URL)
    assert literal_reason(data, 0, data.index(URL), len(data)) == ""


@each(
    "text",
    ["{}", "index {}", "api-example {}", "Names: {}", "https://b.test/example/{}", "reg. {}", "https://b.test/?es.={}"],
)
def test_other_words_do_not(text: str) -> None:
    data = text.encode().replace(b"{}", URL)
    assert literal_reason(data, 0, data.index(URL), len(data)) != EXAMPLE


@each(
    ("text", "reason"),
    [
        ("{}", ""),
        ("http://b.test,https://c.test:8080/y,{}", ""),
        ("http://b.test https://c.test {} ftp://d.test ws://e.test", ""),
        ("see http://b.test, https://c.test or {}", MESSAGE),
        ("see {}", MESSAGE),
        ("{} for more information about it", MESSAGE),
        ("Cannot read the file. See {} for details", MESSAGE),
        ("Visit ({})", MESSAGE),
        ("\\n{}/", MESSAGE),
        ("] {}/", MESSAGE),
        ("For more information, see:\\n    {}\\n", MESSAGE),
        ("Radio name\\n{}\\n", ""),
        ("\u8bf7\u8bbf\u95ee \u5b98\u65b9\u7f51\u7ad9 {}", MESSAGE),
        ("Server {}", ""),
        ("\u6bcf\u884c\u8f93\u5165 \u4e00\u4e2a URL (\u4f8b\u5982 {})", EXAMPLE),
        ("Entrez une URL par ligne (ex: {})", EXAMPLE),
        ("Geben Sie eine URL pro Zeile ein (z.B. {})", EXAMPLE),
        ("index: {}", ""),
        ("Please enter the address (i.e. {})", EXAMPLE),
        ("192.168.1.100 oder {}", MESSAGE),
        ("192.168.1.100, {}", ""),
        ("192.168.1.100 8080 {}", ""),
        ("GET {}", ""),
        ("default-src 'self' data: {} 'unsafe-eval'", ""),
        ("curl -X POST {}", ""),
        ("<a href={}>", ""),
        ("https://p.test/?url={}", ""),
        ("//p.test/?url={}", ""),
        ("//{}", COMMENT),
        ("https://b.test/1 {}", ""),
        ("  {}", ""),
        ("void main() {\\n // from {}\\n}", COMMENT),
        (" * @see {}", COMMENT),
        ("Mozilla/5.0 (compatible; ABot/1.0; +{})", USER_AGENT),
        ("ABot/1.0 (+{})", USER_AGENT),
        ("a-client/%s ({})", USER_AGENT),
        ("a-client/%d ({})", ""),
        ("xmlns={}", NAMESPACE),
        ("<a xmlns:b={}", NAMESPACE),
        ("noxmlns={}", ""),
        ('<a xsi:schemaLocation="https://b.test/1 {}', NAMESPACE),
        ('<a xsi:schemaLocation="https://b.test/1" href="{}', ""),
        ("\u8bf7\u5230{}\u67e5\u770b", MESSAGE),
        ("\u8be6\u89c1\uff1a{}", MESSAGE),
        ("\u5730\u5740{}", ""),
        # Characters of UTF-16 that are not ASCII are DEL.
        ("\x7f\x7f\x7f\x7f, \x7f\x7f\x7f\x7f\x7f{}", MESSAGE),
        ("\x7f\x7f\x7f\x7f{}", ""),
        ("\x7f\x7f\x7f, \x7f\x7f\x7f{}", ""),
        ("{} \x7f\x7f\x7f\x7f \x7f\x7f\x7f\x7f \x7f\x7f\x7f\x7f", MESSAGE),
        ("An Author <an.author@p.test> ({})", AUTHOR),
        ("<div>({})", ""),
        ("| {} |", NOTICE),
        ("+---------+\\n|  {}  |\\n+---------+", NOTICE),
        ("* {}  *", COMMENT),
        ("| {}", ""),
        ("|{}|", ""),
        ("a | {} |", ""),
        ("{}(\\w+)", PATTERN),
        ("{}/(?:films|tv)", PATTERN),
        ("{}/[ve]+/a", PATTERN),
        ("{}/[^/]+", PATTERN),
        ("{}/\\d{{4}}", PATTERN),
        ("{}/a(b)/[c]", ""),
        ("{}/\\index", ""),
        ("{} (\\w+)", ""),
        ("grant_type=client_credentials&scope={}&client_id=", SCOPE),
        ("https://b.test/authorize?client_id=a&scope=openid+{}/.default", SCOPE),
        ("client_id=a&resource={}", SCOPE),
        ("scope={}&page=1", ""),
        ("grant_type=a&server={}", ""),
        ("client_id=a&scopes={}", ""),
        ("{}?filter[name]=1", ""),
    ],
)
def test_places_in_strings(text: str, reason: str) -> None:
    data = b"'" + text.replace("{}", URL.decode(), 1).encode() + b"'"
    assert literal_reason(data, 1, data.index(URL), len(data) - 1) == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("the list of servers is at {} and in the file\n", MESSAGE),
        ("server = {}\n", ""),
        ("Radio Two Plus Three Four {}\n", ""),
        ("the list of servers\n{}\n", ""),
    ],
)
def test_places_in_lines(text: str, reason: str) -> None:
    data = text.replace("{}", URL.decode()).encode()
    assert sentence_reason(data, data.index(URL)) == reason


@pytest.mark.parametrize(
    ("before", "leads"),
    [
        (b"Firebase is disabled. See ", True),
        (b"It failed; for more information see: ", True),
        (b"Please read the documentation (", True),
        (b"download the latest one. Official website: ", True),
        (b"download the latest one. official website: http://a.test/ or ", True),
        (b"Register yourself at ", False),
        (b"Cannot connect to ", False),
        (b"see ", True),
        (b"See: ", True),
        (b"Please see ", True),
        (b"(visit ", True),
        (b"Please refer to (", True),
        (b"at ", False),
        (b"from ", False),
        (b"loading ", False),
        (b"Oversee ", False),
        (b"Agents see ", False),
        (b"Download the latest one, official website: ", True),
        (b"The latest one, official website: http://a.test/ or ", True),
        (b"Cannot connect to http://a.test/ or ", False),
        (b"The port of the local server, e.g. ", True),
        (b"You can refer to the wiki:", True),
        (b"wiki:", False),
        ("\u8bf7\u5230".encode(), True),
        ("\u5730\u5740".encode(), False),
        ("F\u00fcr mehr Details besuchen Sie: ".encode(), True),
        (b"Pour en savoir plus, consultez ", True),
        (b"M\xc3\xa1s informaci\xc3\xb3n, visite: ", True),
        (b"Der Server wird besucht: ", False),
        (b"\n\nNeed help? Contact ", True),
        (b"Follow us at ", True),
        (b"Failed to contact ", False),
        (b"No contact: ", False),
        (b"visitante: ", False),
        (b"revisita: ", False),
    ],
)
def test_words_that_lead_to_a_page(before: bytes, leads: bool) -> None:
    assert points_to_page(before, URL) is leads


@pytest.mark.parametrize(
    ("url", "leads"),
    [
        (b"https://a.test/docs/faq.html#no-transformation", True),
        (b"https://docs.a.test/x", True),
        (b"https://a.test/x/guide", True),
        (b"https://a.test/api/v1/documents", False),
        (b"https://a.test/x.html?docs/", False),
    ],
)
def test_addresses_of_documentation(url: bytes, leads: bool) -> None:
    assert points_to_page(b"Cannot connect to ", url) is leads


@pytest.mark.parametrize(
    ("before", "is_one"),
    [
        (b" For the web, you will have to grant the permission in the browser: ", True),
        (b"The form of this answer is not what it should be, so ask for it at (", True),
        (b"The form of the answer is wrong, ask for it in ", True),
        (b"Cannot connect to the server at ", False),
        (b"Loading the list of the shops from the server of the shop: {", False),
        (b'{"text": "You have to ask for the list in the shop", "url": "', False),
        (b"alpha beta gamma delta epsilon zeta eta theta iota kappa ", False),
        (b"You will have to grant the permission in the browser", False),
    ],
)
def test_a_sentence_before_an_address(before: bytes, is_one: bool) -> None:
    assert ends_sentence(before) is is_one


HELP = b"A part that enables communication with a service. You can add it to the app, and it is shown on a page. "


@pytest.mark.parametrize(
    ("before", "behind", "is_long"),
    [
        (HELP, b" for the details.", True),
        (HELP + b"<ul><li>DataUri: ", b"</li></ul>", True),
        (HELP + b"<a target='_blank' href='", b"'>Service</a>", True),
        (HELP + b"<img src='", b"'>", False),
        (HELP + b'<script src="', b'"></script>', False),
        (HELP + b'"url": "', b'"', False),
        (b"Register at ", b" to get a PIN", False),
        (b"function f(a) { if (a in b) { for (var c in this) { return c; } } } " * 3 + b"g = ", b"", False),
    ],
)
def test_paragraphs_for_people(before: bytes, behind: bytes, is_long: bool) -> None:
    assert is_long_text(before, behind) is is_long


@given(st.binary(max_size=400), st.binary(max_size=400))
def test_any_bytes_around_an_address_are_judged(before: bytes, behind: bytes) -> None:
    assert is_long_text(before, behind) in {True, False}
    assert ends_sentence(before) in {True, False}
    assert points_to_page(before, behind) in {True, False}
