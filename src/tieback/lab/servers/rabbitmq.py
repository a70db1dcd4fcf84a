"""RabbitMQ (Debian): a broker that requires a login, with its management port; it starts in about ten seconds.

Its port mapper (epmd) is a separate process below the store's directory, and ends with it; epmd always listens on
127.0.0.1 and ::1, too.
"""

import shutil
import time

from msgspec.structs import replace

from tieback.lab.http_client import is_answering, send_request
from tieback.lab.interface import LabProduct, StartContext
from tieback.lab.process import Launch, RunningServer, launch
from tieback.lab.programs import Need, locate
from tieback.lab.serve import accepts_connections, create_server_directory, give_to_user, serve
from tieback.lab.store import LAB_ACCOUNT, Holding, LabStore, ServerProgram, StoreState, lab_store
from tieback.model.probe import Access

_PROGRAM = Need("/usr/lib/rabbitmq/bin/rabbitmq-server", "Debian: rabbitmq-server")
"""Debian's wrapper in the PATH switches to its own user."""
_MACHINE = Need("/usr/lib/erlang/erts-*/bin/beam.smp", "Debian: erlang-base")
_MAPPER = Need("epmd", "Debian: erlang-base")
_MANAGEMENT = 10_000
"""Default offset between its management port and its client port."""
_EPMD, _DISTRIBUTION = 26_000, 26_256
"""Ports of the mapper and of Erlang nodes. The subnet is added, because those of two labs would conflict: mappers on
127.0.0.1, and a node does not start if its port is in use on any address."""


def start(place: StartContext) -> RunningServer:
    """Start the port mapper and the broker."""
    program, store = str(locate(_PROGRAM)), place.store
    home = create_server_directory(place)
    subnet = int(store.address.split(".")[2])
    mapper = _EPMD + subnet
    erlang = {"ERL_EPMD_PORT": str(mapper), "ERL_EPMD_ADDRESS": store.address}
    ip = store.address.replace(".", ",")
    (home.path / "rabbitmq.conf").write_text(
        f"listeners.tcp.1 = {store.address}:{store.port}\n"
        f"management.tcp.ip = {store.address}\nmanagement.tcp.port = {store.port + _MANAGEMENT}\n"
        f"default_user = {LAB_ACCOUNT.user}\ndefault_pass = {LAB_ACCOUNT.password}\ncluster_name = {store.host}\n",
        encoding="ascii",
    )
    (home.path / "plugins").write_text("[rabbitmq_management].\n", encoding="ascii")
    environment = {
        "RABBITMQ_NODENAME": f"lab{store.port}@localhost",
        "RABBITMQ_MNESIA_BASE": str(home.path / "data"),
        "RABBITMQ_LOG_BASE": str(home.path / "log"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(home.path / "plugins"),
        "RABBITMQ_CONFIG_FILE": str(home.path / "rabbitmq.conf"),
        "RABBITMQ_DIST_PORT": str(_DISTRIBUTION + subnet),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"-kernel inet_dist_use_interface {{{ip}}} +S 1:1",
        # The script then becomes the Erlang VM under the same process ID, instead of waiting for it.
        "RUNNING_UNDER_SYSTEMD": "1",
    }
    beside = place.directory / "epmd"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir()
    give_to_user(home)
    plan = Launch((str(locate(_MAPPER)),), home.path, store.address, mapper, home.account, beside, environment=erlang)
    launch(plan, lambda: accepts_connections(store.address, mapper))
    where = (store.address, store.port + _MANAGEMENT)

    def ready() -> bool | None:
        return accepts_connections(store.address, store.port) and is_answering(where, "/")

    server = serve(
        place, home, (program,), ready, environment=environment | erlang, executable=str(locate(_MACHINE)), seconds=90
    )
    overview = send_request(where, "GET", "/api/overview", login=LAB_ACCOUNT, accept=(500,)).json()
    return replace(server, version=str(overview.get("rabbitmq_version", "")))


def load(store: LabStore, server: RunningServer) -> None:
    """Recreate the queues and publish one message per record, through the management interface."""
    where = _management(server)
    for holding in store.holdings:
        queue = holding.path[-1]
        send_request(where, "DELETE", f"/api/queues/%2F/{queue}", login=LAB_ACCOUNT, accept=(404,))
        send_request(where, "PUT", f"/api/queues/%2F/{queue}", {"durable": False}, login=LAB_ACCOUNT)
        message = {"properties": {}, "routing_key": queue, "payload": "synthetic", "payload_encoding": "string"}
        for _ in range(holding.records):
            send_request(where, "POST", "/api/exchanges/%2F/amq.default/publish", message, login=LAB_ACCOUNT)


def count(_store: LabStore, server: RunningServer, holding: Holding) -> int:
    """Messages waiting in the queue; its statistics need some seconds to update."""
    known = 0
    for _ in range(100):
        told = send_request(
            _management(server), "GET", f"/api/queues/%2F/{holding.path[-1]}", login=LAB_ACCOUNT, accept=(404,)
        )
        known = int(told.json().get("messages", 0)) if told.status != 404 else 0
        if known >= holding.records or told.status == 404:
            break
        time.sleep(0.1)
    return known


def _management(server: RunningServer) -> tuple[str, int]:
    return server.address, server.port + _MANAGEMENT


_QUEUE = (Holding(("/", "bookings"), "", 20),)
KIND = LabProduct(
    server=ServerProgram.RABBITMQ,
    needs=(_PROGRAM, _MACHINE, _MAPPER),
    start=start,
    load=load,
    count=count,
    stores=(
        lab_store(
            "rabbitmq-protected",
            ServerProgram.RABBITMQ,
            180,
            5672,
            StoreState.PROTECTED,
            Access.AUTH_REQUIRED,
            holdings=_QUEUE,
        ),
    ),
)
