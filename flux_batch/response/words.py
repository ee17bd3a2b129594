"""The service's words and what they mean: one table, because its HTTP status is not reliable and its words are.

Rules apply to ``message`` (or ``messege``) and then to the tips, for any HTTP status including 200; the first that
matches decides. The order is that of the damage done by a mistake: what ends the run, what is only too early, what
ends one job. Words that match no rule leave the verdict to the HTTP status.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TypeAlias

from flux_batch.response.verdict import Busy, Gone, Refused, Stop, StopReason

Meaning: TypeAlias = Busy | Gone | Refused | Stop


@dataclass(frozen=True, slots=True)
class Rule:
    """Words and their meaning.

    Attributes:
        name: unique, for tests and reports.
        words: pattern searched in the text, in any case.
        meaning: the verdict, its message still empty.
        source: where the words are known from.
    """

    name: str
    words: re.Pattern[str]
    meaning: Meaning
    source: str


def _rule(name: str, words: str, meaning: Meaning, source: str) -> Rule:
    return Rule(name, re.compile(words, re.IGNORECASE), meaning, source)


KEY = Stop(StopReason.KEY, "")
CREDIT = Stop(StopReason.CREDIT, "")
PLAN = Stop(StopReason.PLAN, "")
NO_ROOM = Busy("")
SPAM_FILTER = Busy("", retry_after=30.0)
"""The filter's own text names 30 seconds; that holds where it is met without them."""
BROKEN = Busy("", server=True)
REFUSED = Refused("")
GONE = Gone("")

RULES = (
    _rule(
        "bad key",
        r"\b(?:invalid|wrong|incorrect|expired|revoked|disabled|missing) api[ _-]?key\b",
        KEY,
        "old docs landing page, error-codes page: 'Invalid Api Key'",
    ),
    _rule(
        "key is bad",
        r"\bapi[ _-]?key\b[^.]{0,40}\b(?:invalid|not valid|expired|revoked|disabled|not found|missing|required)\b",
        KEY,
        "the same, the other way round; no capture",
    ),
    _rule("key field", r"(?:^|\s)key: .{0,40}\b(?:required|invalid)\b", KEY, "shape of the validation errors"),
    _rule("unauthenticated", r"^(?:unauthenticated|unauthori[sz]ed)\W*$", KEY, "what the service's framework says"),
    _rule(
        "suspended",
        r"\baccount\b[^.]{0,30}\b(?:suspended|blocked|banned|disabled|deactivated)\b",
        KEY,
        "docs on the prompt filter: repeated attempts suspend the account",
    ),
    _rule(
        "insufficient credits",
        r"\b(?:insufficient|not enough|out of|no (?:more )?|exhausted )\s*(?:wallet )?(?:credits?|balance|funds)\b",
        CREDIT,
        "error-codes page: 'Insufficient credits. Please add ...'; a client matches 'out of credits'",
    ),
    _rule(
        "credits exhausted",
        r"\b(?:credits?|balance|wallet)\b[^.]{0,20}\b(?:insufficient|exhausted|empty|too low|used up|run out)\b",
        CREDIT,
        "pattern of a production batch client",
    ),
    _rule(
        "monthly limit",
        r"\b(?:daily|monthly|subscription) (?:limit|quota)\b.{0,20}\b(?:exceeded|reached|used)\b|\bquota exceeded\b",
        CREDIT,
        "a client compares on 'Your monthly limit exceeded, upgrade subscription now on ...'",
    ),
    _rule(
        "spam filter",
        r"\bspam filter\b|\bsending same request\b",
        SPAM_FILTER,
        "old docs landing page: 'you are sending same request multiple times, spam filter is enabled'",
    ),
    _rule(
        "rate limit",
        r"\brate limit|\btoo many (?:\w+ )?(?:requests?|jobs?|calls?|generations?|attempts?)\b",
        NO_ROOM,
        "rate-limits page: 'Rate limit exceeded. Maximum 5 queued requests allowed.'; 2026 clients match both",
    ),
    _rule(
        "queue full",
        r"\bcurrent_queue\b|\bqueue (?:is )?(?:currently )?full\b|\bqueued requests?\b",
        NO_ROOM,
        "live texts a 2026 batch client matches; exact body never captured",
    ),
    _rule(
        "needs a plan",
        r"\brequires? (?:an? )?(?:[\w-]+ ){0,2}(?:subscription|plan)\b",
        PLAN,
        "error-codes page: 'This feature requires a premium subscription'",
    ),
    _rule(
        "subscription over",
        r"\bsubscription\b[^.]{0,20}\b(?:expired|ended|cancell?ed|inactive)\b|\bno (?:active|valid) subscription\b",
        PLAN,
        "reliability table: text 'subscription' ends the run; no capture",
    ),
    _rule(
        "unknown id",
        r"\brequest (?:id )?not found\b",
        GONE,
        "captured: fetch of an unknown id says failed, 'Request not found'",
    ),
    _rule(
        "bad request",
        r"\binvalid api request\b",
        REFUSED,
        "captured: malformed JSON; its tip speaks of the API key and means something else",
    ),
    _rule(
        "unknown model",
        r"\bmodel(?: id)?(?: is)? not found\b",
        REFUSED,
        "load test log of 2023, 177 times; error-codes page",
    ),
    _rule(
        "bad value",
        r"\bmust be (?:between|divisible|true|an?\b|at (?:least|most)|one of|in\b|less|greater)|\bis required\b",
        REFUSED,
        "error-codes page: range checks; captured: 'The temp field must be true or false'",
    ),
    _rule("bad input image", r"\bunable to fetch image\b", REFUSED, "error-codes page, image to image"),
    _rule(
        "server error",
        r"\binternal server error\b",
        BROKEN,
        "error-codes page: 'Internal server error. Please try again.'",
    ),
    _rule(
        "failed, try again",
        r"\bfailed,? (?:please )?try again\b",
        BROKEN,
        "load test log: 220 of 229 failed again at once, so only a pause helps",
    ),
    _rule(
        "unavailable",
        r"\btemporarily unavailable\b",
        NO_ROOM,
        "error-codes page: 'Service temporarily unavailable. Please try again later.'",
    ),
    _rule(
        "try again",
        r"(?<!and )\btry again\b|\bwait\b.{0,40}\btry again\b",
        NO_ROOM,
        "cool-downs met live: 'try again in 30 minutes'; 'change this and try again' is another matter",
    ),
)

WRONG_FORM = frozenset({"bad request", "bad value"})
"""Rules that find fault with the form of a request; heard from a poll they mean the poll, not the job."""

LIMIT = re.compile(r"\bmax(?:imum)?(?: of)? (\d{1,4}) (?:\w+ )?(?:requests?|jobs?)\b", re.IGNORECASE)


def find_rule(message: str, tips: str) -> Rule | None:
    """Return the rule for the service's words, or None. The message is heard before the tips, which advertise a lot."""
    return next((rule for text in (message, tips) for rule in RULES if rule.words.search(text)), None)


def queue_limit(words: str) -> int | None:
    """Return the queue depth named in "Maximum 5 queued requests allowed", or None."""
    found = LIMIT.search(words)
    return int(found.group(1)) or None if found else None


def say(meaning: Meaning, message: str) -> Meaning:
    """Return *meaning* with the service's words in it."""
    return replace(meaning, message=message)
