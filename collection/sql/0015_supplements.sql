-- What stands in a unit's accounts of these records now, each with what it earned up to a month (PEN-8a), as the
-- year's close would see it: opening, credits and arrivals of the year less what was sent. One row a record asked for.
create function collection_accounts_now(account_line text, accounts bigint[], of_unit int, upto date, rate_ppm int)
returns table (worker_id bigint, opening_own bigint, opening_unit bigint, product_own bigint, product_unit bigint,
               rest_own bigint, rest_unit bigint, interest_own bigint, interest_unit bigint, months int)
language sql stable set search_path = public, pg_temp as $$
  with asked as (
    select extract(year from upto)::int as y, extract(month from upto)::int as k,
           make_date(extract(year from upto)::int, 1, 1) as january,
           make_date(extract(year from upto)::int, 12, 1) as december
  ),
  opened as (
    select a.worker_id, a.closing_own_fen as own, a.closing_unit_fen as unit, a.total_months as months
    from collection_accountyear a, asked
    where a.fee_year = asked.y - 1 and a.county_id = of_unit and a.worker_id = any (accounts)
  ),
  credit as (               -- as the close does: what was settled in this year, each month weighed by when it came
    select m.worker_id, sum(m.own_fen)::bigint as own, sum(m.transfer_fen + m.average_part_fen)::bigint as unit,
           sum(m.own_fen * (13 - extract(month from m.paid_in)::int))::bigint as product_own,
           sum((m.transfer_fen + m.average_part_fen) * (13 - extract(month from m.paid_in)::int))::bigint as product_unit,
           sum(m.sign)::int as months
    from collection_workermonth m, asked
    where m.worker_id = any (accounts) and m.county_id = of_unit and m.fee_year <= asked.y and m.line = account_line
      and m.transfer_fen + m.average_part_fen <> 0 and m.paid_in between asked.january and asked.december
    group by 1
  ),
  moved as (                -- what left with the interest settled by that, and what arrived
    select m.worker_id, sum(m.own)::bigint as own, sum(m.unit)::bigint as unit,
           sum(m.opening_own)::bigint as opening_own, sum(m.opening_unit)::bigint as opening_unit,
           sum(m.product_own)::bigint as product_own, sum(m.product_unit)::bigint as product_unit,
           sum(m.months)::int as months
    from (
      select s.worker_id, -(s.own_fen - s.opening_own_fen - s.interest_own_fen) as own,
             -(s.unit_fen - s.opening_unit_fen - s.interest_unit_fen) as unit, -s.opening_own_fen as opening_own,
             -s.opening_unit_fen as opening_unit, -s.product_own_fen as product_own,
             -s.product_unit_fen as product_unit, -s.months as months
      from collection_accountmove s, asked
      where s.worker_id = any (accounts) and s.county_id = of_unit and s.sent_in between asked.january and asked.december
      union all
      select s.person_id, s.own_fen, s.unit_fen, 0, 0, s.own_fen * months_to_december(s.sent_in, asked.y),
             s.unit_fen * months_to_december(s.sent_in, asked.y), s.months
      from collection_accountmove s, asked
      where s.person_id = any (accounts) and s.arrived_county_id = of_unit
        and s.arrived_in between asked.january and asked.december
    ) m group by 1
  ),
  rest as (
    select g.id as worker_id, coalesce(o.own, 0) + coalesce(m.opening_own, 0) as opening_own,
           coalesce(o.unit, 0) + coalesce(m.opening_unit, 0) as opening_unit,
           coalesce(c.product_own, 0) + coalesce(m.product_own, 0) as product_own,
           coalesce(c.product_unit, 0) + coalesce(m.product_unit, 0) as product_unit,
           coalesce(c.own, 0) + coalesce(m.own, 0) as own, coalesce(c.unit, 0) + coalesce(m.unit, 0) as unit,
           coalesce(o.months, 0) + coalesce(c.months, 0) + coalesce(m.months, 0) as months
    from unnest(accounts) g(id)
    left join opened o on o.worker_id = g.id
    left join credit c on c.worker_id = g.id
    left join moved m on m.worker_id = g.id
  )
  select r.worker_id, r.opening_own, r.opening_unit, r.product_own, r.product_unit, r.own, r.unit,
         interest(0, r.opening_own * k, rate_ppm) + interest(0, r.product_own - r.own * (12 - k), rate_ppm),
         interest(0, r.opening_unit * k, rate_ppm) + interest(0, r.product_unit - r.unit * (12 - k), rate_ppm),
         r.months
  from rest r, asked
$$;

drop function collection_account_now(text, bigint, int, date, int);

-- What came to accounts after this unit had sent them (补转): one row a person whose account is kept elsewhere by now
-- and with whom something still stands here. Where the account is, only the owner of the tables may see: the person
-- may have moved on since. ``on_its_way``: the account itself is under way again; ``short``: a record holds less than
-- nothing. ``late``: the credits behind it, [spell, month, employer, paid in, own, unit].
create function collection_account_rests(account_line text, of_unit int, upto date, rate_ppm int, of_person bigint)
returns table (sent_id bigint, person_id bigint, records bigint[], to_county_id int, destination text,
               on_its_way boolean, short boolean, own bigint, unit_part bigint, months int, since date, late jsonb)
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  if not (current_setting('role') = 'none' and session_user = current_user) and not in_scope(of_unit) then
    return;
  end if;
  return query
  with sent as (            -- the last transfer with which this unit sent a person's account, of those taken in
    select distinct on (p.person) p.person, t.id, t.first_period::date as first_period
    from enrollment_transfer t
    join enrollment_worker w on w.id = t.worker_id
    cross join lateral (select coalesce(w.merged_into_id, w.id) as person) p
    where t.county_id = of_unit and t.state = 'done' and t.supplement_to_id is null
      and (of_person is null or p.person = of_person)
    order by p.person, t.id desc
  ),
  person as (
    select s.person, s.id, s.first_period, r.records
    from sent s
    cross join lateral (
      select array_agg(x.id) as records from (
        select s.person as id union all select w.id from enrollment_worker w where w.merged_into_id = s.person) x) r
  ),
  away as (                 -- kept elsewhere, and nobody is with an employer of this unit again
    select p.*, n.to_county_id, n.destination, n.state
    from person p
    cross join lateral (
      select t.to_county_id, t.destination, t.state from enrollment_transfer t
      where t.worker_id = any (p.records) and t.supplement_to_id is null and t.state <> 'back'
      order by t.id desc limit 1) n
    where n.to_county_id is distinct from of_unit
      and not exists (
        select from enrollment_employment e
        where e.worker_id = any (p.records) and e.county_id = of_unit and e.leave_reason <> 'taken_back'
          and e.first_period >= p.first_period)
  ),
  standing as (
    select a.id, a.person, a.records, a.to_county_id, a.destination, a.state,
           sum(n.opening_own + n.rest_own + n.interest_own)::bigint as own,
           sum(n.opening_unit + n.rest_unit + n.interest_unit)::bigint as unit,
           bool_or(least(n.opening_own + n.rest_own + n.interest_own,
                         n.opening_unit + n.rest_unit + n.interest_unit) < 0) as short,
           sum(n.months)::int as months
    from collection_accounts_now(account_line, (select array_agg(distinct r) from away, unnest(away.records) r),
                                 of_unit, upto, rate_ppm) n
    join away a on n.worker_id = any (a.records)
    group by 1, 2, 3, 4, 5, 6
    having bool_or(n.opening_own + n.rest_own + n.interest_own <> 0
                   or n.opening_unit + n.rest_unit + n.interest_unit <> 0)
  ),
  told as (
    select s.*, last.sent_in, last.paid, arrived.since
    from standing s
    cross join lateral (    -- the last sending that stands, and what of that month's payments it took along
      select max(m.sent_in)::date as sent_in,
             coalesce(jsonb_agg(m.history -> 'paid') filter (where m.history ? 'paid'), '[]') as paid
      from collection_accountmove m
      where m.worker_id = any (s.records) and m.county_id = of_unit
        and m.arrived_county_id is distinct from of_unit) last
    cross join lateral (
      select min(m.arrived_in)::date as since from collection_accountmove m
      where m.person_id = any (s.records) and m.arrived_county_id = of_unit and m.county_id <> of_unit
        and m.arrived_in > last.sent_in) arrived
  )
  select t.id, t.person, t.records, t.to_county_id, t.destination::text, t.state <> 'done', t.short, t.own, t.unit,
         t.months, coalesce(least(c.since, t.since), t.sent_in), coalesce(c.late, '[]')
  from told t
  cross join lateral (
    select min(m.paid_in)::date as since,
           jsonb_agg(jsonb_build_array(m.spell_id, m.due_period, m.employer_id, m.paid_in, m.own_fen,
                                       m.transfer_fen + m.average_part_fen) order by m.due_period, m.paid_in) as late
    from collection_workermonth m
    where m.worker_id = any (t.records) and m.county_id = of_unit and m.fee_year <= extract(year from upto)
      and m.line = account_line and m.transfer_fen + m.average_part_fen <> 0
      and (m.paid_in > t.sent_in or (m.paid_in = t.sent_in and not exists (
            select from jsonb_array_elements(t.paid) of_move, jsonb_array_elements(of_move) p
            where (p ->> 0)::bigint = m.spell_id and (p ->> 1)::date = m.due_period)))
  ) c;
end $$;

-- As before, and whether a move is a supplement.
drop function collection_account_moves(bigint);
create function collection_account_moves(person bigint)
returns table (transfer_id bigint, county_id int, to_county_id int, sent_in date, own bigint, unit bigint,
               interest_own bigint, interest_unit bigint, months bigint, arrived_county_id int, arrived_in date,
               supplement boolean)
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  if not (current_setting('role') = 'none' and session_user = current_user) and not collection_sees_person(person) then
    return;
  end if;
  return query
    select m.transfer_id, m.county_id, m.to_county_id, m.sent_in::date, sum(m.own_fen)::bigint, sum(m.unit_fen)::bigint,
           sum(m.interest_own_fen)::bigint, sum(m.interest_unit_fen)::bigint, sum(m.months)::bigint,
           m.arrived_county_id, m.arrived_in::date, bool_or(t.supplement_to_id is not null)
    from collection_accountmove m join enrollment_transfer t on t.id = m.transfer_id
    where m.worker_id = any (person_records(person))
    group by m.transfer_id, m.county_id, m.to_county_id, m.sent_in, m.arrived_county_id, m.arrived_in
    order by m.transfer_id;
end $$;

revoke execute on function collection_account_rests(text, int, date, int, bigint), collection_account_moves(bigint)
  from public;
grant execute on function collection_account_rests(text, int, date, int, bigint), collection_account_moves(bigint)
  to jsi_app;
