import { array, bool, int16, int32, int8, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/** Versions: 1 synonyms and source; 3 documentation and type; 4 flexible. */
export const DescribeConfigsRequest = message({
  name: 'DescribeConfigsRequest',
  apiKey: 32,
  kind: 'request',
  versions: '1-4',
  flexible: '4+',
  listeners: ['broker', 'controller'],
  fields: {
    resources: array('0+', {
      resourceType: int8('0+', { about: '2 topic, 4 broker, 8 logger, 16 client metrics, 32 group.' }),
      resourceName: string('0+', { about: 'Empty for the default of all brokers.' }),
      configurationKeys: array('0+', 'string', { nullable: '0+', about: 'Null for all.' }),
    }),
    includeSynonyms: bool('1+', { default: false, about: 'Every place from which the value could come.' }),
    includeDocumentation: bool('3+', { default: false }),
  },
})
export type DescribeConfigsRequest = Infer<typeof DescribeConfigsRequest>

export const DescribeConfigsResponse = message({
  name: 'DescribeConfigsResponse',
  apiKey: 32,
  kind: 'response',
  versions: '1-4',
  flexible: '4+',
  fields: {
    throttleTimeMs: int32('0+'),
    results: array('0+', {
      errorCode: int16('0+'),
      errorMessage: string('0+', { nullable: '0+' }),
      resourceType: int8('0+'),
      resourceName: string('0+'),
      configs: array('0+', {
        name: string('0+'),
        value: string('0+', { nullable: '0+', about: 'Null when the value is secret.' }),
        readOnly: bool('0+'),
        configSource: int8('1+', {
          default: -1,
          ignorable: true,
          about: '1 topic, 2 broker, 3 all brokers, 4 static, 5 default, 6 logger, 7 client metrics, 8 group.',
        }),
        isSensitive: bool('0+'),
        synonyms: array(
          '1+',
          {
            name: string('1+'),
            value: string('1+', { nullable: '0+', about: 'Null when the value is secret.' }),
            source: int8('1+', { about: 'Numbered as configSource.' }),
          },
          { ignorable: true, about: 'Every place from which the value could come, the one in force first.' },
        ),
        configType: int8('3+', {
          default: 0,
          ignorable: true,
          about: '0 unknown, 1 boolean, 2 string, 3 int, 4 short, 5 long, 6 double, 7 list, 8 class, 9 password.',
        }),
        documentation: string('3+', { nullable: '0+', ignorable: true }),
      }),
    }),
  },
})
export type DescribeConfigsResponse = Infer<typeof DescribeConfigsResponse>
