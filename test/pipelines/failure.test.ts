import assert from 'node:assert/strict'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { failureOf } from '../../pipelines/failure.ts'
import { temporaryFolder } from '../io/tables.ts'

describe('pipelines/failure', () => {
  const at = temporaryFolder()
  const failure = async (work: Promise<unknown>) => failureOf(await work.catch((error) => error))

  it('says in a sentence that a folder stands where a file is to be, and the other way round', async () => {
    await mkdir(at('folder'))
    await writeFile(at('file'), '')
    assert.deepEqual(await failure(rename(at('file'), at('folder'))), {
      message: `${at('folder')}: this is a folder, and no file`,
      isUser: true,
    })
    for (const path of [at('file'), at('file/below')])
      assert.deepEqual(await failure(mkdir(path, { recursive: true })), {
        message: `${path}: part of this path is a file, and no folder`,
        isUser: true,
      })
  })

  it('takes for a bug what it does not know', () => {
    const read = Object.assign(new Error('EISDIR: read'), { code: 'EISDIR', syscall: 'read' })
    const { isUser, stack } = failureOf(read)
    assert.equal(isUser, false)
    assert.match(stack!, /EISDIR/)
    assert.deepEqual(failureOf('a text'), { message: 'a text', isUser: false })
  })
})
