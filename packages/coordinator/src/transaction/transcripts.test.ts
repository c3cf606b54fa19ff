import { TransactionTranscript } from '../testing/transaction-transcript.ts'
import { testTranscripts } from '../testing/transcript-files.ts'

//     MILENA_REWRITE=1 node --test packages/coordinator/src/transaction/transcripts.test.ts
const directory = new URL('../../testdata/transactions/', import.meta.url)
testTranscripts(directory, 'transcript of transactions', () => new TransactionTranscript())
