#!/usr/bin/env python3
"""Read-only client for Sentry's Web API, in one file with nothing to install.

    sentry_api.py list-issues  --org acme --project backend
    sentry_api.py issue-detail BACKEND-1A
    sentry_api.py issue-events 1234567890 --limit 5
    sentry_api.py event-detail 9fac2ceed9344f2bbfdd1fdacb0ed9b1

It sends GET requests only, redacts personal data and secrets in all it prints, and
prints JSON. The token comes from the environment variable SENTRY_AUTH_TOKEN.

The file reads in one direction: constants, errors, redaction, output, HTTP, shapes,
commands, parser, main. Each part knows only the parts above it.
"""

import os
import sys

if __name__ == "__main__" and sys.path[0] == os.path.dirname(os.path.realpath(__file__)):
    # As by python3 -P: no file beside this one can take the place of a module of the standard library. As a folder less
    # is searched for each of them, it saves 2 ms of 65 for a list, too.
    del sys.path[0]

import signal
from types import ModuleType, SimpleNamespace


def quiet_interrupt(*_):  # type: (Any) -> None
    """End the process without a word, with status 130: a handler of SIGINT."""
    os._exit(130)


# What argparse, urllib.request, http.client and socket import for functions that are hardly ever called here, or for
# https only.
LATE_MODULES = (
    "array calendar contextlib datetime hashlib ipaddress random selectors ssl stringprep tempfile warnings".split()
)


class LateModule(ModuleType):
    """A module of the standard library that is imported when something of it is used."""

    def __getattr__(self, name):  # type: (str) -> Any
        if sys.modules.get(self.__name__) is self:
            sys.modules.pop(self.__name__, None)  # another thread may have done it
        return getattr(__import__(self.__name__), name)


def put_off_imports():  # type: () -> None
    """Put stand-ins in the place of modules that are hardly ever used, which saves a tenth of a list's time."""
    for name in LATE_MODULES:
        sys.modules.setdefault(name, LateModule(name))
    # The base class of answers to file: and ftp:, which are never asked for, is all that is used at import.
    sys.modules["tempfile"].__dict__.setdefault("_TemporaryFileWrapper", object)


if __name__ == "__main__":
    # What would change the program that imports this file is done for the script only.
    signal.signal(signal.SIGINT, quiet_interrupt)  # before the slower imports, so that it holds at any moment
    import gc

    gc.disable()  # nothing here lives long enough to be worth collecting: 2 % less time
    # argparse has gettext look for translations of its texts, which don't exist, in 60 places: 3 ms of 45 for --help.
    no_gettext = SimpleNamespace(gettext=str, ngettext=lambda one, *_: one)  # type: Any
    sys.modules["gettext"] = no_gettext
    put_off_imports()

import argparse
import re
import time
from collections import Counter
from functools import cache, lru_cache, partial
from itertools import chain, filterfalse, repeat

# Types are for the checker only. They stand in comments (PEP 484), because annotations, even if quoted, take 4 % of
# every start; importing typing would take 7 ms of 45 for --help.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator  # noqa: F401 ruff doesn't read those comments
    from typing import Any, NoReturn  # noqa: F401

    Args = argparse.Namespace
    Object = dict[str, Any]  # of JSON
    Answer = tuple[Any, Any, list[str]]  # Sentry's object or list of them, its record or list of them, notes

__version__ = "1.0.0"

# --- Constants ---------------------------------------------------------------

# Exit statuses (README.md and SKILL.md tell callers what to do on each).
OK, UNUSABLE, USAGE, UNAUTHORIZED, NOT_FOUND, RATE_LIMITED, NETWORK = range(7)
PIPE_CLOSED = 141  # 130 is quiet_interrupt()'s

# Endpoints, below the base URL. Sentry wants the trailing slash. Nothing in them needs percent-encoding: slugs and IDs
# have been checked.
PROJECT_ISSUES = "/api/0/projects/{args.org}/{args.project}/issues/"
PROJECT_EVENT = "/api/0/projects/{args.org}/{args.project}/events/{event}/"
ISSUE = "/api/0/issues/{issue}/"
ORG_ISSUE = "/api/0/organizations/{args.org}/issues/{issue}/"
EVENTS = "events/"  # below either issue endpoint

# An issue's numeric ID, its short ID (project slug and a base 32 number), an event's ID.
ISSUE_ID = r"[0-9]{1,20}"
SHORT_ID = r"[A-Za-z0-9_][A-Za-z0-9_-]{0,80}-[A-Za-z0-9]{1,14}"
EVENT_ID = r"[0-9A-Fa-f]{32}|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"

DEFAULT_BASE_URL = "https://sentry.io"
DEFAULT_ENVIRONMENT = "prod"
DEFAULT_TIME_RANGE = "24h"
DEFAULT_QUERY = "is:unresolved"
DEFAULT_LIMIT = 20
MAX_LIMIT = 50
DEFAULT_TIMEOUT = 30  # seconds
UNITS = {"m": 60, "h": 3600, "d": 86400, "w": 604800}  # of --time-range, in seconds
TOKEN_PAGE = "/settings/account/api/auth-tokens/"

RETRY_PAUSE = 1.0  # seconds before the second and last attempt
MAX_PAUSE = 30.0  # a server that asks for a longer one gets none
LIMITED_SPACING = 0.25  # seconds between requests after a 429; Sentry allows 5 a second
MAX_REDIRECTS = 3
MAX_PAGES = 20
MAX_BODY = 64 * 1024 * 1024  # bytes, unpacked
MAX_TAG_BODY = 8 * 1024 * 1024  # bytes of an answer from which tags are counted; many are read at a time
MAX_VALUES = 3_000_000  # values in an answer, about; 20 MB of an event have 850,000
MAX_PAGE = 1000  # items of a page that are looked at; 100 are asked for at most
CHUNK = 64 * 1024
MAX_REASON = 300  # characters of a server's explanation that are worth showing
MAX_REASON_BODY = 64 * 1024  # bytes of an error's answer in which such an explanation is looked for
MAX_LINE = 2000  # characters of a line on stderr

TAG_EVENTS = 10  # newest events that an issue's environments and tags are counted from
TAG_WORKERS = 8
TAG_PATIENCE = 8  # requests that fail before the rest is not tried
TOP_TAGS = 5
REPEATED_TAGS = {"environment", "level", "user"}  # records have fields of their own for these
TELLING_TAGS = "release transaction url browser os device runtime server_name".split()
PROBE_ISSUES = 5  # issues looked at to say which environment would have had results

# Characters of JSON that a record may take, so that 20 issues stay below 16,000 and
# an answer survives the cut that agents' harnesses make. Listed events have tags, 16 on ordinary ones.
SIZES = {"list-issues": 790, "issue-detail": 5800, "issue-events": 1200, "event-detail": 7800}
# Longest text and longest list of a record, tried in turn until the record fits.
FITS = {400: 40, 200: 20, 120: 12, 80: 8, 50: 6, 30: 5, 16: 3, 6: 1, 1: 0}
IDENTIFIERS = frozenset(  # and times, which may be longer than other texts
    "id short_id url issue_id previous_id next_id first_seen last_seen timestamp".split()
)

# --- Errors ------------------------------------------------------------------


class Failure(Exception):
    """What ends the run with a status other than 0, said in one line.

    `pause` is how many seconds to wait before trying once more, or None where that is no use; `hosts` are IP addresses
    that the message may show as hosts of URLs.
    """

    def __init__(self, status, message, hint="", pause=None, hosts=()):
        # type: (int, str, str, float | None, Iterable[str]) -> None
        super().__init__(message)
        self.status = status
        self.message = message
        self.hint = hint
        self.pause = pause
        self.hosts = hosts


# --- Redaction ---------------------------------------------------------------
#
# A Redactor is the only filter, and all output goes through one. Every pattern runs in linear time: it
# starts only where a run of its characters starts, or its repeats are bounded. Patterns are plain
# strings, compiled at their first use: a run that needs none of them (--help) compiles none. Cheap
# tests stand in front of the patterns, because most texts need none of them.

EMAIL_MASK = "[REDACTED_EMAIL]"
IP_MASK = "[REDACTED_IP]"
SECRET_MASK = "[REDACTED]"
STACK_MARK = "[%d stack trace line%s removed]"

# What a key says of its value. Lists hand theirs to their elements; for objects see value_kind().
PLAIN = ""
SECRET = "secret"
VAULT = "vault"  # an object or list that holds nothing but secrets
COOKIES = "cookies"  # names and values of cookies
ADDRESS = "address"  # no number in here is a version
VERSION = "version"  # no dotted number in here is an address
PACKAGES = "packages"  # names and versions
USER = "user"  # an end user: Sentry's user interface, user tag and user report
PERSON = "person"  # an end user's name
MAIL = "mail"  # an end user's email
TEAM = "team"  # members of the organization: names stay, emails go

# Words of a key, after splitting snake_case, camelCase and kebab-case; and pairs of them.
SECRET_WORDS = frozenset(
    "password passwords passwd passphrase passcode pwd secret secrets token credential credentials "
    "authorization jwt bearer csrf xsrf otp totp apikey accesskey secretkey privatekey authkey signingkey "
    "authtoken accesstoken refreshtoken idtoken csrftoken xsrftoken sessiontoken clientsecret "
    "sessionid sessid sid phpsessid jsessionid aspsessionid aspxauth csrfmiddlewaretoken apitoken apisecret usertoken "
    "bearertoken jwttoken webhooksecret secretaccesskey sessionkey appsecret "
    "api_key access_key private_key signing_key encryption_key auth_key master_key account_key session_key "
    "service_key app_key ssh_key subscription_key functions_key stripe_key admin_key license_key session_id pass_word "
    "pass_phrase amz_signature goog_signature hub_signature oauth_signature access_signature hmac_signature "
    "stripe_signature".split()
)
SECRET_ENDS = frozenset("pass auth session sig tokens".split())  # only as a key's last word
TOKEN_COUNTS = frozenset("max min total num n prompt completion input output used remaining reasoning".split())
PUBLIC_WORDS = {"public", "publishable"}  # a DSN's public key, .NET's PublicKeyToken
# Last words that turn a secret's key into one about the secret: token_count, password_reset_url.
ABOUT_WORDS = frozenset(
    "count counts type types length len limit size name names field fields url uri endpoint path policy "
    "expiry expires expired expiration ttl age lifetime status state error errors method mode provider "
    "scheme required valid invalid present enabled disabled usage index position budget version at in "
    "issued created updated rotated changed kind format strength hint prompt reset attempts attempt failures "
    "window manager service backend class handler middleware module file location host domain header "
    "algorithm alg issuer scope scopes audience".split()
)
VAULT_WORDS = frozenset("secrets secret tokens token credentials credential passwords".split())
COOKIE_WORDS = {"cookie", "cookies"}
ADDRESS_WORDS = frozenset("ip ips ipv4 ipv6 addr ipaddr ipaddress address addresses forwarded remote peer".split())
VERSION_WORDS = frozenset(
    "version versions ver release releases build sdk browser os runtime firmware driver kernel dist".split()
)
PACKAGE_WORDS = {"packages", "modules"}
LABEL_WORDS = frozenset("name number id info string tag code label description value raw range".split())
PLACE_WORDS = frozenset("host server url uri message".split())  # build_host and release_url hold no version
USER_KEYS = frozenset("user userreport user_report sentry:user".split())
USER_FIELDS = {
    **dict.fromkeys(
        "name username display_name displayname full_name fullname first_name last_name firstname lastname".split(),
        PERSON,
    ),
    "ip_address": ADDRESS,
    "ipaddress": ADDRESS,
    "email": MAIL,
}
TEAM_KEYS = frozenset(
    "activity seenby participants assignedto assigned_to assignee statusdetails actor owner owners authors author "
    "committer lastcommit firstrelease lastrelease release subscriptiondetails reviewers".split()
)

PROSE = r"[A-Z]?[a-z']+(?: [a-z0-9']+){2,}[.!]?"
# Values that stay under a secret's key: nothing, what a scrubber left, and templates such as
# ?token={token}, $TOKEN, <token>, %(token)s.
HARMLESS_SECRET = r"""(?ix)(?:[\\'"`\s]|%7B|%5B)* (?:(?:bearer|basic|token)\s+)? (?:
    none|null|nil|undefined|true|false|include|omit|same-origin
    | \[?(?:filtered|redacted\w*|removed|hidden|masked)\]? | [*x.\u2022\u2026-]{3,} | <[a-z\s:_-]{1,40}>
    | :[a-z_]{1,40} | \$?\{{1,2}[\w\s.:-]{0,40}\}{1,2}
    | \$(?-i:[A-Z_][A-Z0-9_]{0,40}|[a-z_]{1,40}) | \$\(\w{1,40}\) | %\(\w{1,40}\)s | %s | \?
    | \u2026 | (?<=%7B)\w{1,40} | \$\d{1,3} | @_*p(?:_?\d)+ | @__\w{1,40}_\d+ )? (?:[\\'"`\s]|%7D|%5D)*"""


def is_harmless(value):  # type: (str) -> bool
    """Tell whether what stands in a secret's place is none."""
    return len(value) <= 200 and re.fullmatch(HARMLESS_SECRET, value) is not None


compiled = cache(re.compile)  # the cache inside re takes 0.6 µs a look-up


@lru_cache(maxsize=4096)
def key_words(key):  # type: (str) -> tuple[str, ...]
    """Split a key or header name into lower-case words: 'X-apiKey' gives x, api, key. There is at least one."""
    return tuple(map(str.lower, re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", key[:200]))) or ("",)


def is_secret_key(key):  # type: (str) -> bool
    """Tell whether a key names a secret, by whole words: 'keyboard' and 'author' don't."""
    words = key_words(key)
    last = words[-1]
    if (
        last in ABOUT_WORDS
        or not PUBLIC_WORDS.isdisjoint(words)
        or last == "tokens"
        and not TOKEN_COUNTS.isdisjoint(words)
    ):
        return False
    known = {*words, *map("_".join, zip(words, words[1:]))}
    return last in SECRET_ENDS or last.endswith(("password", "passwd")) or not SECRET_WORDS.isdisjoint(known)


@lru_cache(maxsize=8192)
def value_kind(parent, key):  # type: (str, str) -> str
    """Tell what kind of value a key holds inside a container of kind `parent`."""
    words, lower = key_words(key), key.lower()
    last = words[-1]
    if last in COOKIE_WORDS:
        return COOKIES
    if is_secret_key(key) or parent in (SECRET, VAULT) and last not in ABOUT_WORDS:
        return VAULT if last in VAULT_WORDS or parent == VAULT else SECRET
    field = lower[5:] if lower.startswith("user.") else lower if parent == USER else ""
    if field in USER_FIELDS or parent in (PERSON, MAIL):
        return USER_FIELDS.get(field, parent)
    if parent != TEAM and last not in PLACE_WORDS:
        if lower in USER_KEYS or parent == USER and lower == "data":
            return USER
        if not ADDRESS_WORDS.isdisjoint(words):
            return ADDRESS
    if last in PACKAGE_WORDS or parent == PACKAGES:
        return PACKAGES
    if last in VERSION_WORDS or last in LABEL_WORDS and (parent == VERSION or not VERSION_WORDS.isdisjoint(words)):
        return VERSION
    if lower in TEAM_KEYS or parent == TEAM:
        return TEAM
    return COOKIES if parent == COOKIES and last not in PLACE_WORDS else PLAIN


MASKS = {EMAIL_MASK, IP_MASK, SECRET_MASK}
WHOLE_MASKS = {SECRET: SECRET_MASK, VAULT: SECRET_MASK, PERSON: SECRET_MASK, MAIL: EMAIL_MASK}
KEPT_HOST = "\ue000{}\ue001"  # stands for a host that is kept; private use, so no server writes it
USER_NAME = r'^((?:user\.)?(?:user)?name:"?)(?!\[REDACTED)[^"]+'  # in a user tag

LINE_WIDTH = 100  # characters; a list or object that fits stays on one line
MAX_INDENT = 40  # levels; deeper ones are written without line breaks
LONG_PIECE = 50_000  # characters
MAX_TEXTS = 500  # members, containers among them, that are joined at once
MAX_REMEMBERED = 500  # characters; longer strings seldom repeat

# Characters that a terminal or a reader would act on instead of showing them: controls, marks and
# overrides of direction (Unicode TR9), line separators, invisible tags, and lone surrogates.
INVISIBLE = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u206f\u2800\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff9-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e01ef"
)
JOINERS = "[\u200c\u200d\ufe0e\ufe0f]"  # stay, two at most, in emoji and scripts that need them
UNSAFE = (
    f"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\ud800-\udfff{INVISIBLE}]"
    f"|(?<![^\x00-\x7f]){JOINERS}+|{JOINERS}{{3,}}"
)
HIDDEN = f"[{INVISIBLE}{JOINERS[1:]}"


def escape(text):  # type: (str) -> str
    r"""Escape characters that must not reach a terminal as JSON does, such as \u001b."""
    if text.isascii() and text.isprintable():
        return text
    import json

    return re.sub(UNSAFE, lambda found: json.dumps(found.group())[1:-1], text)


def redact(value, token="", hosts=()):  # type: (Any, str, Iterable[str]) -> Any
    """Return a copy of a JSON value without emails, IP addresses, secrets, end users' names or stack traces.

    Objects and lists are walked and their types kept; strings inside them, and keys, are
    replaced where needed. `token`, if it has six characters or more, is masked wherever it stands,
    percent-encoded too; IP addresses in `hosts` are left where they are the host of a URL. Redacting
    twice changes nothing.
    """
    return Redactor(token, hosts).copy(value)


class Memo(dict["Any", "Any"]):
    """A function's answers by its last argument, made when they are first asked for."""

    def __init__(self, function, *first):  # type: (Callable[..., Any], *Any) -> None
        self.function = partial(function, *first)

    def __missing__(self, argument):  # type: (Any) -> Any
        answer = self.function(argument)
        if len(argument) <= MAX_REMEMBERED:
            self[argument] = answer
        return answer


class Redactor:
    """Redacts values and writes them as JSON in the same walk, which takes half the time of two walks.

    What becomes of a string or a key is remembered by the kind of value it is, because they repeat.
    """

    def __init__(self, token, hosts, indented=False):  # type: (str, Iterable[str], bool) -> None
        self.token = token if len(token) >= 6 else ""  # a shorter one could be part of ordinary words
        self.hosts = sorted(hosts)
        self.indented = indented
        self.comma, self.colon = (", ", ": ") if indented else (",", ":")
        # By kind, then by text: self.texts[kind][text] is self.text(kind, text).
        self.texts = Memo(Memo, self.text)
        self.strings = Memo(Memo, self.string)
        self.names = Memo(Memo, self.name)
        self.scalars = Memo(scalar)
        self.changed = {}  # type: dict[str, str]  # keys that are printed otherwise
        self.labels = {}  # type: dict[str, str]  # and what they are in a copy, by their JSON

    def copy(self, value, kind=PLAIN):  # type: (Any, str) -> Any
        """Return a redacted copy of a value."""
        out = []  # type: list[Any]
        # Instead of recursion: JSON can be nested deeper than Python's stack.
        work = [([value], out, kind, True)]  # type: list[Any]
        while work:
            source, copy, kind, in_list = work.pop()
            is_list = isinstance(source, list)
            children = source if is_list else source.values()
            for key, child, (name, child_kind) in zip(source, children, self.places(source, kind, in_list)):
                if isinstance(child, str):
                    new = self.texts[child_kind][child]
                elif isinstance(child, (dict, list)):
                    new = type(child)()
                    work.append((child, new, child_kind, is_list))
                else:
                    new = child
                if is_list:
                    copy.append(new)
                else:
                    copy[self.labels.get(name, key)] = new
        return out[0]

    def write(self, value):  # type: (Any) -> list[str]
        """Return the JSON of an object or list, redacted, in pieces. Raises Failure for what is nested too deep."""
        try:
            written = self.walk(value, PLAIN, 0, True)
        except RecursionError:
            raise Failure(UNUSABLE, "the answer is nested too deep", "leave out --raw and --include-entries") from None
        return [written] if isinstance(written, str) else written

    def walk(self, source, kind, depth, in_list):  # type: (Any, str, int, bool) -> str | list[str]
        """Return a container's JSON; in pieces where it is long, because one string of it all took twice the memory."""
        is_list = isinstance(source, list)
        if is_list and len(source) == 2 and type(source[0]) is int and type(source[1]) is str:
            # A number and a line of code: the most frequent list of large events. This takes a fifth of their time off.
            return f"[{source[0]}{self.comma}{self.strings[kind][source[1]]}]"
        pad = "\n" + "  " * depth if self.indented and depth < MAX_INDENT else ""
        inner = pad and pad + "  "
        comma, strings = "," + inner, self.strings
        opening, closing = "[]" if is_list else "{}"
        start, pieces, texts = opening + inner, [], []
        places = self.places(source, kind, in_list)
        for (name, child_kind), child in zip(places, source if is_list else source.values()):
            if type(child) is str:
                texts.append(name + strings[child_kind][child])
            elif type(child) is int:
                texts.append(f"{name}{child}")
            elif not child or not isinstance(child, (dict, list)):
                texts.append(name + self.scalars[repr(child)])
            else:
                part = self.walk(child, child_kind, depth + 1, is_list)
                if isinstance(part, str):
                    texts.append(name + part)
                    part = []
                else:
                    texts.append(name)
                if part or len(texts) > MAX_TEXTS:
                    pieces += [start + comma.join(texts), *part]
                    start, texts = "", [""]
        line = self.comma.join(texts)
        if start and len(pad) + len(line) < LINE_WIDTH:
            return opening + line + closing
        whole = start + comma.join(texts) + pad + closing
        return [*pieces, whole] if pieces or len(whole) > LONG_PIECE else whole

    def places(self, source, kind, in_list):  # type: (Any, str, bool) -> Iterable[tuple[str, str]]
        """Return for each element of a list "" and its kind, for each member of an object what name() does.

        In a list of lists, [name, value] is a header or a cookie.
        """
        if isinstance(source, dict):
            return self.members(source, kind)
        if not source or not isinstance(source[0], str):
            return repeat(("", kind))
        places = [("", kind)] * len(source)
        if in_list and len(source) == 2 and kind not in (SECRET, VAULT) and re.fullmatch("[^ ]{0,99}", source[0]):
            return [("", PLAIN), ("", value_kind(COOKIES if kind == COOKIES else PLAIN, source[0]))]
        for index, child in enumerate(source):
            if not isinstance(child, str):
                continue
            if kind in (SECRET, VAULT) and re.fullmatch(PROSE, child):  # {"password": ["This field is required."]}
                places[index] = ("", PLAIN)
            if kind == PLAIN and child.startswith("--") and "=" not in child and is_secret_key(child):
                places[index + 1 : index + 2] = [("", SECRET)]  # sys.argv: --password hunter2
        return places

    def string(self, kind, text):  # type: (str, str) -> str
        """Return a string as JSON, redacted."""
        return quote(self.text(kind, text))

    def name(self, kind, key, label=""):  # type: (str, str, str) -> tuple[str, str]
        """Return a key as JSON, redacted or as a label, with its colon; and its value's kind."""
        new = self.text(PLAIN, key)
        name = quote(label or new) + self.colon
        if new != key:
            self.changed[key], self.labels[name] = new, label or new
        return name, value_kind(kind, key)

    def members(self, source, kind):  # type: (Object, str) -> list[tuple[str, str]]
        """Return an object's keys as name() does."""
        places = list(map(self.names[kind].__getitem__, source))  # type: list[Any]
        tag = source.get("key", source.get("name")) if "value" in source else None
        if isinstance(tag, str):  # {"key": …, "value": …}, or name and value
            tag_kind = value_kind(PLAIN, tag)
            for index, key in enumerate(source):
                if key in ("value", "query") or key == "name" and tag_kind == USER:
                    places[index] = (places[index][0], tag_kind)
        if self.changed and not self.changed.keys().isdisjoint(source):  # two keys must not become one
            taken, counts = set(source), Counter[str]()
            for index, key in enumerate(source):
                if key in self.changed:
                    label = new = self.changed[key]
                    while label in taken:
                        counts[new] += 1
                        label = f"{new} ({counts[new] + 1})"
                    taken.add(label)
                    places[index] = self.name(kind, key, label)
        return places

    def text(self, kind, text):  # type: (str, str) -> str
        """Redact a string."""
        if kind in WHOLE_MASKS and not is_harmless(text):
            return text if text in MASKS else WHOLE_MASKS[kind]
        if kind == COOKIES:
            text = mask_cookies(text)
        elif kind == USER:
            text = re.sub(USER_NAME, r"\1" + SECRET_MASK, text)
        if text[:1] in "{[" and text[-1:] in "}]":
            nested = self.nested_json(text, kind)
            if nested is not None:
                return nested
        if not text.isascii():
            seen = re.sub(HIDDEN, "", text)
            if seen != text and (new := self.text(kind, seen)) != seen:
                return new
        hosts = list(enumerate(self.hosts)) if "://" in text and KEPT_HOST[0] not in text else []
        for index, host in hosts:
            text = re.sub(rf"(?<=://){re.escape(host)}(?![\w.-])", KEPT_HOST.format(index), text)
        if self.token and (self.token.lower() in text.lower() or "%" in text):
            text = re.sub(token_pattern(self.token), SECRET_MASK, text)
        for rule in RULES[text.encode("utf-8", "surrogatepass").translate(NO_DIGITS)]:
            text = rule(text, kind) if rule is mask_ipv4 else rule(text)
        for index, host in hosts:
            text = text.replace(KEPT_HOST.format(index), host)
        return text

    def nested_json(self, text, kind):  # type: (str, str) -> str | None
        """Redact JSON inside a string by its structure; None if it isn't JSON, or a key repeats in an object."""
        import json

        spaced = '": ' in text or '", ' in text
        try:
            value = json.loads(text, object_pairs_hook=_unique_keys)
            new = Redactor(self.token, self.hosts).copy(value, kind)
            if new == value:
                return text
            return json.dumps(new, ensure_ascii=text.isascii(), separators=(", ", ": ") if spaced else (",", ":"))
        except (ValueError, RecursionError):
            return None


def _unique_keys(pairs):  # type: (list[tuple[str, Any]]) -> Object
    """Refuse objects with repeated keys: what a parser drops from them would escape the filter."""
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("repeated key")
    return value


def quote(text):  # type: (str) -> str
    """Return a string's JSON, without characters that a terminal would act on."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    from json.encoder import encode_basestring

    return escape(encode_basestring(text))


def scalar(text):  # type: (str) -> str
    """Return the JSON of a number, boolean, None or empty container from its repr()."""
    if text.endswith("inf"):
        raise Failure(UNUSABLE, "the answer holds a number that is too large for JSON")
    return {"None": "null", "True": "true", "False": "false"}.get(text, text)


PLAIN_COOKIE = r"\s*(?:[A-Za-z]{1,12}(?:[-_][A-Za-z]{1,8})?|\d{1,4})\s*"  # a language, a theme, a small number
COOKIE_ATTRIBUTES = frozenset("path domain expires max-age samesite version priority".split())


def mask_cookies(text):  # type: (str) -> str
    """Mask the values of a Cookie header: name=value, separated by semicolons, or the only value."""
    parts = text.split(";")
    return ";".join(map(partial(_mask_cookie, len(parts) == 1), parts))


def _mask_cookie(alone, part):  # type: (bool, str) -> str
    name, sign, value = part.partition("=")
    if not sign:
        name, value = ("", part) if alone else (part, "")
    known = name.strip()
    plain = re.fullmatch(PLAIN_COOKIE, value) and not is_secret_key(known)
    kept = not value or (sign and not name) or plain or known.lower() in COOKIE_ATTRIBUTES or is_harmless(value)
    return part if kept else name + sign + SECRET_MASK


# Gravatar's addresses end in a hash of the email (MD5 or SHA-256).
GRAVATAR = r"(?i)(avatar[\w.:/\\%?=&-]{0,60}?(?:[^0-9a-z]|%2f))[0-9a-f]{32}(?:[0-9a-f]{32})?(?![0-9a-f])"
mask_gravatar = partial(re.sub, GRAVATAR, r"\1" + SECRET_MASK)


def rules_for(shape):  # type: (bytes) -> list[Callable[..., str]]
    """Return the rules that could act on texts of a shape: their UTF-8 with 0 for each digit.

    The order matters: credentials before emails, IPv6 before IPv4.
    """
    text = shape.decode("utf-8", "surrogatepass")
    lower = text.lower()
    rules = []  # type: list[Any]
    at_sign, percent = "@" in text, "%" in text
    escaped = percent or "\\" in text
    # But <Cart object at 0x7f…> is no frame; not to try it saves 4 % of the time for 1 MB of variables.
    at_place = " at " in text and " at " in text.replace(" at 0x", "") or "\tat " in text
    if "\n" in text or "\\n" in text or at_place or ", line " in text or "#0 " in text or "@http" in text:
        rules += [cut_stack_traces]
    if at_sign and ("/" in text or percent):
        rules += [mask_url_passwords]
    few = len(RULES) < FEW_SHAPES
    if any(map(text.__contains__, TOKEN_HINTS)) if few else compiled(TOKEN_HINT).search(text):
        rules += [mask_tokens]
    if any(map(lower.__contains__, SECRET_SIGNS)) if few else compiled(SECRET_HINT).search(lower):
        # Not from where the pattern matched: another of these words, which it passes over, may name a secret before it.
        first = min(place for place in map(lower.find, SECRET_SIGNS) if place >= 0)
        if escaped or compiled(VALUE_SIGN).search(lower, first) or compiled(FLAG).search(lower):
            rules += [mask_assignments]
        if compiled(CREDENTIALS_HINT).search(lower):
            rules += [mask_credentials]
    # In a shape %40, an at-sign, is %00; %3A, a colon, is %0A; %2E, a dot, is %0E. So with \u0040 and the like.
    if at_sign or (escaped and "00" in text) or "&" in text or "\uff20" in text or "\ufe6b" in text:
        rules += [mask_emails]
    # RFC 4291: ::, seven colons, or six and an IPv4 address
    if "::" in text or (escaped and "0a" in lower) or text.count(":") > 5 and re.search(r"(?:\w{1,4}:){6}", text):
        rules += [mask_ipv6]
    # In the shape 0.0.0.0 there are two of 0.0, if its digits are ASCII. Asking for them takes 2 % off 1 MB of code.
    dotted = text.count("0.0") > 1 if text.isascii() else text.count(".") > 2
    if dotted or (escaped and "0e" in lower):
        rules += [mask_ipv4]
    if "avatar" in text:
        rules += [mask_gravatar]
    return rules


# Texts that differ in their digits only, which are many (IDs, times, counters), need the same rules. Asking once for
# all of them saves 8 ms of 55 for 1 MB.
NO_DIGITS = bytes.maketrans(b"123456789", b"000000000")
# Until there are so many shapes, words are looked for one by one: compiling patterns of them takes 1 ms, but they are
# twice as fast, which saves a sixth of the time for 1 MB of lines that are all different.
FEW_SHAPES = 300
RULES = Memo(rules_for)


@lru_cache(maxsize=8)
def token_pattern(token):  # type: (str) -> str
    """Return a pattern for a token in which characters may be percent-encoded (RFC 3986, 2.1)."""
    return "(?i)" + "".join(f"(?:{re.escape(c)}|%(?:25)*{ord(c):02x})" for c in token)


# Secrets in text: tokens known by their shape, credentials, and values after a secret's name.

# What stands behind an escape (%3D, \n, \u0022) starts anew, although the escape ends in a letter or digit.
AFTER_ESCAPE = r"(?<=%\w\w)|(?<=\\[nrt])|(?<=\\u\w\w\w\w)|(?<=\\x\w\w)"

# Beginnings of tokens, as GitHub, GitLab, AWS, Slack, Stripe, npm, PyPI, Google, SendGrid, OpenAI, Anthropic,
# Hugging Face, DigitalOcean, Vault, Shopify, Docker, Linear, Grafana, Atlassian and Sentry document them; the part
# behind is read to the end of its run.
# Then JWTs (RFC 7519: three base64url parts, the first of which is a JSON object), PEM private keys
# (RFC 7468), to the end of the text where the end line is missing, and Slack's web hooks.
TOKENS = (
    r"(?:(?<![A-Za-z0-9])|" + AFTER_ESCAPE + ")"
    r"(?:sntry[usia]_[\w=+/.-]{10,}|gh[oprsu]_[A-Za-z0-9]{20,}|github_pat_\w{20,}"
    r"|gl(?:pat|dt|rt|cbt|ptt|ft|soat|imt|agent|oas)-[\w.-]{16,}|(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])"
    r"|xox[a-z]-[\w-]{8,}|xapp-[\w-]{8,}|(?:sk|rk|pk)_(?:live|test)_\w{8,}|whsec_\w{16,}|npm_[A-Za-z0-9]{30,}"
    r"|pypi-[\w-]{40,}|AIza[\w-]{35}|SG\.[\w-]{16,}\.[\w-]{16,}|sk-(?:proj-|ant-)?[\w-]{20,}|hf_[A-Za-z0-9]{30,}"
    r"|dop_v1_[0-9a-f]{40,}|ya29\.[\w-]{20,}|hv[sb]\.[\w-]{20,}|shp(?:at|ss|ca|pa)_[0-9a-f]{32}|dckr_pat_[\w-]{20,}"
    r"|GOCSPX-[\w-]{20,}|lin_api_\w{30,}|glsa_\w{30,}|GR1348941[\w-]{15,}|ATATT3[\w=-]{20,}"
    r"|(?<![_-])eyJ[A-Za-z0-9_-]{5,}\.(?:[A-Za-z0-9_-]+|(?=\.))(?:\.[A-Za-z0-9_-]*)*)"
    r"|-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?s:.*?)(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,20}-----|\Z)"
    r"|(?<=hooks\.slack\.com/)[\w/-]+"
)
mask_tokens = partial(re.sub, TOKENS, SECRET_MASK)
# Hints, here and below: without one of these the patterns are not tried. They are looked for in the shapes of texts,
# where each digit is a 0.
TOKEN_LINES = """\
sntry sk- shpat_ shpss_ shpca_ shppa_
gho_ ghp_ ghr_ ghs_ ghu_ github_pat_ glpat- gldt- glrt- glcbt- glptt- glft- glsoat- glimt- glagent- gloas- glsa_
AKIA ASIA ABIA ACCA AIza ATATT0
xox xapp-
k_live_ k_test_
whsec_
npm_
pypi-
SG.
hf_ hvs. hvb. hooks.slack.com/
dop_v0_ dckr_pat_
ya00.
GOCSPX- GR0000000
lin_api_
eyJ
-----BEGIN
""".splitlines()
TOKEN_HINTS = " ".join(TOKEN_LINES).split()
# xox and xapp- become x(?:ox|app-): looked for by initials, they take half the time (3 % of that for 1 MB of code).
TOKEN_HINT = "|".join(line[0] + "(?:" + line[1:].replace(" " + line[0], "|") + ")" for line in TOKEN_LINES)
TOKEN_HINT = TOKEN_HINT.replace(".", r"\.")

# The password in scheme://user:password@host. A number with a path is a port; a slash is part of a password
# where a host follows.
URL_PASSWORD = (
    r"(:(?://|%2[fF]%2[fF]|\\/\\/)[^\s/:\"'<>\\]{0,200}(?::|%3[aA]))(?!\d{1,5}[/?#])"
    r"([^\s/\"'<>\\]{1,300}|[^\s\"'<>\\]{1,300}(?=@[\w.\[-]))(?=@)"
)
# What follows Bearer, Basic, Token, Negotiate or ApiKey, except prose (which doesn't look like base64) and
# challenges: Bearer realm="api".
CREDENTIALS = (
    r"(?<![\w-])((?i:bearer|basic|(token|negotiate|apikey))(?:\s+|%20|\+))(?(2)(?=[A-Za-z._~+/=-]{0,99}\d)(?=\S{16}))"
    r"(?:(?![A-Za-z/-]+\.?(?![\w.~+/=-]))|(?=[A-Za-z]{21})"
    r"|(?=(?:[A-Za-z]{4}){3,5}(?![A-Za-z]))(?=[A-Za-z]*?[a-z][A-Z]+[a-z]))"
    r"(?![\w.~+/-]{1,99}=+[\w.~+/-])[A-Za-z0-9._~+/=-]{8,}"
)
mask_credentials = partial(re.sub, CREDENTIALS, r"\1" + SECRET_MASK)

CREDENTIALS_HINT = r"(?:bearer|basic|token|negotiate|apikey)(?:\s+|%00|\+)\S{8}"  # digits are zeros in it

# One of these is part of each secret's name; and what may not follow, because common words that hold no secret's name
# are not worth trying: KeyError, duplicate key value, Key (id)=, /signup, author. But api_key ("value") is.
SURE_SIGNS = "pass pwd secret token credential jwt bearer csrf xsrf otp cookie sess basic signature negotiate"
SECRET_SIGNS = (SURE_SIGNS + " auth sid sig key").split()
SECRET_HINT = SURE_SIGNS.replace(" ", "|") + (
    r"|auth(?!or[^i])|sid(?![a-z])|sig(?![a-z])|key(?:(?<=[a-z0_-]key)|(?!error| value| \((?![\"'])))"
)
# One of these stands behind a secret's name; or the name is a flag: --password hunter2.
VALUE_SIGN = r"[=:&\"'`>]"
FLAG = r"(?<![\w.])-"
# A name is read from the start of its run of characters, so that no run is read twice.
NAME = (
    r"(?:(?<![\w.$%\\-])|(?<=\$)|" + AFTER_ESCAPE + r")(?:--?(?:D(?=[a-z]))?)?"
    r"(?P<key>(?:[A-Za-z]{3,12} (?=[Kk][Ee][Yy]\b))?\.?\w[\w.$-]*)"
)
# What can stand between a name and its value starts like this. Where it does not, the large pattern below, which takes
# 4 ms to compile, is not needed.
VALUE_HINT = r"[\]\s\[(]{0,6}[burf]?[=:%\\&\"'`]|\s?[^<>\n]{0,100}>"
# The parts of ASSIGNMENT, below; (?(spaced)…), (?P=mark) and their like ask for groups that it sets.
QUOTE_MARK = r"(?:[\"'`]|%(?:25)*2[27]|&(?:quot|apos|#34|#39|#x27);|\\u002[27])"
EQUALS = r"(?:=>|:=|==|=(?!=)|:(?![:=])|%(?:25)*3[dDaA]|\\u003[dD]|&#61;)"
CLOSED = r"(?<!\\)(?P=escapes)(?P=mark)"  # by the quote that opened the value, with as many backslashes
QUOTED = (
    r"(?(unsure)(?<=[\"'`;])(?!\[REDACTED)(?=[\"']?[^\s\"'`]*\d)(?=[\"']?[^\s\"'`]*[A-Za-z])"
    r"[\"']?[^\s\"'`]+[\"']?(?=" + CLOSED + r"(?(row)(?(pair)|[)\]]))|\Z)"
    r"|(?!" + CLOSED + r")(?(list)(?!" + PROSE + CLOSED + "))"  # {'password': ['This field is required.']}
    r"(?(doubted)(?![^\W\d_]+" + CLOSED + r"))(?s:.+?)(?=" + CLOSED + r"|\Z))"
)  # fmt: skip
HEADER = (  # to the end of the line, or of the quotes
    r"(?(spaced)(?=[^\r\n\"']{0,80}?(?:[=\d]|[Bb]earer |[Bb]asic )))"
    r"(?:(?!\\{1,8}[nr]|(?(within)\\{0,8}[\"']|(?!)))[^\r\n])+"
)
UNQUOTED = (
    r"(?:(?:[Bb]earer|[Bb]asic|[Tt]oken)(?:\s|%20|\+)+"
    r"|(?!%[s(]|\$[{(]|(?(spaced)[\w.:/@-]+|[A-Za-z_.]+[:!?]*)[(\[]|(?:"  # templates and calls: token=get_token()
    r"\d{0,3}|(?(count)\d+|(?!))"  # small numbers, and counts: tokens=1500
    r"|(?:[A-Za-z_.]*[_.])?(?i:(?P=last)|(?<=\.)\w*(?:pass|pwd|secret|token|key|auth|cred)\w*)"  # auth=self.auth
    r"|(?(spaced)(?:(?:[^\W\d]|[./-])*|\S{0,5}?)|(?!))"  # prose: token = expired
    r")[.:!?]*(?:[\s&;,\"'`<>(){}\[\]|]|\\+(?:[nrt\"']|u00[23])|\Z)))"
    r"(?:(?!%(?:25)*(?:2[0267cC]|3[bB]|0[aAdD])|\\{1,8}(?:[nrt\"']|u0026))[^\s&;,\"'`<>(){}\[\]|])+"
)
# A secret's name and value. Its first groups note what stands around; they are in a lookahead, so that no
# backtracking unsets them.
ASSIGNMENT = (
    r"(?!(?<=`)[\w.]+=')"  # Ruby's undefined method `token='
    r"(?=(?P<element>(?<=[<:]))?(?P<within>(?<=[\"']))?(?P<pair>(?<=[\[(][\"']))?"  # <name, "name, ("name
    r"(?P<doubted>(?<=(?:valid|ected|known|ssing|legal)\s)|(?<=(?:no|ad)\s))?"  # Invalid token: 'foo'
    r"(?P<header>(?=[\w.$-]*(?i:cookies?|authorization)[\"'\s]{0,2}:(?![:=])))?"
    r"(?P<count>(?=[\w.$-]*[Tt]okens(?![\w.$-])))?(?:[\w.$-]*[_.$-])?(?P<last>[^\W_]+))"
    r"(?P<flag>-)?(?:[A-Za-z]{3,12} (?=[Kk][Ee][Yy]\b))?[\w.$-]+(?![\w.$-]| [Kk][Ee][Yy]\b)"
    r"(?=(?P<spaced>\s+[:=]|\]?[:=]{1,2}>?\s)?)"
    r"(?:(?P<quote>\\{0,8}" + QUOTE_MARK + r")?(?:\]|%5[dD])?\s{0,3}(?:" + EQUALS +  # name=value, "name": 'value'
    r"|(?(quote)(?:value=|(?:\r?\n){2}|(?:\\r\\n){2})|(?!)))"  # <input name="name" value="value">, form data
    r"(?:\s|%(?:25)*20){0,3}"
    r"|(?(element)(?:\s(?!\s*[:=])[^<>\n]{0,100})?>|(?!))"  # <name>value
    r"|(?P<unsure>\\{0,8}" + QUOTE_MARK + r"(?P<row>,)\s?|(?(flag)(?!)|\s{1,3}))"  # ("name", "value"), name "value"
    r"|(?(flag)\s{1,3}(?=[^\s-])|(?!)))"  # --name value
    r"(?:(?P<list>[\[(]{1,2})?[burf]?(?P<escapes>\\{0,8})(?P<mark>" + QUOTE_MARK + "))?"
    r"(?P<value>(?(mark)" + QUOTED
    + r"|(?![burf]?\\*[\"'`])(?(unsure)(?!)|(?(header)" + HEADER + "|" + UNQUOTED + "))))"
)  # fmt: skip


def mask_url_passwords(text):  # type: (str) -> str
    """Mask passwords in URLs. Behind the last at-sign there is none, only time to lose."""
    end = text.rfind("@") + 1
    return re.sub(URL_PASSWORD, _mask_password, text[:end]) + text[end:]


def _mask_password(match):  # type: (re.Match[str]) -> str
    return match[0] if is_harmless(match[2]) else match[1] + SECRET_MASK


def mask_assignments(text):  # type: (str) -> str
    """Mask the values that stand after a secret's name, quoted or not."""
    pieces, end = [], 0
    for name in re.finditer(NAME, text):
        if (
            name.start() >= end
            and value_kind(PLAIN, name["key"]) in (SECRET, VAULT, COOKIES)
            and (name[0][0] == "-" or compiled(VALUE_HINT).match(text, name.end()))
        ):
            found = compiled(ASSIGNMENT).match(text, name.start())
            if found and not is_harmless(found["value"]):
                pieces += [text[end : found.start("value")], SECRET_MASK]
                end = found.end("value")
    return "".join(pieces) + text[end:]


# Emails (RFC 5321, 5322, 6531): found at the at-sign, then read outwards to both sides.

# Each alternative starts with a character of its own, so that the search skips all others: a fifth of its time.
AT = r"(?:@|\uff20|\ufe6b|%(?:25)*40|\\(?<!\\\\)\\*(?:u00|x)40|&(?:#0*64|#[xX]0*40|commat);)"
DOT = r"(?:\.|[\uff0e\u3002]|\uff61|%(?:25)*2[eE]|&#0*46;|\\{1,8}u002[eE])"
TLD = r"xn--[\w-]+|[A-Za-z]{2,}|[^\W\d_]{2,}|\[(?:IPv6:)?[0-9A-Fa-f:.]{2,45}\]"
EMAIL_END = (  # not a version, as in react@18.2.0
    AT + r"(?P<domain>(?:(?=\[)|(?![vV]?\d+\.\d+(?![^\W_]))(?:(?:[^\W_]|-)+" + DOT + r"){1,16}(?=[^\W_]))"
    "(?P<tld>(?:" + TLD + ")?))"
)  # fmt: skip
IN_LOCAL = r"[\w.+'%=-]"
# The end of a run of these, behind what ends a local part on its left although RFC 5322 would allow some of it:
# separators, escapes, and = but in VERP's bounces+9-jane=x.com@…
LOCAL = (
    r"(?:(?=\")|(?<!" + IN_LOCAL + r")(?=(?:" + IN_LOCAL + r"[\u0300-\u036f]*)*(?<![='])(?<!%[0-7][\da-fA-F])\Z)"
    r"(?:(?<!\\)|[nrt]|u00\w\w|(?![nrt]|u00))(?:.*%(?:25)*(?:2[026cCfF]|3[a-fA-F]|0[9aAdD]|[57][b-dB-D]))?"
    r"(?:(?!SRS|prvs|[\w.-]*[Bb]ounce)[^+]*=)?['.=-]*)(?P<local>\"[^\"]{1,68}\"|[^\"'.=-].*)\Z"
)
# Last labels that are files and not domains: logo@2x.png, fn@main.chunk.js, getty@tty1.service.
FILE_ENDINGS = frozenset(
    "png jpg jpeg gif svg webp avif bmp ico tiff heic css scss less js jsx ts mts cts mjs cjs tsx map json html htm "
    "xml yml yaml toml ini conf txt log tar gz tgz whl jar war dll pdb exe php java kt swift dart lua rb go cs cpp "
    "hpp vue svelte hbs erb wasm woff woff2 ttf mp3 mp4 webm pdf csv sql lock bak service socket target timer mount "
    "slice scope path device swap".split()
)
# What a domain surely ends in, when something else stands behind it: example.com.csv, example.com.1, text in Chinese.
COMMON_DOMAIN = (
    ".*" + DOT + "(?i:com|org|net|edu|gov|mil|int|info|biz|io|dev|app|ai|co|uk|de|fr|jp|cn|ru|br|in|au|ca|us|eu|nl|se"
    "|no|es|it|ch|at|be|dk|fi|cz|kr|za|mx|ar|pt|ie|nz|test|example|invalid|local|internal)(?![A-Za-z])"
)  # fmt: skip
# No emails: git@host:path, and the user of a URL (a DSN's public key, ssh://git@…) that has no password.
LOGIN = r"git@[\w.-]+[:/]|(?<=://)[a-z0-9][a-z0-9_-]{0,31}@(?![\w.-]+:\[REDACTED)"


def mask_emails(text):  # type: (str) -> str
    """Mask email addresses, also percent-encoded, escaped, full-width and quoted ones."""
    pieces, done, floor = [], 0, 0
    read_local, is_login = compiled(LOCAL).search, compiled(LOGIN).match
    for found in compiled(EMAIL_END).finditer(text):
        at, end = found.start(), domain_end(found)
        local = end and read_local(text[max(floor, at - 1000) : at])
        floor = found.start("domain")
        if local:
            start = at - len(local["local"])
            if not is_login(text, start):
                pieces += [text[done:start], EMAIL_MASK]
                done = floor = end
    return "".join(pieces) + text[done:]


def domain_end(found):  # type: (re.Match[str]) -> int
    """Return where the domain behind an at-sign ends; 0 for files, and where the last label is a number."""
    tld = found["tld"].lower()
    if tld and tld.isascii() and tld not in FILE_ENDINGS:
        return found.end()
    sure = compiled(COMMON_DOMAIN).match(found["domain"])
    if sure:
        return found.start("domain") + sure.end()
    return 0 if tld.isascii() else found.end()


# IPv6 (RFC 4291, 5952, zones of RFC 4007 and 6874). A candidate starts with a prefix that is
# assigned to something, which spares std::io::Error, times and MAC addresses; inet_pton decides.

COLON = r"(?::|%(?:25)*3[aA]|\\{1,8}u003[aA])"
IPV6 = (
    r"(?:(?<![0-9A-Za-z.])|" + AFTER_ESCAPE + r")(?![0-9A-Fa-f]{4}::[A-Fa-f]*[G-Zg-z])"  # 2024::bigint is SQL
    r"((?=[23][0-9A-Fa-f]{3}|[fF](?:[cdfCDF][0-9A-Fa-f]|[eE][89abAB])[0-9A-Fa-f]|0{0,2}64.{1,9}[fF]{2}9[bB]"
    # Zeros, then an IPv4 address or a 1; but not the slices x[::1] and x[1::1].
    r"|(?:(?<![:)\]])(?<![\w)\]]\[)|(?<=\w:)|(?=[0:]{2,30}[fF]{4}))(?!0{0,4}:::)(?:0{0,4}" + COLON + r"){2,7}"
    r"(?:[fF]{4}|(?:\d{1,3}\.){3}\d|0{0,3}1(?!\w|\.\w|:(?!\d{2,5}\b)[\w:])))"
    # A word or a port of five digits may follow: they are no groups.
    r"(?:[0-9A-Fa-f]{0,4}" + COLON + r"){2,7}(?:(?![A-Fa-f]*[G-Zg-z]|\d{5}\b)[0-9A-Fa-f]{1,4}(?:(?:\.\d{1,3}){3})?)?)"
    r"(?:%(?:25)?(?:[A-Za-z][\w.-]*|\d{1,2}(?!\w)))?"
)


def _mask_ipv6(match):  # type: (re.Match[str]) -> str
    from socket import AF_INET6, inet_pton

    address = re.sub(COLON, ":", match[1])
    for end in range(len(address), 2, -1):  # a port or a colon may follow
        try:
            inet_pton(AF_INET6, address[:end])
        except OSError:
            continue
        return IP_MASK + address[end:]
    return match[0]


mask_ipv6 = partial(re.sub, IPV6, _mask_ipv6)


# IPv4: four dotted numbers, judged by what stands around them, because versions look the same.

IPV4_DOT = r"(?:\.|%(?:25)*2[eE]|\\{1,8}u002[eE])"
OCTET = r"(?:[01]?\d?\d|2[0-4]\d|25[0-5])"
IPV4 = (
    r"(?:(?<!\d)(?<!\d\.)(?<!%(?=2\d|0[9aAdD]|3[a-fA-F]))|" + AFTER_ESCAPE + ")"
    + OCTET + "(?:" + IPV4_DOT + OCTET + r"){3}(?!\d|\.\d)"
)  # fmt: skip

# What stands before a version: `version "`, `v`, `Chrome `, and with no more than a space `Node.js (`.
VERSION_NOUNS = frozenset(
    "v ver version versions build rev revision release firmware driver oid kernel sdk runtime chrome chromium "
    "firefox safari opera webkit windows macos ios android electron java python edge brave ie".split()
)
NOUN = r"([A-Za-z_-]{0,40})[ \t:=\"'#.(\\-]{0,6}$"
PRODUCTS = tuple(
    "Windows NT|Windows Server|macOS|OS X|iOS|Windows 10|Windows 11|10 Pro|11 Pro|10 Home|11 Home|10 Enterprise"
    "|11 Enterprise|.NET|.NET Core|Framework|Internet|Chrome Mobile|Firefox Mobile|Safari Mobile|Opera Mobile|WebView"
    "|Browser|rails|Rails|PHP|Ruby|CUDA|Django|Laravel|Unity|Oracle Database|SQL Server|MySQL"
    "|PostgreSQL|Node.js|Newtonsoft.Json|Slack|ersion is|ersion was|ersion to|ersion from|ersion no.|ersion no"
    "|ersion number|ersion file|uild no|uild number|evision number".split("|")
)
# Patterns by the character in front, for the context of a number that stands between NULs: `nginx/`, `requests>=`,
# `app@`, `/gems/actionpack-`. Group 1 is a word that may name an address instead.
PRODUCT = r"(?:^|[\s\"'(\[;,{<])(?:([A-Z]?[a-z]+|[A-Z]+)|[A-Za-z][\w+-]*)/\0.*\0(?!:\d)"
OPERATOR = r"([\w.-]{0,40})\s?(?:[~<>=!]=|~>|(?:^|\s)[~^])\s?\0"
RELEASE = (
    r"(?s)()(?:/npm/|node_modules/|/\.pnpm/|unpkg\.com/|esm\.sh/)@?[\w./-]*@\0"
    r"|^(?!.*(?i:(?:://|(?<![a-z])(?:ssh|scp|sftp|rsync|host|to|from|login|connect\w*)\s)\S*|(?<![\w-])(?:root|admin"
    r"|ubuntu|ec2-user|deploy|git|user|postgres|pi|centos|debian|vagrant|administrator)@)\0)"
    r".*?(?<![\w@/:.-])@?[\w./-]*[A-Za-z][\w.-]*@\0\d?\d\..*\0(?![:/])"
)
PACKAGE = r"()(?:\.so\.\0|(?:[/\\][\w.+-]*[A-Za-z]-|\bApplication\\)\0.*\0(?:[/\\]|$))"
VERSION_BEFORE = {
    "/": PRODUCT, "@": RELEASE, **dict.fromkeys("-\\.", PACKAGE), **dict.fromkeys("=<>~^", OPERATOR)
}  # fmt: skip
NO_PRODUCTS = ADDRESS_WORDS.union(
    "localhost host hosts client clients server servers node nodes peers redis mysql postgres whois ratelimit cache "
    "from to via user users".split()
)
VERSION_AFTER = (
    r"(?i)-(?:rc|alpha|beta|snapshot|release|final|dev|pre|build|hotfix|patch|ga|canary|nightly|debug|stable|lts|ubuntu|el\d"
    r"|\d+[a-z]|\d+\.el\d|[rbp]\d|g?(?=\d*[a-f])[0-9a-f]{7,}(?!\.)|py\d|x64|x86|win|linux|sources|javadoc)|\+[a-z0-9]"
    r"|(?:rc|beta|alpha|b)\d|\.(?:dev|post)\d|\.(?:final|release|ga|sp\d)\b|_(?:amd64|arm64|i386|all)\b"
    r"|[._-](?:tar|gz|tgz|zip|jar|war|aar|whl|dll|so|exe|deb|rpm|apk|ipa|msi|dmg|pkg|gem|nupkg|pom|js|css|dylib"
    r"|framework|vsix|crx|xpi|bundle|min|egg|iso|img|bin)\b"
)
VERSION_RANGE = r"(?i)\s{0,9}(?:to|and|or|/|->|=>|\u2192|,|-|\u2013|\.\.+|<|through|until)\s{0,9}"


def mask_ipv4(text, kind):  # type: (str, str) -> str
    """Mask IPv4 addresses and keep version numbers."""
    if kind in (VERSION, PACKAGES):
        return text
    kept = 0  # where the last version ended

    def mask(run):  # type: (re.Match[str]) -> str
        nonlocal kept
        chained = kept and compiled(VERSION_RANGE).fullmatch(text, kept, run.start())
        if kind == ADDRESS or not (chained or is_version(run)):
            return IP_MASK
        kept = run.end()
        return run[0]

    return re.sub(IPV4, mask, text)


def is_version(run):  # type: (re.Match[str]) -> bool
    """Tell by its surroundings whether four dotted numbers are a version."""
    before = run.string[max(0, run.start() - 60) : run.start()].rpartition("\n")[2]
    after = run.string[run.end() : run.end() + 24]
    if (
        run[0].endswith(".0.0.0")  # Chrome's reduced 124.0.0.0; no host ends like this
        or after[:1] in "-+._rabRAB"
        and after[1:2].isalnum()
        and re.match(VERSION_AFTER, after)
        or not VERSION_NOUNS.isdisjoint(key_words(re.findall(NOUN, before)[0])[-1:])
        or before.rstrip(" (").endswith(PRODUCTS)
    ):
        return True
    pattern = VERSION_BEFORE.get(before.rstrip()[-1:])
    found = pattern and re.search(pattern, f"{before}\0{run[0]}\0{after}")
    return bool(found and NO_PRODUCTS.isdisjoint(key_words(found[1] or "")))


# Stack traces in messages and titles (loggers send whole tracebacks): frames go, exceptions stay.
# A pattern takes the frames that follow each other, on lines of their own or, where a logger has put
# a whole trace on one line, behind a space.

TRACE_HEADER = r"Traceback \(most|[Ss]tack ?trace|[Bb]acktrace|[Cc]all stack:|goroutine \d"
LINE = r"\n(?:[ \t>|]|\\+t){0,99}"  # the start of one
SPACE = r"(?:\n|(?<![ \t])\s)"  # the first of several
# The rest of a line; where line breaks are escaped, the trace stands in quotes and something else may follow them.
REST, QUOTED_REST = r"[^\n]*", r"(?:\\.|[^\\\"'\n])*"
FRAMES = {  # by what each frame has in it; cut_stack_traces() puts the patterns above in the place of their names
    # Python; its code lines are indented deeper
    ", line ": r"""(?x)(?:
        (?:SPACE(?:[ \t>|+]|\\+t){0,99}(?:Exception\ Group\ )?Traceback\ \(most\ recent\ call\ last\):)?
        SPACE[\r\n]{0,9}((?:[ \t>|]|\\+t){0,99})File\ \\*["'][^"'\n]{1,500}\\*["'],\ line\ \d+(?:,\ in\ [^\s"']+)?
        (?:\r?\n\1(?:[ \t]|\\+t|\[Previous\ line)REST)*\r?)+""",
    # Rust
    "::": r"""(?x)(?:LINE\d+:\s+(?:0x[0-9a-f]+\ -\ )?(?:(?:<|[\w$]+::)REST|\S+[ \t\r]*(?=LINEat\ ))
        (?:LINEat\ REST)?)+""",
    # Java, Kotlin, JavaScript, .NET: at NAME (PLACE), at NAME(ARGUMENTS), at PLACE; surer signs on one line
    "at ": r"""(?x)(?:LINE(?:
          \.\.\.\ \d+\ (?:more|common\ frames) | ---\ End\ of\ (?:stack|inner) | at\s+(?:async\s+|new\s+)?(?:
            <anonymous> | [^\s()]{1,999}:\d+\)?(?=[ \t\r]*(?:\n|$))
            | [\w$<>`]+[.+/|][\w$<>`\[\],.+/|]+(?:\s\[as\s[^\]\n]{1,80}\])?\s?\(
            | [^\s()]{1,999}(?:\s\[as\s[^\]\n]{1,80}\])?\s?\((?:[^()\n]{0,500}:\d|eval\ at\s
                |(?:Native\ Method|Unknown\ Source|<anonymous>|native|index\ \d+)\)))
          )REST
        | (?<![ \t])[ \t]+at\s+(?:async\s+|new\s+)?(?:
            [\w$.<>/@\[\]`-]+\s?\((?:eval\ at\ [^()\n]{0,300}\([^()\n]{0,300}\))?(?:
                (?=[^()\n]{0,300}:\d)[^()\n]{0,600}\)
                | (?:Native\ Method|Unknown\ Source|<anonymous>|native|index\ \d+)\))
            | [\w$<>/@\[\]`-]*(?:\.[\w$<>/@\[\]`-]*){2,99}\s?\([^()\n]{0,300}\)(?:\sin\s\S+:line\s\d+)?
            | (?=[^\s()]{0,400}[./\\])[^\s():]{0,400}(?::[/\\][^\s():]{0,400})?:\d+:\d+(?=\s|$)))+""",
    # Ruby
    ":in ": r"(?:LINE(?:from\s+|\d+:\s+from\s+)?[^\s:]{1,300}:\d+:in [`'\"][^`'\"\n]*[`'\"](?!:)REST)+",
    # PHP, Android, gdb, Dart
    "#": r"""(?x)(?:LINE(?:
          \#\d+\s+(?:/|[A-Za-z]:\\|\{main\}|\[internal|phar:|pc\ [0-9a-f]|0x[0-9a-f]
            |[^\n]{1,200}\([^()\s]{0,300}:\d)
          | thrown\ in\ [^\n]*\ on\ line\ \d )REST
        | \s\#\d+\s(?:(?:/|[A-Za-z]:\\)[^\s(]{1,300}\(\d+\):\s\S+|\{main\}))+""",
    # Apple
    "0x": r"(?:LINE\d+\s+\S+\s+0x[0-9a-f]{6,}REST)+",
    # Go: the function stands on the line before
    ".go:": r"""(?x)(?:(?:LINEgoroutine\ \d+\ \[[^\]\n]{1,80}\]:)?
        (?:LINE(?:[^\s(]{1,300}\([^\n]*|created\ by\ [^\n]*))?
        LINE[^\s:]{1,300}\.(?:go|s):\d+(?:\ \+0x[0-9a-f]+REST|(?=[ \t\r]*(?:\n|$))))+""",
    # Elixir, Erlang
    ".e": r"(?:LINE(?:\([\w. -]{1,80}\)\s+)?[^\s:]{1,300}\.(?:exs?|erl):\d+: REST)+",
    # Firefox, Safari
    "@": r"""(?x)(?:LINE(?:(?:(?:global|eval|module)\ code|[^\s@]{0,200})
            @(?:(?:https?|file|app|webpack|capacitor|moz-|safari-)[^\s"']*:\d|\[native\ code\])
          |\[native\ code\][ \t\r]*(?=\n|$))REST
        | \s[\w$.<>/]{0,100}@https?:\S{1,300}:\d+:\d+(?=\s|$))+""",
}


def cut_stack_traces(text):  # type: (str) -> str
    """Replace a stack trace's frames by their number and keep its exception lines.

    It takes a header and a frame, or two frames, before anything is cut.
    """
    escape = "\n" not in text and re.search(r"(?<!\\)\\+n", text)
    newline, rest = (escape[0], QUOTED_REST) if escape else ("\n", REST)
    text = "\n" + text.replace(newline, "\n")
    least = 1 if re.search(TRACE_HEADER, text) else 2
    for hint, pattern in FRAMES.items():
        if text.count(hint) >= least:
            whole = pattern.replace("LINE", LINE).replace("SPACE", SPACE).replace("REST", rest)
            cut = re.sub(whole, partial(_mark_frames, hint), text)
            if text.count(hint) - cut.count(hint) >= least:
                text = cut
    return text[1:].replace("\n", newline)


def _mark_frames(hint, frames):  # type: (str, re.Match[str]) -> str
    count = frames[0].count("\n") or frames[0].count(hint)
    return frames[0][0] + STACK_MARK % (count, "" if count == 1 else "s")


# --- Output ------------------------------------------------------------------
#
# The two doors out: write_result() to stdout, for what render() has redacted; say() to stderr, which redacts itself.

# IP addresses that are shown as hosts of URLs: the base URL's.
shown_hosts = set()  # type: set[str]


def configured_token():  # type: () -> str
    """Return the token as it stands in the environment, or ''."""
    return os.environ.get("SENTRY_AUTH_TOKEN", "").strip()


def hosts_of(url):  # type: (str) -> set[str]
    """Return the host of a URL if it is an IP address."""
    if url.partition("://")[2][:1] not in "[0123456789":  # the pattern need not be compiled
        return set()
    return set(re.findall(r"^https?://(\[[0-9A-Fa-f:.]+\]|[0-9.]+)(?=[:/]|$)", url))


def shown(text):  # type: (str) -> str
    """Return an argument as an error shows it: redacted, then cut, between quotes."""
    text = redact(text, configured_token())
    return repr(text if len(text) <= 80 else text[:80] + "…")


def say(line, hosts=frozenset()):  # type: (str, Iterable[str]) -> None
    """Write one line to stderr: redacted (but for these hosts of URLs), without control characters, not too long."""
    if sys.stderr is None:
        return
    line = escape(redact(line, configured_token(), shown_hosts.union(hosts)))
    if len(line) > MAX_LINE:
        line = line[:MAX_LINE] + "…"
    try:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        return  # nobody is there to be told


def write_result(chunks):  # type: (Iterable[str]) -> None
    """Write text that is already redacted (by render()) or this program's own (help) to stdout.

    Raises BrokenPipeError when the reader is gone, and Failure when the text can't be written.
    """
    if sys.stdout is None:
        raise Failure(UNUSABLE, "the output can't be written: stdout is closed")
    try:
        for chunk in chunks:
            sys.stdout.write(chunk)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Failure(UNUSABLE, f"the output can't be written: {error.strerror or error}") from None


def render(value, args):  # type: (Any, Args) -> list[str]
    """Turn a command's answer into chunks of output: redact, cut to size, encode.

    Lists are written one record a line, or as a table; single records indented. --raw is not cut.
    """
    redactor = Redactor(configured_token(), shown_hosts, indented=not isinstance(value, list))
    if args.format == "table":
        return [table(redactor.copy(value), args.command)]
    write = redactor.write if args.raw else partial(fit, redactor, SIZES[args.command])
    if not isinstance(value, list):
        return [*write(value), "\n"]
    return ["[\n", ",\n".join(map("".join, map(write, value))), "\n]\n"] if value else ["[]\n"]


def fit(redactor, size, record):  # type: (Redactor, int, Object) -> list[str]
    """Return a record's JSON, redacted, with long texts and lists cut so that it takes about `size` characters at most.

    It is redacted before it is cut, because half an address would not be recognized; write() changes nothing more.
    """
    # Entries were asked for, so they stay whole.
    entries = {"entries": record["entries"]} if "entries" in record else {}
    whole = redactor.copy({**record, **dict.fromkeys(entries)})
    for longest, most in FITS.items():
        most_of_id = max(longest, min(200, 6 * longest))
        cut = {key: trim(value, most_of_id if key in IDENTIFIERS else longest, most) for key, value in whole.items()}
        chunks = redactor.write(cut)
        if sum(map(len, chunks)) <= size:
            break
    return redactor.write({**cut, **entries}) if entries else chunks


def trim(value, longest, most):  # type: (Any, int, int) -> Any
    """Cut texts to `longest` characters and lists and objects to `most` members, and say what is missing."""
    if isinstance(value, str):
        missing = len(value) - longest
        return f"{value[:longest]}… (+{missing} characters)" if missing > 20 else value
    if isinstance(value, dict):
        most = max(most, 4)  # objects with fixed keys have up to four
        cut = {trim(key, max(longest, 20), 0): trim(value[key], longest, most) for key in list(value)[:most]}  # type: Any
    elif isinstance(value, list):
        cut = [trim(child, longest, most) for child in value[:most]]
    else:
        return value
    if len(value) > most:
        more = f"+{len(value) - most} more"
        if isinstance(value, dict):
            cut["…"] = more
        else:
            cut.append(more if isinstance(value[0], str) else {"…": more})
    return cut


# A table for people.

SPARKS = "▁▂▃▄▅▆▇█"
COLUMNS = {  # fields and headings; the last column takes what is left of the line
    "list-issues": ("short_id last_seen count user_count stats title", "SHORT ID,LAST SEEN,COUNT,USERS,TREND,TITLE"),
    "issue-events": ("id timestamp release title", "EVENT,WHEN,RELEASE,TITLE"),
}
RIGHT_ALIGNED = {"last_seen", "count", "user_count", "timestamp"}
MAX_COLUMN = 34
MAX_WIDTH = 500  # columns of a terminal


def table(records, command):  # type: (list[Object], str) -> str
    """Return records as aligned columns that fit the terminal, or 80 columns where there is none."""
    import shutil

    if not records:
        return ""
    names, headings = COLUMNS[command]
    fields = names.split()
    rows = [headings.split(",")]
    rows += [list(map(cell, map(record.get, fields), fields)) for record in records]
    sizes = [min(MAX_COLUMN, max(map(width, column))) for column in zip(*rows)]
    sizes[-1] = max(10, min(MAX_WIDTH, shutil.get_terminal_size().columns) - sum(sizes[:-1]) - 2 * len(sizes) + 2)
    lines = ["  ".join(map(align, row, sizes, fields)).rstrip() for row in rows]
    if sys.stdout and sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb":
        lines[0] = f"\x1b[1m{lines[0]}\x1b[0m"
    return "\n".join(lines) + "\n"


def cell(value, field):  # type: (Any, str) -> str
    """Return a field's value for a table: relative times, a sparkline for stats, - for nothing."""
    if field in ("last_seen", "timestamp"):
        at = epoch(value)
        return "-" if at is None else ago(time.time() - at)
    if field == "stats":
        return sparkline(value)
    return "-" if value is None else " ".join(escape(str(value)[:1000]).split())


def epoch(text):  # type: (Any) -> float | None
    """Return an ISO 8601 UTC time in seconds since 1970, or None."""
    import datetime

    try:
        seconds = datetime.datetime.fromisoformat(text[:19] + "+00:00").timestamp()
        return seconds + float("0" + re.split("Z$|[+]00:00$", text[19:])[0])
    except (KeyError, TypeError, ValueError):  # KeyError: an object's, whose keys may be slices since Python 3.12
        return None


def ago(seconds):  # type: (float) -> str
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size:.0f} {unit} ago"
    return "now"


def sparkline(stats):  # type: (Any) -> str
    """Draw Sentry's stats ({"24h": [[time, count], …]} or 14d), one column a point; - where there are none."""
    try:
        counts = [int(count) for _, count in next(iter(stats.values()))][-24:]
        if len(counts) > 14:  # two hours a column
            counts = list(map(sum, zip(counts[::2], [*counts[1::2], 0])))
        top = max(counts) or 1
        return "".join(SPARKS[-(-count * 7 // top)] for count in counts)
    except (AttributeError, IndexError, OverflowError, StopIteration, TypeError, ValueError):
        return "-"


def width(text):  # type: (str) -> int
    """Return how many columns of a terminal a text takes (Unicode TR11)."""
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width

    return sum(0 if category(c) in ("Mn", "Me", "Cf") else 1 + (east_asian_width(c) in "WF") for c in text)


def align(text, columns, field):  # type: (str, int, str) -> str
    """Cut a text to a number of columns, with an ellipsis, or fill it up."""
    if width(text) > columns:
        text = text[:columns]
        while width(text) >= columns:
            text = text[:-1]
        text += "…"
    padding = " " * (columns - width(text))
    return padding + text if field in RIGHT_ALIGNED else text + padding


# --- HTTP --------------------------------------------------------------------

LOOPBACK = r"https?://(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?=[:/]|$)"
BASE_URL_HINT = "check --base-url or SENTRY_BASE_URL, and the proxy if there is one"


class Client:
    """Reads JSON from one Sentry server with one token."""

    def __init__(self, args, token):  # type: (Args, str) -> None
        import ssl
        import threading
        import urllib.request

        self.args = args
        self.headers = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "Authorization": f"Bearer {token}",
            "User-Agent": args.user_agent,
        }
        self.issue_form = ISSUE  # or the form that had to be used, for the rest of the run
        self.gate = threading.Lock()
        self.resume = 0.0  # after a 429: when requests may start again, one by one
        # No file:, no redirects, no errors raised. One TLS context for all requests: making one takes 35 ms.
        self.opener = urllib.request.OpenerDirector()
        # A proxy would get the token of a server on this machine, unencrypted.
        loopback = re.match(LOOPBACK, args.base_url)
        self.opener.add_handler(urllib.request.ProxyHandler({} if loopback else None))
        self.opener.add_handler(urllib.request.HTTPHandler())
        if args.base_url.startswith("https:"):
            try:
                self.opener.add_handler(urllib.request.HTTPSHandler(context=ssl.create_default_context()))
            except OSError as error:
                raise Failure(
                    NETWORK,
                    f"TLS can't be set up: {error.strerror}",
                    "check the variables SSL_CERT_FILE, SSL_CERT_DIR and SSLKEYLOGFILE",
                ) from None

    def get(self, path, params=None, why="", most=MAX_BODY):  # type: (str, Object | None, str, int) -> tuple[Any, Any]
        """Return (decoded JSON, headers) of a GET, tried twice at most. Raises Failure.

        Parameters that are None are left out; `why` is for --verbose; `most` is how many bytes the answer may have.
        """
        import urllib.parse

        query = urllib.parse.urlencode({key: value for key, value in (params or {}).items() if value is not None})
        url = f"{self.args.base_url}{path}?{query}".rstrip("?")
        try:
            return self.attempt(url, why, most)
        except Failure as failure:
            if failure.pause is None:
                raise
            if failure.status == RATE_LIMITED:
                self.resume = max(self.resume, time.monotonic() + failure.pause)
            else:
                time.sleep(failure.pause)
            return self.attempt(url, f" (retry after {failure.message})", most)

    def attempt(self, url, why, most):  # type: (str, str, int) -> tuple[Any, Any]
        """Ask once, until the time limit at most, following redirects within the origin."""
        import threading

        with self.gate:
            time.sleep(max(LIMITED_SPACING if self.resume else 0, self.resume - time.monotonic()))
        left = self.args.timeout
        for _ in range(MAX_REDIRECTS + 1):
            started = time.monotonic()
            result = [TimeoutError(), {}, b""]  # type: list[Any]
            # In a thread, as urllib's timeout is each socket operation's: a look-up or a slow body outlives it.
            thread = threading.Thread(target=self.fetch, args=(url, left, most, result), daemon=True)
            try:
                thread.start()
            except RuntimeError:
                raise Failure(UNUSABLE, "the system lets no further thread start") from None
            thread.join(left)
            status, headers, body = result
            spent = time.monotonic() - started
            left -= spent
            if self.args.verbose:
                target, left_over = re.sub("^.*?//[^/]*", "", url), headers.get("X-Sentry-Rate-Limit-Remaining")
                rest = f", {left_over} requests left" if left_over else ""
                outcome = type(status).__name__ if isinstance(status, BaseException) else status
                say(f"GET {target} -> {outcome}, {spent * 1000:.0f} ms, {len(body)} bytes{rest}{why}")
            if isinstance(status, BaseException):
                raise network_failure(status, url, self.args.timeout)
            if status // 100 != 3 or "Location" not in headers:
                return decode(status, headers, body), headers
            url, why = redirected(url, headers["Location"]), " (redirect)"
        raise Failure(UNUSABLE, f"HTTP {status}: more than {MAX_REDIRECTS} redirects")

    def fetch(self, url, timeout, most, result):  # type: (str, float, int, list[Any]) -> None
        """Put status, headers and unpacked body of a GET into the result, or an exception where the status goes."""
        import urllib.request

        try:
            request = urllib.request.Request(url, headers=self.headers, method="GET")
            body = bytearray()
            with self.opener.open(request, timeout=timeout) as answer:
                while len(body) <= most and (chunk := answer.read(CHUNK)):
                    body += chunk
            short = answer.length  # what http.client still expects by Content-Length
            if body and "gzip" in answer.headers.get("Content-Encoding", "").lower():
                from gzip import GzipFile
                from io import BytesIO

                body = bytearray(GzipFile(fileobj=BytesIO(body)).read(most + 1))
            if len(body) > most:
                raise MemoryError(most)  # network_failure() says it
            if short:
                raise EOFError
            result[:] = answer.status, answer.headers, body
        except BaseException as error:  # noqa: BLE001 the thread that waits raises it
            result[0] = error

    def get_issue(self, issue, below="", params=None, most=MAX_BODY):
        # type: (str, str, Object | None, int) -> tuple[Any, Any]
        """GET an issue endpoint; by the organization's form where the org-less one is not to be had.

        sentry.io phases the org-less form out (410), doesn't find other regions' issues with it (404) and
        refuses it to tokens of one organization (401).
        """
        form = self.issue_form
        try:
            return self.get(form.format(args=self.args, issue=issue) + below, params, most=most)
        except Failure as first:
            elsewhere = re.match("(?i)HTTP (?:404|410|401.*organization)", first.message)
            if not elsewhere or not self.args.org or form != ISSUE:
                raise
            if first.message.startswith("HTTP 410"):
                self.issue_form = ORG_ISSUE
            try:
                path = ORG_ISSUE.format(args=self.args, issue=issue) + below
                answer = self.get(path, params, f" (after {first.message})", most)
            except Failure:
                raise first from None
            self.issue_form = ORG_ISSUE
            return answer


# What goes wrong below HTTP, by the name of an exception's class or of the nearest of its bases: exit status, message,
# hint, and whether to try again.
CAUSES = {
    "TimeoutError": (NETWORK, "no complete answer within {timeout:g} s", "try a longer --timeout", True),
    "SSLCertVerificationError": (
        NETWORK,
        "the TLS certificate was not accepted: {}",
        "if a proxy or a private CA signs for this server, set SSL_CERT_FILE to its CA certificates; "
        "with Python from python.org on a Mac, run 'Install Certificates.command' once",
        False,
    ),
    "gaierror": (NETWORK, "not found by DNS", BASE_URL_HINT, False),
    "OSError": (NETWORK, "no connection (TCP or TLS): {}", BASE_URL_HINT, True),
    "ValueError": (NETWORK, "no connection: its address, or the proxy's, can't be used", BASE_URL_HINT, False),
    "HTTPException": (NETWORK, "the answer ended early or breaks the HTTP protocol: {}", "", True),
    "MemoryError": (UNUSABLE, "the answer is larger than {mebibytes} MiB", "try a lower --limit", False),
    "object": (UNUSABLE, "the answer, or its gzip compression, can't be read: {}", "", False),
}
CAUSES["timeout"] = CAUSES["TimeoutError"]  # socket's, up to Python 3.9
CAUSES["InvalidURL"] = CAUSES["str"] = CAUSES["ValueError"]  # a text is urllib's own reason
CAUSES["EOFError"] = CAUSES["HTTPException"]
CAUSES["BadGzipFile"] = CAUSES["object"]


def network_failure(error, url, timeout):  # type: (Any, str, float) -> Failure
    """Turn what fetch() caught into a Failure."""
    cause = error.reason if type(error).__name__ == "URLError" else error
    for base in type(cause).__mro__:
        if base.__name__ in CAUSES:
            break
    status, message, hint, again = CAUSES[base.__name__]
    what = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
    mebibytes = cause.args[0] >> 20 if base is MemoryError and cause.args else MAX_BODY >> 20
    message = shown_origin(url) + ": " + message.format(what, timeout=timeout, mebibytes=mebibytes)
    return Failure(status, message, hint, RETRY_PAUSE if again else None)


def origin(url):  # type: (str) -> tuple[str, str, int | None]
    """Return a URL's scheme, host and port (RFC 6454). Raises ValueError for what urlsplit() can't parse."""
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    # Python's versions differ in what they take for a host and a port.
    host_and_port = r"(?:\[[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*\]|[^][@:]+)(?::[0-9]*)?"
    if not parts.hostname or not re.fullmatch(host_and_port, parts.netloc):
        raise ValueError("not a host and a port")
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def shown_origin(url):  # type: (str) -> str
    """Return a URL's scheme, host and port as they are shown in errors, without credentials."""
    return re.sub("//.*@", "//", re.sub("(?<=[^:/])[/?#].*", "", url.lower()))


def redirected(url, location):  # type: (str, str) -> str
    """Return where a redirect leads. Raises Failure when that is another origin: the token doesn't go there."""
    import urllib.parse

    try:
        target = urllib.parse.urljoin(url, location.strip())
        same = origin(target) == origin(url)
    except ValueError:
        target, same = location, False
    if not same:
        where = shown_origin(target)
        message = f"a redirect to another server, {where}, was not followed"
        raise Failure(UNUSABLE, message, "is that the right base URL?", hosts=hosts_of(where))
    # Of the target only the path and the query are used, so the request can go nowhere else. All but reserved
    # characters is quoted; http.client reads headers as Latin-1.
    path = urllib.parse.urlunsplit(("", "", *urllib.parse.urlsplit(target)[2:4], ""))
    quoted = urllib.parse.quote(path, safe="!#$%&'()*+,/:;=?@[]~", encoding="latin-1")
    return re.sub("(?<=[^:/])[/?#].*", "", url) + "/" + quoted.lstrip("/")


HTTP_ERRORS = {  # HTTP status: exit status and hint
    103: (NETWORK, ""),  # http.client takes this interim answer for the answer
    400: (USAGE, "check --query, --environment and --cursor"),
    401: (
        UNAUTHORIZED,
        f"the token is wrong, expired or for another server; create one at {TOKEN_PAGE} of the server that was asked",
    ),
    403: (
        UNAUTHORIZED,
        "the token's owner needs access to the project, and the token the scopes event:read, project:read and "
        "org:read; if it starts with sntrys_, it can't have them: create a user token",
    ),
    404: (NOT_FOUND, "check --org, --project and the ID, and that the token may read them"),
    410: (UNUSABLE, "this endpoint is being retired; set --org or SENTRY_ORG so that the newer one is used"),
    422: (USAGE, "check --query, --environment and --cursor"),
    429: (RATE_LIMITED, "wait, then try again with fewer requests (--no-tags, a lower --limit)"),
}  # fmt: skip


def decode(status, headers, body):  # type: (int, Any, bytearray) -> Any
    """Return the JSON of an answer. Raises Failure for HTTP errors and for what isn't JSON."""
    import json

    if status // 100 == 2:
        try:
            text = body.decode().lstrip("\ufeff")
            body.clear()  # 20 MB are not kept while they are parsed
            if sum(map(text.count, ",{[")) > MAX_VALUES:
                raise MemoryError
            return json.loads(text, parse_constant=int)  # int() refuses NaN and Infinity, as JSON does
        except RecursionError:
            raise Failure(UNUSABLE, f"HTTP {status}, but the answer is nested too deep", BASE_URL_HINT) from None
        except MemoryError:
            message = f"HTTP {status}, but the answer holds too many values to be read"
            raise Failure(UNUSABLE, message, "try a lower --limit") from None
        except (json.JSONDecodeError, UnicodeDecodeError):
            raise Failure(
                UNUSABLE,
                f"HTTP {status}, but the answer can't be read as JSON",
                "check that the base URL is the address of the web page, without a path to the API",
            ) from None
        except ValueError:  # from int()
            message = f"HTTP {status}, but the answer holds a number that can't be read (NaN, over 4300 digits)"
            raise Failure(UNUSABLE, message, BASE_URL_HINT) from None
    code, hint = HTTP_ERRORS.get(status, (UNUSABLE, BASE_URL_HINT if status < 500 else ""))
    message = f"HTTP {status}: {error_reason(body)}".rstrip(": ")
    if hint and code != RATE_LIMITED:
        raise Failure(code, message, hint)
    # There is nothing to do about the others but to wait.
    pause = requested_pause(headers, code)
    if pause > MAX_PAUSE:
        raise Failure(code, f"{message} (the server asks to wait {pause:.0f} s)", hint)
    raise Failure(code, message, hint, max(RETRY_PAUSE, pause))


def requested_pause(headers, code):  # type: (Any, int) -> float
    """Return how many seconds the server asks to wait: Retry-After (RFC 9110, 10.2.3), or a rate limit's reset."""
    for name in ("Retry-After", "X-Sentry-Rate-Limit-Reset") if code == RATE_LIMITED else ("Retry-After",):
        value = headers.get(name, "").strip()
        asked = float(value) if re.fullmatch(r"[0-9]{1,40}(?:\.[0-9]{0,40})?", value) else http_time(value)
        if asked:
            return asked - server_time(headers) if asked > 1e9 else asked  # a time, or a span
    return 0.0


def error_reason(body):  # type: (bytearray) -> str
    """Return a server's explanation as one short line, or ''. It is below one of several keys, or just text."""
    import json

    keys = "detail message msg error info extra".split()
    body = body[:MAX_REASON_BODY]
    try:
        value = json.loads(
            body, object_hook=lambda found: next(filter(None, [*map(found.get, keys), *found.values()]), "")
        )
    except (ValueError, RecursionError):
        value = body.decode("utf-8", "replace").partition("<")[0]  # nothing of HTML
    while value and isinstance(value, list):
        value = value[0]
    # Redacted before it is cut and put on one line: half an address, or half a stack trace, would not be recognized.
    return " ".join(redact(str(value or ""), configured_token()).split())[:MAX_REASON]


def http_time(text):  # type: (str) -> float
    """Return an HTTP date (RFC 9110, 5.6.7) in seconds since 1970; 0 for anything else."""
    import email.utils

    try:
        return email.utils.parsedate_to_datetime(text).timestamp()
    except (IndexError, TypeError, ValueError, OverflowError):
        return 0.0


def server_time(headers):  # type: (Any) -> float
    """Return the server's clock, in seconds since 1970; the local one where it sends no Date."""
    return http_time(headers.get("Date", "")) or time.time()


def expect_list(value):  # type: (Any) -> list[Object]
    """Return a list of objects, not more than MAX_PAGE. Raises Failure for anything else."""
    return list(map(expect_object, value[:MAX_PAGE] if isinstance(value, list) else [None]))


def expect_object(value):  # type: (Any) -> Object
    """Return an object as it is. Raises Failure for anything else."""
    if not isinstance(value, dict):
        raise Failure(UNUSABLE, "the answer is JSON, but not what Sentry gives here", BASE_URL_HINT)
    return value


# --- Shapes ------------------------------------------------------------------
#
# Records from Sentry's objects. Any part of those may be missing or of another type; GlitchTip leaves keys
# out and writes some in snake_case.


def read_rows(table):  # type: (str) -> list[Any]
    """Read a table of words: a line of headings, then rows, whose last column takes what is left of the line.

    Compiling literals of as many tuples would take 2 % of every start.
    """
    heading, *lines = table.strip().splitlines()
    return [line.split(None, len(heading.split()) - 1) for line in lines]


# The fields of records, in their order (lists have those up to `url`), and the paths in Sentry's object that may hold
# each. Fields without a path (-) are computed, others may be too.
ISSUE_SOURCES = read_rows("""
    FIELD           PATHS
    id              id
    short_id        shortId short_id
    title           title
    culprit         culprit
    level           level
    status          status
    count           count
    user_count      userCount user_count
    first_seen      firstSeen first_seen
    last_seen       lastSeen last_seen
    environments    -
    top_tags        -
    url             permalink
    substatus       substatus
    priority        priority
    platform        platform project.platform
    project         project.slug
    assigned_to     -
    first_release   firstRelease.version
    last_release    lastRelease.version
    message         -
    location        -
    handled         -
    tag_totals      -
""")
EVENT_SOURCES = read_rows("""
    FIELD           PATHS
    id              eventID event_id id
    title           title
    message         -
    culprit         culprit
    level           level tags.level
    timestamp       dateCreated date_created
    environment     tags.environment
    release         tags.release release.version
    location        location
    user            -
    tags            -
    issue_id        groupID group_id
    url             -
    platform        platform
    exceptions      -
    request         -
    contexts        -
    sdk             -
    entries_present -
    previous_id     previousEventID previous_event_id
    next_id         nextEventID next_event_id
""")
ISSUE_DETAIL_FIELDS, EVENT_DETAIL_FIELDS = tuple(dict(ISSUE_SOURCES)), tuple(dict(EVENT_SOURCES))
ISSUE_FIELDS = ISSUE_DETAIL_FIELDS[: ISSUE_DETAIL_FIELDS.index("url") + 1]
EVENT_FIELDS = EVENT_DETAIL_FIELDS[: EVENT_DETAIL_FIELDS.index("url") + 1]


def dig(source, paths):  # type: (Any, str) -> Any
    """Return what stands at the first of some paths ("a.b c") that leads to anything but null and ''."""
    for path in paths.split():
        value = source
        for key in path.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        if value not in (None, ""):
            return value
    return None


def text_at(source, *paths, between=" "):  # type: (Any, *str, str) -> str | None
    """Return the texts that dig() finds as one; whole numbers count as texts (IDs can be either)."""
    found = map(partial(dig, source), paths)
    return between.join(str(value) for value in found if type(value) in (str, int)) or None


def number(digits):  # type: (str | None) -> int | None
    """Return a whole number; Sentry sends some as text."""
    return int(digits) if digits and re.fullmatch("-?[0-9]{1,18}", digits) else None


def inner(source, path, kind):  # type: (Any, str, Any) -> Any
    """Return an object or list inside an object; an empty one for anything else."""
    value = dig(source, path)
    return value if isinstance(value, kind) else kind()


def texts_of(source, path, members):  # type: (Any, str, str) -> Object | None
    """Return texts of an object inside an object, or None where it is missing or empty."""
    found = inner(source, path, dict)
    return {member.split(".")[0]: text_at(found, member) for member in members.split()} if found else None


def tag_pairs(event):  # type: (Object) -> Iterator[tuple[str, str]]
    """Return an event's tags as (key, value); Sentry sends objects, old clients pairs."""
    for item in inner(event, "tags", list):
        tag = dict(zip(("key", "value"), item)) if isinstance(item, list) else item
        key = text_at(tag, "key")
        if key and type(tag.get("value")) in (str, int):
            yield key, str(tag["value"])


def new_text(source, path, shown):  # type: (Object, str, str) -> str | None
    """Return a message, or None where it only repeats texts that are shown anyway."""
    message = text_at(source, path)
    rest = (message or "").strip()[:10000]
    known = sorted(filter(None, map(partial(text_at, source), shown.split())), key=len, reverse=True)
    if rest in "\0".join(known):
        return None
    for shown_text in known:  # Sentry 9's message is its search text: all of them in a row
        rest = rest.replace(shown_text, "")
    return message if rest.strip() else None


def page_address(args, path):  # type: (Args, str) -> str | None
    """Return the address of an issue's or event's web page, or None where the organization or an ID is not known."""
    known = args.org and re.fullmatch(f"issues/({ISSUE_ID})/(events/({EVENT_ID})/)?", path)
    return f"{args.base_url}/organizations/{args.org}/{path}" if known else None


def shape_issue(args, issue, tally):  # type: (Args, Object, Any) -> Object
    """Return an issue's record; `tally` is what count_tags() returned, or () where that is not known."""
    environments, top_tags = tally or (None, None)
    record = {field: text_at(issue, paths) for field, paths in ISSUE_SOURCES}  # type: Object
    unhandled = issue.get("isUnhandled")
    if not (record["url"] or "").startswith(("http://", "https://")):
        record["url"] = page_address(args, f"issues/{record['id']}/")
    return {
        **record,
        "count": number(record["count"]),
        "user_count": number(record["user_count"]),
        "environments": environments,
        "top_tags": top_tags,
        "assigned_to": texts_of(issue, "assignedTo", "type id name"),
        "message": new_text(issue, "metadata.value", "title"),
        "location": text_at(issue, "metadata.filename", "metadata.function", between=" in "),
        "handled": not unhandled if isinstance(unhandled, bool) else None,
        "tag_totals": {
            key: number(text_at(tag, "totalValues"))
            for tag in inner(issue, "tags", list)
            if (key := text_at(tag, "key"))
        },
        "stats": issue.get("stats"),  # no field: only tables show it
    }


# What is shown beside an event's message, and may be all that the message repeats.
SHOWN = (
    "title culprit location metadata.title metadata.type metadata.value metadata.filename metadata.function "
    "metadata.message metadata.uri metadata.directive"
)


def shape_event(args, event):  # type: (Args, Object) -> Object
    """Return an event's record."""
    event = {**event, "tags": dict(tag_pairs(event))}
    record = {field: text_at(event, paths) for field, paths in EVENT_SOURCES}  # type: Object
    entries = inner(event, "entries", list)
    by_type = {text_at(entry, "type"): entry for entry in reversed(entries)}
    return {
        **record,
        "message": new_text(event, "message", SHOWN),
        "location": text_at(event, "metadata.filename", "metadata.function", between=" in ") or record["location"],
        "user": texts_of(event, "user", "id geo.country_code"),
        "tags": event["tags"],
        "url": page_address(args, f"issues/{record['issue_id']}/events/{record['id']}/"),
        "exceptions": list(map(shape_exception, filter(None, inner(by_type, "exception.data.values", list)))),
        "request": texts_of(by_type, "request.data", "method url"),
        "contexts": {
            key: name
            for key, context in inner(event, "contexts", dict).items()
            if (name := text_at(context, "name model family", "version"))
        },
        "sdk": text_at(event, "sdk.name", "sdk.version"),
        "entries_present": [text_at(entry, "type") for entry in entries if entry],
        "entries": event.get("entries"),  # printed with --include-entries only
    }


def shape_exception(exception):  # type: (Object) -> Object
    """Return an exception's type and value, and where it was raised: the innermost frame of the app's own code."""
    frames = inner(exception, "stacktrace.frames", list)[::-1]
    # GlitchTip may mark no frame; one that is marked as a library's is never given out as the app's.
    own = next((frame for mark in (True, None) for frame in frames if dig(frame, "inApp in_app") is mark), None)
    path, line = text_at(own, "filename module absPath abs_path"), text_at(own, "lineNo lineno line_no")
    place = {"path": f"{path}:{line}" if path and line else path, "function": dig(own, "function")}
    handled = dig(exception, "mechanism.handled")
    return {
        "type": text_at(exception, "type"),
        "value": text_at(exception, "value"),
        "handled": handled if isinstance(handled, bool) else None,
        "location": text_at(place, "path", "function", between=" in "),
    }


def count_tags(events):  # type: (list[Object]) -> tuple[list[str], list[Object]]
    """Count environments and tags of events: (environment names, top tags), most frequent first, then most telling."""

    def telling(pair):  # type: (tuple[str, str]) -> tuple[int, tuple[str, str]]
        name = pair[0].removesuffix(".name")
        return [*TELLING_TAGS, name].index(name), pair

    environments, top = [], []
    counts = Counter(sorted(chain(*map(tag_pairs, events)), key=telling))
    hidden = REPEATED_TAGS.union(f"{key}.name" for key, _ in counts)  # of os and os.name, os is kept
    for (key, value), count in counts.most_common():
        if key == "environment":
            environments.append(value)
        elif key not in hidden:
            top.append({"key": key, "value": value, "count": count})
    return environments, top[:TOP_TAGS]


# --- Commands ----------------------------------------------------------------
#
# A command asks for data, shapes it and returns an Answer, whose notes go to stderr. It never prints.


def list_issues(args, client):  # type: (Args, Client) -> Answer
    """Return the records of a project's issues, most recently seen first."""
    listing = find_issues(args, client)
    issues = sorted(listing.items, key=lambda issue: epoch(dig(issue, "lastSeen last_seen")) or 0.0, reverse=True)
    notes = listing_notes(args, listing, "issues", f"query {args.query!r} in {args.org}/{args.project}")
    if not (issues or listing.more or args.cursor):
        if re.fullmatch(SHORT_ID, args.query.strip()):
            notes.append("note: if that is a short ID, no issue of this project has it, or the server knows none")
        notes += other_environments(args, client) if args.environment else []
    if listing.direct and args.filters_given:
        notes.append("note: found by its ID, whatever its age, status and environment")
    tallies, failed = count_all(client, issues, wants_tags(args))
    return issues, list(map(partial(shape_issue, args), issues, tallies)), notes + failed


def find_issues(args, client):  # type: (Args, Client) -> Listing
    """Return the issues that match the arguments."""
    fetch = partial(client.get, PROJECT_ISSUES.format(args=args))
    # The only periods that the endpoint takes; they set the series of counts, and get_list() cuts to the range.
    period = ("24h" if args.time_range <= UNITS["d"] else "14d") if args.time_range else None
    params = {"query": args.query, "environment": args.environment or None, "statsPeriod": period}
    query = args.query.strip()
    # No ID has a colon, most queries do: the pattern need not be compiled for them.
    if query and ":" not in query and not args.cursor and re.fullmatch(f"{EVENT_ID}|{SHORT_ID}", query):
        # The default environment is left out: an issue found by its ID would show that environment's count.
        environment = params["environment"] if args.environment_given else None
        by_id = {**params, "query": plain_id(query), "environment": environment, "shortIdLookup": 1}
        listing = get_list(args, fetch, by_id, "limit")
        if listing.direct or environment == params["environment"]:  # asking again would be the same
            return listing
    return get_list(args, fetch, params, "limit")


# What a list's Link header says of the next page. Sentry's cursors are 0:100:0, GlitchTip's base64.
CURSOR = r"[A-Za-z0-9:=_+/.%][A-Za-z0-9:=_+/.%-]{0,499}"
NEXT_LINK = rf'<(?=[^<]*\brel="next")(?=[^<]*\bresults="true")(?:[^<]*\bcursor="({CURSOR})")?'
Listing = SimpleNamespace


def get_list(args, fetch, params, *sizes):  # type: (Args, Callable[..., tuple[Any, Any]], Object, *str) -> Listing
    """Page through a list as --cursor, --limit and --time-range say.

    `fetch` takes parameters: `params`, a page's size under the names `sizes`, and its cursor. The result has the
    `items`; whether there are `more`; the `cursor` to go on with, if any; the server's count of `hits`, unless it is
    capped; and whether the hit was `direct`, a short or event ID that was looked up.
    """
    items = []  # type: list[Any]
    cursor = args.cursor
    seen = {cursor}
    for _ in range(MAX_PAGES):
        missing = args.limit - len(items)
        page, headers = fetch({**params, **dict.fromkeys(sizes, missing), "cursor": cursor})
        page = expect_list(page)
        direct = headers.get("X-Sentry-Direct-Hit") == "1"
        recent, past = (page, False) if direct else in_range(args, page, headers)
        items += recent[:missing]
        # The link's URL is never used: it may name another host. There can be several headers, hence str().
        cursors = re.findall(NEXT_LINK, str(headers.get_all("Link")))
        cursor = None if past else next(filterfalse(seen.__contains__, cursors), None)
        if not cursor or len(items) >= args.limit:
            break
        seen.add(cursor)
    hits = headers.get("X-Hits")
    return Listing(
        items=items,
        more=cursor is not None or len(recent) > missing,
        cursor=cursor if len(page) <= missing else None,  # a longer page has no cursor for the middle of it
        hits=hits if hits != headers.get("X-Max-Hits") and re.fullmatch("[0-9]{1,9}", hits or "") else None,
        direct=direct,
    )


def in_range(args, page, headers):  # type: (Args, list[Object], Any) -> tuple[list[Object], bool]
    """Return what is in the time range or of no known time, and whether the page, newest first, ends before it."""
    # The server filters events too, so a local clock that may be wrong is not needed for them.
    if not args.time_range or (args.command == "issue-events" and not headers.get("Date")):
        return page, False
    start = server_time(headers) - args.time_range
    recent, last = [], start
    for item in page:
        at = epoch(dig(item, "lastSeen last_seen dateCreated date_created"))
        if at is not None:
            last = at
        if at is None or at >= start:
            recent.append(item)
    return recent, last < start


def issue_detail(args, client):  # type: (Args, Client) -> Answer
    """Return the record of one issue."""
    issue = expect_object(client.get_issue(resolve_issue(args, client))[0])
    (tally,), failed = count_all(client, [issue], wants_tags(args))
    return issue, shape_issue(args, issue, tally), failed


def issue_events(args, client):  # type: (Args, Client) -> Answer
    """Return the records of an issue's events, newest first."""
    fetch = partial(client.get_issue, resolve_issue(args, client), EVENTS)
    params = {"environment": args.environment or None, "statsPeriod": args.time_range_text or None}
    listing = get_list(args, fetch, params, "per_page", "limit")  # as Sentry and GlitchTip call it
    notes = listing_notes(args, listing, "events", f"issue {args.issue}; issue-detail tells whether it exists")
    return listing.items, list(map(partial(shape_event, args), listing.items)), notes


def event_detail(args, client):  # type: (Args, Client) -> Answer
    """Return the record of one event."""
    event_id = plain_id(read_id(args, args.event, EVENT_ID, "events", EVENT_FORMS))
    event = expect_object(client.get(PROJECT_EVENT.format(args=args, event=event_id))[0])
    return event, shape_event(args, event), []


def wants_tags(args):  # type: (Args) -> bool
    """Tell whether anything that is counted from events will be printed."""
    counted = {"environments", "top_tags"}
    return not (args.no_tags or args.raw or args.format == "table" or counted.isdisjoint(args.fields or counted))


def count_all(client, issues, wanted=True):  # type: (Client, list[Object], bool) -> tuple[list[Any], list[str]]
    """Count environments and tags of issues over each one's newest events, several requests at a time.

    Returns count_tags() for each issue, () where it is not wanted or could not be had; and a note on the latter.
    """
    import queue
    import threading

    tallies = [()] * len(issues)  # type: list[Any]
    if not wanted or not issues:
        return tallies, []
    waiting = list(enumerate(issues))[::-1]  # shared: each thread takes the last one
    results = queue.SimpleQueue()  # type: Any

    def work():  # type: () -> None
        size = {"per_page": TAG_EVENTS, "limit": TAG_EVENTS}
        while waiting:
            try:
                index, issue = waiting.pop()
            except IndexError:
                return  # another thread was faster
            try:
                events, _ = client.get_issue(checked_id(issue), EVENTS, size, MAX_TAG_BODY)
                # Reduced here, in the worker: old servers send whole events, megabytes of them.
                results.put((index, count_tags(expect_list(events)[:TAG_EVENTS]), None))
            except Exception as error:  # noqa: BLE001 a bug must not cost the list, nor print a traceback
                results.put((index, (), error))

    try:
        for _ in issues[:TAG_WORKERS]:
            threading.Thread(target=work, daemon=True).start()
    except RuntimeError:
        pass  # no more threads can be had: fewer have to do
    failures = collect_tallies(client, results, tallies)
    waiting.clear()
    if not failures:
        return tallies, []
    reason = getattr(failures[-1], "message", f"internal error ({type(failures[-1]).__name__})")
    missing = f"{tallies.count(())} of {len(issues)} issues"
    return tallies, [f"note: the environments and top tags of {missing} could not be read ({reason})"]


def collect_tallies(client, results, tallies):  # type: (Client, Any, list[Any]) -> list[Any]
    """Put results into tallies, as long as that is worth waiting for. Returns what went wrong."""
    import queue

    failures = []  # type: list[Any]
    deadline = time.monotonic() + 2 * client.args.timeout
    for _ in range(len(tallies)):
        try:
            index, tallies[index], failure = results.get(timeout=max(0, deadline - time.monotonic()))
        except queue.Empty:
            failures.append(Failure(NETWORK, f"not within {2 * client.args.timeout:g} s"))
            break
        failures += [failure] if failure else []
        if len(failures) >= TAG_PATIENCE or getattr(failure, "status", None) == RATE_LIMITED:
            break  # tags are not worth waiting for ever
    return failures


def checked_id(issue):  # type: (Object) -> str
    """Return an issue's numeric ID from an answer. Raises Failure when it isn't one."""
    issue_id = str(text_at(issue, "id"))
    if not re.fullmatch(ISSUE_ID, issue_id):
        raise Failure(UNUSABLE, "the server gave an issue without a numeric ID")
    return issue_id


def listing_notes(args, listing, what, about):  # type: (Args, Listing, str, str) -> list[str]
    """Say how to go on where there is more than was printed, or which filters gave nothing."""
    if listing.more:
        # X-Hits counts matches of the query at any time, so with a time range it would not be true.
        true_count = what == "issues" and listing.hits and not (args.time_range or args.cursor)
        pages = "" if listing.items else f" from the first {MAX_PAGES} pages"
        more = f"of {listing.hits} {what} printed" if true_count else f"printed{pages}, there may be more {what}"
        rest = f"--cursor '{listing.cursor}'" if listing.cursor else "a higher --limit or narrower filters"
        return [f"note: {len(listing.items)} {more}; go on with {rest}"]
    if listing.items:
        return []
    environment = f"environment {args.environment!r}" if args.environment else "any environment"
    after = " after this cursor" if args.cursor else ""
    return [f"note: no {what} match{after}: {environment}, time range {args.time_range_text or 'any'}, {about}"]


def other_environments(args, client):  # type: (Args, Client) -> list[str]
    """Say, after an empty list, which environments would have had issues."""
    try:
        probe = argparse.Namespace(**{**vars(args), "environment": "", "limit": PROBE_ISSUES})
        issues = find_issues(probe, client).items
    except Failure as failure:
        return [f"note: whether other environments have issues could not be checked ({failure.message})"]
    if not issues:
        return []
    tallies, _ = count_all(client, issues)
    seen = Counter(sorted(name for tally in tallies if tally for name in tally[0] if name != args.environment))
    names = ", ".join(map(repr, dict(seen.most_common(5))))
    hint = "use --environment NAME, or --environment '' for all"
    return [f"note: there are issues in {names or 'no named environment'}; {hint}"]


ISSUE_FORMS = "a numeric ID (1234567890), a short ID (BACKEND-1A) or the issue's web address; list-issues prints IDs"
EVENT_FORMS = "32 hex digits, with or without dashes, or the event's web address; issue-events prints IDs"


def resolve_issue(args, client):  # type: (Args, Client) -> str
    """Return the numeric ID of the issue that was asked for; a short ID is looked up."""
    short_id = read_id(args, args.issue, f"{ISSUE_ID}|{SHORT_ID}", "issues", ISSUE_FORMS).upper()
    if short_id.isdigit():
        return short_id
    require_project(args)
    page, _ = client.get(PROJECT_ISSUES.format(args=args), {"query": short_id, "shortIdLookup": 1, "limit": 1})
    for issue in expect_list(page):
        if str(text_at(issue, "shortId short_id")).upper() == short_id:
            return checked_id(issue)
    raise Failure(
        NOT_FOUND,
        f"no issue {short_id} in {args.org}/{args.project}",
        "check the project; some servers (GlitchTip) know numeric IDs only, which list-issues prints",
    )


# A base URL, a space, and a web address of the same host or a subdomain of it.
WEB_ADDRESS = (
    r"https?://(\[[^]]*\]|[^/:\s]+)(?=[:/ ])\S* "
    r"https?://([^/?#@\s]*@)?([^/?#:@\s]+\.)?\1(:[0-9]+)?(?P<path>/[^?#\s]*)?([?#]\S*)?"
)


def read_id(args, given, pattern, parent, expected):  # type: (Args, str, str, str, str) -> str
    """Return the ID in an ID or a web address of the configured server, where it stands below `parent`."""
    form, place = f"({pattern})", given.strip()
    if "://" in place:
        address = re.fullmatch(WEB_ADDRESS, f"{args.base_url} {place}", re.IGNORECASE)
        if not address:
            message = f"received the web address {shown(place)}, but the base URL is {args.base_url}"
            hint = "to ask another server, SENTRY_BASE_URL must name it; the token would go there, so the user decides"
            raise Failure(USAGE, message, hint)
        form, place = f".*?/{parent}/{form}(/.*)?", address["path"] or ""
    found = re.fullmatch(form, place)
    if not found:
        raise Failure(USAGE, f"received {shown(given)}, expected {expected}")
    return found[1]


def plain_id(given):  # type: (str) -> str
    """Return an event ID or short ID as Sentry wants it."""
    return given.replace("-", "").lower() if re.fullmatch(EVENT_ID, given) else given.upper()


def require_project(args):  # type: (Args) -> None
    """Raise Failure unless the organization and the project are given."""
    missing = [f"--{name} (or SENTRY_{name.upper()})" for name in ("org", "project") if getattr(args, name) is None]
    if missing:
        hint = "add them, such as --org my-org --project my-project; both are in the address of Sentry's web page"
        raise Failure(USAGE, " and ".join(missing) + " not given", hint)


COMMANDS = {
    "list-issues": list_issues,
    "issue-detail": issue_detail,
    "issue-events": issue_events,
    "event-detail": event_detail,
}
FIELDS = {
    "list-issues": ISSUE_FIELDS,
    "issue-detail": ISSUE_DETAIL_FIELDS,
    "issue-events": EVENT_FIELDS,
    "event-detail": EVENT_DETAIL_FIELDS,
}

# --- Parser ------------------------------------------------------------------


def matching(pattern, expected, text):  # type: (str, str, str) -> str
    """Return a text that matches a pattern. argparse reports what is raised for others."""
    if not re.fullmatch(pattern, text):
        raise argparse.ArgumentTypeError(f"received {shown(text)}, expected {expected}")
    return text


BASE_URL = (  # without a trailing slash or /api/0 in its path
    r"(?ai)(?P<origin>https?://(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>(?!0[0-9])[0-9]{1,9}))?)"
    r"(?P<path>/(?!/|.*//|.*\.\.)[!\"$&->@-\[\]-~]*?)??(?-i:/api(?:/0)?)?/?"
)
WEB_SERVER = "http:// or https:// and a host, such as https://sentry.example.com"


def base_url(text):  # type: (str) -> str
    """Return a base URL in lower case but for its path, without a trailing slash or /api/0."""
    if "@" in text.partition("://")[2].partition("/")[0]:
        raise argparse.ArgumentTypeError("received a URL with credentials in it, expected one without them")
    found = re.fullmatch(BASE_URL, matching(BASE_URL, WEB_SERVER, text.strip()))  # type: Any
    if found["port"] and not 0 < int(found["port"]) <= 65535:
        raise argparse.ArgumentTypeError(f"received the port {found['port']}, expected one from 1 to 65535")
    return f"{found['origin'].lower()}{found['path'] or ''}"


# Those of all commands stand before or after the command. Flags have no metavar (-).
OPTIONS = read_rows(f"""
    NAME              COMMANDS                   METAVAR     HELP
    issue             issue-detail,issue-events  ISSUE       numeric ID, short ID (BACKEND-1A) or web address
    event             event-detail               EVENT       32 hex digits, dashed or not, or the event's web address
    --include-entries event-detail               -           add stack frames, variables, breadcrumbs
    --environment     list-issues,issue-events   NAME        '' for all; default of list-issues: {DEFAULT_ENVIRONMENT}
    --time-range      list-issues,issue-events   RANGE       30m (minutes), 24h, 7d, 2w; '' for any time; default of list-issues: {DEFAULT_TIME_RANGE}
    --query           list-issues                Q           Sentry search; default {DEFAULT_QUERY}; '' for every status
    --limit           list-issues,issue-events   N           how many; default {DEFAULT_LIMIT}, at most {MAX_LIMIT}
    --cursor          list-issues,issue-events   C           go on where an earlier call's note says
    --format          list-issues,issue-events   json|table  default json; table for people
    --no-tags         list-issues,issue-detail   -           no environments and top_tags: fewer requests
    --org             all                        SLUG        organization
    --project         all                        SLUG        project
    --base-url        all                        URL         default {DEFAULT_BASE_URL}
    --timeout         all                        SECONDS     for one attempt; default {DEFAULT_TIMEOUT}
    --user-agent      all                        TEXT        User-Agent header
    --fields          all                        A,B         print these fields only, in this order
    --raw             all                        -           Sentry's own objects, redacted
    --verbose         all                        -           one line per request on stderr
""")  # noqa: E501 one line a row

VALUES = read_rows(r"""
    METAVAR     PATTERN                            EXPECTED
    NAME        (?:(?![\ud800-\udfff])[^\x00-\x1f\x7f]){0,4000}  at most 4000 characters, without control characters
    RANGE       (?:0{0,99}[1-9][0-9]{0,5}[mhdw])?  a number and m (minutes), h, d or w, such as 24h, or '' for any time
    N           0{0,99}[1-9][0-9]{0,999}           a whole number above 0
    json|table  json|table                         json or table
    SLUG        [A-Za-z0-9_][A-Za-z0-9_-]{0,99}    a slug: letters, digits, - and _
    SECONDS     (?a)(?![0.]*$)0{0,9}(?:[12]?\d{1,3}|3[0-5]\d\d|3600(?=[.0]*$))(?:\.\d{0,9})?  more than 0, at most 3600
    TEXT        [\x20-~]{1,200}                    1 to 200 printable ASCII characters
""")
TYPES = {metavar: partial(matching, pattern, expected) for metavar, pattern, expected in VALUES}  # type: dict[str, Any]
TYPES["C"] = partial(matching, CURSOR, "the cursor of an earlier call's note, such as 0:100:0")
TYPES.update(Q=TYPES["NAME"], URL=base_url)

VARIABLES = read_rows("""
    OPTION      METAVAR  VARIABLE
    org         SLUG     SENTRY_ORG
    project     SLUG     SENTRY_PROJECT
    base_url    URL      SENTRY_BASE_URL
    user_agent  TEXT     SENTRY_USER_AGENT
""")
DEFAULTS = {  # the others' is None
    "limit": DEFAULT_LIMIT,
    "timeout": DEFAULT_TIMEOUT,
    "base_url": DEFAULT_BASE_URL,
    "user_agent": f"sentry-api/{__version__}",
}
LIST_ISSUES_DEFAULTS = {"environment": DEFAULT_ENVIRONMENT, "time_range": DEFAULT_TIME_RANGE, "query": DEFAULT_QUERY}

ABOUT = read_rows("""
    COMMAND       DESCRIPTION
    list-issues   List a project's issues, most recently seen first.
    issue-detail  Show one issue.
    issue-events  List an issue's events, newest first.
    event-detail  Show one event; no frames or variables unless --include-entries.
""")
EXAMPLES = dict(
    read_rows("""
    COMMAND       EXAMPLE
    list-issues   --org acme --project backend --time-range 24h --limit 10
    issue-detail  BACKEND-1A --org acme --project backend
    issue-events  1234567890 --limit 5 --fields id,timestamp,release
    event-detail  9fac2ceed9344f2bbfdd1fdacb0ed9b1 --org acme --project backend
""")
)
STATUSES = """\
exit status: 0 done (also when empty), 1 unusable answer or output, 2 wrong usage,
  3 not authorized, 4 not found, 5 rate limited, 6 network, 130 interrupted, 141 pipe closed"""
HELP_VARIABLES = """\
environment: SENTRY_AUTH_TOKEN (required; never an option), SENTRY_ORG, SENTRY_PROJECT,
  SENTRY_BASE_URL, SENTRY_USER_AGENT
"""


class Parser(argparse.ArgumentParser):
    """argparse with this program's errors, its door out, and a help layout that asks no terminal."""

    def __init__(self, **options):  # type: (**Any) -> None
        # The default formatter imports shutil and textwrap, and asks for the terminal's size once for every option.
        options["formatter_class"] = partial(argparse.RawTextHelpFormatter, max_help_position=28, width=98)
        super().__init__(allow_abbrev=False, **options)
        # What starts with one dash and is no option (--query -is:resolved) is a value, as negative numbers are.
        self._negative_number_matcher = re.compile("-[^-]")

    def error(self, message):  # type: (str) -> NoReturn
        hint = "a value that starts with a dash is written --option=VALUE; " if "expected one arg" in message else ""
        raise Failure(USAGE, message, f"{hint}see {self.prog} --help")

    def _print_message(self, message, file=None):  # type: (str, Any) -> None
        write_result([message])

    def add_options(self, command):  # type: (str) -> None
        """Add the options that all commands share and, of the others, the command's.

        No option has a default here: a command's would replace what stands before the command.
        """
        shared = self.add_argument_group("options before or after the command")
        flag = {"action": "store_true"}
        for name, commands, metavar, text in OPTIONS:
            if commands == "all" or command in commands.split(","):
                group = shared if commands == "all" else self
                value = flag if metavar == "-" else {"metavar": metavar, "type": TYPES.get(metavar, str)}
                group.add_argument(name, help=text, default=argparse.SUPPRESS, **value)


def build_parser(argv):  # type: (list[str]) -> Parser
    """Return the parser; of the commands' options only those that `argv` may need."""
    program = "sentry-api" if os.path.basename(sys.argv[0]) == "sentry-api" else "sentry_api.py"
    parser = Parser(
        prog=program,
        usage=program + " [OPTIONS] COMMAND [OPTIONS]",
        description="Read issues and events from Sentry. GET requests only; personal data is redacted.",
        epilog=HELP_VARIABLES + STATUSES,
    )
    parser.add_argument("--version", action="version", version=f"{program} {__version__}")
    parser.add_options("")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, prog=program)
    for name, about in ABOUT:
        command = commands.add_parser(name, help=about, description=about, add_help=name in argv)
        if name in argv:
            names = FIELDS[name]
            fields = ",\n  ".join(", ".join(names[start : start + 9]) for start in range(0, len(names), 9))
            epilog = f"example: {program} {name} {EXAMPLES[name]}\nfields: {fields}\n"
            if "top_tags" in names:
                epilog += f"environments and top_tags are counted over each issue's {TAG_EVENTS} newest events.\n"
            command.epilog = epilog + STATUSES
            command.add_options(name)
    return parser


def parse(argv):  # type: (list[str]) -> Args
    """Return the arguments, with the defaults and environment variables filled in and checked."""
    args = build_parser(argv).parse_args(argv)
    given = vars(args)
    for name, metavar, variable in VARIABLES:
        value = os.environ.get(variable, "").strip()  # an empty one counts as unset
        try:
            if value and name not in given:
                given[name] = TYPES[metavar](value)
        except argparse.ArgumentTypeError as error:
            raise Failure(USAGE, f"{variable}: {error}") from None
    args.environment_given = "environment" in given
    args.filters_given = args.environment_given or "time_range" in given
    names = (name.strip("-").replace("-", "_") for name, *_ in OPTIONS)
    issues_defaults = LIST_ISSUES_DEFAULTS if args.command == "list-issues" else {}
    args = argparse.Namespace(**{**dict.fromkeys(names), **DEFAULTS, **issues_defaults, **given})
    args.timeout = float(args.timeout)
    args.time_range_text = args.time_range
    args.time_range = int(args.time_range[:-1]) * UNITS[args.time_range[-1]] if args.time_range else 0
    args.asked_limit = int(args.limit)
    args.limit = min(args.asked_limit, MAX_LIMIT)
    check_fields(args)
    if args.command in ("list-issues", "event-detail"):
        require_project(args)
    return args


def check_fields(args):  # type: (Args) -> None
    """Split --fields into names. Raises Failure for unknown names, and for options that exclude each other."""
    if bool(args.raw) + (args.fields is not None) + (args.format == "table") > 1:
        raise Failure(USAGE, "--raw, --fields and --format table exclude each other", "choose one of them")
    if args.fields is None:
        return
    args.fields = list(map(str.strip, args.fields.split(",")))
    names = FIELDS[args.command] + (("entries",) if args.include_entries else ())
    for name in args.fields:
        if name not in names:
            raise Failure(USAGE, f"--fields: received {shown(name)}, expected names of {', '.join(names)}")


def read_token(base_url):  # type: (str) -> str
    """Return the token from SENTRY_AUTH_TOKEN. Raises Failure when there is none that could be sent."""
    token = configured_token()
    if not token:
        hint = f"create one with the scopes event:read, project:read and org:read on {base_url}{TOKEN_PAGE}, "
        hint += "then set it as an environment variable yourself; never paste it into a chat"
        raise Failure(UNAUTHORIZED, "SENTRY_AUTH_TOKEN is not set", hint)
    if not re.fullmatch("[!-~]+", token):
        raise Failure(UNAUTHORIZED, "SENTRY_AUTH_TOKEN holds spaces, control or non-ASCII characters", "set it again")
    return token


# --- Main --------------------------------------------------------------------

def main(argv=None):  # type: (list[str] | None) -> int
    """Run a command and return the exit status."""
    shown_hosts.clear()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            try:
                os.set_blocking(stream.fileno(), True)  # Python drops what a non-blocking pipe doesn't take
            except (AttributeError, OSError, ValueError):
                pass  # not a file, or Windows
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    try:
        return run(sys.argv[1:] if argv is None else argv)
    except Failure as failure:
        say(f"error: {failure.message}", failure.hosts)
        if failure.hint:
            say(f"hint: {failure.hint}")
        return failure.status
    except BrokenPipeError:
        return PIPE_CLOSED
    except MemoryError:
        say("error: the answer is too large for this machine's memory; nothing was printed")
        say("hint: try a lower --limit, or --fields")
        return UNUSABLE
    except Exception as error:  # noqa: BLE001 a bug; its traceback could hold anything
        where = error.__traceback__  # type: Any
        while where.tb_next:
            where = where.tb_next
        say(f"error: internal error ({type(error).__name__}, line {where.tb_lineno}); nothing was printed")
        return UNUSABLE


def run(argv):  # type: (list[str]) -> int
    """Run a command and return 0. Raises Failure and BrokenPipeError."""
    try:
        args = parse(argv)
    except SystemExit:  # argparse after --help and --version
        return OK
    shown_hosts.update(hosts_of(args.base_url))
    client = Client(args, read_token(args.base_url))
    if args.base_url.startswith("http:") and not re.match(LOOPBACK, args.base_url):
        say("warning: the base URL is plain http, so the token travels unencrypted; use https")
    source, record, notes = COMMANDS[args.command](args, client)
    found = source if args.raw else record
    value = list(map(partial(chosen, args), found)) if isinstance(found, list) else chosen(args, found)
    write_result(render(value, args))
    if args.asked_limit > MAX_LIMIT:
        say(f"note: --limit {args.asked_limit} is above the maximum; {MAX_LIMIT} was used")
    for note in notes:
        say(note)
    return OK


def chosen(args, item):  # type: (Args, Object) -> Object
    """Return what --raw, --fields and --include-entries ask for of Sentry's object or its record; all for a table."""
    keys = item if args.raw or args.format == "table" else args.fields or (*FIELDS[args.command], "entries")
    return {key: item.get(key) for key in keys if key != "entries" or args.include_entries}


def console_script():  # type: () -> NoReturn
    """Run as a process of its own: the sentry-api command, or this file as a script."""
    # For the sentry-api command, which imports this file; the script has done both at the top.
    signal.signal(signal.SIGINT, quiet_interrupt)
    put_off_imports()
    os._exit(main())  # both streams are flushed; freeing every object takes 4 ms of 45 for --help, 10 of 110 for 1 MB


if __name__ == "__main__":
    console_script()
