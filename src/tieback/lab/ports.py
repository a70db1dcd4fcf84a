"""May a server listen there? Asked before one is started, so that the answer can say what to do."""

import errno
import os
import socket

from tieback.model.errors import LabError


def require_free_port(address: str, port: int) -> None:
    """Check that a server could listen there.

    Raises:
        LabError: the port is taken, needs rights that we lack, or the address is not one of this machine.
    """
    number = _bind_error(address, port)
    if number == 0:
        return
    match number:
        case errno.EADDRINUSE:
            what, advice = "the port is in use", "Stop what listens there and run `tieback lab up` again"
        case errno.EACCES:
            what, advice = "ports below net.ipv4.ip_unprivileged_port_start need root", "Use a higher port"
        case _:
            what = f"cannot listen there ({os.strerror(number)})"
            advice = "The lab needs Linux, where all of 127.0.0.0/8 is loopback"
    raise LabError(what, where=f"{address}:{port}", advice=advice)


def needs_root(address: str, port: int) -> bool:
    """Whether only root may listen on the port (``net.ipv4.ip_unprivileged_port_start``) and we are not root."""
    return _bind_error(address, port) == errno.EACCES


def _bind_error(address: str, port: int) -> int:
    """0 where a server could listen there, else the error number."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: connections that linger from an earlier run do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            return error.errno or errno.EIO
    return 0
