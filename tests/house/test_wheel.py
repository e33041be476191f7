"""The package that is built has all that it needs when it runs."""

import zipfile
from pathlib import Path

from hatchling.build import build_wheel

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "spaces-sync" / "spaces_sync"


def test_what_is_no_module_is_in_the_package_too(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    wheel = zipfile.ZipFile(tmp_path / build_wheel(str(tmp_path)))
    found = {name.removeprefix("spaces_sync/") for name in wheel.namelist()}
    there = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*") if path.is_file()}

    assert {name for name in there if "__pycache__" not in name} - found == set()
    assert {"report/templates/page.html", "report/templates/page.css"} <= found
