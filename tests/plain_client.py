"""The plain client that the benchmark compares with: what one would write in an afternoon.

argparse and urllib at the top, one request, two patterns, json.dumps(indent=2).
"""

import argparse
import json
import os
import re
import sys
import urllib.error
import urllib.parse
import urllib.request

EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
IPV4 = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")


def redact(value):  # type: ignore[no-untyped-def]
    if isinstance(value, dict):
        return {key: redact(child) for key, child in value.items()}
    if isinstance(value, list):
        return [redact(child) for child in value]
    if isinstance(value, str):
        return IPV4.sub("[REDACTED_IP]", EMAIL.sub("[REDACTED_EMAIL]", value))
    return value


def get(path, params):  # type: ignore[no-untyped-def]
    base = os.environ.get("SENTRY_BASE_URL", "https://sentry.io")
    request = urllib.request.Request(
        base + path + "?" + urllib.parse.urlencode(params),
        headers={"Authorization": "Bearer " + os.environ["SENTRY_AUTH_TOKEN"]},
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)


def main():  # type: ignore[no-untyped-def]
    parser = argparse.ArgumentParser()
    parser.add_argument("--org", default=os.environ.get("SENTRY_ORG"))
    parser.add_argument("--project", default=os.environ.get("SENTRY_PROJECT"))
    commands = parser.add_subparsers(dest="command", required=True)
    issues = commands.add_parser("list-issues", help="list issues")
    issues.add_argument("--environment", default="prod", help="environment")
    issues.add_argument("--time-range", default="24h", help="time range")
    issues.add_argument("--query", default="", help="query")
    issues.add_argument("--limit", type=int, default=20, help="limit")
    detail = commands.add_parser("issue-detail", help="one issue")
    detail.add_argument("issue_id")
    events = commands.add_parser("issue-events", help="events of an issue")
    events.add_argument("issue_id")
    events.add_argument("--limit", type=int, default=20, help="limit")
    event = commands.add_parser("event-detail", help="one event")
    event.add_argument("event_id")
    args = parser.parse_args()
    project = f"/api/0/projects/{args.org}/{args.project}"
    if args.command == "list-issues":
        params = {
            "query": args.query,
            "environment": args.environment,
            "limit": args.limit,
            "statsPeriod": args.time_range,
        }
        data = get(project + "/issues/", params)
    elif args.command == "issue-detail":
        data = get(f"/api/0/issues/{args.issue_id}/", {})
    elif args.command == "issue-events":
        data = get(f"/api/0/issues/{args.issue_id}/events/", {"per_page": args.limit})
    else:
        data = get(project + f"/events/{args.event_id}/", {})
    print(json.dumps(redact(data), indent=2, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
