"""Start-up: CPU time of ``tieback --help`` and of ``tieback app`` on a small app, against importing the libraries.

Minimum of ``TIEBACK_BENCH_STARTS`` runs (20): other processes only add time. The commands take turns. Bytecode is
cached, and one run before the measurement prepares the rules.
"""

import os
import subprocess
import sys
from pathlib import Path

from bench.measure import process, table

RUNS = int(os.environ.get("TIEBACK_BENCH_STARTS", "20"))
APP = Path(__file__).parents[1] / "labs" / "apps" / "fieldhand.apk"
_READERS = "msgspec, numpy, hyperscan, apk_info, deflate, publicsuffixlist"
HELP = "import typer, rich"
APP_LIBRARIES = f"import typer._adapters, rich.console, rich.table, {_READERS}"
"""With pydantic, which Typer 0.29 needs to parse any parameter."""
COMMANDS = {
    HELP: ("-c", HELP),
    "tieback --help": ("-m", "tieback", "--help"),
    APP_LIBRARIES: ("-c", APP_LIBRARIES),
    f"import typer, rich, {_READERS}": ("-c", f"import typer, rich, {_READERS}"),
    "tieback app fieldhand.apk": ("-m", "tieback", "app", str(APP)),
    "tieback report --help": ("-m", "tieback", "report", "--help"),
}


def run() -> str:
    """Measure each command as a whole process, with its workers."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment = {**kept, "OPENBLAS_NUM_THREADS": "1"}
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for words in COMMANDS.values():
        subprocess.run([sys.executable, *words], env=environment, capture_output=True, check=True)
    for _ in range(RUNS):
        for name, words in COMMANDS.items():
            _, cpu, _ = process([sys.executable, *words], runs=1, environment=environment)
            times[name].append(cpu)
    least = {name: min(found) for name, found in times.items()}
    rows = [(f"`{name}`", f"{cpu:.3f}") for name, cpu in least.items()]
    ratios = [
        ("`--help` / typer and rich", f"{least['tieback --help'] / least[HELP]:.2f}", "2"),
        ("`app` / its libraries", f"{least['tieback app fieldhand.apk'] / least[APP_LIBRARIES]:.2f}", "2"),
    ]
    head = (
        f"`python -m bench startup`: minimum CPU seconds of {RUNS} runs that take turns; fieldhand.apk has 13 kB.\n\n"
    )
    goals = table(("ratio", "measured", "goal: at most"), ratios)
    return "## Start-up\n\n" + head + table(("whole process", "CPU s"), rows) + "\n" + goals
