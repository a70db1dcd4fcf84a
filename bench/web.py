"""The pages over a synthetic world: time of each page at the server, memory, and many viewers at once.

``python -m bench web`` makes the world of ``bench.world`` with 100,000 apps, serves it on loopback, and requests each
page and its JSON twin. The time is the one that the client sees, so it includes loopback and the client's own work.
``python -m bench.web --apps N --keep FOLDER`` uses another size, and keeps the world for the next time.
"""

import argparse
import asyncio
import contextlib
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx

from bench import world
from bench.measure import table
from tests.lab.ports import free_port

APPS = 100_000
REPEATS = 20
"""Requests for each page, after a first one."""
VIEWERS = 50
ROUNDS = 4
"""Pages that each of the viewers opens."""
BAR = 0.3
"""Seconds: 95 % of the requests for a page must be answered by then."""
ID = re.compile(r"[0-9a-zA-Z_.:%-]{6,200}")
SERVE = """
import sys
from pathlib import Path
import uvicorn
from tieback.pipeline.accounts.roles import Role
from tieback.web.app import build_server
from tieback.web.context import User
from tieback.web.settings import WebSettings
user = User(id="bench", name="bench", role=Role.ADMIN)
settings = WebSettings(workspace=Path(sys.argv[1]), port=int(sys.argv[2]))
uvicorn.run(build_server(settings, identify=lambda _: user), port=settings.port, log_level="error", access_log=False)
"""


def run() -> str:
    """Measure, and return the report section."""
    with tempfile.TemporaryDirectory(prefix="tieback-web-") as folder:
        return measured(Path(folder), APPS)


def measured(folder: Path, apps: int) -> str:
    """The tables for one world, which is made if it is not in the folder."""
    workspace = folder / f"world-{apps}"
    if not workspace.exists():
        for stage in ("make", "scan"):
            world._child(workspace, apps, stage)
        export = folder / f"fleet-{apps}.csv"
        words = ["inventory", "import", str(export), "--source", "world", "--yes", "-w", str(workspace)]
        subprocess.run([sys.executable, "-m", "tieback", *words], check=True, capture_output=True)
    with served(workspace) as (url, pid):
        with httpx.Client(base_url=url, timeout=120) as client:
            paths = addresses(client)
            first = resident(pid)
            rows = [timed(client, path) for path in paths]
        memory = resident(pid)
        errors, seconds, wall = asyncio.run(viewers(url, [path for path in paths if not path.startswith("/api")]))
        after = resident(pid)
    slow = [row[0] for row in rows if float(row[3]) > BAR * 1000]
    lines = table(("address", "first, ms", "median, ms", "p95, ms", "kB"), rows)
    return "\n".join(
        (
            (
                f"{apps:,} apps. {REPEATS} requests each after the first; p95 over {BAR * 1000:.0f} ms: "
                f"{', '.join(slow) if slow else 'none'}."
            ),
            "",
            lines,
            "",
            (
                f"Resident memory: {first:.0f} MiB before, {memory:.0f} MiB after all pages, {after:.0f} MiB after "
                f"{VIEWERS} concurrent viewers. They opened {VIEWERS * ROUNDS} pages in {wall:.1f} s, p95 "
                f"{percentile(seconds) * 1000:.0f} ms each, {errors} errors."
            ),
        )
    )


@contextlib.contextmanager
def served(workspace: Path) -> Iterator[tuple[str, int]]:
    """The pages of a workspace on a free port; every request has the role of an administrator."""
    port = free_port()
    server = subprocess.Popen([sys.executable, "-c", SERVE, str(workspace), str(port)])
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            with contextlib.suppress(httpx.TransportError):
                httpx.get(f"{url}/static/icon.svg", timeout=5)
                break
            if server.poll() is not None:
                raise SystemExit("the server ended")
            time.sleep(0.1)
        yield url, server.pid
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def addresses(client: httpx.Client) -> list[str]:
    """Each page and its JSON twin; where an address needs an ID, the first one that the list above it shows."""
    document = client.get("/api/v1/openapi.json").json()
    found = []
    for path, methods in sorted(document["paths"].items()):
        if "get" not in methods or "/events" in path or "/exports/" in path:
            continue
        filled = path
        if "{" in path:
            above, _, rest = path.partition("/{")
            if "{" in rest:
                continue
            one = first_id(client, above)
            if one is None:
                continue
            filled = f"{above}/{one}{rest.partition('}')[2]}"
        twin = filled.removeprefix("/api/v1") or "/"
        found += [page for page in (twin, filled) if client.get(page).status_code == 200]
    return found


def first_id(client: httpx.Client, above: str) -> str | None:
    """The first ID that a list shows, from its JSON document."""
    answer = client.get(above, params={"limit": 1})
    if answer.status_code != 200:
        return None
    items = answer.json().get("items") or []
    if not items or not isinstance(items[0], dict):
        return None
    for name in ("id", "sha256", "device", "app", "name"):
        value = items[0].get(name)
        if isinstance(value, str | int) and ID.fullmatch(str(value)):
            return str(value)
    return None


def timed(client: httpx.Client, path: str) -> tuple[str, str, str, str, str]:
    """One line of the table."""
    seconds = []
    size = 0
    for _ in range(REPEATS + 1):
        start = time.perf_counter()
        size = len(client.get(path).content)
        seconds.append(time.perf_counter() - start)
    first, *others = seconds
    values = (first, statistics.median(others), percentile(others))
    return (path, *(f"{value * 1000:.0f}" for value in values), f"{size / 1000:.0f}")  # type: ignore[return-value]


async def viewers(url: str, paths: Sequence[str]) -> tuple[int, list[float], float]:
    """Errors, seconds for each page, and wall seconds of many viewers at once."""
    errors = 0
    seconds: list[float] = []

    async def view(number: int) -> None:
        nonlocal errors
        async with httpx.AsyncClient(base_url=url, timeout=120) as client:
            for step in range(ROUNDS):
                start = time.perf_counter()
                try:
                    answer = await client.get(paths[(number * ROUNDS + step) % len(paths)])
                    errors += answer.status_code != 200
                except httpx.TransportError:
                    errors += 1
                seconds.append(time.perf_counter() - start)

    start = time.perf_counter()
    await asyncio.gather(*(view(number) for number in range(VIEWERS)))
    return errors, seconds, time.perf_counter() - start


def percentile(values: Sequence[float], share: float = 0.95) -> float:
    """The value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def resident(pid: int) -> float:
    """Resident memory of a process, MiB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def main() -> None:
    """Run with another size, or over a world that is kept."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--apps", type=int, default=APPS)
    parser.add_argument("--keep", type=Path, default=None)
    chosen = parser.parse_args()
    if chosen.keep is None:
        with tempfile.TemporaryDirectory(prefix="tieback-web-") as folder:
            print(measured(Path(folder), chosen.apps))
        return
    chosen.keep.mkdir(parents=True, exist_ok=True)
    print(measured(chosen.keep, chosen.apps))


if __name__ == "__main__":
    main()
