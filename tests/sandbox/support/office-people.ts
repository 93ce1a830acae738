/** Two colleagues of the simulated tenants, with numbers from a range nobody has. */
export const HAN = { name: '韩梅梅', mobile: '+8619900000001', email: 'han@example.com', title: '招聘经理' }
export const WANG = { name: '王建国', mobile: '+8619900000002', email: 'wang@example.com', title: '技术总监' }
export const OFFICE = [HAN, WANG]
