import subprocess
import sys
from pathlib import Path

import pytest

from tieback.model.errors import WorkspaceError
from tieback.storage.workspace import Workspace

GRANT, OTHER = "a" * 64, "b" * 64
HOLD = """
import sys, time
from pathlib import Path
from tieback.storage.workspace import Workspace
with Workspace.open(Path(sys.argv[1])).grant_lease(sys.argv[2]):
    print("held", flush=True)
    time.sleep(600)
"""


def test_one_process_alone_probes_under_a_grant_and_a_dead_one_does_not_hold_it(tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as workspace:
        command = [sys.executable, "-c", HOLD, str(tmp_path), GRANT]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            busy = rf"another process is probing under this grant \(aaaaaaaaaaaa…\).* \(process {holder.pid}\)"
            with pytest.raises(WorkspaceError, match=busy), workspace.grant_lease(GRANT):
                pass
            with workspace.grant_lease(OTHER) as lease:
                lease.check()
            holder.kill()
        with workspace.lock(), workspace.grant_lease(GRANT) as lease:
            lease.check()


@pytest.mark.parametrize("name", ["", "../lock", "A" * 64])
def test_what_is_no_digest_is_no_name_of_a_file(name: str, tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as workspace, pytest.raises(ValueError, match="not a SHA-256"), workspace.grant_lease(name):
        pass
