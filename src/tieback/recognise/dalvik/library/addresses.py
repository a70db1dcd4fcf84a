"""Addresses of several parts, and texts as parts of addresses.

Sources: https://developer.android.com/reference/java/net/URL#URL(java.lang.String,%20java.lang.String,%20int,
%20java.lang.String) and https://developer.android.com/reference/android/net/Uri#encode(java.lang.String)
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote_plus

from tieback.recognise.dalvik.contacts import Host
from tieback.recognise.dalvik.library.strings import text_of
from tieback.recognise.dalvik.machine import LibraryCall, Machine
from tieback.recognise.dalvik.objects import STRING, UNKNOWN, JavaObject, NotRunnableError, to_text, to_units
from tieback.recognise.dataflow.methods.texts import uri_encoded

_NO_PORT = -1
_PORTS = range(65536)

type Arguments = Sequence[Any]


def _of_parts(machine: Machine, a: Arguments) -> Any:
    """A ``URL`` of scheme, host, maybe port, and path: its text is made, the object is not followed."""
    scheme, host, path = (text_of(machine, part) for part in (a[1], a[2], a[-1]))
    port = a[3] if len(a) > 4 else _NO_PORT
    if type(port) is not int or (port != _NO_PORT and port not in _PORTS):
        raise NotRunnableError("a port that is not known")
    if ":" in host and not host.startswith("["):
        host = f"[{host}]"
    machine.text(f"{scheme}://{host}{f':{port}' if port != _NO_PORT else ''}{path}")
    return UNKNOWN


def _encoded(machine: Machine, a: Arguments) -> Any:
    """``Uri.encode``: all but the plain signs, and those of the second argument."""
    if a[0] == 0:
        return 0
    kept = text_of(machine, a[1]) if len(a) > 1 and a[1] != 0 else ""
    return machine.text(to_units(uri_encoded(to_text(text_of(machine, a[0])), kept)))


def _of_form(machine: Machine, a: Arguments) -> str:
    """``URLEncoder.encode``, in UTF-8."""
    return machine.text(to_units(quote_plus(to_text(text_of(machine, a[0])), safe="*-._").replace("~", "%7E")))


def _by_name(machine: Machine, a: Arguments) -> JavaObject:
    """``InetAddress.getByName``: its name is not looked up."""
    machine.allocate(64)
    return JavaObject(_INET, Host(to_text(text_of(machine, a[0]))))


def _host(machine: Machine, a: Arguments) -> str:
    if not isinstance(a[0], JavaObject) or not isinstance(a[0].payload, Host):
        raise NotRunnableError("an address that is not known")
    return machine.text(to_units(a[0].payload.name))


def _port(_: Machine, a: Arguments) -> int:
    port = a[0].payload.port if isinstance(a[0], JavaObject) and isinstance(a[0].payload, Host) else None
    if port is None:
        raise NotRunnableError("a port that is not known")
    return port


def _socket_address(machine: Machine, a: Arguments) -> JavaObject:
    """``InetSocketAddress`` of a host, as a text or an ``InetAddress``, and a port."""
    *_, host, port = a
    name = host.payload.name if isinstance(host, JavaObject) and isinstance(host.payload, Host) else None
    if type(port) is not int or port not in _PORTS:
        raise NotRunnableError("a port that is not known")
    machine.allocate(64)
    return JavaObject(_SOCKET, Host(to_text(text_of(machine, host)) if name is None else name, port))


_URL = "Ljava/net/URL;-><init>"
_INET, _SOCKET = "Ljava/net/InetAddress;", "Ljava/net/InetSocketAddress;"
CALLS: dict[str, LibraryCall] = {
    f"{_INET}->getByName({STRING})": _by_name,
    f"{_INET}->getHostName()": _host,
    f"{_SOCKET}-><init>({STRING}I)": _socket_address,
    f"{_SOCKET}-><init>({_INET}I)": _socket_address,
    f"{_SOCKET}->createUnresolved({STRING}I)": _socket_address,
    f"{_SOCKET}->getHostName()": _host,
    f"{_SOCKET}->getHostString()": _host,
    f"{_SOCKET}->getPort()": _port,
    f"{_URL}({STRING}{STRING}I{STRING})": _of_parts,
    f"{_URL}({STRING}{STRING}{STRING})": _of_parts,
    f"Landroid/net/Uri;->encode({STRING})": _encoded,
    f"Landroid/net/Uri;->encode({STRING}{STRING})": _encoded,
    f"Ljava/net/URLEncoder;->encode({STRING})": _of_form,
    f"Ljava/net/URLEncoder;->encode({STRING}{STRING})": _of_form,
}
"""The methods, by ``Lowner;->name(parameters)``."""
