"""Sample data for the stand-in server: a project's issues and events, all of it invented.

Everything derives from `now` and a counter, so that two runs make the same data.
"""

from __future__ import annotations

import hashlib
from typing import Any

HOUR = 3600.0

# (type, message, file, function, transaction); the messages hold the kind of thing that must be redacted.
CRASHES = (
    ("PaymentDeclined", "card of mia.lund@example.org declined by 198.51.100.23", "shop/billing.py", "charge", "/pay"),
    ("KeyError", "'sku'", "shop/cart.py", "add_item", "/cart"),
    ("TimeoutError", "inventory at 10.20.30.40:8443 took 31 s", "shop/stock.py", "reserve", "/checkout"),
    ("TemplateError", "welcome mail for zoe+beta@example.net has no subject", "shop/mail.py", "render", "/signup"),
    ("IntegrityError", "duplicate key (email)=(sam@example.com)", "shop/models.py", "save", "/signup"),
    ("ConnectionError", "replica 2001:db8:0:7::25 is away", "shop/db.py", "connect", "/reports"),
    ("ValueError", "bad quantity '-1'", "shop/cart.py", "update", "/cart"),
)
ENVIRONMENTS = ("prod", "prod", "prod", "staging")
BROWSERS = ("Chrome 124.0.0", "Firefox 126.0", "Safari 17.4")


def event_id(number: int) -> str:
    return hashlib.sha256(f"event {number}".encode()).hexdigest()[:32]


def make_event(issue: dict[str, Any], number: int, at: float, environment: str | None) -> dict[str, Any]:
    """Return an event in the stand-in's own form; `at` is in seconds since 1970."""
    browser = BROWSERS[number % len(BROWSERS)]
    tags = [
        ("browser", browser),
        ("browser.name", browser.split()[0]),
        ("level", issue["level"]),
        ("release", f"shop@2.{number % 3}.0"),
        ("transaction", issue["culprit"]),
        ("user", f"id:{100 + number % 5}"),
    ]
    if environment:
        tags.append(("environment", environment))
    return {
        "eventID": event_id(number),
        "at": at,
        "environment": environment,
        "tags": sorted(tags),
        "user": {
            "id": str(100 + number % 5),
            "email": f"customer{number % 5}@example.com",
            "username": f"customer{number % 5}",
            "ip_address": f"203.0.113.{number % 250}",
            "name": "Casey Customer",
            "geo": {"country_code": "NO", "city": "Bergen", "region": "Norway"},
        },
    }


def make_issue(number: int, slug: str = "BACKEND", **changes: Any) -> dict[str, Any]:
    """Return an issue in the stand-in's own form, without events."""
    kind, value, filename, function, transaction = CRASHES[number % len(CRASHES)]
    issue = {
        "id": str(4000 + number),
        "shortId": f"{slug}-{number:X}",
        "title": f"{kind}: {value}",
        "metadata": {"type": kind, "value": value, "filename": filename, "function": function},
        "culprit": transaction,
        "level": "error",
        "status": "unresolved",
        "events": [],
    }
    issue.update(changes)
    return issue


def make_project(now: float, count: int = 24, spacing: float = 2 * HOUR, events: int = 4) -> list[dict[str, Any]]:
    """Return issues last seen `spacing` seconds apart, the first one `spacing` / 2 before now."""
    issues, number = [], 0
    for index in range(1, count + 1):
        issue = make_issue(index)
        last = now - spacing * (index - 0.5)
        for step in range(events + index % 3):
            number += 1
            issue["events"].append(make_event(issue, number, last - 600.0 * step, ENVIRONMENTS[step % 4]))
        issues.append(issue)
    return issues


def entries(issue: dict[str, Any], event: dict[str, Any]) -> list[dict[str, Any]]:
    """Return an event's entries as SDKs send them, personal data included."""
    metadata = issue["metadata"]
    frames = [
        {
            "filename": "lib/server.py",
            "function": "dispatch",
            "lineNo": 88,
            "inApp": False,
            "vars": {"self": "<Server>"},
        },
        {
            "filename": metadata.get("filename"),
            "function": metadata.get("function"),
            "lineNo": 41,
            "inApp": True,
            "vars": {"customer": f"'{event['user']['email']}'", "password": "'swordfish-9'", "attempt": "2"},
            "context": [[40, "def handler(request):"], [41, "    raise problem"]],
        },
        {"filename": "lib/pool.py", "function": "run", "lineNo": 7, "inApp": False, "vars": {}},
    ]
    exception = {
        "type": metadata.get("type"),
        "value": metadata.get("value"),
        "mechanism": {"type": "generic", "handled": False},
        "stacktrace": {"frames": frames},
    }
    request = {
        "method": "POST",
        "url": f"https://shop.example.com{issue['culprit']}?token=tok-4711-abcdef&page=2",
        "headers": [["Authorization", "Bearer abcdef0123456789"], ["User-Agent", "Mozilla/5.0 Chrome/124.0.0.0"],
                    ["X-Forwarded-For", event["user"]["ip_address"]]],
        "cookies": [["sessionid", "s3ss10n-4711-value"], ["lang", "nb"]],
        "data": {"email": event["user"]["email"], "note": "please hurry"},
    }  # fmt: skip
    crumbs = [{"category": "auth", "level": "info", "message": f"login of {event['user']['email']}", "data": None}]
    return [
        {"type": "exception", "data": {"values": [exception]}},
        {"type": "breadcrumbs", "data": {"values": crumbs}},
        {"type": "request", "data": request},
    ]
