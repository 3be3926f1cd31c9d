/** The rules of the house that a machine can check: who may import whom, sizes, doors, and words that must not appear. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

const root = join(import.meta.dirname, '..')
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && !file.startsWith('data/'))
const sources = files.filter((file) => file.endsWith('.ts') && !file.startsWith('test/'))

const middle = ['generators', 'solvers', 'models', 'baselines', 'losses', 'metrics', 'reports']
const bottom = ['tensor', 'kernels', 'io', 'math']
/** What each folder may import, besides itself and the types of contracts.ts and tasks.ts. */
const arrows: Record<string, readonly string[]> = {
  cli: ['pipelines', 'benchmarks', ...middle, ...bottom],
  pipelines: ['benchmarks', ...middle, ...bottom],
  benchmarks: [...middle, ...bottom],
  ...Object.fromEntries(middle.map((folder) => [folder, bottom])),
  models: ['solvers', ...bottom],
  baselines: ['solvers', ...bottom],
  reports: ['metrics', ...bottom],
  ...Object.fromEntries(bottom.map((folder) => [folder, []])),
  'index.ts': ['benchmarks', ...middle, ...bottom],
  'contracts.ts': [],
  'tasks.ts': [],
}
/** One door per dependency: replacing one is an afternoon in one folder. */
const doors: Record<string, RegExp> = {
  '@tensorflow/tfjs': /^tensor\//,
  'onnxruntime-node': /^tensor\//,
  'parquet-wasm': /^io\/parquet/,
  hyparquet: /^io\/parquet/,
  'hyparquet-compressors': /^io\/parquet/,
  fzstd: /^io\/parquet-ranges\.ts$/,
  'apache-arrow': /^io\/(arrow|parquet)/,
  '@duckdb/node-api': /^io\/duckdb\.ts$/,
  'hnswlib-node': /^io\/hnsw\.ts$/,
  h5wasm: /^io\/hdf5\.ts$/,
  'p-limit': /^(pipelines\/execute|io\/download)\.ts$/,
  vega: /^reports\//,
  'vega-lite': /^reports\//,
  pngjs: /^reports\//,
  commander: /^cli\//,
  yaml: /^(pipelines|io)\//,
  zod: /^(pipelines|benchmarks|io)\//,
  tsx: /^(io\/lookup|pipelines\/executors\/.*)\.ts$/,
}

interface Import {
  file: string
  target: string
  types: boolean
  late: boolean // import('…'): when it is asked for
}

/** Every import and re-export of a file; `types` where nothing is left of it at run time. */
function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')
  const found: Import[] = []
  for (const match of text.matchAll(
    /^(?:import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'|^import\s+'([^']+)'/gm,
  )) {
    found.push({ file, target: match[2] ?? match[3]!, types: match[1] !== undefined, late: false })
  }
  for (const match of text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g))
    found.push({ file, target: match[1]!, types: false, late: true })
  return found
}

const isTypes = (room: string) => room === 'contracts.ts' || room === 'tasks.ts'
const roomOf = (file: string) => file.split('/')[0]!
/** A kernel imports its parts without `.ts`, as AssemblyScript wants it. */
const resolved = ({ file, target }: Import) =>
  normalize(join(dirname(file), target.endsWith('.as') ? `${target}.ts` : target))

describe('the house', () => {
  const all = sources.flatMap(importsOf)
  const relative = all.filter(({ target }) => target.startsWith('.'))

  it('has source files and imports to look at', () => {
    assert.ok(
      sources.length > 20 && relative.length > 20,
      `${sources.length} files, ${relative.length} imports`,
    )
  })

  it('lets arrows point down only', () => {
    const wrong = relative.filter((one) => {
      const [from, to] = [roomOf(one.file), roomOf(resolved(one))]
      if (from === to || (one.types && (isTypes(to) || isTypes(from)))) return false
      return !arrows[from]?.includes(to)
    })
    assert.deepEqual(
      wrong.map(({ file, target }) => `${file} imports ${target}`),
      [],
    )
  })

  it('imports files that exist, by their full name', () => {
    const known = new Set(files)
    const wrong = relative.filter((one) => !known.has(resolved(one)))
    assert.deepEqual(
      wrong.map(({ file, target }) => `${file} imports ${target}`),
      [],
    )
  })

  it('has one door per dependency', () => {
    const wrong = all.filter(({ file, target, types }) => {
      if (target.startsWith('.') || target.startsWith('node:')) return false
      const name = target
        .split('/')
        .slice(0, target.startsWith('@') ? 2 : 1)
        .join('/')
      return !(doors[name]?.test(file) ?? false) && !(types && name === '@tensorflow/tfjs')
    })
    assert.deepEqual(
      wrong.map(({ file, target }) => `${file} imports ${target}`),
      [],
    )
  })

  it('makes, fits and judges without a tensor library: every child that does so would load it for a second', () => {
    const heavy = /^(@tensorflow|onnxruntime)/
    const loaded = (entry: string): string[] => {
      const seen = new Set([entry])
      for (const file of seen) {
        const found = file.endsWith('.ts') ? importsOf(file) : [] // else a package
        for (const one of found.filter(({ types, late }) => !types && !late))
          seen.add(one.target.startsWith('.') ? resolved(one) : one.target)
      }
      return [...seen].filter((target) => heavy.test(target))
    }
    const named =
      /^(generators\/\w+|solvers\/(multigrid|cholesky)|baselines\/\w+\/[\w-]+|metrics\/\w+\/[\w-]+)\.ts$/
    const light = sources.filter(
      (file) =>
        named.test(file) || (/^pipelines\/stages\/[\w-]+\.ts$/.test(file) && !file.endsWith('/train.ts')),
    )
    assert.ok(light.length > 20 && loaded('pipelines/stages/train.ts').length === 2)
    assert.deepEqual(
      light.filter((file) => loaded(file).length > 0),
      [],
    )
  })

  it('keeps files under 300 lines', () => {
    const long = files
      .filter((file) => file.endsWith('.ts') && !file.startsWith('test/'))
      .map((file) => [file, readFileSync(join(root, file), 'utf8').split('\n').length - 1] as const)
      .filter(([, lines]) => lines > 300)
    assert.deepEqual(long, [])
  })

  it('has no drawer without a subject and no barrel but the root', () => {
    const drawer = /(^|\/)(utils?|helpers?|common|manager|base|misc)(\.ts|\/)/
    assert.deepEqual(
      files.filter((file) => drawer.test(file)),
      [],
    )
    const barrels = sources.filter((file) => file.endsWith('/index.ts') && file !== 'tensor/index.ts')
    assert.deepEqual(barrels, [])
  })

  it('draws no number and reads no clock or environment where bytes are made', () => {
    const free = /^(cli|pipelines|benchmarks|tensor\/devices)/
    const wrong: string[] = []
    for (const file of sources) {
      const text = readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
      if (/Math\.random\(/.test(text)) wrong.push(`${file}: Math.random`)
      if (!free.test(file) && /Date\.now|new Date\(\)|process\.env/.test(text))
        wrong.push(`${file}: clock or environment`)
    }
    assert.deepEqual(wrong, [])
  })

  it('makes generated data from + − × ÷ √ alone', () => {
    const wrong = sources
      .filter((file) =>
        /^(generators|math\/(rng|philox|elementary|fft|butterflies)|kernels\/.*\.as)/.test(file),
      )
      .filter((file) => {
        const text = readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
        return /Math\.(exp|log|sin|cos|tan|pow|cbrt|hypot|atan|expm1|log1p|log2|log10)\b|\*\*/.test(text)
      })
    assert.deepEqual(wrong, [])
  })

  it('locks every optional package of every platform, which npm ci demands and npm install may leave out', () => {
    type Entry = { optionalDependencies?: Record<string, string> }
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, Entry>
    }
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => {
        return !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`]
      }),
    )
    assert.deepEqual(missing, [])
  })
})
