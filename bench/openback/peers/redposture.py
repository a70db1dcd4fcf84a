"""redposture: its modules for data stores, each on the addresses of all cases, without credentials and deep checks.

``--defcreds``, ``--dump``, ``--discover`` and every option that executes something stay off: they are off by
default. The module that finds its protocol is the claim ``product``, or the implementation that it names.
``open_no_auth`` is ``open``, or ``empty`` where it counts no keys (Redis alone); ``auth_required`` is ``closed``.
Other stores without records are ``open`` to it. Where no module finds its protocol, nothing is known.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.openback.peers import _stores
from bench.openback.peers._answers import UnsupportedError, ended, results
from bench.openback.peers._programs import Limits, ToolError, package_version, program, run
from bench.openback.schema import Case, Claim, Result

TOPICS = _stores.TOPICS
CLAIMS = _stores.CLAIMS
MODULES = {
    "redis": "redis", "mongodb": "mongodb", "elastic": "elasticsearch", "postgres": "postgresql", "etcd": "etcd",
    "zookeeper": "zookeeper", "docker-registry": "docker-registry", "minio": "minio", "rabbitmq": "rabbitmq",
}  # fmt: skip
"""Modules for the products of the lab, with openback's name of the product."""
ACCESS = {"open_no_auth": "open", "auth_required": "closed"}
AT_ONCE = 3
LIMITS = Limits(seconds=600.0)
MAX_LINE = 1 << 20

type Found = dict[tuple[str, int], list[Claim]]


def version() -> str | None:
    """Version of the program; ``None`` if it is not installed."""
    return package_version("redposture", "redposture")


def reports(module: str, output: bytes) -> Found:
    """The claims of a module's report by host and port; lines about other states are left out."""
    found: Found = {}
    for line in output.splitlines():
        try:
            one = json.loads(line[:MAX_LINE])
        except (ValueError, RecursionError):
            continue
        if not isinstance(one, dict) or one.get("status") not in ACCESS:
            continue
        host, port = one.get("host"), one.get("port")
        if isinstance(host, str) and isinstance(port, int):
            named = one.get("implementation") or one.get("vendor")
            product = named.lower() if isinstance(named, str) else MODULES[module]
            access, keys = ACCESS[one["status"]], one.get("key_count")
            its = found.setdefault((host, port), [])
            if access == "open" and isinstance(keys, int) and not isinstance(keys, bool):
                access = "open" if keys else "empty"
            its += [Claim("product", product), Claim("access", access)]
    return found


def answer(cases: Sequence[Case], folder: Path) -> Iterator[Result]:
    """A result per case."""
    places = _stores.places(cases, folder)
    with TemporaryDirectory(prefix="openback-") as home, ThreadPoolExecutor(AT_ONCE) as pool:
        targets = Path(home) / "targets"
        targets.write_text("".join(f"{one.host}:{one.port}\n" for one in places.values()))

        def audit(module: str) -> Found:
            report = Path(home) / f"{module}.jsonl"
            words: list[str | Path] = [module, "-t", targets, "--no-color", "-r", "0", "-f", "json", "-o", report]
            done = run(
                [program("redposture", "redposture") or "redposture", *words], Path(home), network=True, limits=LIMITS
            )
            ended(done, (0, 1))
            return reports(module, report.read_bytes()) if report.exists() else {}

        found: Found = {}
        failed: list[ToolError] = []
        for its in [pool.submit(audit, module) for module in MODULES]:
            try:
                for place, claims in its.result().items():
                    found.setdefault(place, []).extend(claims)
            except ToolError as error:
                failed.append(error)

        def decide(case: Case) -> Iterable[Claim] | None:
            if case.id not in places:
                raise UnsupportedError("server not here")
            claims = found.get((places[case.id].host, places[case.id].port))
            if claims is None and failed:
                raise failed[0]
            return claims

        yield from results("redposture", version(), cases, decide)
