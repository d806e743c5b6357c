#!/usr/bin/env python3
"""python3 portfolios.py --policy ID --seed N --out DIR [--years] [--calls]
--years: runs over several years (--year A..B); --calls: single years with a known call (with --years: both)
Writes DIR/achievements.csv, sometimes DIR/applicants.csv (pass it with --applicants), DIR/args.txt (one line)."""
import argparse, csv, datetime, os, random
import reference as O

DATE = datetime.date
DAY = datetime.timedelta(days=1)
FIRST = {'beijing-2020': DATE(2020, 2, 25), 'tianjin-2021': DATE(2021, 8, 29), 'xiamen-2020': DATE(2020, 10, 9), 'foshan-2018': DATE(2018, 12, 1)}
FIRST.update((p.id, p.first) for p in O.POLICIES.values())
LAST = {'beijing-2020': None, 'tianjin-2021': DATE(2024, 8, 28), 'xiamen-2020': DATE(2025, 10, 8), 'foshan-2018': DATE(2023, 11, 30)}
LAST.update((p.id, p.last) for p in O.POLICIES.values())
HOME = {'beijing-2020': ['北京市', '北京市海淀区'], 'tianjin-2021': ['天津市', '天津市河西区'], 'xiamen-2020': ['厦门市', '福建省厦门市思明区'], 'foshan-2018': ['佛山市', '广东省佛山市南海区']}
HOME.update({'linyi-2019': ['临沂市', '山东省临沂市兰山区'], 'zaozhuang-2018': ['枣庄市', '山东省枣庄市薛城区'], 'weihai-2019': ['威海市', '山东省威海市环翠区'],
             'liaocheng-2021': ['聊城市', '山东省聊城市东昌府区'], 'zhengzhou-2019': ['郑州市', '河南省郑州市金水区'],
             'huangpu-2019': ['广州市黄埔区', '广东省广州市黄埔区', '广州开发区']})
AWAY = ['上海市', '广东省广州市', '河北省廊坊市']
YEARS = {'beijing-2020': [2019, 2020, 2020, 2021, 2022, 2023, 2024, 2024, 2025], 'tianjin-2021': [2020, 2021, 2021, 2022, 2022, 2023, 2023, 2024, 2024, 2025],
         'xiamen-2020': [2019, 2020, 2020, 2021, 2022, 2023, 2024, 2025, 2025, 2026], 'foshan-2018': [2017, 2018, 2018, 2019, 2020, 2021, 2022, 2023, 2023, 2024]}
YEARS.update({'linyi-2019': [2018, 2019, 2020, 2020, 2021, 2022, 2023, 2024, 2025], 'zaozhuang-2018': [2017, 2018, 2018, 2019, 2020, 2021, 2022, 2023, 2023, 2024],
              'weihai-2019': [2019, 2020, 2020, 2021, 2022, 2023, 2024, 2025], 'liaocheng-2021': [2020, 2021, 2021, 2021, 2022, 2023, 2024, 2025, 2026, 2027],
              'zhengzhou-2019': [2018, 2019, 2019, 2020, 2021, 2022, 2023, 2024, 2025], 'huangpu-2019': [2019, 2020, 2020, 2021, 2021, 2022, 2022, 2023]})
KINDS = {   # weights of kinds
    'beijing-2020': dict(standard=10, pilot=5, committee=4, service=2, overseas=2, award=.3, leader=.3, event=.2),
    'tianjin-2021': dict(standard=10, award=2, committee=3, pilot=2, leader=3, service=1.5, overseas=2, event=2, good_practice=.3, platform=.2),
    'xiamen-2020': dict(standard=10, committee=5, award=2.5, pilot=4, leader=2, benchmarking=2.5, service=.2, talent=.2),
    'foshan-2018': dict(standard=9, committee=3, leader=1, service=2, project=4, pilot=3, event=3, talent=2, award=.3, adoption=.2)}
KINDS.update({
    'linyi-2019': dict(standard=10, committee=3, pilot=2, leader=2, platform=2.5, good_practice=1.5, award=1.2, talent=2.5, event=.2, adoption=.2),
    'zaozhuang-2018': dict(standard=10, committee=3.5, award=2.5, pilot=2.5, leader=2, good_practice=2, platform=.3, event=.2),
    'weihai-2019': dict(standard=11, committee=2, platform=2.5, leader=2, pilot=2.5, award=2.5, talent=2, good_practice=.3, event=.3),
    'liaocheng-2021': dict(standard=8, committee=3, platform=4, service=1.5, leader=2.5, award=2, good_practice=2.5, adoption=3, pilot=.3, event=.2),
    'zhengzhou-2019': dict(standard=10, committee=3.5, award=2, platform=2, service=2, pilot=2, project=2, talent=1.5, good_practice=2, leader=3, benchmarking=2, adoption=.2),
    'huangpu-2019': dict(standard=12, award=1.5, leader=4, event=2.5, committee=3.5, pilot=3, adoption=2, talent=1.5, good_practice=.2, platform=.2)})
LEVELS = {
    'standard': {'beijing-2020': 'international national industry provincial municipal group group LOCAL regional enterprise'.split(),
                 'tianjin-2021': 'international international national national industry industry regional regional provincial group'.split(),
                 'xiamen-2020': 'international national national industry industry provincial municipal LOCAL group'.split(),
                 'foshan-2018': 'international international national national industry group provincial municipal LOCAL enterprise'.split()},
    'committee': {'beijing-2020': ['international'] * 9 + ['national', 'provincial'],
                  'tianjin-2021': ['international'] * 4 + ['national'] * 4 + ['provincial'],
                  'xiamen-2020': ['international'] * 4 + ['national'] * 4 + ['provincial', 'provincial', 'municipal', 'district'],
                  'foshan-2018': ['international'] * 4 + ['national'] * 4 + ['provincial'] * 3 + ['municipal']},
    'award': {'xiamen-2020': ['national'] * 3 + ['provincial'] * 3 + ['municipal'], 'tianjin-2021': ['national'] * 7 + ['provincial'],
              'beijing-2020': ['national'], 'foshan-2018': ['national']},
    'pilot': {'tianjin-2021': ['national'] * 8 + ['provincial', 'municipal'], 'beijing-2020': ['national'] * 4 + ['provincial', 'municipal', 'municipal', 'district'],
              'xiamen-2020': ['national'] * 4 + ['provincial'] * 2 + ['municipal'] * 2 + ['district'],
              'foshan-2018': ['national'] * 4 + ['provincial'] * 2 + ['municipal'] * 2 + ['district']},
    'leader': ['national', 'national', 'provincial', 'provincial', 'municipal', 'municipal', 'district', 'enterprise'],
    'platform': ['national', 'national', 'provincial', 'provincial', None, 'municipal'],
    'talent': [None, None, 'international', 'national', 'provincial'],
    'event': ['international'] * 3 + ['national', 'municipal', 'district', 'group', 'enterprise'],
    'service': ['national', None, None, 'provincial']}
SIX = ['linyi-2019', 'zaozhuang-2018', 'weihai-2019', 'liaocheng-2021', 'zhengzhou-2019', 'huangpu-2019']
LEVELS['standard'].update({
    'linyi-2019': 'international national national industry industry provincial municipal municipal group group LOCAL regional enterprise'.split(),
    'zaozhuang-2018': 'international national national industry industry provincial group group group LOCAL municipal'.split(),
    'weihai-2019': 'international international national national industry industry provincial provincial group LOCAL'.split(),
    'liaocheng-2021': 'international national national industry industry provincial group group LOCAL regional'.split(),
    'zhengzhou-2019': 'international national national industry industry provincial municipal group group group LOCAL enterprise'.split(),
    'huangpu-2019': 'international national national industry industry provincial provincial municipal group group group LOCAL regional'.split()})
LEVELS['committee'].update({p: ['international'] * 4 + ['national'] * 4 + ['provincial'] * 3 + ['municipal'] for p in SIX})
LEVELS['committee']['weihai-2019'] = ['provincial'] * 6 + ['national', 'municipal']
LEVELS['committee']['zhengzhou-2019'] = ['international'] * 3 + ['national'] * 3 + ['provincial'] * 2 + ['municipal'] * 4
LEVELS['award'].update({p: ['national'] * 6 + ['provincial'] for p in SIX})
LEVELS['award']['zaozhuang-2018'] = ['national'] * 3 + ['provincial'] * 3 + ['municipal']
LEVELS['pilot'].update({p: ['national'] * 3 + ['provincial'] * 3 + ['municipal'] for p in SIX})
SUBJECTS = {
    'beijing-2020': {'service': ['service_agency'] * 4 + ['leader_evaluation'], 'overseas': ['demonstration'] * 4 + ['foreign_adoption'], 'event': ['conference']},
    'tianjin-2021': {'service': ['leader_evaluation'] * 4 + ['service_agency'], 'overseas': ['foreign_adoption'] * 4 + ['demonstration'],
                     'event': ['conference'] * 5 + ['forum'], 'platform': ['promotion_platform']},
    'xiamen-2020': {'service': ['service_agency'], 'talent': ['training']},
    'foshan-2018': {'service': ['pilot_assist_approved', 'pilot_assist_completed', 'pilot_assist_approved', 'service_agency'],
                    'project': ['system_compilation', 'tbt_protection', 'standard_research', 'innovation_standardization', 'standard_complex', 'standard_complex', 'review_research'],
                    'event': ['conference', 'forum', 'forum'], 'talent': ['training', 'training', 'training', 'course']}}
SUBJECTS.update({
    'linyi-2019': {'platform': ['innovation_base_regional', 'innovation_base_domain', 'promotion_platform', 'promotion_platform', 'innovation_platform', 'innovation_platform', 'innovation_base_provincial'],
                   'talent': ['expert_registration'] * 5 + ['training'], 'event': ['forum']},
    'zaozhuang-2018': {'platform': ['innovation_base_regional'], 'event': ['forum']},
    'weihai-2019': {'platform': ['innovation_base_provincial'] * 3 + ['promotion_platform'] * 3 + ['innovation_base_domain'], 'talent': ['training'] * 4 + ['course'], 'event': ['forum']},
    'liaocheng-2021': {'platform': ['innovation_base_regional', 'innovation_base_domain', 'innovation_base_provincial', 'promotion_platform', 'promotion_platform', 'promotion_platform', 'innovation_platform', 'verification_point', 'standards_venue'],
                       'service': ['group_standard_body'] * 4 + ['service_agency'], 'event': ['forum']},
    'zhengzhou-2019': {'platform': ['innovation_base_regional', 'innovation_base_domain', 'standards_venue', 'verification_laboratory', 'promoted_case', 'promotion_platform'],
                       'service': ['group_standard_body', 'group_standard_body', 'service_agency', 'service_agency', 'leader_evaluation'],
                       'project': ['review_research'] * 5 + ['standard_complex'], 'talent': ['course'] * 4 + ['training']},
    'huangpu-2019': {'event': ['conference', 'conference', 'forum', 'forum', 'forum'], 'talent': ['expert_studio'] * 4 + ['course'], 'platform': ['standards_venue']}})
NUMBER = {'international': 'ISO %d:2021', 'national': 'GB/T %d-2021', 'industry': 'YD/T %d-2021', 'provincial': 'DB11/T %d-2021',
          'municipal': 'DB4403/T %d-2021', 'group': 'T/CAS %d-2021', 'enterprise': 'Q/ABC %d-2021', 'LOCAL': 'DB11/T %d-2021', 'regional': 'DB12/T %d-2021'}


def code_check(body):
    chars = '0123456789ABCDEFGHJKLMNPQRTUWXY'
    wts = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
    s = sum(chars.index(c) * k for c, k in zip(body, wts))
    return body + chars[(31 - s % 31) % 31]


class Gen:
    def __init__(self, policy, seed, several=False, calls=False):
        self.p, self.r = policy, random.Random('%s/%s' % (policy, seed) + ('/years' if several else '') + ('/calls' if calls else ''))
        self.several, self.calls = several, calls
        r = self.r
        self.adverse = r.random() < .15
        self.blank = .30 if self.adverse else .03
        self.zh = r.random() < .4
        self.args = []
        years = YEARS[policy]
        if r.random() < .7:          # usually a year in force
            years = [y for y in years if y >= FIRST[policy].year and (not LAST[policy] or y <= LAST[policy].year)]
        self.Y = r.choice(years)
        if calls and not several:
            self.Y = r.choice({'tianjin-2021': [2023, 2024, 2024, 2022], 'weihai-2019': [2021, 2022, 2020], 'foshan-2018': [2022, 2022, 2022, 2021]}.get(policy, [self.Y]))
        lo, hi = max(FIRST[policy], DATE(self.Y, 1, 1)), min(LAST[policy] or DATE(9999, 1, 1), DATE(self.Y, 12, 31))
        self.D = hi if lo <= hi else DATE(self.Y, 12, 31)
        if several:
            a, b = r.choice([(2019, 2024), (2019, 2024), (2020, 2022), (2021, 2023), (FIRST[policy].year, FIRST[policy].year + r.choice([1, 2, 3])), (2021, 2022)])
            a = max(a, FIRST[policy].year) if r.random() < .6 else a
            b = max(b, a + 1)
            self.range = (a, b)
            self.args += ['--year', '%d..%d' % (a, b)]
            self.Y = min(max(self.Y, a), b)
            lo, hi = self.force(self.Y)
            self.D = hi if lo <= hi else DATE(self.Y, 12, 31)
        elif calls:
            self.args += ['--year', str(self.Y)]
        elif r.random() < .25:
            self.D = r.choice([DATE(self.Y, 6, 30), DATE(self.Y, 12, 31), DATE(self.Y, 1, 1), lo if lo.year == self.Y else DATE(self.Y, 3, 1), self.D, DATE(self.Y, 2, 28) + DAY])
            self.args += ['--on', self.D.isoformat()]
            if r.random() < .5:
                self.args += ['--year', str(self.D.year)]
            self.Y = self.D.year
        else:
            self.args += ['--year', str(self.Y)]
        if r.random() < .12 or (lo > hi and r.random() < .5):
            self.args += ['--ignore-validity']
        if policy == 'foshan-2018' and r.random() < .6:
            self.args += ['--param', 'fund_total=' + r.choice(['350000', '1000000', '250万', '5000000', '3,000,000.50', '1234567.89'])]
        if calls:
            self.args += ['--calls']
        self.numbers = 0
        # modes of a portfolio: many rows of one series / project, one level of standards, few unmatched rows
        self.p_series = .75 if r.random() < .35 and policy in ('beijing-2020', 'tianjin-2021') else (.1 if policy in ('beijing-2020', 'tianjin-2021') else .05)
        self.p_key = r.choice([0, .2, .6])
        self.p_project = .8 if r.random() < .25 else .15
        self.one_level = r.choice(['group', 'municipal', 'group']) if policy == 'linyi-2019' and r.random() < .25 else r.choice(['group', 'national', 'provincial']) if policy == 'huangpu-2019' and r.random() < .25 else r.choice(['international', 'national', 'industry', 'regional', 'national']) if policy == 'tianjin-2021' and r.random() < .3 else None
        self.calm = r.random() < .5 and not self.adverse    # mostly payable rows

    def force(self, y):
        return max(FIRST[self.p], DATE(y, 1, 1)), min(LAST[self.p] or DATE(9999, 1, 1), DATE(y, 12, 31))

    def pick(self, xs):
        return self.r.choice(xs)

    def maybe_blank(self, v, p=None):
        return None if self.r.random() < (self.blank if p is None else p) else v

    # ---- formats
    def date(self, d):
        if d is None:
            return ''
        f = self.r.choice(['%Y-%m-%d'] * 5 + ['%Y/%-m/%-d', '%Y.%-m.%-d', '%Y年%-m月%-d日', '%Y%m%d'])
        return d.strftime(f)

    def money(self, yuan):
        if yuan is None:
            return ''
        forms = ['%g' % yuan if yuan == int(yuan) and yuan < 1e6 else ('%.2f' % yuan).rstrip('0').rstrip('.')] * 2
        if yuan == int(yuan):
            forms.append('{:,}'.format(int(yuan)))
            if yuan % 1000 == 0:
                forms.append(('%.1f' % (yuan / 10000)).rstrip('0').rstrip('.') + self.pick(['万', '万元']))
        return self.pick(forms)

    def enum(self, name, v):
        if v is None:
            return ''
        labels = O.ENUMS[name][v]
        if v == 'LOCAL':
            return '地方标准'
        if labels and (self.zh or self.r.random() < .1):
            return self.pick(labels)
        return v

    # ---- dates
    def when(self, kind=None):
        r, Y, D, p = self.r, self.Y, self.D, self.p
        F = FIRST[p]
        ok = {'beijing-2020': [DATE(Y - 1, 1, 1), DATE(Y - 1, 12, 31)], 'tianjin-2021': [DATE(Y - 1, 1, 1), DATE(Y - 1, 12, 31)],
              'xiamen-2020': [max(F, DATE(Y - 3, 1, 1)), D], 'foshan-2018': [DATE(Y - 3, 1, 1), D],
              'linyi-2019': [DATE(Y - 1, 1, 1), DATE(Y - 1, 12, 31)], 'zaozhuang-2018': [O.minus_years(D, 1), D], 'weihai-2019': [DATE(Y, 1, 1), D],
              'liaocheng-2021': [DATE(2020, 9, 1) if Y == 2021 else DATE(Y - 1, 10, 1), min(D, DATE(Y, 9, 30))], 'zhengzhou-2019': [max(F, DATE(Y - 3, 1, 1)), D],
              'huangpu-2019': [max(F, DATE(Y - 2, 1, 1)), D]}[p]
        if p == 'weihai-2019' and kind == 'standard':
            ok = [DATE(Y - 1, 1, 1), D]
        if p == 'huangpu-2019' and kind == 'implemented':
            ok = [DATE(Y - 2, 1, 1), O.minus_years(D, 1)]
        if self.calls and p == 'foshan-2018' and Y == 2022:
            ok = [DATE(2021, 4, 1), DATE(2021, 6, 30)]
        if r.random() < (.92 if self.calm else .70 if not self.adverse else .5):
            a, b = ok if ok[0] <= ok[1] else (ok[1], ok[1])
            return a + DAY * r.randint(0, (b - a).days)
        if self.calls and p == 'foshan-2018' and r.random() < .7:
            return self.pick([DATE(2020, 11, 1), DATE(2020, 10, 31), DATE(2021, 6, 30), DATE(2021, 7, 1), DATE(2021, 4, 1), DATE(2021, 3, 31), DATE(2021, 5, 5), DATE(2021, 6, 6), DATE(2021, 1, 1)])
        edge = [DATE(Y - 1, 1, 1), DATE(Y - 1, 12, 31), DATE(Y - 2, 12, 31), DATE(Y, 1, 1), DATE(Y, 6, 15), D, D + DAY, D - DAY]
        if p == 'xiamen-2020':
            edge += [F, F, F - DAY, O.minus_years(D, 5), O.minus_years(D, 5) - DAY]
        if p == 'foshan-2018':
            edge += [F, F - DAY, DATE(2010, 5, 5)]
        if p in ('zhengzhou-2019', 'huangpu-2019'):
            edge += [F, F, F - DAY]
        if p in ('zaozhuang-2018', 'huangpu-2019'):
            edge += [O.minus_years(D, 1), O.minus_years(D, 1) - DAY, O.minus_years(D, 1) + DAY]
        if p == 'liaocheng-2021':
            edge += [DATE(2020, 9, 1), DATE(2020, 8, 31), DATE(Y - 1, 9, 30), DATE(Y - 1, 10, 1), DATE(Y, 9, 30), DATE(Y, 10, 1)]
        return self.pick(edge)

    def rank_pair(self, lead_bias):
        """(rank, role): consistent mostly, sometimes contradictory, sometimes only one"""
        r = self.r
        rank = 1 if r.random() < (lead_bias + (1 - lead_bias) * .5 if self.calm else lead_bias) else r.choice([2, 2, 3, 3, 4, 5, 6])
        role = 'lead' if rank == 1 else self.pick(['participate', 'participate', 'assist'])
        x = r.random()
        if x < .45:
            out = (rank, role)
        elif x < .70:
            out = (rank, None)
        elif x < .90:
            out = (None, role)
        elif x < .95:
            out = (rank, 'participate' if role == 'lead' else 'lead')
        else:
            out = (rank, role)
        if r.random() < self.blank:
            out = (None, out[1])
        if r.random() < self.blank:
            out = (out[0], None)
        return out

    def row(self, kind):
        r, p = self.r, self.p
        f = dict(kind=kind, flags={})
        if self.several:             # a row belongs to one of the years
            ys = [y for y in range(self.range[0] - 1, self.range[1] + 1) if FIRST[p].year <= y and (not LAST[p] or y <= LAST[p].year)]
            self.Y = r.choice(ys or [self.Y])
            lo, hi = self.force(self.Y)
            self.D = hi if lo <= hi else DATE(self.Y, 12, 31)
        lv = LEVELS.get(kind, ['national', 'provincial'])
        if isinstance(lv, dict):
            lv = lv[p]
        if kind in ('standard', 'committee', 'award', 'pilot', 'leader', 'event', 'service') or kind in ('platform', 'talent') and p in SIX:
            f['level'] = self.maybe_blank(self.pick(lv))
        if kind in ('event',) and r.random() < .3:
            f['level'] = None
        if kind == 'award' and r.random() < .25:
            f['level'] = None
        if kind == 'standard' and self.one_level and r.random() < .85:
            f['level'] = self.one_level
        f['date'] = self.maybe_blank(self.when(kind))
        if kind in SUBJECTS[p]:
            f['subject'] = self.maybe_blank(self.pick(SUBJECTS[p][kind]), self.blank / 2)
        if kind == 'standard':
            f['action'] = self.maybe_blank(self.pick(['formulate', 'formulate', 'formulate', 'revise']))
            bias = {'beijing-2020': .45, 'tianjin-2021': .65, 'xiamen-2020': .4, 'foshan-2018': .5}.get(p, .5)
            f['rank'], f['role'] = self.rank_pair(bias)
            if p == 'foshan-2018' and f['level'] == 'international':
                f['role'] = self.maybe_blank(self.pick(['lead', 'lead', 'assist', 'assist', 'participate']))
            if r.random() < .5:
                self.numbers += 1
                n = 1000 + self.numbers
                pat = NUMBER.get(f['level'], 'GB/T %d-2021') if r.random() < .92 else self.pick(list(NUMBER.values()) + ['HELLO %d'])
                if f['level'] == 'LOCAL':
                    pat = self.pick(['DB11/T %d-2021', 'DB4403/T %d-2021', 'DB440 %d', 'GB/T %d-2021', 'DB35/T %d-2020'])
                f['number'] = pat % n
                if r.random() < .25 and f['level'] != 'LOCAL':
                    f['level'] = None          # to be inferred
            if f.get('level') == 'group' or f.get('number', '').startswith('T/') or r.random() < .1:
                f['implemented'] = self.maybe_blank(self.when('implemented'))
                for fl in ('group_platform', 'gov_use'):
                    x = r.random()
                    if x < .4:
                        f['flags'][fl] = x < .33
            if r.random() < self.p_series:
                f['series'] = self.pick(['系列甲', 'S2'])
            if f.get('level') == 'industry' and r.random() < .6:
                f['flags']['filed'] = r.random() < .7
            if p in SIX:
                fl = {'zaozhuang-2018': [('shandong_pilot', .5, .7)], 'liaocheng-2021': [('shandong_pilot', .5, .7)], 'weihai-2019': [('filed', .2, .7)],
                      'zhengzhou-2019': [('gov_use', .5, .5), ('proprietary_ip', .6, .6)],
                      'huangpu-2019': [('medical', .6, .45), ('covers_area', .4, .85), ('expert_review', .3, .85), ('group_platform', .2, .85)]}.get(p, [])
                for name, known, true in fl:
                    if r.random() < known:
                        f['flags'][name] = r.random() < true
                if p == 'zhengzhou-2019' and r.random() < .5:
                    f['adopters'] = r.choice([0, 2, 9, 10, 10, 11, 30])
            if self.calls and p == 'foshan-2018' and r.random() < .5:
                f['adopters'] = r.choice([0, 1, 2, 2, 3])
            if p == 'xiamen-2020':
                own = f['rank'] or (1 if f['role'] == 'lead' else r.choice([2, 3, 4]))
                if r.random() < .65:
                    s = set(r.sample(range(1, 8), r.randint(0, 4)))
                    if r.random() < .85:
                        s.add(own)
                    f['local_ranks'] = sorted(s) or None
                if f['level'] in ('provincial', 'municipal', 'LOCAL') and r.random() < .5:
                    f['flags']['government_first'] = r.random() < .75
        elif kind == 'committee':
            f['body'] = self.maybe_blank(self.pick(['tc', 'tc', 'sc', 'wg']))
            pos = ['secretariat'] * 5 + ['convenor', 'chair', None]
            if p == 'xiamen-2020':
                pos = ['secretariat'] * 3 + ['convenor', 'chair', 'chair', 'vice_chair', 'expert', 'expert', None]
            if p == 'huangpu-2019':
                pos = ['secretariat'] * 3 + ['convenor', 'chair', 'counterpart', 'counterpart', None]
            f['position'] = self.maybe_blank(self.pick(pos))
            if p == 'zhengzhou-2019' and r.random() < .4:
                f['quantity'] = r.choice([1, 2, 2, 3])
            if r.random() < self.p_project:
                f['project'] = self.pick(['P1', '项目二'])
        elif kind == 'award':
            f['grade'] = self.maybe_blank(self.pick(['first', 'second', 'third', 'organization', 'first', 'second', 'encouragement'] + (['organization'] * 5 if p == 'linyi-2019' else ['third', 'encouragement'] if p == 'zhengzhou-2019' else [])))
            f['rank'], f['role'] = self.rank_pair(.6)
            if r.random() < .3:
                f['rank'] = f['role'] = None
        elif kind == 'good_practice':
            f['grade'] = self.maybe_blank(self.pick(['5A', '4A', '4A', '3A', '3A', 'first']))
        elif kind == 'pilot':
            st = {'linyi-2019': ['accepted'] * 5 + ['undertaken', 'promotion'], 'huangpu-2019': ['accepted', 'accepted', 'undertaken', 'undertaken', 'promotion', None],
                  **{q: ['accepted', 'accepted', 'undertaken', 'undertaken', 'promotion', None] for q in ('zaozhuang-2018', 'weihai-2019', 'zhengzhou-2019')},
                  'liaocheng-2021': ['accepted'],'beijing-2020': ['accepted'] * 5 + ['undertaken', 'promotion'], 'tianjin-2021': ['accepted'] * 5 + ['undertaken', 'promotion'],
                  'xiamen-2020': ['accepted'] * 3 + ['promotion'] * 3 + ['undertaken'], 'foshan-2018': ['accepted', 'undertaken', 'undertaken', 'promotion', None]}[p]
            f['stage'] = self.maybe_blank(self.pick(st))
            if r.random() < .5:
                f['flags']['regional_joint'] = r.random() < .6
        elif kind == 'event':
            x = r.random()
            f['rank'] = None if x < .5 else self.pick([1, 1, 1, 2])
            f['role'] = None if r.random() < .4 else self.pick(['lead', 'lead', 'lead', 'participate', 'assist'])
        elif kind == 'leader' and p == 'zhengzhou-2019' and r.random() < .75:
            f['flags']['held_one_year'] = r.random() < .85
        elif kind == 'overseas':
            f['rank'], f['role'] = self.rank_pair(.5)
        q = {'leader', 'benchmarking', 'project', 'talent', 'adoption'}
        if (kind in q and r.random() < .5) or f.get('stage') == 'promotion' and r.random() < .6 or r.random() < .05:
            f['quantity'] = r.choice([1, 2, 2, 3, 4, 7, 10])
        if p == 'beijing-2020' and kind in ('standard', 'pilot') and r.random() < .7 or p in ('foshan-2018', 'huangpu-2019') and kind == 'event' and r.random() < .75 or kind == 'project' and p == 'zhengzhou-2019' and r.random() < .8 or r.random() < .05:
            f['cost'] = self.pick([500000, 300000, 200000, 150000, 100000, 299999.99, 200000.01, 149999, 80000, 12345.67, 2000000, 1000000] + ([3333333.33, 3333333.34, 5000000, 100.03] if kind == 'event' else []))
            f['cost'] = self.maybe_blank(f['cost'])
        pp = {'beijing-2020': .18, 'tianjin-2021': .18, 'xiamen-2020': .08, 'foshan-2018': .3, 'linyi-2019': .2, 'zaozhuang-2018': .35, 'weihai-2019': .15, 'huangpu-2019': .3}.get(p, .08)
        if r.random() < pp:
            f['prior_amount'] = self.pick([None, 0, 1000, 50000, 100000, 123456.78, 300000, 1000000])
            f['prior_source'] = self.pick([None, 'national', 'provincial', 'municipal', 'district', 'municipal'] + (['district'] * 4 if p == 'huangpu-2019' else []))
        merges = p == 'liaocheng-2021' and kind not in ('standard', 'committee') or p == 'huangpu-2019' and kind == 'leader'
        if merges and r.random() < .7:
            f[self.pick(['project', 'project', 'title'])] = self.pick(['P1', '项目二', '丙'])
        if r.random() < .15:
            f['project'] = self.pick(['P1', '项目二'])
        if self.several and r.random() < self.p_key:
            f[self.pick(['project', 'project', 'title'])] = self.pick(['P1', '项目二', '丙', '丁'])
        if r.random() < .15:
            f['title'] = self.pick(['名称一', '名称二'])
        if r.random() < .03:
            fl = self.pick(list(O.FLAGS))
            f['flags'].setdefault(fl, r.random() < .5)
        return f

    def write(self, out):
        r, p = self.r, self.p
        os.makedirs(out, exist_ok=True)
        for n in ('achievements.csv', 'applicants.csv', 'args.txt'):
            if os.path.exists(os.path.join(out, n)):
                os.remove(os.path.join(out, n))
        napp = r.choice([1, 1, 1, 2, 2, 3, 4])
        names = ['甲公司', '乙研究院', '丙协会', 'Delta Ltd'][:napp]
        unnamed = napp == 1 and r.random() < .3
        codes = {n: code_check('91%015d' % r.randint(0, 10 ** 14)) for n in names}
        focus = None
        rows = []
        for n in names:
            if r.random() < (.8 if self.one_level else .3):
                focus = 'standard' if self.one_level else r.choices(list(KINDS[p]), [x if x >= 1 else 0 for x in KINDS[p].values()])[0]
            if p == 'huangpu-2019' and r.random() < .25:
                focus = 'leader'
            if p == 'liaocheng-2021' and r.random() < .35:
                focus = self.pick(['leader', 'award', 'good_practice', 'adoption', 'platform'])
            if self.several and r.random() < .4:
                focus = self.pick({'xiamen-2020': ['leader', 'benchmarking', 'pilot'], 'zhengzhou-2019': ['committee', 'leader'], 'huangpu-2019': ['leader', 'leader', 'pilot', 'standard'],
                                   'liaocheng-2021': ['leader', 'award', 'good_practice', 'adoption', 'platform'], 'beijing-2020': ['committee', 'pilot', 'overseas'],
                                   'weihai-2019': ['standard'], 'tianjin-2021': ['leader', 'committee']}.get(p, ['standard', 'leader']))
            many = (p in SIX or self.several and p != 'tianjin-2021') and r.random() < .2
            for _ in range(r.randint(11, 18) if many else r.choice([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])):
                ks = KINDS[p]
                kind = focus if focus and r.random() < .7 else r.choices(list(ks), list(ks.values()))[0]
                f = self.row(kind)
                f['applicant'] = n
                rows.append(f)
        if r.random() < .3:
            r.shuffle(rows)
        # applicants file
        with_file = not unnamed and r.random() < .55
        if with_file:
            D, facts = self.D, []
            for n in names:
                if napp > 1 and r.random() < .1:
                    continue
                a = {'applicant': n, 'code': codes[n] if r.random() < .7 else ''}
                a['type'] = r.choice(['', 'enterprise', 'enterprise', 'enterprise', 'institution', 'social_organization', 'government'])
                a['region'] = '' if r.random() < .2 else (self.pick(HOME[p]) if r.random() < .9 else self.pick(AWAY))
                for fact, n_years in (('dishonest_on', {'beijing-2020': 2}.get(p, 3)), ('penalized_on', {'linyi-2019': 3}.get(p, 2)), ('violation_on', 1), ('fraud_on', {'foshan-2018': 3, 'huangpu-2019': self.pick([1, 3, 4])}.get(p, 5))):
                    if r.random() < .07:
                        lim = O.minus_years(D, n_years)
                        a[fact] = self.date(self.pick([lim, lim - DAY, lim + DAY, D, D + DAY, lim - DAY * 300]))
                if r.random() < .1:
                    a['investigating'] = self.pick(['是', '否', '否'])
                facts.append(a)
            cols = list(O.APPLICANT_COLUMNS)
            with open(os.path.join(out, 'applicants.csv'), 'w', encoding='utf-8', newline='') as fh:
                wr = csv.writer(fh)
                wr.writerow([O.APPLICANT_COLUMNS[c][0] if self.zh else c for c in cols])
                for a in facts:
                    wr.writerow([self.enum('type', a['type']) if c == 'type' and a['type'] else a.get(c, '') for c in cols])
        else:
            facts = []
        known_codes = {a['applicant']: a['code'] for a in facts if a['code']}
        # achievements file
        cols = list(O.COLUMNS)
        keep_all = r.random() < .5
        table = []
        ids = {}
        for i, f in enumerate(rows):
            c = {}
            n = f['applicant']
            c['applicant'] = '' if unnamed else (known_codes[n] if n in known_codes and r.random() < .2 else n)
            ids[n] = ids.get(n, 0) + 1
            c['id'] = '' if r.random() < .15 else 'A%d' % ids[n]
            for k in ('kind', 'level', 'action', 'role', 'body', 'position', 'grade', 'stage', 'prior_source'):
                c[k] = self.enum(k, f.get(k))
            s = f.get('subject')
            c['subject'] = '' if not s else (O.SUBJECTS[f['kind']][s] if self.zh else s)
            for k in ('date', 'implemented'):
                c[k] = self.date(f.get(k))
            for k in ('cost', 'prior_amount'):
                c[k] = self.money(f.get(k))
            for k in ('title', 'number', 'series', 'project', 'rank', 'quantity', 'adopters'):
                v = f.get(k)
                c[k] = '' if v is None else str(v)
            c['local_ranks'] = ';'.join(map(str, f.get('local_ranks') or []))
            fl = ['' if v else '!' for v in f['flags'].values()]
            c['flags'] = self.pick([';', '；', '; ']).join(x + (O.FLAGS[k] if self.zh else k) for x, k in zip(fl, f['flags']))
            if r.random() < .1:
                for k in ('rank', 'quantity', 'date'):
                    c[k] = ''.join(chr(ord(ch) + 0xFEE0) if ch.isdigit() else ch for ch in c[k])
            if r.random() < .025:        # an invalid row
                bad = self.pick(['kind', 'rank', 'date', 'level', 'flags', 'flags2', 'id', 'subject', 'cost', 'applicant', 'quantity'])
                if bad == 'flags2':
                    c['flags'] = 'filed;!filed'
                elif bad == 'id':
                    if any(t['applicant'] == c['applicant'] and t['id'] for t in table):
                        c['id'] = next(t['id'] for t in table if t['applicant'] == c['applicant'] and t['id'])
                elif bad == 'subject':
                    c['subject'] = 'forum' if f['kind'] != 'event' else 'training'
                elif bad == 'applicant':
                    if not unnamed and len(rows) > 1:
                        c['applicant'] = ''
                else:
                    c[bad] = {'kind': '', 'rank': '0', 'date': '2021-02-30', 'level': '省标', 'flags': 'nonsense', 'cost': 'abc', 'quantity': '1.5'}[bad]
            table.append(c)
            if r.random() < .02:
                table.append({k: '' for k in cols})     # a blank row: counted, skipped
        if not keep_all:
            cols = [k for k in cols if k in ('id', 'kind') or any(t.get(k) for t in table)]
        if unnamed and r.random() < .5 and 'applicant' in cols:
            cols.remove('applicant')
        if r.random() < .3:
            r.shuffle(cols)
        with open(os.path.join(out, 'achievements.csv'), 'w', encoding='utf-8-sig' if r.random() < .2 else 'utf-8', newline='') as fh:
            wr = csv.writer(fh)
            wr.writerow([self.pick(O.COLUMNS[k]) if self.zh else k for k in cols])
            for t in table:
                wr.writerow([t.get(k, '') for k in cols])
        with open(os.path.join(out, 'args.txt'), 'w') as fh:
            fh.write(' '.join(self.args) + '\n')


if __name__ == '__main__':
    ap = argparse.ArgumentParser()
    ap.add_argument('--policy', required=True)
    ap.add_argument('--seed', required=True)
    ap.add_argument('--out', required=True)
    ap.add_argument('--years', action='store_true')
    ap.add_argument('--calls', action='store_true')
    o = ap.parse_args()
    Gen(o.policy, o.seed, o.years, o.calls).write(o.out)
