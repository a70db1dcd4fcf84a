"""HTTP for services that the user configured, such as a webhook or an EMM's API: to exactly those hosts, and no other.

No redirect is followed, no proxy of the environment is taken, answers are cut, every step has its time. TLS is checked
against the system's roots; plain HTTP goes to loopback alone.
"""

import http.client
import ssl
import time
from collections.abc import Iterable, Mapping
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

import msgspec

from tieback.model.errors import UsageError

TIMEOUT_SECONDS = 15.0
MAX_ANSWER = 1 << 20
MAX_RETRY_SECONDS = 3600.0


class Sent(StrEnum):
    """How a request ended."""

    ANSWERED = "answered"
    NOT_SENT = "not_sent"
    """Nothing left: the name, the connection or TLS failed."""
    UNSURE = "unsure"
    """It left, and no answer came: it may have arrived."""


class Answer(msgspec.Struct, frozen=True):
    """What came back."""

    sent: Sent
    status: int = 0
    body: bytes = b""
    """Cut at what the request allows."""
    problem: str = ""
    retry_after: float | None = None
    """Seconds that the service asks to wait (RFC 9110, 10.2.3)."""


class Services:
    """The configured hosts, and requests to them."""

    def __init__(self, urls: Iterable[str], timeout: float = TIMEOUT_SECONDS) -> None:
        """Take the services' URLs.

        Raises:
            UsageError: one is no ``https:`` URL (or ``http:`` of loopback), or carries a user name.
        """
        self._allowed = {_origin(checked(url)) for url in urls}
        self._timeout = timeout

    def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"", most: int = MAX_ANSWER
    ) -> Answer:
        """Send one request and read its answer, of which at most ``most`` bytes.

        Raises:
            UsageError: the URL is not of a configured service.
        """
        parts = checked(url)
        if _origin(parts) not in self._allowed:
            where = parts.hostname or url
            raise UsageError("not a configured service", where=where, advice="Add it to the configuration")
        connection = self._connection(parts)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        left = False
        try:
            connection.connect()
            left = True
            connection.request(method, path, body or None, {"User-Agent": "tieback", "Connection": "close", **headers})
            answer = connection.getresponse()
            data = _read(answer, most, time.monotonic() + self._timeout)
            retry = _seconds(answer.headers.get("Retry-After", ""))
            return Answer(Sent.ANSWERED, answer.status, data, retry_after=retry)
        except (OSError, http.client.HTTPException, ValueError) as error:
            why = str(error)[:200] or type(error).__name__
            return Answer(Sent.UNSURE if left else Sent.NOT_SENT, problem=why)
        finally:
            connection.close()

    def _connection(self, parts: SplitResult) -> http.client.HTTPConnection:
        host = parts.hostname or ""
        if parts.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, parts.port or 443, timeout=self._timeout, context=context)
        return http.client.HTTPConnection(host, parts.port or 80, timeout=self._timeout)


def checked(url: str) -> SplitResult:
    """A service's URL, taken apart.

    Raises:
        UsageError: it is none that a service may have.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise UsageError("not a URL", where=url[:80], advice="Write https://HOST/PATH") from None
    host = parts.hostname or ""
    if not host or parts.username is not None or parts.password is not None or not url.isprintable() or port == 0:
        raise UsageError("not a service's URL", where=host or url[:80], advice="Write https://HOST/PATH without a user")
    if parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host)):
        return parts
    raise UsageError("not https", where=host, advice="Plain HTTP goes to loopback alone")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    return parts.scheme, (parts.hostname or "").lower(), parts.port or (443 if parts.scheme == "https" else 80)


def _read(answer: http.client.HTTPResponse, most: int, until: float) -> bytes:
    """The body, cut at its limit and its time."""
    parts, size = [], 0
    while size < most and time.monotonic() < until and (part := answer.read1(min(65_536, most - size))):
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def _seconds(text: str) -> float | None:
    return min(float(text), MAX_RETRY_SECONDS) if text.isascii() and text.isdigit() and len(text) < 10 else None
