/** Group E6: what a workflow of a submission repository must keep. Each breach is a sentence. */
import { parse } from 'yaml'

interface Step {
  uses?: string
  run?: string
  with?: Record<string, unknown>
  env?: Record<string, unknown>
}
interface Job {
  if?: string
  permissions?: Record<string, string> | string
  steps?: Step[]
  'timeout-minutes'?: number
}
interface Workflow {
  on: Record<string, { types?: string[] } | null>
  permissions?: Record<string, string> | string
  jobs: Record<string, Job>
}

export function breaches(text: string): string[] {
  const workflow = parse(text) as Workflow
  const found: string[] = []
  if (/\bsecrets\b/.test(text.replace(/#.*$/gm, ''))) found.push('a job knows secrets')
  if (JSON.stringify(workflow.permissions) !== '{}') found.push('the workflow grants permissions to all jobs')
  if (workflow.on.pull_request === undefined) found.push('proposals are not checked')
  if (!workflow.on.pull_request_target?.types?.includes('synchronize'))
    found.push('new commits do not void an approval')
  if (Object.keys(workflow.on.pull_request_target ?? { types: 0 }).some((key) => key !== 'types'))
    found.push('pull_request_target has more than types')
  for (const [name, job] of Object.entries(workflow.jobs)) found.push(...ofJob(name, job))
  if (!/--remove-label approved/.test(text)) found.push('no job takes the label away')
  return found
}

function ofJob(name: string, job: Job): string[] {
  const found: string[] = []
  const say = (what: string) => found.push(`${name}: ${what}`)
  const isTrusted = job.if === "github.event_name == 'pull_request_target'"
  if (!isTrusted && job.if !== "github.event_name == 'pull_request'")
    say('does not say which event it is for')
  if (typeof job['timeout-minutes'] !== 'number') say('has no time limit')
  const rights = Object.entries(
    typeof job.permissions === 'object' ? job.permissions : { all: String(job.permissions) },
  )
  const allowed = isTrusted ? 'pull-requests: write' : 'contents: read'
  if (rights.some(([what, how]) => `${what}: ${how}` !== allowed)) say(`may do more than ${allowed}`)
  for (const { uses, run, env, with: options } of job.steps ?? []) {
    if (uses !== undefined && !/^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/.test(uses))
      say(`${uses} is not pinned by 40 digits`)
    if (uses !== undefined && isTrusted) say(`${uses} runs with rights to write`)
    if (uses?.includes('/checkout@') && options?.['persist-credentials'] !== false)
      say('the checkout keeps the token')
    if (run !== undefined && /\$\{\{/.test(run)) say('a script is put together from an event')
    if (!isTrusted && JSON.stringify(env ?? {}).includes('token')) say('a token reaches the proposal')
    if (run !== undefined && !isTrusted && /\b(npm (ci|run|test|start)|npx|sh |bash |\.\/)/.test(run))
      say(`runs what the proposal may bring (${run})`)
    if (run !== undefined && /npm install/.test(run) && !/--ignore-scripts/.test(run))
      say('installs with scripts')
  }
  return found
}

/** Ways to break it: each must be found. */
export const mutations: readonly (readonly [what: string, change: (text: string) => string])[] = [
  ['a tag in place of a hash', (text) => text.replace(/checkout@[0-9a-f]{40}/, 'checkout@v4')],
  ['a short hash', (text) => text.replace(/(setup-node@[0-9a-f]{12})[0-9a-f]{28}/, '$1')],
  ['a secret in the check', (text) => text.replace('FIELDRANK: 0.1.0', `KEY: ${expression('secrets.KEY')}`)],
  ['rights for all', (text) => text.replace('permissions: {}', 'permissions: write-all')],
  ['no rights said', (text) => text.replace('permissions: {}\n', '')],
  ['rights to write in the check', (text) => text.replace('contents: read', 'contents: write')],
  ['credentials kept', (text) => text.replace('persist-credentials: false', 'persist-credentials: true')],
  ['credentials kept by default', (text) => text.replace(/ +persist-credentials: false\n/, '')],
  [
    'an event in a script',
    (text) => text.replace('"origin/$BASE"', `"origin/${expression('github.head_ref')}"`),
  ],
  ['a script of the proposal', (text) => text.replace(/node tool\S+ check-submissions/, 'npm test &&')],
  [
    'npx in the checkout',
    (text) => text.replace(/node tool\S+ check-submissions/, 'npx fieldrank check-submissions'),
  ],
  ['install scripts', (text) => text.replace('--ignore-scripts ', '')],
  ['the label stays', (text) => text.replace('--remove-label approved', '--add-label approved')],
  ['new commits void nothing', (text) => text.replace('[synchronize]', '[labeled]')],
  [
    'a checkout with rights',
    (text) =>
      text
        .replace(
          /( {4}steps:\n {6}- name: new commits)/,
          '    steps:\n      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683\n$1',
        )
        .replace(
          /steps:\n( {6}- uses: actions\/checkout@11bd71901bbe5b1630ceea73d27597364c9af683\n) {4}steps:\n/,
          'steps:\n$1',
        ),
  ],
  ['a job for any event', (text) => text.replace("    if: github.event_name == 'pull_request'\n", '')],
  ['no time limit', (text) => text.replace(/ +timeout-minutes: 60\n/, '')],
  [
    'a token for the check',
    (text) =>
      text.replace(`BASE: ${expression('github.base_ref')}`, `GH_TOKEN: ${expression('github.token')}`),
  ],
  ['more rights for the label', (text) => text.replace('pull-requests: write', 'contents: write')],
]

function expression(inner: string): string {
  return ['$', '{{ ', inner, ' }}'].join('')
}
