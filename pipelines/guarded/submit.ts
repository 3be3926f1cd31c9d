/** The predictions of a stranger, checked and scored. For `fieldrank submit` and `check-submissions`. */
import { type JudgeRequest, judge } from '../../benchmarks/submission/judge.ts'
import type { Json } from '../../contracts.ts'
import type { GuardedWork } from '../guarded-main.ts'

const submit: GuardedWork = async (request) =>
  (await judge(request as unknown as JudgeRequest)) as unknown as Json

export default submit
