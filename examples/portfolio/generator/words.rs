//! The words of which names, titles and numbers are made. All of them are invented or generic.

/// A cell's value as companies write it 中文, and as the dictionary calls it.
#[derive(Clone, Copy)]
pub struct Label {
    /// The Chinese label.
    pub zh: &'static str,
    /// The English id.
    pub en: &'static str,
}

/// Shorthand for tables.
pub const fn label(zh: &'static str, en: &'static str) -> Label {
    Label { zh, en }
}

/// A place where units are registered 注册地.
pub struct Place {
    /// How many of a hundred units are there.
    pub share: u32,
    /// What company names begin with, if they do.
    pub short: &'static str,
    /// As the applicants file writes it.
    pub regions: &'static [&'static str],
    /// The six digits of the credit code.
    pub area: &'static str,
    /// Prefix of provincial standards 省级地方标准.
    pub provincial: &'static str,
    /// Prefix of municipal standards 市级地方标准; directly governed cities have none of their own.
    pub municipal: &'static str,
    /// True where group standards can belong to the province's pilot 省团体标准试点.
    pub group_pilot: bool,
    /// Of a hundred standards, how many list the ranks of the local units 本地单位排名.
    pub local_ranks: u32,
}

const ELSEWHERE: Place = Place {
    share: 3,
    short: "上海",
    regions: &["上海市浦东新区", "上海市嘉定区"],
    area: "310115",
    provincial: "DB31",
    municipal: "DB31",
    group_pilot: false,
    local_ranks: 2,
};

/// The places of the shipped policies, then some without one. No character of `short` may be in [`BRANDS`].
pub const PLACES: &[Place] = &[
    Place {
        share: 10,
        short: "北京",
        regions: &["北京市海淀区", "北京市朝阳区", "北京市经济技术开发区", "北京市"],
        area: "110108",
        provincial: "DB11",
        municipal: "DB11",
        ..ELSEWHERE
    },
    Place {
        share: 10,
        short: "天津",
        regions: &["天津市滨海新区", "天津市西青区", "天津市武清区", "天津市"],
        area: "120116",
        provincial: "DB12",
        municipal: "DB12",
        ..ELSEWHERE
    },
    Place {
        share: 7,
        short: "厦门",
        regions: &["福建省厦门市集美区", "福建省厦门市思明区", "厦门市"],
        area: "350211",
        provincial: "DB35",
        municipal: "DB3502",
        local_ranks: 30,
        ..ELSEWHERE
    },
    Place {
        share: 8,
        short: "佛山",
        regions: &["广东省佛山市顺德区", "广东省佛山市南海区", "佛山市禅城区"],
        area: "440606",
        provincial: "DB44",
        municipal: "DB4406",
        ..ELSEWHERE
    },
    Place {
        share: 8,
        short: "临沂",
        regions: &["山东省临沂市兰山区", "山东省临沂市罗庄区"],
        area: "371302",
        provincial: "DB37",
        municipal: "DB3713",
        group_pilot: true,
        ..ELSEWHERE
    },
    Place {
        share: 5,
        short: "枣庄",
        regions: &["山东省枣庄市薛城区", "山东省枣庄市滕州市"],
        area: "370403",
        provincial: "DB37",
        municipal: "DB3704",
        group_pilot: true,
        ..ELSEWHERE
    },
    Place {
        share: 6,
        short: "威海",
        regions: &["山东省威海市环翠区", "山东省威海市荣成市"],
        area: "371002",
        provincial: "DB37",
        municipal: "DB3710",
        group_pilot: true,
        ..ELSEWHERE
    },
    Place {
        share: 6,
        short: "聊城",
        regions: &["山东省聊城市东昌府区", "山东省聊城市临清市"],
        area: "371502",
        provincial: "DB37",
        municipal: "DB3715",
        group_pilot: true,
        ..ELSEWHERE
    },
    Place {
        share: 9,
        short: "郑州",
        regions: &["河南省郑州市高新技术产业开发区", "河南省郑州市中牟县", "郑州市金水区"],
        area: "410102",
        provincial: "DB41",
        municipal: "DB4101",
        ..ELSEWHERE
    },
    Place {
        share: 7,
        short: "广州",
        regions: &["广东省广州市黄埔区", "广州市黄埔区", "广州开发区"],
        area: "440112",
        provincial: "DB44",
        municipal: "DB4401",
        ..ELSEWHERE
    },
    ELSEWHERE,
    Place {
        short: "杭州",
        regions: &["浙江省杭州市滨江区", "浙江省杭州市余杭区"],
        area: "330108",
        provincial: "DB33",
        municipal: "DB3301",
        ..ELSEWHERE
    },
    Place {
        short: "苏州",
        regions: &["江苏省苏州市工业园区", "江苏省苏州市昆山市"],
        area: "320594",
        provincial: "DB32",
        municipal: "DB3205",
        ..ELSEWHERE
    },
    Place {
        short: "深圳",
        regions: &["广东省深圳市南山区", "深圳市龙岗区"],
        area: "440305",
        provincial: "DB44",
        municipal: "DB4403",
        ..ELSEWHERE
    },
    Place {
        short: "成都",
        regions: &["四川省成都市高新区", "四川省成都市双流区"],
        area: "510107",
        provincial: "DB51",
        municipal: "DB5101",
        ..ELSEWHERE
    },
    Place {
        short: "武汉",
        regions: &["湖北省武汉市洪山区", "湖北省武汉市江夏区"],
        area: "420111",
        provincial: "DB42",
        municipal: "DB4201",
        ..ELSEWHERE
    },
    Place {
        short: "西安",
        regions: &["陕西省西安市雁塔区", "陕西省西安市长安区"],
        area: "610113",
        provincial: "DB61",
        municipal: "DB6101",
        ..ELSEWHERE
    },
    Place {
        short: "青岛",
        regions: &["山东省青岛市崂山区", "山东省青岛市胶州市"],
        area: "370212",
        provincial: "DB37",
        municipal: "DB3702",
        group_pilot: true,
        ..ELSEWHERE
    },
];

/// Characters of company names 字号. Each once, and none that a place has, so that no two names can be alike.
pub const BRANDS: &str = concat!(
    "澄远衡序蓝汐沽澜鹭岚屿曜禾岳淮峄川晟元杏启恒瑞泰",
    "华信达盛鑫隆昌兴荣嘉宏博锐捷凌云飞翔腾骏驰铭德仁",
    "义礼智诚和谐顺康宁福禄寿祥瑜琪琳璟珂珑玥瑶晨曦旭",
    "昕晖朗煜烁焕辉灿霖润泽沛涵渊源清泓浩瀚波涛湛汇森",
    "林松柏桐楠梓枫桦竹菁茂蕴萃芸芯蔚菱荷",
);

/// What a unit does, as its name says it 行业, and what it makes.
pub struct Industry {
    /// Two characters of the unit's name.
    pub name: &'static str,
    /// Products and services that titles are about.
    pub objects: &'static [&'static str],
}

/// All industries.
pub const INDUSTRIES: &[Industry] = &[
    Industry {
        name: "智能",
        objects: &["工业移动机器人", "协作机器人末端执行器", "装配机器人柔性单元", "服务机器人", "智能仓储系统"],
    },
    Industry {
        name: "装备", objects: &["数控滚齿机", "立式加工中心", "液压成形设备", "激光切割机", "增材制造设备"]
    },
    Industry {
        name: "海洋",
        objects: &["海水淡化装置", "船用液压舵机", "无人水面艇", "深水系泊链", "海洋浮标通信终端"],
    },
    Industry {
        name: "光电", objects: &["植物照明模块", "室内健康照明", "显示屏干扰光", "紫外杀菌灯具", "光纤传感器"]
    },
    Industry {
        name: "电器", objects: &["家用洗碗机", "智能蒸烤一体机", "集成灶具", "净水机滤芯", "空气净化器"]
    },
    Industry {
        name: "机械", objects: &["电动装载机", "小型挖掘机", "高空作业平台", "混凝土泵车", "轮胎式起重机"]
    },
    Industry {
        name: "能源", objects: &["锂离子电池", "储能变流器", "氢燃料电池堆", "光伏逆变器", "电动汽车充电桩"]
    },
    Industry {
        name: "渔具", objects: &["碳纤维钓鱼竿", "纺车式渔线轮", "渔用单丝", "海洋牧场网箱", "休闲垂钓装备"]
    },
    Industry {
        name: "轴承",
        objects: &["滚动轴承保持架", "外球面球轴承座", "圆锥滚子轴承", "风电主轴轴承", "关节轴承"],
    },
    Industry {
        name: "药业", objects: &["中药饮片", "中药配方颗粒", "怀山药饮片", "口服固体制剂", "注射用冻干制剂"]
    },
    Industry {
        name: "医疗", objects: &["多参数监护仪", "呼吸麻醉设备", "脉搏血氧仪", "输注泵", "医用内窥镜"]
    },
    Industry {
        name: "化工",
        objects: &["电池级碳酸二甲酯", "环氧预浸料", "水性工业涂料", "生物降解塑料", "高性能密封胶"],
    },
    Industry {
        name: "食品", objects: &["冷链食品", "速冻面米制品", "预制调理肉制品", "植物蛋白饮料", "食用菌干制品"]
    },
    Industry {
        name: "纺织",
        objects: &["功能性运动面料", "医用防护服材料", "再生涤纶纤维", "针织内衣", "产业用纺织品"],
    },
    Industry {
        name: "建材", objects: &["低碳硅酸盐水泥", "陶瓷岩板", "不锈钢装饰板", "节能门窗", "装配式墙板"]
    },
    Industry {
        name: "信息",
        objects: &["公共数据平台", "工业互联网标识", "城市运行大数据", "政务服务系统", "区块链存证平台"],
    },
    Industry {
        name: "通信",
        objects: &["窄带物联网终端", "工业无线网关", "车联网路侧单元", "量子密钥设备", "卫星导航接收机"],
    },
    Industry {
        name: "物流",
        objects: &["跨境冷链物流", "多式联运集装箱", "快递末端设施", "航空物流货站", "危险品运输车辆"],
    },
    Industry {
        name: "环保",
        objects: &["再生水处理装置", "固体废物资源化", "挥发性有机物监测仪", "污泥干化设备", "土壤修复药剂"],
    },
    Industry {
        name: "农业",
        objects: &["设施蔬菜栽培", "肉牛规模化养殖", "水稻机插秧苗", "农田灌溉系统", "果品采后处理"],
    },
    Industry {
        name: "检测",
        objects: &["生态环境监测", "食品接触材料", "特种设备检验", "建筑工程检测", "计量校准服务"],
    },
    Industry {
        name: "服务",
        objects: &["养老机构服务", "物业管理服务", "家政服务机构", "展览会现场服务", "知识产权服务"],
    },
    Industry {
        name: "教育",
        objects: &["职业技能培训", "托育机构服务", "研学旅行基地", "在线教育平台", "校园安全管理"],
    },
    Industry {
        name: "建设",
        objects: &["城市轨道交通工程", "超高层建筑施工", "地下综合管廊", "桥梁钢结构", "水利枢纽工程"],
    },
];

/// What standards say about their object: at least four characters.
pub const TOPICS: &[&str] = &[
    "技术要求",
    "通用规范",
    "试验方法",
    "安全要求",
    "性能评价",
    "检验规则",
    "术语和定义",
    "能效限定值",
    "质量追溯要求",
    "数据接口规范",
    "可靠性试验方法",
    "绿色工厂评价",
    "运行维护规程",
    "环境适应性要求",
    "互操作技术要求",
    "现场检验规范",
    "碳足迹核算方法",
    "标识与包装要求",
    "寿命测定方法",
    "服务质量规范",
    "管理体系实施指南",
    "安装与验收规范",
    "风险评估指南",
    "电磁兼容要求",
];

/// Prefixes of industry standards 行业标准.
pub const INDUSTRY_STANDARDS: &[&str] = &[
    "JB/T", "HG/T", "QB/T", "YY/T", "SJ/T", "HY/T", "RB/T", "CB/T", "DL/T", "NY/T", "FZ/T", "YD/T", "JT/T", "TB/T",
    "SN/T", "YB/T", "YS/T", "JC/T", "LY/T", "GA/T", "SL/T", "HJ", "MT/T", "NB/T", "QC/T", "SH/T", "WB/T", "XF/T",
    "YC/T", "MZ/T",
];

/// Associations that publish group standards 团体标准.
pub const ASSOCIATIONS: &[&str] = &[
    "CAS", "CSTM", "CESA", "CMES", "CIET", "ZZB", "CNLIC", "CEEIA", "CMIF", "CPIA", "CATIS", "CCMA", "CAMDI", "CHTA",
    "CPASE", "GDAS", "SDAS", "BIEA", "TJHY", "FSJD", "LYCMA", "ZZLBA", "WHYJ", "LCZC", "HNTCM", "XMGD", "GZMD", "CSCA",
    "CFLP", "CAGP",
];
