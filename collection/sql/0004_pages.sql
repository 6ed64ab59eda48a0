-- What counted in a year in a worker's account, wherever he was employed: a person who moved has one account, and
-- the unit that keeps it now must see all of it. Answers sums only, to whoever sees the worker.
create function collection_account_credits(worker bigint, in_year int)
returns table (due_period date, county_id int, line text, paid_in date, own_fen bigint,
               transfer_fen bigint, average_fen bigint)
language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
  unit int;
  units int[] := string_to_array(nullif(current_setting('app.agencies', true), ''), ',')::int[];
  employers int[] := string_to_array(nullif(current_setting('app.employers', true), ''), ',')::int[];
  is_owner boolean := current_setting('role') = 'none' and session_user = current_user;
begin
  if not is_owner and not exists (
      select 1 from enrollment_employment e
      where e.worker_id = worker and (e.county_id = any (units) or e.employer_id = any (employers))) then
    return;
  end if;
  for unit in select distinct e.county_id from enrollment_employment e where e.worker_id = worker loop
    return query execute format(
      'select m.due_period, m.county_id, m.line::text, m.paid_in, sum(m.own_fen)::bigint,
              sum(m.transfer_fen)::bigint, sum(m.average_part_fen)::bigint
       from collection_workermonth m
       where m.worker_id = $1 and m.county_id = %s and m.fee_year <= %s
         and m.paid_in between make_date(%s, 1, 1) and make_date(%s, 12, 1)
       group by 1, 2, 3, 4', unit, in_year, in_year, in_year)
      using worker;
  end loop;
end $$;

-- What anybody who holds a statement may learn of it: that the office issued it, over which figures.
create function collection_check_statement(given text)
returns table (code text, number text, kind text, employer_number text, employer_name text, county_id int,
               first_period date, last_period date, issued_on date, figures jsonb)
language sql stable security definer set search_path = public, pg_temp as $$
  select s.code, s.number, s.kind, e.number, e.name, s.county_id, s.first_period, s.last_period, s.issued_on,
         s.figures
  from collection_issuedstatement s join enrollment_employer e on e.id = s.employer_id
  where s.code = given
$$;

revoke execute on function collection_account_credits(bigint, int), collection_check_statement(text) from public;
grant execute on function collection_account_credits(bigint, int), collection_check_statement(text) to jsi_app;
