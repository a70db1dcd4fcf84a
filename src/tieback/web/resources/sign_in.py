"""Sign-in by password, code or provider; sign-out; and the page that a one-time link opens."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body, PathParameter
from litestar.response import Redirect

from tieback.model.errors import TiebackError, UsageError
from tieback.pipeline.accounts.limits import network_of
from tieback.pipeline.accounts.links import LINK_PATH, OpenLink, find_link, use_link
from tieback.pipeline.accounts.oidc import BEGUN_SECONDS, OidcProvider, ProviderError
from tieback.pipeline.accounts.passwords import MIN_LETTERS
from tieback.pipeline.accounts.problems import TooManyAttemptsError
from tieback.pipeline.accounts.provider_users import sign_in_from_provider
from tieback.pipeline.accounts.service import AccountService
from tieback.pipeline.accounts.sessions import open_session, second_step_user, sign_out
from tieback.pipeline.accounts.sign_in import SignIn, SignInOutcome, note_refusal, sign_in, sign_in_with_code
from tieback.web.access import IDENTIFY, ROLE
from tieback.web.context import User
from tieback.web.cookies import CookieName, cookie_value, new_cookie
from tieback.web.identity import ACCOUNTS, PROVIDER, SETTINGS, client_of
from tieback.web.next_page import next_page
from tieback.web.resource import NOTICES, page_context, render
from tieback.web.settings import WebSettings
from tieback.web.threads import in_thread

NOTICES["signed_out"] = "You are signed out."
NOTICES["password_set"] = "Your password is set. Sign in with it."
_REFUSED = "The name or the password is wrong, or the account is disabled"
_CALLBACK = "/sign-in/callback"

AnyRequest = Request[Any, Any, Any]


class SignInForm(msgspec.Struct, frozen=True):
    """Name and password."""

    name: str = ""
    password: str = ""
    next: str = ""


class CodeForm(msgspec.Struct, frozen=True):
    """The code of a second factor."""

    code: str = ""
    next: str = ""


class LinkForm(msgspec.Struct, frozen=True):
    """A new password, twice; for the first administrator, a name."""

    name: str = ""
    password: str = ""
    again: str = ""


SignInBody = Annotated[SignInForm, Body(media_type=RequestEncodingType.URL_ENCODED)]
CodeBody = Annotated[CodeForm, Body(media_type=RequestEncodingType.URL_ENCODED)]
LinkBody = Annotated[LinkForm, Body(media_type=RequestEncodingType.URL_ENCODED)]


@get("/sign-in", opt={ROLE: None}, name="page:sign_in", include_in_schema=False)
@in_thread
def sign_in_page(request: AnyRequest) -> Response[Any]:
    """The form; a user who has signed in goes on."""
    to = next_page(request.query_params.get("next", "/"))
    if _user(request) is not None:
        return Redirect(to)
    return _sign_in_page(request, to)


@post("/sign-in", opt={ROLE: None}, name="form:sign_in", include_in_schema=False)
@in_thread
def sign_in_form(request: AnyRequest, data: SignInBody) -> Response[Any]:
    """Check name and password."""
    to = next_page(data.next)
    try:
        result = sign_in(_accounts(request), data.name, data.password, client_of(request), _old(request))
    except TooManyAttemptsError as error:
        return _sign_in_page(request, to, error, name=data.name)
    if result.outcome is SignInOutcome.REFUSED:
        return _sign_in_page(request, to, UsageError(_REFUSED, advice="Try again"), name=data.name)
    if result.outcome is SignInOutcome.CODE_NEEDED:
        response = _code_page(request, to)
        response.cookies.append(new_cookie(CookieName.SESSION, result.secret, _settings(request)))
        return response
    return _go_on(request, to, result)


@post("/sign-in/code", opt={ROLE: None}, name="form:code", include_in_schema=False)
@in_thread
def code_form(request: AnyRequest, data: CodeBody) -> Response[Any]:
    """Check the code of the second factor."""
    to = next_page(data.next)
    try:
        result = sign_in_with_code(_accounts(request), _old(request), data.code, client_of(request))
    except TiebackError as error:
        return _code_page(request, to, error)
    if result.outcome is SignInOutcome.EXPIRED:
        return _sign_in_page(request, to, UsageError("the time for the code is over", advice="Sign in again"))
    if result.outcome is SignInOutcome.REFUSED:
        problem = UsageError("the code is wrong, or was used before", advice="Wait for the next code")
        return _code_page(request, to, problem)
    return _go_on(request, to, result)


@get("/sign-in/code", opt={ROLE: None}, name="page:code", include_in_schema=False)
@in_thread
def code_page(request: AnyRequest) -> Response[Any]:
    """The form for the code, after the password."""
    to = next_page(request.query_params.get("next", "/"))
    if second_step_user(_accounts(request), _old(request)) is None:
        return Redirect("/sign-in")
    return _code_page(request, to)


@get("/sign-in/oidc", opt={ROLE: None}, name="page:oidc", include_in_schema=False)
@in_thread
def begin_at_provider(request: AnyRequest) -> Response[Any]:
    """Go to the provider. A link and no form, because the policy of our pages lets forms end only here."""
    to = next_page(request.query_params.get("next", "/"))
    try:
        begun = _provider(request).begin(_callback(request), to)
    except TiebackError as error:
        return _sign_in_page(request, to, error)
    response = Redirect(begun.url)
    response.cookies.append(new_cookie(CookieName.BEGUN, begun.cookie, _settings(request), BEGUN_SECONDS))
    return response


@get(_CALLBACK, opt={ROLE: None}, name="page:callback", include_in_schema=False)
@in_thread
def back_from_provider(request: AnyRequest) -> Response[Any]:
    """Complete the sign-in at the provider."""
    accounts, settings, provider = _accounts(request), _settings(request), _provider(request)
    client = client_of(request)
    answer = {key: str(value) for key, value in request.query_params.items()}
    account = f"provider {network_of(client.address)}"
    try:
        # Each answer makes us contact the provider, so a client cannot send many.
        if wait := accounts.limits.take(account, client.address):
            raise TooManyAttemptsError(wait)
        claims = provider.finish(cookie_value(request, CookieName.BEGUN, settings), answer)
        result = sign_in_from_provider(accounts, provider.settings, claims, client, _old(request))
    except TiebackError as error:
        if isinstance(error, ProviderError):
            note_refusal(accounts, None, client, why=error.what[:200])
        response = _sign_in_page(request, "/", error)
    else:
        if result.outcome is SignInOutcome.REFUSED:
            problem = UsageError(
                "your account has no role here, or is disabled",
                advice="An administrator of the sign-in provider adds you to a group that has a role",
            )
            response = _sign_in_page(request, "/", problem)
        else:
            accounts.limits.forgive(account, client.address)
            response = _go_on(request, next_page(claims.next), result)
    response.cookies.append(new_cookie(CookieName.BEGUN, "", settings))
    return response


@post("/sign-out", opt={ROLE: None}, name="form:sign_out", include_in_schema=False)
@in_thread
def sign_out_form(request: AnyRequest) -> Response[Any]:
    """End the session."""
    user = _user(request)
    if user is not None:
        sign_out(_accounts(request), user, client_of(request))
    response = Redirect("/sign-in?done=signed_out", status_code=303)
    response.cookies.append(new_cookie(CookieName.SESSION, "", _settings(request)))
    return response


@get(LINK_PATH + "{secret:str}", opt={ROLE: None}, name="page:first_start", include_in_schema=False)
@in_thread
def link_page(request: AnyRequest, secret: Annotated[str, PathParameter()]) -> Response[Any]:
    """The form that a one-time link opens. Opening it does not use it: mail programs open links, too."""
    return _link_page(request, find_link(_accounts(request), secret))


@post(LINK_PATH + "{secret:str}", opt={ROLE: None}, name="form:first_start", include_in_schema=False)
@in_thread
def link_form(request: AnyRequest, secret: Annotated[str, PathParameter()], data: LinkBody) -> Response[Any]:
    """Set the password; the first administrator is then signed in."""
    accounts, client = _accounts(request), client_of(request)
    link = find_link(accounts, secret)
    try:
        if data.password != data.again:
            raise UsageError("the two passwords differ", advice="Type both again")
        user = use_link(accounts, secret, data.name, data.password, client)
    except TiebackError as error:
        return _link_page(request, link, error, data.name)
    if link is None or user is None:
        return _link_page(request, None)
    if link.name:
        return Redirect("/sign-in?done=password_set", status_code=303)
    return _go_on(
        request, "/", SignIn(SignInOutcome.SIGNED_IN, open_session(accounts, user, client, _old(request), "link"))
    )


def _accounts(request: AnyRequest) -> AccountService:
    found: AccountService = request.app.state[ACCOUNTS]
    return found


def _settings(request: AnyRequest) -> WebSettings:
    found: WebSettings = request.app.state[SETTINGS]
    return found


def _provider(request: AnyRequest) -> OidcProvider:
    found: OidcProvider | None = request.app.state[PROVIDER]
    if found is None:
        raise NotFoundException("no sign-in provider is configured")
    return found


def _user(request: AnyRequest) -> User | None:
    found: User | None = request.app.state[IDENTIFY](request)
    return found


def _old(request: AnyRequest) -> str:
    return cookie_value(request, CookieName.SESSION, _settings(request))


def _callback(request: AnyRequest) -> str:
    """Our address for the provider: the public one, or this browser's, which ``web.hosts`` has checked."""
    settings = _settings(request)
    start = settings.public_url or f"{request.url.scheme}://{request.headers.get('host', '')}"
    return start.rstrip("/") + _CALLBACK


def _go_on(request: AnyRequest, to: str, result: SignIn) -> Response[Any]:
    response = Redirect(to, status_code=303)
    response.cookies.append(new_cookie(CookieName.SESSION, result.secret, _settings(request)))
    return response


def _status(problem: TiebackError | None) -> int:
    if problem is None:
        return 200
    return 429 if isinstance(problem, TooManyAttemptsError) else 502 if isinstance(problem, ProviderError) else 403


def _sign_in_page(request: AnyRequest, to: str, problem: TiebackError | None = None, name: str = "") -> Response[Any]:
    provider: OidcProvider | None = request.app.state[PROVIDER]
    more = {
        "problem": problem,
        "name": name[:100],
        "next": to,
        "provider": provider.settings.name if provider is not None else "",
        "no_admin": not _accounts(request).store.has_admin(),
    }
    return _page(request, "sign_in.html", "Sign in", more, problem)


def _code_page(request: AnyRequest, to: str, problem: TiebackError | None = None) -> Response[Any]:
    return _page(request, "sign_in_code.html", "Enter your code", {"problem": problem, "next": to}, problem)


def _link_page(
    request: AnyRequest, link: OpenLink | None, problem: TiebackError | None = None, name: str = ""
) -> Response[Any]:
    title = "This link cannot be used" if link is None else "Set your password" if link.name else "First start"
    more = {"link": link, "problem": problem, "name": name[:100], "letters": MIN_LETTERS}
    response = _page(request, "first_start.html", title, more, problem)
    if link is None:
        response.status_code = 404
    return response


def _page(
    request: AnyRequest, template: str, title: str, more: Mapping[str, object], problem: TiebackError | None
) -> Response[Any]:
    response: Response[Any] = render(request, template, page_context(request, title) | dict(more), _status(problem))
    if isinstance(problem, TooManyAttemptsError):
        response.headers["Retry-After"] = str(problem.seconds)
    return response


ROUTES = [
    sign_in_page,
    sign_in_form,
    code_page,
    code_form,
    begin_at_provider,
    back_from_provider,
    sign_out_form,
    link_page,
    link_form,
]
