"""Which connections pass through after an app rejected the proxy's certificate."""

import warnings

import pytest

pytest.importorskip("mitmproxy")

from mitmproxy import options
from mitmproxy.proxy import context, layer, layers
from mitmproxy.proxy.layers import modes
from mitmproxy.test import tflow

from tests.unit.intake.traffic import wire
from tieback.intake.capture import pinned as module
from tieback.intake.capture.pinned import PassThrough

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # of ldap3, which mitmproxy's add-ons import
    from mitmproxy.test import taddons

    from tieback.intake.capture.next_layer import PinnedNextLayer

REASON = "The client does not trust the proxy's certificate for api.workhub.test (tlsv1 alert unknown ca)"


def at(host: str = "127.0.0.5") -> context.Context:
    where = context.Context(tflow.tclient_conn(), options.Options())
    where.server.address = (host, 443)
    return where


def chosen(passes: PassThrough, data: bytes, where: context.Context | None = None) -> layer.NextLayer:
    where = where or at()
    modes.TransparentProxy(where)
    one = layer.NextLayer(where)
    one.data_client = lambda: data  # type: ignore[method-assign]
    choice = PinnedNextLayer(passes)
    with taddons.context(choice):
        choice.next_layer(one)
    return one


def noted(name: str = "api.workhub.test", reason: str = REASON) -> PassThrough:
    passes, where = PassThrough(), at()
    where.client.sni = name
    passes.note(where.client, where.server, reason)
    return passes


HELLO = wire.record(wire.client_hello("api.workhub.test"))


def test_the_next_connection_to_the_same_name_passes() -> None:
    assert isinstance(chosen(noted(), HELLO).layer, layers.TCPLayer)


@pytest.mark.parametrize(
    ("passes", "data"),
    [
        (PassThrough(), HELLO),
        (noted(), wire.record(wire.client_hello("other.workhub.test"))),
        (noted(reason="Client and mitmproxy cannot agree on a TLS version"), HELLO),
    ],
    ids=["nothing was rejected", "another name", "another reason"],
)
def test_other_connections_are_opened(passes: PassThrough, data: bytes) -> None:
    assert isinstance(chosen(passes, data).layer, layers.ServerTLSLayer)


def test_another_client_is_opened() -> None:
    where = at()
    where.client.peername = ("127.0.0.77", 40000)
    assert isinstance(chosen(noted(), HELLO, where).layer, layers.ServerTLSLayer)


def test_a_hello_in_two_parts_is_waited_for() -> None:
    assert chosen(noted(), HELLO[:40]).layer is None


def test_a_hello_that_never_ends_is_not_waited_for() -> None:
    endless = b"\x16\x03\x01\x3f\xff\x01\x00\xff\xff" + bytes(70_000)
    assert isinstance(chosen(noted(), endless).layer, layers.ServerTLSLayer)


def test_without_a_name_the_address_counts() -> None:
    assert isinstance(chosen(noted(""), wire.record(wire.client_hello(""))).layer, layers.TCPLayer)


def test_the_number_of_servers_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PINNED", 0)
    assert isinstance(chosen(noted(), HELLO).layer, layers.ServerTLSLayer)
