"""Events for webhooks in the ledger: each event goes to each webhook once, however often a run is killed.

A delivery is marked ``sending`` before the first byte leaves. One that is found so later may have arrived, so it is not
sent again: it is told as ``unsure``. What was refused, or never left, is ``waiting`` and tried again.
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
    """Where a delivery stands."""

    WAITING = "waiting"
    SENDING = "sending"
    DONE = "done"
    UNSURE = "unsure"
    """It may have arrived; never sent again."""
    GIVEN_UP = "given_up"
    """Refused for good, or too often."""


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
        """Note (event, webhook, body); those that are known stay as they are. Returns how many are new."""
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
        """What is to be sent, oldest first. What a killed run was sending becomes ``unsure``.

        Only under ``Workspace.lock``: what another process sends looks the same.
        """

        def ask(connection: Connection) -> Sequence[Any]:
            connection.execute(
                sa.update(deliveries)
                .where(deliveries.c.state == DeliveryState.SENDING)
                .values(state=DeliveryState.UNSURE, problem="the run ended while it was sent", updated=time.time())
            )
            columns = [deliveries.c[name] for name in Delivery.__struct_fields__]
            query = sa.select(*columns).where(deliveries.c.state == DeliveryState.WAITING)
            return connection.execute(query.order_by(deliveries.c.updated, deliveries.c.event)).all()

        rows = self._database.write(ask, alone="deliveries")
        return [Delivery(row[0], row[1], DeliveryState(row[2]), *row[3:]) for row in rows]

    def mark(self, delivery: Delivery, state: DeliveryState, problem: str = "") -> None:
        """Note how a delivery stands; ``sending`` counts an attempt."""
        more = 1 if state is DeliveryState.SENDING else 0
        change = (
            sa.update(deliveries)
            .where(_is(delivery.event, delivery.webhook))
            .values(state=state, attempts=deliveries.c.attempts + more, problem=problem[:500], updated=time.time())
        )
        self._database.write(lambda connection: connection.execute(change))


def _is(event: str, webhook: str) -> sa.ColumnElement[bool]:
    return (deliveries.c.event == event) & (deliveries.c.webhook == webhook)
