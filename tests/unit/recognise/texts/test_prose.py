"""Sentences, comments and user agents around a URL in a string, and lines of other files."""

import pytest

from tests.each import each
from tieback.recognise.texts.prose import (
    COMMENT,
    MESSAGE,
    NAMESPACE,
    USER_AGENT,
    literal_reason,
    points_to_page,
    sentence_reason,
)

URL = b"http://a.test/x"


@each(
    ("text", "reason"),
    [
        ("{}", ""),
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
        ("\u8bf7\u5230{}\u67e5\u770b", MESSAGE),
        ("\u8be6\u89c1\uff1a{}", MESSAGE),
        ("\u5730\u5740{}", ""),
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
        (b"Register yourself at ", False),
        (b"Cannot connect to ", False),
        (b"see ", False),
        ("\u8bf7\u5230".encode(), True),
        ("\u5730\u5740".encode(), False),
    ],
)
def test_words_that_lead_to_a_page(before: bytes, leads: bool) -> None:
    assert points_to_page(before) is leads
