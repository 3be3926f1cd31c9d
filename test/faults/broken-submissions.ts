/**
 * Group E1: for every rule of a submission a way to break it and nothing before it. `given(stream)` is drawn anew at each call, so
 * that a rule can be broken in many ways; `names` is what the message must say beside the rule: the row, the column, the value.
 */
import type { Break } from './submissions/break.ts'
import { bytesBreaks } from './submissions/broken-bytes.ts'
import { columnBreaks } from './submissions/broken-columns.ts'
import { footerBreaks } from './submissions/broken-footer.ts'
import { statementBreaks } from './submissions/broken-statement.ts'

export const breaks: readonly Break[] = [...bytesBreaks, ...footerBreaks, ...columnBreaks, ...statementBreaks]
