"""Fill the database from the apps' parameter files, once (decision: files fill it, then the database rules).

A reload adds what is new. Where a file and the database differ, the database stays as it is and the difference is
told, so that somebody decides.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from jilin_si.policy import units
from jilin_si.policy.database import forget_policy
from jilin_si.policy.lookup import Document, ParameterInfo, ParameterVersion
from jilin_si.policy.models import (
    LegalDocument,
    Parameter,
    ParameterValue,
    PolicyStamp,
    ValueOrigin,
    ValueState,
)
from jilin_si.policy.parameter_files import ParameterSet, parameter_folders, read_all


@dataclass
class LoadReport:
    """What a load did, and where files and database differ."""

    documents: int = 0
    parameters: int = 0
    values: int = 0
    differences: list[str] = field(default_factory=list)

    @property
    def added(self) -> int:
        return self.documents + self.parameters + self.values

    def summary(self) -> str:
        return _("%(documents)s documents, %(parameters)s parameters, %(values)s values added") % {
            "documents": self.documents,
            "parameters": self.parameters,
            "values": self.values,
        }


def load_if_changed() -> LoadReport | None:
    """Load the files where they are not those of the last load; None where they are. Quick at every start."""
    checksum = files_checksum()
    if PolicyStamp.objects.filter(id=1, files_checksum=checksum).exists():
        return None
    report = load_parameters(read_all())
    PolicyStamp.objects.update_or_create(id=1, defaults={"files_checksum": checksum})
    return report


def files_checksum() -> str:
    """A checksum of all parameter files."""
    digest = hashlib.sha256()
    for app, folder in parameter_folders():
        for path in sorted(folder.glob("*.toml")):
            digest.update(f"{app}/{path.name}\n".encode() + path.read_bytes())
    return digest.hexdigest()


@transaction.atomic
def load_parameters(found: ParameterSet) -> LoadReport:
    """Add the documents, parameters and values that the database has not; tell what differs."""
    forget_policy()
    report = LoadReport()
    documents = _load_documents(found, report)
    parameters, new = _load_infos(found, report)
    _load_values(found, report, documents, parameters, new)
    return report


def _load_documents(found: ParameterSet, report: LoadReport) -> dict[str, int]:
    known = {row.code: row for row in LegalDocument.objects.all()}
    missing = [_document_row(d) for code, d in found.documents.items() if code not in known]
    LegalDocument.objects.bulk_create(missing)
    report.documents = len(missing)
    for code, row in known.items():
        if code in found.documents and row.snapshot() != found.documents[code]:
            report.differences.append(_("document %(code)s: the database differs") % {"code": code})
    return dict(LegalDocument.objects.values_list("code", "id"))


def _document_row(document: Document) -> LegalDocument:
    return LegalDocument(
        code=document.code,
        number=document.number,
        title=document.title,
        title_en=document.title_en,
        issuer=document.issuer,
        issuer_en=document.issuer_en,
        issued_on=document.issued_on,
        note=document.note,
    )


def _load_infos(found: ParameterSet, report: LoadReport) -> tuple[dict[str, int], set[str]]:
    known = {row.code: row.info() for row in Parameter.objects.all()}
    new = [info for code, info in found.infos.items() if code not in known]
    Parameter.objects.bulk_create([_info_row(info) for info in new])
    report.parameters = len(new)
    for code, info in known.items():
        if code in found.infos and info != found.infos[code]:
            report.differences.append(_("parameter %(code)s: its description differs") % {"code": code})
    return dict(Parameter.objects.values_list("code", "id")), {info.code for info in new}


def _info_row(info: ParameterInfo) -> Parameter:
    return Parameter(
        code=info.code,
        app=info.app,
        name=info.name,
        name_en=info.name_en,
        unit=info.unit,
        rules=list(info.rules),
        description=info.description,
        description_en=info.description_en,
        choices=list(info.shape.choices),
        minimum=info.shape.minimum,
        maximum=info.shape.maximum,
        columns=[column.to_json() for column in info.shape.columns],
        reference_date=info.reference_date,
    )


def _load_values(
    found: ParameterSet,
    report: LoadReport,
    documents: dict[str, int],
    parameters: dict[str, int],
    new: set[str],
) -> None:
    known: dict[str, list[ParameterValue]] = {}
    for row in ParameterValue.objects.select_related("document", "parameter"):
        known.setdefault(row.parameter.code, []).append(row)
    rows = []
    for version in found.versions:
        if version.code not in new:
            said = _stands(version, known.get(version.code, []))
            if said is not None:
                if said:
                    report.differences.append(said)
                continue
        rows.append(_value_row(version, documents, parameters))
    ParameterValue.objects.bulk_create(rows)
    report.values = len(rows)


def _value_row(
    version: ParameterVersion, documents: dict[str, int], parameters: dict[str, int]
) -> ParameterValue:
    return ParameterValue(
        parameter_id=parameters[version.code],
        agency_id=version.agency_id,
        valid_from=version.valid_from,
        valid_to=version.valid_to,
        value=units.write(version.value),
        document_id=documents[version.document.code if version.document else ""],
        confidence=version.confidence,
        note=version.note,
        state=ValueState.APPROVED,
        origin=ValueOrigin.FILE,
        version=version.version,
    )


def _stands(version: ParameterVersion, rows: list[ParameterValue]) -> str | None:
    """What is to be said of a file's value: nothing ("") where it stands in the database, else the difference.

    None where it is new and nothing stands in its way.
    """
    of_place = [row for row in rows if row.agency_id == version.agency_id]
    approved = [row for row in of_place if row.state == ValueState.APPROVED]
    for row in approved:
        if row.valid_from == version.valid_from:
            written = units.write(version.value)
            document = version.document.code if version.document else ""
            same = (row.value, row.valid_to, row.document.code, row.confidence) == (
                written,
                version.valid_to,
                document,
                version.confidence,
            )
            return "" if same else _differs(version, f"{row.value} … {row.valid_to or ''}")
    if any(row.origin == ValueOrigin.FILE and row.valid_from == version.valid_from for row in of_place):
        return _differs(version, _("withdrawn"))
    for row in approved:
        if (row.valid_to is None or row.valid_to >= version.valid_from) and (
            version.valid_to is None or row.valid_from <= version.valid_to
        ):
            return _differs(version, f"{row.value} {row.valid_from} … {row.valid_to or ''}")
    return None


def _differs(version: ParameterVersion, database: str) -> str:
    return _("%(code)s %(place)s %(day)s: the file has %(file)s, the database %(database)s") % {
        "code": version.code,
        "place": version.agency_id,
        "day": version.valid_from,
        "file": f"{units.write(version.value)} … {version.valid_to or ''}",
        "database": database,
    }
