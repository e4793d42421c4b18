import { describe, expect, it } from '@jest/globals';
import { generatorSettings } from '../../../src/cli/generator-flags.js';

describe('a flag that commander does not know', () => {
  it('is an option of the generator if it has a number', () => {
    const { settings, operands } = generatorSettings({}, ['sales', '--sellers', '4']);
    expect([settings.options, operands]).toEqual([{ sellers: 4 }, ['sales']]);
  });

  it('is named as not known if nothing follows it', () => {
    expect(() => generatorSettings({}, ['sales', '--nope'])).toThrow(
      'option --nope is not known, or its number is missing',
    );
  });

  it('is named with its value if that is no number', () => {
    expect(() => generatorSettings({}, ['--sellers', 'four'])).toThrow(
      'option --sellers is "four", not a whole number',
    );
  });
});
