"""Output for people: tables and pages."""

from __future__ import annotations

import fcntl
import os
import struct
import subprocess
import sys
import termios
import time
import unittest
from datetime import datetime, timezone

from tests import faults, sample
from tests.support import SCRIPT, StandInCase, environment, sentry_api

LIST = ["list-issues", "--no-tags"]


class Table(StandInCase):
    def test_list_fits_eighty_columns(self) -> None:
        self.standin.issues[0].update(title="日本語" * 40 + "\x1b[31m")
        self.standin.issues[1].update(title="e\u0301" * 200)
        run = self.call("list-issues", "--format", "table", "--limit", "5", COLUMNS="80")
        self.assertEqual(run.status, 0)
        lines = run.out.splitlines()
        self.assertEqual(len(lines), 6)
        self.assertTrue(lines[0].startswith("SHORT ID"))
        self.assertTrue(all(sentry_api.measure(line) <= 80 for line in lines))
        self.assertNotIn("\x1b", run.out)
        self.assertRegex(lines[1], r"BACKEND-1 +error( +(1 h|\d+ min) ago){2} +4 +4 +[▁▂▃▄▅▆▇█]{12}  日本")
        column = lines[0].index("TITLE")
        self.assertTrue(all(sentry_api.measure(line[:column]) >= column - 2 for line in lines[1:]))
        self.assertEqual(len(self.standin.requests), 1, "the table shows no tags")

    def test_events(self) -> None:
        run = self.call("issue-events", "4001", "--format", "table")
        self.assertEqual(run.status, 0)
        self.assertIn(self.standin.issues[0]["events"][0]["eventID"], run.out)

    def test_width_of_the_terminal(self) -> None:
        run = self.call("list-issues", "--format", "table", COLUMNS="60")
        self.assertTrue(all(sentry_api.measure(line) <= 60 for line in run.out.splitlines()))

    def test_negative_and_missing_counts(self) -> None:
        self.standin.issues = [sample.make_issue(1, extra={"stats": {"24h": [[1, -5], [2, -1]]}, "count": None})]
        for command in (["list-issues", "--environment", "", "--time-range", ""], ["issue-detail", "4001"]):
            run = self.call(*command, "--format", "table")
            self.assertEqual(run.status, 0, run.err)
            self.assertNotIn("None", run.out)

    def test_nothing(self) -> None:
        run = self.call("list-issues", "--format", "table", "--query", "is:resolved")
        self.assertEqual((run.status, run.out), (0, ""))
        self.assertIn("note: no issues", run.err)

    @unittest.skipUnless(hasattr(os, "openpty"), "no pseudo-terminals")
    def test_on_a_terminal(self) -> None:
        for width in (0, 50, 70):  # 0: of unknown size, not cut
            main, side = os.openpty()
            fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
            process = subprocess.Popen(
                [sys.executable, str(SCRIPT), "list-issues", "--format", "table", "--limit", "4"],
                env=environment(self.standin, COLUMNS=None),
                stdout=side,
                stderr=subprocess.DEVNULL,
            )
            process.wait(10)
            os.close(side)
            out = os.read(main, 100_000).decode()
            os.close(main)
            self.assertNotIn("\x1b", out)
            longest = max(map(sentry_api.measure, out.splitlines()))
            self.assertTrue(longest == width or not width and longest > 80, out)

    def test_a_page_of_an_event_begins_with_its_level(self) -> None:
        first = self.call("event-detail", "4001", "--format", "table").out.splitlines()[0]
        self.assertRegex(first, "^(error|info|warning|fatal) ")

    def test_an_id_can_not_steer_the_terminal(self) -> None:
        self.standin.fault("/issues/", faults.answer(200, {"id": "1\x1b[2J\nok"}))
        out = self.call("issue-detail", "4001", "--no-tags", "--format", "table").out
        self.assertNotIn("\x1b", out)
        self.assertIn("u001b[2J", out)

    def test_a_page_of_an_issue(self) -> None:
        out = self.call("issue-detail", "4001", "--format", "table", COLUMNS="60").out
        self.assertLessEqual(len(out.splitlines()), 24)
        for row in (
            "BACKEND-1 error unresolved KeyError: 'sku'",
            "LAST SEEN +1 h ago",
            "ENVIRONMENTS +prod, staging",
            "TREND 24H +[▁▂▃▄▅▆▇█]{12}",
            "TOP TAGS +transaction /cart 5, .*…",
            "http:.*/issues/4001/",
        ):
            self.assertRegex(out, f"(?m)^{row}$")

    def test_a_trend_that_no_server_gives_is_left_out(self) -> None:
        self.standin.issues = [sample.make_issue(1, extra={"stats": None, "userCount": None})]
        out = self.call("list-issues", "--format", "table", "--environment", "", "--time-range", "").out
        self.assertRegex(out, r"^SHORT ID +LEVEL +LAST SEEN +FIRST SEEN +EVENTS +USERS +TITLE\n")
        self.assertRegex(out.splitlines()[1], "^BACKEND-1 +error +- +- +0 +- +KeyError")

    def test_a_release_that_looks_like_a_date_stays(self) -> None:
        event = self.standin.issues[0]["events"][0]
        event["tags"] = [(key, "20240501" if key == "release" else value) for key, value in event["tags"]]
        self.assertIn("20240501", self.call("issue-events", "4001", "--format", "table").out)

    def test_excludes_raw_and_fields(self) -> None:
        self.fails(2, "list-issues", "--format", "table", "--raw")
        self.fails(2, "list-issues", "--format", "table", "--fields", "id")

    def test_sparkline(self) -> None:
        self.assertEqual(sentry_api.draw([0, 0, 1, 3, 8, 4]), "▁▁▂▄█▅")
        self.assertEqual(sentry_api.draw([0] * 14), "▁" * 14)
        self.assertEqual(sentry_api.draw([1] * 24), "█" * 12)
        for nothing in (None, []):
            self.assertEqual(sentry_api.show_value(nothing), "-")

    def test_ages(self) -> None:
        for seconds, text in ((-5, "now"), (58, "now"), (61, "1 min ago"), (7205, "2 h ago"), (90000, "1 d ago")):
            at = datetime.fromtimestamp(time.time() - seconds, timezone.utc).isoformat(timespec="milliseconds")
            for time_text in (at, at.replace("+00:00", "Z")):
                self.assertEqual(sentry_api.show_value(time_text, "last_seen"), text)
        self.assertEqual(sentry_api.show_value(at, "title"), at)
        self.assertEqual(sentry_api.show_value("soon", "last_seen"), "soon")


if __name__ == "__main__":
    unittest.main()
