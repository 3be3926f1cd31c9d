/**
 * Files that are something else beside Parquet, or instead of it, given to the compiled child as `fieldrank submit` gives them.
 * All must be refused by a rule; nothing of them may be executed or written.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Columns, Rng, Schema } from '../../../contracts.ts'
import { writeParquet } from '../../../io/parquet.ts'
import type * as guard from '../../../pipelines/guard.ts'
import { GRID, makeOperators, temporary } from '../../benchmarks/toy-datasets.ts'
import { compiled } from '../../pipelines/compiled.ts'
import { type Tally, tally } from '../checks.ts'

export const predictionSchema: Schema = {
  row: { type: 'i32', shape: [], about: 'row' },
  x: { type: 'f32', shape: [GRID, GRID], about: 'x' },
}

/** Five rows of noise. */
export function predictions(rng: Rng): Columns {
  const x = Float32Array.from({ length: 5 * GRID * GRID }, () => 0.1 * rng.normal())
  return { rows: 5, data: { row: Int32Array.of(0, 1, 2, 3, 4), x } }
}

export async function disguised(count: number, rng: Rng): Promise<Tally> {
  const seen = tally()
  const folder = await temporary()
  await makeOperators(join(folder, 'data'))
  const good = await goodWith(folder, {}, rng)
  const scripted = await goodWith(folder, { [SCRIPT]: SCRIPT }, rng)
  const before = await readdir(folder)
  for (let i = 0; i < count; i++) {
    const ways = disguises(folder, good, scripted, rng)
    const [what, bytes] = ways[i % ways.length]!
    await seen.try(`${what}, input ${i}`, async () => {
      seen.fault()
      const said = await judgedAlone(join(folder, `given${i}`), bytes, join(folder, 'data'))
      if (said === null || !/\[[\w-]+\]$/.test(said)) return said ?? 'was taken'
      const added = (await readdir(folder)).filter(
        (name) => !before.includes(name) && !name.startsWith('given'),
      )
      const left = [...added, ...(await readdir(join(folder, `given${i}/out`)))]
      return left.length === 0 ? null : `left ${left.join(', ')}`
    })
  }
  return seen
}

const SCRIPT = '<script>fetch("//evil.example")</script>'

/** What each is, and its bytes. */
function disguises(folder: string, good: Buffer, scripted: Buffer, rng: Rng): [string, Buffer][] {
  const pickle = Buffer.from(`\x80\x04cposix\nsystem\n(S'touch ${folder}/executed'\ntR.`, 'latin1')
  const onnx = Buffer.from(
    `\x08\x07\x12\x07pytorch\x3a\x1b\x0a\x08location\x12${folder}/data/manifest.json`,
    'latin1',
  )
  const zip = Buffer.alloc(22)
  zip.write('PK\x05\x06', 'latin1')
  const gap = Buffer.alloc(rng.integer(64))
  const after = (head: Buffer) => Buffer.concat([head, gap, good])
  return [
    ['a pickle', pickle],
    ['a pickle before a Parquet file', after(pickle)],
    ['the head of a zip before a Parquet file', after(Buffer.from('PK\x03\x04'))],
    ['the end of a zip behind a Parquet file', Buffer.concat([good, zip])],
    ['an ONNX model with data elsewhere', onnx],
    ['an ONNX model before a Parquet file', after(onnx)],
    ['a script before a Parquet file', after(Buffer.from(SCRIPT))],
    ['a module of Node', Buffer.from(`require('fs').writeFileSync('${folder}/executed', '')`)],
    ['a script in the metadata', scripted],
  ]
}

async function goodWith(folder: string, metadata: Record<string, string>, rng: Rng): Promise<Buffer> {
  const path = join(folder, 'good.parquet')
  await writeParquet(path, predictionSchema, predictions(rng), { metadata })
  return readFile(path)
}

/** The sentence of the refusal, null where there is none. */
async function judgedAlone(at: string, bytes: Buffer, data: string): Promise<string | null> {
  const [file, out] = [join(at, 'given.parquet'), join(at, 'out')]
  await mkdir(out, { recursive: true })
  await writeFile(file, bytes)
  const { runGuarded } = await compiled<typeof guard>('pipelines/guard.js')
  const request = { subject: 'x', file, data, metrics: ['relative-l2'], out }
  const limits = { seconds: 120, bytes: 2 ** 31 }
  const reach = { reads: [file, data], writes: [out] }
  return runGuarded({ work: 'submit', request, subject: 'x', limits, env: {}, reach }).then(
    () => null,
    (error: Error) => (error.name === 'UserError' ? error.message : `not a sentence: ${error.stack}`),
  )
}
