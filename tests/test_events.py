"""What happened: from an issue to the cause, for every kind of event."""

from __future__ import annotations

import json
import time
from typing import Any

from tests import faults, kinds, sample
from tests.standin import StandIn
from tests.support import StandInCase, call

LINES = ("stack", "vars", "breadcrumbs")


class Kinds(StandInCase):
    def setUp(self) -> None:
        super().setUp()
        self.standin.issues = kinds.make_kinds(self.standin.now())

    def test_what_a_reader_must_learn_without_options(self) -> None:
        for issue in self.standin.issues:
            with self.subTest(issue["kind"]):
                out = self.call("event-detail", issue["id"]).out
                self.assertLess(len(out), 8000)
                for piece in kinds.LEARN[issue["kind"]]:
                    self.assertIn(piece, out.replace('\\"', '"').replace('":"', '": "'))

    def test_nothing_personal_with_any_option(self) -> None:
        for issue in self.standin.issues:
            for options in (
                [],
                ["--include", "stack,vars,breadcrumbs,entries"],
                ["--raw", "--include", "entries"],
                ["--format", "table"],
            ):
                with self.subTest(issue["kind"], options=options):
                    out = self.call("event-detail", issue["id"], *options).out
                    for piece in kinds.FORBIDDEN[issue["kind"]]:
                        if not (
                            piece == "Ida's phone"
                            and "--raw" in options
                            or piece == "Ida's phone"
                            and "entries" in options[-1:]
                        ):
                            self.assertNotIn(piece, out)

    def test_the_stack_as_lines(self) -> None:
        for issue in self.standin.issues:
            with self.subTest(issue["kind"]):
                run = self.call("event-detail", issue["id"], "--include", "stack,vars,breadcrumbs")
                record = run.json()
                self.assertLess(sum(len(json.dumps(record[name], ensure_ascii=False)) for name in LINES), 16_000)
                found = [
                    record["stack"].index(line) for line in kinds.INCLUDE[issue["kind"]] if line in record["stack"]
                ]
                self.assertEqual(len(found), len(kinds.INCLUDE[issue["kind"]]), record["stack"])
                self.assertEqual(found, sorted(found))
                if not kinds.INCLUDE[issue["kind"]]:
                    self.assertEqual((record["stack"], record["vars"]), ([], []))

    def test_variables_and_breadcrumbs(self) -> None:
        record = self.good("event-detail", "5001", "--include", "vars,breadcrumbs")
        self.assertNotIn("stack", record)
        places = [frame["frame"] for frame in record["vars"]]
        self.assertEqual(places[0], "shop/checkout.py:63 in price_order")
        self.assertIn("[REDACTED]", json.dumps(record["vars"]))
        self.assertTrue(all(isinstance(line, str) for line in record["breadcrumbs"]))
        self.assertEqual(record["breadcrumbs"], sorted(record["breadcrumbs"]))

    def test_details(self) -> None:
        by_kind = {issue["kind"]: self.good("event-detail", issue["id"]) for issue in self.standin.issues}
        self.assertEqual(by_kind["javascript-minified"]["processing_errors"], ["js_no_source"])
        self.assertEqual(by_kind["python"]["processing_errors"], [])
        self.assertIsNone(by_kind["python"]["evidence"])
        self.assertEqual(by_kind["uptime"]["evidence"]["Status Code"], "503")
        self.assertEqual(by_kind["csp"]["evidence"]["effective_directive"], "script-src-elem")
        self.assertAlmostEqual(
            time.mktime(time.strptime(by_kind["transaction"]["timestamp"][:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone,
            self.standin.now() - 842.5,
            delta=30,
        )
        self.assertIn("/organizations/acme/issues/", by_kind["transaction"]["url"])  # not taken for GlitchTip's
        self.assertIn("nightly-invoices", by_kind["cron"]["contexts"]["monitor"])
        self.assertNotIn("feedback", by_kind["feedback"]["contexts"])
        self.assertEqual(by_kind["anr"]["exceptions"][0]["location"], "CheckoutActivity.kt:73 in loadBasket")

    def test_issue_detail_says_what_tells_issues_apart(self) -> None:
        by_kind = {issue["kind"]: self.good("issue-detail", issue["id"], "--no-tags") for issue in self.standin.issues}
        self.assertIn("coupon box", by_kind["feedback"]["message"])
        self.assertEqual(by_kind["feedback"]["issue_category"], "feedback")
        self.assertIsNone(by_kind["feedback"]["handled"])
        self.assertIsNone(by_kind["csp"]["handled"])
        self.assertIsNone(by_kind["n-plus-one"]["handled"])
        self.assertIs(
            by_kind["go"]["handled"], self.standin.issue(self.standin.issues[5], None)["isUnhandled"] is False
        )

    def test_a_page_for_people(self) -> None:
        for issue in self.standin.issues:
            run = self.call("event-detail", issue["id"], "--format", "table")
            self.assertEqual(run.status, 0, run.err)
            self.assertLessEqual(len(run.out.splitlines()), 24)
            self.assertIn(issue["title"][:20], run.out.splitlines()[0])
        out = self.call("event-detail", "5001", "--format", "table", COLUMNS="60").out
        self.assertIn("shop/checkout.py:63", out)
        event = self.standin.issues[0]["events"][0]["eventID"]
        self.assertIn(f"/issues/5001/events/{event}/\n", out, "a link is never cut")
        self.fails(2, "event-detail", "5001", "--format", "table", "--include", "vars")


class Newest(StandInCase):
    def test_forms_of_an_issue(self) -> None:
        newest = self.standin.issues[0]["events"][0]["eventID"]
        page = f"{self.standin.url}/organizations/acme/issues/4001"
        for text in ("4001", "BACKEND-1", "backend-1", f"{page}/", f"{page}/events/latest/", f"<{page}/?project=7>"):
            with self.subTest(text):
                self.assertEqual(self.good("event-detail", text)["id"], newest)

    def test_two_requests(self) -> None:
        self.good("event-detail", "4001")
        events, event = self.standin.requests
        self.assertEqual(
            (events.path, events.query["per_page"], events.query["limit"]), ("/api/0/issues/4001/events/", "1", "1")
        )
        self.assertTrue(event.path.startswith("/api/0/projects/acme/backend/events/"))

    def test_of_an_environment(self) -> None:
        for dialect in ("sentry", "sentry9", "glitchtip"):
            with self.subTest(dialect), StandIn(dialect) as standin:
                run = call(standin, "event-detail", "4001", "--environment", "staging")
                self.assertEqual(run.status, 0, run.err)
                self.assertEqual(run.json()["environment"], "staging")

    def test_of_a_rare_environment(self) -> None:
        issue = sample.make_issue(1)
        issue["events"] = [
            sample.make_event(issue, n, time.time() - 60.0 * n, "staging" if n > 24 else "prod") for n in range(28)
        ]
        for dialect in ("sentry", "sentry9", "glitchtip"):
            with self.subTest(dialect), StandIn(dialect, issues=[issue]) as standin:
                run = call(standin, "event-detail", "4001", "--environment", "staging")
                self.assertEqual(run.status, 0, run.err)
                self.assertEqual(run.json()["id"], issue["events"][25]["eventID"])
                self.assertLessEqual(len(standin.requests), 3)

    def test_the_organization_is_needed(self) -> None:
        for text in ("4001", f"{self.standin.url}/issues/4001/"):
            self.assertIn("--org", self.fails(2, "event-detail", text, SENTRY_ORG=None))
        self.assertEqual(self.standin.requests, [])

    def test_of_another_project_than_the_forbidden_one(self) -> None:
        self.standin.issues[0]["project"] = "frontend"
        self.standin.fault("/projects/acme/backend/events/", faults.answer(403, {"detail": "no"}))
        self.assertEqual(self.good("event-detail", "4001")["issue_id"], "4001")

    def test_an_issue_without_events(self) -> None:
        self.standin.fault("/issues/4001/events/", faults.answer(200, []))
        self.assertIn("no events", self.fails(4, "event-detail", "4001"))
        self.assertIn("'nope'", self.fails(4, "event-detail", "4002", "--environment", "nope"))

    def test_an_environment_beside_an_event_s_id_is_wrong(self) -> None:
        event = self.standin.issues[0]["events"][0]["eventID"]
        self.assertIn("--environment", self.fails(2, "event-detail", event, "--environment", "prod"))
        page = f"{self.standin.url}/acme/backend/issues/4001/events/247/"
        self.assertIn("--environment", self.fails(2, "event-detail", page, "--environment", "prod"))
        self.assertEqual(self.standin.requests, [])

    def test_a_dashed_event_id_stays_one(self) -> None:
        event = self.standin.issues[0]["events"][1]["eventID"]
        dashed = "-".join((event[:8], event[8:12], event[12:16], event[16:20], event[20:]))
        self.assertEqual(self.good("event-detail", dashed)["id"], event)

    def test_unknown_names_to_include(self) -> None:
        error = self.fails(2, "event-detail", "4001", "--include", "stack,everything")
        self.assertIn("breadcrumbs", error)
        self.assertIn("--raw", self.fails(2, "event-detail", "4001", "--raw", "--include", "stack"))
        self.assertEqual(self.standin.requests, [])

    def test_fields_include_what_they_name(self) -> None:
        record = self.good("event-detail", "4001", "--fields", "id,stack")
        self.assertEqual(list(record), ["id", "stack"])
        self.assertTrue(record["stack"])

    def test_include_entries_in_both_forms(self) -> None:
        first = self.good("event-detail", "4001", "--include-entries")
        self.assertEqual(first, self.good("event-detail", "4001", "--include", "entries"))
        self.assertIn("entries", self.good("event-detail", "4001", "--raw", "--include", "entries"))
        self.assertNotIn("entries", self.good("event-detail", "4001", "--raw"))


class Locations(StandInCase):
    """Where: the innermost own frame that has a name and a line."""

    def location(self, frames: Any, **more: Any) -> Any:
        value = {"type": "E", "value": "v", "stacktrace": {"frames": frames}, **more.pop("exception", {})}
        entries = [{"type": "exception", "data": {"values": [value]}}, *more.pop("entries", [])]
        self.standin.faults.clear()
        self.standin.fault("/events/", faults.answer(200, {"eventID": "ab" * 16, "entries": entries, **more}))
        return self.good("event-detail", "ab" * 16)["exceptions"][0]["location"]

    def test_marks_of_the_app_s_own_code(self) -> None:
        library, unmarked, own = (
            {"filename": name, "lineNo": 1, "inApp": mark} for name, mark in (("l", False), ("u", None), ("a", True))
        )
        for frames, location in (
            ([own, library], "a:1"),
            ([library], "l:1 (not in-app)"),
            ([library, unmarked], "u:1"),
            ([unmarked], "u:1"),
            ([], None),
            (None, None),
            ([None, own, None], "a:1"),
            ([own, {"filename": "<anonymous>", "lineNo": 1, "inApp": True}], "a:1"),
            ([own, {"filename": "[native code]", "inApp": True}], "a:1"),
            ([own, {"filename": "b", "inApp": True}], "a:1"),
            ([{"package": "/usr/lib/libfoo.so", "function": "run", "inApp": True}], "libfoo.so in run"),
            ([{"package": "C:\\app\\core.dll", "function": "run", "inApp": False}], "core.dll in run (not in-app)"),
        ):
            with self.subTest(frames):
                self.assertEqual(self.location(frames), location)

    def test_sentry_s_own_choice(self) -> None:
        frames = [{"filename": name, "function": "f", "lineNo": 5, "inApp": False} for name in ("a", "b", "c")]
        metadata = {"filename": "b", "function": "f"}
        self.assertEqual(self.location(frames, metadata=metadata), "b:5 in f (not in-app)")

    def test_of_the_exception_s_thread(self) -> None:
        threads = [
            {
                "id": number,
                "crashed": number == 2,
                "stacktrace": {"frames": [{"filename": f"t{number}", "lineNo": 1, "inApp": True}]},
            }
            for number in (1, 2)
        ]
        entries = [{"type": "threads", "data": {"values": threads}}]
        self.assertEqual(self.location(None, exception={"threadId": 1}, entries=entries), "t1:1")

    def test_a_thread_s_stack_is_shown_once(self) -> None:
        """Two exceptions of one thread, none with a stack of its own."""
        thread = {"id": 1, "stacktrace": {"frames": [{"filename": "t1", "lineNo": 1, "inApp": True}]}}
        raised = [{"type": name, "value": "v", "threadId": 1} for name in ("First", "Last")]
        entries = [
            {"type": "exception", "data": {"values": raised}},
            {"type": "threads", "data": {"values": [thread]}},
            {"data": {}},
        ]
        self.standin.fault("/events/", faults.answer(200, {"eventID": "ab" * 16, "entries": entries}))
        record = self.good("event-detail", "ab" * 16, "--fields", "stack,entries_present")
        self.assertEqual(record["stack"], ["Last: v", "t1:1", "First: v"])
        self.assertEqual(record["entries_present"], ["exception", "threads"])

    def test_a_message_that_repeats_an_exception_is_dropped(self) -> None:
        """The title is often cut; what isn't known is no word of it."""
        entries = [{"type": "exception", "data": {"values": [{"type": "E", "value": "long story"}, {"type": "F"}]}}]
        for message, shown in (("E: long story", None), ("None", "None"), ("another story", "another story")):
            with self.subTest(message):
                self.standin.faults.clear()
                event = {"eventID": "ab" * 16, "title": "E: lo…", "message": message, "entries": entries}
                self.standin.fault("/events/", faults.answer(200, event))
                self.assertEqual(self.good("event-detail", "ab" * 16)["message"], shown)

    def test_a_list_that_is_cut_says_how_much_is_missing(self) -> None:
        errors = [{"type": f"invalid_data_{number}"} for number in range(50)]
        self.standin.fault("/events/", faults.answer(200, {"eventID": "ab" * 16, "errors": errors}))
        shown = self.good("event-detail", "ab" * 16)["processing_errors"]
        self.assertEqual((shown[0], shown[-1]), ("invalid_data_0", f"+{50 - len(shown) + 1} more"))

    def test_names_that_are_cut_alike_are_counted(self) -> None:
        variables = {"a" * 700 + str(number): "x" * 9000 for number in range(3)}
        self.location([{"filename": "f", "lineNo": 1, "inApp": True, "vars": variables}])
        shown = self.good("event-detail", "ab" * 16, "--include", "vars")["vars"][0]["vars"]
        missing = int(shown.pop("…").split()[0]) if "…" in shown else 0
        self.assertEqual(len(shown) + missing, 3)

    def test_bounds(self) -> None:
        frames = [
            {
                "filename": f"f{n}" * 99,
                "lineNo": n,
                "function": "g" * 500,
                "inApp": True,
                "context": [[n, "c" * 900]],
                "vars": {f"v{m}": "x\x00" * 300 for m in range(50)},
            }
            for n in range(120)
        ]
        crumbs = [
            {"timestamp": f"2026-11-28T10:{n % 60:02}:00Z", "category": "q", "message": "m\x1b" * 3000}
            for n in range(100)
        ]
        entries = [{"type": "breadcrumbs", "data": {"values": crumbs}}]
        self.location(frames, entries=entries)
        record = self.good("event-detail", "ab" * 16, "--include", "stack,vars,breadcrumbs")
        self.assertLess(len(json.dumps({name: record[name] for name in LINES}, ensure_ascii=False)), 16_000)

    def test_redacted_before_it_is_cut(self) -> None:
        for length in range(380, 404, 3):
            frame = {
                "filename": "f",
                "lineNo": 1,
                "inApp": True,
                "context": [[1, "c" * length + " jane.doe@example.com"]],
            }
            self.location([frame])
            self.assertNotIn("jane", self.call("event-detail", "ab" * 16, "--include", "stack").out)


class Titles(StandInCase):
    def test_a_title_that_stands_in_the_metadata_only(self) -> None:
        event = {"eventID": "a" * 32, "id": "1", "metadata": {"title": "from metadata"}, "tags": []}
        self.standin.fault("/issues/4001/events/", faults.answer(200, [event]))
        self.assertEqual(self.call("issue-events", "4001").json()[0]["title"], "from metadata")


class Included(StandInCase):
    def test_fields_and_what_is_included_are_shown_together(self) -> None:
        record = self.call("event-detail", "4001", "--fields", "id", "--include", "stack").json()
        self.assertEqual(list(record), ["id", "stack"])

    """What stands in frames, breadcrumbs and evidence, in unusual forms."""

    def include(self, entries: list[Any], **more: Any) -> Any:
        self.standin.faults.clear()
        self.standin.fault("/events/", faults.answer(200, {"eventID": "ab" * 16, "entries": entries, **more}))
        return self.good("event-detail", "ab" * 16, "--include", "stack,vars,breadcrumbs")

    def stack(self, frames: list[Any]) -> Any:
        value = {"type": "E", "value": "v", "stacktrace": {"frames": frames}}
        return self.include([{"type": "exception", "data": {"values": [value]}}])

    def test_a_function_s_name_says_nothing_of_its_variables(self) -> None:
        values = {"password": "hunter2abc9", "user": {"name": "Ida Holm"}, "client": "peer 203.0.113.77", "qty": "2"}
        for function in ("load_modules", "build", "_meta", "owner", "get_token", "set_cookie", "user"):
            for place in ({"filename": "a.py", "lineNo": 1}, {}):
                with self.subTest(function, place=place):
                    frame = {**place, "function": function, "inApp": True, "vars": values}
                    (found,) = self.stack([frame])["vars"]
                    expected = {
                        "password": "[REDACTED]",
                        "user": {"name": "[REDACTED]"},
                        "client": "peer [REDACTED_IP]",
                        "qty": "2",
                    }
                    self.assertEqual(found["vars"], expected)

    def test_long_places_stay_apart(self) -> None:
        frames = [
            {"filename": "d/" * 300, "lineNo": n, "function": "f", "inApp": None, "vars": {"n": str(n)}}
            for n in range(3)
        ]
        self.assertEqual([frame["vars"]["n"] for frame in self.stack(frames)["vars"]], ["2", "1", "0"])

    def test_a_line_without_code(self) -> None:
        for context in ([[1, None]], [[1]], [[]], [None], {}, "x", [[2, "other"]]):
            frame = {"filename": "a.py", "lineNo": 1, "inApp": True, "context": context}
            self.assertEqual(self.stack([frame])["stack"], ["E: v", "a.py:1"])

    def test_breadcrumbs_in_the_order_of_time(self) -> None:
        crumbs: list[Any] = [
            {"timestamp": "2026-11-28T10:00:00.500Z", "message": "second"},
            {"timestamp": "2026-11-28T10:00:00Z", "message": "first"},
            {"message": "after first"},
            {"timestamp": 1795860001.25, "message": "third"},
        ]
        record = self.include([{"type": "breadcrumbs", "data": {"values": crumbs}}])
        times = ["2026-11-28T10:00:00Z first", "after first", "2026-11-28T10:00:00.500Z second"]
        self.assertEqual(record["breadcrumbs"], [*times, "2026-11-28T10:00:01.250Z third"])

    def test_the_last_breadcrumb_is_shown_beside_any_variables(self) -> None:
        names = {f"name_{number}": "x" * 200 for number in range(20)}
        frames = [{"filename": f"a{number}.py", "lineNo": 1, "inApp": True, "vars": names} for number in range(40)]
        crumbs = [{"category": "c", "message": f"{number} " + "m" * 300} for number in range(40)]
        record = self.include(
            [
                {"type": "exception", "data": {"values": [{"type": "E", "stacktrace": {"frames": frames}}]}},
                {"type": "breadcrumbs", "data": {"values": crumbs}},
            ]
        )
        self.assertEqual(len(record["breadcrumbs"]), 20)
        self.assertTrue(record["breadcrumbs"][-1].startswith("c 39 "))
        self.assertTrue(record["vars"])

    def test_evidence_of_every_form(self) -> None:
        display = [{"name": "value", "value": "1"}, {"name": "name", "value": "Nora Vik"}, {"name": "x", "value": 3.5}]
        data = {"value": 8731, "name": "Nora Vik", "list": [1], "is_slow": True}
        for occurrence, evidence in (
            ({"evidenceDisplay": display}, {"value": "1", "name": "[REDACTED]", "x": "3.5"}),
            ({"evidenceData": data}, {"value": "8731", "name": "[REDACTED]", "is_slow": "True"}),
            ({"evidenceDisplay": [{"name": "x", "value": None}], "evidenceData": {"y": 2}}, {"y": "2"}),
        ):
            with self.subTest(occurrence):
                self.assertEqual(self.include([], occurrence=occurrence)["evidence"], evidence)


class Messages(StandInCase):
    def test_dropped_only_where_the_same_record_shows_it(self) -> None:
        text = "Payment gateway answered with a long explanation " * 6
        for title, message, kept in (
            (text[:99] + "…", text, True),
            (text, text, False),
            ("ValueError: x", "x", False),
            ("Oops", "other words", True),
            ("Oops", "", False),
            ("Transfer from A to B failed", "Transfer from B to A failed", True),
            ("ValueError: x", "x ValueError", True),
            ("ValueError: x", "x x", True),
        ):
            event = {
                "id": "1",
                "eventID": "ab" * 16,
                "title": title,
                "message": message,
                "metadata": {"title": title, "value": text},
            }
            self.standin.faults.clear()
            self.standin.fault("/events/", faults.answer(200, [event]))
            with self.subTest(title[:20]):
                shown = self.good("issue-events", "4001")[0]["message"]
                self.assertEqual(shown is not None, kept)

    def test_events_of_old_servers_without_titles(self) -> None:
        self.standin.fault(
            "/events/", faults.answer(200, [{"id": "1", "eventID": "ab" * 16, "tags": None, "metadata": None}])
        )
        self.assertIsNone(self.good("issue-events", "4001")[0]["title"])
