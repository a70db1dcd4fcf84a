"""A server whose queue runs until it is killed: ``python -m tests.unit.pipeline.jobs.server WORKSPACE``."""

import sys
import threading
from pathlib import Path

from tests.unit.pipeline.jobs import fake_work
from tests.unit.pipeline.jobs.conftest import FAST
from tieback.pipeline.jobs import output
from tieback.pipeline.jobs.queue import JobRunner

if __name__ == "__main__":
    output.CHILD = fake_work.CHILD
    JobRunner(Path(sys.argv[1]), limits=FAST).start()
    threading.Event().wait(150)
