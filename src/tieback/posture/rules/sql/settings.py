"""Settings of a Supabase project in ``config.toml`` that decide access.

Source: https://supabase.com/docs/guides/local-development/cli/config. The hosted project can have other settings, so an
answer that depends on one is not certain.
"""

import re
import tomllib
from dataclasses import dataclass, field
from typing import Any

from tieback.posture.rules.source import RulesText
from tieback.posture.rules.sql.schema import Bucket, Origin

_SEARCH_PATH = ("public", "extensions")


@dataclass(frozen=True, slots=True)
class ProjectSettings:
    """What ``config.toml`` states."""

    exposed: tuple[str, ...] = ()
    """Schemas of the API; empty if they are not stated."""
    search_path: tuple[str, ...] = _SEARCH_PATH
    """Schemas that pg_graphql searches."""
    buckets: tuple[Bucket, ...] = ()
    open_functions: dict[str, Origin] = field(default_factory=dict)
    """Edge functions without a check of the token."""
    sign_up: bool = True
    """False if nobody can create an account."""


def read_settings(text: RulesText, before: int) -> ProjectSettings:
    """Read ``config.toml``.

    Args:
        text: the file.
        before: lines of the files before it.

    Raises:
        tomllib.TOMLDecodeError: it is not TOML.
        RecursionError: it is nested too deeply.
    """
    content: dict[str, Any] = tomllib.loads(text.text)
    api = _tables(content.get("api"))
    functions = {
        name: Origin(_origin(text, before, "functions", name).line, f"[functions.{name}] verify_jwt = false")
        for name, one in _tables(content.get("functions")).items()
        if _tables(one).get("verify_jwt") is False
    }
    return ProjectSettings(
        _texts(api.get("schemas")),
        _texts(api.get("extra_search_path")) or _SEARCH_PATH,
        tuple(_buckets(text, before, _tables(_tables(content.get("storage")).get("buckets")))),
        functions,
        _sign_up(_tables(content.get("auth"))),
    )


def _sign_up(auth: dict[str, Any]) -> bool:
    """Whether an external requester can create an account, by any provider."""
    if auth.get("enable_signup") is False:
        return False
    if _tables(auth.get("email")).get("enable_signup") is not False:
        return True
    others = [_tables(one).get("enabled") is True for one in _tables(auth.get("external")).values()]
    phone = _tables(auth.get("sms")).get("enable_signup") is True
    return phone or any(others) or auth.get("enable_anonymous_sign_ins") is True


def _buckets(text: RulesText, before: int, tables: dict[str, Any]) -> list[Bucket]:
    found = []
    for name, bucket in tables.items():
        public = _tables(bucket).get("public", False)
        if isinstance(public, bool):
            where = _origin(text, before, r"storage\.buckets", name)
            found.append(Bucket(name, public, Origin(where.line, f"{where.text} public = {str(public).lower()}")))
    return found


def _origin(text: RulesText, before: int, table: str, name: str) -> Origin:
    found = re.search(rf"^\s*\[{table}\.\"?{re.escape(name)}\"?\]", text.text, re.MULTILINE)
    line = text.line(found.end()) if found else 1
    return Origin(before + line, found.group().strip() if found else "config.toml")


def _tables(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
