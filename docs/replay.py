#!/usr/bin/env python3
"""Replays a result of `biaobu estimate --format json` without biaobu: every step is computed again from the step before
and the step's own figures, every sum is added up, every cap is used up anew in order of row.
复算 biaobu 的结果，不用 biaobu 的任何代码：每一步由上一步和本步所列的数重算，合计重新相加，限额按行序重新扣减。

    python3 replay.py RESULT.json        (- is standard input)

It needs Python 3.8 or later and nothing else. It looks at no input file and no rule: whether the figures are the right
ones is what `biaobu verify` and the cited clauses are for. Lines of `--format ndjson` are replayed as well.
Exit code: 0 everything follows; 1 contradictions, each on a line; 2 this is no result.
"""

import json
import re
import sys
from decimal import ROUND_FLOOR, Decimal, localcontext

ZERO = Decimal("0.00")
AMOUNT = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]{2}")
SHARE = re.compile(r"([0-9]+)/([1-9][0-9]*)")
# What an upgrade starts from is the amount after these: step 5 of the order of calculation.
STEP_5 = {"base", "maximum", "quantity", "share", "bonus", "cost_limit"}


class Wrong(Exception):
    """A value that is missing or is not what it should be."""


def amount(of, key):
    value = of.get(key) if isinstance(of, dict) else None
    if not isinstance(value, str) or not AMOUNT.fullmatch(value):
        raise Wrong(f"{key} should be money with two decimals, found {json.dumps(value, ensure_ascii=False)}")
    return Decimal(value)


def whole(of, key):
    value = of.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Wrong(f"{key} should be a whole number, found {json.dumps(value, ensure_ascii=False)}")
    return value


def part(of, money):
    """The step's share of an amount, rounded down to 0.01."""
    found = SHARE.fullmatch(str(of.get("share")))
    if not found:
        raise Wrong(f"share should be a fraction such as 3/10, found {json.dumps(of.get('share'), ensure_ascii=False)}")
    return (money * int(found[1]) / int(found[2])).quantize(Decimal("0.01"), rounding=ROUND_FLOOR)


def value_after(step, before, limited):
    """What a step comes to. `limited` is the amount after step 5 of the order of calculation."""
    op = step.get("op")
    if op == "base":
        return part(step, amount(step, "of"))
    if op == "maximum":
        return min(before, amount(step, "maximum"))
    if op == "quantity":
        return before * whole(step, "quantity")
    if op == "share":
        return part(step, before)
    if op == "bonus":
        return before + amount(step, "plus")
    if op == "cost_limit":
        return min(before, amount(step, "cost"))
    if op in ("prior_money", "other_policy"):
        return max(before - amount(step, "received"), ZERO)
    if op == "upgrade":
        return min(before, max(limited - amount(step, "received"), ZERO))
    if op in ("paid_earlier", "left_to_policy", "duplicate", "selection"):
        return ZERO
    if op == "cap":
        return min(before, amount(step, "left"))
    raise Wrong(f"unknown operation {json.dumps(op, ensure_ascii=False)}")


class Replay:
    def __init__(self):
        self.wrong = []
        self.done = {"results": 0, "items": 0, "steps": 0, "sums": 0, "caps": 0}

    def expect(self, where, what, stated, found):
        if stated != found:
            self.wrong.append(f"{where}: {what} is {stated}, replayed {found}")

    def item(self, where, item):
        """Replays the steps; returns the amount and what it was before any cap."""
        value = limited = uncapped = ZERO
        base = None
        steps = item.get("steps")
        if not isinstance(steps, list):
            raise Wrong("steps should be a list")
        for number, step in enumerate(steps, 1):
            self.done["steps"] += 1
            at = f"{where} step {number} {step.get('op')}"
            try:
                expected = value_after(step, value, limited)
                value = amount(step, "amount")
            except Wrong as wrong:
                self.wrong.append(f"{at}: {wrong}")
                value = amount(step, "amount")
                expected = value
            self.expect(at, "amount", value, expected)
            if step["op"] in STEP_5:
                limited = value
                if step["op"] != "cost_limit":
                    base = value
            if step["op"] != "cap":
                uncapped = value
        stated = amount(item, "amount")
        self.expect(where, "amount", stated, value)
        if base is not None:
            self.expect(where, "base", amount(item, "base"), base)
        status, of = item.get("status"), amount(item, "base")
        unmatched = stated == of == ZERO
        fits = {"awarded": stated == of, "reduced": stated < of, "unmatched": unmatched}.get(status, stated == ZERO)
        if not fits:
            self.wrong.append(f"{where}: status {status} does not fit amount {stated} of base {of}")
        return stated, uncapped

    def caps(self, where, result, items):
        """Caps in their order, each used up by the selected items in order of row."""
        left_of = {id(item): uncapped for item, _, uncapped in items}
        selected = [item for item, _, _ in items if item.get("status") in ("awarded", "reduced")]
        for cap in result.get("caps", []):
            self.done["caps"] += 1
            at = f"{where} cap {cap.get('scope')}"
            under = [item for item in selected if item.get("rule") in cap.get("rules", [])]
            self.expect(at, "before", amount(cap, "before"), sum((left_of[id(item)] for item in under), ZERO))
            if cap.get("limit") is not None:
                left = max(amount(cap, "limit") - amount(cap, "used"), ZERO)
                for item in under:
                    cut = [s for s in item["steps"] if s.get("op") == "cap" and s.get("scope") == cap.get("scope")]
                    if left < left_of[id(item)]:
                        if len(cut) != 1:
                            self.wrong.append(f"{at}: should cut {item.get('id')} to {left}, but no step does")
                        else:
                            self.expect(f"{where} {item.get('id')} cap", "left", amount(cut[0], "left"), left)
                        left_of[id(item)] = left
                    elif cut:
                        self.wrong.append(f"{at}: cuts {item.get('id')}, though {left} is left of it")
                    left -= left_of[id(item)]
            self.expect(at, "after", amount(cap, "after"), sum((left_of[id(item)] for item in under), ZERO))
        for item in selected:
            self.expect(f"{where} {item.get('id')}", "amount after all caps", amount(item, "amount"), left_of[id(item)])

    def answers(self, where, result):
        """Intervals: each holds its amount, and that of the total what is certain of the items."""
        certain = ZERO
        for item in result.get("items", []):
            answer = item.get("answer", {})
            low, high = amount(answer, "from"), amount(answer, "to")
            certain += low
            if not low <= amount(item, "amount") <= high:
                self.wrong.append(f"{where} {item.get('id')}: the answer does not hold the amount")
            if item.get("nature") == "ceiling" and low:
                self.wrong.append(f"{where} {item.get('id')}: of a ceiling nothing is certain")
        answer = result.get("answer", {})
        if not certain <= amount(answer, "from") <= amount(result, "fixed_total"):
            self.wrong.append(f"{where}: answer.from does not fit its items and the fixed total")
        self.expect(where, "answer.to", amount(answer, "to"), amount(result, "potential_total"))

    def result(self, result):
        self.done["results"] += 1
        where = f"{result.get('applicant')} {result.get('policy')} {result.get('year')}"
        sums = {"total": ZERO, "fixed_total": ZERO, "ceiling_total": ZERO}
        items = []
        for item in result.get("items", []):
            self.done["items"] += 1
            try:
                paid, uncapped = self.item(f"{where} {item.get('id')}", item)
            except Wrong as wrong:
                self.wrong.append(f"{where} {item.get('id')}: {wrong}")
                continue
            items.append((item, paid, uncapped))
            sums["total"] += paid
            if item.get("nature") in ("fixed", "ceiling"):
                sums[item["nature"] + "_total"] += paid
        try:
            for key, total in sums.items():
                self.done["sums"] += 1
                self.expect(where, key, amount(result, key), total)
            total = amount(result, "total")
            self.expect(where, "total", total, amount(result, "fixed_total") + amount(result, "ceiling_total"))
            if amount(result, "potential_total") < total:
                self.wrong.append(f"{where}: potential_total is below total")
            self.answers(where, result)
            self.caps(where, result, items)
        except Wrong as wrong:
            self.wrong.append(f"{where}: {wrong}")


def results_of(text):
    """The results of a document, or of NDJSON lines; none if it is neither."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if isinstance(document, dict) and document.get("schema") == "biaobu.result/1":
        return document.get("results")
    try:
        lines = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        return None
    if not lines or not all(isinstance(line, dict) and ("items" in line or "invalid" in line) for line in lines):
        return None
    return [line for line in lines if "items" in line]


def main():
    if len(sys.argv) != 2 or sys.argv[1] in ("-h", "--help"):
        print(__doc__.strip(), file=sys.stderr)
        return 0 if sys.argv[1:] in (["-h"], ["--help"]) else 2
    try:
        if sys.argv[1] == "-":
            text = sys.stdin.buffer.read().decode("utf-8-sig")
        else:
            with open(sys.argv[1], encoding="utf-8-sig") as file:
                text = file.read()
    except (OSError, UnicodeDecodeError) as error:
        print(f"replay.py: {sys.argv[1]}: {error}", file=sys.stderr)
        return 2
    results = results_of(text)
    if not isinstance(results, list):
        print(f"replay.py: {sys.argv[1]}: no result of biaobu estimate --format json or ndjson", file=sys.stderr)
        return 2
    replay = Replay()
    # Exact whatever the size: shares of amounts need more than the usual 28 digits only where files are forged.
    with localcontext() as exact:
        exact.prec = 100
        for result in results:
            try:
                replay.result(result)
            except (AttributeError, TypeError, KeyError) as error:
                replay.wrong.append(f"{str(result)[:60]}: not the form of a result ({error})")
    sys.stdout.reconfigure(encoding="utf-8")
    for line in replay.wrong:
        print(line)
    counts = ", ".join(f"{count} {name}" for name, count in replay.done.items())
    print(f"replayed: {counts}; contradictions: {len(replay.wrong)}")
    return 1 if replay.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
