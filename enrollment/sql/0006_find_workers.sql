-- Workers of the scope whose key, number, name, end of name, pinyin or initials begin so, in that order.
-- At most 6,000 candidates of the province are looked at, and no more than are needed: ``complete`` false says that
-- there were more than the function looked at.
create or replace function find_workers(field text, prefix text, most integer)
returns table (worker_id bigint, complete boolean)
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_custom_plan
set jit = off as $$
declare
  candidates constant integer := 6000;
  units int[] := string_to_array(nullif(current_setting('app.agencies', true), ''), ',')::int[];
  employers int[] := string_to_array(nullif(current_setting('app.employers', true), ''), ',')::int[];
  wanted text := case field when 'name_end' then reverse(prefix) else prefix end;
  after text := wanted || U&'\+10FFFF';
  expression text := case field
    when 'key' then 'identity_key' when 'number' then 'identity_number' when 'name' then 'name'
    when 'name_end' then 'reverse(name)' when 'pinyin' then 'pinyin' when 'initials' then 'initials' end;
  found_ids bigint[];
  looked_at integer;
begin
  if expression is null or prefix = '' or most < 1 then
    return;
  end if;
  if units is null then  -- a user of employers: begin with their people
    return query execute format(
      'select distinct w.id, true from enrollment_employment e join enrollment_worker w on w.id = e.worker_id
       where e.employer_id = any ($1) and (%1$s) collate "C" >= $2 and (%1$s) collate "C" < $3 limit $4', expression)
      using employers, wanted, after, most;
    return;
  end if;
  -- index order, tested one after the other, until enough are seen: the rest of the candidates is never fetched
  execute format(
    'select array_agg(id order by place) from (
       select c.id, row_number() over () as place
       from (select id from enrollment_worker where (%1$s) collate "C" >= $2 and (%1$s) collate "C" < $3
             order by (%1$s) collate "C" limit $5) c
       cross join lateral (select 1 from enrollment_employment e
                           where e.worker_id = c.id and (e.county_id = any ($1) or e.employer_id = any ($6))
                           limit 1) seen
       limit $4) enough', expression)
    into found_ids using units, wanted, after, most, candidates, employers;
  if coalesce(cardinality(found_ids), 0) >= most then
    return query select unnest(found_ids), false;
    return;
  end if;
  execute format(
    'select count(*) from (select 1 from enrollment_worker where (%1$s) collate "C" >= $1 and (%1$s) collate "C" < $2
                           order by (%1$s) collate "C" limit $3) c', expression)
    into looked_at using wanted, after, candidates;
  if found_ids is null then
    return query select null::bigint, looked_at < candidates;
  else
    return query select unnest(found_ids), looked_at < candidates;
  end if;
end $$;
