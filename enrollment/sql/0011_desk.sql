-- Who works where now, a county at a time: the desk's counts read this index alone.
create index employment_living on enrollment_employment (county_id, employer_id)
  include (id, worker_id, first_period) where last_period is null;
-- Who left, by the month of leaving.
create index employment_ended on enrollment_employment (county_id, last_period)
  include (id, worker_id, employer_id, first_period, leave_reason) where last_period is not null;

-- Employments of a unit that ended from a month on without a reason that explains it, and nobody took the person up
-- again, in whatever county: only that is told, not where somebody works now. ``before`` is the first month not asked.
create function broken_off(unit integer, since date, before date, explained text[])
returns table (employment_id bigint)
language sql stable security definer set search_path = public, pg_temp as $$
  select e.id
  from enrollment_employment e join enrollment_worker w on w.id = e.worker_id and w.merged_into_id is null
  where e.county_id = unit
    and unit = any (string_to_array(nullif(current_setting('app.agencies', true), ''), ',')::int[])
    and e.last_period >= since and e.last_period < before
    and e.leave_reason <> all (explained)
    and not exists (select from enrollment_employment later
                    where later.worker_id = e.worker_id and later.first_period > e.last_period
                      and later.leave_reason <> 'taken_back')
$$;

-- People by sex and birth: who reaches an age in some months is a stretch of it.
create index worker_birth on enrollment_worker (sex, birth_date) include (id, identity) where merged_into_id is null;

-- Who of a unit, employed now, reaches an age between two days (rule PEN-11). ``ages`` are rows of sex, identity
-- ('any' for all), category, age, and the days between which the row is in force; ``special`` the years that each kind
-- of special work takes. Whoever has them when the special age is reached goes by that one, all others by the normal.
-- Asked of the index of births first and of the unit second, in one pass; the scope is tested here.
create function reaching_age(unit integer, first date, last date, ages jsonb, special jsonb)
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
  ), here as (
    select b.*, l.id as employment_id,
           coalesce((select s.identity from enrollment_identityspan s
                     where s.worker_id = b.id and s.first_period <= b.reached
                     order by s.first_period desc limit 1), b.now) as then_identity
    from born b join living l on l.worker_id = b.id
    where b.reached between greatest(first, b.valid_from) and least(last, coalesce(b.valid_to, last))
  )
  select h.employment_id, h.id, h.then_identity, h.category, h.age, h.reached
  from here h
  cross join lateral (
    select coalesce(bool_or(done), false) as qualifies from (
      select sum(12 * (extract(year from until) - extract(year from s.first_period))
                 + extract(month from until) - extract(month from s.first_period) + 1) >= 12 * y.years as done
      from enrollment_specialwork s
      join jsonb_to_recordset(special) as y(kind text, years int) on y.kind = s.kind
      join enrollment_worker w on w.id = s.worker_id
      cross join lateral (select r.age from rule r where r.sex = w.sex and r.category = 'special' limit 1) early
      cross join lateral (select (w.birth_date + make_interval(years => early.age))::date as on_day) at_age
      cross join lateral (select least(coalesce(s.last_period, on_day), on_day) as until) stretch
      where s.worker_id = h.id and s.first_period <= on_day
      group by y.kind, y.years) each_kind
  ) work
  where (h.identity = 'any' or h.identity = h.then_identity)
    and h.category = case when work.qualifies then 'special' else 'normal' end
$$;
