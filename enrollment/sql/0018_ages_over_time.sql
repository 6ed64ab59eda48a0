-- Where two merged records name another identity from the same month, the later record counts: everywhere the same one.
create or replace function person_identities(person bigint)
returns table (worker_id bigint, identity text, first_period date, document text)
language sql stable security definer set search_path = public, pg_temp as $$
  select s.worker_id, s.identity::text, s.first_period, s.document::text from enrollment_identityspan s
  where sees_person(person) and s.worker_id = any (person_records(person))
  order by s.first_period, s.worker_id = person, s.worker_id
$$;

-- Who of a unit, employed now, reaches an age between two days (rule PEN-11). ``ages`` are all rows of the table of
-- ages: sex, identity ('any' for all), category, age, and the days between which the row is in force; ``special`` the
-- years that each kind of special work takes. Whoever has them at the special age goes by that one, all others by the
-- normal. Of the ages of worker and of cadre that one counts, the earlier first, on whose day the person is it
-- (PEN-11a); who is neither on the day of its age goes by what it is at last. ``age_of`` says the same of one person.
create or replace function reaching_age(unit integer, first date, last date, ages jsonb, special jsonb)
returns table (employment_id bigint, worker_id bigint, identity text, category text, age integer, reached date)
language sql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_custom_plan as $$
  with rule as (
    select r.sex, r.identity, r.category, r.age, r.valid_from, coalesce(r.valid_to, 'infinity') as valid_to
    from jsonb_to_recordset(ages)
      as r(sex text, identity text, category text, age int, valid_from date, valid_to date)
  ), living as (
    select e.id, e.worker_id from enrollment_employment e
    where e.county_id = unit and e.last_period is null
      and unit = any (string_to_array(nullif(current_setting('app.agencies', true), ''), ',')::int[])
  ), born as materialized (
    select w.id, w.birth_date, w.identity as now, r.*,
           (w.birth_date + make_interval(years => r.age))::date as reached
    from rule r cross join lateral (    -- one stretch of the index each: without the fence all births would be read
      select b.id, b.identity, b.birth_date from enrollment_worker b
      where b.sex = r.sex and b.merged_into_id is null
        and b.birth_date between (first - make_interval(years => r.age))::date - 2
                             and (last - make_interval(years => r.age))::date + 2
      offset 0) w
    where r.valid_from <= last and r.valid_to >= first
  ), person as (
    select b.*, l.id as employment_id,
           array(select m.id from enrollment_worker m where m.merged_into_id = b.id) || b.id as records
    from born b join living l on l.worker_id = b.id
    where b.reached between greatest(first, b.valid_from) and least(last, b.valid_to)
  ), days as materialized (             -- the days of both ages
    select p.*, case when p.identity = 'any' then p.reached else (
             select max(on_day) from (
               select (p.birth_date + make_interval(years => r.age))::date as on_day, r.valid_from, r.valid_to
               from rule r where r.sex = p.sex and r.category = p.category and r.identity in ('worker', 'any')) r
             where on_day between valid_from and valid_to) end as as_worker,
           case when p.identity = 'any' then p.reached else (
             select max(on_day) from (
               select (p.birth_date + make_interval(years => r.age))::date as on_day, r.valid_from, r.valid_to
               from rule r where r.sex = p.sex and r.category = p.category and r.identity in ('cadre', 'any')) r
             where on_day between valid_from and valid_to) end as as_cadre
    from person p
  ), told as materialized (             -- what the person is on them, looked up no further than it takes
    select d.*, case
             when d.identity = 'any' then coalesce((
               select s.identity from enrollment_identityspan s
               where s.worker_id = any (d.records)
                 and s.first_period <= d.reached
               order by s.first_period desc, s.worker_id = d.id desc, s.worker_id desc limit 1), d.now)
             when d.as_worker <= d.as_cadre and 'worker' = coalesce((
               select s.identity from enrollment_identityspan s
               where s.worker_id = any (d.records)
                 and s.first_period <= d.as_worker
               order by s.first_period desc, s.worker_id = d.id desc, s.worker_id desc limit 1), d.now) then 'worker'
             when 'cadre' = coalesce((
               select s.identity from enrollment_identityspan s
               where s.worker_id = any (d.records)
                 and s.first_period <= d.as_cadre
               order by s.first_period desc, s.worker_id = d.id desc, s.worker_id desc limit 1), d.now) then 'cadre'
             when 'worker' = coalesce((
               select s.identity from enrollment_identityspan s
               where s.worker_id = any (d.records)
                 and s.first_period <= d.as_worker
               order by s.first_period desc, s.worker_id = d.id desc, s.worker_id desc limit 1), d.now) then 'worker'
             else coalesce((
               select s.identity from enrollment_identityspan s
               where s.worker_id = any (d.records)
               order by s.first_period desc, s.worker_id = d.id desc, s.worker_id desc limit 1), d.now)
           end as then_identity
    from days d
  )
  select h.employment_id, h.id, h.then_identity, h.category, h.age, h.reached
  from told h
  cross join lateral (
    select coalesce(bool_or(done), false) as qualifies from (
      select count(distinct m.month) >= 12 * y.years as done
      from enrollment_specialwork s
      join jsonb_to_recordset(special) as y(kind text, years int) on y.kind = s.kind
      cross join lateral (
        select max(on_day) as on_day from (
          select (h.birth_date + make_interval(years => r.age))::date as on_day, r.valid_from, r.valid_to
          from rule r where r.sex = h.sex and r.category = 'special') r
        where on_day between valid_from and valid_to) early
      cross join lateral generate_series(s.first_period::timestamp,
        least(coalesce(s.last_period, on_day), on_day)::timestamp, interval '1 month') m(month)
      where s.worker_id = any (h.records) and s.first_period <= on_day
      group by y.kind, y.years) each_kind
  ) work
  where (h.identity = 'any' or h.identity = h.then_identity)
    and h.reached = case h.then_identity when 'worker' then h.as_worker else h.as_cadre end
    and h.category = case when work.qualifies then 'special' else 'normal' end
$$;
