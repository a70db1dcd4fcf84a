"""Clients of Retrofit: which base address an interface, or a method of it, is used with.

The code of the library does not run: its builder keeps the address, and ``create`` gives it to an object of the
interface. Where an interface gets several addresses, those count with which its methods are called.
Sources: https://square.github.io/retrofit/2.x/retrofit/retrofit2/Retrofit.Builder.html and
https://github.com/square/retrofit/blob/parent-1.9.0/retrofit/src/main/java/retrofit/RestAdapter.java
"""

from collections.abc import Sequence
from typing import Any

from tieback.recognise.dalvik.classes import MethodRef
from tieback.recognise.dalvik.library.okhttp import INTERCEPTORS, interceptors, requested
from tieback.recognise.dalvik.library.renamed_okhttp import requested_by
from tieback.recognise.dalvik.machine import LibraryCall, Machine
from tieback.recognise.dalvik.objects import STRING, UNKNOWN, ClassRef, JavaObject, NotRunnableError, to_text

MAX_SERVICES = 2_000
"""Most interfaces and methods whose base address is kept."""
MAX_BASES = 8
"""Most base addresses of one of them."""
_BASE = "base address"
"""Field of a builder or client; no class of Java has a field of this name."""
_CLIENT = "client of the app"
_RETROFIT, _BUILDER = "Lretrofit2/Retrofit;", "Lretrofit2/Retrofit$Builder;"
_ADAPTER, _ADAPTER_BUILDER = "Lretrofit/RestAdapter;", "Lretrofit/RestAdapter$Builder;"
_SETTERS = {
    _BUILDER: (
        "addCallAdapterFactory(Lretrofit2/CallAdapter$Factory;)",
        "addConverterFactory(Lretrofit2/Converter$Factory;)",
        "callbackExecutor(Ljava/util/concurrent/Executor;)",
        "callFactory(Lokhttp3/Call$Factory;)",
        "validateEagerly(Z)",
    ),
    _ADAPTER_BUILDER: (
        "setClient(Lretrofit/client/Client;)",
        "setClient(Lretrofit/client/Client$Provider;)",
        "setConverter(Lretrofit/converter/Converter;)",
        "setErrorHandler(Lretrofit/ErrorHandler;)",
        "setExecutors(Ljava/util/concurrent/Executor;Ljava/util/concurrent/Executor;)",
        "setLog(Lretrofit/RestAdapter$Log;)",
        "setLogLevel(Lretrofit/RestAdapter$LogLevel;)",
        "setProfiler(Lretrofit/Profiler;)",
        "setRequestInterceptor(Lretrofit/RequestInterceptor;)",
    ),
}
"""Calls of a builder that return it, and do not change the address."""

type Arguments = Sequence[Any]


def _new(_: Machine, a: Arguments) -> None:
    """A builder without an address."""
    a[0].fields[_BASE] = UNKNOWN


def _set_text(_: Machine, a: Arguments) -> Any:
    a[0].fields[_BASE] = a[1]
    return a[0]


def _set_address(_: Machine, a: Arguments) -> Any:
    """``baseUrl`` with an ``HttpUrl``, which has its text in a field."""
    a[0].fields[_BASE] = a[1].fields.get("url", UNKNOWN) if isinstance(a[1], JavaObject) else UNKNOWN
    return a[0]


def _set_endpoint(machine: Machine, a: Arguments) -> Any:
    """``setEndpoint`` with an object of the app, which gives the address."""
    try:
        a[0].fields[_BASE] = machine.call(a[1], "getUrl", STRING)
    except NotRunnableError:
        a[0].fields[_BASE] = UNKNOWN
    return a[0]


def _set_client(_: Machine, a: Arguments) -> Any:
    a[0].fields[INTERCEPTORS] = interceptors(a[1])
    return a[0]


def _set_renamed(_: Machine, a: Arguments) -> Any:
    """``client`` with an object whose class a shrinker has renamed."""
    a[0].fields[_CLIENT] = a[1]
    return a[0]


def _same(_: Machine, a: Arguments) -> Any:
    return a[0]


def _made(kind: str) -> LibraryCall:
    def made(machine: Machine, a: Arguments) -> JavaObject:
        machine.allocate(64)
        its = JavaObject(kind)
        its.fields[_BASE] = a[0].fields.get(_BASE, UNKNOWN)
        its.fields[INTERCEPTORS] = interceptors(a[0])
        its.fields[_CLIENT] = a[0].fields.get(_CLIENT, 0)
        return its

    return made


def _create(machine: Machine, a: Arguments) -> Any:
    """An object of an interface, with the address."""
    base = a[0].fields.get(_BASE, UNKNOWN) if isinstance(a[0], JavaObject) else UNKNOWN
    if not isinstance(base, str) or not isinstance(a[1], ClassRef):
        return UNKNOWN
    machine.allocate(64)
    client = a[0].fields.get(_CLIENT, 0)
    base = requested(machine, interceptors(a[0]), base) or base
    if isinstance(client, JavaObject):
        base = requested_by(machine, client, base) or base
    _note(machine, a[1].kind, base)
    made = JavaObject(a[1].kind)
    made.fields[_BASE] = base
    return made


def _note(machine: Machine, place: str, base: str) -> None:
    text = to_text(base)
    its = machine.services.get(place)
    if its is None and len(machine.services) < MAX_SERVICES:
        its = machine.services[place] = {}
    if its is None or (text not in its and len(its) >= MAX_BASES):
        machine.is_short = True
    else:
        its[text] = None


def service_call(ref: MethodRef) -> LibraryCall:
    """The call of a method of an interface of a web service; its result is not known."""

    def call(machine: Machine, a: Arguments) -> Any:
        base = a[0].fields.get(_BASE, UNKNOWN) if isinstance(a[0], JavaObject) else UNKNOWN
        if isinstance(base, str):
            _note(machine, f"{a[0].kind}->{ref.signature}", base)
        machine.give(a[1:])
        return UNKNOWN

    return call


CALLS: dict[str, LibraryCall] = {
    f"{_BUILDER}-><init>()": _new,
    f"{_BUILDER}->baseUrl({STRING})": _set_text,
    f"{_BUILDER}->baseUrl(Lokhttp3/HttpUrl;)": _set_address,
    f"{_BUILDER}->client(Lokhttp3/OkHttpClient;)": _set_client,
    f"{_BUILDER}->client(*)": _set_renamed,
    f"{_BUILDER}->build()": _made(_RETROFIT),
    f"{_RETROFIT}->newBuilder()": _made(_BUILDER),
    f"{_RETROFIT}->create(Ljava/lang/Class;)": _create,
    f"{_ADAPTER_BUILDER}-><init>()": _new,
    f"{_ADAPTER_BUILDER}->setEndpoint({STRING})": _set_text,
    f"{_ADAPTER_BUILDER}->setEndpoint(Lretrofit/Endpoint;)": _set_endpoint,
    f"{_ADAPTER_BUILDER}->build()": _made(_ADAPTER),
    f"{_ADAPTER}->create(Ljava/lang/Class;)": _create,
    **{f"{owner}->{call}": _same for owner, calls in _SETTERS.items() for call in calls},
}
"""The methods, by ``Lowner;->name(parameters)``."""
