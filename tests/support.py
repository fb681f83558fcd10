"""What the tests share: running the client against the stand-in, in this process or in one of its own."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import unittest
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

from tests.standin import TOKEN, StandIn

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "scripts" / "sentry_api.py"
sys.path.insert(0, str(SCRIPT.parent))

import sentry_api  # noqa: E402

# Without the pause before a retry, and with retries as they are.
QUICK = (
    "import sys; sys.path.insert(0, {!r}); import sentry_api\n"
    "sentry_api.RETRY_PAUSE = 0.01; sentry_api.console_script()"
)


class Run(NamedTuple):
    """What a run gave."""

    status: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


def environment(standin: StandIn | None, **changes: str | None) -> dict[str, str]:
    """Return environment variables for a run; a change to None unsets one."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("SENTRY_")}
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        variables.pop(name, None)
    variables.update(SENTRY_AUTH_TOKEN=TOKEN, SENTRY_ORG="acme", SENTRY_PROJECT="backend", no_proxy="*")
    if standin:
        variables["SENTRY_BASE_URL"] = standin.url
    for name, value in changes.items():
        if value is None:
            variables.pop(name, None)
        else:
            variables[name] = value
    return variables


def call(standin: StandIn | None, *argv: str, **changes: str | None) -> Run:
    """Run main() in this process, without the pause before a retry."""
    out, err = io.StringIO(), io.StringIO()
    with mock.patch.dict(os.environ, environment(standin, **changes), clear=True):
        with mock.patch.object(sentry_api, "RETRY_PAUSE", 0.01), mock.patch.object(sys, "argv", [str(SCRIPT)]):
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                status = sentry_api.main(list(argv))
    return Run(status, out.getvalue(), err.getvalue())


def run_script(
    standin: StandIn | None, *argv: str, timeout: float = 20, quick: bool = False, **changes: str | None
) -> Run:
    """Run the script as a user does."""
    program = ["-c", QUICK.format(str(SCRIPT.parent))] if quick else [str(SCRIPT)]
    done = subprocess.run(
        [sys.executable, *program, *argv],
        env=environment(standin, **changes),
        capture_output=True,
        timeout=timeout,
        check=False,
    )
    return Run(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


class StandInCase(unittest.TestCase):
    """A test case with a stand-in of its own."""

    dialect = "sentry"

    def setUp(self) -> None:
        self.standin = StandIn(self.dialect)
        self.addCleanup(self.standin.stop)

    def call(self, *argv: str, **changes: str | None) -> Run:
        return call(self.standin, *argv, **changes)

    def good(self, *argv: str, **changes: str | None) -> Any:
        """Run a command that must succeed and return its JSON."""
        run = self.call(*argv, **changes)
        self.assertEqual(run.status, 0, run.err)
        return run.json()

    def fails(self, status: int, *argv: str, **changes: str | None) -> str:
        """Run a command that must fail as promised: its status, nothing on stdout, one error line; return stderr."""
        run = self.call(*argv, **changes)
        self.check_failure(run, status)
        return run.err

    def check_failure(self, run: Run, status: int) -> None:
        self.assertEqual(run.status, status, run.err)
        self.assertEqual(run.out, "")
        self.assertRegex(run.err, r"\A(?:warning: .*\n|GET .*\n)*error: .*\n(?:hint: .*\n)?\Z")
        self.assertNotIn("Traceback", run.err)
        self.assertNotIn(TOKEN, run.err)
