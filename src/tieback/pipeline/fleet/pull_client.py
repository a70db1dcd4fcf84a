"""HTTP client of an EMM's API: authorisation, throttling, and pages as JSON."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from tieback.model.errors import InputError
from tieback.scope.guard import ADVICE
from tieback.scope.services import RequestOutcome, ServiceClient, ServiceResponse

MAX_PAGE = 64 << 20
MAX_TRIES = 8
MAX_PAUSE = 300.0
GRAPH = "https://graph.microsoft.com"
LOGIN = "https://login.microsoftonline.com"
GOOGLE = "https://androidmanagement.googleapis.com"
_BUSY = frozenset({429, 500, 502, 503, 504})
_STATIC = frozenset({"google", "kandji"})
"""Sources whose secret is the token itself."""


class ApiAccount(msgspec.Struct, frozen=True):
    """The API account and its endpoints."""

    source: str
    """A key of ``pull_sources.STREAMS``."""
    client: str
    secret: str
    tenant: str = ""
    """Tenant ID (Intune), or enterprise (Google)."""
    url: str = GRAPH
    """Base URL of the API, or of the customer's server."""
    login: str = LOGIN
    """Base URL of the login (Intune), or the token URL (Workspace ONE)."""


class ApiClient:
    """Sends requests with a token; renews the token when it has expired."""

    def __init__(self, account: ApiAccount, pause: Callable[[float], None]) -> None:
        self.account = account
        self._pause = pause
        has_login = account.source in ("intune", "workspace-one")
        self._services = ServiceClient([account.url, account.login] if has_login else [account.url])
        self._token = account.secret if account.source in _STATIC else ""
        # Workspace ONE has several versions of its requests.
        self._accept = "application/json" + (";version=1" if account.source == "workspace-one" else "")

    def get(self, url: str, *, gone: bool = False, array: bool = False) -> dict[str, Any]:
        """A JSON object; empty if the service has no content (204).

        Args:
            url: the request.
            gone: an empty object instead of an error if it does not exist any more (404).
            array: the response is an array, which becomes the member ``items``.

        Raises:
            InputError: the request is refused, the response is not a JSON object, or the service stays busy.
        """
        renewed = self.account.source in _STATIC
        for attempt in range(MAX_TRIES):
            if not self._token:
                self._token = self._authorised()
            answer = self._send("GET", url, {"Authorization": f"Bearer {self._token}", "Accept": self._accept}, b"")
            if answer.status == 401 and not renewed:
                renewed, self._token = True, ""
            elif answer.status == 204 or (answer.status == 404 and gone):
                return {}
            elif answer.status in _BUSY or answer.sent is not RequestOutcome.ANSWERED:
                self._wait(answer, attempt)
            else:
                return self._object(answer, url, array=array)
        raise self._refused(url, "the service stays busy")

    def _authorised(self) -> str:
        account = self.account
        form = {"client_id": account.client, "client_secret": account.secret, "grant_type": "client_credentials"}
        if account.source == "intune":
            url = f"{account.login}/{quote(account.tenant, safe='')}/oauth2/v2.0/token"
            form["scope"] = f"{account.url}/.default"
        elif account.source == "workspace-one":
            url = account.login
        else:
            url = f"{account.url}/api/oauth/token"
        for attempt in range(MAX_TRIES):
            headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
            answer = self._send("POST", url, headers, urlencode(form).encode())
            if answer.status in _BUSY or answer.sent is not RequestOutcome.ANSWERED:
                self._wait(answer, attempt)
                continue
            token = self._object(answer, url).get("access_token")
            if isinstance(token, str) and token.isascii() and token.isprintable():
                return token
            raise self._refused(url, "the response contains no token")
        raise self._refused(url, "the service stays busy")

    def _send(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> ServiceResponse:
        answer = self._services.request(method, url, headers, body, MAX_PAGE)
        if answer.sent is RequestOutcome.EXCLUDED:
            raise InputError(answer.problem, where=url.partition("?")[0][:200], advice=f"{ADVICE}; nothing was stored")
        return answer

    def _wait(self, answer: ServiceResponse, attempt: int) -> None:
        self._pause(min(answer.retry_after if answer.retry_after is not None else 2.0**attempt, MAX_PAUSE))

    def _object(self, answer: ServiceResponse, url: str, *, array: bool = False) -> dict[str, Any]:
        if len(answer.body) >= MAX_PAGE:
            raise self._refused(url, "a page is longer than 64 MiB")
        try:
            found = msgspec.json.decode(answer.body) if answer.body else None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            found = None
        if answer.status != 200:
            raise self._refused(url, f"HTTP {answer.status}{_reason(found)}")
        if array and isinstance(found, list):
            return {"items": found}
        if not isinstance(found, dict):
            raise self._refused(url, "the response is not a JSON object")
        return found

    def _refused(self, url: str, why: str) -> InputError:
        place = url.partition("?")[0]
        return InputError(
            why, where=place[:200], advice="Check the account's permissions and the URL; nothing was stored"
        )


def _reason(found: object) -> str:
    """The service's description of an error, in the formats of Graph, Entra, Google, Jamf and the others."""
    if not isinstance(found, dict):
        return ""
    error = found.get("error")
    if isinstance(error, dict):
        text = error.get("message") or error.get("code")
    else:
        text = found.get("error_description") or error or found.get("message") or found.get("detail")
    text = " ".join(str(text).split())[:200] if text else ""
    return f": {text}" if text else ""
