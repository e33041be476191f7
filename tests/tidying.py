"""Nodes of tests that are over, taken from a server which others go on with.

Each read looks into all ledgers of its account: with what a few hundred tests and cut points leave
behind, an apply costs five times as much, and what lists all that there is finds it.
"""

import re
from collections.abc import Collection

from spaces_sync.model.addresses import Jid
from spaces_sync.ports import Writer


async def delete_nodes(names: Collection[str], service: Jid, writer: Writer) -> None:
    """Those of the account that have one of `names` in theirs; `dev-7` is not in `dev-71`."""
    named = re.compile(rf"({'|'.join(map(re.escape, names))})(?!\d)")
    for each in await writer.own_nodes(service):
        if named.search(each.node):
            await writer.delete_node(each)
