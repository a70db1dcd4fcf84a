"""Makes ``tests.engine.works`` importable by name, here and in the workers."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))
