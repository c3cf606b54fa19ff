import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseReport } from './junit-report.ts'

const report = `<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="JUnit Jupiter" tests="5">
<properties><property name="a" value="b"/></properties>
<testcase name="testOk()[1]" classname="a.B" time="0.8"><system-out><![CDATA[display-name: <failure message="no">]]></system-out></testcase>
<testcase name="testEmpty()[1]" classname="a.B" time="0.8"/>
<testcase name="testMore(ClusterInstance)[2]" classname="a.B" time="1">
<failure message="expected: &lt;2&gt; but was: &lt;1&gt;&#10;at once" type="org.opentest4j.AssertionFailedError"><![CDATA[trace]]></failure>
</testcase>
<testcase name="testError()[1]" classname="a.B" time="1"><error type="java.io.EOFException"><![CDATA[trace]]></error></testcase>
<testcase name="testInside()[1]" classname="a.B" time="0">
<skipped><![CDATA[org.opentest4j.TestAbortedException: looks inside an embedded broker
	at org.apache.kafka]]></skipped>
</testcase>
</testsuite>`

test('the status of each test case, and the first line of its reason', () => {
  assert.deepEqual(Object.fromEntries(parseReport(report)), {
    'testOk()[1]': { status: 'passed', reason: '' },
    'testEmpty()[1]': { status: 'passed', reason: '' },
    'testMore(ClusterInstance)[2]': { status: 'failed', reason: 'expected: <2> but was: <1>' },
    'testError()[1]': { status: 'failed', reason: 'java.io.EOFException' },
    'testInside()[1]': { status: 'aborted', reason: 'looks inside an embedded broker' },
  })
})
