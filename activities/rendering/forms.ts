const names: Record<string, string> = {
  text: '文字解读',
  qa: '问答解读',
  infographic: '图解',
  'press-release': '媒体通稿',
  'press-conference': '新闻发布会',
  expert: '专家解读',
  interview: '在线访谈',
  video: '视频解读',
  audio: '音频解读',
};

/** 解读形式 for readers. An office may use forms that we do not know: they are interpretations all the same. */
export const formName = (form: string | undefined): string => names[form ?? 'text'] ?? '政策解读';
