"""Webhook events in the ledger: each event is sent to each webhook once, even if runs are interrupted.

A delivery is marked ``sending`` before the first byte is sent. A delivery still in this state later may have arrived,
so it becomes ``unsure`` and is not sent again. Refused or unsent deliveries are ``waiting`` and retried.
"""

import time
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from tieback.storage.ledger.database import Database
from tieback.storage.ledger.tables import deliveries


class DeliveryState(StrEnum):
    """State of a delivery."""

    WAITING = "waiting"
    SENDING = "sending"
    DONE = "done"
    UNSURE = "unsure"
    """It may have arrived; never sent again."""
    GIVEN_UP = "given_up"
    """Refused permanently, or too often."""


class Delivery(msgspec.Struct, frozen=True):
    """One event for one webhook."""

    event: str
    webhook: str
    state: DeliveryState
    attempts: int
    body: str
    problem: str = ""


class Deliveries:
    """The outgoing events in an open ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def queue(self, wanted: Iterable[tuple[str, str, str]]) -> int:
        """Add (event, webhook, body) entries; known ones do not change. Returns the number of new ones."""
        given = tuple(wanted)

        def put(connection: Connection) -> int:
            new = 0
            for event, webhook, body in given:
                known = sa.select(deliveries.c.event).where(_is(event, webhook))
                if connection.execute(known).scalar() is None:
                    row = {"event": event, "webhook": webhook, "body": body, "problem": "", "attempts": 0}
                    connection.execute(
                        sa.insert(deliveries).values(**row, state=DeliveryState.WAITING, updated=time.time())
                    )
                    new += 1
            return new

        return self._database.write(put, alone="deliveries")

    def waiting(self) -> list[Delivery]:
        """Pending deliveries, oldest first. Deliveries that an interrupted run was sending become ``unsure``.

        Only under ``Workspace.lock``: deliveries that another process is sending look the same.
        """

        def ask(connection: Connection) -> Sequence[Any]:
            connection.execute(
                sa.update(deliveries)
                .where(deliveries.c.state == DeliveryState.SENDING)
                .values(state=DeliveryState.UNSURE, problem="the run ended while sending", updated=time.time())
            )
            columns = [deliveries.c[name] for name in Delivery.__struct_fields__]
            query = sa.select(*columns).where(deliveries.c.state == DeliveryState.WAITING)
            return connection.execute(query.order_by(deliveries.c.updated, deliveries.c.event)).all()

        rows = self._database.write(ask, alone="deliveries")
        return [Delivery(row[0], row[1], DeliveryState(row[2]), *row[3:]) for row in rows]

    def mark(self, delivery: Delivery, state: DeliveryState, problem: str = "") -> None:
        """Set the state of a delivery; ``sending`` counts an attempt."""
        more = 1 if state is DeliveryState.SENDING else 0
        change = (
            sa.update(deliveries)
            .where(_is(delivery.event, delivery.webhook))
            .values(state=state, attempts=deliveries.c.attempts + more, problem=problem[:500], updated=time.time())
        )
        self._database.write(lambda connection: connection.execute(change))


def _is(event: str, webhook: str) -> sa.ColumnElement[bool]:
    return (deliveries.c.event == event) & (deliveries.c.webhook == webhook)
