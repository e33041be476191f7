"""How many of a thing there are, in words."""


def plural(count: int, noun: str) -> str:
    """`1 removal`, `2 removals`, `2 rights taken away`, `2 children`, `3 people`."""
    if count == 1:
        return f"1 {noun}"
    return f"{count} {_IRREGULAR.get(noun, f'{noun}s')}"


_IRREGULAR = {
    "child": "children",
    "data loss": "data losses",
    "person": "people",
    "right taken away": "rights taken away",
}
