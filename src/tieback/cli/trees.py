"""Trees and tables of back ends and apps, for people. A question mark marks low confidence."""

from typing import TYPE_CHECKING

from rich.text import Text
from rich.tree import Tree

from tieback.cli.terminal import data_console, message_console
from tieback.console import RowTable
from tieback.model.count_text import count_text
from tieback.model.graph import THRESHOLD
from tieback.model.probe import Access, Entry
from tieback.report.texts.clean import clean
from tieback.report.texts.stores import ACCESS_WORDS, access_words, records_text

if TYPE_CHECKING:
    from tieback.pipeline.graph.views import AppView, BackendLine, BackendView, PassiveView, StoreLink
    from tieback.pipeline.mapping.attribution import HostAttribution

_MOST_TEXT = 1000
SHOWN = 40
"""Maximum number of apps and endpoints in a tree. JSON output is complete."""
_CLAIMS = {"boundary": "account boundary"}
"""Labels of claims whose name alone is unclear; docs/understand/backends.md explains them."""


def print_backend_lines(lines: "list[BackendLine]") -> None:
    """Print one row per back end. Columns of facts that no back end has are left out."""
    probed = any(line.probed or line.access for line in lines)
    rows = [
        {
            "back end": line.host,
            "apps": f"{line.apps:,}",
            "provider": line.provider,
            "region": line.region,
            "owner": line.owner or line.party,
            "stores": ", ".join(ACCESS_WORDS.get(Access(one), one) for one in line.access)
            or (probed and ("not probed" if not line.probed else "no answer" if line.silent else "none found"))
            or "",
            "reported by": ", ".join(line.seen_by),
        }
        for line in lines
    ]
    table = RowTable()
    names = ("back end", "apps", "provider", "region", "owner", "stores", "reported by")
    shown = [name for name in names if name in ("back end", "apps", "owner") or any(row[name] for row in rows)]
    for name in shown:
        table.add_column(name, justify="right" if name == "apps" else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_text(row[name]) for name in shown))
    data_console().print(table)
    if lines and not probed:
        message_console().print("nothing was probed in this run, so no store is known to be open or closed")


def print_attribution(found: "HostAttribution") -> None:
    """Print what is known about a host."""
    console = data_console()
    parts = [_text(found.host, style="bold")]
    if found.addresses:
        parts.append(_text(f"  {', '.join(found.addresses)}", style="dim"))
    console.print(*parts)
    table = RowTable()
    table.add_column("claim")
    table.add_column("value", overflow="fold", ratio=2)
    table.add_column("confidence", justify="right")
    table.add_column("reason", overflow="fold", ratio=3)
    for one in found.statements:
        table.add_row(
            _text(_CLAIMS.get(one.claim, one.claim)), _text(one.value), f"{one.confidence:.2f}", _text(one.reason)
        )
    console.print(table)
    if not found.statements:
        console.print(_text("  nothing is known about this host", style="dim"))
    used = "; ".join(one.cited for one in found.data)
    console.print(_text(f"  {found.resolved_by} · {used}", style="dim"))
    console.print()


def print_contacts(target: str, contacts: "tuple[str, ...]", problem: str, file: str, key: str = "") -> None:
    """Print the contacts that a host names, or why there are none."""
    console = data_console()
    kept = _text(f"  saved as {file}", style="dim") if file else Text()
    console.print(_text(target, style="bold") + kept)
    for contact in contacts:
        console.print(_text(f"  {contact}"))
    if key:
        console.print(_text(f"  key: {key}"))
    if problem:
        console.print(_text(f"  {problem}", style="dim"))


def print_backend(view: "BackendView") -> None:
    """Print a back end with its attribution, stores, passive evidence and apps."""
    tree = Tree(_text(view.host, style="bold") + _text(f"  {view.party} party", style="dim"))
    if view.why is not None:
        for one in view.why.statements:
            _leaf(tree, f"{_CLAIMS.get(one.claim, one.claim)}: {one.value}", one.confidence, one.reason)
        if view.why.host not in view.host:
            tree.add(_text(f"host: {view.why.host}, which a grant must cover to probe it"))
        addresses = ", ".join(view.why.addresses)
        tree.add(_text(f"addresses: {addresses or 'none'} ({view.why.resolved_by})"))
    _add_stores(tree, view.stores)
    if not view.stores:
        tree.add(_text(f"stores: {_without_store(view)}"))
    _add_seen(tree, view.seen)
    apps = tree.add(_text(f"{view.apps_total:,} app{'' if view.apps_total == 1 else 's'}"))
    for app_at in view.apps[:SHOWN]:
        place = app_at.file if app_at.offset is None else f"{app_at.file}+{app_at.offset:#x}"
        name = f"{app_at.bundle_id or app_at.name or app_at.sha256[:12]} {app_at.version}".strip()
        _leaf(apps, f"{name} names {app_at.endpoint}", app_at.confidence, f"{app_at.how} in {place}")
    if len(view.apps) > SHOWN:
        apps.add(_text(f"{view.apps_total - SHOWN:,} more with --format json", style="dim"))
    data_console().print(tree)
    if view.why is not None:
        used = "; ".join(one.cited for one in view.why.data)
        data_console().print(_text(used, style="dim"))
        data_console().print()


def print_app(view: "AppView") -> None:
    """Print an app with its endpoints, back ends and stores."""
    said = view.app
    tree = Tree(
        _text(f"{said.label} {said.version_name}".strip(), style="bold")
        + _text(f"  {said.bundle_id} · {view.path}", "dim")
    )
    for one in view.endpoints[:SHOWN]:
        place = one.file if one.offset is None else f"{one.file}+{one.offset:#x}"
        node = _leaf(tree, one.value, one.confidence, f"{one.how} in {place}")
        whose = f"{one.owner or one.party} ({one.party} party{f': {one.party_reason}' if one.party_reason else ''})"
        node.add(_text(f"owner: {whose}"))
        if one.backend is not None:
            if one.backend.addresses:
                node.add(_text(f"at {', '.join(one.backend.addresses)} ({one.backend.resolved_by})"))
            for claim in one.backend.attributions:
                if claim.claim in {"provider", "product", "region", "boundary", "country", "asn"}:
                    _leaf(
                        node, f"{_CLAIMS.get(claim.claim, claim.claim)}: {claim.value}", claim.confidence, claim.reason
                    )
        _add_stores(node, one.stores)
        _add_seen(node, one.seen)
    if view.endpoints_total > SHOWN:
        tree.add(_text(f"{view.endpoints_total - SHOWN:,} more with --format json", style="dim"))
    if view.others:
        others = tree.add(_text(f"{count_text(len(view.others), 'endpoint')} that only other tools reported"))
        for passive in view.others[:SHOWN]:
            place = f"{passive.sighting.evidence.context}, {passive.sighting.evidence.file}"
            others.add(_text(f"{passive.sighting.endpoint.value}  ({place})", style="dim"))
    data_console().print(tree)


def _without_store(view: "BackendView") -> str:
    if not view.probed:
        return "not probed, so it is not known if one is open"
    return "not decided: no answer, or not to the end" if view.silent else "none found"


def _add_stores(tree: Tree, stores: "tuple[StoreLink, ...]") -> None:
    for store in stores:
        records = f", {records_text(store.records)}" if Access(store.access).exposed or store.records.value else ""
        name = f"{store.product} {store.version}".strip()
        text = f"store: {name} is {_verdict(store)}{records}, {store.relation}, at {', '.join(store.targets)}"
        _leaf(tree, text, store.confidence, store.reason)


def _verdict(store: "StoreLink") -> str:
    """The access state; ``not decided`` if a refusal does not show that the store is closed."""
    words = _access(store.access, store.product, store.entry)
    return f"not decided ({words})" if store.undecided and store.access != Access.UNKNOWN else words


def _access(access: str, product: str, entry: str = "") -> str:
    """The words of the reports for an access state."""
    way = Entry(entry) if entry in set(Entry) else Entry.NONE
    return access_words(Access(access), way, product) if access in set(Access) else access


def _add_seen(tree: Tree, seen: "tuple[PassiveView, ...]") -> None:
    for one in seen:
        service = one.note.service
        # What the other tool named is there: only our own probe may not have seen what it is.
        ours = _access(one.note.asked, service.service or service.product)
        tree.add(
            _text(one.said, style="dim")
            + _text(f"; superseded: our own probe reports {ours}" if ours else "; not probed by us", "dim")
        )


def _leaf(tree: Tree, text: str, sure: float, reason: str) -> Tree:
    guess = " ?" if sure < THRESHOLD else ""
    return tree.add(_text(text) + _text(f"  {sure:.2f}{guess} {reason}", style="dim"))


def _text(text: str, style: str = "") -> Text:
    """Untrusted text on one line: control and direction characters are removed."""
    return Text(clean(text, _MOST_TEXT), style)
