"""The process of one dbt call on Spark: it opens the session, makes the raw views, runs dbt and hands over tables.

Which cluster it is, Spark itself reads from ``spark-defaults.conf`` in the folder SPARK_CONF_DIR.
"""

import json
import sys
from pathlib import Path

from dbt.cli.main import dbtRunner
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from dagster_project.warehouse.dbt_process import print_event, write_results
from dagster_project.warehouse.spark.adapter import use_in_dbt
from dagster_project.warehouse.spark.spark_warehouse import DBT_FAILED


def main() -> None:
    """Run dbt with the arguments of this process, after the file that says what is before and after it.

    Hands over nothing where dbt failed, and exits with DBT_FAILED where Spark still answers.
    """
    work, *arguments = sys.argv[1:]
    todo = json.loads(Path(work).read_text("utf-8"))
    use_in_dbt()
    builder = SparkSession.builder.appName("maandvers")
    for name, value in todo["settings"].items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    for statement in todo["statements"]:
        session.sql(statement)
    called = dbtRunner(callbacks=[print_event]).invoke(arguments, log_level="none")
    if called.exception:
        print(called.exception)
    write_results(called.result, arguments)
    if not called.success:
        sys.exit(DBT_FAILED if is_alive(session) else 1)
    for table, folder in todo["tables"].items():
        session.table(table).coalesce(1).write.mode("overwrite").parquet(folder)
    session.stop()


def is_alive(session: SparkSession) -> bool:
    """Whether Spark still answers: with its Java gone, every model fails, and none of them is to blame."""
    try:
        session.sql("SELECT 1").collect()
    except (PySparkException, OSError, Py4JError) as error:
        print(f"Spark does not answer any more: {error}")
        return False
    return True


if __name__ == "__main__":
    main()
