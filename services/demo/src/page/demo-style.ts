/** The demo page's look. */
export const demoStyle = `
:root{--ink:#182033;--soft:#566076;--line:#e2e6ee;--accent:#3451d1;--paper:#fff;color-scheme:light}
*{box-sizing:border-box;margin:0}
html[lang=zh] [lang=en].t,html[lang=en] [lang=zh].t{display:none}
body{font:16px/1.65 system-ui,-apple-system,"Segoe UI",Roboto,"PingFang SC","Hiragino Sans GB","Microsoft YaHei","Noto Sans CJK SC",sans-serif;color:var(--ink);
background:radial-gradient(1100px 520px at 12% -8%,#e4e9ff 0,transparent 70%),radial-gradient(800px 420px at 96% 4%,#dff5ee 0,transparent 68%),#f8f9fc;min-height:100vh}
.bar,main{max-width:1080px;margin:0 auto;padding:0 28px}
.bar{display:flex;align-items:center;justify-content:space-between;padding-top:22px}
.brand{display:flex;gap:10px;align-items:center;font-weight:700;font-size:18px;letter-spacing:-.01em}
.brand svg{width:28px;height:28px}
.lang{display:flex;padding:3px;border-radius:12px;background:#fff;box-shadow:inset 0 0 0 1px var(--line)}
.lang button{font:inherit;font-size:14px;padding:5px 14px;border:0;border-radius:9px;background:none;color:var(--soft);cursor:pointer}
html[lang=zh] [data-lang=zh],html[lang=en] [data-lang=en]{background:var(--accent);color:#fff}
:focus-visible{outline:3px solid #8ea0f0;outline-offset:2px}
.hero{padding:72px 0 20px;max-width:620px}
.eyebrow{color:var(--accent);font-weight:600;font-size:14px}
h1{font-size:clamp(38px,6vw,60px);line-height:1.12;letter-spacing:-.025em;margin:10px 0 16px}
.lead{font-size:18px;color:var(--soft)}
h2{font-size:14px;font-weight:600;color:var(--soft);margin:30px 0 12px}
.chips{display:grid;grid-template-columns:1fr 1fr;gap:12px;max-width:620px}
.chip{display:flex;gap:14px;align-items:center;padding:14px 16px;font:inherit;text-align:start;color:inherit;background:var(--paper);border:1px solid var(--line);border-radius:16px;cursor:pointer;
transition:transform .15s,box-shadow .15s,border-color .15s;box-shadow:0 1px 2px rgb(16 24 48/.05)}
.chip:hover{transform:translateY(-2px);border-color:#b9c4f4;box-shadow:0 8px 22px rgb(30 50 120/.12)}
.chip svg{flex:none;width:42px;height:42px;padding:10px;border-radius:12px;background:#eef1fd;fill:none;stroke:var(--accent);stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round}
.chip b{display:block;font-weight:600;line-height:1.4}
.chip small{color:var(--soft);font-size:13px}
.steps{display:grid;grid-template-columns:repeat(3,1fr);gap:28px;list-style:none;padding:26px 0 0;margin-top:44px;border-top:1px solid var(--line);max-width:620px}
.steps b{display:block;margin-bottom:4px}
.steps li{font-size:14.5px;color:var(--soft);line-height:1.6}
.steps b{color:var(--ink);font-size:15.5px}
.cards{display:grid;gap:16px;padding:36px 0 80px;max-width:620px}
.card{padding:22px 24px;border-radius:18px;background:var(--paper);border:1px solid var(--line)}
.card h3{font-size:17px;margin-bottom:4px}
.card p{color:var(--soft);font-size:15px}
pre{margin-top:12px;padding:13px 16px;border-radius:12px;background:#141a2b;color:#e6eaf7;font:13.5px/1.6 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;white-space:pre-wrap;overflow-wrap:anywhere}
pre span{color:#8fa2ff;user-select:none}
@media(max-width:640px){.bar,main{padding-left:20px;padding-right:20px}.hero{padding-top:44px}.chips,.steps{grid-template-columns:1fr}.steps{gap:18px}.lead{font-size:17px}.cards{padding-bottom:110px}}
@media(prefers-reduced-motion:reduce){*{transition:none!important}.chip:hover{transform:none}}
`;
