-- A list that is shared in an office is read by who holds a role there today, not by who held one once.
alter policy own on web_savedlist
  using (user_id = nullif((select current_setting('app.user', true)), '')::bigint)
  with check (
    user_id = nullif((select current_setting('app.user', true)), '')::bigint
    and (not shared or unit_id in (
      select a.agency_id from access_assignment a left join agencies_businessdate today on today.id = 1
      where a.user_id = nullif((select current_setting('app.user', true)), '')::bigint
        and coalesce(a.first_day <= today.day, true) and coalesce(a.last_day >= today.day, true))));
alter policy shared on web_savedlist using (
  shared and unit_id in (
    select a.agency_id from access_assignment a left join agencies_businessdate today on today.id = 1
    where a.user_id = nullif((select current_setting('app.user', true)), '')::bigint
      and coalesce(a.first_day <= today.day, true) and coalesce(a.last_day >= today.day, true)));
