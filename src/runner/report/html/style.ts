import { KINDS } from './kinds.ts';

/** The page's looks, in the light and in the dark. Colours are never the only sign: a word stands beside them. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f7f8; --card: #ffffff; --line: #d9dde2; --text: #1c2024; --soft: #5b6570; --code: #f0f2f4;
  --ok: #8fb89b; --skipped: #c5cbd1; --changed: #d9930d; --would_change: #d9930d; --unknown: #9b59d0;
  --failed: #d03535; --unreachable: #d03535; --ignored: #3f7fd0; --rescued: #3f7fd0;
  --plus: #116329; --plus-back: #e2f5e6; --minus: #9b1c1c; --minus-back: #fde8e8; --link: #0b57b8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171a; --card: #1d2125; --line: #353b42; --text: #e4e7ea; --soft: #9aa4ae; --code: #262b30;
    --ok: #4f7a5c; --skipped: #4a5158; --changed: #c98d1f; --would_change: #c98d1f; --unknown: #a878d8;
    --failed: #e05252; --unreachable: #e05252; --ignored: #5b94dc; --rescued: #5b94dc;
    --plus: #8fdca3; --plus-back: #16301d; --minus: #f3a3a3; --minus-back: #3a1c1c; --link: #7db4ff;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.45 system-ui, sans-serif; }
header, main { max-width: 1200px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 24px; }
h1 { font-size: 1.5rem; margin: 0 0 8px; overflow-wrap: anywhere; }
h1 small { font-weight: normal; color: var(--soft); }
h2 { font-size: 1.15rem; margin: 32px 0 10px; }
h3 { font-size: 1rem; margin: 20px 0 8px; overflow-wrap: anywhere; }
h3 small { font-weight: normal; color: var(--soft); }
p { margin: 4px 0; }
a { color: var(--link); }
code, pre { font: 13px/1.4 ui-monospace, monospace; }
pre { margin: 6px 0; padding: 8px 10px; background: var(--code); border-radius: 5px; overflow-x: auto; max-height: 32em; tab-size: 4; }
summary { cursor: pointer; }
.command code { overflow-wrap: anywhere; }
.at, .time, .type { color: var(--soft); font-size: 0.87em; overflow-wrap: anywhere; }
.summary { font-weight: 600; }
nav a { margin-right: 14px; }
.end { font-size: 0.6em; padding: 3px 10px; border-radius: 99px; color: #fff; vertical-align: middle; white-space: nowrap; }
.end.good { background: #1f7a3d; } .end.open { background: #8a5a00; } .end.bad { background: #b42323; }
.badge { display: inline-block; padding: 0 7px; border-radius: 4px; border-left: 4px solid var(--kind); background: var(--code); font-size: 0.87em; white-space: nowrap; }
.ok { --kind: var(--ok); } .skipped { --kind: var(--skipped); } .changed { --kind: var(--changed); }
.would_change { --kind: var(--would_change); } .unknown { --kind: var(--unknown); } .failed { --kind: var(--failed); }
.unreachable { --kind: var(--unreachable); } .ignored { --kind: var(--ignored); } .rescued { --kind: var(--rescued); }
.count { white-space: nowrap; border-bottom: 2px solid var(--kind); font-size: 0.87em; }
.outcome { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 8px 12px; margin: 8px 0; }
.task .outcome { border: 0; border-top: 1px solid var(--line); border-radius: 0; padding: 6px 0 2px; margin: 6px 0 0; }
.outcome .hosts { font-weight: 600; overflow-wrap: anywhere; }
.outcome .of { overflow-wrap: anywhere; }
.outcome .of::before { content: '· '; color: var(--soft); }
.msg, .hint { overflow-wrap: anywhere; }
.hint { color: var(--link); white-space: pre-wrap; }
#failures .outcome { border-left: 4px solid var(--failed); }
.host { background: var(--card); border: 1px solid var(--line); border-radius: 6px; margin: 4px 0; padding: 6px 12px; }
.host > summary, .axis { display: grid; grid-template-columns: 13em minmax(0, 1fr) minmax(0, 1.2fr); gap: 2px 16px; align-items: center; }
.host .name { font-weight: 600; overflow-wrap: anywhere; }
.host .name::before { content: '▸ '; color: var(--soft); }
.host[open] .name::before { content: '▾ '; }
.state { color: var(--failed); }
.timeline { display: block; width: 100%; height: 12px; background: var(--code); border-radius: 3px; }
.timeline rect { fill: var(--kind); }
.axis { padding: 2px 13px; color: var(--soft); }
.axis p { grid-column: 3; display: flex; justify-content: space-between; font-size: 0.8em; margin: 0; }
.steps { margin: 8px 0; padding-left: 2.5em; }
.steps li { overflow-wrap: anywhere; }
.filter label { white-space: nowrap; margin-right: 12px; display: inline-block; }
.task { background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--kind); border-radius: 6px; margin: 4px 0; padding: 5px 12px; content-visibility: auto; contain-intrinsic-size: auto 2.2em; }
.task .title { font-weight: 600; overflow-wrap: anywhere; }
.task:target { outline: 2px solid var(--link); }
.diff span { display: inline-block; min-width: 100%; }
.diff .side { font-weight: 600; } .diff .hunk { color: var(--soft); }
.diff .plus { color: var(--plus); background: var(--plus-back); } .diff .minus { color: var(--minus); background: var(--minus-back); }
@supports selector(:has(*)) {
  .task:not(:target) { display: none; }
${KINDS.map((kind) => `  #tasks:has(#show-${kind}:checked) .task.has-${kind} { display: block; }`).join('\n')}
}
@media (max-width: 700px) {
  .host > summary, .axis { grid-template-columns: minmax(0, 1fr); }
  .axis p { grid-column: 1; }
}
@media print { .task { content-visibility: visible; } body { background: #fff; } }
`;
