import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import graph from '../../cli/graph.ts'
import list from '../../cli/list.ts'
import status from '../../cli/status.ts'
import type { Verb } from '../../cli/verb.ts'
import { namesIn } from '../../io/lookup.ts'
import { compiledCli } from '../pipelines/compiled.ts'
import { runFor } from '../pipelines/killing.ts'
import { mistakeOf, runToy, type Toy, toy } from '../pipelines/toy.ts'
import { printed } from './printed.ts'

describe('fieldrank', () => {
  before(compiledCli)
  const verbs = namesIn('cli').filter((name) => name !== 'main' && name !== 'verb')
  const cli = (...args: string[]) => runFor([process.execPath, compiledCli(), ...args], null, 'SIGTERM')

  it('shows its verbs with examples', async () => {
    for (const args of [[], ['--help'], ['-h'], ['help']]) {
      const { code, output, errors } = await cli(...args)
      assert.deepEqual([code, errors], [0, ''])
      for (const word of [...verbs, 'Examples:\n  $ fieldrank run']) assert.ok(output.includes(word))
    }
    assert.match(
      (await cli('run', '--help')).output,
      /--keep-going[\s\S]*Examples:\n {2}\$ fieldrank run --profile smoke/,
    )
    const usage = async (verb: string) => (await cli(verb, '--help')).output
    assert.match(await usage('export'), /--as-published[\s\S]*order p = i \+ n j\.[\s\S]*Examples:/)
    assert.match(await usage('predict'), /on the machine of the one who asks[\s\S]*Examples:/)
    const asked = await cli('help', 'graph')
    assert.deepEqual([asked.code, asked.output], [0, await usage('graph')])
  })

  it('knows its version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
    assert.equal((await cli('--version')).output, `${version}\n`)
  })

  it('prints no control character that it was given', async () => {
    const { code, errors } = await cli('inspect', 'a\u001b[2J\u009b1A.parquet')
    assert.deepEqual([code, errors], [2, 'inspect: no such file or folder (a·[2J·1A.parquet)\n'])
  })

  it('answers a wrong verb or flag with one sentence and exit code 2', async () => {
    const cases: [string[], string][] = [
      [['statsu'], `unknown verb 'statsu' (${verbs.join(', ')}). Did you mean 'status'?\n`],
      [['--verison'], "unknown option '--verison' (Did you mean --version?). See fieldrank --help\n"],
      [
        ['list', 'a', 'b'],
        "too many arguments for 'list'. Expected 1 argument but got 2. See fieldrank list --help\n",
      ],
      [['status', '--bogus'], "unknown option '--bogus'. See fieldrank status --help\n"],
      [['help', 'statsu'], `unknown verb 'statsu' (${verbs.join(', ')}). Did you mean 'status'?\n`],
      [
        ['graph', '--profile', 'smoek'],
        "unknown profile 'smoek' in pipeline.yaml (tiny, smoke, small, extended, full). Did you mean 'smoke'?\n",
      ],
    ]
    for (const [args, sentence] of cases) {
      const { code, output, errors } = await cli(...args)
      assert.deepEqual([code, output, errors], [2, '', sentence])
    }
  })

  it('has verbs that say what they do', async () => {
    for (const name of verbs) {
      const { default: verb }: { default: Verb } = await import(`../../cli/${name}.ts`)
      assert.match(verb.about, /^\S.*[^.]$/, `cli/${name}.ts: about is one sentence without its full stop`)
      assert.ok(
        verb.examples?.every((line) => line.startsWith(`fieldrank ${name}`)),
        `examples of ${name}`,
      )
    }
  })
})

describe('fieldrank status, graph, list', () => {
  let one: Toy
  beforeEach(() => {
    one = toy()
  })
  afterEach(() => one.remove())
  const options = () => ({ profile: 'toy', file: one.file, data: one.data, stages: one.stages })
  const text = async (verb: Verb, args: string[], more: Record<string, unknown> = {}) =>
    (await printed(() => verb.run(args, { ...options(), ...more }))).text

  it('status says what would run, and why, alike stages as one', async () => {
    assert.equal(
      await text(status, ['sum']),
      'would run 4 of 4 stages\n  rows@1: never ran\n  rows@2: never ran\n  sum@1: never ran\n  sum@2: never ran\n',
    )
    assert.match(
      await text(status, [], { axis: ['value=1,2,3,4'] }),
      /^would run 9 of 9 stages\n {2}rows × 4: never ran\n/,
    )
    await runToy(one)
    assert.equal(await text(status, []), 'nothing to do: 5 stages are up to date\n')
    assert.equal(
      await text(status, ['sum@1'], { set: ['shards=2'] }),
      'would run 2 of 2 stages\n  rows@1: params.shards 3 → 2\n  sum@1: rows@1 runs before it\n',
    )
    assert.equal(
      await text(status, ['sum@1'], { axis: ['value=1'], force: true }),
      'nothing to do: 2 stages are up to date\n',
    )
  })

  it('graph draws the stages', async () => {
    assert.equal(await text(graph, [], { format: 'text' }), 'rows × 2\nsum × 2 ← rows × 2\ntotal ← sum × 2\n')
    assert.match(
      await text(graph, ['sum@1'], { format: 'mermaid', ids: true }),
      /^flowchart LR\n {2}s0\["rows@1"\]\n/,
    )
    const [first] = JSON.parse(await text(graph, [], { format: 'json' }))
    assert.deepEqual(first, {
      id: 'rows@1',
      run: 'rows',
      deps: [],
      outs: ['rows/1'],
      params: { value: 1, shards: 3, pause: 0 },
      device: 'cpu',
      needs: [],
    })
    assert.equal(
      await mistakeOf(graph.run([], { ...options(), format: 'mermiad' })),
      "--format: unknown format 'mermiad' (text, mermaid, json). Did you mean 'mermaid'?",
    )
  })

  it('list shows kinds, and what there is of one', async () => {
    assert.match(
      await text(list, []),
      /^generators {2}generators \(\d+\)\n[\s\S]*models +models\/operators \(\d+\), .*models\/recommenders/,
    )
    const logs = await text(list, ['sources'])
    assert.match(logs, /^ {2}gowalla {2}.*\n.*\n {6}https:\S+ → data\/cache\/gowalla\.txt\.gz$/m)
    const solvers = await text(list, ['solvers'])
    assert.match(solvers, /^solvers\n {2}\S+ +\S/)
    assert.match(solvers, /^ {2}cholesky +.+ \[?.*$/m)
    assert.doesNotMatch(solvers, /stencil/) // a part that lies beside the names
    assert.match(await text(list, ['metric']), /^metrics\/operators\n[\s\S]*metrics\/recommenders\n/)
    assert.match(
      await mistakeOf(list.run(['solver s'], {})),
      /^unknown kind 'solver s' .* Did you mean 'solvers'\?$/,
    )
  })

  it('looks for the data where it is told', async () => {
    await runToy(one)
    assert.equal(
      await text(status, [], { data: join(one.folder, 'elsewhere') }).then((said) => said.split('\n')[0]),
      'would run 5 of 5 stages',
    )
  })
})
