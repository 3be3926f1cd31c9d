/** Between TensorFlow.js, which keeps the channels of an image last, and ONNX, which wants them first. */
import type { Shape } from '../graph.ts'
import type { Builder } from './builder.ts'

/** [B, sides…, C] → [B, C, sides…]; `like` has the rank. */
export function channelsFirst(g: Builder, image: string, { shape: { length } }: { shape: Shape }): string {
  return g.transpose(image, [0, length - 1, ...spatial(length)])
}

export function channelsLast(g: Builder, image: string, { shape: { length } }: { shape: Shape }): string {
  return g.transpose(image, [0, ...spatial(length).map((axis) => axis + 1), 1])
}

function spatial(rank: number): number[] {
  return [...Array(rank - 2).keys()].map((i) => i + 1)
}
