-- What anybody who holds a transfer form may learn of it: that it was issued, from where to where, and how it stands.
-- Neither name nor identity number.
create function enrollment_check_transfer(given text)
returns table (id bigint, county_id int, to_county_id int, destination text, employer_name text, first_period date,
               sent_on date, state text, done_on date)
language sql stable security definer set search_path = public, pg_temp as $$
  select t.id, t.county_id, t.to_county_id, t.destination, t.employer_name, t.first_period, t.sent_on, t.state, t.done_on
  from enrollment_transfer t
  where t.check_code = given
$$;
revoke execute on function enrollment_check_transfer(text) from public;
grant execute on function enrollment_check_transfer(text) to jsi_app;

-- Who acts for employers alone is looked after by the unit of the first of them.
update access_user u set unit_id = found.county_id
from (
  select distinct on (a.user_id) a.user_id, e.county_id
  from access_assignment a join enrollment_employer e on e.id = a.employer_id
  order by a.user_id, a.id
) found
where found.user_id = u.id and u.unit_id is null;
