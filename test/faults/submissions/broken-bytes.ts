/** Files that are no Parquet file, or not the whole of one. */
import { bytesRules, type Ends } from '../../../benchmarks/submission/rules/bytes.ts'
import type { Rng } from '../../../contracts.ts'
import type { Break } from './break.ts'
import { ends, footerOf, pick, whole } from './valid.ts'

const text = (value: string) => (): Buffer => Buffer.from(value, 'latin1')
const heads: Readonly<Record<string, (stream: Rng) => Buffer>> = {
  'not-pickle': (stream) =>
    pick(stream, [Buffer.of(0x80, 2 + stream.integer(4), 0x95), Buffer.from('cos\nsystem\n(S')]),
  'not-zip': text('PK\x03\x04'),
  'not-gzip': text('\x1f\x8b\x08'),
  'not-zstd': text('\x28\xb5\x2f\xfd'),
  'not-bzip2': text('BZh9'),
  'not-xz': text('\xfd7zXZ\0'),
  'not-tar': () => Buffer.concat([Buffer.alloc(257, 1), Buffer.from('ustar')]),
  'not-html': (stream) =>
    Buffer.from(
      pick(stream, ['<!DOCTYPE html>', '  <html>', '<script>alert(1)</script>', '\n<svg onload=x>']),
    ),
  'not-json': (stream) => Buffer.from(pick(stream, ['{"a": 1}', ' [[1, 2]]', '{}'])),
  'not-numpy': text('\x93NUMPY\x01\0'),
  'not-hdf5': text('\x89HDF\r\n\x1a\n'),
  'not-arrow': text('ARROW1\0\0'),
  'not-feather': text('FEA1'),
  'not-orc': text('ORC'),
  'not-avro': text('Obj\x01'),
  'not-sqlite': text('SQLite format 3\0'),
  'not-pdf': text('%PDF-1.7'),
  'not-executable': (stream) =>
    pick(stream, [Buffer.from('\x7fELF', 'latin1'), Buffer.from('MZ\x90\0', 'latin1')]),
  'not-script': text('#!/bin/sh\nrm -rf x'),
  'not-lfs-pointer': text('version https://git-lfs.github.com/spec/v1\n'),
  'not-onnx': text('\x08\x0a\x12\x07pytorch'),
  'not-safetensors': text('\x40\0\0\0\0\0\0\0{"a":{}}'),
  'not-encrypted': text('PARE'),
  'not-csv': text('row,x\n1,2\n'),
  'magic-head': text('\x01\x02\x03\x04'),
}

export const bytesBreaks: Break[] = [
  bytes('file-not-empty', () => whole(Buffer.alloc(0)), 'empty'),
  bytes('file-size', (stream) => ({ ...ends(stream), size: 2 ** 31 }), '2147483648'),
  ...Object.entries(heads).map(([id, head]) =>
    bytes(
      id,
      (stream) => {
        const start = head(stream)
        const rest =
          id === 'not-csv'
            ? Buffer.from('3,4\n'.repeat(200))
            : Buffer.concat([Buffer.alloc(700), Buffer.from('PAR1')])
        return whole(Buffer.concat([start, rest]))
      },
      'expected a Parquet file',
    ),
  ),
  bytes('magic-tail', (stream) => cutShort(ends(stream), 1 + stream.integer(20)), 'PAR1'),
  bytes(
    'footer-length',
    (stream) => {
      const { head } = ends(stream)
      return whole(Buffer.concat([head, footerOf(1e6 + stream.integer(1e9)), Buffer.from('PAR1')]))
    },
    'is said to have',
  ),
  bytes(
    'not-polyglot',
    (stream) => {
      const directory = Buffer.alloc(22)
      directory.write('PK\x05\x06', 'latin1')
      directory.writeUInt16LE(8, 20) // the comment of the zip is the end of the Parquet file
      return whole(Buffer.concat([ends(stream).head, directory, footerOf(9), Buffer.from('PAR1')]))
    },
    'zip',
  ),
]

function bytes(id: string, given: (stream: Rng) => Ends, names: string): Break {
  return { id, draw: (stream) => ({ rules: bytesRules as never, given: given(stream), names }) }
}

function cutShort({ tail }: Ends, by: number): Ends {
  return whole(Buffer.from(tail.subarray(0, tail.length - by)))
}
