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

CLEARING_HAS_ITS_MOVES = f"""
with leg as (
  select j.journal_id, j.agency_id, j.kind, p.amount_fen
  from ledger_posting p join ledger_journal j using (journal_id) where p.account = '{CLEARING}'
),
moved as (
  select sent_journal_id as journal_id from collection_accountmove where sent_journal_id is not null
  union all
  select arrived_journal_id from collection_accountmove where arrived_journal_id is not null
)
select l.journal_id, l.agency_id, l.kind, l.amount_fen, count(m.journal_id) as moves
from leg l left join moved m using (journal_id)
group by 1, 2, 3, 4 having count(m.journal_id) <> 1
"""
SUPPLEMENTS_FOLLOW = """
with supplement as (
  select t.id, t.state, t.county_id, t.to_county_id, t.supplement_to_id, f.state as first_state,
         f.county_id as first_county, f.supplement_to_id as of_first,
         coalesce(sum(m.own_fen + m.unit_fen), 0) as fen,
         coalesce(sum(m.own_fen + m.unit_fen) filter (where m.arrived_in is null), 0) as open_fen,
         coalesce(sum(m.own_fen + m.unit_fen)
                  filter (where m.arrived_in is not null and m.arrived_county_id is distinct from t.county_id), 0)
           as taken_fen,
         coalesce(sum(m.own_fen + m.unit_fen) filter (where m.arrived_county_id = t.county_id), 0) as back_fen
  from enrollment_transfer t
  join enrollment_transfer f on f.id = t.supplement_to_id
  left join collection_accountmove m on m.transfer_id = t.id
  group by 1, 2, 3, 4, 5, 6, 7, 8
)
select * from supplement
where fen <= 0 or first_state <> 'done' or first_county <> county_id or of_first is not null
   or fen <> case state when 'done' then taken_fen when 'back' then back_fen else open_fen end
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
        Invariant(
            "collection.clearing_has_its_moves",
            "every voucher of the clearing account is the sending or the arrival of one account",
            CLEARING_HAS_ITS_MOVES,
            order=44,
        ),
        Invariant(
            "collection.supplements_follow",
            "every supplement follows an account that was taken in; its money is open, taken in or back, to the fen",
            SUPPLEMENTS_FOLLOW,
            order=45,
        ),
    ]
