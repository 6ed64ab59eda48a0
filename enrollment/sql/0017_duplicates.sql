-- As in 0010, but everybody who shares name and birth date is looked up by name, not each name among all pairs: a first big
-- roster, in tables that have no statistics yet, would go through them a hundred thousand times.
create or replace function note_duplicates(workers bigint[]) returns integer
language plpgsql security definer set search_path = public, pg_temp set plan_cache_mode = force_custom_plan
set enable_seqscan = off set enable_bitmapscan = off set jit = off as $$
declare noted integer;
begin
  with given as (select w.* from enrollment_worker w where w.id = any (workers) and w.merged_into_id is null),
  -- Of all who share name and birth date each is held against the oldest record: as many pairs as people, whereas
  -- everybody against everybody would be millions where a roster brings ten thousand alike.
  oldest as materialized (
    select n.birth_date, n.name, o.id
    from (select distinct birth_date, name from given) n
    -- one by one along the index of birth and name, whatever the planner thinks of a table without statistics
    cross join lateral (
      select min(w.id) filter (where w.merged_into_id is null) as id from enrollment_worker w
      where w.birth_date = n.birth_date and w.name collate "C" = n.name) o
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
