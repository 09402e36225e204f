"""Numbers of an audit as they are printed: on the page, in the summary, in figures, on a terminal."""

from __future__ import annotations

from typing import Protocol

_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")
_THOUSAND = 1000


def fraction(value: float, digits: int = 3) -> str:
    """Return a fraction or a correlation with ``digits`` decimals, a true minus sign, and no minus zero.

    >>> fraction(0.9687), fraction(-0.25), fraction(-0.0001)
    ('0.969', '−0.250', '0.000')
    """
    text = f"{value:.{digits}f}"
    return (text.removeprefix("-") if float(text) == 0 else text).replace("-", "\N{MINUS SIGN}")


def interval(low: float, high: float) -> str:
    """Return the ends of an interval.

    >>> interval(0.9, 0.98765)
    '[0.900, 0.988]'
    """
    return f"[{fraction(low)}, {fraction(high)}]"


class Estimate(Protocol):
    """A value with its interval."""

    @property
    def value(self) -> float:
        """Return the value."""

    @property
    def low(self) -> float:
        """Return the lower end of the interval."""

    @property
    def high(self) -> float:
        """Return the upper end of the interval."""


def estimate(value: Estimate) -> str:
    """Return a value with its interval, such as '0.969 [0.900, 0.988]'."""
    return f"{fraction(value.value)} {interval(value.low, value.high)}"


def percent(share: float) -> str:
    """Return a share in per cent.

    >>> percent(0.004)
    '0.4 %'
    """
    return f"{fraction(100 * share, 1)} %"


def percent_interval(value: Estimate) -> str:
    """Return the ends of a share's interval in per cent, such as '[0.0, 1.0]'."""
    low, high = (fraction(100 * end, 1) for end in (value.low, value.high))
    return f"[{low}, {high}]"


def percent_estimate(value: Estimate) -> str:
    """Return a share in per cent with its interval, such as '0.4 % [0.0, 1.0]'."""
    return f"{percent(value.value)} {percent_interval(value)}"


def count(number: float) -> str:
    """Return a whole number with commas.

    >>> count(4135)
    '4,135'
    """
    return f"{number:,.0f}"


def plain(number: float) -> str:
    """Return a number with at most four digits, whole ones with all and with commas.

    >>> plain(7.206854), plain(4135.0), plain(0.001)
    ('7.207', '4,135', '0.001')
    """
    whole = float(number).is_integer()
    return (f"{number:,.0f}" if whole else f"{number:.4g}").replace("-", "\N{MINUS SIGN}")


def small(number: float) -> str:
    """Return a small number with two digits.

    >>> small(0.327688), small(0.0000031)
    ('0.33', '3.1e-06')
    """
    return f"{number:.2g}"


def times(ratio: float) -> str:
    """Return how many times smaller something is.

    >>> times(78.394443)
    '78.4×'
    """
    return f"{ratio:,.0f}×" if ratio >= _THOUSAND else f"{ratio:.3g}×"


def bytes_a_vector(size: float) -> str:
    """Return amortised bytes to one decimal, whole ones without.

    >>> bytes_a_vector(16.327688), bytes_a_vector(240.00256)
    ('16.3', '240')
    """
    return f"{size:,.1f}".removesuffix(".0")


def amount(size: int) -> str:
    """Return bytes in decimal units with three digits.

    >>> amount(1_280_000_000), amount(999_999), amount(12)
    ('1.28 GB', '1.00 MB', '12 bytes')
    """
    if size < _THOUSAND:
        return f"{size} {_UNITS[0]}"
    scaled, unit = float(size), 0
    while float(f"{scaled:.3g}") >= _THOUSAND and unit < len(_UNITS) - 1:
        scaled, unit = scaled / _THOUSAND, unit + 1
    digits = max(0, 3 - len(str(int(float(f"{scaled:.3g}")))))
    return f"{scaled:,.{digits}f} {_UNITS[unit]}"
