"""How many of a thing there are, in words."""


def plural(count: int, word: str) -> str:
    """`1 removal`, `2 removals`, `2 rights taken away`, `2 children`, `3 people`."""
    if count == 1:
        return f"1 {word}"
    if word in _ODD:
        return f"{count} {_ODD[word]}"
    head, space, rest = word.partition(" taken")
    return f"{count} {head}s{space}{rest}"


_ODD = {"child": "children", "person": "people"}
