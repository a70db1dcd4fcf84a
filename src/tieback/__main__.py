"""Run tieback: the command ``tieback``, and ``python -m tieback``."""

from tieback.engine.ending import end_process
from tieback.engine.memory import collect_rarely


def run() -> None:
    """Run the command line and end the process with a documented exit code."""
    collect_rarely()  # before the imports, which make many objects and no garbage
    from tieback.cli.main import main

    try:
        main()
    except SystemExit as end:
        end_process(end.code if isinstance(end.code, int) else 1)


if __name__ == "__main__":
    run()
