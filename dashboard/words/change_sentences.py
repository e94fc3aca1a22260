"""A changed figure in a sentence."""

from dashboard.reading.news import LargestChange, ReleaseNews
from dashboard.words import numbers, periods


def change(one: LargestChange) -> str:
    """Write a change: 'Bijstand, Maandrecht, oktober 2026: van 1.280 naar 1.310'."""
    figure = one.figure
    when = periods.period(figure.period_type, figure.period, figure.period_end)
    before, after = (numbers.figure(value, one.indicator) for value in (one.before, one.after))
    return f"{one.indicator.short_label}, {one.area.name}, {when}: van {before} naar {after}"


def summary(news: ReleaseNews) -> str:
    """Say how many figures are new or changed: '12 cijfers zijn gewijzigd en 3 zijn nieuw.'."""
    if news.is_first:
        return "Dit is de eerste uitgave."
    parts = [
        f"{numbers.number(count)} {'cijfer is' if count == 1 else 'cijfers zijn'} {word}"
        for count, word in ((news.changed_count, "gewijzigd"), (news.new_count, "nieuw"))
        if count
    ]
    return f"{' en '.join(parts)}." if parts else "Er zijn andere cijfers vervallen of gewijzigd."
