"""The validations that stand written out beside this module, each as every report shows it."""

from collections.abc import Mapping

from spaces_sync.document import CODES
from spaces_sync.model.declaration import Place
from spaces_sync.model.problems import Problem
from spaces_sync.report.reportable import Validation

FILE = "teams/a b%,:.yaml"

VALIDATIONS: Mapping[str, Validation] = {
    "valid": Validation((), 5, 40, 40, 3, files=("spaces.yaml",), codes=CODES),
    "warned": Validation(
        (
            Problem(
                Place("spaces.yaml", 4, 33),
                "'nick' gives everyone who joins the nickname 'you'",
                "advice",
                "warning",
            ),
        ),
        1,
        2,
        0,
        0,
        absent=1,
        files=("./spaces.yaml",),
        codes=CODES,
    ),
    "invalid": Validation(
        (
            Problem(Place(FILE, 5, 3), "unknown key 'x|y<b>@me'; did you mean 'x'?", "unknown-key"),
            Problem(
                Place(FILE, 6, 1), "50 % of\r\n::stop-commands::it {0} [a](https://b)", "value"
            ),
            Problem(Place(FILE, 7, 1), "'title' is a plain no", "yaml-trap", "warning"),
        ),
        0,
        0,
        0,
        0,
        files=(FILE, "other.yaml"),
        codes=CODES,
    ),
}
