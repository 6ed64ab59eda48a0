"""Views of the style pages. The figures are those of one invented county; nothing here is stored."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import django_tables2 as tables
from django import forms
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.views.generic import FormView

from jilin_si.agencies.models import Agency
from jilin_si.money import MoneyError, MoneyFormField, format_yuan, from_fen, parse_yuan, round_fen
from jilin_si.periods import month
from jilin_si.web import charts
from jilin_si.web.desk import Count, Step
from jilin_si.web.errors import Conflict, ConflictLine
from jilin_si.web.forms import DayField, LiveFormView, OfficeForm, PeriodField, PlainCharField
from jilin_si.web.tables import (
    CountColumn,
    CutColumn,
    MoneyColumn,
    OfficeTable,
    PeriodColumn,
    ShortDayColumn,
    StateColumn,
    export_for,
    table_for,
)
from tests.styleguide.facts import BEHIND, DECLARATIONS, GRID, PAID, zh


def counts() -> list[Count]:
    return [
        Count(zh("待复核申报", "Declarations"), 17, "#", zh("3 份已过 2 日", "3 over 2 days"), "bad"),
        Count(zh("退回待补正", "Returned, to mend"), 4, "#", zh("最早 06-05", "since 5 Jun")),
        Count(zh("未对上的到账", "Unmatched receipts"), 6, "#", zh("48,312.60 元", "48,312.60 yuan"), "warn"),
        Count(zh("7 月达龄", "Pension age in July"), 23, "#", zh("9 人缺材料", "9 lack papers"), "warn"),
        Count(zh("转入待接收", "Transfers in"), 5, "#", zh("1 人跨省", "1 from outside")),
        Count(zh("疑似重复", "Likely duplicates"), 3, "/style/list/", zh("15 / 18 位号", "15 / 18 digits")),
    ]


def desk(request: HttpRequest) -> HttpResponse:
    steps = [
        Step(zh("5 日 增减员截止", "5 movements"), "done"),
        Step(zh("8 日 核定", "8 assessed"), "done"),
        Step(zh("12 日 今天", "12 today"), "now"),
        Step(zh("15 日 缴款截止", "15 payment due")),
        Step(zh("30 日 记账", "30 crediting")),
        Step(zh("7 月 5 日 月报", "5 Jul report")),
    ]
    rows = [
        {"name": zh(a, b), "period": c, "people": d, "wages": from_fen(e), "change": f,
         "watch": (g[0], zh(g[1], g[2])) if g else None, "sent": h}
        for a, b, c, d, e, f, g, h in DECLARATIONS
    ]  # fmt: skip
    people = [
        (
            zh("高永胜", "Gao Yongsheng"),
            zh("男 工人 60", "M worker 60"),
            "07-03",
            "warn",
            zh("缺工龄证明", "no service proof"),
        ),
        (
            zh("刘淑芳", "Liu Shufang"),
            zh("女 干部 55", "F cadre 55"),
            "07-09",
            "good",
            zh("材料齐", "complete"),
        ),
        (
            zh("林景山", "Lin Jingshan"),
            zh("男 井下 55", "M miner 55"),
            "07-15",
            "warn",
            zh("特殊工种待认定", "special work open"),
        ),
        (
            zh("王桂芝", "Wang Guizhi"),
            zh("女 工人 50", "F worker 50"),
            "07-22",
            "good",
            zh("材料齐", "complete"),
        ),
        (
            zh("崔玉兰", "Cui Yulan"),
            zh("女 工人 50", "F worker 50"),
            "07-30",
            "warn",
            zh("缺工龄证明", "no service proof"),
        ),
    ]
    receipts = [
        (
            Decimal("21480.35"),
            zh("吉林省九台市物资回收公司", "Jiutai Salvage Company"),
            zh("可能：1996-06 应缴 21,480.35", "fits: 1996-06 bill 21,480.35"),
            "06-11",
        ),
        (
            Decimal("9360.00"),
            zh("九台市机械配件", "Jiutai Machine Parts"),
            zh("可能：户名不全，3 个单位", "short name: 3 employers"),
            "06-11",
        ),
        (
            Decimal("6215.75"),
            zh("张立军（个人）", "Zhang, private"),
            zh("无可能对象", "no candidate"),
            "06-10",
        ),
    ]
    context = {
        "today": date(1996, 6, 12),
        "counts": counts(),
        "steps": steps,
        "rows": rows,
        "people": people,
        "receipts": receipts,
    }
    return render(request, "styleguide/desk.html", context)


def record(request: HttpRequest) -> HttpResponse:
    years = []
    figures = {
        1992: ("220.00", "52.80"),
        1993: ("255.00", "61.20"),
        1994: ("325.00", "78.00"),
        1995: ("415.00", "99.60"),
        1996: ("498.33", "39.88"),
    }
    late = {(1993, 11), (1993, 12), (1994, 8), (1994, 9), (1994, 10)}
    for year, (base, own) in figures.items():
        months = []
        for number in range(1, 13):
            label = f"{year}-{number:02d}"
            if (year, number) in late:
                months.append(
                    {
                        "mark": "l",
                        "sign": "补",
                        "url": "/trace/style/credit/",
                        "label": f"{label} {zh('补缴后记入', 'credited late')}",
                    }
                )
            elif (year, number) == (1996, 5):
                months.append(
                    {
                        "mark": "o",
                        "sign": zh("欠", "!"),
                        "url": "/trace/style/credit/",
                        "label": f"{label} {zh('欠缴未记', 'owed')}",
                    }
                )
            elif (year, number) == (1996, 6):
                months.append({"mark": "d", "sign": "·", "label": f"{label} {zh('未到期', 'not yet due')}"})
            elif year == 1996 and number > 6:
                months.append({"mark": "n", "sign": ""})
            else:
                months.append(
                    {
                        "mark": "p",
                        "sign": "✓",
                        "url": "/trace/style/credit/",
                        "label": f"{label} {zh('已记入', 'credited')}",
                    }
                )
        years.append(
            {"year": year, "months": months, "cells": [base, "12 / 12" if year < 1996 else "5 / 4", own]}
        )
    heads = [zh("缴费基数", "Base"), zh("应缴 / 已记", "Due / credited"), zh("本人缴费", "Own")]
    return render(request, "styleguide/record.html", {"years": years, "heads": heads})


FLOOR, CAP = Decimal("221.50"), Decimal("1107.51")


def row_answer(number: int, values: Any) -> dict[str, Any]:
    """What a page of a declaration would answer for one row: computed cells, errors, warnings."""
    try:
        total = parse_yuan(values.get("wage", ""))
        months = int(values.get("months") or 0)
    except (MoneyError, ValueError):
        return {
            "errors": [{"cell": "wage", "text": zh("不是金额。", "Not an amount.")}],
            "calc": {"average": "—", "base": "—", "own": "—"},
        }
    if number == 8 and months > 5:
        text = zh(
            f"月数 {months}：本人 1995-08 参加工作，1995 年最多 5 个月。改为 5，或更正参加工作月份。",
            f"Months {months}: began work in 1995-08, at most 5 in 1995. Type 5, or correct the first month.",
        )
        return {
            "errors": [{"cell": "months", "text": text}],
            "calc": {"average": "—", "base": "—", "own": "—"},
        }
    if not 1 <= months <= 12:
        return {
            "errors": [{"cell": "months", "text": zh("月数应在 1 至 12 之间。", "Months are 1 to 12.")}],
            "calc": {"average": "—", "base": "—", "own": "—"},
        }
    average = round_fen(total / months)
    base = max(FLOOR, min(CAP, average))
    told: Any = format_yuan(base)
    if base != average:
        told = {
            "text": format_yuan(base),
            "tone": "adj",
            "note": zh("下限", "floor") if base == FLOOR else zh("上限", "cap"),
        }
    warnings = []
    if total > 30000:
        warnings = [
            {
                "cell": "wage",
                "text": zh(
                    f"全年工资 {format_yuan(total)}：为上年的 5.1 倍。核对小数点，或按 Alt R 注明原因后保留。",
                    f"{format_yuan(total)} is 5.1 times last year's. Check the point, or keep it with a reason (Alt R).",
                ),
            }
        ]
    return {
        "calc": {
            "average": format_yuan(average),
            "base": told,
            "own": format_yuan(round_fen(base * 2 / 100)),
        },
        "warnings": warnings,
        "errors": [],
    }


def grid(request: HttpRequest) -> HttpResponse:
    rows, known = [], {}
    for number, (identity, name, born, wage, months) in enumerate(GRID):
        values = {
            "identity": identity,
            "name": name,
            "wage": format_yuan(from_fen(int(wage))),
            "months": months,
        }
        rows.append({"number": number, "line": number + 1, "born": born, **values})
        known[str(number)] = row_answer(number, values)
    return render(
        request,
        "styleguide/grid.html",
        {"rows": rows, "known": {"rows": known, "totals": {"wages": "20,210.42"}}},
    )


def grid_row(request: HttpRequest) -> JsonResponse:
    return JsonResponse(row_answer(int(request.POST["_row"]), request.POST))


def grid_check(request: HttpRequest) -> JsonResponse:
    numbers = sorted({int(name.split("-")[1]) for name in request.POST if name.startswith("rows-")})
    answers = {}
    for number in numbers:
        prefix = f"rows-{number}-"
        values = {
            name.removeprefix(prefix): value
            for name, value in request.POST.items()
            if name.startswith(prefix)
        }
        answers[str(number)] = row_answer(number, values)
    return JsonResponse({"rows": answers, "totals": {"wages": "20,210.42"}})


def remittance(request: HttpRequest) -> HttpResponse:
    wan = Decimal(10000)
    agencies = {agency.id: agency for agency in Agency.objects.units()}
    rows, units, behind = [], [], {}
    for number, (code, due, got, since, months, last, action) in enumerate(BEHIND, 1):
        due_yuan, got_yuan = Decimal(due) * wan, Decimal(got) * wan
        rate = got_yuan / due_yuan * 100
        behind[code] = rate
        rows.append({"number": number, "code": f"{code}", "name": agencies[code].unit_name, "due": due_yuan, "got": got_yuan, "rate": rate,
                     "owed": due_yuan - got_yuan, "since": since, "months": months, "last": last,
                     "action": (action[0], zh(action[1], action[2])) if action else None})  # fmt: skip
    nudges = {220200: (18, 6), 220381: (-6, 4)}
    for code, agency in agencies.items():
        paid_rate: Decimal | None = Decimal(100) if code in PAID else None
        shown = behind.get(code, paid_rate)
        note = (
            zh("受益县市", "benefiting county") if shown is None else f"{zh('上解率', 'rate')} {shown:.1f}%"
        )
        units.append(
            charts.UnitOnMap(
                agency.code, agency.unit_name, shown, note, "#", agency.name, nudges.get(code, (0, 0))
            )
        )
    periods = [month(1995, m) for m in range(6, 13)] + [month(1996, m) for m in range(1, 6)]
    due_row = [Decimal(320)] * 7 + [Decimal(350)] * 5
    got_row = [
        Decimal(t)
        for t in [
            "258.4",
            "271.9",
            "283.6",
            "301.2",
            "322.5",
            "341.7",
            "402.3",
            "347.81",
            "338.13",
            "311.47",
            "288.93",
            "270.86",
        ]
    ]
    flow_in = [
        (220100, "432.00", "up"),
        (220200, "196.13", "late"),
        (220700, "107.00", "up"),
        (222401, "94.50", "up"),
        (220581, "73.00", "up"),
    ]
    flow_out = [
        (220400, "182.40"),
        (220300, "168.20"),
        (220500, "154.80"),
        (220600, "146.50"),
        (220800, "118.90"),
    ]
    incoming = [
        charts.Flow(str(c), agencies[c].unit_name, Decimal(a) * wan, tone, "#") for c, a, tone in flow_in
    ]
    incoming += [charts.Flow(f"x{i}", "", Decimal("43.638") * wan) for i in range(15)]
    outgoing = [charts.Flow(str(c), agencies[c].unit_name, Decimal(a) * wan, "down") for c, a in flow_out]
    outgoing += [charts.Flow(f"y{i}", "", Decimal("666.40") * wan / 27, "down") for i in range(27)]
    outgoing.append(charts.Flow("kept", zh("积累金留存", "kept as reserve"), Decimal(120) * wan, "keep"))
    money = [Decimal(t) * wan for t in ("1750.00", "1557.20", "193.07", "1437.20", "182.80", "2846.35")]
    context = {
        "rows": rows,
        "map_data": charts.unit_map(units, zh("上解率", "rate"), selected="220200"),
        "months_data": charts.month_bars(periods, [d * wan for d in due_row], [g * wan for g in got_row],
                                         (zh("应上解", "Due"), zh("已上解", "Remitted"), zh("欠解", "Owed"))),
        "months_rows": [(p, d * wan, g * wan) for p, d, g in zip(periods, due_row, got_row, strict=True)],
        "flow_data": charts.flows(zh("省调剂金", "Province"), incoming, outgoing, zh("其余 %d 个", "other %d"), zh("其余 %d 个", "other %d")),
        "geo": static("web/data/jilin_units.geojson"),
        "due": money[0], "got": money[1], "owed": money[2], "down": money[3], "short": money[4], "reserve": money[5],
        "rate": Decimal("88.98"),
    }  # fmt: skip
    return render(request, "styleguide/remittance.html", context)


def portal(request: HttpRequest) -> HttpResponse:
    months = [
        ("1996-06", "5769.58", "0.00", "", "due"),
        ("1996-05", "5769.58", "3600.00", "05-14", "partly_paid"),
    ]
    months += [(f"1996-0{m}", "5769.58", "5769.58", f"0{m}-14", "paid") for m in (4, 3, 2, 1)]
    rows = [(p, Decimal(d), Decimal(g), day, state) for p, d, g, day, state in months]
    return render(
        request,
        "styleguide/portal.html",
        {"rows": rows, "form": StatementForm(initial={"first": month(1996, 1), "last": month(1996, 5)})},
    )


def states(request: HttpRequest) -> HttpResponse:
    return render(request, "styleguide/states.html")


class StatementForm(OfficeForm):
    first = PeriodField(label="从 / From")
    last = PeriodField(label="到 / To")
    kind = forms.ChoiceField(label="格式 / Format", choices=[("pdf", "PDF"), ("xlsx", "Excel")])
    words = forms.ChoiceField(label="文字 / Language", choices=[("zh", "中文"), ("both", "中英对照")])


class StyleForm(OfficeForm):
    name = PlainCharField(label="姓名 / Name", max_length=64)
    wage = MoneyFormField(label="工资 / Wage", help_text="元 / yuan")
    since = DayField(label="日期 / Day")
    sort = forms.ChoiceField(
        label="类别 / Kind", choices=[("a", "甲"), ("b", "乙")], widget=forms.RadioSelect
    )
    sure = forms.BooleanField(label="已核对 / Checked", required=False)

    def clean_wage(self) -> Decimal:
        wage = self.cleaned_data["wage"]
        if wage < 0:
            raise forms.ValidationError(zh("工资不能为负。", "A wage cannot be negative."))
        return wage


class StyleFormView(LiveFormView, FormView):  # type: ignore[type-arg]
    template_name = "styleguide/form.html"
    form_class = StyleForm
    success_url = "/style/list/"

    def form_invalid(self, form: StyleForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


class DeclarationTable(OfficeTable):
    name = CutColumn(verbose_name="单位", linkify=lambda record: f"/style/record/?of={record.id}")
    period = PeriodColumn(verbose_name="所属期")
    people = CountColumn(verbose_name="人数", total=True)
    wages = MoneyColumn(verbose_name="月工资总额", total=True)
    state = StateColumn(verbose_name="状态")
    sent = ShortDayColumn(verbose_name="提交")
    watch = tables.Column(verbose_name="需留意", orderable=False)


def list_rows() -> list[SimpleNamespace]:
    return [
        SimpleNamespace(id=i, name=zh(a, b) if i else "=cmd|' /C calc'!A0", period=month(1996, 7), people=d, wages=from_fen(e),
                        state="submitted" if i % 3 else "approved", sent=date(1996, 6, 7), watch=zh(g[1], g[2]) if g else "")
        for i, (a, b, _c, d, e, _f, g, _h) in enumerate(DECLARATIONS * 3)
    ]  # fmt: skip


def list_page(request: HttpRequest) -> HttpResponseBase:
    rows = list_rows()
    totals = {
        "people": sum(row.people for row in rows),
        "wages": sum((row.wages for row in rows), Decimal(0)),
    }
    table = table_for(request, DeclarationTable, rows, totals=totals)
    return export_for(request, table, "declarations", "申报") or render(
        request, "styleguide/list.html", {"table": table}
    )


def search(request: HttpRequest) -> HttpResponse:
    template = "styleguide/_found.html" if "HX-Request" in request.headers else "styleguide/list.html"
    return render(
        request, template, {"q": request.GET.get("q", ""), "table": table_for(request, DeclarationTable, [])}
    )


def fault(request: HttpRequest, kind: str) -> HttpResponse:
    if kind == "400":
        raise SuspiciousOperation
    if kind == "403":
        raise PermissionDenied
    if kind == "409":
        lines = [
            ConflictLine(zh("月数", "Months"), "months", "12", "12", "12"),
            ConflictLine(zh("全年工资", "Year's wages"), "wage", "4,980.00", "5,890.00", "5,980.00"),
            ConflictLine(zh("用工", "Contract"), "kind", "合同制", "固定工", "合同制"),
        ]
        raise Conflict(zh("陈国富", "Chen Guofu"), zh("张敏", "Zhang Min"), "09:41", lines)
    if kind == "503":
        raise OperationalError("the server closed the connection")
    raise RuntimeError("broken on purpose")
