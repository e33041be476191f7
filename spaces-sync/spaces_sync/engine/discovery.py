"""Which nodes a service has, as far as an account can find out, and which of them are spaces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from spaces_sync.engine import concurrency
from spaces_sync.engine.concurrency import Count, uncounted
from spaces_sync.engine.reading import read_service
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.selection import EVERYTHING, Selection
from spaces_sync.model.state import Form, Service
from spaces_sync.ports import NodeList, Reader, UnansweredError, UnusableAnswerError, together
from spaces_sync.profile import is_space


@dataclass(frozen=True, slots=True)
class Discovery:
    """The nodes of a service that it names, and those that the account has an affiliation with.

    spaces: those that say that they are one, with their metadata. unknown: those that were not
    answered for, and why. listed: how many the service named. complete: False where it holds, or
    may hold, others back.
    """

    nodes: Sequence[NodeAddress]  # also those that are not selected
    spaces: Mapping[NodeAddress, Form]
    unknown: Mapping[NodeAddress, str]
    listed: int
    complete: bool


async def discover(
    reader: Reader,
    service: Jid,
    selection: Selection = EVERYTHING,
    count: Count = uncounted,
) -> Discovery:
    """All that can be found on `service`, by its list and by the account's own affiliations.

    What is not selected is not asked. A node that does not tell us what it is, is no space to us.
    `count`: of nodes. Raises as `read_service`, and as `Reader.node_list` does where the account
    has no nodes of its own there.
    """
    known = await read_service(reader, service)
    found, own = await together(_listed(reader, known), _own_nodes(reader, service))
    if isinstance(found, UnusableAnswerError):
        if not own:
            raise found
        found = NodeList((), complete=False)
    named = [entry.address for entry in found.entries]
    nodes = tuple(dict.fromkeys((*named, *own)))
    unknown: dict[NodeAddress, str] = {}

    async def metadata(node: NodeAddress) -> Form | None:
        try:
            return (await reader.node_info(node)).metadata
        except UnansweredError as error:
            unknown[node] = str(error)
        except UnusableAnswerError:
            pass
        return None

    chosen = [node for node in nodes if selection.selects(node)]
    forms = zip(chosen, await concurrency.each(metadata, chosen, count=count), strict=True)
    spaces = {node: form for node, form in forms if form is not None and is_space(form)}
    complete = found.complete and not found.may_be_cut and {*own} <= {*named}
    return Discovery(nodes, spaces, unknown, len(named), complete)


async def _listed(reader: Reader, service: Service) -> NodeList | UnusableAnswerError:
    try:
        return await reader.node_list(service)
    except UnusableAnswerError as error:
        return error


async def _own_nodes(reader: Reader, service: Jid) -> Sequence[NodeAddress]:
    """Empty where the service does not tell: what it lists is all that is known then."""
    with suppress(UnusableAnswerError):
        return await reader.own_nodes(service)
    return ()
