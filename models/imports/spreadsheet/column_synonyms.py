"""What offices write over their columns, by the field that it stands for, and the fields of an event that each column fills.

Words before a bar are certain, those behind it give way to them: 活动内容 is the title only where nothing else is."""

from collections.abc import Collection

# Fields in the order in which they choose their column.
ALIASES = {
    "id": "编号 活动编号 项目编号",
    "year": "年份 年度 年",
    "title": (
        "活动名称 名称 活动 活动标题 标题 event name eventtitle eventname subject summary activity | 活动题目 "
        "题目 活动主题 主题 活动项目 项目名称 项目 展览名称 讲座名称 课程名称 会议名称 赛事名称 节目名称 "
        "论坛名称 宣传活动 宣传活动名称 专题名称 主题活动 重点活动 系列活动 活动事项 活动安排 讲座题目 "
        "授课内容 主讲内容 讲座内容 课题 session talk lecture workshop "
        "讲座主题 宣讲主题 展览主题 培训主题 课程 topic theme | 活动内容 工作任务 任务 工作内容 主要内容 "
        "主要活动 具体活动 工作事项 工作项目 重点工作 事项 内容 宣传内容 宣传项目 日程 议程 环节 安排"
    ),
    "start_date": (
        "展期 起止日期 活动期限 展览时间 开始日期 日期 活动日期 起始日期 开始时间日期 举办日期 举行日期 "
        "开展日期 宣传日期 活动日 举办日 开展日 时间日期 会议日期 起始日 开始日 date startdate startday day | start"
    ),
    # Beside each other, the day of the year.
    "month": "月 月份",
    "day_of_month": "日",
    "end_date": "结束日期 截止日期 终止日期 结束日 截止日 enddate endday | end",
    "start_time": "开始时间 起始时间 开始时刻 活动开始时间 开始 起 起始 开场时间 starttime begin begintime from | start",
    "end_time": "结束时间 截止时间 结束时刻 活动结束时间 结束 止 终止时间 终止 散场时间 截止 至 "
        "endtime finish finishtime to until | end",
    "time_text": (
        "时间 时间节点 活动时间 举办时间 时间安排 时间说明 起止时间 活动起止时间 举行时间 开展时间 实施时间 宣传时间 "
        "拟定时间 计划时间 预计时间 拟开展时间 拟举办时间 具体时间 开放时间 会议时间 讲座时间 课程时间 "
        "直播时间 培训时间 授课时间 上课时间 开课时间 日期及时间 日期和时间 日期时间 "
        "时间和日期 timewhen time when schedule hours dateandtime datetime | 完成时限 完成时间 时限 期限 时间要求 "
        "| 起止 时段 时间段 场次时间 | 场次安排 场次及时间 活动场次"
    ),
    # One cell that holds both.
    "time_and_place": (
        "时间地点 时间及地点 时间和地点 时间与地点 活动时间地点 活动时间及地点 活动时间和地点 地点时间 地点及时间 时间场地 "
        "时间及场地 dateandvenue whenandwhere"
    ),
    "duration": "时长 活动时长 持续时间 持续时长 预计时长 duration",
    "period": "具体时段 时段 时间段 场次时间 具体时间 开放时间 活动时段 hours",
    "venue_text": (
        "地点 活动地点 举办地 举办地点 场地 场所 举行地点 开展地点 宣传地点 实施地点 会议地点 活动场所 活动场地 "
        "具体地点 拟定地点 活动地址 举办场所 举办场地 地点场所 展览地点 集合地点 授课地点 讲座地点 "
        "地点方式 活动地点方式 地点及方式 venue "
        "location place where | 会场 场馆 展馆 教室 会议室 活动会场 活动区域 活动位置 位置 范围 实施范围 活动范围 | 所在地"
    ),
    "address": "地址 详细地址 具体地址 街道地址 门牌 streetaddress address",
    "province": "省 省份 省级 省市 所属省 所属省份 所属省市 所在省 省自治区直辖市 province",
    "city": "市 城市 地市 地级市 所属市 所属城市 所在城市 所在市 市州 地州市 设区市 盟市 州市 地州 举办城市 活动城市 "
        "所在地市 prefecture city",
    "county": (
        "县 区 区县 县区 县市 旗县 旗县区 区市县 县市区 区县市 所属区县 所属县区 所在县区 所在区 所在县 所在区县 旗县市区 旗县市 "
        "市区县 county "
        "district"
    ),
    "organizers": (
        "主办单位 主办方 主办 主办机构 主办部门 举办单位 举办方 举办部门 organizer host hosts organiser "
        "organisers organizers organization hostedby "
        "organisedby organizedby presentedby | 牵头单位 牵头部门 牵头 责任单位 责任部门 组织单位 组织部门 "
        "组织方 组织机构 发起单位 负责单位 负责部门 组织实施单位 主责单位 主体单位 开展单位 实施单位 实施部门 "
        "主讲单位 主管单位 举办主体 实施主体 责任主体 落实单位 单位 部门 单位名称 单位的名称 单位的全称 申报单位 办展单位 | "
        "承办单位 承办部门 承办方 承办 承办机构 执行单位 | 报送单位 填报单位 报备单位 上报单位 提交单位 填写单位 单位全称 "
        "所属单位 报送单位全称 填报单位全称 申报部门 报送部门 填报部门 "
        "街镇 镇街 乡镇街道 街道乡镇 旗直单位苏木镇 县直单位乡镇 系部 系部部门 院系部门 "
        "市直单位县市区"
    ),
    # Beside organizers; alone it is these.
    "lead_unit": "牵头单位 牵头部门 牵头方 牵头",
    "undertakers": (
        "承办单位 承办部门 承办方 承办 承办机构 执行单位 具体承办单位 实施单位 实施部门 | 责任单位 责任部门 负责单位 负责部门 "
        "组织单位 落实单位 组织实施单位"
    ),
    "co_organizers": (
        "协办单位 协办方 协办 协办部门 配合单位 配合部门 协同单位 联办单位 合办单位 联合主办单位 联合单位 参与部门 合作单位 "
        "coorganizer"
    ),
    "department": (
        "牵头科室 责任科室 承办科室 主办科室 负责科室 组织科室 实施科室 具体科室 业务科室 经办科室 科室 牵头处室 责任处室 "
        "承办处室 主办处室 负责处室 业务处室 处室 牵头股室 责任股室 承办股室 股室 department"
    ),
    "guides": "指导单位 指导部门 指导",
    "supporters": "支持单位 支持部门 支持",
    "audiences": (
        "受众群体 受众 参与人群 参加对象 活动对象 面向群体 面向人群 参与对象 面向对象 宣传对象 服务对象 "
        "参加人员 参与人员 参加范围 参与范围 对象 目标人群 参会人员 适合人群 培训对象 宣传受众 参与群体 "
        "参加人群 目标群体 听众 观众 audience audiences participants targetaudience targetgroup "
        "targetgroups whoitisfor 面向 邀请 邀请对象 观众类型 target whocanjoin whocanattend opento suitablefor whoshouldattend "
        "覆盖人群 受益人群 邀请人员 拟邀人员 拟邀请人员 邀请范围 出席人员 参会范围 目标客群 "
        "| 人员 人员范围 年级 班级 年级班级 参加班级 参与班级"
    ),
    "format": (
        "活动形式 形式 活动类型 类型 宣传形式 活动类别 类别 活动方式 宣传方式 开展形式 组织形式 活动种类 "
        "formats format type category | 举办形式 开展方式 方式"
    ),
    "online": (
        "线上线下 线上或线下 举办方式 授课方式 方式 线上还是线下 举办形式 开展方式 参与方式 线上线下方式 是否线上 mode "
        "online"
    ),
    "online_url": (
        "线上地址 直播地址 网址 链接 直播链接 会议链接 线上链接 报名链接 平台链接 线上参与 onlineaddress url "
        "link"
    ),
    "picture": (
        "图片 海报图片 活动图片 封面 封面图 封面图片 海报 海报链接 图片链接 图片地址 图片网址 宣传图 宣传图片 配图 "
        "image picture cover photo poster imageurl pictureurl coverurl"
    ),
    # Only what is meant for the public: the contacts of persons are in CONTACTS.
    "contact": (
        "公开联系方式 咨询电话 咨询方式 咨询热线 公众咨询电话 报名咨询电话 报名电话 咨询联系方式 对外联系方式 "
        "publiccontact enquiries"
    ),
    "focus": "宣传重点 重点 重点内容 宣传要点 mainfocus focus",
    "description": (
        "活动简介 简介 活动内容 内容 说明 活动说明 主要内容 内容简介 活动描述 描述 活动详情 具体内容 内容安排 "
        "备注 活动主题 主题 宣传内容 工作内容 details notes description remarks"
    ),
    "remarks": "备注 说明 其他说明 活动主题 主题 notes remarks",
    "region": (
        "地区 所在地区 所属地区 行政区划 行政区 省市县 区域 所属区域 举办地区 市县 市县区 所在市县 所属市县 地市县 "
        "area region | 所在地"
    ),
    "region_code": "地区代码 行政区划代码 区划代码 regioncode",
    "capacity": "人数上限 容纳人数 限额 名额 人数限制 capacity",
    "status": "状态 活动状态 status",
    # Read for what is cancelled or postponed alone.
    "progress": "进度 完成情况 开展情况 举办情况 落实情况 进展情况 进展 活动进展",
    "attendance_reported": "参与人数 参加人数",
    "materials_reported": "发放资料 发放材料 宣传资料",
    "consultations_reported": "咨询人次 接受咨询",
    "views_reported": "观看量 浏览量 线上观看",
    "other_outcomes": "其他成效 活动成效",
    "source_url": "来源 信息来源 报道链接 source",
    # Of our own exports.
    "occurrence_number": "场次编号",
    "latitude": "纬度",
    "longitude": "经度",
    "line": "条线",
    "page_url": "详情",
    "updated": "更新时间",
}  # fmt: skip
# Row numbers, duplicates of other columns, and personal data.
NOT_READ = frozenset(
    (
        "序号 序 号 no number 项次 行号 星期 周几 weekday 填报人 填报日期 填报时间 审核人 经费 预算 经费预算"
    ).split()
)
CONTACTS = frozenset(
    (
        "联系人 联系电话 电话 手机 联系方式 负责人 责任人 联系人及电话 联系人及联系方式 联系人及联系电话 "
        "联络员 联络人 活动负责人 分管领导 手机号 手机号码 主讲人电话 邮箱 contact phone email"
    ).split()
)
# What a longer name holds that is not in the lists: 拟举行的具体地点.
PIECES = (
    ("time_and_place", r"时间.{0,2}(?:地点|场所|场地)$|地点.{0,2}时间$"),
    ("start_date", r"(?:开始|起始).*日期|日期$"),
    ("end_date", r"(?:结束|截止|终止).*日期"),
    ("start_time", r"(?:开始|起始).*(?:时间|时刻)"),
    ("end_time", r"(?:结束|截止|终止).*(?:时间|时刻)"),
    ("time_text", r"(?:时间|时限|时段|期限|周期)(?:安排|说明|进度)?$"),
    ("venue_text", r"(?:地点|场所|场地|点位)(?:安排|名称)?$"),
    ("address", r"地址$"),
    (
        "organizers",
        r"主办|(?:牵头|责任)(?:配合|协办|承办)单位|(?:牵头|责任|负责|组织|发起|举办)(?:单位|部门|机构|方)",
    ),
    ("undertakers", r"(?:承办|执行|实施)(?:单位|部门|机构|方|园区|学校)"),
    ("co_organizers", r"(?:协办|配合|联合|协同|合作)(?:单位|部门|机构|方)"),
    ("audiences", r"(?:对象|人群|群体|受众)(?:类型|类别|范围|分类)?$|(?:参加|参与|参会)人员"),
    ("online_url", r"链接$|网址$"),
    ("format", r"(?:活动|宣传|主要|具体)(?:形式|类型|类别|方式)$"),
    (
        "organizers",
        r"(?:报送|填报|报备|上报|提交|所属|隶属)单位|(?:隶属|主办|举办)(?:海关|法院|检察院|高校|院校|学校|院系)$",
    ),
    ("organizers", r"^(?:牵头|责任|负责|承办|组织)(?:支行|学院|院系|系部|街道|乡镇|村社|党支部)$"),
    ("department", r"(?:科|处|股)室$"),
    ("format", r"^(?:普法|宣教|科普|培训|授课|讲课)(?:形式|方式)$"),
    (
        "audiences",
        r"^(?:参加|参与|面向|听课|参训|接待)(?:学生|师生|年级|班级|人员|群体|读者|观众|居民|企业)$",
    ),
    ("description", r"(?:简介|描述|详情|举措|做法|亮点|概况|措施)$"),
    ("title", r"(?:活动|项目|展览|讲座|课程|会议|宣传|培训|赛事|论坛)(?:的)?(?:名称|题目|标题|名)$"),
    ("format", r"(?:开展|服务|活动|宣传|组织|举办|实施|授课|投放).{0,2}(?:方式|形式)$"),
    (
        "organizers",
        r"^(?!参加|参与|参会|受邀|邀请|监督|备案|对接|参观|受益|覆盖).{0,5}单位$|^.{0,2}(?:学院|高校|院校)$|^(?:院系|企业名称|公司名称|支行)$",
    ),
    (
        "venue_text",
        r"^(?:学校|学校名称|活动区|展区|展位|展台|社区|村社|村居|网点|宣传点|平台)$|(?:直播|线上|投放|发布|展播)平台$",
    ),
    ("time_text", r"^场次$"),
    ("title", r"^.{0,6}(?:题目|主题|标题|议题|课题|线索|服务内容|服务项目|开放内容)$"),
)
# Fields of the hosts that are not in the lead, with the part that each plays.
ROLES = {"undertakers": "承办", "co_organizers": "协办", "guides": "指导", "supporters": "支持"}
_FIELDS_OF = {
    "title": ("title",),
    "description": ("description",),
    "remarks": ("description",),
    **dict.fromkeys(("province", "city", "county", "region", "region_code"), ("region_code", "region_text")),
    **dict.fromkeys(("organizers", "lead_unit", "undertakers", "co_organizers", "guides", "supporters"), ("lead", "hosts")),
    "audiences": ("groups",),
    "format": ("formats", "main_format", "mode"),
    "focus": ("main_focus",),
    "online": ("mode",),
    "online_url": ("online_url",),
    "picture": ("picture_url",),
    "contact": ("contact",),
    **dict.fromkeys(("venue_text", "address"), ("venue_text", "venues", "occurrences", "mode")),
    **dict.fromkeys(
        (
            "start_date", "month", "day_of_month", "end_date", "start_time", "end_time", "time_text", "period",
            "duration",
        ),
        ("time_text", "occurrences")
    ),
    "time_and_place": ("time_text", "venue_text", "venues", "occurrences", "mode"),
    "capacity": ("occurrences",),
    **dict.fromkeys(
        (
            "attendance_reported", "materials_reported", "consultations_reported", "views_reported", "other_outcomes",
            "source_url",
        ),
        ("report",),
    ),
}  # fmt: skip
# The columns of the days and hours of an occurrence.
DAYS = ("start_date", "end_date", "start_time", "end_time", "time_text", "period")
HOURS = ("start_time", "end_time", "time_text", "period")


def fields_of_columns(columns: Collection[str]) -> frozenset[str]:
    """The fields of a draft that these columns fill."""
    names = {name for column in columns for name in _FIELDS_OF.get(column, ())}
    # A department without its organization stands in the description.
    return frozenset(names | {"description"} if "department" in columns and "hosts" not in names else names)
