"""DEX files whose methods, classes and fields lead to each other very often."""

from collections.abc import Iterator

from bench.hostile_made.kind import OWN, TEXT, Files, Kind, coded, concat, connect, contact, method, smali

LAST = "zz-last.shop.test"
"""Host behind the last method, class or case of each file."""
_WITH_TEXT = f"f({TEXT})V"


def _sink(host: str) -> str:
    """Lines that contact a path of a host, which the parameter is the end of."""
    return f'const-string v0, "https://{host}/"\n{concat("v0", "p0")}{connect()}return-void'


def chain(n: int, times: int = 1) -> Files:
    """Static methods that call the next one, the last of which contacts its argument."""
    call = "".join(f"invoke-static {{p0}}, Lshop/M;->m{{}}({TEXT})V\n" for _ in range(times))
    ways = [method(f"m{k}({TEXT})V", call.replace("{}", str(k + 1)) + "return-void") for k in range(n)]
    ways.append(method(f"m{n}({TEXT})V", _sink(LAST)))
    return coded(
        smali("shop/M", "".join(ways)), body=f'const-string v0, "x"\ninvoke-static {{v0}}, Lshop/M;->m0({TEXT})V\n'
    )


def fan_out(n: int) -> Files:
    """One method that calls very many others, each of which contacts its argument."""
    ways = [method(f"m{k}({TEXT})V", _sink(LAST if k == n - 1 else f"m{k}.shop.test")) for k in range(n)]
    calls = "".join(f"invoke-static {{v0}}, Lshop/M;->m{k}({TEXT})V\n" for k in range(n))
    return coded(smali("shop/M", "".join(ways)), body=f'const-string v0, "x"\n{calls}')


def fan_in(n: int) -> Files:
    """One method that contacts its argument, with very many callers."""
    sink = smali("shop/S", method(_WITH_TEXT, _sink(LAST)))
    call = f'const-string v0, "p{{}}"\ninvoke-static {{v0}}, Lshop/S;->{_WITH_TEXT}\nreturn-void'
    ways = "".join(method(f"m{k}()V", call.replace("{}", str(k))) for k in range(n))
    return coded(sink, smali("shop/M", ways), body="invoke-static {}, Lshop/M;->m0()V\n")


def _implementers(n: int, body: str) -> Iterator[str]:
    yield (
        ".class public interface abstract Lshop/I;\n.super Ljava/lang/Object;\n"
        f".method public abstract get(){TEXT}\n.end method\n"
    )
    for k in range(n):
        its = method(f"get(){TEXT}", body.replace("{}", str(k)), how="public")
        yield smali(f"shop/I{k}", its, interfaces=("shop/I",))


def interface_addresses(n: int) -> Files:
    """Classes with one interface, whose method returns an address that one caller contacts."""
    get = f"invoke-interface {{v2}}, Lshop/I;->get(){TEXT}\nmove-result-object v0\n{connect()}return-void"
    user = smali("shop/U", method("f(Lshop/I;)V", f"move-object v2, p0\n{get}"))
    its = method(f"get(){TEXT}", f'const-string v0, "https://{LAST}/v"\nreturn-object v0', how="public")
    last = smali("shop/IZ", its, interfaces=("shop/I",))
    body = "new-instance v2, Lshop/IZ;\ninvoke-static {v2}, Lshop/U;->f(Lshop/I;)V\n"
    rest = _implementers(n, 'const-string v0, "https://i{}.shop.test/v"\nreturn-object v0')
    return coded(*rest, last, user, body=body)


def interface_calls(n: int) -> Files:
    """Classes with one interface, whose method calls that of the next one through the interface."""
    each = (
        f"new-instance v2, Lshop/I0;\ninvoke-interface {{v2}}, Lshop/I;->get(){TEXT}\nmove-result-object v0\n"
        f'const-string v1, "{{}}"\n{concat()}return-object v0'
    )
    use = f"new-instance v2, Lshop/I0;\ninvoke-interface {{v2}}, Lshop/I;->get(){TEXT}\nmove-result-object v0\n"
    return coded(*_implementers(n, each), body=use + connect())


def recursion(n: int) -> Files:
    """Methods in a ring that each put their number before the text and call the next two."""
    lines = []
    for k in range(n):
        calls = "".join(f"invoke-static {{v0}}, Lshop/M;->m{(k + by) % n}({TEXT})V\n" for by in (1, 7))
        grow = f'const-string v0, "{k}/"\n{concat("v0", "p0")}'
        lines.append(method(f"m{k}({TEXT})V", f"{grow}{calls}{contact_of('v0')}return-void"))
    body = f'const-string v0, "https://{LAST}/"\ninvoke-static {{v0}}, Lshop/M;->m0({TEXT})V\n{contact_of("v0")}'
    return coded(smali("shop/M", "".join(lines)), body=body)


def contact_of(register: str) -> str:
    """Lines that open a connection to the address in a register."""
    return connect(register, "v3")


def classes_below(n: int) -> Files:
    """Classes that are each below the one before; the last inherits what contacts its host."""
    top = smali("shop/C0", method("f()V", contact(f"https://{LAST}/v") + "return-void", how="public"))
    rest = (smali(f"shop/C{k}", "", above=f"Lshop/C{k - 1};") for k in range(1, n))
    return coded(top, *rest, body=f"new-instance v2, Lshop/C{n - 1};\ninvoke-virtual {{v2}}, Lshop/C{n - 1};->f()V\n")


def one_field(n: int) -> Files:
    """Methods that write one field, and as many that contact what it has."""
    write = 'const-string v0, "https://w{}.shop.test/v"\nsput-object v0, Lshop/F;->f:Ljava/lang/String;\nreturn-void'
    read = f"sget-object v0, Lshop/F;->f:{TEXT}\n{connect()}return-void"
    ways = "".join(method(f"w{k}()V", write.replace("{}", str(k))) + method(f"r{k}()V", read) for k in range(n))
    calls = "".join(f"invoke-static {{}}, Lshop/F;->{how}{k}()V\n" for k in range(n) for how in "wr")
    return coded(smali("shop/F", f".field static f:{TEXT}\n{ways}"), body=calls + contact(f"https://{LAST}/v"))


def rings_of_fields(n: int) -> Files:
    """Fields that are each put together from the next two."""
    fields = "".join(f".field static f{k}:{TEXT}\n" for k in range(n))
    step = (
        "sget-object v0, Lshop/F;->f{}:Ljava/lang/String;\nsget-object v1, Lshop/F;->f[]:Ljava/lang/String;\n"
        f"{concat()}"
        f"sput-object v0, Lshop/F;->f!:{TEXT}\nreturn-void"
    )
    ways = "".join(
        method(f"m{k}()V", step.replace("{}", str((k + 1) % n)).replace("[]", str((k + 7) % n)).replace("!", str(k)))
        for k in range(n)
    )
    first = f'const-string v0, "https://{LAST}/"\nsput-object v0, Lshop/F;->f0:{TEXT}\n'
    calls = "".join(f"invoke-static {{}}, Lshop/F;->m{k}()V\n" for k in range(n))
    return coded(smali("shop/F", fields + ways), body=f"{first}{calls}sget-object v0, Lshop/F;->f0:{TEXT}\n{connect()}")


def nested_objects(n: int) -> Files:
    """Objects that hold each other, the innermost of which has the address."""
    node = smali("shop/N", f".field public next:Lshop/N;\n.field public url:{TEXT}\n")
    lines = [
        f'new-instance v2, Lshop/N;\nconst-string v0, "https://{LAST}/v"\niput-object v0, v2, Lshop/N;->url:{TEXT}\n'
    ]
    lines += ["new-instance v3, Lshop/N;\niput-object v2, v3, Lshop/N;->next:Lshop/N;\nmove-object v2, v3\n"] * n
    lines += ["iget-object v2, v2, Lshop/N;->next:Lshop/N;\n"] * n
    lines.append(f"iget-object v0, v2, Lshop/N;->url:{TEXT}\n{connect()}")
    return coded(node, body="".join(lines))


_BOTH = (OWN, LAST)

KINDS = (
    Kind("calls-chain", "DEX: methods that call the next one", 5_000, 50, chain, _BOTH),
    Kind("calls-twice", "DEX: methods that call the next one twice", 2_000, 12, lambda n: chain(n, 2), _BOTH),
    Kind("calls-eight", "DEX: methods that call the next one eight times", 1_000, 6, lambda n: chain(n, 8), _BOTH),
    Kind("calls-fan-out", "DEX: methods that one method calls with an end of an address", 3_000, 40, fan_out, _BOTH),
    Kind("calls-fan-in", "DEX: callers of one method that contacts its argument", 5_000, 40, fan_in, _BOTH),
    Kind(
        "calls-interface",
        "DEX: classes with one interface, whose method returns an address",
        3_000,
        30,
        interface_addresses,
        _BOTH,
    ),
    Kind("calls-interface-calls", "DEX: classes with one interface, which call each other", 3_000, 30, interface_calls),
    Kind("calls-recursion", "DEX: methods in a ring, with a longer text each", 1_500, 10, recursion, _BOTH),
    Kind("calls-classes-below", "DEX: classes below each other", 15_000, 60, classes_below, _BOTH),
    Kind("calls-one-field", "DEX: methods that write, and that read, one field", 3_000, 30, one_field, _BOTH),
    Kind("calls-field-rings", "DEX: fields that are put together from two others", 3_000, 20, rings_of_fields),
    Kind("calls-nested-objects", "DEX: objects that hold each other", 3_000, 10, nested_objects),
)
