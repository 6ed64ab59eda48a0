-- Rights are read by everybody and given by few. Who is signed in gives none to himself, gives them only as somebody
-- who may give any, and only at a unit that he sees. What no person does (commands, the sample) is not bound.
create function access_may_give(whose bigint, at_agency int) returns boolean
language sql stable set search_path = public, pg_temp as $$
  with me as (select nullif(current_setting('app.user', true), '')::bigint as id)
  select me.id is null
    or (whose <> me.id
        and (at_agency is null
             or at_agency = any (string_to_array(nullif(current_setting('app.agencies', true), ''), ',')::int[]))
        and exists (
          select 1 from access_assignment a
          where a.user_id = me.id and a.role in ('administrator', 'head')
            and coalesce(a.first_day <= (select day from agencies_businessdate where id = 1), true)
            and coalesce(a.last_day >= (select day from agencies_businessdate where id = 1), true)))
  from me
$$;

alter table access_assignment enable row level security;
create policy read on access_assignment for select to jsi_app using (true);
create policy give on access_assignment for insert to jsi_app with check (access_may_give(user_id, agency_id));
create policy change on access_assignment for update to jsi_app
  using (access_may_give(user_id, agency_id)) with check (access_may_give(user_id, agency_id));
create policy take_away on access_assignment for delete to jsi_app using (access_may_give(user_id, agency_id));

-- Each user of before belongs to the unit of the first desk; whose desk is an employer's has none yet.
update access_user u set unit_id = a.agency_id
from (select user_id, min(agency_id) as agency_id from access_assignment group by user_id) a
where a.user_id = u.id and a.agency_id is not null;
