"""What a piece of work costs this process: only ever compared with another cost of the same run."""

import time
from collections.abc import Callable


def cost(work: Callable[[], object]) -> float:
    """Seconds of our own processor time, whatever else the machine is doing."""
    began = time.process_time()
    work()
    return time.process_time() - began
