/** What a submission says of itself, before its file is opened: names, links and numbers that will stand on a board. */
import type { Json } from '../../../contracts.ts'
import { FORBIDDEN_KEYS } from '../../../io/schema.ts'
import type { Rule } from '../rule.ts'

export interface Statement {
  name: string
  track: string
  dataset: { name: string; track: string }
  tracks: readonly string[]
  model: string
  loss: string
  seed: number
  parameters: number
  params: unknown
  about: string
  by: { name: string; url?: string }
  cite?: string
  code?: string
  url?: string // of the predictions
}

export const statementRules: readonly Rule<Statement>[] = [
  {
    id: 'track-known',
    says: 'The track exists.',
    flaw: ({ track, tracks }) =>
      tracks.includes(track) ? null : `track '${seen(track)}' is none of ${tracks.join(', ')}`,
  },
  {
    id: 'dataset-track',
    says: 'The dataset is one of the track.',
    flaw: ({ track, dataset }) =>
      dataset.track === track
        ? null
        : `${dataset.name} is a dataset of the track ${dataset.track}, not ${track}`,
  },
  {
    id: 'name-form',
    says: 'The name is of small letters, digits, points, dashes and underscores, at most 100.',
    flaw: ({ name }) =>
      /^[a-z0-9][a-z0-9._-]{0,99}$/.test(name) && !name.includes('..')
        ? null
        : `name '${seen(name)}' must be letters a-z, digits, '.', '-', '_', at most 100`,
  },
  {
    id: 'name-reserved',
    says: 'The name is none that a system keeps for itself.',
    flaw: ({ name }) =>
      /^(con|prn|aux|nul|com\d|lpt\d|schema)(\.|$)/.test(name) ? `name '${name}' is reserved` : null,
  },
  ...texts('model', ({ model }) => model, 100),
  ...texts('loss', ({ loss }) => loss, 100),
  ...texts('by', ({ by }) => by.name, 200),
  ...texts('about', ({ about }) => about, 1000),
  {
    id: 'cite-form',
    says: 'A citation is doi:… or arXiv:….',
    flaw: ({ cite }) =>
      cite === undefined || /^(doi|arXiv):[\w./()-]{3,200}$/i.test(cite)
        ? null
        : `cite '${seen(cite)}' must be doi:… or arXiv:…`,
  },
  whole('seed', ({ seed }) => seed),
  whole('parameters', ({ parameters }) => parameters),
  ...links('url', ({ url }) => url),
  ...links('by-url', ({ by }) => by.url),
  ...links('code', ({ code }) => code),
  {
    id: 'params-object',
    says: 'Params are an object.',
    flaw: ({ params }) => (isObject(params) ? null : 'params must be a JSON object'),
  },
  {
    id: 'params-keys',
    says: 'No key of params reaches a prototype.',
    flaw({ params }) {
      const bad = keysOf(params as Json, 0).find((key) => FORBIDDEN_KEYS.includes(key))
      return bad === undefined ? null : `params: key '${bad}' is not allowed`
    },
  },
  {
    id: 'params-depth',
    says: 'Params are at most 8 deep.',
    flaw: ({ params }) => (depthOf(params as Json) > 8 ? 'params are more than 8 deep' : null),
  },
  {
    id: 'params-size',
    says: 'Params have at most 20,000 characters.',
    flaw: ({ params }) =>
      JSON.stringify(params).length > 20_000 ? 'params have more than 20,000 characters' : null,
  },
  {
    id: 'params-finite',
    says: 'Numbers in params are finite: 1e999 is read as Infinity.',
    flaw: ({ params }) => (hasInfinite(params) ? 'params hold a number that is not finite' : null),
  },
]

type Of<T> = (statement: Statement) => T

function texts(id: string, of: Of<string>, most: number): Rule<Statement>[] {
  return [
    {
      id: `${id}-given`,
      says: `${id} says something.`,
      flaw: (one) => (of(one).trim() === '' ? `${id} is empty` : null),
    },
    {
      id: `${id}-length`,
      says: `${id} has at most ${most} characters.`,
      flaw: (one) =>
        of(one).length > most ? `${id} has ${of(one).length} characters, at most ${most}` : null,
    },
    {
      id: `${id}-visible`,
      says: `${id} has no control characters and none that turn the direction of text.`,
      flaw: (one) =>
        UNSEEN.test(of(one)) ? `${id} '${seen(of(one))}' holds characters that cannot be seen` : null,
    },
  ]
}

/** Control characters, marks of direction, lone surrogates and private ones. The joiners stay: some scripts need them. */
const UNSEEN = /(?![\u200C\u200D])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u2028\u2029]/u

function whole(id: string, of: Of<number>): Rule<Statement> {
  return {
    id: `${id}-whole`,
    says: `${id} is a whole number from 0.`,
    flaw: (one) =>
      Number.isSafeInteger(of(one)) && of(one) >= 0
        ? null
        : `${id} must be a whole number from 0 (got ${of(one)})`,
  }
}

function links(id: string, of: Of<string | undefined>): Rule<Statement>[] {
  const rule = (what: string, says: string, isWrong: (url: URL) => boolean): Rule<Statement> => ({
    id: `${id}-${what}`,
    says: `${id} ${says}.`,
    flaw(one) {
      const text = of(one)
      if (text === undefined || (what !== 'address' && !URL.canParse(text))) return null
      return !URL.canParse(text) || isWrong(new URL(text))
        ? `${id} '${seen(text)}' ${says.replace('is', 'must be')}`
        : null
    },
  })
  return [
    rule('address', 'is an address', () => false),
    rule('https', 'is https', ({ protocol }) => protocol !== 'https:'),
    rule(
      'plain',
      'is without a user or password',
      ({ username, password }) => username !== '' || password !== '',
    ),
    rule('public', 'is on a public host', ({ hostname }) => !isPublic(hostname)),
  ]
}

/** By name alone: whoever fetches looks at the address too. */
function isPublic(host: string): boolean {
  const name = host.replace(/\.$/, '')
  if (name.startsWith('[') || /^[\d.]+$/.test(name)) return false // addresses in numbers; URL has made them canonical
  return (
    name.includes('.') && !/(^|\.)(localhost|local|internal|lan|home|corp|test|invalid|onion)$/.test(name)
  )
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function keysOf(value: Json, depth: number): string[] {
  if (typeof value !== 'object' || value === null || depth > 20) return []
  const entries = Object.entries(value)
  return [
    ...(Array.isArray(value) ? [] : entries.map(([key]) => key)),
    ...entries.flatMap(([, one]) => keysOf(one, depth + 1)),
  ]
}

function depthOf(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

function hasInfinite(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value)
  return typeof value === 'object' && value !== null && Object.values(value).some(hasInfinite)
}

function seen(text: string): string {
  return text.replace(/[\p{C}\u2028\u2029]/gu, '·').slice(0, 80)
}
