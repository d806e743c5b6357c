"""Runs `biaobu estimate` on Apache Spark, for those whose achievements are there already.

    spark-submit recipes/biaobu_spark.py 成果.csv --applicants 单位.csv --biaobu target/release/biaobu --out 结果 -- \
        --policy auto --year 2022

writes the lines of `--format ndjson` to 结果/lines and the main part of them as a table to 结果/parquet. From a program:

    import biaobu_spark
    header, rows = biaobu_spark.rows_of_table(table, order='achievement_no')    # or rows_of_csv(spark, path)
    lines = biaobu_spark.estimate(spark, header, rows, 'target/release/biaobu', ['--policy', 'auto', '--year', '2022'])

Rows are gathered by applicant, and each partition runs one process of the same program that runs on one machine. What is
equal to a run on one machine, and what is not, is said in docs/scale.md and held by tests/spark/check.py.
"""
import argparse
import array
import csv
import io
import os
import re
import subprocess
import sys
import tempfile
import threading
import unicodedata

from pyspark import SparkFiles
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

# Reads CSV from standard input in which the rows of one applicant stand together, and needs memory for one applicant.
ESTIMATE = ['estimate', '-', '--grouped', '--format', 'ndjson', '--threads', '1']

# Headers of the columns that the recipe itself looks at, as rules/vocabulary.toml has them.
ID = ('id', '编号')
APPLICANT = ('applicant', '申报单位', '单位名称', '企业名称')
CODE = ('code', '统一社会信用代码')

# What most will want of a line; a key that is not named here stays in the lines only. A line is a result, or `invalid`.
TABLE = '''applicant string, policy string, policy_sha256 string, year int, in_force boolean,
    total decimal(18,2), fixed_total decimal(18,2), ceiling_total decimal(18,2), potential_total decimal(18,2),
    items array<struct<id: string, row: bigint, status: string, clause: string, rule: string, nature: string,
        base: decimal(18,2), amount: decimal(18,2), missing: array<string>, same_as: string, warnings: array<string>,
        reasons: array<string>, extra: map<string, string>>>,
    invalid struct<path: string, row: bigint, applicant: string, id: string, column: string, value: string,
        message: string>'''


# ------------------------------------------------------------------------------------------------ rows in

def rows_of_csv(spark, path):
    """The header of one CSV file (UTF-8, commas) and its rows as `row` (as a spreadsheet counts) and `cells`."""
    # Quotes are doubled, cells may hold line breaks. No cell of a spreadsheet is longer than this: a longer one is a
    # quote that was never closed, which would swallow the rows below it.
    options = dict(multiLine=True, quote='"', escape='"', encoding='UTF-8', maxCharsPerColumn=32767)
    first = spark.read.options(**options).csv(path).head()
    header = [name or '' for name in first]
    # Columns go by place: headers may be blank or occur twice.
    names = [f'cell{place}' for place in range(len(header))]
    schema = ', '.join(f'{name} string' for name in [*names, 'ragged'])
    # A row with too few or too many cells is not cut to fit; biaobu says what is wrong with it.
    frame = spark.read.schema(schema).options(**options, columnNameOfCorruptRecord='ragged').csv(path)
    split = F.udf(split_record, 'array<string>')
    cells = F.coalesce(split('ragged'), F.array(*names))
    # A file whose cells may hold line breaks is read as one partition, so that these ids are 0, 1, 2 ...
    rows = frame.select((F.monotonically_increasing_id() + 1).alias('row'), cells.alias('cells'))
    return header, rows.where('row > 1')


def rows_of_table(frame, order):
    """The same of any table with one achievement per row. `order` is its column of distinct whole numbers: the rows of an
    applicant count in its order (which matters where a limit leaves something out), and results name rows by it."""
    header = [name for name in frame.columns if name != order]

    def column(name):
        return F.col('`' + name.replace('`', '``') + '`')

    cells = F.array(*[column(name).cast('string') for name in header])
    return header, frame.select(column(order).cast('bigint').alias('row'), cells.alias('cells'))


def split_record(text):
    """The cells of one CSV record, however many."""
    if text is None:
        return None     # Spark asks for the rows that are not ragged too.
    records = list(csv.reader(io.StringIO(text.rstrip('\r\n') + '\r\nend', newline='')))
    if records[-1] != ['end']:
        raise ValueError(f'a double quote is never closed: {text[:200]}')
    return records[0]


# ------------------------------------------------------------------------------------------------ the run

def estimate(spark, header, rows, biaobu, arguments=(), applicants=None, partitions=None):
    """The lines of `biaobu estimate` as a table with the one column `value`, in no order.

    `biaobu` and `applicants` (a CSV file) are paths at the driver; both are sent to the executors, which need nothing else.
    Row numbers are those of `rows`. Without `partitions` Spark decides how many there are.
    """
    context = spark.sparkContext
    sent = [biaobu, *([applicants] if applicants else [])]
    for path in sent:
        context.addFile(path)
    context.addPyFile(os.path.abspath(__file__))
    # An added file lies in the executor's folder under its own name and can be executed there.
    command = ['./' + os.path.basename(biaobu), *ESTIMATE, *arguments]
    if applicants:
        command += ['--applicants', os.path.basename(applicants)]

    header = list(header)
    if place_of(ID, header) is None:
        header = ['id', *header]
        rows = rows.select('row', F.concat(F.array(F.lit('')), 'cells').alias('cells'))
    id_at = place_of(ID, header)
    gathered = gather(rows, place_of(APPLICANT, header), names_by_code(applicants), partitions)

    # mapPartitions with a process of our own, for three things that RDD.pipe does not do: tell exit code 1 from 2,
    # say what the program said on standard error, and pass cells with line breaks. mapInPandas would ask for pandas and
    # pyarrow on every node and gains little, since everything is text.
    def partition(numbered):
        numbered = iter(numbered)
        first = next(numbered, None)
        if first is not None:
            yield from (line for line in lines_of(command, header, id_at, first, numbered) if not of_units(line))

    # Unreadable rows of the applicants file come back from every process; a run without achievements tells them once.
    def units(_):
        yield from lines_of(command, header, id_at, None, ())

    lines = gathered.rdd.mapPartitions(partition)
    if applicants:
        lines = lines.union(context.parallelize([0], 1).mapPartitions(units))
    return spark.createDataFrame(lines.map(lambda line: (line,)), 'value string')


def gather(rows, applicant_at, codes, partitions):
    """`rows` with those of one applicant together, in their order."""
    unit_of = F.udf(lambda cell: codes.get(fold(cell), fold(cell)), 'string')
    cell = F.lit('') if applicant_at is None else F.get('cells', F.lit(applicant_at))
    rows = rows.withColumn('unit', unit_of(cell))
    # Where some rows name their applicant, those that do not cannot be read. They follow the rows of some unit: alone
    # in a partition they would look like the file of one applicant that nobody named.
    some = rows.where("unit != ''").select('unit').head()
    rows = rows.withColumn('unnamed', F.col('unit') == '')
    rows = rows.withColumn('unit', F.when(F.col('unnamed'), some.unit if some else '').otherwise(F.col('unit')))
    apart = rows.repartition('unit') if partitions is None else rows.repartition(partitions, 'unit')
    return apart.sortWithinPartitions('unit', 'unnamed', 'row').select('row', 'cells')


def names_by_code(applicants):
    """A row may name its applicant by the credit code: the name that belongs to each code, both folded."""
    if not applicants:
        return {}
    with open(applicants, 'rb') as file:
        data = file.read()
    try:
        text = data.decode('utf-8-sig')
    except UnicodeDecodeError:
        text = data.decode('gb18030')
    records = csv.reader(io.StringIO(text, newline=''))
    header = next(records, [])
    name_at, code_at = place_of(APPLICANT, header), place_of(CODE, header)
    codes = {}
    if name_at is not None and code_at is not None:
        for record in records:
            if len(record) > max(name_at, code_at) and fold(record[code_at]):
                codes.setdefault(fold(record[code_at]), fold(record[name_at]))
    return codes


def place_of(names, header):
    """Where the column of one of these names is."""
    return next((place for place, name in enumerate(header) if fold(name) in names), None)


INVISIBLE = dict.fromkeys(map(ord, '\ufeff\u200b\u200c\u200d\u2060'))


def fold(text):
    """As biaobu compares names: full width or half, upper case or lower, however many spaces."""
    return ' '.join(unicodedata.normalize('NFKC', text or '').translate(INVISIBLE).split()).lower()


# ------------------------------------------------------------------------------------------------ one process

def lines_of(command, header, id_at, first, more):
    """The lines that the program prints for these rows. Rows go in from a thread while lines come out: neither side
    waits for the other to be done."""
    rows = array.array('q')     # The program counts rows[0] as row 2, since the header is row 1.
    broken = []
    said = tempfile.TemporaryFile()
    process = subprocess.Popen(command, cwd=SparkFiles.getRootDirectory(), stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=said)

    def feed():
        try:
            with io.TextIOWrapper(process.stdin, encoding='utf-8', newline='') as text:
                # All in quotes: which delimiter a file has is read off its header.
                csv.writer(text, quoting=csv.QUOTE_ALL).writerow(header)
                writer = csv.writer(text)
                for row, cells in ([] if first is None else chained(first, more)):
                    if not any(fold(cell) for cell in cells):
                        continue
                    if not fold(''.join(cell or '' for cell in cells[id_at:id_at + 1])):
                        # The program would name it by the number of the row in this stream. The row may be cut short.
                        cells = [*cells[:id_at], *[''] * (id_at - len(cells)), f'row{row}', *cells[id_at + 1:]]
                    rows.append(row)
                    writer.writerow(cells)
        except BrokenPipeError as error:
            broken.append(error)    # The program is gone; its exit code says why.
        except BaseException as error:
            broken.append(error)
            process.kill()

    feeder = threading.Thread(target=feed, daemon=True)
    feeder.start()
    try:
        for line in process.stdout:
            yield with_own_rows(line.decode('utf-8').rstrip('\n'), rows)
        code = process.wait()
        feeder.join()
        if broken and not isinstance(broken[0], BrokenPipeError):
            raise broken[0]
        said.seek(0)
        words = said.read(8000).decode('utf-8', 'replace').strip()
        # 0: all is well. 1: there are unreadable rows, which are among the lines. 2: it could not be done.
        if code not in (0, 1):
            raise RuntimeError(f'{" ".join(command)} ended with exit code {code}: {words}')
        if broken:
            raise RuntimeError(f'{" ".join(command)} did not read all rows: {words}')
        if words:
            print(words, file=sys.stderr)   # To the executor's log.
    finally:
        # Also where nobody wants the rest.
        process.kill()
        process.wait()


def chained(first, more):
    yield first
    yield from more


def of_units(line):
    """True for an unreadable row of the applicants file."""
    return line.startswith('{"invalid":') and not line.startswith('{"invalid":{"path":"-"')


# A line names rows by their number in the stream: as a number, and in the sentences about rows that are alike and about
# ids that are used twice, in both languages. Inside a text of JSON a quote is written \", so that the first is no text.
ROWS = [(words, re.compile(f'({words})([0-9]+)(?={after})')) for words, after in (
    ('"row":', '[,}]'), ('与第 ', ' 行的类别'), ('date are those of row ', ';'),
    ('在第 ', ' 行已经用过'), ('was used on row ', ' before'))]


def with_own_rows(line, rows):
    """The line with the numbers that the rows had before they were gathered."""
    if of_units(line):
        return line

    def own(found):
        place = int(found[2]) - 2
        return f'{found[1]}{rows[place]}' if 0 <= place < len(rows) else found[0]

    for words, pattern in ROWS:
        if words in line:
            line = pattern.sub(own, line)
    return line


# ------------------------------------------------------------------------------------------------ command line

def main(arguments):
    own, options = arguments, []
    if '--' in arguments:
        own, options = arguments[:arguments.index('--')], arguments[arguments.index('--') + 1:]
    parser = argparse.ArgumentParser(
        description='biaobu estimate on Apache Spark', epilog='Options of `biaobu estimate` follow behind --')
    parser.add_argument('achievements', help='one CSV file')
    parser.add_argument('--applicants', metavar='FILE', help="CSV file of the units' facts")
    parser.add_argument('--biaobu', metavar='FILE', default='target/release/biaobu',
                        help='the program; it is sent to the executors')
    parser.add_argument('--partitions', type=int, metavar='N', help='how many processes there are in all')
    parser.add_argument('--out', metavar='DIR', required=True,
                        help='folder for `lines` and `parquet`; must not hold them yet')
    given = parser.parse_args(own)

    spark = SparkSession.builder.appName('biaobu').getOrCreate()
    header, rows = rows_of_csv(spark, given.achievements)
    lines = estimate(spark, header, rows, given.biaobu, options, given.applicants, given.partitions)
    lines.write.text(f'{given.out}/lines')
    # From the lines that are written: nothing is computed twice.
    spark.read.schema(TABLE).json(f'{given.out}/lines').write.parquet(f'{given.out}/parquet')


if __name__ == '__main__':
    main(sys.argv[1:])
