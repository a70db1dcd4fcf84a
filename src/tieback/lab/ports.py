"""Check that a server can listen on a port before it starts, so that the error can say what to do."""

import errno
import os
import socket

from tieback.lab.listeners import holder_text
from tieback.model.errors import LabError


def require_free_port(address: str, port: int) -> None:
    """Check that a server can listen there.

    Raises:
        LabError: the port is in use, needs root, or the address does not belong to this machine.
    """
    number = _bind_error(address, port)
    if number == 0:
        return
    match number:
        case errno.EADDRINUSE:
            what = f"the port is in use{holder_text(address, port)}"
            advice = "Stop the program on this port, or choose another subnet with --subnet"
        case errno.EACCES:
            what, advice = "ports below net.ipv4.ip_unprivileged_port_start need root", "Use a higher port"
        case _:
            what = f"cannot listen there ({os.strerror(number)})"
            advice = "The lab needs Linux: there, all of 127.0.0.0/8 is loopback"
    raise LabError(what, where=f"{address}:{port}", advice=advice)


def needs_root(address: str, port: int) -> bool:
    """True if the port needs root (``net.ipv4.ip_unprivileged_port_start``) and we are not root."""
    return _bind_error(address, port) == errno.EACCES


def _bind_error(address: str, port: int) -> int:
    """0 if a server can listen there, otherwise the error number."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # Like servers, ignore lingering connections of an earlier run.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            return error.errno or errno.EIO
    return 0
