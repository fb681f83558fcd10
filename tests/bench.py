"""Speed and memory of whole processes, in alternation with a plain client of the same commands.

    python3 -m tests.bench [--rounds 15] [--markdown]

The stand-in runs in a process of its own. Ratios are of medians; the machine's own noise is in them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from tests import faults, sample
from tests.standin import TOKEN, Request, StandIn
from tests.support import ROOT, SCRIPT, environment, sentry_api

PLAIN = ROOT / "tests" / "plain_client.py"
HOSTILE = {"a": "a" * 100_000, "x@a.": "x@" + "a." * 50_000}


class Case(NamedTuple):
    name: str
    ours: list[str]
    plain: list[str] | None  # None: compared with `against`
    most: float  # ratio, or what `unit` says
    unit: str = "wall"
    against: str = ""


def large_event(megabytes: float, varied: bool = False) -> dict[str, Any]:
    """Return the extra of an event whose entries take about so many megabytes of JSON.

    Lines of code differ in their numbers only or, where they are varied, in all their words.
    """
    chance = random.Random(1)
    words = ["".join(chance.choices("abcdefghilmnoprstuvw_", k=chance.randint(2, 12))) for _ in range(3000)]

    def line(number: int) -> str:
        if not varied:
            return f"    result_{number % 5} = compute(request, {number % 97})"
        return "    {} = {}.{}({}, {}={})".format(*chance.choices(words, k=6))

    frame = sample.entries(sample.make_issue(1), sample.make_event(sample.make_issue(1), 1, 0.0, "prod"))
    frames = []
    for number in range(int(megabytes * 1024 * 1024 / 900)):
        frames.append(
            {
                "filename": f"shop/module_{number % 60}.py",
                "absPath": f"/srv/app/shop/module_{number % 60}.py",
                "function": f"handler_{number % 200}",
                "lineNo": number,
                "inApp": number % 3 == 0,
                "module": "shop.module",
                "context": [[number + offset, line(number + offset)] for offset in range(5)],
                "vars": {
                    "request": f"<Request id={number}>",
                    "customer": f"'customer{number}@example.com'",
                    "total": "12.50",
                    "peer": f"'10.0.{number % 250}.7'",
                    "note": "ordinary text without anything in it",
                    "flag": "True",
                },
            }
        )
    frame[0]["data"]["values"][0]["stacktrace"]["frames"] = frames
    return {"entries": frame}


def serve(latency: float) -> None:
    """Serve the benchmark's data until killed; the first line of stdout is the address."""
    standin = StandIn(latency=latency)
    for event, size in zip(standin.issues[-1]["events"], (1, 5, 20)):  # not among the 20 newest issues
        event["extra"] = large_event(size)
        # Encoded once, because the server's own work is not to be measured.
        path = f"/api/0/projects/acme/backend/events/{event['eventID']}/"
        answer = standin.answer(Request("GET", path, {}, {"authorization": f"Bearer {TOKEN}"}))
        standin.fault(path, faults.answer(answer.status, json.dumps(answer.body).encode()))
    varied = standin.issues[-3]["events"][0]
    varied["extra"] = large_event(1, varied=True)
    for event, text in zip(standin.issues[-2]["events"], HOSTILE.values()):
        event["extra"] = {"message": text}
    big = {"entries": large_event(0.1)["entries"]}
    heavy = sample.make_project(standin.now() - 40 * 86400, 50, 60.0, events=10)
    for issue in heavy:
        issue.update(id="9" + issue["id"], shortId="HEAVY-" + issue["id"], title="heavy " + issue["title"])
        for number, event in enumerate(issue["events"]):
            event["eventID"] = sample.event_id(10**6 + int(issue["id"]) * 100 + number)
            event["extra"] = big
    standin.issues += heavy
    print(standin.url, flush=True)
    time.sleep(3600)


def measure(command: list[str], variables: dict[str, str]) -> tuple[float, float, float]:
    """Return wall seconds, CPU seconds and peak memory (MB) of a process."""
    started = time.perf_counter()
    process = subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = 0
    scale = 1024 if sys.platform != "darwin" else 1024 * 1024
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / scale


def medians(commands: list[list[str]], variables: dict[str, str], rounds: int) -> list[tuple[float, float, float]]:
    """Measure commands in alternation and return the medians of each."""
    results: list[list[tuple[float, float, float]]] = [[] for _ in commands]
    for _ in range(rounds + 1):
        for command, rows in zip(commands, results):
            rows.append(measure(command, variables))
    return [tuple(statistics.median(column) for column in zip(*rows[1:])) for rows in results]  # type: ignore[misc]


def redaction_ratio(varied: bool) -> float:
    """Compare redact() with a plain walk with two patterns, on a 1 MB event."""
    sys.path.insert(0, str(PLAIN.parent))
    import plain_client

    value = large_event(1, varied)
    times: dict[str, list[float]] = {"ours": [], "plain": []}
    for _ in range(7):
        for name, function in (("ours", sentry_api.redact), ("plain", plain_client.redact)):
            started = time.process_time()
            function(value)
            times[name].append(time.process_time() - started)
    return min(times["ours"]) / min(times["plain"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--serve", type=float)
    options = parser.parse_args()
    if options.serve is not None:
        serve(options.serve)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
        python = str(Path(folder, "bin", "python"))
        servers = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.bench", "--serve", latency], stdout=subprocess.PIPE, text=True, cwd=ROOT
            )
            for latency in ("0", "0.05")
        ]
        try:
            urls = [server.stdout.readline().strip() for server in servers if server.stdout]
            report(python, urls, options.rounds)
        finally:
            for server in servers:
                server.kill()
    return 0


def report(python: str, urls: list[str], rounds: int) -> None:
    ours, plain = [python, str(SCRIPT)], [python, str(PLAIN)]
    installed = [python, "-c", "import sentry_api; sentry_api.console_script()"]  # as pip's sentry-api does
    folder = str(Path(python).parent)
    cached = {"PYTHONPATH": str(SCRIPT.parent), "PYTHONPYCACHEPREFIX": folder, "PYTHONDONTWRITEBYTECODE": ""}
    near, far = ({**environment(None), **cached, "SENTRY_BASE_URL": url} for url in urls)
    large, hostile, varied = (
        [event["eventID"] for event in issue["events"]] for issue in sample.make_project(0.0)[:-4:-1]
    )
    raw = ["--raw", "--include-entries"]
    short = ["event-detail", "--include", "stack,vars,breadcrumbs"]
    print(
        f"{platform.python_implementation()} {platform.python_version()}, {platform.machine()}, "
        f"{os.cpu_count()} cores, {rounds} rounds\n"
    )
    print("| case | ours | plain | ratio | at most |\n|---|---|---|---|---|")
    base, help_plain = medians([[python, "-c", "pass"], [*plain, "--help"]], near, rounds)
    print(f"| python3 -c pass | {base[0] * 1000:.0f} ms | plain --help {help_plain[0] * 1000:.0f} ms | | |")
    for name, mine, theirs, most in (
        ("--help, installed", ["--help"], ["--help"], 0.70),
        (
            "list-issues 20, no tags, installed",
            ["list-issues", "--no-tags", "--query", ""],
            ["list-issues", "--query", ""],
            1.10,
        ),
    ):
        first, second = medians([[*installed, *mine], [*plain, *theirs]], near, rounds)
        print(
            f"| {name} | {first[0] * 1000:.0f} ms | {second[0] * 1000:.0f} ms "
            f"| {first[0] / second[0]:.2f} | {most:.2f} |",
            flush=True,
        )
    for name, mine, theirs, most, column in (
        ("--help", ["--help"], ["--help"], 0.70, 0),
        ("--version", ["--version"], ["--help"], 0.70, 0),
        ("usage error", ["list-issues", "--limit", "0"], ["--help"], 0.70, 0),
        ("missing token", ["list-issues"], ["--help"], 0.70, 0),
        (
            "list-issues 20, no tags",
            ["list-issues", "--no-tags", "--query", ""],
            ["list-issues", "--query", ""],
            1.10,
            0,
        ),
        (
            "list-issues 20, no tags, CPU",
            ["list-issues", "--no-tags", "--query", ""],
            ["list-issues", "--query", ""],
            1.10,
            1,
        ),
        ("event 1 MB, raw", ["event-detail", large[0], *raw], ["event-detail", large[0]], 1.50, 0),
        ("event 1 MB, --include stack,vars,breadcrumbs", [*short, large[0]], ["event-detail", large[0]], 1.20, 0),
        (
            "event 1 MB, raw, lines all different",
            ["event-detail", varied[0], *raw],
            ["event-detail", varied[0]],
            None,
            0,
        ),
        ("event 5 MB, raw", ["event-detail", large[1], *raw], ["event-detail", large[1]], 1.40, 0),
        ("event 20 MB, raw", ["event-detail", large[2], *raw], ["event-detail", large[2]], 1.40, 0),
        ("event 20 MB, peak memory", ["event-detail", large[2], *raw], ["event-detail", large[2]], 0.75, 2),
    ):
        few = rounds if "MB" not in name else max(3, rounds // 2)
        variables = {**near, "SENTRY_AUTH_TOKEN": ""} if name == "missing token" else near
        first, second = medians([[*ours, *mine], [*plain, *theirs]], variables, few)
        unit, scale = ("MB", 1.0) if column == 2 else ("ms", 1000.0)
        print(
            f"| {name} | {first[column] * scale:.0f} {unit} | {second[column] * scale:.0f} {unit} "
            f"| {first[column] / second[column]:.2f} | {most or ''} |",
            flush=True,
        )
    for name, event in zip(HOSTILE, hostile):
        (row,) = medians([[*ours, "event-detail", event]], near, 3)
        print(f"| hostile text of 100 KB, {name!r} | {row[0] * 1000:.0f} ms | | | 500 ms |")
    with_tags, without = medians(
        [[*ours, "list-issues", "--time-range", ""], [*ours, "list-issues", "--no-tags", "--time-range", ""]], far, 5
    )
    print(
        "| 20 issues with tags, 50 ms latency, above --no-tags "
        f"| {(with_tags[0] - without[0]) / 0.05:.1f} round trips | | | 3 |"
    )
    (heavy,) = medians([[*ours, "list-issues", "--limit", "50", "--time-range", "", "--query", "heavy"]], near, 3)
    print(f"| 50 issues with 10 events of 100 KB, peak memory | {heavy[2]:.0f} MB | | | 150 MB |")
    (no_op,) = medians(
        [[*ours, "list-issues", "--limit", "50", "--time-range", "", "--query", "heavy", "--no-tags"]], near, 3
    )
    print(f"| the same with --no-tags | {no_op[2]:.0f} MB | | | |")
    print(f"| redact() of 1 MB, against a walk with two patterns | | | {redaction_ratio(False):.2f} | |")
    print(f"| the same, lines all different | | | {redaction_ratio(True):.2f} | |")


if __name__ == "__main__":
    raise SystemExit(main())
