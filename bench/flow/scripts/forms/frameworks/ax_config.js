axios({method:"get",baseURL:"https://x3.acme.test/v3",url:"/users"});
