// The mock's center: a tenant, queues, agents, users, and a seeded source of numbers so that every run looks alike.
export const queues = [
  { id: 1, name: '售前咨询', skill: 'sales', service_level_s: 20 },
  { id: 2, name: '售后服务', skill: 'service', service_level_s: 20 },
  { id: 3, name: '投诉建议', skill: 'complaints', service_level_s: 15 },
];

const names = [
  '王芳', '李伟', '张敏', '刘洋', '陈静', '杨磊', '赵丽', '黄强', '周娟', '吴涛',
  '徐艳', '孙杰', '马超', '朱琳', '胡斌', '郭霞', '何平', '林雪', '高飞', '罗兰',
];
export const agents = names.map((name, i) => ({
  id: i + 1, number: String(8001 + i), name, device: String(8001 + i),
  queues: i % 3 === 0 ? [1, 2] : i % 3 === 1 ? [2] : [1, 3],
}));

export const trunks = [{ id: 1, name: '电信中继', addresses: ['127.0.0.1'], max_calls: 60 }];

export const busyReasons = [
  { code: 'break', name_zh: '小休', name_en: 'Break' },
  { code: 'meal', name_zh: '用餐', name_en: 'Meal' },
  { code: 'training', name_zh: '培训', name_en: 'Training' },
  { code: 'meeting', name_zh: '会议', name_en: 'Meeting' },
  { code: 'no_answer', name_zh: '未接来电', name_en: 'Missed call' },
];

export const tenant = { id: 1, name: '示例客服中心', time_zone: 'Asia/Shanghai' };

/** The mock's log-ins; `agent` is the agent that the user is. */
export const users = [
  { user_name: 'agent', password: 'agent-demo', role: 'agent', agent: 1 },
  { user_name: 'supervisor', password: 'supervisor-demo', role: 'supervisor' },
  { user_name: 'admin', password: 'admin-demo', role: 'admin', agent: 2 },
];

/** mulberry32: small, seeded, good enough for a picture. */
export function randomSource(seed) {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
