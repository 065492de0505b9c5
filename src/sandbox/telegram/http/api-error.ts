// The errors of the Bot API, thrown by the methods and turned into answers by the server.

export interface ErrorParameters {
  readonly migrate_to_chat_id?: number;
  readonly retry_after?: number;
}

/** `{"ok":false,"error_code":code,"description":description,"parameters"?:…}` with the HTTP status `code`. */
export class ApiError extends Error {
  readonly code: number;
  readonly parameters: ErrorParameters | undefined;
  constructor(code: number, description: string, parameters?: ErrorParameters) {
    super(description);
    this.name = "ApiError";
    this.code = code;
    this.parameters = parameters;
  }
}

/** 400 "Bad Request: …". */
export function badRequest(text: string, parameters?: ErrorParameters): ApiError {
  return new ApiError(400, `Bad Request: ${text}`, parameters);
}

/** 403 "Forbidden: …". */
export function forbidden(text: string): ApiError {
  return new ApiError(403, `Forbidden: ${text}`);
}

/** 409 "Conflict: …". */
export function conflict(text: string): ApiError {
  return new ApiError(409, `Conflict: ${text}`);
}

/** 429 with its header and `parameters.retry_after`, in seconds. */
export function tooManyRequests(retryAfter: number): ApiError {
  return new ApiError(429, `Too Many Requests: retry after ${retryAfter}`, { retry_after: retryAfter });
}

/** A refusal the real server does not know: it says what a test or a client does that the simulator will not do. */
export function sandboxError(text: string): ApiError {
  return new ApiError(400, `SANDBOX: ${text}`);
}

/** @throws ApiError when a nested object of a request has a key the Bot API does not document */
export function refuseUnknownKeys(value: object, known: readonly string[], where: string): void {
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) throw sandboxError(`unknown key ${unknown} in ${where}`);
}

export function errorBody(error: ApiError): Readonly<Record<string, unknown>> {
  return {
    ok: false,
    error_code: error.code,
    description: error.message,
    ...(error.parameters && { parameters: error.parameters }),
  };
}
