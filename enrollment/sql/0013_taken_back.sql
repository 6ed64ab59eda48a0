-- An event is kept as it was entered; only its state moves, and a waiting one gets its successor. A county that takes
-- its taking in back lets the move wait again, without a successor.
create or replace function employer_change_is_kept() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'an event is taken back, not deleted' using errcode = 'restrict_violation';
  end if;
  if (to_jsonb(new) - '{state,successor_id,taken_in_by_id}'::text[])
       is distinct from (to_jsonb(old) - '{state,successor_id,taken_in_by_id}'::text[])
     or old.state = 'undone'
     or not ((old.state, new.state) in (('done', 'undone'), ('waiting', 'done'), ('waiting', 'undone'))
             or ((old.state, new.state) = ('done', 'waiting') and old.kind = 'move'
                 and new.successor_id is null and new.taken_in_by_id is null))
     or ((new.successor_id, new.taken_in_by_id) is distinct from (old.successor_id, old.taken_in_by_id)
         and (old.state, new.state) not in (('waiting', 'done'), ('done', 'waiting'))) then
    raise exception 'event % is kept as it was entered', old.id using errcode = 'restrict_violation';
  end if;
  return new;
end $$;

-- The code of an employer that moved away goes on with its successor; one whose registration was taken back never had it.
create or replace function organisation_code_taken(given_code text, besides integer)
returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select 1 from enrollment_employer
                 where organisation_code = given_code and organisation_code <> ''
                   and status not in ('moved', 'taken_back') and id is distinct from besides)
$$;
