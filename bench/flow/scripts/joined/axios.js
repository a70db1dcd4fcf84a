const api=axios.create({baseURL:"https://axios.shop.test/rest/",timeout:5e3});export const me=()=>api.get("/users/me"),add=e=>api.post(`/orders/${e}`,{});
