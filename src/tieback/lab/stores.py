"""The lab's stores: where each one is, what it holds, and what an honest probe must say of it.

Every store has an address of its own in 127.77.0.0/16 and listens on the usual port of its product. The third number
of the address is the lab's subnet, 0 by default, so that several labs can run side by side on one machine. All names
end in ``.test`` (RFC 6761), all people are Faker's. Those of the demo and of the ``lab`` extra's wheels stand here, the
others beside their servers (``tieback.lab.servers``).
"""

import msgspec

from tieback.lab.servers import KINDS
from tieback.lab.store import Holding, Server, State, Store, lab_store
from tieback.model.errors import LabError
from tieback.model.probe import Access, RansomVerdict

_WHEELS: tuple[Store, ...] = (
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
        # One that asks for a password does not say which of the family it is.
        product="redis",
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
    lab_store(
        "osmem-wiped",
        Server.OSMEM,
        72,
        9200,
        State.WIPED,
        Access.OPEN_EMPTY,
        product="opensearch",
        holdings=(Holding(("q7w2k9vmx1-meow",), "", 0), Holding(("z0f3n8ptr5-meow",), "", 0)),
        ransom=RansomVerdict.WIPED,
        emulation=True,
    ),
    lab_store(
        "mongo-tls",
        Server.MONGOD,
        53,
        27017,
        State.OPEN,
        Access.OPEN,
        product="mongodb",
        holdings=(Holding(("reception", "visitors"), "visitors", 400),),
        tls=True,
    ),
    lab_store(
        "mongo-wiped",
        Server.MONGOD,
        54,
        27017,
        State.WIPED,
        Access.OPEN_EMPTY,
        product="mongodb",
        holdings=(Holding(("reception", "h5d2m8xq0v-meow"), "", 0), Holding(("reception", "t9c4b1zk7y-meow"), "", 0)),
        ransom=RansomVerdict.WIPED,
    ),
)
STORES: tuple[Store, ...] = tuple(
    sorted(
        (*_WHEELS, *(store for kind in KINDS for store in kind.stores)),
        key=lambda store: (int(store.address.rpartition(".")[2]), store.name),
    )
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


def choose(
    names: tuple[str, ...],
    *,
    demo: bool = False,
    stores: tuple[Store, ...] = STORES,
    unpacked: frozenset[Server] = frozenset(),
) -> tuple[Store, ...]:
    """The stores that a person asked for; where nothing was asked, all that need nothing of the operator's.

    Args:
        names: names of stores, hosts or servers; ``demo`` among them stands for the demo's stores.
        demo: the same as naming ``demo``.
        stores: to choose from.
        unpacked: servers that the operator has brought; their stores are there to choose from too.

    Raises:
        LabError: a name is not in the lab, or needs a server that the operator must bring.
    """
    there = tuple(store for store in stores if not store.operator or store.server in unpacked)
    known = {word for store in there for word in (store.name, store.host, store.server.value)} | {"demo"}
    for name in names:
        if name in known:
            continue
        if any(name in (store.name, store.host, store.server.value) for store in stores):
            option = next(s.server.value for s in stores if name in (s.name, s.host, s.server.value))
            raise LabError("no registry brings this server", where=name, advice=f"Unpack one and name it: --{option}")
        advice = "Known: demo, " + ", ".join(store.name for store in there)
        raise LabError("there is no such store in the lab", where=name, advice=advice)
    if not names and not demo:
        return there
    whole_demo = demo or "demo" in names
    return tuple(
        store
        for store in there
        if not {store.name, store.host, store.server.value}.isdisjoint(names)
        or (whole_demo and store.demo)
        or store.server in unpacked
    )
