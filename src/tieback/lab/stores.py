"""The labelled data stores: where each one is, what it holds, and what an honest probe must say of it.

Every store has an address of its own in 127.77.0.0/16 and listens on the usual port of its product. The third number
of the address is the lab's subnet, 0 by default, so that several labs can run side by side on one machine. All names
end in ``.test`` (RFC 6761), all people are Faker's.
"""

from enum import StrEnum

import msgspec

from tieback.lab.login import Login
from tieback.model.errors import LabError
from tieback.model.probe import Access, RansomVerdict

NETWORK = "127.77.0.0/16"
"""Every store of the lab, and nothing else, lies in it."""
KEEPER = Login("keeper", "meadow-lantern-41")
"""The account of the protected stores; only the loaders use it."""


class State(StrEnum):
    """How a store was set up."""

    OPEN = "open"
    PROTECTED = "protected"
    EMPTY = "empty"
    RANSOMED = "ransomed"


class Server(StrEnum):
    """Which program serves it."""

    OSMEM = "osmem"
    MONGOD = "mongod"
    POSTGRES = "postgres"
    VALKEY = "valkey"
    WORKHUB_API = "workhub-api"


class Holding(msgspec.Struct, frozen=True):
    """A container that the lab fills."""

    path: tuple[str, ...]
    """As a probe names it, from the outermost name inwards."""
    dataset: str
    """Which of ``people``'s tables it holds."""
    records: int


class Store(msgspec.Struct, frozen=True, kw_only=True):
    """One labelled server."""

    name: str
    """For the command line."""
    host: str
    """Its name in the grant's host table."""
    server: Server
    product: str
    """As a probe reports it."""
    address: str
    port: int
    state: State
    holdings: tuple[Holding, ...] = ()
    access: Access
    """What a probe must say under the lab's own grant, which names no passwordless account."""
    ransom: RansomVerdict = RansomVerdict.NONE
    """What the assessment must say, without reading a note."""
    demo: bool = False
    """Part of ``--demo``."""
    emulation: bool = False
    is_store: bool = True
    """``False`` for the API, which holds nothing."""

    @property
    def records(self) -> int:
        """Records over all holdings."""
        return sum(holding.records for holding in self.holdings)


STORES: tuple[Store, ...] = (
    Store(
        name="fieldhand",
        host="es.fieldhand.test",
        server=Server.OSMEM,
        product="opensearch",
        address="127.77.0.10",
        port=9200,
        state=State.OPEN,
        holdings=(Holding(("machines",), "machines", 1200), Holding(("operators",), "operators", 150)),
        access=Access.OPEN,
        demo=True,
        emulation=True,
    ),
    Store(
        name="workhub",
        host="api.workhub.test",
        server=Server.MONGOD,
        product="mongodb",
        address="127.77.0.20",
        port=27017,
        state=State.OPEN,
        holdings=(
            Holding(("workhub", "employees"), "employees", 2500),
            Holding(("workhub", "visitors"), "visitors", 400),
            Holding(("workhub", "bookings"), "bookings", 600),
        ),
        access=Access.OPEN,
        demo=True,
    ),
    Store(
        name="workhub-api",
        host="api.workhub.test",
        server=Server.WORKHUB_API,
        product="workhub-api",
        address="127.77.0.20",
        port=443,
        state=State.PROTECTED,
        access=Access.AUTH_REQUIRED,
        demo=True,
        is_store=False,
    ),
    Store(
        name="tillroll",
        host="db.tillroll.test",
        server=Server.POSTGRES,
        product="postgresql",
        address="127.77.0.30",
        port=5432,
        state=State.PROTECTED,
        holdings=(Holding(("tillroll", "public", "customers"), "customers", 1000),),
        access=Access.AUTH_REQUIRED,
        demo=True,
    ),
    Store(
        name="valkey-open",
        host="valkey-open.lab.test",
        server=Server.VALKEY,
        product="valkey",
        address="127.77.0.40",
        port=6379,
        state=State.OPEN,
        holdings=(Holding(("db0",), "sessions", 500),),
        access=Access.OPEN,
    ),
    Store(
        name="valkey-protected",
        host="valkey-protected.lab.test",
        server=Server.VALKEY,
        product="valkey",
        address="127.77.0.41",
        port=6379,
        state=State.PROTECTED,
        holdings=(Holding(("db0",), "sessions", 500),),
        access=Access.AUTH_REQUIRED,
    ),
    Store(
        name="mongo-empty",
        host="mongo-empty.lab.test",
        server=Server.MONGOD,
        product="mongodb",
        address="127.77.0.50",
        port=27017,
        state=State.EMPTY,
        access=Access.OPEN_EMPTY,
    ),
    Store(
        name="mongo-ransomed",
        host="mongo-ransomed.lab.test",
        server=Server.MONGOD,
        product="mongodb",
        address="127.77.0.51",
        port=27017,
        state=State.RANSOMED,
        holdings=(Holding(("READ__ME_TO_RECOVER_YOUR_DATA", "README"), "ransom_note", 1),),
        access=Access.OPEN,
        ransom=RansomVerdict.LIKELY,
    ),
    Store(
        name="mongo-protected",
        host="mongo-protected.lab.test",
        server=Server.MONGOD,
        product="mongodb",
        address="127.77.0.52",
        port=27017,
        state=State.PROTECTED,
        holdings=(Holding(("reception", "visitors"), "visitors", 400),),
        access=Access.AUTH_REQUIRED,
    ),
    Store(
        name="postgres-trust",
        host="postgres-trust.lab.test",
        server=Server.POSTGRES,
        product="postgresql",
        address="127.77.0.60",
        port=5432,
        state=State.OPEN,
        holdings=(Holding(("loyalty", "public", "customers"), "customers", 1000),),
        # A made-up role shows that roles are trusted; what a real one may read is not asked: no rule names one.
        access=Access.ANY_USER,
    ),
    Store(
        name="osmem-empty",
        host="osmem-empty.lab.test",
        server=Server.OSMEM,
        product="opensearch",
        address="127.77.0.70",
        port=9200,
        state=State.EMPTY,
        access=Access.OPEN_EMPTY,
        emulation=True,
    ),
    Store(
        name="osmem-ransomed",
        host="osmem-ransomed.lab.test",
        server=Server.OSMEM,
        product="opensearch",
        address="127.77.0.71",
        port=9200,
        state=State.RANSOMED,
        holdings=(Holding(("read_me",), "ransom_note", 1),),
        access=Access.OPEN,
        ransom=RansomVerdict.LIKELY,
        emulation=True,
    ),
)
"""In subnet 0, in the order of their addresses."""


def stores_in(subnet: int) -> tuple[Store, ...]:
    """The same stores at ``127.77.<subnet>.x``.

    Raises:
        LabError: the subnet is not 0 to 255.
    """
    if not 0 <= subnet <= 255:
        raise LabError("a subnet is 0 to 255", where=str(subnet), advice="It is the third number of 127.77.0.0/16")
    return tuple(msgspec.structs.replace(s, address=f"127.77.{subnet}.{s.address.rpartition('.')[2]}") for s in STORES)


def choose(names: tuple[str, ...], *, demo: bool = False, stores: tuple[Store, ...] = STORES) -> tuple[Store, ...]:
    """The stores that a person asked for, by name or host; all where nothing was asked.

    Args:
        names: names or hosts; ``demo`` among them stands for the demo's stores.
        demo: the same as naming ``demo``.
        stores: to choose from.

    Raises:
        LabError: a name is not in the lab.
    """
    known = {word for store in stores for word in (store.name, store.host)} | {"demo"}
    for name in names:
        if name not in known:
            advice = "Known: demo, " + ", ".join(store.name for store in stores)
            raise LabError("there is no such store in the lab", where=name, advice=advice)
    if not names and not demo:
        return stores
    whole_demo = demo or "demo" in names
    return tuple(s for s in stores if s.name in names or s.host in names or (whole_demo and s.demo))
