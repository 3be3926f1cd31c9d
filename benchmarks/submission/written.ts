/** An entry as somebody wrote it: its bytes held to the rules before anything of it is used, and what it says of itself. */
import { namesIn } from '../../io/lookup.ts'
import { type Entry, parseEntry } from './entry.ts'
import { broken, refuse } from './rule.ts'
import { writtenRules } from './rules/entry.ts'
import type { Statement } from './rules/statement.ts'

export function entryOfBytes(bytes: Buffer, path: string): Entry {
  refuse(path, writtenRules, { bytes })
  return entryOfText(bytes.toString('utf8'), path)
}

export function entryOfText(text: string, path: string): Entry {
  try {
    return parseEntry(text, path)
  } catch (error) {
    throw broken(path, 'entry-format', (error as Error).message.replace(`${path}: `, ''))
  }
}

/** The words of an entry, for the rules of a statement. */
export function statementOf(entry: Entry, dataset: Statement['dataset']): Statement {
  const { name, track, method, about, by, cite, predictions } = entry
  const { model, loss, seed, parameters, params, code } = method
  const owner = by.url === undefined ? { name: by.name } : { name: by.name, url: by.url }
  const all = {
    name,
    track,
    dataset,
    tracks: namesIn('benchmarks/tracks'),
    model,
    loss,
    seed,
    parameters,
    params,
    about,
    by: owner,
  }
  return {
    ...all,
    ...(cite !== undefined && { cite }),
    ...(code !== undefined && { code }),
    ...(predictions.url !== undefined && { url: predictions.url }),
  }
}
