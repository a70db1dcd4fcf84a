"""Requests to servers that a test started: without a proxy, and with one opener for all of them.

A new opener reads the trusted certificates of the machine, which takes 10 ms of CPU: as long as ten requests. Tests
ask a server many times a second until it is ready.
"""

import functools
import urllib.request
from typing import Any


@functools.cache
def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))


def open_directly(url: str | urllib.request.Request, timeout: float) -> Any:
    """As ``urllib.request.urlopen``, whatever proxy the environment names."""
    return _opener().open(url, timeout=timeout)
