class Http{constructor(){this.c=axios.create({baseURL:"https://x2.acme.test"})}users(){return this.c.get("/users")}}new Http().users();
