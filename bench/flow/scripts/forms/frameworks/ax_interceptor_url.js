var s=axios.create();s.defaults.baseURL="https://x5.acme.test/b";s.get("/users");
