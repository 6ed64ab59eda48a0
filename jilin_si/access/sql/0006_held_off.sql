-- Failed tries and what is held off are written before anybody is signed in: by these functions, and by nobody else.
alter table access_failedsignin enable row level security;
create policy scope on access_failedsignin for select to jsi_app using (
  unit_id = any ((select string_to_array(nullif(current_setting('app.agencies', true), ''), ',')::int[])::int[])
  or user_id = nullif((select current_setting('app.user', true)), '')::bigint);

alter table access_heldoff enable row level security;
create policy scope on access_heldoff for select to jsi_app using (
  unit_id = any ((select string_to_array(nullif(current_setting('app.agencies', true), ''), ',')::int[])::int[]));
create policy release on access_heldoff for update to jsi_app using (
  unit_id = any ((select string_to_array(nullif(current_setting('app.agencies', true), ''), ',')::int[])::int[]));

-- Who looks after a sign-in: its unit, else the unit of a desk; what is nobody's name, the province.
create function access_unit_of(who bigint) returns int
language sql stable security definer set search_path = public, pg_temp as $$
  select coalesce(
    (select unit_id from access_user where id = who),
    (select min(agency_id) from access_assignment where user_id = who),
    (select id from agencies_agency where level = 'province'))
$$;

create function access_note_failed(who bigint, place inet, in_way text) returns void
language sql volatile security definer set search_path = public, pg_temp as $$
  insert into access_failedsignin (minute, at, user_id, unit_id, address, way, tries)
  values (date_trunc('minute', clock_timestamp()), clock_timestamp(), who, access_unit_of(who), place, in_way, 1)
  on conflict (user_id, address, way, minute)
  do update set tries = access_failedsignin.tries + 1, at = excluded.at
$$;

-- Answers whether it begins now: one that holds already only lasts longer.
create function access_hold_off(of_kind text, who bigint, place inet, lasting timestamptz) returns boolean
language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
  perform pg_advisory_xact_lock(1997, hashtext(concat_ws('/', of_kind, who, case when who is null or of_kind = 'place' then host(place) end)));
  update access_heldoff h set until = greatest(h.until, lasting)
  where h.kind = of_kind and h.user_id is not distinct from who
    and ((who is not null and of_kind <> 'place') or h.address is not distinct from place)
    and h.until > clock_timestamp() and h.released_at is null;
  if found then
    return false;
  end if;
  insert into access_heldoff (kind, user_id, unit_id, address, since, until, reason)
  values (of_kind, who, access_unit_of(who), place, clock_timestamp(), lasting, '');
  return true;
end $$;

revoke execute on function access_unit_of(bigint), access_note_failed(bigint, inet, text),
  access_hold_off(text, bigint, inet, timestamptz) from public;
grant execute on function access_note_failed(bigint, inet, text), access_hold_off(text, bigint, inet, timestamptz)
  to jsi_app;
