/**
 * The company every simulated vendor knows: its people, open positions and applicants. Fictional throughout:
 * numbers stem from 138 0013 80xx, China's well-known placeholder block; addresses from RFC 2606's example domains.
 */

export const COMPANY = { id: 'yunfan', name: '云帆科技（上海）有限公司', shortName: '云帆科技' } as const

export interface CompanyPerson {
  /** Its id in the EHR. */
  readonly id: string
  readonly name: string
  readonly title: string
  readonly department: string
  readonly role: 'HR' | 'INTERVIEWER' | 'APPROVER'
  readonly mobile: string
  readonly email: string
  /** The office suite this person works in. */
  readonly suite: 'feishu' | 'dingtalk'
}

export const PEOPLE: readonly CompanyPerson[] = [
  {
    id: 'psn_su',
    name: '苏晴',
    title: '招聘经理',
    department: '人力资源部',
    role: 'HR',
    mobile: '13800138011',
    email: 'su.qing@yunfan.example',
    suite: 'feishu',
  },
  {
    id: 'psn_chen',
    name: '陈默',
    title: '后端技术负责人',
    department: '平台研发部',
    role: 'INTERVIEWER',
    mobile: '13800138012',
    email: 'chen.mo@yunfan.example',
    suite: 'feishu',
  },
  {
    id: 'psn_zhao',
    name: '赵一鸣',
    title: '架构师',
    department: '平台研发部',
    role: 'INTERVIEWER',
    mobile: '13800138013',
    email: 'zhao.yiming@yunfan.example',
    suite: 'dingtalk',
  },
  {
    id: 'psn_he',
    name: '何静',
    title: '研发副总裁',
    department: '平台研发部',
    role: 'APPROVER',
    mobile: '13800138014',
    email: 'he.jing@yunfan.example',
    suite: 'feishu',
  },
]

export interface CompanyPosition {
  readonly id: string
  readonly code: string
  readonly title: string
  readonly family: string
  readonly department: string
  readonly location: string
  readonly headcount: number
  readonly description: string
  /** Weights are percentages and add up to 100. */
  readonly competencies: readonly {
    readonly code: string
    readonly name: string
    readonly weight: number
    readonly focus: string
  }[]
  readonly owner: string
  readonly interviewers: readonly string[]
}

export const POSITIONS: readonly CompanyPosition[] = [
  {
    id: 'pos_backend',
    code: 'RD-2026-017',
    title: '高级后端工程师',
    family: '研发',
    department: '平台研发部',
    location: '上海',
    headcount: 2,
    description: '负责招聘平台核心服务的设计与开发，保障高并发场景下的稳定性。',
    competencies: [
      { code: 'system_design', name: '系统设计', weight: 30, focus: '高并发、可扩展、容错' },
      { code: 'coding', name: '编码能力', weight: 25, focus: '代码质量与测试意识' },
      { code: 'problem_solving', name: '问题分析', weight: 20, focus: '线上故障的定位与复盘' },
      { code: 'communication', name: '沟通表达', weight: 15, focus: '跨团队推动' },
      { code: 'ownership', name: '责任心', weight: 10, focus: '对结果负责的经历' },
    ],
    owner: 'psn_su',
    interviewers: ['psn_chen', 'psn_zhao'],
  },
  {
    id: 'pos_success',
    code: 'CS-2026-004',
    title: '客户成功经理',
    family: '客户',
    department: '客户成功部',
    location: '杭州',
    headcount: 3,
    description: '负责大客户的上线、续约与口碑，推动产品改进。',
    competencies: [
      { code: 'customer_focus', name: '客户意识', weight: 35, focus: '真实需求的挖掘' },
      { code: 'communication', name: '沟通表达', weight: 30, focus: '书面与口头' },
      { code: 'problem_solving', name: '问题分析', weight: 20, focus: '投诉处理' },
      { code: 'stress', name: '抗压能力', weight: 15, focus: '高峰期的优先级取舍' },
    ],
    owner: 'psn_su',
    interviewers: ['psn_he'],
  },
]

export interface CompanyApplicant {
  /** Short name for controls and the journey. */
  readonly key: string
  readonly name: string
  readonly mobile: string
  readonly email: string
  readonly position: string
  readonly source: string
  readonly preferredChannel: 'SMS' | 'EMAIL' | 'FEISHU' | 'DINGTALK'
  /** Monthly, yuan. */
  readonly salary: number
  readonly availableFrom: string
  readonly education: readonly { school: string; degree: string; major: string; start: string; end: string }[]
  readonly experience: readonly {
    company: string
    title: string
    start: string
    end: string | null
    description: string
  }[]
  readonly skills: readonly { name: string; level: string }[]
}

export const APPLICANTS: readonly CompanyApplicant[] = [
  {
    key: 'lin',
    name: '林知远',
    mobile: '13800138021',
    email: 'lin.zhiyuan@example.com',
    position: 'pos_backend',
    source: '内部推荐',
    preferredChannel: 'SMS',
    salary: 38000,
    availableFrom: '2027-01-04',
    education: [
      { school: '江南理工大学', degree: '硕士', major: '软件工程', start: '2014-09', end: '2017-06' },
      { school: '江南理工大学', degree: '本科', major: '计算机科学与技术', start: '2010-09', end: '2014-06' },
    ],
    experience: [
      {
        company: '蓝鲸支付',
        title: '后端工程师',
        start: '2020-03',
        end: null,
        description: '负责清结算服务重构，峰值每秒一万两千笔，全年无资损。',
      },
      {
        company: '青禾电商',
        title: '软件工程师',
        start: '2017-07',
        end: '2020-02',
        description: '参与订单中心拆分，主导库存一致性方案。',
      },
    ],
    skills: [
      { name: 'Java', level: '精通' },
      { name: 'PostgreSQL', level: '熟练' },
      { name: 'Kubernetes', level: '熟练' },
    ],
  },
  {
    key: 'xu',
    name: '许若溪',
    mobile: '13800138022',
    email: 'xu.ruoxi@example.com',
    position: 'pos_backend',
    source: '招聘网站',
    preferredChannel: 'EMAIL',
    salary: 32000,
    availableFrom: '2026-12-15',
    education: [{ school: '东海大学', degree: '本科', major: '信息安全', start: '2013-09', end: '2017-06' }],
    experience: [
      {
        company: '星河云',
        title: '后端开发工程师',
        start: '2017-07',
        end: null,
        description: '对象存储元数据服务，负责分片迁移与压测。',
      },
    ],
    skills: [
      { name: 'Go', level: '精通' },
      { name: 'Redis', level: '熟练' },
    ],
  },
  {
    key: 'tang',
    name: '唐可',
    mobile: '13800138023',
    email: 'tang.ke@example.com',
    position: 'pos_success',
    source: '校园招聘',
    preferredChannel: 'SMS',
    salary: 16000,
    availableFrom: '2027-03-01',
    education: [{ school: '西湖学院', degree: '本科', major: '市场营销', start: '2021-09', end: '2025-06' }],
    experience: [
      {
        company: '木棉软件',
        title: '客户成功专员',
        start: '2025-07',
        end: null,
        description: '服务六十余家企业客户，续约率百分之九十三。',
      },
    ],
    skills: [{ name: '数据分析', level: '熟练' }],
  },
]
