"""The process of one dbt call on Spark: it opens the session, makes the raw views, runs dbt in it and writes the marts.

Which cluster it is, Spark itself reads from ``spark-defaults.conf`` in the folder SPARK_CONF_DIR.
"""

import json
import sys
from pathlib import Path

from dbt.cli.main import dbtRunner
from pyspark.sql import SparkSession

from dagster_project.warehouse.dbt_process import print_event, write_results
from dagster_project.warehouse.spark.adapter import use_in_dbt


def main() -> None:
    """Run dbt with the arguments of this process, after the file that says what is before and after it.

    Exits with 1 where dbt failed; no mart is written then.
    """
    work, *arguments = sys.argv[1:]
    todo = json.loads(Path(work).read_text("utf-8"))
    use_in_dbt()
    builder = SparkSession.builder.appName("maandvers").enableHiveSupport()
    session = builder.config("spark.sql.session.timeZone", "UTC").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    try:
        for statement in todo["statements"]:
            session.sql(statement)
        called = dbtRunner(callbacks=[print_event]).invoke(arguments, log_level="none")
        if called.exception:
            print(called.exception)
        write_results(called.result, arguments)
        if called.success:
            for mart, folder in todo["marts"].items():
                session.table(mart).coalesce(1).write.mode("overwrite").parquet(folder)
    finally:
        session.stop()
    sys.exit(0 if called.success else 1)


if __name__ == "__main__":
    main()
