import { InputPropertiesError, InputPropertyError } from '@pulumi/pulumi';
import { recordProgram } from './recorded-resources.ts';

/** What a program was refused for: each problem's path, all of the text, and what had been registered by then. */
export interface Refusal {
  readonly paths: readonly string[];
  readonly message: string;
  readonly registered: readonly string[];
}

/** Runs a program that has to be refused for its arguments; throws when it is not. */
export async function refusalOf(program: () => unknown): Promise<Refusal> {
  const { resources, result } = await recordProgram(() => {
    try {
      program();
      return undefined;
    } catch (error) {
      return error;
    }
  });
  const registered = [...resources.keys()];
  if (result instanceof InputPropertyError) {
    return { paths: [result.propertyPath], message: result.message, registered };
  }
  if (result instanceof InputPropertiesError) {
    const paths = result.errors.map(({ propertyPath }) => propertyPath);
    return { paths, message: result.message, registered };
  }
  throw new Error('the arguments were taken', { cause: result });
}
