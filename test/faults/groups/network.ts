/** Group D: servers, cuts, addresses, names, links and mirrors that mean no good, or cannot do better. */
import type { Group } from '../checks.ts'
import { addresses } from '../network/addresses.ts'
import { cuts } from '../network/cuts.ts'
import { mirrors } from '../network/mirrors.ts'
import { misbehaving } from '../network/misbehaving.ts'
import { names } from '../network/names.ts'
import { planted } from '../network/planted.ts'
import { FAULTS } from '../server.ts'

const group: Group = {
  about: 'servers, cuts, addresses, names, links, mirrors',
  checks: [
    {
      name: 'D1 server that misbehaves',
      smoke: 3 * FAULTS.length,
      full: 200 * FAULTS.length,
      run: misbehaving,
    },
    { name: 'D2 cut at random bytes', smoke: 20, full: 2000, run: cuts },
    { name: 'D3 private addresses', smoke: 200, full: 1000, run: addresses },
    { name: 'D4 names of a manifest', smoke: 120, full: 5000, run: names },
    { name: 'D5 links and pipes in the folder', smoke: 48, full: 240, run: planted },
    { name: 'D6 mirrors', smoke: 6, full: 50, run: mirrors },
  ],
}

export default group
