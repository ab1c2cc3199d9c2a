"""Small English phrases that LocalProof says itself."""


def count(number: int, one: str, many: str = "") -> str:
    """``1 finding``, ``1,204 findings``.

    >>> count(1, "finding"), count(1204, "finding"), count(0, "entry", "entries")
    ('1 finding', '1,204 findings', '0 entries')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"
