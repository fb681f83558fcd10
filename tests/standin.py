"""A stand-in for Sentry's Web API on a loopback port, for tests and the demo.

It behaves as three servers do: `sentry` (sentry.io today), `sentry9` (9.1.2, self-hosted) and `glitchtip` (5.1).
It keeps a log of requests and can misbehave: see Fault and faults.py.

An issue is a dict as sample.make_issue gives it. It may also have: `project` (a slug; else the stand-in's own);
`more`, a list of (epoch, number, environment): events that are counted but not kept; `old_count`, events of which
nothing else is kept, and `old_since`, the first one's epoch; `merged`, IDs that lead to this issue; `extra`, keys that
replace those of its answers. An event may have `received` (epoch, else `at`), `number` (its ID on 9.1.2), `extra`.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
import shlex
import socket
import threading
import time
import urllib.parse
import uuid
import zlib
from datetime import datetime, timezone
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, NamedTuple

from tests import sample

TOKEN = "sntryu_" + "5e" * 32
NO_EVENTS_TOKEN = "sntryu_" + "0f" * 32  # without event:read
ORG_BOUND_TOKEN = "sntrya_" + "7c" * 32  # limited to one organization
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
HOUR, DAY = 3600, 86400
RETAINED = 90 * DAY
SERIES = {"24h": (HOUR, 24), "14d": (DAY, 14)}  # of lists: step and length
SORTS = {
    "sentry": {"date": "seen", "new": "new", "freq": "freq", "user": "user", "trends": "freq", "recommended": "freq",
               "inbox": "seen"},
    "sentry9": {"date": "seen", "new": "new", "freq": "freq", "priority": "freq"},
    "glitchtip": {"last_seen": "seen", "first_seen": "new", "count": "freq", "priority": "seen"},
}  # fmt: skip
GONE = {"message": "This API no longer exists."}
MISSING = {"detail": "The requested resource does not exist"}
BROKEN = {"detail": "Internal Error", "errorId": "afc65e222ac54cec8c99aff3dc7c8f8b"}
SERVER_ERROR = b'\n<!doctype html>\n<html lang="en">\n<head>\n  <title>Server Error (500)</title>\n</head>\n</html>\n'


class Request(NamedTuple):
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]


class Answer(NamedTuple):
    """What the server says."""

    status: int
    body: Any  # bytes as they are, anything else as JSON
    headers: dict[str, str] = {}


class Found(NamedTuple):
    """An issue in a list, with the counts and times that the list goes by."""

    issue: dict[str, Any]
    figures: dict[str, Any]


class Refusal(Exception):
    """What the server can't make sense of."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer)
        self.answer = answer


class Fault(NamedTuple):
    """Misbehaviour: `act` handles requests whose path contains `path`, the first `times` of them."""

    path: str
    act: Callable[["Handler"], None]
    times: int = 10**9


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    standin: "StandIn"

    def __init__(self, *args: Any) -> None:
        self.open: set[socket.socket] = set()
        super().__init__(*args)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are part of the tests."""

    def process_request(self, request: Any, client_address: Any) -> None:
        self.open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        self.open.discard(request)

    def hang_up(self) -> None:
        """Close what is still open: connections that a fault holds for long."""
        for connection in list(self.open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            self.shutdown_request(connection)


class StandIn:
    """A running server. Use it as a context manager, or stop() it."""

    def __init__(
        self, dialect: str = "sentry", issues: list[dict[str, Any]] | None = None, latency: float = 0.0
    ) -> None:
        self.dialect = dialect
        self.org, self.project = "acme", "backend"
        self.projects = {"backend": "7", "frontend": "8"}  # slugs and IDs
        self.clock = 0.0  # seconds the server's clock is ahead of the local one
        self.sends_date = dialect != "sentry9"
        self.latency = latency
        self.issues = sample.make_project(self.now()) if issues is None else issues
        self.retired = False  # 410 on the org-less endpoints
        self.list_retired = False  # 410 on a project's list of issues
        self.other_region = False  # 404 on the org-less endpoints
        self.looks_up = dialect != "glitchtip"  # shortIdLookup finds something
        self.strict = False  # 422 to shortIdLookup
        self.whole_events = dialect != "sentry"  # entries in EP3, asked for or not
        self.link_host = "http://sentry.internal.example"
        self.permalink_host = ""  # of permalinks, where it isn't the one that was asked
        self.faults: list[Fault] = []
        self.requests: list[Request] = []
        self.lock = threading.Lock()
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.standin = self
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True)
        self.thread.start()

    def now(self) -> float:
        return time.time() + self.clock

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        self.server.hang_up()

    def __enter__(self) -> "StandIn":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def fault(self, path: str, act: Callable[["Handler"], None], times: int = 10**9) -> None:
        self.faults.append(Fault(path, act, times))

    def paths(self) -> list[str]:
        return [request.path for request in self.requests]

    # Sentry's answers.

    def answer(self, request: Request) -> Answer:
        refused = self.refuse(request)
        if refused:
            return refused
        try:
            return self.route(request.path, request.query)
        except Refusal as refusal:
            return refusal.answer

    def route(self, path: str, query: dict[str, str]) -> Answer:
        project = re.fullmatch(r"/api/0/projects/([^/]+)/([^/]+)/(issues|events/([^/]+))/", path)
        if project:
            org, name, what, event = project.groups()
            slug = self.slug(name)
            if org != self.org or slug is None:
                return self.unknown_project(org, what == "issues", path, query)
            return self.project_issues(slug, path, query) if what == "issues" else self.event_detail(slug, event)
        organization = re.fullmatch(r"/api/0/organizations/([^/]+)/issues/", path)
        if organization:
            return self.organization_issues(organization.group(1), path, query)
        issue = re.fullmatch(r"/api/0/(?:organizations/([^/]+)/)?issues/([^/]+)/(?:(events)/(?:([^/]+)/)?)?", path)
        if issue:
            org, issue_id, events, event = issue.groups()
            return self.issue_or_events(org, issue_id, events, event, path, query)
        return self.no_route()

    def refuse(self, request: Request) -> Answer | None:
        token = request.headers.get("authorization", "").partition("Bearer ")[2]
        glitchtip = self.dialect == "glitchtip"
        asks = {"WWW-Authenticate": 'xBasic realm="api"'} if self.dialect == "sentry9" else {}
        if not token:
            return Answer(401, {"detail": "Authentication credentials were not provided."}, asks)
        if token == ORG_BOUND_TOKEN and re.match(r"/api/0/issues/", request.path):
            return Answer(401, {"detail": "This token is limited to the endpoints of its organization"})
        if token == NO_EVENTS_TOKEN and "/issues/" in request.path or token.startswith("sntrys_"):
            return Answer(403, {"detail": "Permission denied" if glitchtip else
                                "You do not have permission to perform this action."})  # fmt: skip
        if token not in (TOKEN, NO_EVENTS_TOKEN, ORG_BOUND_TOKEN):
            return Answer(401, {"detail": "Unauthorized" if glitchtip else "Invalid token"}, asks)
        return None

    def slug(self, name: str) -> str | None:
        """Return the slug of a project given by slug, or on today's Sentry by ID."""
        by_id = self.dialect == "sentry"
        return next((slug for slug, number in self.projects.items() if name == slug or by_id and name == number), None)

    def project_of(self, issue: dict[str, Any]) -> str:
        return str(issue.get("project", self.project))

    def unknown_project(self, org: str, issues: bool, path: str, query: dict[str, str]) -> Answer:
        if self.dialect == "glitchtip" and org == self.org and issues:
            return self.page([], 50, path, query, {"X-Hits": "0", "X-Max-Hits": "1000"})
        return self.missing()

    def missing(self) -> Answer:
        return Answer(404, {"detail": "Not Found"} if self.dialect == "glitchtip" else MISSING)

    def no_route(self) -> Answer:
        if self.dialect == "glitchtip":
            return Answer(200, b"<!doctype html><title>GlitchTip</title>", {"Content-Type": "text/html"})
        return Answer(404, b"", {"Content-Type": "text/html; charset=utf-8"})

    # Lists of issues.

    def project_issues(self, slug: str, path: str, query: dict[str, str]) -> Answer:
        if self.list_retired:
            replacement = "/api/0/organizations/:organization_id_or_slug/issues/"
            return Answer(410, GONE, {"X-Sentry-Replacement-Endpoint": replacement})
        period: str | None = "24h"
        if self.dialect != "glitchtip":
            period = query.get("statsPeriod", "24h") or None
            if period not in (None, *SERIES):
                return Answer(400, {"detail": "Invalid stats_period. Valid choices are '', '24h', and '14d'"})
        issues = [issue for issue in self.issues if self.project_of(issue) == slug]
        return self.list_issues(issues, issues, path, query, period)

    def organization_issues(self, org: str, path: str, query: dict[str, str]) -> Answer:
        """Answer the list that takes EP1's place; its statsPeriod filters, and groupStatsPeriod picks the series."""
        if self.dialect == "sentry9" or org != self.org:
            return self.no_route() if self.dialect == "sentry9" else self.missing()
        name, issues = query.get("project", "-1"), self.issues
        if self.dialect == "glitchtip":  # it takes numbers only, and -1 is none
            if not re.fullmatch("-?[0-9]+", name):
                return self.invalid("project", "Input should be a valid integer, unable to parse string as an integer")
            if "project" in query:
                issues = [issue for issue in issues if self.project_id(issue) == name]
            return self.list_issues(issues, issues, path, query, "24h")
        if name != "-1":
            slug = self.slug(name)
            if slug is None:
                return Answer(403, {"detail": "You do not have permission to perform this action."})
            issues = [issue for issue in issues if self.project_of(issue) == slug]
        period = query.get("groupStatsPeriod", "24h") or None
        if period not in (None, *SERIES):
            return Answer(400, {"detail": "Invalid stats_period. Valid choices are '', '24h', '14d' and 'auto'"})
        return self.list_issues(issues, self.issues, path, query, period, self.span(query))

    def list_issues(
        self, issues: list[dict[str, Any]], reachable: list[dict[str, Any]], path: str, query: dict[str, str],
        period: str | None, span: tuple[float, float] | None = None,
    ) -> Answer:  # fmt: skip
        """Answer with a list; `reachable` is what a direct hit can be, `span` what an organization's list counts."""
        glitchtip = self.dialect == "glitchtip"
        limit = query.get("limit", "50" if glitchtip else "100")
        if not re.fullmatch("[0-9]+", limit):
            return self.invalid("limit", "Input should be a valid integer") if glitchtip else Answer(
                400, {"detail": "invalid limit"})  # fmt: skip
        if self.strict and "shortIdLookup" in query:
            return Answer(422, {"detail": [{"loc": ["query", "shortIdLookup"], "msg": "Input should be a boolean"}]})
        if glitchtip and query.get("sort", "-last_seen").lstrip("-") not in SORTS["glitchtip"]:
            names = ["last_seen", "first_seen", "count", "priority"]
            quoted = [f"'{name}'" for name in names + ["-" + name for name in names]]
            return self.invalid("sort", f"Input should be {', '.join(quoted[:-1])} or {quoted[-1]}", "literal_error")
        text, environment = query.get("query", "" if glitchtip else "is:unresolved"), query.get("environment")
        asked_id, headers = event_id_in(text), {}
        if glitchtip:
            environment_of_counts = None
            if asked_id:
                headers["X-Sentry-Direct-Hit"] = "1"
        else:
            environment_of_counts = environment
            hit = self.direct_hit(reachable, text.strip(), asked_id, query)
            if hit:
                shaped = self.issue(hit, environment, period=period)
                if asked_id:
                    shaped["matchingEventId"] = asked_id
                return Answer(200, [self.collapsed(shaped, query)], {"X-Sentry-Direct-Hit": "1"})
        wanted = self.search(text, asked_id)
        found: list[Found] = []
        for issue in issues:
            if not self.in_environment(issue, environment) or not wanted(issue, environment):
                continue
            if span is None or self.counted(issue, environment, *span):
                found.append(Found(issue, self.figures(issue, environment_of_counts, span)))
        self.rank(found, environment_of_counts, query.get("sort"))
        hits = {"X-Hits": str(len(found)), "X-Max-Hits": "1000"}
        size = min(int(limit), 100)

        def shape(item: Found) -> dict[str, Any]:
            shaped = self.issue(item.issue, environment, period=period, span=span)
            if glitchtip and asked_id:
                shaped["matchingEventId"] = asked_id
            return self.collapsed(shaped, query)

        return self.page(found, (size or 50) if glitchtip else size, path, query, {**headers, **hits}, shape)

    def rank(self, found: list[Found], environment: str | None, sort: str | None) -> None:
        """Put issues in the order asked for; the sort by events goes by 90 days, whatever the list shows."""
        name = (sort or ("-last_seen" if self.dialect == "glitchtip" else "date")).lstrip("-")
        order = SORTS[self.dialect].get(name)
        if order is None:
            raise Refusal(Answer(500, BROKEN) if self.dialect == "sentry9" else Answer(
                400, {"detail": f"Error parsing search query: invalid sort {sort!r}"}))  # fmt: skip
        since = self.now() - RETAINED
        key: Callable[[Found], Any]
        if order == "freq":
            if self.dialect == "glitchtip":
                key = lambda item: int(item.figures["count"])  # noqa: E731
            else:
                key = lambda item: sum(n for _, n in self.counted(item.issue, environment, since))  # noqa: E731
        elif order == "user":
            key = lambda item: item.figures["userCount"]  # noqa: E731
        else:
            key = lambda item: item.figures["lastSeen" if order == "seen" else "firstSeen"] or ""  # noqa: E731
        found.sort(key=key, reverse=self.dialect != "glitchtip" or (sort or "-").startswith("-"))

    def direct_hit(
        self, issues: list[dict[str, Any]], text: str, event_id: str | None, query: dict[str, str]
    ) -> dict[str, Any] | None:
        for issue in issues:
            if self.looks_up and query.get("shortIdLookup") == "1" and issue["shortId"] == text.upper():
                return issue
            if event_id and any(event["eventID"] == event_id for event in issue["events"]):
                return issue
        return None

    def search(self, text: str, event_id: str | None) -> Callable[[dict[str, Any], str | None], bool]:
        """Return what tells whether an issue matches a query."""
        terms = self.terms(text)
        if self.dialect == "glitchtip" and event_id:  # the ID is all that counts
            return lambda issue, _: any(event["eventID"] == event_id for event in issue["events"])
        return lambda issue, environment: all(self.matches(issue, term, environment) for term in terms)

    def terms(self, text: str) -> list[str]:
        if self.dialect == "glitchtip":
            try:
                return shlex.split(text)
            except ValueError:
                raise Refusal(Answer(500, SERVER_ERROR, {"Content-Type": "text/html; charset=utf-8"})) from None
        if self.dialect == "sentry" and text.count("(") != text.count(")"):
            raise Refusal(Answer(400, {"detail": "Error parsing search query: Parse error. This is commonly caused by "
                                       "unmatched parentheses. Enclose any text in double quotes."}))  # fmt: skip
        return [term.replace('"', "") for term in re.findall(r'(?:[^\s"]|"[^"]*"?)+', text)]

    def matches(self, issue: dict[str, Any], term: str, environment: str | None) -> bool:
        """Tell whether an issue matches one term of a query; terms that GlitchTip doesn't know are tags."""
        if term.startswith("!") and self.dialect != "glitchtip":
            return not self.matches(issue, term[1:], environment)
        name, colon, value = term.partition(":")
        if not colon or not value and self.dialect != "glitchtip" or not re.fullmatch(r"[\w.-]+", name):
            return term.lower() in str(issue["title"]).lower()
        if name == "is":
            return bool(issue["status"] == ("ignored" if value == "archived" else value))
        if name == "level":
            return bool(issue["level"] == value)
        if name in ("lastSeen", "firstSeen", "age") and self.dialect != "glitchtip":
            times = self.times(issue, environment)
            return bool(times) and self.in_time(value, times[-1 if name == "lastSeen" else 0])
        tags = {tuple(tag) for event in issue["events"] for tag in event["tags"]}
        if name == "has":
            return any(key == value for key, _ in tags)
        return (name, value) in tags

    def in_time(self, value: str, at: float) -> bool:
        """Tell whether a time is as a query says: -24h is newer than that, +24h older, or >= and a time."""
        relative = re.fullmatch(r"([+-])(\d+[smhdw])", value)
        if relative:
            limit = self.now() - seconds(relative.group(2))
            return at >= limit if relative.group(1) == "-" else at <= limit
        absolute = re.fullmatch(r"(>=|<=|>|<)(.+)", value)
        try:
            limit = epoch(absolute.group(2)) if absolute else 0.0
        except ValueError:
            absolute = None
        if not absolute:
            raise Refusal(Answer(400, {"detail": f"Error parsing search query: Invalid date: {value}"}))
        return {">=": at >= limit, "<=": at <= limit, ">": at > limit, "<": at < limit}[absolute.group(1)]

    def span(self, query: dict[str, str]) -> tuple[float, float]:
        """Return the time that statsPeriod, or start and end, ask for; 90 days without."""
        period, now = query.get("statsPeriod"), self.now()
        if period:
            if not re.fullmatch(r"\d+[smhdw]?", period):
                raise Refusal(Answer(400, {"detail": f"Invalid statsPeriod: {period!r}"}))
            return now - seconds(period if period[-1] in UNITS else period + "s"), float("inf")
        if query.get("start") and query.get("end"):
            try:
                return epoch(query["start"]), epoch(query["end"])
            except ValueError as error:
                raise Refusal(Answer(400, {"detail": f"{error} is not a valid ISO8601 date query"})) from None
        if query.get("start") or query.get("end"):
            raise Refusal(Answer(400, {"detail": "start and end are both required"}))
        return now - RETAINED, float("inf")

    # One issue, its events, one event.

    def issue_or_events(
        self, org: str | None, issue_id: str, events: str | None, event: str | None, path: str, query: dict[str, str]
    ) -> Answer:
        sentry, glitchtip = self.dialect == "sentry", self.dialect == "glitchtip"
        if org is None and self.retired:
            replacement = f"/api/0/organizations/:organization_id_or_slug/issues/{issue_id}/"
            return Answer(410, GONE, {"X-Sentry-Replacement-Endpoint": replacement})
        if org is not None and glitchtip and not events and issue_id.isdigit():
            return Answer(405, {"detail": "Method Not Allowed"})
        if org is not None and not sentry and (glitchtip or not events) or event and not sentry:
            return self.no_route()
        if not issue_id.isdigit() and not (org and sentry):
            return self.no_route()
        known = (i for i in self.issues if issue_id in (i["id"], *i.get("merged", ())))
        if org and sentry and not issue_id.isdigit():
            known = (i for i in self.issues if issue_id.upper() == i["shortId"])
        issue = next(known, None)
        if issue is None or org is None and self.other_region or org not in (None, self.org):
            if events and glitchtip:
                return self.page([], 50, path, query, {"X-Hits": "0", "X-Max-Hits": "1000"})
            return self.missing()
        if event:
            return self.event_of_issue(issue, event, query.get("environment"))
        if events:
            return self.events(issue, path, query)
        environment = None if glitchtip else query.get("environment")
        if environment and not self.knows(environment):
            return self.missing()
        return Answer(200, self.collapsed(self.issue(issue, environment, detail=True), query))

    def events(self, issue: dict[str, Any], path: str, query: dict[str, str]) -> Answer:
        if self.dialect == "glitchtip":
            limit = query.get("limit", "50")
            if not limit.isdigit():
                return self.invalid("limit", "Input should be a valid integer")
            events = sorted(issue["events"], key=received, reverse=True)
            total = {"X-Hits": str(len(events)), "X-Max-Hits": "1000"}
            return self.page(events, min(int(limit) or 50, 100), path, query, total, lambda event: snake(
                self.event(issue, event, self.whole_events)))  # fmt: skip
        limit = query.get("per_page", "100")
        if not (limit.isdigit() and 1 <= int(limit) <= 100):
            if self.dialect == "sentry9":
                return Answer(500, BROKEN)
            return Answer(400, {"detail": "Invalid per_page value. Must be between 1 and 100."})
        environment = query.get("environment")
        if environment and not self.knows(environment):
            return Answer(200, [])
        start, end = self.span(query)
        events = [event for event in issue["events"]
                  if start <= event["at"] < end and in_environment(event["environment"], environment)]  # fmt: skip
        events.sort(key=lambda event: event["at"], reverse=True)
        whole = self.whole_events or query.get("full") in ("1", "true")
        return self.page(events, int(limit), path, query, None, lambda event: self.event(issue, event, whole))

    def event_of_issue(self, issue: dict[str, Any], name: str, environment: str | None) -> Answer:
        """Answer for an event under its issue's path: `latest`, `oldest`, `recommended` or an ID."""
        events = sorted(issue["events"], key=lambda event: event["at"])
        events = [event for event in events if in_environment(event["environment"], environment)]
        if name not in ("latest", "oldest", "recommended"):
            if not event_id_in(name):
                return self.no_route()
            events = [event for event in events if event["eventID"] == event_id_in(name)]
        if not events:
            return Answer(404, {"detail": "Event not found"})
        return Answer(200, self.whole_event(issue, events[0 if name == "oldest" else -1]))

    def event_detail(self, slug: str, event_id: str) -> Answer:
        if self.dialect == "glitchtip":
            if not event_id_in(event_id):
                problem = "invalid character: expected an optional prefix of `urn:uuid:` followed by [0-9a-fA-F-]"
                return self.invalid("event_id", f"Input should be a valid UUID, {problem}", "uuid_parsing", "path")
            event_id = str(event_id_in(event_id))
        elif not re.fullmatch(r"\d+|[0-9a-fA-F]{32}", event_id):
            return self.no_route()
        for issue in self.issues:
            for event in issue["events"]:
                if event["eventID"] == event_id and self.project_of(issue) == slug:
                    return Answer(200, self.whole_event(issue, event))
        return Answer(404, {"detail": "Not Found" if self.dialect == "glitchtip" else "Event not found"})

    def invalid(self, name: str, message: str, kind: str = "int_parsing", place: str = "query") -> Answer:
        """Answer as GlitchTip does to what it can't validate."""
        return Answer(422, {"detail": [{"type": kind, "loc": [place, name], "msg": message}]})

    # What is counted.

    def knows(self, environment: str) -> bool:
        return any(self.in_environment(issue, environment) for issue in self.issues)

    def in_environment(self, issue: dict[str, Any], environment: str | None) -> bool:
        if environment is None:
            return True
        if self.dialect == "glitchtip" and not environment:  # it asks for a tag with this value
            return False
        names = [event["environment"] for event in issue["events"]] + [name for _, _, name in issue.get("more", ())]
        return any(in_environment(name, environment) for name in names)

    def counted(
        self, issue: dict[str, Any], environment: str | None, start: float = 0.0, end: float = float("inf")
    ) -> list[tuple[float, int]]:
        """Return when events of an issue were seen, and how many each time."""
        when = received if self.dialect == "glitchtip" else happened
        found = [(when(e), 1) for e in issue["events"] if in_environment(e["environment"], environment)]
        found += [(at, n) for at, n, name in issue.get("more", ()) if in_environment(name, environment)]
        return [(at, n) for at, n in found if start <= at < end]

    def times(self, issue: dict[str, Any], environment: str | None) -> list[float]:
        """Return an issue's times in order, without regard to what is retained."""
        times = [at for at, _ in self.counted(issue, environment)]
        if environment is None and "old_since" in issue:
            times.append(issue["old_since"])
        return sorted(times)

    def figures(
        self, issue: dict[str, Any], environment: str | None, span: tuple[float, float] | None = None
    ) -> dict[str, Any]:
        """Return an issue's counts and times: of all time, or of the retained events of an environment or a span."""
        whole = environment is None and span is None
        if span is None and environment is not None and self.dialect == "sentry":
            span = self.now() - RETAINED, float("inf")
        start, end = span or (0.0, float("inf"))
        counted = self.counted(issue, environment, start, end)
        times = self.times(issue, None) if whole else sorted(at for at, _ in counted)
        users = {e["user"]["id"] for e in issue["events"]
                 if start <= e["at"] < end and in_environment(e["environment"], environment)}  # fmt: skip
        figures = {
            "count": str(sum(n for _, n in counted) + (issue.get("old_count", 0) if whole else 0)),
            "userCount": 0 if self.dialect == "glitchtip" else len(users),
            "firstSeen": iso(times[0]) if times else None, "lastSeen": iso(times[-1]) if times else None,
        }  # fmt: skip
        figures.update((key, value) for key, value in issue.get("extra", {}).items() if key in figures)
        return figures

    def series(self, issue: dict[str, Any], environment: str | None, step: int, length: int) -> list[list[float]]:
        """Return counts by whole hours or days (UTC), the last one the current."""
        first = (int(self.now()) // step - length + 1) * step
        counts = [0] * length
        for at, n in self.counted(issue, environment, first, first + step * length):
            counts[int(at - first) // step] += n
        kind = float if self.dialect == "sentry9" and environment is None else int
        return [[kind(first + step * index), n] for index, n in enumerate(counts)]

    # Sentry's objects.

    def project_id(self, issue: dict[str, Any]) -> str:
        return self.projects.get(self.project_of(issue), "9")

    def permalink(self, issue: dict[str, Any]) -> str:
        base, slug = self.permalink_host or self.url, self.project_of(issue)
        return {
            "sentry": f"{base}/organizations/{self.org}/issues/{issue['id']}/",
            "sentry9": f"{base}/{self.org}/{slug}/issues/{issue['id']}/",
            "glitchtip": f"{base}/{slug}/issues/{issue['id']}",
        }[self.dialect]

    def issue(
        self, issue: dict[str, Any], environment: str | None, detail: bool = False, period: str | None = "24h",
        span: tuple[float, float] | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """Return an issue as EP1 shows it, with the series that `period` names, or as EP2 does."""
        glitchtip = self.dialect == "glitchtip"
        environment = None if glitchtip else environment
        slug = self.project_of(issue)
        item = {
            "id": issue["id"], "shortId": issue["shortId"], "title": self.title(issue), "culprit": issue["culprit"],
            "level": issue["level"], "status": issue["status"], "type": "error", "metadata": issue["metadata"],
            "project": {"id": self.project_id(issue), "name": slug.title(), "slug": slug, "platform": "python"},
            "permalink": self.permalink(issue), "statusDetails": {}, **self.figures(issue, environment, span),
        }  # fmt: skip
        if glitchtip:
            item.update(stats={"24h": []}, numComments=0, shareId=None, logger=None, subscriptionDetails=None,
                        matchingEventId=None)  # fmt: skip
        elif detail:
            hours, days = (25, 31) if self.dialect == "sentry9" else (24, 30)
            item["stats"] = {"24h": self.series(issue, environment, HOUR, hours),
                             "30d": self.series(issue, environment, DAY, days)}  # fmt: skip
        elif period:
            item["stats"] = {period: self.series(issue, environment, *SERIES[period])}
        if not glitchtip:
            owner = {"type": "user", "id": "3", "name": "Tess Team", "email": "tess@acme.example"}
            item.update(annotations=[], assignedTo=owner)
        if self.dialect == "sentry":
            item.update(platform="python", isUnhandled=True, substatus="ongoing", priority="high", issueType="error",
                        issueCategory="error")  # fmt: skip
        if span is not None:
            item["lifetime"] = {**self.figures(issue, environment), "stats": None}
        if detail and not glitchtip:
            total = "totalValues" if self.dialect == "sentry" else "uniqueValues"
            item.update(
                tags=[{"key": key, "name": key.title(), total: 12} for key in ("browser", "environment", "release")],
                firstRelease={"version": "shop@2.0.0", "authors": [{"name": "Ada", "email": "ada@acme.example"}]},
                lastRelease={"version": "shop@2.2.0", "lastCommit": None},
                activity=[{"type": "note", "user": {"name": "Tess Team", "email": "tess@acme.example"}}],
                seenBy=[], participants=[], userReportCount=0,
            )  # fmt: skip
        elif detail:
            item["userReportCount"] = 0
        item.update(issue.get("extra", {}))
        return item

    def title(self, issue: dict[str, Any]) -> str:
        """Return an issue's title; GlitchTip's are cut, in the middle of an email if it falls so."""
        title = str(issue["title"])
        return title[:99] + "…" if self.dialect == "glitchtip" and len(title) > 100 else title

    def collapsed(self, item: dict[str, Any], query: dict[str, str]) -> dict[str, Any]:
        """Leave out what `collapse` names (the last one, if there are several)."""
        name = query.get("collapse") if self.dialect == "sentry" else None
        gone = {"release": ["firstRelease", "lastRelease"], "tags": ["tags"], "stats": ["stats"]}.get(name or "", [])
        if "lifetime" in item and name in ("stats", "lifetime"):
            gone = [name, "count", "userCount", "firstSeen", "lastSeen"]
        return {key: value for key, value in item.items() if key not in gone}

    def event(self, issue: dict[str, Any], event: dict[str, Any], whole: bool) -> dict[str, Any]:
        item = {
            "id": event["eventID"], "eventID": event["eventID"], "groupID": issue["id"],
            "projectID": self.project_id(issue), "event.type": "error", "title": self.title(issue),
            "message": issue["title"], "platform": "python", "location": issue["metadata"].get("filename"),
            "culprit": issue["culprit"], "metadata": issue["metadata"], "user": event["user"],
            "dateCreated": iso(event["at"]), "crashFile": None,
            "tags": [{"key": key, "value": value} for key, value in event["tags"]],
        }  # fmt: skip
        if self.dialect != "sentry":
            item.update(type=item.pop("event.type"), dateReceived=iso(received(event)))
        if self.dialect == "sentry9":
            item["id"] = str(event.get("number", zlib.crc32(event["eventID"].encode()) % 10**7))
        if self.dialect == "glitchtip":
            item.update(errors=None, projectID=int(self.project_id(issue)))
            del item["location"], item["crashFile"]
        if whole:
            item["entries"] = sample.entries(issue, event)
        item.update(event.get("extra", {}))
        for key in event.get("without", ()):
            item.pop(key, None)
        return item

    def whole_event(self, issue: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
        """Return an event as EP4 shows it; on GlitchTip, its neighbours are those of the project."""
        glitchtip = self.dialect == "glitchtip"
        neighbours = issue["events"]
        if glitchtip:
            slug = self.project_of(issue)
            neighbours = [e for other in self.issues if self.project_of(other) == slug for e in other["events"]]
        ids = [e["eventID"] for e in sorted(neighbours, key=received if glitchtip else happened)]
        index = ids.index(event["eventID"])
        body = self.event(issue, event, True)
        body.update(
            contexts={"os": {"type": "os", "name": "Linux", "version": "6.1"}, "runtime": {"name": "CPython",
                      "version": "3.11.7"}, "order": {"type": "default", "total": 12}},
            sdk={"name": "sentry.python", "version": "2.75.0"}, context={"basket": ["tea"]},
            errors=None if glitchtip else [], dateReceived=iso(received(event)),
            previousEventID=ids[index - 1] if index else None,
            nextEventID=ids[index + 1] if index + 1 < len(ids) else None, userReport=None,
        )  # fmt: skip
        if not glitchtip:
            body.update(release={"version": dict(event["tags"]).get("release")}, _meta={})
        body.update(event.get("detail", {}))
        return body

    # Pages.

    def page(
        self, items: list[Any], size: int, path: str, query: dict[str, str], headers: dict[str, str] | None = None,
        shape: Callable[[Any], Any] = lambda item: item,
    ) -> Answer:  # fmt: skip
        try:
            offset = self.read_cursor(query.get("cursor"))
        except ValueError:
            if self.dialect == "glitchtip":
                return self.invalid("cursor", "Value error, Invalid cursor.", "value_error")
            return Answer(400, {"detail": "Invalid cursor."})
        following = offset + size if offset + size < len(items) else None
        link = self.link(path, query, following)
        return Answer(200, [shape(item) for item in items[offset : offset + size]], {"Link": link, **(headers or {})})

    def read_cursor(self, cursor: str | None) -> int:
        if not cursor:
            return 0
        if self.dialect == "glitchtip":
            return int(base64.b64decode(cursor).decode().partition("=")[2])
        match = re.fullmatch(r"\d+:(\d+):[01]", cursor)
        if not match:
            raise ValueError(cursor)
        return int(match.group(1))

    def link(self, path: str, query: dict[str, str], following: int | None) -> str:
        """Return a Link header; its URLs name another host, as servers behind proxies do."""
        url = f"{self.link_host}{path}?{urllib.parse.urlencode(query)}"
        if self.dialect == "glitchtip":
            end = ""
            if following is not None:
                end = f'; cursor="{base64.b64encode(f"o={following:07}".encode()).decode()}"'
            results = "false" if following is None else "true"
            return f"""{{'<{url}>; rel="previous"; results="false", <{url}>; rel="next"; results="{results}"{end}'}}"""
        back = f'<{url}>; rel="previous"; results="false"; cursor="0:0:1"'
        results, offset = ("false", 0) if following is None else ("true", following)
        return f'{back}, <{url}>; rel="next"; results="{results}"; cursor="0:{offset}:0"'


def snake(item: dict[str, Any]) -> dict[str, Any]:
    """Return an object with its own keys in GlitchTip's form."""
    return {re.sub(r"(?<=[a-z])(ID|[A-Z])", lambda match: "_" + match.group().lower(), key): item[key] for key in item}


def happened(event: dict[str, Any]) -> float:
    return float(event["at"])


def received(event: dict[str, Any]) -> float:
    return float(event.get("received", event["at"]))


def in_environment(name: str | None, wanted: str | None) -> bool:
    """Tell whether an event's environment is the one asked for; an empty one asks for events without any."""
    return wanted is None or (name or "") == wanted


def event_id_in(text: str) -> str | None:
    """Return the event ID that a text is, dashed or not, in any case."""
    try:
        return uuid.UUID(text.strip()).hex if re.fullmatch("[0-9a-fA-F-]{32,36}", text.strip()) else None
    except ValueError:
        return None


def epoch(text: str) -> float:
    """Return a time given in ISO 8601, UTC if it says nothing else, in seconds since 1970."""
    at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (at if at.tzinfo else at.replace(tzinfo=timezone.utc)).timestamp()


@lru_cache(maxsize=16)
def compress(body: bytes) -> bytes:
    return gzip.compress(body, 1, mtime=0)


def iso(at: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + f".{int(at % 1 * 1000):03}Z"


def seconds(text: str) -> float:
    return float(text[:-1]) * UNITS[text[-1]]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, *_: object) -> None:
        """Keep quiet; StandIn.requests is the log."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string(self.server.standin.now() if timestamp is None else timestamp)

    def handle_any(self) -> None:
        standin = self.server.standin
        parts = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, urllib.parse.unquote(parts.path), query, headers)
        with standin.lock:
            standin.requests.append(request)
            act = None
            for index, fault in enumerate(standin.faults):
                if fault.path in self.path and fault.times > 0:
                    standin.faults[index] = fault._replace(times=fault.times - 1)
                    act = fault.act
                    break
        time.sleep(standin.latency)
        if act:
            act(self)
        else:
            self.reply(standin.answer(request))

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = do_CONNECT = handle_any

    def reply(self, answer: Answer) -> None:
        """Send an answer, compressed if the client takes it and it is worth it."""
        body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        headers = {"Content-Type": "application/json", **answer.headers}
        if len(body) > 500 and "gzip" in self.headers.get("Accept-Encoding", "") and "Content-Encoding" not in headers:
            body, headers["Content-Encoding"] = compress(body), "gzip"
        headers.setdefault("Content-Length", str(len(body)))
        self.start(answer.status, headers)
        self.wfile.write(body)

    def start(self, status: int, headers: dict[str, str]) -> None:
        """Send the status line and the headers."""
        self.send_response_only(status)
        if self.server.standin.sends_date and "Date" not in headers:
            self.send_header("Date", self.date_time_string())
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
