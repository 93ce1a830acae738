/** The vendor's library of competencies: its own codes, marks and the words its reports use. */

export interface Competency {
  readonly name: string
  /** Marks differ from one to the next, as the vendor's scales do. */
  readonly fullMarks: number
  /** Share of the full marks an applicant reaches unless told otherwise. */
  readonly usual: number
  readonly quote: string
}

export const LIBRARY: Readonly<Record<string, Competency>> = {
  SYS_DESIGN: {
    name: '系统设计',
    fullMarks: 100,
    usual: 0.92,
    quote: '我们先按商户分片，再用本地消息表保证最终一致，压测时把热点商户单独拆出来。',
  },
  CODING: {
    name: '编码能力',
    fullMarks: 100,
    usual: 0.9,
    quote: '我会先写失败的测试，再改实现，这样回滚时心里有数。',
  },
  PROBLEM: {
    name: '问题分析',
    fullMarks: 50,
    usual: 0.88,
    quote: '那次超时先看了连接池，再对照发布时间线，最后定位到慢查询。',
  },
  COMM: {
    name: '沟通表达',
    fullMarks: 20,
    usual: 0.66,
    quote: '跨组的需求我一般直接发文档，会上说得比较少。',
  },
  OWNERSHIP: {
    name: '责任心',
    fullMarks: 10,
    usual: 0.65,
    quote: '上线之后主要是值班同学在跟，我负责答疑。',
  },
  LEARNING: { name: '学习能力', fullMarks: 10, usual: 0.8, quote: '新框架我会先读一遍测试。' },
  TEAMWORK: { name: '团队协作', fullMarks: 10, usual: 0.78, quote: '评审时我会先复述对方的想法。' },
  LEADERSHIP: { name: '领导力', fullMarks: 10, usual: 0.7, quote: '我带过两位校招同学。' },
  CUSTOMER: { name: '客户意识', fullMarks: 20, usual: 0.82, quote: '我会先问客户想达成什么，再谈功能。' },
  STRESS: { name: '抗压能力', fullMarks: 20, usual: 0.64, quote: '高峰期我会列出来，一件一件做。' },
}

export const KEYWORDS = [
  '高并发',
  '分库分表',
  '最终一致',
  '压测',
  '灰度发布',
  '限流',
  '可观测',
  '复盘',
] as const
