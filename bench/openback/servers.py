"""The lab's servers for cases of the topic ``store``: started on loopback, and stopped at the end."""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.openback.make import tell
from bench.openback.schema import Case
from bench.openback.sets.stores import changed
from tieback.lab.state import Lab
from tieback.lab.up import up

ADDRESSES, GRANT = "addresses.json", "grant.toml"


@contextmanager
def servers(folder: Path, cases: Sequence[Case]) -> Iterator[Mapping[str, Any]]:
    """Start the stores of the cases, and write their places to ``addresses.json``.

    A file that is there already belongs to servers that ``python -m bench.openback lab`` keeps running: they are used.

    Args:
        folder: of the cases of the topic.
        cases: of stores of the lab, with their labels: the lab fills the stores by them.
    """
    by_name = {case.input: case for case in cases}
    place = folder / ADDRESSES
    if place.exists():
        yield json.loads(place.read_bytes())
        return
    with tempfile.TemporaryDirectory(prefix="openback-lab-") as directory:
        lab = Lab(Path(directory, "lab"))
        try:
            results = up(lab, lambda _: None, change=lambda store: changed(store, by_name))
            for one in results:
                if one.error is not None and not one.skipped:
                    tell(f"{one.store.name}: {one.error.diagnostics()}")
            addresses = {
                one.store.name: {
                    "host": one.server.address,
                    "port": one.server.port,
                    "tls": one.store.tls,
                    "name": one.store.host,
                }
                for one in results
                if one.server is not None and one.error is None and one.store.name in by_name
            }
            place.write_text(json.dumps(addresses, indent=1) + "\n", encoding="utf-8")
            (folder / GRANT).write_bytes(lab.grant.read_bytes())
            yield addresses
        finally:
            place.unlink(missing_ok=True)
            (folder / GRANT).unlink(missing_ok=True)
            with lab.locked():
                lab.stop_all()
                lab.purge()
