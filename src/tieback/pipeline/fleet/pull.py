"""Inventories straight from an EMM's API into a file, which is then imported like any other export.

* Microsoft Intune: Graph v1.0, ``deviceManagement/detectedApps`` and each app's ``managedDevices``; client credentials
  of Microsoft Entra (https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow),
  paging by ``@odata.nextLink``, throttling by 429 and ``Retry-After``
  (https://learn.microsoft.com/en-us/graph/throttling).
* Jamf Pro: ``/api/v1/computers-inventory`` and ``/api/v2/mobile-devices/detail``; client credentials
  (https://developer.jamf.com/jamf-pro/docs/client-credentials), paging by ``page`` and ``page-size``.

Both follow the documentation; no server of either was asked. Only GET requests are made beside the one for the token,
to the configured hosts alone. The secret comes from the environment and is written nowhere.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote, urlencode

import msgspec

from tieback.model.errors import InputError
from tieback.scope.services import Answer, Sent, Services

MAX_PAGE = 64 << 20
MAX_PAGES = 1_000_000
MAX_TRIES = 8
MAX_PAUSE = 300.0
PAGE_SIZE = 100
GRAPH = "https://graph.microsoft.com"
LOGIN = "https://login.microsoftonline.com"
_BUSY = frozenset({429, 500, 502, 503, 504})
_PLATFORMS = ("android", "ios", "unknown")
"""Of detected apps whose devices are asked for: apps of desktops are listed with their count alone."""


class Account(msgspec.Struct, frozen=True):
    """Who asks, and where."""

    source: str
    """``intune`` or ``jamf``."""
    client: str
    secret: str
    tenant: str = ""
    """Of Intune."""
    url: str = GRAPH
    """Of the API; of Jamf, its own."""
    login: str = LOGIN


class Pulled(msgspec.Struct, frozen=True):
    """A file that was written."""

    path: Path
    pages: int


def pull(
    account: Account,
    folder: Path,
    progress: Callable[[str, int], None] | None = None,
    pause: Callable[[float], None] = time.sleep,
) -> list[Pulled]:
    """Ask for the whole inventory; a file is there when it is complete, or not at all.

    Args:
        account: who asks, and where.
        folder: for the files.
        progress: told what is asked and how many pages came.
        pause: waits where the service asks to.

    Raises:
        UsageError: a URL is none that a service may have.
        InputError: the service refuses, answers nonsense or stays busy; or a file cannot be written.
    """
    client = _Client(account, pause)
    streams: Mapping[str, Callable[[], Iterator[bytes]]]
    if account.source == "intune":
        streams = {"intune-detected-apps.json": lambda: _detected_apps(client, account)}
    else:
        streams = {
            "jamf-mobile-devices.json": lambda: _jamf(client, account, "/api/v2/mobile-devices/detail"),
            "jamf-computers.json": lambda: _jamf(client, account, "/api/v1/computers-inventory"),
        }
    return [_saved(folder / name, stream, progress) for name, stream in streams.items()]


def _saved(path: Path, pages: Callable[[], Iterator[bytes]], progress: Callable[[str, int], None] | None) -> Pulled:
    draft = path.with_name(f".{path.name}.part")
    count = 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _private(draft) as file:
            for page in pages():
                file.write(page + b"\n")
                count += 1
                if progress is not None:
                    progress(path.name, count)
        draft.replace(path)
    except OSError as error:
        raise InputError(
            f"cannot be written ({error.strerror})", where=str(path), advice="Choose another place"
        ) from None
    finally:
        draft.unlink(missing_ok=True)
    return Pulled(path, count)


def _private(path: Path) -> BinaryIO:
    path.touch(mode=0o600)
    return path.open("wb")


class _Client:
    """Requests with a token, which is asked for again when it has lapsed."""

    def __init__(self, account: Account, pause: Callable[[float], None]) -> None:
        self._account = account
        self._pause = pause
        intune = account.source == "intune"
        self._services = Services([account.url, account.login] if intune else [account.url])
        self._token = ""

    def get(self, url: str) -> dict[str, Any]:
        """A JSON object.

        Raises:
            InputError: it is refused, is none, or the service stays busy.
        """
        renewed = False
        for attempt in range(MAX_TRIES):
            if not self._token:
                self._token = self._authorised()
            answer = self._send(
                "GET", url, {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}, b""
            )
            if answer.status == 401 and not renewed:
                renewed, self._token = True, ""
            elif answer.status in _BUSY or answer.sent is not Sent.ANSWERED:
                self._wait(answer, attempt)
            else:
                return self._object(answer, url)
        raise self._refused(url, "the service stays busy")

    def _authorised(self) -> str:
        account = self._account
        form = {"client_id": account.client, "client_secret": account.secret, "grant_type": "client_credentials"}
        if account.source == "intune":
            url = f"{account.login}/{quote(account.tenant, safe='')}/oauth2/v2.0/token"
            form["scope"] = f"{account.url}/.default"
        else:
            url = f"{account.url}/api/oauth/token"
        for attempt in range(MAX_TRIES):
            headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
            answer = self._send("POST", url, headers, urlencode(form).encode())
            if answer.status in _BUSY or answer.sent is not Sent.ANSWERED:
                self._wait(answer, attempt)
                continue
            token = self._object(answer, url).get("access_token")
            if isinstance(token, str) and token.isascii() and token.isprintable():
                return token
            raise self._refused(url, "no token came")
        raise self._refused(url, "the service stays busy")

    def _send(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        return self._services.request(method, url, headers, body, MAX_PAGE)

    def _wait(self, answer: Answer, attempt: int) -> None:
        self._pause(min(answer.retry_after if answer.retry_after is not None else 2.0**attempt, MAX_PAUSE))

    def _object(self, answer: Answer, url: str) -> dict[str, Any]:
        if len(answer.body) >= MAX_PAGE:
            raise self._refused(url, "a page is longer than 64 MiB")
        try:
            found = msgspec.json.decode(answer.body) if answer.body else None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            found = None
        if answer.status != 200:
            raise self._refused(url, f"HTTP {answer.status}{_reason(found)}")
        if not isinstance(found, dict):
            raise self._refused(url, "the answer is no JSON object")
        return found

    def _refused(self, url: str, why: str) -> InputError:
        place = url.partition("?")[0]
        return InputError(why, where=place[:200], advice="Check the account's rights and the URL; nothing was kept")


def _reason(found: object) -> str:
    """What the service says of an error, in the shapes of Graph, Entra and Jamf."""
    if not isinstance(found, dict):
        return ""
    error = found.get("error")
    if isinstance(error, dict):
        text = error.get("message") or error.get("code")
    else:
        text = found.get("error_description") or error
    text = " ".join(str(text).split())[:200] if text else ""
    return f": {text}" if text else ""


def _detected_apps(client: _Client, account: Account) -> Iterator[bytes]:
    """Pages of detected apps, each app of a mobile platform with its devices."""
    base = f"{account.url}/v1.0/deviceManagement/detectedApps"
    for page in _linked(client, f"{base}?$top={PAGE_SIZE}"):
        apps = []
        for app in page:
            if isinstance(app, dict) and str(app.get("platform", "unknown")).lower().startswith(_PLATFORMS):
                some = _linked(
                    client, f"{base}/{quote(str(app.get('id', '')), safe='')}/managedDevices?$top={PAGE_SIZE}"
                )
                apps.append({**app, "managedDevices": [device for devices in some for device in devices]})
            else:
                apps.append(app)
        yield msgspec.json.encode({"value": apps})


def _linked(client: _Client, url: str) -> Iterator[list[Any]]:
    """The values of each page, as ``@odata.nextLink`` leads on."""
    seen: set[str] = set()
    while url and url not in seen and len(seen) < MAX_PAGES:
        seen.add(url)
        page = client.get(url)
        value = page.get("value")
        yield value if isinstance(value, list) else []
        link = page.get("@odata.nextLink")
        url = link if isinstance(link, str) else ""


def _jamf(client: _Client, account: Account, path: str) -> Iterator[bytes]:
    """Pages of devices, until as many came as there are."""
    sections = "&".join(f"section={name}" for name in ("GENERAL", "USER_AND_LOCATION", "HARDWARE", "APPLICATIONS"))
    came = 0
    for number in range(MAX_PAGES):
        page = client.get(f"{account.url}{path}?{sections}&page={number}&page-size={PAGE_SIZE}&sort=id%3Aasc")
        results, total = page.get("results"), page.get("totalCount")
        if not isinstance(results, list):
            raise InputError("no results in a page", where=path, advice="Check the URL; nothing was kept")
        yield msgspec.json.encode({"totalCount": total, "results": results})
        came += len(results)
        if not results or not isinstance(total, int) or came >= total:
            return
