"""Pages of HTML from the templates beside this module, safe whatever a text in them says.

Each text is made visible and escaped where it is put in: by `finalize` and autoescape, so that no
template can forget it. Style and script stand in the page, and its Content-Security-Policy admits
them by their digests and nothing else: no request, no attribute that is a style or a script.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, FunctionLoader, StrictUndefined

from spaces_sync.report.visible import visible

_TEMPLATES: Final = files("spaces_sync.report") / "templates"
_WEB: Final = re.compile(r"https?://[!-\[\]-~]+")  # ASCII without blanks and backslashes


def page(template: str, **values: Any) -> str:
    """The page that `template` makes of `values`, which must be all that it names."""
    style, script = _source("page.css"), _source("page.js")
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    made = _environment().get_template(template)
    return made.render(**values, style=style, script=script, policy=policy).strip() + "\n"


@cache
def _environment() -> Environment:
    made = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        loader=FunctionLoader(_source),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["web"] = _web
    return made


@cache
def _source(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _shown(value: Any) -> Any:
    """What a template prints: text with nothing invisible in it, and markup as it is."""
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _web(url: str) -> str | None:
    """`url`, where following it does no more than open a page on the web."""
    return url if _WEB.fullmatch(url) else None
