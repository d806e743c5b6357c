#!/usr/bin/env python3
"""Independent reference implementation (reference) of the biaobu contract for the ten policies, clauses over the
kinds and subjects that contract section 1 names.  --year Y or Y..Z, --calls.
Plain and slow on purpose.  Money: integer fen.  Choices: see NOTES.md; the doubtful ones of runs over years can be
switched by environment variables (first value = default):
  REFERENCE_ONE_OFF     project | kind | rule    what one-off money of one project/title is counted over
  REFERENCE_PER_YEAR    each | one | once        per-year clauses: quantity years in each year | one year a year | once in a run
  REFERENCE_PAID_THEN   duplicate | ineligible   a row paid earlier whose conditions now fail
  REFERENCE_CALL_D      close | keep             with --calls D is at most the call's last day | D as without
  REFERENCE_CALL_OTHERS ineligible | free        what Foshan's call does not name"""
import argparse, csv, datetime, io, itertools, json, os, re, sys, unicodedata
from decimal import Decimal, ROUND_FLOOR

ONE_OFF = os.environ.get('REFERENCE_ONE_OFF', 'rule')
PER_YEAR = os.environ.get('REFERENCE_PER_YEAR', 'each')
PAID_THEN = os.environ.get('REFERENCE_PAID_THEN', 'duplicate')
CALL_D = os.environ.get('REFERENCE_CALL_D', 'keep')
CALL_OTHERS = os.environ.get('REFERENCE_CALL_OTHERS', 'free')

DATE = datetime.date
W = 10000 * 100                      # fen in one 万元


def w(x):                            # 万元 -> fen, exact
    v = Decimal(str(x)) * W
    assert v == v.to_integral_value()
    return int(v)


def money(fen):
    return "%d.%02d" % (fen // 100, fen % 100)


# ---------------------------------------------------------------- vocabulary
KINDS = {
    'standard': '标准制修订', 'committee': '标准化技术组织', 'award': '标准创新贡献奖', 'pilot': '试点示范',
    'leader': '企业标准领跑者', 'benchmarking': '对标达标', 'good_practice': '标准化良好行为',
    'adoption': '采用国际标准产品', 'platform': '创新基地与平台', 'event': '会议活动', 'service': '标准化服务',
    'overseas': '海外应用', 'talent': '人才培训', 'project': '标准化项目', 'quality_award': '质量奖',
    'honor': '品牌与称号', 'certification': '认证', 'metrology': '计量', 'laboratory': '检验检测',
    'engineering': '工程奖', 'patent': '专利', 'medicine': '药品器械'}
SUBJECTS = {
    'platform': {'innovation_base_regional': '区域型国家技术标准创新基地', 'innovation_base_domain': '领域型国家技术标准创新基地',
                 'innovation_base_provincial': '省级技术标准创新基地', 'promotion_platform': '标准化推广应用平台',
                 'innovation_platform': '标准创新平台', 'verification_point': '国家级标准验证检验检测点',
                 'standards_venue': '标准化场馆', 'verification_laboratory': '标准验证实验室', 'promoted_case': '国家推广标准案例'},
    'event': {'conference': '国际标准化会议', 'forum': '年会论坛'},
    'service': {'service_agency': '标准化服务机构', 'leader_evaluation': '领跑者评估机构', 'pilot_assist_approved': '协助立项',
                'pilot_assist_completed': '协助完成', 'group_standard_body': '团体标准制定机构'},
    'overseas': {'demonstration': '海外示范应用', 'foreign_adoption': '被国外采信'},
    'talent': {'expert_registration': '新注册专家', 'training': '培训项目', 'expert_studio': '专家工作室', 'course': '标准化课程'},
    'project': {'system_compilation': '体系编制及推广', 'tbt_protection': '技术性贸易壁垒应对', 'standard_research': '标准研制',
                'innovation_standardization': '自主创新成果标准化', 'standard_complex': '标准综合体',
                'review_research': '技术审查与科研'}}
LEVELS = {'international': '国际', 'national': '国家', 'industry': '行业', 'regional': '区域', 'provincial': '省级',
          'municipal': '市级', 'district': '区级', 'group': '团体', 'enterprise': '企业'}
ENUMS = {
    'level': {**{k: [v] for k, v in LEVELS.items()}, 'LOCAL': ['地方标准']},
    'action': {'formulate': ['制定', '转化'], 'revise': ['修订']},
    'role': {'lead': ['主导', '主持', '牵头'], 'participate': ['参与'], 'assist': ['协助']},
    'body': {'tc': ['技术委员会'], 'sc': ['分技术委员会'], 'wg': ['工作组']},
    'position': {'secretariat': ['秘书处'], 'convenor': ['召集人'], 'chair': ['主席', '主任委员'],
                 'vice_chair': ['副主席', '副主任委员'], 'expert': ['注册专家'], 'counterpart': ['国内对口单位']},
    'grade': {'first': ['一等奖'], 'second': ['二等奖'], 'third': ['三等奖'], 'organization': ['组织奖'],
              'encouragement': ['助力奖'], '5A': [], '4A': [], '3A': []},
    'stage': {'undertaken': ['承担', '立项'], 'accepted': ['验收'], 'promotion': ['推广示范']},
    'prior_source': {'national': ['国家'], 'provincial': ['省级'], 'municipal': ['市级'], 'district': ['区级']},
    'kind': {k: [v] for k, v in KINDS.items()},
    'type': {'enterprise': ['企业'], 'institution': ['事业单位'], 'social_organization': ['社会团体'], 'government': ['机关']},
}
LEVEL_VALUES = list(LEVELS)
FLAGS = {'filed': '已备案', 'group_platform': '团体标准平台公开', 'gov_use': '政府采信', 'expert_review': '专家评审通过',
         'proprietary_ip': '自有知识产权', 'government_first': '第一起草单位为行政单位', 'shandong_pilot': '省团体标准试点',
         'regional_joint': '区域性多部门联合', 'held_one_year': '连续保持一年', 'medical': '药品医疗器械', 'covers_area': '适用本区'}
COLUMNS = {
    'id': ['编号'], 'applicant': ['申报单位', '单位名称', '企业名称'], 'kind': ['类别'], 'subject': ['事项'], 'title': ['名称'],
    'number': ['标准号'], 'level': ['级别'], 'action': ['制修订'], 'role': ['角色'], 'rank': ['起草单位排名'],
    'local_ranks': ['本地单位排名'], 'body': ['机构'], 'position': ['职务'], 'grade': ['等级'], 'stage': ['阶段'],
    'date': ['日期', '发布日期', '获得日期'], 'implemented': ['实施日期'], 'series': ['系列'], 'project': ['项目标识', '产品'],
    'quantity': ['数量', '年数'], 'cost': ['实际费用'], 'adopters': ['采用单位数'], 'prior_amount': ['已获资助金额'],
    'prior_source': ['已获资助来源'], 'flags': ['标记']}
APPLICANT_COLUMNS = {
    'applicant': ['申报单位', '单位名称', '企业名称'], 'code': ['统一社会信用代码'], 'type': ['单位类型'], 'region': ['注册地'],
    'dishonest_on': ['列入失信日期'], 'penalized_on': ['标准或质量处罚日期'], 'violation_on': ['重大违法处罚日期'],
    'fraud_on': ['骗取资金认定日期'], 'investigating': ['正在接受调查']}


def fold(s):
    return unicodedata.normalize('NFKC', s).strip()


def key(s):
    return re.sub(r'\s+', '', fold(s)).casefold()


class Bad(Exception):
    pass


def p_enum(name, s):
    k = key(s)
    for val, labels in ENUMS[name].items():
        if k == key(val) or k in [key(x) for x in labels]:
            return val
    raise Bad('not a value of ' + name)


def p_date(s):
    s = fold(s)
    m = (re.fullmatch(r'(\d{4})([-/.])(\d{1,2})\2(\d{1,2})', s))
    if m:
        y, mo, d = m.group(1), m.group(3), m.group(4)
    else:
        m = re.fullmatch(r'(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日', s) or re.fullmatch(r'(\d{4})(\d{2})(\d{2})', s)
        if not m:
            raise Bad('not a date')
        y, mo, d = m.groups()
    try:
        return DATE(int(y), int(mo), int(d))
    except ValueError:
        raise Bad('no such day')


def p_money(s):
    t = re.sub(r'\s+', '', fold(s))
    m = re.fullmatch(r'((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(万元|万|元)?', t)
    if not m:
        raise Bad('not an amount of money')
    v = Decimal(m.group(1).replace(',', ''))
    if m.group(2) in ('万', '万元'):
        v *= 10000
    return v                         # yuan, exact


def to_fen(v):                       # rounded down to 0.01
    return int((v * 100).to_integral_value(rounding=ROUND_FLOOR))


def p_int(s, low):
    t = fold(s)
    if not re.fullmatch(r'\d+', t) or int(t) < low:
        raise Bad('not an integer >= %d' % low)
    return int(t)


def p_list(s):
    return [x.strip() for x in fold(s).split(';') if x.strip()]


def p_flags(s):
    out = {}
    for x in p_list(s):
        neg = x.startswith('!')
        k = key(x[1:] if neg else x)
        name = next((n for n, zh in FLAGS.items() if k in (key(n), key(zh))), None)
        if name is None:
            raise Bad('unknown flag')
        if name in out and out[name] != (not neg):
            raise Bad('flag given both ways')
        out[name] = not neg
    return out


def p_bool(s):
    k = key(s)
    if k in ('是', 'true', 'yes', '1', 'y'):
        return True
    if k in ('否', 'false', 'no', '0', 'n'):
        return False
    raise Bad('not yes or no')


def level_of_number(number):
    n = re.sub(r'\s+', ' ', fold(number)).upper()
    if re.match(r'GB(/[TZ])?(?![A-Z/])', n):
        return 'national'
    if re.match(r'(ISO|IEC|ITU)(?![A-Z])', n):
        return 'international'
    m = re.match(r'DB ?(\d+)', n)
    if m:
        return {2: 'provincial', 4: 'municipal'}.get(len(m.group(1)))
    if n.startswith('T/'):
        return 'group'
    if n.startswith('Q/'):
        return 'enterprise'
    m = re.match(r'([A-Z]{2})(/T)?(?![A-Z/])', n)
    if m and m.group(1) not in ('DB', 'GB'):
        return 'industry'
    return None


# ---------------------------------------------------------------- input files
def read_csv(path):
    text = sys.stdin.read() if path == '-' else open(path, encoding='utf-8-sig', newline='').read()
    rows = list(csv.reader(io.StringIO(text)))
    return rows


def header_map(header, columns):
    names = []
    for h in header:
        k = key(h)
        names.append(next((c for c, labels in columns.items() if k == key(c) or k in [key(x) for x in labels]), None))
    return names


def read_applicants(path):
    apps = []
    if not path:
        return apps
    rows = read_csv(path)
    names = header_map(rows[0], APPLICANT_COLUMNS)
    for rec in rows[1:]:
        cells = {n: fold(c) for n, c in zip(names, rec) if n}
        if not any(cells.values()):
            continue
        a = {n: None for n in APPLICANT_COLUMNS}
        for n, c in cells.items():
            if c == '':
                continue
            if n == 'type':
                a[n] = p_enum('type', c)
            elif n.endswith('_on'):
                a[n] = p_date(c)
            elif n == 'investigating':
                a[n] = p_bool(c)
            else:
                a[n] = c
        apps.append(a)
    return apps


def read_achievements(path, apps, applicant_option):
    """-> (ordered list of applicant dicts with rows, invalid list)"""
    rows = read_csv(path)
    names = header_map(rows[0], COLUMNS)
    recs = []
    for i, rec in enumerate(rows[1:], start=2):
        cells = {n: (rec[j] if j < len(rec) else '') for j, n in enumerate(names) if n}
        if not any(c.strip() for c in rec):
            continue
        recs.append((i, {n: fold(c) for n, c in cells.items()}))
    any_name = any(c.get('applicant') for _, c in recs)
    order, by_name, invalid, used = [], {}, [], set()
    for i, cells in recs:
        r = {n: None for n in COLUMNS}
        r['row'] = i
        r['flags'] = {}
        r['quantity'] = 1
        r['warnings'] = []
        bad = None
        raw_app = cells.get('applicant', '')
        if any_name and not raw_app:
            bad = ('applicant', '', 'applicant is blank')
        for n in COLUMNS:            # every cell is read, even where no clause uses it
            c = cells.get(n, '')
            if c == '' or bad:
                continue
            try:
                if n in ('kind', 'level', 'action', 'role', 'body', 'position', 'grade', 'stage', 'prior_source'):
                    r[n] = p_enum(n, c)
                elif n in ('date', 'implemented'):
                    r[n] = p_date(c)
                elif n in ('rank', 'quantity'):
                    r[n] = p_int(c, 1)
                elif n == 'adopters':
                    r[n] = p_int(c, 0)
                elif n == 'local_ranks':
                    r[n] = [p_int(x, 1) for x in p_list(c)] or None
                elif n in ('cost', 'prior_amount'):
                    r[n] = p_money(c)
                elif n == 'flags':
                    r[n] = p_flags(c)
                elif n == 'subject':
                    k = key(c)
                    subs = SUBJECTS.get(r['kind'], {})
                    r[n] = next((s for s, zh in subs.items() if k in (key(s), key(zh))), None)
                    if r[n] is None:
                        raise Bad('not a subject of this kind')
                else:
                    r[n] = c
            except Bad as e:
                bad = (n, c, str(e))
        if not bad and not r['kind']:
            bad = ('kind', '', 'kind is required')
        # applicant
        if not any_name:
            name, facts = applicant_option or '', None
            if applicant_option:
                facts = next((a for a in apps if applicant_option in (a['applicant'], a['code'])), None)
        else:
            name = raw_app
            facts = next((a for a in apps if name and name in (a['applicant'], a['code'])), None)
        if facts and facts['applicant']:
            name = facts['applicant']
        r['id'] = cells.get('id') or 'row%d' % i
        if not bad and (name, r['id']) in used:
            bad = ('id', r['id'], 'id used before')
        if bad:
            invalid.append({'path': path, 'row': i, 'column': bad[0], 'value': bad[1], 'message': bad[2]})
            continue
        used.add((name, r['id']))
        # level
        if r['kind'] == 'standard' and r['number']:
            inferred = level_of_number(r['number'])
            if r['level'] is None:
                r['level'] = inferred
            elif r['level'] == 'LOCAL':
                if inferred in ('provincial', 'municipal'):
                    r['level'] = inferred
                else:
                    r['warnings'].append('地方标准 but number is neither provincial nor municipal')
            elif inferred and inferred != r['level']:
                r['warnings'].append('level contradicted by number')
        if name not in by_name:
            by_name[name] = {'name': name, 'facts': facts or {n: None for n in APPLICANT_COLUMNS}, 'rows': []}
            order.append(by_name[name])
        by_name[name]['rows'].append(r)
    return order, invalid


# ---------------------------------------------------------------- dates
def minus_years(d, n):
    try:
        return d.replace(year=d.year - n)
    except ValueError:
        return d.replace(year=d.year - n, day=28)


class Ctx:
    pass


# ---------------------------------------------------------------- clauses
class Clause:
    """one rule, evaluated against one row whose selecting facts are all filled in"""

    def __init__(self, ctx, f, order, clause, category, nature, base):
        self.ctx, self.f = ctx, f
        self.order, self.clause, self.category, self.nature = order, clause, category, nature
        self.base = base             # fen
        self.after5 = base           # after limits that stand elsewhere
        self.prior = 0               # topped up by prior money (fen)
        self.false, self.missing, self.assumptions, self.notes = [], [], [], []
        self.klass = None            # (name, limit) of step 7
        self.group = None            # cap group of step 8
        self.raises = False          # raises a cap
        self.dup = None              # key for step 6
        self.dup_rank = 0            # the text's own ranking within such a key
        self.one_off = False         # 一次性: counted over the years of a run
        self.year_rate = None        # pays per year: (fen of one year, most years in all or None)
        # nothing dated after D counts
        if f['date'] and f['date'] > ctx.D:
            self.false.append('date')

    def need(self, value, fact):
        if value is None:
            if fact not in self.missing:
                self.missing.append(fact)
        elif not value:
            self.false.append(fact)
        return self

    def assume(self, fact, as_, clause=None):
        self.assumptions.append({'fact': fact, 'as': as_, 'clause': clause or self.clause})
        return self

    def flag_assumed(self, flag, clause=None):
        v = self.f['flags'].get(flag)
        if v is None:
            self.assume(flag, 'true', clause)
        else:
            self.need(v, flag)
        return self

    def date_between(self, lo, hi, fact='date'):
        d = self.f[fact]
        hi = min(hi, self.ctx.D) if hi else self.ctx.D
        self.need(None if d is None else ((lo is None or lo <= d) and d <= hi), fact)
        return self

    def limit_cost(self):
        c = self.f['cost']
        self.uses_cost = True
        if c is not None:
            self.after5 = min(self.base, to_fen(c))
        return self

    uses_cost = False

    @property
    def state(self):
        return 'inel' if self.false else 'und' if self.missing else 'pay'

    @property
    def amount(self):                # after step 5 and prior money
        return max(0, self.after5 - self.prior)

    def status_name(self):
        return 'reduced' if self.amount < self.base or self.prior > 0 else 'awarded'

    def missing_all(self):
        m = list(self.missing)
        if self.uses_cost and self.f['cost'] is None:
            m.append('cost')
        return m


def years(ctx, first, last):         # calendar years relative to Y
    return DATE(ctx.Y + first, 1, 1), DATE(ctx.Y + last, 12, 31)


def prior_excludes(c, clause, sources=('municipal', 'provincial')):
    """Beijing, Tianjin: money of these sources excludes the item"""
    amt, src = c.f['prior_amount'], c.f['prior_source']
    if amt is None and src is None:
        c.assume('prior_amount', '0', clause)
    elif amt is None:
        if src in sources:
            c.need(None, 'prior_amount')
    elif amt > 0:
        if src is None:
            c.need(None, 'prior_source')
        elif src in sources:
            c.need(False, 'prior_source')


def secretariat_like(f, body):
    """position that means 'holds the secretariat / does the work' of this body; blank = secretariat"""
    pos = f['position']
    if pos is None or pos == 'secretariat':
        return True
    return pos == 'convenor' and body == 'wg'


def by_rank(f):
    """lead = rank 1, participate = any other; rank wins, else role; f['role'] may be a tried value"""
    if f['rank'] is not None:
        return 'lead' if f['rank'] == 1 else 'participate'
    if f['role'] is None:
        return None
    return 'lead' if f['role'] == 'lead' else 'participate'


def need_event_lead(c):
    f = c.f
    if f['rank'] is not None:
        c.need(f['rank'] == 1, 'rank')
    if f['role'] is not None:
        c.need(f['role'] == 'lead', 'role')
    if f['rank'] is None and f['role'] is None:
        c.assume('role', 'lead')


def need_award_first(c):
    f = c.f
    if f['rank'] is not None:
        c.need(f['rank'] == 1, 'rank')
    elif f['role'] is not None:
        c.need(f['role'] == 'lead', 'role')
    else:
        c.assume('rank', '1')


# ================================================================ beijing-2020
class Beijing:
    id = 'beijing-2020'
    regions = ['北京']
    region_clause = '第一条'
    first, last = DATE(2020, 2, 25), None
    validity_clause = '第三十四条'
    excludes_government = None
    categories = ['standards', 'pilot', 'service', 'organization', 'overseas']

    def selecting(self, f):
        return {'standard': ['level', 'action'], 'pilot': ['level'], 'committee': ['level', 'body'],
                'service': ['subject'], 'overseas': ['subject']}.get(f['kind'], [])

    def bars(self, a, ctx):
        out, two = [], minus_years(ctx.D, 2)
        if a['penalized_on'] and two <= a['penalized_on'] <= ctx.D:
            out.append(('第二十五条（五）', 'penalized_on', str(a['penalized_on'])))
        if a['investigating']:
            out.append(('第二十五条（五）', 'investigating', 'true'))
        if a['dishonest_on'] and two <= a['dishonest_on'] <= ctx.D:
            out.append(('第二十五条（六）', 'dishonest_on', str(a['dishonest_on'])))
        return out

    def clauses(self, f, ctx):
        out, k, lv = [], f['kind'], f['level']
        if k == 'standard':
            table = [('international', 100, '（一）'), ('national', 30, '（二）'), ('industry', 20, '（三）'),
                     ('provincial', 20, '（四）'), ('municipal', 20, '（四）'), ('group', 20, '（五）')]
            for n, (level, top, item) in enumerate(table):
                if lv != level:
                    continue
                if f['action'] == 'formulate':
                    c = Clause(ctx, f, n, '第九条' + item, 'standards', 'ceiling', w(top))
                    c.raises = level == 'international' and c.base > 0
                elif f['action'] == 'revise':
                    c = Clause(ctx, f, 10 + n, '第九条（六）', 'standards', 'ceiling', w(top) // 2)
                else:
                    continue
                if level == 'group':
                    c.date_between(*years(ctx, -1, -1), fact='implemented')
                    c.flag_assumed('group_platform', '第八条（三）').flag_assumed('gov_use', '第八条（三）')
                else:
                    c.date_between(*years(ctx, -1, -1))
                rank = f['rank'] if f['rank'] is not None else (1 if f['role'] == 'lead' else None)
                c.need(None if rank is None else rank <= 3, 'rank')
                c.limit_cost()
                c.raises = c.raises and c.after5 > 0
                c.group = 'standards'
                if f['series']:
                    c.dup = ('series', f['series'])
                out.append(c)
        elif k == 'pilot':
            todo = []
            if lv == 'national':
                todo = [(20, 40, '（二）', True), (21, 20, '（二）', False)]
            elif lv in ('provincial', 'municipal'):
                todo = [(22, 15, '（三）', None)]
            for order, top, item, joint in todo:
                c = Clause(ctx, f, order, '第十七条' + item, 'pilot', 'ceiling', w(top))
                flag = f['flags'].get('regional_joint')
                if joint is True:
                    c.need(flag, 'regional_joint')
                elif joint is False:                      # unknown: 20 all the same
                    c.need(not flag, 'regional_joint')
                c.need(None if f['stage'] is None else f['stage'] == 'accepted', 'stage')
                c.date_between(*years(ctx, -1, 0))
                c.limit_cost()
                out.append(c)
        elif k == 'service':
            if f['subject'] == 'service_agency':
                c = Clause(ctx, f, 30, '第二十条', 'service', 'ceiling', w(20))
                c.date_between(*years(ctx, -1, 0))
                c.group = 'service'
                out.append(c)
        elif k == 'committee':
            if lv == 'international' and f['body'] and secretariat_like(f, f['body']):
                top = {'tc': 50, 'sc': 30, 'wg': 20}[f['body']]
                c = Clause(ctx, f, 40 + ['tc', 'sc', 'wg'].index(f['body']), '第二十二条（一）', 'organization', 'ceiling', w(top))
                if f['position'] is None:
                    c.assume('position', 'secretariat')
                c.date_between(*years(ctx, -1, 0))
                t = ctx.a['type']
                if t is not None:                          # 企事业单位
                    c.need(t in ('enterprise', 'institution'), 'type')
                c.group = 'organization'
                if f['project']:
                    c.dup = ('project', f['project'])
                out.append(c)
        elif k == 'overseas':
            if f['subject'] == 'demonstration':
                c = Clause(ctx, f, 50, '第二十三条', 'overseas', 'ceiling', w(50))
                c.date_between(*years(ctx, -1, 0))
                c.klass = 'demonstration'
                out.append(c)
        for c in out:
            prior_excludes(c, '第二十五条（二）')
        return out

    class_limits = {'demonstration': 1}
    category_limit = None

    def caps(self, selected, ctx):
        top = w(100) if any(c.raises for _, c in selected) else w(50)
        return [('standards', '第十一条', top), ('service', '第二十条', w(20)), ('organization', '第二十二条（三）', w(50))]


# ================================================================ tianjin-2021
class Tianjin:
    id = 'tianjin-2021'
    regions = ['天津']
    region_clause = '第二条'
    first, last = DATE(2021, 8, 29), DATE(2024, 8, 28)
    validity_clause = '第三十三条'
    excludes_government = '第二条'
    categories = ['第七条', '第八条', '第九条', '第十条', '第十一条', '第十二条', '第十三条']

    def selecting(self, f):
        role = ['role'] if f['rank'] is None else []
        return {'standard': ['level', 'action'] + role, 'award': ['grade'], 'committee': ['level', 'body'],
                'pilot': ['level'], 'leader': ['level'], 'service': ['subject'], 'overseas': ['subject'] + role,
                'event': ['subject']}.get(f['kind'], [])

    def bars(self, a, ctx):
        out = []
        if a['dishonest_on'] and minus_years(ctx.D, 3) <= a['dishonest_on'] <= ctx.D:
            out.append(('第二十六条（三）', 'dishonest_on', str(a['dishonest_on'])))
        if a['fraud_on'] and minus_years(ctx.D, 5) <= a['fraud_on'] <= ctx.D:
            out.append(('第二十九条', 'fraud_on', str(a['fraud_on'])))
        return out

    def clauses(self, f, ctx):
        out, k, lv = [], f['kind'], f['level']

        def add(order, article, amount):
            c = Clause(ctx, f, order, article, article, 'fixed', amount)
            out.append(c)
            return c

        if k == 'standard':
            role, act = by_rank(f), f['action']
            c = None
            if lv == 'international':
                spot = {('lead', 'formulate'): (0, 20), ('lead', 'revise'): (1, 18),
                        ('participate', 'formulate'): (2, 10), ('participate', 'revise'): (3, 6)}.get((role, act))
                if spot:
                    c = add(spot[0], '第七条', w(spot[1]))
            elif lv in ('national', 'industry', 'regional') and role == 'lead' and act:
                n = ['national', 'industry', 'regional'].index(lv)
                full = w([8, 4, 3][n])
                c = add(4 + n, '第七条', full) if act == 'formulate' else add(7 + n, '第七条', full // 2)
                if lv == 'industry':
                    c.flag_assumed('filed')
            if c:
                c.klass = 'standard-' + lv
                if role == 'lead' and f['series']:
                    c.dup = ('series', f['series'])
        elif k == 'award':
            if lv in ('national', None) and f['grade'] in ('first', 'second', 'third', 'organization'):
                n = ['first', 'second', 'third', 'organization'].index(f['grade'])
                c = add(20 + n, '第八条', w([15, 12, 10, 15][n]))
                if lv is None:
                    c.assume('level', 'national')
                if f['grade'] != 'organization':
                    need_award_first(c)
        elif k == 'committee':
            if f['body'] and secretariat_like(f, f['body']):
                spot = {('international', 'tc'): (30, 15), ('international', 'sc'): (31, 10), ('international', 'wg'): (32, 5),
                        ('national', 'tc'): (33, 10), ('national', 'sc'): (34, 5)}.get((lv, f['body']))
                if spot:
                    c = add(spot[0], '第九条', w(spot[1]))
                    if f['position'] is None:
                        c.assume('position', 'secretariat')
        elif k == 'pilot':
            if lv == 'national':
                c = add(40, '第十条', w(7))
                c.need(None if f['stage'] is None else f['stage'] == 'accepted', 'stage')
        elif k == 'leader':
            if lv == 'national':
                add(50, '第十一条', w(6) * f['quantity'])
            elif lv in ('provincial', 'municipal'):
                add(51, '第十一条', w(3) * f['quantity'])
        elif k == 'service':
            if f['subject'] == 'leader_evaluation':
                add(52, '第十一条', w(2)).klass = 'leader_evaluation'
        elif k == 'overseas':
            role = by_rank(f)
            if f['subject'] == 'foreign_adoption' and role:
                add(60, '第十二条', w(10)) if role == 'lead' else add(61, '第十二条', w(6))
        elif k == 'event':
            if f['subject'] == 'conference' and lv in ('international', None):
                c = add(70, '第十三条', w(8))
                c.klass = 'conference'
                if lv is None:
                    c.assume('level', 'international')
                need_event_lead(c)
        for c in out:
            c.date_between(*years(ctx, -1, -1))
            prior_excludes(c, '第三条')
        return out

    class_limits = {'conference': 1, 'leader_evaluation': 1, 'standard-international': 5, 'standard-national': 5,
                    'standard-industry': 5, 'standard-regional': 5}
    category_limit = 2

    def caps(self, selected, ctx):
        return []


# ================================================================ xiamen-2020
class Xiamen:
    id = 'xiamen-2020'
    regions = ['厦门']
    region_clause = '五（三）1'
    first, last = DATE(2020, 10, 9), DATE(2025, 10, 8)
    validity_clause = '文末'
    excludes_government = None
    categories = ['standards', 'committee', 'award', 'pilot', 'leader', 'benchmarking']

    def selecting(self, f):
        s = {'standard': ['level', 'action'], 'award': ['level', 'grade'], 'committee': ['level', 'body'],
             'pilot': ['level']}.get(f['kind'], [])
        return s

    def bars(self, a, ctx):
        return []

    @staticmethod
    def share(total, own, local):
        """fen of one standard's total for the applicant at place `own`; local includes own"""
        inside = [r for r in local if 2 <= r <= 5]
        if own == 1:
            return total if not inside else total * 70 // 100
        if own <= 5:
            return total * 30 // 100 // len(inside)
        return 0

    def clauses(self, f, ctx):
        out, k, lv = [], f['kind'], f['level']

        def add(order, item, category, amount):
            c = Clause(ctx, f, order, '五（三）' + item, category, 'fixed', amount)
            out.append(c)
            return c

        rank = f['rank'] if f['rank'] is not None else (1 if f['role'] == 'lead' else None)
        listed = set(f['local_ranks']) if f['local_ranks'] else None
        if k == 'standard' and f['action']:
            half = f['action'] == 'revise'
            c = None
            if lv in ('international', 'national', 'industry'):
                n = ['international', 'national', 'industry'].index(lv)
                total = w([100, 50, 40][n])
                if half:
                    total //= 2
                if rank is not None:
                    c = add(n + (4 if half else 0), '1', 'standards', self.share(total, rank, (listed or set()) | {rank}))
                    c.need(rank <= 5, 'rank')
                else:
                    low = 2 if f['role'] in ('participate', 'assist') else 1
                    open_ = sorted(r for r in (listed or ()) if r >= low)
                    best = open_[0] if open_ else low
                    c = add(n + (4 if half else 0), '1', 'standards', self.share(total, best, (listed or set()) | {best}))
                    c.need(None, 'rank')
                if listed is None:
                    c.assume('local_ranks', str(rank or ''))
            elif lv in ('provincial', 'municipal'):
                c = add(7 if half else 3, '1', 'standards', w(5) // 2 if half else w(5))
                gf = f['flags'].get('government_first')
                if gf:
                    if rank is None:
                        c.need(None, 'rank')
                    elif rank == 1:
                        c.need(False, 'rank')
                    elif listed is None:
                        c.assume('local_ranks', str(rank))
                    else:
                        c.need(rank == min(r for r in listed | {rank} if r > 1), 'rank')
                else:
                    if gf is None:
                        c.assume('government_first', 'false')
                    if rank is not None:
                        c.need(rank == 1, 'rank')
                    elif f['role'] in ('participate', 'assist'):
                        c.need(False, 'role')
                    else:
                        c.need(None, 'rank')
            if c:
                if f['date'] is not None:
                    c.need(f['date'] >= minus_years(ctx.D, 5), 'date')
                if ctx.a['type'] is not None:
                    c.need(ctx.a['type'] != 'government', 'type')
        elif k == 'committee':
            pos, body, c = f['position'], f['body'], None
            if pos in ('chair', 'vice_chair', 'expert'):
                if lv == 'international':
                    c = add(20, '2', 'committee', w(20)) if pos != 'expert' else add(21, '2', 'committee', w(5))
                elif lv == 'national' and pos != 'expert' and body in ('tc', 'sc'):
                    c = add(22, '2', 'committee', w(6)) if pos == 'chair' else add(23, '2', 'committee', w(3))
            elif body and secretariat_like(f, body):
                spot = {('international', 'tc'): (10, 100), ('international', 'sc'): (11, 60), ('international', 'wg'): (12, 30),
                        ('national', 'tc'): (13, 80), ('national', 'sc'): (14, 50), ('national', 'wg'): (15, 15),
                        ('provincial', 'tc'): (16, 10), ('municipal', 'tc'): (16, 10)}.get((lv, body))
                if spot:
                    c = add(spot[0], '2', 'committee', w(spot[1]))
                    if pos is None:
                        c.assume('position', 'secretariat')
        elif k == 'award':
            if lv in ('national', 'provincial') and f['grade'] in ('first', 'second', 'third'):
                n = ['first', 'second', 'third'].index(f['grade'])
                c = add(30 + n, '3', 'award', w([50, 20, 10][n])) if lv == 'national' else add(33 + n, '3', 'award', w([30, 10, 5][n]))
                need_award_first(c)
                if ctx.a['type'] is not None:
                    c.need(ctx.a['type'] != 'government', 'type')
        elif k == 'pilot':
            if lv in ('national', 'provincial', 'municipal'):
                nat = lv == 'national'
                c = add(40 if nat else 41, '4', 'pilot', w(25) if nat else w(15))
                c.need(None if f['stage'] is None else f['stage'] == 'accepted', 'stage')
                c = add(42 if nat else 43, '4', 'pilot', (w(10) if nat else w(5)) * f['quantity'])
                c.year_rate = (w(10) if nat else w(5), f['quantity'] if f['quantity'] > 1 else None)
                c.need(None if f['stage'] is None else f['stage'] == 'promotion', 'stage')
        elif k == 'leader':
            c = add(50, '5', 'leader', w(5))
            c.klass = 'leader'
            if ctx.a['type'] is not None:
                c.need(ctx.a['type'] == 'enterprise', 'type')
        elif k == 'benchmarking':
            c = add(51, '5', 'benchmarking', w('0.5') * f['quantity'])
            c.group = 'benchmarking'
            if ctx.a['type'] is not None:
                c.need(ctx.a['type'] == 'enterprise', 'type')
        for c in out:
            c.date_between(DATE(2020, 10, 9), None)
        return out

    class_limits = {'leader': 1}
    life_classes = ('leader',)           # for life: what earlier years of the run paid counts
    life_groups = ('benchmarking',)
    category_limit = None

    def caps(self, selected, ctx):
        return [('benchmarking', '五（三）5', w(3))]


# ================================================================ foshan-2018
class Foshan:
    id = 'foshan-2018'
    regions = ['佛山']
    region_clause = None                  # not a bar: see clauses()
    first, last = DATE(2018, 12, 1), DATE(2023, 11, 30)
    validity_clause = '第二十四条'
    excludes_government = None
    categories = ['funding', 'standards', 'committee', 'leader', 'service']

    def selecting(self, f):
        return {'standard': ['level', 'action', 'role'], 'committee': ['level', 'body'], 'service': ['subject'],
                'project': ['subject'], 'pilot': ['level'], 'event': ['subject'], 'talent': ['subject']}.get(f['kind'], [])

    def bars(self, a, ctx):
        if a['fraud_on'] and minus_years(ctx.D, 3) <= a['fraud_on'] <= ctx.D:
            return [('第十六条', 'fraud_on', str(a['fraud_on']))]
        return []

    def clauses(self, f, ctx):
        out, k, lv = [], f['kind'], f['level']
        local_only = True

        def add(order, article, category, amount):
            c = Clause(ctx, f, order, article, category, 'ceiling', amount)
            if category == 'funding':
                c.group = 'funding'
            out.append(c)
            return c

        if k == 'project':
            subs = ['system_compilation', 'tbt_protection', 'standard_research', 'innovation_standardization']
            if f['subject'] in subs:
                add(0, '第七条（一）', 'funding', w(50) * f['quantity'])
            elif f['subject'] == 'standard_complex':
                add(5, '第七条（五）', 'funding', w(100))
        elif k == 'pilot':
            if lv in ('national', 'provincial', 'municipal'):
                c = add(1, '第七条（二）', 'funding', w(50)) if lv == 'national' else add(2, '第七条（二）', 'funding', w(30))
                if f['stage'] is None:
                    c.assume('stage', 'undertaken')
                else:
                    c.need(f['stage'] in ('undertaken', 'accepted'), 'stage')
        elif k == 'event':
            if f['subject'] in ('conference', 'forum') and lv not in ('district', 'group', 'enterprise'):
                top = w(30)
                c = add(3, '第七条（三）', 'funding', top if f['cost'] is None else min(top, to_fen(f['cost'])))
                c.uses_cost = True
                if lv is None:
                    c.assume('level', 'municipal')
                need_event_lead(c)
        elif k == 'talent':
            if f['subject'] == 'training':
                add(4, '第七条（四）', 'funding', w(10) * f['quantity'])
        elif k == 'standard':
            act = f['action']
            if lv == 'international':
                spot = {('lead', 'formulate'): (10, 100), ('assist', 'formulate'): (11, 40), ('assist', 'revise'): (12, 30)}.get((f['role'], act))
                if spot:
                    add(spot[0], '第八条（一）', 'standards', w(spot[1]))
            else:
                role = by_rank(f)
                spot = {('national', 'lead', 'formulate'): (13, '（二）', 50), ('national', 'participate', 'formulate'): (14, '（二）', 30),
                        ('national', 'lead', 'revise'): (15, '（二）', 20),
                        ('industry', 'lead', 'formulate'): (16, '（三）', 30), ('industry', 'participate', 'formulate'): (17, '（三）', 20),
                        ('industry', 'lead', 'revise'): (18, '（三）', 15),
                        ('group', 'lead', 'formulate'): (19, '（四）', 10),
                        ('provincial', 'lead', 'formulate'): (20, '（五）', 5), ('municipal', 'lead', 'formulate'): (20, '（五）', 5),
                        }.get((lv, role, act))
                if spot:
                    add(spot[0], '第八条' + spot[1], 'standards', w(spot[2]))
            for c in out:
                amt, src = f['prior_amount'], f['prior_source']
                if amt is None and src is None:
                    c.assume('prior_amount', '0', '第二十二条')
                elif amt is None:
                    c.need(None, 'prior_amount')
                elif amt > 0:
                    c.prior = -(to_fen(-amt))      # rounded up, so that the rest is rounded down
        elif k == 'committee':
            if f['body'] and secretariat_like(f, f['body']):
                if lv == 'international':
                    add(21, '第八条（六）', 'committee', w(50))
                elif lv == 'national' and f['body'] in ('tc', 'sc'):
                    add(22, '第八条（七）', 'committee', w(30))
                elif lv == 'provincial' and f['body'] == 'tc':
                    add(23, '第八条（八）', 'committee', w(10))
                if out and f['position'] is None:
                    out[-1].assume('position', 'secretariat')
        elif k == 'leader':
            add(24, '第八条（九）', 'leader', w(10))
        elif k == 'service':
            if lv in ('national', None):
                if f['subject'] == 'pilot_assist_approved':
                    add(25, '第八条（十）', 'service', w(10))
                elif f['subject'] == 'pilot_assist_completed':
                    add(26, '第八条（十）', 'service', w(20))
                if out and lv is None:
                    out[-1].assume('level', 'national')
                local_only = False
        for c in out:
            c.date_between(None, None)
            if local_only and ctx.outside:
                c.need(False, 'region')
        return out

    class_limits = {}
    category_limit = None

    def caps(self, selected, ctx):
        if ctx.params.get('fund_total') is None:
            return []
        return [('funding', '第二十一条', to_fen(ctx.params['fund_total'] * 20 / 100))]


# ---------------------------------------------------------------- helpers of the other six
def prior_topup(c, clause, sources=None):
    """money already received is topped up; sources None: from any source"""
    amt, src = c.f['prior_amount'], c.f['prior_source']
    matters = src is not None and (sources is None or src in sources)
    if amt is None and src is None:
        c.assume('prior_amount', '0', clause)
    elif amt is None:
        if matters:
            c.need(None, 'prior_amount')
    elif amt > 0:
        if sources is not None and src is None:
            c.need(None, 'prior_source')
        elif sources is None or matters:
            c.prior = -(to_fen(-amt))          # rounded up, so that the rest is rounded down


def prior_any_excludes(c, clause):
    amt, src = c.f['prior_amount'], c.f['prior_source']
    if amt is None and src is None:
        c.assume('prior_amount', '0', clause)
    elif amt is None:
        c.need(None, 'prior_amount')
    elif amt > 0:
        c.need(False, 'prior_amount')


def need_undertaken(c):                        # 承担 / 获得: undertaken or accepted, blank = undertaken
    if c.f['stage'] is None:
        c.assume('stage', 'undertaken')
    else:
        c.need(c.f['stage'] in ('undertaken', 'accepted'), 'stage')


def need_accepted(c):
    c.need(None if c.f['stage'] is None else c.f['stage'] == 'accepted', 'stage')


def need_enterprise(c):
    t = c.ctx.a['type']
    if t is None:
        c.assume('type', 'enterprise')
    else:
        c.need(t == 'enterprise', 'type')


def award_national(f):                         # blank = national, where only the national award is paid
    return f['level'] in ('national', None)


def standard_selecting(f):
    return ['level', 'action'] + (['role'] if f['rank'] is None else [])


def penalty_bars(a, ctx, n, clause):
    out = []
    if a['penalized_on'] and minus_years(ctx.D, n) <= a['penalized_on'] <= ctx.D:
        out.append((clause, 'penalized_on', str(a['penalized_on'])))
    if a['investigating']:
        out.append((clause, 'investigating', 'true'))
    return out


# ================================================================ linyi-2019
class Linyi:
    id = 'linyi-2019'
    regions = ['临沂']
    region_clause = '第三条'
    first, last = DATE(2019, 11, 15), DATE(2024, 11, 14)
    validity_clause = '第十六条'
    excludes_government = '第三条'
    categories = ['standards', 'committee', 'pilot', 'leader', 'platform', 'good_practice', 'award', 'talent']

    def selecting(self, f):
        return {'standard': standard_selecting(f), 'committee': ['level', 'body'], 'pilot': ['level'], 'leader': ['level'],
                'platform': ['subject', 'level'], 'good_practice': ['grade'], 'award': ['grade'], 'talent': ['subject']}.get(f['kind'], [])

    def bars(self, a, ctx):
        return penalty_bars(a, ctx, 3, '第十一条（三）')

    def clauses(self, f, ctx):
        out, k, lv = [], f['kind'], f['level']

        def add(order, item, category, amount):
            c = Clause(ctx, f, order, '第六条' + item, category, 'ceiling', amount)
            c.group = ('unit',)
            out.append(c)
            return c

        if k == 'standard' and f['action']:
            levels = ['international', 'national', 'industry', 'provincial', 'municipal', 'group']
            role = by_rank(f)
            table = {('lead', 'formulate'): [100, 50, 30, 20, 10, 5], ('lead', 'revise'): [50, 30, 20, 10],
                     ('participate', 'formulate'): [30, 20, 10], ('participate', 'revise'): [20, 10, 5]}.get((role, f['action']), [])
            if lv in levels[:len(table)]:
                n = levels.index(lv)
                start = {('lead', 'formulate'): 0, ('lead', 'revise'): 6, ('participate', 'formulate'): 10, ('participate', 'revise'): 13}[role, f['action']]
                c = add(start + n, '（一）' if role == 'lead' else '（二）', 'standards', w(table[n]))
                if role == 'participate':           # 第七条: second and third drafting unit
                    c.need(None if f['rank'] is None else f['rank'] <= 3, 'rank')
                if lv in ('municipal', 'group'):
                    c.group = ('small', 'unit')
        elif k == 'committee':
            if f['body'] and secretariat_like(f, f['body']):
                spot = {('international', 'tc'): (20, 100), ('international', 'sc'): (21, 50), ('international', 'wg'): (22, 30),
                        ('national', 'tc'): (23, 50), ('national', 'sc'): (24, 30), ('national', 'wg'): (25, 20),
                        ('provincial', 'tc'): (26, 20), ('provincial', 'sc'): (27, 10)}.get((lv, f['body']))
                if spot:
                    c = add(spot[0], '（三）', 'committee', w(spot[1]))
                    if f['position'] is None:
                        c.assume('position', 'secretariat')
        elif k == 'pilot':
            if lv in ('national', 'provincial'):
                need_accepted(add(30, '（四）', 'pilot', w(20)) if lv == 'national' else add(31, '（四）', 'pilot', w(10)))
        elif k == 'leader':
            if lv in ('national', 'provincial', 'municipal'):
                n = ['national', 'provincial', 'municipal'].index(lv)
                add(40 + n, '（五）', 'leader', w([30, 20, 10][n]))
        elif k == 'platform':
            s = f['subject']
            if s == 'innovation_base_regional':
                add(50, '（六）', 'platform', w(100))
            elif s == 'innovation_base_domain':
                add(51, '（六）', 'platform', w(50))
            elif s == 'promotion_platform' and lv == 'national':
                add(52, '（六）', 'platform', w(50))
            elif s == 'innovation_platform' and lv == 'provincial':
                add(53, '（六）', 'platform', w(20))
        elif k == 'good_practice':
            if f['grade'] in ('5A', '4A'):
                add(60, '（七）', 'good_practice', w(10)) if f['grade'] == '5A' else add(61, '（七）', 'good_practice', w(5))
        elif k == 'award':
            if award_national(f) and f['grade'] == 'organization':
                c = add(70, '（八）', 'award', w(10))
                if lv is None:
                    c.assume('level', 'national')
        elif k == 'talent':
            if f['subject'] == 'expert_registration' and lv in ('international', 'national', None):
                c = add(71, '（八）', 'talent', w(10))
                c.group = ('experts', 'unit')
                if lv is None:
                    c.assume('level', 'national')
        for c in out:
            c.date_between(*years(ctx, -1, -1))
            prior_excludes(c, '第十三条', ('municipal', 'district'))
        return out

    class_limits = {}
    category_limit = None

    def caps(self, selected, ctx):
        return [('experts', '第六条（八）', w(10)), ('small', '第八条', w(50)), ('unit', '第八条', w(200))]


# ================================================================ zaozhuang-2018
class Zaozhuang:
    id = 'zaozhuang-2018'
    regions = ['枣庄']
    region_clause = '第三条'
    first, last = DATE(2018, 12, 1), DATE(2023, 11, 30)
    validity_clause = '第十三条'
    excludes_government = '第三条'
    categories = ['standards', 'committee', 'award', 'pilot', 'leader', 'good_practice']

    def selecting(self, f):
        return {'standard': standard_selecting(f), 'committee': ['level', 'body'], 'award': ['level', 'grade'], 'pilot': ['level'],
                'leader': ['level'], 'good_practice': ['grade']}.get(f['kind'], [])

    def bars(self, a, ctx):
        return []

    def clauses(self, f, ctx):
        out, k, lv = [], f['kind'], f['level']

        def add(order, item, category, amount):
            c = Clause(ctx, f, order, '第五条' + item, category, 'fixed', amount)
            out.append(c)
            return c

        if k == 'standard' and f['action']:
            levels = ['international', 'national', 'industry', 'provincial', 'group']
            full = [100, 50, 20, 10, 10]
            role = by_rank(f)
            if lv in levels:
                n = levels.index(lv)
                if f['action'] == 'revise':
                    if lv != 'group':
                        add(10 + n, '（一）', 'standards', w(full[n]) // 10)
                elif role == 'lead':
                    add(n, '（一）', 'standards', w(full[n]))
                else:
                    c = add(5 + n, '（一）', 'standards', w(full[n]) // 5)
                    if lv == 'group':
                        c.need(bool(f['flags'].get('shandong_pilot')), 'shandong_pilot')
        elif k == 'committee':
            if f['body'] and secretariat_like(f, f['body']):
                spot = {('international', 'tc'): (20, 100), ('national', 'tc'): (21, 50), ('provincial', 'tc'): (22, 20),
                        ('international', 'sc'): (23, 50), ('national', 'sc'): (24, 25), ('provincial', 'sc'): (25, 10),
                        ('international', 'wg'): (26, 20), ('national', 'wg'): (27, 10)}.get((lv, f['body']))
                if spot:
                    c = add(spot[0], '（二）', 'committee', w(spot[1]))
                    if f['position'] is None:
                        c.assume('position', 'secretariat')
        elif k == 'award':
            if lv in ('national', 'provincial') and f['grade'] in ('first', 'second', 'third'):
                n = ['first', 'second', 'third'].index(f['grade'])
                full = w([20, 10, 5][n])
                add(30 + n, '（三）', 'award', full) if lv == 'national' else add(33 + n, '（三）', 'award', full * 30 // 100)
        elif k == 'pilot':
            if lv in ('national', 'provincial'):
                need_undertaken(add(40, '（四）', 'pilot', w(20)) if lv == 'national' else add(41, '（四）', 'pilot', w(10)))
        elif k == 'leader':
            if lv in ('national', 'provincial'):
                add(50, '（五）', 'leader', w(20)) if lv == 'national' else add(51, '（五）', 'leader', w(10))
        elif k == 'good_practice':
            if f['grade'] in ('5A', '4A'):
                c = add(60, '（六）', 'good_practice', w(10))
                if f['grade'] == '5A':
                    c.assume('grade', '4A')
            elif f['grade'] == '3A':
                add(61, '（六）', 'good_practice', w(5))
        for c in out:
            c.date_between(minus_years(ctx.D, 1), None)
            prior_topup(c, '第八条')
        return out

    class_limits = {}
    category_limit = None

    def caps(self, selected, ctx):
        return []


# ================================================================ weihai-2019
class Weihai:
    id = 'weihai-2019'
    regions = ['威海']
    region_clause = '第二条'
    first, last = DATE(2020, 1, 1), DATE(2024, 12, 31)
    validity_clause = '第二十八条'
    excludes_government = None
    categories = ['standards', 'committee', 'platform', 'leader', 'pilot', 'award', 'talent']

    def selecting(self, f):
        return {'standard': standard_selecting(f), 'committee': ['level', 'body'], 'platform': ['subject', 'level'], 'leader': ['level'],
                'pilot': ['level'], 'award': ['grade'], 'talent': ['subject']}.get(f['kind'], [])

    def bars(self, a, ctx):
        out = penalty_bars(a, ctx, 2, '第二十三条（三）')
        if a['fraud_on'] and minus_years(ctx.D, 5) <= a['fraud_on'] <= ctx.D:
            out.append(('第二十六条', 'fraud_on', str(a['fraud_on'])))
        return out

    def clauses(self, f, ctx):
        out, k, lv = [], f['kind'], f['level']

        def add(order, article, category, amount, nature='fixed'):
            c = Clause(ctx, f, order, article, category, nature, amount)
            c.group = ('unit',)
            out.append(c)
            return c

        if k == 'standard' and f['action']:
            levels = ['international', 'national', 'industry', 'provincial']
            if lv in levels:
                n = levels.index(lv)
                m = [('lead', 'formulate'), ('lead', 'revise'), ('participate', 'formulate'), ('participate', 'revise')].index((by_rank(f), f['action']))
                amount = [[100, 50, 30, 15], [50, 25, 15, '7.5'], [20, 10, 6, 3], [10, 5, 3, '1.5']][n][m]
                c = add(4 * n + m, ['第五条', '第六条', '第七条', '第八条'][n], 'standards', w(amount), 'ceiling')
                if n == 0 and m == 0:
                    c.need(None, 'clause')          # the text has no such clause
                if lv == 'industry':
                    c.flag_assumed('filed')
        elif k == 'committee':
            if lv == 'provincial' and f['body'] == 'tc' and secretariat_like(f, 'tc'):
                c = add(20, '第九条', 'committee', w(30))
                if f['position'] is None:
                    c.assume('position', 'secretariat')
        elif k == 'platform':
            if f['subject'] == 'innovation_base_provincial':
                add(21, '第十条', 'platform', w(10))
            elif f['subject'] == 'promotion_platform' and lv == 'provincial':
                add(22, '第十条', 'platform', w(10))
        elif k == 'leader':
            if lv == 'national':
                add(23, '第十一条', 'leader', w(10))
        elif k == 'pilot':
            if lv in ('national', 'provincial'):
                need_undertaken(add(24, '第十二条', 'pilot', w(10)) if lv == 'national' else add(25, '第十二条', 'pilot', w(5)))
        elif k == 'award':
            if award_national(f) and f['grade'] in ('first', 'second', 'third'):
                n = ['first', 'second', 'third'].index(f['grade'])
                c = add(26 + n, '第十三条', 'award', w([50, 30, 20][n]))
                if lv is None:
                    c.assume('level', 'national')
                need_award_first(c)
        elif k == 'talent':
            if f['subject'] == 'training':
                add(30, '第十四条', 'talent', 0, 'ceiling').need(None, 'clause')
        for c in out:
            c.date_between(*years(ctx, -1 if k == 'standard' else 0, 0))
            prior_any_excludes(c, '第十九条')
        return out

    class_limits = {}
    category_limit = None

    def caps(self, selected, ctx):
        return [('unit', '第十九条', w(100))]


# ================================================================ liaocheng-2021
class Liaocheng:
    id = 'liaocheng-2021'
    regions = ['聊城']
    region_clause = '第三条'
    first, last = DATE(2021, 8, 1), DATE(2026, 7, 31)
    validity_clause = '第九条'
    excludes_government = None
    default_day = (9, 30)
    categories = ['standards', 'committee', 'platform', 'service', 'leader', 'award', 'good_practice', 'adoption']

    def selecting(self, f):
        return {'standard': standard_selecting(f), 'committee': ['level', 'body'], 'platform': ['subject', 'level'], 'service': ['subject'],
                'leader': ['level'], 'award': ['grade'], 'good_practice': ['grade']}.get(f['kind'], [])

    def bars(self, a, ctx):
        return []

    def clauses(self, f, ctx):
        out, k, lv = [], f['kind'], f['level']

        def add(order, item, category, amount):
            c = Clause(ctx, f, order, '第四条' + item, category, 'fixed', amount)
            out.append(c)
            return c

        if k == 'standard' and f['action']:
            levels = ['international', 'national', 'industry', 'provincial']
            role = by_rank(f)
            if lv in levels:
                n = levels.index(lv)
                amount = w([150, 80, 20, 10][n])
                order = n
                if f['action'] == 'revise':
                    amount, order = amount // 2, order + 4
                if role == 'participate':
                    amount, order = amount // 5, order + 8
                add(order, '（十）', 'standards', amount)
            elif lv == 'group' and role == 'lead' and f['action'] == 'formulate':
                add(16, '（十）', 'standards', w(10)).need(bool(f['flags'].get('shandong_pilot')), 'shandong_pilot')
        elif k == 'committee':
            if f['body'] and secretariat_like(f, f['body']):
                spot = {('international', 'tc'): (20, 200), ('international', 'sc'): (21, 100), ('international', 'wg'): (22, 60),
                        ('national', 'tc'): (23, 100), ('national', 'sc'): (24, 60), ('national', 'wg'): (25, 40),
                        ('provincial', 'tc'): (26, 30)}.get((lv, f['body']))
                if spot:
                    c = add(spot[0], '（十一）', 'committee', w(spot[1]))
                    if f['position'] is None:
                        c.assume('position', 'secretariat')
        elif k == 'platform':
            s = f['subject']
            spot = {'innovation_base_regional': (30, 200), 'innovation_base_domain': (31, 100), 'innovation_base_provincial': (32, 50),
                    'innovation_platform': (35, 30), 'verification_point': (36, 50)}.get(s)
            if s == 'promotion_platform':
                spot = {'national': (33, 100), 'provincial': (34, 50)}.get(lv)
            if spot:
                add(spot[0], '（十一）', 'platform', w(spot[1]))
        elif k == 'service':
            if f['subject'] == 'group_standard_body':
                add(37, '（十一）', 'service', w(10)).assume('uptake', 'true')
        elif k == 'leader':
            if lv in ('national', 'provincial'):
                add(40, '（十二）', 'leader', w(30)) if lv == 'national' else add(41, '（十二）', 'leader', w(10))
        elif k == 'award':
            if award_national(f) and f['grade'] in ('first', 'second', 'third'):
                n = ['first', 'second', 'third'].index(f['grade'])
                c = add(42 + n, '（十二）', 'award', w([20, 15, 10][n]))
                if lv is None:
                    c.assume('level', 'national')
        elif k == 'good_practice':
            if f['grade'] in ('4A', '3A'):
                add(45, '（十二）', 'good_practice', w(5)) if f['grade'] == '4A' else add(46, '（十二）', 'good_practice', w(3))
        elif k == 'adoption':
            add(47, '（十二）', 'adoption', w(1) * f['quantity'])
        lo = DATE(2020, 9, 1) if ctx.Y == 2021 else DATE(ctx.Y - 1, 10, 1)
        for c in out:
            c.date_between(lo, DATE(ctx.Y, 9, 30))
            if k not in ('standard', 'committee') and title_key(f):
                c.dup = ('第五条', k, f['subject']) + title_key(f)
        return out

    class_limits = {}
    category_limit = None

    def caps(self, selected, ctx):
        return []


# ================================================================ zhengzhou-2019
class Zhengzhou:
    id = 'zhengzhou-2019'
    regions = ['郑州']
    region_clause = '文首'
    first, last = DATE(2019, 5, 10), None
    validity_clause = '30'
    excludes_government = None
    categories = ['award', 'platform', 'standards', 'committee', 'service', 'pilot', 'project', 'talent', 'good_practice', 'leader', 'benchmarking']

    def selecting(self, f):
        return {'standard': standard_selecting(f), 'committee': ['level', 'body'], 'platform': ['subject'], 'service': ['subject'],
                'talent': ['subject'], 'project': ['subject'], 'pilot': ['level'],
                'leader': ['level'], 'award': ['grade'], 'good_practice': ['grade']}.get(f['kind'], [])

    def bars(self, a, ctx):
        return []

    def clauses(self, f, ctx):
        out, k, lv = [], f['kind'], f['level']

        def add(order, item, category, amount, nature='fixed'):
            c = Clause(ctx, f, order, item, category, nature, amount)
            c.date_between(DATE(2019, 5, 10), None)
            out.append(c)
            return c

        if k == 'award':
            if award_national(f) and f['grade'] in ('first', 'second', 'third', 'encouragement'):
                n = ['first', 'second', 'third', 'encouragement'].index(f['grade'])
                c = add(n, '9', 'award', w([100, 50, 20, 5][n]))
                if lv is None:
                    c.assume('level', 'national')
        elif k == 'platform':
            subs = ['innovation_base_regional', 'innovation_base_domain', 'standards_venue', 'verification_laboratory', 'promoted_case']
            if f['subject'] in subs:
                add(4 + subs.index(f['subject']), '9', 'platform', w(30))
        elif k == 'standard' and f['action']:
            role = by_rank(f)

            def build(bonus):
                extra = w(20) if bonus else 0
                if role == 'lead' and lv in ('international', 'national', 'industry', 'provincial', 'municipal'):
                    n = ['international', 'national', 'industry', 'provincial', 'municipal'].index(lv)
                    return add(10 + n, '10', 'standards', w([1000, 100, 80, 40, 40][n]) + extra)
                if role == 'participate' and lv in ('international', 'national', 'industry'):
                    n = ['international', 'national', 'industry'].index(lv)
                    return add(15 + n, '10', 'standards', w([100, 80, 60][n]))
                if role == 'lead' and lv == 'group' and f['action'] == 'formulate':
                    c = add(18, '10', 'standards', w(40) + extra)
                    gov, n = f['flags'].get('gov_use'), f['adopters']
                    if gov or (n is not None and n >= 10):
                        pass
                    elif gov is None or n is None:
                        if gov is None:
                            c.need(None, 'gov_use')
                        if n is None:
                            c.need(None, 'adopters')
                    else:
                        c.need(False, 'gov_use')
                    return c
                return None

            t, ip = ctx.a['type'], f['flags'].get('proprietary_ip')
            may = role == 'lead' and lv in ('national', 'industry', 'group') and t in (None, 'enterprise')
            c = build(may and ip is True)
            if c and may and ip is True and t is None:
                c.assume('type', 'enterprise')
            if c and may and ip is None and c.state != 'inel':
                p = build(True)                      # the possible bonus
                p.need(None, 'proprietary_ip')
                if t is None:
                    p.assume('type', 'enterprise')
        elif k == 'committee':
            if f['body'] and secretariat_like(f, f['body']):
                spot = {('international', 'tc'): (20, 100), ('international', 'sc'): (21, 50), ('international', 'wg'): (22, 30),
                        ('national', 'tc'): (23, 80), ('national', 'sc'): (24, 50), ('national', 'wg'): (25, 30),
                        ('provincial', 'tc'): (26, 20), ('municipal', 'tc'): (27, 10)}.get((lv, f['body']))
                if spot:
                    c = add(spot[0], '11', 'committee', w(spot[1]) * (min(f['quantity'], 2) if lv == 'municipal' else 1))
                    if lv == 'municipal':
                        c.year_rate = (w(10), 2)
                    if f['position'] is None:
                        c.assume('position', 'secretariat')
        elif k == 'service':
            if f['subject'] == 'group_standard_body':
                add(28, '11', 'service', w(10))
            elif f['subject'] == 'service_agency':
                add(29, '11', 'service', w(20))
        elif k == 'pilot':
            if lv in ('national', 'provincial', 'municipal'):
                n = ['national', 'provincial', 'municipal'].index(lv)
                need_undertaken(add(30 + n, '12', 'pilot', w([50, 30, 10][n])))
        elif k == 'project':
            if f['subject'] == 'review_research':
                c = add(33, '12', 'project', w(20) if f['cost'] is None else min(w(20), to_fen(f['cost'])), 'ceiling')
                c.need(None if f['cost'] is None else True, 'cost')
        elif k == 'talent':
            if f['subject'] == 'course':
                add(34, '12', 'talent', w(20))
        elif k == 'good_practice':
            if f['grade'] in ('5A', '4A', '3A'):
                n = ['5A', '4A', '3A'].index(f['grade'])
                need_enterprise(add(40 + n, '13', 'good_practice', w([30, 20, 10][n])))
        elif k == 'leader':
            if lv in ('national', 'provincial', 'municipal'):
                n = ['national', 'provincial', 'municipal'].index(lv)
                c = add(43 + n, '14', 'leader', w([100, 60, 40][n]))
                c.need(f['flags'].get('held_one_year'), 'held_one_year')
                need_enterprise(c)
        elif k == 'benchmarking':
            need_enterprise(add(46, '14', 'benchmarking', w(5) * f['quantity']))
        return out

    class_limits = {}
    category_limit = None

    def caps(self, selected, ctx):
        return []


# ================================================================ huangpu-2019
class Huangpu:
    id = 'huangpu-2019'
    regions = ['广州市黄埔区', '广州开发区']
    region_clause = '第五条'
    first, last = DATE(2020, 1, 1), DATE(2022, 12, 31)
    validity_clause = '第十四条'
    excludes_government = '第五条'
    categories = ['award', 'leader', 'event', 'standards', 'committee', 'pilot', 'adoption', 'talent']

    def selecting(self, f):
        return {'standard': standard_selecting(f), 'committee': ['level', 'body'], 'pilot': ['level'], 'leader': ['level'],
                'award': ['grade'], 'event': ['subject', 'level'], 'talent': ['subject']}.get(f['kind'], [])

    def bars(self, a, ctx):
        out = []
        if a['dishonest_on'] and a['dishonest_on'] <= ctx.D:
            out.append(('第六条', 'dishonest_on', str(a['dishonest_on'])))
        if a['violation_on'] and a['violation_on'].year == ctx.Y - 1:
            out.append(('第六条', 'violation_on', str(a['violation_on'])))
        if a['fraud_on'] and ctx.Y - 3 <= a['fraud_on'].year <= ctx.Y - 1:
            out.append(('第十三条（三）', 'fraud_on', str(a['fraud_on'])))
        return out

    def clauses(self, f, ctx):
        out, k, lv = [], f['kind'], f['level']

        def add(order, clause, category, amount, nature='ceiling'):
            c = Clause(ctx, f, order, clause, category, nature, amount)
            out.append(c)
            return c

        if k == 'award':
            if award_national(f) and f['grade'] in ('first', 'second', 'third'):
                n = ['first', 'second', 'third'].index(f['grade'])
                c = add(n, '第八条（二）', 'award', w([50, 30, 20][n]), 'fixed')
                if lv is None:
                    c.assume('level', 'national')
        elif k == 'leader':
            if lv in ('national', 'provincial'):
                n = ['national', 'provincial'].index(lv)
                c = add(3 + n, '第八条（四）', 'leader', w([50, 20][n]) * f['quantity'], 'fixed')
                c.group = ('leader',)
                if title_key(f):
                    c.dup = ('leader',) + title_key(f)
                    c.dup_rank = n
        elif k == 'event':
            if f['subject'] == 'conference' or f['subject'] == 'forum' and lv in ('international', 'regional'):
                cost = f['cost']
                c = add(5 if f['subject'] == 'conference' else 6, '第九条（五）', 'event', w(100) if cost is None else min(w(100), to_fen(cost * 30 / 100)))
                c.need(None if cost is None else True, 'cost')
                need_event_lead(c)
        elif k == 'standard' and f['action']:
            role, n = by_rank(f), 0 if f['action'] == 'formulate' else 1
            if lv == 'international':
                add(10 + n, '第十条（一）', 'standards', w([100, 50][n]))
            elif role == 'lead' and lv in ('national', 'industry', 'provincial', 'municipal', 'group'):
                m = ['national', 'industry', 'provincial', 'municipal', 'group'].index(lv)
                c = add(12 + 2 * m + n, '第十条（一）', 'standards', w([[50, 20], [30, 10], [10, 5], [10, 5], [5, '2.5']][m][n]))
                c.group = ('standards',)
                if lv in ('provincial', 'municipal', 'group'):
                    c.flag_assumed('covers_area')
                if lv == 'group':
                    c.flag_assumed('expert_review').flag_assumed('group_platform')
                    c.date_between(None, minus_years(ctx.D, 1), fact='implemented')
            if lv in ('national', 'industry', 'provincial'):
                c = add(22 + n + (2 if lv == 'provincial' else 0), '第十条（二）', 'standards', w([10, 5][n] if lv == 'provincial' else [50, 20][n]))
                c.group = ('standards',)
                c.need(f['flags'].get('medical'), 'medical')
                rank = f['rank'] if f['rank'] is not None else (1 if f['role'] == 'lead' else None)
                c.need(None if rank is None else rank <= 3, 'rank')
        elif k == 'committee':
            body = f['body']
            if body and f['position'] == 'counterpart' and lv == 'international':
                add(36 + ['tc', 'sc', 'wg'].index(body), '第十条（三）', 'committee', w({'tc': 50, 'sc': 30, 'wg': 10}[body]))
            elif body and secretariat_like(f, body):
                spot = {('international', 'tc'): (30, 100), ('international', 'sc'): (31, 50), ('international', 'wg'): (32, 25),
                        ('national', 'tc'): (33, 50), ('national', 'sc'): (34, 30), ('national', 'wg'): (35, 10),
                        ('provincial', 'tc'): (39, 20)}.get((lv, body))
                if spot:
                    c = add(spot[0], '第十条（三）', 'committee', w(spot[1]))
                    c.assume('first_time', 'true')
                    if f['position'] is None:
                        c.assume('position', 'secretariat')
        elif k == 'pilot':
            if lv in ('national', 'provincial', 'municipal'):
                n = ['national', 'provincial', 'municipal'].index(lv)
                need_undertaken(add(40 + n, '第十条（四）', 'pilot', w([30, 20, 10][n]) // 2))
        elif k == 'adoption':
            add(43, '第十条（五）', 'adoption', w('0.5') * f['quantity'], 'fixed')
        elif k == 'talent':
            if f['subject'] == 'expert_studio':
                add(44, '第十条（六）', 'talent', w(100))
        for c in out:
            c.date_between(self.first, self.last)
            prior_topup(c, '第七条', ('district',))
        return out

    class_limits = {}
    category_limit = None

    def caps(self, selected, ctx):
        return [('leader', '第八条（四）', w(100)), ('standards', '第十条', w(100))]


POLICIES = {p.id: p for p in (Beijing(), Tianjin(), Xiamen(), Foshan(), Linyi(), Zaozhuang(), Weihai(), Liaocheng(), Zhengzhou(), Huangpu())}


# ---------------------------------------------------------------- calls
CALL_CLOSES = {('tianjin-2021', 2023): DATE(2023, 6, 30), ('tianjin-2021', 2024): DATE(2024, 5, 15), ('weihai-2019', 2021): DATE(2022, 4, 18)}


def apply_call(policy, c, ctx):
    k, key_ = c.f['kind'], (policy.id, ctx.Y)
    if key_ in (('tianjin-2021', 2023), ('tianjin-2021', 2024)):
        c.date_between(DATE(ctx.Y - 1, 1, 1), DATE(ctx.Y - 1, 12, 31))
    elif key_ in (('weihai-2019', 2021), ('weihai-2019', 2022)):
        c.date_between(DATE(ctx.Y - (k == 'standard'), 1, 1), DATE(ctx.Y, 12, 31))
    elif key_ == ('foshan-2018', 2022):
        if k == 'committee' or k == 'standard' and c.f['level'] == 'group':
            c.date_between(DATE(2021, 4, 1), DATE(2021, 6, 30))
            if k == 'standard':
                if c.f['adopters'] is None:
                    c.assume('adopters', '2')
                else:
                    c.need(c.f['adopters'] >= 2, 'adopters')
        elif k == 'standard':
            c.date_between(DATE(2020, 11, 1), DATE(2021, 6, 30))
        elif CALL_OTHERS == 'ineligible':
            c.need(False, 'call')


# ---------------------------------------------------------------- steps 3 and 4: one row
def dearest(cs):
    """by amount after step 5, ties to the earlier clause, then to the first value tried"""
    return sorted(enumerate(cs), key=lambda t: (-t[1].after5, t[1].order, t[0]))[0][1]


class Outcome:
    """of one row with all selecting facts filled in"""

    def __init__(self, cands):
        pays = [c for c in cands if c.state == 'pay']
        unds = [c for c in cands if c.state == 'und']
        inels = [c for c in cands if c.state == 'inel']
        self.possible = None
        if pays:
            self.state = 'pay'
            self.c = sorted(pays, key=lambda c: (-c.amount, c.order))[0]
            more = [u for u in unds if u.after5 > self.c.after5]
            if more:
                self.possible = dearest(more)
        elif unds:
            self.state, self.c = 'und', dearest(unds)
        elif inels:
            self.state, self.c = 'inel', dearest(inels)
        else:
            self.state, self.c = 'unm', None

    def best(self):
        """dearest outcome, or None if it cannot pay"""
        return self.possible or (self.c if self.state in ('pay', 'und') else None)

    def signature(self):
        c, p = self.c, self.best()
        if self.state == 'pay':
            a = ('pay', c.status_name(), c.amount)
            if self.possible is None:
                return a + (c.nature, c.category, c.klass, c.group, c.raises)
        elif self.state == 'und':
            a = ('und', 'undetermined', c.amount)
        else:
            return (self.state,)
        return a + (c.nature, c.category, c.klass, c.group, c.raises, p.amount, p.nature, p.category, p.klass, p.group, p.raises)


def values(f, fact):
    if fact == 'level':
        return LEVEL_VALUES if f['level'] is None else ['provincial', 'municipal']
    if fact == 'subject':
        return list(SUBJECTS[f['kind']])
    return list(ENUMS[fact])


def judge_row(policy, f, ctx):
    """-> dict(status in pay/und/inel/unm, c, possible, missing)"""
    blanks = [x for x in policy.selecting(f) if f[x] is None or f[x] == 'LOCAL']
    # LOCAL outside the selecting facts still has to become something
    if f['level'] == 'LOCAL' and 'level' not in blanks:
        blanks.append('level')
    combos = list(itertools.product(*[values(f, b) for b in blanks]))
    outs = []
    for combo in combos:
        g = dict(f)
        g.update(zip(blanks, combo))
        cands = policy.clauses(g, ctx)
        for c in cands:
            c.one_off = ONE_OFF_CLAUSES[policy.id](c)
            if PER_YEAR == 'one' and c.year_rate and ctx.several_years:
                c.base = c.after5 = c.year_rate[0]
            if ctx.calls:
                apply_call(policy, c, ctx)
        outs.append(Outcome(cands))
    sigs = [o.signature() for o in outs]
    states = {o.state for o in outs}
    if states <= {'inel', 'unm'}:
        inels = [o.c for o in outs if o.state == 'inel']
        if inels:
            return {'state': 'inel', 'c': dearest(inels), 'possible': None, 'missing': []}
        return {'state': 'unm', 'c': None, 'possible': None, 'missing': []}
    if len(set(sigs)) == 1:
        o = outs[0]
        missing = list(o.c.missing_all())
        if o.possible:
            missing += [m for m in o.possible.missing_all() if m not in missing]
        return {'state': o.state, 'c': o.c, 'possible': o.possible, 'missing': missing}
    best = dearest([o.best() for o in outs if o.best()])
    # which blank selecting facts matter
    missing = []
    for n, b in enumerate(blanks):
        for (ca, oa, sa), (cb, ob, sb) in itertools.combinations(zip(combos, outs, sigs), 2):
            if sa != sb and all(x == y for i, (x, y) in enumerate(zip(ca, cb)) if i != n):
                name = b
                if b == 'role':
                    lv = dict(zip(blanks, ca)).get('level', f['level'])
                    name = 'role' if policy.id == 'foshan-2018' and lv == 'international' else 'rank'
                if name not in missing:
                    missing.append(name)
    missing += [m for m in best.missing_all() if m not in missing]
    return {'state': 'und', 'c': best, 'possible': None, 'missing': missing}


# ---------------------------------------------------------------- earlier years of a run
def title_key(f):
    """one project, or one title where project is blank; both blank: none"""
    return ('project', f['project']) if f['project'] else ('title', f['title']) if f['title'] else None


ALWAYS = lambda c: True
ONE_OFF_CLAUSES = {                  # where the text says 一次性
    'beijing-2020': lambda c: c.f['kind'] in ('committee', 'pilot'),                   # 第二十二条（一）, 第十八条以下 一次性拨付
    'tianjin-2021': ALWAYS,                                                            # 第十四条
    'xiamen-2020': lambda c: c.order in (3, 7, 40, 41) or c.f['kind'] in ('committee', 'award', 'leader', 'benchmarking'),
    'foshan-2018': lambda c: False,
    'linyi-2019': ALWAYS,                                                              # 第二条
    'zaozhuang-2018': ALWAYS,                                                          # 第五条
    'weihai-2019': lambda c: False,
    'liaocheng-2021': lambda c: c.f['kind'] in ('standard', 'committee'),              # the others: 第五条
    'zhengzhou-2019': lambda c: c.order not in (27, 33),                               # not municipal tc, not review_research
    'huangpu-2019': lambda c: c.f['kind'] in ('award', 'committee', 'event', 'adoption')}   # leader: its own rule


class History:
    """what earlier years of the run paid to one applicant under one policy"""

    def __init__(self):
        self.rows = {}               # row number -> list of (year, years of money)
        self.one_off = {}            # key -> id of the first row paid
        self.leader = {}             # huangpu: project -> list of (0 national / 1 provincial, fen, id)
        self.highest = {}            # liaocheng: key -> list of (fen, id)
        self.classes = {}            # life-time classes -> number paid
        self.groups = {}             # life-time caps -> fen paid

    @staticmethod
    def key(c):
        k = title_key(c.f)
        if k is None or not c.one_off:
            return None
        return k + {'project': (), 'kind': (c.f['kind'], c.f['subject']), 'rule': (c.order,)}[ONE_OFF]

    def used_up(self, r, c):
        """the row itself was paid and is not paid again"""
        paid = self.rows.get(r['row'])
        if not paid:
            return False
        if c is None or c.year_rate is None or PER_YEAR == 'once':
            return True
        limit = c.year_rate[1]
        if PER_YEAR == 'one':
            limit = min(c.f['quantity'], limit or c.f['quantity'])
        return limit is not None and sum(n for _, n in paid) >= limit

    def judge(self, policy, r, c):
        """-> None (may be paid), or (status, same_as); may make c a top-up"""
        if self.used_up(r, c):
            return 'duplicate', r['id']
        if policy.id == 'huangpu-2019' and c.f['kind'] == 'leader':
            paid = self.leader.get(title_key(c.f)) if title_key(c.f) else None
            if paid:
                best = sorted(paid, key=lambda p: p[0])[0]
                if best[0] <= c.dup_rank:
                    return 'duplicate', best[2]
                c.prior = max(c.prior, sum(p[1] for p in paid))
            return None
        if policy.id == 'liaocheng-2021' and c.dup:
            paid = self.highest.get(c.dup)
            if paid:
                top = sorted(paid, key=lambda p: -p[0])[0]
                if c.amount < top[0]:
                    return 'ineligible', None
                if c.amount == top[0]:
                    return 'duplicate', top[1]
            return None
        k = self.key(c)
        if k in self.one_off and k is not None:
            return 'duplicate', self.one_off[k]
        return None

    def pay(self, policy, year, r, c, fen):
        n = 1 if c.year_rate is None or PER_YEAR == 'one' else c.base // c.year_rate[0]
        self.rows.setdefault(r['row'], []).append((year, n))
        if self.key(c):
            self.one_off.setdefault(self.key(c), r['id'])
        if policy.id == 'huangpu-2019' and c.f['kind'] == 'leader' and title_key(c.f):
            self.leader.setdefault(title_key(c.f), []).append((c.dup_rank, fen, r['id']))
        if policy.id == 'liaocheng-2021' and c.dup:
            self.highest.setdefault(c.dup, []).append((fen, r['id']))
        if c.klass in getattr(policy, 'life_classes', ()):
            self.classes[c.klass] = self.classes.get(c.klass, 0) + 1
        if c.group in getattr(policy, 'life_groups', ()):
            self.groups[c.group] = self.groups.get(c.group, 0) + fen


# ---------------------------------------------------------------- steps 6 to 8
def run(policy, ctx, pairs, history):
    """pairs: list of (row dict, Clause), all payable (or taken as paid).  -> {row number: dict}"""
    res = {}
    for r, c in pairs:
        verdict = history.judge(policy, r, c)
        if verdict:
            res[r['row']] = {'status': verdict[0], 'amount': 0, 'same_as': verdict[1], 'c': c}
    pairs = [(r, c) for r, c in pairs if r['row'] not in res]
    # 6. duplicates
    keys = {}
    for r, c in pairs:
        if c.dup:
            keys.setdefault(c.dup, []).append((r, c))
    gone = set()
    for members in keys.values():
        kept = sorted(members, key=lambda rc: (rc[1].dup_rank, -rc[1].amount, rc[0]['row']))[0]
        for r, c in members:
            if r is not kept[0]:
                gone.add(r['row'])
                res[r['row']] = {'status': 'duplicate', 'amount': 0, 'same_as': kept[0]['id'], 'c': c}
    pairs = [(r, c) for r, c in pairs if r['row'] not in gone]

    # 7. selection: brute force over all sets the limits allow
    def allowed(sel):
        if policy.category_limit and len({c.category for _, c in sel}) > policy.category_limit:
            return False
        for klass, n in policy.class_limits.items():
            if sum(1 for _, c in sel if c.klass == klass) > n - history.classes.get(klass, 0):
                return False
        return True

    def capped(sel):
        amounts = {r['row']: c.amount for r, c in sel}
        notes = []
        for group, clause, limit in policy.caps(sel, ctx):
            left, before, after, hit = limit - history.groups.get(group, 0), 0, 0, False
            for r, c in sorted(sel, key=lambda rc: rc[0]['row']):
                if group not in (c.group if isinstance(c.group, tuple) else (c.group,)):
                    continue
                hit = True
                before += amounts[r['row']]
                amounts[r['row']] = min(amounts[r['row']], left)
                left -= amounts[r['row']]
                after += amounts[r['row']]
            if hit:
                notes.append({'clause': clause, 'scope': group, 'limit': money(limit), 'before': money(before), 'after': money(after)})
        return amounts, notes

    limited = lambda c: bool(policy.category_limit) or c.klass in policy.class_limits
    fixed = [p for p in pairs if not limited(p[1])]
    optional = [p for p in pairs if limited(p[1])]
    if allowed(pairs):
        chosen = pairs
    else:
        if len(optional) > 16:
            raise SystemExit('reference: too many optional items for brute force')
        best = None
        for mask in range(1 << len(optional)):
            sel = fixed + [p for i, p in enumerate(optional) if mask >> i & 1]
            if not allowed(sel):
                continue
            if any(allowed(sel + [p]) for i, p in enumerate(optional) if not mask >> i & 1):
                continue             # only a limit leaves an item out
            total = sum(capped(sel)[0].values())
            cats = sorted({policy.categories.index(c.category) for _, c in sel})
            rows = sorted(r['row'] for r, _ in sel)
            rankkey = (-total, len(cats), cats, rows)
            if best is None or rankkey < best[0]:
                best = (rankkey, sel)
        chosen = best[1]
    amounts, cap_notes = capped(chosen)
    for r, c in pairs:
        if r['row'] in amounts:
            a = amounts[r['row']]
            res[r['row']] = {'status': 'reduced' if a < c.base or c.prior > 0 else 'awarded', 'amount': a, 'same_as': None, 'c': c}
        else:
            res[r['row']] = {'status': 'not_selected', 'amount': 0, 'same_as': None, 'c': c}
    return res, sum(amounts.values()), cap_notes


# ---------------------------------------------------------------- one applicant
def estimate(policy, app, year, on, params, ignore_validity, history=None, calls=False, several_years=False):
    history = history or History()
    ctx = Ctx()
    ctx.calls, ctx.several_years = calls, several_years
    ctx.Y, ctx.a, ctx.params = year, app['facts'], params

    def in_force(d):
        return policy.first <= d and (policy.last is None or d <= policy.last)

    if on:
        D = on
    else:
        lo, hi = DATE(year, 1, 1), DATE(year, 12, 31)
        first, last = max(lo, policy.first), min(hi, policy.last or hi)
        D = last if first <= last else None
        if D and hasattr(policy, 'default_day') and first <= DATE(year, *policy.default_day) <= last:
            D = DATE(year, *policy.default_day)
        if D and calls and CALL_D == 'close' and (policy.id, year) in CALL_CLOSES:
            D = min(D, CALL_CLOSES[policy.id, year])
    ok = D is not None and in_force(D)
    if D is None and ignore_validity:
        D = DATE(year, 12, 31)
    ctx.D = D
    out = {'applicant': app['name'], 'policy': policy.id, 'year': year, 'on': str(D) if D else None, 'in_force': ok,
           'barred_by': [], 'total': '0.00', 'fixed_total': '0.00', 'ceiling_total': '0.00', 'potential_total': '0.00',
           'items': [], 'caps': [], 'assumptions': []}

    def item(r, status, clause=None, category=None, nature=None, base=0, amount=0, assumptions=(), missing=(), same_as=None, reasons=()):
        steps = []
        if base:
            steps.append({'op': 'base', 'clause': clause, 'amount': money(base), 'note': ''})
        if amount != base or not steps:
            steps.append({'op': status, 'clause': clause, 'amount': money(amount), 'note': ''})
        return {'id': r['id'], 'row': r['row'], 'status': status, 'clause': clause, 'category': category, 'nature': nature,
                'base': money(base), 'amount': money(amount), 'assumptions': list(assumptions), 'missing': list(missing),
                'same_as': same_as, 'warnings': list(r['warnings']), 'steps': steps, 'reasons': list(reasons)}

    if not ok and not ignore_validity:
        out['items'] = [item(r, 'ineligible', policy.validity_clause, reasons=['not in force']) for r in app['rows']]
        return out

    region = ctx.a['region']
    ctx.outside = region is not None and not any(n in region for n in policy.regions)
    bars = []
    if ctx.outside and policy.region_clause:
        bars.append((policy.region_clause, 'region', region))
    if ctx.a['type'] == 'government' and policy.excludes_government:
        bars.append((policy.excludes_government, 'type', 'government'))
    bars += policy.bars(ctx.a, ctx)
    if bars:
        out['barred_by'] = [{'clause': c, 'fact': f, 'value': v} for c, f, v in bars]
        out['items'] = [item(r, 'ineligible', bars[0][0], reasons=['barred']) for r in app['rows']]
        return out
    for fact in ('region', 'type'):
        if ctx.a[fact] is None:
            out['assumptions'].append({'fact': fact, 'as': 'local' if fact == 'region' else 'admitted', 'clause': policy.region_clause or '第四条'})
    if policy.id == 'foshan-2018' and params.get('fund_total') is None:
        out['assumptions'].append({'fact': 'fund_total', 'as': 'not applied', 'clause': '第二十一条'})

    judged = [(r, judge_row(policy, r, ctx)) for r in app['rows']]
    certain = [(r, j['c']) for r, j in judged if j['state'] == 'pay']
    res, total, cap_notes = run(policy, ctx, certain, history)
    dear = [(r, j['possible'] or j['c']) for r, j in judged if j['state'] in ('pay', 'und')]
    _, potential, _ = run(policy, ctx, dear, history)
    potential = max(potential, total)

    fixed = ceiling = 0
    for r, j in judged:
        c = j['c']
        if j['state'] == 'inel' and r['row'] in history.rows and PAID_THEN == 'duplicate':
            out['items'].append(item(r, 'duplicate', c.clause, c.category, c.nature, c.base, assumptions=c.assumptions, same_as=r['id'],
                                     reasons=['paid in %d' % history.rows[r['row']][0][0]]))
        elif j['state'] == 'unm':
            out['items'].append(item(r, 'unmatched'))
        elif j['state'] == 'inel':
            out['items'].append(item(r, 'ineligible', c.clause, c.category, c.nature, c.base, reasons=['fails: ' + ', '.join(dict.fromkeys(c.false))]))
        elif j['state'] == 'und':
            out['items'].append(item(r, 'undetermined', c.clause, c.category, c.nature, c.base, assumptions=c.assumptions, missing=j['missing']))
        else:
            x = res[r['row']]
            out['items'].append(item(r, x['status'], c.clause, c.category, c.nature, c.base, x['amount'], c.assumptions, [] if x['status'] == 'ineligible' else j['missing'], x['same_as'],
                                     ['paid in %d' % history.rows[r['row']][0][0]] if x['same_as'] == r['id'] else []))
            if c.nature == 'fixed':
                fixed += x['amount']
            else:
                ceiling += x['amount']
    assert fixed + ceiling == total
    for r, j in judged:
        if j['state'] == 'pay' and res[r['row']]['amount'] > 0:
            history.pay(policy, year, r, j['c'], res[r['row']]['amount'])
    out.update(total=money(total), fixed_total=money(fixed), ceiling_total=money(ceiling), potential_total=money(potential), caps=cap_notes)
    return out


def main(argv=None):
    ap = argparse.ArgumentParser()
    ap.add_argument('achievements')
    ap.add_argument('--applicants')
    ap.add_argument('--applicant')
    ap.add_argument('--policy', required=True)
    ap.add_argument('--year')
    ap.add_argument('--calls', action='store_true')
    ap.add_argument('--on')
    ap.add_argument('--param', action='append', default=[])
    ap.add_argument('--ignore-validity', action='store_true')
    ap.add_argument('--format')
    o = ap.parse_args(argv)
    on = p_date(o.on) if o.on else None
    first = last = None
    if o.year:
        m = re.fullmatch(r'(\d{4})(?:\.\.(\d{4}))?', o.year)
        if not m or m.group(2) and int(m.group(2)) < int(m.group(1)):
            sys.stderr.write('bad --year\n')
            raise SystemExit(2)
        first, last = int(m.group(1)), int(m.group(2) or m.group(1))
        if on and (on.year < first or on.year > last or first != last):
            sys.stderr.write('--on outside --year, or with several years\n')
            raise SystemExit(2)
    else:
        on = on or DATE.today()
        first = last = on.year
    params = {}
    for p in o.param:
        n, v = p.split('=', 1)
        params[n.strip()] = p_money(v)
    policy = POLICIES[o.policy]
    apps = read_applicants(o.applicants)
    order, invalid = read_achievements(o.achievements, apps, o.applicant)
    results = []
    for a in order:
        history = History()
        for year in range(first, last + 1):
            results.append(estimate(policy, a, year, on, params, o.ignore_validity, history, o.calls, last > first))
    json.dump({'schema': 'biaobu.result/1', 'results': results, 'invalid': invalid}, sys.stdout, ensure_ascii=False, indent=1)
    print()
    return 1 if invalid else 0


if __name__ == '__main__':
    raise SystemExit(main())
