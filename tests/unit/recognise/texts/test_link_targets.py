"""Literals of scripts that are the target of a link which a person taps."""

from tests.each import each
from tests.linear import assert_linear
from tieback.recognise.texts.link_targets import is_target


def target(text: str, *, native: bool = False) -> bool:
    data = text.replace("URL", '"https://a.shop.test"').encode()
    start = data.index(b'"https')
    return is_target(data, start, data.index(b'"', start + 1) + 1, native=native)


@each(
    ("text", "native", "expected"),
    [
        ("jsx(A,{href:URL,target:'_blank'})", False, True),
        ("jsx(A,{target:'_blank',href:URL})", False, True),
        ("jsx(A,{href:URL})", False, False),
        ("jsx(A,{href:URL,text:'Shop'})", True, True),
        ("jsx(A,{href:URL,text:'Shop'})", False, False),
        ("[{title:'Shop',link:URL}]", True, True),
        ("[{title:'Shop',link:URL}]", False, False),
        ("[{link:URL}]", True, False),
        ("a.href=URL;a.target='_blank'", False, True),
        ("a.href=URL;b.target='_blank'", False, False),
        ("a.href=URL;a.target='_self'", False, False),
        ("fetch(URL,{target:'_blank'})", False, False),
        ("e.ctaButtonLink=URL", False, True),
        (
            "switch(v){case 1:t=URL;break;case 2:t='b';break}return s.jsx('a',{target:'_blank',href:t,children:a})",
            False,
            True,
        ),
        ("switch(v){case 1:t=URL;break}return s.jsx('a',{href:t,children:a})", False, False),
        ("let t=URL;fetch(t);return s.jsx('a',{target:'_blank',href:t})", False, False),
        ("let t=URL,u='b';return s.jsx('a',{target:'_blank',href:u})", False, False),
        ("x={button_link:URL}", False, True),
        ("x={buttonLinks:URL}", False, False),
    ],
)
def test_links_that_a_person_taps(text: str, native: bool, expected: bool) -> None:
    assert target(text, native=native) is expected


@each("part", [b"{href:", b"a.href=", b"{link:", b"a.target=", b"button", b";t=", b" t "])
def test_the_cost_is_linear(part: bytes) -> None:
    def work(data: bytes) -> object:
        return [is_target(data, at, at + 4, native=True) for at in range(0, len(data), len(part))]

    assert_linear(lambda size: part * (size // len(part)), work, 20_000)
