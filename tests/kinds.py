"""One issue with one event for each kind of event that Sentry keeps, all of it invented.

In the stand-in's own form, with these keys besides: an issue's `kind`; its `extra` overrides EP1 and EP2; an event's
`extra` overrides EP3 and EP4, its `detail` EP4 alone (entries too), and what `without` names is in neither.
"""

from __future__ import annotations

# fmt: off
import re
import time
from typing import Any

from tests import sample

Object = dict[str, Any]

CUSTOMER = "ida.holm@example.org"
USER = {"id": "77", "email": CUSTOMER, "username": "idaholm", "ip_address": "203.0.113.77", "name": "Ida Holm",
        "geo": {"country_code": "DK", "city": "Aarhus", "region": "Denmark"}}
TRACE_ID, REPLAY_ID = sample.event_id(9801), sample.event_id(9802)
FEEDBACK = "The coupon box eats my code SPRING-26 on the last step, twice now"
QUERY = "SELECT shop_price.id, shop_price.amount FROM shop_price WHERE shop_price.item_id = %s LIMIT 21"
REPORT = "Stock of 3 articles differs from the ledger\narticle 4711: ledger 12, shelf 9; counted for " + CUSTOMER
NO_SOURCE = {"type": "js_no_source", "message": "Source code was not found",
             "data": {"url": "https://shop.example.com/assets/app.min.js"}}
NO_SYMBOLS = {"type": "native_missing_dsym", "message": "A required debug information file was missing.",
              "data": {"image_path": "/usr/lib/libfoo.so", "image_type": "elf"}}


def iso(at: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(at))


def frame(path: str | None, line: int | None, function: str | None, code: str = "", own: bool = True,
          **more: Any) -> Object:
    lines = [[line - 1, ""], [line, " " * 8 + code], [line + 1, ""]] if code and line else []
    return {"filename": path, "absPath": path, "module": None, "package": None, "platform": None, "trust": None,
            "instructionAddr": None, "symbolAddr": None, "function": function, "rawFunction": None, "lineNo": line,
            "colNo": None, "context": lines, "inApp": own, "vars": None, "errors": None, **more}


def library(*places: str, **more: Any) -> list[Any]:
    """Return frames that are not the app's, from texts like `lib/server.py:88 dispatch`."""
    split = [re.split(r":(-?[0-9]+) ", place) for place in places]
    return [frame(path, int(line), function, own=False, **more) for path, line, function in split]


def stack(frames: list[Any] | None) -> Object | None:
    whole = {"frames": frames, "framesOmitted": None, "registers": None, "hasSystemFrames": True}
    return None if frames is None else whole


def exception(name: str, value: str, frames: list[Any] | None, handled: bool = False, **more: Any) -> Object:
    return {"type": name, "value": value, "module": None, "threadId": None, "rawStacktrace": None,
            "mechanism": {"type": "generic", "handled": handled}, "stacktrace": stack(frames), **more}


def thread(number: int, name: str, frames: list[Any] | None, crashed: bool, current: bool) -> Object:
    return {"id": number, "name": name, "crashed": crashed, "current": current, "state": None, "heldLocks": None,
            "stacktrace": stack(frames), "rawStacktrace": None}


def entry(name: str, *values: Any, **data: Any) -> Object:
    """Return an entry: of a list of values, or of named data."""
    return {"type": name, "data": data or {"values": list(values), "hasSystemFrames": True, "excOmitted": None}}


def occurrence(title: str, subtitle: str, display: Object, data: Object, number: int, culprit: str = "") -> Object:
    """Return an issue's occurrence; the first row of `display` is the important one."""
    rows = [{"name": name, "value": value, "important": not at} for at, (name, value) in enumerate(display.items())]
    return {"id": sample.event_id(9900 + number), "issueTitle": title, "subtitle": subtitle, "culprit": culprit,
            "resourceId": None, "evidenceData": data, "evidenceDisplay": rows, "type": number, "level": "error",
            "fingerprint": [sample.event_id(9950 + number)], "priority": 75, "assignee": None}


def make(now: float, kind: str, title: str, platform: str, metadata: Object, culprit: str = "", *, group: str = "error",
         category: str = "error", issue_type: str = "error", level: str = "error",
         handled: bool = True, message: str = "", sdk: str | None = None, user: Object | None = USER,
         tags: tuple[tuple[str, str], ...] = (), without: tuple[str, ...] = (),
         **detail: Any) -> Object:
    """Return an issue; `group` is its type, and its event's too."""
    number = KINDS_ORDER.index(kind) + 1
    named = (*tags, ("environment", "prod"), ("level", level), *([("user", f"id:{user['id']}")] if user else []))
    release = dict(named).get("release")
    whole = {"type": group, "entries": [], "contexts": {}, "context": {}, "packages": {}, "errors": [],
             "occurrence": None, "dist": None, "size": 4096, "fingerprints": [sample.event_id(9700 + number)],
             "sdk": sdk and dict(zip(("name", "version"), sdk.split(" "))), "dateReceived": iso(now - 60.0 * number),
             "release": release and {"version": release}}
    event = {
        "eventID": sample.event_id(9600 + number), "at": now - 60.0 * number - 2, "environment": "prod",
        "tags": sorted(named), "user": USER, "without": without,
        "detail": {name: value for name, value in {**whole, **detail}.items() if name not in without},
        "extra": {"event.type": group, "message": message, "platform": platform, "user": user,
                  "location": metadata.get("filename") or metadata.get("uri")}}
    more = {"type": group, "issueType": issue_type, "issueCategory": category, "isUnhandled": not handled,
            "platform": platform, "logger": None, "priority": "medium", "userCount": 1 if user else 0}
    return {"kind": kind, "id": str(5000 + number), "shortId": f"KINDS-{number}", "title": title, "metadata": metadata,
            "culprit": culprit, "level": level, "status": "unresolved", "extra": more, "events": [event]}


def detected(now: float, kind: str, title: str, subtitle: str, rows: Object, data: Object, number: int,
             culprit: str = "", platform: str = "other", **more: Any) -> Object:
    """Return an issue that Sentry itself detected: an occurrence and hardly an event."""
    return make(now, kind, title, platform, {"title": title, "value": subtitle}, culprit, group="generic", user=None,
                occurrence=occurrence(title, subtitle, rows, data, number, culprit), **more)


def context(kind: str, name: str, version: str) -> Object:
    return {kind: {"type": kind, "name": name, "version": version}}


# Exceptions.


def python(now: float) -> Object:
    cause = exception("KeyError", "'sku'", [
        frame("shop/checkout.py", 61, "price_order", "total += add_item(basket, item)", vars={"order_id": "1207"}),
        frame("shop/cart.py", 41, "add_item", "price = prices[item['sku']]", module="shop.cart",
              vars={"item": {"qty": "2"}, "customer": f"'{CUSTOMER}'", "db_password": "'hunter-77-blue'"}),
    ], handled=True)
    raised = exception("ValueError", "order 1207 cannot be priced", [
        *library("web/server.py:88 dispatch", "web/middleware.py:140 call", "web/routing.py:27 handle"),
        frame("shop/views.py", 22, "checkout", "return price_order(request.order)", vars={"user": {"email": CUSTOMER}}),
        frame("shop/checkout.py", 63, "price_order", "raise ValueError(text) from problem", vars={"basket": "[]"}),
    ], handled=True)
    start = {"event_id": None, "level": "info", "type": "default", "message": None, "data": None}
    crumbs = [
        {**start, "timestamp": iso(now - 70), "category": "shop.auth", "message": f"login of {CUSTOMER}"},
        {**start, "timestamp": iso(now - 66), "category": "query", "message": f"SELECT 1 FROM u WHERE m='{CUSTOMER}'"},
        {**start, "timestamp": iso(now - 64), "category": "httplib", "type": "http", "level": "warning",
         "data": {"method": "GET", "url": "https://stock.example.net/v2?api_key=k-4711-stock", "status_code": 404}},
        {**start, "timestamp": iso(now - 63), "category": "shop.cart", "level": "error", "message": "item has no sku"}]
    request = entry("request", method="POST", url="https://shop.example.com/checkout", fragment="",
                    query=[["step", "3"], ["token", "tok-1207-abcdef"]], cookies=[["sessionid", "s3ss-1207"]],
                    headers=[["Authorization", "Bearer fedcba9876543210"], ["User-Agent", "Firefox/126.0"]],
                    data={"email": CUSTOMER}, env={"REMOTE_ADDR": "203.0.113.77"}, inferredContentType=None)
    return make(now, "python", "ValueError: order 1207 cannot be priced", "python",
        {"type": "ValueError", "value": "order 1207 cannot be priced", "filename": "shop/checkout.py",
         "function": "price_order"}, "/checkout", sdk="sentry.python.django 2.75.0", tags=(("release", "shop@2.7.1"),),
        entries=[entry("exception", cause, raised), entry("breadcrumbs", *crumbs), request],
        contexts={**context("runtime", "CPython", "3.12.4"),
                  "trace": {"type": "trace", "trace_id": TRACE_ID, "op": "http.server", "status": "internal_error"}},
        context={"order": 1207, "owner": CUSTOMER})


def javascript(now: float) -> Object:
    path, value = "/assets/app.min.js", "undefined is not an object (evaluating 'e.sku')"
    script: Object = {"absPath": "https://shop.example.com" + path, "context": None}
    frames = [
        frame("/checkout", 1, "?", own=False, absPath="https://shop.example.com/checkout"),
        frame("<anonymous>", None, "<anonymous>", own=False),
        frame(path, 2, "t", own=False, colNo=18931, **script),
        frame(path, 1, "e", own=False, colNo=44102, **script),
        frame("[native code]", None, "forEach", own=False)]
    return make(now, "javascript-minified", f"TypeError: {value}", "javascript",
        {"type": "TypeError", "value": value, "filename": path, "function": "t"}, "t(app.min)", handled=False,
        sdk="sentry.javascript.react 10.22.0", tags=(("release", "web@8.1.0"),),
        entries=[entry("exception", exception("TypeError", value, frames)),
                 entry("request", method=None, url="https://shop.example.com/checkout", headers=[], cookies=[])],
        contexts={**context("browser", "Safari", "17.4"), "replay": None}, errors=[NO_SOURCE])


def node(now: float) -> Object:
    value = "Cannot read properties of undefined (reading 'total')"
    frames = [
        *library("node:internal/process/task_queues:95 processTicks",
                 "/srv/app/node_modules/router/layer.js:95 handle", "/srv/app/node_modules/router/route.js:149 next"),
        frame("/srv/app/src/routes.js", 31, "postOrder", "const sum = sumOrder(order);", colNo=21, module="routes"),
        frame("/srv/app/src/orders.js", 57, "sumOrder", "return order.lines.total * rate;", colNo=29, module="orders")]
    return make(now, "node", f"TypeError: {value}", "node",
        {"type": "TypeError", "value": value, "filename": "/srv/app/src/orders.js", "function": "sumOrder"},
        "POST /orders", handled=False, sdk="sentry.javascript.node 10.22.0",
        entries=[entry("exception", exception("TypeError", value, frames, mechanism={
            "type": "auto.node.onunhandledrejection", "handled": False}))],
        contexts=context("runtime", "node", "v22.11.0"))


def java(now: float) -> Object:
    cause = exception("SocketTimeoutException", "Read timed out", [
        None,
        frame("CartRepository.kt", 88, "load", module="com.example.shop.CartRepository", context=None),
        *library("SocketInputStream.java:168 read", "SocketInputStream.java:115 socketRead", module="java.net.Socket"),
    ], module="java.net")
    raised = exception("StockException", "stock service did not answer", [
        *library("Thread.java:1583 run", "Worker.java:61 run", "Dispatcher.java:904 dispatch", "Handler.java:255 call"),
        frame("CartController.java", 34, "show", module="com.example.shop.CartController"),
        frame("CartService.java", 59, "reserve", module="com.example.shop.CartService", absPath=None),
    ], module="com.example.shop")
    return make(now, "java", "StockException: stock service did not answer", "java",
        {"type": "StockException", "value": "stock service did not answer", "filename": "CartService.java",
         "function": "reserve"}, "com.example.shop.CartService in reserve", handled=False, sdk="sentry.java 8.27.1",
        entries=[entry("exception", cause, raised), entry("threads", thread(41, "http-1", None, True, True))],
        contexts=context("runtime", "OpenJDK", "21.0.4"))


def dotnet(now: float) -> Object:
    value, function = "Sequence contains no elements", "async Task<Order> Orders.Place(Guid id)"
    package = "Shop.Api, Version=3.4.0.0, Culture=neutral, PublicKeyToken=null"
    frames = [
        frame("Controllers/OrderController.cs", 44, "Post", "return await service.Place(id);", package=package),
        frame("Services/OrderService.cs", 118, function, "var line = lines.First();", package=package),
        *[frame(None, None, name, own=False, module="System.Linq.Enumerable", package="System.Linq, Version=9.0.0.0")
          for name in ("TSource First<TSource>(IEnumerable<TSource>)", "void ThrowNoElements()")]]
    return make(now, "dotnet", f"System.InvalidOperationException: {value}", "csharp",
        {"type": "System.InvalidOperationException", "value": value, "filename": "Services/OrderService.cs",
         "function": function}, "POST Order", handled=False, sdk="sentry.dotnet.aspnetcore 5.16.0",
        entries=[entry("exception", exception("System.InvalidOperationException", value, frames))],
        contexts=context("runtime", ".NET", "9.0.1"))


def go(now: float) -> Object:
    value = "open cart: context deadline exceeded"
    frames = [
        *library("net/http/server.go:2141 (*conn).serve", "net/http/server.go:3210 serverHandler.ServeHTTP"),
        frame("web/cart.go", 29, "Cart", "cart, err := s.Load(ctx, id)", module="example.com/shop/web"),
        frame("store/cart.go", 88, "(*Store).Load", "rows, err := s.db.Query(ctx, q)", module="example.com/shop/store")]
    return make(now, "go", f"*store.OpenError: {value}", "go", {"type": "*store.OpenError", "value": value,
        "filename": "store/cart.go", "function": "(*Store).Load"}, "GET /cart/{id}", sdk="sentry.go 0.36.2",
        entries=[entry("exception", exception("*store.OpenError", value, frames, handled=True))],
        contexts=context("runtime", "go", "go1.25.3"))


def native(now: float) -> Object:
    def at(package: str, address: int, function: str | None, own: bool) -> Object:
        return frame(None, None, function, own=own, package=package, instructionAddr=hex(address), trust="cfi")

    crashed = [
        at("/usr/lib/libfoo.so", 0x7F5500011F20, "tile_open", True),
        at("/usr/lib/libfoo.so", 0x7F5500012A40, "tile_decode", True),
        at("/usr/lib/libc.so.6", 0x7F5500F3C9D0, "memcpy", False),
        at("/usr/lib/libc.so.6", 0x7F5500F11B10, None, False)]
    idle = [at("/usr/lib/libc.so.6", 0x7F5500F20000, "poll", False)]
    mechanism = {"type": "signalhandler", "handled": False, "meta": {"signal": {"number": 11, "name": "SIGSEGV"}}}
    return make(now, "native", "SIGSEGV: Segfault", "native",
        {"type": "SIGSEGV", "value": "Segfault", "function": "tile_decode"}, "tile_decode", level="fatal",
        handled=False, sdk="sentry.native 0.12.1", errors=[NO_SYMBOLS],
        entries=[
            entry("exception", exception("SIGSEGV", "Segfault", None, threadId=4021, mechanism=mechanism)),
            entry("threads", thread(4020, "main", idle, False, False), thread(4021, "tiles", crashed, True, True)),
            entry("debugmeta", images=[{"type": "elf", "code_file": "/usr/lib/libfoo.so"}])],
        contexts={"device": {"type": "device", "name": "Ida's phone", "model": "Kestrel 9", "family": "Kestrel"},
                  **context("os", "Linux", "6.6.30"), **context("gpu", "Adreno 740", "OpenGL ES 3.2")})


def anr(now: float) -> Object:
    value, waiting = "ANR for at least 5000 ms.", library("Object.java:-2 wait", module="java.lang.Object")
    main = [
        *library("ZygoteInit.java:963 main", "ActivityThread.java:8177 main", "Looper.java:288 loop"),
        frame("CheckoutActivity.kt", 31, "onResume", module="com.example.shop.CheckoutActivity"),
        frame("CheckoutActivity.kt", 73, "loadBasket", module="com.example.shop.CheckoutActivity")]
    return make(now, "anr", f"ApplicationNotResponding: {value}", "java",
        {"type": "ApplicationNotResponding", "value": value}, "android.os.Looper in loop", handled=False,
        sdk="sentry.java.android 8.27.1", tags=(("release", "com.example.shop@4.2.1"), ("mechanism", "AppExitInfo")),
        entries=[entry("exception", exception("ApplicationNotResponding", value, None)),
                 entry("threads", thread(12, "pool-1", waiting, False, False), thread(1, "main", main, False, True))],
        contexts={"app": {"type": "app", "app_name": "Shop", "app_version": "4.2.1", "app_build": "42107",
                          "app_identifier": "com.example.shop"}, **context("os", "Android", "15")})


# What is no exception.


def csp(now: float) -> Object:
    report = {"effective_directive": "script-src-elem", "violated_directive": "script-src-elem", "referrer": "",
              "blocked_uri": "https://widgets.example.net/chat.js", "line_number": 214, "column_number": 9,
              "document_uri": "https://shop.example.com/pay?token=tok-csp-5", "status_code": 200,
              "source_file": "https://cdn.example.com/loader.js", "disposition": "enforce",
              "original_policy": "default-src 'self'; script-src 'self'; report-uri /csp"}
    title = "Blocked 'script' from 'widgets.example.net'"
    return make(now, "csp", title, "javascript",
        {"directive": "script-src-elem", "uri": "widgets.example.net", "message": title}, "script-src-elem 'self'",
        group="csp", message=title, entries=[entry("csp", **report), entry("message", formatted=title, message=None)],
        contexts=context("browser", "Chrome", "131.0.0"))


def n_plus_one(now: float) -> Object:
    spans = [{"span_id": f"{at:016x}", "parent_span_id": f"{7:016x}", "op": "db", "description": QUERY,
              "start_timestamp": now - 540 + at / 100, "timestamp": now - 539.99 + at / 100} for at in range(31, 54)]
    ids, spans_text = [span["span_id"] for span in spans], f"db - {QUERY}"
    data = {"op": "db", "transactionName": "/api/baskets/", "numRepeatingSpans": str(len(ids)), "offenderSpanIds": ids,
            "parentSpanIds": [f"{7:016x}"], "causeSpanIds": [f"{8:016x}"], "parentSpan": "django.view - baskets",
            "repeatingSpans": spans_text, "repeatingSpansCompact": QUERY, "patternSize": 1}
    return make(now, "n-plus-one", "N+1 Query", "python",
        {"title": "N+1 Query", "value": spans_text}, "/api/baskets/", group="transaction", level="info",
        category="performance", issue_type="performance_n_plus_one_db_queries",
        entries=[{"type": "spans", "data": spans}], startTimestamp=now - 541, endTimestamp=now - 539.2,
        occurrence=occurrence("N+1 Query", spans_text, {"Offending Spans": spans_text}, data, 1006, "/api/baskets/"),
        contexts={"trace": {"type": "trace", "trace_id": TRACE_ID, "op": "http.server", "status": "ok"}})


def uptime(now: float) -> Object:
    title, subtitle = "Downtime detected for https://shop.example.com/health", "Your monitored domain is down"
    rows = {"Failure reason": "failure - Received an invalid status code", "Duration": "2143ms", "Method": "GET",
            "Status Code": "503"}
    return detected(now, "uptime", title, subtitle, rows, {"detectorId": 31}, 7001, category="outage",
                    issue_type="uptime_domain_failure", contexts={"trace": {"type": "trace", "trace_id": TRACE_ID}})


def cron(now: float) -> Object:
    title, subtitle = "Monitor failure: Invoices by night", "Your monitor has reached its failure threshold."
    rows = {"Failure reason": "A missed check-in was detected", "Environment": "prod",
            "Last successful check-in": iso(now - 90000)}
    monitor = {"id": "6d3f0f52-9a41-4a8e-8a56-0b3a5a1d2c11", "slug": "nightly-invoices", "name": "Invoices by night",
               "status": "missed_checkin", "config": {"schedule_type": "crontab", "schedule": "15 2 * * *",
               "timezone": "Europe/Oslo", "checkin_margin": 10, "max_runtime": 30}}
    return detected(now, "cron", title, subtitle, rows, {}, 4001, category="cron", contexts={"monitor": monitor},
                    issue_type="monitor_check_in_failure", tags=(("monitor.incident", "52"),))


def feedback(now: float) -> Object:
    author = {"contact_email": "nora.vik@example.org", "name": "Nora Vik"}
    said = {**author, "message": FEEDBACK, "source": "new_feedback_envelope"}
    data = {"contactEmail": author["contact_email"], "name": author["name"], "message": FEEDBACK}
    url = "https://shop.example.com/checkout/coupon"
    return make(now, "feedback", "User Feedback", "javascript",
        {"title": "User Feedback", "value": FEEDBACK, **said}, "user", group="generic", category="feedback",
        issue_type="feedback", level="info", message=FEEDBACK, user={**USER, "email": said["contact_email"]},
        tags=(("user.email", said["contact_email"]),),
        entries=[entry("message", formatted=FEEDBACK, message=FEEDBACK), entry("request", method=None, url=url)],
        contexts={"feedback": {"type": "default", **author, "message": FEEDBACK, "url": url, "replay_id": REPLAY_ID},
                  "replay": {"type": "default", "replay_id": REPLAY_ID}},
        occurrence=occurrence("User Feedback", FEEDBACK, {"message": FEEDBACK, **said}, data, 6001, "user"))


def transaction(now: float) -> Object:
    trace = {"type": "trace", "trace_id": TRACE_ID, "span_id": "1f2e3d4c5b6a7980", "op": "queue.process",
             "status": "deadline_exceeded", "client_sample_rate": 1.0}
    return make(now, "transaction", "shop.tasks.send_receipts", "python", {"title": "shop.tasks.send_receipts"},
        "shop.tasks.send_receipts", group="transaction", category="performance", issue_type="performance_slow_db_query",
        level="info", sdk="sentry.python 2.75.0", without=("dateCreated", "crashFile", "culprit", "fingerprints"),
        startTimestamp=now - 859.25, endTimestamp=now - 842.5,
        contexts={"trace": trace, "response": {"type": "response", "status_code": 504}},
        entries=[{"type": "spans", "data": [{"span_id": "2f2e3d4c5b6a7980", "op": "db", "description": QUERY}]}])


def metric_alert(now: float) -> Object:
    title, subtitle = "Checkout failures", "Critical: Number of errors in the last 10 minutes above 50"
    query = {"aggregate": "count()", "dataset": "events", "query": "transaction:/checkout", "timeWindow": 600}
    data = {"value": 8731, "detectorId": 44, "alertId": 19, "dataPacketSourceId": "612",
            "conditions": [{"id": 3, "type": "gt", "comparison": 50, "condition_result": 75}],
            "dataSources": [{"id": "8", "type": "snuba_query_subscription", "queryObj": {"snubaQuery": query}}]}
    return detected(now, "metric-alert", title, subtitle, {}, data, 8001, category="metric_alert",
                    issue_type="metric_issue")


def message(now: float) -> Object:
    title = REPORT.partition("\n")[0]
    frames = [
        *library("jobs/runner.py:70 run", "jobs/queue.py:132 work"),
        frame("jobs/nightly.py", 12, "main", "compare(ledger, shelves)"),
        frame("jobs/stock.py", 19, "compare", "log.warning(report)", vars={"owner": f"'{CUSTOMER}'"})]
    return make(now, "message", title, "python", {"title": title}, "jobs.stock in compare", group="default",
        level="warning", message=REPORT, sdk="sentry.python 2.75.0", tags=(("release", "shop@2.7.1"),),
        entries=[entry("message", formatted=REPORT, message="%s", params=[REPORT]),
                 entry("stacktrace", **(stack(frames) or {}))])


def regression(now: float) -> Object:
    title, subtitle, endpoint = "Endpoint Regression", "Increased from 210.4ms to 655.9ms (P95)", "/api/orders/"
    rows = {"Regression": f"{endpoint} duration increased from 210.4ms to 655.9ms (P95)", "Transaction": endpoint}
    data = {"transaction": endpoint, "aggregateRange1": 210.4, "aggregateRange2": 655.9, "trendPercentage": 3.117,
            "breakpoint": int(now) - 7200}
    return detected(now, "performance-regression", title, subtitle, rows, data, 1018, endpoint, "python",
                    level="info", category="performance", issue_type="performance_p95_endpoint_regression")


MAKERS = {
    "python": python, "javascript-minified": javascript, "node": node, "java": java, "dotnet": dotnet, "go": go,
    "native": native, "anr": anr, "csp": csp, "n-plus-one": n_plus_one, "uptime": uptime, "cron": cron,
    "feedback": feedback, "transaction": transaction, "metric-alert": metric_alert, "message": message,
    "performance-regression": regression}
KINDS_ORDER = list(MAKERS)


def make_kinds(now: float) -> list[Object]:
    """Return an issue of each kind, newest first, last seen in the minutes before `now`."""
    return [maker(now) for maker in MAKERS.values()]


KINDS = make_kinds(1795953600.0)  # 2026-11-29, noon

# What a reader must find in event-detail's JSON, without options.
LEARN = {
    "python": ["shop/cart.py:41 in add_item", "shop/checkout.py:63 in price_order", "CPython 3.12.4", "internal_error"],
    "javascript-minified": ["/assets/app.min.js:2 in t (not in-app)", "js_no_source", "Safari 17.4"],
    "node": ["/srv/app/src/orders.js:57 in sumOrder", "v22.11.0"],
    "java": ["CartService.java:59 in reserve", "CartRepository.kt:88 in load", "SocketTimeoutException"],
    "dotnet": ["Services/OrderService.cs:118 in async Task<Order> Orders.Place(Guid id)", ".NET 9.0.1"],
    "go": ["store/cart.go:88 in (*Store).Load", "go1.25.3"],
    "native": ["libfoo.so in tile_decode", "native_missing_dsym", "Kestrel 9", "Adreno 740"],
    "anr": ["CheckoutActivity.kt:73 in loadBasket", "42107"],
    "csp": ["script-src-elem", "//widgets.example.net/chat.js", "//shop.example.com/pay", "cdn.example.com/loader.js",
            "214"],
    "n-plus-one": [QUERY, "http.server"],
    "uptime": ["failure - Received an invalid status code", '"Status Code": "503"', "2143ms"],
    "cron": ["A missed check-in was detected", "nightly-invoices", "missed_checkin"],
    "feedback": [FEEDBACK, REPLAY_ID],
    "transaction": ["queue.process", "deadline_exceeded", TRACE_ID, "504"],
    "metric-alert": ["Number of errors in the last 10 minutes above 50", "8731"],
    "message": ["article 4711: ledger 12, shelf 9", "jobs/stock.py:19 in compare"],
    "performance-regression": ["from 210.4ms to 655.9ms"],
}

# What must not be printed, with any option (but for the device's name: --raw may show it).
FORBIDDEN = {kind: [CUSTOMER, "Ida Holm", "idaholm", "203.0.113.77"] for kind in MAKERS}
FORBIDDEN["python"] += ["hunter-77-blue", "tok-1207-abcdef", "s3ss-1207", "fedcba9876543210", "k-4711-stock"]
FORBIDDEN["feedback"] += ["nora.vik@example.org", "Nora Vik"]
FORBIDDEN["native"].append("Ida's phone")
FORBIDDEN["csp"].append("tok-csp-5")

# Lines of `--include stack`, in the order in which they come; others may stand between them.
INCLUDE: dict[str, list[str]] = {kind: [] for kind in MAKERS}
INCLUDE.update({
    "python": ["ValueError: order 1207 cannot be priced",
               "shop/checkout.py:63 in price_order: raise ValueError(text) from problem",
               "shop/views.py:22 in checkout: return price_order(request.order)", "… 3 library frames",
               "KeyError: 'sku'", "shop/cart.py:41 in add_item: price = prices[item['sku']]"],
    "javascript-minified": ["TypeError: undefined is not an object (evaluating 'e.sku')", "/assets/app.min.js:2 in t"],
    "node": ["/srv/app/src/orders.js:57 in sumOrder: return order.lines.total * rate;",
             "/srv/app/src/routes.js:31 in postOrder: const sum = sumOrder(order);", "… 3 library frames"],
    "java": ["StockException: stock service did not answer", "CartService.java:59 in reserve", "… 4 library frames",
             "SocketTimeoutException: Read timed out", "CartRepository.kt:88 in load"],
    "dotnet": ["System.InvalidOperationException: Sequence contains no elements", "… 2 library frames",
               "Services/OrderService.cs:118 in async Task<Order> Orders.Place(Guid id): var line = lines.First();"],
    "go": ["*store.OpenError: open cart: context deadline exceeded",
           "store/cart.go:88 in (*Store).Load: rows, err := s.db.Query(ctx, q)", "… 2 library frames"],
    "native": ["SIGSEGV: Segfault", "… 2 library frames", "libfoo.so in tile_decode", "libfoo.so in tile_open"],
    "anr": ["ApplicationNotResponding: ANR for at least 5000 ms.", "CheckoutActivity.kt:73 in loadBasket",
            "CheckoutActivity.kt:31 in onResume", "… 3 library frames"],
    "message": ["jobs/stock.py:19 in compare: log.warning(report)",
                "jobs/nightly.py:12 in main: compare(ledger, shelves)", "… 2 library frames"],
})
