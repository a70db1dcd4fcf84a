"""A command whose batches are delivered twice: ``python twice.py SEED WORD...``.

Every second batch on average is given to the cluster once more, whole or cut in two, as by a scheduler that has lost
sight of a worker; the ends of the second delivery are nobody's.
"""

import random
import sys
from typing import Any

from distributed import Client, fire_and_forget

from tieback.cli.main import main
from tieback.engine.dask_worker import run_batch


def deliver_twice(dice: random.Random) -> None:
    """From now on, in this process."""
    submit = Client.submit

    def again(client: Client, function: Any, *args: Any, **options: Any) -> Any:
        if function is run_batch and dice.random() < 0.5:
            theirs, work, units, limits = args
            middle = dice.choice((len(units), max(1, len(units) // 2)))
            for part in (units[:middle], units[middle:]):
                if part:
                    fire_and_forget(submit(client, function, theirs, work, part, limits, **options))
        return submit(client, function, *args, **options)

    Client.submit = again  # type: ignore[method-assign, assignment]


if __name__ == "__main__":
    deliver_twice(random.Random(int(sys.argv[1])))
    sys.argv[1:] = sys.argv[2:]
    main()
