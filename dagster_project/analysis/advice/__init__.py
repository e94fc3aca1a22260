"""Plans for a prevention budget over neighbourhoods: near-optimal ones, and how far they can be relied on.

Here belongs: the integer programme (need, effect, dose, budget, floor per district), alternatives close to its optimum,
stability over uncertain effects, and the draw of who starts first. Arrays in and out.
Not here: whether advice may be shown (the gates in dbt_models/models/intermediate/advice).
"""
