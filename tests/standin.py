"""A stand-in for Sentry's Web API on a loopback port, for tests and the demo.

It behaves as three servers do: `sentry` (sentry.io today), `sentry9` (9.1.2, self-hosted) and `glitchtip` (5.1).
It keeps a log of requests and can misbehave: see Fault and faults.py.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
import threading
import time
import urllib.parse
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, NamedTuple

from tests import sample

TOKEN = "sntryu_" + "5e" * 32
NO_EVENTS_TOKEN = "sntryu_" + "0f" * 32  # without event:read
ORG_BOUND_TOKEN = "sntrya_" + "7c" * 32  # limited to one organization
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


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


class Fault(NamedTuple):
    """Misbehaviour: `act` handles requests whose path contains `path`, the first `times` of them."""

    path: str
    act: Callable[["Handler"], None]
    times: int = 10**9


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    standin: "StandIn"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are part of the tests."""


class StandIn:
    """A running server. Use it as a context manager, or stop() it."""

    def __init__(self, dialect: str = "sentry", issues: list[dict[str, Any]] | None = None, latency: float = 0.0) -> None:
        self.dialect = dialect
        self.org, self.project = "acme", "backend"
        self.clock = 0.0  # seconds the server's clock is ahead of the local one
        self.sends_date = dialect != "sentry9"
        self.latency = latency
        self.issues = sample.make_project(self.now()) if issues is None else issues
        self.retired = False  # 410 on the org-less endpoints
        self.other_region = False  # 404 on the org-less endpoints
        self.whole_events = dialect != "sentry"  # entries in EP3, asked for or not
        self.link_host = "http://sentry.internal.example"
        self.faults: list[Fault] = []
        self.requests: list[Request] = []
        self.lock = threading.Lock()
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.standin = self
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True).start()

    def now(self) -> float:
        return time.time() + self.clock

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

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
        path, query = request.path, request.query
        project = re.fullmatch(r"/api/0/projects/([^/]+)/([^/]+)/(issues|events/([^/]+))/", path)
        if project:
            org, name, what, event = project.groups()
            if org != self.org or name != self.project:
                return self.unknown_project(org)
            return self.list_issues(query) if what == "issues" else self.event_detail(event)
        issue = re.fullmatch(r"/api/0/(?:organizations/([^/]+)/)?issues/([^/]+)/(events/)?", path)
        if issue:
            org, issue_id, events = issue.groups()
            return self.issue_or_events(org, issue_id, bool(events), query)
        return self.no_route()

    def refuse(self, request: Request) -> Answer | None:
        token = request.headers.get("authorization", "").partition("Bearer ")[2]
        glitchtip = self.dialect == "glitchtip"
        if not token:
            return Answer(401, {"detail": "Authentication credentials were not provided."})
        if token == ORG_BOUND_TOKEN and re.match(r"/api/0/issues/", request.path):
            return Answer(401, {"detail": "This token is limited to the endpoints of its organization"})
        if token == NO_EVENTS_TOKEN and "/issues/" in request.path or token.startswith("sntrys_"):
            return Answer(403, {"detail": "Permission denied" if glitchtip else
                                "You do not have permission to perform this action."})  # fmt: skip
        if token not in (TOKEN, NO_EVENTS_TOKEN, ORG_BOUND_TOKEN):
            return Answer(401, {"detail": "Unauthorized" if glitchtip else "Invalid token"})
        return None

    def unknown_project(self, org: str) -> Answer:
        if self.dialect == "glitchtip" and org == self.org:
            return Answer(200, [], {"Link": self.link("/", {}, None), "X-Hits": "0"})
        return Answer(404, {"detail": "The requested resource does not exist"})

    def no_route(self) -> Answer:
        if self.dialect == "glitchtip":
            return Answer(200, b"<!doctype html><title>GlitchTip</title>", {"Content-Type": "text/html"})
        return Answer(404, b"", {"Content-Type": "text/html; charset=utf-8"})

    def list_issues(self, query: dict[str, str]) -> Answer:
        if self.dialect != "glitchtip" and query.get("statsPeriod", "") not in ("", "24h", "14d"):
            return Answer(400, {"detail": "Invalid stats_period. Valid choices are '', '24h', and '14d'"})
        if not re.fullmatch("[0-9]+", query.get("limit", "100")):
            return Answer(400, {"detail": "invalid limit"})
        text, environment = query.get("query", "is:unresolved"), query.get("environment")
        if self.dialect != "glitchtip":
            hit = self.direct_hit(text, query)
            if hit:
                shaped = self.issue(hit, environment)
                if re.fullmatch("[0-9a-f]{32}", text):
                    shaped["matchingEventId"] = text
                return Answer(200, [shaped], {"X-Sentry-Direct-Hit": "1"})
        found = [self.issue(issue, environment) for issue in self.issues if self.matches(issue, text, environment)]
        found.sort(key=lambda item: item["lastSeen"] or "", reverse=True)
        size = min(int(query.get("limit", "50" if self.dialect == "glitchtip" else "100")), 100)
        return self.page(found, size, query, {"X-Hits": str(len(found)), "X-Max-Hits": "1000"})

    def direct_hit(self, text: str, query: dict[str, str]) -> dict[str, Any] | None:
        for issue in self.issues:
            if query.get("shortIdLookup") == "1" and issue["shortId"] == text.upper():
                return issue
            if any(event["eventID"] == text for event in issue["events"]):
                return issue
        return None

    def matches(self, issue: dict[str, Any], text: str, environment: str | None) -> bool:
        words = text.split()
        if environment is not None and not any(event["environment"] == environment for event in issue["events"]):
            return False
        for word in words:
            if word.startswith("is:"):
                if issue["status"] != word[3:]:
                    return False
            elif word.startswith("lastSeen:-") and self.dialect != "glitchtip":
                if max(event["at"] for event in issue["events"]) < self.now() - seconds(word[10:]):
                    return False
            elif word.lower() not in issue["title"].lower():  # GlitchTip takes lastSeen: for a tag: nothing
                return False
        return True

    def issue_or_events(self, org: str | None, issue_id: str, events: bool, query: dict[str, str]) -> Answer:
        if org is None and self.retired:
            replacement = f"/api/0/organizations/:organization_id_or_slug/issues/{issue_id}/"
            return Answer(410, {"message": "This API no longer exists."}, {"X-Sentry-Replacement-Endpoint": replacement})
        if org is not None and not events and self.dialect != "sentry":
            return self.no_route() if self.dialect == "sentry9" else Answer(405, {"detail": "Method Not Allowed"})
        if not issue_id.isdigit() and not (org and self.dialect == "sentry"):
            return self.no_route()
        issue = next((i for i in self.issues if issue_id in (i["id"], i["shortId"])), None)
        if issue is None or org is None and self.other_region or org not in (None, self.org):
            if events and self.dialect == "glitchtip":
                return Answer(200, [], {"Link": self.link("/", {}, None)})
            return Answer(404, {"detail": "The requested resource does not exist"})
        if not events:
            return Answer(200, self.issue(issue, None, detail=True))
        return self.events(issue, query)

    def events(self, issue: dict[str, Any], query: dict[str, str]) -> Answer:
        name = "limit" if self.dialect == "glitchtip" else "per_page"
        size = int(query.get(name, "50" if self.dialect == "glitchtip" else "100"))
        if not 1 <= size <= 100:
            return Answer(500 if self.dialect == "sentry9" else 400, {"detail": "Invalid per_page value."})
        events = sorted(issue["events"], key=lambda event: event["at"], reverse=True)
        if "environment" in query:
            events = [event for event in events if event["environment"] == query["environment"]]
            if not events:
                return Answer(200, [])
        if query.get("statsPeriod") and self.dialect != "glitchtip":
            start = self.now() - seconds(query["statsPeriod"])
            events = [event for event in events if event["at"] >= start]
        shaped = [self.event(issue, event, self.whole_events or query.get("full") == "1") for event in events]
        if self.dialect == "glitchtip":
            shaped = [{SNAKE.get(key, key): value for key, value in event.items()} for event in shaped]
        return self.page(shaped, size, query)

    def event_detail(self, event_id: str) -> Answer:
        if self.dialect == "glitchtip":
            event_id = event_id.replace("-", "").lower()
        elif not re.fullmatch("[0-9a-fA-F]{32}", event_id):
            return self.no_route()
        for issue in self.issues:
            events = sorted(issue["events"], key=lambda event: event["at"])
            ids = [event["eventID"] for event in events]
            if event_id in ids:
                index = ids.index(event_id)
                body = self.event(issue, events[index], True)
                body.update(
                    contexts={"os": {"type": "os", "name": "Linux", "version": "6.1"}, "runtime": {"name": "CPython",
                              "version": "3.11.7"}, "order": {"type": "default", "total": 12}},
                    sdk={"name": "sentry.python", "version": "2.75.0"}, context={"basket": ["tea"]}, errors=[],
                    release=None if self.dialect == "glitchtip" else {"version": dict(events[index]["tags"]).get("release")},
                    previousEventID=ids[index - 1] if index else None,
                    nextEventID=ids[index + 1] if index + 1 < len(ids) else None, _meta={}, userReport=None,
                )  # fmt: skip
                return Answer(200, body)
        return Answer(404, {"detail": "Not Found" if self.dialect == "glitchtip" else "Event not found"})

    # Sentry's objects.

    def issue(self, issue: dict[str, Any], environment: str | None, detail: bool = False) -> dict[str, Any]:
        times = [e["at"] for e in issue["events"] if environment is None or e["environment"] == environment]
        item = {
            "id": issue["id"], "shortId": issue["shortId"], "title": issue["title"], "culprit": issue["culprit"],
            "level": issue["level"], "status": issue["status"], "type": "error", "metadata": issue["metadata"],
            "project": {"id": "7", "name": "Backend", "slug": self.project, "platform": "python"},
            "permalink": f"{self.url}/organizations/{self.org}/issues/{issue['id']}/", "count": str(len(times)),
            "userCount": len({e["user"]["id"] for e in issue["events"]}), "statusDetails": {},
            "firstSeen": iso(min(times)) if times else None, "lastSeen": iso(max(times)) if times else None,
            "stats": {"24h": [[int(self.now()) - 3600 * (23 - hour), (hour * 7) % 5] for hour in range(24)]},
        }  # fmt: skip
        if self.dialect != "glitchtip":
            item.update(platform="python", isUnhandled=True, annotations=[],
                        assignedTo={"type": "user", "id": "3", "name": "Tess Team", "email": "tess@acme.example"})  # fmt: skip
        if self.dialect == "sentry":
            item.update(substatus="ongoing", priority="high")
        if detail and self.dialect != "glitchtip":
            total = "totalValues" if self.dialect == "sentry" else "uniqueValues"
            item.update(
                tags=[{"key": key, "name": key.title(), total: 12} for key in ("browser", "environment", "release")],
                firstRelease={"version": "shop@2.0.0", "authors": [{"name": "Ada", "email": "ada@acme.example"}]},
                lastRelease={"version": "shop@2.2.0", "lastCommit": None},
                activity=[{"type": "note", "user": {"name": "Tess Team", "email": "tess@acme.example"}}],
                seenBy=[], participants=[], userReportCount=0,
            )  # fmt: skip
        item.update(issue.get("extra", {}))
        return item

    def event(self, issue: dict[str, Any], event: dict[str, Any], whole: bool) -> dict[str, Any]:
        item = {
            "id": event["eventID"], "eventID": event["eventID"], "groupID": issue["id"], "projectID": "7",
            "event.type": "error", "title": issue["title"], "message": issue["title"], "platform": "python",
            "location": issue["metadata"].get("filename"), "culprit": issue["culprit"], "metadata": issue["metadata"],
            "user": event["user"], "dateCreated": iso(event["at"]), "crashFile": None,
            "tags": [{"key": key, "value": value} for key, value in event["tags"]],
        }  # fmt: skip
        if whole:
            item["entries"] = sample.entries(issue, event)
        item.update(event.get("extra", {}))
        return item

    # Pages.

    def page(self, items: list[Any], size: int, query: dict[str, str], headers: dict[str, str] | None = None) -> Answer:
        try:
            offset = self.read_cursor(query.get("cursor"))
        except ValueError:
            return Answer(422 if self.dialect == "glitchtip" else 400, {"detail": "Invalid cursor."})
        following = offset + size if offset + size < len(items) else None
        link = self.link("/api/0/anything/", query, following)
        return Answer(200, items[offset : offset + size], {"Link": link, **(headers or {})})

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


SNAKE = {"eventID": "event_id", "groupID": "group_id", "projectID": "project_id", "dateCreated": "date_created"}


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
