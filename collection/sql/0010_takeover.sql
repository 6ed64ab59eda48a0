-- Who pays for whom (REST-5), as of a period: an employer, the due months from ``since`` to before ``until``, and who
-- pays what is open of them. Derived from the events: a merger hands over every month, a split by agreement those before
-- it; whoever holds them hands them on with an own event that came later (A to B, B to C). Who pays for itself has no row.
-- ``leaving_out``: as if this event had never been. Answers about those whom the asker sees, on either side.
create function collection_payers(as_of date, leaving_out bigint default 0)
returns table (employer_id int, county_id int, since date, until date, payer_id int, employer_name text,
               employer_number text, payer_name text, payer_number text)
language sql stable parallel safe security definer rows 20 set search_path = public, pg_temp as $$
  with recursive edge as (
    select c.id, c.employer_id, c.county_id, c.successor_id,
           case when c.kind = 'merger' then date '9999-12-31' else c.effective_period end as until
    from enrollment_employerchange c
    where c.state = 'done' and c.id <> leaving_out and c.effective_period <= as_of
      and (c.kind = 'merger' or (c.kind = 'split' and c.arrears_taken))
  ),
  handed (employer_id, county_id, since, until, holder_id, last_id) as (
    select e.employer_id, e.county_id, coalesce(max(e.until) over earlier, date '0001-01-01'), e.until,
           e.successor_id, e.id
    from edge e
    window earlier as (partition by e.employer_id order by e.id rows between unbounded preceding and 1 preceding)
    union all
    select h.employer_id, h.county_id,
           greatest(h.since, (select max(x.until) from edge x
                              where x.employer_id = h.holder_id and x.id > h.last_id and x.id < e.id)),
           least(h.until, e.until), e.successor_id, e.id
    from handed h join edge e on e.employer_id = h.holder_id and e.id > h.last_id
    where h.since < h.until
  ),
  kept as (                 -- what the last holder did not hand on
    select h.employer_id, h.county_id, h.until, h.holder_id,
           greatest(h.since, (select max(x.until) from edge x
                              where x.employer_id = h.holder_id and x.id > h.last_id)) as since
    from handed h
  )
  select k.employer_id, k.county_id, k.since, k.until, k.holder_id, e.name, e.number, p.name, p.number
  from kept k join enrollment_employer e on e.id = k.employer_id join enrollment_employer p on p.id = k.holder_id
  where k.since < k.until and k.holder_id <> k.employer_id
    and (current_setting('role') = 'none' and session_user = current_user
         or k.county_id = any (string_to_array(nullif(current_setting('app.agencies', true), ''), ',')::int[])
         or k.employer_id = any (string_to_array(nullif(current_setting('app.employers', true), ''), ',')::int[])
         or k.holder_id = any (string_to_array(nullif(current_setting('app.employers', true), ''), ',')::int[]))
$$;

-- Whether one of the employers for which the asker acts pays what is open of another's month.
create function collection_pays_for(of_employer int, due date)
returns boolean language sql stable parallel safe security definer set search_path = public, pg_temp as $$
  select exists (
    select 1 from collection_payers(date '9999-12-31') p
    where p.employer_id = of_employer and due >= p.since and due < p.until
      and p.payer_id = any (string_to_array(nullif(current_setting('app.employers', true), ''), ',')::int[]))
$$;

-- Allocations in which money of one employer met a bill of another, and for which an event of these two must be there.
create function collection_met_across(change bigint)
returns table (bill_id bigint, receipt_id bigint, period date, own_fen bigint, unit_fen bigint)
language sql stable set search_path = public, pg_temp as $$
  with concerned as (
    select p.employer_id from collection_payers(date '9999-12-31') p
    union select p.payer_id from collection_payers(date '9999-12-31') p
  ),
  across as materialized (
    select a.bill_id, a.receipt_id, a.period, a.own_fen, a.unit_fen, b.employer_id as debtor_id, b.due_period,
           r.employer_id as paid_by_id, coalesce(n.due_period, date '9999-12-01') as money_of
    from concerned c join collection_receipt r on r.employer_id = c.employer_id
    join collection_allocation a on a.receipt_id = r.receipt_id and a.employer_id <> r.employer_id
    join collection_bill b on b.bill_id = a.bill_id
    left join collection_bill n on n.bill_id = r.credit_of
  ),
  month as (select distinct a.period from across a),
  without as materialized (
    select m.period, p.* from month m cross join lateral collection_payers(m.period, change) p
  )
  select x.bill_id, x.receipt_id, x.period, x.own_fen, x.unit_fen
  from across x
  left join without d on d.period = x.period and d.employer_id = x.debtor_id and x.due_period >= d.since
    and x.due_period < d.until
  left join without m on m.period = x.period and m.employer_id = x.paid_by_id and x.money_of >= m.since
    and x.money_of < m.until
  where coalesce(d.payer_id, x.debtor_id) <> coalesce(m.payer_id, x.paid_by_id)
$$;

-- An event whose takeover money has followed stays: what met across stays explained.
create function collection_event_is_kept() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform pg_advisory_xact_lock(1992, old.county_id);   -- the settlement of the county waits, or was before
  if exists (select 1 from collection_met_across(old.id)) then
    raise exception 'money of one employer met debt of the other since event %', old.id
      using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger money_followed before update on enrollment_employerchange
  for each row when (old.state = 'done' and new.state = 'undone' and old.kind in ('merger', 'split'))
  execute function collection_event_is_kept();

revoke execute on function collection_payers(date, bigint), collection_pays_for(int, date),
  collection_met_across(bigint) from public;
grant execute on function collection_payers(date, bigint), collection_pays_for(int, date),
  collection_met_across(bigint) to jsi_app;
