"""Methods that make clients of web services whose base address the walks leave open.

Where classes of an app set several base addresses, a run shows which one an interface gets: ``create(Api.class)``.
"""

from collections.abc import Iterable, Sequence

from tieback.recognise.dataflow.code.member_uses import MemberUses
from tieback.recognise.dataflow.code.members import MethodCode
from tieback.recognise.dataflow.code.retrofit import Bases, paths
from tieback.recognise.dataflow.dex.dexfile import DexFile

CLIENTS = ("Retrofit", "RestAdapter", "ApiGateway")
"""Names of the calls that set a base address."""
MAX_INTERFACES = 64
"""Most interfaces that are looked at."""
MAX_MAKERS = 100
"""Most methods."""


def service_makers(
    files: Sequence[DexFile], uses: MemberUses, bases: Iterable[tuple[str, str | None]]
) -> tuple[tuple[MethodCode, ...], bool]:
    """Methods of the app itself that name an interface of Retrofit for which the base address is not certain.

    Args:
        files: the DEX files.
        uses: finds the methods.
        bases: class that sets a base address, and the address; ``None`` if it is not known.

    Returns:
        The methods, and true if a limit left some out.
    """
    known = [(owner, url) for owner, url in bases if url is not None]
    if len({url for _, url in known}) == 1:
        return (), False
    owners = dict.fromkeys(path.owner for dex in files for path in paths(dex))
    found: dict[int, MethodCode] = {}
    nearest = Bases(known)
    open_ones = [one for one in owners if nearest.url_for(one) is None]
    for owner in open_ones[:MAX_INTERFACES]:
        for method, _ in uses.naming(owner):
            if method.identity not in found and len(found) < MAX_MAKERS:
                found[method.identity] = method
    return tuple(found.values()), len(open_ones) > MAX_INTERFACES or len(found) >= MAX_MAKERS
