"""All rules: those of XEP-0503 0.3.0 in its order, those that it stands on, and our advice."""

from __future__ import annotations

from typing import Final

from spaces_sync.check import features, listing, membership, objects, pictures, table1, wrappers
from spaces_sync.check.subjects import Row, not_applicable, row

_JOINING: Final = "binds clients that join; this program joins nothing"

_OF_OTHERS: Final = (
    row(
        "R32",
        "5.2.1",
        "SHOULD",
        "client",
        "pictures are uploaded to stay (XEP-0363)",
        not_applicable("binds clients that upload; this program uploads nothing"),
    ),
    row(
        "R33",
        "5.2.1",
        "MAY",
        "client",
        "an item of pictures has several metadata",
        not_applicable("binds clients; this program reads several and writes one"),
    ),
    row("R34", "5.3", "declared", "client", "to join is to subscribe", not_applicable(_JOINING)),
    row(
        "R35",
        "5.3",
        "SHOULD",
        "client",
        "who joins subscribes to metadata, too (XEP-0497)",
        not_applicable(_JOINING),
    ),
    row(
        "R36",
        "5.3",
        "may",
        "client",
        "who joins says so (XEP-0330, XEP-0465)",
        not_applicable(_JOINING),
    ),
    row(
        "R48",
        "6",
        "declared",
        "registrar",
        "two names are registered",
        not_applicable("binds the registrar"),
    ),
    row(
        "R49",
        "7",
        "declared",
        "registrar",
        "rights and several services are out of scope",
        not_applicable("asks for nothing"),
    ),
)


def _number(each: Row) -> tuple[int, int]:
    return "RDX".index(each.rule.id[0]), int(each.rule.id[1:])


_MODULES: Final = (table1, features, listing, pictures, wrappers, membership, objects)
RULES: Final[tuple[Row, ...]] = tuple(
    sorted((*_OF_OTHERS, *(each for module in _MODULES for each in module.ROWS)), key=_number)
)
