"""Advice to install an extra, right for an installation from a package index, a checkout, and an editable one."""

import json
from importlib.metadata import PackageNotFoundError, distribution
from urllib.parse import unquote, urlsplit


def extra_advice(extra: str) -> str:
    """The command that adds an extra to this installation, as a sentence without a full stop.

    Args:
        extra: name, such as ``pdf``.
    """
    folder, editable = _checkout()
    if not folder:
        return f"Install the extra {extra}: pip install 'tieback[{extra}]'"
    if editable:
        return f"Install the extra {extra}: uv sync --inexact --extra {extra}, in the checkout {folder}"
    return (
        f"Install the extra {extra}: uv tool install --force '.[{extra}]', in the checkout {folder} "
        f"(with pipx: pipx install --force '.[{extra}]'; in a virtual environment: pip install '.[{extra}]'). "
        "Name the extras that you have, too"
    )


def _checkout() -> tuple[str, bool]:
    """Folder that tieback was installed from, and whether it runs from there; empty for a package index (PEP 610)."""
    try:
        recorded = json.loads(distribution("tieback").read_text("direct_url.json") or "{}")
        url = urlsplit(recorded.get("url", ""))
        editable = bool(recorded.get("dir_info", {}).get("editable"))
        return (unquote(url.path), editable) if url.scheme == "file" and "dir_info" in recorded else ("", False)
    except (PackageNotFoundError, ValueError, AttributeError, TypeError):
        return "", False
