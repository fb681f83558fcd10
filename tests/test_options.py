"""The token, the base URL, options and variables."""

from __future__ import annotations

import os
import subprocess
import sys
import unittest

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
        for piece in (
            f"{self.standin.url}/settings/account/api/auth-tokens/",
            "event:read",
            "project:read",
            "never paste",
        ):
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
        for text in (
            "sentry.io",
            "file:///etc/passwd",
            "ftp://sentry.io",
            "https://",
            "https://a b",
            "https://user:pass@sentry.io",
            "https://sentry.io?x=1",
            "https://sentry.io/#x",
            "https://sentry.io:99999",
            "http://[::1",
            "https://é.example",
            "https://sentry.io/../x",
            "javascript:alert(1)",
            "https://sentry.io\nx",
            "//sentry.io",
            "https://\u017fentry.io",
            "https://\u212aentry.io",
        ):
            with self.subTest(text):
                error = self.fails(2, *LIST, SENTRY_BASE_URL=text)
                self.assertIn("SENTRY_BASE_URL", error)
                self.assertNotIn("pass@", error)
                self.fails(2, *LIST, "--base-url", text)

    def test_ports(self) -> None:
        for port in ("1", "8080", "65535"):
            self.assertEqual(sentry_api.base_url_type(f"https://sentry.test:{port}/"), f"https://sentry.test:{port}")
            self.assertEqual(sentry_api.base_url_type(f"https://[::1]:{port}"), f"https://[::1]:{port}")
        for host in ("sentry.test", "[::1]"):
            for port in ("0", "65536", "99999", "999999999"):
                error = self.fails(2, *LIST, "--base-url", f"https://{host}:{port}")
                self.assertIn(f":{port}', expected http", error)
            self.fails(2, *LIST, "--base-url", f"https://{host}:08080")

    def test_empty_counts_as_unset(self) -> None:
        with self.subTest("parsed"):
            args = sentry_api.parse(["list-issues", "--org", "a", "--project", "b", "--base-url", "https://x.test"])
            self.assertEqual(args.base_url, "https://x.test")
        run = call(None, *LIST, SENTRY_BASE_URL="", SENTRY_AUTH_TOKEN=None)
        self.assertEqual(run.status, 3)

    def test_ipv6_literal(self) -> None:
        self.assertEqual(sentry_api.base_url_type("http://[::1]:9000/"), "http://[::1]:9000")

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
        for text in ("0", "-1", "", "nan", "inf", "1e3", "10000", "9" * 400, "٣"):
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
        self.good(*LIST, "--query=-is:ignored", "--environment", "")
        self.assertEqual(self.standin.requests[0].query["query"], "-is:ignored")
        self.assertIn("--option=VALUE", self.fails(2, *LIST, "--query", "-is:resolved"))
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
            self.assertLessEqual(max(map(len, run.out.splitlines())), 80)
            self.assertLessEqual(len(run.out.splitlines()), 45)
        self.assertIn("10 newest events", self.call("list-issues", "--help").out)
        self.assertEqual(self.standin.requests, [])

    def test_help_and_usage_errors_import_no_network(self) -> None:
        for argv in (
            ["--help"],
            ["list-issues", "--help"],
            ["--version"],
            ["list-issues", "--limit", "0"],
            ["issue-detail"],
        ):
            network = "{'urllib.request', 'urllib.parse', 'http.client', 'ssl', 'socket', 'threading', 'typing'}"
            code = f"import sys; sys.argv[1:] = {argv!r}; sys.path.insert(0, {str(SCRIPT.parent)!r})\n"
            code += f"import sentry_api; sentry_api.main(); sys.exit(bool({network} & set(sys.modules)))"
            done = subprocess.run(
                [sys.executable, "-S", "-c", code], capture_output=True, env=environment(None), check=False
            )
            self.assertEqual(done.returncode, 0, (argv, done.stderr))


if __name__ == "__main__":
    unittest.main()
