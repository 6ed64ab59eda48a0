-- One employment at a time; one coverage of a line at a time: the database itself refuses overlaps.
alter table enrollment_employment add constraint employment_one_at_a_time
  exclude using gist (worker_id with =, daterange(first_period, last_period, '[]') with &&);
alter table enrollment_coverage add constraint coverage_one_at_a_time
  exclude using gist (employer_id with =, line with =, daterange(first_period, last_period, '[]') with &&);

-- A row's county is its employer's county.
alter table enrollment_coverage add constraint coverage_county_is_the_employers
  foreign key (employer_id, county_id) references enrollment_employer (id, county_id);
alter table enrollment_employment add constraint employment_county_is_the_employers
  foreign key (employer_id, county_id) references enrollment_employer (id, county_id);
alter table enrollment_declaration add constraint declaration_county_is_the_employers
  foreign key (employer_id, county_id) references enrollment_employer (id, county_id);

-- Periods are first days of months.
alter table enrollment_employment add constraint employment_periods
  check (extract(day from first_period) = 1 and extract(day from last_period) = 1);
alter table enrollment_coverage add constraint coverage_periods
  check (extract(day from first_period) = 1 and extract(day from last_period) = 1);

-- What clerks type: number, name, end of a name, pinyin, initials, as prefixes in byte order.
create index worker_key_prefix on enrollment_worker (identity_key collate "C");
create index worker_number_prefix on enrollment_worker (identity_number collate "C");
create index worker_name_prefix on enrollment_worker (name collate "C");
create index worker_name_end on enrollment_worker (reverse(name) collate "C");
create index worker_pinyin_prefix on enrollment_worker (pinyin collate "C");
create index worker_initials_prefix on enrollment_worker (initials collate "C");
create index employer_pinyin_prefix on enrollment_employer (pinyin collate "C");

-- Facts of a declaration: by year, then by county; a key that means something, no row-level foreign keys.
create table enrollment_declarationline (
  fee_year       smallint not null,
  county_id      integer  not null,
  declaration_id bigint   not null,
  worker_id      bigint   not null,
  employer_id    integer  not null,
  year_wages_fen bigint   not null check (year_wages_fen >= 0),
  months_worked  smallint not null check (months_worked between 0 and 12),
  wage_fen       bigint   not null check (wage_fen >= 0),
  note           text     not null default '',
  primary key (fee_year, county_id, declaration_id, worker_id)
) partition by list (fee_year);
create index on enrollment_declarationline (worker_id);

-- Asked of the catalogue itself: to_regclass() remembers that a table was not there, also after waiting for who made it.
create function has_table(name text) returns boolean language sql as $$
  select exists (select from pg_class where relname = name and relnamespace = 'public'::regnamespace)
$$;

-- Makes the year's partition of a fact table, itself parted by county, where it is not there yet.
-- Readers and writers name year and county, so that a plan touches one leaf.
create function make_year_partition(fact_table text, fee_year int) returns text language plpgsql as $$
declare year_table text := format('%s_%s', fact_table, fee_year);
begin
  if has_table(year_table) then
    return year_table;               -- without the lock, which would let the year's counties in one by one
  end if;
  perform pg_advisory_xact_lock(hashtext(fact_table), fee_year);
  if not has_table(year_table) then
    execute format('create table %I partition of %I for values in (%s) partition by list (county_id)',
                   year_table, fact_table, fee_year);
  end if;
  return year_table;
end $$;

-- Makes the county's leaf of a year of a fact table where it is not there yet.
create function make_county_partition(fact_table text, fee_year int, county int) returns text language plpgsql as $$
declare leaf text := format('%s_%s_%s', fact_table, fee_year, county);
begin
  if not has_table(leaf) then
    perform make_year_partition(fact_table, fee_year);
    perform pg_advisory_xact_lock(hashtext(format('%s_%s', fact_table, fee_year)), county);
    if not has_table(leaf) then
      execute format('create table %I partition of %I for values in (%s)',
                     leaf, format('%s_%s', fact_table, fee_year), county);
    end if;
  end if;
  return leaf;
end $$;

-- A user of the application may not make tables; the owner does it for him, for a year's facts and nothing else.
alter function make_year_partition(text, int) security definer set search_path = public;
alter function make_county_partition(text, int, int) security definer set search_path = public;
