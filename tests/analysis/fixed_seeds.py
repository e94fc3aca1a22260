"""Seeds of the simulated worlds that judge a method, fixed before the outcome of any of these worlds was seen.

They never move. A method that fails on them is mended for a reason in the method, and judged again on 60000-60199.
"""

WORLDS = range(50000, 50200)
# For tests that are run often.
FIRST_WORLDS = WORLDS[:12]
