"""People whom an employer names in its return on line."""

import django.db.models.deletion
from django.db import migrations, models

import jilin_si.money
from jilin_si.access.rls import APP_ROLE, protect, sees

# An employer names people while its return is not approved, and says of none whose record it is: the office does.
NAMED = f"""({sees()} or (worker_id is null and exists (
  select 1 from enrollment_declaration d where d.id = declaration_id and d.state <> 'approved')))"""
POLICIES = {
    "insert": f"with check ({NAMED})",
    "update": f"using ({NAMED}) with check ({NAMED})",
    "delete": f"using ({NAMED})",
}


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0001_initial"),
        ("enrollment", "0013_taken_back"),
    ]

    operations = [
        migrations.CreateModel(
            name="DeclarationNewcomer",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("place", models.PositiveIntegerField(verbose_name="row")),
                ("identity_number", models.CharField(max_length=18, verbose_name="identity number")),
                ("identity_key", models.CharField(max_length=18, verbose_name="identity key")),
                ("name", models.CharField(max_length=64, verbose_name="name")),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("permanent", "Permanent worker"),
                            ("contract", "Contract worker"),
                            ("temporary", "Temporary worker"),
                            ("self_employed", "Self-employed"),
                        ],
                        max_length=15,
                        verbose_name="category",
                    ),
                ),
                (
                    "identity",
                    models.CharField(
                        choices=[("worker", "Worker (identity)"), ("cadre", "Cadre")],
                        max_length=10,
                        verbose_name="identity",
                    ),
                ),
                ("first_period", models.DateField(verbose_name="joins from")),
                ("year_wages", jilin_si.money.MoneyField(db_column="year_wages_fen", verbose_name="wages")),
                ("months_worked", models.PositiveSmallIntegerField(verbose_name="months worked")),
                (
                    "wage",
                    jilin_si.money.MoneyField(db_column="wage_fen", verbose_name="average monthly wage"),
                ),
                ("note", models.CharField(blank=True, default="", max_length=200, verbose_name="reason")),
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
                    "declaration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="newcomers",
                        to="enrollment.declaration",
                        verbose_name="declaration",
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
                    "worker",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="enrollment.worker",
                        verbose_name="worker",
                    ),
                ),
            ],
            options={
                "verbose_name": "person named by the employer",
                "verbose_name_plural": "people named by employers",
                "ordering": ["place"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("declaration", "identity_key"), name="newcomer_named_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("first_period__day", 1)), name="newcomer_from_a_first_of_month"
                    ),
                ],
            },
        ),
        protect("enrollment_declarationnewcomer", employer="employer_id"),
        migrations.RunSQL(
            [
                f"create policy named_{verb} on enrollment_declarationnewcomer as restrictive for {verb} to {APP_ROLE}"
                f" {rule}"
                for verb, rule in POLICIES.items()
            ],
            [f"drop policy named_{verb} on enrollment_declarationnewcomer" for verb in POLICIES],
        ),
        migrations.RunSQL(
            "alter table enrollment_declarationnewcomer add constraint newcomer_county_is_the_employers"
            " foreign key (employer_id, county_id) references enrollment_employer (id, county_id)",
            "alter table enrollment_declarationnewcomer drop constraint newcomer_county_is_the_employers",
        ),
    ]
