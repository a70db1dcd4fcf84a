"""Addresses of several parts, and texts as parts of addresses.

Sources: https://developer.android.com/reference/java/net/URL#URL(java.lang.String,%20java.lang.String,%20int,
%20java.lang.String) and https://developer.android.com/reference/android/net/Uri#encode(java.lang.String)
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote_plus

from tieback.recognise.dalvik.library.strings import text_of
from tieback.recognise.dalvik.machine import LibraryCall, Machine
from tieback.recognise.dalvik.objects import STRING, UNKNOWN, NotRunnableError, to_text, to_units
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


_URL = "Ljava/net/URL;-><init>"
CALLS: dict[str, LibraryCall] = {
    f"{_URL}({STRING}{STRING}I{STRING})": _of_parts,
    f"{_URL}({STRING}{STRING}{STRING})": _of_parts,
    f"Landroid/net/Uri;->encode({STRING})": _encoded,
    f"Landroid/net/Uri;->encode({STRING}{STRING})": _encoded,
    f"Ljava/net/URLEncoder;->encode({STRING})": _of_form,
    f"Ljava/net/URLEncoder;->encode({STRING}{STRING})": _of_form,
}
"""The methods, by ``Lowner;->name(parameters)``."""
