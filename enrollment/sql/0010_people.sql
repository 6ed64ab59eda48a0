-- Stretches of special work do not overlap; months are written as their first day.
alter table enrollment_specialwork add constraint special_work_one_at_a_time
  exclude using gist (worker_id with =, daterange(first_period, last_period, '[]') with &&);
alter table enrollment_specialwork add constraint special_work_periods
  check (extract(day from first_period) = 1 and extract(day from last_period) = 1);
alter table enrollment_identityspan add constraint identity_periods check (extract(day from first_period) = 1);
alter table enrollment_transfer add constraint transfer_periods check (extract(day from first_period) = 1);

-- Who shares name and birth date: asked for each newcomer.
create index worker_birth_and_name on enrollment_worker (birth_date, name collate "C");

create function in_scope(unit int) returns boolean language sql stable as $$
  select unit = any ((select string_to_array(nullif(current_setting('app.agencies', true), ''), ',')::int[])::int[])
$$;

-- The records of one person: the one that is kept, and those merged into it. Numbers only.
create function person_records(person bigint) returns bigint[]
language sql stable security definer set search_path = public, pg_temp as $$
  select array_agg(id order by id) from enrollment_worker where id = person or merged_into_id = person
$$;

-- How a person with this number stands: as before, over all records of the person; and whether one died.
drop function identity_standings(text[], text[], date[]);
create function identity_standings(keys text[], names text[], from_periods date[])
returns table (place bigint, worker_id bigint, visible boolean, same_name boolean, insured boolean, insured_by integer,
               died boolean)
language sql stable security definer set search_path = public, pg_temp as $$
  select given.place, w.id,
         exists (select 1 from enrollment_employment e where e.worker_id = w.id and (
           e.county_id = any ((select string_to_array(nullif(current_setting('app.agencies', true), ''), ',')::int[])::int[])
           or e.employer_id = any ((select string_to_array(nullif(current_setting('app.employers', true), ''), ',')::int[])::int[]))),
         w.name = given.name,
         living.employer_id is not null,
         case when living.in_scope then living.employer_id end,
         exists (select 1 from enrollment_employment e
                 where e.worker_id = any (r.records) and e.leave_reason = 'died' and e.last_period < given.from_period)
  from unnest(keys, names, from_periods) with ordinality given(key, name, from_period, place)
  join enrollment_worker found on found.identity_key = given.key
  join enrollment_worker w on w.id = coalesce(found.merged_into_id, found.id)
  cross join lateral (
    select array_agg(p.id) || w.id as records from enrollment_worker p where p.merged_into_id = w.id) r
  left join lateral (
    select e.employer_id,
           e.county_id = any ((select string_to_array(nullif(current_setting('app.agencies', true), ''), ',')::int[])::int[])
           or e.employer_id = any ((select string_to_array(nullif(current_setting('app.employers', true), ''), ',')::int[])::int[]) as in_scope
    from enrollment_employment e
    where e.worker_id = any (r.records) and coalesce(e.last_period, 'infinity') >= given.from_period
      and e.leave_reason <> 'taken_back'
    limit 1
  ) living on true
$$;

-- Pairs of records that may be one person, for these workers: the same 15 digits under another century, or the same
-- name and birth date. Each pair is noted once, whatever was decided about it.
-- Planned anew each time and by indexes: what a session planned for one newcomer must not serve a roster of thousands.
create function note_duplicates(workers bigint[]) returns integer
language plpgsql security definer set search_path = public, pg_temp set plan_cache_mode = force_custom_plan
set enable_seqscan = off set enable_bitmapscan = off set jit = off as $$
declare noted integer;
begin
  with given as (select w.* from enrollment_worker w where w.id = any (workers) and w.merged_into_id is null),
  -- Of all who share name and birth date each is held against the oldest record: as many pairs as people, whereas
  -- everybody against everybody would be millions where a roster brings ten thousand alike.
  oldest as (
    select n.birth_date, n.name, min(o.id) as id
    from (select distinct birth_date, name from given) n
    join enrollment_worker o on o.birth_date = n.birth_date and o.name collate "C" = n.name
    where o.merged_into_id is null
    group by 1, 2
  ),
  pair as (
    select o.id as first_id, g.id as second_id, 'same_name' as reason
    from given g join oldest o on o.birth_date = g.birth_date and o.name = g.name
    where o.id < g.id
    union all
    select least(g.id, o.id), greatest(g.id, o.id), 'same_number'
    from given g
    cross join unnest(array['18', '19', '20']) century
    -- one by one along the index, whatever the planner thinks of a table that a roster has just filled
    cross join lateral (
      select w.id, w.merged_into_id from enrollment_worker w
      where w.identity_key collate "C" >= left(g.identity_key, 6) || century || substr(g.identity_key, 9, 9)
        and w.identity_key collate "C" < left(g.identity_key, 6) || century || substr(g.identity_key, 9, 9) || 'Z'
      order by w.identity_key collate "C" limit 20) o
    where o.id <> g.id and o.merged_into_id is null
  )
  insert into enrollment_duplicate (first_id, second_id, reason, state, note, found_on, county_id, other_county_id)
  select distinct on (p.first_id, p.second_id) p.first_id, p.second_id, p.reason, 'open', '',
         coalesce((select day from agencies_businessdate where id = 1), '1996-01-01'), a.county_id, b.county_id
  from pair p
  cross join lateral (select county_id from enrollment_employment e where e.worker_id = p.first_id
                      order by e.first_period desc limit 1) a
  cross join lateral (select county_id from enrollment_employment e where e.worker_id = p.second_id
                      order by e.first_period desc limit 1) b
  order by p.first_id, p.second_id, p.reason desc
  on conflict (first_id, second_id) do nothing;
  get diagnostics noted = row_count;
  return noted;
end $$;

-- The same for the whole province, set by set: after a load that took the triggers off.
create function note_all_duplicates() returns integer
language sql security definer set search_path = public, pg_temp as $$
  select note_duplicates(array(
    select unnest(array_agg(id)) from enrollment_worker where merged_into_id is null
    group by birth_date, name collate "C" having count(*) > 1))
$$;

-- Who is employed anew is alive, is not a record merged into another, and is nowhere else meanwhile under another
-- record of the same person. Newcomers are looked up among those of the same name and birth date; a load of a whole
-- province calls note_all_duplicates() afterwards. A plan without parameters is kept for the session: made for one
-- newcomer by reading small tables whole, it would compare every row of a roster with every record.
create function employment_of_one_living_person() returns trigger
language plpgsql security definer set search_path = public, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set jit = off as $$
declare bad bigint;
begin
  select n.worker_id into bad from new_rows n join enrollment_worker w on w.id = n.worker_id
    where w.merged_into_id is not null limit 1;
  if found then
    raise exception 'record % was merged into another: employ that one', bad using errcode = 'restrict_violation';
  end if;
  select n.worker_id into bad from new_rows n
    join enrollment_employment e on e.worker_id = n.worker_id and e.leave_reason = 'died'
      and e.last_period < n.first_period limit 1;
  if found then
    raise exception 'worker % died: nobody is employed after death', bad using errcode = 'restrict_violation';
  end if;
  select n.worker_id into bad from new_rows n
    join enrollment_worker m on m.merged_into_id = n.worker_id
    join enrollment_employment e on e.worker_id = m.id and e.leave_reason <> 'taken_back'
      and daterange(e.first_period, e.last_period, '[]') && daterange(n.first_period, n.last_period, '[]') limit 1;
  if found then
    raise exception 'worker % was employed then under another record', bad using errcode = 'exclusion_violation';
  end if;
  if (select count(*) from new_rows) <= 50000 then
    perform note_duplicates(array(select distinct worker_id from new_rows));
  end if;
  return null;
end $$;
create trigger one_living_person after insert on enrollment_employment referencing new table as new_rows
  for each statement execute function employment_of_one_living_person();

create function employment_of_a_merged_record_stays_ended() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if exists (select 1 from enrollment_worker where id = new.worker_id and merged_into_id is not null) then
    raise exception 'record % was merged into another: its employments are history', new.worker_id
      using errcode = 'restrict_violation';
  end if;
  if exists (select 1 from enrollment_transfer where employment_id = new.id and state <> 'back') then
    raise exception 'worker % was transferred from this employment: take the transfer back first', new.worker_id
      using errcode = 'exclusion_violation';
  end if;
  return new;
end $$;
create trigger merged_stays_ended before update on enrollment_employment
  for each row when (new.last_period is null and old.last_period is not null)
  execute function employment_of_a_merged_record_stays_ended();

-- What was sent stays as it was sent; a transfer goes on in one direction.
create function transfer_keeps_what_was_sent() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'a transfer is kept' using errcode = 'restrict_violation';
  end if;
  if (to_jsonb(new) - '{state,done_by_id,done_on,done_at,new_employment_id,return_reason}'::text[])
     is distinct from (to_jsonb(old) - '{state,done_by_id,done_on,done_at,new_employment_id,return_reason}'::text[])
     or (old.state, new.state) not in
        (('waiting', 'done'), ('waiting', 'returned'), ('waiting', 'back'), ('returned', 'back')) then
    raise exception 'transfer % is kept as it was sent', old.id using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger keeps before update or delete on enrollment_transfer
  for each row execute function transfer_keeps_what_was_sent();

create trigger append_only before update or delete on enrollment_deemedevidence
  for each statement execute function refuse_change();

-- Months in which two records were employed at once: they cannot be one person's. Employers are named where they lie
-- in the asker's scope.
create function merge_conflicts(one bigint, other bigint)
returns table (first_period date, last_period date, one_employer text, other_employer text)
language sql stable security definer set search_path = public, pg_temp as $$
  select greatest(a.first_period, b.first_period),
         nullif(least(coalesce(a.last_period, 'infinity'), coalesce(b.last_period, 'infinity')), 'infinity'),
         case when in_scope(a.county_id) then (select name from enrollment_employer where id = a.employer_id) end,
         case when in_scope(b.county_id) then (select name from enrollment_employer where id = b.employer_id) end
  from enrollment_employment a join enrollment_employment b
    on daterange(a.first_period, a.last_period, '[]') && daterange(b.first_period, b.last_period, '[]')
  where a.worker_id = one and b.worker_id = other and a.leave_reason <> 'taken_back' and b.leave_reason <> 'taken_back'
  order by 1
$$;

-- The two records of a pair as far as a second person must know them to decide: the number masked, no employer.
create function pair_sides(pair bigint)
returns table (worker_id bigint, name text, number text, sex text, birth_date date, county_id int, living boolean,
               first_period date, last_period date, shown boolean)
language sql stable security definer set search_path = public, pg_temp as $$
  select w.id, w.name::text, left(w.identity_number, 6) || '********' || right(w.identity_number, 4), w.sex::text,
         w.birth_date, case when w.id = d.first_id then d.county_id else d.other_county_id end,
         exists (select 1 from enrollment_employment e where e.worker_id = w.id and e.last_period is null),
         (select min(e.first_period) from enrollment_employment e where e.worker_id = w.id),
         (select max(e.last_period) from enrollment_employment e where e.worker_id = w.id),
         exists (select 1 from enrollment_employment e where e.worker_id = w.id and in_scope(e.county_id))
  from enrollment_duplicate d join enrollment_worker w on w.id in (d.first_id, d.second_id)
  where d.id = pair and (in_scope(d.county_id) or in_scope(d.other_county_id))
  order by w.id
$$;

-- A record is merged into one that is nobody's, while it is nobody's itself, has ended and shares no month with it.
create function merge_is_possible() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if exists (select 1 from enrollment_worker where id = new.merged_into_id and merged_into_id is not null)
     or exists (select 1 from enrollment_worker where merged_into_id = new.id) or new.id = new.merged_into_id then
    raise exception 'records are merged one step deep' using errcode = 'restrict_violation';
  end if;
  if exists (select 1 from enrollment_employment where worker_id = new.id and last_period is null
               and leave_reason <> 'taken_back')
     or exists (select 1 from merge_conflicts(new.id, new.merged_into_id)) then
    raise exception 'record % is employed, or shares a month with %', new.id, new.merged_into_id
      using errcode = 'exclusion_violation';
  end if;
  return new;
end $$;
create trigger merge_is_possible before update of merged_into_id on enrollment_worker
  for each row when (new.merged_into_id is not null and new.merged_into_id is distinct from old.merged_into_id)
  execute function merge_is_possible();

-- Point the merged record to the one kept, or away again. The two may stand in two units, of which nobody sees both:
-- so the owner does it, for a merge of the asker's that says so.
create function merge_records(merge_id bigint) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  m enrollment_merge%rowtype;
  assessed integer;
begin
  select * into m from enrollment_merge where id = merge_id for update;
  if not found or not (in_scope(m.county_id) or in_scope(m.other_county_id)) or m.state not in ('done', 'undone') then
    raise exception 'no such merge' using errcode = 'insufficient_privilege';
  end if;
  select count(*) into assessed from ledger_period p
    where p.agency_id in (m.county_id, m.other_county_id) and p.state <> 'open';
  if m.state = 'done' then
    update enrollment_merge set months_assessed = assessed where id = merge_id;
  elsif assessed > m.months_assessed then
    raise exception 'a month was assessed since' using errcode = 'restrict_violation';
  end if;
  perform 1 from enrollment_worker where id in (m.kept_id, m.merged_id) order by id for update;
  update enrollment_worker set merged_into_id = case m.state when 'done' then m.kept_id end where id = m.merged_id;
  update enrollment_duplicate set state = case m.state when 'done' then 'merged' else 'open' end
    where (first_id, second_id) = (least(m.kept_id, m.merged_id), greatest(m.kept_id, m.merged_id));
end $$;

revoke execute on function person_records(bigint), identity_standings(text[], text[], date[]),
  note_duplicates(bigint[]), note_all_duplicates(), merge_conflicts(bigint, bigint), pair_sides(bigint),
  merge_records(bigint) from public;
grant execute on function person_records(bigint), identity_standings(text[], text[], date[]),
  merge_conflicts(bigint, bigint), pair_sides(bigint), merge_records(bigint) to jsi_app;

select note_all_duplicates();
