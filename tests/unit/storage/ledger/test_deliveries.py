"""An event goes to a webhook once, whatever happens in between."""

import pytest

from tieback.storage.ledger.deliveries import Deliveries, DeliveryState
from tieback.storage.ledger.ledger import Ledger


@pytest.fixture
def deliveries(ledger: Ledger) -> Deliveries:
    return ledger.deliveries


def test_each_event_is_queued_once_a_webhook(deliveries: Deliveries) -> None:
    assert deliveries.queue([("e1", "soc", "{}"), ("e1", "chat", "{}"), ("e1", "soc", "{}")]) == 2
    assert deliveries.queue([("e1", "soc", "other")]) == 0
    assert [(one.event, one.webhook, one.body) for one in deliveries.waiting()] == [
        ("e1", "soc", "{}"),
        ("e1", "chat", "{}"),
    ]


@pytest.mark.parametrize("end", [DeliveryState.DONE, DeliveryState.UNSURE, DeliveryState.GIVEN_UP])
def test_what_has_ended_is_not_sent_again(deliveries: Deliveries, end: DeliveryState) -> None:
    deliveries.queue([("e1", "soc", "{}")])
    (one,) = deliveries.waiting()
    deliveries.mark(one, DeliveryState.SENDING)
    deliveries.mark(one, end)
    assert deliveries.waiting() == []
    assert deliveries.queue([("e1", "soc", "{}")]) == 0


def test_what_was_refused_is_tried_again(deliveries: Deliveries) -> None:
    deliveries.queue([("e1", "soc", "{}")])
    for attempts in (0, 1, 2):
        (one,) = deliveries.waiting()
        assert one.attempts == attempts
        deliveries.mark(one, DeliveryState.SENDING)
        deliveries.mark(one, DeliveryState.WAITING, "503")


def test_a_kill_while_sending_sends_nothing_twice(deliveries: Deliveries) -> None:
    deliveries.queue([("e1", "soc", "{}"), ("e2", "soc", "{}")])
    first, _ = deliveries.waiting()
    deliveries.mark(first, DeliveryState.SENDING)
    assert [one.event for one in deliveries.waiting()] == ["e2"]
