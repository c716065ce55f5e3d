import { createHash } from 'node:crypto';
import { demoStyle } from './demo-style';
import { type Bilingual, page, steps, suggestions } from './demo-texts';
import { phoneStyle } from './phone-style';

/** A page and the policy that lets nothing run in it but its own style and scripts. */
export interface Page {
  html: string;
  contentSecurityPolicy: string;
}

const escapeHtml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Both languages; the style shows the one of the page. */
const both = ({ zh, en }: Bilingual) =>
  `<span class="t" lang="zh">${escapeHtml(zh)}</span><span class="t" lang="en">${escapeHtml(en)}</span>`;

const logo =
  '<svg viewBox="0 0 28 28" aria-hidden="true"><rect width="28" height="28" rx="8" fill="#3451d1"/><path d="M8 9.500h12a1 1 0 0 1 1 1v6.500a1 1 0 0 1-1 1h-6l-4 3.200V18H8a1 1 0 0 1-1-1v-6.500a1 1 0 0 1 1-1Z" fill="#fff"/></svg>';

/** Chooses the language before anything is painted, and steers the widget, which is open where it hides nothing. */
const script = `(function(){
var root=document.documentElement,known=null;
try{known=localStorage.getItem('omnigate-demo-lang')}catch(e){}
var asked=new URLSearchParams(location.search).get('lang')||known||navigator.language||'en';
root.lang=/^zh/i.test(asked)?'zh':'en';
function title(){document.title=root.dataset[root.lang]}
title();
addEventListener('DOMContentLoaded',function(){
var id=root.dataset.channel;
if(id){var s=document.createElement('script');s.src='/chat/'+id+'/widget.js';s.async=true;s.dataset.locale=root.lang;if(innerWidth>=1080)s.dataset.open='';document.body.append(s)}
function press(){document.querySelectorAll('[data-lang]').forEach(function(b){b.setAttribute('aria-pressed',String(b.dataset.lang===root.lang))})}
press();
document.addEventListener('click',function(e){
var b=e.target.closest('button');if(!b)return;
if(b.dataset.lang){root.lang=b.dataset.lang;title();press();try{localStorage.setItem('omnigate-demo-lang',root.lang)}catch(e){}
if(window.Omnigate)Omnigate.setLocale(root.lang)}
if(b.dataset.ask&&window.Omnigate)Omnigate.send(b.dataset.ask)
})})})();`;

const style = `${demoStyle}${phoneStyle}`;

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const contentSecurityPolicy = [
  "default-src 'none'",
  `script-src 'self' ${hashOf(script)}`,
  `style-src ${hashOf(style)}`,
  "connect-src 'self' ws: wss:",
  "img-src 'self' data: blob:",
  "media-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join(';');

function frame(body: string, channelId: string): Page {
  const html = `<!doctype html>
<html lang="en" data-channel="${escapeHtml(channelId)}" data-zh="${escapeHtml(page.title.zh)}" data-en="${escapeHtml(page.title.en)}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1,viewport-fit=cover,interactive-widget=resizes-content">
<title>${escapeHtml(page.title.en)}</title><link rel="icon" href="data:,"><style>${style}</style><script>${script}</script></head>
<body><header class="bar"><div class="brand">${logo}Omnigate</div>
<div class="lang" role="group" aria-label="语言 Language"><button type="button" data-lang="zh" lang="zh">中文</button><button type="button" data-lang="en" lang="en">English</button></div></header>
<main>${body}</main></body></html>`;
  return { html, contentSecurityPolicy };
}

const command = (text: string) => `<pre><span aria-hidden="true">$ </span>${escapeHtml(text)}</pre>`;

const phone = (view: string, caption: Bilingual) =>
  `<figure><div class="phone" data-view="${view}"></div><figcaption>${both(caption)}</figcaption></figure>`;

const wholeDay = `<section class="day"><h2>${both(page.dayTitle)}</h2><p>${both(page.day)}</p>
<div class="phones">${phone('wechat', page.wechatCaption)}${phone('worker', page.workerCaption)}</div>
<h2>${both(page.reportTitle)}</h2><p>${both(page.report)}</p><div class="card" data-view="report"></div><p>${both(page.reportCommand)}</p>${command('npx omnigate get report --days 7')}
<script src="/demo/demo.js" defer></script></section>`;

/** What the page shows. */
export interface DemoPageOptions {
  /** The demo's web channel. */
  channelId: string;
  /** For the line that others paste into their pages. */
  publicUrl: string;
  /** The customer's and the worker's telephones and the report. */
  phones: boolean;
}

/** Makes `/demo`: a bilingual help page of a property manager and shop, with the widget open on it. */
export function renderDemoPage({ channelId, publicUrl, phones }: DemoPageOptions): Page {
  const chips = suggestions
    .map(
      ({ icon, text, lang, hint }) =>
        `<button type="button" class="chip" data-ask="${escapeHtml(text)}"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="${icon}"/></svg><span><b lang="${lang}">${escapeHtml(text)}</b><small>${both(hint)}</small></span></button>`,
    )
    .join('');
  const list = steps.map(({ title, text }) => `<li><b>${both(title)}</b>${both(text)}</li>`).join('');
  const snippet = `<script src="${publicUrl}/chat/${channelId}/widget.js" async></script>`;
  return frame(
    `<section class="hero"><p class="eyebrow">${both(page.eyebrow)}</p><h1>${both(page.headline)}</h1><p class="lead">${both(page.lead)}</p></section>
<h2>${both(page.try)}</h2><div class="chips">${chips}</div>
<ul class="steps">${list}</ul>
${phones ? wholeDay : ''}
<section class="cards"><div class="card"><h3>${both(page.deskTitle)}</h3><p>${both(page.desk)}</p>${command('npx omnigate desk')}</div>
<div class="card"><h3>${both(page.embedTitle)}</h3><p>${both(page.embed)}</p><pre>${escapeHtml(snippet)}</pre></div></section>`,
    channelId,
  );
}

const ownChannel = `npx omnigate apply -f - <<'EOF'
kind: Channel
metadata: { name: my-site }
spec:
  type: web
  config: { allowed_origins: ["https://www.example.com"] }
EOF`;

/** Makes what `/demo` shows where there is no demo channel: why, and what to do. */
export function renderMissingDemoPage(): Page {
  return frame(
    `<section class="hero"><h1>${both(page.missingTitle)}</h1><p class="lead">${both(page.missing)}</p></section>
<section class="cards"><div class="card">${command(ownChannel)}<p>${both(page.missingNext)}</p></div></section>`,
    '',
  );
}
