"""Run the main commands against the stand-in server and show each with its answer."""

from __future__ import annotations

import subprocess
import sys

from tests.standin import StandIn
from tests.support import ROOT, environment


def main() -> int:
    with StandIn() as standin:
        event = standin.issues[0]["events"][0]["eventID"]
        for argv in (
            ["list-issues", "--time-range", "24h", "--limit", "3"],
            ["list-issues", "--format", "table", "--limit", "5", "--no-tags"],
            ["list-issues", "--query", "BACKEND-2", "--limit", "1", "--fields", "id,short_id,title"],
            ["issue-detail", "BACKEND-2"],
            ["issue-events", "4001", "--limit", "2", "--fields", "timestamp,environment,release,url"],
            ["event-detail", event],
            ["list-issues", "--environment", "production"],
        ):
            print("\n$ scripts/sentry_api.py " + " ".join(argv), flush=True)
            program = [sys.executable, str(ROOT / "scripts" / "sentry_api.py"), *argv]
            status = subprocess.run(program, env=environment(standin), check=False).returncode
            if status:
                return status
    print("\nThat was a stand-in server with invented data. README.md says how to ask your own.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
