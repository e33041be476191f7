"""What a server offers an account, in words, and what its configuration lacks."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from spaces_sync.model.addresses import Jid
from spaces_sync.model.counting import first_of, plural
from spaces_sync.model.offer import Findings, Offer
from spaces_sync.model.servers import Brand
from spaces_sync.report.server_settings import Setting

_NAMES: Final[dict[Brand | None, str]] = {
    "prosody": "Prosody",
    "ejabberd": "ejabberd",
    None: "a server of a kind that is not known here",
}
_FILES: Final[dict[Brand | None, str]] = {
    "prosody": "/etc/prosody/prosody.cfg.lua",
    "ejabberd": "/etc/ejabberd/ejabberd.yml",
}
_REMARK: Final[dict[Brand | None, str]] = {"prosody": "--", "ejabberd": "#"}
_STEP: Final = {"--": "    ", "#": "  "}
_REMARK_WIDTH: Final = 60  # so that no terminal breaks the line of a remark, which would end it
_UNREADABLE_SHOWN: Final = 10


def offered(offer: Offer) -> Iterator[str]:
    """The services of a server; why, where it does not tell them."""
    yield f"{offer.server} is {_NAMES[offer.brand]}"
    if offer.unlisted:
        yield f"    does not list its services: {offer.unlisted}"
    yield from (f"    {jid}  nodes, and so spaces" for jid in offer.pubsub)
    yield from (f"    {jid}  rooms" for jid in offer.rooms)
    if why := offer.untold.get(offer.server):
        yield f"    does not list its services: {why}"


def silent(offer: Offer) -> Iterator[str]:
    """A note on what is listed and has not said what it is; nothing where there is none."""
    if names := offer.untold.keys() - {offer.server}:
        yield ""
        yield f"not known, for it did not say what it is: {first_of(names)}"


def rights(found: Findings, account: Jid, *, rooms: bool) -> Iterator[str]:
    """What the account may do on a service, and what nobody can know before the first apply.

    rooms: whether there is a service for them.
    """
    service = found.service.jid
    yield f"{account} on {service}"
    yield {
        True: "    may create nodes: it is an admin of the service",
        False: "    may not create nodes; what it owns, it can manage",
        None: "    whether it may create nodes, the first apply tells",
    }[found.creates]
    if rooms:
        yield "    whether it may create rooms, the first apply tells"
    if not found.spaces:
        yield "    sees no spaces there"
        return
    yield f"    may read {found.readable} of {plural(len(found.spaces), 'space')} as an owner"
    failed = sorted(each for each in found.spaces if each in found.reading.failed)
    for each in failed[:_UNREADABLE_SHOWN]:
        yield f"        {each}: {found.reading.failed[each]}"
    if more := len(failed[_UNREADABLE_SHOWN:]):
        yield f"        and {more} more"


def lacking(settings: Iterable[Setting], brand: Brand | None) -> Iterator[str]:
    """Settings as they are written in the configuration of a server."""
    known = list(settings)
    if brand is None:
        yield ""
        yield "whoever runs the services knows how this account is let create nodes and rooms there"
    if certain := [each for each in known if each.certain]:
        yield ""
        yield f"{_FILES[brand]} lacks, beside what is there:"
        yield from (f"    {line}" for line in configuration(certain, _REMARK[brand]))
    if doubtful := [each for each in known if not each.certain]:
        yield ""
        yield f"check whether {_FILES[brand]} has, where you want it:"
        yield from (f"    {line}" for line in configuration(doubtful, _REMARK[brand]))


def configuration(settings: Iterable[Setting], remark: str) -> Iterator[str]:
    """The lines of a configuration; what belongs into the same part of it stands together."""
    around: Sequence[str] = ()
    for each in sorted(settings, key=lambda each: tuple(each.within)):
        same = 0
        while same < len(around) and around[: same + 1] == each.within[: same + 1]:
            same += 1
        around = each.within
        yield from around[same:]
        inner = around[-1]
        indent = " " * (len(inner) - len(inner.lstrip()) + len(_STEP[remark]))
        for line in textwrap.wrap(each.why, _REMARK_WIDTH, break_long_words=False):
            yield f"{indent}{remark} {line}"
        yield from (f"{indent}{line}" for line in each.lines)
