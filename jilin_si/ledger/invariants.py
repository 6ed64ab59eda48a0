"""Invariants of the books."""

from jilin_si.jobs.invariants import Invariant

_INVARIANTS = [
    Invariant(
        "ledger.journals_balance",
        "every voucher has legs and they add up to nothing",
        """
        select j.journal_id, j.agency_id, j.fund, j.period, coalesce(sum(p.amount_fen), 0) as fen,
               count(p.account) as legs
        from ledger_journal j left join ledger_posting p using (journal_id)
        group by j.journal_id having coalesce(sum(p.amount_fen), 0) <> 0
        """,
        order=10,
    ),
    Invariant(
        "ledger.balances_are_postings",
        "every balance is the sum of its postings",
        """
        select coalesce(b.agency_id, s.agency_id) as agency, coalesce(b.fund, s.fund) as fund,
               coalesce(b.account, s.account) as account, coalesce(b.period, s.period) as period,
               b.debit_fen, s.debit, b.credit_fen, s.credit
        from ledger_balance b
        full join (
          select j.agency_id, j.fund::text, p.account, j.period::date,
                 coalesce(sum(p.amount_fen) filter (where p.amount_fen > 0), 0) as debit,
                 coalesce(-sum(p.amount_fen) filter (where p.amount_fen < 0), 0) as credit
          from ledger_posting p join ledger_journal j using (journal_id) group by 1, 2, 3, 4
        ) s on (b.agency_id, b.fund, b.account, b.period) = (s.agency_id, s.fund, s.account, s.period)
        where (b.debit_fen, b.credit_fen) is distinct from (s.debit, s.credit)
        """,
        order=11,
    ),
    Invariant(
        "ledger.periods_in_order",
        "no period is closed or assessed while an earlier one of the same agency is not",
        """
        select p.agency_id, p.period, p.state, e.period as earlier, e.state as earlier_state
        from ledger_period p join ledger_period e on e.agency_id = p.agency_id and e.period < p.period
        where (p.state = 'closed' and e.state <> 'closed') or (p.state = 'assessed' and e.state = 'open')
        """,
        order=12,
    ),
]


def invariants() -> list[Invariant]:
    """The invariants of the books."""
    return _INVARIANTS
