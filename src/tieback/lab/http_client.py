"""HTTP client of the loaders, only for servers that the lab itself started."""

import http.client
import json
import ssl
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import msgspec

from tieback.lab.login import Login
from tieback.model.errors import LabError


class HttpAnswer(msgspec.Struct, frozen=True):
    """The response of a server."""

    status: int
    headers: dict[str, str]
    """By lower-case name."""
    body: bytes

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            json.JSONDecodeError: the body is not JSON.
        """
        return json.loads(self.body)


def send_request(
    where: tuple[str, int],
    verb: str,
    path: str,
    body: object = None,
    headers: Mapping[str, str] | None = None,
    *,
    login: Login | None = None,
    tls: bool = False,
    accept: tuple[int, ...] = (),
) -> HttpAnswer:
    """Send one request.

    Args:
        where: address and port.
        verb: method.
        path: with its query.
        body: bytes are sent unchanged, other values as JSON; ``None`` for no body.
        headers: additional headers.
        login: account for basic authentication.
        tls: use TLS; the certificate is not verified, because the server is our own.
        accept: statuses that count as success, besides 2xx.

    Raises:
        LabError: the status is neither 2xx nor accepted.
        OSError: the connection failed, or the response was not HTTP.
    """
    address, port = where
    sent = dict(headers or {})
    data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    if data is not None:
        sent.setdefault("Content-Type", "application/json")
    if login is not None:
        sent["Authorization"] = f"Basic {b64encode(f'{login.user}:{login.password}'.encode()).decode()}"
    connection = (
        http.client.HTTPSConnection(address, port, timeout=30, context=_unchecked())
        if tls
        else http.client.HTTPConnection(address, port, timeout=30)
    )
    try:
        connection.request(verb, path, data, sent)
        response = connection.getresponse()
        answer = HttpAnswer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
    except http.client.HTTPException as error:
        raise ConnectionError(f"{verb} {path}: {error!r}") from None
    finally:
        connection.close()
    if not 200 <= answer.status < 300 and answer.status not in accept:
        raise LabError(f"{verb} {path} failed: HTTP {answer.status} {answer.body[:200]!r}", where=f"{address}:{port}")
    return answer


def is_answering(where: tuple[str, int], path: str, *, tls: bool = False) -> bool | None:
    """True if the server responds to ``GET path`` without a server error (5xx).

    Raises:
        OSError: the connection failed.
    """
    return send_request(where, "GET", path, tls=tls, accept=tuple(range(300, 600))).status < 500 or None


def _unchecked() -> ssl.SSLContext:
    # Without the machine's trusted certificates, which nothing here is compared with: to read them takes 7 ms.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
