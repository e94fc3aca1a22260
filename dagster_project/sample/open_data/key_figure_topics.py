"""The columns of the key figures table (kerncijfers wijken en buurten): CBS's names, groups and units, per edition."""

from typing import Any, NamedTuple

Group = tuple[str, ...]
_BENEFITS = ("AO", "WW", "AOW")
# Topics that CBS did not publish in every year.
_EVERY_YEAR = range(2013, 9999)
_SINCE_2018, _SINCE_2019 = range(2018, 9999), range(2019, 9999)
_YEARS = {
    "average_electricity_use_apartment_kwh": range(2017, 2021),
    "average_gas_use_apartment_m3": range(2017, 2021),
    "low_income_household_pct": range(2017, 2024),
    "household_below_social_minimum_pct": range(2013, 2024),
    "household_up_to_110_pct_social_minimum_pct": range(2019, 2024),
    "vacant_dwelling_pct": range(2013, 2024),
    "dwellings_built_from_2000_pct": range(2013, 2024),
    **dict.fromkeys(("low_education_count", "medium_education_count", "high_education_count"), _SINCE_2019),
    "median_household_wealth_thousand_eur": _SINCE_2019,
    "net_labour_participation_pct": _SINCE_2018,
    **dict.fromkeys(("youth_care_recipients_count", "youth_care_recipients_pct"), _SINCE_2018),
    **dict.fromkeys(("wmo_clients_count", "wmo_clients_per_1000"), _SINCE_2018),
}


class Measure(NamedTuple):
    """A column: CBS's name without the position, title, unit, and the figure it shows ('' for one that stays empty)."""

    name: str
    title: str
    unit: str
    figure: str
    decimals: int = 0
    group: Group = ()


def topics(edition: int) -> list[Measure]:
    """The columns of an edition in their order, which as at CBS is another one every year."""
    old_or_new = _names(edition)
    return [
        topic._replace(name=old_or_new.get(topic.name, topic.name), group=group)
        for group, members in _LAYOUT
        for topic in (*members, *_additions(edition, group))
        if edition in _YEARS.get(topic.figure, _EVERY_YEAR)
    ]


def _names(edition: int) -> dict[str, str]:
    renamed: dict[str, str] = {}
    if edition <= 2014:
        renamed |= {f"PersonenPerSoortUitkering{kind}": f"PersonenMetEen{kind}UitkeringTotaal" for kind in _BENEFITS}
        renamed["PersonenPerSoortUitkeringBijstand"] = "PersonenMetEenWWBUitkeringTotaal"
    if edition <= 2016:
        renamed |= {
            "IndelingswijzigingWijkenEnBuurten": "IndelingswijzigingGemeenteWijkBuurt",
            "PercentageOnbewoond": "PercentageLeegstaand",
        }
    if edition >= 2024:
        renamed["GemiddeldeWoningwaarde"] = "GemiddeldeWOZWaardeVanWoningen"
    if edition >= 2025:
        renamed |= {
            "OpleidingsniveauLaag": "BasisonderwijsVmboMbo1",
            "OpleidingsniveauMiddelbaar": "HavoVwoMbo24",
            "OpleidingsniveauHoog": "HboWo",
        }
    return renamed


def _additions(edition: int, group: Group) -> list[Measure]:
    """Columns that no contract names. Their number differs per year, which moves every later position."""
    if group == ("Bevolking", "Leeftijdsgroepen"):
        origins = [
            Measure("GeborenBuitenNederland", "Geboren buiten Nederland", "aantal", "born_abroad_count"),
            Measure("Verweduwd", "Verweduwd", "aantal", ""),
        ]
        return origins[: (edition + 2) % 3]
    if group == ("Inkomen", "Inkomen van huishoudens") and edition >= 2024:
        return [Measure("PersonenInArmoede", "Personen in armoede", "%", "poverty_pct", 1)]
    return []


# fmt: off
_LAYOUT: list[tuple[Group, list[Measure]]] = [
    (("Regioaanduiding",), [
        Measure("Gemeentenaam", "Gemeentenaam", "naam", "municipality_name"),
        Measure("SoortRegio", "Soort regio", "omschrijving", "region_type"),
        Measure("Codering", "Codering", "code", "region_code"),
        Measure("IndelingswijzigingWijkenEnBuurten", "Indelingswijziging wijken en buurten", "code",
              "boundary_change_code"),
    ]),
    (("Bevolking",), [Measure("AantalInwoners", "Aantal inwoners", "aantal", "population_count")]),
    (("Bevolking", "Geslacht"), [
        Measure("Mannen", "Mannen", "aantal", "male_count"),
        Measure("Vrouwen", "Vrouwen", "aantal", "female_count"),
    ]),
    (("Bevolking", "Leeftijdsgroepen"), [
        Measure("k_0Tot15Jaar", "0 tot 15 jaar", "aantal", "population_0_14_count"),
        Measure("k_15Tot25Jaar", "15 tot 25 jaar", "aantal", "population_15_24_count"),
        Measure("k_25Tot45Jaar", "25 tot 45 jaar", "aantal", "population_25_44_count"),
        Measure("k_45Tot65Jaar", "45 tot 65 jaar", "aantal", "population_45_64_count"),
        Measure("k_65JaarOfOuder", "65 jaar of ouder", "aantal", "population_65_plus_count"),
    ]),
    (("Bevolking", "Geboorte en sterfte"), [
        Measure("GeboorteTotaal", "Geboorte totaal", "aantal", "births_count"),
        Measure("SterfteTotaal", "Sterfte totaal", "aantal", "deaths_count"),
    ]),
    (("Bevolking", "Particuliere huishoudens"), [
        Measure("HuishoudensTotaal", "Huishoudens totaal", "aantal", "household_count"),
        Measure("Eenpersoonshuishoudens", "Eenpersoonshuishoudens", "aantal", "single_person_household_count"),
        Measure("HuishoudensZonderKinderen", "Huishoudens zonder kinderen", "aantal",
              "household_without_children_count"),
        Measure("HuishoudensMetKinderen", "Huishoudens met kinderen", "aantal", "household_with_children_count"),
        Measure("GemiddeldeHuishoudensgrootte", "Gemiddelde huishoudensgrootte", "aantal", "average_household_size", 1),
    ]),
    (("Bevolking",), [
        Measure("Bevolkingsdichtheid", "Bevolkingsdichtheid", "aantal inwoners per km²", "population_density_per_km2"),
    ]),
    (("Wonen",), [
        Measure("Woningvoorraad", "Woningvoorraad", "aantal", "dwelling_count"),
        Measure("GemiddeldeWoningwaarde", "Gemiddelde WOZ-waarde van woningen", "x 1 000 euro",
              "average_property_value_thousand_eur"),
    ]),
    (("Wonen", "Woningen naar type"), [
        Measure("PercentageEengezinswoning", "Percentage eengezinswoning", "%", "single_family_dwelling_pct"),
    ]),
    (("Wonen", "Woningen naar bewoning"), [
        Measure("PercentageOnbewoond", "Percentage onbewoond", "%", "vacant_dwelling_pct"),
    ]),
    (("Wonen", "Woningen naar eigendom"), [
        Measure("Koopwoningen", "Koopwoningen", "%", "owner_occupied_dwelling_pct"),
    ]),
    (("Wonen", "Woningen naar eigendom", "Huurwoningen"), [
        Measure("HuurwoningenTotaal", "Huurwoningen totaal", "%", "rental_dwelling_pct"),
        Measure("InBezitWoningcorporatie", "In bezit woningcorporatie", "%", "housing_association_dwelling_pct"),
    ]),
    (("Wonen", "Woningen naar bouwjaar"), [
        Measure("BouwjaarVanaf2000", "Bouwjaar vanaf 2000", "%", "dwellings_built_from_2000_pct"),
    ]),
    (("Energie", "Gemiddeld elektriciteitsverbruik"), [
        Measure("GemiddeldElektriciteitsverbruikTotaal", "Gemiddeld elektriciteitsverbruik totaal", "kWh",
              "average_electricity_use_kwh"),
    ]),
    (("Energie", "Gemiddeld elektriciteitsverbruik", "Naar woningtype"), [
        Measure("Appartement", "Appartement", "kWh", "average_electricity_use_apartment_kwh"),
    ]),
    (("Energie", "Gemiddeld aardgasverbruik"), [
        Measure("GemiddeldAardgasverbruikTotaal", "Gemiddeld aardgasverbruik totaal", "m³", "average_gas_use_m3"),
    ]),
    (("Energie", "Gemiddeld aardgasverbruik", "Naar woningtype"), [
        Measure("Appartement", "Appartement", "m³", "average_gas_use_apartment_m3"),
    ]),
    (("Opleidingsniveau",), [
        Measure("OpleidingsniveauLaag", "Opleidingsniveau laag ", "aantal", "low_education_count"),
        Measure("OpleidingsniveauMiddelbaar", "Opleidingsniveau middelbaar ", "aantal", "medium_education_count"),
        Measure("OpleidingsniveauHoog", "Opleidingsniveau hoog ", "aantal", "high_education_count"),
    ]),
    (("Arbeid",), [
        Measure("NettoArbeidsparticipatie", "Netto arbeidsparticipatie", "%", "net_labour_participation_pct"),
    ]),
    (("Inkomen", "Inkomen van personen"), [
        Measure("GemiddeldInkomenPerInwoner", "Gemiddeld inkomen per inwoner ", "x 1 000 euro",
              "average_income_per_inhabitant_thousand_eur", 1),
    ]),
    (("Inkomen", "Inkomen van huishoudens"), [
        Measure("HuishoudensMetEenLaagInkomen", "Huishoudens met een laag inkomen", "%", "low_income_household_pct", 1),
        Measure("HuishOnderOfRondSociaalMinimum", "Huish. onder of rond sociaal minimum", "%",
              "household_below_social_minimum_pct", 1),
        Measure("HuishoudensTot110VanSociaalMinimum", "Huishoudens tot 110% van sociaal minimum", "%",
              "household_up_to_110_pct_social_minimum_pct", 1),
        Measure("MediaanVermogenVanParticuliereHuish", "Mediaan vermogen van particuliere huish.", "x 1 000 euro",
              "median_household_wealth_thousand_eur", 1),
    ]),
    (("Sociale zekerheid",), [
        Measure("PersonenPerSoortUitkeringBijstand", "Personen per soort uitkering; Bijstand", "aantal",
              "welfare_recipients_count"),
        Measure("PersonenPerSoortUitkeringAO", "Personen per soort uitkering; AO", "aantal",
              "disability_benefit_recipients_count"),
        Measure("PersonenPerSoortUitkeringWW", "Personen per soort uitkering; WW", "aantal",
              "unemployment_benefit_recipients_count"),
        Measure("PersonenPerSoortUitkeringAOW", "Personen per soort uitkering; AOW", "aantal",
              "state_pension_recipients_count"),
    ]),
    (("Zorg",), [
        Measure("JongerenMetJeugdzorgInNatura", "Jongeren met jeugdzorg in natura ", "aantal",
              "youth_care_recipients_count"),
        Measure("PercentageJongerenMetJeugdzorg", "Percentage jongeren met jeugdzorg ", "%",
              "youth_care_recipients_pct", 1),
        Measure("WmoClienten", "Wmo-cliënten ", "aantal", "wmo_clients_count"),
        Measure("WmoClientenRelatief", "Wmo-cliënten relatief ", "per 1 000 inwoners", "wmo_clients_per_1000"),
    ]),
    (("Bedrijfsvestigingen, SBI 2008",), [
        Measure("BedrijfsvestigingenTotaal", "Bedrijfsvestigingen totaal", "aantal", "business_establishment_count"),
    ]),
    (("Motorvoertuigen", "Personenauto's"), [
        Measure("PersonenautoSTotaal", "Personenauto's totaal", "aantal", "car_count"),
        Measure("PersonenautoSPerHuishouden", "Personenauto's per huishouden", "per huishouden",
              "cars_per_household", 1),
    ]),
    (("Nabijheid voorzieningen",), [
        Measure("AfstandTotHuisartsenpraktijk", "Afstand tot huisartsenpraktijk", "km", "distance_to_gp_km", 1),
        Measure("AfstandTotGroteSupermarkt", "Afstand tot grote supermarkt", "km", "distance_to_supermarket_km", 1),
        Measure("AfstandTotKinderdagverblijf", "Afstand tot kinderdagverblijf", "km", "distance_to_daycare_km", 1),
    ]),
    (("Nabijheid voorzieningen", "Basisonderwijs"), [
        Measure("AfstandTotSchool", "Afstand tot school", "km", "distance_to_school_km", 1),
        Measure("ScholenBinnen3Km", "Scholen binnen 3 km", "aantal", "schools_within_3_km", 1),
    ]),
    (("Oppervlakte",), [
        Measure("OppervlakteTotaal", "Oppervlakte totaal", "ha", "area_total_ha"),
        Measure("OppervlakteLand", "Oppervlakte land", "ha", "area_land_ha"),
        Measure("OppervlakteWater", "Oppervlakte water", "ha", "area_water_ha"),
    ]),
    (("Postcode",), [
        Measure("MeestVoorkomendePostcode", "Meest voorkomende postcode", "code", "most_common_postcode"),
    ]),
    (("Stedelijkheid",), [
        Measure("MateVanStedelijkheid", "Mate van stedelijkheid", "code", "urbanity_class"),
        Measure("Omgevingsadressendichtheid", "Omgevingsadressendichtheid", "per km²", "address_density_per_km2"),
    ]),
]
# fmt: on

# In its first year an edition has little more than population figures; CBS adds the rest over the next two.
FILLED_AT_FIRST = {
    "Regioaanduiding", "Bevolking", "Sociale zekerheid", "Motorvoertuigen", "Oppervlakte", "Postcode", "Stedelijkheid",
}  # fmt: skip
_TEXTS = {"municipality_name", "region_type", "region_code", "boundary_change_code", "most_common_postcode"}


def data_properties(edition: int, dimension: str) -> list[dict[str, Any]]:
    """The DataProperties of an edition: the dimension, then each topic below the rows of its groups."""
    rows: list[dict[str, Any]] = [
        _row("GeoDetail", 0, None, dimension, "Wijken en buurten", Position=0, MapYear=edition, ReleasePolicy=False)
    ]
    ids: dict[Group, int] = {}
    for position, topic in enumerate(topics(edition), start=1):
        for depth in range(1, len(topic.group) + 1):
            group = topic.group[:depth]
            if group not in ids:
                ids[group] = len(rows)
                rows.append(_row("TopicGroup", len(rows), ids.get(group[:-1]), "", group[-1], Position=None))
        text = topic.figure in _TEXTS
        rows.append(
            _row(
                "Topic",
                len(rows),
                ids[topic.group],
                f"{topic.name}_{position}",
                topic.title,
                Position=position,
                Datatype="String" if text else "Double" if topic.decimals else "Long",
                Unit=topic.unit,
                Decimals=topic.decimals,
                Default="Impossible",
                PresentationType="" if text else "Absolute" if topic.unit == "aantal" else "Relative",
            )
        )
    return rows


def _row(kind: str, row_id: int, parent: int | None, key: str, title: str, **more: object) -> dict[str, Any]:
    return {
        "odata.type": f"Cbs.OData.{kind}",
        "ID": row_id,
        "Position": more.pop("Position"),
        "ParentID": parent,
        "Type": kind,
        "Key": key,
        "Title": title,
        "Description": "Fictief cijfer van de voorbeeldgemeente Maandrecht.",
        **more,
    }
