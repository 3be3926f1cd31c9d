/**
 * The page's one style sheet. Colors are named once and exchanged for the dark; pictures stand on neutral gray in both,
 * so that their colors are seen alike. Tables and wide figures scroll inside their own box, never the page.
 */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ink: #1b1b1b; --soft: #5c5c5c; --line: #d4d4d4; --faint: #ececec; --paper: #fff; --ground: #f6f6f6; --link: #0b5394; --warn: #8a4b00;
}
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e6e6; --soft: #a6a6a6; --line: #474747; --faint: #2c2c2c; --paper: #1b1b1b; --ground: #242424; --link: #8ab8ee; --warn: #e5b067; }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body {
  margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 78rem; color: var(--ink); background: var(--paper);
  font: 1.0625rem/1.55 Charter, 'Bitstream Charter', 'Source Serif 4', Cambria, Georgia, serif; overflow-wrap: break-word;
}
p, .notes, dl, header nav { max-width: 44rem; }
h1, h2, h3, h4 { line-height: 1.2; font-weight: 600; text-wrap: balance; }
h1 { font-size: 2.1rem; margin: 0 0 .6rem; }
h2 { font-size: 1.55rem; margin: 3.5rem 0 .6rem; padding-top: 1.2rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.2rem; margin: 2.6rem 0 .4rem; }
h4 { font-size: 1rem; margin: 1.8rem 0 .3rem; }
a { color: var(--link); text-underline-offset: .15em; }
a:focus-visible, .scroll:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
code, pre { font: .88em/1.5 ui-monospace, 'SF Mono', Menlo, Consolas, monospace; }
pre { margin: .8rem 0; padding: .8rem 1rem; background: var(--ground); border: 1px solid var(--faint); overflow-x: auto; }
nav ul { list-style: none; margin: .4rem 0; padding: 0; }
nav ul ul { padding-left: 1.2rem; margin: 0; font-size: .95em; }
.lead { font-size: 1.12rem; }
.soft, figcaption, .notes { color: var(--soft); }
.made { color: var(--warn); }
.notes { font-size: .9rem; line-height: 1.5; padding-left: 1.1rem; }
.notes li { margin: .2rem 0; }
.origin { font-size: .94rem; color: var(--soft); margin: .4rem 0 .8rem; }
details { margin: .3rem 0; font-size: .94rem; }
.figures { margin-top: 1.2rem; }
summary { cursor: pointer; color: var(--soft); }
figure { margin: 1rem 0; min-width: 0; }
figcaption { font-size: .94rem; max-width: 44rem; margin-bottom: .6rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font: .875rem/1.35 system-ui, sans-serif; font-variant-numeric: tabular-nums lining-nums; border-bottom: 1.5px solid var(--ink); }
thead th { border-top: 1.5px solid var(--ink); border-bottom: 1px solid var(--ink); font-weight: 600; vertical-align: bottom; }
th, td { padding: .32rem .7rem; text-align: left; white-space: nowrap; }
th:first-child, td:first-child { padding-left: .3rem; }
th:last-child, td:last-child { padding-right: .3rem; }
.number { text-align: right; }
tbody th { font-weight: inherit; position: sticky; left: 0; background: var(--paper); }
tbody tr.next > * { border-top: 1px solid var(--faint); }
tbody tr.first > :nth-child(-n+2) { font-weight: 650; }
tbody tr.missing { color: var(--soft); }
tbody tr:hover > * { background: var(--ground); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 34rem), 1fr)); gap: 1rem; }
.figures .wide { grid-column: 1 / -1; }
.figures figure { margin: 0; padding: .9rem 1rem; background: var(--ground); max-width: 100%; }
.panels { display: flex; flex-wrap: wrap; gap: .8rem 1rem; overflow-x: auto; font-family: system-ui, sans-serif; }
.panels svg { display: block; max-width: 100%; height: auto; }
.figures h4 { margin: 0 0 .2rem; font-size: .95rem; }
table.facts { margin: .8rem 0; }
table.facts td:last-child:not(.number) { white-space: normal; min-width: 16rem; max-width: 40rem; }
.warning { border-left: 3px solid var(--warn); padding: .1rem 0 .1rem 1rem; }
.points { max-width: 44rem; padding-left: 1.2rem; } .points li { margin: .35rem 0; }
figure .panels + figcaption { margin-top: .3rem; }
footer { margin-top: 4rem; padding-top: 1rem; border-top: 1px solid var(--line); font-size: .9rem; color: var(--soft); }
@media (max-width: 40rem) {
  body { padding: 1.5rem 1rem 3rem; font-size: 1rem; }
  h1 { font-size: 1.7rem; } h2 { font-size: 1.35rem; margin-top: 2.6rem; }
  .figures figure { padding: .8rem; }
}
@media print { .scroll { overflow: visible; } a { color: inherit; } .figures figure, tr { break-inside: avoid; } }
`
