"""The words for what a parameter or an input may be chosen to be, in the language of the page.

A choice keeps its code in files, in the API and in the database; pages show its words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jilin_si.policy.terms import term

# The functions of formulas that are not signs of arithmetic.
FUNCTION_WORDS: Mapping[str, str | Promise] = {
    "month_of": _("month of"),
    "days_between": _("days between"),
}
_CODE = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")

_WORDS: Mapping[str, str | Promise] = {
    # rounding (GEN-1)
    "FEN_HALF_UP": _("half up to the fen"),
    "JIAO_UP": _("up to the next jiao"),
    "YUAN_UP": _("up to the next yuan"),
    "YUAN_HALF_UP": _("half up to the yuan"),
    # collection
    "ALL_OR_NOTHING": _("only when the month is paid in full"),
    "OWN_PART_WHEN_PAID": _("when the own part is covered"),
    "PROPORTIONAL": _("in proportion to what is paid"),
    "OLDEST_FIRST_OWN_UNIT_FEE": _("oldest month first; own part, employer part, then late fees"),
    "DIFFERENTIAL": _("net: what is due less what is paid out"),
    "FULL": _("gross: each side pays in full"),
    "employer_pays": _("the employer pays"),
    "agency_pays": _("the agency pays"),
    "nil": _("nothing is paid"),
    "remitting": _("pays more than its own cost"),
    "benefiting": _("receives"),
    "balanced": _("balanced"),
    # accounts
    "MONTH_PRODUCT": _("month products"),
    "ANNUAL": _("annual calculation"),
    "DECEMBER_31": _("the rate of 31 December"),
    "JANUARY_1": _("the rate of 1 January"),
    "DAY_WEIGHTED": _("the mean weighted by days"),
    "FIRST_FULL_MONTH": _("the wage of the first full month"),
    "LOCAL_AVERAGE": _("the local average wage"),
    "LOCAL_AVERAGE_PAID_BY_PERSON": _("the local average wage, paid by the person"),
    "NONE": _("no contribution"),
    # pensions
    "PROJECTED": _("the account projected over all years of work"),
    "INDEXED": _("account and indexed wage"),
    "OLD_104": _("rules of 1978"),
    "PLAN1_1995": _("scheme of 1995"),
    "UNIFIED_1997": _("unified scheme of 1997"),
    "war_of_resistance": _("War of Resistance"),
    "liberation_war": _("War of Liberation"),
    "M": _("man"),
    "F": _("woman"),
    "worker": pgettext_lazy("identity at retirement", "worker"),
    "cadre": pgettext_lazy("identity at retirement", "cadre"),
    "normal": _("ordinary work"),
    "special": _("special work"),
    "disability": _("lost ability to work"),
    # injury
    "spouse": _("spouse"),
    "child": _("child"),
    "parent": _("parent"),
    "full": pgettext_lazy("need of care", "full"),
    "most": pgettext_lazy("need of care", "most"),
    "part": pgettext_lazy("need of care", "part"),
}

_COLUMNS: Mapping[str, str | Promise] = {
    "least": _("least"),
    "most": _("most"),
    "prefix": _("prefix"),
    "name_zh": _("Chinese name"),
    "name_en": _("English name"),
    "dependants_at_least": _("dependants, at least"),
    "years_at_least": _("years, at least"),
    "burden_below": _("burden below"),
    "bill_up_to": _("bill up to"),
    "expense_up_to": _("expense up to"),
    "fund_share": _("share of the fund"),
    "from_month": _("from"),
    "retired_until": _("retired until"),
    "work": _("kind of work"),
    "kind": _("kind"),
    "item": _("item"),
    "payer": _("who pays"),
    "dependant": _("dependant"),
    "share": _("share"),
    "parts": _("parts"),
    "of": _("of"),
}


def choice_words(code: str) -> str:
    """The words for a choice; a code without words is shown as it is."""
    return str(_WORDS.get(code, code))


def in_words(text: str) -> str:
    """A text of a formula with the words for the codes of choices and the functions in it."""
    return _CODE.sub(lambda match: str(FUNCTION_WORDS.get(match[0], _WORDS.get(match[0], match[0]))), text)


def has_words(code: str) -> bool:
    return code in _WORDS


def column_words(name: str) -> str:
    """The words for a column of a table: its own, else those of the symbol of that name."""
    return str(_COLUMNS[name]) if name in _COLUMNS else term(name)
