"""Documents as users write them: bad ones beside the exact problems, good ones that just load."""

from pathlib import Path

import pytest

from spaces_sync.document import CODES, DocumentError, load

HERE = Path(__file__).parent
BAD = sorted((HERE / "bad").glob("*.yaml"))
GOOD = sorted((HERE / "good").glob("*.yaml"))
ENVIRONMENT = {
    "SECRET": "hunter2",
    "EMPTY": "",
    "BELL": "\a",
    "DOMAIN": "example",
    "SPACES_SYNC_PASSWORD": "hunter2",
    "SPACES_SYNC_JID": "megacorp.example",
}


def problems(path: Path) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        load([path.relative_to(Path.cwd())], ENVIRONMENT)
    assert {problem.code for problem in caught.value.problems} <= CODES.keys()
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_bad(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    assert problems(path) == path.with_suffix(".expected").read_text().splitlines()


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_password_is_in_no_problem(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    said = "\n".join(problems(path))
    assert not any(secret in said for secret in ("hunter2", "12345678", "1234.5678"))


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_good(path: Path) -> None:
    declaration = load([path], ENVIRONMENT)
    state = declaration.state
    assert {*state.nodes, *state.rooms} == {*declaration.policies} != set()
    assert all(declaration.place(address) for address in declaration.policies)


def test_each_bad_document_has_its_problems_beside_it() -> None:
    assert [path.with_suffix(".expected") for path in BAD] == sorted(
        (HERE / "bad").glob("*.expected")
    )
    assert len(BAD) >= 40
