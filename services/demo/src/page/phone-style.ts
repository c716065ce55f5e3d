/** The look of the telephones and the report. */
export const phoneStyle = `
.day{max-width:620px;margin-top:44px;padding-top:8px;border-top:1px solid var(--line)}
.day>p{color:var(--soft);font-size:15px}
.day>.card{margin:14px 0}
.phones{display:grid;grid-template-columns:1fr 1fr;gap:20px;margin-top:18px}
figure{margin:0;min-width:0}
figcaption{text-align:center;color:var(--soft);font-size:14px;padding-top:8px}
.phone{display:flex;flex-direction:column;height:560px;overflow:hidden;border:9px solid #1c2233;border-radius:34px;background:#ededed;box-shadow:0 18px 40px rgb(20 30 70/.18);font-size:15px;line-height:1.5}
.phone ol{flex:1;min-height:0;overflow-y:auto;list-style:none;margin:0;padding:12px 10px;display:flex;flex-direction:column;gap:10px}
.phone header{padding:12px;text-align:center;border-bottom:1px solid #dcdcdc}
.phone-status{padding:4px 12px;color:#b3261e;font-size:13px}
.phone-status:empty{padding:0}
.wx-head{background:#ededed}
.wx-mine,.wx-theirs{display:flex}
.wx-mine{justify-content:flex-end}
.wx-bubble{max-width:84%;padding:8px 11px;border-radius:7px;background:#fff;white-space:pre-wrap;overflow-wrap:anywhere}
.wx-mine .wx-bubble{background:#95ec69}
.wx-bubble img{display:block;max-width:100%;max-height:180px;border-radius:5px}
.wx-option{display:block;width:100%;margin-top:6px;padding:6px 8px;font:inherit;text-align:start;color:#2b5ea8;background:#f3f6fb;border:0;border-radius:6px;cursor:pointer}
.wx-form{display:flex;gap:6px;align-items:center;padding:8px;background:#f7f7f7;border-top:1px solid #dcdcdc}
.wx-form textarea{flex:1;min-width:0;font:inherit;padding:7px 9px;border:0;border-radius:6px;background:#fff;resize:none;field-sizing:content;max-height:110px}
.wx-send{font:inherit;padding:7px 12px;border:0;border-radius:6px;background:#07a850;color:#fff;cursor:pointer}
.picture-button{flex:none;padding:7px 9px;border-radius:6px;background:#fff;border:1px solid #dcdcdc;cursor:pointer;font-size:13px;white-space:nowrap}
.picture-button input{position:absolute;width:1px;height:1px;opacity:0}
.picture-button:focus-within{outline:3px solid #8ea0f0}
.work-head{background:#fff}
.phone-hint{flex:none;color:var(--soft);text-align:center;padding:60px 14px}
.phone-hint[hidden]{display:none}
.work-card{padding:12px;border-radius:12px;background:#fff;box-shadow:0 1px 3px rgb(0 0 0/.08);font-size:14px}
.work-line{display:flex;justify-content:space-between;gap:8px}
.work-state{flex:none;padding:0 8px;border-radius:9px;background:#eef1fd;color:var(--accent);font-size:12.5px}
.work-closed .work-state,.work-cancelled .work-state{background:#eef0f3;color:var(--soft)}
.work-card dl{margin:6px 0 0}
.work-card dl div{display:flex;gap:8px}
.work-card dt{color:var(--soft);flex:none}
.work-card dd{margin:0;overflow-wrap:anywhere}
.work-pictures{display:flex;flex-wrap:wrap;gap:6px;padding-top:6px}
.work-pictures:empty{display:none}
.work-pictures img{width:64px;height:64px;object-fit:cover;border-radius:8px;display:block}
.work-actions{display:flex;flex-wrap:wrap;gap:8px;align-items:center;margin-top:10px}
.work-actions input[aria-label]{flex:1 1 100%;min-width:0;font:inherit;padding:7px 9px;border:1px solid var(--line);border-radius:8px}
.work-added{font-size:13px;color:var(--soft)}
.work-main,.work-other{font:inherit;padding:7px 16px;border-radius:9px;border:0;cursor:pointer;background:var(--accent);color:#fff}
.work-other{background:#eef0f3;color:var(--ink)}
[aria-disabled=true]{opacity:.55;cursor:default}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(120px,1fr));gap:14px}
.figure b{display:block;font-size:26px;line-height:1.2}
.figure span{color:var(--soft);font-size:13px;line-height:1.4;display:block}
.report h3{margin:18px 0 6px;font-size:14px}
.bar-row{display:grid;grid-template-columns:110px 1fr 40px;gap:10px;align-items:center;font-size:13px}
.bar-row meter{width:100%;height:12px}
.columns{display:grid;grid-template-columns:1fr 1fr;gap:2px 22px}
.columns .bar-row{grid-template-columns:44px 1fr 26px}
.words{display:flex;flex-wrap:wrap;gap:6px;list-style:none;padding:0}
.words li{padding:2px 10px;border-radius:12px;background:#eef1fd;font-size:14px}
.words small{color:var(--soft)}
@media(max-width:640px){.phones,.columns{grid-template-columns:1fr}}
`;
