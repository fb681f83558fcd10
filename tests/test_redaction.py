"""The redaction filter: labelled cases, properties, and time."""

from __future__ import annotations

import copy
import json
import random
import re
import string
import unittest
from pathlib import Path
from typing import Any

from tests import faults
from tests.support import StandInCase, sentry_api

redact = sentry_api.redact
CASES = [json.loads(line) for line in Path(__file__).with_name("redaction_cases.jsonl").read_text("utf-8").splitlines()]
SECRET = "Zq7-hunter2-Xk9"


def text_of(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class Labelled(unittest.TestCase):
    """Each case says what comes out, exactly."""

    def test_cases(self) -> None:
        for case in CASES:
            with self.subTest(case["name"]):
                original = copy.deepcopy(case["value"])
                once = redact(case["value"])
                self.assertEqual(once, case["expected"])
                self.assertEqual(redact(once), once, "redacting twice changes nothing")
                self.assertEqual(case["value"], original, "the input is not changed")

    def test_the_set_covers_every_row(self) -> None:
        rows = {case["row"] for case in CASES}
        self.assertGreaterEqual(len(CASES), 250)
        self.assertLessEqual({"email", "ipv4", "ipv6", "secret", "stack", "prose", "survive-ip", "survive-id"}, rows)
        self.assertLessEqual({"user-names", "cut-texts", "frames", "credentials", "escapes", "harmless"}, rows)


class Words(unittest.TestCase):
    def test_a_word_that_makes_a_key_secret_makes_a_name_in_a_text_secret(self) -> None:
        words = sorted(set(re.findall("[a-z]{2,}", sentry_api.SECRET_NAME)))
        words += [f"{word}_key" for word in words] + [f"{word}_signature" for word in words]
        secret = [word for word in words if redact({word: SECRET})[word] != SECRET]
        self.assertGreater(len(secret), 40)
        for word in secret:
            with self.subTest(word):
                self.assertNotIn(SECRET, redact(f"failed with {word}={SECRET}"))


class Structure(unittest.TestCase):
    def test_exact_results(self) -> None:
        for value, expected in (
            ({"password": SECRET}, {"password": "[REDACTED]"}),
            (
                {"password": None, "token": "", "secret": 5, "apiKey": True},
                {"password": None, "token": "", "secret": 5, "apiKey": True},
            ),
            ({"auth": {"type": "basic", "password": SECRET}}, {"auth": {"type": "basic", "password": "[REDACTED]"}}),
            (
                {"password": {"plain": SECRET, "type": "scrypt"}},
                {"password": {"plain": "[REDACTED]", "type": "scrypt"}},
            ),
            (
                {"user": {"data": {"name": "Jo"}, "name": {"first": "Jo"}}},
                {"user": {"data": {"name": "[REDACTED]"}, "name": {"first": "[REDACTED]"}}},
            ),
            ([["X-Api-Key", SECRET], ["Accept", "text/html"]], [["X-Api-Key", "[REDACTED]"], ["Accept", "text/html"]]),
            ({"key": "api_key", "value": SECRET}, {"key": "api_key", "value": "[REDACTED]"}),
            ({"key": "release", "value": "1.2.3.4"}, {"key": "release", "value": "1.2.3.4"}),
            ({"REMOTE_ADDR": "1.2.3.4"}, {"REMOTE_ADDR": "[REDACTED_IP]"}),
            ({"packages": {"a": "1.2.3.4"}}, {"packages": {"a": "1.2.3.4"}}),
            (
                {"user": {"id": "7", "name": "Jo", "email": "jo@x.test"}},
                {"user": {"id": "7", "name": "[REDACTED]", "email": "[REDACTED_EMAIL]"}},
            ),
            (
                {"assignedTo": {"name": "Jo", "email": "jo@x.test"}},
                {"assignedTo": {"name": "Jo", "email": "[REDACTED_EMAIL]"}},
            ),
            ({"activity": [{"user": {"name": "Jo"}}]}, {"activity": [{"user": {"name": "Jo"}}]}),
            ({"a@x.test": 1, "b@x.test": 2}, {"[REDACTED_EMAIL]": 1, "[REDACTED_EMAIL] (2)": 2}),
            ({"": 1, "a@x.test": 2, "[REDACTED_EMAIL]": 3}, {"": 1, "[REDACTED_EMAIL] (2)": 2, "[REDACTED_EMAIL]": 3}),
            (
                {"a@x.test": 1, "b@x.test": 2, "c@x.test (2)": 3},
                {"[REDACTED_EMAIL]": 1, "[REDACTED_EMAIL] (2)": 2, "[REDACTED_EMAIL] (2) (2)": 3},
            ),
            ("https://u:pw@h.test/x", "https://u:[REDACTED]@h.test/x"),
            ('{"password": "x y", "n": 1}', '{"password": "[REDACTED]", "n": 1}'),
            ("mail a@x.test!", "mail [REDACTED_EMAIL]!"),
            ([1, 2.5, None, True, "ok"], [1, 2.5, None, True, "ok"]),
        ):
            with self.subTest(value):
                self.assertEqual(redact(value), expected)
                self.assertEqual(redact(expected), expected)

    def test_stack_traces_are_counted(self) -> None:
        trace = 'Traceback (most recent call last):\n  File "a.py", line 1, in f\n    g()\nValueError: bad\nafterwards'
        self.assertEqual(redact(trace), "[3 stack trace lines removed]\nValueError: bad\nafterwards")

    def test_token(self) -> None:
        token = "abc+def/123=="
        for text in (
            f"x {token} y",
            "x abc%2Bdef%2F123%3D%3D y",
            "x abc%2bdef%2f123%3d%3d y",
            "x abc%252Bdef%252F123%253D%253D y",
        ):
            self.assertEqual(redact({"note": text}, token), {"note": "x [REDACTED] y"})

    def test_a_token_that_looks_like_escapes(self) -> None:
        for token in ("abc%41def%2Fg", "a\\nb\\u0041c&#64;d", "x=40yz=41zz"):
            for text in (f"sent {token} there", f"https://h.test/?q={token}"):
                self.assertNotIn(token, redact(text, token))

    def test_hosts_are_kept_as_hosts_of_urls_only(self) -> None:
        out = redact("at http://10.1.2.3:8000/x for 10.1.2.3", hosts={"10.1.2.3"})
        self.assertEqual(out, "at http://10.1.2.3:8000/x for [REDACTED_IP]")
        self.assertNotIn("10.1.2.3", redact("http://10.1.2.3/"))

    def test_json_in_a_text_that_is_nested_too_deep_is_masked(self) -> None:
        deep = "[" * 99_000 + "1" + "]" * 99_000
        self.assertNotIn("Jane", redact('{"user": {"name": "Jane Doe"}, "x": ' + deep + "}"))

    def test_the_name_of_a_row_whose_key_is_null(self) -> None:
        row = {"key": None, "name": "api_key", "value": "q9w8e7r6"}
        self.assertEqual(redact(row)["value"], "[REDACTED]")

    def test_deep_nesting(self) -> None:
        for build in (lambda inner: [inner], lambda inner: {"a": inner}):
            value: Any = {"email": "deep@example.com", "kept": "release 1.2.3"}
            for _ in range(200):
                value = build(value)
            out = redact(value)
            for _ in range(200):
                out = out[0] if isinstance(out, list) else out["a"]
            self.assertEqual(out, {"email": "[REDACTED_EMAIL]", "kept": "release 1.2.3"})

    def test_deep_json_in_strings(self) -> None:
        for depth in (100, 500, 800, 980, 5000):
            text = '{"a":' * depth + '"deep@example.com"' + "}" * depth
            for value in (text, {"x": [[[text]]]}):
                self.assertNotIn("deep@", text_of(redact(value)))


class Properties(unittest.TestCase):
    """Random documents with things planted in them: none comes out, everything else does."""

    PLANTS = (
        ("jane.roe+{n}@mail.example.com", "jane.roe+{n}@"),
        ("203.0.113.{n}", "203.0.113.{n}"),
        ("2001:db8:{n}::7", "2001:db8:{n}::7"),
        ("Bearer k3y{n}Zz81kQm0", "k3y{n}Zz81kQm0"),
        ("https://u:Pw-{n}-x@h.test/", "Pw-{n}-x"),
        ("ghp_" + "aB3" * 10 + "{n}", "aB3" * 10),
    )
    WORDS = (
        "checkout",
        "failed",
        "after",
        "3.11.2",
        "shop/cart.py",
        "[main]",
        "std::vector",
        "12:30:59",
        "naïve",
        "v1.2.3.4",
        "id=9f3c",
    )

    def plant(self, rng: random.Random, gone: list[str]) -> str:
        pattern, needle = rng.choice(self.PLANTS)
        n = rng.randint(1, 250)
        gone.append(needle.format(n=n))
        return f"{rng.choice(self.WORDS)} {pattern.format(n=n)} {rng.choice(self.WORDS)}"

    def value(self, rng: random.Random, depth: int, gone: list[str], kept: list[str]) -> Any:
        kind = rng.randrange(7 if depth else 4)
        if kind == 0:
            word = "w" + "".join(rng.choices(string.ascii_lowercase, k=8))
            kept.append(word)
            return f"{word} {rng.choice(self.WORDS)}"
        if kind == 1:
            return self.plant(rng, gone)
        if kind == 2:
            return rng.choice((None, True, False, rng.randint(-(10**12), 10**12), rng.random()))
        if kind == 3:
            kept.extend(words := [rng.choice(self.WORDS) for _ in range(3)])
            return " ".join(words)
        if kind == 4:
            return [self.value(rng, depth - 1, gone, kept) for _ in range(rng.randrange(4))]
        if kind == 5:
            gone.append(f"{SECRET}{rng.randint(1, 99)}")
            return {rng.choice(("password", "apiToken", "X-Auth-Token", "client_secret")): gone[-1]}
        return {f"field{i}": self.value(rng, depth - 1, gone, kept) for i in range(rng.randrange(5))}

    def test_planted_things_go_and_the_rest_stays(self) -> None:
        for seed in range(400):
            rng = random.Random(seed)
            gone: list[str] = []
            kept: list[str] = []
            value = {"root": [self.value(rng, 4, gone, kept) for _ in range(3)]}
            once = redact(value)
            out = text_of(once)
            with self.subTest(seed=seed):
                self.assertEqual([piece for piece in gone if piece in out], [])
                self.assertEqual([piece for piece in kept if piece not in out], [])
                self.assertEqual(redact(once), once)

    def test_random_text_is_stable(self) -> None:
        alphabet = "aA1 .:@/%\"'\\\n=-_{}[]<>&;,()é＠" + "f"
        for seed in range(1500):
            rng = random.Random(seed)
            text = "".join(rng.choices(alphabet, k=rng.randrange(80)))
            once = redact(text)
            self.assertEqual(redact(once), once, repr(text))


class FailsClosed(StandInCase):
    def test_nothing_is_printed_when_the_filter_fails(self) -> None:
        original = sentry_api.mask_spans

        def broken(text: str, rules: Any) -> str:
            if "sku" in text:
                raise ValueError(text)
            return original(text, rules)

        self.standin.issues[0]["title"] = "sku of jane@example.com"
        sentry_api.mask_spans = broken
        self.addCleanup(setattr, sentry_api, "mask_spans", original)
        error = self.fails(1, "list-issues", "--no-tags")
        self.assertNotIn("sku", error)

    def test_every_line_on_stderr_is_redacted(self) -> None:
        self.standin.fault("/api/", faults.answer(400, {"detail": "ask ann@example.com at 192.0.2.7"}))
        error = self.fails(2, "list-issues", "--query", "bob@example.com", "--verbose")
        for piece in ("ann@", "bob@", "bob%40", "192.0.2.7"):
            self.assertNotIn(piece, error)


class Doors(unittest.TestCase):
    def test_nothing_else_writes_or_talks(self) -> None:
        """Two functions write to the streams, one opens connections, and it can only GET."""
        import ast

        tree = ast.parse(Path(sentry_api.__file__ or "").read_text("utf-8"))
        writers, openers = set(), set()
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef):
                for node in ast.walk(function):
                    source = ast.unparse(node) if isinstance(node, ast.Call) else ""
                    if source.startswith(("print(", "sys.stdout.write", "sys.stderr.write", "os.write(")):
                        writers.add(function.name)
                    if ".opener.open(" in source or "urlopen(" in source or "Request(" in source:
                        openers.add(function.name)
                        if "Request(" in source and ".open(" not in source:
                            self.assertIn("method='GET'", source)
        self.assertEqual(writers, {"say", "write_result"})
        self.assertEqual(openers, {"fetch"})


if __name__ == "__main__":
    unittest.main()
