"""Users, for administrators: create with a one-time link, role, disable, remove, sessions, second factor."""

import msgspec

from tieback.model.errors import UsageError
from tieback.pipeline.accounts.links import password_link
from tieback.pipeline.accounts.roles import Role, role_named
from tieback.pipeline.accounts.users import (
    create_user,
    end_sessions,
    remove_second_factor,
    remove_user,
    set_disabled,
    set_role,
)
from tieback.pipeline.views.accounts import UserPage, UserRow, find_user, list_users, user_row
from tieback.pipeline.views.listing import Listing
from tieback.web.context import Context
from tieback.web.problems import NotFoundError
from tieback.web.resource import ShownOnce, change, form, page_and_json

_LINK_ADVICE = "Send it to the user on a way that only the user reads. It is valid for 24 hours and works once."


class NewUser(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new local user."""

    name: str
    role: Role
    display: str = ""


class UserChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A change of a user; a missing member changes nothing."""

    role: Role | None = None
    disabled: bool | None = None


class CreatedUser(msgspec.Struct, frozen=True, kw_only=True):
    """A new user, with the link to set a password, for the only time."""

    user: UserRow
    link: str


class PasswordLink(msgspec.Struct, frozen=True, kw_only=True):
    """A link to set a password, for the only time."""

    link: str


class UserForm(msgspec.Struct, frozen=True):
    """The form for a new user."""

    name: str = ""
    display: str = ""
    role: str = "viewer"


class RoleForm(msgspec.Struct, frozen=True):
    """The form for a role."""

    role: str = ""


def users(context: Context, after: str = "", limit: int = 50) -> Listing[UserRow]:
    """All users, by name."""
    return list_users(context.accounts, after=after, limit=limit)


def user(context: Context, user: str) -> UserPage:
    """One user, with sessions and tokens."""
    found = find_user(context.accounts, user, context.user)
    if found is None:
        raise NotFoundError("no user has this ID", where=user[:80], advice="See /users")
    return found


@change("POST", "/users", role=Role.ADMIN, action="create a user", status=201, logged=True)
def create_local_user(context: Context, data: NewUser) -> CreatedUser:
    """Create a user. The link to set a password is in this response and nowhere else."""
    made = create_user(context.accounts, context.user, data.name, data.display, data.role)
    link = context.settings.own_url + password_link(context.accounts, context.user, made.id)
    return CreatedUser(user=user_row(made), link=link)


@change("PATCH", "/users/{user:str}", role=Role.ADMIN, action="change a user", current=user, logged=True)
def change_local_user(context: Context, user: str, data: UserChange) -> UserPage:
    """Change the role, disable or enable. A disabled user has no sessions, and tokens stop."""
    if data.role is not None:
        set_role(context.accounts, context.user, user, data.role)
    if data.disabled is not None:
        set_disabled(context.accounts, context.user, user, disabled=data.disabled)
    return _page(context, user)


@change("DELETE", "/users/{user:str}", role=Role.ADMIN, action="remove a user", current=user, logged=True)
def remove_local_user(context: Context, user: str) -> UserRow:
    """Remove a user with all sessions and tokens. The audit log keeps the name. Not the last administrator."""
    return user_row(remove_user(context.accounts, context.user, user))


@change("DELETE", "/users/{user:str}/sessions", role=Role.ADMIN, action="end all sessions of a user", logged=True)
def end_user_sessions(context: Context, user: str) -> UserPage:
    """End all sessions of a user, except the one of this request."""
    end_sessions(context.accounts, context.user, user)
    return _page(context, user)


@change("DELETE", "/users/{user:str}/second-factor", role=Role.ADMIN, action="remove a second factor", logged=True)
def remove_user_second_factor(context: Context, user: str) -> UserPage:
    """Remove the second factor of a user who lost it."""
    remove_second_factor(context.accounts, context.user, user)
    return _page(context, user)


@change("POST", "/users/{user:str}/password-link", role=Role.ADMIN, action="create a password link", logged=True)
def create_password_link(context: Context, user: str) -> PasswordLink:
    """A new link with which the user sets a password; earlier ones end."""
    return PasswordLink(link=context.settings.own_url + password_link(context.accounts, context.user, user))


@form("/users", role=Role.ADMIN, action="create a user", logged=True, again="users")
def user_form(context: Context, data: UserForm) -> ShownOnce:
    """Create a user, and show the link."""
    made = create_user(context.accounts, context.user, data.name, data.display, _role(data.role))
    return _shown_link(context, made.id, f"User {made.name}")


@form("/users/{user:str}/password-link", role=Role.ADMIN, action="create a password link", logged=True, again="user")
def password_link_form(context: Context, user: str) -> ShownOnce:
    """Show a new link to set a password."""
    return _shown_link(context, user, "Link to set a password")


@form(
    "/users/{user:str}/role",
    role=Role.ADMIN,
    action="change a role",
    done="The role is changed.",
    logged=True,
    again="user",
)
def role_form(context: Context, user: str, data: RoleForm) -> str:
    """Change the role."""
    set_role(context.accounts, context.user, user, _role(data.role))
    return f"/users/{user}"


@form(
    "/users/{user:str}/disable",
    role=Role.ADMIN,
    action="disable a user",
    done="The user is disabled.",
    logged=True,
    again="user",
)
def disable_form(context: Context, user: str) -> str:
    """Disable a user."""
    set_disabled(context.accounts, context.user, user, disabled=True)
    return f"/users/{user}"


@form(
    "/users/{user:str}/enable",
    role=Role.ADMIN,
    action="enable a user",
    done="The user is enabled.",
    logged=True,
    again="user",
)
def enable_form(context: Context, user: str) -> str:
    """Enable a user."""
    set_disabled(context.accounts, context.user, user, disabled=False)
    return f"/users/{user}"


@form(
    "/users/{user:str}/remove",
    role=Role.ADMIN,
    action="remove a user",
    done="The user is removed.",
    logged=True,
    again="user",
)
def remove_user_form(context: Context, user: str) -> str:
    """Remove a user."""
    remove_user(context.accounts, context.user, user)
    return "/users"


@form(
    "/users/{user:str}/sessions/end",
    role=Role.ADMIN,
    action="end sessions",
    done="The sessions are ended.",
    logged=True,
    again="user",
)
def sessions_form(context: Context, user: str) -> str:
    """End all sessions."""
    end_sessions(context.accounts, context.user, user)
    return f"/users/{user}"


@form(
    "/users/{user:str}/second-factor/remove",
    role=Role.ADMIN,
    action="remove a second factor",
    done="The second factor is removed.",
    logged=True,
    again="user",
)
def factor_form(context: Context, user: str) -> str:
    """Remove the second factor."""
    remove_second_factor(context.accounts, context.user, user)
    return f"/users/{user}"


def _role(text: str) -> Role:
    found = role_named(text)
    if found is None:
        raise UsageError("no role is chosen", where="role", advice="Choose one")
    return found


def _page(context: Context, user_id: str) -> UserPage:
    return user(context, user_id)


def _shown_link(context: Context, user_id: str, title: str) -> ShownOnce:
    link = context.settings.own_url + password_link(context.accounts, context.user, user_id)
    label = "Link to set a password"
    return ShownOnce(title=title, label=label, secret=link, advice=_LINK_ADVICE, back=f"/users/{user_id}")


_ROLE = Role.ADMIN
ROUTES = [
    *page_and_json("/users", users, template="users.html", role=_ROLE, title="Users"),
    *page_and_json("/users/{user:str}", user, template="user.html", role=_ROLE, title="User"),
    create_local_user,
    change_local_user,
    remove_local_user,
    end_user_sessions,
    remove_user_second_factor,
    create_password_link,
    user_form,
    password_link_form,
    role_form,
    disable_form,
    enable_form,
    remove_user_form,
    sessions_form,
    factor_form,
]
