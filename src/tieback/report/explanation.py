"""Prints the explanation of a figure, as text or as JSON lines."""

from collections.abc import Iterator
from itertools import islice

from rich.console import Console
from rich.text import Text

from tieback.model.count_text import count_text
from tieback.model.document import SCHEMA_VERSION
from tieback.model.figure import Figure
from tieback.report.encoding import encode_row
from tieback.report.explain import FigureExplanation, StoreShare
from tieback.report.figures import figure_text, quality_text
from tieback.report.shortened import cut, cut_text, more_text
from tieback.report.tables import NOT_PROBED
from tieback.report.texts.clean import clean
from tieback.report.texts.routes import way_text
from tieback.report.texts.stores import store_text

UNKNOWN = "no back end was contacted, so the number is unknown. Run tieback scan with --grant FILE."
"""In place of the method of a figure that was not probed."""
MOST_STORES = 20
"""Limit on the stores shown as text; the JSON lines contain all."""
MOST_PARTS = 5
MOST_PROOFS = 4
MOST_WAYS = 3


def print_explanation(found: FigureExplanation, console: Console) -> None:
    """Print the figure, its query and its stores."""
    value = NOT_PROBED if found.figure is None else _words(found.figure)
    console.print(Text.assemble((f"{clean(found.name)}: ", "bold"), value))
    console.print(Text(clean(found.means, 400)))
    console.print(Text.assemble(("Query: ", "bold"), clean(found.query, 2000)))
    method = UNKNOWN if found.figure is None else clean(found.figure.method) or "none"
    console.print(Text.assemble(("Method: ", "bold"), method))
    if found.weakest:
        words = clean(", ".join(found.weakest), 400)
        console.print(Text(f"Not exact because of {words}"))
    if found.stores:
        console.print(Text(f"\nComputed from {count_text(found.stores, 'store')}:", style="bold"))
    for share in islice(found.shares(), MOST_STORES):
        for line in _lines(share):
            console.print(line)
    if found.stores > MOST_STORES:
        console.print(f"and {found.stores - MOST_STORES:,} more; --format json lists them all", style="dim")


def _lines(share: StoreShare) -> Iterator[Text]:
    store = share.store
    yield Text.assemble(
        (f"\n{_words(share.figure)}  ", "bold"), f"{store_text(store)} at {clean(cut_text(store.targets, 3))}"
    )
    yield Text(
        f"  store {clean(store.id)}, identified by {clean(store.identity.kind)}; method: {clean(share.figure.method)}"
    )
    for name, figure in share.parts[:MOST_PARTS]:
        yield Text(f"  {_words(figure)}  {clean(name, 100)}  ({clean(figure.method, 80)})")
    if len(share.parts) > MOST_PARTS:
        yield Text(f"  {more_text(len(share.parts) - MOST_PARTS, 'container')}", style="dim")
    for proof in cut(map(clean, store.proofs), MOST_PROOFS, one="proof"):
        yield Text(f"  proof: {proof}")
    routes = list({way_text(route): route for route in store.routes}.values())
    for route in routes[:MOST_WAYS]:
        offset = "" if route.offset is None else f" at byte {route.offset:,}"
        yield Text(
            f"  route: {way_text(route)}, from {clean(route.file, 80)}{offset} of app {clean(route.app_sha256, 12)}"
        )
    if len(routes) > MOST_WAYS:
        yield Text(f"  and {count_text(len(routes) - MOST_WAYS, 'more route')}", style="dim")


def _words(figure: Figure) -> str:
    quality = quality_text(figure)
    return figure_text(figure) + (f" ({quality})" if quality else "")


def as_lines(found: FigureExplanation) -> Iterator[bytes]:
    """Yield the figure as a JSON document, then one document per store with its share."""
    head = {
        "schema": f"tieback/explanation/{SCHEMA_VERSION}",
        "name": found.name,
        "means": found.means,
        "query": found.query,
        "figure": found.figure,
        "stores": found.stores,
        "weakest": found.weakest,
    }
    yield encode_row(head) + b"\n"
    for share in found.shares():
        store = share.store
        yield (
            encode_row(
                {
                    "schema": f"tieback/share/{SCHEMA_VERSION}",
                    "store": store.id,
                    "product": store.product,
                    "version": store.version,
                    "access": store.access,
                    "targets": store.targets,
                    "addresses": store.addresses,
                    "apps": list(dict.fromkeys(route.app_sha256 for route in store.routes)),
                    "figure": share.figure,
                    "parts": [{"container": name, "figure": figure} for name, figure in share.parts],
                    "proofs": store.proofs,
                }
            )
            + b"\n"
        )
