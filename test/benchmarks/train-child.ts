/** One training run in a process that a test may kill: argv is { request, data, out, journal }; a line on stdout after each step. */
import { train } from '../../benchmarks/train.ts'
import { openJournal } from '../../pipelines/journal.ts'
import { testContext } from '../context.ts'

const { request, data, out, journal } = JSON.parse(process.argv[2]!)
const open = await openJournal(journal, 'the same key')
const progress = (done: number) => process.stdout.write(`${done}\n`)
await train(request, { data, out }, testContext(out, { journal: open, progress }))
await open.close()
