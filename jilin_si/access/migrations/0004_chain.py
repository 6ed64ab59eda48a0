"""The audit trail's chain: every row's digest is computed by the database, and seals join the digests."""

import django.db.models.functions.datetime
from django.db import migrations, models

DIGESTS = """
create function audit_digest(entry access_auditentry) returns bytea language sql stable as $$
  select sha256(convert_to(jsonb_build_array(
    entry.id, (extract(epoch from entry.at) * 1000000)::bigint, entry.day, entry.user_id, entry.act,
    entry.object_kind, entry.object_id, entry.county_id, entry.employer_id, entry.reason, entry.details
  )::text, 'UTF8'))
$$;
create function audit_takes_digest() returns trigger language plpgsql as $$
begin
  new.digest := audit_digest(new);
  return new;
end $$;
alter table access_auditentry disable trigger audit_is_kept;
update access_auditentry e set digest = audit_digest(e);
alter table access_auditentry enable trigger audit_is_kept;
create trigger audit_takes_digest before insert on access_auditentry
  for each row execute function audit_takes_digest();
create trigger audit_is_kept before update or delete on access_auditseal
  for each statement execute function audit_is_kept();
"""

NO_DIGESTS = """
drop trigger audit_is_kept on access_auditseal;
drop trigger audit_takes_digest on access_auditentry;
drop function audit_takes_digest();
drop function audit_digest(access_auditentry);
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0003_audit_day")]

    operations = [
        migrations.AddField(
            "auditentry",
            "digest",
            models.BinaryField(default=b"", editable=False, verbose_name="digest"),
        ),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("day", models.DateField(verbose_name="day")),
                (
                    "sealed_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="sealed at"
                    ),
                ),
                ("first_id", models.BigIntegerField(verbose_name="first entry")),
                ("last_id", models.BigIntegerField(unique=True, verbose_name="last entry")),
                ("entries", models.BigIntegerField(verbose_name="entries")),
                ("previous", models.BinaryField(verbose_name="the digest before")),
                ("digest", models.BinaryField(verbose_name="digest")),
            ],
            options={
                "verbose_name": "seal of the audit trail",
                "verbose_name_plural": "seals of the audit trail",
                "ordering": ["id"],
            },
        ),
        migrations.RunSQL(DIGESTS, NO_DIGESTS),
    ]
