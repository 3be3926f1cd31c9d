/** The device webgpu against eager, on a GPU or on the Vulkan in software that Debian's chromium brings along. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { build, install, root, run } from './setup.mjs'

const SOFTWARE = '/usr/lib/chromium/vk_swiftshader_icd.json'
const HINT = 'apt-get install --no-install-recommends chromium libvulkan1'

install()
build()
const { VK_ICD_FILENAMES: given } = process.env
const isHardware = process.argv.includes('--hardware')
if (!given && !isHardware && !existsSync(SOFTWARE)) {
  console.error(
    `test:webgpu: no Vulkan in software (${SOFTWARE}). ${HINT}; with a GPU: npm run test:webgpu -- --hardware`,
  )
  process.exit(2)
}
const driver = isHardware ? {} : { VK_ICD_FILENAMES: given ?? SOFTWARE }
console.log(`driver: ${isHardware ? 'of this machine' : driver.VK_ICD_FILENAMES}`)
const others = process.argv.slice(2).filter((word) => word !== '--hardware')
const mocha = [
  join(root, 'node_modules/mocha/bin/mocha.js'),
  '--reporter',
  'spec',
  '--exit',
  ...others,
  'test/gpu/webgpu.ts',
]
process.exit(run(process.execPath, mocha, { env: { ...process.env, ...driver } }))
