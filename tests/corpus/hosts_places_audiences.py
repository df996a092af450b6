"""Plans with hosts, places and audiences in many words."""

from tests.corpus.layouts import LAYOUTS, event, layout

__all__ = ["LAYOUTS"]

layout(
    "61 org columns joined in one header",
    "xlsx",
    [
        ("附件1",),
        ("松陵市2024年知识产权宣传周活动安排",),
        ("序号", "活动名称", "举办时间", "活动地点", "主办、承办单位", "参加人员", "规模", "备注"),
        (
            1,
            "宣传周启动仪式",
            "4月20日（周六）9:00",
            "人民公园东广场",
            "主办：市知识产权局 承办：松陵商会",
            "社会各界",
            200,
            "遇雨改至文化馆",
        ),
        (
            2,
            "海外维权培训",
            "4月23日（周二）下午2点半",
            "松陵国际酒店三楼",
            "主办：市商务局、市贸促会\n承办：松陵律师协会",
            "外贸企业负责人",
            "80人",
            "",
        ),
        (3, "知产小课堂", "4月25日上午", "松陵第一小学", "市教育局", "小学生", "约120人", "联系人：某老师"),
        ("合计", "", None, None, None, None, "约400人", None),
    ],
    [
        event(
            "宣传周启动仪式",
            when="04-20 09:00",
            place="人民公园东广场",
            host="市知识产权局|松陵商会（承办）",
            audience="public",
        ),
        event(
            "海外维权培训",
            when="04-23 14:30",
            place="松陵国际酒店三楼",
            host="市商务局|市贸促会|松陵律师协会（承办）",
            audience="innovators",
        ),
        event("知产小课堂", when="04-25 morning", place="松陵第一小学", host="市教育局", audience="youth"),
    ],
    merge="A1:H1 A2:H2",
    refused=1,
)

layout(
    "77 English plan",
    "csv",
    [
        ("No.", "Event", "Date", "Time", "Location", "Hosted by", "Target audience", "Format", "Remarks"),
        (
            1,
            "Opening ceremony",
            "22 April 2024",
            "9:00 am - 10:30 am",
            "Songling Hall",
            "Songling IP Office",
            "General public",
            "Launch",
            "invited guests only",
        ),
        (
            2,
            "Patent clinic",
            "Tue 23 Apr",
            "2:30pm–4:00pm",
            "Songling Library",
            "Songling Library",
            "Innovators",
            "Talk",
            "",
        ),
        (
            3,
            "Youth quiz",
            "April 24, 2024",
            "3 pm",
            "Online (Zoom)",
            "Songling Youth League",
            "Students",
            "Quiz",
            "",
        ),
        (
            4,
            "Brand fair",
            "20–26 April 2024",
            "all day",
            "West Market",
            "Chamber of Commerce",
            "Businesses",
            "Exhibition",
            "",
        ),
    ],
    [
        event(
            "Opening ceremony",
            when="04-22 09:00-10:30",
            place="Songling Hall",
            host="Songling IP Office",
            audience="public",
            format="other",
        ),
        event(
            "Patent clinic",
            when="04-23 14:30-16:00",
            place="Songling Library",
            host="Songling Library",
            audience="innovators",
            format="talk",
        ),
        event(
            "Youth quiz",
            when="04-24 15:00",
            host="Songling Youth League",
            audience="youth",
            format="learning",
            mode="online",
        ),
        event(
            "Brand fair",
            when="04-20~04-26",
            place="West Market",
            host="Chamber of Commerce",
            audience="innovators",
            format="popular-science",
        ),
    ],
)

layout(
    "82 mode and format columns",
    "xlsx",
    [
        ("活动名称", "活动类别", "线上/线下", "时间", "地点/平台", "主办单位", "覆盖人群"),
        ("直播课", "直播课", "线上", "4月22日19:00", "抖音“松陵发布”", "松陵市知识产权局", "网民"),
        ("专家问诊", "现场宣传咨询", "线下", "4月23日9:00-11:00", "松陵人才市场", "松陵市人社局", "创业者"),
        (
            "人工智能与版权",
            "讲座",
            "线上线下结合",
            "4月24日14:00",
            "松陵大学报告厅",
            "松陵大学",
            "大学生、教师",
        ),
        ("有奖竞答", "知识竞赛", "线上", "4月20日-26日", "微信公众号", "松陵市普法办", "社会公众"),
    ],
    [
        event(
            "直播课",
            when="04-22 19:00",
            host="松陵市知识产权局",
            audience="public",
            format="learning",
            mode="online",
        ),
        event(
            "专家问诊",
            when="04-23 09:00-11:00",
            place="松陵人才市场",
            host="松陵市人社局",
            audience="innovators",
            format="popular-science",
            mode="onsite",
        ),
        event(
            "人工智能与版权",
            when="04-24 14:00",
            place="松陵大学报告厅",
            host="松陵大学",
            audience="youth",
            format="talk",
            mode="mixed",
        ),
        event(
            "有奖竞答",
            when="04-20~04-26",
            host="松陵市普法办",
            audience="public",
            format="learning",
            mode="online",
        ),
    ],
)

layout(
    "83 audience wordings",
    "xlsx",
    [
        ("活动名称", "日期", "地点", "参与人群"),
        ("甲", "2024-04-22", "一号厅", "全市中小学师生"),
        ("乙", "2024-04-22", "二号厅", "社区居民及辖区企业"),
        ("丙", "2024-04-22", "三号厅", "机关事业单位工作人员"),
        ("丁", "2024-04-22", "四号厅", "专利代理机构从业人员"),
        ("戊", "2024-04-22", "五号厅", "不限"),
        ("己", "2024-04-22", "六号厅", "高校师生、科研人员"),
        ("庚", "2024-04-22", "七号厅", "市直各部门干部职工 约60人"),
        ("辛", "2024-04-22", "八号厅", "广大消费者（200人左右）"),
        ("壬", "2024-04-22", "九号厅", "个体工商户、小微企业"),
        ("癸", "2024-04-22", "十号厅", "社会公众|青少年"),
    ],
    [
        event("甲", when="04-22", place="一号厅", audience="youth"),
        event("乙", when="04-22", place="二号厅", audience="public|innovators"),
        event("丙", when="04-22", place="三号厅", audience="government"),
        event("丁", when="04-22", place="四号厅", audience="innovators"),
        event("戊", when="04-22", place="五号厅"),
        event("己", when="04-22", place="六号厅", audience="youth|innovators"),
        event("庚", when="04-22", place="七号厅", audience="government"),
        event("辛", when="04-22", place="八号厅", audience="public"),
        event("壬", when="04-22", place="九号厅", audience="innovators"),
        event("癸", when="04-22", place="十号厅", audience="public|youth"),
    ],
)

layout(
    "84 regions in columns, XPCC",
    "csv",
    [
        ("省份", "地市", "区县", "活动名称", "日期", "地点", "主办单位"),
        ("浙江省", "杭州市", "西湖区", "云栖讲座", "2024-04-22", "云栖小镇", "西湖区市场监管局"),
        ("浙江", "杭州", "", "市级论坛", "2024-04-23", "杭州国际博览中心", "杭州市知识产权局"),
        ("上海市", "", "浦东新区", "张江沙龙", "2024-04-24", "张江科学城", "浦东新区知识产权局"),
        ("新疆生产建设兵团", "", "", "兵团普法", "2024-04-25", "石河子广场", "兵团知识产权局"),
        ("广东省", "佛山市", "顺德区", "家电专利展", "2024-04-26", "顺德展览馆", "顺德区市场监管局"),
    ],
    [
        event("云栖讲座", when="04-22", place="云栖小镇", host="西湖区市场监管局", region="330106"),
        event("市级论坛", when="04-23", place="杭州国际博览中心", host="杭州市知识产权局", region="330100"),
        event("张江沙龙", when="04-24", place="张江科学城", host="浦东新区知识产权局", region="310115"),
        event("兵团普法", when="04-25", place="石河子广场", host="兵团知识产权局", region="660000"),
        event("家电专利展", when="04-26", place="顺德展览馆", host="顺德区市场监管局", region="440606"),
    ],
)

layout(
    "91 several hosts and roles",
    "xlsx",
    [
        ("活动名称", "时间", "地点", "指导单位", "主办单位", "承办单位", "支持单位"),
        (
            "品牌大会",
            "4月22日9:00",
            "松陵国博",
            "江苏省知识产权局",
            "松陵市人民政府",
            "松陵市市场监管局、松陵商会",
            "松陵银行",
        ),
        ("专利拍卖", "4月23日14:00", "松陵产权交易所", "", "松陵产权交易所；松陵大学", "", ""),
    ],
    [
        event(
            "品牌大会",
            when="04-22 09:00",
            place="松陵国博",
            host="松陵市人民政府|松陵市市场监管局（承办）|松陵商会（承办）|江苏省知识产权局（指导）|松陵银行（支持）",
        ),
        event("专利拍卖", when="04-23 14:00", place="松陵产权交易所", host="松陵产权交易所|松陵大学"),
    ],
)

layout(
    "93 venue with two rooms and addresses",
    "xlsx",
    [
        ("活动名称", "活动日期", "时间", "活动地点及地址", "主办单位"),
        ("主题日", "4月26日", "9:00", "松陵体育馆（松陵路100号）", "松陵市体育局"),
        ("双会场", "4月25日", "14:00", "主会场：松陵会堂\n分会场：东城文化站", "松陵市文旅局"),
        ("三所学校", "4月24日", "8:30", "松陵一中、松陵二中、松陵三中", "松陵市教育局"),
        ("入户走访", "4月23日", "上午", "辖区内重点企业", "松陵市税务局"),
    ],
    [
        event("主题日", when="04-26 09:00", place="松陵体育馆（松陵路100号）", host="松陵市体育局"),
        event("双会场", when="04-25 14:00", place="松陵会堂|东城文化站", host="松陵市文旅局"),
        event("三所学校", when="04-24 08:30", place="松陵一中|松陵二中|松陵三中", host="松陵市教育局"),
        event("入户走访", when="04-23 morning", host="松陵市税务局"),
    ],
)
