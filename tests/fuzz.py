"""Random answers to all four commands: no traceback, no hang, JSON or an empty stdout with a status.

    python3 -m tests.fuzz [--seed N] [--seconds 60]

Answers are the stand-in's own, mutated: types swapped, keys dropped, bytes changed, headers replaced.
The seed is printed, and gives the same run again.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import re
import time
from typing import Any

from tests import kinds
from tests.standin import Answer, Handler, Request, StandIn
from tests.support import call, sentry_api

ODD: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    10**30,
    1e308,
    "",
    "x",
    "\x00\x1b[2J\u202e",
    "\ud800",
    "jane@example.com",
    "9" * 5000,
    [],
    {},
    [[]],
    [None],
    {"a": None},
    [{"key": "k", "value": "v"}],
    "2026-13-99T99:99:99Z",
    {"values": None},
    {"type": [], "data": 3},
    "::1",
    '{"a": [1}',
)
HEADERS = {
    "Link": (
        "",
        "x",
        '<a>; rel="next"; results="true"; cursor="0:1:0"',
        '<a>; rel="next"; results="true"',
        "<" * 999,
        '"' * 99,
    ),
    "X-Hits": ("", "-1", "x", "9" * 50),
    "Date": ("", "yesterday", "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"),
    "Content-Type": ("text/html", "", "application/json; charset=utf-16"),
    "X-Sentry-Direct-Hit": ("1", "0"),
    "Retry-After": ("0", "-1", "99999999999", "x"),
}


def mutate(value: Any, rng: random.Random, rate: float) -> Any:
    """Return a copy of a JSON value in which some parts are something else."""
    if rng.random() < rate:
        return copy.deepcopy(rng.choice(ODD))
    if isinstance(value, dict):
        return {key: mutate(child, rng, rate) for key, child in value.items() if rng.random() > rate}
    if isinstance(value, list):
        return [mutate(child, rng, rate) for child in value]
    return value


def mutated(answer: Answer, rng: random.Random) -> Answer:
    status, body, headers = answer.status, answer.body, dict(answer.headers)
    if not isinstance(body, bytes):
        body = json.dumps(mutate(body, rng, rng.choice((0.0, 0.005, 0.02, 0.1)))).encode()
    if rng.random() < 0.1:
        position = rng.randrange(len(body) + 1)
        body = body[:position] + rng.choice((b"", b"\xff", b"}", b"\x00", body)) + body[position + rng.randrange(3) :]
    if rng.random() < 0.3:
        name = rng.choice(tuple(HEADERS))
        headers[name] = rng.choice(HEADERS[name])
    if rng.random() < 0.05:
        status = rng.choice((204, 301, 302, 400, 401, 403, 404, 410, 429, 500, 503, 599))
    return Answer(status, body, headers)


def commands(standin: StandIn, rng: random.Random) -> list[str]:
    event = standin.issues[0]["events"][0]["eventID"]
    base = rng.choice(
        (
            ["list-issues"],
            ["list-issues", "--no-tags"],
            ["list-issues", "--environment", "nope"],
            ["list-issues", "--query", "BACKEND-1"],
            ["issue-detail", "4001"],
            ["issue-detail", "BACKEND-1"],
            ["issue-events", "4001"],
            ["event-detail", event],
            ["event-detail", "4001", "--environment", "staging"],
            ["event-detail", str(rng.randint(5001, 5017)), "--include", "stack,vars,breadcrumbs"],
            ["issue-detail", str(rng.randint(5001, 5017)), "--time-range", "7d"],
            ["list-issues", "--sort", rng.choice(("freq", "user", "new"))],
        )
    )
    extra: list[list[str]] = [[], [], ["--raw"], ["--verbose"]]
    if base[0] == "event-detail":
        extra += [["--include-entries"], ["--raw", "--include-entries"], ["--format", "table"]]
        extra = extra if "--include" not in base else [[], ["--raw"], ["--format", "table"]]
    elif base[0] != "issue-detail":
        extra += [["--format", "table"], ["--limit", "2"], ["--time-range", "7d"]]
    return [*base, *rng.choice(extra), "--timeout", "5"]


def complaint(argv: list[str], status: int, out: str, err: str) -> str:
    """Say what is wrong with a run, or ''."""
    if "Traceback" in err or "internal error" in err:
        return "a bug"
    if status and out:
        return "output in spite of a failure"
    if status not in range(7) or status and not re.search("^error: ", err, re.MULTILINE):
        return "no error line"
    if not status and "table" not in argv:
        try:
            json.loads(out)
        except ValueError:
            return "not JSON"
    if re.search(r"jane@example\.com|[\x00-\x09\x0b-\x1f\u202e]", out + err):
        return "something unredacted or unescaped"
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    rng = random.Random(options.seed)
    stop, runs, statuses = time.monotonic() + options.seconds, 0, dict.fromkeys(range(7), 0)
    sentry_api.MAX_PAUSE = 0.0  # fail at once where a server asks for a pause
    while time.monotonic() < stop:
        dialect = rng.choice(("sentry", "sentry9", "glitchtip"))
        with StandIn(dialect) as standin:
            standin.issues += kinds.make_kinds(standin.now())
            for _ in range(40):
                seed = rng.randrange(10**9)
                answers = random.Random(seed)

                def act(handler: Handler, standin: StandIn = standin, answers: random.Random = answers) -> None:
                    request: Request = standin.requests[-1]
                    handler.reply(mutated(standin.answer(request), answers))

                standin.faults.clear()
                standin.fault("/api/", act)
                argv = commands(standin, rng)
                started = time.monotonic()
                status, out, err = call(standin, *argv)
                problem = complaint(argv, status, out, err) or ("too slow" if time.monotonic() - started > 20 else "")
                if problem:
                    print(
                        f"{problem}: seed {options.seed}, run {runs}, {dialect}: {' '.join(argv)}\n{err}\n{out[:500]}"
                    )
                    return 1
                runs += 1
                statuses[status] += 1
    print(f"{runs} runs, statuses {statuses}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
