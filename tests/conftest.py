"""What is prepared from the rule files is kept in the repository's own cache, not in the home of who runs the tests."""

import os
from pathlib import Path

os.environ.setdefault("TIEBACK_CACHE", str(Path(__file__).parents[1] / ".cache" / "prepared"))
