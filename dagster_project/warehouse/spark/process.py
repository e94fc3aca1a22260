"""The process of one dbt call on Spark: it opens the session, makes the raw views and runs dbt in it.

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
    """Run dbt with the arguments of this process, after the file of statements; exit with 1 where it failed."""
    statements, *arguments = sys.argv[1:]
    use_in_dbt()
    session = SparkSession.builder.appName("maandvers").enableHiveSupport().getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    try:
        for statement in json.loads(Path(statements).read_text("utf-8")):
            session.sql(statement)
        called = dbtRunner(callbacks=[print_event]).invoke(arguments, log_level="none")
        if called.exception:
            print(called.exception)
        write_results(called.result, arguments)
    finally:
        session.stop()
    sys.exit(0 if called.success else 1)


if __name__ == "__main__":
    main()
