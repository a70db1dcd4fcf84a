"""A bounded window over a queue: limits the number of concurrent probes, regardless of the queue length.

A watcher checks every tenth of a second whether to stop. It then cancels the probes in progress, even if many wait for
an answer.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

from tieback.model.errors import TiebackError
from tieback.scope.conversation import RetryLater
from tieback.scope.fair_queue import FairQueue, QueueItem

STOP_CHECK_SECONDS = 0.1
"""Interval between two stop checks, in seconds."""
_CHECKED_EVERY = 10
"""Number of stop checks per lease check."""
_AT_ONCE = 256
"""Number of probes started before those in progress get the event loop."""


class ProbeWindow[Item, Result]:
    """Probes each item of a queue; yields the results as they complete."""

    def __init__(
        self,
        turns: FairQueue[Item],
        ask: Callable[[Item], Awaitable[Result]],
        again: Callable[[Item], Item],
        size: int,
        heed: Callable[[], None],
        check: Callable[[], None] | None = None,
    ) -> None:
        """Set up; no probe starts yet.

        Args:
            turns: the queue.
            ask: probes one item; ``RetryLater`` puts it back for later.
            again: puts an item back.
            size: maximum number of concurrent probes.
            heed: raises if everything must stop; runs on the event loop, so it must not block.
            check: as ``heed``, about once per second, on a thread.
        """
        self._turns = turns
        self._ask = ask
        self._again = again
        self._size = size
        self._heed = heed
        self._check = check
        self._tasks: set[asyncio.Task[None]] = set()
        self._ended: list[tuple[Item, Result]] = []
        self._failed: Exception | None = None
        self._wake = asyncio.Event()

    async def results(self) -> AsyncGenerator[list[tuple[Item, Result]]]:
        """The results completed since the last call, at least one.

        Raises:
            Exception: the first error of ``heed``, ``check`` or ``ask``; completed results are yielded before.
        """
        watcher = asyncio.create_task(self._watch())
        try:
            while True:
                more = self._fill()
                if self._ended:
                    ended, self._ended = self._ended, []
                    yield ended
                elif self._failed is not None:
                    raise self._failed
                elif more:
                    await asyncio.sleep(0)
                elif self._tasks:
                    self._wake.clear()
                    await self._wake.wait()
                else:
                    return
        finally:
            watcher.cancel()
            self._end()
            await asyncio.gather(watcher, *self._tasks, return_exceptions=True)

    def _fill(self) -> bool:
        """Start probes; returns whether there is capacity and work for more."""
        if self._failed is None:
            self._fail_on(self._heed)
        begun = 0
        while self._failed is None and len(self._tasks) < self._size:
            if begun >= _AT_ONCE:
                return True
            turn = self._turns.take()
            if turn is None:
                break
            self._tasks.add(asyncio.create_task(self._one(turn)))
            begun += 1
        return False

    async def _one(self, turn: QueueItem[Item]) -> None:
        try:
            result = await self._ask(turn.item)
        except RetryLater:
            self._turns.requeue(turn, self._again(turn.item))
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - raised where the results are read
            # If the stop cancelled it, the dialer's error describes the stop for all.
            self._fail_on(self._heed)
            self._fail(error)
            self._end()
        else:
            self._ended.append((turn.item, result))
        finally:
            self._turns.release(turn)
            task = asyncio.current_task()
            assert task is not None
            self._tasks.discard(task)
            self._wake.set()

    async def _watch(self) -> None:
        looks = 0
        while self._failed is None:
            await asyncio.sleep(STOP_CHECK_SECONDS)
            looks += 1
            self._fail_on(self._heed)
            if self._check is not None and looks % _CHECKED_EVERY == 0:
                try:
                    await asyncio.to_thread(self._check)
                except TiebackError as error:
                    self._fail(error)
        self._end()
        self._wake.set()

    def _fail_on(self, call: Callable[[], None]) -> None:
        try:
            call()
        except TiebackError as error:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        """Remember the first failure."""
        if self._failed is None:
            self._failed = error

    def _end(self) -> None:
        for task in self._tasks:
            task.cancel()
