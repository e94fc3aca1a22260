"""The board's page of one indicator as a Streamlit script over the same release, which board.py runs.

Written as Streamlit's documentation shows it: a metric, a line chart, a table, the connection cached.
"""

import sys

import duckdb
import pandas
import streamlit as st

database, indicator, area = sys.argv[1:4]


@st.cache_resource
def connection() -> duckdb.DuckDBPyConnection:
    """Open the release once for all readers."""
    return duckdb.connect(database, read_only=True)


@st.cache_data
def figures(indicator_code: str, region_code: str) -> pandas.DataFrame:
    """Read the series of an indicator in an area."""
    return (
        connection()
        .cursor()
        .execute(
            "select period, value, is_current from fct_indicator_values"
            " where indicator_code = ? and region_code = ? order by period_end_date",
            [indicator_code, region_code],
        )
        .df()
    )


series = figures(indicator, area)
last = series[series.is_current].iloc[-1]
st.title("Inwoners met bijstand")
st.metric(f"{area}, {last.period}", f"{last.value:,.0f}".replace(",", "."))
st.line_chart(series.set_index("period").value)
st.dataframe(series[["period", "value"]])
