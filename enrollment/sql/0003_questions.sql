-- What the registry is asked beyond the asker's scope. Row-level security makes prefix indexes useless to the
-- application's role, and hides a person insured elsewhere; these functions run as the owner, test the scope
-- themselves and answer no more than the office may tell.

-- Is a person with this number known, under this name, and insured from that month on? Says "insured" without where.
create function identity_standings(keys text[], names text[], from_periods date[])
returns table (place bigint, worker_id bigint, visible boolean, same_name boolean, insured boolean, insured_by integer)
language sql stable security definer set search_path = public, pg_temp as $$
  select given.place, w.id,
         exists (select 1 from enrollment_employment e where e.worker_id = w.id and (
           e.county_id = any ((select string_to_array(nullif(current_setting('app.agencies', true), ''), ',')::int[])::int[])
           or e.employer_id = any ((select string_to_array(nullif(current_setting('app.employers', true), ''), ',')::int[])::int[]))),
         w.name = given.name,
         living.employer_id is not null,
         case when living.in_scope then living.employer_id end
  from unnest(keys, names, from_periods) with ordinality given(key, name, from_period, place)
  join enrollment_worker found on found.identity_key = given.key
  join enrollment_worker w on w.id = coalesce(found.merged_into_id, found.id)
  left join lateral (
    select e.employer_id,
           e.county_id = any ((select string_to_array(nullif(current_setting('app.agencies', true), ''), ',')::int[])::int[])
           or e.employer_id = any ((select string_to_array(nullif(current_setting('app.employers', true), ''), ',')::int[])::int[]) as in_scope
    from enrollment_employment e
    where e.worker_id = w.id and coalesce(e.last_period, 'infinity') >= given.from_period
    limit 1
  ) living on true
$$;

-- Workers of the scope whose key, number, name, end of name, pinyin or initials begin so, in that order.
-- At most 6,000 candidates of the province are looked at: ``complete`` false says that there were more.
create function find_workers(field text, prefix text, most integer)
returns table (worker_id bigint, complete boolean)
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_custom_plan
set jit = off as $$
declare
  candidates constant integer := 6000;
  units int[] := string_to_array(nullif(current_setting('app.agencies', true), ''), ',')::int[];
  employers int[] := string_to_array(nullif(current_setting('app.employers', true), ''), ',')::int[];
  wanted text := case field when 'name_end' then reverse(prefix) else prefix end;
  expression text := case field
    when 'key' then 'identity_key' when 'number' then 'identity_number' when 'name' then 'name'
    when 'name_end' then 'reverse(name)' when 'pinyin' then 'pinyin' when 'initials' then 'initials' end;
begin
  if expression is null or prefix = '' then
    return;
  end if;
  if units is null then  -- a user of employers: begin with their people
    return query execute format(
      'select distinct w.id, true from enrollment_employment e join enrollment_worker w on w.id = e.worker_id
       where e.employer_id = any ($1) and (%1$s) collate "C" >= $2 and (%1$s) collate "C" < $3 limit $4', expression)
      using employers, wanted, wanted || U&'\+10FFFF', most;
    return;
  end if;
  return query execute format(
    'with candidate as materialized (
       select id, row_number() over () as position from (
         select id from enrollment_worker where (%1$s) collate "C" >= $2 and (%1$s) collate "C" < $3
         order by (%1$s) collate "C" limit $5) first)
     select c.id, (select count(*) < $5 from candidate)
     from candidate c
     cross join lateral (select 1 from enrollment_employment e
                         where e.worker_id = c.id and (e.county_id = any ($1) or e.employer_id = any ($6)) limit 1) seen
     order by c.position limit $4', expression)
    using units, wanted, wanted || U&'\+10FFFF', most, candidates, employers;
  if not found then
    return query execute format(
      'select null::bigint, count(*) < $3 from (
         select 1 from enrollment_worker where (%1$s) collate "C" >= $1 and (%1$s) collate "C" < $2
         order by (%1$s) collate "C" limit $3) c', expression)
      using wanted, wanted || U&'\+10FFFF', candidates;
  end if;
end $$;

-- Workers of the scope with this name and birth date: likely the same person under another number.
create function namesakes(given_name text, given_birth_date date)
returns table (worker_id bigint)
language sql stable security definer set search_path = public, pg_temp as $$
  select w.id from enrollment_worker w
  where w.name collate "C" = given_name and w.birth_date = given_birth_date
    and exists (select 1 from enrollment_employment e where e.worker_id = w.id and (
      e.county_id = any ((select string_to_array(nullif(current_setting('app.agencies', true), ''), ',')::int[])::int[])
      or e.employer_id = any ((select string_to_array(nullif(current_setting('app.employers', true), ''), ',')::int[])::int[])))
  limit 10
$$;

-- An organisation code is one employer's in the whole province; says whether it is taken, not by whom.
create function organisation_code_taken(given_code text, besides integer)
returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select 1 from enrollment_employer
                 where organisation_code = given_code and organisation_code <> '' and id is distinct from besides)
$$;

revoke execute on function identity_standings(text[], text[], date[]), find_workers(text, text, integer),
  namesakes(text, date), organisation_code_taken(text, integer) from public;
grant execute on function identity_standings(text[], text[], date[]), find_workers(text, text, integer),
  namesakes(text, date), organisation_code_taken(text, integer) to jsi_app;
