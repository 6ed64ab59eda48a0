"""Lists with our look over django-tables2: sort, filter and page live in the address; export is what is filtered.

A list page: ``table = table_for(request, BillTable, queryset)``; in the template ``{% render_table table %}``.
The query must ``select_related`` what its columns follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import django_tables2 as tables
from django.core.paginator import EmptyPage, Paginator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from jilin_si.money import format_yuan
from jilin_si.web import exports, states
from jilin_si.web.formats import masked_id, percent, rate_class, wan
from jilin_si.web.templatetags.jilin import count, day, period, short_day

if TYPE_CHECKING:
    from django.http import FileResponse, HttpRequest

PER_PAGE = 15
_NUM = {"th": {"class": "num"}, "td": {"class": "num"}, "tf": {"class": "num"}}


class _Shown(tables.Column):
    """A column that shows its value through one function; ``export_kind`` says what it is in a file."""

    export_kind = "text"
    show: Callable[[Any], Any] = staticmethod(str)
    look: dict[str, Any] = {}

    def __init__(self, *args: Any, total: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("attrs", self.look)
        if total:
            kwargs.setdefault("footer", self._total)
        super().__init__(*args, **kwargs)

    def render(self, value: Any) -> Any:
        return type(self).show(value)

    def _total(self, bound_column: Any, table: Any) -> Any:
        """The sum over the whole list (``table.totals``), not over the page."""
        value = table.totals.get(bound_column.name)
        return "" if value is None else type(self).show(value)


class MoneyColumn(_Shown):
    """Yuan, right-aligned; ``total=True`` puts the sum in the foot."""

    export_kind, look, show = "money", _NUM, staticmethod(format_yuan)


class WanColumn(_Shown):
    """Yuan shown in 万元; files keep yuan."""

    export_kind, look, show = "money", _NUM, staticmethod(wan)


class CountColumn(_Shown):
    export_kind, look, show = "number", _NUM, staticmethod(count)


class PercentColumn(_Shown):
    export_kind, look, show = "percent", _NUM, staticmethod(percent)


class PeriodColumn(_Shown):
    export_kind, show = "period", staticmethod(period)


class DayColumn(_Shown):
    export_kind, show = "day", staticmethod(day)


class ShortDayColumn(_Shown):
    export_kind, look, show = "day", {"td": {"class": "muted"}}, staticmethod(short_day)


class MaskedIdColumn(_Shown):
    """Numbers of persons are masked where they are read."""

    export_kind, show = "identity", staticmethod(masked_id)


class ChoiceColumn(tables.Column):
    """A stored choice by its word, on the page and in files."""

    def __init__(self, choices: Any, **kwargs: Any) -> None:
        self.words = dict(choices)
        super().__init__(**kwargs)

    def render(self, record: Any, bound_column: Any) -> Any:
        # the stored value: what the table hands on is already the model's own, longer word
        return self.word(bound_column.accessor.resolve(record, quiet=True))

    def word(self, value: Any) -> Any:
        return str(self.words.get(value, value if value is not None else ""))


class TermColumn(tables.Column):
    """By which day a case is to be done; what is late says so. The table gives ``term_of(record)``."""

    export_kind = "day"

    def render(self, record: Any, table: Any) -> Any:
        term = table.term_of(record)
        if term is None or term.due_on is None:
            return ""
        if not term.late:
            return short_day(term.due_on)
        return format_html(
            '<span class="bad" title="{}">{}</span>', _("the term has passed"), short_day(term.due_on)
        )

    def value(self, record: Any, table: Any) -> Any:
        """The day, for files."""
        term = table.term_of(record)
        return term.due_on if term else None


class FileColumn(tables.Column):
    """A column of files alone: on the page its value stands within another cell."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, visible=False, **kwargs)


class CutColumn(_Shown):
    """A name: cut with a title where it is too long; figures never are. The link comes from ``linkify``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("attrs", {"td": {"class": "cut", "title": _whole}, "th": {"class": "cut"}})
        super().__init__(*args, **kwargs)


def _whole(record: Any, bound_column: Any) -> str:
    """The whole name, for the title of a cell that is cut: plain text, escaped where it is written."""
    return str(bound_column.accessor.resolve(record, quiet=True) or "")


class StateColumn(_Shown):
    """A state as a tag with its word (``states.py``)."""

    def render(self, value: Any) -> SafeString:
        word, tone = states.word_and_tone(value)
        return format_html('<span class="st {}">{}</span>', tone, word)


class RateColumn(_Shown):
    """A rate in percent with its bar; the figure stands beside the colour."""

    export_kind = "percent"

    def render(self, value: Decimal) -> SafeString:
        held = max(Decimal(0), min(Decimal(100), Decimal(value)))
        return format_html(
            '<svg class="meter" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
            '<rect class="ground" width="100" height="6"/><rect class="fill fill-{}" width="{}" height="6"/></svg>{}',
            rate_class(value),
            f"{held:.1f}",
            percent(value),
        )


class OfficeTable(tables.Table):
    """The base of every list. ``totals`` (column name → sum over the whole list) fills the foot.

    ``extra_columns`` are shown only where a reader chooses them. ``value_<column>(record)`` is what a file says
    where that is not the record's own value.
    """

    extra_columns: frozenset[str] = frozenset()
    kept: Any = None
    """What the reader chose and kept (``lists.ListState``), where the table is a list's page."""

    class Meta:
        attrs = {"class": "t stay"}

    @classmethod
    def list_key(cls) -> str:
        """The list's own name: ``enrollment.EmployerTable``."""
        return f"{cls.__module__.partition('.')[0]}.{cls.__name__}"

    def may_choose(self, bound: Any) -> bool:
        """Whether a column stands in the choice of columns."""
        return (
            bool(str(bound.header))
            and not isinstance(bound.column, FileColumn)
            and bound.name not in self.exclude
        )

    def show_columns(self, wanted: Sequence[str]) -> None:
        """Show these columns, in this order; without any, all but the extra ones as they come.

        What cannot be chosen keeps its place; what is not chosen stands behind what is.
        """
        known = {bound.name: bound for bound in self.columns.iterall() if self.may_choose(bound)}
        first = [name for name in dict.fromkeys(wanted) if name in known]
        self.chosen = bool(first)
        shown = set(first) or set(known) - self.extra_columns
        for name in known:
            (self.columns.show if name in shown else self.columns.hide)(name)
        if first:
            order = iter([*first, *(name for name in known if name not in shown)])
            self.sequence = [next(order) if name in known else name for name in self.sequence]  # type: ignore[has-type]

    def __init__(
        self,
        *args: Any,
        totals: dict[str, Any] | None = None,
        request: HttpRequest | None = None,
        **kwargs: Any,
    ) -> None:
        self.totals = totals or {}
        self.chosen = False
        # a subclass with a Meta of its own, or with none, looks the same
        kwargs.setdefault("attrs", {"class": "t stay", **self._meta.attrs})
        super().__init__(*args, **kwargs)
        # handed to the table of the library, it would sort, count and page the rows once more
        self.request = request

    def export_columns(self) -> list[exports.Column]:
        """The columns of a file: those shown that have a head; those for files alone where none were chosen."""
        return [
            exports.Column(
                bound.header,
                self._getter(bound),
                getattr(bound.column, "export_kind", "text"),
                width=max(12, len(str(bound.header)) * 2),
            )
            for bound in self.columns.iterall()
            if (bound.visible or (isinstance(bound.column, FileColumn) and not self.chosen))
            and bound.header
            and not getattr(bound.column, "exclude_from_export", False)
        ]

    def _getter(self, bound: Any) -> Callable[[Any], Any]:
        """How a file gets a row's value: as the table says, as the column says, or as it is stored."""
        of_table = getattr(self, f"value_{bound.name}", None)
        if of_table is not None:
            return of_table  # type: ignore[no-any-return]
        accessor, column = bound.accessor, bound.column
        if isinstance(column, TermColumn):
            return lambda row: column.value(row, self)
        if isinstance(column, ChoiceColumn):
            return lambda row: column.word(accessor.resolve(row, quiet=True))
        return lambda row: accessor.resolve(row, quiet=True)


def table_for(
    request: HttpRequest,
    table_class: type[OfficeTable],
    rows: Iterable[Any],
    per_page: int = PER_PAGE,
    paginator_class: type[Paginator[Any]] = Paginator,
    **kwargs: Any,
) -> OfficeTable:
    """The list for this address: ``?sort=-owed&page=2``. A wrong page is the last one, a wrong column no order."""
    table = table_class(rows, request=request, **kwargs)
    known = set(table.columns.names())
    from jilin_si.web.lists import ListState  # a list's state is made of a table, which this module knows

    table.kept = ListState(request, table)
    wanted = [name for part in request.GET.getlist("sort") for name in part.split(",")]
    wanted = [
        name for name in wanted if name.lstrip("-") in known and table.columns[name.lstrip("-")].orderable
    ]
    if wanted:
        table.order_by = wanted
    paginator = paginator_class(table.rows, per_page)
    table.paginator = paginator
    try:
        table.page = paginator.get_page(request.GET.get("page"))
    except EmptyPage:  # a paginator that does not count knows no last page: the first
        table.page = paginator.page(1)
    return table


def export_for(request: HttpRequest, table: OfficeTable, name: str, title: str = "") -> FileResponse | None:
    """The list as a file where the address asks for it (``?export=xlsx`` or ``csv``), else None."""
    wanted = request.GET.get("export")
    if wanted not in ("xlsx", "csv"):
        return None
    rows = (row.record for row in table.rows)
    return exports.export(wanted, name, table.export_columns(), rows, title)
