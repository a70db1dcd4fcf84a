"""Links and texts of pages in scripts: compiled templates of Angular, parts of markup, and Markdown."""

from tests.each import each
from tests.linear import assert_linear
from tieback.recognise.reasons import LINK
from tieback.recognise.texts.markup_links import is_attribute, is_completed, is_content, is_markdown
from tieback.recognise.texts.places import TextPlaces
from tieback.recognise.texts.prose import SHOWN

URL = b"https://a.shop.test/x"


@each(
    ("text", "expected"),
    [
        ('consts:[["href","URL","target","_blank","rel","noopener",1,"btn"]]', LINK),
        ('consts:[["target","_blank","href","URL"]]', LINK),
        ('consts:[["href","URL",1,"btn"],["target","_blank"]]', ""),
        ('consts:[["src","URL","target","_blank"]]', ""),
        ('e(0,"a",[["href","URL"],["target","_blank"]])', LINK),
        ('e(0,"a",[["rel","x"],["target","_blank"],["href","URL"]])', LINK),
        ('e(0,"a",[["href","URL"],["class","b"]])', ""),
        ('i(0,"div",21)(1,"code"),c(2,"URL "),n()', SHOWN),
        ('i(0,"div",21),c(1,"URL")', SHOWN),
        ('i.elementStart(0,"div",21);i.text(1,"URL")', SHOWN),
        ('load(1,"URL")', ""),
        ('i(0,"div",21),c("URL")', ""),
        ("h='<b>x</b><a href=\"URL/'+f(n.ip)+'\" target=\"_blank\" rel=\"noopener\">'+n.ip+'</a>'", LINK),
        ("h='<a href=\"URL/'+f(n.ip)+'\" class=\"x\">'+n.ip+'</a><a target=\"_blank\">'", ""),
        ("h='<img src=\"URL/'+f(n.ip)+'\" target=\"_blank\">'", ""),
        ("h='a text with [a page](URL) of the shop'", LINK),
        ('f(e,"](URL)")', LINK),
        ("h='![logo](URL/a)'", ""),
        ("h='[![a picture](b.png)](URL)'", LINK),
        ("h='f(URL)'", ""),
    ],
)
def test_links_and_texts_of_a_page(text: str, expected: str) -> None:
    data = f"!function(){{{text.replace('URL', URL.decode())}}}()".encode()
    assert TextPlaces("a.js", data).reason(data.find(URL)) == expected


@each("part", [b'"href",', b'["href","a"],', b'(0,"a",1),c(1,', b'<a href="', b"](", b"[", b' target="'])
def test_the_cost_is_linear(part: bytes) -> None:
    def work(data: bytes) -> object:
        step = len(part)
        return [
            (
                is_attribute(data, at, at + 4),
                is_content(data, at),
                is_completed(data, at, at + 2, at + 4),
                is_markdown(data, at, at + 300),
            )
            for at in range(0, len(data), step)
        ]

    assert_linear(lambda size: part * (size // len(part)), work, 20_000)
