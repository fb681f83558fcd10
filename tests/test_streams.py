"""Streams: encodings, pipes, signals, and where modules come from."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from typing import Callable

from tests import faults
from tests.support import SCRIPT, StandInCase, environment, run_script, sentry_api

LIST = ["list-issues", "--no-tags"]


class Streams(StandInCase):
    def test_output_is_utf8_whatever_the_locale(self) -> None:
        self.standin.issues[0].update(title="naïve café 日本語 \u202e\x07 \ud83d\ude00 end")
        for changes in (
            {"LC_ALL": "C"},
            {"PYTHONIOENCODING": "ascii"},
            {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        ):
            with self.subTest(changes):
                run = run_script(self.standin, *LIST, "--limit", "1", **changes)
                self.assertEqual(run.status, 0, run.err)
                self.assertIn("naïve café 日本語 \\u202e\\u0007 😀 end", run.out)

    def test_lone_surrogates_and_controls(self) -> None:
        self.standin.fault(
            "/issues/4001/", faults.answer(200, b'{"id": "4001", "title": "a\\ud800b\\u0000\\u009b\\u2028\\ue000"}')
        )
        for argv in (["issue-detail", "4001", "--no-tags"], ["issue-detail", "4001", "--raw"]):
            run = run_script(self.standin, *argv)
            self.assertEqual(run.status, 0, run.err)
            self.assertIn(r"a\ud800b\u0000\u009b\u2028", run.out)
            json.loads(run.out)

    def test_control_characters_never_reach_stderr(self) -> None:
        self.standin.fault("/api/", faults.answer(400, {"detail": "x\x1b[2J\x9b\u202e\nerror: y"}))
        run = run_script(self.standin, *LIST)
        self.assertEqual(run.status, 2)
        self.assertFalse(set(run.err) & set("\x1b\x9b\u202e"))
        self.assertEqual(sum(line.startswith("error:") for line in run.err.splitlines()), 1)

    def test_a_closed_pipe_is_quiet(self) -> None:
        event = self.standin.issues[0]["events"][0]["eventID"]
        self.standin.issues[0]["events"][0]["extra"] = {"large": {"big": ["x" * 100] * 20000}}
        process = subprocess.Popen(
            [sys.executable, str(SCRIPT), "event-detail", event, "--raw"],
            env=environment(self.standin),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdout and process.stderr
        process.stdout.read(10)
        process.stdout.close()
        self.assertEqual(process.stderr.read(), b"")
        process.stderr.close()
        self.assertEqual(process.wait(10), 141)

    def test_a_pipe_that_does_not_block_gets_all_of_it(self) -> None:
        self.standin.fault("/issues/4001/", faults.answer(200, {"id": "4001", "text": "x" * 300_000}))
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        process = subprocess.Popen(
            [sys.executable, str(SCRIPT), "issue-detail", "4001", "--raw"], env=environment(self.standin), stdout=writer
        )
        os.close(writer)
        time.sleep(0.5)
        with os.fdopen(reader, "rb") as pipe:
            self.assertEqual(len(json.loads(pipe.read())["text"]), 300_000)
        self.assertEqual(process.wait(10), 0)

    @unittest.skipUnless(Path("/dev/full").exists(), "no /dev/full")
    def test_a_full_disk(self) -> None:
        for argv in (LIST, ["--help"]):
            with open("/dev/full", "wb") as full:
                done = subprocess.run(
                    [sys.executable, str(SCRIPT), *argv],
                    env=environment(self.standin),
                    stdout=full,
                    stderr=subprocess.PIPE,
                    check=False,
                )
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stderr.decode(), r"\Aerror: the output can't be written: .*\n\Z")

    def test_closed_streams(self) -> None:
        for redirection, status in ((">&-", 1), ("2>&-", 0), (">&- 2>&-", 1), ("--format table >&-", 1)):
            command = f'"{sys.executable}" "{SCRIPT}" list-issues --no-tags {redirection}'
            done = subprocess.run(
                ["sh", "-c", command], env=environment(self.standin), capture_output=True, check=False
            )
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertNotIn(b"Traceback", done.stderr)
            self.assertNotIn(b"internal", done.stderr)

    def interrupt(self, when: Callable[[], bool]) -> tuple[int, bytes, bytes]:
        """Run list-issues, send SIGINT as soon as `when` says so, and return what came of it."""
        process = subprocess.Popen(  # -S: an interrupt while Python loads what is in site-packages can be lost
            [sys.executable, "-S", str(SCRIPT), "list-issues"],
            env=environment(self.standin),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        stop = time.monotonic() + 15
        while not when() and time.monotonic() < stop:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        try:
            out, err = process.communicate(timeout=5)
        finally:
            process.kill()
        return process.returncode, out, err

    def test_interrupt_is_quiet_while_it_waits(self) -> None:
        for path in ("/projects/", "/events/"):
            self.standin.requests.clear()
            self.standin.faults.clear()
            self.standin.fault(path, faults.silence(5))
            asked = lambda path=path: any(path in asked for asked in self.standin.paths())  # noqa: E731
            self.assertEqual(self.interrupt(asked), (130, b"", b""))

    def test_interrupt_is_quiet_while_it_starts(self) -> None:
        self.standin.fault("/projects/", faults.silence(5))
        quiet = 0
        for delay in (0.04, 0.08, 0.12, 0.16, 0.5):
            start = time.monotonic()
            try:
                status, out, err = self.interrupt(lambda start=start, delay=delay: time.monotonic() > start + delay)
            except subprocess.TimeoutExpired:
                continue  # one in thousands is lost: Python drops exceptions where it frees the lock of an import
            if status == 130:  # else it was the interpreter that was still starting
                self.assertEqual((out, err), (b"", b""))
                quiet += 1
        self.assertGreater(quiet, 0)

    def test_same_data_same_bytes(self) -> None:
        first = run_script(self.standin, "list-issues", PYTHONHASHSEED="1")
        self.assertEqual(first, run_script(self.standin, "list-issues", PYTHONHASHSEED="2"))

    def test_main_returns_the_status(self) -> None:
        self.assertEqual(run_script(self.standin, "issue-detail", "999", quick=True).status, 4)

    def test_a_bug_gives_one_calm_line(self) -> None:
        original = sentry_api.COMMANDS["list-issues"]

        def broken(*_: object) -> None:
            raise KeyError("jane@example.com")

        sentry_api.COMMANDS["list-issues"] = (broken, "", "")
        self.addCleanup(sentry_api.COMMANDS.__setitem__, "list-issues", original)
        self.assertIn("internal error", self.fails(1, *LIST))

    def test_a_bug_names_a_line_of_this_file(self) -> None:
        original = sentry_api.COMMANDS["list-issues"]
        self.addCleanup(sentry_api.COMMANDS.__setitem__, "list-issues", original)
        sentry_api.COMMANDS["list-issues"] = (lambda _: json.loads(b"["), "", "")
        found = re.search(r"internal error \(JSONDecodeError, line (\d+)\)", self.fails(1, *LIST))
        assert found, "it names no line"
        self.assertIn("COMMANDS[", SCRIPT.read_text("utf-8").splitlines()[int(found[1]) - 1])


class Neighbours(StandInCase):
    def test_a_file_beside_the_script_takes_no_module_s_place(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder, "scripts", "sentry_api.py")
            script.parent.mkdir()
            script.write_bytes(SCRIPT.read_bytes())
            for name in ("types", "argparse", "json", "ssl", "socket", "calendar", "threading", "zlib"):
                script.with_name(f"{name}.py").write_text("raise SystemExit('taken')")
            Path(folder, "link").symlink_to("scripts")
            Path(folder, "link.py").symlink_to("scripts/sentry_api.py")
            forms = (
                "scripts/sentry_api.py",
                "./scripts/sentry_api.py",
                "scripts/../scripts/sentry_api.py",
                "link/sentry_api.py",
                "link.py",
                str(script),
            )
            for form in forms:
                with self.subTest(form):
                    command = [sys.executable, form, "list-issues", "--no-tags", "--query", ""]
                    done = subprocess.run(
                        command, capture_output=True, env=environment(self.standin), cwd=folder, check=False
                    )
                    self.assertEqual((done.returncode, done.stderr), (0, b""))
                    self.assertTrue(json.loads(done.stdout))


if __name__ == "__main__":
    unittest.main()
