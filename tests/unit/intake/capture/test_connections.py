"""The add-on for connections, hook by hook, with mitmproxy's own test objects."""

from collections.abc import Callable

import pytest

pytest.importorskip("mitmproxy")

from mitmproxy import connection, tls
from mitmproxy.proxy import context, server_hooks
from mitmproxy.test import tflow

from tests.unit.intake.capture.conftest import Told
from tieback.intake.capture import connections as module
from tieback.intake.capture.connections import ConnectionAddon
from tieback.intake.capture.destinations import FORBIDDEN, LOOPBACK, Destinations
from tieback.intake.capture.interface import (
    ConnectFailure,
    TlsRefusal,
)

type Make = Callable[..., ConnectionAddon]


@pytest.fixture
def make(told: Told) -> Make:
    def call(*networks: str) -> ConnectionAddon:
        return ConnectionAddon(told.append, Destinations(networks, [("api.workhub.test", "127.0.0.5")]))

    return call


def test_server_known_only_from_the_connection_is_reported(told: Told, make: Make) -> None:
    observer, client, server = make(), tflow.tclient_conn(), tflow.tserver_conn()
    observer.client_connected(client)
    server.error = "Connect call failed"
    observer.server_connect_error(server_hooks.ServerConnectionHookData(server, client))
    assert told == []
    observer.client_disconnected(client)
    (seen,) = told
    assert isinstance(seen, ConnectFailure)
    assert (seen.ends.host, seen.reason, seen.forbidden) == ("address", "Connect call failed", False)


@pytest.mark.parametrize(
    ("host", "place", "error"),
    [
        ("127.0.0.1", "127.0.0.1", None),
        ("api.workhub.test", "127.0.0.5", None),
        ("update.example.org", "update.example.org", FORBIDDEN),
        ("192.0.2.1", "192.0.2.1", FORBIDDEN),
    ],
)
async def test_destinations_are_kept_to(make: Make, host: str, place: str, error: str | None) -> None:
    server = connection.Server(address=(host, 443))
    await make(*LOOPBACK).server_connect(server_hooks.ServerConnectionHookData(server, tflow.tclient_conn()))
    assert (server.address, server.error) == ((place, 443), error)


def test_a_refused_certificate(told: Told, make: Make) -> None:
    from mitmproxy import options

    client = tflow.tclient_conn()
    client.sni, client.error = "api.workhub.test", "The client does not trust the proxy's certificate for ..."
    where = context.Context(client, options.Options())
    where.server.address = ("127.0.0.5", 443)
    make().tls_failed_client(tls.TlsData(client, where))
    (seen,) = told
    assert isinstance(seen, TlsRefusal)
    assert (seen.tls.sni, seen.ends.host, seen.ends.port, seen.quic) == ("api.workhub.test", "127.0.0.5", 443, False)
    assert seen.reason.startswith("The client does not trust")


def test_end_of_run_reports_unreached_servers(told: Told, make: Make) -> None:
    connections, client, server = make(), tflow.tclient_conn(), tflow.tserver_conn()
    connections.client_connected(client)
    connections.server_connect_error(server_hooks.ServerConnectionHookData(server, client))
    connections.finish()
    assert [type(one) for one in told] == [ConnectFailure]
    connections.client_disconnected(client)
    connections.finish()
    assert len(told) == 1


def test_connection_with_a_flow_is_not_reported_twice(told: Told, make: Make) -> None:
    connections, client, server = make(), tflow.tclient_conn(), tflow.tserver_conn()
    connections.client_connected(client)
    connections.server_connect_error(server_hooks.ServerConnectionHookData(server, client))
    connections.mark(client, server.address, None)
    connections.client_disconnected(client)
    assert told == []


def test_clients_at_a_time_have_a_limit(told: Told, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CLIENTS", 1)
    connections, first, second = make(), tflow.tclient_conn(), tflow.tclient_conn()
    second.id = "another"
    for client in (first, second):
        connections.client_connected(client)
        connections.server_connect_error(server_hooks.ServerConnectionHookData(tflow.tserver_conn(), client))
        connections.client_disconnected(client)
    connections.client_connected(first)
    connections.client_connected(second)
    connections.server_connect_error(server_hooks.ServerConnectionHookData(tflow.tserver_conn(), second))
    connections.client_disconnected(second)
    assert len(told) == 2


async def test_a_name_with_a_fixed_address_stays_the_name(told: Told, make: Make) -> None:
    """``--resolve`` sets the address of a name: the app asked for the name, and a failure is reported once."""
    for reported in (False, True):
        addon, client = make(*LOOPBACK), tflow.tclient_conn()
        server = connection.Server(address=("api.workhub.test", 443))
        data = server_hooks.ServerConnectionHookData(server, client)
        addon.client_connected(client)
        await addon.server_connect(data)
        assert server.address == ("127.0.0.5", 443)
        assert addon.ends(client, server).host == "api.workhub.test"
        server.error = "Connect call failed"
        addon.server_connect_error(data)
        if reported:
            addon.mark(client, ("api.workhub.test", 443))
        addon.client_disconnected(client)
        assert addon.ends(client, server).host == "127.0.0.5"
    assert [(one.ends.host, one.ends.port) for one in told if isinstance(one, ConnectFailure)] == [
        ("api.workhub.test", 443)
    ]
