"""`python -m spaces_sync` is the same as `spaces-sync`."""

from __future__ import annotations

from spaces_sync.cli import main

main()
