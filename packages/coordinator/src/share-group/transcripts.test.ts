import { ShareTranscript } from '../testing/share-transcript.ts'
import { testTranscripts } from '../testing/transcript-files.ts'

// `g` are records of the group, `s` records of its state.
//     MILENA_REWRITE=1 node --test packages/coordinator/src/share-group/transcripts.test.ts
const directory = new URL('../../testdata/shares/', import.meta.url)
testTranscripts(directory, 'transcript of share groups', () => new ShareTranscript())
