"""Each limit of the interpreter, from both sides: just below it an address is found, just above it is not.

What a limit leaves out has a problem line.
"""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from bench.hostile_made import code
from bench.hostile_made.kind import OWN, TEXT, Files, coded, connect, initialiser, method, smali
from tests.examples import few
from tieback.intake.apps.dex import read_dex
from tieback.model.sighting import Problem, Sighting
from tieback.recognise.dalvik.decryptors import Decryption
from tieback.recognise.dataflow import extract
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

SEARCH = AppSearch(RuleFiles())
HOST = "api.shop.test"
PATH = f"https://{HOST}/v"


def call(name: str, text: str = PATH) -> str:
    """Lines that contact what a decryption method makes of a text."""
    return (
        f'const-string v0, "{code.xor(text)}"\ninvoke-static {{v0}}, Lshop/D;->{name}({TEXT}){TEXT}\n'
        f"move-result-object v0\n{connect()}"
    )


def app(*callers: str, body: str = code.ONCE, more: str = "", registers: int = 8) -> Files:
    """Methods that each contact what ``d`` returns."""
    ways = "".join(method(f"m{n}()V", f"{one}return-void", registers=registers) for n, one in enumerate(callers))
    started = "".join(f"invoke-static {{}}, Lshop/M;->m{n}()V\n" for n in range(len(callers)))
    return coded(smali("shop/D", method(f"d({TEXT}){TEXT}", body) + more), smali("shop/M", ways), body=started)


def loop(times: int) -> str:
    """Lines of two steps per turn."""
    return f"const v2, {times}\nconst/4 v1, 0x0\n:l\nadd-int/lit8 v1, v1, 0x1\nif-lt v1, v2, :l\n"


def decryptors(n: int) -> Files:
    more = "".join(method(f"d{k}({TEXT}){TEXT}", code.ONCE) for k in range(n - 1))
    # A large file has more steps.
    more += method("large()V", f'const-string v0, "{"x" * 10_000_000}"\nreturn-void')
    return app(*(call(f"d{k}", f"text {k}") for k in range(n - 1)), call("d"), more=more)


def depth(n: int) -> Files:
    def through(k: int) -> str:
        return f"invoke-static {{p0}}, Lshop/D;->d{k}({TEXT}){TEXT}\nmove-result-object p0\n"

    more = "".join(method(f"d{k}({TEXT}){TEXT}", through(k + 1) + "return-object p0") for k in range(n))
    end = method(f"d{n}({TEXT}){TEXT}", "return-object p0")
    return app(call("d"), body=through(0) + code.ONCE, more=more + end)


def field(body: str) -> Files:
    """A field that an initialiser decrypts."""
    store = f"sput-object v4, Lshop/T;->k:{TEXT}\nreturn-void"
    decrypt = code.ONCE.replace("p0", "v7").replace("return-object v4", store)
    made = initialiser(f'const-string v7, "{code.xor(PATH)}"\n{body}{decrypt}')
    use = f"sget-object v0, Lshop/T;->k:{TEXT}\n{connect()}"
    return coded(smali("shop/T", f".field static k:{TEXT}\n{made}"), body=use)


def array(n: int) -> str:
    return f"const v1, {n}\nnew-array v1, v1, [C\n{code.ONCE}"


class Limit(NamedTuple):
    """A limit, with a size below and above it."""

    name: str
    make: Callable[[int], Files]
    below: int
    above: int
    found: bool = False
    """True if the walks of the data flow find the address all the same."""


LIMITS = (
    Limit("units of a caller", lambda n: app("nop\n" * n + call("d")), 19_900, 20_100, found=True),
    Limit("registers of a caller", lambda n: app(call("d"), registers=n), 1_020, 1_030, found=True),
    Limit("callers", lambda n: app(call("d"), *[call("d", "a")] * (n - 1)), 3_990, 4_010, found=True),
    Limit("decryptors", decryptors, 395, 405),
    Limit("units of a decryptor", lambda n: app(call("d"), body="nop\n" * n + code.ONCE), 3_900, 4_100),
    Limit("calls inside each other", depth, 28, 36),
    Limit("steps of a run", lambda n: app(call("d"), body=loop(n) + code.ONCE), 45_000, 55_000),
    Limit("steps of all runs", lambda n: app(*(call("d", f"text {k}") for k in range(n)), call("d"),
                                             body=loop(45_000) + code.ONCE), 3, 5),
    Limit("memory of a run", lambda n: app(call("d"), body=array(n)), 1 << 18, 1 << 22),
    Limit("memory of all runs", lambda n: app(*(call("d", f"text {k}") for k in range(n)), call("d"),
                                              body=array(1 << 18)), 3, 12),
    Limit("steps of an initialiser", lambda n: field(loop(n)), 95_000, 105_000),
    Limit("units of an initialiser", lambda n: field("nop\n" * n), 59_900, 60_100),
    Limit("characters of a result", lambda n: app(call("d", PATH + "a" * n)), 4_000, 4_200),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _only_decryption(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the runs that follow decryption: they have limits of their own, and find the addresses again."""
    monkeypatch.setattr(extract, "made_addresses", lambda *_: [])


def finds(files: Files) -> tuple[set[str], list[str]]:
    """The hosts, and the problem lines."""
    found = list(SEARCH.finds([read_dex("classes.dex", files[0][1])[0]]))
    hosts = {one.endpoint.host for one in found if isinstance(one, Sighting)}
    return hosts, [one.what for one in found if isinstance(one, Problem)]


@pytest.mark.parametrize("limit", few([pytest.param(one, id=one.name) for one in LIMITS], 1))
def test_a_limit_is_where_it_is_documented(limit: Limit) -> None:
    assert finds(limit.make(limit.below)) == ({HOST, OWN}, [])
    hosts, problems = finds(limit.make(limit.above))
    assert hosts == ({HOST, OWN} if limit.found else {OWN})
    assert [one.startswith("some strings of the code were not decrypted") for one in problems] == [True]


@pytest.mark.parametrize(("make", "below", "above"), [(code.tables, 398, 402), (code.inline, 998, 1_002)])
def test_initialisers_and_methods_beyond_the_limit_give_a_problem_line(
    make: Callable[[int], Files], below: int, above: int
) -> None:
    assert finds(make(below))[1] == []
    assert finds(make(above))[1] == ["some strings of the code were not decrypted (limit on the work per app)"]


def decrypted(files: Files) -> list[str]:
    """The texts that calls of decryption methods give, without the walks of the data flow."""
    return sorted({one.text for one in Decryption([DexFile(files[0][1])]).texts} & {PATH, f"{PATH}/2"})


def through(k: int) -> str:
    return f"invoke-static {{p0}}, Lshop/D;->e{k}({TEXT}){TEXT}\nmove-result-object p0\nreturn-object p0"


def calls_before(n: int) -> Files:
    """The ``n``-th call of a method computes the text."""
    other = "invoke-static {}, Lshop/D;->f()V\n" * (n - 1)
    more = method("f()V", "return-void") + method(f"e1({TEXT}){TEXT}", code.ONCE)
    return app(call("d"), body=other + through(1), more=more)


def failed_before(n: int) -> Files:
    """Calls that fail before the one with the address."""
    first = f"const/4 v5, 0x0\ninvoke-virtual {{p0, v5}}, {TEXT}->charAt(I)C\n"
    return app(*[call("d", "")] * n, call("d"), body=first + code.ONCE)


@pytest.mark.parametrize(
    ("make", "most"),
    [
        pytest.param(calls_before, 40, id="calls of a decryptor that are looked at"),
        pytest.param(failed_before, 8, id="calls that fail before the first that does not"),
    ],
)
def test_a_limit_of_decryption_is_where_it_is_documented(make: Callable[[int], Files], most: int) -> None:
    assert decrypted(make(most)) == [PATH]
    assert decrypted(make(most + 1)) == []
