"""DEX files whose methods use libraries that a run imitates: coroutines, interceptors, address objects, Retrofit."""

from bench.hostile_made.calls import LAST
from bench.hostile_made.kind import OWN, TEXT, Files, Kind, coded, connect, method, smali

_BOTH = (OWN, LAST)
_OBJECT, _CONTINUATION = "Ljava/lang/Object;", "Lkotlin/coroutines/Continuation;"
_CONTEXT, _BLOCK = "Lkotlin/coroutines/CoroutineContext;", "Lkotlin/jvm/functions/Function2;"
_BUILDERS, _URI = "Lkotlinx/coroutines/BuildersKt;", "Landroid/net/Uri;"
_URI_BUILDER = "Landroid/net/Uri$Builder;"
_OK, _OK_BUILDER = "Lokhttp3/OkHttpClient;", "Lokhttp3/OkHttpClient$Builder;"
_CHAIN, _REQUEST, _RESPONSE = "Lokhttp3/Interceptor$Chain;", "Lokhttp3/Request;", "Lokhttp3/Response;"
_RETROFIT, _RETROFIT_BUILDER = "Lretrofit2/Retrofit;", "Lretrofit2/Retrofit$Builder;"
_BASES = 6
_MADE = method("<init>()V", f"invoke-direct {{p0}}, {_OBJECT}-><init>()V\nreturn-void", how="public constructor")


def _new(register: str, kind: str) -> str:
    return f"new-instance {register}, {kind}\ninvoke-direct {{{register}}}, {kind}-><init>()V\n"


def _text(register: str, value: str) -> str:
    return f'const-string {register}, "{value}"\n'


def _with_context(number: int) -> str:
    """Lines that run the block of a number; its result is in ``v0``."""
    return (
        f"{_new('v1', f'Lshop/B{number};')}const/4 v2, 0x0\n"
        f"invoke-static {{v2, v1, v2}}, {_BUILDERS}->withContext({_CONTEXT}{_BLOCK}{_CONTINUATION}){_OBJECT}\n"
        f"move-result-object v0\n"
    )


def _block(number: int, body: str) -> str:
    invoke = method(f"invoke({_OBJECT}{_OBJECT}){_OBJECT}", body, registers=10, how="public")
    return smali(f"shop/B{number}", _MADE + invoke, interfaces=("kotlin/jvm/functions/Function2",))


def _contacted(before: str = "") -> str:
    """Lines that contact the text in ``v0``, and an address."""
    return (
        f"{before}check-cast v0, {TEXT}\n{connect('v0', 'v3')}{_text('v0', f'https://{LAST}/v')}{connect('v0', 'v3')}"
    )


def _app(*classes: str, body: str) -> Files:
    """The app with the classes of the libraries that it uses, without their code."""
    stubs = (
        smali(name, _MADE) for name in _STUBS if not any(one.startswith(f".class public L{name};") for one in classes)
    )
    return coded(*classes, *stubs, body=body)


_STUBS = (
    "kotlinx/coroutines/BuildersKt", "kotlin/jvm/functions/Function2", "okhttp3/OkHttpClient",
    "okhttp3/OkHttpClient$Builder", "okhttp3/Interceptor", "okhttp3/Interceptor$Chain", "okhttp3/Call",
    "retrofit2/Retrofit", "retrofit2/Retrofit$Builder",
)  # fmt: skip


def coroutines(n: int) -> Files:
    """Blocks that each run the next two with ``withContext``."""
    blocks = [
        _block(k, f"{_with_context(min(k + 1, n))}{_with_context(min(k + 2, n))}return-object v0") for k in range(n)
    ]
    blocks.append(_block(n, f"{_text('v0', f'https://{LAST}/v')}return-object v0"))
    return _app(*blocks, body=_contacted(_with_context(0)))


def resumed(n: int) -> Files:
    """Blocks that run each other in a circle, each in a loop that never ends."""
    blocks = [_block(k, f":l\n{_with_context((k + 1) % n)}goto :l") for k in range(n)]
    return _app(*blocks, body=_contacted(_with_context(0)))


def _request(address: str) -> str:
    """Lines that make a request in ``v0``; its class is the app's own."""
    return f"{_text('v4', address)}new-instance v0, {_REQUEST}\ninvoke-direct {{v0, v4}}, {_REQUEST}-><init>({TEXT})V\n"


_REQUEST_CLASS = smali(
    "okhttp3/Request",
    f".field url:{TEXT}\n"
    + method(
        f"<init>({TEXT})V",
        f"invoke-direct {{p0}}, {_OBJECT}-><init>()V\niput-object p1, p0, {_REQUEST}->url:{TEXT}\nreturn-void",
        how="public constructor",
    ),
)


def interceptors(n: int) -> Files:
    """A client with interceptors that each continue twice, and as many clients."""
    twice = f"invoke-interface {{p1, v0}}, {_CHAIN}->proceed({_REQUEST}){_RESPONSE}\nmove-result-object v1\n" * 2
    body = f"invoke-interface {{p1}}, {_CHAIN}->request(){_REQUEST}\nmove-result-object v0\n{twice}return-object v1"
    one = method(f"intercept({_CHAIN}){_RESPONSE}", body, how="public")
    own = smali("shop/I", _MADE + one, interfaces=("okhttp3/Interceptor",))
    add = f"invoke-virtual {{v5, v6}}, {_OK_BUILDER}->addInterceptor(Lokhttp3/Interceptor;){_OK_BUILDER}\n" * 16
    use = (
        f"{_new('v5', _OK_BUILDER)}{_new('v6', 'Lshop/I;')}{add}invoke-virtual {{v5}}, {_OK_BUILDER}->build(){_OK}\n"
        f"move-result-object v7\n{_request(f'https://{LAST}/v')}"
        f"invoke-virtual {{v7, v0}}, {_OK}->newCall({_REQUEST})Lokhttp3/Call;\nmove-result-object v1\n"
        f"invoke-interface {{v1}}, Lokhttp3/Call;->execute(){_RESPONSE}\n"
    )
    ways = "".join(method(f"m{k}()V", f"{use}return-void", registers=10) for k in range(n))
    calls = "".join(f"invoke-static {{}}, Lshop/U;->m{k}()V\n" for k in range(n))
    return coded(
        _REQUEST_CLASS, own, smali("shop/U", ways), body=f"{calls}{_text('v0', f'https://{LAST}/v')}{connect()}"
    )


def _methods(n: int, body: str) -> Files:
    """Methods with lines that leave an address in ``v0``, which is contacted."""
    ways = "".join(
        method(f"m{k}()V", f"{body.replace('#', str(k))}{connect('v0', 'v3')}return-void", registers=10)
        for k in range(n)
    )
    calls = "".join(f"invoke-static {{}}, Lshop/U;->m{k}()V\n" for k in range(n))
    return _app(smali("shop/U", ways), body=f"{calls}{_text('v0', f'https://{LAST}/v')}{connect()}")


def built(n: int) -> Files:
    """Builders of addresses that grow in a loop that never ends."""
    parse = f"invoke-static {{v0}}, {_URI}->parse({TEXT}){_URI}\nmove-result-object v0\n"
    return _methods(
        n,
        f"{_text('v0', 'https://h#.shop.test/v')}{parse}invoke-virtual {{v0}}, {_URI}->buildUpon(){_URI_BUILDER}\n"
        f"move-result-object v1\n{_text('v2', 'a/b?c=ä' * 40)}:l\n"
        f"invoke-virtual {{v1, v2}}, {_URI_BUILDER}->appendPath({TEXT}){_URI_BUILDER}\n"
        f"invoke-virtual {{v1, v2, v2}}, {_URI_BUILDER}->appendQueryParameter({TEXT}{TEXT}){_URI_BUILDER}\n"
        f"invoke-virtual {{v1}}, {_URI_BUILDER}->build(){_URI}\nmove-result-object v0\n"
        f"invoke-virtual {{v0}}, {_URI}->toString(){TEXT}\nmove-result-object v0\n"
        "if-nez v0, :l\n",
    )


def nested(n: int) -> Files:
    """Addresses that are made relative to each other in a loop."""
    return _methods(
        n,
        f"{_text('v0', 'https://h#.shop.test/v/')}new-instance v1, Ljava/net/URL;\n"
        f"invoke-direct {{v1, v0}}, Ljava/net/URL;-><init>({TEXT})V\n{_text('v2', 'a/../b/./../c/' * 30)}:l\n"
        f"new-instance v4, Ljava/net/URL;\n"
        f"invoke-direct {{v4, v1, v2}}, Ljava/net/URL;-><init>(Ljava/net/URL;{TEXT})V\nmove-object v1, v4\n"
        f"invoke-virtual {{v1}}, Ljava/net/URL;->toString(){TEXT}\nmove-result-object v2\n"
        f"invoke-virtual {{v2, v2}}, {TEXT}->concat({TEXT}){TEXT}\nmove-result-object v2\nif-nez v2, :l\n",
    )


def joined(n: int) -> Files:
    """Texts that are joined with themselves in a loop."""
    return _methods(
        n,
        f"{_text('v0', 'https://h#.shop.test/v')}const/16 v1, 0x400\nnew-array v2, v1, [{TEXT}\n:l\n"
        f"invoke-static {{v2, v0}}, Ljava/util/Arrays;->fill([{_OBJECT}{_OBJECT})V\n"
        f"invoke-static {{v0, v2}}, Landroid/text/TextUtils;->join(Ljava/lang/CharSequence;[{_OBJECT}){TEXT}\n"
        "move-result-object v0\nif-nez v0, :l\n",
    )


def services(n: int) -> Files:
    """Interfaces of Retrofit, each with a client of its own and six base addresses."""
    classes, calls = [_SERVICE.replace("#", "0")], []
    for k in range(n):
        classes.append(_SERVICE.replace("#", str(k + 1)))
        calls += [
            f"{_new('v1', _RETROFIT_BUILDER)}{_text('v2', f'https://h{base}.shop.test/{k}/')}"
            f"invoke-virtual {{v1, v2}}, {_RETROFIT_BUILDER}->baseUrl({TEXT}){_RETROFIT_BUILDER}\n"
            f"invoke-virtual {{v1}}, {_RETROFIT_BUILDER}->build(){_RETROFIT}\nmove-result-object v3\n"
            f"const-class v4, Lshop/S{k + 1};\n"
            f"invoke-virtual {{v3, v4}}, {_RETROFIT}->create(Ljava/lang/Class;){_OBJECT}\nmove-result-object v5\n"
            f"check-cast v5, Lshop/S{k + 1};\ninvoke-interface {{v5}}, Lshop/S{k + 1};->get()Lretrofit2/Call;\n"
            for base in range(_BASES)
        ]
    ways = "".join(
        method(f"m{k}()V", "".join(calls[k : k + _BASES]) + "return-void") for k in range(0, len(calls), _BASES)
    )
    start = "".join(f"invoke-static {{}}, Lshop/U;->m{k}()V\n" for k in range(0, len(calls), _BASES))
    return _app(*classes, smali("shop/U", ways), body=f"{start}{_text('v0', f'https://{LAST}/v')}{connect()}")


_SERVICE = (
    f".class public interface abstract Lshop/S#;\n.super {_OBJECT}\n"
    ".method public abstract get()Lretrofit2/Call;\n    .annotation runtime Lretrofit2/http/GET;\n"
    f'        value = "v/#"\n    .end annotation\n.end method\n'
)

KINDS = (
    Kind("lib-coroutines", "DEX: coroutines that each run the next two", 2_000, 4, coroutines, _BOTH),
    Kind("lib-resumed", "DEX: coroutines that run each other without end", 2_000, 4, resumed, _BOTH),
    Kind("lib-interceptors", "DEX: clients with 16 interceptors that each continue twice", 500, 2, interceptors, _BOTH),
    Kind("lib-built", "DEX: builders of `Uri` that grow", 1_000, 3, built, _BOTH),
    Kind("lib-nested", "DEX: addresses that are relative to each other", 1_000, 3, nested, _BOTH),
    Kind("lib-joined", "DEX: texts that are joined with themselves", 1_000, 3, joined, _BOTH, unread=True),
    Kind("lib-services", "DEX: interfaces of Retrofit with six base addresses", 1_000, 2, services, _BOTH),
)
