"""The own account: password, second factor, sessions."""

from urllib.parse import urlsplit

import msgspec

from tieback.model.errors import UsageError
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.accounts.totp import setup_uri
from tieback.pipeline.accounts.users import (
    TotpSetup,
    begin_second_factor,
    change_password,
    confirm_second_factor,
    drop_second_factor,
    end_sessions,
    resume_second_factor,
)
from tieback.pipeline.views.accounts import UserPage, find_user
from tieback.web.context import Context
from tieback.web.problems import NotFoundError
from tieback.web.resource import form, page, page_and_json


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


class NewFactor(msgspec.Struct, frozen=True, kw_only=True):
    """A second factor that is not confirmed yet."""

    picture: str
    """QR code of the key, as a ``data:`` URL."""
    key: str
    sealed: str
    """The key, encrypted for this user; comes back with the first code."""


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
    again="own_account",
)
def own_password(context: Context, data: PasswordForm) -> str:
    """Change the own password; all other sessions end."""
    if data.password != data.again:
        raise UsageError("the two new passwords differ", where="new password", advice="Type both again")
    change_password(context.accounts, context.user, data.current, data.password, context.client)
    return "/account"


@form(
    "/account/sessions/end",
    role=Role.VIEWER,
    action="end sessions",
    done="Your other sessions are ended.",
    logged=True,
    again="own_account",
)
def own_sessions(context: Context) -> str:
    """End all other sessions of the user."""
    end_sessions(context.accounts, context.user, context.user.id)
    return "/account"


def second_factor(context: Context) -> NewFactor:
    """A new key with its QR code; nothing is stored before the first code."""
    return _new_factor(context, begin_second_factor(context.accounts, context.user))


def _same_factor(context: Context, data: FactorForm) -> NewFactor:
    """The key that the user has scanned, after a wrong code or password; a new one if its time is over."""
    return _new_factor(context, resume_second_factor(context.accounts, context.user, data.sealed))


def _new_factor(context: Context, setup: TotpSetup) -> NewFactor:
    import segno

    uri = setup_uri(setup.secret, context.user.name, urlsplit(context.settings.own_url).hostname or "tieback")
    picture = segno.make(uri, error="m").svg_data_uri(scale=4, border=4, light="white")
    return NewFactor(picture=picture, key=setup.secret, sealed=setup.sealed)


@form(
    "/account/second-factor",
    role=Role.VIEWER,
    action="add a second factor",
    done="Your second factor is on.",
    logged=True,
    again="second_factor",
    restore=_same_factor,
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
    again="own_account",
)
def remove_factor(context: Context, data: FactorForm) -> str:
    """Remove the own second factor."""
    drop_second_factor(context.accounts, context.user, data.code, data.password, context.client)
    return "/account"


ROUTES = [
    *page_and_json("/account", own_account, template="account.html", role=Role.VIEWER, title="Your account"),
    own_password,
    own_sessions,
    page(
        "/account/second-factor",
        second_factor,
        template="second_factor.html",
        role=Role.VIEWER,
        title="Set up a second factor",
    ),
    add_factor,
    remove_factor,
]
