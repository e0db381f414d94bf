"""A process that does things to a clinic in children of its own, and kills them with SIGKILL.

One order a line, as JSON: {"jobs": [{"do": …, "who": …, …}], "kill": {"statement": n} or {"seconds": s}}.
One answer a line: for each job what it came to, how many statements and seconds it took; or "killed".
The children of one order get ready, then start at the same moment.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

Job = dict[str, Any]


def main() -> None:
    import django

    django.setup()
    from tests.faults import jobs  # everything is imported before the first fork

    for line in sys.stdin:
        answer = obey(json.loads(line), jobs.prepare)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def obey(order: Job, prepare: Callable[[Job], Callable[[], object]]) -> list[Any]:
    gate, opener = os.pipe()
    kill = order["kill"] or {}
    children = [Child(job, kill, gate, prepare) for job in order["jobs"]]
    for child in children:
        child.wait_until_ready()
    os.write(opener, b"!" * len(children))
    if "seconds" in kill:
        time.sleep(kill["seconds"])
        for child in children:
            child.kill()
    answers = [child.answer() for child in children]
    os.close(gate)
    os.close(opener)
    return answers


class Child:
    def __init__(
        self, job: Job, kill: Job, gate: int, prepare: Callable[[Job], Callable[[], object]]
    ) -> None:
        self.told, telling = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            live(job, kill, gate, telling, prepare)
        os.close(telling)

    def wait_until_ready(self) -> None:
        os.read(self.told, 1)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def answer(self) -> Any:
        _, status = os.waitpid(self.pid, 0)
        with os.fdopen(self.told, "rb") as told:
            said = told.read()
        if os.WIFSIGNALED(status) or not said:
            return "killed"
        return json.loads(said)


def live(
    job: Job, kill: Job, gate: int, telling: int, prepare: Callable[[Job], Callable[[], object]]
) -> None:
    """In the child, which never returns."""
    taken, started = [0], 0.0
    try:
        act = prepare(job)
        os.write(telling, b"r")
        os.read(gate, 1)
        started = time.monotonic()
        came_to = attempt(act, kill.get("statement"), taken)
    except BaseException as error:  # whatever it is, the test wants to know
        came_to = f"unready: {type(error).__name__}: {error}"
    os.write(telling, json.dumps([came_to, taken[0], time.monotonic() - started]).encode())
    os._exit(0)


def attempt(act: Callable[[], object], deadly: int | None, taken: list[int]) -> str:
    """The name of the error, or "done". The process dies at the deadly statement, before or after it."""
    from django.db import connection

    def count(execute: Callable[..., Any], *args: Any) -> Any:
        taken[0] += 1
        if deadly is not None and taken[0] * 2 == deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        done = execute(*args)
        if deadly is not None and taken[0] * 2 + 1 == deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    with connection.execute_wrapper(count):
        try:
            act()
        except Exception as error:
            return type(error).__name__
    return "done"


if __name__ == "__main__":
    main()
