//! The achievements other than standards: what their cells hold and how often 标准以外的各类成果.

use super::words::{Label, label};

/// One kind and subject of achievement. Lists repeat what is more frequent.
#[derive(Clone, Copy)]
pub struct Pattern {
    /// How frequent it is beside the others.
    pub weight: u32,
    /// 类别.
    pub kind: Label,
    /// 事项, where the kind has several.
    pub subject: Option<Label>,
    /// What follows the object in the title 名称.
    pub title: &'static str,
    /// 级别.
    pub levels: &'static [Label],
    /// 机构.
    pub bodies: &'static [Label],
    /// 职务.
    pub positions: &'static [Label],
    /// 等级.
    pub grades: &'static [Label],
    /// 阶段.
    pub stages: &'static [Label],
    /// Of a hundred, how many name the role and the rank 角色、排名.
    pub ranked: u32,
    /// Of a hundred, how many name a quantity, and the greatest 数量.
    pub quantity: (u32, u32),
    /// Of a hundred, how many name the real cost, and the greatest in 千元 实际费用.
    pub cost: (u32, u32),
    /// Flags that it may carry 标记, and of a hundred, how many do.
    pub flags: (u32, &'static [Label]),
}

const fn of(weight: u32, kind: Label, title: &'static str) -> Pattern {
    Pattern {
        weight,
        kind,
        subject: None,
        title,
        levels: &[],
        bodies: &[],
        positions: &[],
        grades: &[],
        stages: &[],
        ranked: 0,
        quantity: (0, 0),
        cost: (2, 800),
        flags: (0, &[]),
    }
}

impl Pattern {
    const fn subject(self, zh: &'static str, en: &'static str) -> Pattern {
        Pattern { subject: Some(label(zh, en)), ..self }
    }
    const fn levels(self, levels: &'static [Label]) -> Pattern {
        Pattern { levels, ..self }
    }
    const fn seat(self, bodies: &'static [Label], positions: &'static [Label]) -> Pattern {
        Pattern { bodies, positions, ..self }
    }
    const fn grades(self, grades: &'static [Label]) -> Pattern {
        Pattern { grades, ..self }
    }
    const fn stages(self, stages: &'static [Label]) -> Pattern {
        Pattern { stages, ..self }
    }
    const fn ranked(self, ranked: u32) -> Pattern {
        Pattern { ranked, ..self }
    }
    const fn quantity(self, percent: u32, most: u32) -> Pattern {
        Pattern { quantity: (percent, most), ..self }
    }
    const fn cost(self, percent: u32, thousands: u32) -> Pattern {
        Pattern { cost: (percent, thousands), ..self }
    }
    const fn flags(self, percent: u32, flags: &'static [Label]) -> Pattern {
        Pattern { flags: (percent, flags), ..self }
    }
}

const INTERNATIONAL: Label = label("国际", "international");
const NATIONAL: Label = label("国家", "national");
const PROVINCIAL: Label = label("省级", "provincial");
const MUNICIPAL: Label = label("市级", "municipal");
const DISTRICT: Label = label("区级", "district");

const WORLD: &[Label] = &[INTERNATIONAL];
const STATE: &[Label] = &[NATIONAL];
const PROVINCE: &[Label] = &[PROVINCIAL];
const CITY: &[Label] = &[MUNICIPAL];
const UPPER: &[Label] = &[NATIONAL, PROVINCIAL, PROVINCIAL];
const LOWER: &[Label] = &[NATIONAL, PROVINCIAL, PROVINCIAL, MUNICIPAL, MUNICIPAL];

const TC: Label = label("技术委员会", "tc");
const SC: Label = label("分技术委员会", "sc");
const WG: Label = label("工作组", "wg");
const SECRETARIAT: Label = label("秘书处", "secretariat");
const CONVENOR: Label = label("召集人", "convenor");
const CHAIR: Label = label("主席", "chair");
const VICE_CHAIR: Label = label("副主席", "vice_chair");
const EXPERT: Label = label("注册专家", "expert");
const COUNTERPART: Label = label("国内对口单位", "counterpart");

const FIRST: Label = label("一等奖", "first");
const SECOND: Label = label("二等奖", "second");
const THIRD: Label = label("三等奖", "third");
const ORGANIZATION: Label = label("组织奖", "organization");
const ENCOURAGEMENT: Label = label("助力奖", "encouragement");
const SPECIAL: Label = label("特等奖", "special");
const GOLD: Label = label("金奖", "gold");
const SILVER: Label = label("银奖", "silver");
const EXCELLENCE: Label = label("优秀奖", "excellence");
const WINNER: Label = label("正奖", "winner");
const NOMINATION: Label = label("提名奖", "nomination");
const TEAM: Label = label("一线班组和个人", "team");
const A1: Label = label("1A级", "1A");
const A2: Label = label("2A级", "2A");
const A3: Label = label("3A级", "3A");
const A4: Label = label("4A级", "4A");
const A5: Label = label("5A级", "5A");
const PRODUCER: Label = label("生产单位", "producer");
const OPERATOR: Label = label("经营单位", "operator");
const FOOD: &[Label] =
    &[label("食品工业企业", "food_industry"), label("食品工业企业", "food_industry"), label("餐饮企业", "food_trade")];

const UNDERTAKEN: Label = label("承担", "undertaken");
const ACCEPTED: Label = label("验收", "accepted");
const PROMOTION: Label = label("推广示范", "promotion");

const SCALE: &[Label] = &[label("规模以上", "above_scale"), label("!规模以上", "!above_scale")];
const SITE: &[Label] = &[
    label("工程在本区", "local_project"),
    label("工程在本区;!建设与施工单位同时申报", "local_project;!joint_application"),
    label("工程在本区;建设与施工单位同时申报", "local_project;joint_application"),
    label("!工程在本区;施工总承包单位", "!local_project;general_contractor"),
];

const COMMITTEE: Label = label("标准化技术组织", "committee");
const AWARD: Label = label("标准创新贡献奖", "award");
const PILOT: Label = label("试点示范", "pilot");
const LEADER: Label = label("企业标准领跑者", "leader");
const BENCHMARKING: Label = label("对标达标", "benchmarking");
const GOOD_PRACTICE: Label = label("标准化良好行为", "good_practice");
const ADOPTION: Label = label("采用国际标准产品", "adoption");
const PLATFORM: Label = label("创新基地与平台", "platform");
const EVENT: Label = label("会议活动", "event");
const SERVICE: Label = label("标准化服务", "service");
const OVERSEAS: Label = label("海外应用", "overseas");
const TALENT: Label = label("人才培训", "talent");
const PROJECT: Label = label("标准化项目", "project");
const QUALITY: Label = label("质量奖", "quality_award");
const HONOR: Label = label("品牌与称号", "honor");
const CERTIFICATION: Label = label("认证", "certification");
const METROLOGY: Label = label("计量", "metrology");
const LABORATORY: Label = label("检验检测", "laboratory");
const ENGINEERING: Label = label("工程奖", "engineering");
const PATENT: Label = label("专利", "patent");
const MEDICINE: Label = label("药品器械", "medicine");

/// Every kind but `standard`, and nearly every subject.
pub const PATTERNS: &[Pattern] = &[
    of(6, COMMITTEE, "国际技术组织秘书处").levels(WORLD).seat(&[TC, SC, SC, WG], &[SECRETARIAT]).ranked(5),
    of(10, COMMITTEE, "国际标准工作组").levels(WORLD).seat(&[WG], &[CONVENOR, EXPERT, EXPERT]),
    of(3, COMMITTEE, "国际技术组织职务").levels(WORLD).seat(&[TC, SC], &[CHAIR, VICE_CHAIR, COUNTERPART]),
    of(20, COMMITTEE, "标准化技术委员会秘书处").levels(STATE).seat(&[TC, SC, SC, WG], &[SECRETARIAT]),
    of(8, COMMITTEE, "标准化技术委员会任职").levels(STATE).seat(&[TC, SC], &[CHAIR, VICE_CHAIR, VICE_CHAIR]),
    of(24, COMMITTEE, "专业标准化技术委员会").levels(&[PROVINCIAL, PROVINCIAL, MUNICIPAL]).seat(&[TC], &[SECRETARIAT]),
    of(12, AWARD, "系列标准")
        .levels(STATE)
        .grades(&[FIRST, SECOND, SECOND, THIRD, THIRD, THIRD, ORGANIZATION, ENCOURAGEMENT])
        .ranked(60),
    of(14, AWARD, "标准项目").levels(PROVINCE).grades(&[FIRST, SECOND, SECOND, THIRD, THIRD]).ranked(50),
    of(34, PILOT, "国家级标准化试点")
        .levels(STATE)
        .stages(&[ACCEPTED, ACCEPTED, UNDERTAKEN, PROMOTION])
        .flags(12, &[label("区域性多部门联合", "regional_joint")])
        .cost(10, 600),
    of(44, PILOT, "标准化试点项目")
        .levels(&[PROVINCIAL, PROVINCIAL, MUNICIPAL])
        .stages(&[ACCEPTED, ACCEPTED, UNDERTAKEN, PROMOTION])
        .quantity(6, 3)
        .cost(8, 400),
    of(74, LEADER, "企业标准领跑者")
        .levels(LOWER)
        .quantity(20, 4)
        .flags(25, &[label("连续保持一年", "held_one_year"), label("!连续保持一年", "!held_one_year")]),
    of(40, BENCHMARKING, "对标达标").quantity(60, 8),
    of(46, GOOD_PRACTICE, "良好行为证书").grades(&[A5, A4, A4, A3, A3, A3, A2]),
    of(32, ADOPTION, "采标标志证书").quantity(50, 5),
    of(2, PLATFORM, "区域创新基地").subject("区域型国家技术标准创新基地", "innovation_base_regional"),
    of(4, PLATFORM, "领域创新基地").subject("领域型国家技术标准创新基地", "innovation_base_domain"),
    of(5, PLATFORM, "标准创新基地").subject("省级技术标准创新基地", "innovation_base_provincial"),
    of(5, PLATFORM, "推广应用平台").subject("标准化推广应用平台", "promotion_platform").levels(UPPER),
    of(5, PLATFORM, "创新平台").subject("标准创新平台", "innovation_platform").levels(UPPER),
    of(3, PLATFORM, "标准验证检测点").subject("国家级标准验证检验检测点", "verification_point"),
    of(1, PLATFORM, "标准化展示馆").subject("标准化场馆", "standards_venue"),
    of(2, PLATFORM, "标准验证实验室").subject("标准验证实验室", "verification_laboratory"),
    of(2, PLATFORM, "推广标准案例").subject("国家推广标准案例", "promoted_case"),
    of(18, EVENT, "国际标准化会议").subject("国际标准化会议", "conference").levels(WORLD).ranked(50).cost(60, 600),
    of(20, EVENT, "标准化论坛")
        .subject("年会论坛", "forum")
        .levels(&[INTERNATIONAL, NATIONAL, NATIONAL, PROVINCIAL])
        .ranked(50)
        .cost(60, 500),
    of(16, SERVICE, "标准化服务方案").subject("标准化服务机构", "service_agency").cost(30, 400),
    of(8, SERVICE, "领跑者评估").subject("领跑者评估机构", "leader_evaluation"),
    of(8, SERVICE, "试点协助立项").subject("协助立项", "pilot_assist_approved").levels(STATE),
    of(8, SERVICE, "试点协助完成").subject("协助完成", "pilot_assist_completed").levels(STATE),
    of(6, SERVICE, "团体标准制定").subject("团体标准制定机构", "group_standard_body"),
    of(8, OVERSEAS, "海外示范应用").subject("海外示范应用", "demonstration").cost(50, 900),
    of(8, OVERSEAS, "标准被国外采信").subject("被国外采信", "foreign_adoption").ranked(80),
    of(18, TALENT, "注册专家").subject("新注册专家", "expert_registration").levels(&[
        INTERNATIONAL,
        NATIONAL,
        NATIONAL,
    ]),
    of(16, TALENT, "标准化培训班").subject("培训项目", "training").levels(CITY).quantity(20, 3).cost(40, 250),
    of(3, TALENT, "国际专家工作室").subject("专家工作室", "expert_studio"),
    of(4, TALENT, "标准化课程").subject("标准化课程", "course"),
    of(8, PROJECT, "标准体系编制").subject("体系编制及推广", "system_compilation").quantity(15, 2).cost(50, 1500),
    of(4, PROJECT, "贸易壁垒应对").subject("技术性贸易壁垒应对", "tbt_protection").cost(50, 900),
    of(12, PROJECT, "标准研制项目").subject("标准研制", "standard_research").cost(50, 700),
    of(6, PROJECT, "创新成果标准化").subject("自主创新成果标准化", "innovation_standardization").cost(50, 900),
    of(3, PROJECT, "标准综合体").subject("标准综合体", "standard_complex").cost(50, 2000),
    of(5, PROJECT, "标准技术审查").subject("技术审查与科研", "review_research").cost(70, 400),
    of(3, PROJECT, "国际质量比对").subject("国际质量比对提升示范", "quality_comparison").cost(70, 5000),
    of(4, QUALITY, "中国质量奖")
        .subject("中国质量奖", "china_quality_award")
        .levels(STATE)
        .grades(&[WINNER, NOMINATION, NOMINATION, NOMINATION, TEAM]),
    of(8, QUALITY, "省政府质量奖")
        .subject("省政府质量奖", "provincial_quality_award")
        .levels(PROVINCE)
        .grades(&[WINNER, NOMINATION, NOMINATION]),
    of(10, QUALITY, "市长质量奖")
        .subject("市长质量奖", "municipal_quality_award")
        .levels(CITY)
        .grades(&[WINNER, NOMINATION]),
    of(8, QUALITY, "区质量奖")
        .subject("区质量奖", "district_quality_award")
        .levels(&[DISTRICT])
        .grades(&[WINNER, NOMINATION]),
    of(5, QUALITY, "质量管理小组").subject("国际质量管理小组竞赛", "qc_international").grades(&[GOLD, SILVER]),
    of(14, QUALITY, "质量管理小组")
        .subject("区质量管理小组发布赛", "qc_district")
        .grades(&[FIRST, SECOND, SECOND, THIRD, THIRD, EXCELLENCE]),
    of(10, QUALITY, "卓越绩效模式").subject("导入卓越绩效模式", "performance_excellence"),
    of(1, QUALITY, "卓越绩效基地").subject("卓越绩效管理孵化基地", "performance_excellence_incubator"),
    of(6, QUALITY, "质量提升活动").subject("质量提升活动推广", "quality_promotion").cost(30, 150),
    of(1, HONOR, "质量强市示范").subject("质量强市示范", "quality_city").levels(UPPER),
    of(1, HONOR, "食品安全示范").subject("食品安全示范", "food_safety_city").levels(UPPER),
    of(2, HONOR, "品牌示范区").subject("质量品牌提升示范区", "quality_brand_zone").levels(UPPER),
    of(2, HONOR, "质量提升示范区").subject("质量提升示范区", "quality_upgrade_zone").levels(UPPER),
    of(2, HONOR, "质量教育基地").subject("中小学质量教育社会实践基地", "quality_education_base").levels(UPPER),
    of(9, HONOR, "好品山东品牌").subject("好品山东", "good_products"),
    of(4, HONOR, "优质产品基地").subject("优质产品生产基地", "quality_product_base"),
    of(5, HONOR, "龙头骨干企业").subject("优质产品基地龙头骨干企业", "quality_product_leader"),
    of(8, HONOR, "高端品牌培育").subject("高端品牌培育企业", "premium_brand"),
    of(8, HONOR, "驰名商标").subject("驰名商标", "well_known_trademark"),
    of(1, HONOR, "中国商标金奖").subject("中国商标金奖", "trademark_gold_award"),
    of(6, HONOR, "地理标志产品").subject("地理标志产品", "geographical_product"),
    of(5, HONOR, "地理标志商标").subject("地理标志商标", "geographical_trademark"),
    of(16, HONOR, "国际注册商标").subject("马德里注册商标", "madrid_trademark"),
    of(6, HONOR, "食安山东品牌").subject("食安山东", "food_safety_brand").grades(&[PRODUCER, OPERATOR]),
    of(6, HONOR, "老字号").subject("老字号", "time_honored_brand").levels(UPPER),
    of(4, HONOR, "自主品牌").subject("国际自主品牌", "international_own_brand"),
    of(4, HONOR, "优质服务承诺").subject("优质服务承诺标识", "service_commitment_brand").levels(UPPER),
    of(8, CERTIFICATION, "泰山品质认证").subject("泰山品质认证", "taishan_quality"),
    of(46, CERTIFICATION, "质量管理体系认证").subject("质量管理体系认证", "quality_management_system"),
    of(10, CERTIFICATION, "海关高级认证").subject("海关高级认证企业", "aeo_enterprise"),
    of(14, CERTIFICATION, "品牌认证证书").subject("第三方品牌认证", "brand_certification"),
    of(4, CERTIFICATION, "机器人认证")
        .subject("中国机器人认证", "robot_cr")
        .grades(&[label("A类", "class_a"), label("B类", "class_b")]),
    of(8, CERTIFICATION, "节能产品认证").subject("节能产品认证", "energy_saving_product"),
    of(4, CERTIFICATION, "低碳产品认证").subject("低碳产品认证", "low_carbon_product"),
    of(4, CERTIFICATION, "高端品质认证").subject("高端产品服务认证", "high_end_product"),
    of(10, CERTIFICATION, "能源管理体系认证").subject("能源管理体系认证", "energy_management_system"),
    of(6, CERTIFICATION, "关键控制点认证").subject("HACCP", "haccp").grades(FOOD).flags(60, SCALE),
    of(6, CERTIFICATION, "食品安全体系认证")
        .subject("ISO22000", "food_safety_management")
        .grades(FOOD)
        .flags(60, SCALE),
    of(2, CERTIFICATION, "诚信管理认证")
        .subject("诚信管理体系认证", "integrity_management")
        .grades(FOOD)
        .flags(60, SCALE),
    of(6, CERTIFICATION, "药械国际认证").subject("药械国际认证", "medical_international"),
    of(10, METROLOGY, "型式批准证书").subject("计量器具型式批准", "instrument_type_approval"),
    of(8, METROLOGY, "样机试验合格").subject("计量器具样机试验合格", "instrument_prototype_test"),
    of(2, METROLOGY, "产业计量中心").subject("产业计量测试中心", "industrial_metrology_center").levels(UPPER),
    of(2, METROLOGY, "计量技术组织")
        .subject("计量技术组织", "metrology_organization")
        .levels(&[INTERNATIONAL, NATIONAL]),
    of(8, METROLOGY, "计量检定规程").subject("计量技术法规", "metrology_regulation").levels(LOWER).ranked(90),
    of(16, METROLOGY, "测量管理体系").subject("测量管理体系认证", "measurement_management").grades(&[A3, A3, A2, A1]),
    of(1, LABORATORY, "公共服务示范区")
        .subject("检验检测认证公共服务平台示范区", "service_platform_zone")
        .levels(UPPER),
    of(10, LABORATORY, "检验检测机构").subject("检验检测机构", "testing_institution").levels(UPPER),
    of(14, LABORATORY, "认可实验室").subject("CNAS认可实验室", "cnas_laboratory"),
    of(4, LABORATORY, "指定实验室").subject("强制性产品认证指定实验室", "ccc_laboratory"),
    of(2, LABORATORY, "互认实验室").subject("国际检测结果互认实验室", "mutual_recognition"),
    of(2, LABORATORY, "配套实验室").subject("重点建设项目配套实验室", "key_project_laboratory"),
    of(4, LABORATORY, "检测认证资质").subject("检测或认证资质", "certification_qualification"),
    of(4, ENGINEERING, "鲁班奖工程").subject("鲁班奖", "luban_award").flags(50, SITE),
    of(4, ENGINEERING, "国家优质工程").subject("国家优质工程奖", "national_quality_project").flags(20, SITE),
    of(8, ENGINEERING, "泰山杯工程").subject("泰山杯", "taishan_cup"),
    of(2, ENGINEERING, "大禹奖工程").subject("大禹水利科学技术奖", "dayu_award").flags(50, SITE),
    of(6, ENGINEERING, "省优质工程").subject("广东省建设工程优质奖", "guangdong_quality_project").flags(60, SITE),
    of(3, ENGINEERING, "优质水利工程")
        .subject("广东优质水利工程奖", "guangdong_water_project")
        .grades(&[FIRST, SECOND, THIRD])
        .flags(60, SITE),
    of(20, PATENT, "首件发明专利").subject("首件国内授权发明专利", "first_domestic_invention"),
    of(12, PATENT, "国外发明专利").subject("国外授权发明专利", "foreign_invention"),
    of(6, PATENT, "示范企业").subject("知识产权示范企业", "ip_demonstration_enterprise").levels(UPPER),
    of(8, PATENT, "优势企业").subject("知识产权优势企业", "ip_advantage_enterprise").levels(UPPER),
    of(1, PATENT, "试点示范区域").subject("知识产权试点示范区域", "ip_pilot_area").levels(UPPER),
    of(18, PATENT, "贯标认证").subject("知识产权管理规范认证", "ip_management_certification"),
    of(5, PATENT, "发明专利获奖").subject("中国专利奖", "china_patent_award").grades(&[
        GOLD,
        SILVER,
        EXCELLENCE,
        EXCELLENCE,
        ORGANIZATION,
    ]),
    of(3, PATENT, "外观设计获奖").subject("中国外观设计奖", "china_design_award").grades(&[GOLD, SILVER, EXCELLENCE]),
    of(6, PATENT, "发明专利获奖")
        .subject("省专利奖", "provincial_patent_award")
        .levels(PROVINCE)
        .grades(&[SPECIAL, FIRST, SECOND, SECOND, THIRD, THIRD]),
    of(10, PATENT, "专利质押贷款").subject("质押贷款贴息", "pledge_interest").cost(85, 300),
    of(6, PATENT, "质押评估担保").subject("质押评估担保费", "pledge_fee").cost(85, 80),
    of(8, PATENT, "专利保险").subject("专利保险", "patent_insurance"),
    of(1, PATENT, "主导产业导航").subject("主导产业专利导航", "navigation_leading"),
    of(2, PATENT, "特色产业导航").subject("特色产业专利导航", "navigation_specialty"),
    of(5, PATENT, "企业专利导航").subject("企业自行专利导航", "navigation_enterprise").cost(80, 1500),
    of(2, PATENT, "试点示范学校").subject("知识产权教育试点示范学校", "ip_school").levels(UPPER),
    of(1, PATENT, "举报假冒专利").subject("举报假冒专利", "counterfeit_report"),
    of(2, PATENT, "维权援助").subject("知识产权维权援助", "rights_aid"),
    of(1, PATENT, "社会共治").subject("知识产权社会共治", "shared_governance"),
    of(2, PATENT, "知识产权宣传").subject("其他知识产权工作", "other_ip_work"),
    of(6, PATENT, "管理软件著作权").subject("自主研发管理软件", "management_software"),
    of(3, MEDICINE, "临床试验批件").subject("临床试验批件", "clinical_approval"),
    of(3, MEDICINE, "药品注册批件").subject("生产批件", "production_approval"),
    of(6, MEDICINE, "医疗器械注册").subject("医疗器械注册证书", "device_registration"),
    of(1, MEDICINE, "新兽药证书").subject("新兽药证书", "veterinary_certificate"),
    of(1, MEDICINE, "新药产业化").subject("新药产业化", "industrialization"),
    of(5, MEDICINE, "进入医保目录").subject("新进入药品目录", "drug_catalog").grades(&[
        label("独家品种", "exclusive"),
        label("普通品种", "ordinary"),
        label("普通品种", "ordinary"),
    ]),
    of(3, MEDICINE, "一致性评价").subject("仿制药一致性评价", "generic_consistency"),
    of(4, MEDICINE, "药品认证证书").subject("药品GMP认证", "drug_gmp"),
    of(1, MEDICINE, "国际药品检查").subject("国际药品GMP检查", "international_gmp"),
];
