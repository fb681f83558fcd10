#!/usr/bin/env python3
# /// script
# requires-python = ">=3.9"
# ///
"""Read-only client for Sentry's Web API, in one file with nothing to install.

    sentry_api.py list-issues  --org acme --project backend
    sentry_api.py event-detail BACKEND-1A --include stack

It sends GET requests only, and redacts emails, IP addresses, users' names and secrets in all that
it prints. The token comes from SENTRY_AUTH_TOKEN, goes to the base URL's origin only
(Client.fetch(), redirected()), and is masked in the output (run(), say()). It works with sentry.io,
self-hosted Sentry since 9, and GlitchTip, whose API is alike.

Each section uses those above it only; within one, callers mostly come before what they call. To
follow a call, start at run(), at the end; on a first reading, skip Redaction from HARMLESS to RULES.
Slow imports are inside the functions that need them.
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
        del sys.path[0]  # a file beside this one could pose as a module of Python's
    end_quietly_on_interrupt()  # before the slower imports

import argparse
import json
import re
import time
from collections import Counter
from contextlib import contextmanager, suppress
from functools import cache, lru_cache, partial
from itertools import accumulate, groupby
from types import SimpleNamespace

TYPE_CHECKING = False  # importing typing for it would take 5 ms
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any, NoReturn

    Args = argparse.Namespace
    Object = dict[str, Any]  # a JSON object
    Result = tuple[Any, list[str]]  # a command's record or list of records, and notes
    Span = tuple[int, int, str]  # start, end, and the mask for what stands there; no mask: it stays
    Finder = Callable[[str], Iterable[Span]]  # finds spans that don't overlap
    Rule = tuple[Finder, str]  # finder, pattern that a lower-case text must hold

__version__ = "1.1.0"

# --- Constants ---------------------------------------------------------------

OK, UNUSABLE, USAGE, UNAUTHORIZED, NOT_FOUND, RATE_LIMITED, NETWORK = range(7)  # exit statuses
PIPE_CLOSED = 141
# Endpoints, below the base URL. Slugs and IDs are checked, so nothing needs percent-encoding.
PROJECT_ISSUES = "/api/0/projects/{org}/{project}/issues/"
ORG_ISSUES = "/api/0/organizations/{org}/issues/"
PROJECT_EVENT = "/api/0/projects/{org}/{project}/events/{event}/"
ISSUE = "/api/0/issues/{issue}/"
ORG_ISSUE = "/api/0/organizations/{org}/issues/{issue}/"
TOKEN_PAGE = "/settings/account/api/auth-tokens/"
SLUG = "[A-Za-z0-9_][A-Za-z0-9_-]{0,99}"
ISSUE_ID = "[0-9]{1,20}"
SHORT_ID = "[A-Za-z0-9_][A-Za-z0-9_-]{0,80}-[A-Za-z0-9]{1,14}"
EVENT_ID = "[0-9A-Fa-f]{32}|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
DEFAULT_BASE_URL = "https://sentry.io"
MAX_LIMIT = 50
HOUR, DAY = 3600, 86400
UNITS = {"m": 60, "h": HOUR, "d": DAY, "w": 7 * DAY}  # of --time-range, in seconds

RETRY_PAUSE, MAX_PAUSE = 1.0, 30.0  # seconds until the second attempt; asked for more: none
MAX_REDIRECTS = 3
MAX_PAGES, PAGE_SIZE = 20, 100  # servers give no more than 100 items
MAX_BODY = 64 << 20  # bytes, unpacked
MAX_TAG_BODY = 8 << 20  # the same for tags, of which TAG_WORKERS are in memory at a time
MAX_VALUES = 3_000_000  # of JSON in an answer; an event of 20 MB has 850,000
CHUNK = 64 << 10  # characters of a write; bytes of an error's answer
MAX_REASON, MAX_ARGUMENT, MAX_LINE = 300, 80, 2000  # characters on stderr, at most

TAG_EVENTS = 10  # newest events that an issue's environments and tags are counted from
TAG_WORKERS = 10  # requests at a time
REPEATED_TAGS = {"environment", "level", "user"}  # fields of their own
# Of tags that are equally frequent, those that say most.
TELLING_TAGS = "release transaction url browser browser.name os os.name server_name".split()
# Characters of JSON of a record: 20 issues stay below 16,000, which agents' harnesses don't cut.
SIZES = {"list-issues": 790, "issue-detail": 5800, "issue-events": 1200, "event-detail": 7800}
INCLUDED_SIZE = 15_500  # of stack, vars and breadcrumbs together
# Longest text and longest list of a record, tried in turn until the record fits.
CUTS = ((400, 40), (200, 20), (120, 12), (80, 8), (50, 6), (30, 5), (16, 3), (6, 1), (1, 0))
# Texts that may be six times as long as others.
IDENTIFIERS = "id short_id url issue_id previous_id next_id first_seen last_seen timestamp".split()
MAX_STACK, MAX_CRUMBS, SCREEN = 40, 20, 22  # lines: of a stack, breadcrumbs, a page

# Unseen characters, which can hold whole sentences for an agent.
INVISIBLE = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0d\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e01ef"
)
JOINERS = "\u200c\u200d\ufe0e\ufe0f"  # stay, two at most, behind what is not ASCII
# Characters that a terminal acts on: controls, directions (Unicode TR9), line ends, surrogates.
UNSAFE = (
    f"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\ud800-\udfff{INVISIBLE}]"
    f"|(?<![^\x00-\x7f])[{JOINERS}]+|[{JOINERS}]{{3,}}"
)

# --- Errors ------------------------------------------------------------------


class Failure(Exception):
    """What ends the run with a status other than 0, said in one line.

    `http` is the HTTP status, if a server answered, and `reason` its explanation; `pause` the
    seconds until the second attempt, 0: none; `hosts` are IP addresses that its URLs may show.
    """

    def __init__(
        self, status: int, message: str, hint: str = "", *,
        http: int = 0, reason: str = "", pause: float = 0, hosts: Iterable[str] = (),
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.hint = status, message, hint
        self.http, self.reason, self.pause, self.hosts = http, reason, pause, hosts


# --- Redaction ---------------------------------------------------------------
# redact() walks a value. What a key says of its value is that value's kind, and each text goes
# through the rules of its kind: functions from a text to spans (start, end, mask). They see the
# text with its escapes undone, and BLANKs where an earlier rule found something; at the end all
# spans are cut out of the text as it was. Patterns take linear time: repeats are bounded, or can't
# hold what follows them.

EMAIL_MASK, IP_MASK, SECRET_MASK = "[REDACTED_EMAIL]", "[REDACTED_IP]", "[REDACTED]"
STACK_MARK = "[{} stack trace line{} removed]"
BLANK = "\0"
pattern = cache(re.compile)  # compiled when first used: --help needs none

# What a key says of its value.
PLAIN = ""
SECRET = "secret"
COOKIES = "cookies"  # names and values of cookies
ADDRESS = "address"  # dotted numbers are no versions here
VERSION = "version"  # dotted numbers are no addresses here
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
NO_SECRET_NAME = r"""(?x)(?:^|_)(?: next_public | xdg_session
    | (?:public|publishable)_?(?:api_)?(?:keys?|token|key_token)$
    | (?:page|next|continuation)_token$
    | (?:max|total|prompt|completion|input|output)_(?:\w+_)?tokens$ )"""
# Last words that turn a secret's key into one about the secret: token_count, password_reset_url.
ABOUT_WORDS = frozenset("""count counts type types length limit size name field fields url uri
    endpoint path policy age ttl expiry expires expired expiration status state error errors method
    mode provider required valid invalid enabled usage version at in created updated reset attempts
    index hint algorithm alg issuer audience scope scopes domain host header file format manager
    backend class handler""".split())
# Of the kind of the object, _, and the key in it: _version_number, version_number.
VERSION_NAME = r"""(?x)_
    (?:version|ver|release|build|sdk|browser|os|runtime|firmware|driver|kernel|dist)
    (?:_(?:name|number|id|info|string|tag|code|label|description|value|raw|range))*$"""
USER_NAME = "(?:user_?)?(?:user|display|full|first|last)?_?name"  # masked whole, as secrets are
KIND_NAMES = {
    USER: "(?:sentry_?)?user(?:_?report)?|feedback|evidence(?:_?data|_?display)?",
    PACKAGES: "(?:.*_)?(?:packages|modules)",
    ADDRESS: "(?:.*_)?(?:ips?|addr|address|addresses|forwarded|forwarded_for|remote|peer)",
    TEAM: "activity|seen_by|participants|assigned_to|assignee|status_details|actor|owners?|authors?"
    "|committer|last_commit|reviewers",
}


def snake_case(key: str) -> str:
    """Return a key or header name as lower-case words: 'X-apiKey2' gives x_api_key_2."""
    return "_".join(re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", key[:100] + key[100:][-100:])).lower()


def is_secret(key: str) -> bool:
    """Tell whether a key names a secret, by whole words: 'keyboard' and 'author' don't."""
    name = snake_case(key)
    if name.rpartition("_")[2] in ABOUT_WORDS or pattern(NO_SECRET_NAME).search(name):
        return False
    return pattern(SECRET_NAME).search(name) is not None


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
    if is_secret(key) or (parent == SECRET and last not in ABOUT_WORDS):
        return SECRET
    if parent == USER or key.startswith("user."):
        if pattern(USER_NAME).fullmatch(name):
            return SECRET
        if last == "email":
            return MAIL
    for kind, names in KIND_NAMES.items():
        if pattern(names).fullmatch(name) and (kind, parent) != (USER, TEAM):  # a member
            return kind
    if pattern(VERSION_NAME).search(f"_{parent}_{name}"):
        return VERSION
    return parent if parent in (TEAM, COOKIES, USER) else PLAIN


# Percent-encoding (RFC 3986), also twice; escapes of JSON, C, HTML and quoted-printable; colours;
# full-width characters and unseen ones.
ESCAPE = rf"""(?x)
    (?:\x1b|(?<!\\)\\+(?:u00|x)1[bB])\[[\d;]{{0,20}}m
    | (?: %(?:25)* | (?<!\\)\\+(?:u00|x) | =(?=40[A-Za-z]) )(?P<hex>[0-7][0-9A-Fa-f])
    | (?<!\\)\\+[nrt]
    | &(?:amp;)*(?P<entity>(?:\#\w{{2,9}}|quot|apos|commat|period);)
    | [\uff20\ufe6b\uff0e\u3002\uff61\uff1a{INVISIBLE}{JOINERS}{BLANK}]"""
# By an escape's last character. \v tells find_frames() that a line break was escaped.
MEANINGS = dict(zip("nrtm\0\uff20\ufe6b\uff0e\u3002\uff61\uff1a", "\v\r\t\x1b @@...:"))


def unescape(text: str) -> tuple[str, Sequence[int]]:
    """Return a text with its escapes undone, and where its characters and its end stood before."""
    pieces: list[str] = []
    places: list[int] = []
    done = 0
    for escape in pattern(ESCAPE).finditer(text):
        if escape["hex"]:
            character = chr(int(escape["hex"], 16)).replace(BLANK, " ")
        elif escape["entity"]:
            import html
            character = html.unescape("&" + escape["entity"])
        else:
            character = MEANINGS.get(escape[0][-1], "")
        pieces += [text[done : escape.start()], character]
        places += range(done, escape.start() + len(character))  # which is the shorter one
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
    none | null | nil | undefined | true | false | include | omit | same-origin
    | [?$%#\u2026] | %[rs] | [*x.\u2022\u2026\0-]{3,}
    | filtered | redacted\w* | masked | removed | hidden
    | (?:\$\{|\{\{|[$%]\()[\w\s.:-]{0,40}[})]{1,2}s? | [{<][a-z_\s.:-]{0,40}[}>] | :[a-z_]{1,40}
    | \$(?-i:[A-Z_][A-Z0-9_]{0,40}|[a-z_]{1,40}|\d{1,3}) | @(?:_*p_?|__\w{1,40}_)\d{1,3}
    | (?-i:~?(?:/[a-z_.-]{1,40}|(?:/[a-z0-9_.@-]{1,40}){2,20})/?)
    | [A-Z]:(?:\\{1,2}[\w. -]{1,40}){1,20} )?
    [\\'"`\s\]}]*"""


def is_harmless(value: str) -> bool:
    """Tell whether a value in a secret's place is no secret. True also for an empty one."""
    return len(value) <= 200 and pattern(HARMLESS).fullmatch(value) is not None


def finder(regex: str, mask: str = SECRET_MASK) -> Finder:
    """Return what finds a pattern's groups `value`, if not harmless; without one, text is passed."""

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
    (?=[\w.~+/=-]{0,99}\d | \w{21} | (?=\w{12})\w{0,99}[a-z][A-Z] | \w{6,99}=)
    (?!\w{1,20}=[\w"])(?P<value>[\w.~+/=-]{8,})""")
# Passwords in the grammar of commands and of SQL.
find_in_commands = finder(r"""(?ix)\b(?:
    curl\ (?:[^\n]{0,200}?\ )??(?:-u|--user|--proxy-user)[ =]?["']?[^\s:"'@]{1,99}:
    | (?:mysql\w*|mariadb)\ (?:[^\n]{0,200}?\ )??(?-i:-p)["']?
    | (?:docker\ login|sshpass)\ (?:[^\n]{0,200}?\ )??-p\ ?["']?
    | redis-cli\ (?:[^\n]{0,200}?\ )??-a\ ?["']?
    | identified\ (?:with\ \S{1,80}\ )?by(?:\ password)?\s+["'] | (?-i:IDENTIFIED\ BY\s+)
    )(?P<value>[^\s"';<]{1,200})""")
# A header with cookies or credentials: the rest of its line, or of the quotes that it stands in.
find_headers = finder(r"""(?ix)(?<![\w-])(?P<quote>(?<=["']))?
    (?:[\w-]*[_-])?(?:cookies?|authorization):\s*(?=[^\r\n\v"']{0,80}?[=\d]|(?:bearer|basic)\s)
    (?P<value>(?(quote)[^\r\n\v"']|[^\r\n\v])+)""")
# A secret's name, sign and value: password=…, "apiKey": '…', <Password>…, --token …, HTML's
# <input>, form data (RFC 7578); without a sign only in quotes: ("secret", "…"), password ("…").
NAME = r"""(?x)(?P<dashes>(?<![\w-])--?(?:D(?=[a-z]))?)?(?P<tag><(?:\w{1,40}:)?)?(?<!@)
    (?P<name>(?:[A-Za-z]{3,12}\ (?=(?i:key)\b))?\w[\w.$-]*)"""
BARE = r"""(?:(?!\\{1,8}["'])[^\s&;,"'`<>(){}\[\]|\0])"""  # a character
TAG_END = r"(?:\s(?!\s*[:=])[^<>\n]{0,100})?>"
# What ends a name (" or ]); = or : or value= or > or blanks; and a text in quotes, or a bare word.
VALUE = rf"""(?x)(?P<name_end>\\{{0,8}}["'`])?\]?
    (?: (?P<sign>\s{{0,3}}(?:=>|={{2,3}}|:=|[:=](?![:=~]))\s{{0,3}}
        | (?<=["'])\s{{1,3}}value=(?=["']) | (?<=["'])(?:\r?[\n\v]){{2}})
      | (?P<tag_end>{TAG_END}) | (?<=["'`]),\s? | \s{{1,3}} )
    (?: [\[(]{{0,2}}[burf]?(?P<opening>\\{{0,8}}["'`])
        (?P<text>(?=\S)(?s:.+?))(?:(?<!\\)(?P=opening)|\Z)
      | (?P<bare>(?:(?:[Bb]earer|[Bb]asic|[Tt]oken)[\s+]+)?{BARE}{{1,200}}) )"""


def find_assignments(text: str) -> Iterator[Span]:
    """Find the values that stand behind a secret's name."""
    done = 0
    for name in pattern(NAME).finditer(text):
        if name.start() < done or kind_of(name["name"]) not in (SECRET, COOKIES):
            continue
        regex = VALUE if name["tag"] else VALUE.replace(TAG_END, "(?!)")  # --password x >file
        value = pattern(regex).match(text, name.end())
        if value and is_secret_value(name, value):
            start, end = value.span("text" if value["text"] else "bare")
            if value["bare"]:  # its rest; read for every name, it would take quadratic time
                rest: Any = pattern(f"{BARE}*").match(text, end)
                end = rest.end()
            if not is_harmless(text[start:end]):
                yield start, end, SECRET_MASK
                done = end


def is_secret_value(name: re.Match[str], value: re.Match[str]) -> bool:
    """Tell whether what stands behind a secret's name is its value, and no code or prose."""
    sign, text, bare = value["sign"], value["text"], value["bare"]
    if not sign and text:  # --password "x", ("password", "x1")
        return bool(name["dashes"] or re.fullmatch(r"(?=\S*\d)(?=\S*[A-Za-z])\S+", text))
    if not sign:  # <password>x, --password x
        return bool(value["tag_end"] or (name["dashes"] and bare[0] != "-"))
    if text:  # but not: Unexpected token: 'foo'
        is_syntax_error = name["name"].lower() == "token" and ":" in sign and text.isalpha()
        return bool(value["name_end"]) or not is_syntax_error
    last_word = snake_case(name["name"]).rpartition("_")[2]
    word = bare.rstrip(".:!?")
    is_spaced = sign != sign.strip()
    is_label = sign == ":" and last_word in ("session", "auth")  # session:duration
    may_be_prose = not value["name_end"] and (is_spaced or is_label)
    # Password: wrong; token: 12; token=read(…); auth=self.auth; auth=conf.credentials
    is_prose = may_be_prose and re.fullmatch(r"(?:[^\W\d]|[./-])*|[a-z_]+=\w*", word)
    is_count = re.fullmatch(r"-?\d{1,3}", word) or (last_word == "tokens" and word.isdecimal())
    with_next = value.string[value.start("bare") : value.end() + 1]
    is_call = re.match(r"[\w.:]+[(\[]" if is_spaced else r"[A-Za-z_.:]+[(\[]", with_next)
    is_variable = re.fullmatch(rf"(?i)(?:[a-z_.]*[_.])?{last_word}", word)
    is_member = re.fullmatch(r"[a-z_]+\.[a-z_.]+", word) and is_secret(word)
    return not (is_prose or is_count or is_call or is_variable or is_member)


# Gravatar's addresses end in a hash of the email (MD5 or SHA-256).
find_gravatars = finder(r"""(?ix)avatar[\w.:/\\?=&-]{0,60}?[^0-9a-z]
    (?P<value>[0-9a-f]{32}(?:[0-9a-f]{32})?)(?![0-9a-f])""")
# Last labels that are files and not domains: logo@2x.png, fn@main.chunk.js, getty@tty1.service.
FILE_ENDINGS = """png jpe?g gif svg webp avif bmp tiff heic ico ttf webm css scss less jsx? tsx?
    [cm][jt]s svelte map json html? xml ya?ml toml ini conf txt log tar gz tgz whl jar war dll
    exe php java kt swift dart rb go cs [ch]pp vue wasm woff2? mp[34] pdf csv sql lock service
    socket target timer mount""".split()
# Emails (RFC 5321, 5322, 6531). A = ends a name before it, but for VERP: bounces+9-jane=x.com@….
LOCAL = r"(?:bounces?[\w.+-]*=)?[\w%][\w.'%!#$^*~{}`\u0300-\u036f-]*(?:\+[\w.'%!#$^*~{}`=+-]*)?"
# An address; up to where a server has cut it; not a version, not a file; and what ends as most
# domains do, whatever stands behind it (example.com.csv).
DOMAIN = rf"""(?: \[(?:ipv6:)?(?=[0-9a-f]*[:.])[0-9a-f:.]{{2,45}}\] | (?!v?\d+\.\d+(?![^\W_]))(?:
      (?:[^\W_]|[.-])*?(?={CUT})
    | (?:(?:[^\W_]|-)+\.)+(?:
        (?:xn--[\w-]+ | (?!(?:{'|'.join(FILE_ENDINGS)})(?![^\W_]))[a-z]{{2,}}\d*(?![a-z0-9])
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
IPV6 = rf"""(?ix)(?<![0-9a-z.])
    (?![0-9a-f]{{4}}::[a-f]*[g-z])  # 2024::bigint is SQL
    (?= [23][0-9a-f]{{3}}: | f(?:[cdf][0-9a-f]|e[89ab])[0-9a-f]: | 0{{0,2}}64:ff9b:
      | (?:0{{0,4}}:){{2,7}}(?:ffff:|{QUAD}|0{{0,3}}1(?!\w|\.\w|:(?!\d{{2,5}}\b)[\w:])) )
    (?= (?:[0-9a-f]{{0,4}}:){{1,7}}: | (?:[0-9a-f]{{0,4}}:){{2,7}}[0-9a-f]{{0,4}}{CUT}
      | (?:[0-9a-f]{{1,4}}:){{6}}(?:[0-9a-f]{{1,4}}:[0-9a-f]{{1,4}}(?![0-9a-f])|{QUAD}) )
    (?P<value> (?:[0-9a-f]{{0,4}}:){{2,7}}
      (?: {QUAD} | (?![a-f]*[g-z])[0-9a-f]{{1,4}}(?![0-9a-f]) | :?(?<=::) | (?={CUT}) )
    (?:%[\w.-]+)? )"""
OCTET = r"(?:[01]?\d?\d|2[0-4]\d|25[0-5])"
# Whole; cut off by a server (198.51.100.…); as Erlang writes them.
IPV4 = rf"""(?x)(?P<value>(?<!\d)(?<!\d\.)(?: {OCTET}(?:\.{OCTET}){{3}}(?!\d|\.\d)
      | (?:{OCTET}\.){{2,3}}\d{{0,3}}(?={CUT}) )
    | (?<=\{{)(?!\d,){OCTET}(?:,\s?{OCTET}){{3}}(?=\}}))"""
# A version is told by what stands before it (a word, Chrome/, shop@, org.acme:shop:, /jvm/jdk-) or
# behind it. Lower-case names before / and @ are rather hosts and users, unless the number is small.
VERSION_BEFORE = r"""(?x)(?:
    (?: (?:(?<![A-Za-z])|(?=[A-Z]))(?i:versions?|revision|build|release|firmware|driver|kernel|sdk
        |runtime|chrome|firefox|safari|edge|android|windows|(?:windows|sql)\ server|mac[_ ]?os
        |java|python|framework)
      | (?<![A-Za-z])(?i:v|ver|rev|oid|ios|os\ x|jdk|php|rails|django|cuda) )
      (?:[ _-](?i:is|was|to|from|number|file|nt|mobile|pro|home|1[01]|no))* [ \t:=_"'#.(\\-]{0,6}
    | (?<!ssh\ )(?<![\w@/.-])(?!\d+@|//[^/]*@|(?i:[\w.-]*-)?(?i:server|client|host|localhost|\w*user
        |redis|node|root|admin\w*|ubuntu|postgres|git|pi|deploy)[/@])
      (?: (?<![^\s"'(\[;,{<])(?:[A-Z][\w+-]*/|[a-z0-9_-]+/(?=\d\.))
        | [@\w./-]+@(?=\d\.) | [\w-]*[A-Z./][\w./-]*@(?=\d\d\.) )
    | [A-Za-z][\w-]*\.[\w.-]+:(?:[A-Za-z][\w.-]*:){1,2}
    | (?<![:/])[/\\][\w.+-]{0,40}[A-Za-z]- | \.so\. )[\d.]+$"""
VERSION_AFTER = r"""(?ix)
    (?P<major>\d\.\d+\.)(?P<minor>[\d.]{3,7})\s?(?:->|=>|\u2192)\s?(?P=major)(?!(?P=minor)(?!\d))
    | [\d.]{4,14}\d(?: \+[a-z0-9]
      | -?(?:rc|alpha|beta|snapshot|release|final|dev|pre|build|hotfix|canary|nightly
          |stable|patch|ubuntu|linux|win|x64|x86|(?:b|r|py|el|\d+\.el)\d
          |g?(?=\d*[a-f])[0-9a-f]{7})
      | [._-](?:tar|tgz|zip|jar|war|whl|dll|so|exe|deb|rpm|apk|msi|gem|nupkg|min|js|css)\b
      | _(?:amd64|arm64|i386|all)\b )"""
# What stands between a version and another that begins alike: v1.2.3.4 to 1.3.0.0.
VERSION_RANGE = r"(?i)\s{0,9}(?:to|and|or|[/<-]|[-=]>|\u2192)\s{0,9}"


def find_ipv4(text: str) -> Iterator[Span]:
    """Find IPv4 addresses, but no versions. A number that is a version once is one everywhere."""
    candidates = list(pattern(IPV4).finditer(text))
    versions = set()
    last, before = None, 0  # the last version; where the number before ended
    for found in candidates:
        start, end = found.span()
        is_version = pattern(VERSION_BEFORE).search(text, max(before, start - 60), end)
        is_version = is_version or pattern(VERSION_AFTER).match(text, start)
        if last and found[0].split(".")[0] == last[0].split(".")[0]:
            is_version = is_version or pattern(VERSION_RANGE).fullmatch(text, last.end(), start)
        if is_version and not re.match(r":\d", text[end : end + 2]):  # no port
            versions.add(found[0])
            last = found
        before = end
    for found in candidates:
        if found[0] not in versions and not found[0].endswith(".0.0.0"):
            yield (*found.span(), IP_MASK)


# Stack traces in texts: loggers send whole tracebacks as messages. Frames go, exceptions stay.
FRAMES = (  # anywhere in a line
    # Java, JavaScript: at a.b(C.java:1), at new C [as d] (/c.js:1:2)
    r"at\s(?:async\s|new\s)?[^\s()]{1,300} ?(?:\[as [^\s\]]{1,80}\] )?\((?:"
    r"(?:[^()\n]|\([^()\n]{0,200}\)){0,600}:\d+|<anonymous>|native|Native Method|Unknown Source"
    r"|index \d+)\)",
    r"at\s[^\s()]{0,300}[./\\][^\s()]{1,300}:\d+:\d+(?!\S)",  # JavaScript, Rust
    r"at\s[^\s()]{1,300}\([^()\n]{0,300}\) in \S{1,300}:line \d+",  # .NET
    r"at\s(?=[^\s().]{1,300}\.[^\s().]{1,300}\.)[^\s()]{1,300}\([^()\n]{0,300}\)",  # without places
    r"""File \\*["'][^"'\n]{1,500}["'], line \d+(?:, in [^\s"']+)?""",  # Python
    r"#\d+\s(?:[^\s(]{0,300}[/\\][^\s(]{1,300}\(\d+\): \S+|\{main\})",  # PHP
    r"[\w$.<>/]{0,100}@https?:[^\s@]{1,300}:\d+:\d+(?!\S)",  # Firefox, Safari
    rf"(?:at|File|from|#\d+) .{{0,300}}{CUT}\Z",
)
FRAME_LINES = (  # at the start of a line
    r"(?:\w+ Group )?Traceback \(most recent call last\):(?=\r?\n[\s>|+]*File)",
    r"""File \\*["'][^"'\n]+["'], line \d+.*(?:\n(?P=indent)[ \t].*)*""",  # Python, with its code
    r"\[(?:Previous line|native code)|thrown in .* on line \d",  # Python, Safari, PHP
    r"at\s[^\s()]+:\d+[ \t]*$",  # Rust
    r"at\s(?:<anonymous>|(?:async\s|new\s)?[^\s().]+\.[^\s()]* ?\()",  # JavaScript, Java, .NET
    r"\.\.\. \d+ (?:more|common)|--- End of (?:stack|inner)",  # Java, .NET
    r"(?:\w+ code|[^\s@]*)@(?:[\w-]+:/\S*:\d|\[native code\])",  # Firefox, Safari
    r"\d+:\s+(?:0x|\S+::|.*\n[ \t]*at \S*[/\\])",  # Rust
    r"""(?:\d+:\s+)?(?:from\s+)?[^\s:]+:\d+:in [`'"][^`'"]*[`'"](?!:)""",  # Ruby
    r"#\d+\s+(?:\[internal|pc [0-9a-f]|0x[0-9a-f]|.{1,200}?\([^()\s]{0,300}:\d)",  # PHP, Android, Dart
    r"\d+\s+\S+\s+0x[0-9a-f]{6}",  # Apple
    r"(?:(?:[^\s(]+\(|created by ).*\n[ \t]*)?[^\s:]+\.(?:go|s):\d+(?: \+0x|[ \t]*$)",  # Go
    r"(?:\([\w. -]+\)\s+)?[^\s:]+\.(?:exs?|erl):\d+: ",  # Elixir, Erlang
)
# A frame that begins a line takes it.
WHOLE_FRAME = rf"(?m)^(?P<indent>[ \t>|+]*)(?![ \t>|+])(?:{'|'.join(FRAME_LINES + FRAMES)}).*"
INLINE_FRAME = rf"(?<!\w)(?:{'|'.join(FRAMES)})"


def find_frames(text: str) -> Iterator[Span]:
    """Find a stack trace's frames, if there are a header and a frame, or two frames."""
    lines = text.replace("\v", "\n")  # see MEANINGS
    if lines != text:  # escaped line breaks stand in quotes; what ends those ends a line, too
        lines = re.sub(r"""(?<!\\)["'](?!, line \d)(?=[\s,}\])])""", "\n", lines)
    blocks: list[tuple[int, int, int]] = []  # start, end, number of lines
    frames = [*pattern(WHOLE_FRAME).finditer(lines), *pattern(INLINE_FRAME).finditer(lines)]
    for found in sorted(frames, key=re.Match.start):
        start, end = found.span()
        if blocks and start < blocks[-1][1]:
            continue
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
    (find_assignments, "user[.]|pass|pwd|secret|token|cred|jwt|bearer|[cx]srf|otp|cookie|sess"
     "|auth|sid|sig|key"),
    (find_credentials, "bearer|basic|token|negotiate|apikey"),
    (find_in_commands, "curl|mysql|mariadb|docker|redis|sshpass|identified"),
    (find_gravatars, "avatar"),
    (find_frames, rf"[\n\v]|\bat\s.{{0,300}}(?:[/\\(]|:\d+:\d)|, line |#\d|@http|{CUT}"),
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
        self.own: list[Rule] = []
        names = "|".join(map(re.escape, hosts))  # these stay, hidden from the other rules
        if names:
            self.own.append((finder(rf"(?<=://)(?P<value>{names})(?![\w.-])", ""), "://"))
        if self.token:
            self.own.append((finder(f"(?i)(?P<value>{re.escape(self.token)})"), ""))
        self.redact_cached = lru_cache(maxsize=20000)(self.redact_text)

    def redact(self, value: Any, kind: str = PLAIN, is_member: bool = False) -> Any:
        """Return a copy of a value of a kind; two items `is_member` are no [header, value]."""
        if isinstance(value, str):
            return self.redact_cached(value, kind)
        if isinstance(value, dict):
            return self.redact_object(value, kind, is_member)
        if isinstance(value, list):
            return list(map(self.redact, value, kinds_of_items(value, kind, is_member)))
        return value

    def redact_object(self, value: Object, kind: str, is_member: bool) -> Object:
        """Return a copy of an object; keys that become the same are numbered."""
        row_kinds: dict[str, str] = {}  # of a row: {"name": "password", "value": "x"}
        name = value.get("key") or value.get("name")
        if kind in (PLAIN, USER) and is_user(tuple(value)):
            kind = USER
        elif "value" in value and isinstance(name, str) and not (kind == USER and is_member):
            row_kind = kind_of(name, kind)
            row_kinds = {"value": row_kind, "query": row_kind}
            row_kinds["name"] = USER if row_kind == USER else PLAIN  # user tags': username:jane
        result: Object = {}
        counts = Counter[str]()
        for key, child in value.items():
            new = label = self.redact_cached(key, PLAIN)
            while new != key and (new in value or new in result):
                counts[label] += 1
                new = f"{label} ({counts[label] + 1})"
            result[new] = self.redact(child, row_kinds.get(key, kind_of(key, kind)), True)
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
        except RecursionError:
            return SECRET_MASK  # nested too deep to be known
        except ValueError:
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
    names = list(map(snake_case, keys))
    has_address = any(name.endswith(("email", "ip_address")) for name in names)
    return has_address and any(map(pattern(USER_NAME).fullmatch, names))


def kinds_of_items(items: list[Any], kind: str, is_member: bool) -> list[str]:
    """Return the kind of each element: of [header, value], and of what follows --password."""
    name = items[0] if len(items) == 2 and not is_member else None
    if isinstance(name, str) and " " not in name and kind != SECRET:  # it names a header or a cookie
        return [PLAIN, kind_of(name, kind)]
    kinds = [kind] * len(items)
    for index, item in enumerate(items[:-1]):
        if isinstance(item, str) and re.match(r"--[^=\s]+$", item) and is_secret(item):
            kinds[index + 1] = SECRET  # sys.argv: --password hunter2
    return kinds


def redact(value: Any, token: str = "", hosts: Iterable[str] = ()) -> Any:
    """Return a copy of a JSON value without personal data, secrets and stack traces.

    Types are kept, so numbers stay. `token`, of six characters or more, is masked wherever it
    stands; addresses in `hosts` stay as hosts of URLs. Redacting twice changes nothing. Raises
    RecursionError for what is nested deeper than Python's stack.
    """
    return Redactor(token, hosts).redact(value)


# --- Output ------------------------------------------------------------------
# Two functions write: write_result() to stdout what run() has redacted, say() to stderr.

visible_hosts: list[str] = []  # the base URL's host, if it is an IP address: shown in URLs


def configured_token() -> str:
    """Return the token, or ''."""
    return os.environ.get("SENTRY_AUTH_TOKEN", "").strip()


def hosts_of(url: str) -> list[str]:
    """Return a URL's host if it is an IP address."""
    return re.findall(r"^https?://(\[[0-9A-Fa-f:.]+\]|[0-9.]+)(?=[:/]|$)", url)


def quoted(text: str) -> str:
    """Return an argument redacted, then cut, between quotes."""
    return repr(trim(redact(text, configured_token()), MAX_ARGUMENT, 0))


def say(line: str, end: str = "\n") -> None:
    """Write one line to stderr: redacted, escaped and cut."""
    line = escape(redact(line, configured_token(), visible_hosts))
    with suppress(AttributeError, OSError, ValueError):  # None or closed: nobody listens
        sys.stderr.write(trim(line, MAX_LINE, 0) + end)


def write_result(text: str) -> None:
    """Write redacted text, or help, to stdout. Raises OSError."""
    if sys.stdout is None:
        raise OSError(0, "stdout is closed")
    # In pieces: one write of 2 MB to a pipe that is closed meanwhile is taken for a success.
    for start in range(0, len(text), CHUNK):
        sys.stdout.write(text[start : start + CHUNK])
    sys.stdout.flush()


def escape(text: str) -> str:
    r"""Escape characters that must not reach a terminal as JSON does, such as \u001b."""
    if text.isascii() and text.isprintable():
        return text
    return re.sub(UNSAFE, lambda found: json.dumps(found[0])[1:-1], text)


def to_json(value: Any) -> str:
    """Return JSON on one line. Raises Failure for infinity, which a server can write as 1e999."""
    try:
        return escape(json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False))
    except ValueError:
        raise Failure(UNUSABLE, "the answer holds a number that is too large for JSON") from None


def render(value: Any) -> str:
    """Return the JSON of a list, one record a line, or of a record, one member a line."""
    if isinstance(value, list):
        return "[\n" + ",\n".join(map(to_json, value)) + "\n]\n" if value else "[]\n"
    members = [f"  {to_json(key)}: {to_json(child)}" for key, child in value.items()]
    return "{\n" + ",\n".join(members) + "\n}\n"


def fit(record: Object, size: int) -> Object:
    """Return a redacted record, cut so that its JSON takes about `size` characters at most."""
    for longest, items in CUTS:
        cut = {}
        for key, child in record.items():
            cut[key] = trim(child, 6 * longest if key in IDENTIFIERS else longest, items)
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
        if len(value) > items:
            more = f"+{len(value) - items} more"
            cut.append({"…": more} if isinstance(value[0], dict) else more)
        return cut
    if isinstance(value, dict):
        items = max(items, 4)  # so exceptions, top_tags and the like stay whole
        keys = list(value)[:items]
        members = {trim(key, longest, 0): trim(value[key], longest, items) for key in keys}
        missing = len(value) - len(members)
        return {**members, "…": f"+{missing} more"} if missing else members
    return value


# For people: tables of lists, pages of single records.
TABLE_FIELDS = {
    "list-issues": """short_id level last_seen first_seen count_in_range user_count trend_24h
        trend_14d title""".split(),
    "issue-events": "id timestamp release title".split(),
}
PAGE_FIELDS = """id timestamp last_seen first_seen count user_count trend_24h release first_release
    last_release environment environments top_tags location message""".split()
HEADINGS = {"count_in_range": "EVENTS", "user_count": "USERS"}
TIMES = {"timestamp", "last_seen", "first_seen"}


def format_table(records: list[Object], fields: list[str]) -> str:
    """Return redacted records as aligned columns; of the trends, the one that the server gives."""
    lines = [""] * (len(records) + 1)
    for name in fields:
        cells = make_column(records, name)
        if name.startswith("trend") and {*cells[1:]} == {"-"}:
            continue
        widest = max(map(measure, cells)) + 2
        lines = [line + cell + " " * (widest - measure(cell)) for line, cell in zip(lines, cells)]
    return cut_to_terminal(lines) if records else ""


def format_page(record: Object) -> str:
    """Return a redacted record of an issue or event as a page of at most a screen."""
    names = ("short_id", "level", "status", "title")
    lines = [" ".join(show_value(record[name]) for name in names if record.get(name))]
    facts = [make_column([record], name) for name in PAGE_FIELDS]
    lines += [f"{heading:<13}  {value}" for heading, value in facts if value != "-"]
    lines += map(show_value, record.get("stack") or [])
    return cut_to_terminal(lines[:SCREEN]) + escape(f"{record['url'] or ''}") + "\n"  # never cut


def make_column(records: list[Object], name: str) -> list[str]:
    """Return a field's heading and values."""
    values = [show_value(record.get(name), name) for record in records]
    return [HEADINGS.get(name, name.upper().replace("_", " ")), *values]


def cut_to_terminal(lines: list[str]) -> str:
    """Return lines as one text, cut to COLUMNS or the width of a terminal."""
    import shutil
    columns = shutil.get_terminal_size((0, 0)).columns or sys.maxsize  # no terminal: not cut
    text = ""
    for line in map(str.rstrip, lines):
        kept = sum(end < columns for end in accumulate(map(measure, line)))
        text += f"{line}\n" if measure(line) <= columns else f"{line[:kept]}…\n"
    return text


def measure(text: str) -> int:
    """Return how many columns a text takes (Unicode TR11)."""
    from unicodedata import category, east_asian_width
    seen = [character for character in text if category(character) not in ("Mn", "Me", "Cf")]
    return len(seen) + sum(east_asian_width(character) in "WF" for character in seen)


def show_value(value: Any, name: str = "") -> str:
    """Return a field's value as people read it; - for nothing."""
    if value in (None, "", [], {}):
        return "-"
    if isinstance(value, dict):
        return " ".join(map(show_value, value.values()))
    if isinstance(value, list):
        return draw(value) if isinstance(value[0], int) else ", ".join(map(show_value, value))
    at = seconds_since_1970(value) if name in TIMES else None
    if at is None:
        return " ".join(escape(str(value)[:1000]).split())
    for size, unit in ((DAY, "d"), (HOUR, "h"), (60, "min")):
        if time.time() - at >= size:
            return f"{(time.time() - at) // size:.0f} {unit} ago"
    return "now"


def seconds_since_1970(text: Any) -> float | None:
    """Return an ISO 8601 UTC time in seconds since 1970; None for anything else."""
    from datetime import datetime
    with suppress(AttributeError, ValueError):
        whole, _, fraction = text.replace("+00:00", "").rstrip("Z").partition(".")
        return datetime.fromisoformat(f"{whole}+00:00").timestamp() + float(f"0.{fraction or 0}")
    return None


def draw(counts: list[int]) -> str:
    """Draw the newest counts as a line, one a column; of more than 14, two a column."""
    counts = counts[-24:]
    size = 2 if len(counts) > 14 else 1
    sums = [sum(counts[at : at + size]) for at in range(len(counts) % size, len(counts), size)]
    top = max([1, *sums])
    return "".join("▁▂▃▄▅▆▇█"[(7 * max(0, count) + top - 1) // top] for count in sums)


# --- HTTP --------------------------------------------------------------------

LOOPBACK = r"https?://(?:localhost|127\.[0-9.]+|\[::1\])(?=[:/]|$)"
BASE_URL_HINT = "is --base-url or SENTRY_BASE_URL the web page's base URL? And is the proxy right?"
EXIT_STATUSES = {400: USAGE, 401: UNAUTHORIZED, 403: UNAUTHORIZED, 404: NOT_FOUND, 422: USAGE, 429: RATE_LIMITED}
# By HTTP status, or by Sentry's code in the answer.
HINTS: dict[Any, str] = {
    **dict.fromkeys((400, 422), "check --query, --environment and --cursor"),
    401: "the token is wrong, expired or for another server; create one at "
    f"{TOKEN_PAGE} (GlitchTip: /profile/auth-tokens) of the server that was asked",
    403: "the token needs the scopes event:read, project:read and org:read, and its owner access "
    "to the project; one that starts with sntrys_ can't have them: create a user token",
    404: "check --org, --project and the ID, and that the token may read them",
    410: "this endpoint is being retired; set --org or SENTRY_ORG so that the newer one is used",
    429: "wait, then try again with fewer requests (--no-tags, a lower --limit)",
    b"sso-required": "the organization wants single sign-on: log in by SSO in a browser first",
    b"member-disabled-over-limit": "the organization has more members than its plan allows",
}


def run_in_threads(functions: Sequence[Callable[[], Any]], seconds: float) -> Iterator[Any]:
    """Yield (index, result, exception) of functions as they end; give up after so many seconds."""
    import queue
    import threading
    outcomes: Any = queue.SimpleQueue()

    def work(index: int, function: Any) -> None:
        try:
            outcomes.put((index, function(), None))
        except Exception as error:  # noqa: BLE001 the caller is told
            outcomes.put((index, None, error))

    waiting = list(enumerate(functions))
    running = 0
    deadline = time.monotonic() + seconds
    while (waiting or running) and time.monotonic() < deadline:
        while waiting and running < TAG_WORKERS:
            threading.Thread(target=work, args=waiting.pop(0), daemon=True).start()
            running += 1
        # In turns: a Ctrl-C that comes just before a wait is noticed only when that ends.
        with suppress(queue.Empty):
            yield outcomes.get(timeout=0.2)
            running -= 1


class Client:
    """Reads JSON from one Sentry server with one token."""

    uses_org_issue = False  # whether issues are asked for by the organization's endpoint
    uses_org_list = False  # the same for the list of issues
    is_glitchtip = False  # known by its answers
    now = 0.0  # the server's clock
    most = MAX_BODY  # bytes of an answer
    opener: Any = None

    def __init__(self, args: Args, token: str) -> None:
        import threading
        self.args, self.gate = args, threading.Lock()
        self.headers = {"Accept": "application/json", "Accept-Encoding": "gzip"}
        self.headers |= {"Authorization": f"Bearer {token}", "User-Agent": args.user_agent}

    def get(self, path: str, params: Object | None = None, what: str = "") -> tuple[Any, Any]:
        """Return (JSON, headers) of a GET, tried twice at most. A 404's message names `what`."""
        from urllib.parse import urlencode
        params = {key: value for key, value in (params or {}).items() if value is not None}
        target = f"{path}?{urlencode(params)}".rstrip("?")
        try:
            return self.attempt(target)
        except Failure as failure:
            if failure.http == 404 and what:
                failure.message = f"no {what} ({failure.message})"
            if not 0 < failure.pause <= MAX_PAUSE:
                raise
            with self.gate:  # one after another: a limit of requests a second stays kept
                time.sleep(failure.pause)
        return self.attempt(target)

    def attempt(self, target: str) -> tuple[Any, Any]:
        """Ask once, for --timeout seconds at most."""
        started = time.monotonic()
        fetch = partial(self.fetch, self.args.base_url + target)
        # urllib's timeout is for one operation of a socket, and DNS has none.
        outcome: Any = next(run_in_threads([fetch], self.args.timeout), (0, None, TimeoutError()))
        _, answer, error = outcome
        no_answer: Any = (type(error).__name__, {}, b"")
        status, headers, body = answer or no_answer
        if self.args.verbose:
            spent = 1000 * (time.monotonic() - started)
            say(f"GET {target} -> {status}, {spent:.0f} ms, {len(body)} bytes")
        if error:
            raise network_failure(error, self.args)
        self.now = read_time(headers, "Date") or time.time()
        if status // 100 != 2:
            raise http_failure(status, headers, body[:CHUNK], self.now)
        try:
            value = json.loads(body, parse_constant=int)  # int() refuses NaN and Infinity
        except ValueError:
            message = f"HTTP {status}, but not with JSON (or with NaN or too long a number)"
            raise Failure(UNUSABLE, message, BASE_URL_HINT, http=status) from None
        self.is_glitchtip = is_of_glitchtip(value, headers) or self.is_glitchtip
        return value, headers

    def fetch(self, url: str) -> tuple[int, Any, bytes]:
        """Return status, headers and body of a GET, after redirects within the origin."""
        from urllib.request import Request
        self.opener = self.opener or make_opener(self.args.base_url)
        for _ in range(MAX_REDIRECTS + 1):
            request = Request(url, headers=self.headers, method="GET")
            with self.opener.open(request, timeout=self.args.timeout) as answer:
                if answer.status // 100 != 3 or "Location" not in answer.headers:
                    return answer.status, answer.headers, read_body(answer, self.most)
            url = redirected(url, answer.headers["Location"])
        raise Failure(UNUSABLE, f"HTTP {answer.status}: more than {MAX_REDIRECTS} redirects")

    def get_issue(self, issue: str, below: str = "", params: Object | None = None) -> Any:
        """GET an issue endpoint, by the organization's form where the org-less one won't do."""
        ask = partial(self.get, params=params, what=f"issue {issue}")
        org_path = ORG_ISSUE.format(org=self.args.org, issue=issue) + below
        if self.uses_org_issue:
            return ask(org_path)
        try:
            return ask(ISSUE.format(issue=issue) + below)
        except Failure as first:
            # It refuses tokens of one organization, knows one region (404), is being retired (410).
            is_bound = first.http == 401 and "organization" in first.reason.lower()
            if not self.args.org or not (is_bound or first.http in (404, 410)):
                raise
            self.uses_org_issue |= first.http == 410  # even if the next one fails
            try:
                answer = ask(org_path)
            except Failure as second:
                raise (first if first.http == 404 and not second.pause else second) from None
        self.uses_org_issue = True
        return answer

    def get_issues(self, params: Object) -> tuple[Any, Any]:
        """GET a page of the project's issues; the organization's list where that is retired."""
        org, project = self.args.org, self.args.project
        what = f"project {project!r} in organization {org!r}"
        period = "24h" if self.args.time_range <= DAY else "14d"  # that the series of counts cover
        params = {**params, "statsPeriod": period if self.args.time_range else None}
        try:
            if not self.uses_org_list:
                return self.get(PROJECT_ISSUES.format(org=org, project=project), params, what)
        except Failure as failure:
            if failure.http >= 500 and params["query"].count('"') % 2:
                failure.hint = "the query has a quote that is not closed"
            if failure.http != 410:
                raise
            self.uses_org_list = True
        # There statsPeriod would cut counts to the period.
        params.update(project=project, groupStatsPeriod=params.pop("statsPeriod"))
        return self.get(ORG_ISSUES.format(org=org), params, what)

    def web_page(self, issue: Any, event: Any = None) -> str | None:
        """Return the address of an issue's or event's web page, if it is known."""
        page = f"issues/{issue}" + (f"/events/{event}" if event else "")
        form = "{}/{}/{}" if self.is_glitchtip else "{}/organizations/{}/{}/"
        is_known = self.args.org and issue
        return form.format(self.args.base_url, self.args.org, page) if is_known else None


def make_opener(base_url: str) -> Any:
    """Return what opens URLs: of http and https only, no redirects, no errors raised."""
    import ssl
    from urllib import request
    scheme, host = re.split("://|/", base_url)[:2]
    # A proxy would get the token of a server on this machine unencrypted.
    is_direct = re.match(LOOPBACK, base_url) or request.proxy_bypass(host)
    proxies = {} if is_direct else request.getproxies()
    proxy = proxies.get(scheme) or proxies.get("all", "")
    if proxy.lower().startswith("socks"):
        raise Failure(NETWORK, "SOCKS proxies are not supported", "set an HTTP proxy, or no_proxy")
    opener = request.OpenerDirector()
    opener.add_handler(request.ProxyHandler({scheme: proxy} if proxy else {}))
    opener.add_handler(request.HTTPHandler())
    if scheme == "https":  # with one context for all requests: making one takes 35 ms
        opener.add_handler(request.HTTPSHandler(context=ssl.create_default_context()))
    return opener


def redirected(url: str, location: str) -> str:
    """Return where a redirect leads. Raises Failure for another origin: no token goes there."""
    from urllib.parse import quote, urljoin
    target = location.strip()
    with suppress(ValueError):  # what can't be parsed is refused
        target = urljoin(url, target)
    origin, other = ("/".join(each.split("/")[:3]) for each in (url, target))
    if origin == other:
        # All but reserved characters is quoted; http.client reads headers as Latin-1.
        return quote(target, safe="!#$%&'()*+,/:;=?@[]~", encoding="latin-1")
    other = re.sub("//.*@", "//", other)
    message = f"a redirect to another server, {other}, was not followed"
    raise Failure(UNUSABLE, message, "is that the right base URL?", hosts=hosts_of(other))


def read_body(answer: Any, most: int) -> bytes:
    """Return a body, unpacked. Raises Failure where it is too large, EOFError where it is cut."""
    import gzip
    is_packed = "gzip" in answer.headers.get("Content-Encoding", "").lower()
    source = gzip.GzipFile(fileobj=answer) if is_packed else answer
    body: bytes = source.read(most + 1)
    if len(body) > most or sum(map(body.count, b",{[")) > MAX_VALUES:
        message = f"the answer is larger than {most >> 20} MiB, or holds too many values"
        raise Failure(UNUSABLE, message, "ask for less, such as a lower --limit")
    if answer.length:  # what http.client still expects by Content-Length
        raise EOFError("it is shorter than announced")
    return body


def is_of_glitchtip(value: Any, headers: Any) -> bool:
    """Tell GlitchTip by its Link headers, an event's number of a project, an issue's permalink."""
    if not isinstance(value, dict):
        return str(headers.get("Link")).startswith("{'")  # a dict of Python's
    is_event = isinstance(value.get("projectID"), int)  # Sentry sends a text
    return is_event or re.search("/issues/[0-9]+$", str(value.get("permalink"))) is not None


def network_failure(error: Exception, args: Args) -> Exception:
    """Return a Failure for what went wrong below HTTP; any other exception as it is."""
    import http.client
    import socket
    import ssl
    import zlib
    from gzip import BadGzipFile
    from urllib.error import URLError
    cause: Any = error.reason if isinstance(error, URLError) else error
    what = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
    hint, pause = BASE_URL_HINT, RETRY_PAUSE
    if isinstance(cause, (TimeoutError, socket.timeout)):
        message, hint = f"no complete answer within {args.timeout:g} s", "try a longer --timeout"
    elif isinstance(cause, ssl.SSLCertVerificationError):
        message, pause = f"the TLS certificate was not accepted: {what}", 0
        hint = "set SSL_CERT_FILE to the certificates of the private CA or proxy that signed it; "
        hint += "with Python from python.org on a Mac, run 'Install Certificates.command' once"
    elif isinstance(cause, (str, ValueError, http.client.InvalidURL)):
        message = "no connection: its address, or the proxy's, can't be used"
    elif isinstance(cause, (http.client.HTTPException, EOFError, BadGzipFile, zlib.error)):
        message = f"the answer ended early or breaks the HTTP protocol: {what}"
    elif isinstance(cause, OSError):
        message = f"no connection (DNS, TCP or TLS): {what}"
    else:
        return error
    return Failure(NETWORK, f"{args.base_url}: {message}", hint, pause=pause)


def http_failure(status: int, headers: Any, body: bytes, now: float) -> Failure:
    """Return what an HTTP error means."""
    reason = error_reason(body)
    message = f"HTTP {status}: {reason}".rstrip(": ")
    code = re.search(b'"code": *"([a-z-]+)"', body)
    hint = HINTS.get(code and code[1]) or HINTS.get(status, BASE_URL_HINT if status < 500 else "")
    pause = 0.0
    if status == 429 or status >= 500:
        reset = read_time(headers, "X-Sentry-Rate-Limit-Reset") if status == 429 else 0.0
        asked = read_time(headers, "Retry-After") or reset
        pause = max(RETRY_PAUSE, asked - now if asked > 1e9 else asked)  # a time, or a span
    if pause > MAX_PAUSE:
        message += f" (the server asks to wait {pause:.0f} s)"
    exit_status = EXIT_STATUSES.get(status, UNUSABLE)
    return Failure(exit_status, message, hint, http=status, reason=reason, pause=pause)


def error_reason(body: bytes) -> str:
    """Return a server's explanation as one short line, or ''."""
    value: Any = body.decode("utf-8-sig", "replace")
    try:
        value = json.loads(value)
    except (ValueError, RecursionError):
        value = value.partition("<")[0]  # nothing of HTML
    while isinstance(value, (dict, list)):
        if isinstance(value, dict):
            value = [*map(value.get, ("detail", "message", "msg", "error", "info")), *value.values()]
        value = next(filter(None, value), "")
    # Redacted first: a trace on one line, or half an address, would not be recognized.
    return " ".join(redact(str(value or ""), configured_token()).split())[:MAX_REASON]


def read_time(headers: Any, name: str) -> float:
    """Return a header's number, or HTTP date (RFC 9110, 5.6.7), in seconds; 0 for anything else."""
    from email.utils import parsedate_to_datetime
    text = headers.get(name, "")
    with suppress(IndexError, TypeError, ValueError, OverflowError):
        return float(text) if text.isdecimal() else parsedate_to_datetime(text).timestamp()
    return 0.0


def expect_list(value: Any) -> list[Object]:
    """Return a list of objects as it is. Raises Failure for anything else."""
    return list(map(expect_object, value if isinstance(value, list) else [None]))


def expect_object(value: Any) -> Object:
    """Return an object as it is. Raises Failure for anything else."""
    if not isinstance(value, dict):
        raise Failure(UNUSABLE, "the answer is JSON, but not what Sentry gives here", BASE_URL_HINT)
    return value


# --- Shapes ------------------------------------------------------------------
# Records of Sentry's objects (`raw`), of which any part may be missing or of another type.

# The fields of records, in their order. IDs and times also belong to IDENTIFIERS.
ISSUE_FIELDS = """id short_id title culprit level status count count_in_range user_count first_seen
    last_seen environments top_tags url""".split()
EVENT_FIELDS = """id title message culprit level timestamp environment release location user tags
    issue_id url""".split()
FIELDS = {
    "list-issues": ISSUE_FIELDS,
    "issue-detail": ISSUE_FIELDS + """substatus priority platform project assigned_to first_release
        last_release message location handled tag_totals issue_type issue_category trend_24h
        trend_30d""".split(),
    "issue-events": EVENT_FIELDS,
    "event-detail": EVENT_FIELDS + """platform exceptions evidence request contexts sdk
        entries_present processing_errors previous_id next_id""".split(),
}
INCLUDES = ("stack", "vars", "breadcrumbs", "entries")  # what --include adds to an event
# Where Sentry has the fields that are texts: `lifetime` in its list, `.version` of releases.
NAMES = FIELDS["issue-detail"] + FIELDS["event-detail"]
PATHS = {name: f"lifetime.{name}|{name}|{name}.version" for name in NAMES}
PATHS.update(
    id="eventID|event_id|id", issue_id="groupID|group_id",
    previous_id="previousEventID", next_id="nextEventID",
    title="title|metadata.title", level="level|tags.level",
    platform="platform|project.platform", project="project.slug",
    timestamp="date_created|end_timestamp|start_timestamp",
    environment="tags.environment", release="tags.release|release.version",
    sdk="sdk.name sdk.version",
)
CHOSEN_FRAME = "metadata.filename metadata.function"  # that Sentry shows beside the title


def value_at(source: Any, paths: str, kind: Any = object) -> Any:
    """Return the first thing of a type that is found; `a.b_c|d` stands for a.b_c, a.bC and d."""
    for path in paths.split("|"):
        value = source
        for key in path.split("."):
            camel = key[:1] + key.title().replace("_", "")[1:]  # dateCreated
            value = value.get(key, value.get(camel)) if isinstance(value, dict) else None
        if isinstance(value, kind) and value not in (None, ""):
            return value
    return None


def text_at(source: Any, places: str, by: str = " ") -> str | None:
    """Return the texts and numbers in some places (`a|b c`: a or b, and c) as one, or None."""
    found = [value_at(source, paths, (str, int, float)) for paths in places.split()]
    return by.join(str(one) for one in found if one is not None) or None


def excerpt(source: Any, path: str, parts: str) -> Object | None:
    """Return texts of an object by the first words of their paths; None of anything else."""
    found = value_at(source, path, dict)
    return {one.partition(".")[0]: text_at(found, one) for one in parts.split()} if found else None


def objects_at(source: Any, path: str, kind: type = dict) -> list[Any]:
    """Return a list's objects, or what is of another type; none of anything else."""
    return [item for item in value_at(source, path, list) or [] if isinstance(item, kind)]


def number(value: Any) -> int | None:
    """Return a whole number; Sentry sends some as text."""
    return int(value) if re.fullmatch("-?[0-9]{1,18}", str(value)) else None


def by_key(source: Object, path: str, key: str = "key", value: str = "value") -> dict[str, str]:
    """Return texts of a list's objects by their keys."""
    texts = {text_at(item, key): text_at(item, value) for item in objects_at(source, path)}
    return {name: text for name, text in texts.items() if name and text}


def unless_shown(text: str | None, shown: str | None) -> str | None:
    """Return a text, or None where its words stand in what the record shows, in their order."""
    unread = iter(re.findall(r"[^\s:]+", shown or ""))  # `in` uses it up to the word that it finds
    return text if any(word not in unread for word in re.findall(r"[^\s:]+", text or "")) else None


def series(issue: Object, name: str) -> list[tuple[float, int]]:
    """Return a series of times and counts, oldest first; [] of anything else."""
    with suppress(OverflowError, TypeError, ValueError):
        return [(float(at), int(count)) for at, count in value_at(issue, f"stats.{name}") or []]
    return []


def count_in_range(issue: Object, seconds: float, now: float) -> int | None:
    """Return an issue's events in the last so many seconds, by whole hours or days, if known."""
    if not seconds:
        return number(value_at(issue, PATHS["count"]))
    for name, longest, size in (("24h", DAY, HOUR), ("14d", 14 * DAY, DAY), ("30d", 30 * DAY, DAY)):
        counts = series(issue, name)
        if counts and seconds <= longest:
            return sum(count for at, count in counts if at + size > now - seconds)
    return None


def shape_issue(client: Client, issue: Object) -> Object:
    """Return an issue's record, without environments and top tags."""
    record: Object = {name: text_at(issue, path) for name, path in PATHS.items()}
    totals = by_key(issue, "tags", value="total_values")
    is_error = {text_at(issue, "type"), record["issue_category"]} <= {None, "error"}
    unhandled = issue.get("isUnhandled") if is_error else None
    record.update(
        raw=issue,
        count=number(record["count"]),
        count_in_range=count_in_range(issue, client.args.time_range, client.now),
        user_count=None if client.is_glitchtip else number(record["user_count"]),  # always 0 there
        url=client.web_page(record["id"]),
        assigned_to=excerpt(issue, "assigned_to", "type id name"),
        message=unless_shown(text_at(issue, "metadata.message|metadata.value"), record["title"]),
        location=text_at(issue, CHOSEN_FRAME, " in "),
        handled=not unhandled if isinstance(unhandled, bool) else None,
        tag_totals={key: number(total) for key, total in totals.items()},
    )
    for span in ("24h", "14d", "30d"):  # 14d is no field: only tables show it
        record[f"trend_{span}"] = [count for _, count in series(issue, span)] or None
    return record


def count_tags(events: list[Object]) -> tuple[list[str], list[Object]]:
    """Return events' environments and top tags: the most frequent first, then the most telling."""
    counts = Counter(tag for event in events for tag in by_key(event, "tags").items())
    order = {key: index for index, key in enumerate(TELLING_TAGS)}
    tags = sorted(counts, key=lambda tag: (-counts[tag], order.get(tag[0], len(order)), tag))
    hidden = REPEATED_TAGS.union(f"{key}.name" for key, _ in tags)  # they repeat os and the like
    top: dict[str, Object] = {}
    for key, value in tags:
        if key not in hidden:
            top.setdefault(key, {"key": key, "value": value, "count": counts[key, value]})
    return [value for key, value in tags if key == "environment"], list(top.values())[:5]


# What is shown of contexts by their types; of others the version, as a name may be a person's.
CONTEXT_PARTS = {
    **dict.fromkeys(("os", "browser", "runtime", "gpu"), "name version"),
    "app": "app_name app_version app_build", "device": "model", "trace": "op status trace_id",
    "response": "status_code", "replay": "replay_id", "monitor": "slug status",
}
CSP_PARTS = "effective_directive blocked_uri document_uri source_file line_number"
CRUMB_PARTS = "timestamp category|type level message data.method data.url data.status_code"


def shape_event(client: Client, event: Object) -> Object:
    """Return an event's record."""
    source, event = event, {**event, "tags": by_key(event, "tags")}
    entries = {text_at(item, "type"): item.get("data") for item in objects_at(event, "entries")}
    record: Object = {name: text_at(event, path) for name, path in PATHS.items()}
    chosen = text_at(event, CHOSEN_FRAME, " in ")
    stacks = [*stacks_of(entries, chosen)]
    exceptions = [exception for exception, _ in stacks[::-1]]
    record["location"] = chosen or stacks[0][0]["location"] or record["location"]
    shown = text_at(record, "title culprit location") or ""
    if client.args.command == "event-detail":  # lists show no exceptions
        shown = " ".join([shown, *(text_at(one, "type value") or "" for one in exceptions)])
    frames = [frame for _, stack in stacks for frame in stack if not frame.is_library]
    record.update(
        raw=source,
        message=unless_shown(record["message"], shown),
        timestamp=iso_time(record["timestamp"]),
        user=excerpt(event, "user", "id geo.country_code"),
        tags=event["tags"],
        url=client.web_page(record["issue_id"], record["id"]),
        exceptions=exceptions if objects_at(entries, "exception.values") else [],
        evidence=evidence_of(event, entries, f"{shown} {record['message'] or ''}"),
        request=excerpt(entries, "request", "method url"),
        contexts=contexts_of(event),
        entries_present=list(filter(None, entries)),
        processing_errors=[text_at(error, "type") for error in objects_at(event, "errors")],
        stack=[*stack_lines(stacks)][:MAX_STACK],  # the filter reads no more than is shown
        # No object by place: the filter would take a function's name (load_modules) for a key.
        vars=[{"frame": one.place, "vars": one.vars} for one in frames if one.vars][:MAX_STACK],
        breadcrumbs=crumb_lines(entries),
        entries=event.get("entries"),
    )
    if client.is_glitchtip:  # its neighbours are the project's, not the issue's
        record.update(previous_id=None, next_id=None)
    return record


def contexts_of(event: Object) -> Object:
    """Return what is shown of an event's contexts, as texts."""
    texts: Object = {}
    for key, context in (value_at(event, "contexts", dict) or {}).items():
        parts = CONTEXT_PARTS.get(text_at(context, "type") or "", CONTEXT_PARTS.get(key, "version"))
        texts[key] = text_at(context, parts)
    return {key: text for key, text in texts.items() if text}


def iso_time(text: str | None) -> str | None:
    """Return a time as Sentry writes it; it may be in seconds since 1970."""
    from datetime import datetime, timezone
    with suppress(OSError, OverflowError, ValueError):
        at = datetime.fromtimestamp(float(text or ""), timezone.utc)
        return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return text


def evidence_of(event: Object, entries: Any, shown: str) -> Object | None:
    """Return what is known of what is no exception (an occurrence, a CSP report), by name."""
    display = by_key(event, "occurrence.evidence_display", "name")
    found = {
        "title": unless_shown(text_at(event, "occurrence.issue_title"), shown),
        "subtitle": unless_shown(text_at(event, "occurrence.subtitle"), shown),
        **(display or value_at(event, "occurrence.evidence_data", dict) or {}),
        **(excerpt(entries, "csp", CSP_PARTS) or {}),
    }
    return {key: str(one) for key, one in found.items() if isinstance(one, (str, int, float))} or None


def stacks_of(entries: Any, chosen: str | None) -> Iterator[tuple[Object, list[Any]]]:
    """Yield (exception, its frames), last raised and innermost first; without one, one of nulls."""
    threads = objects_at(entries, "threads.values")
    by_id = {text_at(thread, "id"): thread for thread in threads}
    others = [one for mark in ("crashed", "current") for one in threads if one.get(mark)]
    others.append(entries)  # for the stack trace of a message
    for exception in objects_at(entries, "exception.values")[::-1] or [{}]:
        holders = [exception, by_id.pop(text_at(exception, "thread_id"), None), *others]
        others = []  # the crashed thread's stack is that of the last exception
        found = next(filter(None, (objects_at(one, "stacktrace.frames") for one in holders)), [])
        frames = [read_frame(frame, chosen) for frame in found[::-1]]
        best = min(frames, key=lambda frame: frame.rank, default=None)
        shown: Object = {name: text_at(exception, name) for name in ("type", "value")}
        shown["handled"] = value_at(exception, "mechanism.handled", bool)
        shown["location"] = best and best.location
        yield shown, frames


def read_frame(frame: Object, chosen: str | None) -> SimpleNamespace:
    """Return a frame: its `place` is `path:line in function`, its `line` that of the stack."""
    package = re.split(r"[/\\]", text_at(frame, "package") or "")[-1]  # for native code
    path, line = text_at(frame, "filename|module|abs_path") or package, text_at(frame, "line_no")
    frame = {**frame, "path": path, "path_line": f"{path}:{line}" if path and line else path}
    place = text_at(frame, "path_line function", " in ") or "?"
    rows = objects_at(frame, "context", list)
    code = [str(row[1] or "").strip() for row in rows if len(row) == 2 and str(row[0]) == line]
    in_app = value_at(frame, "in_app")
    note = " (not in-app)" if in_app is False else ""
    is_usable = (line or path == package) and path not in ("", "<anonymous>", "[native code]")
    is_chosen = text_at(frame, "path function", " in ") == chosen
    rank = 0 if in_app is True else 1 if is_chosen else 2  # for the event's location
    return SimpleNamespace(
        place=place,
        line=": ".join(filter(None, [place, *code])),
        location=f"{place}{note}" if is_usable else None,
        rank=rank if is_usable else 3,
        is_library=in_app is False,
        vars=value_at(frame, "vars", dict),
    )


def stack_lines(stacks: list[Any]) -> Iterator[str]:
    """Yield stacks as lines; frames of libraries as a count, unless there are no others."""
    for exception, frames in stacks:
        yield from filter(None, [text_at(exception, "type value", ": ")])
        has_others = not all(frame.is_library for frame in frames)
        for is_library, group in groupby(frames, lambda frame: frame.is_library):
            shown = [frame.line for frame in group]
            summary = f"… {len(shown)} library frame" + ("s" if len(shown) > 1 else "")
            yield from [summary] if is_library and has_others else shown


def crumb_lines(entries: Any) -> list[str]:
    """Return the last breadcrumbs, in the order of time, as lines."""
    crumbs: list[Any] = []
    at = 0.0  # a crumb without a time takes its predecessor's
    for crumb in objects_at(entries, "breadcrumbs.values"):
        when = iso_time(text_at(crumb, "timestamp"))
        at = seconds_since_1970(when) or at
        crumbs.append((at, len(crumbs), text_at({**crumb, "timestamp": when}, CRUMB_PARTS) or "-"))
    return [line for *_, line in sorted(crumbs)[-MAX_CRUMBS:]]


# --- Commands ----------------------------------------------------------------
# A command returns a record or a list of them, and notes. It never prints.

SORTS = {"date": "last_seen", "freq": "count_in_range", "user": "user_count", "new": "first_seen"}


def list_issues(client: Client) -> Result:
    """Return the records of a project's issues, by --sort, or of the one whose ID is given."""
    args, query, figure = client.args, client.args.query.strip(), SORTS[client.args.sort]
    require(args, "org", "project")
    is_default = "--environment" not in args.given
    if re.fullmatch(f"{EVENT_ID}|{SHORT_ID}", query) and not args.cursor:
        hit = None
        with ignoring(403, 404):  # a query like utf-8 is no ID
            hit = look_up(client, query, None if is_default else args.environment)
        if hit:
            record = shape_issue(client, hit)
            notes = add_tags(client, [record])
            project, filters = record["project"], {"--environment", "--time-range"} & args.given
            if project != args.project or filters:
                notes.append(f"found by its ID in {project!r}; other filters only limit its counts")
            return [record], notes

    def rank(record: Object) -> tuple[bool, Any, int]:
        return record[figure] is not None, record[figure], record["count"] or 0

    limit = args.limit if args.sort == "date" else MAX_PAGES * PAGE_SIZE
    found, notes = get_list(client, {"query": args.query, "environment": args.environment}, limit)
    records = sorted(map(partial(shape_issue, client), found), key=rank, reverse=True)[: args.limit]
    if records and args.sort != "date":
        of = f"the {len(found)} most recent" if notes else len(found)
        by = args.sort
        if records[0][figure] is None:
            by = f"count, of all time; {args.sort} of this time range is not known here"
        notes = [f"the first {len(records)} of {of} issues by {by}"]
    if client.uses_org_list and not 0 < args.time_range <= 90 * DAY:
        notes.append("this server lists no issues older than 90 days; ask for older ones by ID")
    notes += add_tags(client, records)
    if (records and is_default) or (not records and not args.cursor):
        notes += other_environments(client, records)
    return records, notes


def other_environments(client: Client, records: list[Object]) -> list[str]:
    """Say in which other environments these issues are or, where there are none, the newest are."""
    args, notes = client.args, []
    elsewhere: list[Object] = []
    if not records:  # look in all environments
        try:
            if args.environment:
                elsewhere, _ = get_list(client, {"query": args.query, "environment": None}, limit=10)
            is_known = elsewhere or not client.is_glitchtip
            if not is_known and not client.get_issues({"query": "", "limit": 1})[0]:
                return ["the project is empty; this server doesn't tell whether it exists"]
        except Failure as failure:
            return [f"other environments could not be checked ({failure.message})"]
        records = [shape_issue(client, issue) for issue in elsewhere]
        notes = add_tags(client, records, is_needed=True)
    counts = Counter(name for record in records for name in record["environments"] or [])
    del counts[args.environment]
    names = ", ".join(repr(name) for name, _ in counts.most_common(5))
    where = f"the newest issues are in {names or 'other environments'}"
    if not elsewhere:
        where = f"only {args.environment!r}, the default, was asked for; these are also in {names}"
    note = f"{where}; use --environment NAME, or --environment '' for all"
    return [*notes, note] if names or elsewhere else notes


def issue_detail(client: Client) -> Result:
    """Return the record of one issue."""
    issue = expect_object(client.get_issue(issue_id(client, client.args.issue))[0])
    record = shape_issue(client, issue)
    return record, add_tags(client, [record])


def issue_events(client: Client) -> Result:
    """Return the records of an issue's events, newest first."""
    args = client.args
    params = {"environment": args.environment, "statsPeriod": args.time_range_text or None}
    events, notes = get_list(client, params, args.limit, issue_id(client, args.issue))
    return [shape_event(client, event) for event in events], notes


def event_detail(client: Client) -> Result:
    """Return the record of one event: the one with this ID, or an issue's newest one."""
    args = client.args
    issue, event_id = read_place(args, args.event)
    require(args, "org", *([] if issue else ["project"]))
    if event_id and args.environment:
        raise Failure(USAGE, "--environment is for issues; this is an event's ID", "leave it out")
    if not re.fullmatch(EVENT_ID, event_id):
        issue = issue_id(client, issue)
        event_id = newest_event(client, issue, event_id)

    def get(project: str) -> Object:
        path = PROJECT_EVENT.format(org=args.org, project=project, event=event_id)
        return expect_object(client.get(path, what=f"event {event_id}")[0])

    if args.project:
        with ignoring(*((403, 404) if issue else ())):  # the issue may be of another project
            return shape_event(client, get(args.project)), []
    project = checked(client.get_issue(issue_id(client, issue))[0], SLUG, "project.slug")
    return shape_event(client, get(project)), []


def newest_event(client: Client, issue: str, wanted: str) -> str:
    """Return the ID of an issue's newest event, or of that with Sentry 9's number."""
    environment = client.args.environment
    params = {"environment": environment, "limit": 1}
    for page in get_pages(client, params, issue):
        for event in page.items:
            if wanted in ("", text_at(event, "id")):
                return checked(event, EVENT_ID, PATHS["id"])
        params["limit"] = PAGE_SIZE
    what = f"event {wanted}" if wanted else "events"
    where = f" in environment {environment!r}" if environment else ""
    raise Failure(NOT_FOUND, f"issue {issue} has no {what}{where}")


# What a Link header says of the next page. Sentry's cursors are 0:100:0, GlitchTip's base64.
CURSOR = r"[A-Za-z0-9:=_+/.%][A-Za-z0-9:=_+/.%-]{0,499}"
NEXT_LINK = rf'<(?=[^<]*\brel="next")(?=[^<]*\bresults="true")(?:[^<]*\bcursor="({CURSOR})")?'


def get_list(client: Client, params: Object, limit: int, issue: str = "") -> Any:
    """Return (issues, or an issue's events, in the time range; notes if there are more or none)."""
    args, what = client.args, "events" if issue else "issues"
    found: dict[Any, Object] = {}  # by ID, because pages shift
    old = 0  # items in a row
    times = PATHS["timestamp" if issue else "last_seen"]
    params.update(limit=min(limit, PAGE_SIZE), cursor=args.cursor)
    for page in get_pages(client, params, issue):
        start = client.now - (args.time_range or float("inf"))
        for item in page.items:
            at = seconds_since_1970(value_at(item, times))
            old = old + 1 if at is not None and at < start else 0
            if not old:
                found.setdefault(text_at(item, "id|event_id") or object(), item)
        # GlitchTip orders events by receipt: late ones, so many in a row at most, are not the end.
        is_past = old >= (TAG_EVENTS if issue else 1)
        if is_past or len(found) >= limit:
            break
        params["limit"] = min(limit - len(found), PAGE_SIZE)  # so that the cursor goes on there
    items = list(found.values())
    if page.has_next and not is_past:  # there is at least one page
        # X-Hits counts what matches the query at any time, up to X-Max-Hits.
        hits = "" if issue or args.time_range or args.cursor else page.headers.get("X-Hits", "")
        is_true = re.fullmatch("[0-9]{1,9}", hits) and hits != page.headers.get("X-Max-Hits")
        count = f"{len(items)} of {hits}" if is_true else len(items)
        way = f"--cursor '{page.cursor}'" if page.cursor else "a higher --limit or narrower filters"
        return items, [f"{count} {what} printed; go on with {way}"]
    if items:
        return items, []
    name, period = params["environment"], args.time_range_text or "any"
    environment = f"environment {name!r}" if name else "any environment"
    note = f"no {'more ' if args.cursor else ''}{what} match: {environment}, time range {period}, "
    source = f"{args.org}/{args.project}, query {args.query!r}"
    return items, [note + (f"issue {issue}, if it exists" if issue else source)]


def get_pages(client: Client, params: Object, issue: str = "") -> Iterator[SimpleNamespace]:
    """Yield pages of issues, or an issue's events; params["limit"] may change meanwhile."""
    args, environment = client.args, issue and params["environment"]
    progress = "reading: {} items" if args.sort == "date" else "ranking: {} issues"
    is_terminal = sys.stderr is not None and sys.stderr.isatty() and not args.quiet
    ask = partial(client.get_issue, issue, "events/") if issue else client.get_issues
    asked: list[Any] = []  # cursors
    count, cursor = 0, params.get("cursor")  # None for the first page, "" after the last
    while cursor != "" and len(asked) < MAX_PAGES:
        is_long = is_terminal and len(asked) > 2
        if is_long:
            say(progress.format(count).ljust(30), end="\r")
        asked.append(cursor)
        # Sentry takes per_page for events, all else limit.
        answer, headers = ask({**params, "per_page": params["limit"], "cursor": cursor})
        if is_long:
            say(" " * 30, end="\r")
        items = expect_list(answer)
        count += len(items)
        # The link's URL is never used: it may name another host.
        # One "" says that there is more, but no way to it.
        cursors = re.findall(NEXT_LINK, str(headers.get_all("Link")))
        if len(items) > params["limit"]:
            items, cursors = items[: params["limit"]], [""]
        cursor = next((one for one in cursors if one not in asked), "")
        if environment:  # GlitchTip doesn't filter events
            items = [one for one in items if by_key(one, "tags").get("environment") == environment]
        yield SimpleNamespace(items=items, headers=headers, has_next=bool(cursors), cursor=cursor)


def add_tags(client: Client, records: list[Object], is_needed: bool = False) -> list[str]:
    """Add to issues' records, if it is shown, what their newest events' tags say; note failures."""
    args, counted = client.args, {"environments", "top_tags"}
    is_table = args.format == "table" and args.command == "list-issues"
    is_hidden = args.no_tags or args.raw or is_table or counted.isdisjoint(args.fields or counted)
    if is_hidden and not is_needed:
        return []

    def count(record: Object) -> Any:
        size = {"per_page": TAG_EVENTS, "limit": TAG_EVENTS}
        answer = client.get_issue(checked(record, ISSUE_ID, "id"), "events/", size)
        return count_tags(expect_list(answer[0])[:TAG_EVENTS])

    client.most = MAX_TAG_BODY  # nothing larger is read after them
    tasks = [partial(count, record) for record in records]
    failures, seconds = 0, 2 * args.timeout
    reason = f"not within {seconds:g} s"
    for index, tally, error in run_in_threads(tasks, seconds):
        if error:
            failures += 1
            reason = getattr(error, "message", type(error).__name__)
        else:
            records[index]["environments"], records[index]["top_tags"] = tally
        if failures >= 8 or getattr(error, "status", None) == RATE_LIMITED:
            break  # the rest is not tried
    missing = sum(record["environments"] is None for record in records)
    note = f"environments and top tags of {missing} of {len(records)} issues could not be read"
    return [f"{note} ({reason})"] if missing else []


FORMS = (  # what ISSUE and EVENT may be
    "an issue's ID (1234567890 or BACKEND-1A), for event-detail also an event's (32 hex digits), "
    "or its web address (/events/latest/ too)"
)
# What stands before an issue's ID: an organization is a subdomain of sentry.io, or a folder.
SUBDOMAIN = rf"(?:(?!(?:www|us|de|eu)\.)(?P<owner>{SLUG})\.(?=sentry\.io)|[A-Za-z0-9._-]+\.)?"
FOLDER = (
    r"(?:(?:/organizations)?/(?!(?:organizations|settings|api|issues)/)"
    rf"(?P<org>{SLUG})(?:/{SLUG})?)?"  # Sentry 9's is followed by the project
    rf"/(?:issues/|(?:issues/)?feedback/\?(?:.*&)?feedbackSlug={SLUG}(?::|%3A))"
)


def read_place(args: Args, argument: str) -> tuple[str, str]:
    """Return the issue and event that an argument names, or ''; an address sets args.org."""
    # Regions and organizations of sentry.io are one service.
    base: Any = re.fullmatch(r"https?://(?:.*\.(?=sentry\.io))?(.*?)(?::\d+)?(/.*)?", args.base_url)
    host, path = map(re.escape, base.groups(""))
    server = rf"(?i:https?://{SUBDOMAIN}{host})(?::\d+)?"
    page = rf"(?P<page>{server}(?:{path})?{FOLDER})"
    end = r"(?:/events/(?P<event>[^/?#]+))?(?:[/?&#].*)?"
    form = f"(?P<hex>{EVENT_ID})|{page}?(?P<issue>{ISSUE_ID}|{SHORT_ID})(?(page){end})"
    place = re.fullmatch(form, argument.strip("<>()\"'` \t\r\n"))
    if place:
        issue, event = place["issue"] or "", place["hex"] or place["event"] or ""
        org = place["org"] or (place["owner"] or "").lower() or args.org
        if "--org" in args.given and org != args.org:
            raise Failure(USAGE, f"the address is of {org}, --org is {args.org}", "leave out --org")
        args.org = org
        if args.command != "event-detail" or event == "latest":
            event = ""
        if (issue or event) and re.fullmatch(f"(?:{EVENT_ID}|{ISSUE_ID})?", event):
            return issue.upper(), event.replace("-", "").lower()
    message = f"received {quoted(argument)}, expected {FORMS} below {args.base_url}"
    hint = "another server would get the token if SENTRY_BASE_URL named it, so the user decides"
    is_here = "://" not in argument or re.search(rf"{server}(?:[/?#]|$)", argument)
    raise Failure(USAGE, message, "" if is_here else hint)


def issue_id(client: Client, argument: str) -> str:
    """Return the numeric ID of the issue that an argument names; a short ID is looked up."""
    issue, _ = read_place(client.args, argument)
    return issue if issue.isdigit() else checked(look_up(client, issue), ISSUE_ID, "id")


def look_up(client: Client, some_id: str, environment: str | None = None) -> Object:
    """Return the issue with a short ID or an event's ID, with its counts in an environment."""
    args, is_event = client.args, re.fullmatch(EVENT_ID, some_id)
    require(args, "org")
    wanted = some_id.replace("-", "").lower() if is_event else some_id.upper()
    params = {"query": wanted, "environment": environment}
    issues: Iterable[Object] = []
    if args.project:
        with ignoring(404, 410, 422):
            issues = expect_list(client.get_issues({**params, "shortIdLookup": 1, "limit": 1})[0])
    if client.is_glitchtip and not is_event:  # it has short IDs in its list only
        pages = get_pages(client, {"query": "", "limit": PAGE_SIZE})
        issues = (issue for page in pages for issue in page.items)
    for issue in issues:
        if wanted in (text_at(issue, "short_id"), text_at(issue, "matching_event_id")):
            return issue
    if not is_event and not client.is_glitchtip:
        with ignoring(200, 404, 405):  # 200: a page of HTML
            path = ORG_ISSUE.format(org=args.org, issue=wanted)
            return expect_object(client.get(path, {"environment": environment})[0])
    message = f"no issue {wanted} in {'/'.join(filter(None, (args.org, args.project)))}"
    hint = "check --project, which GlitchTip and old servers need for short IDs"
    raise Failure(NOT_FOUND, message, hint, http=404)


@contextmanager
def ignoring(*statuses: int) -> Iterator[None]:
    """Go on after a Failure with one of these HTTP statuses."""
    try:
        yield
    except Failure as failure:
        if failure.http not in statuses:
            raise


def checked(answer: Any, regex: str, paths: str) -> str:
    """Return a text that is to become part of a path. Raises Failure."""
    text = text_at(answer, paths) or ""
    if not re.fullmatch(regex, text):
        raise Failure(UNUSABLE, f"the server's answer has no usable {paths.partition('|')[0]}")
    return text


def require(args: Args, *names: str) -> None:
    """Raise Failure unless these options are given."""
    missing = [name for name in names if getattr(args, name) is None]
    if missing:
        options = " and ".join(f"--{name} (or SENTRY_{name.upper()})" for name in missing)
        hint = "such as --org my-org --project my-project; the web page's address has both"
        raise Failure(USAGE, f"{options} not given", hint)


# Function, description, example.
COMMANDS = {
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
        raise ValueError
    return f"{found[1].lower()}{found[3]}"


class Parser(argparse.ArgumentParser):
    """argparse for a command, or for '' where none is given, with this program's errors."""

    def __init__(self, command: str, names: list[str]) -> None:
        overview = "Read issues and events from Sentry: GET requests only, redacted.\n\ncommands:"
        for name, (_, summary, _) in COMMANDS.items():
            overview += f"\n  {name:<14}{summary}"
        _, about, example = COMMANDS.get(command, (None, overview, "list-issues --help"))
        operand = {"": "COMMAND", "list-issues": "", "event-detail": "EVENT"}.get(command, "ISSUE")
        super().__init__(
            prog=f"{os.path.basename(sys.argv[0])} {command}".strip(),
            usage=f"%(prog)s [OPTIONS] {operand}",
            description=about,
            epilog=f"example: %(prog)s {example}\n{EPILOG}",
            formatter_class=partial(argparse.RawDescriptionHelpFormatter, max_help_position=30, width=79),
            allow_abbrev=False,
        )
        self.command, self.names = command, names  # the words of the command line
        self.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
        self.add_argument("command", metavar="COMMAND", choices=COMMANDS, help=argparse.SUPPRESS)
        if command and operand:
            self.add_argument(operand.lower(), metavar=operand, help=FORMS)
        self.shared = self.add_argument_group("options before or after the command")
        add_options(self.add, command)

    def error(self, message: str) -> NoReturn:
        hint = "a value that starts with a dash is written --option=VALUE; " if "expected one arg" in message else ""
        raise Failure(USAGE, message, f"{hint}see {self.prog} --help")

    def _print_message(self, message: str, file: Any = None) -> None:  # for --help and --version
        write_result(message)

    def add(
        self, name: str, regex: str, about: str, default: Any = None, convert: Any = str, env: str = "", of: str = ""
    ) -> None:
        """Add an option of some commands (`of`; empty: of all); a flag, if its pattern is empty."""
        about += f" ({env})" if env else ""
        about += "" if default is None else f"; default {default!r}"

        def check(text: str) -> Any:
            with suppress(ValueError):
                if re.fullmatch(regex, text):
                    return convert(text)
            shown = re.sub("//.*@", "//…@", text)  # no credentials of a URL
            raise argparse.ArgumentTypeError(f"received {quoted(shown)}, expected {about}")

        value = os.environ.get(env, "").strip() or default  # an empty variable counts as unset
        self.set_defaults(**{name[2:].replace("-", "_"): value})  # which other commands read
        if of and self.command not in of.split():
            return
        if self.names.count(name) > 1:
            self.error(f"{name} is given twice")
        if of and name in self.names[: self.names.index(self.command)]:
            self.error(f"{name} belongs after the command: {self.command} {name}")
        kind: Any = {"type": check} if regex else {"action": "store_true"}
        (self if of else self.shared).add_argument(name, help=about, **kind)


def add_options(add: Callable[..., None], command: str) -> None:
    """Add the options of all commands, then a command's own."""
    split, some_of = partial(re.split, " *, *"), "({0})( *, *({0}))*".format  # a list's pattern
    fields = [*FIELDS.get(command, ["see COMMAND --help"]), *(INCLUDES if command == "event-detail" else ())]
    for name in ("org", "project"):
        add(f"--{name}", SLUG, "a slug: letters, digits, - and _", env=f"SENTRY_{name.upper()}")
    server = "http:// or https:// and a host, no credentials"
    add("--base-url", BASE_URL, server, DEFAULT_BASE_URL, base_url_type, env="SENTRY_BASE_URL")
    add("--timeout", r"(?=.*[1-9])[0-9]{1,4}(\.[0-9]{0,9})?", "seconds for an attempt, above 0, below 10000", 30, float)
    add("--user-agent", "[ -~]{1,200}", "ASCII text", f"sentry-api/{__version__}", env="SENTRY_USER_AGENT")
    add("--fields", some_of("|".join(fields)), f"some of these fields: {', '.join(fields)}", None, split)
    add("--format", "json|table", "json or, for people, table", "json")
    add("--raw", "", "Sentry's own objects, redacted")
    add("--quiet", "", "no notes on stderr; errors stay")
    add("--verbose", "", "one line per request on stderr")

    lists = "list-issues issue-events"
    environment, time_range = ("prod", "24h") if command == "list-issues" else ("", "")
    ranges = "30m (minutes), 24h, 7d, 2w, '' for any"
    add("--environment", LINE, "a name, '' for all", environment, of=f"{lists} event-detail")
    add("--time-range", "((?=.*[1-9])[0-9]{1,6}[mhdw])?", ranges, time_range, of=f"{lists} issue-detail")
    add("--query", LINE, "one line, '' for every status", "is:unresolved", of="list-issues")
    orders = "date (last seen), freq (events in the range), user (users) or new (first seen)"
    add("--sort", "date|freq|user|new", orders, "date", of="list-issues")
    add("--limit", "(?=.*[1-9])[0-9]{1,999}", f"from 1 to {MAX_LIMIT}", 20, int, of=lists)
    add("--cursor", CURSOR, "the cursor of an earlier call's note, to go on there", of=lists)
    counted = f"no environments and top_tags, which are counted over an issue's {TAG_EVENTS} newest events"
    add("--no-tags", "", counted, of="list-issues issue-detail")
    add("--include", some_of("|".join(INCLUDES)), f"some of {', '.join(INCLUDES)}", None, split, of="event-detail")
    add("--include-entries", "", "the same as --include entries", of="event-detail")


def parse(argv: list[str]) -> Args:
    """Return the arguments, checked: `time_range` in seconds (0: any), `given`: their names."""
    names = [word.partition("=")[0] for word in argv]
    command = next((name for name in names if name in COMMANDS), "")
    place = names.index(command) if command else 0
    args = Parser(command, names).parse_args(argv[place:] + argv[:place])  # argparse reads the command first
    args.given = set(names)
    args.environment = args.environment or None
    args.asked_limit, args.limit = args.limit, min(args.limit, MAX_LIMIT)
    args.time_range_text = text = args.time_range
    args.time_range = int(text[:-1]) * UNITS[text[-1]] if text else 0
    is_table = args.format == "table"
    included = [*(args.include or ()), *(["entries"] if args.include_entries else ())]
    conflicts = {
        "--raw, --fields and --format table": bool(args.raw) + bool(args.fields) + is_table > 1,
        "--format table and --include": is_table and included,
        "--raw and --include of more than entries": args.raw and {*included} - {"entries"},
        "--cursor and --sort other than date": args.cursor and args.sort != "date",
    }
    for what, is_conflict in conflicts.items():
        if is_conflict:
            raise Failure(USAGE, f"{what} can't be combined")
    args.include = [name for name in INCLUDES if name in included]
    return args


# --- Main --------------------------------------------------------------------


def main(argv: list[str] | None = None) -> int:
    """Run a command and return the exit status."""
    streams: Any = (sys.stdout, sys.stderr)
    for stream in streams:
        with suppress(AttributeError, OSError, ValueError):  # closed, not a file, or Windows
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
            os.set_blocking(stream.fileno(), True)  # Python drops what a non-blocking pipe doesn't take
    try:
        return run(sys.argv[1:] if argv is None else argv)
    except SystemExit:  # argparse after --help and --version
        return OK
    except BrokenPipeError:
        return PIPE_CLOSED
    except OSError as error:  # the network's are Failures by now
        failure = Failure(UNUSABLE, f"the output can't be written: {error.strerror or error}")
    except Failure as error:
        failure = error
    except (MemoryError, RecursionError):
        hint = "ask for less: no --raw, no entries, a lower --limit"
        failure = Failure(UNUSABLE, "the answer is too large or nested too deep", hint)
    except Exception as error:  # noqa: BLE001 a bug; its traceback could hold anything
        import traceback
        frames = traceback.extract_tb(error.__traceback__)
        line = [frame.lineno for frame in frames if frame.filename == __file__][-1]
        failure = Failure(UNUSABLE, f"internal error ({type(error).__name__}, line {line})")
    visible_hosts.extend(failure.hosts)
    say(f"error: {failure.message}")
    if failure.hint:
        say(f"hint: {failure.hint}")
    return failure.status


def run(argv: list[str]) -> int:
    """Run a command and return 0. Raises Failure, OSError, and SystemExit after --help."""
    args = parse(argv)
    visible_hosts[:] = hosts_of(args.base_url)
    token = configured_token()
    if not re.fullmatch("[!-~]+", token):
        problem = "holds spaces, control or non-ASCII characters" if token else "is not set"
        hint = f"create one with the scopes event:read, project:read and org:read on {args.base_url}{TOKEN_PAGE}, "
        hint += "then set it as an environment variable yourself; never paste it into a chat"
        raise Failure(UNAUTHORIZED, f"SENTRY_AUTH_TOKEN {problem}", hint)
    if args.base_url.startswith("http:") and not re.match(LOOPBACK, args.base_url):
        say("warning: the base URL is plain http, so the token travels unencrypted; use https")
    if os.environ.get("SENTRY_URL") and not os.environ.get("SENTRY_BASE_URL") and args.base_url == DEFAULT_BASE_URL:
        say(f"warning: SENTRY_URL is not used, only SENTRY_BASE_URL, so {DEFAULT_BASE_URL} is used")
    record, notes = COMMANDS[args.command][0](Client(args, token))
    write_result(format_answer(args, redact(select_fields(args, record), token, visible_hosts)))
    if args.asked_limit > MAX_LIMIT:
        notes.insert(0, f"--limit {args.asked_limit} is above the maximum; {MAX_LIMIT} was used")
    for note in [] if args.quiet else notes:
        say(f"note: {note}")
    return OK


def select_fields(args: Args, record: Any) -> Any:
    """Return what the options ask for of a record or a list of them."""
    if isinstance(record, list):
        return [select_fields(args, item) for item in record]
    if args.raw:
        return {key: child for key, child in record["raw"].items() if key != "entries" or args.include}
    names = (*(args.fields or FIELDS[args.command]), *args.include)
    if args.format == "table":
        names = (*names, "trend_24h", "trend_14d", "stack")
    return {name: record.get(name) for name in names}


def format_answer(args: Args, answer: Any) -> str:
    """Return a redacted answer as it is printed: for people, or as JSON, cut to size unless --raw."""
    is_list, size = isinstance(answer, list), SIZES[args.command]
    if args.format == "table":
        return format_table(answer, TABLE_FIELDS[args.command]) if is_list else format_page(answer)
    if args.raw:
        return render(answer)
    if is_list:
        return render([fit(record, size) for record in answer])
    rest = {key: child for key, child in answer.items() if key not in INCLUDES}
    cut = {**answer, **fit(rest, size)}  # entries stay whole
    included = [name for name in INCLUDES if name in answer and name != "entries"]
    for name in included:
        cut.update(fit({name: answer[name]}, INCLUDED_SIZE // len(included)))
    return render(cut)


def console_script() -> NoReturn:
    """Run as a process of its own: the sentry-api command, or this file as a script."""
    end_quietly_on_interrupt()  # for the sentry-api command, which imports this file
    os._exit(main())  # both streams are flushed; freeing every object takes up to 10 ms


if __name__ == "__main__":
    console_script()
