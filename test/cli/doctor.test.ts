import assert from 'node:assert/strict'
import { isSound, tryDevice, type Verdict } from '../../cli/doctor/trials.ts'
import doctor from '../../cli/doctor.ts'
import { UserError } from '../../io/errors.ts'
import { printed } from './printed.ts'

describe('fieldrank doctor', () => {
  it('tries the devices it is asked for, each in a process of its own', async () => {
    const { code, text } = await printed(() => doctor.run(['cpu'], {}))
    assert.equal(code, 0)
    const [head, cpu] = text.split('\n')
    assert.match(head!, /^device +works +gradients +residual +solution +fields$/)
    assert.match(cpu!, /^cpu +yes( +\d\.\de-\d+){4}$/)
  })

  it('answers a wrong name with one sentence', async () => {
    await assert.rejects(
      doctor.run(['gpu'], {}),
      new UserError("doctor: no device 'gpu' (cpu, webgpu, cuda, tensorflow, eager)"),
    )
  })

  it('takes nothing for sound that it has not measured, or that is out of bounds', async () => {
    const verdict = await tryDevice('cpu', 6)
    assert.ok(isSound(verdict))
    const off: Partial<Verdict>[] = [
      { missing: 'none' },
      { training: 1e-3 },
      { training: Number.NaN },
      { solving: { residual: 1e-9, apart: 0 } },
      { solving: { residual: 0, apart: 1e-7 } },
      { fields: 1e-4 },
    ]
    for (const wrong of off) assert.ok(!isSound({ ...verdict, ...wrong }))
  })
})
