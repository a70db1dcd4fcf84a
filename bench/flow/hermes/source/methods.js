const paths = {user: (id) => `/users/${id}`, all: "/everything"};
export const api = {
  get: (path) => fetch(`https://methods.hermes.test${path}`),
  user: (id) => api.get(paths.user(id)),
  all: () => api.get(paths.all),
};
