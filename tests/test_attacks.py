"""What strangers put into events and servers into answers: time, memory, secrets, and text that cannot be seen."""

from __future__ import annotations

import gzip
import json
import re
import resource
import signal
import subprocess
import sys
import time
import unittest
from typing import Any

from tests import faults, sample
from tests.standin import TOKEN, StandIn
from tests.support import SCRIPT, StandInCase, call, environment, sentry_api

redact = sentry_api.redact
LIST = ["list-issues", "--no-tags"]

# Keys that change how the text below them is read.
KEYS = ("note", "cookie", "password", "user", "ip", "version", "packages", "activity")
# Repeated: characters that patterns consist of, and what stands at the boundaries of their repeats.
SEEDS = (
    "a", "é", "1", ".", ":", "@", "%", "=", "-", "_", "/", "\\", "\"", "'", "`", "<", "(", "[", "{", " ", "\n", "\t",
    ";", "&", "#", "+", "~", "a.", "a@", "a=", "=a;", "a;", "; ", "x@a.", "@a", "a+", "a'", "1.", "1:", "1.1.1.",
    "1.2.3.4, ", "1.2.3.4 -> ", "v1.2.3.4 ", "a/1.2.3.4 ", "::", "0:", "2001:", "2001:db8::", "fe80::%", "eyJ",
    "eyJa.", "eyJé", "sk-", "ghp_", "-----BEGIN ", "-----BEGIN PRIVATE KEY-----", "//a:", "://a:b", "://a:b@",
    "Bearer ", "Bearer a ", "basic ", "token=", "token:", "token ", "--token ", "key ", "password=\"", "password: ",
    "'password', ", "<password>", "(\"token\", ", "Authorization: ", "cookie: ", "cookie=a; ", "name:", "curl -u ",
    "%40", "%40a.1", "%25", "\\u0040", "&#64;", "&#", "\\n", "\\\\", "＠a.", "\u200b", "́", "\u001b[31m", " at ",
    "at x(", " at ./", " at a.", " at a(b:1", " at a:1", " at a.b(c:1)", "./", " (./", ":1:1",
    "  File \"x\", line 1\n", " File \"x\", line 1", "    a\n", "0: a::b\n", "   0: 0x0 - ", "x:1:in `a'\n",
    "#0 /a(1): b\n", "#1 pc 0", " #0 /", "0  a  0x000000 b\n", "a.go:1\n", "goroutine 1 [a]:\n", "created by a\n",
    "a(\n", "(a 1) a.ex:1: ", "fn@https://x:1\n", " a@http:", "\n at a b c", "\n\tat a.b(C.java:1)", "... 1 more\n",
    "Traceback (most recent call last):\n", "{\"a\":", "[1,", "…", "...", "avatar", "avatar/", "webpack-internal:///",
    "at a (a/(b)/c:1:1)\n", "198,51,", "{1,2,", "IDENTIFIED BY '", "'cookie: ", "1...1.1.1.1",
)  # fmt: skip


def seconds(value: Any) -> float:
    started = time.process_time()
    redact(value)
    return time.process_time() - started


class Time(unittest.TestCase):
    """Growth is what is tested: twice the text may not take much more than twice the time."""

    def check(self, make: Any, name: str) -> None:
        for _ in range(3):  # a busy machine may disturb one measurement
            small = seconds(make(10_000))
            if small < 0.01:  # even if it grew by the square, 100 kB would take one second
                return
            large = seconds(make(40_000))
            if large < 9 * small and large < 1.0:  # linear is 4 times, quadratic 16; bounded repeats can be slow, too
                return
        self.fail(f"{name}: 10, 20 and 40 kB took {[seconds(make(size)) for size in (10_000, 20_000, 40_000)]}")

    def test_every_seed_in_plain_text(self) -> None:
        for seed in SEEDS:
            with self.subTest(seed):
                self.check(lambda size: "@ at " + seed * (size // len(seed)) + "=", seed)  # noqa: B023
            if re.search(r"[\n:. ]", seed):
                with self.subTest(seed, prefix="a stack trace's"):
                    start = 'Traceback (most recent call last):\n  File "'
                    self.check(lambda size: start + seed * (size // len(seed)) + ":1", seed)  # noqa: B023

    def test_names_of_secrets_before_any_end(self) -> None:
        for name in ("auth:", "session:", "token:", "password=", "sg.password:", "password:a:", "token ", "--token "):
            for end in "([{\"'<;":
                with self.subTest(name, end=end):
                    self.check(lambda size: name * (size // len(name)) + end, name)  # noqa: B023

    def test_every_seed_under_every_kind_of_key(self) -> None:
        for seed in SEEDS:
            with self.subTest(seed):
                count = len(seed) * 4
                self.check(lambda size: dict.fromkeys(KEYS, seed * (size // count) + "="), seed)  # noqa: B023

    def test_boundaries_of_bounded_repeats(self) -> None:
        for piece in ("./", "a.", ":1", "a:", "/a", "(a", "a)", "[a]", " a", "\\t", "a ", "a@", "1 "):
            for length in (100, 400):
                for start in (" at ", "\nat ", " at a(", "\n  #0 ", ' File "', "\n", "://", "token=", "@", " a@https:"):
                    seed = start + piece * (length // len(piece))
                    with self.subTest(start, piece=piece, length=length):
                        self.check(lambda size: seed * (size // len(seed)), seed[:20])  # noqa: B023

    def test_many_keys_that_become_the_same(self) -> None:
        self.check(lambda size: {f"user{number}@example.com": number for number in range(size // 8)}, "keys")


class Work(StandInCase):
    """What an answer may cost."""

    def limited(self, *argv: str, mebibytes: int = 700) -> Any:
        """Run the script with so much memory at most."""
        limit = mebibytes * 2**20
        done = subprocess.run(
            [sys.executable, str(SCRIPT), *argv],
            env=environment(self.standin),
            capture_output=True,
            timeout=60,
            check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
        )
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def test_an_explanation_is_cut_before_it_is_read(self) -> None:
        for body in (
            b" at " + b"./" * 500_000,
            {"detail": "x" * 2**20},
            b'{"detail": "' + b"\\u0040" * 200_000 + b'"}',
            b"[" * 2**20,
        ):
            with self.subTest(str(body)[:30]):
                self.standin.faults.clear()
                self.standin.fault("/api/", faults.answer(400, body))
                started = time.process_time()
                self.assertLess(len(self.fails(2, *LIST)), 1500)
                self.assertLess(time.process_time() - started, 5.0, "it took more than a minute")

    def test_a_page_of_millions_of_objects(self) -> None:
        self.standin.fault(
            "/api/", faults.answer(200, gzip.compress(b"[" + b"{}," * 20_000_000 + b"{}]", 1), Content_Encoding="gzip")
        )
        status, out, err = self.limited(*LIST)
        self.assertEqual((status, out), (1, ""))
        self.assertIn("too many values", err)

    def test_a_page_far_above_the_limit_is_cut(self) -> None:
        self.standin.fault("/api/", faults.answer(200, b"[" + b'{"title":"t"},' * 300_000 + b'{"id":"2"}]'))
        started = time.process_time()
        self.assertEqual(len(self.good(*LIST)), 20)
        self.assertLess(time.process_time() - started, 10.0)

    def test_out_of_memory_is_too_large(self) -> None:
        self.standin.fault("/issues/4001/", faults.answer(200, {"id": "4001", "x": ["y" * 90] * 400_000}))
        status, out, err = self.limited("issue-detail", "4001", "--raw", mebibytes=170)
        self.assertEqual((status, out), (1, ""), err)
        self.assertIn("too large", err)
        self.assertNotIn("internal", err)

    def test_tags_have_a_limit_of_their_own(self) -> None:
        self.standin.fault("/issues/4002/events/", faults.answer(200, b"[" + b" " * (9 * 2**20) + b"]"))
        run = self.call("list-issues", "--limit", "3")
        self.assertEqual([record["environments"] is None for record in run.json()], [False, True, False])
        self.assertIn("larger than 8 MiB", run.err)

    def test_tags_are_given_up_after_a_rate_limit_that_outlasts_its_retry(self) -> None:
        self.standin.issues = sample.make_project(self.standin.now(), 48)
        self.standin.fault("/events/", faults.answer(429, {"detail": "slow"}, Retry_After="1"))
        started = time.monotonic()
        run = self.call("list-issues", "--limit", "48", "--time-range", "")
        self.assertLess(time.monotonic() - started, 6)
        self.assertIn("48 of 48 issues", run.err)
        self.assertIn("HTTP 429", run.err)

    def test_tags_are_given_up_after_eight_failures(self) -> None:
        self.standin.fault("/events/", faults.answer(403, {}))
        run = self.call("list-issues", "--limit", "24", "--time-range", "")
        self.assertIn("24 of 24 issues", run.err)
        self.assertLess(sum("/events/" in path for path in self.standin.paths()), 20)

    def test_tags_are_given_up_after_twice_the_timeout(self) -> None:
        self.standin.fault("/events/", faults.answer(429, {}, Retry_After="20"))
        started = time.monotonic()
        self.assertIn("not within 1 s", self.call("list-issues", "--limit", "3", "--timeout", "0.5").err)
        self.assertLess(time.monotonic() - started, 4)


class Secrets(StandInCase):
    def test_redirects_to_what_is_no_port_are_refused(self) -> None:
        port = self.standin.server.server_port
        for location in (
            f"http://127.0.0.1:{port}:80/x",
            f"http://127.0.0.1:{port}:{port}/x",
            f"http://127.0.0.1:80:{port}/x",
            f"http://127.0.0.1:{port}@evil.test/",
            f"http://[127.0.0.1]:{port}/x",
            f"http://127.0.0.1:+{port}/",
        ):
            with self.subTest(location):
                self.standin.faults.clear()
                self.standin.requests.clear()
                self.standin.fault("/api/", faults.redirect(location))
                self.assertIn("redirect", self.fails(1, *LIST))
                self.assertEqual(len(self.standin.requests), 1)

    def test_what_is_shown_of_arguments_is_redacted_before_it_is_cut(self) -> None:
        token = "ab'c\"d" + "5e" * 30
        for argv in (
            ["--query", "x" * 30 + token + "\n"],
            ["--org", "y" * 40 + token],
            ["--limit", token],
            ["--fields", "z" * 50 + token],
            ["--base-url", f"http://{token.upper()}"],
            ["--base-url", "ftp://" + "w" * 40 + token],
        ):
            with self.subTest(argv):
                error = self.fails(2, *LIST, *argv, SENTRY_AUTH_TOKEN=token)
                self.assertNotIn("5e5e5e", error.lower())
        self.assertNotIn("5e5e5e", self.fails(2, *LIST, SENTRY_ORG="a" * 50 + TOKEN))
        self.assertNotIn("jane", self.fails(2, "issue-detail", "x" * 60 + " jane.doe.of.somewhere@example.com"))

    def test_the_token_is_masked_in_any_case_of_letters(self) -> None:
        token = "aB3" * 20
        run = call(None, *LIST, SENTRY_BASE_URL=f"http://{token}", SENTRY_AUTH_TOKEN=token, no_proxy=None)
        self.assertEqual(run.status, 6)
        self.assertNotIn("ab3ab3", run.err.lower())

    def test_verbose_names_the_kind_of_failure_only(self) -> None:
        run = call(
            None,
            *LIST,
            "--verbose",
            SENTRY_BASE_URL="https://sentry.example.test",
            no_proxy=None,
            https_proxy="http://user:pr0xy-pass@127.0.0.1:1",
        )
        self.assertEqual(run.status, 6)
        self.assertNotIn("pr0xy-pass", run.err)
        lines = [line for line in run.err.splitlines() if line.startswith("GET ")]
        self.assertEqual(len(lines), 2)
        for line in lines:
            self.assertRegex(line, r"^GET /api/\S+ -> [A-Za-z]+, \d+ ms, 0 bytes")

    def test_an_address_of_another_server_does_not_make_an_agent_send_the_token_there(self) -> None:
        error = self.fails(2, "issue-detail", "https://sentry.evil.example/issues/4001/")
        self.assertNotIn("set --base-url", error)
        self.assertIn("the token", error)
        self.assertIn("user decides", error)
        error = self.fails(2, "issue-detail", f"{self.standin.url}/organizations/acme/alerts/4001/")
        self.assertNotIn("user decides", error, "it is the server that is asked")
        error = self.fails(2, "issue-detail", f"[issue]({self.standin.url}/organizations/acme/issues/4001/)")
        self.assertNotIn("user decides", error, "it is the server that is asked")

    def test_a_link_may_stand_in_quotes_or_brackets(self) -> None:
        link = f"{self.standin.url}/organizations/acme/issues/4001/"
        for text in (f'"{link}"', f"'{link}'", f"<{link}>", f"({link})", f"`{link}`"):
            self.assertEqual(self.good("issue-detail", text, "--no-tags")["id"], "4001")

    def test_the_host_of_a_refused_redirect_is_shown_in_that_line_only(self) -> None:
        self.standin.issues[1]["title"] = "lost http://198.51.100.77/x"
        self.standin.fault("/issues/4001/events/", faults.redirect("http://198.51.100.77/"))
        run = self.call("list-issues", "--limit", "2")
        self.assertEqual(run.status, 0)
        self.assertNotIn("198.51.100.77", run.out + run.err)
        self.standin.fault("/api/", faults.redirect("http://198.51.100.77/"))
        self.assertIn("http://198.51.100.77", self.fails(1, *LIST))

    def test_a_loopback_server_is_asked_without_a_proxy(self) -> None:
        with StandIn() as proxy:
            run = self.call(*LIST, http_proxy=proxy.url, no_proxy=None)
            self.assertEqual((run.status, len(proxy.requests), len(self.standin.requests)), (0, 0, 1))


class Unseen(StandInCase):
    """Characters that a person does not see and an agent reads."""

    HIDDEN = (
        "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b\u180f\u200b\u2060\u2800\u3164\ufe00\ufe0d\ufeff\uffa0\ufff9\ufffb"
        "\U0001bca0\U0001bca3\U0001d173\U0001d17a\U000e0001\U000e0041\U000e0100\U000e01ef"
    )

    def test_they_are_escaped_in_json_and_tables(self) -> None:
        for character in self.HIDDEN + "\u200c\u200d\ufe0e\ufe0f":
            with self.subTest(hex(ord(character))):
                self.standin.issues[0].update(title=f"a{character}b", culprit=f"a{character}b")
                for argv in (
                    [*LIST, "--limit", "1"],
                    [*LIST, "--raw", "--limit", "1"],
                    [*LIST, "--format", "table", "--limit", "1"],
                    ["issue-detail", "4001", "--no-tags"],
                ):
                    out = self.call(*argv).out
                    self.assertNotIn(character, out)
                    self.assertIn(json.dumps(character)[1:-1], out)
        self.assertEqual(self.good("issue-detail", "4001", "--no-tags")["title"], "a\ufe0fb")

    def test_emoji_and_scripts_keep_their_joiners(self) -> None:
        for text in (
            "\U0001f469\u200d\U0001f4bb",
            "\u2764\ufe0f\u200d\U0001f525",
            "\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "\u0915\u094d\u200d\u0937",
        ):
            self.standin.issues[0].update(title=text)
            self.assertIn(text, self.call(*LIST, "--limit", "1").out)

    def test_a_sentence_in_joiners_is_escaped(self) -> None:
        self.standin.issues[0].update(title="\u00e9" + "\u200c\u200d" * 50)
        self.assertFalse(set(self.call(*LIST, "--limit", "1").out) & set("\u200c\u200d"))

    def test_the_filter_looks_through_them(self) -> None:
        for character in self.HIDDEN + "\u200c\u200d\ufe0f":
            for text in (
                f"jane@exam{character}ple.com",
                f"ja{character}ne@example.com",
                f"203.0.{character}113.9",
                f"pass{character}word=hunter2x9",
            ):
                with self.subTest(text.encode("unicode_escape")):
                    out = redact(f"of {text} today")
                    self.assertIn("[REDACTED", out)
                    for piece in ("jane", "ple.com", "113.9", "hunter"):
                        self.assertNotIn(piece, re.sub(f"[{self.HIDDEN}]", "", out))

    def test_private_characters_are_only_text(self) -> None:
        title = "\ue0000\ue001 203.0.113.9"
        self.standin.issues[0].update(title=title)
        self.assertEqual(self.good(*LIST, "--limit", "1")[0]["title"], title.replace("203.0.113.9", "[REDACTED_IP]"))


class Calm(StandInCase):
    def test_a_burst_of_interrupts_ends_like_one(self) -> None:
        self.standin.fault("/projects/", faults.silence(5))
        for _ in range(8):
            self.standin.requests.clear()
            process = subprocess.Popen(
                [sys.executable, "-S", str(SCRIPT), *LIST],
                env=environment(self.standin),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            stop = time.monotonic() + 15
            while not self.standin.requests and time.monotonic() < stop:
                time.sleep(0.01)
            for _ in range(30):
                process.send_signal(signal.SIGINT)
                time.sleep(0.0004)
            out, err = process.communicate(timeout=10)
            self.assertEqual((process.returncode, out, err), (130, b"", b""))

    def test_absurd_widths_and_counts(self) -> None:
        run = self.call(*LIST, "--format", "table", COLUMNS="1000000000")
        self.assertEqual(run.status, 0)
        self.assertLess(len(run.out), 100_000)
        self.standin.fault(
            "/projects/", faults.answer(200, b'[{"id": "1", "count": 1e400, "stats": {"24h": [[1, 1e400], [2, 1]]}}]')
        )
        self.assertEqual(self.call(*LIST, "--format", "table").status, 0)

    def test_a_gzip_body_of_several_members(self) -> None:
        body = json.dumps([self.standin.issue(issue, None) for issue in self.standin.issues[:2]]).encode()
        packed = gzip.compress(body[:100]) + gzip.compress(b"") + gzip.compress(body[100:])
        self.standin.fault("/api/", faults.answer(200, packed, Content_Encoding="gzip"))
        self.assertEqual(len(self.good(*LIST)), 2)

    def test_a_cursor_that_begins_with_a_dash_is_none(self) -> None:
        self.fails(2, *LIST, "--cursor=-1:0:0")
        self.standin.fault(
            "/api/", faults.answer(200, [{"id": "1"}], Link='<x>; rel="next"; results="true"; cursor="-x:0:0"')
        )
        self.assertNotIn("--cursor", self.call(*LIST, "--limit", "1").err)

    def test_hints_fit_what_is_no_json(self) -> None:
        for body, words in (
            (b'[{"a": NaN}]', "number"),
            (b"[" + b"1" * 5000 + b"]", "number"),
            (b"[" * 200_000, "nested too deep"),
            (b"<p>", "web page"),
        ):
            with self.subTest(body[:9]):
                self.standin.faults.clear()
                self.standin.fault("/api/", faults.answer(200, body))
                if b"1" * 5000 in body and not hasattr(sys, "get_int_max_str_digits"):
                    continue  # older Pythons read it, in no time
                self.assertIn(words, self.fails(1, *LIST))


if __name__ == "__main__":
    unittest.main()
