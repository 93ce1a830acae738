/** The learning platform's course catalogue: fixed, in its own words for competencies. */

export interface Course {
  readonly code: string
  readonly title: string
  readonly hours: number
  readonly topics: readonly string[]
}

export const COURSES: readonly Course[] = [
  { code: 'C-101', title: '大型系统设计实战', hours: 24, topics: ['系统设计'] },
  { code: 'C-102', title: '分布式一致性精讲', hours: 16, topics: ['系统设计', '问题分析'] },
  { code: 'C-111', title: '整洁代码与测试驱动', hours: 12, topics: ['编码能力'] },
  { code: 'C-121', title: '线上故障排查方法', hours: 8, topics: ['问题分析'] },
  { code: 'C-201', title: '结构化表达', hours: 6, topics: ['沟通表达'] },
  { code: 'C-203', title: '跨团队协作与沟通', hours: 8, topics: ['沟通表达', '团队协作'] },
  { code: 'C-211', title: '结果导向与主人翁意识', hours: 4, topics: ['责任心'] },
  { code: 'C-221', title: '高效学习', hours: 4, topics: ['学习能力'] },
  { code: 'C-231', title: '新任管理者', hours: 12, topics: ['领导力'] },
  { code: 'C-241', title: '客户成功方法论', hours: 10, topics: ['客户意识'] },
  { code: 'C-251', title: '压力与情绪管理', hours: 4, topics: ['抗压能力'] },
]
