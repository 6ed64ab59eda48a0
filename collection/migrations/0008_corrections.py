"""Wrong records corrected through a case."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from jilin_si.access.rls import protect

# A case is decided once, and stays as it was entered and decided.
KEPT = """
create function correction_is_kept() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'a correction request is decided, not deleted' using errcode = 'restrict_violation';
  end if;
  if old.state <> 'waiting' or new.state = 'waiting'
     or (to_jsonb(new) - '{state,decided_by_id,decided_on,refusal,recorded_in,effect}'::text[])
        is distinct from (to_jsonb(old) - '{state,decided_by_id,decided_on,refusal,recorded_in,effect}'::text[]) then
    raise exception 'correction request % stays as it is', old.id using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger kept before update or delete on collection_correction
  for each row execute function correction_is_kept();
alter table collection_correction add constraint correction_county_is_the_employers
  foreign key (employer_id, county_id) references enrollment_employer (id, county_id);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("collection", "0007_accounts"),
        ("enrollment", "0010_people"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "about",
                    models.CharField(
                        choices=[
                            ("name", "Name"),
                            ("birth_date", "Birth date"),
                            ("identity_number", "Identity number"),
                            ("first_work_date", "Started work"),
                            ("wage", "Declared wage"),
                            ("months", "Months of employment"),
                        ],
                        max_length=16,
                        verbose_name="about",
                    ),
                ),
                (
                    "asked_by",
                    models.CharField(
                        choices=[("worker", "The worker"), ("employer", "The employer")],
                        max_length=8,
                        verbose_name="asked by",
                    ),
                ),
                ("asked", models.JSONField(default=dict, verbose_name="to stand")),
                ("stood", models.JSONField(default=dict, verbose_name="stood")),
                ("evidence_no", models.CharField(max_length=80, verbose_name="document")),
                ("evidence", models.CharField(max_length=500, verbose_name="what it proves")),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "To decide"), ("approved", "Approved"), ("refused", "Refused")],
                        default="waiting",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("entered_on", models.DateField(verbose_name="entered on")),
                ("decided_on", models.DateField(null=True, verbose_name="decided on")),
                (
                    "refusal",
                    models.CharField(blank=True, default="", max_length=500, verbose_name="why refused"),
                ),
                ("recorded_in", models.DateField(null=True, verbose_name="recorded in")),
                ("effect", models.JSONField(default=list, verbose_name="effect")),
                (
                    "county",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.agency",
                        verbose_name="county",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="enrollment.employer",
                        verbose_name="employer",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "worker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="enrollment.worker",
                        verbose_name="worker",
                    ),
                ),
            ],
            options={
                "verbose_name": "correction request",
                "verbose_name_plural": "correction requests",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["county", "state"], name="correction_of_county")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            ("entered_by__isnull", True),
                            models.Q(("decided_by", models.F("entered_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="correction_two_persons",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_by__isnull", True),
                                ("decided_on__isnull", True),
                                ("state", "waiting"),
                            ),
                            models.Q(
                                models.Q(("state", "waiting"), _negated=True),
                                ("decided_by__isnull", False),
                                ("decided_on__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="correction_decided_by_whom",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "refused"), _negated=True),
                            models.Q(("refusal", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="correction_refused_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("evidence_no", ""), _negated=True),
                            models.Q(("evidence", ""), _negated=True),
                        ),
                        name="correction_has_evidence",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "waiting")),
                        fields=("worker", "about"),
                        name="correction_waits_once",
                    ),
                ],
            },
        ),
        migrations.RunSQL(KEPT, "drop function correction_is_kept() cascade"),
        protect("collection_correction", employer="employer_id"),
    ]
