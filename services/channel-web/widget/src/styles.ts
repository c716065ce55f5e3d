/** The widget's look. It lives in a shadow root, so the page's styles and these never meet. */
export const styles = `
:host{all:initial;--accent:#3451d1;--on-accent:#fff;--ink:#1a2233;--soft:#596579;--line:#e3e7ef;--paper:#fff;--wash:#f4f6fa;
--bad:#b3261e;font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"PingFang SC","Hiragino Sans GB","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif;color:var(--ink);color-scheme:light}
*{box-sizing:border-box;margin:0}
button,textarea{font:inherit;color:inherit}
button{cursor:pointer;border:0;background:none;padding:0}
svg{width:1em;height:1em;fill:none;stroke:currentColor;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round;flex:none}
:focus{outline:none}
:focus-visible{outline:3px solid color-mix(in srgb,var(--accent) 55%,#fff);outline-offset:2px}
.hide{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
[hidden]{display:none!important}
.launcher{position:fixed;z-index:2147483000;bottom:24px;right:24px;width:60px;height:60px;border-radius:50%;background:var(--accent);color:var(--on-accent);
font-size:28px;display:grid;place-items:center;box-shadow:0 2px 6px rgb(16 24 48/.18),0 10px 28px rgb(16 24 48/.24);transition:transform .18s,box-shadow .18s}
.launcher span:first-child{display:grid}
.launcher:hover{transform:translateY(-2px)}
.launcher:active{transform:scale(.96)}
.left .launcher{right:auto;left:24px}
.badge{position:absolute;top:-3px;right:-3px;min-width:22px;height:22px;padding:0 6px;border-radius:11px;background:#d92d20;color:#fff;font-size:12px;font-weight:600;line-height:22px;text-align:center;box-shadow:0 0 0 2px #fff}
.panel{position:fixed;z-index:2147483001;bottom:100px;right:24px;width:388px;height:min(640px,calc(100dvh - 124px));display:flex;flex-direction:column;overflow:hidden;
background:var(--paper);border-radius:18px;box-shadow:0 0 0 1px rgb(16 24 48/.06),0 8px 20px rgb(16 24 48/.1),0 24px 60px rgb(16 24 48/.2);animation:rise .22s cubic-bezier(.2,.8,.3,1)}
.left .panel{right:auto;left:24px}
@keyframes rise{from{opacity:0;transform:translateY(14px) scale(.985)}}
header{display:flex;align-items:center;gap:12px;padding:16px 14px 16px 18px;background:linear-gradient(160deg,color-mix(in srgb,var(--accent) 88%,#fff),var(--accent) 55%);color:var(--on-accent)}
.face{width:40px;height:40px;border-radius:50%;display:grid;place-items:center;font-size:22px;background:color-mix(in srgb,var(--on-accent) 18%,transparent)}
.heading{flex:1;min-width:0}
h2{font-size:16px;font-weight:650;line-height:1.3;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.state{display:flex;align-items:center;gap:6px;font-size:12.5px}
.state::before{content:"";width:8px;height:8px;border-radius:50%;background:#ffd27a;box-shadow:0 0 0 2px rgb(255 255 255/.25)}
.state.online::before{background:#5fe3a1}
.state.idle::before,.state:empty::before{display:none}
.close{width:40px;height:40px;border-radius:12px;display:grid;place-items:center;font-size:22px}
.close:hover{background:color-mix(in srgb,var(--on-accent) 16%,transparent)}
header :focus-visible{outline-color:var(--on-accent);outline-offset:-3px}
.lost{display:flex;align-items:center;justify-content:center;gap:8px;padding:7px 14px;background:#fff4d6;color:#664d03;font-size:13px;text-align:center}
.lost.bad{background:#fdeceb;color:#8c1d18}
.lost.good{background:#e2f6ea;color:#10603a}
.body{flex:1;min-height:0;position:relative;display:flex;background:var(--paper)}
.log{flex:1;overflow-y:auto;overscroll-behavior:contain;padding:18px 16px 8px;scrollbar-width:thin;scrollbar-color:#c9d0dd transparent;display:flex;flex-direction:column}
.log:focus-visible{outline-offset:-3px}
.latest{position:absolute;bottom:10px;left:50%;translate:-50% 0;display:flex;gap:6px;align-items:center;padding:6px 14px;border-radius:18px;background:var(--paper);font-size:13px;color:var(--ink);box-shadow:0 0 0 1px var(--line),0 4px 14px rgb(16 24 48/.16)}
.list{display:flex;flex-direction:column}
.earlier{align-self:center;padding:6px 14px;margin-bottom:12px;border-radius:16px;color:var(--soft);font-size:13px;box-shadow:inset 0 0 0 1px var(--line)}
.earlier:hover{background:var(--wash)}
.welcome{margin:auto 0;padding:8px 12px 28px;text-align:center;color:var(--soft);font-size:14px}
.welcome .face{margin:0 auto 14px;width:56px;height:56px;font-size:30px;background:color-mix(in srgb,var(--accent) 10%,#fff);color:var(--accent)}
.welcome strong{display:block;margin-bottom:4px;font-size:18px;font-weight:650;color:var(--ink)}
.day{align-self:center;margin:10px 0 12px;font-size:12px;color:var(--soft)}
.row{display:flex;flex-direction:column;align-items:flex-start;max-width:86%;margin-bottom:12px}
.row.mine{align-self:flex-end;align-items:flex-end}
.row.tight{margin-top:-8px}
.who{display:flex;align-items:center;gap:6px;margin:0 0 4px 2px;font-size:12.5px;font-weight:550;color:var(--soft)}
.who svg{font-size:15px}
.who.agent{color:#0b6b52}
.tight .who{display:none}
.bubble{padding:9px 13px;border-radius:16px 16px 16px 5px;background:var(--wash);overflow-wrap:anywhere;white-space:pre-wrap}
.agent .bubble{background:#e6f5ef}
.mine .bubble{border-radius:16px 16px 5px 16px;background:var(--accent);color:var(--on-accent)}
.bubble a{color:inherit;text-decoration:underline;text-underline-offset:2px}
.bubble b{display:block}
.pending .bubble{opacity:.72}
.bubble.image,.bubble.video{padding:4px;background:none;box-shadow:inset 0 0 0 1px var(--line)}
.bubble.audio{padding:4px;background:none}
.bubble.image{color:var(--ink)}
.bubble img,.bubble canvas{display:block;max-width:240px;max-height:260px;border-radius:12px;background:var(--wash)}
.bubble img{min-width:44px;min-height:44px}
.bubble video{display:block;width:260px;max-width:100%;max-height:260px;border-radius:12px}
.bubble audio{display:block;width:260px;max-width:100%}
.bubble>a:has(img)+a,.bubble.text>a:has(img),.bubble.text>a:has(.doc){display:block;margin-top:8px}
.caption{padding:6px 8px 4px;max-width:240px}
.bubble a:has(.doc){text-decoration:none}
.doc{display:flex;gap:9px;align-items:center;text-align:start}
.doc svg{font-size:26px}
.name{min-width:0;overflow-wrap:anywhere;line-height:1.35}
.doc small{display:block;font-size:12px;opacity:.85}
.going{position:relative;min-width:170px}
.going .doc{padding-inline-end:30px}
progress{display:block;width:100%;height:5px;margin-top:7px;border:0;border-radius:3px;appearance:none;background:color-mix(in srgb,currentColor 25%,transparent);overflow:hidden}
.image progress{position:absolute;inset:auto 12px 12px;width:auto;margin:0;background:rgb(255 255 255/.75)}
progress::-webkit-progress-bar{background:none}
progress::-webkit-progress-value{background:currentColor;border-radius:3px;transition:width .2s}
progress::-moz-progress-bar{background:currentColor;border-radius:3px}
.image progress::-webkit-progress-value{background:var(--accent)}
.image progress::-moz-progress-bar{background:var(--accent)}
.stop{position:absolute;top:6px;right:6px;width:28px;height:28px;border-radius:50%;display:grid;place-items:center;font-size:15px;color:#fff;background:rgb(16 24 48/.62)}
.stop:hover{background:rgb(16 24 48/.85)}
.rejected .bubble.image{color:#8c1d18;background:#fdeceb}
.rejected .bubble{background:#fdeceb;color:#8c1d18}
.foot{display:flex;align-items:center;gap:4px;margin:3px 4px 0;font-size:11.5px;color:var(--soft)}
.rejected .foot{color:var(--bad)}
.tick svg{width:15px;height:15px;stroke-width:2;vertical-align:-3px}
.rejected .tick{display:flex;gap:4px;align-items:center;text-align:end}
.answered .tick{color:var(--accent)}
.tight-next .foot{display:none}
.system{align-self:center;max-width:92%;margin:2px 0 14px;padding:7px 14px;border-radius:14px;background:#eef1fb;color:#39456b;font-size:13.5px;text-align:center;white-space:pre-wrap;overflow-wrap:anywhere}
.end{width:100%;padding:12px 16px;display:grid;gap:8px;justify-items:center}
.end strong{font-weight:600;color:var(--ink)}
.rate{display:grid;gap:8px;justify-items:center;width:100%}
.stars{display:flex}
.stars label,.stars span{position:relative;padding:5px;font-size:30px;line-height:0;color:#7d879b;cursor:pointer}
.stars span{padding:2px;font-size:22px;cursor:default}
.stars input{position:absolute;inset:0;width:100%;height:100%;margin:0;opacity:0;cursor:pointer}
.stars .on{color:#b45f06}
.stars .on svg{fill:#f5a524}
.stars label:has(:focus-visible){outline:3px solid color-mix(in srgb,var(--accent) 55%,#fff);border-radius:10px;outline-offset:-2px}
.end form{display:grid;gap:8px;width:100%;padding:0;border:0;background:none}
.end textarea{min-height:64px;border-radius:14px;font-size:14px}
.end form button{justify-self:center;padding:8px 20px;min-height:40px;border-radius:20px;font-weight:600;background:var(--accent);color:var(--on-accent)}
.end q{quotes:none;font-style:italic}
.options{display:flex;flex-wrap:wrap;gap:8px;margin-top:8px}
.options button{padding:7px 14px;min-height:38px;border-radius:19px;font-size:14px;text-align:start;color:var(--accent);background:var(--paper);box-shadow:inset 0 0 0 1.5px color-mix(in srgb,var(--accent) 45%,#fff);transition:background .12s}
.options button:hover:enabled{background:color-mix(in srgb,var(--accent) 9%,#fff)}
.options button:disabled{cursor:default;color:var(--soft);box-shadow:inset 0 0 0 1px var(--line)}
.options button.chosen{color:var(--on-accent);background:var(--accent);box-shadow:none}
.dots{display:flex;gap:4px;padding:14px}
.dots i{width:7px;height:7px;border-radius:50%;background:#8993a6;animation:dot 1.2s infinite}
.dots i:nth-child(2){animation-delay:.15s}
.dots i:nth-child(3){animation-delay:.3s}
@keyframes dot{0%,60%,100%{transform:none;opacity:.45}30%{transform:translateY(-4px);opacity:1}}
form{padding:10px 12px 12px;border-top:1px solid var(--line);background:var(--paper)}
.line{display:flex;align-items:flex-end;gap:6px}
.attach{flex:none;width:40px;height:44px;border-radius:14px;display:grid;place-items:center;font-size:23px;color:var(--soft)}
.attach:hover{color:var(--accent);background:var(--wash)}
.strip{display:flex;gap:8px;overflow-x:auto;padding:2px 2px 10px;scrollbar-width:thin}
.chip{flex:none;position:relative;display:flex;align-items:center;height:64px;max-width:190px;border-radius:12px;background:var(--wash);box-shadow:inset 0 0 0 1px var(--line);overflow:hidden}
.chip canvas{height:64px;width:72px;object-fit:cover}
.chip .doc{padding:0 38px 0 10px;font-size:13px}
.chip .name{display:grid}
.chip .name span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.bubble.image .doc{padding:5px 8px}
.chip .stop{width:26px;height:26px;top:4px;right:4px}
.attachments .count{margin:0 4px 8px}
.drop{position:absolute;inset:8px;z-index:1;display:grid;place-items:center;border:2.5px dashed var(--accent);border-radius:14px;background:rgb(255 255 255/.92);color:var(--ink);font-size:17px;font-weight:600;pointer-events:none}
.field{flex:1;min-width:0}
textarea{display:block;width:100%;min-height:44px;max-height:132px;padding:10px 14px;resize:none;border:1.5px solid #8a94a6;border-radius:22px;background:var(--paper);line-height:1.45}
textarea::placeholder{color:#667085;opacity:1}
textarea:focus{border-color:var(--accent);box-shadow:0 0 0 3px color-mix(in srgb,var(--accent) 18%,transparent);outline:none}
.count{margin:4px 4px 0;font-size:12px;color:var(--soft)}
.count.over{color:var(--bad)}
.send{width:44px;height:44px;border-radius:50%;display:grid;place-items:center;font-size:21px;background:var(--accent);color:var(--on-accent);transition:transform .12s,opacity .12s}
.send:active{transform:scale(.94)}
.send[aria-disabled=true]{background:#e8ebf2;color:#697386;cursor:default}
@media (max-width:480px),(max-height:480px){
.panel,.left .panel{inset:0;width:auto;height:var(--height,100dvh);bottom:auto;border-radius:0;box-shadow:none}
header{padding-top:max(14px,env(safe-area-inset-top))}
.panel>form{padding-bottom:max(12px,env(safe-area-inset-bottom))}
textarea{font-size:16px}
.launcher,.left .launcher{bottom:max(18px,env(safe-area-inset-bottom));right:18px}
.left .launcher{right:auto;left:18px}
.open .launcher{display:none}
}
@media (prefers-reduced-motion:reduce){*{animation:none!important;transition:none!important}.launcher:hover{transform:none}}
@media (forced-colors:active){.panel,.bubble,.launcher,.system,.send,.options button{border:1px solid CanvasText}}
@media print{:host{display:none}}
`;
