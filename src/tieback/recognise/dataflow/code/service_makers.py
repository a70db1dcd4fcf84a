"""Methods that make clients of web services whose base address the walks leave open.

Where classes of an app set several base addresses, a run shows which one an interface gets: ``create(Api.class)``.
"""

from collections.abc import Iterable, Iterator, Sequence

from tieback.recognise.dataflow.code.member_uses import MemberUses
from tieback.recognise.dataflow.code.members import MethodCode
from tieback.recognise.dataflow.code.retrofit import base_for, paths
from tieback.recognise.dataflow.dex.dexfile import DexFile

CLIENTS = ("Retrofit", "RestAdapter")
"""Names of the calls that set a base address."""
MAX_INTERFACES = 64
"""Most interfaces that are looked at."""
MAX_MAKERS = 100
"""Most methods."""


def service_makers(
    files: Sequence[DexFile], uses: MemberUses, bases: Iterable[tuple[str, str | None]]
) -> Iterator[MethodCode]:
    """Methods of the app itself that name an interface of Retrofit for which the base address is not certain.

    Args:
        files: the DEX files.
        uses: finds the methods.
        bases: class that sets a base address, and the address; ``None`` if it is not known.
    """
    known = [(owner, url) for owner, url in bases if url is not None]
    if len({url for _, url in known}) == 1:
        return
    owners = dict.fromkeys(path.owner for dex in files for path in paths(dex))
    found: dict[int, None] = {}
    for owner in [one for one in owners if base_for(one, known) is None][:MAX_INTERFACES]:
        for method, _ in uses.naming(owner):
            if method.identity not in found and len(found) < MAX_MAKERS:
                found[method.identity] = None
                yield method
