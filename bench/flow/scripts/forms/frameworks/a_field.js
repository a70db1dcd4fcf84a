class S{constructor(t){this.http=t;this.endpoints={users:"/users"};this.base="https://a4.acme.test"}list(){return this.http.get(this.base+this.endpoints.users)}}
