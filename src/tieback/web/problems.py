"""Errors as ``application/problem+json`` (RFC 9457) for the API, and as a page for browsers."""

import http
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.response import Redirect, Template

from tieback.model.errors import GrantError, InputError, TiebackError, UsageError, WorkspaceError
from tieback.pipeline.accounts.problems import NoSuchAccountError, NotPermittedError, TooManyAttemptsError
from tieback.pipeline.fleet.block_list import NothingProbedError
from tieback.pipeline.runs import NoSuchRunError
from tieback.pipeline.views.uploads import UploadBusyError, UploadTooLargeError
from tieback.web.access import API, IDENTIFY
from tieback.web.next_page import previous_page
from tieback.web.pages import nav_entry

WARNINGS = "tieback_warnings"
"""Key of the ``OperatorWarnings`` in the state of the application."""
MEDIA_TYPE = "application/problem+json"

type AnyRequest = Request[Any, Any, Any]


class NotFoundError(TiebackError):
    """There is no object with this ID."""


class ConflictError(TiebackError):
    """The object has changed since it was read, or is in a state that does not permit the change."""


class OutdatedError(TiebackError):
    """The object has changed since the document that ``If-Match`` names (RFC 9110, 13.1.1)."""


_STATUS: tuple[tuple[type[TiebackError], int], ...] = (
    (NotFoundError, 404),
    (NoSuchRunError, 404),
    (NoSuchAccountError, 404),
    (NotPermittedError, 403),
    (TooManyAttemptsError, 429),
    (ConflictError, 409),
    (NothingProbedError, 409),
    (OutdatedError, 412),
    (UploadBusyError, 409),
    (UploadTooLargeError, 413),
    (UsageError, 400),
    (InputError, 422),
    (GrantError, 422),
    (WorkspaceError, 503),
)


_DETAILS: dict[int, tuple[str, str]] = {
    404: ("nothing has this address", "See the page API for all addresses"),
    405: ("this address does not support the method", "See the page API for the methods of each address"),
    413: ("the body is too large", "Send at most 1 MiB; send files to /api/v1/uploads"),
}
"""What was wrong and what to do, for errors that the framework finds before a handler runs."""
_FRAMEWORK_TEXTS = frozenset(("", "Not Found", "Method Not Allowed", "Request Entity Too Large"))
"""The framework's details of these errors."""


_BODY = {"data": "body"}
"""The framework's name of the body, and ours."""
_NO_BODY = "'data'"
"""The framework's message about a request without a body."""


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One problem document."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    where: str = ""
    """The parameter, object or file concerned."""
    advice: str = ""
    """The next step."""
    fields: tuple[dict[str, str], ...] = ()
    """Each invalid part of the request: ``field`` and ``problem``."""


def is_api(request: AnyRequest) -> bool:
    """True if the answer must be JSON."""
    return request.url.path.startswith(API)


def problem_of(error: Exception) -> Problem:
    """The document that says what was wrong; it never shows the text of an unexpected exception."""
    if isinstance(error, TiebackError):
        status = next((number for kind, number in _STATUS if isinstance(error, kind)), 500)
        return Problem(
            title=_phrase(status), status=status, detail=error.what, where=error.page_where, advice=error.page_advice
        )
    if isinstance(error, ValidationException):
        extra = error.extra if isinstance(error.extra, list) else []
        found = tuple(
            {"field": _BODY.get(key := str(one.get("key", "")), key), "problem": str(one.get("message", ""))}
            for one in extra
            if isinstance(one, dict)
        )
        if any(one["problem"] == _NO_BODY for one in found):
            advice = "Send what the API document shows"
            return Problem(title=_phrase(400), status=400, detail="the body is empty", where="body", advice=advice)
        return Problem(title=_phrase(400), status=400, detail="a part of the request is invalid", fields=found)
    if isinstance(error, HTTPException):
        status = error.status_code
        if error.detail in _FRAMEWORK_TEXTS and status in _DETAILS:
            detail, advice = _DETAILS[status]
            return Problem(title=_phrase(status), status=status, detail=detail, advice=advice)
        detail = error.detail if status < 500 and error.detail != _phrase(status) else ""
        return Problem(title=_phrase(status), status=status, detail=detail)
    return Problem(
        title=_phrase(500),
        status=500,
        detail="the server made an error",
        advice="Look at the log of `tieback serve`, and report it",
    )


def answer_error(request: AnyRequest, error: Exception) -> Response[Any]:
    """Answer an exception: JSON under ``/api/``, otherwise a page; a browser without a session goes to the sign-in."""
    problem = problem_of(error)
    if problem.status == 500:
        # Not its path: that of a one-time link has the secret, and others have any text of a user.
        route = request.scope.get("path_template", "")
        request.app.state["tieback_log"].error("error in %s %s", request.method, route, exc_info=error)
    elif problem.status == 503 and isinstance(error, TiebackError):
        # The disk or the database: users see only a page, and the operator reads the log.
        request.app.state[WARNINGS].warn(error.diagnostics())
    headers = headers_of(error)
    if problem.status == 405:
        headers = {"Allow": _allowed(headers)}
    if is_api(request):
        return Response(problem, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)
    if problem.status == 401 and request.method == "GET":
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return Redirect("/sign-in?" + urlencode({"next": here}))
    headers.pop("WWW-Authenticate", None)
    user = request.app.state[IDENTIFY](request)
    back = previous_page(request.headers.get("Referer", ""), request.headers.get("Host", ""), request.url.path)
    return Template(
        "error.html",
        context={
            "problem": problem,
            "title": problem.title,
            "user": user,
            "back": back,
            "entry": None if user is None else nav_entry(request.url.path, user),
            "sign_in": "/sign-in?" + urlencode({"next": back or "/"}) if problem.status == 401 else "",
            "path": request.url.path,
            "notice": "",
        },
        status_code=problem.status,
        headers=headers,
    )


def headers_of(error: Exception) -> dict[str, str]:
    """The headers of an answer that only this error has."""
    if isinstance(error, TooManyAttemptsError):
        return {"Retry-After": str(error.seconds)}
    return dict(error.headers or {}) if isinstance(error, HTTPException) else {}


def _allowed(headers: Mapping[str, str]) -> str:
    """The methods of an address: HEAD where it has GET (``web.head``), and no OPTIONS, which our pages never send."""
    found = {one.strip() for value in headers.values() for one in value.split(",")} - {"OPTIONS"}
    return ", ".join(sorted(found | {"HEAD"} if "GET" in found else found))


def _phrase(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return "Error"
