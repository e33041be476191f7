"""Values as JSON data and back, and the JSON Schema of that data: all three follow from types.

What stands where:

* `fields`: what a dataclass says of its keys, read from its annotations;
* `notations`: the one table of the types that are written as something simpler, such as a
  node's address as its URI. A package with types of its own adds rows;
* `codec`: `write` and `read`. What they do stands in `converter`, `reading` and `writing`, over
  cattrs, which is imported when something is read or written first;
* `schema`: the JSON Schema of a `Format`;
* `errors`: `DataError`, which names the place of what is wrong;
* `text`: text that is none for every reader of JSON.

The rules, for dataclasses and named tuples alike:

* A key is named as its field. A field without a default has to be there; one with a default is
  left out where it has that value. None is a key that is left out. `REQUIRED` keys are always
  written, None as null. `INLINE` fields put their keys into the object around them.
* Text, whole numbers and booleans stand as they are, enumerations as their names in lower case
  with dashes, tuples as lists, sets as sorted lists, mappings as objects.
* A tagged union (`Tagged`) is an object whose tag says which of its types it is.
* Keys that are not known are ignored, or an error where the codec `rejects_unknown`.
"""

from __future__ import annotations

from spaces_sync.codec.codec import Codec, read, write
from spaces_sync.codec.errors import DataError
from spaces_sync.codec.notations import MODEL, Notation, Tagged
from spaces_sync.codec.schema import Format, schema
from spaces_sync.codec.text import without_surrogates

__all__ = [
    "MODEL",
    "Codec",
    "DataError",
    "Format",
    "Notation",
    "Tagged",
    "read",
    "schema",
    "without_surrogates",
    "write",
]
