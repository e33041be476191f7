"""ejabberd on MariaDB and PostgreSQL: which ids it takes for one, and what a plan makes of it."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from contract.backends import Backend
from contract.table import CASES, Case
from contract.walking import applied, walk
from spaces_sync import engine
from spaces_sync.client import CarefulWriter
from spaces_sync.document import load
from spaces_sync.engine.limits import LimitError
from spaces_sync.model.addresses import NodeAddress, bare_jid
from spaces_sync.model.collation import SQL
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.xml import element
from spaces_sync.plan.actions import PublishItem
from spaces_sync.plan.compare.planner import plan
from spaces_sync.ports import ServiceError, Writer

pytestmark = pytest.mark.large_run

SERVICE = bare_jid("pubsub.megacorp.example")
PUBLIC = {"pubsub#access_model": ("open",)}
ONE, OTHER = element("urn:example:note", "one"), element("urn:example:note", "other")
PAGE = "https://wiki.megacorp.example/pages/one/"  # of 40 characters
ALIKE = [(PAGE + "a", PAGE + "b"), ("Case", "case"), ("étage", "etage"), ("end", "end ")]


@pytest.fixture
def node(unique: Callable[[str], str]) -> NodeAddress:
    return NodeAddress(SERVICE, unique("store"))


async def held(w: Writer, node: NodeAddress) -> dict[str, str]:
    return {item.id: item.payloads[0].name for item in (await w.items(node)).items}


# --- what the store does ----------------------------------------------------------------------


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_compat_ejabberd_on_mariadb_takes_similar_items_for_one(
    ejabberd_on_mariadb: Backend, node: NodeAddress, one: str, other: str
) -> None:
    async def work(w: CarefulWriter) -> None:
        await w.raw.create_node(node, PUBLIC)
        await w.raw.publish(node, one, ONE)
        await w.raw.publish(node, other, OTHER)
        assert await held(w, node) == {one: "other"}

    ejabberd_on_mariadb.run(work)


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_on_postgresql_all_ids_are_kept_apart(
    ejabberd_on_postgresql: Backend, node: NodeAddress, one: str, other: str
) -> None:
    async def work(w: CarefulWriter) -> None:
        await w.raw.create_node(node, PUBLIC)
        await w.raw.publish(node, one, ONE)
        await w.raw.publish(node, other, OTHER)
        assert await held(w, node) == {one: "one", other: "other"}

    ejabberd_on_postgresql.run(work)


def test_compat_ejabberd_on_mariadb_answers_with_a_node_of_another_case(
    ejabberd_on_mariadb: Backend, node: NodeAddress
) -> None:
    upper = NodeAddress(SERVICE, node.node.upper())

    async def work(w: CarefulWriter) -> None:
        await w.raw.create_node(node, {**PUBLIC, "pubsub#title": ("Lower",)})
        assert (await w.raw.node_config(upper))["pubsub#title"].values == ("Lower",)
        with pytest.raises(ServiceError, match="conflict"):
            await w.raw.create_node(upper, PUBLIC)
        names = await w.raw.own_affiliations(SERVICE)
        assert node.node in names
        assert upper.node not in names

    ejabberd_on_mariadb.run(work)


def test_a_store_in_sql_is_told_by_a_feature(ejabberd_in_sql: Backend) -> None:
    async def work(w: CarefulWriter) -> None:
        assert SQL in (await w.service(SERVICE)).features

    ejabberd_in_sql.run(work)


# --- what a plan makes of it ------------------------------------------------------------------


@pytest.fixture
def declared(tmp_path: Path) -> Callable[[NodeAddress, str], Declaration]:
    def made(node: NodeAddress, more: str) -> Declaration:
        path = tmp_path / "spaces.yaml"
        head = f"version: 1\nsource: t/{node.node}\nservice: {SERVICE}\nspaces:\n  {node.node}:\n"
        path.write_text(head + "    exposure: public\n" + more)
        return load([path], {})

    return made


def links(*urls: str) -> str:
    listed = "".join(f"      {url}: {{}}\n" for url in urls) or "      {}\n"
    return f"    links:\n{listed}"


def test_links_that_are_alike_get_ids_that_are_not(
    ejabberd_in_sql: Backend, node: NodeAddress, declared: Callable[..., Declaration]
) -> None:
    """Somebody else's link stays, and so does each of ours, whatever is added later."""
    theirs = element("jabber:x:oob", "x", {}, element("jabber:x:oob", "url", {}, PAGE + "0"))

    async def work(w: CarefulWriter) -> None:
        await applied(declared(node, links()), w)
        await w.publish(node, PAGE + "0", theirs)
        await applied(declared(node, links(PAGE + "1", PAGE + "2", PAGE.upper() + "3")), w)
        many = links(*(PAGE + end for end in "1234"), PAGE.upper() + "3")
        await applied(declared(node, many), w)
        urls = {
            next(item.payloads[0].elements).text
            for item in (await w.items(node)).items
            if item.payloads[0].name == "x"
        }
        assert urls == {*(PAGE + end for end in "01234"), PAGE.upper() + "3"}

    ejabberd_in_sql.run(work)


ROOM = "the-customers-of-the-north-and-their-{}@rooms.megacorp.example"
ROOMS = f"    rooms:\n      {ROOM.format('friends')}: {{}}\n      {ROOM.format('partners')}: {{}}\n"


async def execute(declaration: Declaration, w: Writer) -> engine.Execution:
    made = plan(declaration, await engine.read(declaration, w))
    alike = [each for each in made.actions if isinstance(each, PublishItem) and each.resembles]
    assert len(alike) == 2
    assert any("is tried first" in words for words in alike[0].why.consequences)
    return await engine.execute(made, w)


def test_rooms_whose_jids_are_alike_are_refused_before_anything_is_sent(
    ejabberd_on_mariadb: Backend, node: NodeAddress, declared: Callable[..., Declaration]
) -> None:
    async def work(w: CarefulWriter) -> None:
        with pytest.raises(LimitError, match=r"for one: it would keep one of them"):
            await execute(declared(node, ROOMS), w)
        assert [each for each in await w.own_nodes(SERVICE) if each == node] == []

    ejabberd_on_mariadb.run(work)


def test_rooms_whose_jids_are_alike_are_kept_on_postgresql(
    ejabberd_on_postgresql: Backend, node: NodeAddress, declared: Callable[..., Declaration]
) -> None:
    async def work(w: CarefulWriter) -> None:
        done = await execute(declared(node, ROOMS), w)
        assert all(result.status == "done" for result in done.results)
        assert {*await held(w, node)} >= {ROOM.format("friends"), ROOM.format("partners")}

    ejabberd_on_postgresql.run(work)


def test_a_node_that_is_another_one_is_no_object_of_ours(
    ejabberd_on_mariadb: Backend, node: NodeAddress, declared: Callable[..., Declaration]
) -> None:
    upper = NodeAddress(SERVICE, node.node.upper())

    async def work(w: CarefulWriter) -> None:
        await applied(declared(node, ""), w)
        other = declared(upper, "    title: Mine\n")
        made = plan(other, await engine.read(other, w))
        assert made.actions == ()
        # Neither the space nor the ledger, whose node has the source's name.
        assert [t for t in (each.text for each in made.obstacles) if "takes it for" not in t] == []
        assert made.obstacles

    ejabberd_on_mariadb.run(work)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_table_of_transitions(
    ejabberd_in_sql: Backend,
    case: Case,
    unique: Callable[[str], str],
    tmp_path: Path,
) -> None:
    asyncio.run(walk(case, ejabberd_in_sql, unique("t"), tmp_path))
