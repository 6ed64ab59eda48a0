-- As in 0010, but first those are picked who died or have a second record, which few are, by the newcomers' keys as one
-- array: a planner without statistics held every newcomer of a first big roster against every record and every
-- employment, and took more than the seconds that a request may.
create or replace function employment_of_one_living_person() returns trigger
language plpgsql security definer set search_path = public, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set jit = off as $$
declare
  bad bigint;
  newcomers bigint[] := array(select distinct worker_id from new_rows);
begin
  select w.id into bad from enrollment_worker w
    where w.id = any (newcomers) and w.merged_into_id is not null limit 1;
  if found then
    raise exception 'record % was merged into another: employ that one', bad using errcode = 'restrict_violation';
  end if;
  with dead as materialized (
    select e.worker_id, e.last_period from enrollment_employment e
    where e.worker_id = any (newcomers) and e.leave_reason = 'died'
  )
  select d.worker_id into bad from dead d join new_rows n on n.worker_id = d.worker_id
    and d.last_period < n.first_period limit 1;
  if found then
    raise exception 'worker % died: nobody is employed after death', bad using errcode = 'restrict_violation';
  end if;
  with second as materialized (
    select m.merged_into_id as worker_id, m.id from enrollment_worker m where m.merged_into_id = any (newcomers)
  )
  select s.worker_id into bad from second s join new_rows n on n.worker_id = s.worker_id
    join enrollment_employment e on e.worker_id = s.id and e.leave_reason <> 'taken_back'
      and daterange(e.first_period, e.last_period, '[]') && daterange(n.first_period, n.last_period, '[]') limit 1;
  if found then
    raise exception 'worker % was employed then under another record', bad using errcode = 'exclusion_violation';
  end if;
  if (select count(*) from new_rows) <= 50000 then
    perform note_duplicates(newcomers);
  end if;
  return null;
end $$;
