"""The add-on for names, hook by hook, with mitmproxy's own test objects."""

from collections.abc import Callable

import pytest

pytest.importorskip("mitmproxy")

from mitmproxy.test import tflow, tutils

from tests.unit.intake.capture.conftest import Told
from tieback.intake.capture.connections import ConnectionAddon
from tieback.intake.capture.destinations import LOOPBACK, Destinations
from tieback.intake.capture.dns import DnsAddon
from tieback.intake.capture.interface import (
    DnsObserved,
)

type Make = Callable[..., DnsAddon]


@pytest.fixture
def make(told: Told) -> Make:
    def call(*networks: str) -> DnsAddon:
        destinations = Destinations(networks, [("api.workhub.test", "127.0.0.5")])
        return DnsAddon(told.append, destinations, ConnectionAddon(told.append, destinations))

    return call


def test_names_are_answered_here_where_they_are_known(told: Told, make: Make) -> None:
    one = tflow.tdnsflow()
    one.request = tutils.tdnsreq()
    question = one.request.question
    assert question is not None
    question.name = "api.workhub.test"
    observer = make()
    observer.dns_request(one)
    assert one.response is not None
    observer.dns_response(one)
    (seen,) = told
    assert isinstance(seen, DnsObserved)
    assert (seen.question, seen.addresses) == ("api.workhub.test", ("127.0.0.5",))


def test_no_name_server_is_queried_under_limits(make: Make) -> None:
    one = tflow.tdnsflow()
    make(*LOOPBACK).dns_request(one)
    assert one.response is not None
    assert one.response.response_code == 5  # REFUSED
    free = tflow.tdnsflow()
    make().dns_request(free)
    assert free.response is None
