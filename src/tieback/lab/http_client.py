"""The loaders' HTTP client, for servers that the lab itself started."""

import http.client
import json
import ssl
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import msgspec

from tieback.lab.login import Login
from tieback.model.errors import LabError


class Answer(msgspec.Struct, frozen=True):
    """What a server answered."""

    status: int
    headers: dict[str, str]
    """By name in lower case."""
    body: bytes

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            json.JSONDecodeError: it is none.
        """
        return json.loads(self.body)


def call(
    where: tuple[str, int],
    verb: str,
    path: str,
    body: object = None,
    headers: Mapping[str, str] | None = None,
    *,
    login: Login | None = None,
    tls: bool = False,
    accept: tuple[int, ...] = (),
) -> Answer:
    """One request.

    Args:
        where: address and port.
        verb: method.
        path: with its query.
        body: bytes as they are, anything else as JSON; ``None`` for none.
        headers: beyond the content type.
        login: for basic authentication.
        tls: whether to use TLS; the certificate is not checked, the server is ours.
        accept: statuses that are as good as 2xx.

    Raises:
        LabError: the status is neither 2xx nor accepted.
        OSError: the connection failed, or the answer was not HTTP.
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
        answer = Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
    except http.client.HTTPException as error:
        raise ConnectionError(f"{verb} {path}: {error!r}") from None
    finally:
        connection.close()
    if not 200 <= answer.status < 300 and answer.status not in accept:
        raise LabError(f"{verb} {path} was answered {answer.status} {answer.body[:200]!r}", where=f"{address}:{port}")
    return answer


def answers(where: tuple[str, int], path: str, *, tls: bool = False) -> bool | None:
    """Whether the server answers ``GET path`` with anything but an error of its own (5xx).

    Raises:
        OSError: the connection failed.
    """
    return call(where, "GET", path, tls=tls, accept=tuple(range(300, 600))).status < 500 or None


def _unchecked() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
