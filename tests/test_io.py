"""Input and streams: arguments, variables, encodings, pipes, signals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from typing import Callable
from unittest import mock

from tests import faults
from tests.standin import TOKEN
from tests.support import SCRIPT, StandInCase, call, environment, run_script, sentry_api

LIST = ["list-issues", "--no-tags"]


class Token(StandInCase):
    def test_missing_or_unusable(self) -> None:
        for value in (None, "", "   ", "\n", "two words", "tab\there", "caf\u00e9-token-123", "bell\x07token"):
            with self.subTest(value):
                error = self.fails(3, *LIST, SENTRY_AUTH_TOKEN=value)
                self.assertIn("SENTRY_AUTH_TOKEN", error)
                if value and value.strip():
                    self.assertNotIn(value.strip(), error)
        self.assertEqual(self.standin.requests, [])

    def test_the_hint_says_how_to_make_and_set_one(self) -> None:
        error = self.fails(3, *LIST, SENTRY_AUTH_TOKEN=None)
        for piece in (f"{self.standin.url}/settings/account/api/auth-tokens/", "event:read", "project:read", "never paste"):
            self.assertIn(piece, error)

    def test_a_trailing_newline_works(self) -> None:
        self.good(*LIST, SENTRY_AUTH_TOKEN=f" {TOKEN}\n")

    def test_it_is_masked_wherever_a_server_puts_it(self) -> None:
        self.standin.issues[0].update(title=f"echo {TOKEN}", culprit=f"x{TOKEN}y")
        run = self.call("issue-detail", "4001", "--raw")
        self.assertEqual(run.status, 0)
        self.assertNotIn(TOKEN, run.out + run.err)

    def test_it_is_no_option(self) -> None:
        self.assertNotIn(TOKEN, self.fails(2, *LIST, "--token", TOKEN))


class BaseUrl(StandInCase):
    def test_unusable(self) -> None:
        for text in ("sentry.io", "file:///etc/passwd", "ftp://sentry.io", "https://", "https://a b", "https://user:pass@sentry.io",
                     "https://sentry.io?x=1", "https://sentry.io/#x", "https://sentry.io:99999", "http://[::1", "https://é.example",
                     "https://sentry.io/../x", "javascript:alert(1)", "https://sentry.io\nx", "//sentry.io",
                     "https://\u017fentry.io", "https://\u212aentry.io"):  # fmt: skip
            with self.subTest(text):
                error = self.fails(2, *LIST, SENTRY_BASE_URL=text)
                self.assertIn("SENTRY_BASE_URL", error)
                self.assertNotIn("pass@", error)
                self.fails(2, *LIST, "--base-url", text)

    def test_ports(self) -> None:
        for port in ("1", "8080", "65535"):
            self.assertEqual(sentry_api.base_url(f"https://sentry.test:{port}/"), f"https://sentry.test:{port}")
            self.assertEqual(sentry_api.base_url(f"https://[::1]:{port}"), f"https://[::1]:{port}")
        for host in ("sentry.test", "[::1]"):
            for port in ("0", "65536", "99999", "999999999"):
                error = self.fails(2, *LIST, "--base-url", f"https://{host}:{port}")
                self.assertIn(f"received the port {port}, expected one from 1 to 65535", error)
            self.fails(2, *LIST, "--base-url", f"https://{host}:08080")

    def test_empty_counts_as_unset(self) -> None:
        with self.subTest("parsed"):
            args = sentry_api.parse(["list-issues", "--org", "a", "--project", "b", "--base-url", "https://x.test"])
            self.assertEqual(args.base_url, "https://x.test")
        run = call(None, *LIST, SENTRY_BASE_URL="", SENTRY_AUTH_TOKEN=None)
        self.assertEqual(run.status, 3)

    def test_ipv6_literal(self) -> None:
        self.assertEqual(sentry_api.base_url("http://[::1]:9000/"), "http://[::1]:9000")

    def test_plain_http_elsewhere_warns(self) -> None:
        run = call(None, *LIST, SENTRY_BASE_URL="http://sentry.invalid", SENTRY_AUTH_TOKEN=TOKEN)
        self.assertIn("warning: ", run.err)
        self.assertNotIn("warning: ", self.call(*LIST).err)


class Options(StandInCase):
    def test_numbers_at_their_edges(self) -> None:
        for text in ("0", "-1", "", "x", "1.5", "٣", "0x5", " ", "00"):
            with self.subTest(text):
                self.fails(2, *LIST, f"--limit={text}")
        for text in ("1", "50", "51", "9" * 400, "007"):
            with self.subTest(text):
                self.assertEqual(self.call(*LIST, "--limit", text).status, 0)
        for text in ("0", "-1", "", "nan", "inf", "1e3", "3601", "9" * 400, "٣"):
            with self.subTest(text):
                self.fails(2, *LIST, f"--timeout={text}")
        for text in ("0h", "24", "h", "-1h", "1y", "1 h", "99999999999999h", "٣h", "1h\n"):
            with self.subTest(text):
                self.fails(2, *LIST, f"--time-range={text}")

    def test_text_of_all_scripts(self) -> None:
        for text in ("a\u00a0b", "日本語　検索", "\U0001f469\u200d\U0001f4bb", "\U0001fae8"):
            with self.subTest(text):
                self.standin.requests.clear()
                self.good(*LIST, "--query", text, "--environment", text)
                self.assertEqual(self.standin.requests[0].query["query"], text)
        self.fails(2, *LIST, f"--time-range={'0' * 5000}1h")

    def test_text_that_is_none(self) -> None:
        for option in ("--query", "--environment", "--cursor", "--org", "--project", "--user-agent"):
            for text in ("a\nb", "a\x1b[31m", "\u007f"):
                with self.subTest(option, text=text):
                    self.fails(2, *LIST, option, text)
        self.fails(2, *LIST, "--query", "x" * 100_000)
        self.fails(2, *LIST, "--org", "")
        self.fails(2, *LIST, "--org", "../evil")
        self.fails(2, *LIST, "--query", "\udcff")
        self.assertEqual(self.standin.requests, [])

    def test_nul_and_bad_utf8_as_a_user_types_them(self) -> None:
        run = run_script(self.standin, *LIST, "--query", os.fsdecode(b"caf\xe9"))
        self.assertEqual((run.status, run.out), (2, ""), run.err)

    def test_values_with_leading_dashes(self) -> None:
        self.good(*LIST, "--query", "-is:resolved", "--environment", "")
        self.assertEqual(self.standin.requests[0].query["query"], "-is:resolved")
        self.good(*LIST, "--query=-is:ignored", "--environment", "")
        self.fails(2, *LIST, "--query", "--limit", "5")
        self.assertIn("-x", self.fails(2, "issue-detail", "issue", "-x"))

    def test_no_abbreviations_and_unknown_options(self) -> None:
        for argv in (["--lim", "5"], ["--no-tag"], ["--bogus"], ["extra"]):
            with self.subTest(argv):
                self.assertIn("--help", self.fails(2, *LIST, *argv))
        self.fails(2)
        self.fails(2, "bogus")
        self.fails(2, "issue-detail")

    def test_variables_set_but_empty_count_as_unset(self) -> None:
        error = self.fails(2, *LIST, SENTRY_ORG="", SENTRY_PROJECT=" ")
        self.assertIn("--org", error)
        self.assertIn("--project", error)
        self.good(*LIST, SENTRY_USER_AGENT="")

    def test_variables_are_checked_too(self) -> None:
        self.assertIn("SENTRY_ORG", self.fails(2, *LIST, SENTRY_ORG="../x"))
        self.assertIn("SENTRY_USER_AGENT", self.fails(2, *LIST, SENTRY_USER_AGENT="a\nb"))

    def test_help_and_version(self) -> None:
        self.assertEqual(self.call("--version").out, f"sentry_api.py {sentry_api.__version__}\n")
        for command in sentry_api.COMMANDS:
            run = self.call(command, "--help", SENTRY_AUTH_TOKEN=None)
            self.assertEqual(run.status, 0)
            for piece in ("example: ", "fields: ", "exit status: "):
                self.assertIn(piece, run.out)
            for field in sentry_api.FIELDS[command]:
                self.assertIn(field, run.out)
            self.assertLessEqual(max(map(len, run.out.splitlines())), 100)
            self.assertLessEqual(len(run.out.splitlines()), 45)
        self.assertIn("10 newest events", self.call("list-issues", "--help").out)
        self.assertEqual(self.standin.requests, [])

    def test_help_and_usage_errors_import_no_network(self) -> None:
        for argv in (["--help"], ["list-issues", "--help"], ["--version"], ["list-issues", "--limit", "0"], ["issue-detail"]):
            code = f"import sys; sys.argv[1:] = {argv!r}; sys.path.insert(0, {str(SCRIPT.parent)!r}); import sentry_api; sentry_api.main();" + (
                "sys.exit(bool({'urllib.request', 'urllib.parse', 'http.client', 'ssl', 'socket', 'threading', 'typing', 'shutil'} & set(sys.modules)))"
            )
            done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, env=environment(None), check=False)
            self.assertEqual(done.returncode, 0, (argv, done.stderr))

    def test_a_request_loads_nothing_that_it_does_not_use(self) -> None:
        event = self.standin.issues[0]["events"][0]["eventID"]
        command = [sys.executable, "-S", "-X", "importtime", str(SCRIPT), "event-detail", event]
        done = subprocess.run(command, capture_output=True, env=environment(self.standin), check=False)
        loaded = {line.rpartition("|")[2].strip() for line in done.stderr.decode().splitlines()}
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("http.client", loaded)
        self.assertEqual(loaded & {*sentry_api.LATE_MODULES, "bz2", "locale", "lzma", "select", "shutil"}, set())

    def test_a_module_that_is_put_off_is_whole_when_it_is_used(self) -> None:
        members = {
            "array": "array", "calendar": "timegm", "contextlib": "closing", "datetime": "timezone", "hashlib": "sha256",
            "ipaddress": "ip_address", "random": "choice",
            "selectors": "DefaultSelector", "ssl": "SSLContext", "stringprep": "in_table_b1", "tempfile": "mkdtemp", "warnings": "warn",
        }  # fmt: skip
        self.assertEqual(set(members), set(sentry_api.LATE_MODULES))
        for name, member in members.items():
            with self.subTest(name), mock.patch.dict(sys.modules):
                sys.modules.pop(name, None)
                sentry_api.put_off_imports()
                late = sys.modules[name]
                found = [getattr(late, member) for _ in range(2)]
                self.assertIsNot(sys.modules[name], late)
                self.assertEqual(found, [getattr(sys.modules[name], member)] * 2)


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
            forms = ("scripts/sentry_api.py", "./scripts/sentry_api.py", "scripts/../scripts/sentry_api.py", "link/sentry_api.py", "link.py", str(script))
            for form in forms:
                with self.subTest(form):
                    command = [sys.executable, form, "list-issues", "--no-tags", "--query", ""]
                    done = subprocess.run(command, capture_output=True, env=environment(self.standin), cwd=folder, check=False)
                    self.assertEqual((done.returncode, done.stderr), (0, b""))
                    self.assertTrue(json.loads(done.stdout))


class Streams(StandInCase):
    def test_output_is_utf8_whatever_the_locale(self) -> None:
        self.standin.issues[0].update(title="naïve café 日本語 \u202e\x07 \ud83d\ude00 end")
        for changes in ({"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}):
            with self.subTest(changes):
                run = run_script(self.standin, *LIST, "--limit", "1", **changes)
                self.assertEqual(run.status, 0, run.err)
                self.assertIn("naïve café 日本語 \\u202e\\u0007 😀 end", run.out)

    def test_lone_surrogates_and_controls(self) -> None:
        self.standin.fault("/issues/4001/", faults.answer(200, b'{"id": "4001", "title": "a\\ud800b\\u0000\\u009b\\u2028\\ue000"}'))
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
            env=environment(self.standin), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
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
                    [sys.executable, str(SCRIPT), *argv], env=environment(self.standin), stdout=full, stderr=subprocess.PIPE, check=False
                )
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stderr.decode(), r"\Aerror: the output can't be written: .*\n\Z")

    def test_closed_streams(self) -> None:
        for redirection, status in ((">&-", 1), ("2>&-", 0), (">&- 2>&-", 1), ("--format table >&-", 1)):
            command = f'"{sys.executable}" "{SCRIPT}" list-issues --no-tags {redirection}'
            done = subprocess.run(["sh", "-c", command], env=environment(self.standin), capture_output=True, check=False)
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertNotIn(b"Traceback", done.stderr)
            self.assertNotIn(b"internal", done.stderr)

    def interrupt(self, when: Callable[[], bool]) -> tuple[int, bytes, bytes]:
        """Run list-issues, send SIGINT as soon as `when` says so, and return what came of it."""
        process = subprocess.Popen(  # -S: an interrupt while Python loads what is in site-packages can be lost
            [sys.executable, "-S", str(SCRIPT), "list-issues"],
            env=environment(self.standin), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
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

        sentry_api.COMMANDS["list-issues"] = broken
        self.addCleanup(sentry_api.COMMANDS.__setitem__, "list-issues", original)
        self.assertIn("internal error", self.fails(1, *LIST))


class Table(StandInCase):
    def test_list_fits_eighty_columns(self) -> None:
        self.standin.issues[0].update(title="日本語" * 40 + "\x1b[31m")
        self.standin.issues[1].update(title="e\u0301" * 200)
        run = self.call("list-issues", "--format", "table", "--limit", "5", COLUMNS=None)
        self.assertEqual(run.status, 0)
        lines = run.out.splitlines()
        self.assertEqual(len(lines), 6)
        self.assertTrue(lines[0].startswith("SHORT ID"))
        self.assertTrue(all(sentry_api.width(line) <= 80 for line in lines))
        self.assertNotIn("\x1b", run.out)
        self.assertRegex(lines[1], r"BACKEND-1 +(1 h|\d+ min) ago +4 +5 +[▁▂▃▄▅▆▇█]{12}  日本")
        column = lines[0].index("TITLE")
        self.assertTrue(all(sentry_api.width(line[:column]) >= column - 2 for line in lines[1:]))
        self.assertEqual(len(self.standin.requests), 1, "the table shows no tags")

    def test_events(self) -> None:
        run = self.call("issue-events", "4001", "--format", "table")
        self.assertEqual(run.status, 0)
        self.assertIn(self.standin.issues[0]["events"][0]["eventID"], run.out)

    def test_width_of_the_terminal(self) -> None:
        run = self.call("list-issues", "--format", "table", COLUMNS="60")
        self.assertTrue(all(sentry_api.width(line) <= 60 for line in run.out.splitlines()))

    def test_nothing(self) -> None:
        run = self.call("list-issues", "--format", "table", "--query", "is:resolved")
        self.assertEqual((run.status, run.out), (0, ""))
        self.assertIn("note: no issues", run.err)

    def test_no_colour_without_a_terminal(self) -> None:
        self.assertNotIn("\x1b", run_script(self.standin, "list-issues", "--format", "table").out)

    @unittest.skipUnless(hasattr(os, "openpty"), "no pseudo-terminals")
    def test_colour_on_a_terminal_unless_no_color(self) -> None:
        for changes, coloured in (({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
            main, side = os.openpty()
            process = subprocess.Popen(
                [sys.executable, str(SCRIPT), "list-issues", "--format", "table", "--limit", "1"],
                env=environment(self.standin, **changes), stdout=side, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            process.wait(10)
            os.close(side)
            out = os.read(main, 100_000).decode()
            os.close(main)
            self.assertEqual("\x1b[1m" in out, coloured, out)

    def test_excludes_raw_and_fields(self) -> None:
        self.fails(2, "list-issues", "--format", "table", "--raw")
        self.fails(2, "list-issues", "--format", "table", "--fields", "id")

    def test_sparkline(self) -> None:
        self.assertEqual(sentry_api.sparkline({"24h": [[0, n] for n in (0, 0, 1, 3, 8, 4)]}), "▁▁▂▄█▅")
        self.assertEqual(sentry_api.sparkline({"24h": [[0, 0]] * 14}), "▁" * 14)
        for nothing in (None, {}, {"24h": []}, {"24h": [[1]]}, {"24h": "x"}, []):
            self.assertEqual(sentry_api.sparkline(nothing), "-")

    def test_ago(self) -> None:
        for seconds, text in ((-5, "now"), (59, "now"), (60, "1 min ago"), (7200, "2 h ago"), (90000, "1 d ago")):
            self.assertEqual(sentry_api.ago(seconds), text)


if __name__ == "__main__":
    unittest.main()
