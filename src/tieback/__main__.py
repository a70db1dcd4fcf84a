"""Run tieback as ``python -m tieback``."""

from tieback.cli.main import main

if __name__ == "__main__":
    main()
