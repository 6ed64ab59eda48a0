"""The two arithmetic functions on which every rule over sets stands; models follow in the next migration."""

from django.db import migrations

# Plain SQL, no SET clause and not strict, so that the planner puts them in line: anything else costs two to eight times.
SQL = """
create function share(amount_fen bigint, ppm integer) returns bigint language sql immutable parallel safe
return case when amount_fen < 0 then -((-amount_fen * ppm + 500000) / 1000000) else (amount_fen * ppm + 500000) / 1000000 end;
comment on function share(bigint, integer) is 'amount x parts per million, rounded half up to the fen; GEN-1';

create function base_of(wage_fen bigint, floor_fen bigint, cap_fen bigint) returns bigint
language sql immutable parallel safe
return greatest(floor_fen, least(wage_fen, cap_fen));
comment on function base_of(bigint, bigint, bigint) is 'contribution wage base: the wage held between floor and cap; PEN-4';
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(
            SQL, "drop function share(bigint, integer); drop function base_of(bigint, bigint, bigint)"
        )
    ]
