"""What the four commands print and ask, in each dialect."""

from __future__ import annotations

import json
import unittest
from unittest import mock

from tests import faults, sample
from tests.standin import ORG_BOUND_TOKEN, StandIn
from tests.support import StandInCase, call, sentry_api

DIALECTS = ("sentry", "sentry9", "glitchtip")


class Records(StandInCase):
    def test_list_prints_one_record_a_line(self) -> None:
        run = self.call("list-issues", "--limit", "3")
        lines = run.out.splitlines()
        self.assertEqual((lines[0], lines[-1], len(lines)), ("[", "]", 5))
        for line in lines[1:-1]:
            self.assertEqual(list(json.loads(line.rstrip(","))), sentry_api.FIELDS["list-issues"])

    def test_issue_record(self) -> None:
        record = self.good("list-issues", "--limit", "1")[0]
        issue = self.standin.issues[0]
        self.assertEqual(record["id"], "4001")
        self.assertEqual(record["short_id"], "BACKEND-1")
        self.assertEqual(record["title"], "KeyError: 'sku'")
        self.assertEqual(record["culprit"], "/cart")
        self.assertEqual(record["status"], "unresolved")
        self.assertEqual(record["count"], sum(e["environment"] == "prod" for e in issue["events"]))
        self.assertIsInstance(record["user_count"], int)
        self.assertRegex(record["last_seen"], r"^\d{4}-\d\d-\d\dT")
        self.assertEqual(record["url"], f"{self.standin.url}/organizations/acme/issues/4001/")

    def test_issue_detail_record(self) -> None:
        record = self.good("issue-detail", "4001")
        self.assertEqual(list(record), sentry_api.FIELDS["issue-detail"])
        self.assertEqual(record["project"], "backend")
        self.assertEqual(record["assigned_to"], {"type": "user", "id": "3", "name": "Tess Team"})
        self.assertEqual((record["first_release"], record["last_release"]), ("shop@2.0.0", "shop@2.2.0"))
        self.assertIsNone(record["message"], "it only repeats the title")
        self.assertEqual(record["location"], "shop/cart.py in add_item")
        self.assertIs(record["handled"], False)
        self.assertEqual(record["tag_totals"], {"browser": 12, "environment": 12, "release": 12})

    def test_event_records(self) -> None:
        records = self.good("issue-events", "4001")
        events = self.standin.issues[0]["events"]
        self.assertEqual([record["id"] for record in records], [event["eventID"] for event in events])
        self.assertEqual(list(records[0]), sentry_api.FIELDS["issue-events"])
        tags = dict(events[0]["tags"])
        self.assertEqual(records[0]["environment"], "prod")
        self.assertEqual(records[0]["release"], tags["release"])
        self.assertEqual(records[0]["tags"]["transaction"], "/cart")
        self.assertEqual(records[0]["user"], {"id": events[0]["user"]["id"], "geo": "NO"})
        self.assertEqual(records[0]["issue_id"], "4001")
        page = f"{self.standin.url}/organizations/acme/issues/4001/events/{events[0]['eventID']}/"
        self.assertEqual(records[0]["url"], page)

    def test_event_detail_record(self) -> None:
        event = self.standin.issues[0]["events"][1]
        record = self.good("event-detail", event["eventID"])
        self.assertEqual(list(record), sentry_api.FIELDS["event-detail"])
        self.assertEqual(
            record["exceptions"],
            [{"type": "KeyError", "value": "'sku'", "handled": False, "location": "shop/cart.py:41 in add_item"}],
        )
        self.assertEqual(record["request"]["method"], "POST")
        self.assertTrue(record["request"]["url"].startswith("https://shop.example.com/cart?token=[REDACTED]"))
        self.assertEqual(record["contexts"], {"os": "Linux 6.1", "runtime": "CPython 3.11.7"})
        self.assertEqual(record["sdk"], "sentry.python 2.75.0")
        self.assertEqual(record["entries_present"], ["exception", "breadcrumbs", "request"])
        self.assertEqual(record["next_id"], self.standin.issues[0]["events"][0]["eventID"])
        self.assertNotIn("dispatch", json.dumps(record))

    def test_every_dialect_gives_the_same_keys(self) -> None:
        for dialect in DIALECTS:
            with self.subTest(dialect), StandIn(dialect) as standin:
                event = standin.issues[0]["events"][0]["eventID"]
                for argv, fields in (
                    (["list-issues", "--limit", "1"], sentry_api.FIELDS["list-issues"]),
                    (["issue-detail", "4001"], sentry_api.FIELDS["issue-detail"]),
                    (["issue-events", "4001", "--limit", "1"], sentry_api.FIELDS["issue-events"]),
                    (["event-detail", event], sentry_api.FIELDS["event-detail"]),
                ):
                    run = call(standin, *argv)
                    self.assertEqual(run.status, 0, run.err)
                    record = run.json()[0] if run.out.startswith("[") else run.json()
                    self.assertEqual(list(record), fields)
                    self.assertIsNotNone(record["id"])
                    self.assertIsNotNone(record["title"])

    def test_missing_keys_become_null(self) -> None:
        self.standin.fault("/issues/4001/", faults.answer(200, {"id": 4001}))
        record = self.good("issue-detail", "4001", "--no-tags")
        self.assertEqual(list(record), sentry_api.FIELDS["issue-detail"])
        self.assertEqual(record["id"], "4001")
        empty = {key: value for key, value in record.items() if key not in ("id", "url", "tag_totals")}
        self.assertEqual(set(empty.values()), {None})

    def test_fields(self) -> None:
        self.assertEqual(
            self.good("list-issues", "--limit", "1", "--fields", "title, id")[0],
            {"title": "KeyError: 'sku'", "id": "4001"},
        )
        self.assertEqual(len(self.standin.requests), 1, "no tags were asked for")
        error = self.fails(2, "list-issues", "--fields", "id,bogus")
        self.assertIn("received 'id,bogus'", error)
        self.assertIn("short_id", error)

    def test_raw(self) -> None:
        issue = self.good("list-issues", "--raw", "--limit", "1")[0]
        self.assertEqual(issue["shortId"], "BACKEND-1")
        self.assertEqual(issue["assignedTo"]["email"], "[REDACTED_EMAIL]")
        event_id = self.standin.issues[0]["events"][0]["eventID"]
        self.assertNotIn("entries", self.good("event-detail", event_id, "--raw"))
        whole = self.good("event-detail", event_id, "--raw", "--include-entries")
        frame = whole["entries"][0]["data"]["values"][0]["stacktrace"]["frames"][1]
        self.assertEqual(frame["vars"]["password"], "[REDACTED]")
        self.assertEqual(frame["vars"]["attempt"], "2")
        headers = dict(whole["entries"][2]["data"]["headers"])
        self.assertEqual(headers["Authorization"], "[REDACTED]")
        self.assertEqual(headers["User-Agent"], "Mozilla/5.0 Chrome/124.0.0.0")
        self.fails(2, "list-issues", "--raw", "--fields", "id")

    def test_include_entries(self) -> None:
        event_id = self.standin.issues[0]["events"][0]["eventID"]
        record = self.good("event-detail", event_id, "--include-entries")
        self.assertEqual(list(record), [*sentry_api.FIELDS["event-detail"], "entries"])
        self.assertEqual(record["entries"][0]["data"]["values"][0]["stacktrace"]["frames"][0]["function"], "dispatch")
        record = self.good("event-detail", event_id, "--include-entries", "--fields", "entries,id")
        self.assertEqual(list(record), ["entries", "id"])

    def test_a_message_that_says_more_is_kept(self) -> None:
        event = {"eventID": "a" * 32, "title": "Order failed", "metadata": {"filename": "cart 41.py"}}
        for message, expected in (
            ("Order failed 41", "Order failed 41"),
            ("Order failed", None),
            ("Order failed cart 41.py", None),
        ):
            self.standin.fault("/events/", faults.answer(200, {**event, "message": message}))
            self.assertEqual(self.good("event-detail", "a" * 32)["message"], expected)
            self.standin.faults.clear()

    def test_events_of_old_servers_in_raw_have_no_entries(self) -> None:
        self.standin.whole_events = True
        self.assertNotIn("entries", self.good("issue-events", "4001", "--raw")[0])


class TimeRange(unittest.TestCase):
    """An issue last seen before the range is never printed; one last seen in it is never dropped."""

    def test_every_dialect_and_clock(self) -> None:
        for dialect in DIALECTS:
            for clock in (0.0, 7200.0, -7200.0) if dialect != "sentry9" else (0.0,):
                with self.subTest(dialect, clock=clock), StandIn(dialect, issues=[]) as standin:
                    standin.clock = clock
                    standin.issues = sample.make_project(standin.now(), count=30, spacing=3600.0)
                    for text, expected in (("5h", 5), ("80m", 1), ("24h", 24), ("2d", 30), ("", 30)):
                        run = call(standin, "list-issues", "--time-range", text, "--no-tags", "--limit", "50")
                        self.assertEqual([r["id"] for r in run.json()], [str(4001 + i) for i in range(expected)], text)

    def test_stats_period_is_one_of_sentrys_two(self) -> None:
        with StandIn() as standin:
            for text, sent in (
                ("24h", "24h"),
                ("1h", "24h"),
                ("25h", "14d"),
                ("7d", "14d"),
                ("", None),
                ("1440m", "24h"),
            ):
                standin.requests.clear()
                call(standin, "list-issues", "--time-range", text, "--no-tags", "--limit", "1")
                self.assertEqual(standin.requests[0].query.get("statsPeriod"), sent, text)

    def test_boundary_is_exact(self) -> None:
        with StandIn(issues=[]) as standin:
            standin.issues = [sample.make_issue(1), sample.make_issue(2)]
            for issue, age in zip(standin.issues, (3590.0, 3610.0)):
                issue["events"] = [sample.make_event(issue, int(age), standin.now() - age, "prod")]
            run = call(standin, "list-issues", "--time-range", "1h", "--no-tags")
            self.assertEqual([record["id"] for record in run.json()], ["4001"])

    def test_fractions_of_a_second_count(self) -> None:
        times = [f"2027-01-15T08:00:00{fraction}Z" for fraction in (".9", ".501", ".499999", "")]
        with StandIn("sentry9") as standin, mock.patch("time.time", return_value=1_800_000_060.5):
            standin.fault("/issues/", faults.answer(200, [{"lastSeen": at} for at in times]))
            run = call(standin, "list-issues", "--time-range", "1m", "--no-tags")
            self.assertEqual([record["last_seen"] for record in run.json()], times[:2])

    def test_an_issue_without_last_seen_is_printed_last(self) -> None:
        with StandIn() as standin:
            standin.issues[0]["extra"] = {"lastSeen": None, "dateCreated": "2099-01-01T00:00:00Z"}
            run = call(standin, "list-issues", "--no-tags", "--limit", "50")
            self.assertEqual(run.json()[-1]["id"], "4001")
            self.assertGreater(len(run.json()), 2)

    def test_an_issue_of_1970_is_an_old_one(self) -> None:
        with StandIn() as standin:
            standin.issues[0]["extra"] = {"lastSeen": "1970-01-01T00:00:00Z"}
            run = call(standin, "list-issues", "--no-tags", "--limit", "50")
            self.assertNotIn("4001", [record["id"] for record in run.json()])

    def test_a_hit_by_id_is_printed_whatever_its_age(self) -> None:
        with StandIn() as standin:
            old = standin.issues[-1]
            for query in (old["shortId"], old["shortId"].lower(), old["events"][0]["eventID"]):
                run = call(standin, "list-issues", "--query", query, "--time-range", "1h", "--no-tags")
                self.assertEqual([record["id"] for record in run.json()], [old["id"]], query)

    def test_range_of_events(self) -> None:
        for dialect in DIALECTS:
            with self.subTest(dialect), StandIn(dialect, issues=[]) as standin:
                issue = sample.make_issue(1)
                issue["events"] = [
                    sample.make_event(issue, n, standin.now() - 1200.0 * n - 60, "prod") for n in range(9)
                ]
                standin.issues = [issue]
                run = call(standin, "issue-events", "4001", "--time-range", "1h")
                self.assertEqual(len(run.json()), 3)
                self.assertEqual(len(call(standin, "issue-events", "4001").json()), 9)


class Identifiers(StandInCase):
    def test_forms_of_an_issue(self) -> None:
        for text in (
            "4001",
            "BACKEND-1",
            "backend-1",
            f"{self.standin.url}/organizations/acme/issues/4001/?project=7",
            f"{self.standin.url}/acme/issues/4001",
            f"{self.standin.url}/organizations/acme/issues/4001/events/abc/",
            f"{self.standin.url}/organizations/acme/issues/BACKEND-1/",
        ):
            with self.subTest(text):
                self.assertEqual(self.good("issue-detail", text, "--no-tags")["id"], "4001")

    def test_forms_of_an_event(self) -> None:
        event_id = self.standin.issues[0]["events"][0]["eventID"]
        dashed = "-".join((event_id[:8], event_id[8:12], event_id[12:16], event_id[16:20], event_id[20:]))
        page = f"{self.standin.url}/organizations/acme/issues/4001/events/{event_id}/"
        for text in (event_id, event_id.upper(), dashed, dashed.upper(), page):
            with self.subTest(text):
                self.assertEqual(self.good("event-detail", text)["id"], event_id)
                self.assertTrue(self.standin.paths()[-1].endswith(f"/events/{event_id}/"))

    def test_what_is_not_an_id_reaches_no_network(self) -> None:
        page = "https://other.example.com/issues/4001/"
        for text in (
            "../organizations/acme",
            "1/?x=",
            "1 2",
            "",
            "1\n2",
            "1%2f2",
            "٤٢",
            "a" * 31,
            "-1",
            "4001/",
            page,
            "BACKEND-",
        ):
            for command in ("issue-detail", "issue-events", "event-detail"):
                with self.subTest(text, command=command):
                    self.fails(2, command, "--", text)
        self.assertEqual(self.standin.requests, [])

    def test_short_id_is_looked_up_first(self) -> None:
        self.good("issue-events", "BACKEND-2", "--limit", "1")
        first = self.standin.requests[0]
        self.assertEqual((first.path, first.query["shortIdLookup"]), ("/api/0/projects/acme/backend/issues/", "1"))
        self.assertEqual(first.query["query"], "BACKEND-2")

    def test_unknown_short_id(self) -> None:
        self.assertIn("OTHER-1", self.fails(4, "issue-detail", "OTHER-1"))

    def test_short_id_needs_org_and_project(self) -> None:
        error = self.fails(2, "issue-detail", "BACKEND-1", SENTRY_ORG=None)
        self.assertIn("SENTRY_ORG", error)
        self.assertEqual(self.standin.requests, [])

    def test_resolving_with_list_issues_shows_counts_of_all_environments(self) -> None:
        record = self.good("list-issues", "--query", "BACKEND-1", "--limit", "1", "--no-tags")[0]
        self.assertEqual(record["count"], len(self.standin.issues[0]["events"]))
        self.assertEqual(len(self.standin.requests), 1)

    def test_a_hit_by_id_has_the_counts_of_an_environment_that_is_given(self) -> None:
        run = self.call("list-issues", "--query", "BACKEND-1", "--environment", "staging", "--no-tags")
        events = [event for event in self.standin.issues[0]["events"] if event["environment"] == "staging"]
        self.assertEqual(run.json()[0]["count"], len(events))
        self.assertLess(len(events), len(self.standin.issues[0]["events"]))
        self.assertIn("found by its ID in 'backend'; other filters only limit its counts", run.err)
        self.assertEqual({r.query.get("environment") for r in self.standin.requests}, {"staging"})

    def test_a_hit_by_id_is_quiet_unless_filters_were_given(self) -> None:
        self.assertEqual(self.call("list-issues", "--query", "BACKEND-1", "--no-tags").err, "")
        self.assertIn(
            "found by its ID",
            self.call("list-issues", "--query", "BACKEND-1", "--no-tags", "--environment", "nope").err,
        )

    def test_text_that_looks_like_a_short_id_is_searched_in_the_environment(self) -> None:
        self.standin.issues[0]["title"] = "broken UTF-8 in body"
        self.standin.issues[0]["events"] = [
            e for e in self.standin.issues[0]["events"] if e["environment"] == "staging"
        ]
        self.assertEqual(self.good("list-issues", "--query", "UTF-8", "--no-tags"), [])
        self.assertEqual(len(self.good("list-issues", "--query", "UTF-8", "--environment", "staging", "--no-tags")), 1)


class Pages(unittest.TestCase):
    def test_limit_is_exact_and_each_page_asks_for_what_is_missing(self) -> None:
        for dialect in DIALECTS:
            with self.subTest(dialect), StandIn(dialect) as standin:
                run = call(standin, "list-issues", "--limit", "7", "--time-range", "", "--no-tags")
                self.assertEqual(len(run.json()), 7)
                self.assertEqual([request.query["limit"] for request in standin.requests], ["7"])

    def test_cursor_goes_on_without_loss_or_repetition(self) -> None:
        for dialect in DIALECTS:
            for command, size in (
                (["list-issues", "--time-range", "", "--no-tags"], 24),
                (["issue-events", "4001"], 5),
            ):
                with self.subTest(dialect, command=command), StandIn(dialect) as standin:
                    ids, cursor = [], []
                    for _ in range(30):
                        run = call(standin, *command, "--limit", "2", *cursor)
                        ids += [record["id"] for record in run.json()]
                        if "--cursor" not in run.err:
                            break
                        cursor = ["--cursor", run.err.split("--cursor '")[1].split("'")[0]]
                    self.assertEqual(len(ids), size)
                    self.assertEqual(len(set(ids)), size)

    def test_short_and_empty_pages_are_not_the_end(self) -> None:
        with StandIn() as standin:
            items = [standin.issue(issue, None) for issue in standin.issues[:3]]
            pages = [([], "0:1:0"), (items[:1], "0:2:0"), ([], "0:3:0"), (items[1:], None)]

            def act(handler: object) -> None:
                page, cursor = pages.pop(0)
                link = f'<x>; rel="next"; results="{"true" if cursor else "false"}"; cursor="{cursor or "0:0:0"}"'
                handler.reply(faults.Answer(200, page, {"Link": link}))  # type: ignore[attr-defined]

            standin.fault("/issues/?", act)
            run = call(standin, "list-issues", "--no-tags")
            self.assertEqual(len(run.json()), 3)
            cursors = [request.query.get("cursor") for request in standin.requests]
            self.assertEqual(cursors, [None, "0:1:0", "0:2:0", "0:3:0"])
            self.assertEqual([request.query["limit"] for request in standin.requests], ["20", "20", "19", "19"])

    def test_repeated_cursors_end(self) -> None:
        with StandIn() as standin:
            standin.fault("/issues/", faults.answer(200, [], Link='<x>; rel="next"; results="true"; cursor="0:9:0"'))
            run = call(standin, "list-issues", "--environment", "")
            self.assertEqual((run.status, run.json()), (0, []))
            self.assertEqual(len(standin.requests), 2)

    def test_link_urls_are_never_requested(self) -> None:
        with StandIn() as standin:
            standin.link_host = standin.url + "/never"
            call(standin, "list-issues", "--limit", "5", "--time-range", "")
            self.assertFalse([path for path in standin.paths() if "never" in path])

    def test_a_page_longer_than_asked_for_is_cut_and_offers_no_cursor(self) -> None:
        with StandIn() as standin:
            items = [standin.issue(issue, None) for issue in standin.issues[:5]]
            standin.fault("/issues/", faults.answer(200, items, Link='<x>; rel="next"; results="true"; cursor="0:5:0"'))
            run = call(standin, "list-issues", "--limit", "3", "--no-tags", "--time-range", "")
            self.assertEqual(len(run.json()), 3)
            self.assertNotIn("--cursor", run.err)
            self.assertIn("note: ", run.err)

    def test_page_size_parameters(self) -> None:
        with StandIn() as standin:
            call(standin, "issue-events", "4001", "--limit", "2")
            self.assertEqual(standin.requests[0].query["per_page"], "2")

    def test_count_is_told_only_where_it_is_true(self) -> None:
        with StandIn() as standin:
            self.assertIn("2 of 24", call(standin, "list-issues", "--limit", "2", "--time-range", "", "--no-tags").err)
            self.assertNotIn(" of ", call(standin, "list-issues", "--limit", "2", "--no-tags").err)

    def test_limit_above_the_maximum(self) -> None:
        with StandIn() as standin:
            run = call(standin, "list-issues", "--limit", "80", "--no-tags")
            self.assertIn("note: --limit 80", run.err)
            self.assertEqual(standin.requests[0].query["limit"], "50")


class Empty(StandInCase):
    def test_a_default_environment_that_cuts_the_list_is_told(self) -> None:
        run = self.call("list-issues")
        self.assertIn("only 'prod', the default, was asked for; these are also in 'staging'", run.err)
        self.assertNotIn("the default", self.call("list-issues", "--environment", "prod").err)

    def test_names_the_filters(self) -> None:
        run = self.call("list-issues", "--query", "is:resolved", "--environment", "")
        self.assertEqual((run.status, run.out), (0, "[]\n"))
        for part in ("acme/backend", "any environment", "24h", "is:resolved"):
            self.assertIn(part, run.err)
        self.assertEqual(len(run.err.splitlines()), 1)

    def test_says_that_a_list_is_empty_before_it_says_why(self) -> None:
        first, second = self.call("list-issues", "--environment", "nope").err.splitlines()
        self.assertIn("no issues match", first)
        self.assertIn("the newest issues are in 'prod', 'staging'", second)

    def test_names_the_environment_that_would_have_had_issues(self) -> None:
        for issue in self.standin.issues:
            for event in issue["events"]:
                event["environment"] = "production"
                event["tags"] = [(k, v) for k, v in event["tags"] if k != "environment"] + [
                    ("environment", "production")
                ]
        run = self.call("list-issues")
        self.assertEqual((run.status, run.out), (0, "[]\n"))
        self.assertIn("'production'", run.err)
        self.assertNotIn("'staging'", run.err)

    def test_is_silent_about_environments_that_have_none_either(self) -> None:
        run = self.call("list-issues", "--query", "is:resolved")
        self.assertEqual(len(run.err.splitlines()), 1)
        self.assertIn("'prod'", run.err)

    def test_keeps_the_answer_when_the_hint_cannot_be_had(self) -> None:
        self.standin.fault("environment=nope", faults.answer(200, []))
        self.standin.fault("/issues/", faults.answer(403, {"detail": "no"}))
        run = self.call("list-issues", "--environment", "nope")
        self.assertEqual((run.status, run.out), (0, "[]\n"))
        self.assertIn("could not be checked", run.err)

    def test_events(self) -> None:
        run = self.call("issue-events", "4001", "--environment", "nope")
        self.assertEqual((run.status, run.out), (0, "[]\n"))
        self.assertIn("'nope'", run.err)


class OrganizationEndpoints(StandInCase):
    def test_after_410_for_the_rest_of_the_run(self) -> None:
        self.standin.retired = True
        self.assertEqual(self.good("issue-detail", "4001")["id"], "4001")
        self.assertEqual(
            self.standin.paths(),
            [
                "/api/0/issues/4001/",
                "/api/0/organizations/acme/issues/4001/",
                "/api/0/organizations/acme/issues/4001/events/",
            ],
        )

    def test_what_the_second_form_says_counts_where_the_first_is_gone(self) -> None:
        self.standin.retired = True
        self.assertIn("no issue 999", self.fails(4, "issue-detail", "999"))

    def test_after_404_of_another_region(self) -> None:
        self.standin.other_region = True
        self.assertEqual(len(self.good("issue-events", "4001")), 5)

    def test_after_401_of_an_organizations_token(self) -> None:
        self.assertEqual(self.good("issue-detail", "4001", SENTRY_AUTH_TOKEN=ORG_BOUND_TOKEN)["id"], "4001")

    def test_another_401_is_final(self) -> None:
        self.fails(3, "issue-detail", "4001", SENTRY_AUTH_TOKEN="sntryu_" + "ab" * 32)
        self.assertEqual(len(self.standin.requests), 1)

    def test_the_first_error_is_reported_when_both_fail(self) -> None:
        for dialect in DIALECTS:
            with self.subTest(dialect), StandIn(dialect) as standin:
                run = call(standin, "issue-detail", "999")
                self.assertEqual(run.status, 4)
                self.assertIn("HTTP 404", run.err)
                self.assertEqual(len(standin.requests), 2)

    def test_without_an_organization_410_is_an_error_with_a_hint(self) -> None:
        self.standin.retired = True
        error = self.fails(1, "issue-detail", "4001", SENTRY_ORG=None)
        self.assertIn("HTTP 410: This API no longer exists.", error)
        self.assertIn("SENTRY_ORG", error)

    def test_list_issues_after_410(self) -> None:
        self.standin.retired = True
        record = self.good("list-issues", "--limit", "1")[0]
        self.assertEqual(record["environments"], ["prod", "staging"])


class Size(StandInCase):
    """Limits of characters, on the largest and strangest data."""

    LONG = ("a b, c. " * 100, "日本語" * 200, "\x1b\u202e\x00" * 200, '"\\' * 300)

    def fill(self, text: str) -> None:
        for issue in self.standin.issues:
            issue.update(
                title=text,
                culprit=text,
                level=text,
                metadata={"type": text, "value": "v" + text, "filename": text, "function": text},
            )
            for event in issue["events"]:
                event["tags"] = [(f"{n}{text}"[:200], text) for n in range(12)] + [("environment", text)]
                event["user"] = {"id": text, "email": text, "ip_address": text}

    def setUp(self) -> None:
        super().setUp()
        self.standin.issues = sample.make_project(self.standin.now(), count=50, spacing=600.0)

    def test_records_stay_small(self) -> None:
        event = self.standin.issues[0]["events"][0]["eventID"]
        for text in self.LONG:
            self.fill(text)
            for most, argv in (
                (16000, ["list-issues", "--limit", "20"]),
                (40000, ["list-issues", "--limit", "50"]),
                (6000, ["issue-detail", "4001"]),
                (8000, ["event-detail", event]),
                (16000, ["issue-events", "4001"]),
            ):
                if "50" in argv and text.isascii():
                    continue  # what takes most is text that has to be escaped
                with self.subTest(text[:3], argv=argv):
                    run = (
                        self.call(*argv, "--environment", "", "--time-range", "7d")
                        if argv[0] == "list-issues"
                        else self.call(*argv)
                    )
                    self.assertEqual(run.status, 0, run.err)
                    self.assertLess(len(run.out), most)

    def test_strange_ids_and_numbers(self) -> None:
        nul = "\x00" * 500
        item = dict.fromkeys(
            ("id", "shortId", "title", "culprit", "level", "status", "permalink", "firstSeen", "lastSeen"), nul
        )
        self.standin.fault(
            "/projects/", faults.answer(200, [{**item, "count": 10**4000, "userCount": "9" * 4000}] * 20)
        )
        self.assertLess(len(self.call("list-issues", "--no-tags").out), 16000)
        event = dict.fromkeys(("eventID", "groupID", "dateCreated", "title", "message", "location", "platform"), nul)
        self.standin.fault("/events/", faults.answer(200, [event] * 20))
        self.assertLess(len(self.call("issue-events", "4001").out), 25000)
        self.standin.faults.clear()
        self.standin.fault("/issues/4001/", faults.answer(200, item))
        self.assertLess(len(self.call("issue-detail", "4001", "--no-tags").out), 6000)

    def test_a_huge_event(self) -> None:
        values = [
            {"type": "E" * 400, "value": "v" * 9000, "stacktrace": {"frames": [{"filename": "f" * 900, "lineNo": 1}]}}
        ] * 90
        body = {
            "eventID": "ab" * 16,
            "title": "t" * 9000,
            "entries": [{"type": "exception", "data": {"values": values}}],
            "contexts": {f"c{n}" * 50: {"name": "n" * 500, "version": "1.2.3.4"} for n in range(400)},
        }
        self.standin.fault("/events/", faults.answer(200, body))
        run = self.call("event-detail", "ab" * 16)
        self.assertEqual(run.status, 0)
        self.assertLess(len(run.out), 8000)

    def test_cut_texts_say_what_is_missing(self) -> None:
        self.standin.issues[0].update(title="T" * 3000)
        title = self.good("list-issues", "--limit", "1")[0]["title"]
        kept = len(title.partition("…")[0])
        self.assertEqual(title, "T" * kept + f"… (+{3000 - kept} characters)")

    def test_cut_tag_lists_say_how_many_are_missing(self) -> None:
        self.standin.issues[0]["events"][0]["tags"] = [(f"tag{n:03}", "v" * 30) for n in range(100)]
        tags = self.good("issue-events", "4001", "--limit", "1")[0]["tags"]
        self.assertEqual(tags["…"], f"+{100 - (len(tags) - 1)} more")

    def test_ordinary_tags_of_events_are_all_there(self) -> None:
        names = (
            "browser",
            "browser.name",
            "customer_type",
            "environment",
            "level",
            "os.name",
            "owner",
            "peer",
            "region",
            "release",
            "runtime",
            "runtime.name",
            "server_name",
            "transaction",
            "url",
            "user",
        )
        self.standin.issues[0]["events"][0]["tags"] = [(name, "shop.example.net/cart") for name in names]
        self.assertEqual(tuple(self.good("issue-events", "4001", "--limit", "1")[0]["tags"]), names)

    def test_half_an_address_is_never_printed(self) -> None:
        for length in range(380, 402):
            self.standin.issues[0].update(title="T" * length + " jane.doe@example.com")
            run = self.call("list-issues", "--limit", "1", "--no-tags")
            self.assertNotIn("jane", run.out)

    def test_ordinary_lists_are_not_cut(self) -> None:
        self.assertNotIn("…", self.call("list-issues", "--limit", "50").out)


if __name__ == "__main__":
    unittest.main()
