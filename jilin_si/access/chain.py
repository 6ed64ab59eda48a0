"""The chain over the audit trail: what was sealed cannot be changed, left out or put in between without being found.

A trigger computes each entry's digest, whoever writes it; that takes no lock. A seal joins the digests of all entries
since the last one to that one's digest. Only while it is made do writers wait: it holds a share lock on the trail, so
that no entry with a lower number is still on its way, and gives up after two seconds where a long job holds it off.
What the owner of the tables could still do, work out the whole chain anew, the log tells: each seal's digest stands
there too.
"""

from __future__ import annotations

import structlog
from django.db import OperationalError, connection, models, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

log = structlog.get_logger(__name__)

WAIT = "2s"


class AuditSeal(models.Model):
    """The entries from one number to another, joined to the seal before. ``day`` is the day on which it was made."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField(_("day"))
    sealed_at = models.DateTimeField(_("sealed at"), db_default=Now())
    first_id = models.BigIntegerField(_("first entry"))
    last_id = models.BigIntegerField(_("last entry"), unique=True)
    entries = models.BigIntegerField(_("entries"))
    previous = models.BinaryField(_("the digest before"))
    digest = models.BinaryField(_("digest"))

    class Meta:
        app_label = "access"
        verbose_name = _("seal of the audit trail")
        verbose_name_plural = _("seals of the audit trail")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.day} {self.first_id}–{self.last_id}"


_SEAL = """
with last as (
  select last_id, digest from access_auditseal
  union all
  select 0, ''::bytea
  order by last_id desc
  limit 1
)
insert into access_auditseal (day, first_id, last_id, entries, previous, digest)
select (now() at time zone 'Asia/Shanghai')::date, min(e.id), max(e.id), count(*), last.digest,
       sha256(last.digest || string_agg(e.digest, ''::bytea order by e.id))
from last join access_auditentry e on e.id > last.last_id
group by last.last_id, last.digest
returning id, last_id, entries, encode(digest, 'hex')
"""

# For ``verify``: rows name the entry or the seal that does not fit.
DIGESTS = """
select e.id, e.at, e.act, e.object_kind, e.object_id, e.user_id
from access_auditentry e
where e.digest is distinct from audit_digest(e)
"""
SEALS = """
with chain as (
  select s.*, lag(s.digest, 1, ''::bytea) over (order by s.id) as before,
         lag(s.last_id, 1, 0::bigint) over (order by s.id) as before_id
  from access_auditseal s
)
select c.id as seal, c.day, c.first_id, c.last_id, c.entries, found.entries as found
from chain c
cross join lateral (
  select count(*) as entries, coalesce(string_agg(e.digest, ''::bytea order by e.id), ''::bytea) as digests
  from access_auditentry e where e.id > c.before_id and e.id <= c.last_id
) found
where c.previous <> c.before or found.entries <> c.entries or c.digest <> sha256(c.previous || found.digests)
"""


def seal() -> int:
    """Seal what was written since the last time; as the owner of the tables. Returns how many entries that are.

    0 too where a long transaction held it off: the next time seals those as well.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"set local lock_timeout = '{WAIT}'")
            cursor.execute("lock table access_auditseal in exclusive mode")
            cursor.execute("lock table access_auditentry in share mode")
            cursor.execute(_SEAL)
            made = cursor.fetchone()
    except OperationalError:  # the lock was not to be had in time
        log.info("audit_not_sealed", waited=WAIT)
        return 0
    if made is None:
        return 0
    number, last_id, entries, digest = made
    log.info("audit_sealed", seal=number, last_entry=last_id, entries=entries, digest=digest)
    return int(entries)
