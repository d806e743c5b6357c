"""DuckDB computes the plain amounts of one article: Tianjin 2021, standards (第七条).

    python3 benches/duckdb_tianjin.py achievements.csv --output totals.csv --year 2022 --threads 2

A yardstick for biaobu, with far less to do: no other article, no level read off the number, no choice of categories, no
reasons. Needs `pip install duckdb`.
"""

import argparse
import json
import time

import duckdb

COLUMNS = [
    "编号", "申报单位", "类别", "事项", "名称", "标准号", "级别", "制修订", "角色", "起草单位排名", "本地单位排名", "机构",
    "职务", "等级", "阶段", "日期", "实施日期", "系列", "项目标识", "数量", "实际费用", "采用单位数", "已获资助金额",
    "已获资助来源", "标记",
]  # fmt: skip

QUERY = """
COPY (
  WITH standards AS (
    SELECT
      "申报单位" AS applicant,
      CASE
        WHEN "级别" IN ('国际', '国际标准', 'international') THEN 'international'
        WHEN "级别" IN ('国家', '国家标准', 'national') THEN 'national'
        WHEN "级别" IN ('行业', '行业标准', 'industry') THEN 'industry'
        WHEN "级别" IN ('区域', '区域标准', 'regional') THEN 'regional'
      END AS level,
      CASE WHEN "制修订" IN ('制定', 'formulate') THEN 'formulate' WHEN "制修订" IN ('修订', 'revise') THEN 'revise' END
        AS action,
      "起草单位排名" = '1' AS lead
    FROM read_csv($path, header = true, auto_detect = false, delim = ',', quote = '"', escape = '"',
                  columns = {columns}, parallel = true)
    WHERE "类别" IN ('标准制修订', 'standard') AND "日期"[1:4] = $year
  ),
  amounts AS (
    SELECT applicant, level,
      CASE
        WHEN level = 'international' AND lead
          THEN CASE action WHEN 'formulate' THEN 200000 WHEN 'revise' THEN 180000 END
        WHEN level = 'international' AND NOT lead
          THEN CASE action WHEN 'formulate' THEN 100000 WHEN 'revise' THEN 60000 END
        WHEN level = 'national' AND lead THEN CASE action WHEN 'formulate' THEN 80000 WHEN 'revise' THEN 40000 END
        WHEN level = 'industry' AND lead THEN CASE action WHEN 'formulate' THEN 40000 WHEN 'revise' THEN 20000 END
        WHEN level = 'regional' AND lead THEN CASE action WHEN 'formulate' THEN 30000 WHEN 'revise' THEN 15000 END
      END AS amount
    FROM standards
  ),
  tiers AS (
    SELECT applicant, level, amount, count(*) AS standards
    FROM amounts WHERE amount IS NOT NULL GROUP BY ALL
  ),
  -- At most five standards of one level (第十五条), the dearest first.
  counted AS (
    SELECT applicant, amount,
      least(standards, 5 - least(5, coalesce(sum(standards) OVER dearer, 0))) AS standards
    FROM tiers
    WINDOW dearer AS (
      PARTITION BY applicant, level ORDER BY amount DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
  )
  SELECT applicant, sum(amount * standards)::BIGINT AS total FROM counted GROUP BY applicant
) TO '{output}' (HEADER)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--output", required=True)
    parser.add_argument("--year", type=int, default=2022, help="of the application, for the year before")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()

    start = time.perf_counter()
    connection = duckdb.connect()
    connection.execute(f"SET threads = {arguments.threads}")
    connection.execute("SET preserve_insertion_order = false")
    columns = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in COLUMNS) + "}"
    query = QUERY.replace("{columns}", columns).replace("{output}", arguments.output.replace("'", "''"))
    connection.execute(query, {"path": arguments.file, "year": str(arguments.year - 1)})
    seconds = time.perf_counter() - start

    # Not timed: what the other script must have found, too.
    totals = connection.execute("SELECT count(*), sum(total) FROM read_csv($path)", {"path": arguments.output})
    applicants, total = totals.fetchone()
    print(json.dumps({"applicants": applicants, "total": int(total or 0), "seconds": seconds}))


if __name__ == "__main__":
    main()
