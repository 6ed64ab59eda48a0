"""Invariants of pooling: money up is received or in transit, shares add up, plans and summary agree (I10)."""

from __future__ import annotations

from jilin_si.agencies.models import PROVINCE
from jilin_si.jobs.invariants import Invariant

WITHIN_HOLDINGS = f"""
select b.period, sum(b.cash_fen) over w as cash_fen, sum(b.reserve_fen) over w as reserve_fen
from (
  select period, coalesce(sum(debit_fen - credit_fen) filter (where account in ('1002', '1003')), 0) as cash_fen,
         coalesce(sum(credit_fen - debit_fen) filter (where account = '3001.03'), 0) as reserve_fen
  from ledger_balance where agency_id = {PROVINCE} and fund = 'pension' group by period
) b window w as (order by b.period)
"""

_INVARIANTS = [
    Invariant(
        "pooling.within_holdings",
        "what the province passed down never took more than it held above its reserve",
        f"select * from ({WITHIN_HOLDINGS}) m where cash_fen < greatest(reserve_fen, 0)",
        order=60,
    ),
    Invariant(
        "pooling.shares_add_up",
        "the shares of a redistribution add up to its total, none above its need, each booked once approved",
        f"""
        select r.id, r.period, r.run, r.state, r.total_fen, r.need_fen, sum(s.amount_fen) as shares_fen,
               sum(s.need_fen) as needs_fen
        from pooling_redistribution r left join pooling_redistributionshare s on s.redistribution_id = r.id
        group by r.id
        having sum(s.amount_fen) is distinct from r.total_fen or sum(s.need_fen) is distinct from r.need_fen
          or r.total_fen > r.available_fen or bool_or(s.amount_fen > s.need_fen) or bool_or(s.period <> r.period)
          or (r.state = 'approved' and bool_or((s.amount_fen > 0) <> (s.county_journal_id is not null)))
          or (r.state <> 'approved' and bool_or(s.county_journal_id is not null))
          or r.agency_id <> {PROVINCE}
        """,
        order=61,
    ),
    Invariant(
        "pooling.up_equals_received_and_in_transit",
        "what counties booked as remitted (5103) is what the province booked (4106) and what is in transit",
        f"""
        with booked as (
          select coalesce(sum(p.amount_fen) filter (where p.account = '5103' and j.agency_id <> {PROVINCE}), 0) as up,
                 coalesce(-sum(p.amount_fen) filter (where p.account = '4106' and j.agency_id = {PROVINCE}), 0)
                   as received
          from ledger_posting p join ledger_journal j using (journal_id)
          where p.account in ('5103', '4106') and j.kind <> 'year_end'
        ),
        transit as (
          select coalesce(sum(amount_fen), 0) as fen from pooling_remittance where state = 'confirmed'
        )
        select up, received, fen as in_transit from booked, transit where up <> received + fen
        """,
        order=62,
    ),
    Invariant(
        "pooling.down_equals_received",
        "what the province booked as passed down (5102) is what counties booked as received from above (4105)",
        f"""
        select * from (
          select coalesce(sum(p.amount_fen) filter (where p.account = '5102' and j.agency_id = {PROVINCE}), 0) as down,
                 coalesce(-sum(p.amount_fen) filter (where p.account = '4105' and j.agency_id <> {PROVINCE}), 0)
                   as received
          from ledger_posting p join ledger_journal j using (journal_id)
          where p.account in ('5102', '4105') and j.kind <> 'year_end'
        ) b where down <> received
        """,
        order=63,
    ),
    Invariant(
        "pooling.acts_are_booked",
        "every remittance, share, redistribution and pension payment is booked with its amount, at the right agency",
        f"""
        with act(what, id, agency_id, account, fen, journal_id) as (
          select 'remitted', id, county_id, '5103', amount_fen, county_journal_id from pooling_remittance
            where state <> 'proposed'
          union all
          select 'received', id, {PROVINCE}, '4106', -amount_fen, province_journal_id from pooling_remittance
            where state = 'received'
          union all
          select 'redistributed', id, {PROVINCE}, '5102', total_fen, province_journal_id from pooling_redistribution
            where state = 'approved'
          union all
          select 'share', id, county_id, '4105', -amount_fen, county_journal_id from pooling_redistributionshare
            where county_journal_id is not null
          union all
          select 'pensions', id, county_id, '5001', paid_fen, journal_id from pooling_pensionpayment where paid_fen > 0
        )
        select a.*, j.agency_id as booked_at, j.fund, p.amount_fen as booked_fen
        from act a
        left join ledger_journal j on j.journal_id = a.journal_id
        left join ledger_posting p on p.journal_id = a.journal_id and p.account = a.account
        where (j.agency_id, j.fund::text, p.amount_fen) is distinct from (a.agency_id, 'pension', a.fen)
        union all
        select 'doubled', min(a.id), min(a.agency_id), a.account, count(*), a.journal_id, null, null, null
        from act a group by a.account, a.journal_id having count(*) > 1
        """,
        order=64,
    ),
    Invariant(
        "pooling.plans_follow_the_formula",
        "every plan is what its wages, retiree cost and rates make (POOL-3 to POOL-5), and its months add up to it",
        """
        with formula as (
          select p.*, round(unit_rate * (wages_fen + retiree_cost_fen)) as unit,
                 round(individual_rate * wages_fen) as individual,
                 round(collection_rate * due_total_fen) as collected,
                 round(management_fee_rate * planned_collection_fen) as fee,
                 round(accumulation_rate * planned_collection_fen) as kept,
                 round(province_share * accumulation_fen) as up
          from pooling_countyplan p
        )
        select f.id, f.county_id, f.fee_year, f.net_fen, m.fen as months_fen
        from formula f
        left join lateral (
          select sum(plan_up_fen - plan_down_fen) as fen from pooling_poolingmonth m
          where m.county_id = f.county_id and extract(year from m.period) = f.fee_year
        ) m on true
        where (due_unit_fen, due_individual_fen, due_total_fen, planned_collection_fen, management_fee_fen,
               accumulation_fen, accumulation_to_province_fen, accumulation_kept_fen, balance_fen,
               planned_remit_up_fen, planned_allocation_down_fen, kind)
              is distinct from
              (unit, individual, unit + individual, collected, fee, kept, up, kept - up,
               collected - planned_pension_payments_fen - fee - kept,
               greatest(balance_fen, 0) + up, greatest(-balance_fen, 0),
               case sign(balance_fen) when 1 then 'remitting' when -1 then 'benefiting' else 'balanced' end)
          or (f.state = 'approved' and m.fen is distinct from f.net_fen)
        """,
        order=65,
    ),
    Invariant(
        "pooling.never_more_than_due",
        "no county remitted or received more, to date, than its plan says",
        """
        select * from (
          select county_id, period, sum(plan_up_fen) over w as due, sum(proposed_fen) over w as remitted,
                 sum(plan_down_fen) over w as planned, sum(redistributed_fen) over w as redistributed
          from pooling_poolingmonth window w as (partition by county_id order by period)
        ) m where remitted > due or redistributed > planned
        """,
        order=66,
    ),
    Invariant(
        "pooling.pensions_carried_on",
        "what a county could not pay is carried to its next month",
        """
        select * from (
          select county_id, period, brought_forward_fen, lag(unpaid_fen, 1, 0::bigint) over w as unpaid_before
          from pooling_pensionpayment window w as (partition by county_id order by period)
        ) p where brought_forward_fen <> unpaid_before
        """,
        order=67,
    ),
    Invariant(
        "pooling.summary_is_the_facts",
        "the monthly summary is what plans, remittances, shares and payments tell",
        """
        select coalesce(m.county_id, f.county_id) as county, coalesce(m.period, f.period) as period,
               m.plan_up_fen, f.plan_up_fen as up, m.plan_down_fen, f.plan_down_fen as down,
               m.remitted_fen, f.remitted_fen as remitted, m.received_fen, f.received_fen as received,
               m.redistributed_fen, f.redistributed_fen as redistributed
        from pooling_poolingmonth m full join pooling_monthfacts f
          on f.county_id = m.county_id and f.period = m.period
        where (m.plan_up_fen, m.plan_down_fen, m.due_to_date_fen, m.need_to_date_fen, m.proposed_fen, m.remitted_fen,
               m.received_fen, m.to_reserve_fen, m.last_received_on, m.redistributed_fen, m.pension_cost_fen,
               m.pension_paid_fen, m.pension_unpaid_fen)
              is distinct from
              (f.plan_up_fen, f.plan_down_fen, f.due_to_date_fen, f.need_to_date_fen, f.proposed_fen, f.remitted_fen,
               f.received_fen, f.to_reserve_fen, f.last_received_on, f.redistributed_fen, f.pension_cost_fen,
               f.pension_paid_fen, f.pension_unpaid_fen)
        """,
        order=68,
    ),
]


def invariants() -> list[Invariant]:
    """The invariants of pooling."""
    return _INVARIANTS
