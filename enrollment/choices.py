"""What the registry chooses from: ownership, industry, how somebody is employed, why somebody leaves."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Ownership(models.TextChoices):
    """Economic type of an employer (所有制); it decides the pool (rule PEN-2a)."""

    STATE = "state", _("State-owned enterprise")
    COLLECTIVE = "collective", _("Collective enterprise")
    PRIVATE = "private", _("Private enterprise")
    SELF_EMPLOYED_HOUSEHOLD = "self_employed_household", _("Self-employed household")
    FOREIGN_INVESTED = "foreign_invested", _("Foreign-invested enterprise")
    SELF_FUNDED_INSTITUTION = "self_funded_institution", _("Self-funded institution")
    GOVERNMENT_ORGAN = "government_organ", _("Government organ")


class System(models.TextChoices):
    """The eleven industries that pool pensions by themselves (系统统筹, rule POOL-12)."""

    RAILWAY = "railway", _("Railway")
    POST_TELECOM = "post_telecom", _("Post and telecommunications")
    POWER = "power", _("Electric power")
    WATER = "water", _("Water conservancy")
    CONSTRUCTION = "construction", _("Construction")
    TRANSPORT = "transport", _("Transport")
    COAL = "coal", _("Coal")
    NON_FERROUS = "non_ferrous", _("Non-ferrous metals")
    OIL_GAS = "oil_gas", _("Oil and gas")
    CIVIL_AVIATION = "civil_aviation", _("Civil aviation")
    BANKING = "banking", _("Banking")


class Industry(models.TextChoices):
    """Industry of an employer; its injury risk class is ``INDUSTRY_RISK_CLASS``."""

    AGRICULTURE = "agriculture", _("Agriculture and forestry")
    MINING = "mining", _("Mining")
    MACHINERY = "machinery", _("Machinery")
    AUTOMOBILE = "automobile", _("Automobiles")
    CHEMICALS = "chemicals", _("Chemicals")
    METALLURGY = "metallurgy", _("Metallurgy")
    BUILDING_MATERIALS = "building_materials", _("Building materials")
    TEXTILES = "textiles", _("Textiles")
    FOOD = "food", _("Food and drink")
    TOBACCO = "tobacco", _("Tobacco")
    PAPER = "paper", _("Paper and printing")
    MEDICINE = "medicine", _("Medicine")
    ENERGY = "energy", _("Energy and water supply")
    BUILDING = "building", _("Building")
    TRANSPORT = "transport", _("Transport and storage")
    TRADE = "trade", _("Trade and catering")
    FINANCE = "finance", _("Finance")
    SERVICES = "services", _("Services")
    EDUCATION = "education", _("Education, culture and health")
    ADMINISTRATION = "administration", _("Administration")


# Injury risk class of an industry, 1 (lowest) to 5; illustrative, may be set otherwise for one employer.
INDUSTRY_RISK_CLASS: dict[str, int] = {
    Industry.FINANCE: 1,
    Industry.SERVICES: 1,
    Industry.EDUCATION: 1,
    Industry.ADMINISTRATION: 1,
    Industry.TRADE: 1,
    Industry.AGRICULTURE: 2,
    Industry.FOOD: 2,
    Industry.TOBACCO: 2,
    Industry.TEXTILES: 2,
    Industry.MEDICINE: 2,
    Industry.MACHINERY: 3,
    Industry.AUTOMOBILE: 3,
    Industry.PAPER: 3,
    Industry.ENERGY: 3,
    Industry.TRANSPORT: 3,
    Industry.CHEMICALS: 4,
    Industry.METALLURGY: 4,
    Industry.BUILDING_MATERIALS: 4,
    Industry.BUILDING: 4,
    Industry.MINING: 5,
}


class Category(models.TextChoices):
    """How a worker is employed (用工形式)."""

    PERMANENT = "permanent", _("Permanent worker")
    CONTRACT = "contract", _("Contract worker")
    TEMPORARY = "temporary", _("Temporary worker")
    SELF_EMPLOYED = "self_employed", _("Self-employed")


class Identity(models.TextChoices):
    """Worker or cadre (身份), which decides a woman's retirement age (rule PEN-11)."""

    WORKER = "worker", _("Worker (identity)")
    CADRE = "cadre", _("Cadre")


class Sex(models.TextChoices):
    MALE = "M", _("Male")
    FEMALE = "F", _("Female")


class LeaveReason(models.TextChoices):
    """Why a worker left an employer (减员原因)."""

    CONTRACT_ENDED = "contract_ended", _("Contract ended")
    RESIGNED = "resigned", _("Resigned")
    DISMISSED = "dismissed", _("Dismissed")
    TRANSFERRED = "transferred", _("Transferred to another employer")
    MOVED_AWAY = "moved_away", _("Moved out of the province")
    RETIRED = "retired", _("Retired")
    DIED = "died", _("Died")
    MILITARY_SERVICE = "military_service", _("Military service")
    PRISON = "prison", _("Prison")
    EMPLOYER_ENDED = "employer_ended", _("The employer closed")
    OTHER = "other", _("Another reason")


# An employment that was entered by mistake and charged already: it never was, and its row stays for its spells.
TAKEN_BACK = "taken_back"
