"""Where a saved plan belongs: to the account and to the services that it was made with.

What a plan takes for granted beyond its objects stands in them: which rights are our own, what a
service offers, how much it keeps. Another account, or another service by the same name, was never
looked at when somebody said yes. That holds for the services of rooms as for those of nodes.
"""

from __future__ import annotations

from collections.abc import Iterator

from spaces_sync.model.state import Form, Reading, Service
from spaces_sync.plan.plan import Plan


def unlike_planned(plan: Plan, reading: Reading) -> Iterator[str]:
    """How the services of `reading` are not those that `plan` was made with, in words.

    Of each what it says of itself counts: its name, its features and how it makes a node, which
    is what it keeps as well. Where it is reached does not.
    """
    for jid, then in sorted(plan.facts.services.items()):
        if (now := reading.services.get(jid)) is not None:
            yield from (f"{jid}: {difference}" for difference in _differences(then, now))


def _differences(then: Service, now: Service) -> Iterator[str]:
    if then.name != now.name:
        yield f"was {then.name!r} when planned, and is {now.name!r}"
    if gone := sorted(then.features - now.features):
        yield f"does not offer {', '.join(gone)} any more"
    if new := sorted(now.features - then.features):
        yield f"has come to offer {', '.join(new)}"
    for var in sorted(then.default_config.keys() | now.default_config.keys()):
        before, after = _told(then.default_config, var), _told(now.default_config, var)
        if before != after:
            yield f"{var} of a new node was {before} when planned, and is {after}"


def _told(form: Form, var: str) -> str:
    """What the form of a new node says of one field, as far as a plan can depend on it."""
    field = form.get(var)
    if field is None:
        return "not there"
    limit = "" if field.highest is None else f", at most {field.highest}"
    options = f", of {', '.join(sorted(field.options))}" if field.options else ""
    return f"{', '.join(sorted(field.values)) or 'empty'}{options}{limit}"
