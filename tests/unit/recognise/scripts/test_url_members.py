"""Parts of an address that a script sets after ``new URL(…)``."""

from tests.each import each
from tests.unit.recognise.scripts.test_resolve import values

BASE = 'var b="https://a.test/x",u=new URL(b)'


@each(
    ("script", "wanted"),
    (
        ('u.port="81";u.pathname="/v1";fetch(u.toString())', "https://a.test:81/v1"),
        ("u.port=String(8457),u.pathname=p,fetch(u.href);var p='v1'", "https://a.test:8457/v1"),
        ('u.protocol=u.protocol.replace("http","ws");new WebSocket(u.href)', "wss://a.test/x"),
        ('u.hostname="own.test";fetch(u)', "https://own.test/x"),
        ('u.host="own.test:82";fetch(u)', "https://own.test:82/x"),
    ),
    ids=("port and path", "in one sum", "another scheme", "name", "host"),
)
def test_a_part_that_is_set_is_in_the_address(script: str, wanted: str) -> None:
    assert wanted in values(f"{BASE};{script}")


@each(
    "script",
    (
        'fetch(u.href);u.pathname="/v1"',
        'if(t){u.pathname="/v1"}fetch(u.href)',
        't&&(u.pathname="/v1");fetch(u.href)',
        'if(t)u.pathname="/v1";fetch(u.href)',
        'function g(u){u.pathname="/v1"}fetch(u.href)',
        'v.u.pathname="/v1";fetch(u.href)',
        'u.hash="/v1";fetch(u.href)',
    ),
    ids=("behind", "branch", "condition", "branch without braces", "another variable", "member", "another part"),
)
def test_other_assignments_leave_the_address(script: str) -> None:
    assert not any("v1" in one for one in values(f"{BASE};{script}"))
