-- An employment that was taken back after it had been charged never was: its row stands for its spells alone.
alter table enrollment_employment drop constraint employment_one_at_a_time;
alter table enrollment_employment add constraint employment_one_at_a_time
  exclude using gist (worker_id with =, daterange(first_period, last_period, '[]') with &&)
  where (leave_reason <> 'taken_back');

-- The code of an employer that moved away goes on with its successor.
create or replace function organisation_code_taken(given_code text, besides integer)
returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select 1 from enrollment_employer
                 where organisation_code = given_code and organisation_code <> '' and status <> 'moved'
                   and id is distinct from besides)
$$;

alter table enrollment_employerchange add constraint employer_change_county_is_the_employers
  foreign key (employer_id, county_id) references enrollment_employer (id, county_id);
create index on enrollment_employerchange (employer_id, effective_period);
create index on enrollment_changedemployment (worker_id);

-- Nobody is employed, and no line covers, from the month on in which an employer ended.
create function nothing_after_the_end() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare bad record;
begin
  select n.employer_id, c.effective_period into bad
    from new_rows n
    join enrollment_employerchange c on c.employer_id = n.employer_id and c.state <> 'undone'
      and c.kind in ('closure', 'bankruptcy', 'merger', 'move')
    where coalesce(n.last_period, 'infinity') >= c.effective_period
      and coalesce(to_jsonb(n) ->> 'leave_reason', '') <> 'taken_back' limit 1;
  if found then
    raise exception 'employer % ended with %: nothing runs on from that month', bad.employer_id, bad.effective_period
      using errcode = 'restrict_violation';
  end if;
  return null;
end $$;
create trigger nothing_after_the_end_insert after insert on enrollment_employment referencing new table as new_rows
  for each statement execute function nothing_after_the_end();
create trigger nothing_after_the_end_update after update on enrollment_employment referencing new table as new_rows
  for each statement execute function nothing_after_the_end();
create trigger nothing_after_the_end_insert after insert on enrollment_coverage referencing new table as new_rows
  for each statement execute function nothing_after_the_end();
create trigger nothing_after_the_end_update after update on enrollment_coverage referencing new table as new_rows
  for each statement execute function nothing_after_the_end();

-- Events of an employer come in order, in a month that is not assessed; what one ended has ended.
create function employer_change_is_in_order() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform 1 from enrollment_employer where id = new.employer_id for update;
  if exists (select 1 from enrollment_employerchange c
             where c.employer_id = new.employer_id and c.id <> new.id and c.state <> 'undone'
               and (c.effective_period > new.effective_period
                    or c.kind in ('closure', 'bankruptcy', 'merger', 'move'))) then
    raise exception 'a later event of employer % is there already', new.employer_id using errcode = 'restrict_violation';
  end if;
  if exists (select 1 from ledger_period p where p.agency_id = new.county_id and p.state <> 'open'
               and p.period >= new.effective_period) then
    raise exception '% of county % is assessed already', new.effective_period, new.county_id
      using errcode = 'restrict_violation';
  end if;
  if new.kind in ('closure', 'bankruptcy', 'merger', 'move') and (
       exists (select 1 from enrollment_employment e where e.employer_id = new.employer_id
                 and e.leave_reason <> 'taken_back' and coalesce(e.last_period, 'infinity') >= new.effective_period)
       or exists (select 1 from enrollment_coverage k where k.employer_id = new.employer_id
                    and coalesce(k.last_period, 'infinity') >= new.effective_period)) then
    raise exception 'somebody is still employed by employer % in %, or a line still covers it', new.employer_id,
      new.effective_period using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger in_order before insert on enrollment_employerchange
  for each row execute function employer_change_is_in_order();

-- An event is kept as it was entered; only its state moves, and a waiting one gets its successor.
create function employer_change_is_kept() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'an event is taken back, not deleted' using errcode = 'restrict_violation';
  end if;
  if (to_jsonb(new) - '{state,successor_id,taken_in_by_id}'::text[])
       is distinct from (to_jsonb(old) - '{state,successor_id,taken_in_by_id}'::text[])
     or old.state = 'undone'
     or (old.state, new.state) not in (('done', 'undone'), ('waiting', 'done'), ('waiting', 'undone'))
     or ((new.successor_id, new.taken_in_by_id) is distinct from (old.successor_id, old.taken_in_by_id)
         and (old.state, new.state) <> ('waiting', 'done')) then
    raise exception 'event % is kept as it was entered', old.id using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger kept before update or delete on enrollment_employerchange
  for each row execute function employer_change_is_kept();

create trigger kept before update or delete on enrollment_changedemployment
  for each statement execute function refuse_change();
create trigger kept before update or delete on enrollment_undoneact
  for each statement execute function refuse_change();
