"""Limits of the runs that go past what cannot be run: up to each one an address is found, above it is not."""

from collections.abc import Callable

import pytest

from bench.hostile_made.kind import TEXT, Files, coded, connect, method, smali
from tieback.recognise.dalvik import inline, machine
from tieback.recognise.dalvik.classes import MethodRef
from tieback.recognise.dalvik.run import Runner
from tieback.recognise.dataflow.dex.dexfile import DexFile

ADDRESS = "https://api.shop.test"
_BUILDER = "Ljava/lang/StringBuilder;"
_APPEND = f"{_BUILDER}->append({TEXT}){_BUILDER}"
_NOT_RUN = (
    f"invoke-static {{}}, Lother/Api;->get(){TEXT}\nmove-result-object v1\n"
    f"invoke-virtual {{v1}}, {TEXT}->length()I\nmove-result v1\nnew-array v1, v1, [C\n"
)
"""An array whose length is not known: it cannot be made."""


def parts() -> str:
    """Lines that leave an array with the parts of the address in ``v3``."""
    stored = "".join(
        f'const/16 v4, {k}\nconst-string v5, "{part}"\naput-object v5, v3, v4\n'
        for k, part in enumerate((ADDRESS[:10], ADDRESS[10:]))
    )
    return f"const/16 v2, 0x2\nnew-array v3, v2, [{TEXT}\n{stored}"


def joined(before: str) -> str:
    """Lines that contact the parts in ``v3``, which a loop puts together."""
    return (
        f"new-instance v0, {_BUILDER}\ninvoke-direct {{v0}}, {_BUILDER}-><init>()V\n{before}"
        f"const/4 v4, 0x0\nconst/4 v2, 0x2\n:part\naget-object v5, v3, v4\ninvoke-virtual {{v0, v5}}, {_APPEND}\n"
        "add-int/lit8 v4, v4, 0x1\nif-lt v4, v2, :part\n"
        f"invoke-virtual {{v0}}, {_BUILDER}->toString(){TEXT}\nmove-result-object v0\n{connect()}return-void"
    )


def app(body: str, *others: str, members: str = "") -> Files:
    """A method with this code, which an activity calls."""
    made = method(
        "<init>()V", "invoke-direct {p0}, Ljava/lang/Object;-><init>()V\nreturn-void", how="public constructor"
    )
    one = smali("shop/M", made + members + method("go(I)V", body, registers=14, how="public"))
    start = (
        "new-instance v2, Lshop/M;\ninvoke-direct {v2}, Lshop/M;-><init>()V\n"
        "invoke-virtual {v2, v3}, Lshop/M;->go(I)V\n"
    )
    return coded(one, *others, body=start)


def obstacles(n: int) -> Files:
    return app(_NOT_RUN * n + joined(parts()))


def obstacles_of_a_call(n: int) -> Files:
    made = method(f"parts()[{TEXT}", f"{_NOT_RUN * n}{parts()}return-object v3", registers=8)
    call = f"invoke-static {{}}, Lshop/M;->parts()[{TEXT}\nmove-result-object v3\n"
    return app(joined(call), members=made)


def task(name: str, methods: int) -> str:
    """A class whose last method contacts the parts that its field has."""
    made = method(
        "<init>()V", "invoke-direct {p0}, Ljava/lang/Object;-><init>()V\nreturn-void", how="public constructor"
    )
    others = "".join(method(f"m{k}()V", "return-void", how="public") for k in range(methods - 1))
    read = f"iget-object v3, p0, Lshop/{name};->a:[{TEXT}\n"
    run = method("run()V", joined(read), registers=14, how="public")
    return smali(f"shop/{name}", f".field public a:[{TEXT}\n{made}{others}{run}", interfaces=("java/lang/Runnable",))


def given(name: str, value: str) -> str:
    """Lines that give the platform a task with a value in its field."""
    return (
        f"new-instance v6, Lshop/{name};\ninvoke-direct {{v6}}, Lshop/{name};-><init>()V\n{value}"
        f"iput-object v3, v6, Lshop/{name};->a:[{TEXT}\nnew-instance v7, Lother/Queue;\n"
        "invoke-direct {v7, v6}, Lother/Queue;-><init>(Ljava/lang/Runnable;)V\n"
    )


def given_away(n: int) -> Files:
    """Tasks that are given away; the last of them has the address, the others know nothing."""
    return app(given("T", "const/4 v3, 0x0\n") * (n - 1) + given("T", parts()) + "return-void", task("T", 1))


def objects(n: int) -> Files:
    """Tasks that know something; the last of them has the address."""
    other = f"const/4 v2, 0x1\nnew-array v3, v2, [{TEXT}\n"
    return app(given("T", other) * (n - 1) + given("T", parts()) + "return-void", task("T", 1))


def methods(n: int) -> Files:
    """A task of a class with this number of methods beside its constructor."""
    return app(given("T", parts()) + "return-void", task("T", n))


def copies(n: int) -> Files:
    """Arrays in registers before the one with the parts, and a condition that is not known."""
    inner = "const/4 v0, 0x1\nnew-array v0, v0, [I\n"
    held = f"const/16 v2, {n}\nnew-array v1, v2, [[I\n"
    held += "".join(f"{inner}const/16 v2, {k}\naput-object v0, v1, v2\n" for k in range(n))
    return app(f"{held}{parts()}const/4 v0, 0x0\nif-eqz p1, :go\nreturn-void\n:go\n{joined('')}")


def made(files: Files) -> list[str]:
    """The addresses that a run of the method makes, with what it calls and gives away."""
    run = Runner([DexFile(files[0][1])])
    one = run.path.method("Lshop/M;", MethodRef("Lshop/M;", "go", "I", "V"))
    assert one is not None
    texts = inline.texts_made(run.machine, one, in_full=True)
    return [each.text for each in texts if each.text == ADDRESS]


@pytest.mark.parametrize(
    ("make", "most"),
    [
        pytest.param(obstacles, inline.MAX_OBSTACLES, id="instructions of a method that are passed over"),
        pytest.param(obstacles_of_a_call, inline.MAX_PASSED, id="instructions of a call below it"),
        pytest.param(given_away, machine.MAX_GIVEN, id="objects that are given away"),
        pytest.param(objects, inline.MAX_RUN, id="those of them that know something"),
        pytest.param(methods, inline.MAX_CALLBACKS, id="methods of such an object"),
        pytest.param(copies, 254, id="objects that are copied, with two arrays"),
    ],
)
def test_a_limit_of_runs_is_where_it_is_documented(make: Callable[[int], Files], most: int) -> None:
    assert made(make(most)) == [ADDRESS]
    assert made(make(most + 1)) == []
