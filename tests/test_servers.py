"""True on every server, at home with every address."""

from __future__ import annotations

import unittest

from tests import faults, sample
from tests.standin import StandIn
from tests.support import StandInCase, call, sentry_api

HOUR = 3600.0
DIALECTS = ("sentry", "sentry9", "glitchtip")


class Filters(unittest.TestCase):
    """What a server should filter and doesn't."""

    def standin(self, dialect: str, ages: list[float], late: int | None = None) -> StandIn:
        standin = StandIn(dialect, issues=[])
        self.addCleanup(standin.stop)
        issue = sample.make_issue(1)
        issue["events"] = [
            sample.make_event(issue, n, standin.now() - age, "prod" if n % 2 else "staging")
            for n, age in enumerate(ages)
        ]
        if late is not None:
            issue["events"][late]["received"] = standin.now()
        standin.issues = [issue]
        return standin

    def test_environment_of_events(self) -> None:
        for dialect in DIALECTS:
            with self.subTest(dialect):
                standin = self.standin(dialect, [60.0 * n for n in range(9)])
                for name, count in (("prod", 4), ("staging", 5), ("nope", 0)):
                    records = call(standin, "issue-events", "4001", "--environment", name).json()
                    self.assertEqual([record["environment"] for record in records], [name] * count)

    def test_one_late_event_does_not_end_the_paging(self) -> None:
        for dialect in DIALECTS:
            with self.subTest(dialect):
                standin = self.standin(dialect, [60.0 * n for n in range(49)] + [72 * HOUR] * 5, late=50)
                for limit, count in (("1", 1), ("20", 20), ("50", 49)):
                    run = call(standin, "issue-events", "4001", "--time-range", "24h", "--limit", limit)
                    self.assertEqual(len(run.json()), count)

    def test_ten_old_events_in_a_row_end_the_paging(self) -> None:
        for dialect in DIALECTS:
            with self.subTest(dialect):
                standin = self.standin(dialect, [60.0] + [72 * HOUR + n for n in range(60)])
                run = call(standin, "issue-events", "4001", "--time-range", "24h", "--limit", "5")
                self.assertEqual((len(run.json()), run.err), (1, ""))
                self.assertLessEqual(len(standin.requests), 4)

    def test_an_item_of_a_shifted_page_is_printed_once(self) -> None:
        with StandIn() as standin:
            items = [standin.issue(issue, None) for issue in standin.issues[:5]]
            pages = [(items[:3], "0:3:0"), (items[2:5], None)]

            def act(handler: object) -> None:
                page, cursor = pages.pop(0)
                link = f'<x>; rel="next"; results="{"true" if cursor else "false"}"; cursor="{cursor or "0:0:0"}"'
                handler.reply(faults.Answer(200, page, {"Link": link}))  # type: ignore[attr-defined]

            standin.fault("/issues/?", act)
            records = call(standin, "list-issues", "--no-tags").json()
            self.assertEqual([record["id"] for record in records], ["4001", "4002", "4003", "4004", "4005"])


class ShortIds(unittest.TestCase):
    def check(self, standin: StandIn, text: str = "BACKEND-3", **changes: str | None) -> None:
        for argv in (
            ["issue-detail", text, "--no-tags"],
            ["issue-events", text, "--limit", "1"],
            ["event-detail", text],
        ):
            run = call(standin, *argv, **changes)
            self.assertEqual(run.status, 0, (argv, run.err))
        run = call(standin, "list-issues", "--query", text, "--no-tags", **{**changes, "SENTRY_PROJECT": "backend"})
        self.assertEqual([record["short_id"] for record in run.json()], [text.upper()], run.err)

    def test_a_cursor_of_events_is_not_used_to_look_an_issue_up(self) -> None:
        for dialect in DIALECTS:
            with self.subTest(dialect), StandIn(dialect) as standin:
                first = call(standin, "issue-events", "BACKEND-1", "--limit", "2")
                cursor = first.err.rpartition("--cursor '")[2].partition("'")[0]
                second = call(standin, "issue-events", "BACKEND-1", "--limit", "2", "--cursor", cursor)
                self.assertEqual(second.status, 0, second.err)
                both = {record["id"] for record in first.json() + second.json()}
                self.assertEqual(len(both), 4)

    def test_every_server(self) -> None:
        for dialect in DIALECTS:
            with self.subTest(dialect), StandIn(dialect) as standin:
                self.check(standin)
                self.check(standin, "backend-3")

    def test_servers_whose_list_looks_nothing_up(self) -> None:
        for switch in ("looks_up", "strict", "list_retired"):
            with self.subTest(switch), StandIn() as standin:
                setattr(standin, switch, switch != "looks_up")
                self.check(standin)

    def test_without_a_project_and_of_another_one(self) -> None:
        with StandIn() as standin:
            standin.issues[2]["project"] = "frontend"
            for project in (None, "backend"):
                for argv in (["issue-detail", "BACKEND-3"], ["event-detail", "BACKEND-3"]):
                    run = call(standin, *argv, SENTRY_PROJECT=project)
                    self.assertEqual(run.status, 0, run.err)

    def test_the_project_where_an_old_server_needs_it(self) -> None:
        for dialect in ("glitchtip", "sentry9"):
            with self.subTest(dialect), StandIn(dialect) as standin:
                run = call(standin, "issue-detail", "BACKEND-1", SENTRY_PROJECT=None)
                self.assertEqual(run.status, 4)
                self.assertIn("--project", run.err)

    def test_a_list_says_of_which_project_the_found_one_is(self) -> None:
        with StandIn() as standin:
            standin.issues[2]["project"] = "frontend"
            standin.looks_up = False
            run = call(standin, "list-issues", "--query", "BACKEND-3", "--no-tags")
            self.assertIn("'frontend'", run.err)
            self.assertNotIn("project", call(standin, "list-issues", "--query", "BACKEND-2", "--no-tags").err)

    def test_an_issue_whose_environment_has_no_events(self) -> None:
        with StandIn() as standin:
            standin.strict = True
            run = call(standin, "event-detail", "BACKEND-1", "--environment", "nope")
            self.assertIn("has no events in environment 'nope'", run.err)

    def test_unknown_ones(self) -> None:
        for dialect in DIALECTS:
            with self.subTest(dialect), StandIn(dialect) as standin:
                run = call(standin, "issue-detail", "OTHER-1")
                self.assertEqual(run.status, 4)
                self.assertIn("no issue OTHER-1 in acme/backend", run.err)


class Addresses(StandInCase):
    def read(self, address: str, base_url: str = "https://sentry.io", org: str | None = None) -> tuple[str, str]:
        """Return the issue and the event that an address names; self.args has its organization."""
        self.args = sentry_api.argparse.Namespace(command="event-detail", base_url=base_url, org=org, given={})
        return sentry_api.read_place(self.args, address)

    def test_sentry_io_is_one_service(self) -> None:
        event = "9fac2ceed9344f2bbfdd1fdacb0ed9b1"
        for address, issue, org in (
            ("https://acme.sentry.io/issues/12/?a=b", "12", "acme"),
            ("https://us.sentry.io/organizations/acme/issues/12/", "12", "acme"),
            ("https://sentry.io/organizations/acme/issues/12/events/latest/", "12", "acme"),
            ("https://de.sentry.io/issues/12/", "12", None),
            ("HTTPS://ACME.sentry.io/issues/12/", "12", "acme"),
            ("https://acme.sentry.io/issues/BACKEND-1A/", "BACKEND-1A", "acme"),
            ("https://sentry.io/acme/backend/issues/12/", "12", "acme"),
            ("https://acme.sentry.io/issues/feedback/?feedbackSlug=backend:123&project=7", "123", "acme"),
            ("https://acme.sentry.io/feedback/?feedbackSlug=backend%3A123", "123", "acme"),
            ("https://sentry.io/organizations/acme/feedback/?feedbackSlug=backend:123", "123", "acme"),
        ):
            for base_url in ("https://sentry.io", "https://us.sentry.io", "https://acme.sentry.io"):
                with self.subTest(address, base_url=base_url):
                    self.assertEqual((self.read(address, base_url), self.args.org), ((issue, ""), org))
        place = self.read(f"https://acme.sentry.io/issues/12/events/{event}/?x=y")
        self.assertEqual((place, self.args.org), (("12", event), "acme"))

    def test_look_alikes_are_refused(self) -> None:
        for address in (
            "https://notsentry.io/issues/12/",
            "https://sentry.io.test/issues/12/",
            "https://sentry.io@evil.test/issues/12/",
            "https://evil.test/sentry.io/issues/12/",
            "https://acme.sentry.io/12/",
            "https://sentry.io:x/issues/12/",
            "https:///issues/12/",
            "https://evil.test#.sentry.io/issues/12/",
            "https://acme.sentry.io/issues/../12/",
            "https://acme.sentry.io/settings/",
        ):
            with self.subTest(address):
                with self.assertRaises(sentry_api.Failure) as caught:
                    self.read(address)
                self.assertEqual(caught.exception.status, 2)

    def test_the_organization_of_the_address(self) -> None:
        page = f"{self.standin.url}/organizations/acme/issues/4001/"
        self.assertEqual(self.good("issue-detail", page, SENTRY_ORG=None, SENTRY_PROJECT=None)["id"], "4001")
        self.assertEqual(self.good("issue-detail", page, SENTRY_ORG="other")["id"], "4001")
        self.assertIn("acme", self.fails(2, "issue-detail", page, "--org", "other"))

    def test_organizations_named_like_regions_and_paths_that_name_none(self) -> None:
        named = {"organizations/de/issues/4001/": "de", "eu/web/issues/4001/": "eu", "issues/4001/": "other"}
        for path, org in named.items():
            with self.subTest(path):
                self.read(f"https://de.sentry.io/{path}", org="other")
                self.assertEqual(self.args.org, org)
        for path in ("api/0/issues/4001/", "settings/acme/issues/4001/", "organizations/issues/4001/"):
            with self.subTest(path):
                self.fails(2, "issue-detail", f"{self.standin.url}/{path}")
        self.assertEqual(self.standin.requests, [])

    def test_an_event_s_address_that_names_none(self) -> None:
        page = f"{self.standin.url}/organizations/acme/issues/4001/events"
        for event in ("oldest", "recommended", "deadbeef", "%61bc", "ab" * 15):
            with self.subTest(event):
                self.assertIn("latest", self.fails(2, "event-detail", f"{page}/{event}/"))
        self.assertEqual(self.standin.requests, [])
        self.assertEqual(self.good("issue-detail", f"{page}/recommended/")["id"], "4001")

    def test_an_event_s_address_needs_no_project(self) -> None:
        event = self.standin.issues[0]["events"][1]["eventID"]
        page = f"{self.standin.url}/organizations/acme/issues/4001/events/{event}/"
        for project in (None, "frontend", "backend"):
            with self.subTest(project):
                self.assertEqual(self.good("event-detail", page, SENTRY_PROJECT=project, SENTRY_ORG=None)["id"], event)

    def test_the_configured_server_is_the_one_asked(self) -> None:
        host = self.standin.url.replace("127.0.0.1", "localhost")
        run = call(self.standin, "issue-detail", "http://acme.localhost:1/issues/4001/", SENTRY_BASE_URL=host)
        self.assertEqual(run.status, 0, run.err)

    def test_events_of_sentry_9_by_number(self) -> None:
        with StandIn("sentry9") as standin:
            event = standin.issues[0]["events"][2]
            event["number"] = 247
            page = f"{standin.url}/acme/backend/issues/4001/events/247/"
            run = call(standin, "event-detail", page)
            self.assertEqual(run.status, 0, run.err)
            self.assertEqual(run.json()["id"], event["eventID"])
            self.assertEqual(call(standin, "event-detail", page.replace("247", "9")).status, 4)

    def test_an_event_where_an_issue_is_wanted(self) -> None:
        event = self.standin.issues[0]["events"][0]["eventID"]
        for command in ("issue-detail", "issue-events"):
            self.assertIn("event-detail", self.fails(2, command, event))


class Links(unittest.TestCase):
    def test_below_the_base_url_in_each_server_s_form(self) -> None:
        for dialect in DIALECTS:
            with self.subTest(dialect), StandIn(dialect) as standin:
                standin.permalink_host = "http://10.0.0.7:9000"
                event = standin.issues[0]["events"][0]["eventID"]
                issue_page, event_page = f"{standin.url}/organizations/acme/issues/4001/", f"events/{event}/"
                if dialect == "glitchtip":
                    issue_page, event_page = f"{standin.url}/acme/issues/4001", f"/events/{event}"
                self.assertEqual(call(standin, "list-issues", "--limit", "1", "--no-tags").json()[0]["url"], issue_page)
                self.assertEqual(
                    call(standin, "issue-events", "4001", "--limit", "1").json()[0]["url"], issue_page + event_page
                )
                self.assertEqual(call(standin, "issue-detail", "4001").json()["url"], issue_page)
                self.assertEqual(call(standin, "event-detail", event).json()["url"], issue_page + event_page)

    def test_an_event_s_id_is_not_searched_for_in_glitchtip_s_list(self) -> None:
        with StandIn("glitchtip") as standin:
            run = call(standin, "list-issues", "--query", "ab" * 16, "--no-tags", "--environment", "")
            self.assertEqual((run.status, run.out), (0, "[]\n"))
            self.assertNotIn("100", [request.query.get("limit") for request in standin.requests])
            self.assertFalse([request for request in standin.requests if "/organizations/" in request.path])

    def test_a_later_page_of_a_query_like_an_id_is_one_request(self) -> None:
        """Had it been an ID, there would be no cursor; looking it up reads GlitchTip's whole list."""
        with StandIn("glitchtip") as standin:
            argv = ("list-issues", "--query", "utf-8", "--no-tags", "--cursor", "bz0w", "--environment", "prod")
            self.assertEqual(call(standin, *argv).status, 0)
            self.assertEqual([request.query.get("cursor") for request in standin.requests], ["bz0w"])

    def test_what_glitchtip_tells_wrong_is_null(self) -> None:
        with StandIn("glitchtip") as standin:
            event = call(standin, "event-detail", standin.issues[0]["events"][1]["eventID"]).json()
            self.assertEqual((event["previous_id"], event["next_id"]), (None, None))
            self.assertIsNone(call(standin, "list-issues", "--no-tags").json()[0]["user_count"])


class Retired(StandInCase):
    def test_the_organization_s_list_takes_the_place_of_the_project_s(self) -> None:
        expected = self.good("list-issues", "--no-tags", "--limit", "3")
        self.standin.list_retired = True
        self.standin.requests.clear()
        self.assertEqual(self.good("list-issues", "--no-tags", "--limit", "3"), expected)
        self.assertEqual(
            self.standin.paths(), ["/api/0/projects/acme/backend/issues/", "/api/0/organizations/acme/issues/"]
        )
        self.assertEqual(self.standin.requests[1].query["project"], "backend")
        week = self.good("list-issues", "--no-tags", "--time-range", "7d", "--limit", "50")
        self.standin.list_retired = False
        self.assertEqual(week, self.good("list-issues", "--no-tags", "--time-range", "7d", "--limit", "50"))

    def test_it_says_that_the_list_ends_90_days_ago(self) -> None:
        for retired in (False, True):
            self.standin.list_retired = retired
            for time_range, is_longer in (("", True), ("26w", True), ("90d", False)):
                run = self.call("list-issues", "--no-tags", "--time-range", time_range, "--limit", "50")
                self.assertEqual("90 days" in run.err, retired and is_longer, time_range)
            run = self.call("list-issues", "--no-tags", "--time-range", "", "--query", "BACKEND-3")
            self.assertNotIn("90 days", run.err)


class Queries(unittest.TestCase):
    def test_text_like_an_id_is_searched_too(self) -> None:
        for dialect in DIALECTS:
            with self.subTest(dialect), StandIn(dialect) as standin:
                standin.issues[0]["title"] = "broken utf-8 in body"
                run = call(standin, "list-issues", "--query", "utf-8", "--no-tags")
                self.assertEqual([record["id"] for record in run.json()], ["4001"])
                self.assertNotIn("found by its ID", run.err)

    def test_text_like_an_id_where_issues_may_not_be_looked_up(self) -> None:
        with StandIn() as standin:
            standin.issues[0]["title"] = "broken utf-8 in body"
            standin.fault("/organizations/acme/issues/UTF-8", faults.answer(403, {"detail": "no"}))
            run = call(standin, "list-issues", "--query", "utf-8", "--no-tags")
            self.assertEqual([record["id"] for record in run.json()], ["4001"])

    def test_other_environments_that_could_not_be_read(self) -> None:
        with StandIn() as standin:
            standin.fault("/events/", faults.answer(403, {"detail": "no"}))
            run = call(standin, "list-issues", "--environment", "nope")
            self.assertEqual((run.status, run.out), (0, "[]\n"))
            self.assertIn("could not be read", run.err)
            self.assertNotIn("no named environment", run.err)

    def test_an_event_s_id_in_every_form(self) -> None:
        for dialect in DIALECTS[:2]:
            with self.subTest(dialect), StandIn(dialect) as standin:
                event = standin.issues[-1]["events"][0]["eventID"]
                dashed = "-".join((event[:8], event[8:12], event[12:16], event[16:20], event[20:]))
                for text in (event, event.upper(), dashed):
                    run = call(standin, "list-issues", "--query", text, "--no-tags")
                    self.assertEqual([record["id"] for record in run.json()], [standin.issues[-1]["id"]])

    def test_a_direct_hit_of_nothing_is_none(self) -> None:
        with StandIn("glitchtip") as standin:
            run = call(standin, "list-issues", "--query", "ab" * 16, "--environment", "prod", "--no-tags")
            self.assertEqual(run.json(), [])
            self.assertNotIn("found by", run.err)

    def test_an_unbalanced_quote(self) -> None:
        with StandIn("glitchtip") as standin:
            run = call(standin, "list-issues", "--query", 'message:"x', "--no-tags")
            self.assertEqual(run.status, 1)
            self.assertIn("quote", run.err)

    def test_a_project_that_may_not_exist(self) -> None:
        with StandIn("glitchtip") as standin:
            run = call(standin, "list-issues", "--project", "nope")
            self.assertEqual((run.status, run.out), (0, "[]\n"))
            self.assertIn("whether it exists", run.err)
            self.assertNotIn("whether it exists", call(standin, "list-issues", "--query", "is:resolved").err)


class Hints(StandInCase):
    def test_what_was_not_found(self) -> None:
        self.assertIn(
            "no project 'livv' in organization 'acme' (HTTP 404", self.fails(4, "list-issues", "--project", "livv")
        )
        self.assertIn("no issue 999 (HTTP 404", self.fails(4, "issue-detail", "999"))
        self.assertIn(f"no event {'ab' * 16} (HTTP 404", self.fails(4, "event-detail", "ab" * 16))

    def test_by_sentry_s_codes(self) -> None:
        for code, words in (("sso-required", "single sign-on"), ("member-disabled-over-limit", "more members")):
            self.standin.faults.clear()
            self.standin.fault("/api/", faults.answer(401, {"detail": {"code": code, "message": "No.", "extra": {}}}))
            self.assertIn(words, self.fails(3, "list-issues"))
        self.standin.faults.clear()
        self.assertIn("/profile/auth-tokens", self.fails(3, "list-issues", SENTRY_AUTH_TOKEN="sntryu_" + "b" * 64))

    def test_socks_proxies_are_refused_in_one_line(self) -> None:
        for name in ("https_proxy", "all_proxy"):
            run = call(
                None,
                "list-issues",
                SENTRY_BASE_URL="https://sentry.example.test",
                no_proxy=None,
                **{name: "socks5://u:pw-9@127.0.0.1:1080"},
            )
            self.assertEqual((run.status, run.out), (6, ""))
            self.assertIn("SOCKS", run.err)
            self.assertNotIn("pw-9", run.err)
            run = call(
                None,
                "list-issues",
                SENTRY_BASE_URL="https://sentry.invalid",
                no_proxy="sentry.invalid",
                **{name: "socks5://127.0.0.1:1080"},
            )
            self.assertIn("DNS", run.err)  # asked without the proxy, as the hint says

    def test_a_proxy_for_all_schemes_is_used(self) -> None:
        self.call("list-issues", SENTRY_BASE_URL="http://sentry.invalid", all_proxy=self.standin.url, no_proxy="")
        self.assertTrue(self.standin.requests, "the proxy was not asked")
        self.assertIn("sentry.invalid", self.standin.requests[0].headers["host"])

    def test_sentry_cli_s_variable_is_warned_of(self) -> None:
        run = call(
            None, "list-issues", SENTRY_URL="https://sentry.acme.test", https_proxy="http://127.0.0.1:1", no_proxy=None
        )
        self.assertIn("SENTRY_URL", run.err.splitlines()[0])
        self.assertNotIn("SENTRY_URL", self.call("list-issues", SENTRY_URL="https://x.test").err)
        both = {"SENTRY_URL": "https://x.test", "SENTRY_BASE_URL": "https://sentry.io"}
        run = call(None, "list-issues", **both, https_proxy="http://127.0.0.1:1", no_proxy=None)
        self.assertNotIn("SENTRY_URL", run.err)


class Places(StandInCase):
    def test_options_of_a_command_before_it(self) -> None:
        error = self.fails(2, "--limit", "5", "list-issues")
        self.assertIn("list-issues --limit", error)
        self.assertEqual(self.call("--no-tags", "list-issues").status, 2)

    def test_the_hint_names_the_command_s_own_help(self) -> None:
        self.assertIn("sentry_api.py issue-events --help", self.fails(2, "issue-events", "4001", "--bogus"))


class Quiet(StandInCase):
    def test_no_notes_but_errors(self) -> None:
        self.assertEqual(self.call("list-issues", "--limit", "80", "--quiet", "--query", "is:resolved").err, "")
        self.assertEqual(self.call("--quiet", "list-issues", "--limit", "1").err, "")
        self.assertIn("hint: ", self.fails(4, "issue-detail", "999", "--quiet"))


if __name__ == "__main__":
    unittest.main()
