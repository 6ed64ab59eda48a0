-- A person's dated facts stand under each of the records that are that person's, perhaps in several units; whoever sees
-- one of the records is told them all: identity, special work, deemed months, as the rules of pension read them.
create function sees_person(person bigint) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
  select (current_setting('role') = 'none' and session_user = current_user) or exists (
    select 1 from enrollment_employment e
    where e.worker_id = any (person_records(person))
      and (in_scope(e.county_id)
           or e.employer_id = any (string_to_array(nullif(current_setting('app.employers', true), ''), ',')::int[])))
$$;

create function person_identities(person bigint)
returns table (worker_id bigint, identity text, first_period date, document text)
language sql stable security definer set search_path = public, pg_temp as $$
  select s.worker_id, s.identity::text, s.first_period, s.document::text from enrollment_identityspan s
  where sees_person(person) and s.worker_id = any (person_records(person))
  order by s.first_period, s.worker_id = person
$$;

create function person_special_work(person bigint)
returns table (worker_id bigint, kind text, first_period date, last_period date, document text)
language sql stable security definer set search_path = public, pg_temp as $$
  select s.worker_id, s.kind::text, s.first_period, s.last_period, s.document::text from enrollment_specialwork s
  where sees_person(person) and s.worker_id = any (person_records(person))
  order by s.first_period
$$;

-- Deemed months are settled for the person as a whole; under two records the larger sum counts, not both.
create function person_deemed(person bigint) returns table (worker_id bigint, months int, document text)
language sql stable security definer set search_path = public, pg_temp as $$
  select w.id, w.deemed_months::int,
         (select v.document::text from enrollment_deemedevidence v where v.worker_id = w.id order by v.id desc limit 1)
  from enrollment_worker w
  where sees_person(person) and w.id = any (person_records(person))
  order by w.deemed_months desc, w.id = person desc limit 1
$$;

revoke execute on function sees_person(bigint), person_identities(bigint), person_special_work(bigint),
  person_deemed(bigint) from public;
grant execute on function sees_person(bigint), person_identities(bigint), person_special_work(bigint),
  person_deemed(bigint) to jsi_app;

-- Who of a unit reaches an age between two days, as before; identity and special work are those of all the person's
-- records, and a month that two records tell of counts once.
create or replace function reaching_age(unit integer, first date, last date, ages jsonb, special jsonb)
returns table (employment_id bigint, worker_id bigint, identity text, category text, age integer, reached date)
language sql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_custom_plan as $$
  with rule as (
    select * from jsonb_to_recordset(ages)
      as r(sex text, identity text, category text, age int, valid_from date, valid_to date)
  ), living as (
    select e.id, e.worker_id from enrollment_employment e
    where e.county_id = unit and e.last_period is null
      and unit = any (string_to_array(nullif(current_setting('app.agencies', true), ''), ',')::int[])
  ), born as materialized (
    select w.id, w.identity as now, r.*, (w.birth_date + make_interval(years => r.age))::date as reached
    from rule r cross join lateral (    -- one stretch of the index each: without the fence all births would be read
      select b.id, b.identity, b.birth_date from enrollment_worker b
      where b.sex = r.sex and b.merged_into_id is null
        and b.birth_date between (first - make_interval(years => r.age))::date - 2
                             and (last - make_interval(years => r.age))::date + 2
      offset 0) w
  ), person as (
    select b.*, l.id as employment_id,
           array(select m.id from enrollment_worker m where m.merged_into_id = b.id) || b.id as records
    from born b join living l on l.worker_id = b.id
    where b.reached between greatest(first, b.valid_from) and least(last, coalesce(b.valid_to, last))
  ), here as (
    select p.*,
           coalesce((select s.identity from enrollment_identityspan s
                     where s.worker_id = any (p.records) and s.first_period <= p.reached
                     order by s.first_period desc, s.worker_id = p.id desc limit 1), p.now) as then_identity
    from person p
  )
  select h.employment_id, h.id, h.then_identity, h.category, h.age, h.reached
  from here h
  cross join lateral (
    select coalesce(bool_or(done), false) as qualifies from (
      select count(distinct m.month) >= 12 * y.years as done
      from enrollment_specialwork s
      join jsonb_to_recordset(special) as y(kind text, years int) on y.kind = s.kind
      join enrollment_worker w on w.id = h.id
      cross join lateral (select r.age from rule r where r.sex = w.sex and r.category = 'special' limit 1) early
      cross join lateral (select (w.birth_date + make_interval(years => early.age))::date as on_day) at_age
      cross join lateral generate_series(s.first_period::timestamp,
        least(coalesce(s.last_period, on_day), on_day)::timestamp, interval '1 month') m(month)
      where s.worker_id = any (h.records) and s.first_period <= on_day
      group by y.kind, y.years) each_kind
  ) work
  where (h.identity = 'any' or h.identity = h.then_identity)
    and h.category = case when work.qualifies then 'special' else 'normal' end
$$;
