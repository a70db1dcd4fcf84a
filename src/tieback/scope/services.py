"""HTTP client for services that the user configured, such as a webhook or an EMM's API: only to exactly those hosts.

No redirects, no proxy from the environment; responses are truncated, and one deadline covers each request with its
response. TLS is verified with the system's roots; plain HTTP is allowed only for loopback.
"""

import http.client
from collections.abc import Iterable, Mapping
from enum import StrEnum
from ipaddress import ip_address
from typing import BinaryIO
from urllib.parse import SplitResult, urlsplit

import msgspec

from tieback.model.errors import UsageError
from tieback.scope.guard import ExcludedServiceError, ServiceGuard
from tieback.scope.http_connection import Deadline, open_connection
from tieback.scope.tls import trust_context

TIMEOUT_SECONDS = 15.0
MAX_ANSWER = 1 << 20
MAX_RETRY_SECONDS = 3600.0


class RequestOutcome(StrEnum):
    """How a request ended."""

    ANSWERED = "answered"
    NOT_SENT = "not_sent"
    """Nothing was sent: name resolution, connection or TLS failed."""
    EXCLUDED = "excluded"
    """Nothing was sent: a site policy excludes the host."""
    UNSURE = "unsure"
    """Sent, but not answered: it may have arrived."""


class ServiceResponse(msgspec.Struct, frozen=True):
    """The response."""

    sent: RequestOutcome
    status: int = 0
    body: bytes = b""
    """Truncated to the limit of the request."""
    problem: str = ""
    retry_after: float | None = None
    """Seconds to wait, as requested by the service (RFC 9110, 10.2.3)."""


class ServiceClient:
    """The configured hosts, and requests to them."""

    def __init__(
        self, urls: Iterable[str], timeout: float = TIMEOUT_SECONDS, guard: ServiceGuard | None = None
    ) -> None:
        """Set the URLs of the services.

        Args:
            urls: their URLs.
            timeout: limit of one request in seconds.
            guard: site policies; by default those in their usual places.

        Raises:
            UsageError: a URL is not ``https:`` (or ``http:`` of loopback), or contains a user name.
            GrantError: a site policy is damaged: nothing may be contacted then.
        """
        self._guard = guard if guard is not None else ServiceGuard.load()
        self._allowed = {_origin(parse_service_url(url)) for url in urls}
        self._timeout = timeout

    def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | BinaryIO = b"", most: int = MAX_ANSWER
    ) -> ServiceResponse:
        """Send one request and read at most ``most`` bytes of the response.

        A body that is a file is sent in pieces; ``headers`` must have its ``Content-Length``.

        Raises:
            UsageError: the URL does not belong to a configured service.
        """
        parts = parse_service_url(url)
        if _origin(parts) not in self._allowed:
            where = parts.hostname or url
            raise UsageError("not a configured service", where=where, advice="Add it to the configuration")
        deadline = Deadline(self._timeout)
        trust = trust_context() if parts.scheme == "https" else None
        connection = open_connection(parts, deadline, self._timeout, trust, self._guard)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        left = False
        try:
            connection.connect()
            left = True
            connection.request(method, path, body or None, {"User-Agent": "tieback", "Connection": "close", **headers})
            answer = connection.getresponse()
            data = _read(answer, most)
            retry = _seconds(answer.headers.get("Retry-After", ""))
            return ServiceResponse(RequestOutcome.ANSWERED, answer.status, data, retry_after=retry)
        except ExcludedServiceError as error:
            return ServiceResponse(RequestOutcome.EXCLUDED, problem=str(error))
        except (OSError, http.client.HTTPException, ValueError) as error:
            why = str(error)[:200] or type(error).__name__
            return ServiceResponse(RequestOutcome.UNSURE if left else RequestOutcome.NOT_SENT, problem=why)
        finally:
            connection.close()


def parse_service_url(url: str) -> SplitResult:
    """Parse and check the URL of a service.

    Raises:
        UsageError: the URL is not allowed for a service.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise UsageError("not a URL", where=url[:80], advice="Use https://HOST/PATH") from None
    host = parts.hostname or ""
    if not host or parts.username is not None or parts.password is not None or not url.isprintable() or port == 0:
        raise UsageError(
            "not an allowed URL", where=host or url[:80], advice="Use https://HOST/PATH without a user name"
        )
    if parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host)):
        return parts
    raise UsageError("not https", where=host, advice="Use https; plain HTTP is allowed only for loopback")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    return parts.scheme, (parts.hostname or "").lower(), parts.port or (443 if parts.scheme == "https" else 80)


def _read(answer: http.client.HTTPResponse, most: int) -> bytes:
    """The body, truncated at its limit and at the deadline: the status has arrived, so the request has ended."""
    parts, size = [], 0
    try:
        while size < most and (part := answer.read1(min(65_536, most - size))):
            parts.append(part)
            size += len(part)
    except TimeoutError:
        pass
    return b"".join(parts)


def _seconds(text: str) -> float | None:
    return min(float(text), MAX_RETRY_SECONDS) if text.isascii() and text.isdigit() and len(text) < 10 else None
