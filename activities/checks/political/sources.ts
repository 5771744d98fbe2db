export const PROCESSING_REGULATION = '《党政机关公文处理工作条例》（中办发〔2012〕14号）';
export const MEDIA_TERMS = '新闻媒体通用的禁用词和慎用词规范（涉港澳台表述、歧视性称谓部分）';
export const CENTRAL_WORDING = '中央文件的规范表述';
export const MAP_REGULATION = '《地图管理条例》（国务院令第664号）第十五条';
