// What the page asks of its server.

export async function get(path, query = {}, options = {}) {
  const response = await fetch(`session/${path}?${new URLSearchParams(query)}`, options);
  const kind = response.headers.get('content-type') ?? '';
  if (response.ok) return kind.startsWith('application/json') ? response.json() : response.text();
  const said = await response.json().catch(() => ({}));
  throw new Error(said.detail ?? `The server answered ${response.status}.`);
}

export const post = (path, query, body) => get(path, query, {
  method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify(body ?? null),
});
