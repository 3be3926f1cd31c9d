/** The opset that an ONNX file asks for, read from the outermost protobuf message alone: ModelProto, field 8, opset_import. */

/** Version of the standard operators (domain '' or 'ai.onnx'); null where there is none, or the bytes are no protobuf. */
export function opsetOf(bytes: Uint8Array): number | null {
  for (const [field, value] of fieldsOf(bytes)) {
    if (field !== 8 || typeof value === 'number') continue
    const own = new Map(fieldsOf(value))
    const [domain, version] = [own.get(1), own.get(2)]
    const name = domain === undefined || typeof domain === 'number' ? '' : Buffer.from(domain).toString()
    if ((name === '' || name === 'ai.onnx') && typeof version === 'number') return version
  }
  return null
}

type Field = [number: number, value: number | Uint8Array]

/** Fields of one message in order; ends where the bytes make no sense. Nothing is copied. */
function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let shift = 0; at < bytes.length && shift < 64; shift += 7) {
      const byte = bytes[at++]!
      value += (byte & 127) * 2 ** shift
      if (byte < 128) return value
    }
    return Number.NaN
  }
  while (at < bytes.length) {
    const key = varint()
    const [field, wire] = [Math.floor(key / 8), key % 8]
    if (wire === 0) yield [field, varint()]
    else if (wire === 2) {
      const length = varint()
      if (!(length <= bytes.length - at)) return
      yield [field, bytes.subarray(at, (at += length))]
    } else if (wire === 1 || wire === 5) at += wire === 1 ? 8 : 4
    else return
  }
}
