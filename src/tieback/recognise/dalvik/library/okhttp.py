"""Clients of OkHttp with interceptors, which can change the host of each request.

The code of the client does not run. Its builder keeps the interceptors of the app, and a call runs these with its
request. Sources: https://square.github.io/okhttp/features/interceptors/ and
https://square.github.io/okhttp/5.x/okhttp/okhttp3/-ok-http-client/-builder/
"""

from collections.abc import Sequence
from typing import Any

from tieback.recognise.dalvik.classes import MethodRef
from tieback.recognise.dalvik.library.uris import contact
from tieback.recognise.dalvik.machine import LibraryCall, Machine
from tieback.recognise.dalvik.objects import STRING, UNKNOWN, JavaObject, LimitError, NotRunnableError, ThrownError
from tieback.recognise.dataflow.dex.libraries import ALL

MAX_INTERCEPTORS = 16
"""Most interceptors of one client."""
INTERCEPTORS = "interceptors of the app"
"""Field of a builder or client; no class of Java has a field of this name."""
_CLIENT, _BUILDER = "Lokhttp3/OkHttpClient;", "Lokhttp3/OkHttpClient$Builder;"
_CHAIN, _CALL, _REQUEST = "Lokhttp3/Interceptor$Chain;", "Lokhttp3/Call;", "Lokhttp3/Request;"
_REQUEST_BUILDER, _INTERCEPTOR = "Lokhttp3/Request$Builder;", "Lokhttp3/Interceptor;"
_RESPONSE = "Lokhttp3/Response;"
_TIME = "JLjava/util/concurrent/TimeUnit;"
_SETTERS = (
    *(f"{name}Timeout({_TIME})" for name in ("call", "connect", "read", "write")),
    f"pingInterval({_TIME})",
    *(f"{name}(Z)" for name in ("followRedirects", "followSslRedirects", "retryOnConnectionFailure")),
    "authenticator(Lokhttp3/Authenticator;)",
    "cache(Lokhttp3/Cache;)",
    "certificatePinner(Lokhttp3/CertificatePinner;)",
    "connectionPool(Lokhttp3/ConnectionPool;)",
    "connectionSpecs(Ljava/util/List;)",
    "cookieJar(Lokhttp3/CookieJar;)",
    "dispatcher(Lokhttp3/Dispatcher;)",
    "dns(Lokhttp3/Dns;)",
    "hostnameVerifier(Ljavax/net/ssl/HostnameVerifier;)",
    "protocols(Ljava/util/List;)",
    "proxy(Ljava/net/Proxy;)",
    "sslSocketFactory(Ljavax/net/ssl/SSLSocketFactory;)",
    "sslSocketFactory(Ljavax/net/ssl/SSLSocketFactory;Ljavax/net/ssl/X509TrustManager;)",
)
"""Calls of the builder that return it, and change no address."""

type Arguments = Sequence[Any]


def _new(_: Machine, a: Arguments) -> None:
    """A builder or client without interceptors."""
    a[0].fields[INTERCEPTORS] = ()


def _add(machine: Machine, a: Arguments) -> Any:
    known = interceptors(a[0])
    if len(known) < MAX_INTERCEPTORS:
        a[0].fields[INTERCEPTORS] = (*known, a[1])
    else:
        machine.is_short = True
    return a[0]


def interceptors(client: Any) -> tuple[Any, ...]:
    """The interceptors of a client or builder, as far as they are known."""
    known = client.fields.get(INTERCEPTORS) if isinstance(client, JavaObject) else None
    return known if isinstance(known, tuple) else ()


def _same(_: Machine, a: Arguments) -> Any:
    return a[0]


def _made(kind: str) -> LibraryCall:
    def made(machine: Machine, a: Arguments) -> JavaObject:
        machine.allocate(64)
        its = JavaObject(kind)
        its.fields[INTERCEPTORS] = interceptors(a[0])
        return its

    return made


def _call(machine: Machine, a: Arguments) -> JavaObject:
    machine.allocate(64)
    return JavaObject(_CALL, (interceptors(a[0]), a[1]))


def _execute(machine: Machine, a: Arguments) -> Any:
    """``execute`` or ``enqueue`` of a call: its interceptors run, and the response is not known."""
    machine.give(a[1:])
    if isinstance(a[0], JavaObject) and isinstance(a[0].payload, tuple):
        _contact(machine, *a[0].payload)
    return UNKNOWN


def _open_socket(machine: Machine, a: Arguments) -> Any:
    machine.give(a[2:])
    _contact(machine, interceptors(a[0]), a[1])
    return UNKNOWN


def _contact(machine: Machine, chain: tuple[Any, ...], request: Any) -> None:
    """The address of a request, behind the interceptors, is a text that the run makes."""
    address = address_of(_proceed(machine, chain, request))
    if address is not None:
        contact(machine, address)


def _proceed(machine: Machine, chain: tuple[Any, ...], request: Any) -> Any:
    """The request that comes behind the interceptors; one that cannot be run is passed over."""
    for at, one in enumerate(chain):
        kind = one.kind if isinstance(one, JavaObject) else ""
        method = None
        if machine.passing is not None and kind and not ALL.hold(kind):
            method = machine.path.method(kind, MethodRef(kind, "intercept", _CHAIN, _RESPONSE))
        if method is None:
            continue
        machine.allocate(64)
        state = JavaObject(_CHAIN, [chain[at + 1 :], request, None])
        try:
            machine.execute(method, (one, state))
        except LimitError:
            raise
        except NotRunnableError:
            pass
        return request if state.payload[2] is None else state.payload[2]
    return request


def _state(value: Any) -> list[Any]:
    if isinstance(value, JavaObject) and isinstance(value.payload, list):
        return value.payload
    raise NotRunnableError("a chain that is not known")


def _continue(machine: Machine, a: Arguments) -> Any:
    """``proceed``: the next interceptors run with this request."""
    state = _state(a[0])
    state[2] = _proceed(machine, state[0], a[1])
    return UNKNOWN


def requested(machine: Machine, chain: tuple[Any, ...], address: str) -> str | None:
    """The address that a request has behind the interceptors; ``None`` if that is not known."""
    if not chain:
        return None
    builder = JavaObject(_REQUEST_BUILDER)
    try:
        for name, kinds, result, values in (
            ("<init>", "", "V", ()),
            ("url", STRING, _REQUEST_BUILDER, (address,)),
        ):
            _run(machine, builder, MethodRef(_REQUEST_BUILDER, name, kinds, result), *values)
        request = _run(machine, builder, MethodRef(_REQUEST_BUILDER, "build", "", _REQUEST))
        return address_of(_proceed(machine, chain, request))
    except LimitError:
        raise
    except (NotRunnableError, ThrownError):
        return None


def _run(machine: Machine, receiver: JavaObject, ref: MethodRef, *values: Any) -> Any:
    method = machine.path.method(receiver.kind, ref)
    if method is None:
        raise NotRunnableError("a class that the app does not have")
    return machine.execute(method, (receiver, *values))


def address_of(request: Any) -> str | None:
    """The address of a request: both it and its ``HttpUrl`` have a field of this name."""
    url = request.fields.get("url") if isinstance(request, JavaObject) else None
    text = url.fields.get("url") if isinstance(url, JavaObject) else None
    return text if isinstance(text, str) else None


CALLS: dict[str, LibraryCall] = {
    f"{_BUILDER}-><init>()": _new,
    f"{_BUILDER}->addInterceptor({_INTERCEPTOR})": _add,
    f"{_BUILDER}->addNetworkInterceptor({_INTERCEPTOR})": _add,
    f"{_BUILDER}->build()": _made(_CLIENT),
    f"{_CLIENT}-><init>()": _new,
    f"{_CLIENT}->newBuilder()": _made(_BUILDER),
    f"{_CLIENT}->newCall({_REQUEST})": _call,
    f"{_CLIENT}->newWebSocket({_REQUEST}Lokhttp3/WebSocketListener;)": _open_socket,
    f"{_CALL}->execute()": _execute,
    f"{_CALL}->enqueue(Lokhttp3/Callback;)": _execute,
    f"{_CHAIN}->request()": lambda _, a: _state(a[0])[1],
    f"{_CHAIN}->proceed({_REQUEST})": _continue,
    **{f"{_BUILDER}->{call}": _same for call in _SETTERS},
}
"""The methods, by ``Lowner;->name(parameters)``."""
