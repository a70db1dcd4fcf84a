axios.defaults.baseURL="https://defaults.shop.test/v1";axios.post("/login",{});
