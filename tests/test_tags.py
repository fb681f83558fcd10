"""Environments and top tags, counted over each issue's newest events."""

from __future__ import annotations

import threading
import time
from typing import Any

from tests import faults, sample
from tests.standin import Handler, StandIn
from tests.support import StandInCase, call, sentry_api


def events(*rows: dict[str, str]) -> list[dict[str, Any]]:
    return [{"tags": [{"key": key, "value": value} for key, value in row.items()]} for row in rows]


class Counting(StandInCase):
    def test_environments_by_frequency_then_name(self) -> None:
        rows = [{"environment": name} for name in ("b", "a", "c", "c", "a", "b", "b")]
        self.assertEqual(sentry_api.count_tags(events(*rows))[0], ["b", "a", "c"])

    def test_top_tags_by_frequency_then_by_how_telling(self) -> None:
        row = {"zebra": "1", "server_name": "w1", "release": "r", "os": "Linux", "apple": "2", "url": "/x"}
        top = sentry_api.count_tags(events(row, {"zebra": "1"}))[1]
        self.assertEqual([tag["key"] for tag in top], ["zebra", "release", "url", "os", "server_name"])
        self.assertEqual(top[0], {"key": "zebra", "value": "1", "count": 2})

    def test_tags_that_repeat_others_are_left_out(self) -> None:
        row = {
            "environment": "e",
            "level": "error",
            "user": "id:1",
            "os": "Linux 6",
            "os.name": "Linux",
            "browser.name": "Chrome",
        }
        self.assertEqual([tag["key"] for tag in sentry_api.count_tags(events(row))[1]], ["browser.name", "os"])

    def test_nonsense(self) -> None:
        one: Any = {"key": "a", "value": 1}
        tags = [{"tags": [one, ["b"], 7, None, {"key": "c"}, {"key": "d", "value": None}]}, {"tags": None}, {}]
        self.assertEqual(sentry_api.count_tags(tags), ([], [{"key": "a", "value": "1", "count": 1}]))

    def test_asks_for_ten_events_of_every_environment(self) -> None:
        self.good("list-issues", "--limit", "4", "--environment", "prod")
        asked = [request.query for request in self.standin.requests if request.path.endswith("/events/")]
        self.assertEqual(asked, [{"per_page": "10", "limit": "10"}] * 4)

    def test_no_tags_is_one_request(self) -> None:
        record = self.good("list-issues", "--no-tags", "--limit", "5")[0]
        self.assertEqual((record["environments"], record["top_tags"]), (None, None))
        self.assertEqual(len(self.standin.requests), 1)
        record = self.good("issue-detail", "4001", "--no-tags")
        self.assertEqual((record["environments"], record["top_tags"]), (None, None))
        self.assertEqual(len(self.standin.requests), 2)

    def test_what_is_not_shown_is_not_asked_for(self) -> None:
        self.good("list-issues", "--raw", "--limit", "5")
        self.good("list-issues", "--fields", "id,title", "--limit", "5")
        self.call("list-issues", "--format", "table", "--limit", "5", "--environment", "prod")
        self.assertEqual(len(self.standin.requests), 3)

    def test_issue_detail(self) -> None:
        self.assertEqual(self.good("issue-detail", "4001")["environments"], ["prod", "staging"])


class Failing(StandInCase):
    def test_costs_only_that_issue(self) -> None:
        for act, word in (
            (faults.answer(500), "HTTP 500"),
            (faults.answer(403), "HTTP 403"),
            (faults.answer(200, b"<p>"), "HTML"),
            (faults.reset(), "connection"),
            (faults.answer(200, {}), "list"),
        ):
            self.standin.faults.clear()
            self.standin.fault("/issues/4002/events/", act)
            run = self.call("list-issues", "--limit", "4")
            records = run.json()
            self.assertEqual([record["environments"] is None for record in records], [False, True, False, False], word)
            self.assertIsNone(records[1]["top_tags"])
            notes = [line for line in run.err.splitlines() if "1 of 4 issues" in line]
            self.assertEqual(len(notes), 1, run.err)

    def test_a_server_that_hangs_is_given_up(self) -> None:
        self.standin.fault("/events/", faults.silence(2))
        run = self.call("list-issues", "--limit", "20", "--time-range", "", "--timeout", "0.2")
        self.assertEqual((run.status, len(run.json())), (0, 20))
        self.assertIn("20 of 20 issues", run.err)
        self.assertLess(len(self.standin.requests), 40)

    def test_a_bug_in_a_worker_costs_only_that_issue(self) -> None:
        original = sentry_api.count_tags
        self.addCleanup(setattr, sentry_api, "count_tags", original)
        sentry_api.count_tags = lambda events: 1 / 0
        run = self.call("list-issues", "--limit", "2")
        self.assertEqual((run.status, len(run.json())), (0, 2))
        self.assertNotIn("Traceback", run.err)

    def test_all_failing_keeps_the_list(self) -> None:
        self.standin.fault("/events/", faults.answer(401, {"detail": "no"}))
        run = self.call("list-issues", "--limit", "3")
        self.assertEqual((run.status, len(run.json())), (0, 3))
        self.assertIn("3 of 3 issues", run.err)

    def test_a_rate_limit_slows_down_and_loses_nothing(self) -> None:
        """Five requests a second, as Sentry allows: the sixth within one is a 429."""
        times: list[float] = []
        lock = threading.Lock()

        def act(handler: Handler) -> None:
            with lock:
                now = time.monotonic()
                recent = sum(at > now - 1 for at in times)
                if recent < 5:
                    times.append(now)
            if recent >= 5:
                faults.answer(429, {"detail": "too frequently"}, Retry_After="1")(handler)
            else:
                request = self.standin.requests[0]._replace(
                    path=handler.path.partition("?")[0], query={"per_page": "10"}
                )
                handler.reply(self.standin.answer(request))

        self.standin.fault("/events/", act)
        run = self.call("list-issues", "--limit", "7")
        self.assertEqual(sum(record["environments"] is None for record in run.json()), 0, run.err)

    def test_every_worker_falls_back_to_the_organization(self) -> None:
        """The first to learn that the org-less form is gone must not cost those that are still asking it."""
        for code, body in (
            (410, {"message": "gone"}),
            (404, {}),
            (401, {"detail": "limited to organization endpoints"}),
        ):

            def act(handler: Handler, code: int = code, body: Any = body) -> None:
                time.sleep(0.03 * (int(handler.path.split("/")[4]) % 8))
                faults.answer(code, body)(handler)

            with self.subTest(code):
                self.standin.faults.clear()
                self.standin.fault("/api/0/issues/", act)
                run = self.call("list-issues", "--limit", "12")
                self.assertEqual([r["id"] for r in run.json() if r["environments"] is None], [], run.err)

    def test_after_a_410_the_org_form_is_used_even_if_it_failed(self) -> None:
        self.standin.fault("/api/0/issues/", faults.answer(410, {"message": "gone"}))
        self.standin.fault("/organizations/", faults.answer(404))
        self.call("list-issues", "--limit", "20", "--time-range", "")
        asked = sum("/api/0/issues/" in path for path in self.standin.paths())
        self.assertLess(asked, 20)


class Timing(StandInCase):
    def test_same_bytes_whatever_the_timing(self) -> None:
        expected = self.call("list-issues", "--limit", "20").out
        lock, delays = threading.Lock(), [0.05, 0.0, 0.03, 0.01] * 6

        def act(handler: Handler) -> None:
            with lock:
                delay = delays.pop() if delays else 0.0
            time.sleep(delay)
            request = self.standin.requests[0]._replace(path=handler.path.partition("?")[0], query={"per_page": "10"})
            handler.reply(self.standin.answer(request))

        self.standin.fault("/events/", act)
        self.assertEqual(self.call("list-issues", "--limit", "20").out, expected)

    def test_at_most_ten_at_a_time(self) -> None:
        lock = threading.Lock()
        running, most = 0, 0

        def act(handler: Handler) -> None:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.05)
            with lock:
                running -= 1
            handler.reply(faults.Answer(200, []))

        self.standin.fault("/events/", act)
        self.good("list-issues", "--limit", "24", "--time-range", "")
        self.assertLessEqual(most, 10)
        self.assertGreater(most, 1)

    def test_one_429_in_the_list_itself_is_retried(self) -> None:
        self.standin.fault("/projects/", faults.answer(429), times=1)
        self.assertEqual(len(self.good("list-issues", "--limit", "2")), 2)

    def test_whole_events_of_old_servers(self) -> None:
        with StandIn("sentry9", issues=sample.make_project(time.time(), 3)) as standin:
            self.assertEqual(call(standin, "list-issues").json()[0]["environments"], ["prod", "staging"])
