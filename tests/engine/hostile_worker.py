"""A worker with a certificate of the cluster that does not run batches: it sends hostile results to the client.

    python -m tests.engine.hostile_worker SCHEDULER CERTS KIND MARK

The file ``KIND`` contains a name of ``KINDS``, and is read for each batch.

Whatever its pickles call makes the file ``MARK.<process id>`` in the process that loads them.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from tieback.engine import dask_results, dask_worker
from tieback.engine.cluster import serve_worker
from tieback.engine.dask_results import BatchReport, UnitReport
from tieback.model.unit import Unit, UnitState

MARK = ""
CODE = "import os; open({mark!r} + '.' + str(os.getpid()), 'w').close()"


class Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return (exec, (CODE.format(mark=MARK),))


class EvilDict(dict[str, Any]):
    def __reduce__(self) -> tuple[Any, ...]:
        return (exec, (CODE.format(mark=MARK),))


class EvilError(Exception):
    def __reduce__(self) -> tuple[Any, ...]:
        return (exec, (CODE.format(mark=MARK),))


def _report(*ends: UnitReport) -> bytes:
    return msgspec.msgpack.encode(BatchReport(list(ends)))


def _good(units: Sequence[Unit]) -> list[UnitReport]:
    return [UnitReport(number, UnitState.DONE, b"", "part", "", 1, 0.1) for number in range(len(units))]


def _changed(units: Sequence[Unit], **fields: Any) -> bytes:
    first, *others = _good(units)
    return _report(msgspec.structs.replace(first, **fields), *others)


def _raise(_units: Sequence[Unit] = ()) -> None:
    raise EvilError("evil")


def _raise_from_nested() -> None:
    raise RuntimeError(Evil())


def _events() -> bytes:
    import pickle

    from distributed import get_worker

    worker = get_worker()
    worker.log_event("print", {"args": ("\x1b]0;hostile\x07PRINTED-BY-A-MEMBER",), "sep": " ", "end": "\n"})
    worker.log_event("warn", {"message": pickle.dumps(Evil()), "category": pickle.dumps(Evil())})
    return b"\xff"


KINDS: dict[str, Callable[[Sequence[Unit]], Any]] = {
    "object": lambda _: Evil(),
    "list of objects": lambda _: [Evil(), EvilDict()],
    "bytes and an object": lambda _: (b"", Evil()),
    "exception": _raise,
    "exception with an object": lambda _: _raise_from_nested(),
    "events": lambda _: _events(),
    "random bytes": lambda _: os.urandom(200),
    "deep": lambda _: b"\x91" * 100_000,
    "long": lambda _: b"\0" * (dask_results.MAX_MESSAGE + 1),
    "another message": lambda _: msgspec.msgpack.encode({"type": "ready", "resident": 1}),
    "no ends": lambda _: _report(),
    "one end twice": lambda units: _report(*_good(units), *_good(units)[:1]),
    "another unit": lambda units: _changed(units, index=7_000_000),
    "a unit before the first": lambda units: _changed(units, index=-1),
    "a path as part": lambda units: _changed(units, part="../../etc/x"),
    "a hidden part": lambda units: _changed(units, part=".."),
    "not a number": lambda units: _changed(units, seconds=float("nan")),
    "endless attempts": lambda units: _changed(units, attempts=2**63 - 1),
    "done with a problem": lambda units: _changed(units, problem="x"),
}
RELEASES: dict[str, Callable[[], Any]] = {
    "release: object": Evil,
    "release: number": lambda: 7,
    "release: exception": _raise,
    "release: long": lambda: ("9" * 10_000, "\x1b[2J"),
}


def main() -> None:
    global MARK
    scheduler, certs, kind, MARK = sys.argv[1:]
    ours = dask_worker.release()
    dask_worker.release = lambda: RELEASES.get(Path(kind).read_text(), lambda: ours)()  # noqa: PLW0108 - read at each call
    dask_worker.run_batch = lambda _release, _work, units, _limits: KINDS[Path(kind).read_text()](units)
    told = lambda address: sys.stderr.write(f"worker at {address}\n")  # noqa: E731
    asyncio.run(serve_worker(Path(certs), f"tls://{scheduler}", "127.0.0.1", 1, "0", told))


if __name__ == "__main__":
    main()
