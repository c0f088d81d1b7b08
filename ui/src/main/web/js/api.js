// The HTTP API, as this page uses it.

// Pages lie one level deep, so that the server may live below any path of a proxy.
const base = new URL('.', document.baseURI);

/** An answer that is an error: Prometheus' kind, and the words for people. */
export class ApiError extends Error {
  constructor(message, type, status) {
    super(message);
    this.type = type;
    this.status = status;
  }
}

/** The address of an endpoint with its parameters. */
export function address(path, parameters = {}) {
  const url = new URL('api/v1/' + path, base);
  for (const [name, value] of entries(parameters)) {
    url.searchParams.append(name, value);
  }
  return url;
}

function entries(parameters) {
  return Object.entries(parameters).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter((one) => one !== undefined && one !== null && one !== '')
      .map((one) => [name, String(one)]));
}

/** Asks by GET; resolves to the whole answer: data, warnings, infos. */
export function get(path, parameters, signal) {
  return ask(address(path, parameters), {signal});
}

/** Asks by a form, as expressions may be long. Aborting the signal ends the query on the server, too. */
export function post(path, parameters, signal) {
  return ask(address(path), {method: 'POST', body: new URLSearchParams(entries(parameters)), signal});
}

const TENANT = 'vedette.tenant';

// A tab keeps its tenant, whatever other tabs show; one that is new begins with that chosen last in this browser.
const own = sessionStorage.getItem(TENANT) ?? localStorage.getItem(TENANT) ?? '';
sessionStorage.setItem(TENANT, own);

/** Whose data is asked for, where the server tells tenants apart; empty for none. The same until the page is loaded again. */
export function tenant() {
  return own;
}

/** Chooses another tenant, for this tab once it is loaded again, and for tabs that are new. */
export function setTenant(name) {
  sessionStorage.setItem(TENANT, name);
  localStorage.setItem(TENANT, name);
}

function headers() {
  return tenant() ? {'X-Scope-OrgID': tenant()} : {};
}

async function ask(url, options) {
  let response;
  try {
    response = await fetch(url, {...options, headers: headers()});
  } catch (error) {
    if (error.name === 'AbortError') {
      throw error;
    }
    throw new ApiError('The server does not answer. Is it running, and is this page’s address still right?', 'network', 0);
  }
  const text = await response.text();
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new ApiError(text.trim() || `The server answered ${response.status}`, 'http', response.status);
  }
  if (response.status === 401) {
    document.dispatchEvent(new CustomEvent('vedette:tenant'));
  }
  if (answer.status !== 'success') {
    throw new ApiError(answer.error ?? `The server answered ${response.status}`, answer.errorType ?? 'http', response.status);
  }
  return {...answer, bytes: text.length};
}
