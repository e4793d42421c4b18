/** Bytes as a person reads them: JSON, text, or hexadecimal digits. */
export type BytesView = { readonly json: unknown } | { readonly text: string } | { readonly hex: string } | null;

/** @param base64 null: there is nothing */
export function bytesView(base64: string | null): BytesView {
  if (base64 === null) return null;
  const bytes = Buffer.from(base64, 'base64');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { hex: bytes.toString('hex') };
  }
  try {
    return { json: JSON.parse(text) as unknown };
  } catch {
    // eslint-disable-next-line no-control-regex -- what a terminal would not show is told by its bytes
    return /[\u0000-\u0008\u000e-\u001f]/.test(text) ? { hex: bytes.toString('hex') } : { text };
  }
}
