"""Runs biaobu and the reference on random portfolios and prints what differs.

python3 compare.py BINARY [N] [--years] [--calls] [--policy ID] [--start S]
--years: runs over several years; --calls: the years with a known call. REFERENCE_... variables go to the reference.
Exit code 1 if anything differs.
"""
import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile

import portfolios
import reference

HERE = os.path.dirname(os.path.abspath(__file__))
ITEM_KEYS = ('status', 'clause', 'nature', 'base', 'amount', 'same_as')
RESULT_KEYS = ('on', 'in_force', 'total', 'fixed_total', 'ceiling_total', 'potential_total')


def differences(expected, found):
    """Every difference between two results, in words."""
    said = []
    rows = [sorted(row['row'] for row in result['invalid']) for result in (expected, found)]
    if rows[0] != rows[1]:
        said.append(f'invalid rows: reference {rows[0]}, biaobu {rows[1]}')
    by_key = {(result['applicant'], result['year']): result for result in found['results']}
    first = min((result['year'] for result in expected['results']), default=0)
    for result in expected['results']:
        who = f"{result['applicant']} {result['year']}"
        other = by_key.pop((result['applicant'], result['year']), None)
        if other is None:
            said.append(f'no result for {who}')
            continue
        compare_keys(said, who, RESULT_KEYS, result, other)
        items = {item['row']: item for item in other['items']}
        for item in result['items']:
            if item['row'] not in items:
                said.append(f"{who}: no item of row {item['row']}")
                continue
            place, same_row = f"{who} row {item['row']}", items[item['row']]
            if result['year'] > first and item['status'] == same_row['status'] == 'duplicate' and item['same_as'] == item['id']:
                # Paid in an earlier year: what this year's clause would ask of it says nothing.
                continue
            compare_keys(said, place, ITEM_KEYS, item, same_row)
            if set(item['missing']) != set(same_row['missing']):
                said.append(f"{place} missing: reference {item['missing']}, biaobu {same_row['missing']}")
    said += [f'extra result for {key}' for key in by_key]
    return said


def compare_keys(said, place, keys, expected, found):
    said += [f'{place} {key}: reference {expected[key]}, biaobu {found[key]}' for key in keys if expected[key] != found[key]]


def one(binary, policy, seed, asked, folder):
    """Runs both on one portfolio; returns the differences and the command line."""
    portfolios.Gen(policy, seed, asked.years, asked.calls).write(folder)
    with open(os.path.join(folder, 'args.txt'), encoding='utf-8') as file:
        arguments = shlex.split(file.read())
    if os.path.exists(os.path.join(folder, 'applicants.csv')):
        arguments += ['--applicants', os.path.join(folder, 'applicants.csv')]
    command = [os.path.join(folder, 'achievements.csv'), '--policy', policy] + arguments
    expected = subprocess.run([sys.executable, os.path.join(HERE, 'reference.py')] + command, capture_output=True, text=True)
    found = subprocess.run([binary, 'estimate'] + command + ['--format', 'json'], capture_output=True, text=True)
    if not found.stdout:
        return [f'exit {found.returncode}: {found.stderr[:300]}'], arguments
    return differences(json.loads(expected.stdout), json.loads(found.stdout)), arguments


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('binary')
    parser.add_argument('count', nargs='?', type=int, default=100)
    parser.add_argument('--years', action='store_true')
    parser.add_argument('--calls', action='store_true')
    parser.add_argument('--policy', action='append', choices=reference.POLICIES)
    parser.add_argument('--start', type=int, default=0)
    asked = parser.parse_args()
    passed = failed = 0
    for policy in asked.policy or reference.POLICIES:
        for seed in range(asked.start, asked.start + asked.count):
            with tempfile.TemporaryDirectory() as folder:
                said, arguments = one(os.path.abspath(asked.binary), policy, seed, asked, folder)
            if said:
                failed += 1
                print(policy, 'seed', seed, *arguments)
                print(*('    ' + line for line in said), sep='\n')
            else:
                passed += 1
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
