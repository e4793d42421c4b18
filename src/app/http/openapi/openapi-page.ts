interface DocumentView {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationView>>>>;
}

interface OperationView {
  readonly tags: readonly string[];
  readonly summary: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly description?: string }[];
}

/** A page of an OpenAPI document that `openApiDocument` made: every operation under its tag, without a script. */
export function openApiPage(document: object): string {
  const { paths } = document as DocumentView; // as: what openApiDocument gives
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const tags = [...new Set(operations.flatMap(({ operation }) => operation.tags))].sort();
  return [
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Millrace: HTTP API</title>',
    '<style>body{font:16px/1.5 system-ui;max-width:52rem;margin:3rem auto;padding:0 1rem}code{font-size:.9em}</style>',
    '<h1>HTTP API</h1>',
    '<p>For programs: <a href="/api/openapi.json">/api/openapi.json</a>, OpenAPI 3.1, with all schemas.</p>',
    ...tags.flatMap((tag) => [
      `<h2>${escaped(tag)}</h2><dl>`,
      ...operations.filter(({ operation }) => operation.tags.includes(tag)).map(entry),
      '</dl>',
    ]),
    '</html>',
  ].join('\n');
}

function entry(listed: { readonly path: string; readonly method: string; readonly operation: OperationView }): string {
  const { path, method, operation } = listed;
  const options = operation.parameters
    .filter((parameter) => parameter.in === 'query')
    .map(({ name, description = '' }) => `<li><code>${escaped(name)}</code> ${escaped(description)}</li>`);
  const list = options.length === 0 ? '' : `<ul>${options.join('')}</ul>`;
  return `<dt><code>${method} ${escaped(path)}</code></dt><dd>${escaped(operation.summary)}${list}</dd>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
