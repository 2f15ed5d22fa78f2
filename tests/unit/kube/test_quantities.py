"""Quantities against what k8s.io/apimachinery v0.36.3 makes of them (recorded from its Go code)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooks.kube import quantities
from hooks.kube.quantities import (
    LONGEST,
    InvalidQuantity,
    canonical_amount,
    canonical_quantity,
    quantity_value,
)

STORED = [
    ("0", "0"),
    ("0Mi", "0"),
    ("0.000", "0"),
    ("00", "0"),
    ("-0", "0"),
    ("1", "1"),
    ("+5", "+5"),
    ("-5", "-5"),
    ("007", "007"),
    (".5", "500m"),
    ("5.", "5."),
    ("2.0", "2"),
    ("1.50", "1500m"),
    ("1.500", "1.500"),
    ("0.5", "500m"),
    ("0.25", "250m"),
    ("0.1m", "100u"),
    ("1m", "1m"),
    ("1000m", "1"),
    ("1500m", "1500m"),
    ("100m", "100m"),
    ("0.001", "1m"),
    ("0.0005", "500u"),
    ("1n", "1n"),
    ("0.1n", "1n"),
    ("-0.1n", "-1n"),
    ("1.0000000001", "1000000001n"),
    ("1000n", "1u"),
    ("1500u", "1500u"),
    ("1k", "1k"),
    ("1000k", "1M"),
    ("1000", "1k"),
    ("1500", "1500"),
    ("12000", "12k"),
    ("128000", "128k"),
    ("134217728", "134217728"),
    ("0.5G", "500M"),
    ("1.5G", "1500M"),
    ("2500M", "2500M"),
    ("1000M", "1G"),
    ("1T", "1T"),
    ("1P", "1P"),
    ("1E", "1E"),
    ("1000E", "1"),
    ("1Ki", "1Ki"),
    ("1024Ki", "1Mi"),
    ("1023Ki", "1023Ki"),
    ("+3Ki", "+3Ki"),
    ("+8Ki", "8Ki"),
    ("1024Mi", "1Gi"),
    ("512Mi", "512Mi"),
    ("1.5Gi", "1536Mi"),
    ("0.5Gi", "512Mi"),
    ("1.1Gi", "1181116006400m"),
    ("0.5Ki", "512"),
    ("0.0001Ki", "102400u"),
    ("-1Ki", "-1Ki"),
    ("-1024Mi", "-1Gi"),
    ("-0.5Ki", "-512"),
    ("8Ei", "9223372036854775807"),
    ("7Ei", "7Ei"),
    ("-8Ei", "-9223372036854775807"),
    ("100000000Ti", "9223372036854775807"),
    ("9223372036854775808", "9223372036854775808"),
    ("2e3", "2e3"),
    ("1.5e3", "1500"),
    ("1e3", "1e3"),
    ("1000e3", "1e6"),
    ("12e4", "120e3"),
    ("1E6", "1E6"),
    ("1e+3", "1e+3"),
    ("1e-3", "1e-3"),
    ("5e-1", "500e-3"),
    ("1e-12", "1e-9"),
    ("1e0", "1e0"),
    ("100e0", "100e0"),
    ("-", "0"),
    ("m", "0"),
]

REFUSED = [
    "", " ", ".e-20", "-Ei", "..", "1..2", "1.2.3", "--1", "+-1", "x", "1x", "0x1", "1_0", "1 Gi",
    "1K", "1ki", "1KiB", "1mi", "1i", "1mm", "1e", "1e+", "1e3e3", "1e3Ki", "1e1.5", "1e1001",
    "NaN", "inf", "\u0661", "1\n", "9" * 201,
]  # fmt: skip


@pytest.mark.parametrize(("given_value", "stored"), STORED)
def test_a_quantity_gets_the_spelling_that_the_server_stores(given_value: str, stored: str) -> None:
    assert canonical_quantity(given_value) == stored


@pytest.mark.parametrize("stored", [stored for _, stored in STORED])
def test_a_stored_quantity_stays_as_it_is(stored: str) -> None:
    assert canonical_quantity(stored) == stored


@pytest.mark.parametrize(
    ("number", "stored"),
    [
        (0, "0"),
        (2, "2"),
        (134217728, "134217728"),
        (1000, "1k"),
        (-3, "-3"),
        (0.5, "500m"),
        (2.0, "2"),
        (0.0, "0"),
        (1e-05, "10u"),
        (1e-07, "100e-9"),
        (1e-09, "1e-9"),
        (1e16, "10P"),
        (1e21, "1e+21"),
        (1.5e22, "1.5e+22"),
    ],
)
def test_a_json_number_counts_as_go_writes_it(number: float, stored: str) -> None:
    assert canonical_quantity(number) == stored


@pytest.mark.parametrize("refused", REFUSED)
def test_what_the_server_refuses_is_invalid(refused: str) -> None:
    with pytest.raises(InvalidQuantity):
        canonical_quantity(refused)


def test_a_text_that_is_too_long_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quantities, "_QUANTITY", None)

    with pytest.raises(InvalidQuantity):
        canonical_quantity("0" * (LONGEST + 1))


@pytest.mark.parametrize("digits", ["000", "0012", "12", "0.50", "1e55"])
def test_no_digit_is_read_in_a_second_way(digits: str) -> None:
    pattern = quantities._QUANTITY.pattern

    assert re.fullmatch(pattern, digits)
    assert not re.fullmatch(pattern + "[0-9]", digits)


@pytest.mark.parametrize("refused", [None, True, [], {}, float("nan"), float("inf")])
def test_what_is_neither_text_nor_number_is_invalid(refused: object) -> None:
    with pytest.raises(InvalidQuantity):
        canonical_quantity(refused)  # type: ignore[arg-type]


def test_the_error_does_not_carry_the_value() -> None:
    with pytest.raises(InvalidQuantity) as caught:
        canonical_quantity("hunter2")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("given_value", "stored"),
    [("0.1m", "1m"), ("1n", "1m"), ("-1n", "-1m"), ("1.0001", "1001m"), ("+5", "+5"),
     ("1.500", "1.500"), ("0.5", "500m"), ("1024Mi", "1Gi"), ("1e-9", "1e-3")],
)  # fmt: skip
def test_an_amount_of_a_resource_is_rounded_to_milli(given_value: str, stored: str) -> None:
    assert canonical_amount(given_value) == stored


@pytest.mark.parametrize(
    ("one", "other"),
    [("1Gi", "1024Mi"), ("0.5", "500m"), ("1e3", "1k"), ("1.5Gi", 1610612736), ("1000E", "1e21")],
)
def test_values_compare_across_spellings(one: str, other: str | int) -> None:
    assert quantity_value(one) == quantity_value(other)


def test_values_are_ordered() -> None:
    assert quantity_value("1G") < quantity_value("1Gi") < quantity_value("1100M")


@given(st.integers(0, 10**9), st.sampled_from(["", "m", "u", "k", "M", "Ki", "Mi", "e3", "e-2"]))
def test_spelling_anew_keeps_the_value(digits: int, suffix: str) -> None:
    written = f"{digits}{suffix}"
    assert quantity_value(canonical_quantity(written)) == quantity_value(written)


@given(st.text(max_size=30) | st.floats() | st.integers())
def test_no_input_raises_anything_else(value: str | float) -> None:
    stored = _stored(value)

    assert stored is None or canonical_quantity(stored) == stored


def _stored(value: str | float) -> str | None:
    """Return a quantity as it is stored, None if it is none."""
    try:
        return canonical_quantity(value)
    except InvalidQuantity:
        return None


def test_a_long_text_is_refused_before_it_is_looked_at() -> None:
    with pytest.raises(InvalidQuantity):
        canonical_quantity("0" * 1_000_000 + "x")
