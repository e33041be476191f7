"""What a database takes for the same text that tells neither case nor accents apart."""

from __future__ import annotations

import unicodedata
from typing import Final

ITEM_ID: Final = 36
"""Characters of an item's id that ejabberd's index of MySQL holds."""

SQL: Final = "http://jabber.org/protocol/rsm"
"""The feature (XEP-0059) of a pubsub service that gives items in pages, as ejabberd does where it
keeps them in SQL."""


def collated(text: str, most: int | None = None) -> str:
    """The same for all texts that such a database takes for one, of the first `most` characters.

    COMPAT(ejabberd 23.01): on MySQL and MariaDB it compares ids by `utf8mb4_unicode_ci`, those of
    items by 36 characters. Shown by test_compat_ejabberd_on_mariadb_takes_similar_items_for_one.
    """
    parts = unicodedata.normalize("NFKD", text[:most])
    return "".join(each for each in parts if not unicodedata.combining(each)).casefold().rstrip()
