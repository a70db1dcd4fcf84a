"""The settings of the sign-in provider: a TOML file on the server's disk, which the pages show and never change.

[oidc]
name = "Hospital account"                  # text of the button
issuer = "https://idp.hospital.test/realms/main"
client_id = "tieback"
client_secret_env = "TIEBACK_OIDC_SECRET"  # environment variable; without it, a public client (PKCE alone)
scopes = ["openid", "profile", "email"]
groups_claim = "groups"                    # claim of the ID token; a dot separates nested objects
hosts = ["https://login.hospital.test"]    # further origins that the provider's discovery document names

[oidc.roles]                               # group = role; a user without such a group has no role
"tieback-admins" = "admin"
"security-team" = "operator"
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from tieback.model.errors import InputError, file_fault
from tieback.pipeline.accounts.roles import Role
from tieback.scope.services import parse_service_url

MAX_FILE = 64 * 1024
MAX_GROUPS = 500


class OidcSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sign-in provider (OpenID Connect Core 1.0)."""

    issuer: str
    client_id: str
    roles: dict[str, Role]
    """Group to role. All other groups give no role."""
    name: str = "single sign-on"
    client_secret_env: str = ""
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    groups_claim: str = "groups"
    hosts: tuple[str, ...] = ()


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    oidc: OidcSettings


def load_oidc_settings(path: Path) -> OidcSettings:
    """Read the file.

    Raises:
        InputError: it cannot be read, or is not a valid configuration.
        UsageError: an address is not ``https:`` (or ``http:`` of loopback).
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_FILE + 1)
        if len(raw) > MAX_FILE:
            raise ValueError("longer than 64 KiB")
        found = msgspec.convert(tomllib.loads(raw.decode()), _File).oidc
        if not found.client_id or "openid" not in found.scopes or not found.roles or len(found.roles) > MAX_GROUPS:
            raise ValueError(f"set client_id, the scope openid, and the roles of 1 to {MAX_GROUPS} groups")
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path), advice="Check the path") from None
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"invalid sign-in configuration ({file_fault(error)})",
            where=str(path),
            advice="Write [oidc] with issuer and client_id, and [oidc.roles] with GROUP = ROLE",
        ) from None
    for url in (found.issuer, *found.hosts):
        parse_service_url(url)
    return found


def client_secret(settings: OidcSettings, environment: Mapping[str, str]) -> str:
    """The client secret from the environment; empty for a public client.

    Raises:
        InputError: the variable is not set.
    """
    if not settings.client_secret_env:
        return ""
    secret = environment.get(settings.client_secret_env, "")
    if not secret:
        raise InputError(
            "the environment variable with the client secret is not set",
            where=settings.client_secret_env,
            advice="Set it before you start the server",
        )
    return secret


def roles_of_groups(settings: OidcSettings, groups: tuple[str, ...]) -> list[Role]:
    """The roles of a user's groups; groups without a role are left out."""
    return [settings.roles[group] for group in groups if group in settings.roles]
