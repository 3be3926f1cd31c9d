/** The exported network of a run, run again and compared with what the run stored. For `fieldrank export --format onnx`. */
import { reproduce as reproduceRun } from '../../benchmarks/reproduce.ts'
import type { Json } from '../../contracts.ts'
import type { GuardedWork } from '../guarded-main.ts'

const reproduce: GuardedWork = async (request, progress) => {
  const { run, data } = request as { run: string; data: string }
  return (await reproduceRun({ run, data }, progress)) as unknown as Json
}

export default reproduce
