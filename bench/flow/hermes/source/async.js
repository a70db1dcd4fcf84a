const base = "https://async.hermes.test";
export async function login(user) {
  const answer = await fetch(`${base}/v1/session/${user}`);
  const token = await answer.json();
  return fetch(base + "/v1/me", {headers: {token}});
}
