"""How often, since when, which first: counts in the range, trends, ranks."""

from __future__ import annotations

import os
import subprocess
import sys
import unittest
from typing import Any

from tests import faults, sample
from tests.standin import StandIn
from tests.support import SCRIPT, StandInCase, call, environment, sentry_api

HOUR = 3600.0


def project(standin: StandIn, *counts: tuple[int, int, int]) -> None:
    """Give the stand-in issues with so many events in the last minutes, 30 hours ago, and before that."""
    standin.issues = []
    now = standin.now()
    for number, (recent, older, old) in enumerate(counts, 1):
        issue = sample.make_issue(number)
        issue["events"] = [sample.make_event(issue, 100 * number, now - 60.0 * number, "prod")]
        issue["more"] = [(now - 90.0, recent - 1, "prod"), (now - 30 * HOUR, older, "prod")]
        issue["old_count"] = old
        standin.issues.append(issue)


class InRange(StandInCase):
    def test_the_sum_of_the_series(self) -> None:
        project(self.standin, (6, 3, 6), (2, 0, 40))
        for text, counts in (("24h", [6, 2]), ("1h", [6, 2]), ("14d", [9, 2]), ("2w", [9, 2]), ("3d", [9, 2])):
            with self.subTest(text):
                records = self.good("list-issues", "--time-range", text, "--no-tags", "--environment", "")
                self.assertEqual([record["count_in_range"] for record in records], counts)
        self.assertEqual([record["count"] for record in records], [15, 42])

    def test_null_where_the_series_is_too_short_or_missing(self) -> None:
        project(self.standin, (6, 3, 6))
        self.assertIsNone(self.good("list-issues", "--time-range", "15d", "--no-tags")[0]["count_in_range"])
        record = self.good("list-issues", "--time-range", "", "--no-tags")[0]
        self.assertEqual(record["count_in_range"], record["count"])
        for stats in (None, {}, {"24h": []}, {"24h": [[1]]}, {"24h": "x"}, [], {"24h": [[1, "x"]]}):
            self.standin.issues[0]["extra"] = {"stats": stats}
            self.assertIsNone(self.good("list-issues", "--no-tags")[0]["count_in_range"], stats)

    def test_whole_hours_from_the_one_in_which_the_range_begins(self) -> None:
        now = 1_800_000_000.0 - 1_800_000_000.0 % HOUR + 600  # ten minutes past
        hours = [[now - 600 - HOUR * (23 - n), 1] for n in range(24)]
        for minutes, count in ((5, 1), (10, 1), (11, 2), (60, 2), (75, 3), (24 * 60, 24)):
            self.assertEqual(sentry_api.count_in_range({"stats": {"24h": hours}}, minutes * 60, now), count, minutes)

    def test_every_server(self) -> None:
        for dialect, counts in (("sentry", [6, 9]), ("sentry9", [6, 9]), ("glitchtip", [None, None])):
            with self.subTest(dialect), StandIn(dialect) as standin:
                project(standin, (6, 3, 6))
                found = [
                    call(standin, "issue-detail", "4001", "--no-tags", "--time-range", text).json()
                    for text in ("24h", "30d")
                ]
                self.assertEqual([record["count_in_range"] for record in found], counts)
                self.assertEqual(found[0]["trend_24h"] is None, dialect == "glitchtip")

    def test_trends(self) -> None:
        project(self.standin, (6, 3, 6))
        record = self.good("issue-detail", "4001", "--no-tags")
        self.assertEqual((len(record["trend_24h"]), sum(record["trend_24h"])), (24, 6))
        self.assertEqual((len(record["trend_30d"]), sum(record["trend_30d"])), (30, 9))
        self.assertEqual(record["count_in_range"], record["count"])

    def test_the_table_shows_it(self) -> None:
        project(self.standin, (6, 3, 600))
        out = self.call("list-issues", "--format", "table", "--environment", "").out
        self.assertIn("EVENTS", out)
        self.assertIn("TREND 24H", out)
        self.assertRegex(out.splitlines()[1], r" 6 +1 +")
        self.assertNotIn("609", out)
        self.assertIn("TREND 14D", self.call("list-issues", "--format", "table", "--time-range", "7d").out)
        self.assertRegex(
            self.call("list-issues", "--format", "table", "--time-range", "20d").out.splitlines()[1], r" - +1 +"
        )


class Ranks(StandInCase):
    def test_freq_counts_in_the_range(self) -> None:
        project(self.standin, (2, 50, 0), (9, 0, 0), (5, 0, 900))
        run = self.call("list-issues", "--sort", "freq", "--limit", "2", "--no-tags")
        self.assertEqual([record["short_id"] for record in run.json()], ["BACKEND-2", "BACKEND-3"])
        self.assertIn("the first 2 of 3 issues by freq", run.err)
        run = self.call("list-issues", "--sort", "freq", "--time-range", "7d", "--no-tags")
        self.assertEqual(run.json()[0]["short_id"], "BACKEND-1")

    def test_new_and_user(self) -> None:
        run = self.call("list-issues", "--sort", "new", "--time-range", "", "--no-tags", "--limit", "50")
        firsts = [record["first_seen"] for record in run.json()]
        self.assertEqual(firsts, sorted(firsts, reverse=True))
        users = [
            record["user_count"]
            for record in self.good("list-issues", "--sort", "user", "--no-tags", "--time-range", "")
        ]
        self.assertEqual(users, sorted(users, reverse=True))

    def test_over_all_issues_in_the_range(self) -> None:
        self.standin.issues = sample.make_project(self.standin.now(), 230, 60.0, events=1)
        self.standin.issues[225]["more"] = [(self.standin.now() - 60, 70, "prod")]
        run = self.call("list-issues", "--sort", "freq", "--limit", "1", "--no-tags")
        self.assertEqual(run.json()[0]["id"], self.standin.issues[225]["id"])
        self.assertIn("of 230 issues", run.err)
        self.assertEqual([request.query["limit"] for request in self.standin.requests], ["100", "100", "100"])
        self.assertNotIn("sort", self.standin.requests[0].query)

    def test_at_most_twenty_pages(self) -> None:
        self.standin.issues = sample.make_project(self.standin.now(), 2100, 1.0, events=1)
        run = self.call("list-issues", "--sort", "freq", "--limit", "1", "--no-tags")
        self.assertIn("of the 2000 most recent issues", run.err)
        self.assertEqual(len(self.standin.requests), 20)

    def test_without_series_by_count(self) -> None:
        with StandIn("glitchtip") as standin:
            run = call(standin, "list-issues", "--sort", "freq", "--no-tags", "--limit", "3")
            counts = [record["count"] for record in run.json()]
            self.assertEqual(counts, sorted(counts, reverse=True))
            self.assertIn("by count, of all time", run.err)

    def test_not_with_a_cursor_nor_with_other_names(self) -> None:
        self.fails(2, "list-issues", "--sort", "freq", "--cursor", "0:1:0")
        self.assertIn("freq", self.fails(2, "list-issues", "--sort", "hot"))
        self.assertEqual(self.standin.requests, [])

    def test_a_count_of_0_is_no_unknown_one(self) -> None:
        for issue in self.standin.issues:
            issue["extra"] = {"userCount": 0}
        error = self.call("list-issues", "--sort", "user", "--limit", "3", "--no-tags").err
        self.assertIn("by user", error)
        self.assertNotIn("doesn't report", error)

    def test_nothing_to_rank(self) -> None:
        run = self.call("list-issues", "--sort", "freq", "--query", "is:resolved", "--environment", "")
        self.assertEqual((run.status, run.out), (0, "[]\n"))
        self.assertIn("no issues match", run.err)

    @unittest.skipUnless(hasattr(os, "openpty"), "no pseudo-terminals")
    def test_progress_on_a_terminal_only(self) -> None:
        self.standin.issues = sample.make_project(self.standin.now(), 450, 60.0, events=1)
        main, side = os.openpty()
        command = [sys.executable, str(SCRIPT), "list-issues", "--sort", "freq", "--limit", "1", "--no-tags"]
        subprocess.run(
            command, env=environment(self.standin), stdout=subprocess.DEVNULL, stderr=side, timeout=20, check=True
        )
        os.close(side)
        seen = os.read(main, 100_000).decode()
        os.close(main)
        self.assertIn("ranking: 400 issues", seen)
        self.assertRegex(seen, r"ranking: 400 issues +\r +\r(?:note: .*\r\n)+$", "it is gone at the end")
        self.assertNotIn("ranking", self.call("list-issues", "--sort", "freq", "--limit", "1", "--no-tags").err)

    @unittest.skipUnless(hasattr(os, "openpty"), "no pseudo-terminals")
    def test_quiet_shows_no_progress(self) -> None:
        self.standin.issues = sample.make_project(self.standin.now(), 450, 60.0, events=1)
        main, side = os.openpty()
        command = [sys.executable, str(SCRIPT), "list-issues", "--sort", "freq", "--no-tags", "--quiet"]
        subprocess.run(
            command, env=environment(self.standin), stdout=subprocess.DEVNULL, stderr=side, timeout=20, check=True
        )
        os.set_blocking(main, False)
        with self.assertRaises(BlockingIOError):
            os.read(main, 100)
        os.close(side)
        os.close(main)


class Tags(StandInCase):
    def test_one_entry_a_key(self) -> None:
        record = self.good("list-issues", "--limit", "1")[0]
        keys = [tag["key"] for tag in record["top_tags"]]
        self.assertEqual(len(keys), len(set(keys)))
        rows: Any = [{"tags": [{"key": "release", "value": value}]} for value in ("a", "b", "b")]
        self.assertEqual(sentry_api.count_tags(rows)[1], [{"key": "release", "value": "b", "count": 2}])

    def test_a_note_on_other_environments_where_the_default_was_used(self) -> None:
        for issue in self.standin.issues[:4]:
            issue["events"].append(sample.make_event(issue, 7000, self.standin.now() - 30, "production"))
        self.assertIn("'production'", self.call("list-issues").err)
        self.assertEqual(self.call("list-issues", "--environment", "prod").err, "")
        self.assertNotIn("'production'", self.call("list-issues", "--environment", "").err)
        self.assertNotIn("'production'", self.call("list-issues", "--quiet").err)


class Twice(StandInCase):
    def test_an_option_given_twice(self) -> None:
        for argv in (["--limit", "1", "--limit=2"], ["--query", "a", "--query", "b"], ["--no-tags", "--no-tags"]):
            self.assertIn("given twice", self.fails(2, "list-issues", *argv))
        self.assertIn("--org", self.fails(2, "--org", "acme", "list-issues", "--org", "acme"))
        self.standin.fault("/api/", faults.answer(200, []))


if __name__ == "__main__":
    unittest.main()
