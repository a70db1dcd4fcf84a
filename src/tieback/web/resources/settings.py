"""How the server was started, read-only."""

import msgspec

import tieback
from tieback.pipeline.accounts.passwords import MIN_LETTERS
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.accounts.sessions import ABSOLUTE_SECONDS, IDLE_SECONDS
from tieback.pipeline.accounts.tokens import DEFAULT_DAYS, MAX_DAYS
from tieback.pipeline.views.accounts import OidcSummary, oidc_summary
from tieback.web.context import Context
from tieback.web.resource import page_and_json


class SettingsPage(msgspec.Struct, frozen=True, kw_only=True):
    """The options of the server and of the sign-in."""

    version: str
    listens: str
    public_url: str
    secure: bool
    trusted_proxies: tuple[str, ...]
    grants: str
    """Folder with more grants; empty: none."""
    idle_hours: int
    absolute_days: int
    token_days: int
    token_max_days: int
    password_letters: int
    provider: OidcSummary | None


def settings(context: Context) -> SettingsPage:
    """How this server was started, and how users sign in. Secrets are not shown."""
    found = context.settings
    return SettingsPage(
        version=tieback.__version__,
        listens=f"{found.host} port {found.port}",
        public_url=found.public_url,
        secure=found.secure,
        trusted_proxies=found.trusted_proxies,
        grants=str(found.grants) if found.grants else "",
        idle_hours=int(IDLE_SECONDS // 3600),
        absolute_days=int(ABSOLUTE_SECONDS // 86_400),
        token_days=DEFAULT_DAYS,
        token_max_days=MAX_DAYS,
        password_letters=MIN_LETTERS,
        provider=oidc_summary(context.provider) if context.provider is not None else None,
    )


ROUTES = [*page_and_json("/settings", settings, template="settings.html", role=Role.ADMIN, title="Settings")]
