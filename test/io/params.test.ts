import assert from 'node:assert/strict'
import type { Params } from '../../contracts.ts'
import { withDefaults } from '../../io/params.ts'

const defaults: Params = {
  channels: 32,
  act: 'gelu',
  dilations: [1, 2],
  window: null,
  deep: { on: true },
  on: false,
}

describe('params', () => {
  it('overrides by name and leaves the rest, and the defaults themselves', () => {
    const before = structuredClone(defaults)
    assert.deepEqual(withDefaults('model x', defaults, { channels: 8, window: [1, 2] }), {
      ...defaults,
      channels: 8,
      window: [1, 2],
    })
    assert.deepEqual(withDefaults('model x', defaults), defaults)
    assert.deepEqual(defaults, before)
  })

  const wrong: [Params, string][] = [
    [{ channels: '32' }, `model unet: param 'channels' must be a number like its default 32 (got "32")`],
    [{ dilations: 1 }, `model unet: param 'dilations' must be a list like its default [1,2] (got 1)`],
    [{ deep: [] }, `model unet: param 'deep' must be an object like its default {"on":true} (got [])`],
    [{ on: 0 }, `model unet: param 'on' must be a boolean like its default false (got 0)`],
    [
      { chanels: 1 },
      `model unet: unknown param 'chanels' (known: channels, act, dilations, window, deep, on). Did you mean 'channels'?`,
    ],
    [
      JSON.parse('{"__proto__":1}'),
      `model unet: unknown param '__proto__' (known: channels, act, dilations, window, deep, on).`,
    ],
  ]
  for (const [overrides, message] of wrong) {
    it(`refuses ${JSON.stringify(overrides)}`, () =>
      assert.throws(() => withDefaults('model unet', defaults, overrides), { name: 'UserError', message }))
  }

  it('says that there are none', () => {
    assert.throws(() => withDefaults('loss x', {}, { a: 1 }), {
      message: "loss x: unknown param 'a' (it has none).",
    })
  })
})
