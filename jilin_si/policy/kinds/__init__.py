"""The kinds of inputs and outputs a calculator declares: amounts, rates, months, dates, choices, lists of them.

A kind is declared once. From it come the strict reading of an input, the writing of an output, the JSON Schema and the
form field. Amounts and rates are decimal text in JSON and exact numbers inside; counts are integers; dates are
``YYYY-MM-DD``.
"""

from jilin_si.policy.kinds.composite import (
    ListOf,
    MapOf,
    Optional,
    OrNull,
    Record,
    Row,
    object_schema,
    read_fields,
)
from jilin_si.policy.kinds.single import (
    Bool,
    Choice,
    Count,
    Date,
    Kind,
    Month,
    Multiple,
    Number,
    Period,
    Rate,
    Text,
    Years,
    Yuan,
)

__all__ = [
    "Bool",
    "Choice",
    "Count",
    "Date",
    "Kind",
    "ListOf",
    "MapOf",
    "Month",
    "Multiple",
    "Number",
    "Optional",
    "OrNull",
    "Period",
    "Rate",
    "Record",
    "Row",
    "Text",
    "Years",
    "Yuan",
    "object_schema",
    "read_fields",
]
