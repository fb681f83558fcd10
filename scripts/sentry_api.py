#!/usr/bin/env python3
# /// script
# requires-python = ">=3.9"
# ///
"""Read-only client for Sentry's Web API, in one file with nothing to install.

    sentry_api.py list-issues  --org acme --project backend
    sentry_api.py event-detail BACKEND-1A --include stack

It sends GET requests only, and redacts emails, IP addresses, users' names and secrets in all it prints. The token comes
from SENTRY_AUTH_TOKEN (configured_token()), goes to the base URL's origin only (Client.fetch(), redirected()), and is
masked in the output (run(), say()). It works with sentry.io, self-hosted Sentry since 9, and GlitchTip, whose API is
alike.

Each section uses those above it only; within one, callers mostly come before what they call. To follow a call, start
at run(), at the end. Slow imports are inside the functions that need them.
"""

from __future__ import annotations

import os
import sys


def end_quietly_on_interrupt() -> None:
    """Let Ctrl-C end the process without a word, with status 130."""
    import signal

    signal.signal(signal.SIGINT, lambda *_: os._exit(130))


if __name__ == "__main__":
    if sys.path[0] == os.path.dirname(os.path.realpath(__file__)):
        del sys.path[0]  # no file beside this one takes the place of a module of the standard library
    end_quietly_on_interrupt()  # before the slower imports

import argparse
import json
import re
import time
from collections import Counter
from contextlib import suppress
from functools import cache, lru_cache, partial
from itertools import groupby
from types import SimpleNamespace

TYPE_CHECKING = False  # importing typing for it would take 5 ms
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any, NoReturn

    Args = argparse.Namespace
    Object = dict[str, Any]  # of JSON
    Result = tuple[Any, Any, list[str]]  # of a command: Sentry's object or list of them, its record or list, notes
    Span = tuple[int, int, str]  # start, end, and the mask for what stands there; no mask: it stays
    Finder = Callable[[str], Iterable[Span]]  # which don't overlap
    Rule = tuple[Finder, str]  # and what a lower-case text must hold for it to find anything

__version__ = "1.1.0"

# --- Constants ---------------------------------------------------------------

OK, UNUSABLE, USAGE, UNAUTHORIZED, NOT_FOUND, RATE_LIMITED, NETWORK = range(7)  # exit statuses
PIPE_CLOSED = 141

# Endpoints, below the base URL. Slugs and IDs have been checked: nothing in them needs percent-encoding.
PROJECT_ISSUES = "/api/0/projects/{org}/{project}/issues/"
ORG_ISSUES = "/api/0/organizations/{org}/issues/"
PROJECT_EVENT = "/api/0/projects/{org}/{project}/events/{event}/"
ISSUE = "/api/0/issues/{issue}/"
ORG_ISSUE = "/api/0/organizations/{org}/issues/{issue}/"
EVENTS = "events/"  # below either issue endpoint
TOKEN_PAGE = "/settings/account/api/auth-tokens/"
SLUG = "[A-Za-z0-9_][A-Za-z0-9_-]{0,99}"
ISSUE_ID = "[0-9]{1,20}"
SHORT_ID = "[A-Za-z0-9_][A-Za-z0-9_-]{0,80}-[A-Za-z0-9]{1,14}"
EVENT_ID = "[0-9A-Fa-f]{32}|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"

DEFAULT_BASE_URL = "https://sentry.io"
DEFAULT_ENVIRONMENT = "prod"
DEFAULT_TIME_RANGE = "24h"
DEFAULT_QUERY = "is:unresolved"
DEFAULT_LIMIT, MAX_LIMIT = 20, 50
DEFAULT_TIMEOUT = 30  # seconds
HOUR, DAY = 3600, 86400
UNITS = {"m": 60, "h": HOUR, "d": DAY, "w": 7 * DAY}  # of --time-range, in seconds

RETRY_PAUSE = 1.0  # seconds before the second and last attempt
MAX_PAUSE = 30.0  # where a server asks for a longer one, there is no second attempt
LIMITED_SPACING = 0.25  # seconds between requests after a 429; Sentry allows 5 a second
POLL_INTERVAL = 0.2  # seconds until Ctrl-C is noticed, at most
MAX_REDIRECTS = 3
MAX_PAGES, PAGE_SIZE = 20, 100  # servers give no more than 100 items
MAX_LISTED = MAX_PAGES * PAGE_SIZE
MAX_ITEMS_READ = 1000  # of a page
MAX_BODY = 64 << 20  # bytes, unpacked
MAX_TAG_BODY = 8 << 20  # the same for tags, of which TAG_WORKERS are in memory at a time
MAX_VALUES = 3_000_000  # of JSON in an answer; an event of 20 MB has 850,000
CHUNK = MAX_REASON_BODY = 64 << 10  # bytes; the latter of an error's answer
MAX_REASON, MAX_ARGUMENT, MAX_LINE = 300, 80, 2000  # characters that an error, or any line on stderr, shows

TAG_EVENTS = 10  # newest events that an issue's environments and tags are counted from
TAG_WORKERS = 10  # requests at a time
PROBE_ISSUES = 10  # looked at to say which environment would have had results
TAG_PATIENCE = 8  # failures, after which the rest is not tried
TOP_TAGS = 5
REPEATED_TAGS = {"environment", "level", "user"}  # fields of their own
TELLING_TAGS = "release transaction url browser browser.name os os.name device runtime server_name".split()

# Characters of JSON that a record may take: 20 issues stay below 16,000, which agents' harnesses don't cut.
SIZES = {"list-issues": 790, "issue-detail": 5800, "issue-events": 1200, "event-detail": 7800}
INCLUDED_SIZE = 15_500  # of stack, vars and breadcrumbs together
# Longest text and longest list of a record, tried in turn until the record fits.
CUTS = ((400, 40), (200, 20), (120, 12), (80, 8), (50, 6), (30, 5), (16, 3), (6, 1), (1, 0))
# Texts that may be six times as long as others.
IDENTIFIERS = frozenset("id short_id url issue_id previous_id next_id first_seen last_seen timestamp".split())
MAX_STACK, MAX_CRUMBS, SCREEN = 40, 20, 24  # lines: of a stack, breadcrumbs, a page for people

# Characters that nobody sees, and that can hold whole sentences for an agent.
INVISIBLE = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u206f\u2800\u3164\ufe00-\ufe0d\ufeff"
    "\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e01ef"
)
JOINERS = "\u200c\u200d\ufe0e\ufe0f"  # stay, two at most, in scripts and emoji that need them
# And those that a terminal acts on: controls, directions (Unicode TR9), line separators, lone surrogates.
UNSAFE = (
    f"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\ud800-\udfff{INVISIBLE}]"
    f"|(?<![^\x00-\x7f])[{JOINERS}]+|[{JOINERS}]{{3,}}"
)

# --- Errors ------------------------------------------------------------------


class Failure(Exception):
    """What ends the run with a status other than 0, said in one line.

    `http` is the HTTP status, if a server answered, and `reason` its explanation. `pause` is how many seconds to wait
    before trying once more; 0: not again. `hosts` are IP addresses that the message may show in URLs.
    """

    http = 0
    reason = ""
    pause = 0.0
    hosts: Iterable[str] = ()

    def __init__(self, status: int, message: str, hint: str = "", **facts: Any) -> None:
        super().__init__(message)
        self.status, self.message, self.hint = status, message, hint
        vars(self).update(facts)


# --- Redaction ---------------------------------------------------------------
#
# redact() walks a value. What a key says of its value is that value's kind, and each text goes
# through the rules of its kind. A rule is a function from a text to spans: start, end, mask. Rules
# see the text with its escapes undone, and BLANKs where an earlier rule has found something; at the
# end all spans are cut out of the text as it was. Every pattern takes linear time: its repeats are
# bounded, or can't hold what follows them.

EMAIL_MASK, IP_MASK, SECRET_MASK = "[REDACTED_EMAIL]", "[REDACTED_IP]", "[REDACTED]"
STACK_MARK = "[{} stack trace line{} removed]"
BLANK = "\0"

pattern = cache(re.compile)  # compiled when first used: --help needs none

# What a key says of its value.
PLAIN = ""
SECRET = "secret"
COOKIES = "cookies"  # names and values of cookies
ADDRESS = "address"  # no dotted number in here is a version
VERSION = "version"  # and none in here is an address
PACKAGES = "packages"  # names and versions
USER = "user"  # an end user: Sentry's user interface, user tag, user report, feedback
MAIL = "mail"  # an end user's email
TEAM = "team"  # members of the organization: names stay, emails go
META = "meta"  # a scrubber's remarks, under the names of what it has scrubbed
# Of a key in snake_case(). A new word also goes into the hint of find_assignments, in RULES.
SECRET_NAME = r"""(?x)(?:^|_)(?:
        (?: pass(?:words?|wd|phrase|code) | pwd | secrets? | token | credentials? | authorization
          | jwt | bearer | [cx]srf | t?otp | sid | [a-z]*sess(?:ion)?_?id | aspxauth
          | (?:api|(?:secret_?)?access|secret|private|auth|signing|encryption|master|account|session
            |service|app|ssh|subscription|functions|stripe|admin|license)_?keys?
          | (?:amz|goog|hub|oauth|access|hmac|stripe)_?signature )(?:_|$)
        | (?:pass|auth|session|sig|tokens)$ )
    | (?:password|passwd|token|secret)$"""
# But not counts of tokens and pages, a DSN's public key, a desktop's session.
NO_SECRET_NAME = r"""(?x)(?:^|_)(?: public | publishable | xdg_session
    | (?:page|next|continuation)_token$
    | (?:max|total|prompt|completion|input|output)_(?:\w+_)?tokens$ )"""
# Last words that turn a secret's key into one about the secret: token_count, password_reset_url.
ABOUT_WORDS = frozenset(
    "count counts type types length limit size name field fields url uri endpoint path policy age "
    "ttl expiry expires expired expiration status state error errors method mode provider "
    "required valid invalid enabled usage version at in created updated reset attempts index hint algorithm "
    "alg issuer audience scope scopes domain host header file format manager backend class "
    "handler".split()
)
# Of the kind of the object, _, and the key in it: _version_number, version_number.
VERSION_NAME = r"""(?x)_
    (?:version|ver|release|build|sdk|browser|os|runtime|firmware|driver|kernel|dist)
    (?:_(?:name|number|id|info|string|tag|code|label|description|value|raw|range))*$"""
ADDRESS_NAME = "(?:^|_)(?:ips?|addr|address|addresses|forwarded|forwarded_for|remote|peer)$"
USER_KEY = r"(?:sentry_?)?user(?:_?report)?|feedback|evidence(?:_?data|_?display)?"
USER_NAMES = "name username displayname fullname firstname lastname".split()
# Names are masked whole, as secrets are.
USER_FIELDS = {**dict.fromkeys(USER_NAMES, SECRET), "email": MAIL, "data": USER}
TEAM_KEYS = frozenset(
    "activity seen_by participants assigned_to assignee status_details actor owner owners authors "
    "author committer last_commit reviewers".split()
)


def snake_case(key: str) -> str:
    """Return a key or header name as lower-case words: 'X-apiKey' gives x_api_key."""
    return "_".join(re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", key[:200])).lower()


def is_secret(key: str) -> bool:
    """Tell whether a key names a secret, by whole words: 'keyboard' and 'author' don't."""
    name = snake_case(key)
    if name.rpartition("_")[2] in ABOUT_WORDS or pattern(NO_SECRET_NAME).search(name):
        return False
    return pattern(SECRET_NAME).search(name) is not None


def user_field(key: str) -> str:
    """Return the kind of a user's data by its key: 'userEmail' is an email; or PLAIN."""
    return USER_FIELDS.get(snake_case(key).replace("_", "").removeprefix("user"), PLAIN)


@lru_cache(maxsize=8192)
def kind_of(key: str, parent: str = PLAIN) -> str:
    """Tell what a key says of its value, in an object that is itself of kind `parent`."""
    name = snake_case(key)
    last = name.rpartition("_")[2]
    if parent == META or key == "_meta":
        return META
    if parent == PACKAGES:
        return VERSION
    if last in ("cookie", "cookies"):
        return COOKIES
    if is_secret(key) or parent == SECRET and last not in ABOUT_WORDS:
        return SECRET
    if (parent == USER or key.startswith("user.")) and user_field(key):
        return user_field(key)
    if pattern(USER_KEY).fullmatch(name) and parent != TEAM:
        return USER
    if last in ("packages", "modules"):
        return PACKAGES
    if pattern(ADDRESS_NAME).search(name):
        return ADDRESS
    if pattern(VERSION_NAME).search(f"_{parent}_{name}"):
        return VERSION
    if name in TEAM_KEYS:
        return TEAM
    return parent if parent in (TEAM, COOKIES) else PLAIN


# Percent-encoding (RFC 3986), also twice; escapes of JSON, C, HTML and quoted-printable; colours;
# full-width characters and unseen ones.
ESCAPE = rf"""(?x)
    (?:\x1b|(?<!\\)\\+(?:u00|x)1[bB])\[[\d;]{{0,20}}m
    | (?: %(?:25)* | (?<!\\)\\+(?:u00|x) | =(?=40[A-Za-z]) )(?P<hex>[0-7][0-9A-Fa-f])
    | (?<!\\)\\+[nrt]
    | &(?:amp;)*(?P<entity>(?:\#\w{{2,9}}|quot|apos|commat|period);)
    | [\uff20\ufe6b\uff0e\u3002\uff61\uff1a{INVISIBLE}{JOINERS}]"""
# By an escape's last character; an unseen one means nothing. \v tells find_frames() that a line
# break was escaped.
MEANINGS = dict(zip("nrtm\uff20\ufe6b\uff0e\u3002\uff61\uff1a", "\v\r\t\x1b@@...:"))


def unescape(text: str) -> tuple[str, Sequence[int]]:
    """Return a text with its escapes undone, and where its characters and its end stood before."""
    pieces: list[str] = []
    places: list[int] = []
    done = 0
    for escape in pattern(ESCAPE).finditer(text):
        if escape["hex"]:
            character = chr(int(escape["hex"], 16))
        elif escape["entity"]:
            import html

            character = html.unescape("&" + escape["entity"])
        else:
            character = MEANINGS.get(escape[0][-1], "")
        pieces += [text[done : escape.start()], character]
        places += range(done, escape.start() + len(character))
        done = escape.end()
    return "".join(pieces) + text[done:], [*places, *range(done, len(text) + 1)]


def mask_spans(text: str, rules: Iterable[Rule]) -> str:
    """Put masks in the place of what rules find in the text with its escapes undone."""
    plain, places = unescape(text)
    lower = plain.lower()
    found: list[Span] = []
    for find, hint in rules:
        spans = sorted(find(plain)) if pattern(hint).search(lower) else []
        found += spans
        plain = fill(plain, [(start, end, BLANK * (end - start)) for start, end, _ in spans])
    spans = sorted((places[start], places[end], mask) for start, end, mask in found if mask)
    return fill(text, spans)


def fill(text: str, spans: Iterable[Span]) -> str:
    """Return a text with masks in the place of sorted spans; of spans that overlap, the first."""
    pieces: list[str] = []
    done = 0
    for start, end, mask in spans:
        if start >= done:
            pieces += [text[done:start], mask]
        done = max(done, end)
    return "".join(pieces) + text[done:]


# Values in a secret's place that are not secrets: nothing, what a scrubber left, templates such as
# {token}, $TOKEN and %(token)s, SQL's parameters, paths.
HARMLESS = r"""(?ix)[\\'"`\s\[{]* (?:bearer\s+\[?)? (?:
    none | null | nil | undefined | true | false | [?$%#\u2026] | %[rs] | [*x.\u2022\u2026\0-]{3,}
    | filtered | redacted\w* | masked | removed | hidden
    | (?:\$?\{{1,2}|[$%]\(|<)[a-z_\s.:-]{0,40}[})>]{1,2}s? | :[a-z_]{1,40}
    | \$(?-i:[A-Z_][A-Z0-9_]{0,40}|[a-z_]{1,40}|\d{1,3}) | @(?:_*p|__\w{1,40}_)\d{1,3}
    | (?-i:~?(?:/[a-z_.-]{1,40}|(?:/[a-z0-9_.@-]{1,40}){2,20})/?)
    | [A-Z]:(?:\\{1,2}[\w. -]{1,40}){1,20} )?
    [\\'"`\s\]}]*"""


def is_harmless(value: str) -> bool:
    """Tell whether a value in a secret's place is no secret. True also for an empty one."""
    return len(value) <= 200 and pattern(HARMLESS).fullmatch(value) is not None


def finder(regex: str, mask: str = SECRET_MASK) -> Finder:
    """Return a function that finds a pattern's groups `value`, but no harmless secrets."""

    def find(text: str) -> Iterator[Span]:
        for found in pattern(regex).finditer(text):
            if found["value"] and (mask != SECRET_MASK or not is_harmless(found["value"])):
                yield (*found.span("value"), mask)

    return find


# Tokens, by the beginnings, in lower case, that their issuers document; JWTs (RFC 7519); private
# keys (RFC 7468), also without an end line; Slack's web hooks.
TOKEN_START = r"""(?x: sntry[usia]_ | gh[oprsu]_ | (?:github|dckr)_pat_
    | gl(?:pat|dt|rt|cbt|ptt|ft|soat|imt|agent|oas|sa)[-_] | a(?:kia|sia|bia|cca)(?=[a-z0-9]{16}\b)
    | xox[a-z]- | xapp- | [srp]k_(?:live|test)_ | whsec_ | (?:npm|hf)_(?=[a-z0-9]{30})
    | pypi-(?=[\w-]{40}) | sk-(?=[\w-]{20})(?=[\w-]{0,40}\d) | sg\.(?=[\w-]{16,}\.) | aiza
    | ya29\. | hv[sb]\. | dop_v1_ | shp(?:at|ss|ca|pa)_ | gocspx- | lin_api_ | gr1348941 | atatt3
    | eyj(?<![\w-]eyj)[\w-]+\. )"""
find_tokens = finder(rf"""(?ix)(?P<value>(?<![a-z0-9]){TOKEN_START}[\w=+/.-]{{8,}}
    | -----BEGIN\ [A-Z0-9 ]{{0,40}}PRIVATE\ KEY
      (?s:.*?)(?:-----END[A-Z0-9 ]{{0,80}}-----|\Z)
    | (?<=hooks\.slack\.com/)[\w/-]+)""")
CUT = r"(?:\u2026|\.\.\.(?=[\"')\]]*$))"  # where a server has cut a text
# The password in scheme://user:password@host; a number with a path is a port.
find_in_urls = finder(rf"""(?x)://[^\s/:"'<>\\]{{0,200}}:(?!\d{{1,5}}(?:[/?\#]|{CUT}))(?P<value>
    [^\s/"'<>\\]{{1,300}}(?=@|{CUT}) | [^\s"'<>\\]{{1,300}}(?=@[\w.\[-]))""")
# What follows Bearer and the like with a digit, a capital within, or = at its end: no prose.
find_credentials = finder(r"""(?x)
    (?<![\w-])(?i:bearer|basic|(?:token|negotiate|apikey)(?=\s+(?=\S*\d)\S{16}))[\s+]+
    (?=[\w.~+/=-]{0,99}\d | \w{21} | (?=\w{12})\w{0,99}[a-z][A-Z] | \w{6,99}==?(?!["\w]))
    (?!\w{1,20}=[\w"])(?P<value>[\w.~+/=-]{8,})""")
# Passwords in the grammar of commands and of SQL.
find_in_commands = finder(r"""(?ix)\b(?:
    (?:curl|mysql\w*|mariadb|docker\ login|redis-cli|sshpass)\ (?:[^\n]{0,200}?\ )??
      (?: (?:-u|--user|--proxy-user)[ =]?["']?[^\s:"'@]{1,99}: | -[ap]\ ?["']?(?!-|\d{1,5}\b) )
    | identified\ (?:with\ \S{1,80}\ )?by(?:\ password)?\s+["'] | (?-i:IDENTIFIED\ BY\s+)
    )(?P<value>[^\s"';<]{1,200})""")
# A header with cookies or credentials: the rest of its line, or of the quotes that it stands in.
find_headers = finder(r"""(?ix)(?<![\w-])(?P<quote>(?<=["']))?[\w-]*(?:cookies?|authorization):\s*
    (?!["'\s])(?=[^\r\n\v"']{0,80}?[=\d]|(?:bearer|basic)\s)
    (?P<value>(?(quote)[^\r\n\v"']|[^\r\n\v])+)""")
# A secret's name, sign and value: password=…, "apiKey": '…', <Password>…, --token …, HTML's
# <input>, form data (RFC 7578); without a sign only in quotes: ("secret", "…"), password ("…").
NAME = r"""(?x)(?P<flag>(?<![\w-])--?(?:D(?=[a-z]))?)?(?P<tag><(?:\w{1,40}:)?)?(?<!@)
    (?P<name>(?:[A-Za-z]{3,12}\ (?=(?i:key)\b))?\w[\w.$-]*)"""
BARE = r"""(?:(?!\\{1,8}["'])[^\s&;,"'`<>(){}\[\]|\0])"""  # a character
VALUE = rf"""(?x)(?P<quote>\\{{0,8}}["'`])?\]?
    (?: (?P<sign>\s{{0,3}}(?:=>|={{2,3}}|:=|[:=](?![:=~]))\s{{0,3}}
        | (?<=["'])\s{{1,3}}value=(?=["']) | (?<=["'])(?:\r?[\n\v]){{2}})
      | (?P<tag>(?:\s(?!\s*[:=])[^<>\n]{{0,100}})?>) | (?<=["'`]),\s? | \s{{1,3}} )
    (?: [\[(]{{0,2}}[burf]?(?P<mark>\\{{0,8}}["'`])(?P<quoted>(?=\S)(?s:.+?))(?:(?<!\\)(?P=mark)|\Z)
      | (?P<bare>(?:(?:[Bb]earer|[Bb]asic|[Tt]oken)[\s+]+)?{BARE}{{1,200}}) )"""


def find_assignments(text: str) -> Iterator[Span]:
    """Find the values that stand behind a secret's name."""
    done = 0
    for name in pattern(NAME).finditer(text):
        if name.start() < done or kind_of(name["name"]) not in (SECRET, COOKIES):
            continue
        value = pattern(VALUE).match(text, name.end())
        if value and is_secret_value(name, value):
            start, end = value.span("quoted" if value["quoted"] else "bare")
            if value["bare"]:  # its rest; read for every name, it would take quadratic time
                end = next(pattern(f"{BARE}*").finditer(text, end)).end()
            if not is_harmless(text[start:end]):
                yield start, end, SECRET_MASK
                done = end


def is_secret_value(name: re.Match[str], value: re.Match[str]) -> bool:
    """Tell whether what stands behind a secret's name is its value, and no code or prose."""
    sign, quoted, bare = value["sign"], value["quoted"], value["bare"]
    if not sign and quoted:  # ("password", "x1"), --password "x"
        return bool(name["flag"] or re.fullmatch(r"(?=\S*\d)(?=\S*[A-Za-z])\S+", quoted))
    if not sign:  # <password>x, --password x
        return bool(name["tag"] if value["tag"] else name["flag"] and bare[0] != "-")
    last_word = snake_case(name["name"]).rpartition("_")[2]
    if quoted:  # but not: Unexpected token: 'foo'
        is_word = quoted.isalpha() and last_word == "token" and ":" in sign
        return bool(value["quote"]) or not is_word
    word = bare.rstrip(".:!?")
    with_next = value.string[value.start("bare") : value.end() + 1]
    is_spaced = sign != sign.strip()
    is_label = sign == ":" and last_word in ("session", "auth")  # session:duration
    is_prose = not value["quote"] and (is_spaced or is_label)
    call = r"[\w.:]+[(\[]" if is_spaced else r"[A-Za-z_.:]+[(\[]"  # get_token(…)
    return not (
        re.fullmatch(r"-?\d{1,3}", word)
        or (word.isdecimal() and last_word == "tokens")
        or re.match(call, with_next)
        or re.fullmatch(rf"(?i)(?:[a-z_.]*[_.])?{last_word}", word)  # auth=self.auth
        or (re.fullmatch(r"[a-z_]+\.[a-z_.]+", word) and is_secret(word))  # auth=conf.credentials
        or (is_prose and re.fullmatch(r"(?:[^\W\d]|[./-])*|[a-z_]+=\w*", word))
    )


# Gravatar's addresses end in a hash of the email (MD5 or SHA-256).
find_gravatars = finder(r"""(?ix)avatar[\w.:/\\?=&-]{0,60}?[^0-9a-z]
    (?P<value>[0-9a-f]{32}(?:[0-9a-f]{32})?)(?![0-9a-f])""")
# Last labels that are files and not domains: logo@2x.png, fn@main.chunk.js, getty@tty1.service.
FILE_ENDINGS = "|".join(
    "png jpe?g gif svg webp avif ico css scss jsx? tsx? [cm]js map json html? xml ya?ml toml ini "
    "conf txt log tar gz tgz whl jar war dll exe php java kt swift dart rb go cs [ch]pp vue wasm "
    "woff2? mp[34] pdf csv sql lock service socket target timer mount".split()
)
# Emails (RFC 5321, 5322, 6531). A = ends a name before it, but for VERP: bounces+9-jane=x.com@….
LOCAL = r"(?:bounces?[\w.+-]*=)?[\w%][\w.'%!#$^*~{}`\u0300-\u036f-]*(?:\+[\w.'%!#$^*~{}`=+-]*)?"
# An address; up to where a server has cut it; not a version, not a file; and what ends as most
# domains do, whatever stands behind it (example.com.csv).
DOMAIN = rf"""(?: \[(?:ipv6:)?(?=[0-9a-f]*[:.])[0-9a-f:.]{{2,45}}\] | (?!v?\d+\.\d+(?![^\W_]))(?:
      (?:[^\W_]|[.-])*?(?={CUT})
    | (?:(?:[^\W_]|-)+\.)+(?:
        (?:xn--[\w-]+ | (?!(?:{FILE_ENDINGS})(?![^\W_]))[a-z]{{2,}}\d*(?![a-z0-9])
          | (?![a-z])[^\W\d_]{{2,}})(?!\.[^\W_])
        | (?:com|org|net|io|dev|app|co|uk|de|fr|nl|pl|jp|cn|test|example|local|internal)(?![a-z])
    )))"""
# Not git@host:path, Kotlin's this@Label.member, a URL's user without a password (a DSN's key). The
# last alternative takes what is no email, so that no part of it is tried again.
EMAIL = rf"""(?ix)(?P<value>
    (?! git@[\w.-]+[:/] | (?-i:(?:this|super)@[A-Z])
      | (?<=://)(?-i:[a-z0-9_-]{{1,32}}@)(?![\w.-]+:[{BLANK}[]))
    (?:"[^"]{{1,68}}"|{LOCAL})@{DOMAIN}) | {LOCAL}"""
# IPv6 (RFC 4291, 5952, 4007) with an assigned prefix, which spares std::io::Error, times and MACs.
QUAD = r"\d{1,3}(?:\.\d{1,3}){3}"
GROUP = rf"(?:{QUAD}|(?![a-f]*[g-z])[0-9a-f]{{1,4}}(?![0-9a-f]))"
GROUPS = f"(?:{GROUP}(?::{GROUP}){{0,6}})?"
IPV6 = rf"""(?ix)(?<![0-9a-z.])
    (?![0-9a-f]{{4}}::[a-f]*[g-z])  # 2024::bigint is SQL
    (?= [23][0-9a-f]{{3}}: | f(?:[cdf][0-9a-f]|e[89ab])[0-9a-f]: | 0{{0,2}}64:ff9b:
      | (?:0{{0,4}}:){{2,7}}(?:ffff:|{QUAD}|0{{0,3}}1(?!\w|\.\w|:(?!\d{{2,5}}\b)[\w:])) )
    (?P<value> (?: {GROUPS}::{GROUPS} | (?:{GROUP}:){{6}}(?:{GROUP}:{GROUP}|{QUAD})
      | (?:{GROUP}:){{2,7}}{GROUP}?(?={CUT}) )
    (?:%[\w.-]+)? )"""
OCTET = r"(?:[01]?\d?\d|2[0-4]\d|25[0-5])"
# Whole; cut off by a server (198.51.100.…); as Erlang writes them.
IPV4 = rf"""(?x)(?P<value>(?<!\d)(?<!\d\.)(?: {OCTET}(?:\.{OCTET}){{3}}(?!\d|\.\d)
      | (?:{OCTET}\.){{2,3}}\d{{0,3}}(?={CUT}) )
    | (?<=\{{)(?!\d,){OCTET}(?:,\s?{OCTET}){{3}}(?=\}}))"""
# A version is told by what stands before it (a word, Chrome/, shop@, org.acme:shop:, /jvm/jdk-) or
# behind it. Lower-case names before / and @ are rather hosts and users, unless the number is small.
VERSION_BEFORE = r"""(?x)(?:
    (?:(?<![A-Za-z])|(?=[A-Z]))(?i:versions?|v|ver|rev|revision|build|release|firmware|driver|kernel
        |sdk|runtime|oid|chrome|firefox|safari|edge|android|windows(?:\ server)?|ios|mac\ ?os|os\ x
        |java|jdk|python|php|rails|framework)
      (?:[ _](?i:is|number|file|nt|mobile|pro|10|no))* [ \t:=_"'#.(\\-]{0,6}
    | (?<!ssh\ )(?<![\w@/.-])(?!\d+@|//[^/]*@|(?i:[\w.-]*-)?(?i:server|client|host|localhost|\w*user
        |redis|node|root|admin\w*|ubuntu|postgres|git|pi|deploy)[/@])
      (?: (?<![^\s"'(\[;,{<])(?:[A-Z][\w+-]*/|[a-z0-9_-]+/(?=\d\.))
        | [@\w./-]+@(?=\d\.) | [\w-]*[A-Z./][\w./-]*@(?=\d\d\.) )
    | [A-Za-z][\w-]*\.[\w.-]+:(?:[A-Za-z][\w.-]*:){1,2}
    | (?<![:/])[/\\][\w.+-]{0,40}[A-Za-z]- | \.so\. )[\d.]+$"""
VERSION_AFTER = r"""(?ix)
    (?P<major>\d\.\d+\.)(?P<minor>[\d.]{3,7})\s?(?:->|=>|\u2192)\s?(?P=major)(?!(?P=minor)(?!\d))
    | [\d.]{4,14}\d(?: \+[a-z0-9]
      | -?(?:rc|alpha|beta|snapshot|release|final|dev|pre|build|hotfix|(?:b|r|py|el|\d+\.el)\d
          |g?(?=\d*[a-f])[0-9a-f]{7})
      | [._-](?:tar|tgz|zip|jar|war|whl|dll|so|exe|deb|rpm|apk|msi|gem|nupkg|min|js|css
          |amd64|arm64|i386|all)\b )"""


def find_ipv4(text: str) -> Iterator[Span]:
    """Find IPv4 addresses, but no versions. A number that is a version once is one everywhere."""
    candidates = list(pattern(IPV4).finditer(text))
    versions = set()
    before = 0  # where the number before ended
    for found in candidates:
        start, end = found.span()
        has_port = re.match(r":\d", text[end : end + 2])
        if not has_port and (
            pattern(VERSION_BEFORE).search(text, max(before, start - 60), end)
            or pattern(VERSION_AFTER).match(text, start)
        ):
            versions.add(found[0])
            if found[0][1] == ".":  # v1.2.3.4 to 1.2.3.5
                versions.add(found[0].rpartition(".")[0])
        before = end
    for found in candidates:
        is_version = not versions.isdisjoint((found[0], found[0].rpartition(".")[0]))
        if not is_version and not found[0].endswith(".0.0.0"):
            yield (*found.span(), IP_MASK)


# Stack traces in texts: loggers send whole tracebacks as messages. Frames go, exceptions stay.
FRAMES = (  # anywhere in a line
    # Java, JavaScript: at a.b(C.java:1), at new C [as d] (/c.js:1:2)
    r"at\s(?:async\s|new\s)?[^\s()]{1,300} ?(?:\[as [^\s\]]{1,80}\] )?\((?:"
    r"(?:[^()\n]|\([^()\n]{0,200}\)){0,600}:\d+|<anonymous>|native|Native Method|Unknown Source"
    r"|index \d+)\)",
    r"at\s[^\s()]{0,300}[./\\][^\s()]{1,300}:\d+:\d+(?!\S)",  # JavaScript, Rust
    r"at\s[^\s()]{1,300}\([^()\n]{0,300}\) in \S{1,300}:line \d+",  # .NET
    r"""File \\*["'][^"'\n]{1,500}["'], line \d+(?:, in [^\s"']+)?""",  # Python
    r"#\d+\s(?:[^\s(]{0,300}[/\\][^\s(]{1,300}\(\d+\): \S+|\{main\})",  # PHP
    r"[\w$.<>/]{0,100}@https?:[^\s@]{1,300}:\d+:\d+(?!\S)",  # Firefox, Safari
    rf"(?:at|File|from|#\d+) .{{0,300}}{CUT}\Z",
)
FRAME_LINES = (  # at the start of a line
    r"(?:\w+ Group )?Traceback \(most recent call last\):\s*\n",
    r"\[(?:Previous line|native code)",  # Python, Safari
    r"at\s(?:<anonymous>|(?:async\s|new\s)?[^\s().]+\.[^\s()]* ?\()",  # JavaScript, Java, .NET
    r"\.\.\. \d+ (?:more|common)|--- End of (?:stack|inner)",  # Java, .NET
    r"(?:\w+ code|[^\s@]*)@(?:[\w-]+:/\S*:\d|\[native code\])",  # Firefox, Safari
    r"\d+:\s+(?:0x|\S+::|.*\n[ \t]*at \S*[/\\])",  # Rust
    r"""(?:\d+:\s+)?(?:from\s+)?[^\s:]+:\d+:in [`'"][^`'"]*[`'"](?!:)""",  # Ruby
    r"#\d+\s+(?:\[internal|pc [0-9a-f]|0x[0-9a-f])",  # PHP, Android
    r"\d+\s+\S+\s+0x[0-9a-f]{6}",  # Apple
    r"(?:[^\s(]+\(|created by ).*\n[ \t]*[^\s:]+\.(?:go|s):\d",  # Go
    r"(?:\([\w. -]+\)\s+)?[^\s:]+\.(?:exs?|erl):\d+: ",  # Elixir, Erlang
)
# A frame that begins a line takes it, and the lines below that are indented more: Python's code.
FRAME = (
    rf"(?m)^(?P<indent>[ \t>|+]*)(?![ \t>|+])(?:{'|'.join(FRAMES + FRAME_LINES)}).*"
    rf"(?:\n(?P=indent)[ \t].*)*|(?<=\s)(?:{'|'.join(FRAMES)})"
)


def find_frames(text: str) -> Iterator[Span]:
    """Find a stack trace's frames, if there are a header and a frame, or two frames."""
    lines = text.replace("\v", "\n")
    if lines != text:  # escaped line breaks stand in quotes; what ends those ends a line, too
        lines = re.sub(r"""(?<!\\)["'](?!, line \d)(?=\s*[,}\])])""", "\n", lines)
    blocks: list[tuple[int, int, int]] = []  # start, end, number of lines
    for found in pattern(FRAME).finditer(lines):
        start, end = found.span()
        count = 1 + found[0].count("\n")
        if blocks and not text[blocks[-1][1] : start].strip():  # one mark for all
            start, _, count_before = blocks.pop()
            count += count_before
        blocks.append((start, end, count))
    header = re.search(r"(?i)traceback \(|stack ?trace|backtrace|call stack:|goroutine \d", text)
    if sum(count for *_, count in blocks) >= (1 if header else 2):
        for start, end, count in blocks:
            yield start, end, STACK_MARK.format(count, "" if count == 1 else "s")


# A rule, and what a lower-case text must hold for it to find anything. In this order: secrets
# before emails, IPv6 before IPv4.
RULES: tuple[Rule, ...] = (
    (find_in_urls, "://"),
    (find_tokens, f"-----begin|hooks[.]slack|{TOKEN_START}"),
    (find_headers, "cookies?:|authorization:"),
    (
        find_assignments,
        "user[.]|pass|pwd|secret|token|cred|jwt|bearer|[cx]srf|otp|cookie|sess|auth|sid|sig|key",
    ),
    (find_credentials, "bearer|basic|token|negotiate|apikey"),
    (find_in_commands, "curl|mysql|mariadb|docker|redis|sshpass|identified"),
    (find_gravatars, "avatar"),
    (find_frames, rf"[\n\v]|\sat\s|, line |#\d|@http|{CUT}"),
    (finder(EMAIL, EMAIL_MASK), "@"),
    (finder(IPV6, IP_MASK), rf"::|(?:[0-9a-f]{{1,4}}:){{2}}[0-9a-f]{{0,4}}(?::|{CUT})"),
)
IPV4_HINT = r"\d\.\d{1,3}\.[\d\u2026.]|\{\d+,"
IPV4_RULES: dict[str, list[Rule]] = {VERSION: [], ADDRESS: [(finder(IPV4, IP_MASK), IPV4_HINT)]}
KIND_RULES: dict[str, list[Rule]] = {
    COOKIES: [(finder("(?:^|;)(?:[^=;]*=)?(?P<value>[^;]+)"), "")],
    USER: [(finder(r'^(?:user\.)?(?:user)?name:"?(?P<value>[^"]+)'), "")],  # in a user tag
}
# What a lower-case text must hold for any of that: escapes, or what a rule must find.
SUSPECT = "|".join([r"[^\t\n\r -~]|[%\\&]|=40", IPV4_HINT, *(hint for _, hint in RULES)])


class Redactor:
    """Redacts JSON values. What becomes of a text is remembered, because texts repeat."""

    def __init__(self, token: str = "", hosts: Iterable[str] = ()) -> None:
        self.token = token.lower() if len(token) >= 6 else ""  # a shorter one may be part of words
        names = "|".join(map(re.escape, hosts))  # these stay, hidden from the other rules
        self.own: list[Rule] = []
        if names:
            self.own.append((finder(rf"(?<=://)(?P<value>{names})(?![\w.-])", ""), "://"))
        if self.token:
            self.own.append((finder(f"(?i)(?P<value>{re.escape(self.token)})"), ""))
        self.redact_cached = lru_cache(maxsize=20000)(self.redact_text)

    def redact(self, value: Any, kind: str = PLAIN, in_object: bool = False) -> Any:
        """Return a copy of a value of a kind, that stands in an object or elsewhere."""
        if isinstance(value, str):
            return self.redact_cached(value, kind)
        if isinstance(value, dict):
            return self.redact_object(value, kind, in_object)
        if isinstance(value, list):
            kinds = kinds_of_items(value, kind, in_object)
            return list(map(self.redact, value, kinds))
        return value

    def redact_object(self, value: Object, kind: str, in_object: bool) -> Object:
        """Return a copy of an object; keys that become the same are numbered."""
        row_kinds: dict[str, str] = {}
        if kind in (PLAIN, USER) and is_user(tuple(value)):
            kind = USER
        elif row_name(value) and not (kind == USER and in_object):  # {"user": {"name": …, "value": …}} is no row
            row_kind = kind_of(row_name(value), kind)
            row_kinds = {"value": row_kind, "query": row_kind, "name": USER if row_kind == USER else PLAIN}
        result: Object = {}
        counts = Counter[str]()
        for key, child in value.items():
            label = name = self.redact_cached(key, PLAIN)
            while label != key and (label in value or label in result):
                counts[name] += 1
                label = f"{name} ({counts[name] + 1})"
            result[label] = self.redact(child, row_kinds.get(key, kind_of(key, kind)), True)
        return result

    def redact_text(self, text: str, kind: str) -> str:
        """Return a text of a kind, redacted."""
        if kind in (SECRET, MAIL) and not is_harmless(text):
            return SECRET_MASK if kind == SECRET else EMAIL_MASK
        if text[:1] + text[-1:] in ("{}", "[]"):
            nested = self.redact_nested(text, kind)
            if nested is not None:
                return nested
        elif '":' in text:  # a line of a log: at 10:00 {"user": …}
            start, end = text.find("{"), text.rfind("}") + 1
            nested = self.redact_nested(text[start:end], kind)
            text = text if nested is None else text[:start] + nested + text[end:]
        if self.token and self.token in text.lower():  # a rule finds it where it is escaped
            text = re.sub("(?i)" + re.escape(self.token), SECRET_MASK, text)
        if kind not in KIND_RULES and not pattern(SUSPECT).search(text.lower()):
            return text  # most texts
        ipv4_rules = IPV4_RULES.get(kind, [(find_ipv4, IPV4_HINT)])
        return mask_spans(text, [*self.own, *KIND_RULES.get(kind, ()), *RULES, *ipv4_rules])

    def redact_nested(self, text: str, kind: str) -> str | None:
        """Redact JSON inside a string by its structure; None if it isn't JSON, or a key repeats."""
        try:
            value = json.loads(text, object_pairs_hook=unique_keys)
            new = self.redact(value, kind)
        except (ValueError, RecursionError):
            return None
        return text if new == value else json.dumps(new, ensure_ascii=False)


def unique_keys(members: list[tuple[str, Any]]) -> Object:
    """Return an object. Raises ValueError for repeated keys, whose values a parser drops."""
    if len(dict(members)) != len(members):
        raise ValueError("repeated key")
    return dict(members)


@lru_cache(maxsize=8192)
def is_user(keys: tuple[str, ...]) -> bool:
    """Tell whether an object's keys are those of a user: a name beside an email or an address."""
    has_address = any(snake_case(key).endswith(("email", "ip_address")) for key in keys)
    return has_address and SECRET in map(user_field, keys)


def row_name(value: Object) -> str:
    """Return the name in a row {"name": …, "value": …} or {"key": …, "value": …}, or ""."""
    name = value.get("key", value.get("name")) if "value" in value else None
    return name if isinstance(name, str) else ""


def kinds_of_items(items: list[Any], kind: str, in_object: bool) -> list[str]:
    """Return the kind of each element of a list."""
    name = items[0] if len(items) == 2 and not in_object else None
    if isinstance(name, str) and " " not in name and kind != SECRET:  # of a header or a cookie
        return [PLAIN, kind_of(name, kind)]
    kinds = [kind] * len(items)
    for index, item in enumerate(items[:-1]):
        if kind == PLAIN and isinstance(item, str) and re.match(r"--[^=\s]+$", item):
            kinds[index + 1] = SECRET if is_secret(item) else PLAIN  # sys.argv: --password hunter2
    if kind == SECRET:  # {"password": ["This field is required."]}
        sentence = r"[A-Z]?[a-z']+(?: [a-z0-9']+){2,}[.!]?"
        kinds = [PLAIN if re.fullmatch(sentence, str(item)) else kind for item in items]
    return kinds


def redact(value: Any, token: str = "", hosts: Iterable[str] = ()) -> Any:
    """Return a copy of a JSON value without personal data, secrets and stack traces.

    Types are kept; texts, and keys, are replaced where needed. `token`, of six characters or more,
    is masked wherever it stands; addresses in `hosts` stay as hosts of URLs. Redacting twice
    changes nothing. Raises RecursionError for what is nested deeper than Python's stack.
    """
    return Redactor(token, hosts).redact(value)


# --- Output ------------------------------------------------------------------
#
# Two functions write: write_result() to stdout what run() has redacted, say() to stderr.

visible_hosts: set[str] = set()  # IP addresses that are shown as hosts of URLs: the base URL's


def configured_token() -> str:
    """Return the token, or ''."""
    return os.environ.get("SENTRY_AUTH_TOKEN", "").strip()


def hosts_of(url: str) -> set[str]:
    """Return a URL's host if it is an IP address."""
    return set(re.findall(r"^https?://(\[[0-9A-Fa-f:.]+\]|[0-9.]+)(?=[:/]|$)", url))


def quoted(text: str) -> str:
    """Return an argument redacted, then cut, between quotes."""
    return repr(trim(redact(text, configured_token()), MAX_ARGUMENT, 0))


def say(line: str, hosts: Iterable[str] = (), end: str = "\n") -> None:
    """Write one line to stderr: redacted, but for these hosts of URLs, escaped and cut."""
    line = escape(redact(line, configured_token(), visible_hosts.union(hosts)))
    try:
        sys.stderr.write(trim(line, MAX_LINE, 0) + end)
        sys.stderr.flush()
    except (AttributeError, OSError, ValueError):
        pass  # None or closed: nobody is there to be told


def write_result(text: str) -> None:
    """Write redacted text, or help, to stdout. Raises BrokenPipeError and Failure."""
    try:
        # In pieces: one write of 2 MB to a pipe that is closed meanwhile is taken for a success.
        for start in range(0, len(text), CHUNK):
            sys.stdout.write(text[start : start + CHUNK])
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except (AttributeError, OSError, ValueError) as error:  # None or closed, or the disk is full
        reason = getattr(error, "strerror", None) or "stdout is closed"
        raise Failure(UNUSABLE, f"the output can't be written: {reason}") from None


def escape(text: str) -> str:
    r"""Escape characters that must not reach a terminal as JSON does, such as \u001b."""
    if text.isascii() and text.isprintable():
        return text
    return re.sub(UNSAFE, lambda found: json.dumps(found[0])[1:-1], text)


def to_json(value: Any) -> str:
    """Return JSON on one line. Raises Failure for infinity, which a server can write as 1e999."""
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except ValueError:
        raise Failure(UNUSABLE, "the answer holds a number that is too large for JSON") from None
    return escape(text)


def render(value: Any) -> str:
    """Return the JSON of a list, one record a line, or of a record, one member a line."""
    if isinstance(value, list):
        return "[\n" + ",\n".join(map(to_json, value)) + "\n]\n" if value else "[]\n"
    members = [f"  {to_json(key)}: {to_json(child)}" for key, child in value.items()]
    return "{\n" + ",\n".join(members) + "\n}\n"


def fit(record: Object, size: int) -> Object:
    """Return a redacted record, cut so that its JSON takes about `size` characters at most."""
    for longest, items in CUTS:
        lengths = dict.fromkeys(IDENTIFIERS, 6 * longest)
        cut = {key: trim(child, lengths.get(key, longest), items) for key, child in record.items()}
        if len(to_json(cut)) <= size:
            break
    return cut


def trim(value: Any, longest: int, items: int) -> Any:
    """Cut texts to so many characters, lists and objects to so many items; say what is missing."""
    if isinstance(value, str):
        missing = len(value) - longest
        return f"{value[:longest]}… (+{missing} characters)" if missing > 20 else value
    if isinstance(value, list):
        cut = [trim(item, longest, items) for item in value[:items]]
        more = f"+{len(value) - items} more"
        rest = [{"…": more} if isinstance(value[0], dict) else more] if len(value) > items else []
        return cut + rest
    if isinstance(value, dict):
        items = max(items, 4)  # members of exceptions, top_tags and the like are not cut
        first = {trim(key, max(longest, 20), 0): value[key] for key in list(value)[:items]}
        members = {key: trim(child, longest, items) for key, child in first.items()}
        return {**members, "…": f"+{len(value) - items} more"} if len(value) > items else members
    return value


# For people: tables of lists, pages of single records.

TABLE_FIELDS = {
    "list-issues": "short_id level last_seen first_seen count_in_range user_count".split()
    + "trend_24h trend_14d title".split(),
    "issue-events": "id timestamp release title".split(),
}
PAGE_FIELDS = "id timestamp last_seen first_seen count user_count trend_24h release".split()
PAGE_FIELDS += "first_release last_release environment environments top_tags location message".split()
HEADINGS = {"count_in_range": "events", "user_count": "users"}  # others: the field
HEADINGS.update(trend_24h="trend 24 h", trend_14d="trend 14 d")
TIMES = {"timestamp", "last_seen", "first_seen"}
SPARKS = "▁▂▃▄▅▆▇█"
MAX_COLUMN = 34


def table(records: list[Object], fields: list[str]) -> str:
    """Return redacted records as a table; of the trends, the one that the server gives."""
    columns = [column(records, name) for name in fields]
    columns = [each for each in columns if {*each[1:]} != {"-"} or each[0][:5] != "TREND"]
    return align_rows(list(zip(*columns))) if records else ""


def detail_page(record: Object) -> str:
    """Return a redacted record of an issue or event as a page of at most a screen."""
    names = [name for name in ("short_id", "level", "status", "title") if record.get(name)]
    title = [[" ".join(cell(record[name], name) for name in names)]]
    facts = [fact for fact in (column([record], name) for name in PAGE_FIELDS) if fact[1] != "-"]
    stack = [[cell(line)] for line in record.get("stack") or []]
    url = record["url"] or ""  # an address that is cut is none
    return f"{align_rows(title)}{align_rows(facts)}{url}\n{align_rows(stack[: SCREEN - 3 - len(facts)])}"


def column(records: list[Object], name: str) -> list[str]:
    """Return a field's heading and values."""
    values = [cell(record.get(name), name) for record in records]
    return [HEADINGS.get(name, name).upper().replace("_", " "), *values]


def align_rows(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as lines with align_rows columns, cut to COLUMNS or the terminal."""
    import shutil

    terminal = shutil.get_terminal_size((0, 0)).columns or sys.maxsize  # no terminal: not cut
    widths = [min(MAX_COLUMN, max(map(width, column))) for column in zip(*rows)]
    lines = ["  ".join([*map(align, row[:-1], widths), row[-1]]) for row in rows]
    return "".join(align(line, min(width(line), terminal)) + "\n" for line in lines)


def align(text: str, columns: int) -> str:
    """Cut a text to so many columns, with an ellipsis, or fill it up; numbers stand on the right."""
    if width(text) > columns:
        text = text[:columns]
        while width(text) >= columns:
            text = text[:-1]
        text += "…"
    padding = " " * (columns - width(text))
    return padding + text if text.isdigit() else text + padding


def width(text: str) -> int:
    """Return how many columns a text takes (Unicode TR11)."""
    from unicodedata import category, east_asian_width

    seen = [character for character in text if category(character) not in ("Mn", "Me", "Cf")]
    return len(seen) + sum(east_asian_width(character) in "WF" for character in seen)


def cell(value: Any, field: str = "") -> str:
    """Return a field's value as people read it; - for nothing."""
    if value in (None, "", [], {}):
        return "-"
    if isinstance(value, dict):
        return " ".join(map(cell, value.values()))
    if isinstance(value, list):
        return sparkline(value) if isinstance(value[0], int) else ", ".join(map(cell, value))
    at = seconds_since_1970(value) if field in TIMES else None
    return " ".join(escape(str(value)[:1000]).split()) if at is None else ago(time.time() - at)


def seconds_since_1970(text: Any) -> float | None:
    """Return an ISO 8601 UTC time in seconds since 1970; None for anything else."""
    from datetime import datetime

    try:
        whole, _, fraction = re.sub(r"(?:Z|\+00:00)$", "", text).partition(".")
        return datetime.fromisoformat(f"{whole}+00:00").timestamp() + float(f"0.{fraction or 0}")
    except (TypeError, ValueError):
        return None


def ago(seconds: float) -> str:
    """Return a span of time in its largest unit."""
    for size, unit in ((DAY, "d"), (HOUR, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size:.0f} {unit} ago"
    return "now"


def sparkline(counts: list[int]) -> str:
    """Draw counts, one column a point; of more than 14 points, two a column."""
    if len(counts) > 14:
        start = len(counts) % 2
        counts = [one + other for one, other in zip(counts[start::2], counts[start + 1 :: 2])]
    top = max(1, *counts)
    return "".join(SPARKS[-(-max(0, count) * 7 // top)] for count in counts)


# --- HTTP --------------------------------------------------------------------

LOOPBACK = r"https?://(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?=[:/]|$)"
NOT_SENTRY = "the answer is JSON, but not what Sentry gives here"
BASE_URL_HINT = "check --base-url or SENTRY_BASE_URL, and the proxy if there is one"


def run_in_threads(functions: Sequence[Callable[[], Any]], seconds: float) -> Iterator[Any]:
    """Yield (index, result, exception) of functions as they end, for so many seconds.

    For tags, ten at a time, and for each single request: urllib's timeout is one socket operation's, and DNS has none.
    """
    import queue
    import threading

    outcomes: Any = queue.SimpleQueue()

    def work(index: int, function: Callable[[], Any]) -> None:
        try:
            outcomes.put((index, function(), None))
        except BaseException as error:  # noqa: BLE001 the caller is told
            outcomes.put((index, None, error))

    tasks = list(enumerate(functions))
    running = 0
    deadline = time.monotonic() + seconds
    while (tasks or running) and time.monotonic() < deadline:
        while tasks and running < TAG_WORKERS:
            task = tasks.pop(0)
            try:
                threading.Thread(target=work, args=task, daemon=True).start()
            except RuntimeError:  # the system lets no more of them start
                work(*task)
            running += 1
        try:
            # In turns: a Ctrl-C that comes just before a wait is noticed only when that ends.
            yield outcomes.get(timeout=POLL_INTERVAL)
            running -= 1
        except queue.Empty:
            pass


class Client:
    """Reads JSON from one Sentry server with one token."""

    is_org_form = False  # whether issues are asked for by the organization's endpoint
    is_org_list = False  # the same for the list of issues
    is_glitchtip = False  # known by its answers
    spacing = 0.0  # seconds between requests, after a 429
    opener: Any = None

    def __init__(self, args: Args, token: str) -> None:
        import threading

        self.args = args
        self.headers = {"Accept": "application/json", "Accept-Encoding": "gzip"}
        self.headers.update({"Authorization": f"Bearer {token}", "User-Agent": args.user_agent})
        self.now = time.time()  # the server's clock
        self.gate = threading.Lock()

    def get(
        self, path: str, params: Object | None = None, what: str = "", most: int = MAX_BODY
    ) -> tuple[Any, Any]:
        """Return (decoded JSON, headers) of a GET, tried twice at most. Raises Failure.

        Parameters that are None are left out. A 404's message begins with no `what`. `most` is in bytes.
        """
        from urllib.parse import urlencode

        given = {key: value for key, value in (params or {}).items() if value is not None}
        target = f"{path}?{urlencode(given)}".rstrip("?")
        try:
            return self.attempt(target, most)
        except Failure as failure:
            if failure.http == 404 and what:
                failure.message = f"no {what} ({failure.message})"
            if not failure.pause:
                raise
            if failure.status == RATE_LIMITED:
                self.spacing = LIMITED_SPACING
            time.sleep(failure.pause)
        return self.attempt(target, most)

    def attempt(self, target: str, most: int) -> tuple[Any, Any]:
        """Ask once, for --timeout seconds at most."""
        with self.gate:
            time.sleep(self.spacing)
        started = time.monotonic()
        fetch = partial(self.fetch, self.args.base_url + target, most)
        late = (0, None, TimeoutError())
        _, answer, error = next(run_in_threads([fetch], self.args.timeout), late)
        if self.args.verbose:
            # Of an error only its class: its message can hold a proxy's password.
            said, size = (answer[0], len(answer[2])) if answer else (type(error).__name__, 0)
            milliseconds = (time.monotonic() - started) * 1000
            say(f"GET {target} -> {said}, {milliseconds:.0f} ms, {size} bytes")
        if not answer:
            raise network_failure(error, self.args)
        status, headers, body = answer
        if status // 100 != 2:
            raise http_failure(status, headers, body)
        value = parse_json(body, status)
        self.now = server_time(headers)
        self.is_glitchtip = self.is_glitchtip or is_of_glitchtip(value, headers)
        return value, headers

    def fetch(self, url: str, most: int) -> tuple[int, Any, bytearray]:
        """Return status, headers and body of a GET, after redirects within the origin."""
        import urllib.request

        self.opener = self.opener or make_opener(self.args.base_url)
        for _ in range(MAX_REDIRECTS + 1):
            request = urllib.request.Request(url, headers=self.headers, method="GET")
            with self.opener.open(request, timeout=self.args.timeout) as answer:
                if answer.status // 100 != 3 or "Location" not in answer.headers:
                    return answer.status, answer.headers, read_body(answer, most)
            url = redirected(url, answer.headers["Location"])
        raise Failure(UNUSABLE, f"HTTP {answer.status}: more than {MAX_REDIRECTS} redirects")

    def get_issue(
        self, issue: str, below: str = "", params: Object | None = None, most: int = MAX_BODY
    ) -> tuple[Any, Any]:
        """GET an issue endpoint; by the organization's form where the org-less one won't do.

        It is being retired (410), knows one region only (404) and refuses the tokens of one
        organization (401).
        """
        org_path = ORG_ISSUE.format(org=self.args.org, issue=issue) + below
        rest = (params, f"issue {issue}", most)
        if self.is_org_form:
            return self.get(org_path, *rest)
        try:
            return self.get(ISSUE.format(issue=issue) + below, *rest)
        except Failure as first:
            is_bound = first.http == 401 and "organization" in first.reason.lower()
            if not self.args.org or not (is_bound or first.http in (404, 410)):
                raise
            if first.http == 410:
                self.is_org_form = True
            try:
                answer = self.get(org_path, *rest)
            except Failure as second:
                is_passing = second.status in (RATE_LIMITED, NETWORK) or second.http >= 500
                raise second if is_passing else first from None
        self.is_org_form = True
        return answer

    def get_issues(self, params: Object) -> tuple[Any, Any]:
        """GET a page of the project's issues; the organization's list where that is retired."""
        org, project = self.args.org, self.args.project
        what = f"project {project!r} in organization {org!r}"
        try:
            if not self.is_org_list:
                return self.get(PROJECT_ISSUES.format(org=org, project=project), params, what)
        except Failure as failure:
            if failure.http != 410:
                raise
            self.is_org_list = True
        # There statsPeriod would cut counts to the period, and groupStatsPeriod sets the series.
        period = {"statsPeriod": None, "groupStatsPeriod": params.get("statsPeriod")}
        return self.get(ORG_ISSUES.format(org=org), {**params, **period, "project": project}, what)

    def web_page(self, issue: Any, event: Any = None) -> str | None:
        """Return the address of an issue's or event's web page; None without organization or ID."""
        page = f"issues/{issue}/events/{event}" if event else f"issues/{issue}"
        if not self.args.org or not re.fullmatch(f"issues/{ISSUE_ID}(/events/({EVENT_ID}))?", page):
            return None
        form = "{}/{}/{}" if self.is_glitchtip else "{}/organizations/{}/{}/"
        return form.format(self.args.base_url, self.args.org, page)


def make_opener(base_url: str) -> Any:
    """Return what opens URLs: of http and https only, no redirects, no errors raised."""
    import urllib.request

    scheme, host = re.split("://|/", base_url)[:2]
    # A proxy would get the token of a server on this machine unencrypted.
    is_direct = re.match(LOOPBACK, base_url) or urllib.request.proxy_bypass(host)
    proxies = {} if is_direct else urllib.request.getproxies()
    if proxies.get(scheme, proxies.get("all", "")).startswith("socks"):
        message = f"a SOCKS proxy is set for {scheme}, and SOCKS is not supported"
        hint = f"set {scheme}_proxy to an HTTP proxy, or no_proxy to do without"
        raise Failure(NETWORK, message, hint)
    opener = urllib.request.OpenerDirector()
    opener.add_handler(urllib.request.ProxyHandler(proxies))
    opener.add_handler(urllib.request.HTTPHandler())
    if scheme == "https":
        import ssl

        context = ssl.create_default_context()  # one for all requests: making one takes 35 ms
        opener.add_handler(urllib.request.HTTPSHandler(context=context))
    return opener


def redirected(url: str, location: str) -> str:
    """Return where a redirect leads. Raises Failure for another origin: no token goes there."""
    from urllib.parse import quote, urljoin

    try:
        target = urljoin(url, location.strip())
    except ValueError:
        target = location
    origin, other = ("/".join(each.split("/")[:3]) for each in (url, target))
    if origin == other:
        # All but reserved characters is quoted; http.client reads headers as Latin-1.
        return quote(target, safe="!#$%&'()*+,/:;=?@[]~", encoding="latin-1")
    other = re.sub("//.*@", "//", other)
    message = f"a redirect to another server, {other}, was not followed"
    raise Failure(UNUSABLE, message, "is that the right base URL?", hosts=hosts_of(other))


def read_body(answer: Any, most: int) -> bytearray:
    """Return a body, unpacked. Raises Failure where it is too large, EOFError where it is cut."""
    import gzip

    is_packed = "gzip" in answer.headers.get("Content-Encoding", "").lower()
    source = gzip.GzipFile(fileobj=answer) if is_packed else answer
    body = bytearray()
    while len(body) <= most and (chunk := source.read(CHUNK)):
        body += chunk
    if len(body) > most:
        message = f"the answer is larger than {most >> 20} MiB"
        raise Failure(UNUSABLE, message, "ask for less, such as a lower --limit")
    if answer.length:  # what http.client still expects by Content-Length
        raise EOFError("it is shorter than announced")
    return body


def is_of_glitchtip(value: Any, headers: Any) -> bool:
    """Tell GlitchTip by its Link headers, its permalinks, or what its events lack."""
    if not isinstance(value, dict):
        return str(headers.get("Link")).startswith("{'")
    if "projectID" in value:
        return "fingerprints" not in value and "crashFile" not in value
    page = r"https?://[^/]+/(?!organizations/)[^/]+/issues/[0-9]+"
    return bool(re.fullmatch(page, str(value.get("permalink"))))


CERTIFICATE_HINT = (
    "if a proxy or a private CA signs for this server, set SSL_CERT_FILE to its CA certificates; "
    "with Python from python.org on a Mac, run 'Install Certificates.command' once"
)


def network_failure(error: Exception, args: Args) -> Exception:
    """Return a Failure for what went wrong below HTTP; any other exception as it is."""
    import gzip
    import http.client
    import socket
    import ssl
    import urllib.error
    import zlib

    cause: Any = error.reason if isinstance(error, urllib.error.URLError) else error
    what = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
    hint, pause = BASE_URL_HINT, RETRY_PAUSE
    if isinstance(cause, (TimeoutError, socket.timeout)):
        message, hint = f"no complete answer within {args.timeout:g} s", "try a longer --timeout"
    elif isinstance(cause, ssl.SSLCertVerificationError):
        message, hint, pause = f"the TLS certificate was not accepted: {what}", CERTIFICATE_HINT, 0
    elif isinstance(cause, socket.gaierror):
        message = "not found by DNS"
    elif isinstance(cause, (str, ValueError, http.client.InvalidURL)):
        message = "no connection: its address, or the proxy's, can't be used"
    elif isinstance(cause, (http.client.HTTPException, EOFError, gzip.BadGzipFile, zlib.error)):
        message = f"the answer ended early or breaks the HTTP protocol: {what}"
    elif isinstance(cause, OSError):
        message = f"no connection (TCP or TLS): {what}"
    else:
        return error
    return Failure(NETWORK, f"{args.base_url}: {message}", hint, pause=pause)


HTTP_ERRORS = {  # HTTP status: exit status and hint
    400: (USAGE, "check --query, --environment and --cursor"),
    401: (
        UNAUTHORIZED,
        "the token is wrong, expired or for another server; create one at "
        f"{TOKEN_PAGE} (GlitchTip: /profile/auth-tokens) of the server that was asked",
    ),
    403: (
        UNAUTHORIZED,
        "the token's owner needs access to the project, and the token the scopes event:read, "
        "project:read and org:read; if it starts with sntrys_, it can't have them: "
        "create a user token",
    ),
    404: (NOT_FOUND, "check --org, --project and the ID, and that the token may read them"),
    410: (UNUSABLE, "this endpoint is being retired; set --org or SENTRY_ORG so that the newer one is used"),
    429: (RATE_LIMITED, "wait, then try again with fewer requests (--no-tags, a lower --limit)"),
}
HTTP_ERRORS[422] = HTTP_ERRORS[400]
CODE_HINTS = {  # of Sentry's codes beside a 401's or 403's explanation
    "sso-required": "the organization wants single sign-on: its user has to log in by SSO in a browser, then try again",
    "member-disabled-over-limit": "the organization has more members than its plan allows; its owner can help",
}


def http_failure(status: int, headers: Any, body: bytearray) -> Failure:
    """Return what an HTTP error means."""
    exit_status, hint = HTTP_ERRORS.get(status, (UNUSABLE, BASE_URL_HINT if status < 500 else ""))
    reason, code = error_reason(body)
    hint = CODE_HINTS.get(code, hint)
    message = f"HTTP {status}: {reason}".rstrip(": ")
    pause = 0.0
    if status == 429 or status >= 500:
        pause = max(RETRY_PAUSE, requested_pause(status, headers))
        if pause > MAX_PAUSE:
            message, pause = f"{message} (the server asks to wait {pause:.0f} s)", 0.0
    return Failure(exit_status, message, hint, http=status, reason=reason, pause=pause)


def error_reason(body: bytearray) -> tuple[str, str]:
    """Return a server's explanation as one short line, or '', and its code.

    It is redacted before it is cut and put on one line: half an address would not be recognized.
    """
    code = ""
    value: Any = body[:MAX_REASON_BODY].decode("utf-8-sig", "replace")
    try:
        value = json.loads(value)
    except (ValueError, RecursionError):
        value = value.partition("<")[0]  # nothing of HTML
    while isinstance(value, (dict, list)):
        if isinstance(value, dict):
            code = value.get("code") or code
            known = map(value.get, ("detail", "message", "msg", "error", "info"))
            value = [*known, *value.values()]
        value = next(filter(None, value), "")
    reason = redact(str(value or ""), configured_token())
    return " ".join(reason.split())[:MAX_REASON], str(code)


def requested_pause(status: int, headers: Any) -> float:
    """Return how many seconds Retry-After (RFC 9110, 10.2.3) or a rate limit's reset ask for."""
    names = ["Retry-After", "X-Sentry-Rate-Limit-Reset"] if status == 429 else ["Retry-After"]
    for text in (headers.get(name, "") for name in names):
        asked = float(text) if text.isdecimal() else http_time(text)
        if asked:
            return asked - server_time(headers) if asked > 1e9 else asked  # a time, or a span
    return 0.0


def server_time(headers: Any) -> float:
    """Return the server's clock, in seconds since 1970; the local one where it sends no Date."""
    return http_time(headers.get("Date", "")) or time.time()


def http_time(text: str) -> float:
    """Return an HTTP date (RFC 9110, 5.6.7) in seconds since 1970; 0 for anything else."""
    import email.utils

    try:
        return email.utils.parsedate_to_datetime(text).timestamp()
    except (IndexError, TypeError, ValueError, OverflowError):
        return 0.0


def parse_json(body: bytearray, status: int) -> Any:
    """Return the JSON of a good answer. Raises Failure for what isn't JSON, or too much of it."""
    problem, hint = "holds too many values to be read", "ask for less, such as a lower --limit"
    try:
        if sum(map(body.count, b",{[")) <= MAX_VALUES:
            return json.loads(body, parse_constant=int)  # int() refuses NaN and Infinity
    except (json.JSONDecodeError, UnicodeDecodeError):
        problem = "can't be read as JSON"
        hint = "check that the base URL is the address of the web page, without a path to the API"
    except RecursionError:
        problem, hint = "is nested too deep", BASE_URL_HINT
    except ValueError:
        problem, hint = "holds a number that can't be read (NaN, over 4300 digits)", BASE_URL_HINT
    raise Failure(UNUSABLE, f"HTTP {status}, but the answer {problem}", hint)


def expect_list(value: Any) -> list[Object]:
    """Return a list of objects, not more than MAX_ITEMS_READ. Raises Failure for anything else."""
    if not isinstance(value, list):
        raise Failure(UNUSABLE, NOT_SENTRY, BASE_URL_HINT)
    return [expect_object(item) for item in value[:MAX_ITEMS_READ]]


def expect_object(value: Any) -> Object:
    """Return an object as it is. Raises Failure for anything else."""
    if not isinstance(value, dict):
        raise Failure(UNUSABLE, NOT_SENTRY, BASE_URL_HINT)
    return value


# --- Shapes ------------------------------------------------------------------
#
# Records from Sentry's objects, of which any part may be missing or of another type.

# The fields of records, in their order. A new one is a text, or else computed in shape_issue() or shape_event(); IDs
# and times also belong to IDENTIFIERS, what a page for people shows to PAGE_FIELDS.
ISSUE_FIELDS = "id short_id title culprit level status count count_in_range user_count".split()
ISSUE_FIELDS += "first_seen last_seen environments top_tags url".split()
ISSUE_DETAILS = "substatus priority platform project assigned_to first_release last_release".split()
ISSUE_DETAILS += "message location handled tag_totals issue_type issue_category".split()
ISSUE_DETAILS += ["trend_24h", "trend_30d"]
EVENT_FIELDS = "id title message culprit level timestamp environment release location".split()
EVENT_FIELDS += "user tags issue_id url".split()
EVENT_DETAILS = "platform exceptions evidence request contexts sdk entries_present".split()
EVENT_DETAILS += "processing_errors previous_id next_id".split()
FIELDS = {
    "list-issues": ISSUE_FIELDS,
    "issue-detail": [*ISSUE_FIELDS, *ISSUE_DETAILS],
    "issue-events": EVENT_FIELDS,
    "event-detail": [*EVENT_FIELDS, *EVENT_DETAILS],
}
INCLUDES = ("stack", "vars", "breadcrumbs", "entries")  # what --include adds to an event
# Where Sentry has them, if they are not computed. What the organization's list has in `lifetime`,
# it has elsewhere for a period only.
ISSUE_PATHS = {
    **{name: [f"lifetime.{name}", name] for name in FIELDS["issue-detail"]},
    "platform": ["platform", "project.platform"],
    "project": ["project.slug"],
    "first_release": ["first_release.version"],
    "last_release": ["last_release.version"],
    "message": ["metadata.message", "metadata.value"],
}
EVENT_PATHS = {
    **{name: [name] for name in FIELDS["event-detail"]},
    "id": ["eventID", "event_id", "id"],
    "title": ["title", "metadata.title"],
    "level": ["level", "tags.level"],
    "timestamp": ["date_created", "end_timestamp", "start_timestamp"],
    "environment": ["tags.environment"],
    "release": ["tags.release", "release.version"],
    "issue_id": ["groupID", "group_id"],
    "previous_id": ["previousEventID"],
    "next_id": ["nextEventID"],
}


def value_at(source: Any, *paths: str) -> Any:
    """Return what the first path with anything leads to, or None; a path a.b_c also finds a.bC."""
    for path in paths:
        value = source
        for key in path.split("."):
            camel = key[:1] + key.title().replace("_", "")[1:]
            value = value.get(key, value.get(camel)) if isinstance(value, dict) else None
        if value not in (None, ""):
            return value
    return None


def text_at(source: Any, *paths: str) -> str | None:
    """Return a text, or a whole number as one (IDs can be either); None for anything else."""
    value = value_at(source, *paths)
    return str(value) if type(value) in (str, int) else None


def object_at(source: Any, path: str) -> Object:
    """Return an object; an empty one for anything else."""
    value = value_at(source, path)
    return value if isinstance(value, dict) else {}


def objects_at(source: Any, path: str, kind: type = dict) -> list[Any]:
    """Return the objects (or values of another type) in a list; of anything else, none."""
    value = value_at(source, path)
    return [item for item in value if isinstance(item, kind)] if isinstance(value, list) else []


def texts_at(source: Any, path: str, **paths: str) -> Object | None:
    """Return texts of an object by new names; None where there is none."""
    found = object_at(source, path)
    return {name: text_at(found, below) for name, below in paths.items()} if found else None


def joined(*texts: str | None, by: str = " ") -> str | None:
    """Return the texts that are there as one, or None."""
    return by.join(filter(None, texts)) or None


def number(digits: str | None) -> int | None:
    """Return a whole number; Sentry sends some as text."""
    return int(digits) if digits and re.fullmatch("-?[0-9]{1,18}", digits) else None


def tags_of(event: Object) -> dict[str, str]:
    """Return an event's tags by key."""
    tags = {text_at(tag, "key"): text_at(tag, "value") for tag in objects_at(event, "tags")}
    return {key: value for key, value in tags.items() if key and value}


def unless_shown(text: str | None, shown: str) -> str | None:
    """Return a text, or None where its words stand in what the record shows, in their order."""
    words = iter(shown.replace(":", " ").split())
    return text if any(word not in words for word in (text or "").replace(":", " ").split()) else None


def named_frame(source: Object) -> str | None:
    """Return the frame that Sentry chose for an issue or event, as `path in function`."""
    metadata = object_at(source, "metadata")
    return joined(text_at(metadata, "filename"), text_at(metadata, "function"), by=" in ")


# Issues.


def series(issue: Object, name: str) -> list[tuple[float, int]]:
    """Return a series (24h, 14d or 30d) of times and counts, oldest first; [] for anything else."""
    try:
        return [(float(at), int(count)) for at, count in value_at(issue, f"stats.{name}") or []]
    except (OverflowError, TypeError, ValueError):
        return []


def count_in_range(issue: Object, seconds: float, now: float) -> int | None:
    """Return an issue's events in the last so many seconds, by whole hours or days, if known."""
    if not seconds:
        return number(text_at(issue, *ISSUE_PATHS["count"]))
    for name, longest, size in (("24h", DAY, HOUR), ("14d", 14 * DAY, DAY), ("30d", 30 * DAY, DAY)):
        counts = series(issue, name)
        if counts and seconds <= longest:
            return sum(count for at, count in counts if at + size > now - seconds)
    return None


def shape_issue(client: Client, issue: Object, tally: Any) -> Object:
    """Return an issue's record; `tally` is count_tags()'s, if known."""
    record: Object = {name: text_at(issue, *paths) for name, paths in ISSUE_PATHS.items()}
    tags = objects_at(issue, "tags")
    totals = {text_at(tag, "key"): number(text_at(tag, "total_values")) for tag in tags}
    is_error = {text_at(issue, "type"), record["issue_category"]} <= {None, "error"}
    unhandled = issue.get("isUnhandled")
    record.update(
        count=number(record["count"]),
        count_in_range=count_in_range(issue, client.args.time_range, client.now),
        user_count=None if client.is_glitchtip else number(record["user_count"]),  # always 0 there
        url=client.web_page(record["id"]),
        assigned_to=texts_at(issue, "assigned_to", type="type", id="id", name="name"),
        message=unless_shown(record["message"], str(record["title"])),
        location=named_frame(issue),
        handled=not unhandled if is_error and isinstance(unhandled, bool) else None,
        tag_totals={key: total for key, total in totals.items() if key and total is not None},
    )
    record["environments"], record["top_tags"] = tally or (None, None)
    for span in ("24h", "14d", "30d"):  # 14d is no field: only tables show it
        record[f"trend_{span}"] = [count for _, count in series(issue, span)] or None
    return record


def count_tags(events: list[Object]) -> tuple[list[str], list[Object]]:
    """Return events' environments and top tags: the most frequent first, then the most telling."""

    def order(tag: tuple[str, str]) -> Any:
        return -counts[tag], [*TELLING_TAGS, tag[0]].index(tag[0]), tag

    counts = Counter(tag for event in events for tag in tags_of(event).items())
    tags = sorted(counts, key=order)
    hidden = REPEATED_TAGS.union(f"{key}.name" for key, _ in tags)  # of os and os.name, os is kept
    top: dict[str, Object] = {}
    for key, value in tags:
        if key not in hidden:
            top.setdefault(key, {"key": key, "value": value, "count": counts[key, value]})
    return [value for key, value in tags if key == "environment"], list(top.values())[:TOP_TAGS]


# Events.

# What is shown of a context, by its type; of others a version, because a name may be a person's.
CONTEXT_PARTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("os", "browser", "runtime", "gpu"), ("name", "version")),
    "app": ("app_name", "app_version", "app_build"),
    "device": ("model",),
    "trace": ("op", "status", "trace_id"),
    "response": ("status_code",),
    "replay": ("replay_id",),
    "monitor": ("slug", "status"),
    "feedback": (),
}


def shape_event(client: Client, event: Object) -> Object:
    """Return an event's record."""
    event = {**event, "tags": tags_of(event)}
    entries = {text_at(item, "type"): item.get("data") for item in objects_at(event, "entries")}
    stacks = stacks_of(event, entries)
    record: Object = {name: text_at(event, *paths) for name, paths in EVENT_PATHS.items()}
    location = named_frame(event) or stacks[0][0]["location"] or record["location"]
    record.update(
        message=unless_shown(record["message"], f"{record['title']} {record['culprit']} {location}"),
        timestamp=iso_time(value_at(event, *EVENT_PATHS["timestamp"])),
        location=location,
        user=texts_at(event, "user", id="id", geo="geo.country_code"),
        tags=event["tags"],
        url=client.web_page(record["issue_id"], record["id"]),
    )
    if client.args.command != "event-detail":
        return record
    exceptions = [exception for exception, _ in stacks[::-1]]
    known = " ".join(f"{one['type']} {one['value']}" for one in exceptions)
    contexts = object_at(event, "contexts").items()
    record.update(
        message=unless_shown(record["message"], known),
        exceptions=exceptions if objects_at(entries, "exception.values") else [],
        evidence=evidence_of(event, entries, record),
        request=texts_at(entries, "request", method="method", url="url"),
        contexts={key: text for key, item in contexts if (text := shape_context(key, item))},
        sdk=joined(text_at(event, "sdk.name"), text_at(event, "sdk.version")),
        entries_present=list(entries),
        processing_errors=[text for one in objects_at(event, "errors") if (text := text_at(one, "type"))],
    )
    if client.is_glitchtip:  # its neighbours are the project's, not the issue's
        record.update(previous_id=None, next_id=None)
    if client.args.include:
        record.update(stack=stack_lines(stacks), vars=variables_of(stacks))
        record.update(breadcrumbs=crumb_lines(entries), entries=event.get("entries"))
    return record


def shape_context(key: str, context: Any) -> str | None:
    """Return what is shown of a context as one text."""
    kind = text_at(context, "type") or ""
    parts = CONTEXT_PARTS.get(kind, CONTEXT_PARTS.get(key, ("version",)))
    return joined(*(text_at(context, part) for part in parts))


def iso_time(value: Any) -> str | None:
    """Return a time as Sentry writes it; it may be in seconds since 1970."""
    import datetime

    try:
        at = datetime.datetime.fromtimestamp(value, datetime.timezone.utc)
    except (OSError, OverflowError, TypeError, ValueError):
        return value if isinstance(value, str) else None
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def evidence_of(event: Object, entries: Any, record: Object) -> Object | None:
    """Return what is known of what is no exception (an occurrence, a CSP report), by name."""
    occurrence = object_at(event, "occurrence")
    shown = f"{record['title']} {record['culprit']} {record['message']}"
    rows = objects_at(occurrence, "evidence_display")
    display = {text_at(row, "name"): value_at(row, "value") for row in rows}
    csp = {"directive": "effective_directive", "blocked": "blocked_uri", "document": "document_uri"}
    report = texts_at(entries, "csp", **csp, source_file="source_file", line="line_number")
    found: dict[Any, Any] = {
        "title": unless_shown(text_at(occurrence, "issue_title"), shown),
        "subtitle": unless_shown(text_at(occurrence, "subtitle"), shown),
        **(display if any(display.values()) else object_at(occurrence, "evidence_data")),
        **(report or {}),
    }
    plain = (str, int, float)
    return {name: str(item) for name, item in found.items() if name and isinstance(item, plain) and item != ""} or None


# Stacks: exceptions as they are shown, each with its frames, innermost first.


def read_frame(frame: Object, named: str | None) -> SimpleNamespace:
    """Return a frame: `place` (`path:line in function`), `line` of the stack, `rank` as location.

    Native code has no line numbers, and its package in the path's stead.
    """
    path, function = text_at(frame, "filename", "module", "abs_path"), text_at(frame, "function")
    line, own = text_at(frame, "line_no", "lineno"), value_at(frame, "in_app")
    package = (text_at(frame, "package") or "").replace("\\", "/").rpartition("/")[2]
    is_usable = line and path not in ("<anonymous>", "[native code]") if path else package
    is_named = joined(path, function, by=" in ") == named
    ranks = [own is True, own is not False, is_named, True]  # own, unmarked, named, any
    rows = [row for row in objects_at(frame, "context", list) if len(row) == 2]
    code = [text for at, text in rows if str(at) == line and isinstance(text, str)]
    place = joined(joined(path, line, by=":") if path else package, function, by=" in ")
    return SimpleNamespace(
        place=place,
        line=joined(place, "".join(code).strip(), by=": "),
        rank=ranks.index(True) if is_usable else None,
        is_library=own is False,
        vars=object_at(frame, "vars"),
    )


def stacks_of(event: Object, entries: Any) -> list[tuple[Object, list[Any]]]:
    """Return an event's exceptions as they are shown, the one raised last first, with frames."""
    threads = objects_at(entries, "threads.values")
    by_id = {text_at(thread, "id") or "": thread for thread in threads}
    fallbacks = [one for mark in ("crashed", "current") for one in threads if one.get(mark) is True]
    fallbacks.append(entries)  # for the stack trace of a message
    stacks = []
    for exception in objects_at(entries, "exception.values")[::-1] or [{}]:
        holders = [exception, by_id.get(text_at(exception, "thread_id") or "none"), *fallbacks]
        found = next(filter(None, (objects_at(one, "stacktrace.frames") for one in holders)), [])
        frames = [read_frame(frame, named_frame(event)) for frame in found[::-1]]
        frames = [frame for frame in frames if frame.place]
        stacks.append((shape_exception(exception, frames), frames))
        fallbacks = []  # only for the first
    return stacks


def shape_exception(exception: Object, frames: list[Any]) -> Object:
    """Return what is shown of an exception."""
    handled = value_at(exception, "mechanism.handled")
    usable = [frame for frame in frames if frame.rank is not None]
    best = min(usable, key=lambda frame: frame.rank, default=None)
    return {
        "type": text_at(exception, "type"),
        "value": text_at(exception, "value"),
        "handled": handled if isinstance(handled, bool) else None,
        "location": best and best.place + (" (not in-app)" if best.is_library else ""),
    }


def stack_lines(stacks: list[Any]) -> list[str]:
    """Return stacks as lines; frames of libraries as a count, unless there are no others."""
    lines: list[str] = []
    for exception, frames in stacks:
        lines += filter(None, [joined(exception["type"], exception["value"], by=": ")])
        has_others = not all(frame.is_library for frame in frames)
        for is_library, group in groupby(frames, lambda frame: frame.is_library):
            shown = [frame.line for frame in group]
            summary = f"… {len(shown)} library frame" + ("s" if len(shown) > 1 else "")
            lines += [summary] if is_library and has_others else shown
    return lines[:MAX_STACK]


def variables_of(stacks: list[Any]) -> list[Object]:
    """Return {"frame", "vars"} of the own frames with variables.

    Frames are no keys: the filter would take a function's name (load_modules) for the variables'.
    """
    frames = [frame for _, stack in stacks for frame in stack if frame.vars and not frame.is_library]
    innermost = {frame.place: frame.vars for frame in frames[::-1]}  # of a recursion
    return [{"frame": place, "vars": found} for place, found in innermost.items()][::-1][:MAX_STACK]


def crumb_lines(entries: Any) -> list[str]:
    """Return the last breadcrumbs, in the order of time, as lines."""
    paths = "level message data.method data.url data.status_code".split()
    crumbs: list[tuple[str, str]] = []
    at = ""  # of one without a time: its predecessor's
    for crumb in objects_at(entries, "breadcrumbs.values"):
        when, category = iso_time(value_at(crumb, "timestamp")), text_at(crumb, "category", "type")
        line = joined(when, category, *(text_at(crumb, path) for path in paths))
        at = (when or at).rstrip("Z")  # 10:00:00 comes before 10:00:00.5
        crumbs.append((at, line or "-"))
    return [line for _, line in sorted(crumbs, key=lambda crumb: crumb[0])[-MAX_CRUMBS:]]


# --- Commands ----------------------------------------------------------------
#
# A command asks for data, shapes it and returns Sentry's object or list of them, its record or list,
# and notes for stderr. It never prints.


def list_issues(client: Client) -> Result:
    """Return the records of a project's issues, in the order of --sort."""
    args = client.args
    is_id = re.fullmatch(f"{EVENT_ID}|{SHORT_ID}", args.query.strip())
    hit = look_up(client, args.query.strip()) if is_id and not args.cursor else None
    if hit:
        found, more = [hit], ""
    else:
        limit = args.limit if args.sort == "date" else MAX_LISTED
        found, more = get_list(client, issue_params(args, args.environment), limit)
    issues = sorted(found, key=partial(sort_key, client), reverse=True)[: args.limit]
    tallies, notes = count_all(client, issues, wants_tags(args))
    if hit:
        project = text_at(hit, "project.slug") or args.project
        if project != args.project or {"--environment", "--time-range"} & args.given.keys():
            of = f"; counts are of {args.environment!r}" if "--environment" in args.given and args.environment else ""
            notes.append(f"found by its ID in {project!r}, whatever its age, status and environment{of}")
    else:
        notes += notes_on_list(client, found, more, tallies)
    records = [shape_issue(client, issue, tally) for issue, tally in zip(issues, tallies)]
    return issues, records, notes


def sort_key(client: Client, issue: Object) -> tuple[float, int]:
    """Return what --sort goes by; of equals, and where it is not known, the count of all time."""
    return figure(client, issue) or 0, number(text_at(issue, *ISSUE_PATHS["count"])) or 0


def figure(client: Client, issue: Object) -> float | None:
    """Return the count or time that --sort means, if the server reports it."""
    sort = client.args.sort
    if sort == "freq":
        return count_in_range(issue, client.args.time_range, client.now)
    if sort == "user":
        return None if client.is_glitchtip else number(text_at(issue, *ISSUE_PATHS["user_count"]))
    return seconds_since_1970(value_at(issue, *ISSUE_PATHS["first_seen" if sort == "new" else "last_seen"]))


def issue_params(args: Args, environment: str | None) -> Object:
    """Return a list's parameters. The period sets the series of counts, and filters nothing."""
    params = {"query": args.query, "environment": environment}
    if args.time_range:
        params["statsPeriod"] = "24h" if args.time_range <= DAY else "14d"
    return params


def notes_on_list(client: Client, issues: list[Object], more: str, tallies: list[Any]) -> list[str]:
    """Say what the list doesn't mean, and how to go on; of an empty one, first that it is, then why."""
    args, notes, asked = client.args, [], client.args.environment
    if client.is_org_list and not 0 < args.time_range <= 90 * DAY:
        notes.append("this server lists no issues older than 90 days; ask for older ones by ID")
    names = environments_but(asked, tallies)
    if names and asked and "--environment" not in args.given:
        notes.append(f"only {asked!r}, the default, was asked for; these issues are also in {names}")
    if not issues:
        return [more, *notes, *([] if args.cursor else why_empty(client))]
    last = more
    if args.sort != "date":
        of = f"the {len(issues)} most recent issues" if more else f"{len(issues)} issues"
        last = f"the first {min(len(issues), args.limit)} of {of} by {args.sort}"
        if all(figure(client, issue) is None for issue in issues):
            last += ", which this server doesn't report: ranked by count, of all time"
    return [*notes, last] if last else notes


def why_empty(client: Client) -> list[str]:
    """Say which environments would have had issues; of GlitchTip, what it doesn't tell."""
    args = client.args
    issues: list[Any] = []
    if client.is_glitchtip and re.search(r"\b(?!is:)\w+:", args.query):
        return ["this server treats search terms that it doesn't know as tags; for new issues use --sort new"]
    try:
        if args.environment:
            issues, _ = get_list(client, issue_params(args, None), PROBE_ISSUES)
        if client.is_glitchtip and not issues and not client.get_issues({"query": "", "limit": 1})[0]:
            return [f"{args.project!r} has no issue; this server doesn't tell whether it exists"]
    except Failure as failure:
        return [f"whether other environments have issues could not be checked ({failure.message})"]
    tallies, failed = count_all(client, issues)
    names = environments_but(args.environment, tallies) or "no named environment"
    newest = f"the newest issues are in {names}; use --environment NAME, or --environment '' for all"
    return [newest] if any(tallies) else failed


def environments_but(asked: str | None, tallies: list[Any]) -> str:
    """Return the names of the most frequent environments other than the one that was asked for."""
    counts = Counter(name for tally in tallies if tally for name in tally[0] if name != asked)
    return ", ".join(repr(name) for name, _ in counts.most_common(5))


def issue_detail(client: Client) -> Result:
    """Return the record of one issue."""
    issue = expect_object(client.get_issue(issue_id(client, client.args.issue))[0])
    tallies, notes = count_all(client, [issue], wants_tags(client.args))
    return issue, shape_issue(client, issue, tallies[0]), notes


def issue_events(client: Client) -> Result:
    """Return the records of an issue's events, newest first."""
    args = client.args
    params = {"environment": args.environment, "statsPeriod": args.time_range_text or None}
    events, note = get_list(client, params, args.limit, issue_id(client, args.issue))
    return events, [shape_event(client, event) for event in events], [note] if note else []


def event_detail(client: Client) -> Result:
    """Return the record of one event: the one with this ID, or an issue's newest one."""
    args = client.args
    issue, event_id = read_place(args, args.event)
    require(args, *(["org"] if issue else ["org", "project"]))
    if event_id and args.environment:
        raise Failure(USAGE, "--environment goes with an issue; this is an event's ID", "leave it out")
    if not re.fullmatch(EVENT_ID, event_id):
        issue = issue_id(client, issue)
        event_id = newest_event(client, issue, event_id)

    def get(project: str | None) -> Object:
        if not project:
            project = checked(client.get_issue(issue_id(client, issue))[0], "project.slug", SLUG)
        path = PROJECT_EVENT.format(org=args.org, project=project, event=event_id)
        return expect_object(client.get(path, what=f"event {event_id}")[0])

    try:
        event = get(args.project)
    except Failure as failure:
        if failure.http not in (403, 404) or not (issue and args.project):
            raise
        event = get(None)  # the issue may be of another project than the configured one
    return event, shape_event(client, event), []


def newest_event(client: Client, issue: str, wanted: str) -> str:
    """Return the ID of an issue's newest event, or of that with Sentry 9's number."""
    environment = client.args.environment
    params = {"environment": environment, "limit": PAGE_SIZE if wanted else 1}
    for page in get_pages(client, params, issue):
        for event in page.items:
            event_id = text_at(event, "eventID", "event_id") or ""
            if re.fullmatch(EVENT_ID, event_id) and wanted in ("", text_at(event, "id")):
                return event_id
        params["limit"] = PAGE_SIZE
    what = f"event {wanted}" if wanted else "events"
    where = f" in environment {environment!r}" if environment else ""
    raise Failure(NOT_FOUND, f"issue {issue} has no {what}{where}")


# Lists.

# What a Link header says of the next page. Sentry's cursors are 0:100:0, GlitchTip's base64.
CURSOR = r"[A-Za-z0-9:=_+/.%][A-Za-z0-9:=_+/.%-]{0,499}"
NEXT_LINK = rf'<(?=[^<]*\brel="next")(?=[^<]*\bresults="true")(?:[^<]*\bcursor="({CURSOR})")?'


def get_list(client: Client, params: Object, limit: int, issue: str = "") -> tuple[list[Any], str]:
    """Return issues, or an issue's events, in the time range; and a note if there are more or none, else ''."""
    args, what = client.args, "events" if issue else "issues"
    paths = EVENT_PATHS["timestamp"] if issue else ISSUE_PATHS["last_seen"]
    # So many old items in a row end the list: GlitchTip orders events by receipt, and one may be late.
    patience = TAG_EVENTS if issue else 1
    found: dict[Any, Object] = {}  # by ID, because pages shift
    params.update(limit=min(limit, PAGE_SIZE), cursor=args.cursor)
    for page in get_pages(client, params, issue):
        start = client.now - (args.time_range or float("inf"))
        times = [seconds_since_1970(value_at(item, *paths)) for item in page.items]
        is_old = [at is not None and at < start for at in times]
        for item, old in zip(page.items, is_old):
            if not old:
                found.setdefault(text_at(item, "id", "event_id") or object(), item)
        is_past = is_old[-patience:] == [True] * patience
        if is_past or len(found) >= limit:
            break
        params["limit"] = min(limit - len(found), PAGE_SIZE)  # no more: --cursor loses nothing
    items, is_whole = list(found.values())[:limit], len(found) <= limit
    if not is_whole or page.has_next and not is_past:
        # Where a page is longer than asked for, no cursor leads to the middle of it.
        way = f"--cursor '{page.cursor}'" if is_whole and page.cursor else "a higher --limit or narrower filters"
        # X-Hits counts what matches the query at any time.
        hits = "" if issue or args.time_range or args.cursor else page.headers.get("X-Hits", "")
        is_true = re.fullmatch("[0-9]{1,9}", hits) and hits != page.headers.get("X-Max-Hits")
        count = f"{len(items)} of {hits}" if is_true else f"{len(items)}"
        return items, f"{count} {what} printed; go on with {way}"
    if items:
        return items, ""
    environment = f"environment {args.environment!r}" if args.environment else "any environment"
    place = f"issue {issue}, if there is one" if issue else f"{args.org}/{args.project}, query {args.query!r}"
    after = " after this cursor" if args.cursor else ""
    period = args.time_range_text or "any"
    return [], f"no {what} match{after}: {environment}, time range {period}, {place}"


def get_pages(client: Client, params: Object, issue: str = "") -> Iterator[SimpleNamespace]:
    """Yield pages of the project's issues, or an issue's events; `cursor` is the next one's.

    The caller may change the limit in `params` between them.
    """
    verb = "reading" if client.args.sort == "date" else "ranking"
    what = "events" if issue else "issues"
    is_terminal = sys.stderr is not None and sys.stderr.isatty() and not client.args.quiet
    environment = params["environment"] if issue else None
    asked: list[Any] = []  # cursors
    count, cursor = 0, params.get("cursor")
    try:
        while cursor != "" and len(asked) < MAX_PAGES:
            if is_terminal and len(asked) > 2:
                say(f"{verb}: {count} {what}".ljust(30), end="\r")
            asked.append(cursor)
            # Sentry takes per_page for events, all else limit.
            full = {**params, "per_page": params["limit"], "cursor": cursor}
            ask = partial(client.get_issue, issue, EVENTS) if issue else client.get_issues
            answer, headers = ask(full)
            items = expect_list(answer)
            count += len(items)
            if environment:  # GlitchTip doesn't filter events
                items = [one for one in items if tags_of(one).get("environment") == environment]
            # The link's URL is never used: it may name another host.
            cursors = re.findall(NEXT_LINK, str(headers.get_all("Link")))
            cursor = next((one for one in cursors if one not in asked), "")
            yield SimpleNamespace(items=items, headers=headers, has_next=bool(cursors), cursor=cursor)
    except Failure as failure:
        if failure.http >= 500 and params.get("query", "").count('"') % 2:
            failure.hint = "the query has a quote that is not closed"
        raise
    finally:
        if is_terminal and len(asked) > 3:
            say(" " * 30, end="\r")


# Environments and tags.


def wants_tags(args: Args) -> bool:
    """Tell whether anything that is counted from events will be printed."""
    counted = {"environments", "top_tags"}
    is_table = args.format == "table" and args.command == "list-issues"
    return not (args.no_tags or args.raw or is_table or counted.isdisjoint(args.fields or counted))


def count_all(client: Client, issues: list[Any], wanted: bool = True) -> tuple[list[Any], list[str]]:
    """Return count_tags() of each issue's newest events, None where it failed, and a note on that."""

    def count(issue: Object) -> Any:
        size = {"per_page": TAG_EVENTS, "limit": TAG_EVENTS}
        answer = client.get_issue(checked(issue, "id", ISSUE_ID), EVENTS, size, most=MAX_TAG_BODY)
        return count_tags(expect_list(answer[0])[:TAG_EVENTS])

    tallies: list[Any] = [None] * len(issues)
    tasks = [partial(count, issue) for issue in issues] if wanted else []
    seconds, failures = 2 * client.args.timeout, 0
    reason = f"not within {seconds:g} s"
    for index, tally, error in run_in_threads(tasks, seconds):
        tallies[index] = tally
        if error:
            failures += 1
            reason = getattr(error, "message", f"internal error, {type(error).__name__}")
        if failures >= TAG_PATIENCE or getattr(error, "status", None) == RATE_LIMITED:
            break
    if not wanted or None not in tallies:
        return tallies, []
    missing = f"{tallies.count(None)} of {len(issues)} issues"
    return tallies, [f"the environments and top tags of {missing} could not be read ({reason})"]


# IDs and web addresses.

FORMS = (
    "an issue's numeric ID (1234567890), short ID (BACKEND-1A) or web address (/events/latest/ too), "
    "or for event-detail an event's 32 hex digits or web address"
)
# Host; path and query.
WEB_ADDRESS = r"(?i:https?)://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?(/[^#]*|)"
# Both of a page. The organization is a subdomain of sentry.io or stands in the path, in Sentry 9's
# before the project; the ID of a feedback stands in the query.
WEB_PAGE = (
    rf"(?:(?!(?:www|us|de|eu)\.)(?P<owner>{SLUG})\.sentry\.io|[^/]*)"
    r"(?:(?:/organizations)?/(?!(?:organizations|settings|api|issues)/)"
    rf"(?P<org>{SLUG})(?:/{SLUG})?)?"
    rf"/(?:issues/|(?:issues/)?feedback/\?(?:.*&)?feedbackSlug={SLUG}(?::|%3A))"
    rf"(?P<issue>{ISSUE_ID}|{SHORT_ID})(?:/events/(?P<event>[^/?]+))?(?:[/?&].*)?"
)


def read_place(args: Args, given: str) -> tuple[str, str]:
    """Return the issue and the event that an argument names, each may be ''. Raises Failure.

    Addresses of Sentry 9 have an event's number. An address's organization precedes SENTRY_ORG.
    """
    text = given.strip().strip("<>")
    found = re.fullmatch(f"(?!(?:{EVENT_ID})$)({ISSUE_ID}|{SHORT_ID})|({EVENT_ID})", text)
    issue, event = found.groups("") if found else read_address(args, text)
    if args.command != "event-detail" or event == "latest":
        event = ""
    if (issue or event) and re.fullmatch(f"(?:{EVENT_ID}|{ISSUE_ID})?", event):
        return issue.upper(), event.replace("-", "").lower()
    raise Failure(USAGE, f"received {quoted(given)}, expected {FORMS}")


def read_address(args: Args, text: str) -> tuple[str, str]:
    """Return issue and event of a web address of the configured server, '' for none."""
    found, base = (re.match(WEB_ADDRESS, url) for url in (text, args.base_url))
    if not found or not base:
        return "", ""
    host = found[1].lower()
    # The regions of sentry.io and its organizations' domains are one service.
    server = re.sub(r"^(.*\.)?sentry\.io$", "sentry.io", base[1])
    if not f".{host}".endswith(f".{server}"):
        message = f"received the web address {quoted(text)}, but the base URL is {args.base_url}"
        hint = "SENTRY_BASE_URL would have to name it; it would get the token, so the user decides"
        raise Failure(USAGE, message, hint)
    page = re.fullmatch(WEB_PAGE, host + found[2].removeprefix(base[2]))
    if not page:
        return "", ""
    org = page["org"] or page["owner"] or args.org
    if "--org" in args.given and org != args.org:
        raise Failure(USAGE, f"--org is {args.org}, but the address is of {org}", "leave out --org")
    args.org = org
    return page["issue"], page["event"] or ""


def issue_id(client: Client, given: str) -> str:
    """Return the numeric ID of the issue that an argument names; a short ID is looked up."""
    args = client.args
    issue, _ = read_place(args, given)
    if issue.isdigit():
        return issue
    require(args, "org")
    found = look_up(client, issue)
    if found:
        return checked(found, "id", ISSUE_ID)
    where = "/".join(filter(None, (args.org, args.project)))
    hint = "check --project, which old servers need for short IDs"
    raise Failure(NOT_FOUND, f"no issue {issue} in {where}", hint)


def look_up(client: Client, given: str) -> Object | None:
    """Return the issue with a short ID or an event's ID, or None.

    Servers differ: the project's list looks IDs up (shortIdLookup), the organization's issue
    endpoint takes short IDs, and GlitchTip has them in its list only.
    """
    args, is_event = client.args, re.fullmatch(EVENT_ID, given)
    wanted = given.replace("-", "").lower() if is_event else given.upper()

    def is_wanted(issue: Object) -> bool:
        short_id = text_at(issue, "short_id") or ""
        return wanted in (short_id.upper(), text_at(issue, "matching_event_id"))

    issues: Iterable[Object] = []
    # The default environment is left out: counts would be of it alone.
    is_asked = "--environment" in args.given and args.command == "list-issues"
    environment = args.environment if is_asked else None
    if args.project:
        params = {**issue_params(args, environment), "query": wanted, "shortIdLookup": 1, "limit": 1}
        try:
            issues = expect_list(client.get_issues(params)[0])
        except Failure as failure:
            if failure.http not in (404, 410, 422):
                raise
    found = next(filter(is_wanted, issues), None)
    if found or is_event:
        return found
    try:
        path = ORG_ISSUE.format(org=args.org, issue=wanted)
        return expect_object(client.get(path, {"environment": environment})[0])
    except Failure as failure:
        # A query like utf-8 is no ID, and the token may not look up any.
        if failure.http == 404 or failure.http == 403 and args.command == "list-issues":
            return None
        if failure.status != UNUSABLE or failure.http >= 500:
            raise
    require(args, "project")
    pages = get_pages(client, {"query": "", "limit": PAGE_SIZE})
    return next((issue for page in pages for issue in filter(is_wanted, page.items)), None)


def checked(answer: Any, path: str, regex: str) -> str:
    """Return a text of an answer that is to become part of a path. Raises Failure."""
    text = text_at(answer, path) or ""
    if not re.fullmatch(regex, text):
        raise Failure(UNUSABLE, f"the server gave an issue without a usable {path}")
    return text


def require(args: Args, *names: str) -> None:
    """Raise Failure unless the organization or the project, or both, are given."""
    missing = [name for name in names if getattr(args, name) is None]
    if missing:
        options = " and ".join(f"--{name} (or SENTRY_{name.upper()})" for name in missing)
        hint = "such as --org my-org --project my-project; both are in the address of Sentry's web page"
        raise Failure(USAGE, f"{options} not given", hint)


# Function, description, example.
COMMANDS: dict[str, tuple[Callable[[Client], Result], str, str]] = {
    "list-issues": (list_issues, "List a project's issues, latest first.", "--sort freq --limit 5"),
    "issue-detail": (issue_detail, "Show one issue.", "BACKEND-1A --time-range 7d"),
    "issue-events": (issue_events, "List an issue's events, newest first.", "1234567890 --limit 5"),
    "event-detail": (event_detail, "Show one event, or an issue's newest.", "BACKEND-1A --include vars"),
}

# --- Parser ------------------------------------------------------------------

EPILOG = """\
environment: SENTRY_AUTH_TOKEN (required; never an option)
exit status: 0 done (also when empty), 1 unusable answer or output,
  2 wrong usage, 3 not authorized, 4 not found, 5 rate limited, 6 network,
  130 interrupted, 141 pipe closed"""
LINE = r"[^\x00-\x1f\x7f\ud800-\udfff]{0,4000}"
BASE_URL = (  # origin; port; path, without a trailing slash or /api/0
    r"((?ai:https?://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::([1-9][0-9]{0,4}))?))"
    r"((?:/(?!\.\.)[A-Za-z0-9._~-]+)*?)(?:/api(?:/0)?)?/?"
)


def base_url_type(text: str) -> str:
    """Return a base URL in lower case but for its path, without a trailing slash or /api/0."""
    found: Any = re.fullmatch(BASE_URL, text)
    if int(found[2] or 0) > 65535:
        raise ValueError("no port")
    return f"{found[1].lower()}{found[3]}"


class Parser(argparse.ArgumentParser):
    """argparse with this program's errors and output, for one command; '' where none is given."""

    def __init__(self, command: str) -> None:
        commands = "".join(f"\n  {name:<14}{about}" for name, (_, about, _) in COMMANDS.items())
        about = f"Read issues and events from Sentry: GET requests only, redacted.\n\ncommands:{commands}"
        _, about, example = COMMANDS.get(command, (None, about, "list-issues --help"))
        prog = f"{os.path.basename(sys.argv[0])} {command}".strip()
        epilog = f"example: %(prog)s {example}\n{EPILOG}"
        # With a width, because asking the terminal for it takes a slow import.
        layout = partial(argparse.RawDescriptionHelpFormatter, max_help_position=30, width=79)
        super().__init__(prog, "%(prog)s [OPTIONS]", about, epilog, formatter_class=layout, allow_abbrev=False)
        # What starts with one dash and is no option (--query -is:resolved) is a value, as negative numbers are.
        self._negative_number_matcher = re.compile("-[^-]")
        self.command = command
        self.own_options: set[str] = set()  # of this command
        self.shared = self.add_argument_group("options before or after the command")

    def error(self, message: str) -> NoReturn:
        hint = "a value that starts with a dash is written --option=VALUE; " if "expected one arg" in message else ""
        raise Failure(USAGE, message, f"{hint}see {self.prog} --help")

    def _print_message(self, message: str, file: Any = None) -> None:
        write_result(message)

    def add(
        self, name: str, regex: str, about: str, default: Any = None, convert: Any = str,
        *, variable: str = "", of: str = "",
    ) -> None:  # fmt: skip
        """Add an option whose value matches a pattern and is converted; without a pattern it is a flag.

        `about` is its help, and what an error expects; `variable` the environment variable for it; `of` the commands
        that have it, if not all.
        """
        about = f"{about} ({variable})" if variable else about

        def check(text: str) -> Any:
            with suppress(ValueError):
                if re.fullmatch(regex, text):
                    return convert(text)
            shown = re.sub("//.*@", "//…@", text)  # no credentials of a URL
            raise argparse.ArgumentTypeError(f"received {quoted(shown)}, expected {about}")

        value = os.environ.get(variable, "").strip() or default  # an empty variable counts as unset
        self.set_defaults(**{name[2:].replace("-", "_"): value})  # also where the command has no such option
        group: Any = self if of else self.shared
        if self.command in of.split():
            self.own_options.add(name)
        elif of:
            return
        if regex:
            group.add_argument(name, type=check, help=about if default is None else f"{about}; default {default!r}")
        else:
            group.add_argument(name, action="store_true", help=about)


def build_parser(command: str) -> Parser:
    """Return the parser of a command; of '', that of the options that all share."""
    parser = Parser(command)
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    issue = ("issue", "numeric ID, short ID (BACKEND-1A) or web address")
    event = ("event", "32 hex digits or web address, or an issue as in issue-detail")
    name, about = {"": ("command", "one of the above"), "event-detail": event}.get(command, issue)
    if command != "list-issues":
        parser.add_argument(name, metavar=name.upper(), help=about, choices=None if command else COMMANDS)
        parser.usage = f"{parser.usage} {name.upper()}"
    add, split = parser.add, partial(re.split, " *, *")
    included = "|".join(INCLUDES)
    fields = "|".join(FIELDS.get(command, ())) + (f"|{included}" if command == "event-detail" else "")
    some_fields = f"some of these fields: {fields.replace('|', ', ') or 'see COMMAND --help'}"
    add("--org", SLUG, "a slug: letters, digits, - and _", variable="SENTRY_ORG")
    add("--project", SLUG, "a slug: letters, digits, - and _", variable="SENTRY_PROJECT")
    server = "http:// or https:// and a host, no credentials"
    add("--base-url", BASE_URL, server, DEFAULT_BASE_URL, base_url_type, variable="SENTRY_BASE_URL")
    seconds = "seconds for an attempt, above 0, below 10000"
    add("--timeout", r"(?=.*[1-9])[0-9]{1,4}(\.[0-9]{0,9})?", seconds, DEFAULT_TIMEOUT, float)
    add("--user-agent", "[ -~]{1,200}", "ASCII text", f"sentry-api/{__version__}", variable="SENTRY_USER_AGENT")
    add("--fields", f"({fields})( *, *({fields}))*", some_fields, None, split)
    add("--format", "json|table", "json or, for people, table", "json")
    add("--raw", "", "Sentry's own objects, redacted")
    add("--quiet", "", "no notes on stderr; errors stay")
    add("--verbose", "", "one line per request on stderr")

    lists = "list-issues issue-events"
    environment, time_range = (DEFAULT_ENVIRONMENT, DEFAULT_TIME_RANGE) if command == "list-issues" else ("", "")
    ranges = "30m (minutes), 24h, 7d, 2w, '' for any"
    add("--environment", LINE, "a name, '' for all", environment, of=f"{lists} event-detail")
    add("--time-range", "((?=.*[1-9])[0-9]{1,6}[mhdw])?", ranges, time_range, of=f"{lists} issue-detail")
    add("--query", LINE, "one line, '' for every status", DEFAULT_QUERY, of="list-issues")
    orders = "date (last seen), freq (events in the range), user (users) or new (first seen)"
    add("--sort", "date|freq|user|new", orders, "date", of="list-issues")
    add("--limit", "(?=.*[1-9])[0-9]{1,999}", f"from 1 to {MAX_LIMIT}", DEFAULT_LIMIT, int, of=lists)
    add("--cursor", CURSOR, "the cursor of an earlier call's note, to go on there", of=lists)
    counted = f"no environments and top_tags, which are counted over an issue's {TAG_EVENTS} newest events"
    add("--no-tags", "", counted, of="list-issues issue-detail")
    some = f"some of {', '.join(INCLUDES)}"
    add("--include", f"({included})( *, *({included}))*", some, None, split, of="event-detail")
    add("--include-entries", "", "the same as --include entries", of="event-detail")
    return parser


def parse(argv: list[str]) -> Args:
    """Return the arguments, with defaults and environment variables filled in, all checked. Raises Failure.

    `time_range` is in seconds then, 0 for any; `given` counts the options as they were typed.
    """
    place = next((index for index, word in enumerate(argv) if word in COMMANDS), len(argv))
    command = argv[place] if place < len(argv) else ""
    parser = build_parser(command)
    given = Counter(word.partition("=")[0] for word in argv if word.startswith("--"))
    for option, count in given.items():
        if count > 1:
            parser.error(f"{option} is given twice")
    for word in argv[:place]:
        if word.partition("=")[0] in parser.own_options:
            parser.error(f"{word} belongs after the command: {command} {word}")
    args = parser.parse_args(argv[:place] + argv[place + 1 :])
    args.command = command
    args.given = given
    args.environment = args.environment or None
    args.asked_limit, args.limit = args.limit, min(args.limit, MAX_LIMIT)
    args.time_range_text = text = args.time_range
    args.time_range = int(text[:-1]) * UNITS[text[-1]] if text else 0
    check_together(args)
    return args


def check_together(args: Args) -> None:
    """Set args.include to the names of what is included. Raises Failure for options that don't go together."""
    is_table = args.format == "table"
    included = {*(args.include or ())}
    if args.include_entries:
        included.add("entries")
    conflicts = {
        "--raw, --fields and --format table": bool(args.raw) + bool(args.fields) + is_table > 1,
        "--format table and --include": is_table and included,
        "--raw and --include of more than entries": args.raw and included - {"entries"},
        "--cursor and --sort other than date": args.cursor and args.sort != "date",
    }
    for what, is_conflict in conflicts.items():
        if is_conflict:
            raise Failure(USAGE, f"{what} can't be combined", "leave out one of them")
    included.update(["stack"] if is_table else args.fields or ())
    args.include = [name for name in INCLUDES if name in included]
    if args.command == "list-issues":
        require(args, "org", "project")


def read_token(base_url: str) -> str:
    """Return the token from SENTRY_AUTH_TOKEN. Raises Failure when there is none that could be sent."""
    token = configured_token()
    if not re.fullmatch("[!-~]+", token):
        problem = "holds spaces, control or non-ASCII characters" if token else "is not set"
        hint = f"create one with the scopes event:read, project:read and org:read on {base_url}{TOKEN_PAGE}, "
        hint += "then set it as an environment variable yourself; never paste it into a chat"
        raise Failure(UNAUTHORIZED, f"SENTRY_AUTH_TOKEN {problem}", hint)
    return token


# --- Main --------------------------------------------------------------------


def main(argv: list[str] | None = None) -> int:
    """Run a command and return the exit status."""
    visible_hosts.clear()
    streams: Any = (sys.stdout, sys.stderr)
    for stream in streams:
        try:
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
            os.set_blocking(stream.fileno(), True)  # Python drops what a non-blocking pipe doesn't take
        except (AttributeError, OSError, ValueError):
            pass  # closed, not a file, or Windows
    try:
        return run(sys.argv[1:] if argv is None else argv)
    except SystemExit:  # argparse after --help and --version
        return OK
    except BrokenPipeError:
        return PIPE_CLOSED
    except Failure as error:
        failure = error
    except (MemoryError, RecursionError):
        hint = "ask for less: no --raw, no entries, a lower --limit"
        failure = Failure(UNUSABLE, "the answer is too large or nested too deep", hint)
    except Exception as error:  # noqa: BLE001 a bug; its traceback could hold anything
        import traceback

        line = traceback.extract_tb(error.__traceback__)[-1].lineno
        failure = Failure(UNUSABLE, f"internal error ({type(error).__name__}, line {line}); nothing was printed")
    say(f"error: {failure.message}", failure.hosts)
    if failure.hint:
        say(f"hint: {failure.hint}")
    return failure.status


def run(argv: list[str]) -> int:
    """Run a command and return 0. Raises Failure, BrokenPipeError, and SystemExit after --help and --version."""
    args = parse(argv)
    visible_hosts.update(hosts_of(args.base_url))
    token = read_token(args.base_url)
    if args.base_url.startswith("http:") and not re.match(LOOPBACK, args.base_url):
        say("warning: the base URL is plain http, so the token travels unencrypted; use https")
    if args.base_url == DEFAULT_BASE_URL and os.environ.get("SENTRY_URL") and not os.environ.get("SENTRY_BASE_URL"):
        say(f"warning: SENTRY_URL is not used, only SENTRY_BASE_URL, so {DEFAULT_BASE_URL} is used")
    source, record, notes = COMMANDS[args.command][0](Client(args, token))
    answer = select_fields(args, source if args.raw else record)
    write_result(format_answer(args, redact(answer, token, visible_hosts)))
    if args.asked_limit > MAX_LIMIT:
        notes.insert(0, f"--limit {args.asked_limit} is above the maximum; {MAX_LIMIT} was used")
    for note in [] if args.quiet else notes:
        say(f"note: {note}")
    return OK


def select_fields(args: Args, answer: Any) -> Any:
    """Return what --raw, --fields and --include ask for of Sentry's objects or their records; all for a table."""
    if isinstance(answer, list):
        return [select_fields(args, item) for item in answer]
    if args.format == "table":
        return answer
    if args.raw:
        return {key: child for key, child in answer.items() if key != "entries" or args.include}
    return {key: answer.get(key) for key in args.fields or (*FIELDS[args.command], *args.include)}


def format_answer(args: Args, answer: Any) -> str:
    """Return a redacted answer as it is printed: a table, or JSON, which is cut to size unless --raw."""
    is_list, size = isinstance(answer, list), SIZES[args.command]
    if args.format == "table":
        return table(answer, TABLE_FIELDS[args.command]) if is_list else detail_page(answer)
    if args.raw:
        return render(answer)
    if is_list:
        return render([fit(record, size) for record in answer])
    # What was included has a size of its own, variables what the others leave; entries stay whole.
    lines = fit({key: answer[key] for key in ("stack", "breadcrumbs") if key in answer}, INCLUDED_SIZE * 2 // 3)
    variables = fit({"vars": answer.get("vars")}, INCLUDED_SIZE - len(to_json(lines)))
    rest = fit({key: child for key, child in answer.items() if key not in INCLUDES}, size)
    cut = {**rest, **lines, **variables}
    return render({key: cut.get(key, child) for key, child in answer.items()})


def console_script() -> NoReturn:
    """Run as a process of its own: the sentry-api command, or this file as a script."""
    end_quietly_on_interrupt()  # for the sentry-api command, which imports this file
    os._exit(main())  # both streams are flushed; freeing every object takes up to 10 ms


if __name__ == "__main__":
    console_script()
