"""Two demos at once beside a Valkey server that listens on all addresses; run it in a network namespace of its own.

``python -m tests.lab.two_demos FOLDER TIEBACK`` prints one JSON document: exit code, output and report of each.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from tieback.lab.process import stop
from tieback.lab.valkey import start_valkey

ROOT = Path(__file__).parents[2]


def main(folder: Path, tieback: str) -> None:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True, timeout=20)
    other = start_valkey(folder / "other", "0.0.0.0", 6379)
    environment = os.environ | {"TIEBACK": tieback, "COLUMNS": "100"}
    try:
        running = [
            subprocess.Popen(
                [ROOT / "tools" / "demo", folder / name],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                env=environment,
            )
            for name in ("one", "two")
        ]
        outputs = [one.communicate(timeout=240)[0] for one in running]
    finally:
        stop(other)
    found = []
    for name, demo, output in zip(("one", "two"), running, outputs, strict=True):
        reported = subprocess.run(
            [tieback, "report", "--format", "json", "-w", folder / name / "workspace"],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        report = json.loads(reported.stdout) if reported.returncode == 0 else {}
        found.append({"code": demo.returncode, "output": output, "report": report, "error": reported.stderr})
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
