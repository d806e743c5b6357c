"""pandas computes the plain amounts of one article: Tianjin 2021, standards (第七条).

    python3 benches/pandas_tianjin.py achievements.csv --output totals.csv --year 2022

The same as duckdb_tianjin.py, as an analyst would write it. `--needed-columns` reads only the six columns that the
amounts depend on: faster, but nothing is left to show beside a total. Needs `pip install pandas`.
"""

import argparse
import json
import time

import pandas as pd

NEEDED = ["申报单位", "类别", "级别", "制修订", "起草单位排名", "日期"]
KINDS = ["标准制修订", "standard"]
LEVELS = {
    **dict.fromkeys(["国际", "国际标准", "international"], "international"),
    **dict.fromkeys(["国家", "国家标准", "national"], "national"),
    **dict.fromkeys(["行业", "行业标准", "industry"], "industry"),
    **dict.fromkeys(["区域", "区域标准", "regional"], "regional"),
}
ACTIONS = {
    **dict.fromkeys(["制定", "formulate"], "formulate"),
    **dict.fromkeys(["修订", "revise"], "revise"),
}
AMOUNTS = pd.DataFrame(
    [
        ("international", "formulate", True, 200_000),
        ("international", "revise", True, 180_000),
        ("international", "formulate", False, 100_000),
        ("international", "revise", False, 60_000),
        ("national", "formulate", True, 80_000),
        ("national", "revise", True, 40_000),
        ("industry", "formulate", True, 40_000),
        ("industry", "revise", True, 20_000),
        ("regional", "formulate", True, 30_000),
        ("regional", "revise", True, 15_000),
    ],
    columns=["level", "action", "lead", "amount"],
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--output", required=True)
    parser.add_argument("--needed-columns", action="store_true")
    parser.add_argument("--year", type=int, default=2022, help="of the application, for the year before")
    arguments = parser.parse_args()

    start = time.perf_counter()
    rows = pd.read_csv(arguments.file, dtype=str, usecols=NEEDED if arguments.needed_columns else None)
    year = str(arguments.year - 1)
    rows = rows[rows["类别"].isin(KINDS) & rows["日期"].str.startswith(year, na=False) & rows["起草单位排名"].notna()]
    standards = pd.DataFrame(
        {
            "applicant": rows["申报单位"],
            "level": rows["级别"].map(LEVELS),
            "action": rows["制修订"].map(ACTIONS),
            "lead": rows["起草单位排名"] == "1",
        }
    )
    paid = standards.merge(AMOUNTS, on=["level", "action", "lead"])
    # At most five standards of one level (第十五条), the dearest first.
    counted = paid.sort_values("amount", ascending=False).groupby(["applicant", "level"]).head(5)
    totals = counted.groupby("applicant")["amount"].sum().rename("total")
    totals.to_csv(arguments.output)
    seconds = time.perf_counter() - start

    print(json.dumps({"applicants": len(totals), "total": int(totals.sum()), "seconds": seconds}))


if __name__ == "__main__":
    main()
