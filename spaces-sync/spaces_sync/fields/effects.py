"""What a change of a field can do to people and to what is stored: one row a field.

Guards, consequences, the colours of reports and `protect` read this table and nothing else, for
whatever sets a field: a key of the language, table 1 of XEP-0503, or an entry under `config`. A
direction counts: opening a node is not closing it. A field without a row does none of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from spaces_sync.model.counting import whole_number
from spaces_sync.model.state import Values, is_true, same_values
from spaces_sync.profile import (
    ACCESS_MODEL,
    ALLOW_INVITES,
    MAX_ITEMS,
    MEMBERS_ONLY,
    PASSWORD_PROTECTED,
    PERSIST_ITEMS,
    PERSISTENT,
    PUBLISH_MODEL,
    SECRET,
)

Effect: TypeAlias = Literal["loses data", "shuts out", "opens", "ends it"]
"""What a change of a field can do.

`loses data`: items or a history go. `shuts out`: people can no longer read, enter, find or write.
`opens`: more people can. `ends it`: the object goes by itself.
"""


@dataclass(frozen=True, slots=True)
class FieldEffect:
    """An effect, and what follows from the change, in words; "": the effect needs no words.

    insiders: whether it shuts out people who have had access so far: of a node its subscribers,
    of a room those who are in it or know the way in.
    """

    effect: Effect
    words: str = ""
    insiders: bool = False


Effects: TypeAlias = tuple[FieldEffect, ...]


@dataclass(frozen=True, slots=True)
class Flag:
    """A boolean: what follows when it becomes true, and when it becomes false."""

    true: Effects = ()
    false: Effects = ()


@dataclass(frozen=True, slots=True)
class Ranks:
    """One of several words: what follows when it becomes one of a higher or a lower rank.

    Two of the same rank, and a word that is not known, are both.
    """

    ranks: Mapping[str, int]
    higher: Effects = ()
    lower: Effects = ()


@dataclass(frozen=True, slots=True)
class Amount:
    """A number: what follows when it becomes lower or higher. What is no number is no limit."""

    lower: Effects = ()
    higher: Effects = ()
    none: frozenset[str] = frozenset()  # numbers that say that there is no limit


@dataclass(frozen=True, slots=True)
class Names:
    """A set: what follows when something comes into it, and when something goes."""

    more: Effects = ()
    fewer: Effects = ()
    none: frozenset[str] = frozenset()  # words that stand for nothing


@dataclass(frozen=True, slots=True)
class Word:
    """Any text: what follows when it is set or changed, and when it is taken away."""

    given: Effects = ()
    gone: Effects = ()


Rule: TypeAlias = Flag | Ranks | Amount | Names | Word


def _effect(effect: Effect, words: str = "", *, insiders: bool = False) -> Effects:
    return (FieldEffect(effect, words, insiders),)


_OPENS: Final = _effect("opens")
_SHUTS_OUT: Final = _effect("shuts out")
_INVITES: Final = _effect(
    "opens", "who is in it can let anybody in, also where only members may enter"
)

EFFECTS: Final[Mapping[str, Rule]] = {
    # of nodes
    ACCESS_MODEL: Ranks(
        {"open": 2, "authorize": 1, "presence": 1, "roster": 1, "whitelist": 0}, _OPENS, _SHUTS_OUT
    ),
    PUBLISH_MODEL: Ranks(
        {"open": 2, "subscribers": 1, "publishers": 0},
        _effect("opens", "more people can publish, and replace what is there"),
        _SHUTS_OUT,
    ),
    MAX_ITEMS: Amount(lower=_effect("loses data")),
    PERSIST_ITEMS: Flag(false=_effect("loses data")),
    "pubsub#item_expire": Amount(
        lower=_effect("loses data", "an item goes when it is that old"), none=frozenset({"0"})
    ),
    "pubsub#purge_offline": Flag(
        true=_effect("loses data", "an item goes when who published it goes offline")
    ),
    "pubsub#tempsub": Flag(
        true=_effect("shuts out", "who goes offline is unsubscribed", insiders=True)
    ),
    "pubsub#subscribe": Flag(
        true=_effect("opens", "people can subscribe from now on"),
        false=_effect("shuts out", "nobody can subscribe any more"),
    ),
    "pubsub#roster_groups_allowed": Names(
        _effect("opens", "more groups of the roster can read"),
        _effect("shuts out", "fewer groups of the roster can read", insiders=True),
    ),
    "pubsub#collection": Names(
        _effect("opens", "who is subscribed to that collection is sent what is published here")
    ),
    # of rooms
    PERSISTENT: Flag(
        false=_effect("ends it", "it goes with its history when the last one leaves it")
    ),
    MEMBERS_ONLY: Flag(
        true=_effect("shuts out", "who is in it and no member is sent out", insiders=True),
        false=_effect("opens", "anyone can enter from now on"),
    ),
    "muc#roomconfig_publicroom": Flag(
        true=_effect("opens", "anyone can find it from now on"), false=_SHUTS_OUT
    ),
    "public_list": Flag(true=_effect("opens", "anyone can see who is in it"), false=_SHUTS_OUT),
    "muc#roomconfig_moderatedroom": Flag(
        true=_effect("shuts out", "who has no voice cannot speak any more", insiders=True),
        false=_effect("opens", "everybody in it can speak"),
    ),
    "members_by_default": Flag(
        true=_effect("opens", "who enters can speak, also where it is moderated"),
        false=_SHUTS_OUT,
    ),
    ALLOW_INVITES: Flag(true=_INVITES),
    "captcha_protected": Flag(
        true=_SHUTS_OUT, false=_effect("opens", "who enters need not prove to be a person")
    ),
    PASSWORD_PROTECTED: Flag(true=_effect("shuts out", insiders=True), false=_OPENS),
    SECRET: Word(
        _effect("shuts out", "who wants to join needs the new password", insiders=True),
        _effect("opens", "who wants to join needs no password any more"),
    ),
    "muc#roomconfig_whois": Ranks(
        {"anyone": 1, "moderators": 0},
        _effect("opens", "everybody in it sees everybody's JID"),
    ),
    "muc#roomconfig_presencebroadcast": Names(
        _effect("opens", "more of those in it are seen by the others"), none=frozenset({"none"})
    ),
    "muc#roomconfig_getmemberlist": Names(
        _effect("opens", "more of those in it can see who is a member"), none=frozenset({"none"})
    ),
    "muc#roomconfig_maxusers": Amount(
        lower=_effect("shuts out", "fewer people can be in it at once", insiders=True)
    ),
    "muc#roomconfig_enablelogging": Flag(
        true=_effect("opens", "what is said in it is written into a log")
    ),
    "muc#roomconfig_enablearchiving": Flag(
        false=_effect("loses data", "what is said in it is not archived any more")
    ),
    "mam": Flag(false=_effect("loses data", "what is said in it is not archived any more")),
    "muc#roomconfig_historylength": Amount(
        lower=_effect("loses data", "it keeps a shorter history")
    ),
    "allow_subscription": Flag(true=_effect("opens", "people can subscribe without entering")),
}
"""By the name of the form field, `var`."""


def effects(var: str, before: Values, after: Values) -> Effects:
    """What follows when the field `var` with the values `before` gets those of `after`.

    A field that had none may have held anything: only the new values count then.
    """
    rule = EFFECTS.get(var)
    if rule is None or same_values(before, after):
        return ()
    match rule:
        case Flag(true=true, false=false):
            return true if is_true(_first(after)) else false
        case Ranks(ranks=ranks, higher=higher, lower=lower):
            rises, falls = _by_rank(ranks, _first(before), _first(after))
            return (*(higher if rises else ()), *(lower if falls else ()))
        case Amount(lower=lower, higher=higher):
            return lower if _amount(rule, after) < _amount(rule, before) else higher
        case Names(more=more, fewer=fewer, none=none):
            came, went = {*after} - {*before, "", *none}, {*before} - {*after, "", *none}
            return (*(more if came else ()), *(fewer if went else ()))
        case Word(given=given, gone=gone):
            return given if any(after) else gone


def _by_rank(ranks: Mapping[str, int], before: str, after: str) -> tuple[bool, bool]:
    """Whether it may rise, and whether it may fall; both where that cannot be told."""
    new, old = ranks.get(after), ranks.get(before)
    if new is None or old == new:
        return True, True
    if old is None:
        return new > min(ranks.values()), new < max(ranks.values())
    return new > old, new < old


def _amount(rule: Amount, values: Values) -> float:
    text = _first(values)
    number = None if text in rule.none else whole_number(text)
    return float("inf") if number is None else number


def _first(values: Values) -> str:
    return values[0] if values else ""
