-- A supplementary transfer follows one that its unit sent and that was taken in, of the same person, to where the
-- person's account was taken in last. It needs no new employment.
create function transfer_supplements_one_that_arrived() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  person bigint := (select coalesce(merged_into_id, id) from enrollment_worker where id = new.worker_id);
begin
  if not exists (
    select from enrollment_transfer first join enrollment_worker w on w.id = first.worker_id
    where first.id = new.supplement_to_id and first.supplement_to_id is null and first.state = 'done'
      and first.county_id = new.county_id and coalesce(w.merged_into_id, w.id) = person) then
    raise exception 'a supplement follows a transfer of the same person and unit that was taken in'
      using errcode = 'restrict_violation';
  end if;
  if not exists (
    select from (
      select t.to_county_id, t.destination
      from enrollment_transfer t join enrollment_worker w on w.id = t.worker_id
      where coalesce(w.merged_into_id, w.id) = person and t.supplement_to_id is null and t.state = 'done'
      order by t.id desc limit 1) last
    where last.to_county_id is not distinct from new.to_county_id and last.destination = new.destination) then
    raise exception 'a supplement goes where the account was taken in last' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger supplements before insert on enrollment_transfer
  for each row when (new.supplement_to_id is not null) execute function transfer_supplements_one_that_arrived();

-- As before, and whether the form is of a supplement.
drop function enrollment_check_transfer(text);
create function enrollment_check_transfer(given text)
returns table (id bigint, county_id int, to_county_id int, destination text, employer_name text, first_period date,
               sent_on date, state text, done_on date, supplement_to_id bigint)
language sql stable security definer set search_path = public, pg_temp as $$
  select t.id, t.county_id, t.to_county_id, t.destination, t.employer_name, t.first_period, t.sent_on, t.state,
         t.done_on, t.supplement_to_id
  from enrollment_transfer t
  where t.check_code = given
$$;
revoke execute on function enrollment_check_transfer(text) from public;
grant execute on function enrollment_check_transfer(text) to jsi_app;
