import { dayInProse, inShanghai } from '../../activities/rendering/dates.ts';
import { formName } from '../../activities/rendering/forms.ts';
import { validityName } from '../../activities/rendering/page-slots.ts';
import { publicPath } from '../../activities/rendering/website/addresses.ts';
import { type Column, renderPage, type Site } from '../../activities/rendering/website/layout.tsx';
import type { BundleId } from '../../schemas/bundle.ts';
import type { Shown } from './site-store.ts';

type Live = Extract<Shown, { state: 'live' }>;
type Withdrawn = Extract<Shown, { state: 'withdrawn' }>;

const home = { label: '首页', href: '/' };
const column = (name: string, type: Column['type']): Column => ({ name, description: name, keywords: name, type });
const dayOf = (instant: string) => dayInProse(inShanghai(instant).day);

/** 首页: policies with their interpretations, newest first. What is not simply 有效 says so here too; a 公告 interprets nothing. */
export function homePage(site: Site, released: { bundleId: BundleId; shows: Live }[]): string {
  const interpreted = released.filter(({ shows }) => shows.catalogue.interpretations.length > 0);
  return renderPage({
    site,
    title: site.name,
    column: column('首页', '首页'),
    trail: [{ label: '首页' }],
    children: (
      <>
        <h1>政策文件与政策解读</h1>
        <section id="policies" aria-labelledby="policies-heading">
          <h2 id="policies-heading">政策文件</h2>
          {released.length === 0 ? <p class="note">暂无公开的政策文件。</p> : null}
          <ul class="list">
            {released.map(({ bundleId, shows: { catalogue, committedAt, validity } }) => (
              <li key={bundleId}>
                <p class="title">
                  <a href={publicPath(bundleId, 'index.html')}>{catalogue.title}</a>
                </p>
                <p class="note">
                  {[
                    catalogue.documentNumber,
                    catalogue.issuingBody,
                    `${dayOf(committedAt)}发布`,
                    validity !== 'in-force' && validityName[validity],
                  ]
                    .filter(Boolean)
                    .join('　')}
                </p>
              </li>
            ))}
          </ul>
        </section>
        <section id="interpretations" aria-labelledby="interpretations-heading">
          <h2 id="interpretations-heading">政策解读</h2>
          <ul class="list">
            {interpreted.map(({ bundleId, shows: { catalogue } }) => (
              <li key={bundleId}>
                <p>{catalogue.title}</p>
                <ul>
                  {catalogue.interpretations.map(({ item, title, form, path }) => (
                    <li key={item}>
                      <span class="kind">{formName(form)}</span>
                      <a href={publicPath(bundleId, path)}>{title}</a>
                    </li>
                  ))}
                </ul>
              </li>
            ))}
          </ul>
        </section>
      </>
    ),
  });
}

/** What stands in the place of a withdrawn policy and each of its interpretations. */
export const tombstonePage = (site: Site, { title, reason, withdrawnAt }: Withdrawn): string =>
  renderPage({
    site,
    title: '内容已撤回',
    hidden: true,
    column: column('政策文件', '政策文件'),
    trail: [home, { label: '内容已撤回' }],
    children: (
      <>
        <h1>内容已撤回</h1>
        <p>
          《{title}》及其解读已于{dayOf(withdrawnAt)}撤回，不再公开。
        </p>
        <p>撤回原因：{reason}</p>
      </>
    ),
  });

/** One answer for all that is not public, whether it exists or not (I3). */
export const notFoundPage = (site: Site): string =>
  renderPage({
    site,
    title: '没有找到这个页面',
    hidden: true,
    column: column('首页', '首页'),
    trail: [home, { label: '没有找到' }],
    children: (
      <>
        <h1>没有找到这个页面</h1>
        <p>
          请检查网址，或从<a href="/">首页</a>查找。
        </p>
      </>
    ),
  });
