"""Which Prosody and ejabberd there are: the running system's own, and those that `unpack` put
beside them, each with the version that was found."""

import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from servers import Brand

BRANDS: Final[tuple[Brand, ...]] = ("prosody", "ejabberd")
SUITES: Final = ("trixie", "forky")


@dataclass(frozen=True)
class Installation:
    """`root` holds the folders `usr/…` of it; `suite` is None for the running system's own."""

    brand: Brand
    suite: str | None = None

    def __str__(self) -> str:
        """`prosody-13.0.7`; without a version it cannot be started."""
        return f"{self.brand}-{self.version or self.suite or 'missing'}"

    @property
    def folder(self) -> Path:
        """Of a newer suite: where it was unpacked."""
        return cache() / (self.suite or "")

    @property
    def root(self) -> Path:
        return self.folder / "root" if self.suite else Path("/")

    def program(self, name: str) -> str | None:
        """What to run, or None where it is not there."""
        if self.suite is None:
            return shutil.which(name)
        file = self.folder / "bin" / name
        return str(file) if file.exists() else None

    @property
    def version(self) -> str | None:
        """Upstream's, such as `13.0.7`; None where the server is not there."""
        return _prosody_version(self) if self.brand == "prosody" else _ejabberd_version(self)

    def missing(self) -> str | None:
        """Why it cannot be started, or None."""
        absent = [] if shutil.which("setpriv") else ["setpriv"]
        if not self.program("erl" if self.brand == "ejabberd" else "prosody") or not self.version:
            absent.append(self.brand)
        if not absent:
            return None
        of = f" of Debian {self.suite} (make servers says why)" if self.suite else ""
        return f"not installed: {', '.join(absent)}{of}"


def cache() -> Path:
    """Where `unpack` puts suites."""
    if given := os.environ.get("SPACES_SYNC_SERVERS"):
        return Path(given).resolve()
    if os.geteuid() == 0:
        return Path("/var/cache/spaces-sync")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "spaces-sync"


def ejabberd_library(installation: Installation) -> Path | None:
    """The folder that holds ejabberd and its libraries; `erl` itself looks elsewhere."""
    found = sorted(installation.root.glob("usr/lib/*/ejabberd-*/ebin/ejabberd.app"))
    return found[-1].parents[2] if found else None


def _prosody_version(installation: Installation) -> str | None:
    """Its program names the folder in which it says what it is."""
    program = installation.program("prosody")
    if installation.suite:
        program = str(installation.root / "usr/bin/prosody")
    if program is None or not Path(program).exists():
        return None
    source = re.search(r"CFG_SOURCEDIR *= *'([^']+)'", Path(program).read_text(errors="replace"))
    stated = Path(source[1] if source else "/usr/lib/prosody") / "prosody.version"
    return stated.read_text().strip() if stated.exists() else None


def _ejabberd_version(installation: Installation) -> str | None:
    library = ejabberd_library(installation)
    if library is None:
        return None
    stated = max(library.glob("ejabberd-*/ebin/ejabberd.app")).read_text()
    return stated.partition('{vsn,"')[2].partition('"')[0].partition("-")[0]


def installations(brands: Sequence[Brand], *, newer: bool) -> list[Installation]:
    """Of each brand the running system's own, there or not; with `newer` those of the suites, too,
    less those of a version that is there already."""
    found = []
    for brand in brands:
        own = Installation(brand)
        found.append(own)
        versions = {own.version}
        for suite in SUITES if newer else ():
            other = Installation(brand, suite)
            if other.version is None or other.version not in versions:
                found.append(other)
                versions.add(other.version)
    return found
