/** What the tests use of parquetjs-lite, which has no types. */
declare module 'parquetjs-lite' {
  const parquetjs: {
    ParquetReader: {
      openFile(path: string): Promise<{
        // biome-ignore lint/suspicious/noExplicitAny: a row is whatever the file holds
        getCursor(): { next(): Promise<any> }
        close(): Promise<void>
      }>
    }
  }
  export default parquetjs
}
