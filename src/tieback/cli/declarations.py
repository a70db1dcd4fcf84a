"""Privacy manifests of an app as lines for people: who declares which data and tracking domains."""

from collections.abc import Iterator

from tieback.model.app import Platform
from tieback.model.declaration import PrivacyDeclaration
from tieback.model.safe_text import escape_line
from tieback.model.sighting import AppDocument

SHOWN = 12
"""Manifests and names shown without ``--all``."""
TITLE = "Privacy manifests (what the maker declares)"


def declaration_lines(document: AppDocument, *, everything: bool) -> Iterator[str]:
    """One line per manifest, that of the app first. Empty for apps of other platforms than iOS."""
    if document.app is None or document.app.platform is not Platform.IOS:
        return
    if not document.declarations:
        yield "none in the package, so what the app declares is unknown"
        return
    most = None if everything else SHOWN
    if not any(one.of_app for one in document.declarations):
        yield "app: no manifest of its own"
    for one in document.declarations[:most]:
        yield f"{escape_line(one.label)}: {'; '.join(_facts(one, most))}"
    if len(document.declarations) > len(document.declarations[:most]):
        yield f"and {len(document.declarations) - SHOWN:,} more: --all"


def _facts(one: PrivacyDeclaration, most: int | None) -> Iterator[str]:
    from tieback.leaks.declared import data_type

    if one.types is None:
        yield "no list of data types"
    elif not one.types:
        yield "declares that nothing is collected"
    else:
        titles = (
            data_type(one.format, each.name).title + (" (tracking)" if each.tracking else "") for each in one.types
        )
        yield _listed([*dict.fromkeys(titles)], most)
    if one.tracking is not None:
        yield f"tracking: {'yes' if one.tracking else 'no'}"
    if one.domains:
        yield f"tracking domains: {_listed([*one.domains], most)}"
    if one.apis:
        names = [each.category.removeprefix("NSPrivacyAccessedAPICategory") for each in one.apis]
        yield f"interfaces with a reason: {_listed(names, most)}"


def _listed(names: list[str], most: int | None) -> str:
    more = f" and {len(names) - most:,} more" if most is not None and len(names) > most else ""
    return ", ".join(escape_line(name) for name in names[:most]) + more
