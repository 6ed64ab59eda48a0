"""The yearly adjustment of pensions over sets, beside the calculator ``pension.adjustment`` (PEN-20)."""

from django.db import migrations

# Whole numbers of arbitrary size: a pension times two averages and a rate is beyond bigint. Nothing here is below zero,
# because no average wage falls by more than all of it. An average of zero before is a division by zero, as in the rule.
SQL = """
create function adjusted(pension_fen bigint, ratio_ppm integer, before_fen bigint, after_fen bigint,
                         step_fen integer default 1, upwards boolean default false) returns bigint
language sql immutable parallel safe
return (
  select (step_fen * case when upwards then div(grown + whole * step_fen - 1, whole * step_fen)
                          else div(2 * grown + whole * step_fen, 2 * whole * step_fen) end)::bigint
  from (select pension_fen * (before_fen * 1000000::numeric + (after_fen - before_fen) * ratio_ppm::numeric) as grown,
               before_fen * 1000000::numeric as whole) exact
);
comment on function adjusted(bigint, integer, bigint, bigint, integer, boolean) is
  'pension x (1 + ratio x growth of the average wage), half up or upwards to a step of fen; PEN-20, GEN-1';
"""


class Migration(migrations.Migration):
    dependencies = [("policy", "0005_documents")]
    operations = [
        migrations.RunSQL(SQL, "drop function adjusted(bigint, integer, bigint, bigint, integer, boolean)")
    ]
