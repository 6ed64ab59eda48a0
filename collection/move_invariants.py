"""What must never break about accounts that move (I1), as SQL over the whole database."""

from __future__ import annotations

from collection.account_moves import CLEARING
from jilin_si.jobs.invariants import Invariant

MOVES_ARE_BOOKED = f"""
with leg as (
  select j.journal_id, j.agency_id, j.period, p.account, p.amount_fen
  from ledger_journal j join ledger_posting p using (journal_id) where p.account = '{CLEARING}'
)
select m.move_id, m.county_id, m.own_fen + m.unit_fen as fen, s.amount_fen as sent, a.amount_fen as arrived,
       t.state, m.arrived_in
from collection_accountmove m
join enrollment_transfer t on t.id = m.transfer_id
left join leg s on s.journal_id = m.sent_journal_id
left join leg a on a.journal_id = m.arrived_journal_id
where (s.agency_id, s.period, -s.amount_fen)
        is distinct from (case when m.own_fen + m.unit_fen > 0 then m.county_id end,
                          case when m.own_fen + m.unit_fen > 0 then m.sent_in end, nullif(m.own_fen + m.unit_fen, 0))
   or (m.arrived_in is not null and m.own_fen + m.unit_fen > 0
       and (a.agency_id, a.period, a.amount_fen)
         is distinct from (coalesce(m.arrived_county_id, m.county_id), m.arrived_in, m.own_fen + m.unit_fen))
   or (m.arrived_in is not null) <> (t.state in ('done', 'back'))
   or (t.worker_id, t.county_id) <> (m.person_id, m.county_id) or t.to_county_id is distinct from m.to_county_id
"""
CLEARING_IS_UNDER_WAY = f"""
with cleared as (
  select coalesce(sum(credit_fen - debit_fen), 0) as fen from ledger_balance where account = '{CLEARING}'
),
moving as (
  select coalesce(sum(own_fen + unit_fen), 0) as fen from collection_accountmove where arrived_in is null
)
select cleared.fen as cleared, moving.fen as under_way from cleared, moving where cleared.fen <> moving.fen
"""
YEARS_SAY_THE_MOVES = """
with moved as (
  select county_id, worker_id, year, sum(own)::bigint as own, sum(unit)::bigint as unit
  from (
    select county_id, worker_id, extract(year from sent_in)::smallint as year, -own_fen as own, -unit_fen as unit
    from collection_accountmove
    union all
    select arrived_county_id, person_id, extract(year from arrived_in)::smallint, own_fen, unit_fen
    from collection_accountmove where arrived_county_id is not null
  ) m group by 1, 2, 3
)
select y.fee_year, y.county_id, y.worker_id, y.moved_own_fen, m.own, y.moved_unit_fen, m.unit
from collection_accountyear y
left join moved m on (m.year, m.county_id, m.worker_id) = (y.fee_year, y.county_id, y.worker_id)
where not y.taken_over
  and (y.moved_own_fen, y.moved_unit_fen) is distinct from (coalesce(m.own, 0), coalesce(m.unit, 0))
"""


def invariants() -> list[Invariant]:
    """What holds of accounts that move, for ``manage.py verify``."""
    return [
        Invariant(
            "collection.moves_are_booked",
            "every account that was sent or arrived passed through the clearing account of that unit, to the fen",
            MOVES_ARE_BOOKED,
            order=41,
        ),
        Invariant(
            "collection.clearing_is_under_way",
            "over the province the clearing account holds what is under way, and nothing else",
            CLEARING_IS_UNDER_WAY,
            order=42,
        ),
        Invariant(
            "collection.years_say_the_moves",
            "a closed account year says what left and what arrived in it",
            YEARS_SAY_THE_MOVES,
            order=43,
        ),
    ]
