"""Run tieback: the command ``tieback``, and ``python -m tieback``."""

from tieback.cli.main import main
from tieback.engine.ending import end_process


def run() -> None:
    """Run the command line and end the process with a documented exit code."""
    try:
        main()
    except SystemExit as end:
        end_process(end.code if isinstance(end.code, int) else 1)


if __name__ == "__main__":
    run()
