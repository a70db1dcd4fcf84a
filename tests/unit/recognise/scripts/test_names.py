"""What a name of a script stands for: comments assign nothing."""

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.recognise.scripts.evaluate import Evaluator
from tieback.recognise.scripts.names import Way
from tieback.recognise.scripts.reader import Budget
from tieback.recognise.scripts.resolve import MARKS, Resolution
from tieback.recognise.scripts.scopes import Scopes

CALL = "fetch('https://'+h+'/v')"


def values(script: str, *, markup: bool = False) -> set[str]:
    data = script.encode()
    marks = sorted((data.find(mark, at) + len(mark), mark) for mark in MARKS for at in places(data, mark))
    hits = [(mark, end) for end, mark in marks]
    return {one.text.text for one in Resolution(data, Budget(500_000), markup=markup).texts(hits)}


def places(data: bytes, mark: bytes) -> list[int]:
    return [at for at in range(len(data)) if data.startswith(mark, at)]


@each(
    ("script", "expected"),
    [
        (f"// h='b.x.test'\nvar h='a.x.test';{CALL}", {"https://a.x.test/v"}),
        (f"/* var h='b.x.test'; */var h='a.x.test';{CALL}", {"https://a.x.test/v"}),
        (f"var h;// h='b.x.test';\n{CALL}", set()),
        (f"// function h(){{return 'b.x.test'}}\n{CALL}", set()),
        ("var s={};\n//s.h='b.x.test';\ns.h='a.x.test';fetch('https://'+s.h+'/v')", {"https://a.x.test/v"}),
        ("var s={\n//h:'b.x.test',\nh:'a.x.test'};fetch('https://'+s.h+'/v')", {"https://a.x.test/v"}),
        ("// var {h}={h:'b.x.test'};\nfetch('https://'+h+'/v')", set()),
        (f"var h='a.x.test';// note: '\n{CALL}", {"https://a.x.test/v"}),
        (f"var h='//a.x.test'.slice(2);{CALL}", {"https://a.x.test/v"}),
    ],
)
def test_comments_assign_nothing(script: str, expected: set[str]) -> None:
    assert values(script) == expected


@each(
    ("script", "expected"),
    [
        ("var b=typeof window!=='undefined'?location.origin:'https://a.x.test';fetch(b+'/v')", set()),
        (
            "var b='undefined'!=typeof window?'https://a.x.test':'https://b.x.test';fetch(b+'/v')",
            {"https://a.x.test/v"},
        ),
        (
            "var b=typeof window=='undefined'?'https://a.x.test':'https://b.x.test';fetch(b+'/v')",
            {"https://b.x.test/v"},
        ),
        ("var b=typeof window.c!='undefined'?c:'https://a.x.test';fetch(b+'/v')", {"https://a.x.test/v"}),
    ],
)
def test_the_window_of_a_browser_is_known(script: str, expected: set[str]) -> None:
    assert values(script) == expected


@each(
    ("page", "expected"),
    [
        (f"<script>\n// h='b.x.test'\nvar h='a.x.test';{CALL}</script>", {"https://a.x.test/v"}),
        (f"<!-- <script>h='b.x.test'</script> --><script>var h='a.x.test';{CALL}</script>", {"https://a.x.test/v"}),
        (f"<script>u='https://b.x.test';var h='a.x.test';{CALL}</script>", {"https://a.x.test/v"}),
    ],
)
def test_comments_of_pages_assign_nothing(page: str, expected: set[str]) -> None:
    assert values(page, markup=True) == expected


@given(st.text("/*\n'h= ", max_size=60), st.lists(st.integers(0, 60), max_size=60))
def test_many_places_are_as_each_is_alone(code: str, some: list[int]) -> None:
    scopes = Scopes(code.encode())
    ordered = sorted(some)
    assert list(scopes.outside_comments(ordered)) == [at for at in ordered if not scopes.is_comment(at)]


@each(
    ("script", "wanted"),
    (
        ('const {A:h,B:p="/api"}={A:"a.test",B:"/own"};fetch(`https://${h}${p}/x`)', "https://a.test/own/x"),
        ('const {A:h,B:p="/api",C}={A:"a.test",C:1};fetch(`https://${h}${p}/x`)', "https://a.test/api/x"),
        (
            'function f(){const {host="b.test",port}=settings();return fetch(`https://${host}/x`)}',
            "https://b.test/x",
        ),
    ),
    ids=("member", "default", "unknown object"),
)
def test_a_default_of_a_pattern_is_used_only_without_the_member(script: str, wanted: str) -> None:
    assert wanted in values(script)


def test_a_default_of_a_pattern_does_not_replace_a_known_member() -> None:
    script = 'const {host:h="default.test"}={host:"own.test"};fetch(`https://${h}/x`)'
    assert values(script) == {"https://own.test/x"}


def test_a_parameter_with_a_default_is_no_name_of_the_function_around() -> None:
    script = b'function f(e,{deep:n=!1}={}){return n}fetch("https://"+n)'
    found = Evaluator(script, Budget(10_000)).names.find("n", len(script) - 1)
    assert found is None or found.way is not Way.MEMBER
