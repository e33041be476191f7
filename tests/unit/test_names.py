"""What files name at a glance is what they declare when they are read with care."""

from pathlib import Path

import pytest

from spaces_sync.document import load
from spaces_sync.model.addresses import NodeAddress
from spaces_sync.names import names_in

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize("path", [*EXAMPLES.glob("*.yaml"), EXAMPLES / "company"], ids=str)
def test_names_are_those_of_the_declaration(path: Path):
    declaration = load([path], {}, secrets=False)
    names = names_in([path])
    spaces, nodes = set(), set()
    for address, policy in declaration.policies.items():
        if isinstance(address, NodeAddress):
            (spaces if policy.is_space else nodes).add(address.node)
    assert set(names.spaces) == spaces
    assert set(names.nodes) == nodes
    assert set(names.rooms) >= {*declaration.state.rooms}
    # What is to be filled in from the environment nobody can type.
    files = path.glob("*.yaml") if path.is_dir() else [path]
    written = "".join(file.read_text() for file in files).replace("${PUBSUB:-pubsub.", "")
    assert set(names.services) == {each for each in declaration.services if each in written}


def test_a_file_too_long_to_be_looked_at_costs_names_and_no_time(tmp_path: Path):
    path = tmp_path / "spaces.yaml"
    path.write_text("spaces: {a: {}}\n" + "#" * 1_000_000)
    assert names_in([path, tmp_path / "nowhere.yaml"]).spaces == {}
    path.write_text("spaces: {a: {}}\n")
    assert [*names_in([tmp_path]).spaces] == ["a"]
