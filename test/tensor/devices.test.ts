import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { devices, findDevice, whyNot } from '../../tensor/devices.ts'
import { readProfile } from '../../tensor/placement.ts'

describe('tensor/devices', () => {
  it('has cpu and eager everywhere', async () => {
    assert.deepEqual(await findDevice('cpu'), { device: 'cpu' })
    assert.deepEqual(await findDevice('eager'), { device: 'eager' })
  })

  it('names the devices when there is none of that name', async () => {
    assert.deepEqual(await findDevice('webgl'), {
      missing: "device must be one of cpu, webgpu, cuda, tensorflow, eager, gpu (got 'webgl')",
    })
  })

  it('has the others, or says in one line why not and what to install', async () => {
    for (const device of devices) {
      const missing = await whyNot(device)
      assert.deepEqual(await findDevice(device), missing === null ? { device } : { missing })
      if (missing === null) continue
      assert.match(missing, new RegExp(`^device '${device}' .*(install|rebuild)`))
      assert.ok(!missing.includes('\n'))
    }
    const gpu = await findDevice('gpu')
    const [webgpu, cuda] = [await whyNot('webgpu'), await whyNot('cuda')]
    if (webgpu !== null && cuda !== null) assert.deepEqual(gpu, { missing: `${webgpu}; ${cuda}` })
    else assert.deepEqual(gpu, { device: webgpu === null ? 'webgpu' : 'cuda' })
  })
})

describe('tensor/devices, the first of tensor/ that a process loads', () => {
  it('answers as later on, where no backend was open yet', async () => {
    const ask =
      "import('./tensor/devices.ts').then((m) => m.findDevice('gpu')).then((found) => console.log(JSON.stringify(found)))"
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', '--eval', ask])
    assert.deepEqual(JSON.parse(stdout), await findDevice('gpu'))
  })
})

describe('tensor/placement', () => {
  it('reads from a profile which kernels ran on the cpu', () => {
    const event = (name: string, op: string, provider: string) => ({ name, args: { op_name: op, provider } })
    const profile = [
      { name: 'session_initialization', args: {} },
      event('Add/1/Add/0_kernel_time', 'Add', 'WebGpuExecutionProvider'),
      event('TopK/2/Cast/7_kernel_time', 'Cast', 'CPUExecutionProvider'),
      event('TopK/2/Cast/7_fence_before', 'Cast', 'CPUExecutionProvider'),
    ]
    assert.deepEqual(readProfile(JSON.stringify(profile)), {
      nodes: 2,
      onCpu: [{ node: 'TopK/2/Cast/7', op: 'Cast' }],
    })
  })
})
