"""API tokens: list, create (shown once), revoke."""

import msgspec

from tieback.model.errors import UsageError
from tieback.pipeline.accounts.roles import Role, role_named
from tieback.pipeline.accounts.tokens import DEFAULT_DAYS, create_token, revoke_token
from tieback.pipeline.views.accounts import TokenRow, list_tokens, token_row
from tieback.pipeline.views.listing import Listing
from tieback.web.context import Context
from tieback.web.resource import ShownOnce, change, form, page_and_json


class TokenRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new token."""

    name: str
    role: Role = Role.ANALYST
    reads_only: bool = True
    days: int = DEFAULT_DAYS


class CreatedToken(msgspec.Struct, frozen=True, kw_only=True):
    """A token with its secret, for the only time."""

    token: TokenRow
    secret: str


class TokenForm(msgspec.Struct, frozen=True):
    """The form for a new token."""

    name: str = ""
    role: str = "analyst"
    scope: str = "read"
    days: str = str(DEFAULT_DAYS)


def tokens(context: Context, everyone: bool = False, after: str = "", limit: int = 50) -> Listing[TokenRow]:
    """The own tokens, newest first; for an administrator with ``everyone``, those of all users."""
    return list_tokens(context.accounts, context.user, everyone=everyone, after=after, limit=limit)


@change("POST", "/tokens", role=Role.VIEWER, action="create a token", status=201, logged=True)
def create_api_token(context: Context, data: TokenRequest) -> CreatedToken:
    """Create a token. Its secret is in this response and nowhere else. A request with a token is refused."""
    new = create_token(context.accounts, context.user, data.name, data.role, reads_only=data.reads_only, days=data.days)
    return CreatedToken(token=token_row(new.token, context.user.name, new.token.created), secret=new.secret)


@change("DELETE", "/tokens/{token:str}", role=Role.VIEWER, action="revoke a token", status=200, logged=True)
def revoke_api_token(context: Context, token: str) -> None:
    """Revoke an own token, or as an administrator any token."""
    revoke_token(context.accounts, context.user, token)


@form("/tokens", role=Role.VIEWER, action="create a token", logged=True, again="tokens")
def token_form(context: Context, data: TokenForm) -> ShownOnce:
    """Create a token, and show its secret."""
    role = role_named(data.role) or Role.VIEWER
    if not (data.days.isascii() and data.days.isdigit() and len(data.days) < 6):
        raise UsageError("not a number of days", where="days", advice="Write a number")
    new = create_token(
        context.accounts, context.user, data.name, role, reads_only=data.scope != "change", days=int(data.days)
    )
    return ShownOnce(
        title=f"Token {new.token.name}",
        label="Token",
        secret=new.secret,
        advice="Programs send it with each request: Authorization: Bearer TOKEN. Never put it into a repository.",
        back="/tokens",
    )


@form(
    "/tokens/{token:str}/revoke",
    role=Role.VIEWER,
    action="revoke a token",
    done="The token is revoked.",
    logged=True,
    again="tokens",
)
def revoke_form(context: Context, token: str) -> str:
    """Revoke a token."""
    revoke_token(context.accounts, context.user, token)
    return "/tokens"


ROUTES = [
    *page_and_json("/tokens", tokens, template="tokens.html", role=Role.VIEWER, title="API tokens"),
    create_api_token,
    revoke_api_token,
    token_form,
    revoke_form,
]
