"""Files that the user named by an ``https://`` URL: what they are, and their bytes, whole or in ranges.

To exactly that host: no redirect is followed, no proxy of the environment is taken, and no credential is sent. TLS is
checked against the system's roots (or ``SSL_CERT_FILE``); plain HTTP goes to loopback alone. Requests are GET alone
(RFC 9110; ranges of section 14), since a presigned link is often good for no other method. A server that is busy is
asked again after the pause that it names or a growing one; an answer that is cut off goes on where it ended.
"""

import http.client
import random
import re
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from urllib.parse import urlsplit, urlunsplit

from tieback.model.errors import InputError
from tieback.model.remote import UNKNOWN, RemoteObject
from tieback.scope.services import checked

PIECE = 1 << 18
MAX_TRIES = 6
MAX_PAUSE = 30.0
STALL_SECONDS = 30.0
"""For a connection, and for the next bytes of an answer."""
_BUSY = frozenset({429, 500, 502, 503, 504})
_TOTAL = re.compile(r"bytes (\d{1,19})-\d{1,19}/(\d{1,19})")


def shown(url: str) -> str:
    """A URL without what may be a signature, for people and for whatever is kept."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))


class Downloads:
    """Requests for files. Holds nothing open between them."""

    def __init__(self, pause: Callable[[float], None] = time.sleep) -> None:
        self._pause = pause

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        """The system's roots, which take some time to load."""
        return ssl.create_default_context()

    def look(self, url: str) -> RemoteObject | None:
        """What the server says of a file, by asking for its first byte; ``None`` where there is none.

        Raises:
            UsageError: no URL that may be asked.
            InputError: the server refuses, stays busy or cannot be reached.
        """
        for attempt in range(MAX_TRIES):
            with self._asked(url, {"Range": "bytes=0-0"}) as answer:
                if isinstance(answer, OSError) or answer.status in _BUSY:
                    self._wait(url, answer, attempt)
                elif answer.status == 404:
                    return None
                elif answer.status in {200, 206, 416}:  # an empty file has no first byte
                    return RemoteObject(
                        url=shown(url),
                        size=_total(answer),
                        etag=_etag(answer),
                        modified=answer.headers.get("Last-Modified", "")[:64],
                    )
                else:
                    raise _refused(url, answer)
        raise AssertionError("the last attempt raises")

    def read(self, url: str, start: int = 0, size: int = UNKNOWN, etag: str = "") -> Iterator[bytes]:
        """The bytes of a file, or of a range of it, piece by piece.

        Args:
            url: with its query.
            start: first byte.
            size: how many; ``UNKNOWN`` for all.
            etag: the state that is wanted, without quotes; empty for any.

        Raises:
            InputError: as ``look``; or it is gone, is in another state, or the answer stays cut off.
        """
        end = None if size == UNKNOWN else start + size
        at, attempt = start, 0
        while end is None or at < end:
            headers = {} if not at and end is None else {"Range": f"bytes={at}-{'' if end is None else end - 1}"}
            if etag:
                headers["If-Match"] = f'"{etag}"'
            with self._asked(url, headers) as answer:
                if isinstance(answer, OSError) or answer.status in _BUSY:
                    self._wait(url, answer, attempt)
                    attempt += 1
                    continue
                _check(url, answer, at, etag)
                before = at
                cut: OSError | None = None
                try:
                    while piece := answer.read1(PIECE):
                        at += len(piece)
                        yield piece
                except (OSError, http.client.HTTPException, ValueError) as error:
                    cut = OSError(str(error))
                # http.client takes an answer that ends early for a whole one.
                if cut is None and not answer.length:
                    return
                attempt = 0 if at > before else attempt + 1
                if attempt >= MAX_TRIES:
                    raise _unreachable(url, "the answer is cut off")
                self._pause(min(0.2 * 2**attempt, MAX_PAUSE))

    @contextmanager
    def _asked(self, url: str, headers: dict[str, str]) -> Iterator[http.client.HTTPResponse | OSError]:
        """One request and the head of its answer; or why there is none."""
        parts = checked(url)
        host = parts.hostname or ""
        connection: http.client.HTTPConnection
        if parts.scheme == "https":
            port = parts.port or 443
            connection = http.client.HTTPSConnection(host, port, timeout=STALL_SECONDS, context=self._trust)
        else:
            connection = http.client.HTTPConnection(host, parts.port or 80, timeout=STALL_SECONDS)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        answer: http.client.HTTPResponse | OSError
        try:
            try:
                connection.request("GET", path, None, {"User-Agent": "tieback", "Connection": "close", **headers})
                answer = connection.getresponse()
            except ssl.SSLCertVerificationError as error:
                raise _unreachable(url, f"its certificate is not trusted ({error.verify_message})") from None
            except (OSError, http.client.HTTPException, ValueError) as error:
                answer = OSError(str(error) or type(error).__name__)
            yield answer
        finally:
            connection.close()

    def _wait(self, url: str, answer: http.client.HTTPResponse | OSError, attempt: int) -> None:
        if attempt + 1 >= MAX_TRIES:
            if isinstance(answer, OSError):
                raise _unreachable(url, f"the host does not answer ({answer})"[:200])
            raise _unreachable(url, f"the host stays busy (HTTP {answer.status})")
        told = "" if isinstance(answer, OSError) else answer.headers.get("Retry-After", "")
        asked = float(told) if told.isascii() and told.isdigit() and len(told) < 6 else 0.2 * 2**attempt
        self._pause(min(asked, MAX_PAUSE) * random.uniform(1, 1.25))  # noqa: S311 - so that workers do not come together


def _check(url: str, answer: http.client.HTTPResponse, at: int, etag: str) -> None:
    if answer.status == 412 or (answer.status == 206 and etag and _etag(answer) not in {"", etag}):
        raise InputError(
            "it changed since it was listed", where=shown(url), advice="Run again; it is then read as it is"
        )
    if answer.status == 404:
        raise InputError("it is not there, or not any more", where=shown(url), advice="Check the URL")
    if answer.status == 416:
        raise InputError("it is shorter than it was", where=shown(url), advice="Run again; it is then read as it is")
    if answer.status == 200 and at:
        raise InputError(
            "the server does not give parts of files", where=shown(url), advice="Give the files by themselves"
        )
    if answer.status == 206:
        match = _TOTAL.match(answer.headers.get("Content-Range", ""))
        if match is None or int(match[1]) != at:
            raise InputError("the server gave another part than it was asked for", where=shown(url))
    elif answer.status != 200:
        raise _refused(url, answer)


def _etag(answer: http.client.HTTPResponse) -> str:
    """The strong validator of an answer (RFC 9110, 8.8.3), without its quotes; empty where there is none."""
    text = answer.headers.get("ETag", "")
    return text[1:-1] if re.fullmatch(r'"[\x21\x23-\x7e]{1,254}"', text) else ""


def _total(answer: http.client.HTTPResponse) -> int:
    """Bytes of the whole file."""
    if answer.status == 200:
        return answer.length if answer.length is not None else UNKNOWN
    match = _TOTAL.match(answer.headers.get("Content-Range", ""))
    return int(match[2]) if match is not None else 0 if answer.status == 416 else UNKNOWN


def _refused(url: str, answer: http.client.HTTPResponse) -> InputError:
    if 300 <= answer.status < 400:
        there = urlsplit(answer.headers.get("Location", "")).hostname or "elsewhere"
        return InputError(f"the host sends us to {there[:100]}", where=shown(url), advice="Give that URL itself")
    if answer.status in {401, 403}:
        return InputError(
            f"access is denied (HTTP {answer.status})", where=shown(url), advice="Give a link that needs no log-in"
        )
    return InputError(f"the host refuses (HTTP {answer.status})", where=shown(url), advice="Check the URL")


def _unreachable(url: str, why: str) -> InputError:
    return InputError(why, where=shown(url), advice="Check the URL, or run again later")
