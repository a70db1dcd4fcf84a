"""Hosts of links that an app opens and contacts itself: its web view loads what ``getIntent().getData()`` gives.

The system only hands the link over. A host of such links is a back end if the component that gets them, or a class
above or inside of it, loads pages in a web view, and may contact the address of its intent:
https://developer.android.com/training/app-links/deep-linking#handling-intents
Bounds: 64 calls that read the address, and 256 that load a page.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from tieback.recognise.dataflow.dex.dexfile import CodeItem
from tieback.recognise.dataflow.ends.uses import ConstantUses

MAX_CALLS, MAX_LOADS = 64, 256
_INTENT = frozenset(("Landroid/content/Intent;",))
_READERS = (("getData", "()Landroid/net/Uri;"), ("getDataString", "()Ljava/lang/String;"))
_LOADERS = (("loadUrl", "(Ljava/lang/String;)V"), ("loadUrl", "(Ljava/lang/String;Ljava/util/Map;)V"))
"""Methods of web views, also of classes below ``WebView``."""


class OpenedLink(NamedTuple):
    """A host whose links a component loads."""

    host: str
    file: int
    """Number of the DEX file."""
    method: str
    """The method that reads the address."""


def opened_links(uses: ConstantUses, openers: Mapping[str, frozenset[str]]) -> Iterator[OpenedLink]:
    """The hosts whose links the app may contact, each once.

    Args:
        uses: the code of the app.
        openers: by the descriptor of a component, the hosts whose links it opens.
    """
    owners = {
        one: name
        for name in openers
        if uses.app.class_of(name) is not None
        for one in (name, *uses.app.ancestors(name))
        if uses.app.class_of(one) is not None
    }
    loading = {component for _, _, _, component in _calls(uses, owners, _LOADERS, frozenset(), MAX_LOADS)}
    found: set[str] = set()
    for number, code, place, component in _calls(uses, owners, _READERS, _INTENT, MAX_CALLS) if loading else ():
        hosts = openers[component] - found if component in loading else frozenset[str]()
        if hosts and not uses.reason_of_result(number, code, (place - code.begin) // 2):
            found |= hosts
            method = "->".join(uses.app.ref_at(number, code)[:2])
            yield from (OpenedLink(host, number, method) for host in sorted(hosts))


def _calls(
    uses: ConstantUses,
    owners: Mapping[str, str],
    methods: Iterable[tuple[str, str]],
    of: frozenset[str],
    most: int,
) -> Iterator[tuple[int, CodeItem, int, str]]:
    """File, method, offset and component of each call of some methods in the classes of components."""
    calls = (call for method in methods for call in uses.places.calls(*method, of)) if owners else iter(())
    for number, place, _ in islice(calls, most):
        code = uses.file(number).code_around(place, every=True)
        owner = uses.app.ref_at(number, code).owner if code is not None else ""
        component = owners.get(owner) or owners.get(f"{owner.partition('$')[0].removesuffix(';')};", "")
        if code is not None and component:
            yield number, code, place, component
