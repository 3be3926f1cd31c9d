/**
 * What the file is, before anything in it is parsed. A file is known by its content: a pickle named `.parquet` is a pickle.
 * Signatures are those of the formats' own specifications; those that could run or unpack are named one by one.
 */
import type { Rule } from '../rule.ts'

/** The whole file would do as well; the rules look at both ends alone. */
export interface Ends {
  size: number
  head: Uint8Array // the first 512 bytes, or fewer
  tail: Uint8Array // the last 65,557 bytes, or fewer: where a zip reader looks for its directory
}

export const HEAD = 512
export const TAIL = 65_557
/** ELF, Windows, macOS on 64 bits of either order. */
const PROGRAMS = ['\x7fELF', 'MZ', '\xcf\xfa\xed\xfe', '\xfe\xed\xfa\xcf']
const MOST = 2 ** 31 - 1 // what Node reads as one piece

const signatures: readonly (readonly [id: string, what: string, matches: (head: Buffer) => boolean])[] = [
  ['not-pickle', 'a Python pickle, which can run code', isPickle],
  ['not-zip', 'a zip archive (.npz, .pt, .keras and .jar are zips too)', starts('PK\x03\x04')],
  ['not-gzip', 'a gzip file', starts('\x1f\x8b')],
  ['not-zstd', 'a zstd file', starts('\x28\xb5\x2f\xfd')],
  ['not-bzip2', 'a bzip2 file', starts('BZh')],
  ['not-xz', 'an xz file', starts('\xfd7zXZ\0')],
  ['not-tar', 'a tar archive', (head) => head.toString('latin1', 257, 262) === 'ustar'],
  [
    'not-html',
    'an HTML page: a download that failed?',
    (head) => /^\s*<(!doctype|html|head|script|svg|\?xml)/i.test(latin(head)),
  ],
  ['not-json', 'JSON', (head) => /^\s*[{[]\s*["{[\]}\d]/.test(latin(head))],
  ['not-numpy', 'a NumPy array, which may hold pickled objects', starts('\x93NUMPY')],
  ['not-hdf5', 'an HDF5 file', starts('\x89HDF')],
  ['not-arrow', 'an Arrow file', starts('ARROW1')],
  ['not-feather', 'a Feather file', starts('FEA1')],
  ['not-orc', 'an ORC file', starts('ORC')],
  ['not-avro', 'an Avro file', starts('Obj\x01')],
  ['not-sqlite', 'a SQLite database', starts('SQLite format 3')],
  ['not-pdf', 'a PDF', starts('%PDF')],
  ['not-executable', 'a program', (head) => PROGRAMS.some((magic) => latin(head).startsWith(magic))],
  ['not-script', 'a script', starts('#!')],
  [
    'not-lfs-pointer',
    'a Git LFS pointer: the file itself was not fetched',
    starts('version https://git-lfs'),
  ],
  [
    'not-onnx',
    'an ONNX model: fieldrank predict turns it into predictions',
    (head) => head[0] === 8 && head[1]! >= 1 && head[1]! <= 32 && head[2] === 0x12,
  ],
  [
    'not-safetensors',
    'a safetensors file',
    (head) => head.length > 8 && head[8] === 0x7b && head.readUInt32LE(4) === 0,
  ],
  ['not-encrypted', 'an encrypted Parquet file', starts('PARE')],
  [
    'not-csv',
    'a text file',
    (head) => head.length > 0 && !latin(head).startsWith('PAR1') && /^[\t\n\r\x20-\x7e]+$/.test(latin(head)),
  ],
]

export const bytesRules: readonly Rule<Ends>[] = [
  {
    id: 'file-not-empty',
    says: 'The file holds something.',
    flaw: ({ size }) => (size === 0 ? 'the file is empty' : null),
  },
  {
    id: 'file-size',
    says: 'The file is smaller than 2 GiB.',
    flaw: ({ size }) => (size > MOST ? `the file has ${size} bytes, at most ${MOST} are read` : null),
  },
  ...signatures.map(([id, what, matches]) => ({
    id,
    says: `The file is not ${what}.`,
    flaw: ({ head }: Ends) =>
      matches(Buffer.from(head)) ? `this is ${what}, expected a Parquet file` : null,
  })),
  {
    id: 'magic-head',
    says: 'A Parquet file begins with PAR1.',
    flaw: ({ head }) =>
      latin(head).startsWith('PAR1') ? null : 'does not begin with PAR1, expected a Parquet file',
  },
  {
    id: 'magic-tail',
    says: 'A Parquet file ends with PAR1.',
    flaw: ({ tail }) =>
      latin(tail).endsWith('PAR1') ? null : 'does not end with PAR1: cut off, or written on',
  },
  {
    id: 'footer-length',
    says: 'The footer lies within the file.',
    flaw({ size, tail }) {
      const length = size < 12 ? size : Buffer.from(tail).readUInt32LE(tail.length - 8)
      return length + 12 > size ? `the footer is said to have ${length} bytes, the file has ${size}` : null
    },
  },
  {
    id: 'not-polyglot',
    says: 'The file is not a zip archive as well.',
    flaw: ({ tail }) =>
      hasDirectory(Buffer.from(tail))
        ? 'holds the directory of a zip archive: two formats in one file'
        : null,
  },
]

/** Protocols 2 to 5 begin with 0x80; older ones with a mark, a global or a dictionary, and end with a point. */
function isPickle(head: Buffer): boolean {
  if (head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5) return true
  return /^(\(?c[\w.]+\n\w+\n|\(dp\d|\(lp\d|\(i[\w.]+\n)/.test(latin(head))
}

/** An end-of-directory record whose comment ends where the file does. */
function hasDirectory(tail: Buffer): boolean {
  for (
    let at = tail.lastIndexOf('PK\x05\x06');
    at !== -1;
    at = at === 0 ? -1 : tail.lastIndexOf('PK\x05\x06', at - 1)
  ) {
    if (at + 22 <= tail.length && at + 22 + tail.readUInt16LE(at + 20) === tail.length) return true
  }
  return false
}

function starts(text: string): (head: Buffer) => boolean {
  return (head) => latin(head).startsWith(text)
}

function latin(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
