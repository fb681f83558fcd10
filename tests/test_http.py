"""Talking HTTP: errors, retries, time limits, redirects, TLS, proxies; with a server that misbehaves."""

from __future__ import annotations

import email.utils
import gzip
import http.client
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import unittest
import urllib.error
from pathlib import Path
from typing import Any

from tests import faults
from tests.standin import NO_EVENTS_TOKEN, TOKEN, Answer, Handler, StandIn
from tests.support import StandInCase, call, run_script, sentry_api

EVENT = "ab" * 16
COMMANDS = (["list-issues"], ["issue-detail", "4001"], ["issue-events", "4001"], ["event-detail", EVENT])
LIST = ["list-issues", "--no-tags"]


class Errors(StandInCase):
    def test_exit_statuses(self) -> None:
        for code, status in (
            (400, 2),
            (401, 3),
            (403, 3),
            (404, 4),
            (405, 1),
            (409, 1),
            (410, 1),
            (413, 1),
            (418, 1),
            (422, 2),
            (429, 5),
            (451, 1),
            (500, 1),
            (502, 1),
            (503, 1),
            (504, 1),
            (599, 1),
            (300, 1),
            (304, 1),
        ):
            self.standin.faults.clear()
            self.standin.fault("/api/", faults.answer(code, {"detail": "Because."} if code != 304 else b""))
            for argv in COMMANDS:
                with self.subTest(code, argv=argv):
                    error = self.fails(status, *argv)
                    self.assertIn(f"HTTP {code}" + (": Because." if code != 304 else ""), error)

    def test_reasons_in_every_form(self) -> None:
        for body, expected in (
            ({"detail": "plain words"}, "plain words"),
            ({"detail": {"code": "sso-required", "message": "Must login via SSO", "extra": {}}}, "Must login via SSO"),
            ({"detail": [{"type": "x", "loc": ["query"], "msg": "Input should be a sort"}]}, "Input should be a sort"),
            ({"message": "gone away"}, "gone away"),
            ({"error": "apigateway", "detail": "Not found"}, "Not found"),
            ({"error": "apigateway"}, "apigateway"),
            (b"upstream is busy", "upstream is busy"),
            (["first", "second"], "first"),
        ):
            with self.subTest(expected):
                self.standin.faults.clear()
                self.standin.fault("/api/", faults.answer(400, body))
                self.assertIn(f"HTTP 400: {expected}", self.fails(2, *LIST))

    def test_reasons_that_say_nothing(self) -> None:
        for body in (
            b"",
            b"<html><h1>Bad</h1></html>",
            {"detail": ""},
            {"detail": None},
            {"detail": 7},
            b"null",
            b"[]",
            b"\xff\xfe",
        ):
            with self.subTest(body):
                self.standin.faults.clear()
                self.standin.fault("/api/", faults.answer(400, body))
                self.assertNotIn("<", self.fails(2, *LIST))

    def test_reasons_are_one_short_redacted_line(self) -> None:
        hostile = f"no {TOKEN}\r\nerror: fake jane@example.com \x1b[31m\u202e 203.0.113.9 " + "z" * 2**20
        for body in ({"detail": hostile}, {"message": hostile}, {"detail": {"message": hostile}}):
            self.standin.faults.clear()
            self.standin.fault("/api/", faults.answer(403, body))
            error = self.fails(3, *LIST)
            for piece in (TOKEN, "jane@", "203.0.113.9", "\x1b", "\u202e"):
                self.assertNotIn(piece, error)
            self.assertLess(len(error), 1500)

    def test_hints(self) -> None:
        self.assertIn("event:read", self.fails(3, *LIST, SENTRY_AUTH_TOKEN=NO_EVENTS_TOKEN))
        self.assertIn("sntrys_", self.fails(3, *LIST, SENTRY_AUTH_TOKEN="sntrys_" + "a" * 40))
        self.assertIn("create one", self.fails(3, *LIST, SENTRY_AUTH_TOKEN="sntryu_" + "b" * 64))
        self.assertIn("project", self.fails(4, *LIST, "--project", "nope"))
        self.standin.fault(
            "/api/", faults.answer(403, {}, WWW_Authenticate='Bearer error="insufficient_scope", scope="project:read"')
        )
        self.assertIn("project:read", self.fails(3, *LIST))

    def test_html_in_a_200_doubts_the_base_url(self) -> None:
        self.standin.fault(
            "/api/", faults.answer(200, b"<!doctype html><html>Sign in</html>", Content_Type="text/html")
        )
        self.assertIn("base URL", self.fails(1, *LIST))

    def test_what_is_not_the_json_expected(self) -> None:
        for body in (
            b"",
            b"nonsense",
            b"[1,",
            b"\xff\xfe\xfa",
            b'{"a": NaN}',
            b"[" * 200000,
            b"null",
            b"42",
            b'"text"',
            b"true",
            b"1" * 9999,
        ):
            for argv in COMMANDS:
                with self.subTest(body[:20], argv=argv):
                    self.standin.faults.clear()
                    self.standin.fault("/api/", faults.answer(200, body))
                    self.fails(1, *argv)
        for argv, body in (
            (COMMANDS[0], {}),
            (COMMANDS[1], []),
            (COMMANDS[2], {}),
            (COMMANDS[3], []),
            (COMMANDS[0], [1]),
            (COMMANDS[2], [[]]),
        ):
            with self.subTest(argv, body=body):
                self.standin.faults.clear()
                self.standin.fault("/api/", faults.answer(200, body))
                self.fails(1, *argv)

    def test_deep_nesting_is_printed_or_refused_in_one_line(self) -> None:
        for depth in (200, 300, 900, 1100, 5000, 100_000):
            with self.subTest(depth):
                self.standin.faults.clear()
                body = b'{"id": "4001", "deep": %s%s}' % (b'[{"a": ' * (depth // 2) + b"1", b"}]" * (depth // 2))
                self.standin.fault("/issues/4001/", faults.answer(200, body))
                run = run_script(self.standin, "issue-detail", "4001", "--raw")
                self.assertIn(run.status, (0,) if depth <= 200 else (0, 1), run.err)
                self.assertNotIn("internal", run.err)
                self.assertEqual(run.out == "", run.status == 1)

    def test_numbers_that_json_cannot_hold(self) -> None:
        self.standin.fault("/issues/4001/", faults.answer(200, b'{"id": "4001", "x": [1e999]}'))
        self.assertIn("too large", self.fails(1, "issue-detail", "4001", "--raw"))
        self.standin.faults.clear()
        self.standin.fault("/issues/4001/", faults.answer(200, {"id": "4001", "x": '{"a": 1e999}'}))
        self.assertEqual(self.good("issue-detail", "4001", "--raw")["x"], '{"a": 1e999}')

    def test_no_content(self) -> None:
        self.standin.fault("/api/", faults.answer(204, b""))
        for argv in COMMANDS:
            self.fails(1, *argv)

    def test_json_labelled_as_html_is_read(self) -> None:
        self.standin.fault("/api/", faults.answer(200, [], Content_Type="text/html"))
        self.assertEqual(self.good(*LIST, "--environment", ""), [])


class Retries(StandInCase):
    def test_once_and_only_for_what_may_pass(self) -> None:
        for code, requests in (
            (500, 2),
            (502, 2),
            (503, 2),
            (429, 2),
            (400, 1),
            (401, 1),
            (403, 1),
            (404, 1),
            (422, 1),
            (410, 2),
        ):
            with self.subTest(code):
                self.standin.faults.clear()
                self.standin.requests.clear()
                self.standin.fault("/api/", faults.answer(code, {"detail": "x"}))
                self.call(*LIST)
                self.assertEqual(len(self.standin.requests), requests)

    def test_the_second_attempt_counts(self) -> None:
        for name, act in (
            ("500", faults.answer(500)),
            ("429", faults.answer(429)),
            ("short", faults.short()),
            ("reset", faults.reset()),
            ("reset in body", faults.reset_in_body()),
            ("broken chunk", faults.broken_chunk()),
            ("hang up", faults.raw(b"")),
            ("trickle", faults.trickle()),
            ("silence", faults.silence(3)),
            ("half a status", faults.raw(b"HTTP/1.1 2")),
        ):
            with self.subTest(name):
                self.standin.requests.clear()
                self.standin.fault("/issues/", act, times=1)
                self.assertEqual(len(self.good(*LIST, "--limit", "3", "--timeout", "0.6")), 3)
                self.assertEqual(len(self.standin.requests), 2)

    def test_connections_that_never_become_good(self) -> None:
        for name, act in (
            ("reset", faults.reset()),
            ("reset in body", faults.reset_in_body()),
            ("short", faults.short()),
            ("broken chunk", faults.broken_chunk()),
            ("silence", faults.silence(3)),
            ("trickle", faults.trickle()),
            ("silence after headers", faults.silence_after_headers(3)),
            ("not HTTP", faults.raw(b"SSH-2.0-x\r\n\r\n")),
            ("cut gzip", faults.answer(200, b"\x1f\x8b\x08\x00", Content_Encoding="gzip")),
        ):
            for argv in COMMANDS if name == "short" else [LIST]:
                with self.subTest(name, argv=argv):
                    self.standin.faults.clear()
                    self.standin.requests.clear()
                    self.standin.fault("/api/", act)
                    started = time.monotonic()
                    self.fails(6, *argv, "--timeout", "0.1")
                    self.assertLess(time.monotonic() - started, 5)
                    self.assertEqual(len(self.standin.requests), 2)

    def test_bodies_that_are_too_much(self) -> None:
        for name, act in (("endless", faults.endless()), ("bomb", faults.gzip_bomb())):
            with self.subTest(name):
                self.standin.faults.clear()
                self.standin.requests.clear()
                self.standin.fault("/api/", act)
                self.assertIn("64 MiB", self.fails(1, *LIST))
                self.assertEqual(len(self.standin.requests), 1)

    def test_broken_gzip(self) -> None:
        self.standin.fault("/api/", faults.answer(200, b"not gzip at all", Content_Encoding="gzip"))
        self.assertIn("breaks the HTTP protocol: Not a gzipped file", self.fails(6, *LIST))

    def test_pauses_that_servers_ask_for(self) -> None:
        soon = email.utils.formatdate(time.time() + 1, usegmt=True)
        late = email.utils.formatdate(time.time() + 3600, usegmt=True)
        for headers, requests in (
            ({"Retry-After": "0"}, 2),
            ({"Retry-After": "-5"}, 2),
            ({"Retry-After": "soon"}, 2),
            ({"Retry-After": "31"}, 1),
            ({"Retry-After": "9" * 30}, 1),
            ({"Retry-After": "999999"}, 1),
            ({"Retry-After": late}, 1),
            ({"Retry-After": soon}, 2),
            ({"X-Sentry-Rate-Limit-Reset": str(int(time.time()) - 9)}, 2),
            ({"X-Sentry-Rate-Limit-Reset": str(int(time.time()) + 900)}, 1),
            ({"X-Sentry-Rate-Limit-Reset": "x"}, 2),
            ({"Retry-After": "0.5 "}, 2),
            ({"Retry-After": "soon", "X-Sentry-Rate-Limit-Reset": str(int(time.time()) + 900)}, 1),
            ({"Retry-After": "1", "X-Sentry-Rate-Limit-Reset": str(int(time.time()) + 900)}, 2),
            ({"Retry-After": "soon", "Date": email.utils.formatdate(time.time() - 3600, usegmt=True)}, 2),
        ):
            with self.subTest(headers):
                self.standin.faults.clear()
                self.standin.requests.clear()
                named = {name.replace("-", "_"): value for name, value in headers.items()}
                self.standin.fault("/api/", faults.answer(429, {"detail": "slow down"}, **named))
                error = self.fails(5, *LIST)
                self.assertEqual(len(self.standin.requests), requests)
                self.assertEqual("asks to wait" in error, requests == 1)

    def test_the_pause_is_kept(self) -> None:
        self.standin.fault("/api/", faults.answer(429, {}, Retry_After="1"), times=1)
        started = time.monotonic()
        self.good(*LIST)
        self.assertGreaterEqual(time.monotonic() - started, 1.0)


class Oddities(StandInCase):
    """Servers and proxies that keep to the letter of the protocol, or nearly."""

    def test_answers_that_are_read(self) -> None:
        whole = gzip.compress(b"[]")
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        for name, act in (
            ("BOM", faults.answer(200, b"\xef\xbb\xbf[]")),
            ("trailing bytes", faults.answer(200, whole + b"\0\0", Content_Encoding="GZIP")),
            ("identity", faults.answer(200, b"[]", Content_Encoding="identity")),
            (
                "chunked gzip",
                faults.raw(
                    head
                    + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + b"%x\r\n" % len(whole)
                    + whole
                    + b"\r\n0\r\n\r\n"
                ),
            ),
            ("strange length", faults.raw(head + b"Content-Length: \xb2\r\n\r\n[]")),
            ("no length", faults.raw(head + b"\r\n[]")),
            ("100 first", faults.raw(b"HTTP/1.1 100 Continue\r\n\r\n" + head + b"Content-Length: 2\r\n\r\n[]")),
        ):
            with self.subTest(name):
                self.standin.faults.clear()
                self.standin.fault("/api/", act)
                self.assertEqual(self.good(*LIST, "--environment", ""), [])

    def test_answers_that_are_not(self) -> None:
        for status, name, act in (
            (1, "br", faults.answer(200, b"xx", Content_Encoding="br")),
            (1, "103 only", faults.raw(b"HTTP/1.1 103 Early Hints\r\n\r\n")),
            (6, "200 headers", faults.answer(200, [], **{f"X_{n}": "y" for n in range(200)})),
            (6, "long header", faults.answer(200, [], X_Long="y" * 70_000)),
        ):
            with self.subTest(name):
                self.standin.faults.clear()
                self.standin.fault("/api/", act)
                self.fails(status, *LIST)

    def test_a_link_header_cannot_keep_it_busy(self) -> None:
        for link in ("<x>; " + "a" * 60_000, '<x>; rel="' * 6000, "<" * 60_000, '"' * 60_000):
            self.standin.faults.clear()
            self.standin.fault("/api/", faults.answer(200, [], Link=link))
            started = time.process_time()
            self.good(*LIST, "--environment", "")
            self.assertLess(time.process_time() - started, 5.0, "it took minutes when it was quadratic")

    def test_more_results_without_a_usable_cursor_are_told(self) -> None:
        for cursor in ("a b", "", "x" * 600, "a'b"):
            self.standin.faults.clear()
            items = [self.standin.issue(issue, None) for issue in self.standin.issues[:3]]
            self.standin.fault(
                "/api/", faults.answer(200, items, Link=f'<x>; rel="next"; results="true"; cursor="{cursor}"')
            )
            run = self.call(*LIST, "--limit", "3")
            self.assertIn("go on with a higher --limit", run.err)
            self.assertNotIn("--cursor", run.err)

    def test_a_search_that_was_given_up_does_not_say_that_nothing_matches(self) -> None:
        pages = iter(range(1, 99))

        def act(handler: Handler) -> None:
            handler.reply(Answer(200, [], {"Link": f'<x>; rel="next"; results="true"; cursor="0:{next(pages)}:0"'}))

        self.standin.fault("/api/", act)
        run = self.call("list-issues", "--environment", "")
        self.assertEqual((run.status, run.json(), len(self.standin.requests)), (0, [], 20))
        self.assertNotIn("match", run.err)
        self.assertIn("0 issues printed; go on with --cursor '0:20:0'", run.err)

    def test_values_of_the_wrong_type(self) -> None:
        for issue in (
            {"id": "1", "lastSeen": {"a": 1}},
            {"id": "1", "lastSeen": 7},
            {"id": ["x"]},
            {"id": "1", "permalink": "javascript:x"},
        ):
            self.standin.faults.clear()
            self.standin.fault("/projects/", faults.answer(200, [issue]))
            self.assertEqual(len(self.good(*LIST)), 1)
        self.assertNotIn("javascript", self.call(*LIST).out)
        self.standin.faults.clear()
        self.standin.fault(
            "/projects/",
            faults.answer(
                200, b'[{"id": "1", "count": 1e999, "userCount": -1e999}, {"id": "2", "count": %s}]' % (b"9" * 4000)
            ),
        )
        self.assertEqual([record["count"] for record in self.good(*LIST)], [None, None])

    def test_a_cursor_that_leads_to_itself_is_not_printed_twice(self) -> None:
        items = [self.standin.issue(issue, None) for issue in self.standin.issues[:3]]
        self.standin.fault("/api/", faults.answer(200, items, Link='<x>; rel="next"; results="true"; cursor="0:7:0"'))
        run = self.call(*LIST, "--cursor", "0:7:0")
        self.assertEqual([record["id"] for record in run.json()], ["4001", "4002", "4003"])
        self.assertEqual(len(self.standin.requests), 1)

    def test_a_reset_of_the_rate_limit_does_not_hold_up_other_errors(self) -> None:
        self.standin.fault("/api/", faults.answer(502, X_Sentry_Rate_Limit_Reset=str(int(time.time()) + 900)), times=1)
        self.good(*LIST)

    def test_what_urllib_raises(self) -> None:
        for error, pause, words in (
            (ssl.SSLError(1, "[SSL] record layer failure"), True, "TLS"),
            (http.client.RemoteDisconnected("closed"), True, "ended early"),
            (urllib.error.URLError(socket.gaierror(-2, "unknown")), True, "DNS"),
            (ssl.SSLCertVerificationError(1, "expired"), False, "certificate"),
            (http.client.IncompleteRead(b""), True, "ended early"),
            (urllib.error.URLError(ConnectionRefusedError(111, "refused")), True, "refused"),
            (http.client.BadStatusLine("x"), True, "protocol"),
            (urllib.error.URLError("no host given"), True, "can't be used"),
            (http.client.InvalidURL("nonnumeric port: 'pr0xy-pass@h'"), True, "can't be used"),
        ):
            args = sentry_api.argparse.Namespace(base_url="https://h.test", timeout=30.0)
            failure = sentry_api.network_failure(error, args)
            self.assertEqual((failure.status, bool(failure.pause)), (6, pause), error)
            self.assertIn(words, failure.message)

    def test_hosts_that_cannot_be(self) -> None:
        for url in ("https://a..b", "https://" + "a" * 64 + ".example", "https://[::::]", "https://[1.2.3.4]"):
            with self.subTest(url):
                self.fails(6, *LIST, SENTRY_BASE_URL=url)

    def test_tls_that_cannot_be_set_up(self) -> None:
        error = self.fails(6, *LIST, SENTRY_BASE_URL="https://sentry.invalid", SSLKEYLOGFILE="/nonexistent/x")
        self.assertIn("TLS", error)


class Hits(StandInCase):
    def test_only_a_number_is_told(self) -> None:
        for hits, told in (("30", True), ("abc", False), ("-1", False), ("12.5", False), ("9" * 30, False)):
            with self.subTest(hits):
                link, items = '<x>; rel="next"; results="true"; cursor="0:2:0"', [{"id": "1"}, {"id": "2"}]
                self.standin.fault("/projects/", faults.answer(200, items, X_Hits=hits, Link=link))
                self.assertEqual(f"of {hits} issues" in self.call(*LIST, "--time-range", "", "--limit", "2").err, told)
                self.standin.faults.clear()


class Reasons(StandInCase):
    def test_stack_traces_in_them_are_cut(self) -> None:
        trace = 'Traceback (most recent call last):\n  File "/srv/a.py", line 12, in get\n    charge(owner="Jane Roe")'
        trace += "\nValueError: no"
        for body in (trace.encode(), {"detail": trace}):
            self.standin.faults.clear()
            self.standin.fault("/api/", faults.answer(400, body))
            error = self.fails(2, *LIST)
            self.assertNotIn("Jane", error)
            self.assertIn("ValueError: no", error)


class Redirects(StandInCase):
    def test_an_origin_is_one_and_the_same_text(self) -> None:
        for location in ("https://h.test/y", "HTTPS://h.test/y", "/y", "../y", " /y ", "//h.test/y"):
            self.assertEqual(sentry_api.redirected("https://h.test/x/", location), "https://h.test/y")
        self.assertEqual(sentry_api.redirected("https://h.test/x/", "https://h.test"), "https://h.test")
        self.assertEqual(sentry_api.redirected("https://h.test/x/", "/a b/\xe9"), "https://h.test/a%20b/%E9")
        for location, shown in (
            ("https://h.test:443/y", "https://h.test:443"),
            ("https://h.test:80/y", "https://h.test:80"),
            ("http://h.test/y", "http://h.test"),
            ("https://h.test.evil.test/", "https://h.test.evil.test"),
            ("https://h.test@evil.test/y@z", "https://evil.test"),
            ("https://jane@example.test/", "https://example.test"),
            ("https://h.test?x=https://h.test/", "https://h.test?x=https:"),
            ("https://h.test\\@evil.test/", "https://evil.test"),
            ("http://[broken/x", "http://[broken"),
        ):
            with self.subTest(location), self.assertRaises(sentry_api.Failure) as caught:
                sentry_api.redirected("https://h.test/x/", location)
            self.assertIn(f" {shown}, ", caught.exception.message)

    def test_within_the_origin(self) -> None:
        self.standin.fault(
            "/projects/acme/old/", faults.redirect("/api/0/projects/acme/backend/issues/?limit=50&query=")
        )
        self.assertEqual(len(self.good(*LIST, "--project", "old", "--time-range", "", "--limit", "50")), 24)
        self.assertEqual({r.headers["authorization"] for r in self.standin.requests}, {f"Bearer {TOKEN}"})

    def test_to_another_origin_is_an_error_that_names_it(self) -> None:
        with StandIn() as other:
            port = other.server.server_port
            for location in (
                f"{other.url}/api/0/x/",
                f"//127.0.0.1:{port}/",
                f"http://localhost:{self.standin.server.server_port}/",
                f"https://127.0.0.1:{self.standin.server.server_port}/",
                "file:///etc/passwd",
                "ftp://127.0.0.1/",
                "data:text/plain,[]",
                f"http://x@127.0.0.1:{self.standin.server.server_port}/",
                "http://[broken/",
                "http://127.0.0.1:99999/",
            ):
                for status in (301, 302, 303, 307, 308):
                    with self.subTest(location, status=status):
                        self.standin.faults.clear()
                        self.standin.requests.clear()
                        self.standin.fault("/api/", faults.redirect(location, status))
                        error = self.fails(1, *LIST)
                        self.assertIn("redirect", error)
                        self.assertEqual(len(self.standin.requests), 1)
            self.standin.faults.clear()
            self.standin.fault("/api/", faults.redirect(other.url))
            self.assertIn(other.url, self.fails(1, *LIST))
            self.assertEqual(other.requests, [])

    def test_a_loop_ends(self) -> None:
        self.standin.fault("/api/", faults.redirect("/api/0/again/"))
        self.assertIn("3 redirects", self.fails(1, *LIST))
        self.assertEqual(len(self.standin.requests), 4)

    def test_without_location(self) -> None:
        self.standin.fault("/api/", faults.redirect(None))
        self.fails(1, *LIST)


class Fallbacks(StandInCase):
    def test_an_organization_s_endpoint_that_cannot_say_is_no_404(self) -> None:
        for code, status in ((429, 5), (503, 1), (404, 4), (403, 4)):
            with self.subTest(code):
                self.standin.faults.clear()
                self.standin.fault("/api/0/issues/", faults.answer(404, {"detail": "gone"}))
                self.standin.fault("/api/0/organizations/", faults.answer(code, {"detail": "later"}))
                self.fails(status, "issue-detail", "4001")

    def test_a_short_id_is_looked_up_once(self) -> None:
        self.good("event-detail", "BACKEND-1", SENTRY_PROJECT=None)
        paths = [request.path.rpartition("/api/0/")[2] for request in self.standin.requests]
        self.assertEqual(len(paths), 4, paths)


class Sent(StandInCase):
    def test_every_request_is_a_get_with_the_token_and_a_user_agent(self) -> None:
        self.good("list-issues", "--user-agent", "probe/1")
        self.good("issue-detail", "BACKEND-1", SENTRY_USER_AGENT="probe/1")
        self.assertEqual({request.method for request in self.standin.requests}, {"GET"})
        self.assertEqual({request.headers["authorization"] for request in self.standin.requests}, {f"Bearer {TOKEN}"})
        self.assertEqual({request.headers["user-agent"] for request in self.standin.requests}, {"probe/1"})
        self.assertTrue(all(path.endswith("/") for path in self.standin.paths()))

    def test_parameters(self) -> None:
        self.good("list-issues", "--no-tags")
        self.assertEqual(
            self.standin.requests[0].query,
            {"query": "is:unresolved", "environment": "prod", "statsPeriod": "24h", "limit": "20", "per_page": "20"},
        )
        self.good("list-issues", "--no-tags", "--query", "", "--environment", "", "--time-range", "")
        self.assertEqual(self.standin.requests[1].query, {"query": "", "limit": "20", "per_page": "20"})
        odd = "a b&limit=99#?/%41 é"
        self.good("list-issues", "--no-tags", "--query", odd, "--environment", odd)
        query = self.standin.requests[2].query
        self.assertEqual((query["query"], query["environment"], query["limit"]), (odd, odd, "20"))

    def test_options_before_and_after_the_command(self) -> None:
        for argv in (
            ["--org", "acme", "--project", "backend", "--base-url", self.standin.url, "issue-detail", "BACKEND-1"],
            ["issue-detail", "BACKEND-1", "--org", "acme", "--project", "backend", "--base-url", self.standin.url],
            ["--project", "backend", "issue-detail", "--org", "acme", "BACKEND-1", "--base-url", self.standin.url],
        ):
            run = call(None, *argv, SENTRY_ORG=None, SENTRY_PROJECT=None)
            self.assertEqual(run.status, 0, run.err)

    def test_base_url_forms(self) -> None:
        for tail in ("/", "/api/0/", "/api/0", "/api/", "//"[:1]):
            self.good("issue-detail", "4001", "--no-tags", "--base-url", self.standin.url + tail)
        self.standin.fault("/prefix/api/0/issues/4001/", faults.answer(200, {"id": "4001"}))
        self.good("issue-detail", "4001", "--no-tags", "--base-url", self.standin.url + "/prefix/")
        for text, expected in (
            ("http://api", "http://api"),
            ("https://API/api/0/", "https://api"),
            ("http://a/apix", "http://a/apix"),
            ("http://a/Api", "http://a/Api"),
        ):
            self.assertEqual(sentry_api.base_url_type(text), expected)

    def test_verbose_tells_each_request(self) -> None:
        self.standin.fault("/issues/", faults.answer(503), times=1)
        run = self.call("list-issues", "--no-tags", "--verbose", "--query", "jane@example.com", "--environment", "")
        lines = [line for line in run.err.splitlines() if line.startswith("GET ")]
        self.assertEqual(len(lines), 2)
        self.assertRegex(lines[0], r"GET /api/0/projects/acme/backend/issues/\?\S+ -> 503, \d+ ms, \d+ bytes")
        self.assertNotIn("?", lines[0].partition("->")[2])
        self.assertNotIn("jane", run.err)
        self.standin.retired = True
        run = self.call("issue-detail", "4001", "--no-tags", "--verbose")
        self.assertIn("-> 410,", run.err.splitlines()[0])


class Unreachable(unittest.TestCase):
    def check(self, run: Any, *words: str) -> None:
        self.assertEqual((run.status, run.out), (6, ""), run.err)
        for word in words:
            self.assertIn(word, run.err)
        self.assertNotIn(TOKEN, run.err)
        self.assertEqual(len(run.err.splitlines()), 2)

    def test_dns(self) -> None:
        for argv in COMMANDS:
            self.check(call(None, *argv, SENTRY_BASE_URL="https://sentry.invalid"), "https://sentry.invalid", "DNS")

    def test_refused(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{free.getsockname()[1]}"
            for argv in COMMANDS:
                self.check(call(None, *argv, SENTRY_BASE_URL=url), url, "refused")

    def test_https_at_an_http_port(self) -> None:
        with StandIn() as standin:
            self.check(call(None, *LIST, SENTRY_BASE_URL=standin.url.replace("http:", "https:")), "TLS")


class Proxies(unittest.TestCase):
    def test_requests_go_through_the_proxy(self) -> None:
        with StandIn() as proxy:
            run = call(None, *LIST, SENTRY_BASE_URL="http://sentry.example.test", http_proxy=proxy.url, no_proxy=None)
            self.assertEqual(run.status, 0, run.err)
            self.assertEqual(proxy.requests[0].headers["host"], "sentry.example.test")

    def test_a_tunnel_that_is_refused(self) -> None:
        with StandIn() as proxy:
            proxy.fault("", faults.answer(407, b"who are you"))
            secret = proxy.url.replace("://", "://user:pr0xy-pass@")
            run = call(None, *LIST, SENTRY_BASE_URL="https://sentry.example.test", https_proxy=secret, no_proxy=None)
            self.assertEqual((run.status, run.out), (6, ""), run.err)
            self.assertNotIn(TOKEN, run.err)
            self.assertNotIn("pr0xy-pass", run.err)
            self.assertEqual({request.method for request in proxy.requests}, {"CONNECT"})
            self.assertFalse(any(TOKEN in value for request in proxy.requests for value in request.headers.values()))


@unittest.skipUnless(shutil.which("openssl"), "certificates are made with openssl")
class Tls(unittest.TestCase):
    folder: tempfile.TemporaryDirectory[str]

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)

    def certificate(self, name: str, days: int = 2) -> Path:
        """Make a self-signed certificate for a host; with negative days an expired one."""
        path = Path(self.folder.name, f"{name}{days}.pem")
        request = [
            "req",
            "-new",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            str(path),
            "-out",
            f"{path}.csr",
            "-subj",
            f"/CN={name}",
            "-addext",
            f"subjectAltName=DNS:{name}",
        ]
        sign = [
            "x509",
            "-req",
            "-in",
            f"{path}.csr",
            "-signkey",
            str(path),
            "-days",
            str(days),
            "-copy_extensions",
            "copy",
            "-out",
            f"{path}.crt",
        ]
        for arguments in (request, sign):
            done = subprocess.run(["openssl", *arguments], capture_output=True, check=False)
            if done.returncode:
                self.skipTest(done.stderr.decode())
        with path.open("ab") as file:
            file.write(Path(f"{path}.crt").read_bytes())
        return path

    def serve(self, certificate: Path) -> StandIn:
        standin = StandIn()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        standin.server.socket = context.wrap_socket(standin.server.socket, server_side=True)
        standin.url = standin.url.replace("http:", "https:")
        self.addCleanup(standin.stop)
        return standin

    def test_certificates_that_are_not_accepted(self) -> None:
        good, other = self.certificate("localhost"), self.certificate("elsewhere.example")
        expired = self.certificate("localhost", days=-1)
        for name, certificate, trusted in (
            ("self-signed", good, None),
            ("other name", other, other),
            ("expired", expired, expired),
        ):
            with self.subTest(name):
                standin = self.serve(certificate)
                trust = f"{trusted}.crt" if trusted else None
                base = standin.url.replace("127.0.0.1", "localhost")
                for argv in COMMANDS:
                    run = call(standin, *argv, SENTRY_BASE_URL=base, SSL_CERT_FILE=trust)
                    self.assertEqual((run.status, run.out), (6, ""), run.err)
                    self.assertIn("certificate", run.err)
                    self.assertIn("SSL_CERT_FILE", run.err)
                    self.assertNotIn(TOKEN, run.err)
                self.assertEqual(standin.requests, [])

    def test_a_certificate_that_is_trusted(self) -> None:
        certificate = self.certificate("localhost")
        standin = self.serve(certificate)
        base = standin.url.replace("127.0.0.1", "localhost")
        for how in (call, run_script):  # a process of its own imports ssl at another moment
            run = how(standin, "list-issues", SENTRY_BASE_URL=base, SSL_CERT_FILE=f"{certificate}.crt")
            self.assertEqual(run.status, 0, run.err)


if __name__ == "__main__":
    unittest.main()
