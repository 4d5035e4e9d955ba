"""The bands in which a number is approved: 0, 1 to 9, 10 to 19, 20 to 49, 50 to 99, 100 to 199, and so on.

A number that moves a little between the approval and the execution is still the number that people approved.
"""

from __future__ import annotations


def find_band(count: int) -> tuple[int, int]:
    """The lowest and the highest number of the band that holds `count`. Raises ValueError for a negative number."""
    if count < 0:
        raise ValueError(f"a negative number: {count}")
    if count < 10:
        return (1, 9) if count else (0, 0)
    unit = 10 ** (len(str(count)) - 1)
    first = count // unit
    low, end = (1, 2) if first < 2 else (2, 5) if first < 5 else (5, 10)
    return low * unit, end * unit - 1


def find_covered(count: int) -> tuple[int, int]:
    """The lowest and the highest number that an approval of `count` covers.

    They are the limits of its band and a fifth beyond each. Raises ValueError for a negative number.
    """
    low, high = find_band(count)
    return -(-4 * low // 5), 6 * high // 5


def is_within(approved: int | None, now: int | None) -> bool:
    """Whether an approval of the number `approved` covers the number `now`.

    None is a number that nobody knows: only None is the same.
    """
    if approved is None or now is None:
        return approved is now
    low, high = find_covered(approved)
    return low <= now <= high
