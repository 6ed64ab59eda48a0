"""Invariants of the month: bills from spells, money from receipts, summaries and books from both (I3, I6, I11, I15)."""

from __future__ import annotations

from collection.lines import all_lines
from jilin_si.jobs.invariants import Invariant

# A year's months mostly share their parameters: each spell is worked out once a stretch of equal parameters and
# month by month only at the employer's level, so that a year costs hardly more than a month.
BILLS_FROM_SPELLS = """
with level as (              -- the rates of lines with workers' parts, a county and month; equal ones share a stretch
  select line, county_id, due_period, floor_fen, cap_fen, own_ppm, transfer_ppm, average_part_fen,
         min(due_period) over same as stretch
  from collection_assessmentparameter where trade_class = 0 and own_ppm + transfer_ppm + average_part_fen > 0
  window same as (partition by line, county_id, floor_fen, cap_fen, own_ppm, transfer_ppm, average_part_fen,
                  extract(year from due_period))
),
stretch as (
  select line, county_id, stretch, min(due_period) as first_month, max(due_period) as last_month,
         min(floor_fen) as floor_fen, min(cap_fen) as cap_fen, min(own_ppm) as own_ppm,
         min(transfer_ppm) as transfer_ppm, min(average_part_fen) as average_part_fen
  from level group by 1, 2, 3
),
based as (                   -- the base worked out once a spell and stretch
  select t.line, t.stretch, t.own_ppm, t.transfer_ppm, t.average_part_fen, s.county_id, s.employer_id, s.first_period,
         s.last_period, s.recorded_in, s.sign, s.wage_fen, base_of(s.wage_fen, t.floor_fen, t.cap_fen) as base_fen
  from collection_spell s
  join stretch t on t.county_id = s.county_id and t.first_month <= s.last_period and t.last_month >= s.first_period
  offset 0
),
worked as (                  -- a group of like-dated spells of an employer, once a stretch
  select line, stretch, county_id, employer_id, first_period, last_period, recorded_in,
         sum(sign) as workers, sum(sign * wage_fen)::bigint as wage, sum(sign * base_fen)::bigint as base,
         sum(sign * share(base_fen, own_ppm))::bigint as own,
         sum(sign * (share(base_fen, transfer_ppm) + average_part_fen))::bigint as credit
  from based group by 1, 2, 3, 4, 5, 6, 7
),
spelled as (
  select w.line, w.county_id, w.employer_id, l.due_period::date as due_period,
         greatest(w.recorded_in, l.due_period::date) as recorded_in,
         sum(w.workers) as workers, sum(w.wage)::bigint as wage, sum(w.base)::bigint as base, sum(w.own)::bigint as own,
         sum(w.credit)::bigint as credit
  from worked w
  join level l on l.line = w.line and l.county_id = w.county_id and l.stretch = w.stretch
    and l.due_period between w.first_period and w.last_period
  group by 1, 2, 3, 4, 5
),
wages as (                   -- wages are the same for every line: taken from the line with most months
  select county_id, employer_id, due_period, recorded_in, workers, wage from spelled
  where line = (select line from level group by line order by count(*) desc, line limit 1)
),
retired as (
  select r.county_id, r.employer_id, p.period::date as due_period,
         greatest(r.recorded_in, p.period)::date as recorded_in,
         sum(r.sign * r.cost_fen)::bigint as cost
  from collection_retireecost r
  join ledger_period p on p.agency_id = r.county_id and p.state <> 'open'
    and p.period between r.first_period and r.last_period
  group by 1, 2, 3, 4
),
expected as (
  select b.bill_id, coalesce(w.workers, 0) as workers, coalesce(w.wage, 0) as wage,
         case when p.own_ppm + p.transfer_ppm + p.average_part_fen > 0 then coalesce(s.base, 0)
              else coalesce(w.wage, 0) end
           as base,
         coalesce(s.own, 0) as own, coalesce(s.credit, 0) as credit,
         case when p.includes_retiree_cost then coalesce(r.cost, 0) else 0 end as cost, p.unit_ppm
  from collection_bill b
  left join collection_assessmentparameter p on p.id = b.parameter_id
    and (p.line, p.county_id, p.due_period) = (b.line, b.county_id, b.due_period)
  left join wages w on (w.employer_id, w.due_period, w.recorded_in)
    = (b.employer_id, b.due_period, coalesce(b.spells_of, b.recorded_in))
  left join spelled s on s.line = b.line
    and (s.employer_id, s.due_period, s.recorded_in)
    = (b.employer_id, b.due_period, coalesce(b.spells_of, b.recorded_in))
  left join retired r on (r.employer_id, r.due_period, r.recorded_in)
    = (b.employer_id, b.due_period, coalesce(b.spells_of, b.recorded_in))
  where b.reverses is null and b.replaces is null
  union all                  -- under a corrected class or coverage: the bill that it names, reversed or replaced
  select b.bill_id, k.sign * o.workers, k.sign * o.wage_fen, k.sign * o.base_fen, k.sign * o.own_due_fen,
         k.sign * o.unit_credit_fen, k.sign * o.retiree_cost_fen, p.unit_ppm
  from collection_bill b
  join collection_bill o on o.bill_id = coalesce(b.reverses, b.replaces)
    and (o.employer_id, o.line, o.due_period) = (b.employer_id, b.line, b.due_period) and o.recorded_in < b.recorded_in
  cross join lateral (select case when b.reverses is null then 1 else -1 end as sign) k
  left join collection_assessmentparameter p on p.id = b.parameter_id
    and (p.line, p.county_id, p.due_period) = (b.line, b.county_id, b.due_period)
    and (b.reverses is null) = (p.id <> o.parameter_id)
  where b.reverses is not null or b.replaces is not null
)
select b.bill_id, b.line, b.employer_id, b.due_period, b.recorded_in, b.workers, e.workers as workers_expected,
       b.base_fen, e.base as base_expected, b.own_due_fen, e.own as own_expected, b.unit_due_fen,
       sign(e.wage + e.cost) * share(abs(e.wage + e.cost), e.unit_ppm) as unit_expected,
       b.unit_credit_fen, e.credit as credit_expected
from collection_bill b left join expected e using (bill_id)
where (b.workers, b.wage_fen, b.base_fen, b.own_due_fen, b.unit_credit_fen, b.retiree_cost_fen, b.unit_due_fen)
  is distinct from (e.workers, e.wage, e.base, e.own, e.credit, e.cost,
                    (sign(e.wage + e.cost) * share(abs(e.wage + e.cost), e.unit_ppm))::bigint)
union all                    -- and what is known of an assessed month was billed, in each line that covers the employer
select null, c.line, w.employer_id, w.due_period, w.recorded_in, null, w.workers, null, w.wage,
       null, null, null, null, null, null
from wages w
join (select agency_id, max(period) as last_assessed from ledger_period where state <> 'open' group by 1) p
  on p.agency_id = w.county_id and w.recorded_in <= p.last_assessed
join enrollment_coverage c on c.employer_id = w.employer_id and c.first_period <= w.due_period
  and coalesce(c.last_period, 'infinity') >= w.due_period
join (select distinct line, county_id, due_period from collection_assessmentparameter) a
  on a.line = c.line and a.county_id = w.county_id and a.due_period = w.due_period
left join collection_bill b
  on (b.employer_id, b.line, b.due_period) = (w.employer_id, c.line, w.due_period)
  and coalesce(b.spells_of, b.recorded_in) = w.recorded_in and b.reverses is null and b.replaces is null
where b.bill_id is null and (w.recorded_in > w.due_period or w.workers <> 0 or w.wage <> 0)
  and not exists (           -- a coverage that was given back is billed by the next assessment
    select from collection_linechange l
    where l.employer_id = w.employer_id and l.line = c.line and l.recorded_in > p.last_assessed
      and w.due_period >= l.first_period and w.due_period <= coalesce(l.last_period, 'infinity'))
"""

BILLS_BY_CLASS = """
select b.bill_id, b.line, b.employer_id, b.due_period, p.trade_class,
       class_in(e.id, b.due_period, e.trade_class) as trade_class_expected
from collection_bill b
join collection_assessmentparameter p on p.id = b.parameter_id and p.trade_class > 0
join enrollment_employer e on e.id = b.employer_id
where e.id in (select t.employer_id from collection_tradeclass t
               join ledger_period l on (l.agency_id, l.period) = (t.county_id, t.recorded_in)
               group by 1 having bool_and(l.state <> 'open'))
  and b.reverses is null and p.trade_class <> class_in(e.id, b.due_period, e.trade_class)
  and not exists (select from collection_bill r where r.reverses = b.bill_id)
union all
select b.bill_id, b.line, b.employer_id, b.due_period, null, null from collection_bill b
where b.reverses is not null and b.spells_of is null
  and not exists (select from collection_bill n where n.replaces = b.reverses)
"""

BILLS_BY_COVERAGE = """
with change as (             -- of each month the change that was recorded last and assessed
  select distinct on (l.employer_id, l.line, m.period) l.employer_id, l.line, m.period, l.covered
  from collection_linechange l
  join ledger_period a on (a.agency_id, a.period) = (l.county_id, l.recorded_in) and a.state <> 'open'
  join ledger_period m on m.agency_id = l.county_id and m.period >= l.first_period
    and m.period <= coalesce(l.last_period, 'infinity') and m.period < l.recorded_in
  order by l.employer_id, l.line, m.period, l.id desc
)
select b.bill_id, b.line, b.employer_id, b.due_period, b.recorded_in
from change c
join collection_bill b on (b.employer_id, b.line, b.due_period) = (c.employer_id, c.line, c.period)
where not c.covered and b.reverses is null
  and not exists (select from collection_bill r where r.reverses = b.bill_id)
union all
select b.bill_id, b.line, b.employer_id, b.due_period, b.recorded_in
from collection_bill b
where b.spells_of is not null and not exists (
  select from collection_linechange l
  where (l.employer_id, l.line, l.recorded_in) = (b.employer_id, b.line, b.recorded_in)
    and b.due_period >= l.first_period and b.due_period <= coalesce(l.last_period, 'infinity')
    and l.covered = (b.reverses is null))
"""

ONE_SPELL_A_MONTH = """
with several as (            -- who has more than one row in a year: the others cannot overlap
  select fee_year, worker_id from collection_spell group by 1, 2 having count(*) > 1
)
select s.worker_id, m.month::date as period, sum(s.sign) as spells
from collection_spell s join several using (fee_year, worker_id)
cross join lateral generate_series(s.first_period::timestamp, s.last_period::timestamp, interval '1 month') m(month)
group by 1, 2 having sum(s.sign) not in (0, 1)
"""

ONE_RETIREE_COST_A_MONTH = """
with several as (            -- who has more than one row: a single one cannot overlap
  select employer_id from collection_retireecost group by 1 having count(*) > 1
)
select r.employer_id, m.month::date as period, sum(r.sign) as costs
from collection_retireecost r join several using (employer_id)
cross join lateral generate_series(r.first_period::timestamp, r.last_period::timestamp, interval '1 month') m(month)
group by 1, 2 having sum(r.sign) not in (0, 1)
"""

SPELLS_HAVE_EMPLOYMENTS = """
select s.county_id, s.employer_id, s.worker_id, s.spell_id
from collection_spell s
where not exists (
  select 1 from enrollment_employment e
  where e.worker_id = s.worker_id and e.employer_id = s.employer_id and e.county_id = s.county_id
    and e.first_period <= s.last_period)
"""

REVERSALS_NAME_THEIR_SPELL = """
select r.spell_id, r.worker_id, r.reverses
from collection_spell r
left join collection_spell s on s.spell_id = r.reverses and s.fee_year = r.fee_year and s.county_id = r.county_id
  and s.employer_id = r.employer_id and s.worker_id = r.worker_id and s.sign = 1
where r.sign = -1 and (s.spell_id is null or s.wage_fen <> r.wage_fen or r.first_period < s.first_period
                       or r.last_period > s.last_period or r.recorded_in < s.recorded_in)
"""

ASSESSED_IS_COLLECTED_AND_OWED = """
select b.bill_id, b.line, b.employer_id, b.due_period, b.own_due_fen, b.unit_due_fen,
       a.own as own_collected, a.unit as unit_collected, o.own_fen as own_owed, o.unit_fen as unit_owed,
       p.bill_id is not null as settled
from collection_bill b
left join (select bill_id, sum(own_fen)::bigint as own, sum(unit_fen)::bigint as unit
           from collection_allocation group by 1) a using (bill_id)
left join collection_openitem o using (bill_id)
left join collection_paidbill p using (bill_id)
where greatest(b.own_due_fen, 0) <> coalesce(a.own, 0) + coalesce(o.own_fen, 0)
   or greatest(b.unit_due_fen, 0) <> coalesce(a.unit, 0) + coalesce(o.unit_fen, 0)
   or (o.bill_id is null) <> (p.bill_id is not null)
   or p.paid_in < b.recorded_in
"""

RECEIPTS_ARE_SPENT_OR_WAIT = """
select r.receipt_id, r.employer_id, r.line, r.amount_fen, a.fen as allocated, u.fen as waiting
from collection_receipt r
left join (select receipt_id, sum(own_fen + unit_fen)::bigint as fen from collection_allocation group by 1) a
  using (receipt_id)
left join collection_unapplied u using (receipt_id)
left join collection_bill b on b.bill_id = r.credit_of
where r.amount_fen <> coalesce(a.fen, 0) + coalesce(u.fen, 0)
   or (r.credit_of is not null
       and r.amount_fen <> greatest(-b.own_due_fen, 0) + greatest(-b.unit_due_fen, 0))
union all
select null, b.employer_id, b.line, b.own_due_fen + b.unit_due_fen, null, null
from collection_bill b left join collection_receipt r on r.credit_of = b.bill_id
where (b.own_due_fen < 0 or b.unit_due_fen < 0) and r.receipt_id is null
"""

BANK_LINES_ARE_TAKEN_WHOLE = """
select l.id, l.employer_id, l.amount_fen, l.taken_in, r.fen as in_receipts
from collection_bankline l
left join (select bank_line_id, sum(amount_fen)::bigint as fen,
                  min(employer_id) as payer, max(employer_id) as last_payer,
                  min(county_id) as unit, max(county_id) as last_unit
           from collection_receipt where bank_line_id is not null group by 1) r on r.bank_line_id = l.id
where coalesce(r.fen, 0) <> case when l.taken_in is null then 0 else l.amount_fen end
   or (r.payer, r.last_payer, r.unit, r.last_unit) <> (l.employer_id, l.employer_id, l.county_id, l.county_id)
"""

# Money of one employer meets a bill of another only where an event made one pool of both by that month (REST-5). The
# other way round, from the month after a split money no longer meets what was handed over.
ALLOCATIONS_STAY_IN_THEIR_LINE = """
with across as materialized (
  select a.bill_id, a.receipt_id, a.period, b.line, r.line as receipt_line, b.employer_id, a.employer_id as written,
         b.due_period, r.employer_id as payer, r.credit_of, b.county_id, r.county_id as receipt_county
  from collection_allocation a join collection_bill b using (bill_id) join collection_receipt r using (receipt_id)
  where b.line <> r.line or b.employer_id <> r.employer_id or a.employer_id <> b.employer_id
     or b.county_id <> r.county_id
  union all
  select a.bill_id, a.receipt_id, (a.period - interval '1 month')::date, b.line, r.line, b.employer_id, a.employer_id,
         b.due_period, r.employer_id, r.credit_of, b.county_id, r.county_id
  from (select distinct p.employer_id from collection_payers(date '9999-12-31') p) t
  join collection_bill b on b.employer_id = t.employer_id
  join collection_allocation a on a.bill_id = b.bill_id
  join collection_receipt r on r.receipt_id = a.receipt_id and r.employer_id = b.employer_id
),
month as (select distinct period from across),
pays as materialized (select m.period, p.* from month m cross join lateral collection_payers(m.period) p)
select x.bill_id, x.receipt_id, x.period, x.line, x.receipt_line, x.employer_id, x.payer,
       coalesce(d.payer_id, x.employer_id) as pays_the_bill, coalesce(m.payer_id, x.payer) as has_the_money
from across x
left join collection_bill n on n.bill_id = x.credit_of
left join pays d on d.period = x.period and d.employer_id = x.employer_id and x.due_period >= d.since
  and x.due_period < d.until
left join pays m on m.period = x.period and m.employer_id = x.payer
  and coalesce(n.due_period, date '9999-12-01') >= m.since and coalesce(n.due_period, date '9999-12-01') < m.until
where x.line <> x.receipt_line or x.employer_id <> x.written or x.county_id <> x.receipt_county
   or coalesce(d.payer_id, x.employer_id) <> coalesce(m.payer_id, x.payer)
"""

SUMMARY_IS_ITS_ROWS = """
with due as (
  select county_id, line::text, recorded_in as period,
         sum(own_due_fen)::bigint as own, sum(unit_due_fen)::bigint as unit
  from collection_bill group by 1, 2, 3
),
paid as (
  select a.county_id, b.line::text, a.period, sum(a.own_fen)::bigint as own, sum(a.unit_fen)::bigint as unit
  from collection_allocation a join collection_bill b using (bill_id) group by 1, 2, 3
),
received as (
  select county_id, line::text, period, sum(amount_fen)::bigint as fen
  from collection_receipt where bank_line_id is not null group by 1, 2, 3
),
credited as (
  select p.county_id, b.line::text, p.paid_in as period, sum(b.own_due_fen + b.unit_credit_fen)::bigint as fen
  from collection_paidbill p join collection_bill b using (bill_id)
  join collection_assessmentparameter a on a.id = b.parameter_id and a.transfer_ppm + a.average_part_fen > 0
  group by 1, 2, 3
)
select s.*, due.own as own_due, due.unit as unit_due, received.fen as received, paid.own as own_paid,
       paid.unit as unit_paid, credited.fen as credited
from (select county_id, line::text, period::date, own_due_fen, unit_due_fen, received_fen, own_paid_fen, unit_paid_fen,
             credited_fen from collection_summary) s
full join due using (county_id, line, period)
full join paid using (county_id, line, period)
full join received using (county_id, line, period)
full join credited using (county_id, line, period)
where (coalesce(s.own_due_fen, 0), coalesce(s.unit_due_fen, 0), coalesce(s.received_fen, 0),
       coalesce(s.own_paid_fen, 0),
       coalesce(s.unit_paid_fen, 0), coalesce(s.credited_fen, 0))
  is distinct from (coalesce(due.own, 0), coalesce(due.unit, 0), coalesce(received.fen, 0), coalesce(paid.own, 0),
                    coalesce(paid.unit, 0), coalesce(credited.fen, 0))
"""

ASSESSED_MONTHS_HAVE_THEIR_UNIT = """
select p.agency_id, p.period, p.state, u.state as unit
from ledger_period p join agencies_agency a on a.id = p.agency_id and a.level <> 'province'
left join jobs_jobunit u on u.job = 'assess' and u.agency_id = p.agency_id and u.period = p.period
where (p.state <> 'open') <> coalesce(u.state = 'done', false)
"""

ACCOUNTS_GO_ON = """
select n.worker_id, n.fee_year, n.opening_own_fen, l.closing_own_fen, n.opening_unit_fen, l.closing_unit_fen
from collection_accountyear n join collection_accountyear l
  on l.worker_id = n.worker_id and l.fee_year = n.fee_year - 1 and l.county_id = n.county_id
where not n.taken_over
  and (n.opening_own_fen, n.opening_unit_fen) is distinct from (l.closing_own_fen, l.closing_unit_fen)
"""


def _books() -> str:
    """The books say what the summaries say: memorandum, bank, income and individual accounts, line by line."""
    lines = ", ".join(
        f"('{c.line}', '{c.fund}', '{c.income_own_account}', '{c.income_unit_account}')" for c in all_lines()
    )
    return f"""
with line (line, fund, own_account, unit_account) as (values {lines}),
book as (
  select j.agency_id, j.fund::text, j.period::date, j.kind, p.account, sum(p.amount_fen)::bigint as fen
  from ledger_journal j join ledger_posting p using (journal_id)
  where j.kind in ('assessed', 'received', 'suspense_applied', 'credited', 'credit_note') group by 1, 2, 3, 4, 5
),
said as (
  select s.county_id, l.fund, s.period::date, sum(s.own_due_fen + s.unit_due_fen)::bigint as due,
         sum(s.received_fen)::bigint as received, sum(s.own_paid_fen + s.unit_paid_fen)::bigint as paid,
         sum(s.credited_fen)::bigint as credited
  from collection_summary s join line l on l.line = s.line group by 1, 2, 3
),
booked as (
  select b.agency_id as county_id, b.fund, b.period,
         coalesce(sum(fen) filter (where kind = 'assessed' and account = '9001'), 0)::bigint as due,
         coalesce(sum(fen) filter (where kind = 'received' and account = '1002'), 0)::bigint as received,
         coalesce(-sum(fen) filter (where kind in ('received', 'suspense_applied')
           and account in (select own_account from line union select unit_account from line)), 0)::bigint as paid,
         coalesce(-sum(fen) filter (where kind = 'credited' and account = '3001.02'), 0)::bigint as credited
  from book b group by 1, 2, 3
)
select county_id, fund, period, s.due, b.due as due_booked, s.received, b.received as received_booked, s.paid,
       b.paid as paid_booked, s.credited, b.credited as credited_booked
from said s full join booked b using (county_id, fund, period)
where (coalesce(s.due, 0), coalesce(s.received, 0), coalesce(s.paid, 0), coalesce(s.credited, 0))
  is distinct from (coalesce(b.due, 0), coalesce(b.received, 0), coalesce(b.paid, 0), coalesce(b.credited, 0))
"""


def invariants() -> list[Invariant]:
    """The invariants of this app, with the lines that are registered now."""
    return [
        Invariant(
            "collection.bills_from_spells",
            "every bill is the sum of its workers' parts, each rounded by itself, and its retirees' cost; no bill is"
            " missing",
            BILLS_FROM_SPELLS,
            order=20,
        ),
        Invariant(
            "collection.bills_by_class",
            "what stands is billed by the injury risk class of its month; what was reversed for another was replaced",
            BILLS_BY_CLASS,
            order=21,
        ),
        Invariant(
            "collection.bills_by_coverage",
            "no bill stands for months whose coverage was taken back; bills of earlier spells come from such a case",
            BILLS_BY_COVERAGE,
            order=21,
        ),
        Invariant(
            "collection.one_spell_a_month",
            "no worker has two living spells in one month",
            ONE_SPELL_A_MONTH,
            order=22,
        ),
        Invariant(
            "collection.one_retiree_cost_a_month",
            "no employer's retirees are counted twice in one month",
            ONE_RETIREE_COST_A_MONTH,
            order=22,
        ),
        Invariant(
            "collection.spells_have_employments",
            "every spell belongs to an employment of that worker with that employer",
            SPELLS_HAVE_EMPLOYMENTS,
            order=23,
        ),
        Invariant(
            "collection.reversals_name_their_spell",
            "every reversal lies inside the spell that it names and carries its wage",
            REVERSALS_NAME_THEIR_SPELL,
            order=24,
        ),
        Invariant(
            "collection.assessed_is_collected_and_owed",
            "what is assessed = collected + owed, to the fen, for each employer, line and month",
            ASSESSED_IS_COLLECTED_AND_OWED,
            order=30,
        ),
        Invariant(
            "collection.receipts_are_spent_or_wait",
            "every receipt is allocated or waits, to the fen; every negative bill left its credit note",
            RECEIPTS_ARE_SPENT_OR_WAIT,
            order=31,
        ),
        Invariant(
            "collection.bank_lines_are_taken_whole",
            "every bank line is taken whole or not at all",
            BANK_LINES_ARE_TAKEN_WHOLE,
            order=32,
        ),
        Invariant(
            "collection.allocations_stay_in_their_line",
            "money never pays another line, and another employer only where it took over what is owed",
            ALLOCATIONS_STAY_IN_THEIR_LINE,
            order=33,
        ),
        Invariant(
            "collection.summary_is_its_rows",
            "what dashboards read is the sum of its bills, receipts and credits",
            SUMMARY_IS_ITS_ROWS,
            order=34,
        ),
        Invariant(
            "collection.books_say_the_same",
            "the fund ledger says of each month what the month's records say",
            _books(),
            order=35,
        ),
        Invariant(
            "collection.assessed_months_have_their_unit",
            "a month is assessed where its job unit is done, and only there",
            ASSESSED_MONTHS_HAVE_THEIR_UNIT,
            order=36,
        ),
        Invariant(
            "collection.accounts_go_on",
            "an account's year opens with what the year before closed with",
            ACCOUNTS_GO_ON,
            order=40,
        ),
    ]
