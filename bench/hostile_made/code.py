"""DEX files with long methods, and with methods that the interpreter runs to decrypt texts."""

from bench.hostile_made.calls import LAST
from bench.hostile_made.kind import OWN, TEXT, Files, Kind, coded, concat, connect, contact, initialiser, method, smali

_BUILDER = "Ljava/lang/StringBuilder;"
_APPEND = f"{_BUILDER}->append({TEXT}){_BUILDER}"
_END = contact(f"https://{LAST}/v") + "return-void"


def addresses_in_methods(n: int) -> Files:
    """Methods that each contact one address."""
    ways = (method(f"m{k}()V", contact(f"https://h{k}.shop.test/v") + "return-void") for k in range(n))
    return coded(smali("shop/M", "".join(ways)))


def addresses_in_one(n: int) -> Files:
    """One method that contacts many addresses."""
    lines = "".join(contact(f"https://h{k}.shop.test/v") for k in range(n))
    return coded(smali("shop/M", method("f()V", lines + _END)), body="invoke-static {}, Lshop/M;->f()V\n")


def appended(n: int, addresses: bool = False) -> Files:
    """One chain of ``append``, with an address each if it is to have them."""
    lines = [f"new-instance v2, {_BUILDER}\ninvoke-direct {{v2}}, {_BUILDER}-><init>()V\n"]
    for k in range(n):
        text = f"https://h{k}.shop.test/v" if addresses else f"p{k % 100}"
        lines.append(f'const-string v1, "{text}"\ninvoke-virtual {{v2, v1}}, {_APPEND}\n')
    lines.append(f"invoke-virtual {{v2}}, {_BUILDER}->toString(){TEXT}\nmove-result-object v0\n{connect()}")
    return coded(smali("shop/M", method("f()V", "".join(lines) + _END)), body="invoke-static {}, Lshop/M;->f()V\n")


def switch(n: int) -> Files:
    """A switch with an address per case."""
    cases = "".join(f':c{k}\nconst-string v0, "https://h{k}.shop.test/v"\ngoto/32 :end\n' for k in range(n))
    labels = "".join(f":c{k}\n" for k in range(n))
    body = (
        f"packed-switch p0, :table\nreturn-void\n{cases}:end\n{connect()}{_END}\n"
        f":table\n.packed-switch 0x0\n{labels}.end packed-switch"
    )
    return coded(smali("shop/M", method("f(I)V", body)), body="const/4 v0, 0x1\ninvoke-static {v0}, Lshop/M;->f(I)V\n")


def branches(n: int) -> Files:
    """Branches in a row, with a text for each, that lead to one address."""
    one = 'const-string v1, "a{}"\nif-eqz p0, :l{}\nconst-string v1, "b{}"\n:l{}\n' + concat()
    lines = ['const-string v0, "https://h.shop.test/"\n', *(one.replace("{}", str(k)) for k in range(n))]
    body = f"{''.join(lines)}{connect()}{_END}"
    return coded(smali("shop/M", method("f(Z)V", body)), body="const/4 v0, 0x1\ninvoke-static {v0}, Lshop/M;->f(Z)V\n")


def loops(n: int) -> Files:
    """Methods with a loop over a hundred addresses."""
    ways = []
    for k in range(n):
        inside = "".join(f'const-string v0, "https://h{k}-{j}.shop.test/v"\n{connect()}' for j in range(100))
        ways.append(method(f"m{k}(I)V", f":top\n{inside}add-int/lit8 p0, p0, -0x1\nif-nez p0, :top\nreturn-void"))
    ways.append(method("z(I)V", _END))
    calls = "".join(f"invoke-static {{v0}}, Lshop/M;->m{k}(I)V\n" for k in range(n))
    return coded(
        smali("shop/M", "".join(ways)), body=f"const/16 v0, 0x9\n{calls}invoke-static {{v0}}, Lshop/M;->z(I)V\n"
    )


_XOR = (
    f"invoke-virtual {{p0}}, {TEXT}->toCharArray()[C\nmove-result-object v0\narray-length v1, v0\nconst/16 v5, {{}}\n"
    ":round\nconst/4 v2, 0x0\n:x\nif-ge v2, v1, :next\naget-char v3, v0, v2\nxor-int/lit8 v3, v3, 0x5\n"
    "int-to-char v3, v3\naput-char v3, v0, v2\nadd-int/lit8 v2, v2, 0x1\ngoto :x\n"
    f":next\nadd-int/lit8 v5, v5, -0x1\nif-gtz v5, :round\nnew-instance v4, {TEXT}\n"
    f"invoke-direct {{v4, v0}}, {TEXT}-><init>([C)V\n"
)
ONCE = _XOR.replace("{}", "0x1") + "return-object v4"
"""Code that returns the text in ``p0`` with each character XOR 5."""
_D = f"d({TEXT}){TEXT}"


def xor(text: str) -> str:
    """What ``ONCE`` makes of a text, and the other way round."""
    return "".join(chr(ord(letter) ^ 5) for letter in text)


def _decrypted(body: str, n: int, more: str = "") -> Files:
    """A method ``d`` that decrypts, and ``n`` texts that it is called with and whose results are contacted."""
    ways = []
    for k in range(n):
        cipher = xor(f"https://{LAST}/{k}")
        call = f'const-string v0, "{cipher}"\ninvoke-static {{v0}}, Lshop/D;->{_D}\nmove-result-object v0\n'
        ways.append(method(f"m{k}()V", f"{call}{connect()}return-void"))
    calls = "".join(f"invoke-static {{}}, Lshop/M;->m{k}()V\n" for k in range(n))
    return coded(smali("shop/D", method(_D, body) + more), smali("shop/M", "".join(ways)), body=calls)


def _looped(inside: str, n: int, times: str = "0x7fffffff") -> Files:
    """A decryption behind a loop, which ends after very many steps."""
    count = f"const v6, {times}\nconst/4 v5, 0x0\n"
    end = "add-int/lit8 v5, v5, 0x1\nif-lt v5, v6, :l\n"
    return _decrypted(f"{count}:l\n{inside}{end}{ONCE}", n)


def plain(n: int) -> Files:
    """A decryption of few steps."""
    return _decrypted(ONCE, n)


def endless(n: int) -> Files:
    """A decryption behind a loop of 2,147,483,647 steps."""
    return _looped("", n)


def slow(n: int) -> Files:
    """An XOR that is repeated a thousand times, once per text: each ends, after many steps."""
    return _decrypted(_XOR.replace("{}", "0x3e9") + "return-object v4", n)


def large_arrays(n: int) -> Files:
    """A decryption that makes a huge array at each step of a loop."""
    return _looped("const v0, 0x7fffff\nnew-array v1, v0, [C\n", n, "0x7fff")


def growing(n: int) -> Files:
    """A decryption behind a loop that doubles a text."""
    return _looped(f"if-nez v5, :go\nmove-object v1, p0\n:go\n{concat('v1', 'v1', 'v1')}", n, "0x7fff")


def builder_growing(n: int) -> Files:
    """A decryption behind a loop that appends the text of a builder to itself."""
    double = (
        f"if-nez v5, :go\nnew-instance v0, {_BUILDER}\ninvoke-direct {{v0, p0}}, {_BUILDER}-><init>({TEXT})V\n"
        f":go\ninvoke-virtual {{v0}}, {_BUILDER}->toString(){TEXT}\nmove-result-object v1\n"
        f"invoke-virtual {{v0, v1}}, {_APPEND}\n"
    )
    return _looped(double, n, "0x7fff")


def list_growing(n: int) -> Files:
    """A decryption behind a loop that adds to a list."""
    add = (
        "if-nez v5, :go\nnew-instance v0, Ljava/util/ArrayList;\ninvoke-direct {v0}, Ljava/util/ArrayList;-><init>()V\n"
        ":go\ninvoke-virtual {v0, p0}, Ljava/util/ArrayList;->add(Ljava/lang/Object;)Z\n"
        "invoke-virtual {v0, v0}, Ljava/util/ArrayList;->addAll(Ljava/util/Collection;)Z\n"
    )
    return _looped(add, n, "0x7fff")


def replacing(n: int) -> Files:
    """A decryption behind a loop in which each character of a text is replaced by the whole text."""
    lines = (
        'if-nez v5, :go\nconst-string v1, "aaaaaaaaaaaaaaaa"\n:go\nconst-string v2, "a"\n'
        f"invoke-virtual {{v1, v2, v1}}, {TEXT}->replace(Ljava/lang/CharSequence;Ljava/lang/CharSequence;){TEXT}\n"
        "move-result-object v1\n"
    )
    return _looped(lines, n, "0x7fff")


def big_numbers(n: int) -> Files:
    """A decryption behind a loop that squares a number."""
    number = "Ljava/math/BigInteger;"
    square = (
        f'if-nez v5, :go\nconst-string v2, "7"\nnew-instance v1, {number}\n'
        f"invoke-direct {{v1, v2}}, {number}-><init>({TEXT})V\n"
        f":go\ninvoke-virtual {{v1, v1}}, {number}->multiply({number}){number}\nmove-result-object v1\n"
    )
    return _looped(square, n, "0x7fff")


def nested(n: int) -> Files:
    """Decryptions that each call the next one twice."""
    ways = []
    for k in range(n):
        call = f"invoke-static {{p0}}, Lshop/D;->d{k + 1}({TEXT}){TEXT}\nmove-result-object p0\n" * 2
        ways.append(method(f"d{k}({TEXT}){TEXT}", f"{call}return-object p0"))
    ways.append(method(f"d{n}({TEXT}){TEXT}", ONCE))
    # An even number of inversions is none, so that the text is inverted once more.
    first = f"invoke-static {{p0}}, Lshop/D;->d0({TEXT}){TEXT}\nmove-result-object p0\n{ONCE}"
    return _decrypted(first, 40, "".join(ways))


def initialisers(n: int) -> Files:
    """Classes whose initialiser needs that of the next one, and loops before."""
    classes = []
    for k in range(n):
        body = (
            ":l\nadd-int/lit8 v0, v0, 0x1\nconst/16 v1, 0x3e8\nif-lt v0, v1, :l\n"
            f"sget-object v0, Lshop/C{k + 1};->k:{TEXT}\nsput-object v0, Lshop/C{k};->k:{TEXT}\nreturn-void"
        )
        classes.append(smali(f"shop/C{k}", f".field static k:{TEXT}\n{initialiser(body)}"))
    end = f'const-string v0, "https://{LAST}/v"\nsput-object v0, Lshop/C{n};->k:{TEXT}\nreturn-void'
    classes.append(smali(f"shop/C{n}", f".field static k:{TEXT}\n{initialiser(end)}"))
    return coded(*classes, body=f"sget-object v0, Lshop/C0;->k:{TEXT}\n{connect()}")


def tables(n: int) -> Files:
    """Classes whose initialiser decrypts a text into a field, which a method contacts."""
    classes, calls = [], []
    for k in range(n):
        cipher = xor(f"https://{LAST}/{k}")
        store = ONCE.replace("return-object v4", f"sput-object v4, Lshop/T{k};->k:{TEXT}\nreturn-void")
        body = f'const-string p0, "{cipher}"\n{store}'.replace("p0", "v7")
        init = initialiser(body)
        classes.append(smali(f"shop/T{k}", f".field static k:{TEXT}\n{init}"))
        calls.append(f"sget-object v0, Lshop/T{k};->k:{TEXT}\n{connect()}")
    return coded(*classes, body="".join(calls))


def inline(n: int) -> Files:
    """Methods that decrypt an address in their own code, and contact it."""
    ways = []
    for k in range(n):
        cipher = xor(f"https://{LAST}/{k}")
        body = f'const-string p0, "{cipher}"\n'.replace("p0", "v7") + ONCE.replace("p0", "v7")
        ways.append(method(f"m{k}()V", body.replace("return-object v4", f"{connect('v4')}return-void")))
    calls = "".join(f"invoke-static {{}}, Lshop/M;->m{k}()V\n" for k in range(n))
    return coded(smali("shop/M", "".join(ways)), body=calls)


def decryptors(n: int) -> Files:
    """Decryptors, each with one text."""
    ways, calls = [], []
    for k in range(n):
        cipher = xor(f"https://{LAST}/{k}")
        ways.append(method(f"d{k}({TEXT}){TEXT}", ONCE))
        call = (
            f'const-string v0, "{cipher}"\ninvoke-static {{v0}}, Lshop/D;->d{k}({TEXT}){TEXT}\nmove-result-object v0\n'
        )
        calls.append(method(f"m{k}()V", f"{call}{connect()}return-void"))
    started = "".join(f"invoke-static {{}}, Lshop/M;->m{k}()V\n" for k in range(n))
    return coded(smali("shop/D", "".join(ways)), smali("shop/M", "".join(calls)), body=started)


def concatenations(n: int) -> Files:
    """Addresses of two parts each in one method, none of which is a constant."""
    lines = []
    for k in range(n):
        host = LAST.partition(".")[2] if k == n - 1 else f"h{k}.test"
        lines.append(
            f'const-string v0, "https://{"zz-last" if k == n - 1 else "api"}"\nconst-string v1, ".{host}/v"\n'
            f"{concat()}{connect()}"
        )
    body = method("f()V", "".join(lines) + "return-void")
    return coded(smali("shop/M", body), body="invoke-static {}, Lshop/M;->f()V\n")


def payload(n: int) -> Files:
    """Arrays of bytes in code that look like instructions that load a string."""
    rows = " ".join(["0x1a"] * 60_000)
    table = f":t\n.array-data 1\n{rows}\n.end array-data"
    body = f"const v0, 0xea60\nnew-array v0, v0, [B\nfill-array-data v0, :t\n{_END}\n{table}"
    ways = "".join(method(f"m{k}()V", body) for k in range(max(1, n // 60_000)))
    return coded(smali("shop/M", ways), body="invoke-static {}, Lshop/M;->m0()V\n")


def initialiser_arrays(n: int) -> Files:
    """One initialiser that fills an array of addresses element by element, and a method that contacts each one."""
    lines = [f"const v0, {n}\nnew-array v1, v0, [{TEXT}\n"]
    lines += [f'const v2, {k}\nconst-string v3, "https://h{k}.shop.test/v"\naput-object v3, v1, v2\n' for k in range(n)]
    lines.append(f"sput-object v1, Lshop/A;->a:[{TEXT}\nreturn-void")
    use = f"sget-object v2, Lshop/A;->a:[{TEXT}\nconst v3, {n - 1}\naget-object v0, v2, v3\n{connect()}"
    made = initialiser("".join(lines))
    return coded(smali("shop/A", f".field static a:[{TEXT}\n{made}"), body=use)


def many_registers(n: int) -> Files:
    """A method with thousands of registers, a loop that moves them, and an address in each."""
    lines = [f'const-string v{16 + k % 200}, "https://h{k}.shop.test/v"\n' for k in range(n)]
    moves = "".join(f"move-object/16 v{300 + k}, v{16 + k % 200}\n" for k in range(n))
    body = f"{''.join(lines)}const/4 v0, 0x1\n:l\n{moves}if-eqz v0, :out\ngoto/32 :l\n:out\n{_END}"
    one = method("f()V", body, registers=400 + n)
    return coded(smali("shop/M", one), body="invoke-static {}, Lshop/M;->f()V\n")


def tries(n: int) -> Files:
    """A method with a handler per call."""
    lines = [
        f":s{k}\n{contact(f'https://h{k}.shop.test/v')}:e{k}\n.catch Ljava/lang/Exception; {{:s{k} .. :e{k}}} :h\n"
        for k in range(n)
    ]
    body = f"{''.join(lines)}{_END}\n:h\nmove-exception v2\nreturn-void"
    return coded(smali("shop/M", method("f()V", body)), body="invoke-static {}, Lshop/M;->f()V\n")


_BOTH = (OWN, LAST)

KINDS = (
    Kind("code-addresses", "DEX: methods that each contact an address", 30_000, 60, addresses_in_methods),
    Kind(
        "code-addresses-in-one", "DEX: one method with addresses that it contacts", 3_000, 60, addresses_in_one, _BOTH
    ),
    Kind("code-append", "DEX: calls of one chain of `append`", 50_000, 100, appended, _BOTH),
    Kind(
        "code-append-addresses",
        "DEX: calls of one chain of `append` with addresses",
        10_000,
        60,
        lambda n: appended(n, addresses=True),
        _BOTH,
    ),
    Kind("code-concat", "DEX: addresses of two parts in one method", 2_000, 40, concatenations, _BOTH),
    Kind("code-switch", "DEX: cases of a `switch` with an address each", 4_000, 40, switch, _BOTH),
    Kind("code-branches", "DEX: branches in a row, with a text each", 4_000, 40, branches, _BOTH),
    Kind("code-loops", "DEX: loops over 100 addresses", 20, 1, loops, _BOTH),
    Kind("code-registers", "DEX: registers of one method, with moves in a loop", 10_000, 300, many_registers, _BOTH),
    Kind("code-payload", "DEX: bytes of arrays that look like code", 12 << 20, 200, payload, _BOTH),
    Kind("code-handlers", "DEX: handlers of one method", 2_000, 30, tries, _BOTH),
    Kind("run-plain", "DEX: texts of a decryption", 4_000, 10, plain, _BOTH),
    Kind(
        "run-endless", "DEX: texts of a decryption behind a loop of 2^31 steps", 1_000, 10, endless, _BOTH, unread=True
    ),
    Kind("run-slow", "DEX: texts of a decryption of 300,000 steps", 1_000, 2, slow, _BOTH, unread=True),
    Kind("run-arrays", "DEX: texts of a decryption with huge arrays", 1_000, 5, large_arrays, _BOTH, unread=True),
    Kind("run-growth", "DEX: texts of a decryption that doubles a text", 1_000, 5, growing, _BOTH, unread=True),
    Kind(
        "run-builder",
        "DEX: texts of a decryption that doubles a builder",
        1_000,
        5,
        builder_growing,
        _BOTH,
        unread=True,
    ),
    Kind("run-list", "DEX: texts of a decryption that doubles a list", 1_000, 5, list_growing, _BOTH, unread=True),
    Kind(
        "run-replace",
        "DEX: texts of a decryption that replaces a text in itself",
        1_000,
        5,
        replacing,
        _BOTH,
        unread=True,
    ),
    Kind("run-numbers", "DEX: texts of a decryption that squares a number", 1_000, 5, big_numbers),
    Kind("run-nested", "DEX: decryptions that call the next one twice", 30, 3, nested, _BOTH),
    Kind("run-decryptors", "DEX: decryptors with a text each", 1_000, 10, decryptors, _BOTH),
    Kind("run-tables", "DEX: initialisers that decrypt an address", 1_000, 10, tables, _BOTH),
    Kind("run-inline", "DEX: methods that decrypt an address in their code", 2_000, 10, inline, _BOTH),
    Kind("run-initialisers", "DEX: initialisers of classes that need the next one", 2_000, 5, initialisers, _BOTH),
    Kind("run-array-fill", "DEX: addresses in an array that an initialiser fills", 5_000, 30, initialiser_arrays),
)
