"""The own account: password, second factor, sessions."""

from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency

from tieback.model.errors import UsageError
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.accounts.totp import setup_uri
from tieback.pipeline.accounts.users import (
    begin_second_factor,
    change_password,
    confirm_second_factor,
    drop_second_factor,
    end_sessions,
)
from tieback.pipeline.views.accounts import UserPage, find_user
from tieback.web.access import ROLE
from tieback.web.context import Context
from tieback.web.problems import NotFoundError
from tieback.web.resource import form, page_and_json, page_context, render
from tieback.web.threads import in_thread


class PasswordForm(msgspec.Struct, frozen=True):
    """A change of the password."""

    current: str = ""
    password: str = ""
    again: str = ""
    username: str = ""
    """Only for password managers."""


class FactorForm(msgspec.Struct, frozen=True):
    """The first code of a new second factor, or a code to remove it."""

    code: str = ""
    password: str = ""
    sealed: str = ""


def own_account(context: Context) -> UserPage:
    """The user of the request, with sessions and tokens."""
    found = find_user(context.accounts, context.user.id, context.user)
    if found is None:
        raise NotFoundError("this account does not exist any more", where=context.user.name)
    return found


@form(
    "/account/password",
    role=Role.VIEWER,
    action="change the own password",
    done="Your password is changed.",
    logged=True,
)
def own_password(context: Context, data: PasswordForm) -> str:
    """Change the own password; all other sessions end."""
    if data.password != data.again:
        raise UsageError("the two new passwords differ", advice="Go back and type both again")
    change_password(context.accounts, context.user, data.current, data.password, context.client)
    return "/account"


@form(
    "/account/sessions/end", role=Role.VIEWER, action="end sessions", done="Your other sessions are ended.", logged=True
)
def own_sessions(context: Context) -> str:
    """End all other sessions of the user."""
    end_sessions(context.accounts, context.user, context.user.id)
    return "/account"


@get(
    "/account/second-factor",
    opt={ROLE: Role.VIEWER},
    name="page:second_factor",
    include_in_schema=False,
)
@in_thread
def second_factor_page(request: Request[Any, Any, Any], context: NamedDependency[Context]) -> Response[str]:
    """A new key with its QR code; nothing is stored before the first code."""
    import segno

    setup = begin_second_factor(context.accounts, context.user)
    uri = setup_uri(setup.secret, context.user.name, request.url.hostname or "tieback")
    picture = segno.make(uri, error="m").svg_data_uri(scale=4, border=4, light="white")
    more = {"picture": picture, "key": setup.secret, "sealed": setup.sealed}
    return render(request, "second_factor.html", page_context(request, "Set up a second factor") | more)


@form(
    "/account/second-factor",
    role=Role.VIEWER,
    action="add a second factor",
    done="Your second factor is on.",
    logged=True,
)
def add_factor(context: Context, data: FactorForm) -> str:
    """Turn on the second factor."""
    confirm_second_factor(context.accounts, context.user, data.sealed, data.code, data.password, context.client)
    return "/account"


@form(
    "/account/second-factor/remove",
    role=Role.VIEWER,
    action="remove the own second factor",
    done="Your second factor is off.",
    logged=True,
)
def remove_factor(context: Context, data: FactorForm) -> str:
    """Remove the own second factor."""
    drop_second_factor(context.accounts, context.user, data.code, data.password, context.client)
    return "/account"


ROUTES = [
    *page_and_json("/account", own_account, template="account.html", role=Role.VIEWER, title="Your account"),
    own_password,
    own_sessions,
    second_factor_page,
    add_factor,
    remove_factor,
]
