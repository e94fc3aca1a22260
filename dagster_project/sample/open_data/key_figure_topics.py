"""The columns of the key figures table (kerncijfers wijken en buurten): CBS's names, groups and units, per edition."""

from typing import Any, NamedTuple

Group = tuple[str, ...]
_BENEFITS = ("AO", "WW", "AOW")
# Topics that CBS did not publish in every year.
_EVERY_YEAR = range(2013, 9999)
_SINCE_2019 = range(2019, 9999)
_YEARS = {
    "average_electricity_use_apartment_kwh": range(2017, 2021),
    "average_gas_use_apartment_m3": range(2017, 2021),
    "low_income_household_pct": range(2017, 2024),
    "household_below_social_minimum_pct": range(2013, 2024),
    "household_up_to_110_pct_social_minimum_pct": range(2019, 2024),
    "vacant_dwelling_pct": range(2013, 2024),
    "dwellings_built_from_2000_pct": range(2013, 2024),
    **dict.fromkeys(("low_education_count", "medium_education_count", "high_education_count"), _SINCE_2019),
    **dict.fromkeys(("net_labour_participation_pct", "median_household_wealth_thousand_eur"), _SINCE_2019),
    **dict.fromkeys(("youth_care_recipients_count", "youth_care_recipients_pct"), _SINCE_2019),
    **dict.fromkeys(("wmo_clients_count", "wmo_clients_per_1000"), _SINCE_2019),
}


class Entry(NamedTuple):
    """A column: CBS's name without the position, title, unit, and the figure it shows ('' for one that stays empty)."""

    name: str
    title: str
    unit: str
    figure: str
    decimals: int = 0
    group: Group = ()


def topics(edition: int) -> list[Entry]:
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


def _additions(edition: int, group: Group) -> list[Entry]:
    """Columns that no contract names. Their number differs per year, which moves every later position."""
    if group == ("Bevolking", "Leeftijdsgroepen"):
        origins = [
            Entry("GeborenBuitenNederland", "Geboren buiten Nederland", "aantal", "born_abroad_count"),
            Entry("Verweduwd", "Verweduwd", "aantal", ""),
        ]
        return origins[: (edition + 2) % 3]
    if group == ("Inkomen", "Inkomen van huishoudens") and edition >= 2024:
        return [Entry("PersonenInArmoede", "Personen in armoede", "%", "poverty_pct", 1)]
    return []


# fmt: off
_LAYOUT: list[tuple[Group, list[Entry]]] = [
    (("Regioaanduiding",), [
        Entry("Gemeentenaam", "Gemeentenaam", "naam", "municipality_name"),
        Entry("SoortRegio", "Soort regio", "omschrijving", "region_type"),
        Entry("Codering", "Codering", "code", "region_code"),
        Entry("IndelingswijzigingWijkenEnBuurten", "Indelingswijziging wijken en buurten", "code",
              "boundary_change_code"),
    ]),
    (("Bevolking",), [Entry("AantalInwoners", "Aantal inwoners", "aantal", "population_count")]),
    (("Bevolking", "Geslacht"), [
        Entry("Mannen", "Mannen", "aantal", "male_count"),
        Entry("Vrouwen", "Vrouwen", "aantal", "female_count"),
    ]),
    (("Bevolking", "Leeftijdsgroepen"), [
        Entry("k_0Tot15Jaar", "0 tot 15 jaar", "aantal", "population_0_14_count"),
        Entry("k_15Tot25Jaar", "15 tot 25 jaar", "aantal", "population_15_24_count"),
        Entry("k_25Tot45Jaar", "25 tot 45 jaar", "aantal", "population_25_44_count"),
        Entry("k_45Tot65Jaar", "45 tot 65 jaar", "aantal", "population_45_64_count"),
        Entry("k_65JaarOfOuder", "65 jaar of ouder", "aantal", "population_65_plus_count"),
    ]),
    (("Bevolking", "Geboorte en sterfte"), [
        Entry("GeboorteTotaal", "Geboorte totaal", "aantal", "births_count"),
        Entry("SterfteTotaal", "Sterfte totaal", "aantal", "deaths_count"),
    ]),
    (("Bevolking", "Particuliere huishoudens"), [
        Entry("HuishoudensTotaal", "Huishoudens totaal", "aantal", "household_count"),
        Entry("Eenpersoonshuishoudens", "Eenpersoonshuishoudens", "aantal", "single_person_household_count"),
        Entry("HuishoudensZonderKinderen", "Huishoudens zonder kinderen", "aantal",
              "household_without_children_count"),
        Entry("HuishoudensMetKinderen", "Huishoudens met kinderen", "aantal", "household_with_children_count"),
        Entry("GemiddeldeHuishoudensgrootte", "Gemiddelde huishoudensgrootte", "aantal", "average_household_size", 1),
    ]),
    (("Bevolking",), [
        Entry("Bevolkingsdichtheid", "Bevolkingsdichtheid", "aantal inwoners per km²", "population_density_per_km2"),
    ]),
    (("Wonen",), [
        Entry("Woningvoorraad", "Woningvoorraad", "aantal", "dwelling_count"),
        Entry("GemiddeldeWoningwaarde", "Gemiddelde WOZ-waarde van woningen", "x 1 000 euro",
              "average_property_value_thousand_eur"),
    ]),
    (("Wonen", "Woningen naar type"), [
        Entry("PercentageEengezinswoning", "Percentage eengezinswoning", "%", "single_family_dwelling_pct"),
    ]),
    (("Wonen", "Woningen naar bewoning"), [
        Entry("PercentageOnbewoond", "Percentage onbewoond", "%", "vacant_dwelling_pct"),
    ]),
    (("Wonen", "Woningen naar eigendom"), [
        Entry("Koopwoningen", "Koopwoningen", "%", "owner_occupied_dwelling_pct"),
    ]),
    (("Wonen", "Woningen naar eigendom", "Huurwoningen"), [
        Entry("HuurwoningenTotaal", "Huurwoningen totaal", "%", "rental_dwelling_pct"),
        Entry("InBezitWoningcorporatie", "In bezit woningcorporatie", "%", "housing_association_dwelling_pct"),
    ]),
    (("Wonen", "Woningen naar bouwjaar"), [
        Entry("BouwjaarVanaf2000", "Bouwjaar vanaf 2000", "%", "dwellings_built_from_2000_pct"),
    ]),
    (("Energie", "Gemiddeld elektriciteitsverbruik"), [
        Entry("GemiddeldElektriciteitsverbruikTotaal", "Gemiddeld elektriciteitsverbruik totaal", "kWh",
              "average_electricity_use_kwh"),
    ]),
    (("Energie", "Gemiddeld elektriciteitsverbruik", "Naar woningtype"), [
        Entry("Appartement", "Appartement", "kWh", "average_electricity_use_apartment_kwh"),
    ]),
    (("Energie", "Gemiddeld aardgasverbruik"), [
        Entry("GemiddeldAardgasverbruikTotaal", "Gemiddeld aardgasverbruik totaal", "m³", "average_gas_use_m3"),
    ]),
    (("Energie", "Gemiddeld aardgasverbruik", "Naar woningtype"), [
        Entry("Appartement", "Appartement", "m³", "average_gas_use_apartment_m3"),
    ]),
    (("Opleidingsniveau",), [
        Entry("OpleidingsniveauLaag", "Opleidingsniveau laag ", "aantal", "low_education_count"),
        Entry("OpleidingsniveauMiddelbaar", "Opleidingsniveau middelbaar ", "aantal", "medium_education_count"),
        Entry("OpleidingsniveauHoog", "Opleidingsniveau hoog ", "aantal", "high_education_count"),
    ]),
    (("Arbeid",), [
        Entry("NettoArbeidsparticipatie", "Netto arbeidsparticipatie", "%", "net_labour_participation_pct"),
    ]),
    (("Inkomen", "Inkomen van personen"), [
        Entry("GemiddeldInkomenPerInwoner", "Gemiddeld inkomen per inwoner ", "x 1 000 euro",
              "average_income_per_inhabitant_thousand_eur", 1),
    ]),
    (("Inkomen", "Inkomen van huishoudens"), [
        Entry("HuishoudensMetEenLaagInkomen", "Huishoudens met een laag inkomen", "%", "low_income_household_pct", 1),
        Entry("HuishOnderOfRondSociaalMinimum", "Huish. onder of rond sociaal minimum", "%",
              "household_below_social_minimum_pct", 1),
        Entry("HuishoudensTot110VanSociaalMinimum", "Huishoudens tot 110% van sociaal minimum", "%",
              "household_up_to_110_pct_social_minimum_pct", 1),
        Entry("MediaanVermogenVanParticuliereHuish", "Mediaan vermogen van particuliere huish.", "x 1 000 euro",
              "median_household_wealth_thousand_eur", 1),
    ]),
    (("Sociale zekerheid",), [
        Entry("PersonenPerSoortUitkeringBijstand", "Personen per soort uitkering; Bijstand", "aantal",
              "welfare_recipients_count"),
        Entry("PersonenPerSoortUitkeringAO", "Personen per soort uitkering; AO", "aantal",
              "disability_benefit_recipients_count"),
        Entry("PersonenPerSoortUitkeringWW", "Personen per soort uitkering; WW", "aantal",
              "unemployment_benefit_recipients_count"),
        Entry("PersonenPerSoortUitkeringAOW", "Personen per soort uitkering; AOW", "aantal",
              "state_pension_recipients_count"),
    ]),
    (("Zorg",), [
        Entry("JongerenMetJeugdzorgInNatura", "Jongeren met jeugdzorg in natura ", "aantal",
              "youth_care_recipients_count"),
        Entry("PercentageJongerenMetJeugdzorg", "Percentage jongeren met jeugdzorg ", "%",
              "youth_care_recipients_pct", 1),
        Entry("WmoClienten", "Wmo-cliënten ", "aantal", "wmo_clients_count"),
        Entry("WmoClientenRelatief", "Wmo-cliënten relatief ", "per 1 000 inwoners", "wmo_clients_per_1000"),
    ]),
    (("Bedrijfsvestigingen, SBI 2008",), [
        Entry("BedrijfsvestigingenTotaal", "Bedrijfsvestigingen totaal", "aantal", "business_establishment_count"),
    ]),
    (("Motorvoertuigen", "Personenauto's"), [
        Entry("PersonenautoSTotaal", "Personenauto's totaal", "aantal", "car_count"),
        Entry("PersonenautoSPerHuishouden", "Personenauto's per huishouden", "per huishouden",
              "cars_per_household", 1),
    ]),
    (("Nabijheid voorzieningen",), [
        Entry("AfstandTotHuisartsenpraktijk", "Afstand tot huisartsenpraktijk", "km", "distance_to_gp_km", 1),
        Entry("AfstandTotGroteSupermarkt", "Afstand tot grote supermarkt", "km", "distance_to_supermarket_km", 1),
        Entry("AfstandTotKinderdagverblijf", "Afstand tot kinderdagverblijf", "km", "distance_to_daycare_km", 1),
    ]),
    (("Nabijheid voorzieningen", "Basisonderwijs"), [
        Entry("AfstandTotSchool", "Afstand tot school", "km", "distance_to_school_km", 1),
        Entry("ScholenBinnen3Km", "Scholen binnen 3 km", "aantal", "schools_within_3_km", 1),
    ]),
    (("Oppervlakte",), [
        Entry("OppervlakteTotaal", "Oppervlakte totaal", "ha", "area_total_ha"),
        Entry("OppervlakteLand", "Oppervlakte land", "ha", "area_land_ha"),
        Entry("OppervlakteWater", "Oppervlakte water", "ha", "area_water_ha"),
    ]),
    (("Postcode",), [
        Entry("MeestVoorkomendePostcode", "Meest voorkomende postcode", "code", "most_common_postcode"),
    ]),
    (("Stedelijkheid",), [
        Entry("MateVanStedelijkheid", "Mate van stedelijkheid", "code", "urbanity_class"),
        Entry("Omgevingsadressendichtheid", "Omgevingsadressendichtheid", "per km²", "address_density_per_km2"),
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
