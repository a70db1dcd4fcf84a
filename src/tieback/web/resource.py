"""Declares resources: one function gives a page and its JSON twin, another one a change by API and by form.

The functions take a ``Context`` and plain arguments, and return frozen structs. They know nothing of HTTP, so the page
and the API cannot show different things.
"""

import hashlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from json import dumps
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode

import msgspec
from anyio import to_thread
from litestar import Request, Response, get, route
from litestar.di import NamedDependency
from litestar.enums import HttpMethod, MediaType, RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import Body, HeaderParameter, PathParameter, QueryParameter
from litestar.response import Redirect

from tieback.model.errors import TiebackError, UsageError
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.views.download import Download
from tieback.report.shortened import cut
from tieback.report.texts.clean import clean
from tieback.web.access import IDENTIFY, ROLE, WORKSPACE
from tieback.web.context import Context
from tieback.web.openapi import CHECKS_ETAG, FILES, HAS_ETAG, MAY_EXIST, NOTES, MediaTypes
from tieback.web.problems import OutdatedError, Problem, headers_of, problem_of

PREFIX = "/api/v1"
NOTICE = "done"
"""Query parameter with the code of a notice; a page shows only texts that the code names."""
NOTICES: dict[str, str] = {}
"""Code to text of the notices that forms show after they have changed something."""
MOST_NOTES = 10
MAX_NOTE = 300
IF_MATCH = Annotated[str | None, HeaderParameter(name="If-Match", required=False, max_length=1000)]

type View = Callable[..., Any]
type AnyRequest = Request[Any, Any, Any]


def page_and_json(
    path: str, view: View, *, template: str, role: Role | None, title: str, tag: str = ""
) -> tuple[HTTPRouteHandler, HTTPRouteHandler]:
    """The routes ``GET path`` (a page) and ``GET /api/v1 + path`` (JSON) of one view.

    Args:
        path: with typed parameters, such as ``/apps/{sha256:str}``.
        view: takes ``context: Context`` and its own arguments, from the path or the query; returns a struct.
        template: file of the page; it has ``data`` (the struct) and what ``page_context`` returns.
        role: the lowest role; ``None`` for everyone.
        title: of the page, and summary of the API.
        tag: group in the API reference; default: the first part of the path.
    """
    return page(path, view, template=template, role=role, title=title), json(
        path, view, role=role, title=title, tag=tag
    )


def json(path: str, view: View, *, role: Role | None, title: str, tag: str = "") -> HTTPRouteHandler:
    """The route ``GET /api/v1 + path`` of a view, with ``ETag``, and ``Link`` for the next page of a list."""
    returns = inspect.signature(view, eval_str=True).return_annotation

    def respond(request: AnyRequest, result: Any) -> Response[Any]:
        headers = {"ETag": etag_of(result)}
        if headers["ETag"] in request.headers.get("If-None-Match", ""):
            return Response(None, status_code=304, headers=headers)
        if after := getattr(result, "next", None):
            query = [(key, value) for key, value in parse_qsl(request.url.query) if key != "after"]
            headers["Link"] = f'<{request.url.path}?{urlencode([*query, ("after", after)])}>; rel="next"'
        return Response(result, media_type=MediaType.JSON, headers=headers)

    handler = _with_request(path, view, respond, _response_of(returns))
    return get(
        PREFIX + path,
        opt={ROLE: role, HAS_ETAG: True},
        name=f"api:{view.__name__}",
        operation_id=view.__name__,
        summary=title,
        description=inspect.getdoc(view),
        tags=[tag or _tag(path)],
    )(handler)


def page(
    path: str, view: View, *, template: str, role: Role | None, title: str, more: Mapping[str, object] | None = None
) -> HTTPRouteHandler:
    """The route ``GET path`` of a view, as a page."""

    def respond(request: AnyRequest, result: Any) -> Response[str]:
        return render(request, template, page_context(request, title) | dict(more or {}) | {"data": result})

    _PAGES[view.__name__] = _Page(template, view, title, more or {})
    handler = _with_request(path, view, respond, Response[str])
    return get(path, opt={ROLE: role}, name=f"page:{view.__name__}", include_in_schema=False)(handler)


def render(request: AnyRequest, template: str, context: Mapping[str, object], status: int = 200) -> Response[str]:
    """A page from a template; call it in a thread, because long tables take milliseconds."""
    engine = request.app.template_engine
    assert engine is not None
    text = engine.get_template(template).render(**context)
    return Response(text, media_type=MediaType.HTML, status_code=status)


def page_context(request: AnyRequest, title: str) -> dict[str, object]:
    """What every page has, besides its data."""
    return {
        "user": request.app.state[IDENTIFY](request),
        "title": title,
        "read_only": request.app.state[WORKSPACE].read_only,
        "path": request.url.path,
        "query": {key: value for key, value in parse_qsl(request.url.query) if key != NOTICE},
        "notice": NOTICES.get(request.query_params.get(NOTICE, ""), ""),
    }


def change(
    method: str,
    path: str,
    *,
    role: Role,
    action: str,
    status: int = 200,
    current: View | None = None,
    tag: str = "",
    logged: bool = False,
    made: Callable[[Any], bool] | None = None,
) -> Callable[[View], HTTPRouteHandler]:
    """A decorator for the route ``method /api/v1 + path``, which changes something and is recorded.

    Args:
        method: ``POST``, ``PUT``, ``PATCH`` or ``DELETE``.
        path: with typed parameters. The parameters are the subject in the log of changes.
        role: the lowest role.
        action: what it does, as a verb with an object: ``open a case``. Shown in the log and the API reference.
        status: of a success.
        current: the view of the object. With it, a request with ``If-Match`` fails if the object has changed since.
        tag: group in the API reference.
        logged: True if the function writes its own line into the log of changes.
        made: true for the result of a request that has made an object. Without one, the status is 200 instead of
            ``status``; default: a success always makes one.
    """

    def wrap(function: View) -> HTTPRouteHandler:
        def respond(_: AnyRequest, result: Any) -> Response[Any]:
            code = status if made is None or made(result) else 200
            return Response(result, status_code=code, media_type=MediaType.JSON)

        returns = inspect.signature(function, eval_str=True).return_annotation
        recorded = _recorded(function, "" if logged else action, current)
        handler = _with_request(path, recorded, respond, _response_of(returns), function)
        return route(
            PREFIX + path,
            http_method=HttpMethod(method),
            status_code=status,
            opt={ROLE: role, CHECKS_ETAG: current is not None, MAY_EXIST: made is not None},
            name=f"api:{function.__name__}",
            operation_id=function.__name__,
            summary=action[:1].upper() + action[1:],
            description=inspect.getdoc(function),
            tags=[tag or _tag(path)],
        )(handler)

    return wrap


class _Page(msgspec.Struct, frozen=True):
    """What ``page`` was given."""

    template: str
    view: View
    title: str
    more: Mapping[str, object]


_PAGES: dict[str, _Page] = {}
"""Pages by the name of their view: a form of another resource can show them again."""


class ShownOnce(msgspec.Struct, frozen=True, kw_only=True):
    """A secret that the answer to a form shows, and no other page."""

    title: str
    label: str
    secret: str
    advice: str
    """What to do with it."""
    back: str
    """Address of the page to go on with."""


class _Rejected(msgspec.Struct, frozen=True):
    problem: Problem
    headers: dict[str, str]
    entered: object
    data: object


_SHOWN = 'role="alert"'
"""In a page that shows a problem (macro ``form_problem``); texts of users have no quote."""
_ENTERED_WRONG = frozenset({400, 409, 422, 429})
"""Statuses of errors that another entry, another state of the object, or time avoids."""


def form(
    path: str,
    *,
    role: Role,
    action: str,
    again: str,
    done: str = "",
    logged: bool = False,
    restore: View | None = None,
) -> Callable[[View], HTTPRouteHandler]:
    """A decorator for the route ``POST path`` of a page's form: it changes something, and redirects to a page.

    The function takes ``context``, parameters of the path and, for fields, ``data`` (a struct); it returns the address
    of the page to show next, or a ``ShownOnce``.

    Args:
        path: of the form's ``action``.
        role: the lowest role.
        action: as of ``change``.
        again: name of the view whose page is shown again if what was entered is wrong; it takes the parameters of the
            path. Its template shows the problem beside the form (macro ``form_problem``), with what was entered
            (``entered``), but never a password.
        done: the notice that the next page shows.
        logged: as of ``change``.
        restore: returns the data of the page that is shown again, from the arguments of the function. Default: the
            view of that page.
    """

    def wrap(function: View) -> HTTPRouteHandler:
        code = function.__name__
        if done:
            NOTICES[code] = done
        recorded = _recorded(function, "" if logged else action, None)

        def attempt(context: Context, **values: Any) -> Any:
            try:
                return recorded(context, **values)
            except TiebackError as error:
                problem = problem_of(error)
                if problem.status not in _ENTERED_WRONG:
                    raise
                if restore is not None:
                    return _Rejected(problem, headers_of(error), values.get("data"), restore(context, **values))
                entered = values.pop("data", None)
                return _Rejected(problem, headers_of(error), entered, _PAGES[again].view(context, **values))

        def respond(request: AnyRequest, to: str | ShownOnce | _Rejected) -> Response[Any]:
            if isinstance(to, _Rejected):
                shown = _PAGES[again]
                found = {"data": to.data, "entered_values": to.entered, "problem": to.problem}
                context = page_context(request, shown.title) | dict(shown.more) | found
                answer = render(request, shown.template, context, status=to.problem.status)
                if _SHOWN not in answer.content:
                    # The form is not on the page any more, such as that of a second factor which another tab removed.
                    answer = render(request, shown.template, context | {"at_top": True}, status=to.problem.status)
                answer.headers.update(to.headers)
                return answer
            if isinstance(to, ShownOnce):
                return render(request, "shown_once.html", page_context(request, to.title) | {"data": to}, 201)
            mark = "&" if "?" in to else "?"
            return Redirect(f"{to}{mark}{urlencode({NOTICE: code})}", status_code=303)

        handler = _with_request(path, attempt, respond, Response[Any], function, urlencoded=True)
        return route(
            path,
            http_method=HttpMethod.POST,
            status_code=303,
            opt={ROLE: role},
            name=f"form:{code}",
            include_in_schema=False,
        )(handler)

    return wrap


def download(path: str, view: View, *, role: Role, title: str, files: MediaTypes, tag: str = "") -> HTTPRouteHandler:
    """The route ``GET /api/v1 + path`` of a file to save; the view returns a ``Download``.

    A browser never shows it: it is an attachment, and its type is not guessed. ``files`` returns every media type that
    the view has.
    """

    def respond(_: AnyRequest, file: Download) -> Response[bytes]:
        return Response(file.data, headers=attachment_headers(file.name, file.media_type, file.notes))

    return get(
        PREFIX + path,
        opt={ROLE: role, FILES: files},
        name=f"api:{view.__name__}",
        operation_id=view.__name__,
        summary=title,
        description=inspect.getdoc(view),
        tags=[tag or _tag(path)],
    )(_with_request(path, view, respond, Response[bytes]))


def attachment_headers(name: str, media_type: str, notes: Sequence[str] = ()) -> dict[str, str]:
    """Headers of a file to save.

    Args:
        name: our own text.
        media_type: sent as it is.
        notes: what the file does not contain; in ``NOTES``, if there are some.
    """
    safe = "".join(char if char.isascii() and (char.isalnum() or char in "._-") else "_" for char in name)
    return {
        "Content-Type": media_type,
        "Content-Disposition": f'attachment; filename="{safe}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
        **({NOTES: notes_text(notes)} if notes else {}),
    }


def notes_text(notes: Sequence[str]) -> str:
    """A JSON array in ASCII, as a header needs it; a long one ends with the number of notes left out."""
    return dumps([clean(note, MAX_NOTE) for note in cut(notes, MOST_NOTES, one="note")])


def etag_of(result: object) -> str:
    """The strong entity tag of a JSON document."""
    return '"' + hashlib.sha256(msgspec.json.encode(result, enc_hook=str)).hexdigest()[:32] + '"'


def _recorded(function: View, action: str, current: View | None) -> View:
    def call(context: Context, *, if_match: str | None = None, **values: Any) -> Any:
        keys = {key: value for key, value in values.items() if key != "data"}
        if if_match is not None:
            if current is None:
                raise UsageError("this address does not support If-Match", where="If-Match")
            tags = {one.strip() for one in if_match.split(",")}
            if not tags & {"*", etag_of(current(context, **keys))}:
                raise OutdatedError("it has changed since you read it", where="If-Match", advice="Read it again")
        result = function(context, **values)
        subject = " ".join(str(value) for value in keys.values() if isinstance(value, str | int))
        if action:
            context.changes.note(context.user, action, subject)
        return result

    return call


def _with_request(
    path: str,
    call: View,
    respond: Callable[[AnyRequest, Any], Any],
    returns: Any,
    shape: View | None = None,
    *,
    urlencoded: bool = False,
) -> Callable[..., Any]:
    """A handler with the parameters of ``shape`` (default: ``call``) and the request."""
    signature = inspect.signature(shape or call, eval_str=True)
    parameters = {name: one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for name, one in signature.parameters.items()}
    for name, one in parameters.items():
        parameters[name] = one.replace(annotation=_annotation(name, one.annotation, path, urlencoded=urlencoded))
    if shape is not None and not urlencoded:
        parameters["if_match"] = inspect.Parameter(
            "if_match", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=IF_MATCH
        )
    parameters["request"] = inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request)

    async def handler(**values: Any) -> Any:
        request = values.pop("request")
        # In a thread of its own, so that a slow query stops no other request.
        return await to_thread.run_sync(lambda: respond(request, call(**values)), abandon_on_cancel=False)

    ordered = sorted(parameters.values(), key=lambda one: one.default is not inspect.Parameter.empty)
    handler.__signature__ = inspect.Signature(ordered, return_annotation=returns)  # type: ignore[attr-defined]
    handler.__annotations__ = {one.name: one.annotation for one in ordered} | {"return": returns}
    handler.__name__ = (shape or call).__name__
    handler.__module__ = (shape or call).__module__
    handler.__doc__ = (shape or call).__doc__
    return handler


def _response_of(returns: Any) -> Any:
    """The annotation of a response with this content; the OpenAPI document takes the schema from it."""
    generic: Any = Response
    return generic[returns]


def _annotation(name: str, shape: Any, path: str, *, urlencoded: bool) -> Any:
    """The annotation of a parameter, with its place in the request."""
    if hasattr(shape, "__metadata__"):
        return shape
    annotated: Any = Annotated
    if name == "context":
        return NamedDependency[Context]
    if name == "data":
        kind = RequestEncodingType.URL_ENCODED if urlencoded else RequestEncodingType.JSON
        return annotated[shape, Body(media_type=kind)]
    return annotated[shape, PathParameter() if f"{{{name}:" in path else QueryParameter()]


def _tag(path: str) -> str:
    return path.strip("/").split("/")[0] or "overview"
