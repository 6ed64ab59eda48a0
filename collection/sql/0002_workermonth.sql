-- Worker and month: what, why, paid when. Derived; nothing is stored a month and worker.
create view collection_workermonth with (security_invoker = true) as
select s.worker_id, s.employer_id, s.county_id, s.fee_year, m.due_period::date as due_period,
       greatest(s.recorded_in, m.due_period::date) as recorded_in, s.spell_id, s.sign, s.wage_fen, s.provisional,
       p.line, p.id as parameter_id,
       base_of(s.wage_fen, p.floor_fen, p.cap_fen) as base_fen,
       s.sign * share(base_of(s.wage_fen, p.floor_fen, p.cap_fen), p.own_ppm) as own_fen,
       s.sign * share(base_of(s.wage_fen, p.floor_fen, p.cap_fen), p.transfer_ppm) as transfer_fen,
       s.sign * p.average_part_fen as average_part_fen,
       b.bill_id, pb.paid_in
from collection_spell s
cross join lateral generate_series(s.first_period::timestamp, s.last_period::timestamp, interval '1 month') m(due_period)
join collection_assessmentparameter p
  on p.county_id = s.county_id and p.due_period = m.due_period::date and p.own_ppm + p.transfer_ppm > 0
left join collection_bill b
  on b.employer_id = s.employer_id and b.line = p.line and b.due_period = m.due_period::date
  and b.recorded_in = greatest(s.recorded_in, m.due_period::date)
left join collection_paidbill pb on pb.bill_id = b.bill_id;
