"""What files name at a glance is what they declare when they are read with care."""

from pathlib import Path

import pytest

from spaces_sync import names as module
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


@pytest.mark.parametrize(
    "text",
    [
        "spaces:\n  base: &b {{{many}}}\n  {aliases}\n",
        "spaces: &b {{{many}}}\n{sections}\n",
        "a: &b {{{many}}}\nspaces: {{c: *b, d: *b}}\nnodes: {{e: *b}}\n{sections}\n",
    ],
)
def test_what_many_aliases_mean_is_looked_at_once(text: str, tmp_path: Path, monkeypatch):
    numbers = range(100)
    many = ", ".join(f"k{n}: {{service: s{n}.example}}" for n in numbers)
    aliases = "\n  ".join(f"s{n}: *b" for n in numbers)
    sections = "\n".join("spaces: *b" for _ in numbers)
    path = tmp_path / "spaces.yaml"
    path.write_text(text.format(many=many, aliases=aliases, sections=sections))
    looked_at, entries = [], module._entries

    def counted(node):
        for each in entries(node):
            looked_at.append(each)
            yield each

    monkeypatch.setattr(module, "_entries", counted)
    assert len(names_in([path]).spaces) >= 100
    assert len(looked_at) < 600


def test_many_long_files_cost_names_and_no_time(tmp_path: Path):
    for number in range(9):
        (tmp_path / f"{number}.yaml").write_text(f"spaces: {{a{number}: {{}}}}\n{'#' * 700_000}")
    (tmp_path / "short.yaml").write_text("spaces: {short: {}}\n")
    assert [*names_in([tmp_path]).spaces] == ["a0", "a1", "a2", "a3", "short"]


def test_what_a_slow_disk_has_not_given_in_a_second_is_left_out(tmp_path: Path):
    for number in range(9):
        (tmp_path / f"{number}.yaml").write_text(f"spaces: {{a{number}: {{}}}}\n")
    ticks = iter(range(9))
    assert [*names_in([tmp_path], lambda: next(ticks) * 0.4).spaces] == ["a0", "a1"]
