"""DEX files whose methods put addresses together in ways that only a run of them shows."""

import json
from collections.abc import Iterable

from bench.hostile_made.calls import LAST
from bench.hostile_made.kind import OWN, TEXT, Files, Kind, coded, concat, connect, method, smali

_BUILDER = "Ljava/lang/StringBuilder;"
_APPEND = f"{_BUILDER}->append({TEXT}){_BUILDER}"
_OBJECT = "Lorg/json/JSONObject;"
_BEGIN = f"new-instance v0, {_BUILDER}\ninvoke-direct {{v0}}, {_BUILDER}-><init>()V\n"
_END = f"invoke-virtual {{v0}}, {_BUILDER}->toString(){TEXT}\nmove-result-object v0\n{connect()}return-void"


def _append(text: str) -> str:
    return f'const-string v1, "{text}"\ninvoke-virtual {{v0, v1}}, {_APPEND}\n'


def _parts(*parts: str) -> str:
    """Lines that append texts to the builder in ``v0``, from an array in a loop."""
    lines = [f"const/16 v2, {len(parts)}\nnew-array v3, v2, [{TEXT}\n"]
    lines += [f'const/16 v4, {k}\nconst-string v5, "{part}"\naput-object v5, v3, v4\n' for k, part in enumerate(parts)]
    lines.append(
        f"const/4 v4, 0x0\n:part\naget-object v5, v3, v4\ninvoke-virtual {{v0, v5}}, {_APPEND}\n"
        "add-int/lit8 v4, v4, 0x1\nif-lt v4, v2, :part\n"
    )
    return "".join(lines)


def _address(k: int, last: bool) -> str:
    """The lines of an address, whose host is whole only after the loop."""
    host = LAST if last else f"h{k}.shop.test"
    return _parts(f"https://{host[:2]}", host[2:], f"/{k}")


def _methods(n: int, before: str = "", *, members: str = "", registers: int = 12) -> Files:
    """Methods of one object with ``before`` in front of the lines of an address each, that one activity calls."""
    ways = [
        method(f"m{k}(I)V", f"{before}{_BEGIN}{_address(k, k == n - 1)}{_END}", registers=registers, how="public")
        for k in range(n)
    ]
    return _called(smali("shop/M", members + "".join(ways)), (f"m{k}" for k in range(n)))


def _called(one: str, names: Iterable[str], *others: str) -> Files:
    calls = "".join(f"invoke-virtual {{v2, v3}}, Lshop/M;->{name}(I)V\n" for name in names)
    return coded(one, *others, body=f"new-instance v2, Lshop/M;\ninvoke-direct {{v2}}, Lshop/M;-><init>()V\n{calls}")


def _made(lines: str = "", fields: str = "") -> str:
    """A constructor with these lines, and fields."""
    body = f"invoke-direct {{p0}}, Ljava/lang/Object;-><init>()V\n{lines}return-void"
    return fields + method("<init>()V", body, how="public constructor")


_SLOW = "const v1, 0x7fffffff\nconst/4 v0, 0x0\n:l\nadd-int/lit8 v0, v0, 0x1\nif-lt v0, v1, :l\n"


def loops(n: int) -> Files:
    """Methods that each put one address together in a loop."""
    return _methods(n, members=_made())


def holes(n: int) -> Files:
    """The same, behind thirty calls with results that are not known."""
    call = f"invoke-static {{}}, Lother/Api;->get(){TEXT}\nmove-result-object v1\n"
    call += f"invoke-virtual {{v1}}, {TEXT}->length()I\nmove-result v2\nnew-array v3, v2, [C\n"
    return _methods(n, call * 10, members=_made())


def one_constructor(n: int) -> Files:
    """The same, of one object whose constructor does not end."""
    return _methods(n, members=_made(_SLOW))


def constructors(n: int) -> Files:
    """Classes whose constructor does not end, with a method each."""
    classes, calls = [], []
    for k in range(n):
        body = f"{_BEGIN}{_address(k, k == n - 1)}{_END}"
        classes.append(smali(f"shop/C{k}", _made(_SLOW) + method("m()V", body, how="public")))
        calls.append(
            f"new-instance v2, Lshop/C{k};\ninvoke-direct {{v2}}, Lshop/C{k};-><init>()V\n"
            f"invoke-virtual {{v2}}, Lshop/C{k};->m()V\n"
        )
    return coded(*classes, body="".join(calls))


def fields(n: int) -> Files:
    """Methods of an object whose constructor stores a thousand fields, each behind a condition that is not known."""
    names = "".join(f".field f{k}:{TEXT}\n" for k in range(1_000))
    lines = "".join(f'const-string v0, "field {k}"\niput-object v0, p0, Lshop/M;->f{k}:{TEXT}\n' for k in range(1_000))
    return _methods(n, "if-eqz p1, :go\nnop\n:go\n", members=_made(lines, names))


def copies(n: int) -> Files:
    """Methods with twenty conditions that are not known, and objects in each other that each way copies."""
    lines = [f"const/16 v1, 0x100\nnew-array v2, v1, [{TEXT}\nnew-array v3, v1, [[{TEXT}\n"]
    lines += [f"const/16 v4, {k}\naput-object v2, v3, v4\n" for k in range(20)]
    lines += [f"if-eqz p1, :c{k}\nnop\n:c{k}\n" for k in range(20)]
    return _methods(n, "".join(lines), members=_made())


def growing(n: int) -> Files:
    """Methods that double the text of an address in a loop."""
    body = (
        f'const-string v0, "https://h.shop.test/{{}}"\nconst/16 v4, 0x7fff\nconst/4 v3, 0x0\n:l\n{concat("v0", "v0")}'
        f"add-int/lit8 v3, v3, 0x1\nif-lt v3, v4, :l\n{connect()}return-void"
    )
    ways = [method(f"m{k}(I)V", body.replace("{}", str(k)), how="public") for k in range(n)]
    return _called(smali("shop/M", _made() + "".join(ways)), (f"m{k}" for k in range(n)))


def many_made(n: int) -> Files:
    """Methods that make a thousand addresses each in a loop."""
    body = (
        f'const/16 v4, 0x3e8\nconst/4 v3, 0x0\n:l\n{_BEGIN}const-string v1, "https://h{{}}.shop.test/v"\n'
        f"invoke-virtual {{v0, v1}}, {_APPEND}\ninvoke-virtual {{v0, v3}}, {_BUILDER}->append(I){_BUILDER}\n"
        f"invoke-virtual {{v0}}, {_BUILDER}->toString(){TEXT}\nmove-result-object v0\n{connect()}"
        "add-int/lit8 v3, v3, 0x1\nif-lt v3, v4, :l\nreturn-void"
    )
    ways = [method(f"m{k}(I)V", body.replace("{}", str(k)), how="public") for k in range(n)]
    return _called(smali("shop/M", _made() + "".join(ways)), (f"m{k}" for k in range(n)))


def deep(n: int) -> Files:
    """Methods that each append a text and call the next one twice with the builder."""
    ways = []
    for k in range(n):
        call = f"invoke-virtual {{p0, p1}}, Lshop/D;->m{k + 1}({_BUILDER})V\n" * 2
        ways.append(
            method(f"m{k}({_BUILDER})V", f"{_append(f'p{k}').replace('v0', 'p1')}{call}return-void", how="public")
        )
    ways.append(method(f"m{n}({_BUILDER})V", "return-void", how="public"))
    lines = f"new-instance v7, Lshop/D;\ninvoke-direct {{v7}}, Lshop/D;-><init>()V\n{_BEGIN}"
    lines += _append(f"https://{LAST}/") + f"invoke-virtual {{v7, v0}}, Lshop/D;->m0({_BUILDER})V\n{_END}"
    lower = smali("shop/D", _made().replace("Lshop/M;", "Lshop/D;") + "".join(ways))
    upper = smali("shop/M", _made() + method("f(I)V", lines, registers=12, how="public"))
    start = (
        "new-instance v2, Lshop/M;\ninvoke-direct {v2}, Lshop/M;-><init>()V\ninvoke-virtual {v2, v3}, Lshop/M;->f(I)V\n"
    )
    return coded(lower, upper, body=start)


def filled(n: int) -> Files:
    """A method that makes a thousand addresses, and others with addresses of which only the beginning is known."""
    made = (
        f"const/16 v4, 0xc8\nconst/4 v3, 0x0\n:l\n{_BEGIN}{_append(f'https://{LAST}/v')}"
        f"invoke-virtual {{v0, v3}}, {_BUILDER}->append(I){_BUILDER}\n{_append('/x/y/z')}"
        f"invoke-virtual {{v0}}, {_BUILDER}->toString(){TEXT}\nmove-result-object v0\n{connect()}"
        "add-int/lit8 v3, v3, 0x1\nif-lt v3, v4, :l\nreturn-void"
    )
    ways = [method("first(I)V", made, how="public")]
    for k in range(n):
        get = f"invoke-static {{}}, Lother/Api;->get(){TEXT}\nmove-result-object v1\n"
        get += f"invoke-virtual {{v0, v1}}, {_APPEND}\n"
        body = f"{_BEGIN}{_append(f'https://{LAST}/v')}{get}{_append('/x')}{get}{_append(f'/{k}')}{_END}"
        ways.append(method(f"m{k}(I)V", body, how="public"))
    return _called(smali("shop/M", _made() + "".join(ways)), ("first", *(f"m{k}" for k in range(n))))


def _parsing(n: int, text: str, host: str = "host") -> Files:
    """Methods that read a JSON text, and contact a host that it has."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    read = (
        f'new-instance v6, {_OBJECT}\nconst-string v5, "{escaped}"\n'
        f"invoke-direct {{v6, v5}}, {_OBJECT}-><init>({TEXT})V\n"
        f'const-string v5, "{host}"\ninvoke-virtual {{v6, v5}}, {_OBJECT}->getString({TEXT}){TEXT}\n'
        "move-result-object v5\n"
    )
    lines = f"{_append('https://')}invoke-virtual {{v0, v5}}, {_APPEND}\n"
    ways = [
        method(f"m{k}(I)V", f"{read}{_BEGIN}{lines}{_append(f'/{k}')}{_END}", registers=12, how="public")
        for k in range(n)
    ]
    return _called(smali("shop/M", _made() + "".join(ways)), (f"m{k}" for k in range(n)))


def json_long(n: int) -> Files:
    """Methods that each read one JSON text of 60 KB."""
    return _parsing(n, json.dumps({"more": "x" * 60_000, "host": LAST}))


def json_keys(n: int) -> Files:
    """The same, with thousands of names."""
    return _parsing(n, json.dumps({**{f"k{k}": k for k in range(3_000)}, "host": LAST}))


def json_deep(n: int) -> Files:
    """The same, with lists inside each other."""
    return _parsing(n, '{"host": "' + LAST + '", "deep": ' + "[" * 20_000 + "]" * 20_000 + "}")


def json_numbers(n: int) -> Files:
    """The same, with a number of thousands of digits as the host."""
    return _parsing(n, '{"host": ' + "7" * 4_000 + "}")


def given(n: int) -> Files:
    """Methods that each give eight objects to the platform, whose methods do not end."""
    run = f"iget-object v2, p0, Lshop/T;->a:{TEXT}\n{_SLOW}return-void"
    names = ("run", "b", "c", "d", "e", "f")
    body = f".field public a:{TEXT}\n{_made()}" + "".join(
        method(f"{name}()V", run, registers=6, how="public") for name in names
    )
    give = (
        'new-instance v5, Lshop/T;\ninvoke-direct {v5}, Lshop/T;-><init>()V\nconst-string v6, "known"\n'
        f"iput-object v6, v5, Lshop/T;->a:{TEXT}\nnew-instance v6, Ljava/util/Timer;\n"
        "invoke-direct {v6, v5}, Ljava/util/Timer;-><init>(Ljava/lang/Runnable;)V\n"
    )
    ways = [
        method(f"m{k}(I)V", f"{give * 8}{_BEGIN}{_address(k, k == n - 1)}{_END}", registers=12, how="public")
        for k in range(n)
    ]
    task = smali("shop/T", body, interfaces=("java/lang/Runnable",))
    return _called(smali("shop/M", _made() + "".join(ways)), (f"m{k}" for k in range(n)), task)


def kept(n: int) -> Files:
    """Objects that are copied for 20 unknown conditions, of a class with 5,000 static fields."""
    statics = "".join(f".field static s{k}:Lshop/M;\n" for k in range(5_000))
    lines = "const/16 v1, 0x80\nnew-array v2, v1, [Lshop/M;\n"
    lines += "".join(
        "new-instance v3, Lshop/M;\ninvoke-direct {v3}, Lshop/M;-><init>()V\n"
        f"const/16 v4, {k}\naput-object v3, v2, v4\n"
        for k in range(60)
    )
    conditions = "".join(f"if-eqz p1, :c{k}\nnop\n:c{k}\n" for k in range(20))
    return _methods(n, lines + conditions, members=f"{statics}{_made()}")


_BOTH = (OWN, LAST)

KINDS = (
    Kind("made-loops", "DEX: methods that put an address together in a loop", 2_000, 10, loops, _BOTH),
    Kind("made-holes", "DEX: the same, behind 30 steps that are not known", 1_000, 10, holes),
    Kind(
        "made-constructor", "DEX: the same, of one object whose constructor does not end", 1_000, 10, one_constructor,
        _BOTH,
    ),
    Kind("made-constructors", "DEX: classes whose constructor does not end", 1_000, 10, constructors, _BOTH),
    Kind("made-fields", "DEX: methods of an object with 1,000 fields that a loop needs", 1_000, 10, fields, _BOTH),
    Kind("made-copies", "DEX: methods with 20 unknown conditions, and objects in each other", 300, 10, copies, _BOTH),
    Kind("made-growth", "DEX: methods that double an address", 1_000, 10, growing),
    Kind("made-many", "DEX: methods that make 1,000 addresses each", 1_000, 3, many_made),
    Kind("made-deep", "DEX: methods that each call the next one twice with a builder", 1_000, 5, deep),
    Kind("made-filled", "DEX: addresses with unknown parts, beside 200 that a loop makes", 2_000, 10, filled, _BOTH),
    Kind(
        "made-given", "DEX: methods that give away objects whose methods do not end", 500, 3, given, unread=True,
    ),
    Kind("made-kept", "DEX: objects that are copied, of a class with 5,000 static fields", 300, 3, kept),
    Kind("made-json", "DEX: methods that read a JSON text of 60 KB", 1_000, 3, json_long, _BOTH),
    Kind("made-json-keys", "DEX: methods that read a JSON text with 3,000 names", 1_000, 3, json_keys, _BOTH),
    Kind("made-json-deep", "DEX: methods that read a JSON text with 20,000 lists in each other", 1_000, 3, json_deep),
    Kind("made-json-number", "DEX: methods that read a JSON number of 4,000 digits", 1_000, 3, json_numbers),
)  # fmt: skip
