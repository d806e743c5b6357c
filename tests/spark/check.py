"""The recipe for Spark against the program itself: python3 check.py BIAOBU

Runs both on the portfolio of the fixtures and on a few thousand random rows with everything that may go wrong on the way,
and prints what differs. Exit code 1 if anything does.
"""
import collections
import csv
import io
import json
import os
import random
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, 'recipes'))
os.environ.update(PYSPARK_PYTHON=sys.executable, PYSPARK_DRIVER_PYTHON=sys.executable, SPARK_LOCAL_IP='127.0.0.1')

import biaobu_spark  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402

PARTITIONS = 4
failures = []


def check(holds, words):
    if not holds:
        failures.append(words)


def fixture(name):
    return os.path.join(ROOT, 'fixtures', name)


# ------------------------------------------------------------------------------------------------ input

def random_input(folder, random_state):
    """Achievements of two hundred units, made of the fixtures' rows, and the facts of most of the units."""
    r = random_state
    with open(fixture('portfolio.csv'), encoding='utf-8', newline='') as file:
        header, *models = csv.reader(file)
    with open(fixture('applicants.csv'), encoding='utf-8', newline='') as file:
        unit_header, *unit_models = csv.reader(file)
    at = {name: place for place, name in enumerate(header)}
    chars = '0123456789ABCDEFGHJKLMNPQRTUWXY'

    def code(number):
        body = f'9135010{number:04d}MA00000'[:17].ljust(17, '0')
        value = sum(chars.index(c) * pow(3, place, 31) for place, c in enumerate(body))
        return body + chars[-value % 31]

    units = []
    for number in range(220):
        kind = r.choice(['标准（集团）有限公司', 'ABC Tech 公司', '检测, 技术所'])
        name = f'{r.choice(["天津", "佛山", "威海"])}第{number}{kind}'
        row = r.choice(unit_models)[:]
        row[0], row[1] = name, code(number)
        units.append((name, code(number), row, number % 11 != 0))     # every eleventh is in no applicants file
    broken = units[5][2]
    broken[unit_header.index('penalized_on')] = '2020-13-40'
    with open(os.path.join(folder, 'units.csv'), 'w', encoding='utf-8', newline='') as file:
        csv.writer(file).writerows([unit_header, *[row for _, _, row, known in units if known]])

    def name_of(unit):
        """A unit's name in one of the ways that count as one, or its code."""
        name, unit_code, _, known = unit
        half_width = name.replace('（', '(').replace('）', ')')
        ways = [name] * 8 + [f' {name} ', half_width, name.upper(), name.replace(' ', '　')]
        return r.choice(ways + [unit_code, unit_code.lower()] if known else ways)

    rows = []
    for unit in units:
        for number in range(int(r.paretovariate(.8)) % 90 + 3):
            row = r.choice(models)[:]
            row[at['id']] = r.choice([f'A{number}'] * 12 + ['', f'A{r.randrange(30)}', '编号,"一"'])
            row[at['applicant']] = name_of(unit)
            titles = ['安全, 第"1"部分', '多行\n名称', '多行\r\n名称', ' 两边有空格 ', '"']
            row[at['title']] = r.choice([row[at['title']]] * 3 + titles)
            row[at['备注']] = r.choice(['', '', '', '见"附录A", 第1项\n第2项', '多行\r\n备注', '\r', "'=1+1", '反斜杠\\',
                                      '第 3 行的类别 "row":5'])
            for place in range(2, len(row)):
                if r.random() < .03:
                    row[place] = ''
            if r.random() < .03:
                mistake = r.choice(['rank', 'date', 'level', 'kind', 'cost', 'applicant', 'flags'])
                row[at[mistake]] = '' if mistake in ('kind', 'applicant') else 'x\n"y"' if r.random() < .5 else '0-0'
            if r.random() < .01:
                row = r.choice([row[:20], row + ['多', '', '出,"来'], [''] * len(row), row + ['', '']])
            rows.append(row)
    r.shuffle(rows)
    path = os.path.join(folder, 'achievements.csv')
    with open(path, 'w', encoding='utf-8', newline='') as file:
        for row in [header, *rows]:
            # A lone \r needs quotes, which the module does not put around it where lines end in \n.
            quoting = csv.QUOTE_ALL if any('\r' in cell for cell in row) else csv.QUOTE_MINIMAL
            csv.writer(file, lineterminator='\n', quoting=quoting).writerow(row)
    return path, os.path.join(folder, 'units.csv')


def by_applicant(path, applicants):
    """The file as CSV with the rows of each applicant together, those without one at the end; and their numbers in the
    file. A row without an id would be called by its new number: it gets the old one."""
    with open(path, encoding='utf-8', newline='') as file:
        header, *rows = csv.reader(file)
    with open(applicants, encoding='utf-8', newline='') as file:
        units = {row['code'].lower(): row['applicant'] for row in csv.DictReader(file)}
    id_at, applicant_at = header.index('id'), header.index('applicant')

    def unit(numbered):
        cell = numbered[1][applicant_at].strip()
        name = biaobu_spark.fold(units.get(cell.lower(), cell))
        return name == '', name

    numbered = sorted(enumerate(rows, start=2), key=unit)
    for number, row in numbered:
        if any(row) and not row[id_at]:
            row[id_at] = f'row{number}'
    text = io.StringIO(newline='')
    csv.writer(text).writerows([header, *[row for _, row in numbered]])
    return text.getvalue(), [number for number, _ in numbered]


# ------------------------------------------------------------------------------------------------ comparison

def run(biaobu, options, text):
    """The lines of a run on one machine."""
    command = [biaobu, 'estimate', '-', '--format', 'ndjson', *options]
    done = subprocess.run(command, input=text.encode(), capture_output=True)
    check(done.returncode in (0, 1), f'biaobu {options}: exit code {done.returncode}: {done.stderr.decode()}')
    return done.stdout.decode().splitlines()


SHARED = re.compile('^(标准“.*”也由“.*”申报|the standard ".*" is claimed by)', re.DOTALL)


def plain(line):
    """A line as it must be equal: without the folder of the applicants file, and without what only a run that sees all
    applicants at once can say."""
    entry = json.loads(line)
    for item in entry.get('items', []):
        item['warnings'] = [words for words in item['warnings'] if not SHARED.match(words)]
    invalid = entry.get('invalid')
    if invalid:
        invalid['path'] = os.path.basename(invalid['path'])
        # The recipe fills in the id of a row without one.
        if invalid['path'] == '-' and invalid['id'] == f"row{invalid['row']}":
            invalid['id'] = None
    return json.dumps(entry, ensure_ascii=False, sort_keys=True)


def compare(words, expected, found):
    expected, found = [collections.Counter(map(plain, lines)) for lines in (expected, found)]
    missing, extra = sorted((expected - found).elements()), sorted((found - expected).elements())
    if missing or extra:
        difference = first_difference(missing, extra)
        failures.append(f'{words}: {len(missing)} lines are missing, {len(extra)} too many; {difference}')


def first_difference(missing, extra):
    for line, other in zip(missing, extra):
        place = len(os.path.commonprefix([line, other]))
        around = slice(max(0, place - 200), place + 200)
        return f'such as\n{other[around]}\ninstead of\n{line[around]}\n'
    return f'such as {"".join([*missing, *extra])[:500]}'


def main(biaobu):
    random_state = random.Random(20221231)
    with tempfile.TemporaryDirectory() as folder:
        spark = (SparkSession.builder.master('local[2]').appName('check').config('spark.ui.enabled', 'false')
                 .config('spark.log.level', 'OFF').config('spark.sql.warehouse.dir', folder)
                 .config('spark.local.dir', folder).config('spark.driver.host', '127.0.0.1').getOrCreate())
        try:
            equal_to_one_machine(spark, biaobu, folder, random_state)
            tables_and_files(spark, biaobu, folder)
            failures_fail(spark, biaobu, folder)
        finally:
            spark.stop()
    for words in failures:
        print(words)
    sys.exit(1 if failures else 0)


def equal_to_one_machine(spark, biaobu, folder, random_state):
    portfolio = fixture('portfolio.csv'), fixture('applicants.csv')
    generated = random_input(folder, random_state)
    for (achievements, applicants), options in (
            (portfolio, ['--policy', 'auto', '--param', 'fund_total=400万', '--lang', 'zh']),
            (generated, ['--policy', 'tianjin-2021,foshan-2018,weihai-2019', '--lang', 'en'])):
        options = ['--year', '2022', *options]
        header, rows = biaobu_spark.rows_of_csv(spark, achievements)
        found = biaobu_spark.estimate(spark, header, rows, biaobu, options, applicants, PARTITIONS)
        found = [line.value for line in found.collect()]
        check(len(found) > 13, f'{achievements}: {len(found)} lines only')
        options += ['--applicants', applicants]
        compare(f'{achievements} as it is', as_it_is(biaobu, options, achievements), found)
        compare(f'{achievements} by applicant', gathered(biaobu, options, achievements, applicants), found)
    # All that may go wrong does occur; and the sentences that name rows are found in Chinese too.
    in_chinese = ['zh' if option == 'en' else option for option in options]
    chinese = gathered(biaobu, in_chinese, *generated)
    compare('in Chinese', as_it_is(biaobu, in_chinese, generated[0]), chinese)
    for lines, sentences in (
            (found, ['was used on row', 'date are those of row', 'cells of the header', '多行\\r\\n备注',
                     '"path":"units.csv"']),
            (chinese, ['行已经用过', '行的类别、标准号、名称和日期都相同'])):
        never = [words for words in sentences if words not in ''.join(lines)]
        check(not never, f'the random rows never make biaobu say {never}')
    check(sum(line.startswith('{"invalid"') for line in found) > 30, 'few rows are unreadable')


def as_it_is(biaobu, options, achievements):
    with open(achievements, encoding='utf-8', newline='') as file:
        return run(biaobu, options, file.read())


def gathered(biaobu, options, achievements, applicants):
    text, numbers = by_applicant(achievements, applicants)
    return [biaobu_spark.with_own_rows(line, numbers) for line in run(biaobu, ['--grouped', *options], text)]


def tables_and_files(spark, biaobu, folder):
    """The command line, and a table whose rows have numbers of their own, no ids and no applicants."""
    out = os.path.join(folder, 'out')
    biaobu_spark.main([fixture('portfolio.csv'), '--applicants', fixture('applicants.csv'), '--biaobu', biaobu, '--out', out,
                       '--partitions', '3', '--', '--year', '2022', '--param', 'fund_total=400万'])
    table = spark.read.parquet(out + '/parquet')
    summed = table.selectExpr('count(*)', 'sum(total)', 'sum(size(items))').head()
    lines = [json.loads(line.value) for line in spark.read.text(out + '/lines').collect()]
    expected = [len(lines), round(sum(float(line['total']) for line in lines), 2), sum(len(line['items']) for line in lines)]
    check([float(value) for value in summed] == expected, f'the table sums to {summed} instead of {expected}')
    check(expected[2] > 100, f'{expected[2]} items only')

    rows = [(9 - place, 'standard', f'GB/T {place}-2021', 'national', '1', '2021-12-01') for place in range(9)]
    table = spark.createDataFrame(rows, ['no', '类别', '标准号', '级别', '起草单位排名', '日期'])
    header, rows = biaobu_spark.rows_of_table(table, 'no')
    options = ['--policy', 'tianjin-2021', '--year', '2022', '--applicant', '某公司']
    lines = [json.loads(line.value) for line in biaobu_spark.estimate(spark, header, rows, biaobu, options).collect()]
    items = [(item['row'], item['id'], item['status']) for line in lines for item in line['items']]
    check(len(lines) == 1 and lines[0]['applicant'] == '某公司', f'one unnamed applicant: {lines}')
    check([item[:2] for item in items] == [(row, f'row{row}') for row in range(1, 10)], f'rows of a table: {items}')

    # A row without an applicant, where another has one, is unreadable: also where its partition has no other row.
    rows = [(7, '甲公司', 'standard'), (5, None, 'standard')]
    header, rows = biaobu_spark.rows_of_table(spark.createDataFrame(rows, ['no', 'applicant', 'kind']), 'no')
    lines = biaobu_spark.estimate(spark, header, rows, biaobu, options[:-2], partitions=16).collect()
    entries = {line.value.split(':')[0]: json.loads(line.value) for line in lines}
    check(sorted(entries) == ['{"applicant"', '{"invalid"'], f'a row without an applicant: {lines}')
    check(entries.get('{"invalid"', {}).get('invalid', {}).get('row') == 5, f'a row without an applicant: {lines}')


def failures_fail(spark, biaobu, folder):
    """What cannot be done fails the job and says why; nobody waits for a program that nobody reads from."""
    def message(achievements, options):
        try:
            header, rows = biaobu_spark.rows_of_csv(spark, achievements)
            return f'{len(biaobu_spark.estimate(spark, header, rows, biaobu, options).collect())} lines'
        except Exception as error:
            return str(error)
    achievements = fixture('portfolio.csv')
    said = message(achievements, ['--policy', 'tianjin-2020', '--year', '2022', '--lang', 'en'])
    check('exit code 2' in said and 'did you mean tianjin-2021' in said, f'an unknown policy: {said}')
    unclosed = os.path.join(folder, 'unclosed.csv')
    with open(unclosed, 'w', encoding='utf-8') as file:
        file.write('id,applicant,kind\nA1,甲公司,"standard\n' + 'A2,甲公司,standard\n' * 5000)
    said = message(unclosed, ['--policy', 'tianjin-2021', '--year', '2022'])
    check('lines' not in said, f'a quote that is never closed: {said}')
    header, rows = biaobu_spark.rows_of_csv(spark, achievements)
    options = ['--policy', 'all', '--year', '2022', '--param', 'fund_total=400万']
    first = biaobu_spark.estimate(spark, header, rows, biaobu, options, partitions=PARTITIONS).limit(1).collect()
    check(len(first) == 1, f'the first line alone: {first}')


if __name__ == '__main__':
    main(sys.argv[1])
