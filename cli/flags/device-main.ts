/** The process that tries a device. argv: its name, and `here` or `elsewhere`; why a training would refuse it, or null, goes to the parent. */
import { openEngine } from '../../benchmarks/network.ts'
import { devices } from '../../tensor/devices.ts'

const [device, where] = process.argv.slice(2) as [string, string]
process.send!(await refusal(), () => process.exit(0))

async function refusal(): Promise<string | null> {
  if (where === 'elsewhere' && ['gpu', ...devices].includes(device)) return null // that machine may have it
  const error = await openEngine({ device }).catch((error: Error) => error)
  return error instanceof Error ? error.message : null
}
