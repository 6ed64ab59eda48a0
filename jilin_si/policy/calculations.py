"""A calculator's result as the trace drawer shows it: formula with values, parameters in force, documents.

Every app's explanation of an amount is made of ``formula_steps``, ``parameters_shown`` and ``documents_shown``.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from jilin_si.money import format_yuan
from jilin_si.policy.calculators import Result
from jilin_si.policy.exact import FEN_HALF_UP
from jilin_si.policy.lookup import ParameterVersion, Policy
from jilin_si.policy.showing import value_text
from jilin_si.policy.words import choice_words, in_words
from jilin_si.web.traces import Document, Link, Parameter, Step


def formula_steps(result: Result) -> list[Step]:
    """Each line of a calculation, with its words, its values, and before and after rounding."""
    return [
        Step(
            label=str(step["label"]),
            values=in_words(str(step["values_put_in"])),
            unrounded=str(step["unrounded"] or "") if step["changed_by_rounding"] else "",
            rounded=_shown(step["result"]),
            rounding=str(choice_words(step["rounding"]))
            if step["rounding"] not in (None, FEN_HALF_UP)
            else "",
            symbols=str(step["formula_in_words"]),
            rule=str(step["rule"]),
        )
        for step in result.trace.to_json()["steps"]
    ]


def parameters_shown(versions: Iterable[ParameterVersion], policy: Policy) -> list[Parameter]:
    """Parameter versions as the drawer lists them, each once."""
    unique = {version.code: version for version in versions}
    return [
        Parameter(
            name=_name(policy, version.code),
            value=value_text(version.value, version.unit),
            since=version.valid_from,
            version=f"v{version.version}",
            document=version.document.number if version.document else "",
            confidence=version.confidence,
            url=f"{reverse('policy:parameter', args=[version.code])}?on={version.valid_from.isoformat()}",
            code=version.code,
        )
        for version in unique.values()
    ]


def documents_shown(versions: Iterable[ParameterVersion]) -> list[Document]:
    """The legal documents behind parameter versions, each once."""
    found = {v.document.code: v for v in versions if v.document is not None}
    chinese = _chinese()
    return [
        Document(
            title=version.document.number
            or (version.document.title if chinese else version.document.title_en),
            says=(version.document.title if chinese else version.document.title_en)
            if version.document.number
            else "",
            assumption=version.note,
            link=Link(_("What rests on it"), reverse("policy:document", args=[version.document.code])),
        )
        for version in found.values()
        if version.document is not None
    ]


def _shown(result: object) -> str:
    try:
        number = Decimal(str(result))
    except ArithmeticError:
        return str(result)
    return format_yuan(number) if number.as_tuple().exponent == -2 else str(result)


def _name(policy: Policy, code: str) -> str:
    info = policy.infos.get(code)
    if info is None:
        return code
    return info.name if _chinese() else info.name_en


def _chinese() -> bool:
    return (get_language() or "zh").startswith("zh")
