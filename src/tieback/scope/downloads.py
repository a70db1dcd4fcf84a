"""Files that the user named by an ``https://`` URL: their metadata, and their bytes, whole or in ranges.

Requests go only to exactly that host: no redirects, no proxy from the environment, no credentials. TLS is verified with
the system's roots (or ``SSL_CERT_FILE``); plain HTTP is allowed only for loopback. Only GET requests are sent (RFC
9110; ranges of section 14), because a presigned link is often valid for no other method. If a server is busy, the
request is repeated after the pause that it names or an increasing one; a truncated response is resumed where it ended.
"""

import http.client
import random
import re
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from urllib.parse import urlsplit, urlunsplit

from tieback.model.errors import InputError
from tieback.model.remote import UNKNOWN_SIZE, RemoteObject
from tieback.scope.guard import ADVICE, ExcludedServiceError, ServiceGuard
from tieback.scope.http_connection import Deadline, open_connection
from tieback.scope.policy.exclude import SourcedRule
from tieback.scope.services import parse_service_url
from tieback.scope.tls import trust_context

PIECE = 1 << 18
MAX_TRIES = 6
MAX_PAUSE = 30.0
LAST_TRY_SECONDS = 90.0
"""No further try begins later than this after the first one, or after the last progress."""
STALL_SECONDS = 30.0
"""Time limit for a connection, for the head of a response, and for the next bytes of its body, in seconds."""
SLOWEST = 4096
"""Bytes per second below which a body is given up, apart from the first ``STALL_SECONDS``."""
PROGRESS = 1 << 16
"""Bytes that a response must add, so that the next truncated one counts as the first."""
_BUSY = frozenset({429, 500, 502, 503, 504})
_TOTAL = re.compile(r"bytes (\d{1,19})-\d{1,19}/(\d{1,19})")


def without_signature(url: str) -> str:
    """A URL without a possible signature, for display and storage."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))


class Downloads:
    """Requests for files. Keeps no connection open between them."""

    def __init__(self, pause: Callable[[float], None] = time.sleep, never: Iterable[SourcedRule] | None = None) -> None:
        """Set how to wait, and what is never contacted; by default the site policies in their usual places."""
        self._pause = pause
        self._never = never

    @cached_property
    def _guard(self) -> ServiceGuard:
        return ServiceGuard.load() if self._never is None else ServiceGuard(self._never)

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        """The system's roots, loaded once because that takes time."""
        return trust_context()

    def stat(self, url: str) -> RemoteObject | None:
        """The metadata of a file, by requesting its first byte; ``None`` if it does not exist.

        Raises:
            UsageError: the URL is not allowed.
            InputError: the server refuses, stays busy or is unreachable.
        """
        begun = time.monotonic()
        for attempt in range(MAX_TRIES):
            with self._asked(url, {"Range": "bytes=0-0"}, Deadline(STALL_SECONDS)) as answer:
                if isinstance(answer, OSError) or answer.status in _BUSY:
                    self._wait(url, answer, attempt, begun)
                elif answer.status == 404:
                    return None
                elif answer.status in {200, 206, 416}:  # an empty file has no first byte
                    return RemoteObject(
                        url=without_signature(url),
                        size=_total(answer),
                        etag=_etag(answer),
                        modified=answer.headers.get("Last-Modified", "")[:64],
                    )
                else:
                    raise _refused(url, answer)
        raise AssertionError("the last attempt raises")

    def read(self, url: str, start: int = 0, size: int = UNKNOWN_SIZE, etag: str = "") -> Iterator[bytes]:
        """The bytes of a file, or of a range of it, in pieces.

        Args:
            url: URL with its query.
            start: first byte.
            size: number of bytes; ``UNKNOWN_SIZE`` for all.
            etag: required state, without quotes; empty for any.

        Raises:
            InputError: as for ``stat``; or the file is gone or has changed, or the response is truncated repeatedly.
        """
        end = None if size == UNKNOWN_SIZE else start + size
        at, attempt, first = start, 0, time.monotonic()
        while end is None or at < end:
            headers = {} if not at and end is None else {"Range": f"bytes={at}-{'' if end is None else end - 1}"}
            if etag:
                headers["If-Match"] = f'"{etag}"'
            deadline = Deadline(STALL_SECONDS)
            with self._asked(url, headers, deadline) as answer:
                if isinstance(answer, OSError) or answer.status in _BUSY:
                    self._wait(url, answer, attempt, first)
                    attempt += 1
                    continue
                _check(url, answer, at, etag)
                before = at
                cut: OSError | None = None
                try:
                    while piece := answer.read1(PIECE):
                        at += len(piece)
                        begun = time.monotonic()
                        yield piece
                        # The consumer's own time does not count.
                        deadline.extend(len(piece) / SLOWEST + time.monotonic() - begun)
                except (OSError, http.client.HTTPException, ValueError) as error:
                    cut = OSError(str(error))
                # http.client treats a response that ends early as complete.
                if cut is None and not answer.length:
                    return
                attempt += 1
                if at - before >= PROGRESS:
                    attempt, first = 0, time.monotonic()
                if attempt >= MAX_TRIES or time.monotonic() - first > LAST_TRY_SECONDS:
                    raise _unreachable(url, "the response is truncated")
                self._pause(min(0.2 * 2**attempt, MAX_PAUSE))

    @contextmanager
    def _asked(
        self, url: str, headers: dict[str, str], deadline: Deadline
    ) -> Iterator[http.client.HTTPResponse | OSError]:
        """One request, and the head of its response or the error."""
        parts = parse_service_url(url)
        trust = self._trust if parts.scheme == "https" else None
        connection = open_connection(parts, deadline, STALL_SECONDS, trust, self._guard)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        answer: http.client.HTTPResponse | OSError
        try:
            try:
                connection.request("GET", path, None, {"User-Agent": "tieback", "Connection": "close", **headers})
                answer = connection.getresponse()
            except ExcludedServiceError as error:
                raise InputError(str(error), where=without_signature(url), advice=ADVICE) from None
            except ssl.SSLCertVerificationError as error:
                raise _unreachable(url, f"its certificate is not trusted ({error.verify_message})") from None
            except (OSError, http.client.HTTPException, ValueError) as error:
                answer = OSError(str(error) or type(error).__name__)
            yield answer
        finally:
            connection.close()

    def _wait(self, url: str, answer: http.client.HTTPResponse | OSError, attempt: int, first: float) -> None:
        """Wait before the next try, or raise ``InputError`` if there is none; ``first`` is the time of the first."""
        if attempt + 1 >= MAX_TRIES or time.monotonic() - first > LAST_TRY_SECONDS:
            if isinstance(answer, OSError):
                raise _unreachable(url, f"no response from the host ({answer})"[:200])
            raise _unreachable(url, f"the host stays busy (HTTP {answer.status})")
        told = "" if isinstance(answer, OSError) else answer.headers.get("Retry-After", "")
        asked = float(told) if told.isascii() and told.isdigit() and len(told) < 6 else 0.2 * 2**attempt
        self._pause(min(asked, MAX_PAUSE) * random.uniform(1, 1.25))  # noqa: S311 - so that workers do not come together


def _check(url: str, answer: http.client.HTTPResponse, at: int, etag: str) -> None:
    if answer.status == 412 or (answer.status == 206 and etag and _etag(answer) not in {"", etag}):
        raise InputError(
            "the file changed after it was listed",
            where=without_signature(url),
            advice="Run again to read the current version",
        )
    if answer.status == 404:
        raise InputError("not found, or no longer there", where=without_signature(url), advice="Check the URL")
    if answer.status == 416:
        raise InputError(
            "the file is shorter than before",
            where=without_signature(url),
            advice="Run again to read the current version",
        )
    if answer.status == 200 and at:
        raise InputError(
            "the server does not support range requests",
            where=without_signature(url),
            advice="Use URLs of the files instead of an archive",
        )
    if answer.status == 206:
        match = _TOTAL.match(answer.headers.get("Content-Range", ""))
        if match is None or int(match[1]) != at:
            raise InputError("the server sent another range than requested", where=without_signature(url))
    elif answer.status != 200:
        raise _refused(url, answer)


def _etag(answer: http.client.HTTPResponse) -> str:
    """The strong validator of a response (RFC 9110, 8.8.3), without quotes; empty if there is none."""
    text = answer.headers.get("ETag", "")
    return text[1:-1] if re.fullmatch(r'"[\x21\x23-\x7e]{1,254}"', text) else ""


def _total(answer: http.client.HTTPResponse) -> int:
    """The size of the whole file in bytes."""
    if answer.status == 200:
        return answer.length if answer.length is not None else UNKNOWN_SIZE
    match = _TOTAL.match(answer.headers.get("Content-Range", ""))
    return int(match[2]) if match is not None else 0 if answer.status == 416 else UNKNOWN_SIZE


def _refused(url: str, answer: http.client.HTTPResponse) -> InputError:
    if 300 <= answer.status < 400:
        there = urlsplit(answer.headers.get("Location", "")).hostname or "elsewhere"
        return InputError(
            f"the host redirects to {there[:100]}", where=without_signature(url), advice="Use that URL directly"
        )
    if answer.status in {401, 403}:
        return InputError(
            f"access is denied (HTTP {answer.status})",
            where=without_signature(url),
            advice="Use a link that needs no login",
        )
    return InputError(
        f"the host refused the request (HTTP {answer.status})", where=without_signature(url), advice="Check the URL"
    )


def _unreachable(url: str, why: str) -> InputError:
    return InputError(why, where=without_signature(url), advice="Check the URL, or run again later")
