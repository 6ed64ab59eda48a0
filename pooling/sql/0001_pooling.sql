-- Guards of pooling and the view from which its monthly summary is kept.

-- A year's net falls due a twelfth a month, December takes the rest (rules PEN-3.1, GEN-2); under a yuan all of it.
create function pooling_due_to_date(net bigint, month_number int) returns bigint language sql immutable parallel safe as $$
  select case when month_number = 12 then net
              when abs(net) < 100 then 0
              else month_number * round(net::numeric / 12)::bigint end
$$;
create function pooling_due(net bigint, month_number int) returns bigint language sql immutable parallel safe as $$
  select pooling_due_to_date(net, month_number)
         - case when month_number = 1 then 0 else pooling_due_to_date(net, month_number - 1) end
$$;

-- The money of one fund at one agency, in fen: what lies in the bank (1002, 1003), and what of it is reserve (3001.03).
create function pooling_cash(agency int, of_fund text) returns bigint language sql stable as $$
  select coalesce(sum(debit_fen - credit_fen), 0)::bigint from ledger_balance
  where agency_id = agency and fund = of_fund and account in ('1002', '1003')
$$;
create function pooling_reserve(agency int, of_fund text) returns bigint language sql stable as $$
  select coalesce(sum(credit_fen - debit_fen), 0)::bigint from ledger_balance
  where agency_id = agency and fund = of_fund and account = '3001.03'
$$;

-- An approved plan stands.
create function pooling_countyplan_stands() returns trigger language plpgsql as $$
begin
  if old.state = 'approved' then
    raise exception 'the plan % of county % is approved and stands', old.fee_year, old.county_id
      using errcode = 'restrict_violation';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end $$;
create trigger stands before update or delete on pooling_countyplan
  for each row execute function pooling_countyplan_stands();

-- A remittance moves forward only; its amount is fixed once the county confirmed it.
create function pooling_remittance_moves_forward() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    if old.state <> 'proposed' then
      raise exception 'remittance % of county % is % and stays', old.period, old.county_id, old.state
        using errcode = 'restrict_violation';
    end if;
    return old;
  end if;
  if (new.county_id, new.period) <> (old.county_id, old.period)
     or (old.state <> 'proposed'
         and (new.amount_fen, new.confirmed_by_id, new.county_journal_id)
             is distinct from (old.amount_fen, old.confirmed_by_id, old.county_journal_id))
     or old.state = 'received'
     or (old.state = 'confirmed' and new.state = 'proposed')
     or (old.state = 'proposed' and new.state = 'received') then
    raise exception 'remittance % of county % is % and does not go back', old.period, old.county_id, old.state
      using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger moves_forward before update or delete on pooling_remittance
  for each row execute function pooling_remittance_moves_forward();

-- Shares never add up to more than there is (rule POOL-7).
create function pooling_shares_within() returns trigger language plpgsql security definer set search_path = public as $$
declare bad record;
begin
  select r.id, r.available_fen, s.fen into bad
    from pooling_redistribution r
    join (select redistribution_id, sum(amount_fen) as fen from pooling_redistributionshare
          where redistribution_id in (select redistribution_id from new_rows) group by 1) s on s.redistribution_id = r.id
    where s.fen > r.total_fen or s.fen > r.available_fen limit 1;
  if found then
    raise exception 'the shares of redistribution % add up to % fen; there are %', bad.id, bad.fen, bad.available_fen
      using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger within_inserted after insert on pooling_redistributionshare referencing new table as new_rows
  for each statement execute function pooling_shares_within();
create trigger within_updated after update on pooling_redistributionshare referencing new table as new_rows
  for each statement execute function pooling_shares_within();

-- An approved redistribution stands, has all its shares booked, and left the province no less than its reserve.
create function pooling_redistribution_stands() returns trigger language plpgsql security definer set search_path = public as $$
declare shares record;
begin
  if old.state = 'approved' then
    raise exception 'redistribution %/% is approved and stands', old.period, old.run using errcode = 'restrict_violation';
  end if;
  if tg_op = 'DELETE' then
    return old;
  end if;
  if new.state = 'approved' then
    select coalesce(sum(amount_fen), 0) as fen,
           count(*) filter (where amount_fen > 0 and county_journal_id is null) as unbooked
      into shares from pooling_redistributionshare where redistribution_id = new.id;
    if shares.fen <> new.total_fen or shares.unbooked > 0 then
      raise exception 'the shares of redistribution %/% add up to % fen, not %, or are not booked',
        new.period, new.run, shares.fen, new.total_fen using errcode = 'check_violation';
    end if;
    if pooling_cash(new.agency_id, 'pension') < greatest(pooling_reserve(new.agency_id, 'pension'), 0) then
      raise exception 'redistribution %/% takes more than the province holds', new.period, new.run
        using errcode = 'check_violation';
    end if;
  end if;
  return new;
end $$;
create trigger stands before update or delete on pooling_redistribution
  for each row execute function pooling_redistribution_stands();

create function pooling_share_stands() returns trigger language plpgsql security definer set search_path = public as $$
begin
  if exists (select from pooling_redistribution where id = old.redistribution_id and state = 'approved') then
    raise exception 'a share of an approved redistribution stands' using errcode = 'restrict_violation';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end $$;
create trigger stands before update or delete on pooling_redistributionshare
  for each row execute function pooling_share_stands();

-- What was paid stays.
create trigger append_only before update or delete on pooling_pensionpayment
  for each statement execute function refuse_change();

-- The months of periods are first days.
alter table pooling_remittance add check (extract(day from period) = 1);
alter table pooling_redistribution add check (extract(day from period) = 1);
alter table pooling_redistributionshare add check (extract(day from period) = 1);
alter table pooling_pensionpayment add check (extract(day from period) = 1);
alter table pooling_poolingmonth add check (extract(day from period) = 1);

-- A county's month of pooling as its plan, remittances, shares and payments tell it: pooling_poolingmonth is kept
-- from this view by every act, and `verify` compares the two.
create view pooling_monthfacts with (security_invoker = true) as
with planned as (
  select p.county_id, make_date(p.fee_year, m, 1) as period,
         pooling_due(p.net_fen, m) as due, pooling_due_to_date(p.net_fen, m) as due_to_date
  from pooling_countyplan p cross join generate_series(1, 12) m where p.state = 'approved'
),
known as (
  select county_id, period from planned
  union select county_id, period from pooling_remittance
  union select s.county_id, s.period from pooling_redistributionshare s
  union select county_id, period from pooling_pensionpayment
)
select k.county_id, k.period,
       greatest(coalesce(p.due, 0), 0) as plan_up_fen,
       greatest(-coalesce(p.due, 0), 0) as plan_down_fen,
       greatest(coalesce(p.due_to_date, 0), 0) as due_to_date_fen,
       greatest(-coalesce(p.due_to_date, 0), 0) as need_to_date_fen,
       coalesce(r.amount_fen, 0) as proposed_fen,
       case when r.state in ('confirmed', 'received') then r.amount_fen else 0 end as remitted_fen,
       case when r.state = 'received' then r.amount_fen else 0 end as received_fen,
       coalesce(r.to_reserve_fen, 0) as to_reserve_fen,
       r.received_on as last_received_on,
       coalesce((select sum(s.amount_fen) from pooling_redistributionshare s
                 where s.county_id = k.county_id and s.period = k.period and s.county_journal_id is not null),
                0)::bigint as redistributed_fen,
       coalesce(b.cost_fen, 0) as pension_cost_fen,
       coalesce(b.paid_fen, 0) as pension_paid_fen,
       coalesce(b.unpaid_fen, 0) as pension_unpaid_fen
from known k
left join planned p on p.county_id = k.county_id and p.period = k.period
left join pooling_remittance r on r.county_id = k.county_id and r.period = k.period
left join pooling_pensionpayment b on b.county_id = k.county_id and b.period = k.period;
