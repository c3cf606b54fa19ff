import { testTranscripts } from '../testing/transcript-files.ts'
import { Transcript } from '../testing/transcript.ts'

//     MILENA_REWRITE=1 node --test packages/coordinator/src/group/transcripts.test.ts
testTranscripts(new URL('../../testdata/', import.meta.url), 'transcript', () => new Transcript())
