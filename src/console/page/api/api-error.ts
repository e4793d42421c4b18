/** An answer that is none: the API's own error, or that it was not reached. */
export class ApiError extends Error {
  constructor(
    /** HTTP's; 0: nothing answered. */
    readonly status: number,
    /** Such as `STORE_NOT_FOUND`. */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }

  /** Nothing answered, or what answered only stands for a process that starts. */
  get unreachable(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 504;
  }

  /** This version of the server does not have what was asked for. */
  get notServed(): boolean {
    return this.status === 501 || (this.status === 404 && (this.code === 'Not Found' || this.code === 'UNIMPLEMENTED'));
  }
}

/** What an exception says to the reader. */
export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The error that a response tells of, whether it is the API's JSON or another's text. */
export async function errorOf(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => '');
  try {
    const { error, message } = JSON.parse(text) as { error?: string; message?: string }; // as http-server.ts writes it
    return new ApiError(response.status, error ?? response.statusText, message ?? error ?? response.statusText);
  } catch {
    return new ApiError(response.status, response.statusText, text || `HTTP ${response.status} ${response.statusText}`);
  }
}
