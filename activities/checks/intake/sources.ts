/** Sources that several intake rules rest on. */
export const DETAILED_RULES_80 = '国办发〔2016〕80号《〈关于全面推进政务公开工作的意见〉实施细则》';
export const WORK_POINTS = '区政务公开工作要点关于惠企政策和政策解读的要求';
export const INTAKE_RULES = '系统收件规则';
