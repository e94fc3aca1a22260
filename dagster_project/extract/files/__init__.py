"""CSV and Excel files that people upload or suppliers publish: the protocol ``file``.

Belongs here: finding the newest file, reading its rows, headings and Dutch values.
Does not: archives of CSV files (``csv_zip``), the templates that people fill in (operations).
"""
